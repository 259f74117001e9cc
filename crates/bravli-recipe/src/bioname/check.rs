//! What the companion files and the recipe say about each other.

use super::layer_label;
use super::{EmodelRow, LayerHeight, Manifest, PlacementKind, PlacementRules, TargetSelection, TargetTest};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::{Location, Problem, Recipe, RecipeFiles};
use std::collections::{BTreeMap, BTreeSet};

/// Checks every companion file that is there; nothing here refuses a recipe, which can be wired without them.
pub(super) fn companions(recipe: &Recipe, files: &RecipeFiles, notes: &mut Notes) {
    let layers = Layers::of(recipe);
    if let Some(rules) = &recipe.placement_rules {
        placement(rules, recipe, &layers, notes);
    }
    morphologies(recipe, &layers, notes);
    combos(recipe, notes);
    uncovered(recipe, notes);
    if let Some(manifest) = &recipe.manifest {
        settings(manifest, recipe, files, notes);
    }
    targets(recipe, &layers, notes);
}

/// The layers that a recipe has.
struct Layers {
    names: Vec<String>,
    /// Whether they are the column's, from the pia downwards; else only those that something speaks of.
    are_of_a_column: bool,
}

impl Layers {
    /// Those of the column; without one, the six of cortex and those of the composition and the mini frequencies.
    fn of(recipe: &Recipe) -> Self {
        if let Some(column) = recipe.column.as_ref().filter(|column| !column.layers.is_empty()) {
            let names = column.layers.iter().map(|layer| layer_label(&layer.layer)).collect();
            return Self { names, are_of_a_column: true };
        }
        let of_cells = recipe.composition.iter().map(|group| layer_label(&group.layer));
        let of_minis = recipe.mini_frequencies.keys().map(|layer| layer_label(layer));
        let names: BTreeSet<String> = ('1'..='6').map(String::from).chain(of_cells).chain(of_minis).collect();
        Self { names: names.into_iter().collect(), are_of_a_column: false }
    }

    fn lacks(&self, layer: &str) -> bool {
        !self.names.iter().any(|name| name == layer)
    }

    /// Height of a point, growing towards the pia; `None` where the order of the layers is not known.
    fn height(&self, point: &LayerHeight) -> Option<f64> {
        let depth = if self.are_of_a_column {
            self.names.iter().position(|name| *name == point.layer)? as f64
        } else {
            point.layer.parse().ok()?
        };
        Some(point.fraction - depth)
    }
}

/// Up to five names, and how many more there are.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let rest = names.len().saturating_sub(5);
    let head = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    if rest == 0 { head } else { format!("{head} and {rest} more") }
}

/// One warning for all m-types of a file that the taxonomy lacks.
fn unknown_mtypes<'a>(
    what: &str,
    mtypes: impl Iterator<Item = (&'a str, &'a Location)>,
    recipe: &Recipe,
    notes: &mut Notes,
) {
    if recipe.taxonomy.is_empty() {
        return;
    }
    let mut missing: BTreeMap<&str, &Location> = BTreeMap::new();
    for (mtype, at) in mtypes.filter(|(mtype, _)| !recipe.taxonomy.contains_key(*mtype)) {
        missing.entry(mtype).or_insert(at);
    }
    let Some(at) = missing.values().min().copied() else { return };
    let near = match missing.keys().next() {
        Some(only) if missing.len() == 1 => did_you_mean(only, recipe.taxonomy.keys().map(String::as_str)),
        _ => String::new(),
    };
    let message = format!("{what} m-types that the taxonomy lacks: {}{near}", listed(missing.keys().copied()));
    let remedy = "correct the names, or add the m-types to mtype_taxonomy.tsv";
    notes.add(Problem::warning("unknown_mtype", message).at(at.clone()).remedy(remedy));
}

/// One warning for all layers of a file that the recipe lacks.
fn unknown_layers<'a>(
    what: &str,
    places: impl Iterator<Item = (&'a str, &'a Location)>,
    layers: &Layers,
    notes: &mut Notes,
) {
    let mut missing: BTreeMap<&str, &Location> = BTreeMap::new();
    for (layer, at) in places.filter(|(layer, _)| layers.lacks(layer)) {
        missing.entry(layer).or_insert(at);
    }
    let Some(at) = missing.values().min().copied() else { return };
    let message = format!("{what} layers that the recipe lacks: {}", listed(missing.keys().copied()));
    let remedy = format!("the layers are {}", layers.names.join(", "));
    notes.add(Problem::warning("unknown_layer", message).at(at.clone()).remedy(remedy));
}

