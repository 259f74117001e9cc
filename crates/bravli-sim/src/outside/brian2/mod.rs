//! Networks as scripts for Brian2 2.9.

mod cells;
mod drives;
mod synapses;

use super::script::Script;
use super::{Files, Untranslated};
use crate::network::Network;

const HEAD: &str = include_str!("head.py");
const TAIL: &str = include_str!("tail.py");

/// A network as a script for Brian2 2.9, which states its equations.
///
/// The script runs as a compiled program where there is a C++ compiler, and in Python with `--runtime`. Noise is drawn by
/// Brian2, so spikes agree in distribution; without noise they agree in time.
///
/// # Errors
/// Everything that is not put into equations here, and flaws of the network.
pub fn brian2(network: &Network<'_>, duration_ms: f64) -> Result<Files, Vec<Untranslated>> {
    let mut script = Script::new("Brian2", network, duration_ms)?;
    script.note(
        "Equations are solved by the Runge-Kutta method of fourth order over potential and receptors together. Brian2 counts a \
         step by its start; the times written are those of its end.",
    );
    let columns = script.columns(network);
    let groups: Vec<cells::Group> = network
        .populations
        .iter()
        .enumerate()
        .map(|(index, _)| cells::write(&mut script, network, &columns, index))
        .collect();
    for (index, projection) in network.projections.iter().enumerate() {
        synapses::write(&mut script, network, index, projection, &columns[index], &groups[projection.target]);
    }
    for index in 0..network.drives.len() {
        drives::write(&mut script, network, index, &groups[network.drives[index].population]);
    }
    script.finish(network, HEAD, TAIL)
}
