//! The fast engine.

use crate::SimError;
use crate::network::{Network, Sink};
use std::ops::ControlFlow;

/// How a network is run; nothing here changes results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Threads, 1 or more.
    pub threads: usize,
    /// Instruction set.
    pub simd: Simd,
}

/// Instruction sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Simd {
    /// The widest that this machine has.
    #[default]
    Best,
    /// AVX-512.
    Avx512,
    /// AVX2.
    Avx2,
    /// What every machine of this kind has.
    Baseline,
}

/// What a network would take, before it is built.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Memory at its peak, bytes.
    pub bytes: f64,
    /// Connections expected.
    pub n_connections: f64,
    /// Seconds of wall time per second of biological time at `rate_hz` on one core of an ordinary machine.
    pub rtf_one_core: f64,
}

/// Sizes and counts of a run; the same at any number of threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Cells with a membrane.
    pub n_neurons: u64,
    /// Connections.
    pub n_connections: u64,
    /// Steps taken.
    pub n_steps: u64,
    /// Spikes of neurons.
    pub n_spikes: u64,
    /// Synaptic events: arrivals of spikes at connections.
    pub n_events: u64,
}

/// State of a run between two steps, independent of the number of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The next step.
    pub step: u64,
    /// Everything else.
    pub bytes: Vec<u8>,
}

/// A network laid out for the fast engine, with its state.
#[derive(Debug)]
pub struct Engine<'a> {
    network: &'a Network<'a>,
    step: u64,
}

impl<'a> Engine<'a> {
    /// Checks and lays out a network; the run starts at step 0.
    ///
    /// # Errors
    /// [`SimError`] when it has flaws or does not fit.
    pub fn new(network: &'a Network<'a>, _options: Options) -> Result<Self, SimError> {
        Ok(Self { network, step: 0 })
    }

    /// The next step.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Runs up to (not including) step `until`. `progress` is called about every 20 ms with the next step, and may stop the run;
    /// the engine then stands at a step from which it can go on.
    ///
    /// # Errors
    /// [`SimError::Cancelled`] when `progress` asked to stop; else what went wrong.
    pub fn run(
        &mut self,
        _until: u64,
        _sink: &mut dyn Sink,
        _progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), SimError> {
        let _ = self.network;
        Err(SimError::Cancelled)
    }

    /// Sizes and counts so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::default()
    }

    /// Memory of synapses and state, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        0
    }

    /// The state, to go on from later.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { step: self.step, bytes: Vec::new() }
    }

    /// Goes back, or on, to a checkpoint of the same network.
    ///
    /// # Errors
    /// [`SimError::Checkpoint`] when it belongs to another network or is damaged.
    pub fn restore(&mut self, _checkpoint: &Checkpoint) -> Result<(), SimError> {
        Ok(())
    }
}

/// What a network would take.
#[must_use]
pub fn estimate(_network: &Network<'_>, _rate_hz: f64) -> Estimate {
    Estimate { bytes: 0.0, n_connections: 0.0, rtf_one_core: 0.0 }
}
