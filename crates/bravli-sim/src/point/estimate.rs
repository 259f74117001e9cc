//! What a network would take, before it is built.

use crate::network::{Connectivity, Network, NeuronModel, Release};

/// What a network would take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Memory at its peak, bytes.
    pub bytes: f64,
    /// Connections expected.
    pub n_connections: f64,
    /// Seconds of one core per second of biological time.
    pub core_s_per_s: f64,
}

/// What a network would take if its cells, outside sources aside, fired at `rate_hz` on average.
///
/// Costs per step and per event are those of a desktop core of 2024 with vectors of 256 bits; an estimate, for warnings and
/// refusals.
#[must_use]
pub fn estimate(network: &Network<'_>, rate_hz: f64) -> Estimate {
    let (mut bytes, mut core_s, mut n_connections) = (8.0e6, 0.0, 0.0);
    let steps_per_s = 1_000.0 / network.dt_ms;
    for (index, population) in network.populations.iter().enumerate() {
        let n = f64::from(population.n_cells);
        let n_drives = network.drives.iter().filter(|drive| drive.population == index).count() as f64;
        let (rows, ns) = match population.model {
            NeuronModel::Source(_) => (0.0, 0.05),
            NeuronModel::Lif(_) => (8.0, 1.0),
            NeuronModel::Adex(_) => (16.0, 3.0),
            NeuronModel::Gif(_) => (24.0, 3.0),
            NeuronModel::Izhikevich(_) => (15.0, 1.5),
        };
        let rows = rows + 2.0 * population.receptors.len() as f64 + 4.0 * n_drives;
        bytes += n * rows * 4.0;
        core_s += n * steps_per_s * (ns + 0.4 * population.receptors.len() as f64 + 0.8 * n_drives) * 1e-9;
    }
    for projection in &network.projections {
        let count = projection.wiring(network).expected();
        n_connections += count;
        let has_own = matches!(projection.release, Release::PerConnection | Release::Stochastic)
            || matches!(projection.connections, Connectivity::Given(_));
        let (per_connection, ns) = match (projection.plasticity.is_some(), has_own) {
            (true, _) => (40.0, 40.0),
            (false, true) => (46.0, 25.0),
            (false, false) => (4.4, 1.5),
        };
        bytes += count * per_connection;
        let sources = &network.populations[projection.source];
        let rate = match &sources.model {
            NeuronModel::Source(crate::network::Trains::Poisson(profile)) => profile.max(),
            _ => rate_hz,
        };
        core_s += count * rate * ns * 1e-9;
    }
    Estimate { bytes, n_connections, core_s_per_s: core_s }
}
