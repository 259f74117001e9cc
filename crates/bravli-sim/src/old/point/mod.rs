//! The fast engine: adaptive exponential cells with conductance synapses and stochastic release.
//!
//! Cells are cut into partitions whose number depends on the model alone. A partition owns its cells' state and the
//! records of all connections onto them, so threads never write to each other's memory and sums run in one order.

mod block;
mod deliver;
mod kernel;
mod plan;
mod run;

pub use plan::Plan;
pub use run::{RunOutput, RunStats, run};
