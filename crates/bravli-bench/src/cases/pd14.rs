//! The cortical microcircuit: layers 2/3 to 6 under one square millimetre, an excitatory and an inhibitory population each.

use super::DT_MS;
use super::parts::{exponential, normal_potentials, of_one_sign, projection};
use bravli_sim::network::{
    Cells, Distribution, Drive, DriveKind, Effect, Lif, Network, NeuronModel, Pairing, Population, Profile, Projection,
    Recording, Release, Rule,
};

/// Populations, layer by layer.
pub const PD14_POPULATIONS: [&str; 8] = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];

/// Mean rates of the full network, Hz.
///
/// # Source
/// `full_mean_rates` of the model's NEST implementation, which smaller networks are compensated with.
pub const PD14_MEAN_RATES_HZ: [f64; 8] = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];

/// Cells of the full network: table 5.
const N_CELLS: [u32; 8] = [20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948];

/// Connection probabilities, rows by target, columns by source: table 5.
const PROBABILITY: [[f64; 8]; 8] = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
];

/// Background inputs of a cell: table 5.
const K_BACKGROUND: [f64; 8] = [1_600.0, 1_500.0, 2_100.0, 1_900.0, 2_000.0, 1_900.0, 2_900.0, 2_100.0];
/// Rate of each background input, Hz.
const BACKGROUND_HZ: f64 = 8.0;

const C_M_PF: f64 = 250.0;
const TAU_M_MS: f64 = 10.0;
const TAU_SYN_MS: f64 = 0.5;
const E_L_MV: f64 = -65.0;
const V_TH_MV: f64 = -50.0;
const V_RESET_MV: f64 = -65.0;
const T_REF_MS: f64 = 2.0;

/// Peak of an excitatory postsynaptic potential, mV.
const PSP_MV: f64 = 0.15;
/// Inhibitory weights over excitatory ones.
const G: f64 = -4.0;
/// L4E onto L23E over other excitatory weights.
const L4E_TO_L23E: f64 = 2.0;
const WEIGHT_RELATIVE_SD: f64 = 0.1;

/// Mean delays from excitatory and inhibitory cells, ms.
const DELAY_MS: [f64; 2] = [1.5, 0.75];
const DELAY_RELATIVE_SD: f64 = 0.5;
/// Shorter delays are drawn again: half a step, which rounds to one.
const SHORTEST_DELAY_MS: f64 = 0.05;

/// Potentials at the start, mean and standard deviation, mV: the values that shorten the onset.
///
/// # Source
/// `V0_mean` and `V0_sd`, `optimized`, of the model's NEST implementation.
const V_INIT_MV: [(f64, f64); 8] = [
    (-68.28, 5.36),
    (-63.16, 4.57),
    (-63.33, 4.74),
    (-63.45, 4.94),
    (-63.11, 4.94),
    (-61.66, 4.55),
    (-66.72, 5.46),
    (-61.43, 4.48),
];

/// The microcircuit with `scale` of the cells and of each cell's inputs.
///
/// Smaller networks keep the mean and variance of the input: weights grow by 1/√scale, and a current makes up for what the
/// mean loses.
///
/// # Source
/// Potjans & Diesmann 2014, doi:10.1093/cercor/bhs358, tables 4 and 5; scaling after van Albada et al. 2015,
/// doi:10.1371/journal.pcbi.1004490.
#[must_use]
pub fn pd14(scale: f64, seed: u64) -> Network<'static> {
    let n_cells = N_CELLS.map(|n| (f64::from(n) * scale).round_ties_even() as u32);
    let drives = (0..8).map(|population| Drive {
        name: format!("background-{}", PD14_POPULATIONS[population]),
        population,
        cells: Cells::All,
        kind: DriveKind::Poisson {
            receptor: 0,
            rate_hz: Profile::Constant(BACKGROUND_HZ * K_BACKGROUND[population] * scale),
            weight: weight_pa() / scale.sqrt(),
        },
    });
    Network {
        dt_ms: DT_MS,
        seed,
        populations: (0..8).map(|target| population(target, n_cells[target], scale, seed)).collect(),
        projections: (0..64).filter_map(|pair| pathway(pair / 8, pair % 8, scale)).collect(),
        drives: drives.collect(),
        recording: Recording::default(),
    }
}

