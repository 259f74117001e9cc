//! Circuit, boundary and protocol → spikes.
//!
//! Invariant: an engine receives plain columns of numbers and returns spikes; the number of threads changes speed, never
//! a bit of the result. `point` is the fast engine (adaptive exponential cells, conductance synapses, stochastic
//! multivesicular release), `reference` the slow, obvious one it is compared with, `rate` the mean-field circuits whose
//! answer is known and which serve as truth controls.

mod fibre_spikes;
mod input;
pub mod point;
pub mod rate;
mod receptors;
pub mod reference;

pub use bravli_recipe::calcium_factor;
pub use input::{BackgroundColumns, BackgroundSlot, PointInput, SimError, backgrounds};
pub use receptors::{Receptors, biexponential_factor};
