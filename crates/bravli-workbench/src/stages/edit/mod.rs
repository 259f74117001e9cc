//! Circuit → circuit, changed.

mod read;

pub(crate) use read::read;

use super::{circuit, circuit::input, read_json, recipe, write_json};
use crate::error::ActError;
use crate::ledger;
use crate::progress::Progress;
use crate::requests::{EditCircuit, EditKind, EditRequest};
use crate::store::{ArtifactRecord, Draft, Made, Store};
use bravli_circuit::{CutRow, EditError, EditGround, Edited, WireError, apply};
use bravli_facts::KnowledgeBase;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The payload file that tells what was changed.
const FILE: &str = "edits.json";

/// What was changed, beside the circuit that came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Edits {
    /// What each change of this request did.
    pub(crate) edits: Vec<Step>,
    /// Numbers in place of the recipe's, by this and all earlier requests: how many, and which.
    assumed: Vec<(u32, String)>,
    /// Synapses lost with cells left out, by population.
    pub(crate) cut: Vec<CutRow>,
}

/// What one change did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) kind: String,
    pub(crate) what: String,
    pub(crate) n_connections: u64,
}

/// Changes a stored circuit, or finds the circuit that came of it. All is computed before anything is stored.
pub(crate) fn make(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    parent: &ArtifactRecord,
    request: &EditCircuit,
    progress: &dyn Progress,
) -> Result<Made, ActError> {
    let (requests, edits) = read(&request.edits, request.seed, "edits")?;
    let content = json!({ "edits": requests, "seed": request.seed });
    let parent_column = input(store, parent, "column")?;
    let source = input(store, &parent_column, "recipe")?;
    let kept: Vec<&EditRequest> = requests.iter().filter(|request| request.kind == EditKind::KeepCells).collect();
    let kept = json!({ "nodes": kept.iter().map(|request| &request.nodes).collect::<Vec<_>>() });
    let keeps_all = kept["nodes"].as_array().is_none_or(Vec::is_empty);
    if let Some(record) = found(store, parent, &parent_column, &source, &content, (!keeps_all).then_some(&kept)) {
        return Ok(Made { record, found: true });
    }
    let sourced = recipe::load_sourced(store, &source, knowledge)?;
    let mut circuit = circuit::load(store, parent)?;
    let mut notes = Vec::new();
    let mut told = Edits { assumed: assumed(store, parent)?, ..Edits::default() };
    let wiring_seed = wiring_seed(store, parent)?;
    let n = edits.len() as f64;
    for (index, (edit, request)) in edits.iter().zip(&requests).enumerate() {
        let share = |done: f64| progress.report((index as f64 + done) / n, request.kind.name());
        let ground = EditGround { recipe: &sourced.recipe, wiring_seed, progress: &share };
        let (changed, done) = apply(circuit, edit, &ground).map_err(|error| refused(index, &error))?;
        circuit = changed;
        let Edited { what, n_connections, assumed, cut, notes: own } = done;
        told.edits.push(Step { kind: request.kind.name().to_owned(), what, n_connections });
        told.assumed.extend(assumed);
        told.cut = joined(told.cut, cut);
        notes.extend(own);
    }
    let uses = ledger::circuit(&sourced, &circuit.column).with(ledger::edits(&told.assumed));
    let ledger = sourced.admit(&uses, "this circuit uses stand")?;
    let column = if keeps_all {
        parent_column
    } else {
        let own = sourced.ledger(&ledger::column(&sourced, &circuit.column.header));
        let from = [&source, &parent_column];
        store
            .make("column", kept, &from, |folder| {
                Ok(Draft { ledger: own, ..super::column::write(folder, &circuit.column)? })
            })?
            .record
    };
    store.make("circuit", content, &[&column, parent], |folder| {
        let mut summary = circuit::write(folder, &circuit)?;
        write_json(&folder.join(FILE), &told)?;
        summary["edits"] = told.edits.iter().map(|step| step.what.as_str()).collect();
        if !told.cut.is_empty() {
            summary["cut"] = json!(told.cut);
        }
        Ok(Draft { summary, ledger, notes })
    })
}

