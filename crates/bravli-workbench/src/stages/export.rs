//! A stored circuit, with its boundary and run where there are such, to a folder of the lab that other tools open.

mod outside;

use super::{boundary, circuit, circuit::input, column, recipe, run};
use crate::error::ActError;
use crate::requests::ExportFormat;
use crate::store::{ArtifactRecord, PayloadFile, Store, content_key, digest_file, hex_digits, payload_of};
use bravli_circuit::{Boundary, FibrePopulation, neuron_columns, wire_fibres};
use bravli_facts::KnowledgeBase;
use bravli_sonata::{CircuitExport, ExportedRun, export_circuit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The card of an export, beside its files.
pub(crate) const CARD: &str = "bravli-export.json";

/// Raised when the same artifact would be exported to other files.
const EXPORT_VERSION: u32 = 1;

/// What an export is of, and what it wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExportCard {
    /// Format: `sonata`, `nest` or `brian2`.
    pub(crate) format: String,
    /// The artifact that was asked for.
    pub(crate) artifact: String,
    /// All artifacts in it, the circuit first.
    pub(crate) exported: Vec<String>,
    /// Digest of format, artifacts and version.
    pub(crate) key: String,
    /// Version of the program that wrote it.
    pub(crate) program_version: String,
    /// Rows of every population, nodes first.
    pub(crate) populations: Vec<(String, String, u64)>,
    /// Names of node sets.
    pub(crate) node_sets: Vec<String>,
    /// What to know.
    pub(crate) notes: Vec<String>,
    /// The files, without this card.
    pub(crate) files: Vec<PayloadFile>,
}

/// The artifacts of an export.
struct Parts {
    circuit: ArtifactRecord,
    boundary: Option<ArtifactRecord>,
    run: Option<ArtifactRecord>,
}

impl Parts {
    fn of(store: &Store, artifact: &ArtifactRecord) -> Result<Self, ActError> {
        let (boundary, run) = match artifact.kind.as_str() {
            "circuit" => return Ok(Self { circuit: artifact.clone(), boundary: None, run: None }),
            "boundary" => (artifact.clone(), None),
            "run" => (input(store, artifact, "boundary")?, Some(artifact.clone())),
            kind => {
                return Err(ActError::new(
                    "wrong_kind",
                    "artifact",
                    format!("{} is a {kind}; an export takes a circuit, a boundary or a run", artifact.id),
                    "give the id of a circuit, or of a boundary or run to have that in it too; inspect lists the inputs",
                ));
            }
        };
        Ok(Self { circuit: input(store, &boundary, "circuit")?, boundary: Some(boundary), run })
    }

    fn all(&self) -> impl Iterator<Item = &ArtifactRecord> {
        std::iter::once(&self.circuit).chain(&self.boundary).chain(&self.run)
    }
}

/// Writes an artifact into `folder`, or finds it there. Gives the card and whether it was found.
///
/// Files are written to a hidden folder beside it, synced, and moved into place in one step.
///
/// # Errors
/// `folder_not_empty` when something else lies there, `export_changed` when an earlier export was changed since; what the
/// circuit's files or the disk say.
pub(crate) fn export(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    artifact: &ArtifactRecord,
    format: ExportFormat,
    folder: &Path,
) -> Result<(ExportCard, bool), ActError> {
    let parts = Parts::of(store, artifact)?;
    let keys: Vec<String> = parts.all().map(|record| record.key.clone()).collect();
    let key = content_key("export", &json!({ "format": format.name(), "version": EXPORT_VERSION }), &keys);
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let parent = folder.parent().unwrap_or(folder);
    let _lock = store.lock(&format!("export-{}", hex_digits(folder.to_string_lossy().as_bytes())))?;
    let earlier = earlier(folder, &artifact.id, format)?;
    if let Some(card) = earlier.as_ref().filter(|card| card.key == key) {
        return Ok((card.clone(), true));
    }
    let parent_was_there = parent.is_dir();
    let part = parent.join(format!(".{name}.part"));
    let written = fresh(&part).and_then(|()| {
        let mut card = match format {
            ExportFormat::Sonata => write(store, knowledge, &parts, &part)?,
            ExportFormat::Nest | ExportFormat::Brian2 => outside::write(store, knowledge, &parts, format, &part)?,
        };
        card.artifact.clone_from(&artifact.id);
        card.key = key;
        card.files = payload_of(&part)?;
        super::write_json(&part.join(CARD), &card)?;
        crate::store::sync(&part.join(CARD))?;
        replace(&part, folder, &parent.join(format!(".{name}.old")))?;
        Ok(card)
    });
    if written.is_err() {
        // the first error is the one worth reporting
        let _ = fs::remove_dir_all(&part);
        if !parent_was_there {
            let _ = fs::remove_dir(parent);
        }
    }
    Ok((written?, false))
}

