//! The engine that runs still go through.
mod input;
pub mod point;
mod receptors;
pub mod reference;

pub use bravli_recipe::calcium_factor;
pub use input::{BackgroundColumns, BackgroundSlot, PointInput, SimError, backgrounds};
pub use receptors::{Receptors, biexponential_factor};
