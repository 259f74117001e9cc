//! Circuit, boundary and protocol → run.

mod advance;
mod checkpoint;
mod choose;
mod learn;
mod prepare;
mod tally;

use super::{boundary, circuit, circuit::input, column, read_json, recipe, write_json};
use crate::Ledger;
use crate::error::ActError;
use crate::ledger;
use crate::progress::Progress;
use crate::requests::ReleaseName;
use crate::store::{ArtifactRecord, Draft, Made, Store};
use advance::{Course, advance};
use bravli_circuit::{Circuit, Schedule, Spikes, neuron_columns, wire_fibres};
use bravli_facts::KnowledgeBase;
use bravli_sim::lower::{ColumnInput, Lowered, MiniRates, ReleaseModel, backgrounds, lower};
use bravli_sonata::{RunFiles, RunPlan};
use checkpoint::Checkpoints;
use choose::{Silenced, Traced};
use learn::Weighed;
pub(crate) use prepare::{Prepared, prepare};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tally::Tally;

/// Step of the point engine, ms.
const DT_MS: f64 = 0.1;

/// Wall time between checkpoints: a run that is killed loses no more than this.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);

/// The run's id, known before it is made.
pub(crate) fn id(prepared: &Prepared, circuit: &ArtifactRecord, boundary: &ArtifactRecord) -> String {
    Store::id_of("run", &prepared.content, &[circuit, boundary])
}

/// Checks the cells and sources that a request names against those of its circuit and boundary.
pub(crate) fn check_names(
    store: &Store,
    circuit: &ArtifactRecord,
    boundary: &ArtifactRecord,
    prepared: &Prepared,
) -> Result<(), ActError> {
    if prepared.record.is_empty() && prepared.silence.is_empty() && prepared.learn.is_empty() {
        return Ok(());
    }
    let column = column::load(store, &input(store, circuit, "column")?)?;
    choose::traces(&prepared.record, &column, prepared.schedule.duration_ms)?;
    choose::silences(&prepared.silence, &column, 0.0)?;
    let boundary = boundary::load(store, boundary)?;
    learn::learning(&prepared.learn, &column, &boundary.fibre_sources()).map(|_| ())
}

/// Numbers that learning adds to those of a run: how many, and what they rest on.
pub(crate) fn learning_assumptions(record: &ArtifactRecord) -> Result<Vec<(u32, String)>, ActError> {
    learn::assumed(&prepare::learned(record)?)
}

/// A run's network, and what it was made of.
pub(crate) struct Lowering<'a> {
    pub(crate) lowered: Lowered<'a>,
    pub(crate) circuit: &'a Circuit,
    /// What the numbers that only the run uses rest on.
    own: Ledger,
    traced: &'a [Traced],
    silenced: &'a [Silenced],
    weighed: &'a [Weighed],
}

