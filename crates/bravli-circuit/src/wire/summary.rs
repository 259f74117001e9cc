//! Connections per pair of populations.

use super::Circuit;

/// Connections of one pair of populations, for reports.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PathwaySummary {
    /// Presynaptic population.
    pub pre: String,
    /// Postsynaptic population.
    pub post: String,
    /// Connections made.
    pub n_connections: u64,
    /// Synapses made.
    pub n_synapses: u64,
    /// Share of all pairs that are connected.
    pub probability: f64,
    /// Mean peak conductance of a contact, nS.
    pub mean_gsyn_ns: f64,
    /// Mean delay, ms.
    pub mean_delay_ms: f64,
}

impl Circuit {
    /// Connections per pair of populations, in order of the pair.
    #[must_use]
    pub fn summarise(&self) -> Vec<PathwaySummary> {
        let populations = &self.column.header.populations;
        let n = populations.len();
        let of = |cell: usize| usize::from(self.column.cells.population[cell]);
        let mut sums = vec![(0_u64, 0_u64, 0.0_f64, 0.0_f64); n * n];
        self.connections().for_each(|source, _, connection| {
            let sum = &mut sums[of(source) * n + of(connection.target as usize)];
            sum.0 += 1;
            sum.1 += u64::from(connection.n_synapses);
            sum.2 += f64::from(connection.gsyn_ns);
            sum.3 += f64::from(connection.delay_ms);
        });
        let mut summary = Vec::new();
        for (pair, (connections, synapses, gsyn, delay)) in sums.into_iter().enumerate() {
            if connections == 0 {
                continue;
            }
            let (pre, post) = (&populations[pair / n], &populations[pair % n]);
            let within = if pair / n == pair % n { f64::from(pre.n_cells) } else { 0.0 };
            let pairs = f64::from(pre.n_cells) * f64::from(post.n_cells) - within;
            summary.push(PathwaySummary {
                pre: pre.name.clone(),
                post: post.name.clone(),
                n_connections: connections,
                n_synapses: synapses,
                probability: connections as f64 / pairs,
                mean_gsyn_ns: gsyn / connections as f64,
                mean_delay_ms: delay / connections as f64,
            });
        }
        summary
    }
}
