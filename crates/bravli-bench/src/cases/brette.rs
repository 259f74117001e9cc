//! Two networks that simulators have been compared on since 2007.

use super::DT_MS;
use super::parts::{exponential, projection, uniform_potentials};
use bravli_sim::network::{
    Cells, Distribution, Drive, DriveKind, Effect, Lif, Network, NeuronModel, Pairing, Population, Profile, Receptor,
    Recording, Release, Rule,
};

const NAMES: [&str; 2] = ["E", "I"];
const N_CELLS: [u32; 2] = [3_200, 800];
const PROBABILITY: f64 = 0.02;
/// One step: transmission is instantaneous in the publication.
const DELAY_MS: f64 = DT_MS;

const C_M_PF: f64 = 200.0;
const G_L_NS: f64 = 10.0;
const V_TH_MV: f64 = -50.0;
const V_RESET_MV: f64 = -60.0;
const T_REF_MS: f64 = 5.0;
/// Decays of excitation and inhibition, ms.
const TAU_SYN_MS: [f64; 2] = [5.0, 10.0];

/// Benchmark 1: conductances. The network keeps itself going once it is woken.
///
/// In place of the published conductances at the start, Poisson events of four weights wake it for 50 ms: a mean conductance
/// of 36 nS against 40 nS.
///
/// # Source
/// Brette et al. 2007, doi:10.1007/s10827-007-0038-6, appendix 2, benchmark 1; the network of Vogels & Abbott 2005,
/// doi:10.1523/JNEUROSCI.3508-05.2005.
#[must_use]
pub fn coba(seed: u64) -> Network<'static> {
    let weights = [6.0, 67.0];
    let effects = [0.0, -80.0].map(|reversal_mv| Effect::Conductance { reversal_mv });
    let drives = (0..2).map(|population| Drive {
        name: format!("wake-{}", NAMES[population]),
        population,
        cells: Cells::All,
        kind: DriveKind::Poisson {
            receptor: 0,
            rate_hz: Profile::Pieces(vec![(0.0, 300.0), (50.0, 0.0)]),
            weight: 4.0 * weights[0],
        },
    });
    network(-60.0, weights, effects, drives.collect(), seed)
}

/// Benchmark 2: currents.
///
/// # Source
/// As [`coba`], benchmark 2: jumps of 1.62 and −9 mV over a leak conductance of 10 nS.
#[must_use]
pub fn cuba(seed: u64) -> Network<'static> {
    network(-49.0, [1.62 * G_L_NS, -9.0 * G_L_NS], [Effect::Current; 2], Vec::new(), seed)
}

fn network(e_l_mv: f64, weights: [f64; 2], effects: [Effect; 2], drives: Vec<Drive>, seed: u64) -> Network<'static> {
    let receptor =
        |kind: usize| -> Receptor { exponential(["excitatory", "inhibitory"][kind], TAU_SYN_MS[kind], effects[kind]) };
    let populations = (0..2).map(|index| Population {
        name: NAMES[index].to_owned(),
        n_cells: N_CELLS[index],
        model: NeuronModel::Lif(Lif {
            c_m_pf: C_M_PF.into(),
            g_l_ns: G_L_NS.into(),
            e_l_mv: e_l_mv.into(),
            v_th_mv: V_TH_MV.into(),
            v_reset_mv: V_RESET_MV.into(),
            t_ref_ms: T_REF_MS.into(),
            i_e_pa: 0.0.into(),
        }),
        receptors: vec![receptor(0), receptor(1)],
        v_init_mv: uniform_potentials(seed, NAMES[index], N_CELLS[index], V_RESET_MV, V_TH_MV),
    });
    let projections = (0..4).map(|pair| {
        let (source, target) = (pair / 2, pair % 2);
        let weight = Distribution::Constant(weights[source]);
        let rule = Rule::new(Pairing::Bernoulli(PROBABILITY), weight, Distribution::Constant(DELAY_MS));
        projection((source, NAMES[source]), (target, NAMES[target]), source, rule, Release::Static)
    });
    Network {
        dt_ms: DT_MS,
        seed,
        populations: populations.collect(),
        projections: projections.collect(),
        drives,
        recording: Recording::default(),
    }
}