/// Writes the files, and a card without what only the caller knows.
fn write(store: &Store, knowledge: Arc<KnowledgeBase>, parts: &Parts, folder: &Path) -> Result<ExportCard, ActError> {
    let circuit = circuit::load(store, &parts.circuit)?;
    let column_record = input(store, &parts.circuit, "column")?;
    let sourced = recipe::load_sourced(store, &input(store, &column_record, "recipe")?, knowledge)?;
    let mut notes = vec![
        "a row of edges is a connection: nsyns contacts of `conductance` nS each, at the soma of a point cell"
            .to_owned(),
    ];
    let neurons = match neuron_columns(&sourced.recipe, &circuit.column, column::seed(&column_record)) {
        Ok(neurons) => Some(neurons),
        Err(error) => {
            notes.push(format!("cells have no dynamics_params: {error}"));
            None
        }
    };
    let boundary = parts.boundary.as_ref().map(|record| boundary::load(store, record)).transpose()?;
    let boundary: Option<(Boundary, Vec<FibrePopulation>)> = boundary.map(|boundary| {
        let fibres = wire_fibres(&boundary, &circuit.column);
        (boundary, fibres)
    });
    let spikes = parts.run.as_ref().map(|record| run::spikes(store, record)).transpose()?;
    let run = match (&parts.run, &spikes) {
        (Some(record), Some(spikes)) => Some(ExportedRun {
            spikes,
            duration_ms: record.request["duration_ms"].as_f64().unwrap_or_default(),
            dt_ms: record.request["dt_ms"].as_f64().unwrap_or_default(),
            seed: record.request["seed"].as_u64().unwrap_or_default(),
        }),
        _ => None,
    };
    match (&boundary, &run) {
        (Some((_, fibres)), None) => {
            notes.push("simulation_config.json is for 1000 ms, to be changed; a run gives its own length".to_owned());
            if !fibres.is_empty() {
                notes.push("fibres have no spikes; export a run to have those it was given".to_owned());
            }
        }
        (Some(_), Some(_)) => notes.push(
            "inputs holds the spikes that the run's fibres sent, output those of its cells; release of vesicles is random, \
             so another program comes close to them and does not repeat them"
                .to_owned(),
        ),
        (None, _) => {}
    }
    let silenced = |record: &&ArtifactRecord| record.request["silence"].is_array();
    if let Some(record) = parts.run.as_ref().filter(silenced) {
        notes.push(format!("cells that {} silences are not in simulation_config.json", record.id));
    }
    let records = |record: &&ArtifactRecord| record.request["record"].is_array();
    if let Some(record) = parts.run.as_ref().filter(records) {
        notes.push(format!("traces that {} recorded stay in the lab, as SONATA reports", record.id));
    }
    let learns = |record: &&ArtifactRecord| record.request["learn"].is_array();
    if let Some(record) = parts.run.as_ref().filter(learns) {
        notes.push(format!(
            "connections that learn in {} stand as wired, with their release and without learning; its weights are in the lab",
            record.id
        ));
    }
    let exported = export_circuit(
        folder,
        &CircuitExport {
            circuit: &circuit,
            neurons: neurons.as_ref(),
            boundary: boundary.as_ref().map(|(boundary, fibres)| (boundary, fibres.as_slice())),
            run,
        },
    )?;
    Ok(ExportCard {
        format: "sonata".to_owned(),
        artifact: String::new(),
        exported: parts.all().map(|record| record.id.clone()).collect(),
        key: String::new(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        populations: exported
            .populations
            .into_iter()
            .map(|population| (population.kind.to_owned(), population.name, population.n))
            .collect(),
        node_sets: exported.node_sets,
        notes,
        files: Vec::new(),
    })
}

/// The card of an export of this artifact that lies in `folder` unchanged; none where nothing does.
fn earlier(folder: &Path, artifact: &str, format: ExportFormat) -> Result<Option<ExportCard>, ActError> {
    let place = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let refused = |code: &str, message: String| {
        Err(ActError::new(code, "folder", message, "name another folder, or move or remove this one"))
    };
    let metadata = match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ActError::io("look at the folder", folder, &error)),
        Ok(metadata) => metadata,
    };
    if !metadata.is_dir() {
        return refused("folder_not_empty", format!("{place} is there and is no folder"));
    }
    let there = match plain_files(folder)? {
        Some(there) if there.is_empty() => return Ok(None),
        Some(there) => there,
        None => return refused("folder_not_empty", format!("{place} holds links, which no export writes")),
    };
    let card = fs::read(folder.join(CARD)).ok().and_then(|text| serde_json::from_slice::<ExportCard>(&text).ok());
    let Some(card) = card else {
        return refused("folder_not_empty", format!("{place} is not empty and holds no export ({CARD})"));
    };
    if card.artifact != artifact || card.format != format.name() {
        return refused("folder_not_empty", format!("{place} holds the {} export of {}", card.format, card.artifact));
    }
    let known: BTreeMap<&str, &PayloadFile> = card.files.iter().map(|file| (file.name.as_str(), file)).collect();
    for (name, bytes) in there.iter().filter(|(name, _)| name.as_str() != CARD) {
        match known.get(name.as_str()) {
            None => return refused("export_changed", format!("{place}/{name} was not written by the export there")),
            Some(file) => {
                let same = *bytes == file.bytes
                    && digest_file(&folder.join(name)).is_ok_and(|(_, sha256)| sha256 == file.sha256);
                if !same {
                    return refused("export_changed", format!("{place}/{name} was changed since it was exported"));
                }
            }
        }
    }
    if let Some(missing) = known.keys().find(|name| !there.contains_key(**name)) {
        return refused("export_changed", format!("{place}/{missing} was removed since it was exported"));
    }
    Ok(Some(card))
}

