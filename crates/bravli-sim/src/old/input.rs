//! What an engine is given.

use crate::old::receptors::Receptors;
use bravli_circuit::{
    Boundary, Column, Condition, Connections, FibrePopulation, MAX_BACKGROUNDS, NeuronColumns, Schedule,
};

/// Everything a point-neuron run needs, as plain columns.
#[derive(Debug, Clone, Copy)]
pub struct PointInput<'a> {
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
    pub receptors: Receptors,
    /// Calcium around the cells, mM.
    pub calcium_mm: f64,
    /// Delay added to every connection for the way from a dendrite to a point soma, ms.
    pub dendritic_delay_ms: f64,
    /// Step, ms.
    pub dt_ms: f64,
    /// Seed of all draws.
    pub seed: u64,
}

/// Ornstein–Uhlenbeck conductances, up to [`MAX_BACKGROUNDS`] per cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackgroundColumns {
    /// Slots; each holds one entry per cell in every column.
    pub slots: [BackgroundSlot; MAX_BACKGROUNDS],
}

/// One background conductance of every cell; zero where a cell has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackgroundSlot {
    /// Mean, nS.
    pub mean_ns: Vec<f32>,
    /// Stationary standard deviation, nS.
    pub sd_ns: Vec<f32>,
    /// Correlation time, ms.
    pub tau_ms: Vec<f32>,
    /// Reversal potential, mV.
    pub reversal_mv: Vec<f32>,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// A delay is longer than the engine's ring.
    #[error("the longest delay, {delay_ms} ms, exceeds the engine's limit of {limit_ms} ms")]
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
    /// A membrane potential became infinite or NaN.
    #[error("the potential of cell {cell} left the real numbers at {time_ms} ms")]
    Diverged {
        /// Node id.
        cell: u32,
        /// Time, ms.
        time_ms: f64,
    },
    /// Threads could not be started.
    #[error("cannot start {threads} threads: {message}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// The system's message.
        message: String,
    },
    /// Progress asked to stop.
    #[error("stopped before the run was complete")]
    Cancelled,
}

impl SimError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DelayTooLong { .. } => "check axonalConductionVelocity: 300 um/ms is 0.3 m/s; 0.0033 is its inverse",
            Self::TooManySpikes { .. } => "lower the rates of its condition, or shorten the run",
            Self::Diverged { .. } => "check the neuron parameters and conductances of that cell's population",
            Self::Threads { .. } => "ask for fewer threads",
            Self::Cancelled => "call again; nothing was stored",
        }
    }
}

/// Spreads the Neumann conditions of a boundary over the cells of a column.
///
/// Percentages are of each cell's leak conductance.
#[must_use]
pub fn backgrounds(boundary: &Boundary, column: &Column, neurons: &NeuronColumns) -> BackgroundColumns {
    let n = column.cells.len();
    let empty =
        BackgroundSlot { mean_ns: vec![0.0; n], sd_ns: vec![0.0; n], tau_ms: vec![1.0; n], reversal_mv: vec![0.0; n] };
    let mut columns = BackgroundColumns { slots: std::array::from_fn(|_| empty.clone()) };
    let mut used = vec![0_usize; n];
    for condition in &boundary.conditions {
        let Condition::Neumann { onto, .. } = condition else { continue };
        for background in onto {
            for (cell, used) in used.iter_mut().enumerate() {
                let population = usize::from(column.cells.population[cell]);
                if column.header.populations[population].name != background.population || *used >= MAX_BACKGROUNDS {
                    continue;
                }
                let slot = &mut columns.slots[*used];
                let leak = f64::from(neurons.g_l_ns[cell]) / 100.0;
                slot.mean_ns[cell] = (background.mean_percent * leak) as f32;
                slot.sd_ns[cell] = (background.sd_percent * leak) as f32;
                slot.tau_ms[cell] = background.tau_ms as f32;
                slot.reversal_mv[cell] = background.reversal_mv as f32;
                *used += 1;
            }
        }
    }
    columns
}