fn population(index: usize, n_cells: u32, scale: f64, seed: u64) -> Population {
    let name = PD14_POPULATIONS[index];
    let (mean_mv, sd_mv) = V_INIT_MV[index];
    Population {
        name: name.to_owned(),
        n_cells,
        model: NeuronModel::Lif(Lif {
            c_m_pf: C_M_PF.into(),
            g_l_ns: (C_M_PF / TAU_M_MS).into(),
            e_l_mv: E_L_MV.into(),
            v_th_mv: V_TH_MV.into(),
            v_reset_mv: V_RESET_MV.into(),
            t_ref_ms: T_REF_MS.into(),
            i_e_pa: compensation_pa(index, scale).into(),
        }),
        receptors: vec![exponential("synapses", TAU_SYN_MS, Effect::Current)],
        v_init_mv: normal_potentials(seed, name, n_cells, mean_mv, sd_mv),
    }
}

fn pathway(target: usize, source: usize, scale: f64) -> Option<Projection<'static>> {
    let total = (synapses(target, source) * scale * scale).round_ties_even() as u64;
    let weight = mean_weight_pa(target, source) / scale.sqrt();
    let delay = DELAY_MS[source % 2];
    let delay_ms =
        Distribution::Normal { mean: delay, sd: delay * DELAY_RELATIVE_SD, min: SHORTEST_DELAY_MS, max: f64::INFINITY };
    let rule = Rule::new(Pairing::TotalNumber(total), of_one_sign(weight, WEIGHT_RELATIVE_SD), delay_ms);
    let (from, to) = ((source, PD14_POPULATIONS[source]), (target, PD14_POPULATIONS[target]));
    (total > 0).then(|| projection(from, to, 0, rule, Release::Static))
}

/// Synapses of a pathway of the full network: as many random ones leave a pair unconnected with probability 1 − p.
fn synapses(target: usize, source: usize) -> f64 {
    let pairs = f64::from(N_CELLS[target]) * f64::from(N_CELLS[source]);
    (-PROBABILITY[target][source]).ln_1p() / (-1.0 / pairs).ln_1p()
}

/// The current whose exponential decay lifts the membrane by [`PSP_MV`] at its peak, pA.
fn weight_pa() -> f64 {
    // V(t) = (w/C) (e^{−t/τm} − e^{−t/τs})/(1/τs − 1/τm), largest at t = ln(τm/τs)/(1/τs − 1/τm)
    let rate = 1.0 / TAU_SYN_MS - 1.0 / TAU_M_MS;
    let peak_ms = (TAU_M_MS / TAU_SYN_MS).ln() / rate;
    PSP_MV * C_M_PF * rate / ((-peak_ms / TAU_M_MS).exp() - (-peak_ms / TAU_SYN_MS).exp())
}

fn mean_weight_pa(target: usize, source: usize) -> f64 {
    match (target, source) {
        (0, 2) => L4E_TO_L23E * weight_pa(),
        (_, source) if source % 2 == 1 => G * weight_pa(),
        _ => weight_pa(),
    }
}

/// The mean current that a smaller network's cell would lack, pA.
fn compensation_pa(target: usize, scale: f64) -> f64 {
    let recurrent = |source: usize| {
        mean_weight_pa(target, source) * synapses(target, source) / f64::from(N_CELLS[target])
            * PD14_MEAN_RATES_HZ[source]
    };
    let events: f64 = (0..8).map(recurrent).sum::<f64>() + weight_pa() * K_BACKGROUND[target] * BACKGROUND_HZ;
    (1.0 - scale.sqrt()) * TAU_SYN_MS * 1e-3 * events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_is_the_published_one() {
        // table 4: 87.8 pA for 0.15 mV
        assert!((weight_pa() - 87.81).abs() < 0.01, "{}", weight_pa());
    }

    #[test]
    fn the_full_network_needs_no_compensation_and_a_smaller_one_keeps_its_mean_input() {
        for target in 0..8 {
            assert_eq!(compensation_pa(target, 1.0), 0.0);
            let mean_pa = |scale: f64| {
                let k = |source: usize| synapses(target, source) * scale / f64::from(N_CELLS[target]);
                let recurrent: f64 =
                    (0..8).map(|source| mean_weight_pa(target, source) * k(source) * PD14_MEAN_RATES_HZ[source]).sum();
                let background = weight_pa() * K_BACKGROUND[target] * scale * BACKGROUND_HZ;
                (recurrent + background) / scale.sqrt() * TAU_SYN_MS * 1e-3 + compensation_pa(target, scale)
            };
            assert!((mean_pa(0.1) / mean_pa(1.0) - 1.0).abs() < 1e-9, "{target}");
        }
    }

    #[test]
    fn nine_pathways_do_not_exist() {
        let network = pd14(1.0, 1);
        assert_eq!(network.projections.len(), 55);
        let named = |name: &str| network.projections.iter().any(|projection| projection.name == name);
        assert!(named("L4E-L23E") && !named("L6I-L4E"));
    }
}
