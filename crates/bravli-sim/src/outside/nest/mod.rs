//! Networks as scripts for NEST 3.10.

mod cells;
mod drives;
mod ports;
mod synapses;

use super::script::Script;
use super::{Files, Untranslated};
use crate::network::{DriveKind, Network, Release};

const HEAD: &str = include_str!("head.py");
const TAIL: &str = include_str!("tail.py");

/// A network as a script for NEST 3.10, as `pip install nest-simulator` gives it.
///
/// Cells take NEST's own models, which are named in the script. Noise is drawn by NEST, so spikes agree in distribution; without
/// noise they agree in time.
///
/// # Errors
/// Everything that NEST's models cannot express, and flaws of the network.
pub fn nest(network: &Network<'_>, duration_ms: f64) -> Result<Files, Vec<Untranslated>> {
    let mut script = Script::new("NEST", network, duration_ms)?;
    if (network.dt_ms * 1e3 - (network.dt_ms * 1e3).round()).abs() > 1e-6 {
        script.refuse(
            "dt_ms",
            format!("a step of {} ms is no multiple of its tic of 1 us", network.dt_ms),
            "choose a step such as 0.1 ms",
        );
    }
    let columns = script.columns(network);
    let cells = cells::write(&mut script, network, &columns);
    if network.populations.iter().any(|population| population.model.is_source()) {
        script.line("wake_sources()");
    }
    for (index, projection) in network.projections.iter().enumerate() {
        synapses::write(&mut script, network, index, projection, &columns[index], &cells[projection.target]);
    }
    for index in 0..network.drives.len() {
        drives::write(&mut script, network, index, &cells[network.drives[index].population]);
    }
    if network.drives.iter().any(|drive| matches!(drive.kind, DriveKind::Poisson { .. })) {
        script.note("Events of a Poisson drive enter one step after they are drawn.");
    }
    if network.projections.iter().any(|projection| projection.release == Release::Stochastic) {
        script.note("quantal_stp_synapse sends its releases as one event; a spike that releases nothing is not sent.");
    }
    script.finish(network, HEAD, TAIL)
}
