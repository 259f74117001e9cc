//! Column → circuit: which cells connect, with what synapses.

mod dependent;
mod error;
mod fixed;
mod kernel;
mod lists;
mod members;
mod pairs;
mod plan;
mod report;
mod rules;
mod summary;
mod tree;

pub use error::{MAX_COUNT, WireError};
pub use plan::peak_probability;
pub use report::{
    Afferent, Check, Checked, Degrees, DistanceBin, PairOdds, PathwayReport, Reciprocity, UnusedRule, Verdict, What,
    WiringReport, pair_odds, wiring_report,
};
pub use summary::PathwaySummary;
pub(crate) use {
    kernel::Kernel,
    members::Members,
    pairs::{Scratch, connect},
};

use crate::column::Column;
use crate::contact::parameters;
use crate::edges::{Connections, EdgeHeader, Edges, Ends};
use bravli_recipe::Recipe;
use bravli_rng::Stream;
use plan::Plan;
use rayon::prelude::*;
use rules::{Rules, cell_types};
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Sources that one thread wires before it reports.
const CHUNK: usize = 64;

/// A column and its connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    /// Placed cells.
    pub column: Column,
    /// What the edges refer to and share.
    pub header: EdgeHeader,
    /// Connections, sorted by source, then target.
    pub edges: Edges,
    /// Type of each cell: a row and column of [`EdgeHeader::pathway_of`].
    types: Vec<u16>,
}

impl Circuit {
    /// Cells and what their connections share, without any connection.
    #[must_use]
    pub fn unwired(column: Column, header: EdgeHeader) -> Self {
        let types = cell_types(&column).0;
        Self { edges: Edges::none(column.cells.len()), column, header, types }
    }

    /// The same cells with other connections.
    #[must_use]
    pub fn with_edges(self, edges: Edges) -> Self {
        Self { edges, ..self }
    }

    /// A digest of places and connections: equal circuits have equal digests, whatever the machine.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let cells = &self.column.cells;
        let places = [&cells.x_um, &cells.y_um, &cells.depth_um].into_iter().flatten();
        let kinds = [&cells.layer, &cells.mtype, &cells.etype, &cells.population].into_iter().flatten();
        let words = places.map(|place| place.to_bits()).chain(kinds.map(|kind| u32::from(*kind)));
        words.fold(self.edges.digest(), |sum, word| (sum ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// All connections, decoded row by row.
    #[must_use]
    pub fn connections(&self) -> Connections<'_> {
        let ends = Ends { types: &self.types, cells: Some(&self.column.cells) };
        Connections { header: &self.header, edges: &self.edges, sources: ends, targets: ends }
    }
}

/// Connects the cells of a column as the recipe's pathways ask.
///
/// Every draw depends on (seed, pathway, number of the cell within its layer and m-type) alone, so a change to one
/// pathway's cells or rule moves no other pathway. Work grows with connections, not with pairs.
///
/// `progress` gets the share of sources done and may stop the work.
///
/// # Errors
/// [`WireError`] when the recipe leaves a pair of populations undecided or asks for what cannot be, or `progress` stopped
/// the work.
///
/// # Repeatability
/// Bit-equal for any thread count.
pub fn wire(
    recipe: &Recipe,
    column: Column,
    seed: u64,
    progress: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Circuit, WireError> {
    if recipe.pathways.is_empty() {
        return Err(WireError::NoPathways(recipe.name.clone()));
    }
    let members = Members::new(&column, recipe.uses_depth());
    let (types, kinds) = cell_types(&column);
    let specs = plan::specs(recipe, &column)?;
    let Rules { header, laws } = Rules::new(recipe, &column, &kinds, &specs)?;
    let plan = Plan::new(&column, &members, &specs, seed, progress)?;
    let contacts: Vec<Stream> = members
        .kind_names
        .iter()
        .flat_map(|pre| members.kind_names.iter().map(move |post| parameters(seed, &format!("{pre}->{post}"))))
        .collect();
    let n = members.len();
    let n_kinds = members.kind_names.len();
    let chunks: Vec<Range<usize>> = (0..n).step_by(CHUNK).map(|start| start..(start + CHUNK).min(n)).collect();
    let done = AtomicUsize::new(0);
    let parts: Vec<Edges> = chunks
        .par_iter()
        .map_init(Scratch::default, |scratch, chunk| {
            let before = done.fetch_add(chunk.len(), Ordering::Relaxed);
            if progress(before as f64 / n.max(1) as f64).is_break() {
                return Err(WireError::Cancelled);
            }
            let mut targets: Vec<u32> = Vec::new();
            let mut ends = Vec::with_capacity(chunk.len());
            for source in chunk.clone() {
                let first = targets.len();
                plan.targets(&members, source as u32, scratch, &mut targets);
                targets[first..].sort_unstable();
                ends.push(targets.len());
            }
            let mut edges = Edges::start(chunk.len(), targets.len());
            let mut row = 0;
            for (source, end) in chunk.clone().zip(ends) {
                let from = usize::from(members.kind[source]) * n_kinds;
                let number = u64::from(members.number[source]) << 32;
                for &target in &targets[row..end] {
                    let to = target as usize;
                    let Some(pathway) = header.pathway_index(types[source], types[to]) else { continue };
                    let stream = contacts[from + usize::from(members.kind[to])];
                    edges.push(target, &laws[pathway].draw(stream, number | u64::from(members.number[to])));
                }
                edges.end_source();
                row = end;
            }
            Ok(edges)
        })
        .collect::<Result<_, _>>()?;
    drop((plan, members));
    Ok(Circuit { column, header, edges: Edges::concatenate(parts), types })
}
