//! A column of one layer: adaptive exponential cells, short-term plasticity, fluctuating backgrounds, outside fibres.
//!
//! Its numbers are round and of the size found in rat barrel cortex; they stand for no measurement. What matters is that every
//! engine takes the same.

use super::DT_MS;
use super::parts::{exponential, of_one_sign, projection, uniform_potentials};
use bravli_sim::network::{
    Adex, Cells, Distribution, Drive, DriveKind, Effect, Network, NeuronModel, Pairing, Population, Profile,
    Projection, Receptor, Recording, Release, Rule,
};

/// How synapses of the column release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRelease {
    /// Short-term plasticity with one parameter set per pathway.
    Shared,
    /// The same with parameters drawn for each connection.
    PerConnection,
    /// Stochastic release from three sites per connection, parameters drawn for each.
    Stochastic,
}

impl ColumnRelease {
    /// Name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::PerConnection => "per-connection",
            Self::Stochastic => "stochastic",
        }
    }
}

const NAMES: [&str; 2] = ["E", "I"];
/// Share of excitatory cells, and of inputs from them.
const EXCITATORY: f64 = 0.8;
/// Inputs of a cell, where the column has ten times as many cells.
const MOST_INPUTS: f64 = 1_000.0;

/// Reversal potential (mV) and decay (ms) of the excitatory and the inhibitory conductance.
const CONDUCTANCE: [(f64, f64); 2] = [(0.0, 3.0), (-80.0, 8.0)];
/// Mean and standard deviation of the two background conductances of E and of I cells, nS.
const BACKGROUND_NS: [[(f64, f64); 2]; 2] = [[(8.0, 2.4), (6.0, 2.0)], [(5.9, 2.2), (6.0, 2.0)]];
/// Outside input of every cell: fibres, Hz of each, nS of each.
const FIBRES: (f64, f64, f64) = (20.0, 5.0, 2.0);
/// Potentials at the start lie between these, mV.
const V_INIT_MV: (f64, f64) = (-70.0, -55.0);

const WEIGHT_RELATIVE_SD: f64 = 0.25;
/// Delays are drawn again outside of this, ms.
const DELAYS_MS: (f64, f64) = (0.3, 5.0);

/// Relative spread of release parameters between connections, where each has its own.
const RELEASE_RELATIVE_SD: f64 = 0.25;
/// Release sites of a connection, where release is stochastic.
const SITES: u16 = 3;
/// Recovery times are drawn again below this, ms.
const SHORTEST_RECOVERY_MS: f64 = 1.0;

/// Pathway from one type to another.
struct Pathway {
    u: f64,
    tau_rec_ms: f64,
    tau_facil_ms: f64,
    /// Peak conductance of a synapse that releases all, at a thousand inputs, nS.
    weight_ns: f64,
    delay_ms: (f64, f64),
}

/// By source, then target.
const PATHWAYS: [[Pathway; 2]; 2] = [
    [
        Pathway { u: 0.5, tau_rec_ms: 800.0, tau_facil_ms: 0.0, weight_ns: 1.6, delay_ms: (1.5, 0.5) },
        Pathway { u: 0.1, tau_rec_ms: 130.0, tau_facil_ms: 530.0, weight_ns: 3.0, delay_ms: (1.0, 0.3) },
    ],
    [
        Pathway { u: 0.25, tau_rec_ms: 700.0, tau_facil_ms: 20.0, weight_ns: 14.0, delay_ms: (1.0, 0.3) },
        Pathway { u: 0.32, tau_rec_ms: 144.0, tau_facil_ms: 60.0, weight_ns: 8.0, delay_ms: (0.8, 0.2) },
    ],
];

/// A column of `cells` cells.
///
/// Each cell has a thousand inputs, or a tenth of the cells as inputs where there are fewer than ten thousand; weights make
/// up for the difference. Each source makes the same number of synapses, on targets drawn at random.
#[must_use]
pub fn column(cells: u32, release: ColumnRelease, seed: u64) -> Network<'static> {
    let excitatory = (f64::from(cells) * EXCITATORY).round() as u32;
    let n_cells = [excitatory, cells - excitatory];
    let inputs = (f64::from(cells) * 0.1).round().min(MOST_INPUTS);
    let from_excitatory = (inputs * EXCITATORY).round();
    let inputs_from = [from_excitatory, inputs - from_excitatory];
    let projections = (0..4).map(|pair| {
        let (source, target) = (pair / 2, pair % 2);
        let outputs = inputs_from[source] * f64::from(n_cells[target]) / f64::from(n_cells[source]);
        pathway(source, target, outputs.round() as u32, MOST_INPUTS / inputs, release)
    });
    Network {
        dt_ms: DT_MS,
        seed,
        populations: (0..2).map(|index| population(index, n_cells[index], seed)).collect(),
        projections: projections.collect(),
        drives: (0..2).flat_map(drives).collect(),
        recording: Recording::default(),
    }
}

