//! Conversions: what a recipe is written as reads as the same recipe, but for what the losses name.

use bravli_recipe::{Converted, Form, Loss, Reading, RecipeFiles, convert, diff, read};
use serde_json::Value;

/// m-types up to which a recipe is compared with itself, pair by pair.
const MAX_MTYPES: usize = 30;

/// How a loss begins, and the parts of a recipe that it excuses.
const EXCUSES: &[(&str, &[&str])] = &[
    ("column geometry", &["column"]),
    ("groups of the cell composition", &["composition", "etypes"]),
    ("densities of volumetric datasets", &["composition", "etypes"]),
    ("datasets behind densities", &["composition"]),
    ("e-types of m-types", &["etypes"]),
    ("classes of m-types", &["taxonomy"]),
    ("mini frequencies of layers", &["mini_frequencies"]),
    ("populations", &["populations"]),
    ("pathways", &["pathways"]),
    ("point neurons", &["neurons"]),
    ("boundary conditions", &["boundary_text"]),
    ("sources of numbers", &["sources", "target"]),
    ("notes on drafts", &["draft_notes"]),
    ("placement rules", &["placement_rules"]),
    ("rows of the morphology table", &["morphologies", "etypes"]),
    ("rows of the table of electrical models", &["emodels"]),
    ("settings of a circuit build", &["manifest"]),
    ("named sets of cells", &["targets"]),
];
/// A loss after which the sources name files that are not there, so that the folder is refused until they are changed.
const OLD_SOURCES: &str = "sources that name files of the old folder";

/// Writes an accepted recipe in both forms and reads them again.
pub(crate) fn survives(files: &RecipeFiles, reading: &Reading) {
    for form in [Form::Ours, Form::Version1] {
        let converted = convert(reading, files, form);
        assert_eq!(converted, convert(reading, files, form), "the same recipe is written differently");
        assert!(converted.losses.iter().all(|loss| !loss.what.is_empty() && !loss.why.is_empty()));
        let files = folder(&converted);
        match read("fuzz", &files) {
            Ok(again) => {
                same(reading, &again, &converted, form);
                let twice = convert(&again, &files, form);
                assert_eq!(twice.files, converted.files, "{form:?}: what was written is written differently again");
            }
            Err(rejected) => {
                let is_excused = loses(&converted.losses, OLD_SOURCES)
                    && rejected
                        .problems
                        .iter()
                        .all(|p| p.severity > bravli_recipe::Severity::Error || p.code == "missing_file");
                // a recipe without any part of a builder recipe has no file in version 1
                let is_bare = form == Form::Version1 && rejected.problems.iter().any(|p| p.code == "no_builder_recipe");
                assert!(is_excused || is_bare, "{form:?}: {rejected}\n{:?}", converted.files);
            }
        }
    }
}

fn folder(converted: &Converted) -> RecipeFiles {
    RecipeFiles(converted.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect())
}

fn loses(losses: &[Loss], what: &str) -> bool {
    losses.iter().any(|loss| loss.what.starts_with(what))
}

fn same(before: &Reading, after: &Reading, converted: &Converted, form: Form) {
    let (mut one, mut other) = (plain(before), plain(after));
    if loses(&converted.losses, "comments on classes and rules") {
        drop_key(&mut one, "comment");
        drop_key(&mut other, "comment");
    }
    if form == Form::Version1 {
        [&mut one, &mut other].into_iter().for_each(name_an_end);
    }
    let excused = EXCUSES.iter().filter(|(what, _)| loses(&converted.losses, what)).flat_map(|(_, parts)| *parts);
    for part in excused {
        one[*part].take();
        other[*part].take();
    }
    let (Value::Object(one), Value::Object(other)) = (one, other) else { panic!("a recipe is a mapping") };
    for (part, value) in one {
        assert_eq!(other[&part], value, "{form:?}: {part} reads differently from\n{:#?}", converted.files);
    }
}

/// A recipe as plain values, without its name and the places in its files.
fn plain(reading: &Reading) -> Value {
    let mut value = serde_json::to_value(&reading.recipe).expect("a recipe is plain");
    drop_key(&mut value, "at");
    value["name"].take();
    value
}

/// A synapse rule of any pair names its source in version 1, which says the same.
fn name_an_end(recipe: &mut Value) {
    for rule in recipe["synapse_rules"].as_array_mut().into_iter().flatten() {
        let is_open = |end: &Value| end.as_object().is_some_and(|end| end.values().all(Value::is_null));
        if is_open(&rule["from"]) && is_open(&rule["to"]) {
            rule["from"]["mtype"] = "*".into();
        }
    }
}

fn drop_key(value: &mut Value, key: &str) {
    match value {
        Value::Object(entries) => {
            entries.remove(key);
            entries.values_mut().for_each(|value| drop_key(value, key));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| drop_key(item, key)),
        _ => {}
    }
}

/// A recipe differs from itself in nothing.
pub(crate) fn no_difference(reading: &Reading) {
    let recipe = &reading.recipe;
    if recipe.cell_types().types.len() > MAX_MTYPES {
        return;
    }
    let found = diff(recipe, recipe);
    let lists = [&found.removed_mtypes, &found.added_mtypes, &found.removed_classes, &found.added_classes];
    assert!(lists.iter().all(|list| list.is_empty()) && found.renamed.is_empty(), "{found:?}");
    assert!(found.removed_rules.is_empty() && found.added_rules.is_empty() && !found.reordered_rules, "{found:?}");
    assert!(found.changed_classes.is_empty(), "{found:?}");
    let pathways = &found.pathways;
    assert_eq!(pathways.n_compared, pathways.n_unchanged, "{pathways:?}");
    assert_eq!((pathways.n_renamed_class, pathways.n_added, pathways.n_removed), (0, 0, 0), "{pathways:?}");
    assert!(pathways.parameters.is_empty() && pathways.most_changed.is_empty(), "{pathways:?}");
    for layer in &found.layers {
        for [one, other] in [layer.density_per_mm3, layer.excitatory, layer.thickness_um] {
            assert_eq!(one, other, "{layer:?}");
        }
    }
}
