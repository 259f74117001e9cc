//! Recipe to column to circuit: geometry, placement, wiring, boundary and protocol descriptions.

mod column;
mod edges;
mod run;
mod trial;

pub use column::{Cells, Column, ColumnHeader, PlacedLayer, PlacedPopulation};
pub use edges::{EdgeHeader, Edges};
pub use run::Spikes;
pub use trial::{Trial, TrialKind};
