//! Why a run failed.

use crate::network::{Flaw, SinkError};

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// The network cannot be simulated as it is described.
    #[error("{}", .0.first().map_or_else(String::new, ToString::to_string))]
    Flaws(Vec<Flaw>),
    /// A row of connections is wrong.
    #[error("row {source_cell} of projection {projection:?}: {message}")]
    Row {
        /// Name of the projection.
        projection: String,
        /// Source cell.
        source_cell: u32,
        /// What is wrong.
        message: String,
    },
    /// The run is longer than steps can be counted.
    #[error("{n_steps} steps are more than the {limit} that can be counted")]
    TooLong {
        /// Steps asked for.
        n_steps: u64,
        /// Limit.
        limit: u64,
    },
    /// A part is larger than can be counted.
    #[error("{what} are more than the {limit} that can be counted")]
    TooLarge {
        /// The part.
        what: String,
        /// Limit.
        limit: u64,
    },
    /// There is not enough memory.
    #[error("the run would need about {needed_mib:.0} MiB; {available_mib:.0} MiB are free")]
    NoRoom {
        /// Estimate, MiB.
        needed_mib: f64,
        /// Available, MiB.
        available_mib: f64,
    },
    /// A membrane potential became infinite or NaN.
    #[error("the potential of cell {cell} of {population:?} left the real numbers at {time_ms} ms")]
    Diverged {
        /// Population.
        population: String,
        /// Cell in its population.
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
    /// An instruction set that this machine does not have was asked for.
    #[error("this machine has no {0}")]
    NoSimd(&'static str),
    /// What the run writes could not be kept.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// A checkpoint does not belong to this network.
    #[error("the checkpoint does not fit this network: {0}")]
    Checkpoint(String),
    /// Progress asked to stop.
    #[error("stopped before the run was complete")]
    Cancelled,
}

impl SimError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Flaws(flaws) => flaws.first().map_or_else(String::new, |flaw| flaw.remedy.clone()),
            Self::Row { .. } => "mend the connections of that cell".into(),
            Self::TooLong { .. } => "split the run, or take a longer step".into(),
            Self::TooLarge { .. } => "split the population or the projection in two".into(),
            Self::NoRoom { .. } => "simulate fewer cells, or on a machine with more memory".into(),
            Self::Diverged { .. } => "check the neuron parameters and conductances of that population".into(),
            Self::Threads { .. } => "ask for fewer threads".into(),
            Self::NoSimd(_) => "leave the instruction set out; the best one is taken".into(),
            Self::Sink(error) => error.remedy.clone(),
            Self::Checkpoint(_) => "resume with the network that made it".into(),
            Self::Cancelled => "call again; nothing was stored".into(),
        }
    }
}