/// Plain files below a folder with their sizes, by name; none where there is a link among them.
fn plain_files(folder: &Path) -> Result<Option<BTreeMap<String, u64>>, ActError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        let failed = |error: std::io::Error| ActError::io("list the folder", &path, &error);
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let metadata = entry.metadata().map_err(failed)?;
            let name = inner.join(entry.file_name());
            if metadata.is_dir() {
                folders.push(name);
            } else if metadata.is_file() {
                files.insert(name.to_string_lossy().replace('\\', "/"), metadata.len());
            } else {
                return Ok(None);
            }
        }
    }
    Ok(Some(files))
}

/// An empty folder; what an earlier process left there when it was killed is removed, for we hold the lock.
fn fresh(part: &Path) -> Result<(), ActError> {
    match fs::remove_dir_all(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ActError::io("remove an unfinished export", part, &error));
        }
        _ => {}
    }
    fs::create_dir_all(part).map_err(|error| ActError::io("make the folder", part, &error))
}

/// Puts `part` in the place of `folder`, whose old content is removed; where the move fails, it is put back.
fn replace(part: &Path, folder: &Path, old: &Path) -> Result<(), ActError> {
    let failed = |error: std::io::Error| ActError::io("move the export into place", folder, &error);
    if folder.exists() {
        let _ = fs::remove_dir_all(old);
        fs::rename(folder, old).map_err(failed)?;
    }
    if let Err(error) = fs::rename(part, folder) {
        let _ = fs::rename(old, folder);
        return Err(failed(error));
    }
    let _ = fs::remove_dir_all(old);
    Ok(())
}