fn population(index: usize, n_cells: u32, seed: u64) -> Population {
    let adex = |c_m_pf: f64, e_l_mv: f64, v_th_mv: f64, delta_t_mv: f64, a_ns: f64, b_pa: f64, tau_w_ms: f64| Adex {
        c_m_pf: c_m_pf.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: e_l_mv.into(),
        v_th_mv: v_th_mv.into(),
        delta_t_mv: delta_t_mv.into(),
        a_ns: a_ns.into(),
        tau_w_ms: tau_w_ms.into(),
        b_pa: b_pa.into(),
        v_reset_mv: [-58.0, -60.0][index].into(),
        v_peak_mv: 0.0.into(),
        t_ref_ms: [2.0, 1.0][index].into(),
        i_e_pa: 0.0.into(),
    };
    let model = match index {
        0 => adex(150.0, -70.0, -50.0, 2.0, 2.0, 60.0, 150.0),
        _ => adex(100.0, -68.0, -48.0, 1.5, 0.0, 10.0, 50.0),
    };
    let receptor = |kind: usize| -> Receptor {
        let (reversal_mv, tau_ms) = CONDUCTANCE[kind];
        exponential(["excitatory", "inhibitory"][kind], tau_ms, Effect::Conductance { reversal_mv })
    };
    Population {
        name: NAMES[index].to_owned(),
        n_cells,
        model: NeuronModel::Adex(model),
        receptors: vec![receptor(0), receptor(1)],
        v_init_mv: uniform_potentials(seed, NAMES[index], n_cells, V_INIT_MV.0, V_INIT_MV.1),
    }
}

fn pathway(source: usize, target: usize, outputs: u32, gain: f64, release: ColumnRelease) -> Projection<'static> {
    let pathway = &PATHWAYS[source][target];
    let (mean, sd) = pathway.delay_ms;
    let delay_ms = Distribution::Normal { mean, sd, min: DELAYS_MS.0, max: DELAYS_MS.1 };
    let recovery_ms = |mean: f64| match mean {
        0.0 => Distribution::Constant(0.0),
        mean => {
            Distribution::Normal { mean, sd: mean * RELEASE_RELATIVE_SD, min: SHORTEST_RECOVERY_MS, max: f64::INFINITY }
        }
    };
    let weight = of_one_sign(pathway.weight_ns * gain, WEIGHT_RELATIVE_SD);
    let rule = Rule {
        u: Distribution::Normal { mean: pathway.u, sd: pathway.u * RELEASE_RELATIVE_SD, min: 0.0, max: 1.0 },
        tau_rec_ms: recovery_ms(pathway.tau_rec_ms),
        tau_facil_ms: recovery_ms(pathway.tau_facil_ms),
        sites: SITES,
        ..Rule::new(Pairing::OutDegree(outputs), weight, delay_ms)
    };
    let release = match release {
        ColumnRelease::Shared => {
            Release::Shared { u: pathway.u, tau_rec_ms: pathway.tau_rec_ms, tau_facil_ms: pathway.tau_facil_ms }
        }
        ColumnRelease::PerConnection => Release::PerConnection,
        ColumnRelease::Stochastic => Release::Stochastic,
    };
    projection((source, NAMES[source]), (target, NAMES[target]), source, rule, release)
}

fn drives(population: usize) -> Vec<Drive> {
    let drive = |what: &str, kind: DriveKind| Drive {
        name: format!("{what}-{}", NAMES[population]),
        population,
        cells: Cells::All,
        kind,
    };
    let background = |kind: usize| {
        let (mean_ns, sd_ns) = BACKGROUND_NS[population][kind];
        let (reversal_mv, tau_ms) = CONDUCTANCE[kind];
        DriveKind::OuConductance {
            reversal_mv: reversal_mv.into(),
            mean_ns: mean_ns.into(),
            sd_ns: sd_ns.into(),
            tau_ms: tau_ms.into(),
        }
    };
    let (fibres, hz, weight) = FIBRES;
    vec![
        drive("excitation", background(0)),
        drive("inhibition", background(1)),
        drive("fibres", DriveKind::Poisson { receptor: 0, rate_hz: Profile::Constant(fibres * hz), weight }),
    ]
}
