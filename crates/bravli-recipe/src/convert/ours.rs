//! A folder as bravli keeps it.

use super::{Converted, Loss, loss, version1, xml};
use crate::bioname::{MANIFEST, TARGETS};
use crate::select::{BOUNDARY, COLUMN, COMPOSITION, DRAFTS, MINIS, NEURONS, PATHWAYS, POPULATIONS, SOURCES, TAXONOMY};
use crate::{Reading, Recipe, RecipeFiles, Shape, read};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Files that are copied as they are.
const COPIED: [&str; 8] = [POPULATIONS, PATHWAYS, NEURONS, BOUNDARY, SOURCES, DRAFTS, MANIFEST, TARGETS];
/// Name of the builder recipe.
const BUILDER: &str = "builderRecipe.xml";

/// Writes the folder.
pub(super) fn write(reading: &Reading, files: &RecipeFiles) -> Converted {
    let recipe = &reading.recipe;
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut losses = Vec::new();
    let builders = builder_files(recipe);
    let builder = match xml::write(recipe) {
        Some(text) => {
            out.insert(BUILDER.to_owned(), text);
            BUILDER
        }
        // ends, an order of connection rules or names that only version 1 can say
        None => {
            out.insert(version1::FILE.to_owned(), version1::write(recipe));
            losses.extend(version1::losses(recipe).into_iter().filter(|l| l.what.starts_with("comments")));
            version1::FILE
        }
    };
    let tables = [recipe.morphologies.first().map(|row| &row.at), recipe.emodels.first().map(|row| &row.at)];
    for name in COPIED.into_iter().chain(tables.into_iter().flatten().map(|at| at.file.as_str())) {
        if let Some(text) = files.0.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            let renamed = [SOURCES, DRAFTS].contains(&name);
            out.insert(name.to_owned(), if renamed { with_builder(text, &builders, builder) } else { text.to_owned() });
        }
    }
    if let Some(column) = &recipe.column {
        let layers: Vec<Value> = column
            .layers
            .iter()
            .map(|layer| {
                let mut entry = json!({ "layer": layer.layer, "thickness_um": layer.thickness_um.get() });
                if let Some(n_cells) = layer.n_cells {
                    entry["n_cells"] = json!(n_cells);
                }
                entry
            })
            .collect();
        let radius = column.reference_radius_um.get();
        let document = match (column.shape, column.shape.sizes_um(radius)) {
            (_, Some((width, length))) => json!({
                "shape": "slab", "reference_width_um": width, "reference_length_um": length, "layers": layers
            }),
            (Shape::Cylinder, _) => json!({ "shape": "cylinder", "reference_radius_um": radius, "layers": layers }),
            _ => json!({ "shape": "hexagon", "reference_radius_um": radius, "layers": layers }),
        };
        out.insert(COLUMN.to_owned(), yaml(&document));
    }
    if !recipe.composition.is_empty() {
        if recipe.composition.iter().any(|group| group.density_per_mm3.is_some()) {
            out.insert(COMPOSITION.to_owned(), yaml(&composition(recipe)));
        }
        let of_datasets = recipe.composition.iter().filter(|group| group.dataset.is_some());
        let (n_known, n_without) = of_datasets.fold((0, 0), |(known, without), group| match group.density_per_mm3 {
            Some(_) => (known + 1, without),
            None => (known, without + 1),
        });
        let not_ours = "the datasets are not part of a recipe";
        if n_without > 0 {
            losses.push(loss(format!("densities of volumetric datasets ({n_without})"), not_ours));
        }
        if n_known > 0 {
            losses.push(loss(format!("datasets behind densities ({n_known})"), "their means are kept"));
        }
    }
    if !recipe.etypes.iter().filter(|(_, etypes)| !etypes.is_empty()).eq(&etypes(recipe)) {
        losses.push(loss("e-types of m-types", "those that no group of cells and no morphology has are left out"));
    }
    if let Some(rules) = &recipe.placement_rules {
        let mut all = rules.global.iter().chain(rules.mtype_sets.iter().flat_map(|set| &set.rules));
        let file = all.next().map(|rule| rule.at.file.clone()).unwrap_or_default();
        // a file that draws in others is not copied alone
        let text = files.0.get(&file).and_then(|bytes| std::str::from_utf8(bytes).ok());
        match text.filter(|text| !text.contains("<!ENTITY")) {
            Some(text) => {
                out.insert(file, text.to_owned());
            }
            None => {
                let n = rules.global.len() + rules.mtype_sets.iter().map(|set| set.rules.len()).sum::<usize>();
                losses.push(loss(format!("placement rules ({n})"), "copy their file, and what it includes, by hand"));
            }
        }
    }
    if !recipe.taxonomy.is_empty() {
        let mut text = "mtype\tmClass\tsClass\n".to_owned();
        for (mtype, taxon) in &recipe.taxonomy {
            let _ = writeln!(text, "{mtype}\t{}\t{}", taxon.morph_class, taxon.synapse_class);
        }
        out.insert(TAXONOMY.to_owned(), text);
    }
    if !recipe.mini_frequencies.is_empty() {
        let mut text = "layer\texc_mini_frequency\tinh_mini_frequency\n".to_owned();
        for (layer, rates) in &recipe.mini_frequencies {
            let _ = writeln!(text, "{layer}\t{}\t{}", rates.exc_hz, rates.inh_hz);
        }
        out.insert(MINIS.to_owned(), text);
    }
    losses.extend(idle_sources(recipe, &out));
    Converted { files: out, losses }
}

