//! What a run writes down, and where to.

use super::Cells;

/// What is written down besides the spikes of all populations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Values of chosen cells over time.
    pub traces: Vec<Trace>,
    /// Weights of a projection over time.
    pub weights: Vec<WeightTrace>,
}

/// A variable of chosen cells at an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Position of the population.
    pub population: usize,
    /// Cells.
    pub cells: Cells,
    /// Variable.
    pub variable: Variable,
    /// Steps between samples; samples are of step ends, so the first is of step `every`.
    pub every: u32,
}

/// Variables of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// Membrane potential after the spike test, mV.
    V,
    /// Adaptation current w of [`super::Adex`], u of [`super::Izhikevich`], sum of η of [`super::Gif`], pA.
    Adaptation,
    /// Moving threshold of [`super::Gif`], mV.
    Threshold,
    /// What a receptor has open at the step's end, nS or pA, before the events that enter then; NMDA without its block.
    Receptor(usize),
}

/// Weights of connections at an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightTrace {
    /// Position of the projection.
    pub projection: usize,
    /// Numbers of the connections, ascending; all where none is given.
    pub connections: Option<Vec<u64>>,
    /// Steps between samples.
    pub every: u32,
}

/// A spike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spike {
    /// Step at whose start it stands; its time is step·dt.
    pub step: u32,
    /// Cell in its population.
    pub cell: u32,
}

/// Why nothing more could be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SinkError {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Where a run writes. Calls come in order of time.
pub trait Sink {
    /// Spikes of a population, sorted by step, then cell; later calls never go back in time.
    ///
    /// # Errors
    /// When they cannot be kept; the run then ends.
    fn spikes(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SinkError>;

    /// One sample of every cell of a trace, in its cell order, at the end of step `step` − 1, time step·dt.
    ///
    /// # Errors
    /// When it cannot be kept; the run then ends.
    fn sample(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError>;

    /// Weights of a weight trace at time step·dt: after the spikes and the end of an interval then, before the arrivals.
    ///
    /// # Errors
    /// When they cannot be kept; the run then ends.
    fn weights(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError>;
}

/// Keeps everything in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Spikes by population.
    pub spikes: Vec<Vec<Spike>>,
    /// Samples by trace: (step, values).
    pub samples: Vec<Vec<(u32, Vec<f32>)>>,
    /// Weights by weight trace: (step, values).
    pub weights: Vec<Vec<(u32, Vec<f32>)>>,
}

impl Kept {
    fn slot<T>(list: &mut Vec<Vec<T>>, index: usize) -> &mut Vec<T> {
        if list.len() <= index {
            list.resize_with(index + 1, Vec::new);
        }
        &mut list[index]
    }

    /// Spikes of a population; none where it never fired.
    #[must_use]
    pub fn of(&self, population: usize) -> &[Spike] {
        self.spikes.get(population).map_or(&[], Vec::as_slice)
    }
}

impl Sink for Kept {
    fn spikes(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SinkError> {
        Self::slot(&mut self.spikes, population).extend_from_slice(spikes);
        Ok(())
    }

    fn sample(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError> {
        Self::slot(&mut self.samples, trace).push((step, values.to_vec()));
        Ok(())
    }

    fn weights(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError> {
        Self::slot(&mut self.weights, trace).push((step, values.to_vec()));
        Ok(())
    }
}
