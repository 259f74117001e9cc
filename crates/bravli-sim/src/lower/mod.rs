//! A placed, wired column under its boundary → a [`Network`].
//!
//! Cells are one population of adaptive exponential neurons with AMPA, NMDA, GABA_A and GABA_B receptors; each condition of
//! fibres is a population of given spikes. A connection is one synapse of `n_synapses·n_rrp` sites whose weight is that of all
//! its contacts: `gsyn·attenuation·n_synapses`. Rows are decoded from the compact store when an engine asks for them.
//!
//! # Assumption
//! A cell is a point: a dendritic contact acts on the soma after `dendritic_delay_ms`, scaled by its pathway's `attenuation`,
//! and its receptors see the somatic potential. Both numbers are the recipe's, and stand in a run's ledger.

mod background;
mod fibre_spikes;
mod learning;
mod minis;
mod project;
mod rows;

pub use background::{BackgroundColumns, BackgroundSlot, backgrounds};
pub(crate) use fibre_spikes::{expected_spikes, fibre_spikes};
pub use learning::{Learned, Learning, LearningRule, LearningSource};
pub use minis::{MiniRates, NoMinis};

use crate::network::{
    Adex, Effect, Kinetics, MgBlock, Network, NeuronModel, Population, Receptor, Recording, Trains, Values,
};
use bravli_circuit::{Connections, FibrePopulation, NeuronColumns, Schedule};
use bravli_recipe::ReceptorSpec;
use bravli_rng::{Draw, Stream};
use rows::Survey;

/// Position of the cells among the populations; fibres follow in their order.
pub const CELLS: usize = 0;

/// Names of the cells' receptors, by position.
pub const RECEPTORS: [&str; 4] = ["AMPA", "NMDA", "GABA_A", "GABA_B"];

const AMPA: usize = 0;
const NMDA: usize = 1;
const GABA_A: usize = 2;
const GABA_B: usize = 3;

/// Spikes that the fibres of one source may fire in a run.
const MAX_FIBRE_SPIKES: f64 = 2e8;

/// Potential at which a spike is counted, mV: on the upswing, where its time hardly depends on the number.
const V_PEAK_MV: f64 = 0.0;

/// What spikes release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReleaseModel {
    /// Vesicles from each connection's sites, drawn at every spike.
    #[default]
    Stochastic,
    /// Its mean: short-term plasticity with each connection's parameters.
    Deterministic,
    /// Short-term plasticity with one state per source and synapse class, under the class's mean parameters.
    Shared,
}

/// Everything a run of a column is made of, as plain columns.
#[derive(Debug, Clone, Copy)]
pub struct ColumnInput<'a> {
    /// Name of the cells' population.
    pub population: &'a str,
    /// Cells, in node order.
    pub neurons: &'a NeuronColumns,
    /// Background conductances, in node order.
    pub backgrounds: &'a BackgroundColumns,
    /// Connections, sorted by source.
    pub connections: Connections<'a>,
    /// Sign of each synapse class, by index.
    pub class_excites: &'a [bool],
    /// Outside fibres.
    pub fibres: &'a [FibrePopulation],
    /// Trials and contexts.
    pub schedule: &'a Schedule,
    /// Receptor kinetics.
    pub receptors: ReceptorSpec,
    /// Calcium around the cells, mM.
    pub calcium_mm: f64,
    /// What spikes release.
    pub release: ReleaseModel,
    /// Spontaneous release onto each cell; none where absent.
    pub minis: Option<&'a MiniRates>,
    /// Connections that learn; one that several name learns by the first.
    pub learning: &'a [Learning],
    /// Step, ms.
    pub dt_ms: f64,
    /// Seed of all draws.
    pub seed: u64,
}

/// A network, and what lowering had to decide.
#[derive(Debug, Clone)]
pub struct Lowered<'a> {
    /// The network.
    pub network: Network<'a>,
    /// Steps of the schedule.
    pub n_steps: u64,
    /// What learns, in the order of the input.
    pub learned: Vec<Learned>,
    /// What to know.
    pub notes: Vec<String>,
}