/// Makes the network of a run and hands it to `act`.
pub(crate) fn with_network<T>(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    circuit_record: &ArtifactRecord,
    boundary_record: &ArtifactRecord,
    prepared: &Prepared,
    act: impl FnOnce(Lowering<'_>) -> Result<T, ActError>,
) -> Result<T, ActError> {
    let circuit = circuit::load(store, circuit_record)?;
    let column_record = input(store, circuit_record, "column")?;
    let sourced = recipe::load_sourced(store, &input(store, &column_record, "recipe")?, knowledge)?;
    let recipe = &sourced.recipe;
    let uses = ledger::run(&sourced, &circuit.column, prepared.minis, &learn::assumed(&prepared.learn)?);
    let own = sourced.admit(&uses, "the neurons of this run use stand")?;
    let boundary = boundary::load(store, boundary_record)?;
    let neurons = neuron_columns(recipe, &circuit.column, column::seed(&column_record))
        .map_err(|error| ActError::new("no_neurons", "neurons.yaml", error.to_string(), error.remedy()))?;
    let receptors = recipe.neurons.as_ref().and_then(|models| models.receptors).ok_or_else(|| {
        ActError::new(
            "no_receptors",
            "neurons.yaml",
            format!("recipe {:?} states no receptor kinetics", recipe.name),
            "add a receptors section to neurons.yaml, as in the shipped rat-barrel recipe",
        )
    })?;
    let minis = prepared.minis.then(|| MiniRates::of(recipe, &circuit.column)).transpose().map_err(|error| {
        ActError::new("no_minis", "minis", error.to_string(), "add them to mini_frequencies.tsv, or leave minis out")
    })?;
    let learning = learn::learning(&prepared.learn, &circuit.column, &boundary.fibre_sources())?;
    let class_excites: Vec<bool> = circuit
        .header
        .classes
        .iter()
        .map(|name| recipe.synapse_classes.get(name).is_some_and(bravli_recipe::SynapseClass::is_excitatory))
        .collect();
    let fibres = wire_fibres(&boundary, &circuit.column);
    let column_input = ColumnInput {
        population: &circuit.column.header.node_population,
        neurons: &neurons,
        backgrounds: &backgrounds(&boundary, &circuit.column, &neurons),
        connections: circuit.connections(),
        class_excites: &class_excites,
        fibres: &fibres,
        schedule: &prepared.schedule,
        receptors,
        calcium_mm: boundary.calcium_mm,
        release: match prepared.release {
            ReleaseName::Stochastic => ReleaseModel::Stochastic,
            ReleaseName::Deterministic => ReleaseModel::Deterministic,
            ReleaseName::Shared => ReleaseModel::Shared,
        },
        minis: minis.as_ref(),
        learning: &learning,
        dt_ms: DT_MS,
        seed: prepared.seed,
    };
    let mut lowered = lower(&column_input).map_err(|error| {
        let place = error.learning_entry().map_or_else(|| "circuit".to_owned(), |entry| format!("learn[{entry}]"));
        ActError::new("cannot_simulate", place, error.to_string(), error.remedy())
    })?;
    let traced = choose::traces(&prepared.record, &circuit.column, prepared.schedule.duration_ms)?;
    let silenced = choose::silences(&prepared.silence, &circuit.column, receptors.e_gaba_a_mv)?;
    choose::add(&mut lowered.network, &traced, &silenced);
    lowered.notes.extend(learn::trace_notes(&learning, &prepared.record, &traced));
    let weighed = learn::weigh(&prepared.learn, &mut lowered)?;
    act(Lowering { lowered, circuit: &circuit, own, traced: &traced, silenced: &silenced, weighed: &weighed })
}

/// Simulates, or finds the run.
pub(crate) fn make(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    circuit_record: &ArtifactRecord,
    boundary_record: &ArtifactRecord,
    prepared: &Prepared,
    progress: &dyn Progress,
) -> Result<Made, ActError> {
    let inputs = [circuit_record, boundary_record];
    let root = store.checkpoints();
    let id = id(prepared, circuit_record, boundary_record);
    let made = store.make("run", prepared.content.clone(), &inputs, |folder| {
        with_network(store, knowledge, circuit_record, boundary_record, prepared, |lowering| {
            let checkpoints = Checkpoints::open(&root, &id)?;
            let network = &lowering.lowered.network;
            let course = Course {
                network,
                n_steps: lowering.lowered.n_steps,
                threads: prepared.threads,
                tally: Tally::new(lowering.circuit.column.cells.len(), lowering.silenced, DT_MS),
                plan: RunPlan {
                    dt_ms: network.dt_ms,
                    populations: network.populations.iter().map(|population| population.name.clone()).collect(),
                    reports: lowering.traced.iter().map(|traced| traced.plan.clone()).collect(),
                    weights: lowering.weighed.iter().map(|weighed| weighed.plan.clone()).collect(),
                },
                checkpoints: &checkpoints,
                every: CHECKPOINT_EVERY,
            };
            let completed = advance(&course, progress)?;
            let tally::Observer { writer, tally } = completed.observer;
            let weights =
                learn::rows(&prepared.learn, &lowering.lowered.learned, lowering.weighed, writer.weight_writers());
            let rates = tally.rates(&lowering.circuit.column, prepared.schedule.duration_ms);
            let weight_notes =
                learn::end_notes(&prepared.learn, &lowering.lowered.learned, writer.weight_writers(), &rates);
            let files = RunFiles {
                spikes: folder.join("spikes.h5"),
                reports: lowering.traced.iter().map(|traced| folder.join(&traced.file)).collect(),
                weights: lowering.weighed.iter().map(|weighed| folder.join(&weighed.file)).collect(),
            };
            for parent in files.reports.iter().chain(&files.weights).filter_map(|file| file.parent()) {
                std::fs::create_dir_all(parent).map_err(|error| ActError::io("make a folder", parent, &error))?;
            }
            writer.finish(&files)?;
            write_json(&folder.join("schedule.json"), &prepared.schedule)?;
            let mut notes = lowering.lowered.notes.clone();
            notes.extend(learn::notes(&prepared.learn, &lowering.lowered.learned));
            notes.extend(completed.notes);
            notes.extend(tally.settling_note(prepared.schedule.duration_ms));
            notes.extend(weight_notes);
            notes.extend(tally.silence_notes(lowering.silenced));
            notes.extend(tally::rate_notes(&rates));
            let mut summary = json!({
                "duration_ms": prepared.schedule.duration_ms,
                "n_trials": prepared.schedule.trials.len(),
                "n_spikes": tally.n_spikes,
                "n_fibre_spikes": tally.n_fibre_spikes,
                "n_events": completed.stats.n_events,
                "rates": rates,
            });
            if !weights.is_empty() {
                summary["weights"] = json!(weights);
            }
            Ok(Draft { summary, ledger: boundary_record.ledger.clone().plus(lowering.own), notes })
        })
    })?;
    // only now: what is in its place needs no checkpoint
    let _ = std::fs::remove_dir_all(root.join(&id));
    Ok(made)
}

/// What a stored run was asked.
pub(crate) fn prepared(store: &Store, record: &ArtifactRecord) -> Result<Prepared, ActError> {
    Prepared::of_record(record, schedule(store, record)?)
}

/// Trials and contexts of a stored run.
pub(crate) fn schedule(store: &Store, record: &ArtifactRecord) -> Result<Schedule, ActError> {
    read_json(&store.folder(record).join("schedule.json"))
}

/// Spikes of a stored run, one entry per population: the cells and each source of fibres.
pub(crate) fn spikes(store: &Store, record: &ArtifactRecord) -> Result<Vec<Spikes>, ActError> {
    Ok(bravli_sonata::read_spikes(&store.folder(record).join("spikes.h5"))?)
}
