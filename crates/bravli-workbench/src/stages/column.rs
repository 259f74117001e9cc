//! Recipe → column.

use super::{read_json, write_json};
use crate::error::ActError;
use crate::machine;
use crate::requests::PlaceColumn;
use crate::store::{ArtifactRecord, Draft, Made, Store};
use bravli_circuit::{Column, ColumnHeader, PlaceRequest, place};
use bravli_recipe::Recipe;
use serde_json::json;

/// The column of a request, not stored.
pub(crate) fn placed(request: &PlaceColumn, recipe: &Recipe) -> Result<Column, ActError> {
    let place_request = PlaceRequest {
        radius_um: request.radius_um,
        layers: request.layers.clone(),
        seed: request.seed,
        memory_bytes: machine::memory_bytes(),
    };
    place(recipe, &place_request)
        .map_err(|error| ActError::new("cannot_place", error.field(), error.to_string(), error.remedy()))
}

/// Places the cells a request asks for. The size is checked before anything is stored.
pub(crate) fn make(
    request: &PlaceColumn,
    recipe: &Recipe,
    store_recipe: impl FnOnce() -> Result<Made, ActError>,
    store: &Store,
) -> Result<(Made, ArtifactRecord), ActError> {
    let column = placed(request, recipe)?;
    let source = store_recipe()?.record;
    // what was placed, so that an absent radius and the reference radius are one request
    let layers: Vec<&String> = column.header.layers.iter().map(|layer| &layer.layer).collect();
    let content = json!({ "radius_um": column.header.radius_um, "layers": layers, "seed": request.seed });
    let made = store.make("column", content, &[&source], |folder| {
        write_json(&folder.join("column.json"), &column.header)?;
        bravli_sonata::write_nodes(&folder.join("nodes.h5"), &column)?;
        let summary = json!({
            "n_cells": column.cells.len(),
            "layers": column.header.layers,
            "populations": column.header.populations,
        });
        Ok(Draft { summary, ledger: source.ledger.clone(), notes: Vec::new() })
    })?;
    Ok((made, source))
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