/// Why a column cannot be lowered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LowerError {
    /// A delay is longer than delays are counted.
    #[error("the longest delay, {delay_ms} ms, exceeds the limit of {limit_ms} ms")]
    DelayTooLong {
        /// Longest delay, ms.
        delay_ms: f64,
        /// Limit, ms.
        limit_ms: f64,
    },
    /// Fibres fire more than can be held.
    #[error("{source_name} would fire about {expected:.0} spikes; at most {limit} are allowed")]
    TooManySpikes {
        /// Source of the fibres.
        source_name: String,
        /// Spikes expected.
        expected: f64,
        /// Limit.
        limit: f64,
    },
    /// No connection learns.
    #[error("{source_name} has no connection onto those cells that could learn")]
    NothingLearns {
        /// Position of the learning entry.
        entry: usize,
        /// Source of the connections.
        source_name: String,
    },
    /// Excitation and inhibition by one rule.
    #[error("{source_name} both excites and inhibits those cells")]
    MixedSigns {
        /// Position of the learning entry.
        entry: usize,
        /// Source of the connections.
        source_name: String,
    },
    /// A rule for inhibition on excitation.
    #[error("{source_name} excites those cells: the inhibitory rule would drive them away from its target")]
    NotInhibitory {
        /// Position of the learning entry.
        entry: usize,
        /// Source of the connections.
        source_name: String,
    },
    /// Nothing says how fast the sources fire.
    #[error("the rate of {source_name} is not known, or too low for a prediction from it")]
    NoInputRate {
        /// Position of the learning entry.
        entry: usize,
        /// Source of the connections.
        source_name: String,
    },
}

impl LowerError {
    /// Position of the learning entry that it is about.
    #[must_use]
    pub fn learning_entry(&self) -> Option<usize> {
        match self {
            Self::NothingLearns { entry, .. }
            | Self::MixedSigns { entry, .. }
            | Self::NotInhibitory { entry, .. }
            | Self::NoInputRate { entry, .. } => Some(*entry),
            Self::DelayTooLong { .. } | Self::TooManySpikes { .. } => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DelayTooLong { .. } => "check axonalConductionVelocity: 300 um/ms is 0.3 m/s; 0.0033 is its inverse",
            Self::TooManySpikes { .. } => "lower the rates of its condition, or shorten the run",
            Self::NothingLearns { .. } => {
                "name a source and targets that are connected; one that two entries name learns by the first"
            }
            Self::MixedSigns { .. } => "name a population of one sign as the source",
            Self::NotInhibitory { .. } => {
                "name a population that inhibits, or take the rule error_correcting, pair or triplet"
            }
            Self::NoInputRate { .. } => "give the parameter input_hz",
        }
    }
}

/// Lowers a column.
///
/// # Errors
/// [`LowerError`] when a delay or the fibres' activity is beyond what is allowed.
pub fn lower<'a>(input: &ColumnInput<'a>) -> Result<Lowered<'a>, LowerError> {
    let n_steps = (input.schedule.duration_ms / input.dt_ms).round() as usize;
    let mut populations = vec![cells(input)];
    for fibres in input.fibres {
        populations.push(fibre_population(input, fibres, n_steps)?);
    }
    let projected = project::project(input)?;
    populations[CELLS].receptors.extend(projected.receptors);
    let delays = projected.delays;
    let limit_ms = f64::from(u16::MAX) * input.dt_ms;
    if delays.longest_ms > limit_ms {
        return Err(LowerError::DelayTooLong { delay_ms: delays.longest_ms, limit_ms });
    }
    let network = Network {
        dt_ms: input.dt_ms,
        seed: input.seed,
        populations,
        projections: projected.projections,
        drives: background::drives(input.backgrounds),
        recording: Recording::default(),
    };
    Ok(Lowered { network, n_steps: n_steps as u64, learned: projected.learned, notes: notes(input, &delays) })
}

fn notes(input: &ColumnInput<'_>, delays: &Survey) -> Vec<String> {
    let mut notes = Vec::new();
    // what single precision loses of a whole number of steps is no rounding
    if delays.largest_rounding_ms > 1e-4 * input.dt_ms {
        notes.push(format!(
            "delays are rounded to steps of {} ms, by {:.3} ms at most",
            input.dt_ms, delays.largest_rounding_ms
        ));
    }
    if input.minis.is_some() {
        notes.push("spontaneous release: contacts of a connection release together, at the rate of one".into());
    }
    if !input.learning.is_empty() {
        notes.push(
            "connections that learn open all of a weight, which starts at the mean release of a rested synapse; they have \
             one decay and one slow ratio, the mean of those that learn together, and do not depress, facilitate or release \
             spontaneously"
                .into(),
        );
    }
    if input.release == ReleaseModel::Shared {
        notes.push(
            "release is the mean, with one state per cell and synapse class: u and its time constants do not vary"
                .into(),
        );
    }
    notes
}

