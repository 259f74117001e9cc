//! Circuit recipes.

mod model;
pub use model::*;