/// The circuit of a request, where it was made before.
fn found(
    store: &Store,
    parent: &ArtifactRecord,
    parent_column: &ArtifactRecord,
    source: &ArtifactRecord,
    content: &Value,
    kept: Option<&Value>,
) -> Option<ArtifactRecord> {
    let column = match kept {
        None => parent_column.clone(),
        Some(kept) => {
            let id = Store::id_of("column", kept, &[source, parent_column]);
            store.get(&id, Some("column"), "column").ok()?
        }
    };
    store.get(&Store::id_of("circuit", content, &[&column, parent]), Some("circuit"), "circuit").ok()
}

/// The seed that a circuit, or the one that it came of, was wired with.
fn wiring_seed(store: &Store, record: &ArtifactRecord) -> Result<u64, ActError> {
    let mut first = record.clone();
    while let Some(parent) = parent(store, &first)? {
        first = parent;
    }
    Ok(first.request["seed"].as_u64().unwrap_or_default())
}

/// The circuit that a circuit came of by edits; nothing for one that was wired.
pub(crate) fn parent(store: &Store, record: &ArtifactRecord) -> Result<Option<ArtifactRecord>, ActError> {
    if record.inputs.iter().any(|id| id.starts_with("circuit-")) {
        return input(store, record, "circuit").map(Some);
    }
    Ok(None)
}

/// What was changed in a circuit; nothing where it was wired.
pub(crate) fn edits(store: &Store, record: &ArtifactRecord) -> Result<Edits, ActError> {
    if record.payload.iter().all(|file| file.name != FILE) {
        return Ok(Edits::default());
    }
    read_json(&store.folder(record).join(FILE))
}

/// Numbers in place of the recipe's, by this and all earlier edits.
pub(crate) fn assumed(store: &Store, record: &ArtifactRecord) -> Result<Vec<(u32, String)>, ActError> {
    Ok(edits(store, record)?.assumed)
}

/// What every edit did that led to a circuit, the earliest first; nothing for one that was wired.
pub(crate) fn history(store: &Store, record: &ArtifactRecord) -> Result<Vec<String>, ActError> {
    let mut steps = Vec::new();
    let mut current = Some(record.clone());
    while let Some(circuit) = current {
        steps.extend(edits(store, &circuit)?.edits.into_iter().rev().map(|step| step.what));
        current = parent(store, &circuit)?;
    }
    steps.reverse();
    Ok(steps)
}

/// Losses of two cuts together; populations that the second left out lost all.
fn joined(before: Vec<CutRow>, now: Vec<CutRow>) -> Vec<CutRow> {
    if now.is_empty() {
        return before;
    }
    let earlier = |population: &str| before.iter().find(|row| row.population == population);
    now.into_iter()
        .map(|row| match earlier(&row.population) {
            Some(first) => CutRow { cut_in: first.cut_in + row.cut_in, cut_out: first.cut_out + row.cut_out, ..row },
            None => row,
        })
        .collect()
}

fn refused(index: usize, error: &EditError) -> ActError {
    let code = match error {
        EditError::Cancelled | EditError::Wire(WireError::Cancelled) => return ActError::cancelled(),
        EditError::NoPopulation { .. } => "unknown_population",
        EditError::NoPathway { .. } => "unknown_pathway",
        EditError::NoClass { .. } => "unknown_class",
        EditError::Nothing { .. } => "nothing_to_edit",
        EditError::NoProperty { .. } | EditError::NoValue { .. } | EditError::NoCells => "unknown_cells",
        _ => "cannot_edit",
    };
    let field = error.field();
    let place = if field.is_empty() { format!("edits[{index}]") } else { format!("edits[{index}].{field}") };
    ActError::new(code, place, error.to_string(), error.remedy())
}
