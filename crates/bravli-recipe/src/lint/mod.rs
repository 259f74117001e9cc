//! What a recipe says that is allowed and surprising.

mod generations;
mod rules;
mod values;

pub(crate) use generations::generations;
pub(crate) use rules::{repeated, rules};
pub(crate) use values::{thin_layer, values};