fn placement(rules: &PlacementRules, recipe: &Recipe, layers: &Layers, notes: &mut Notes) {
    let of_sets = rules.mtype_sets.iter().map(|set| (&set.mtypes, &set.at));
    let of_turns = rules.mtype_rotations.iter().map(|set| (&set.mtypes, &set.at));
    let named = of_sets.chain(of_turns).flat_map(|(mtypes, at)| mtypes.iter().map(move |mtype| (mtype.as_str(), at)));
    unknown_mtypes("placement rules name", named, recipe, notes);
    let all = || rules.global.iter().chain(rules.mtype_sets.iter().flat_map(|set| &set.rules));
    let heights = all().flat_map(|rule| match &rule.kind {
        PlacementKind::Below { limit } => vec![(limit.layer.as_str(), &rule.at)],
        PlacementKind::RegionTarget { min, max } | PlacementKind::RegionOccupy { min, max } => {
            vec![(min.layer.as_str(), &rule.at), (max.layer.as_str(), &rule.at)]
        }
        PlacementKind::PreferUnscaled { .. } => Vec::new(),
    });
    unknown_layers("placement rules name", heights, layers, notes);
    for rule in all() {
        let (PlacementKind::RegionTarget { min, max } | PlacementKind::RegionOccupy { min, max }) = &rule.kind else {
            continue;
        };
        if let (Some(low), Some(high)) = (layers.height(min), layers.height(max))
            && low >= high
        {
            let message = format!(
                "placement rule {:?}: y_min (layer {} at {}) is not below y_max (layer {} at {})",
                rule.id, min.layer, min.fraction, max.layer, max.fraction
            );
            let remedy = "y grows towards the pia: y_min is the deeper end; swap the two";
            notes.add(Problem::warning("inverted_interval", message).at(rule.at.clone()).remedy(remedy));
        }
    }
}

fn morphologies(recipe: &Recipe, layers: &Layers, notes: &mut Notes) {
    let mtypes = recipe.morphologies.iter().map(|row| (row.mtype.as_str(), &row.at));
    unknown_mtypes("the morphology table has", mtypes, recipe, notes);
    let places = recipe.morphologies.iter().map(|row| (row.layer.as_str(), &row.at));
    unknown_layers("the morphology table has", places, layers, notes);
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = recipe
        .morphologies
        .iter()
        .filter(|row| !seen.insert((&row.morphology, &row.layer, &row.mtype, &row.etype, &row.me_combo)))
        .collect();
    if let Some(first) = twice.first() {
        let message = format!("{} rows of the morphology table are repeated, {} first", twice.len(), first.morphology);
        let remedy = "a repeated row is drawn twice as often; remove it";
        notes.add(Problem::warning("repeated_row", message).at(first.at.clone()).remedy(remedy));
    }
}

/// Pairs of morphology and electrical model: each once, and one for every row that asks for it.
fn combos(recipe: &Recipe, notes: &mut Notes) {
    let mut by_combo: BTreeMap<&str, Vec<&EmodelRow>> = BTreeMap::new();
    for row in &recipe.emodels {
        by_combo.entry(&row.combo).or_default().push(row);
    }
    let twice: Vec<(&str, &EmodelRow)> =
        by_combo.iter().filter_map(|(name, rows)| rows.get(1).map(|second| (*name, *second))).collect();
    if let Some(at) = twice.iter().map(|(_, row)| &row.at).min() {
        let names = listed(twice.iter().map(|(name, _)| *name));
        let message = format!("{} combos have more than one row: {names}", twice.len());
        let remedy = "keep one row per combo_name, since cells refer to it by name";
        notes.add(Problem::warning("duplicate_combo", message).at(at.clone()).remedy(remedy));
    }
    if recipe.emodels.is_empty() {
        return;
    }
    let kinds: BTreeSet<[&str; 4]> =
        recipe.emodels.iter().map(|r| [&r.morphology, &r.layer, &r.mtype, &r.etype].map(String::as_str)).collect();
    let lacking: Vec<_> = recipe
        .morphologies
        .iter()
        .filter(|row| match &row.me_combo {
            Some(combo) => {
                !by_combo.get(combo.as_str()).is_some_and(|rows| rows.iter().any(|r| r.morphology == row.morphology))
            }
            None => !kinds.contains(&[&row.morphology, &row.layer, &row.mtype, &row.etype].map(String::as_str)),
        })
        .collect();
    if let Some(first) = lacking.first() {
        let names: BTreeSet<&str> = lacking.iter().map(|row| row.morphology.as_str()).collect();
        let message = format!("{} rows have no electrical model, of {}", lacking.len(), listed(names));
        let near = first.me_combo.as_deref().map(|combo| did_you_mean(combo, by_combo.keys().copied()));
        let remedy = format!("add the combo to the table of electrical models{}", near.unwrap_or_default());
        notes.add(Problem::warning("morphology_without_emodel", message).at(first.at.clone()).remedy(remedy));
    }
}

