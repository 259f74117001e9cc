//! What to simulate, as plain columns; how is the engines' business.
//!
//! A [`Network`] holds populations (a neuron model with its parameters, and receptors), projections between them, drives and
//! what to record. [`crate::reference`] and [`crate::point`] run the same network; exporters write it for other engines.
//!
//! # Order of events
//! Time runs in steps of `dt_ms`; step `s` covers (s·dt, (s+1)·dt].
//! 1. Spikes whose delay ends at s·dt enter their receptors, as do the counts that Poisson drives draw for the step.
//! 2. Membranes advance to (s+1)·dt. A linear membrane with current receptors takes its exact solution; others act under the
//!    mean of each conductance over the step. Ornstein–Uhlenbeck drives hold their value of s·dt.
//! 3. A cell that reaches its threshold spikes at (s+1)·dt: spike step s+1. It is reset, and held for its refractory time.
//! 4. Receptors and drives advance to (s+1)·dt; plasticity sees the spikes of (s+1)·dt.
//!
//! A spike of step `k` with a delay of `d` steps enters at the start of step `k + d`. This is NEST's convention.
//!
//! A run of n steps tells of the spikes of steps up to n, and of samples of steps 1 to n. Refractory times run on under a
//! clamp, which goes before them; of several clamps on a cell the last holds.
//!
//! # Draws
//! Each is a word of [`cell_word`] or of one Philox call, under the key of (seed, name, purpose). A word's upper 24 bits make
//! a uniform number (⌊word/256⌋ + 1/2)/2²⁴. Step `s` draws with `s` as its number: the escape of the spikes of s + 1, Poisson
//! counts that enter at s, and the move of a noisy drive from s·dt to (s+1)·dt. A source's spike of step `k` draws with `k`.

mod check;
mod connect;
mod draws;
mod drive;
mod neuron;
mod plasticity;
mod projection;
mod receptor;
mod recording;
mod values;

pub use check::{Flaw, MAX_POISSON_MEAN, check};
pub use connect::{Bounds, Distribution, Pairing, Rule, Wiring};
pub use draws::{RAW_SD, cell_word, centred_bytes};
pub use drive::{Cells, Drive, DriveKind, Profile, Waveform};
pub use neuron::{Adex, Gif, Izhikevich, Lif, NeuronModel, Trains};
pub use plasticity::Plasticity;
pub use projection::{Connectivity, PerConnection, Projection, Release, Row, Rows, Slow};
pub use receptor::{Effect, Kinetics, MgBlock, Receptor};
pub use recording::{Kept, Recording, Sink, SinkError, Spike, Trace, Variable, WeightTrace};
pub use values::Values;

/// Cells, synapses and drives, ready for an engine.
#[derive(Debug, Clone)]
pub struct Network<'a> {
    /// Step, ms.
    pub dt_ms: f64,
    /// Seed of all draws.
    pub seed: u64,
    /// Populations, cells and outside sources alike.
    pub populations: Vec<Population>,
    /// Synapses, by source and target population.
    pub projections: Vec<Projection<'a>>,
    /// What acts on cells besides synapses.
    pub drives: Vec<Drive>,
    /// What is written down besides spikes.
    pub recording: Recording,
}

/// Cells of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name, unique in the network: it keys the population's draws.
    pub name: String,
    /// Number of cells.
    pub n_cells: u32,
    /// Neuron model and parameters.
    pub model: NeuronModel,
    /// Where synapses and drives end.
    pub receptors: Vec<Receptor>,
    /// Membrane potential at the start, mV; drawn per cell by the description, not by the engine.
    pub v_init_mv: Values,
}

impl Network<'_> {
    /// Steps in a time, rounded.
    #[must_use]
    pub fn steps(&self, time_ms: f64) -> u64 {
        (time_ms / self.dt_ms).round().max(0.0) as u64
    }

    /// Position of a population.
    #[must_use]
    pub fn population(&self, name: &str) -> Option<usize> {
        self.populations.iter().position(|population| population.name == name)
    }

    /// All cells that have a membrane.
    #[must_use]
    pub fn n_neurons(&self) -> u64 {
        let neurons = self.populations.iter().filter(|population| !population.model.is_source());
        neurons.map(|population| u64::from(population.n_cells)).sum()
    }
}