/// The cells: between rest and threshold at the start, so that they do not start in step.
fn cells(input: &ColumnInput<'_>) -> Population {
    let n = input.neurons;
    let start = Stream::new(input.seed, input.population, Draw::InitialPotential);
    let v_init: Vec<f64> = n
        .e_l_mv
        .iter()
        .zip(&n.v_th_mv)
        .enumerate()
        .map(|(cell, (rest, threshold))| {
            let rest = f64::from(*rest);
            rest + 0.5 * start.uniform(cell as u64, 0) * (f64::from(*threshold) - rest)
        })
        .collect();
    let each = |column: &Vec<f32>| Values::from(column.as_slice());
    let model = NeuronModel::Adex(Adex {
        c_m_pf: each(&n.c_m_pf),
        g_l_ns: each(&n.g_l_ns),
        e_l_mv: each(&n.e_l_mv),
        v_th_mv: each(&n.v_th_mv),
        delta_t_mv: each(&n.delta_t_mv),
        a_ns: each(&n.a_ns),
        tau_w_ms: each(&n.tau_w_ms),
        b_pa: each(&n.b_pa),
        v_reset_mv: each(&n.v_reset_mv),
        v_peak_mv: V_PEAK_MV.into(),
        t_ref_ms: each(&n.t_ref_ms),
        i_e_pa: 0.0.into(),
    });
    Population {
        name: input.population.to_owned(),
        n_cells: n.c_m_pf.len() as u32,
        model,
        receptors: receptors(input),
        v_init_mv: v_init.into(),
    }
}

/// AMPA, NMDA, GABA_A and GABA_B; connections have fast decays of their own.
fn receptors(input: &ColumnInput<'_>) -> Vec<Receptor> {
    let spec = &input.receptors;
    let block = MgBlock { mg_mm: spec.mg_mm, scale_mm: spec.mg_scale_mm, slope_per_mv: spec.mg_slope_per_mv };
    let decay = |excites: bool, rise_ms: f64| {
        let pathways = input.connections.header.pathways.iter();
        let own = pathways.filter(|pathway| input.class_excites[usize::from(pathway.class)] == excites);
        let shortest = own.map(|pathway| f64::from(pathway.tau_decay_ms.low)).fold(f64::INFINITY, f64::min);
        if shortest.is_finite() { shortest.max(rows::shortest_decay_ms(rise_ms)) } else { 10.0 * rise_ms }
    };
    let receptor = |index: usize, rise_ms: f64, decay_ms: f64, effect: Effect| Receptor {
        name: RECEPTORS[index].to_owned(),
        kinetics: Kinetics::Biexponential { rise_ms, decay_ms },
        effect,
    };
    let opens = |reversal_mv: f64| Effect::Conductance { reversal_mv };
    let (ampa_rise, gaba_rise) = (spec.ampa_rise_ms, spec.gaba_a_rise_ms);
    vec![
        receptor(AMPA, ampa_rise, decay(true, ampa_rise), opens(spec.e_exc_mv)),
        receptor(NMDA, spec.nmda_rise_ms, spec.nmda_decay_ms, Effect::Nmda { reversal_mv: spec.e_exc_mv, block }),
        receptor(GABA_A, gaba_rise, decay(false, gaba_rise), opens(spec.e_gaba_a_mv)),
        receptor(GABA_B, spec.gaba_b_rise_ms, spec.gaba_b_decay_ms, opens(spec.e_gaba_b_mv)),
    ]
}

fn fibre_population(
    input: &ColumnInput<'_>,
    fibres: &FibrePopulation,
    n_steps: usize,
) -> Result<Population, LowerError> {
    let expected = expected_spikes(fibres, input.schedule, input.dt_ms, n_steps);
    if expected > MAX_FIBRE_SPIKES {
        return Err(LowerError::TooManySpikes {
            source_name: fibres.source.clone(),
            expected,
            limit: MAX_FIBRE_SPIKES,
        });
    }
    let mut trains = fibre_spikes(fibres, input.schedule, input.dt_ms, n_steps, input.seed);
    // a spike within step s stands at its end, like those of cells
    trains.iter_mut().for_each(|(step, _)| *step += 1);
    Ok(Population {
        name: fibres.source.clone(),
        n_cells: fibres.n_fibres,
        model: NeuronModel::Source(Trains::Given(trains)),
        receptors: Vec::new(),
        v_init_mv: 0.0.into(),
    })
}