/// Kinds of cells of the composition that no morphology stands for.
fn uncovered(recipe: &Recipe, notes: &mut Notes) {
    if recipe.morphologies.is_empty() {
        return;
    }
    let there: BTreeSet<[&str; 3]> =
        recipe.morphologies.iter().map(|r| [&r.layer, &r.mtype, &r.etype].map(String::as_str)).collect();
    let mut missing: BTreeMap<String, &Location> = BTreeMap::new();
    for group in &recipe.composition {
        let layer = layer_label(&group.layer);
        for etype in group.etypes.iter().filter(|(_, share)| **share > 0.0).map(|(etype, _)| etype) {
            if !there.contains(&[&layer, &group.mtype, etype].map(String::as_str)) {
                missing.entry(format!("{} {etype} in layer {layer}", group.mtype)).or_insert(&group.at);
            }
        }
    }
    if let Some(at) = missing.values().min() {
        let n = missing.len();
        let kinds = if n == 1 { "kind of cell has" } else { "kinds of cells have" };
        let message = format!("{n} {kinds} no morphology: {}", listed(missing.keys().map(String::as_str)));
        let remedy = "add rows of that layer, m-type and e-type to the morphology table";
        notes.add(Problem::warning("cells_without_morphology", message).at((*at).clone()).remedy(remedy));
    }
}

fn settings(manifest: &Manifest, recipe: &Recipe, files: &RecipeFiles, notes: &mut Notes) {
    let at = |key: &str| manifest.place(key).clone();
    let common = &manifest.common;
    for (key, path) in
        [("atlas", &common.atlas), ("morph_release", &common.morph_release), ("emodel_release", &common.emodel_release)]
    {
        let Some(path) = path.as_deref().filter(|path| outside(path)) else { continue };
        let message = format!("common.{key} names {path:?}, which lies outside the recipe folder and is not read");
        let remedy = "copy what the recipe needs into its folder; everything else is read without it";
        let problem = Problem::warning("unreachable_path", message).at(at(&format!("common.{key}")));
        notes.add(problem.remedy(remedy));
    }
    let asked = manifest.node_sets.as_ref().and_then(|sets| sets.targets.as_deref());
    let turned = manifest.assign_morphologies.as_ref().and_then(|assign| assign.rotations.as_deref());
    for (key, file) in [("node_sets.targets", asked), ("assign_morphologies.rotations", turned)] {
        let Some(file) = file.filter(|file| !files.0.contains_key(*file)) else { continue };
        let near = did_you_mean(file, files.0.keys().map(String::as_str));
        let message = format!("{key} names {file:?}, which is not in the folder{near}");
        notes.add(Problem::warning("missing_file", message).at(at(key)));
    }
    let wants_minis = manifest.place_cells.as_ref().is_some_and(|place| place.mini_frequencies);
    if wants_minis && recipe.mini_frequencies.is_empty() {
        let message = "place_cells.mini_frequencies is true, but there are no mini frequencies";
        let remedy = "add mini_frequencies.tsv, or set it to false";
        let problem = Problem::warning("missing_file", message).at(at("place_cells.mini_frequencies"));
        notes.add(problem.remedy(remedy));
    }
}

/// Whether a path of a manifest leads out of the folder: absolute, a drive, an address, or upwards.
fn outside(path: &str) -> bool {
    path.starts_with(['/', '\\', '~', '$']) || path.contains(':') || path.split(['/', '\\']).any(|part| part == "..")
}

/// Values that conditions ask for and no cell can have.
fn targets(recipe: &Recipe, layers: &Layers, notes: &mut Notes) {
    let etypes: BTreeSet<&str> =
        recipe.composition.iter().flat_map(|group| group.etypes.keys().map(String::as_str)).collect();
    for target in &recipe.targets {
        let TargetSelection::Query(conditions) = &target.selection else { continue };
        if conditions.is_empty() {
            let message = format!("target {} has no condition and holds every cell", target.name);
            notes.add(Problem::warning("empty_query", message).at(target.at.clone()));
        }
        for condition in conditions {
            let known: Vec<&str> = match condition.attribute.as_str() {
                "mtype" => recipe.taxonomy.keys().map(String::as_str).collect(),
                "etype" => etypes.iter().copied().collect(),
                "layer" => layers.names.iter().map(String::as_str).collect(),
                "synapse_class" => vec!["EXC", "INH"],
                _ => continue,
            };
            let label = |value: &str| match condition.attribute.as_str() {
                "layer" => layer_label(value),
                _ => value.to_owned(),
            };
            let told = match &condition.test {
                _ if known.is_empty() => None,
                TargetTest::OneOf(values) => values.iter().find(|v| !known.contains(&label(v).as_str())).map(|v| {
                    format!("no cell has the {} {v:?}{}", condition.attribute, did_you_mean(v, known.clone()))
                }),
                TargetTest::Regex(pattern) | TargetTest::Search(pattern) => {
                    (!known.iter().any(|value| condition.test.holds(value)))
                        .then(|| format!("no {} fits the expression {pattern:?}", condition.attribute))
                }
            };
            if let Some(told) = told {
                let message = format!("target {}: {told}", target.name);
                notes.add(Problem::warning("unknown_value", message).at(condition.at.clone()));
            }
        }
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for target in recipe.targets.iter().filter(|target| !seen.insert(&target.name)) {
        let message = format!("target {} is defined twice", target.name);
        notes.add(Problem::warning("duplicate_target", message).at(target.at.clone()));
    }
}
