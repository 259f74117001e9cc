//! Circuit → another circuit: pathways removed, drawn again, scaled or shuffled, and cells cut out.
//!
//! Every edit leaves the rows that it does not name as they were, bit for bit, and an edit that names nothing is an error.

mod cells;
mod choice;
mod error;
mod expression;
mod remove;
mod rewire;
mod scale;
mod shuffle;
mod swaps;

pub use cells::CutRow;
pub use error::EditError;
pub use expression::{NodeExpression, NodeTest, NodeValue, Order};
pub use remove::Remove;
pub use rewire::Rewire;
pub use scale::{SCALE_RANGE, Scale};
pub use shuffle::{MAX_SWAPS, Shuffle};

use crate::edges::Edges;
use crate::wire::Circuit;
use bravli_recipe::Recipe;
use std::ops::ControlFlow;

/// One change to a circuit.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Takes connections away.
    Remove(Remove),
    /// Draws a pathway again.
    Rewire(Rewire),
    /// Scales synapses.
    Scale(Scale),
    /// Exchanges the ends of connections.
    Shuffle(Shuffle),
    /// Keeps some cells and the connections among them.
    Keep(NodeExpression),
}

/// What an edit may need besides the circuit.
#[derive(Clone, Copy)]
pub struct EditGround<'a> {
    /// The recipe that the circuit was wired by.
    pub recipe: &'a Recipe,
    /// The seed that it was wired with.
    pub wiring_seed: u64,
    /// Gets the share done, and may stop the work.
    pub progress: &'a (dyn Fn(f64) -> ControlFlow<()> + Sync),
}

/// What an edit did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edited {
    /// In words and numbers.
    pub what: String,
    /// Connections taken away, made, changed or moved.
    pub n_connections: u64,
    /// Numbers that this puts in place of the recipe's: how many, and which.
    pub assumed: Vec<(u32, String)>,
    /// Synapses that cells lost with the cells around them, by population.
    pub cut: Vec<CutRow>,
    /// What to know.
    pub notes: Vec<String>,
}

/// The circuit after an edit, and what the edit did.
///
/// # Errors
/// [`EditError`] when the edit names populations, classes or cells that are not there, changes nothing, or cannot be.
///
/// # Repeatability
/// Bit-equal for any thread count.
pub fn apply(circuit: Circuit, edit: &Edit, ground: &EditGround<'_>) -> Result<(Circuit, Edited), EditError> {
    match edit {
        Edit::Remove(edit) => edit.apply(circuit),
        Edit::Rewire(edit) => edit.apply(circuit, ground),
        Edit::Scale(edit) => edit.apply(circuit),
        Edit::Shuffle(edit) => edit.apply(circuit, ground),
        Edit::Keep(expression) => cells::keep(circuit, expression),
    }
}

/// The rows that `is_kept` says, in their order.
fn filtered(circuit: &Circuit, mut is_kept: impl FnMut(usize, usize) -> bool) -> Edges {
    let edges = &circuit.edges;
    let mut kept = Edges::start(edges.n_sources(), edges.len());
    for source in 0..edges.n_sources() {
        for row in edges.rows(source) {
            if is_kept(source, row) {
                kept.push(edges.targets()[row], &edges.contact(row));
            }
        }
        kept.end_source();
    }
    kept
}
