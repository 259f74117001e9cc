//! Every number of a recipe, by a readable path.

use crate::problem::Notes;
use crate::{Location, Recipe, RecipeFiles, Rejected, number_walk, select};
use serde::Serialize;

/// One number of one recipe file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberRef {
    /// File in the recipe folder.
    pub file: String,
    /// Where in the file's structure, as in `class[E2].gsyn` or `layers[4].n_cells`.
    pub path: String,
    /// The number.
    pub value: f64,
    /// Where in the text.
    pub at: Location,
    /// Where the XML element or the outermost YAML list item that holds it starts: the `at` of the class, rule, pathway,
    /// membrane or group that it belongs to. The start of the file where nothing holds it.
    pub owner: Location,
}

/// Lists every number of every recipe file, in file order.
///
/// Labels (layers, ids, patterns), version strings, random seeds and `sources.yaml` itself are left out.
/// An XML element is named by its id or by its ends (`mTypeRule[L4_SSC->L2_IPC]`); elements that only hold others are
/// left out of the path. A YAML list item is named by `pre->post`, by m-type and layer, or by its `source`,
/// `population`, `name` or `layer`; two items of the same name are told apart by their further names, then by index.
///
/// # Errors
/// [`Rejected`] when a file cannot be parsed.
pub fn numbers(files: &RecipeFiles) -> Result<Vec<NumberRef>, Rejected> {
    numbers_with(files, None)
}

/// The same as [`numbers`], with the builder recipe named as in [`crate::read_with`].
///
/// # Errors
/// [`Rejected`] when a file cannot be parsed.
pub fn numbers_with(files: &RecipeFiles, main_file: Option<&str>) -> Result<Vec<NumberRef>, Rejected> {
    let mut notes = Notes::default();
    let parsed = select::parse(files, main_file, &mut notes);
    notes.finish()?;
    Ok(number_walk::walk(&parsed))
}

/// The numbers that no entry of `sources.yaml` speaks for.
#[must_use]
pub fn unsourced(recipe: &Recipe, numbers: &[NumberRef]) -> Vec<NumberRef> {
    let index = recipe.source_index();
    numbers.iter().filter(|n| index.source_of(&n.file, &n.path).is_none()).cloned().collect()
}
