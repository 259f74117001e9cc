//! Recipe → column.

use super::{read_json, write_json};
use crate::error::ActError;
use crate::ledger::{self, Sourced};
use crate::machine;
use crate::requests::PlaceColumn;
use crate::store::{ArtifactRecord, Draft, Ledger, Made, Store};
use bravli_circuit::{
    Boundary, Column, ColumnHeader, ColumnLayout, Condition, Ground, GroundRegion, PlaceRequest, Placed,
    PlacementReport, place_on, read_boundary,
};
use bravli_recipe::{Recipe, RecipeFiles};
use serde_json::{Value, json};
use std::path::Path;

/// Layers as recipes name them, from the ways people write them: `L4` is `4`, and `L2/3` is `2` and `3`.
fn layer_names(written: &str) -> Vec<String> {
    let bare = written.trim().trim_start_matches(['L', 'l']);
    match bare {
        "2/3" | "23" => vec!["2".to_owned(), "3".to_owned()],
        _ => vec![bare.to_owned()],
    }
}

/// File of the placement report.
const PLACEMENT: &str = "placement.json";

/// The column of a request, not stored.
fn placed(request: &PlaceColumn, recipe: &Recipe, files: &RecipeFiles) -> Result<Placed, ActError> {
    let place_request = PlaceRequest {
        radius_um: request.radius_um,
        layers: request.layers.iter().flat_map(|layer| layer_names(layer)).collect(),
        seed: request.seed,
        memory_bytes: machine::memory_bytes(),
    };
    // a recipe that has an atlas and no column of its own says where its cells lie in its manifest
    let own = recipe.manifest.as_ref().filter(|_| recipe.column.is_none());
    let own = own.and_then(|manifest| manifest.common.region.as_deref());
    let query = Some(request.region.as_str()).filter(|region| !region.is_empty()).or(own);
    let ground = Ground {
        slab_um: request.slab_um.clone(),
        layout: ColumnLayout {
            n_columns: request.columns,
            septum_um: request.septum_um,
            septum_density: request.septum_density,
        },
        exclusion_um: request.exclusion_um,
        region: query.map(|query| GroundRegion { files, query }),
    };
    place_on(recipe, &place_request, &ground)
        .map_err(|error| ActError::new("cannot_place", error.field(), error.to_string(), error.remedy()))
}

/// The column of a request and the ledger of its numbers, not stored.
///
/// A number without a source is refused here if the column or anything that is built on it by the recipe would use it,
/// so that all such numbers are told at once.
pub(crate) fn admitted(
    request: &PlaceColumn,
    sourced: &Sourced,
    files: &RecipeFiles,
) -> Result<(Placed, Ledger), ActError> {
    let placed = placed(request, &sourced.recipe, files)?;
    let column = &placed.column;
    let whole = ledger::circuit(sourced, column).with(ledger::run(sourced, column, false, &[]));
    let whole = match own_conditions(&sourced.recipe, column) {
        Some((boundary, own)) => whole.with(ledger::boundary(sourced, column, &boundary, &own)),
        None => whole,
    };
    sourced.admit(&whole, "this column and what is built on it use stand")?;
    let ledger = sourced.ledger(&ledger::column(sourced, &column.header));
    Ok((placed, ledger))
}

/// The recipe's own conditions on a column; `None` where there are none or they do not fit, which their own step tells.
fn own_conditions(recipe: &Recipe, column: &Column) -> Option<(Boundary, Vec<Condition>)> {
    let spec = read_boundary(recipe.boundary_text.as_deref()?).ok()?;
    let boundary = Boundary::resolve(&spec, recipe, column, 1).ok()?;
    Some((boundary, spec.conditions))
}

/// Places the cells a request asks for. Size and sources are checked before anything is stored.
pub(crate) fn make(
    request: &PlaceColumn,
    sourced: &Sourced,
    files: &RecipeFiles,
    store_recipe: impl FnOnce() -> Result<Made, ActError>,
    store: &Store,
) -> Result<(Made, ArtifactRecord), ActError> {
    let (Placed { column, report, notes }, ledger) = admitted(request, sourced, files)?;
    let source = store_recipe()?.record;
    // what was placed, so that an absent radius and the reference radius are one request
    let layers: Vec<&String> = column.header.layers.iter().map(|layer| &layer.layer).collect();
    let content = content(request, &column.header, &layers);
    let made = store.make("column", content, &[&source], |folder| {
        write_json(&folder.join(PLACEMENT), &report)?;
        Ok(Draft { ledger, notes, ..write(folder, &column)? })
    })?;
    Ok((made, source))
}

/// Writes a column; what it is, in numbers.
pub(crate) fn write(folder: &Path, column: &Column) -> Result<Draft, ActError> {
    write_json(&folder.join("column.json"), &column.header)?;
    bravli_sonata::write_nodes(&folder.join("nodes.h5"), column)?;
    let summary = json!({
        "n_cells": column.cells.len(),
        "layers": column.header.layers,
        "populations": column.header.populations,
    });
    Ok(Draft { summary, ..Draft::default() })
}

/// What decides the column, without what is left at its default.
fn content(request: &PlaceColumn, header: &ColumnHeader, layers: &[&String]) -> Value {
    let mut content = json!({ "layers": layers, "seed": request.seed });
    let mut add = |key: &str, value: Value| content[key] = value;
    if header.ground.region.is_empty() {
        if request.slab_um.is_empty() {
            add("radius_um", json!(header.radius_um));
        } else {
            add("slab_um", json!(request.slab_um));
        }
    } else {
        add("region", json!(header.ground.region));
    }
    if request.columns != 1 {
        add("columns", json!(request.columns));
    }
    for (key, value) in [
        ("septum_um", request.septum_um),
        ("septum_density", request.septum_density),
        ("exclusion_um", request.exclusion_um),
    ] {
        if value != 0.0 {
            add(key, json!(value));
        }
    }
    content
}

/// The seed that a stored column was placed with. It also draws what its cells have of their own, so that a cell is the
/// same under any wiring and in every run.
pub(crate) fn seed(record: &ArtifactRecord) -> u64 {
    record.request["seed"].as_u64().unwrap_or_default()
}

/// Asked against got of a stored column; `None` for one that was stored before there were reports.
pub(crate) fn placement(store: &Store, record: &ArtifactRecord) -> Result<Option<PlacementReport>, ActError> {
    let path = store.folder(record).join(PLACEMENT);
    if path.is_file() { read_json(&path).map(Some) } else { Ok(None) }
}

/// Geometry and names of a stored column.
pub(crate) fn header(store: &Store, record: &ArtifactRecord) -> Result<ColumnHeader, ActError> {
    read_json(&store.folder(record).join("column.json"))
}

/// A stored column.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<Column, ActError> {
    let header = header(store, record)?;
    Ok(bravli_sonata::read_nodes(&store.folder(record).join("nodes.h5"), &header)?)
}

#[cfg(test)]
mod tests {
    use super::layer_names;

    #[test]
    fn layers_are_understood_as_people_write_them() {
        assert_eq!(layer_names("L2/3"), ["2", "3"]);
        assert_eq!(layer_names("L4"), ["4"]);
        assert_eq!(layer_names("5"), ["5"]);
    }
}
