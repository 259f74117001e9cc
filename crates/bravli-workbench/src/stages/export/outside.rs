//! A stored run as a script for another engine.

use super::{ExportCard, Parts};
use crate::error::ActError;
use crate::requests::ExportFormat;
use crate::stages::run;
use crate::store::Store;
use bravli_facts::KnowledgeBase;
use bravli_sim::network::{Network, Plasticity, Projection, Release};
use bravli_sim::outside::{Files, Untranslated, brian2, nest};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Writes the script and its arrays, and a card without what only the caller knows.
pub(super) fn write(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    parts: &Parts,
    format: ExportFormat,
    folder: &Path,
) -> Result<ExportCard, ActError> {
    let (Some(boundary), Some(record)) = (&parts.boundary, &parts.run) else {
        let circuit = &parts.circuit.id;
        return Err(ActError::new(
            "wrong_kind",
            "artifact",
            format!("a script of {} takes a run; this is {circuit} or its boundary", format.name()),
            "simulate first, a short run will do, and give its id",
        ));
    };
    let prepared = run::prepared(store, record)?;
    let duration_ms = prepared.schedule.duration_ms;
    run::with_network(store, knowledge, &parts.circuit, boundary, &prepared, |lowering| {
        let network = &lowering.lowered.network;
        let translated = match format {
            ExportFormat::Nest => nest(network, duration_ms),
            _ => brian2(network, duration_ms),
        };
        let files = translated.map_err(|parts| refused(format, network, &parts))?;
        save(&files, folder)?;
        let cells = network.populations.iter().map(|p| ("nodes".to_owned(), p.name.clone(), u64::from(p.n_cells)));
        let edges = network.projections.iter().map(|projection| {
            let n = projection.wiring(network).expected() as u64;
            ("edges".to_owned(), projection.name.clone(), n)
        });
        let mut notes = lowering.lowered.notes.clone();
        notes.extend(files.notes);
        Ok(ExportCard {
            format: format.name().to_owned(),
            artifact: String::new(),
            exported: parts.all().map(|record| record.id.clone()).collect(),
            key: String::new(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            populations: cells.chain(edges).collect(),
            node_sets: Vec::new(),
            notes,
            files: Vec::new(),
        })
    })
}

/// Each message once, with the first of the fields that it is about and their number.
fn told(parts: &[Untranslated]) -> Vec<String> {
    let mut told: Vec<(&str, &str, usize)> = Vec::new();
    for part in parts {
        match told.iter_mut().find(|(_, message, _)| *message == part.message) {
            Some((_, _, n)) => *n += 1,
            None => told.push((&part.field, &part.message, 1)),
        }
    }
    let line = |(field, message, n): (&str, &str, usize)| match n {
        1 => format!("{field}: {message}"),
        _ => format!("{field} and {} more: {message}", n - 1),
    };
    told.into_iter().map(line).collect()
}

fn predicts(projection: &Projection<'_>) -> bool {
    matches!(projection.plasticity, Some(Plasticity::ErrorCorrecting { .. }))
}

/// What an engine cannot express, all of it.
fn refused(format: ExportFormat, network: &Network<'_>, parts: &[Untranslated]) -> ActError {
    let told = told(parts);
    let remedy = match (format, parts.first()) {
        _ if network.projections.iter().any(predicts) => {
            "no other engine runs the error-correcting rule; simulate without it to export the rest".to_owned()
        }
        _ if network.projections.iter().any(|projection| projection.release == Release::Stochastic) => {
            "simulate with \"release\": \"deterministic\" or \"shared\", and export that run with format brian2"
                .to_owned()
        }
        (ExportFormat::Nest, _) => "export with format brian2, whose equations are free".to_owned(),
        (_, Some(first)) => first.remedy.clone(),
        (_, None) => String::new(),
    };
    ActError::new("not_translatable", "format", format!("{} cannot run it: {}", format.name(), told.join("; ")), remedy)
}

fn save(files: &Files, folder: &Path) -> Result<(), ActError> {
    for file in &files.files {
        let path = folder.join(&file.name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| ActError::io("make a folder", parent, &error))?;
        }
        fs::write(&path, &file.bytes).map_err(|error| ActError::io("write", &path, &error))?;
        crate::store::sync(&path)?;
    }
    Ok(())
}
