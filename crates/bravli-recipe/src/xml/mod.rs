//! The builder recipe: an XML document that may draw in other files of its folder.

pub(crate) mod attributes;
pub(crate) mod cells;
pub(crate) mod classes;
pub(crate) mod connections;
pub(crate) mod document;
pub(crate) mod prolog;
pub(crate) mod rules;
pub(crate) mod touches;
pub(crate) mod uncarried;
pub(crate) mod version1;

pub(crate) use document::{Element, load};