/// The files that the builder recipe was read from: the main one and what it draws in.
fn builder_files(recipe: &Recipe) -> BTreeSet<&str> {
    let classes = recipe.synapse_classes.values().map(|class| &class.at);
    let rules = recipe.synapse_rules.iter().map(|rule| &rule.at);
    let connections = recipe.connection_rules.iter().map(|rule| &rule.at);
    classes.chain(rules).chain(connections).map(|at| at.file.as_str()).collect()
}

/// A sidecar that names files, with the one builder recipe in the place of those it came from. Comments stay.
fn with_builder(text: &str, old: &BTreeSet<&str>, new: &str) -> String {
    let line = |line: &str| -> String {
        let start = line.len() - line.trim_start_matches([' ', '-']).len();
        let (indent, entry) = line.split_at(start);
        match entry.strip_prefix("file:").map(|name| name.trim().trim_matches(['"', '\''])) {
            Some(name) if old.contains(name) => format!("{indent}file: {new}"),
            _ => line.to_owned(),
        }
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n") + "\n"
}

/// Sources whose numbers are called otherwise in the new files, so that they speak of nothing any more.
fn idle_sources(recipe: &Recipe, files: &BTreeMap<String, String>) -> Option<Loss> {
    if recipe.sources.is_empty() {
        return None;
    }
    let bytes = files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let problems = match read(&recipe.name, &RecipeFiles(bytes)) {
        Ok(reading) => reading.problems,
        Err(rejected) => rejected.problems,
    };
    let n_old = problems.iter().filter(|problem| problem.code == "missing_file").count();
    if n_old > 0 {
        let what = format!("sources that name files of the old folder ({n_old})");
        return Some(loss(what, "their file names in sources.yaml must be changed by hand"));
    }
    let idle = problems.iter().filter(|problem| problem.code == "source_matches_nothing").count();
    let why = "their numbers have other names in the new files; correct the paths in sources.yaml";
    (idle > 0).then(|| loss(format!("sources that match no number any more ({idle})"), why))
}

/// The e-types that the groups and the morphologies of the new folder give to m-types.
fn etypes(recipe: &Recipe) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in recipe.composition.iter().filter(|group| group.density_per_mm3.is_some()) {
        found.entry(group.mtype.clone()).or_default().extend(group.etypes.keys().cloned());
    }
    for row in &recipe.morphologies {
        found.entry(row.mtype.clone()).or_default().insert(row.etype.clone());
    }
    found
}

fn composition(recipe: &Recipe) -> Value {
    let groups: Vec<Value> = recipe
        .composition
        .iter()
        .filter_map(|group| {
            let traits = json!({ "layer": group.layer, "mtype": group.mtype, "etype": group.etypes });
            let mut entry = json!({ "density": group.density_per_mm3? });
            if let Some(region) = &group.region {
                entry["region"] = json!(region);
            }
            entry["traits"] = traits;
            Some(entry)
        })
        .collect();
    json!({ "version": "v2.0", "neurons": groups })
}

/// YAML text of plain values, which always has one.
fn yaml(document: &Value) -> String {
    serde_saphyr::to_string(document).unwrap_or_default()
}
