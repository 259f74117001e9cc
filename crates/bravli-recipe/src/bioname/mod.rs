//! The companion files of a builder recipe: where morphologies go, which there are, which electrical model each carries,
//! and what the build itself was told.
//!
//! Nothing here decides how cells are wired; the files say what a detailed build would add to the same cells. Each is
//! read into plain values with the place of every row, and checked against the recipe beside it.

pub(crate) mod check;
mod emodels;
mod folder;
mod manifest;
mod minis;
mod morphologies;
mod placement;
mod rotations;
mod rows;
mod section;
mod targets;

pub use emodels::EmodelRow;
pub use manifest::{
    AssignEmodels, AssignMorphologies, ChooseMorphologies, Manifest, ManifestCommon, NodeSetsSpec, PlaceCells,
};
pub use morphologies::MorphologyRow;
pub use placement::{LayerHeight, MtypeRuleSet, PlacementKind, PlacementRule, PlacementRules};
pub use rotations::{MtypeRotation, Rotation, RotationAxis};
pub use rows::MAX_ROWS;
pub use targets::{TargetCondition, TargetQuery, TargetSelection, TargetTest};
pub(crate) use targets::{compile, dataset_name};

use crate::problem::Notes;
use crate::select::Parsed;
use crate::{Problem, Recipe, RecipeFiles, yaml};
use std::collections::BTreeSet;

/// The build's own settings.
pub(crate) const MANIFEST: &str = "MANIFEST.yaml";
/// Named sets of cells.
pub(crate) const TARGETS: &str = "targets.yaml";
/// Spellings of the morphology table in small letters, the fuller form first.
const MORPHOLOGIES: &[&str] = &["extneurondb.dat", "neurondbv2.dat", "neurondb.dat"];
/// Spellings of the table of electrical models, in small letters.
const EMODELS: &[&str] = &["mecombo_emodel.tsv", "mecombo_emodel.dat"];

/// Reads every companion file of the folder, checks them, and says which files nothing reads.
pub(crate) fn read(files: &RecipeFiles, parsed: &Parsed, recipe: &mut Recipe, notes: &mut Notes) {
    let mut used = folder::used_by_the_recipe(parsed);
    if let Some(file) = folder::placement_file(files, &used) {
        recipe.placement_rules = placement::read(&file, files, notes);
        used.insert(file);
    }
    if let Some(file) = named(files, MORPHOLOGIES) {
        recipe.morphologies = morphologies::read(&file, files, notes);
        used.insert(file);
    }
    if let Some(file) = named(files, EMODELS) {
        recipe.emodels = emodels::read(&file, files, notes);
        used.insert(file);
    }
    if let Some(node) = yaml::parse(MANIFEST, files, notes) {
        recipe.manifest = manifest::read(&node, notes);
    }
    if let Some(node) = yaml::parse(TARGETS, files, notes) {
        recipe.targets = targets::read(&node, notes);
    }
    used.extend([MANIFEST, TARGETS].map(str::to_owned));
    check::companions(recipe, files, notes);
    tell_unread(files, &used, notes);
}

/// The first file whose name, in small letters, is one of `names`.
fn named(files: &RecipeFiles, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| files.0.keys().find(|file| file.to_lowercase() == *name)).cloned()
}

/// One note for all files that belong to no part of a recipe.
fn tell_unread(files: &RecipeFiles, used: &BTreeSet<String>, notes: &mut Notes) {
    /// More names than this are counted, not listed.
    const LISTED: usize = 12;
    let unread: Vec<String> = folder::unread(files, used);
    if unread.is_empty() {
        return;
    }
    let mut listed = unread.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if unread.len() > LISTED {
        listed.push_str(&format!(" and {} more", unread.len() - LISTED));
    }
    let verb = if unread.len() == 1 { "file of the folder is" } else { "files of the folder are" };
    notes.add(Problem::note("unread_file", format!("{} {verb} not read: {listed}", unread.len())));
}

/// A layer as the rest of the recipe names it: `L4` and `4` are the same.
pub(crate) fn layer_label(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix(['L', 'l']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => text.to_owned(),
    }
}
