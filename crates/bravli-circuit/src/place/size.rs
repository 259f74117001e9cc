//! Whether cells and their connections fit into memory.

use super::demand::LayerDemand;
use super::{MAX_CELLS, PlaceError};
use bravli_recipe::{Amount, Recipe};

/// Refuses cells that with their expected connections need more memory than there is.
///
/// `n_areas` is the whole area over that of a column of the radius.
pub(super) fn check(
    recipe: &Recipe,
    radius_um: f64,
    n_areas: f64,
    demands: &[LayerDemand<'_>],
    memory_bytes: u64,
) -> Result<(), PlaceError> {
    /// A cell with its state, rings and source index.
    const CELL_BYTES: f64 = 6_000.0;
    /// A connection in the circuit, its file buffer and the engine's record.
    const CONNECTION_BYTES: f64 = 150.0;
    let cells: f64 = demands.iter().map(|demand| demand.expected).sum();
    let reach = recipe.pathways.iter().map(|pathway| pathway.horizontal.scale_um()).fold(0.0, f64::max);
    let mean_probability = recipe.pathways.iter().map(bravli_recipe::PathwaySpec::probability).sum::<f64>()
        / recipe.pathways.len().max(1) as f64;
    // pairs farther apart than the widest fall-off hardly connect: cells within it bound the out-degree
    let near = cells * (2.0 * reach * reach / (radius_um * radius_um * n_areas)).min(1.0);
    // rules that fix a number have no probability: the largest in-degree for all cells, and every total
    let fixed = recipe.pathways.iter().map(|pathway| match pathway.amount {
        Amount::InDegree(k) => (f64::from(k), 0.0),
        Amount::Total(n) => (0.0, n as f64),
        Amount::Mean { .. } | Amount::Peak { .. } => (0.0, 0.0),
    });
    let (in_degree, total) = fixed.fold((0.0, 0.0), |(k, n): (f64, f64), (other, more)| (k.max(other), n + more));
    let connections =
        cells * near * mean_probability + (in_degree * cells).min(cells * cells) + total.min(cells * cells);
    // each partition of 512 cells indexes all sources in four bytes
    let needed = cells * CELL_BYTES + cells * cells / 128.0 + connections * CONNECTION_BYTES;
    if needed <= memory_bytes as f64 && cells <= MAX_CELLS {
        return Ok(());
    }
    // cells grow with the square of the radius; connections at most with the fourth power
    let excess = (needed / memory_bytes as f64).max(cells / MAX_CELLS);
    let power = if near < cells { 2.0 } else { 4.0 };
    Err(PlaceError::TooLarge {
        radius_um,
        cells,
        connections,
        needed_gib: needed / f64::from(1 << 30),
        available_gib: memory_bytes as f64 / f64::from(1 << 30),
        fitting_radius_um: (0.9 * radius_um / excess.powf(1.0 / power)).floor(),
    })
}
