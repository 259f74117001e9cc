//! YAML as a tree in which every node knows its place, so that all problems of a file can be told at once.

mod fields;
mod tree;

pub(crate) use fields::Fields;
pub(crate) use tree::{Node, Value, parse};
