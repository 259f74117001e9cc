//! What every number of an artifact rests on.
//!
//! A number of a recipe is one of
//! - **measured**: the value (or spread) of a cited fact that was measured in the recipe's own preparation, be it told at
//!   second hand;
//! - **adopted**: the value of a cited fact that is a parameter of another model or recipe, not a measurement;
//! - **generalised**: the value of a cited measurement in another preparation than the recipe's;
//! - **derived**: computed from facts by a stated formula;
//! - **assumed**: chosen for a stated reason;
//! - **unsourced**: none of these. Such a number gets into no artifact but the recipe's own copy.
//!
//! The recipe's preparation is `target` in its `sources.yaml`. Species and region are compared with those of the fact: a
//! region agrees when it is one of the target's regions or lies in one of them, by the terms' `broader`; a fact that does
//! not say its species or region does not agree. Ages, temperatures and states are shown and not compared, since sources
//! write them in too many ways; another layer or cell class is marked by hand, with `generalised: "why"` on the entry. A
//! recipe without a target claims no preparation, so none of its cited measurements counts as generalised but by mark.
//!
//! An artifact's ledger counts the numbers that this artifact uses, not the whole recipe. What a request chooses to do in
//! the experiment (radius, layers, seeds, protocol) is its design, stands in `request` and is not counted; what a request
//! changes in the model (conditions, calcium, connections) is counted as assumed.

mod budget;
mod comparable;
mod explain;
mod preparation;
mod sourced;
mod summary;
mod text;
mod uses;

pub(crate) use budget::{Budget, budget};
pub(crate) use explain::{Subject, parameter, parameters};
pub(crate) use sourced::Sourced;
pub(crate) use summary::summary;
pub(crate) use text::{about, fact_row, paper_row, preparation, value, word};
pub(crate) use uses::{Uses, boundary, circuit, column, edits, run};
