//! A folder as bravli keeps it.

use super::{Converted, loss, version1, xml};
use crate::select::{BOUNDARY, COLUMN, COMPOSITION, DRAFTS, MINIS, NEURONS, PATHWAYS, POPULATIONS, SOURCES, TAXONOMY};
use crate::{Reading, Recipe, RecipeFiles, Shape};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Our own files, which are copied as they are.
const COPIED: [&str; 6] = [POPULATIONS, PATHWAYS, NEURONS, BOUNDARY, SOURCES, DRAFTS];
/// Name of the builder recipe.
const BUILDER: &str = "builderRecipe.xml";

/// Writes the folder.
pub(super) fn write(reading: &Reading, files: &RecipeFiles) -> Converted {
    let recipe = &reading.recipe;
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut losses = Vec::new();
    if xml::can_hold(recipe) {
        out.insert(BUILDER.to_owned(), xml::write(recipe));
    } else {
        // ends or an order of connection rules that only version 1 can say
        out.insert(version1::FILE.to_owned(), version1::write(recipe));
        losses.extend(version1::losses(recipe).into_iter().filter(|l| l.what.starts_with("comments")));
    }
    for name in COPIED {
        if let Some(text) = files.0.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            out.insert(name.to_owned(), text.to_owned());
        }
    }
    let from_builder =
        recipe.sources.iter().filter(|s| s.file != BUILDER && !COPIED.contains(&s.file.as_str())).count();
    if from_builder > 0 {
        let what = format!("sources that name files of the old folder ({from_builder})");
        losses.push(loss(what, "their file names in sources.yaml must be changed by hand"));
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
        let shape = match column.shape {
            Shape::Cylinder => "cylinder",
            Shape::Hexagon => "hexagon",
        };
        let radius = column.reference_radius_um.get();
        let document = json!({ "shape": shape, "reference_radius_um": radius, "layers": layers });
        out.insert(COLUMN.to_owned(), yaml(&document));
    }
    if !recipe.composition.is_empty() {
        out.insert(COMPOSITION.to_owned(), yaml(&composition(recipe)));
        let n_without = recipe.composition.iter().filter(|group| group.density_per_mm3.is_none()).count();
        if n_without > 0 {
            losses.push(loss(
                format!("densities of volumetric datasets ({n_without})"),
                "the datasets are not part of a recipe",
            ));
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
    Converted { files: out, losses }
}

fn composition(recipe: &Recipe) -> Value {
    let groups: Vec<Value> = recipe
        .composition
        .iter()
        .filter_map(|group| {
            let traits = json!({ "layer": group.layer, "mtype": group.mtype, "etype": group.etypes });
            Some(json!({ "density": group.density_per_mm3?, "traits": traits }))
        })
        .collect();
    json!({ "version": "v2.0", "neurons": groups })
}

/// YAML text of plain values, which always has one.
fn yaml(document: &Value) -> String {
    serde_saphyr::to_string(document).unwrap_or_default()
}
