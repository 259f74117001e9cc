//! What a scientist's agent can ask for: one file per part of the way from question to verdict.

mod build;
mod connection;
mod edit;
mod export;
mod inspect;
mod library;
mod literature;
mod recipe;
mod recipe_detail;
mod recipe_open;
mod records;
mod run;
mod why;

pub use recipe_open::{OpenRecipe, TableNotes, WrittenRecipe};

use crate::replies::Status;
use crate::store::Made;

fn status(made: &Made) -> Status {
    if made.found { Status::Found } else { Status::Made }
}
