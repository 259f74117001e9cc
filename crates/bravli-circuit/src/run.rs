//! What a simulation leaves: spikes.

/// Spikes of one node population, ordered by time, then node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spikes {
    /// SONATA node population.
    pub population: String,
    /// Spike times, ms.
    pub time_ms: Vec<f64>,
    /// Node ids.
    pub node: Vec<u32>,
}
