//! Column → circuit.

use super::{column, read_json, recipe, write_json};
use crate::error::ActError;
use crate::ledger;
use crate::progress::Progress;
use crate::store::{ArtifactRecord, Draft, Made, Store};
use bravli_circuit::{Circuit, EdgeHeader, PathwaySummary, WireError, WiringReport, wire, wiring_report};
use bravli_facts::KnowledgeBase;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// What the pathways state against what is there.
const WIRING: &str = "wiring.json";

/// Connects the cells of a stored column.
pub(crate) fn make(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    column_record: &ArtifactRecord,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Made, ActError> {
    let source = input(store, column_record, "recipe")?;
    store.make("circuit", json!({ "seed": seed }), &[column_record], |folder| {
        let sourced = recipe::load_sourced(store, &source, knowledge)?;
        let column = column::load(store, column_record)?;
        let ledger = sourced.admit(&ledger::circuit(&sourced, &column), "this circuit uses stand")?;
        let circuit =
            wire(&sourced.recipe, column, seed, &|done| progress.report(done, "wiring pathways")).map_err(|error| {
                if matches!(error, WireError::Cancelled) {
                    ActError::cancelled()
                } else {
                    ActError::new("cannot_wire", "column", error.to_string(), error.remedy())
                }
            })?;
        let summary = write(folder, &circuit)?;
        write_json(&folder.join(WIRING), &wiring_report(&sourced.recipe, &circuit))?;
        Ok(Draft { summary, ledger, notes: Vec::new() })
    })
}

/// Writes a circuit without its cells; what it is, in numbers.
pub(crate) fn write(folder: &Path, circuit: &Circuit) -> Result<Value, ActError> {
    let pathways = circuit.summarise();
    write_json(&folder.join("circuit.json"), &circuit.header)?;
    write_json(&folder.join("pathways.json"), &pathways)?;
    bravli_sonata::write_edges(&folder.join("edges.h5"), &circuit.connections(), 0)?;
    Ok(json!({
        "n_cells": circuit.column.cells.len(),
        "n_connections": circuit.edges.len(),
        "n_synapses": pathways.iter().map(|pathway| pathway.n_synapses).sum::<u64>(),
        "n_pathways": pathways.len(),
    }))
}

/// The input of a kind.
pub(crate) fn input(store: &Store, record: &ArtifactRecord, kind: &str) -> Result<ArtifactRecord, ActError> {
    let prefix = format!("{kind}-");
    let id = record.inputs.iter().find(|id| id.starts_with(&prefix)).ok_or_else(|| {
        ActError::new("broken_artifact", "artifact.json", format!("{} names no {kind}", record.id), "make it again")
    })?;
    store.get(id, Some(kind), kind)
}

/// Connections per pathway of a stored circuit.
pub(crate) fn pathways(store: &Store, record: &ArtifactRecord) -> Result<Vec<PathwaySummary>, ActError> {
    read_json(&store.folder(record).join("pathways.json"))
}

/// What the recipe states of a stored circuit against what is there; computed where the circuit was stored without.
pub(crate) fn wiring(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    record: &ArtifactRecord,
) -> Result<WiringReport, ActError> {
    let path = store.folder(record).join(WIRING);
    if path.is_file() {
        return read_json(&path);
    }
    let recipe_record = input(store, &input(store, record, "column")?, "recipe")?;
    let sourced = recipe::load_sourced(store, &recipe_record, knowledge)?;
    Ok(wiring_report(&sourced.recipe, &load(store, record)?))
}

/// A stored circuit.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<Circuit, ActError> {
    let column_record = input(store, record, "column")?;
    let column = column::load(store, &column_record)?;
    let header: EdgeHeader = read_json(&store.folder(record).join("circuit.json"))?;
    let unwired = Circuit::unwired(column, header);
    let nodes = unwired.connections().sources;
    let edges = bravli_sonata::read_edges(&store.folder(record).join("edges.h5"), &unwired.header, nodes, nodes)?;
    Ok(unwired.with_edges(edges))
}
