//! Circuit, boundary and protocol → run.

use super::{boundary, circuit, circuit::input, column, read_json, recipe, write_json};
use crate::error::ActError;
use crate::ledger;
use crate::machine;
use crate::progress::Progress;
use crate::replies::{RateRow, round};
use crate::requests::{ProtocolKind, ProtocolRequest, Simulate};
use crate::store::{ArtifactRecord, Draft, Made, Store};
use bravli_circuit::{Column, GaussianBlocks, Protocol, Schedule, Spikes, neuron_columns, wire_fibres};
use bravli_facts::KnowledgeBase;
use bravli_sim::old::{PointInput, SimError, backgrounds, point};
use serde_json::json;
use std::sync::Arc;

/// Step of the point engine, ms.
const DT_MS: f64 = 0.1;

/// What a simulation needs besides its inputs: checked before anything is stored.
pub(crate) struct Prepared {
    pub(crate) schedule: Schedule,
    pub(crate) content: serde_json::Value,
    pub(crate) threads: usize,
    pub(crate) seed: u64,
}

/// Checks a request and lays its protocol out in time.
pub(crate) fn prepare(request: &Simulate) -> Result<Prepared, ActError> {
    if let Some(duration) =
        request.duration_ms.filter(|duration| !(*duration > 0.0 && *duration <= bravli_circuit::MAX_DURATION_MS))
    {
        return Err(ActError::new(
            "bad_duration",
            "duration_ms",
            format!("must lie in (0, {}], got {duration}", bravli_circuit::MAX_DURATION_MS),
            "give a length in ms, for example 1000, or leave it out to take the protocol's own",
        ));
    }
    if request.threads > 256 {
        return Err(ActError::new(
            "bad_threads",
            "threads",
            format!("must lie in 0..=256, got {}", request.threads),
            "0 takes all threads of the machine",
        ));
    }
    if !(request.wait_s >= 0.0 && request.wait_s <= 86_400.0) {
        return Err(ActError::new(
            "bad_wait",
            "wait_s",
            format!("must lie in 0..=86400, got {}", request.wait_s),
            "0 waits to the end",
        ));
    }
    let protocol = protocol_of(&request.protocol, request.duration_ms)?;
    let mut schedule = protocol.schedule(request.seed).map_err(|error| {
        ActError::new("bad_protocol", format!("protocol.{}", error.field), error.message.clone(), error.remedy)
    })?;
    if let (Some(duration), Protocol::GaussianBlocks(blocks)) = (request.duration_ms, &protocol) {
        cut(&mut schedule, duration, blocks.isi_ms)?;
    }
    let threads = if request.threads == 0 { machine::threads() } else { request.threads as usize };
    let content =
        json!({ "protocol": protocol, "duration_ms": schedule.duration_ms, "dt_ms": DT_MS, "seed": request.seed });
    Ok(Prepared { schedule, content, threads, seed: request.seed })
}

/// The description of a requested protocol.
fn protocol_of(request: &ProtocolRequest, duration_ms: Option<f64>) -> Result<Protocol, ActError> {
    match request.kind {
        ProtocolKind::Spontaneous => {
            let length = request.duration_ms.or(duration_ms).ok_or_else(|| {
                ActError::new(
                    "bad_duration",
                    "duration_ms",
                    "a spontaneous run needs a length",
                    "give duration_ms, for example 1000",
                )
            })?;
            Ok(Protocol::Spontaneous { duration_ms: length })
        }
        ProtocolKind::GaussianBlocks if request.duration_ms.is_some() => Err(ActError::new(
            "bad_protocol",
            "protocol.duration_ms",
            "protocol.duration_ms belongs to kind spontaneous; the length of gaussian_blocks follows from its trials",
            "leave it out, or cut the run with the outer duration_ms",
        )),
        ProtocolKind::GaussianBlocks => Ok(Protocol::GaussianBlocks(GaussianBlocks {
            mu: request.mu.clone(),
            sigma: request.sigma.clone(),
            natural_trials: request.natural_trials,
            lead_in_trials: request.lead_in_trials,
            probe_deltas: request.probe_deltas.clone(),
            probe_repeats: request.probe_repeats,
            spacers: request.spacers,
            isi_ms: request.isi_ms,
            settle_ms: request.settle_ms,
        })),
    }
}

/// Keeps the trials that end within `duration_ms`.
fn cut(schedule: &mut Schedule, duration_ms: f64, isi_ms: f64) -> Result<(), ActError> {
    if duration_ms >= schedule.duration_ms {
        return Ok(());
    }
    schedule.trials.retain(|trial| trial.onset_ms + isi_ms <= duration_ms);
    let Some(last) = schedule.trials.last() else {
        return Err(ActError::new(
            "bad_duration",
            "duration_ms",
            format!("no trial ends within {duration_ms} ms"),
            "give a longer duration_ms, or leave it out to take the protocol's own",
        ));
    };
    schedule.duration_ms = last.onset_ms + isi_ms;
    let end_ms = schedule.duration_ms;
    schedule.contexts.retain(|context| context.start_ms < end_ms);
    for context in &mut schedule.contexts {
        context.end_ms = context.end_ms.min(schedule.duration_ms);
    }
    Ok(())
}

/// The run's id, known before it is made.
pub(crate) fn id(prepared: &Prepared, circuit: &ArtifactRecord, boundary: &ArtifactRecord) -> String {
    Store::id_of("run", &prepared.content, &[circuit, boundary])
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
    store.make("run", prepared.content.clone(), &inputs, |folder| {
        let circuit = circuit::load(store, circuit_record)?;
        let column_record = input(store, circuit_record, "column")?;
        let sourced = recipe::load_sourced(store, &input(store, &column_record, "recipe")?, knowledge)?;
        let recipe = &sourced.recipe;
        let own = sourced.admit(&ledger::run(&sourced, &circuit.column), "the neurons of this run use stand")?;
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
        let class_excites: Vec<bool> = circuit
            .header
            .classes
            .iter()
            .map(|name| recipe.synapse_classes.get(name).is_some_and(bravli_recipe::SynapseClass::is_excitatory))
            .collect();
        let fibres = wire_fibres(&boundary, &circuit.column);
        let simulation = PointInput {
            neurons: &neurons,
            backgrounds: &backgrounds(&boundary, &circuit.column, &neurons),
            connections: circuit.connections(),
            class_excites: &class_excites,
            fibres: &fibres,
            schedule: &prepared.schedule,
            receptors,
            calcium_mm: boundary.calcium_mm,
            dendritic_delay_ms: receptors.dendritic_delay_ms,
            dt_ms: DT_MS,
            seed: prepared.seed,
        };
        let population = circuit.column.header.node_population.clone();
        let output =
            point::run(&simulation, &population, prepared.threads, &mut |done| progress.report(done, "simulating"))
                .map_err(|error| match error {
                    SimError::Cancelled => ActError::cancelled(),
                    other => ActError::new("cannot_simulate", "circuit", other.to_string(), other.remedy()),
                })?;
        bravli_sonata::write_spikes(&folder.join("spikes.h5"), &output.spikes)?;
        write_json(&folder.join("schedule.json"), &prepared.schedule)?;
        let rates = rates(&circuit.column, &output.spikes[0], prepared.schedule.duration_ms);
        let summary = json!({
            "duration_ms": prepared.schedule.duration_ms,
            "n_trials": prepared.schedule.trials.len(),
            "n_spikes": output.spikes[0].node.len(),
            "n_fibre_spikes": output.spikes[1..].iter().map(|spikes| spikes.node.len()).sum::<usize>(),
            "n_events": output.stats.n_events,
            "rates": rates,
        });
        Ok(Draft { summary, ledger: boundary_record.ledger.clone().plus(own), notes: notes(&rates) })
    })
}

/// Median of sorted counts: the middle one, or the mean of the two in the middle.
fn median(sorted: &[u32]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |i: usize| sorted.get(i).map_or(0.0, |count| f64::from(*count));
    if sorted.len() % 2 == 1 || sorted.is_empty() { at(middle) } else { f64::midpoint(at(middle - 1), at(middle)) }
}

/// Mean and median rate and the share of silent cells, per population.
fn rates(column: &Column, spikes: &Spikes, duration_ms: f64) -> Vec<RateRow> {
    let mut counts = vec![0_u32; column.cells.len()];
    for node in &spikes.node {
        counts[*node as usize] += 1;
    }
    let seconds = duration_ms / 1_000.0;
    let of_population = |(index, population): (usize, &bravli_circuit::PlacedPopulation)| {
        let mut own: Vec<u32> = counts
            .iter()
            .zip(&column.cells.population)
            .filter(|(_, of)| usize::from(**of) == index)
            .map(|(count, _)| *count)
            .collect();
        own.sort_unstable();
        let n = own.len().max(1) as f64;
        RateRow {
            population: population.name.clone(),
            mean_hz: round(own.iter().sum::<u32>() as f64 / n / seconds, 4),
            median_hz: round(median(&own) / seconds, 4),
            silent: round(own.iter().filter(|count| **count == 0).count() as f64 / n, 4),
        }
    };
    column.header.populations.iter().enumerate().map(of_population).collect()
}

/// What a scientist should notice about rates.
fn notes(rates: &[RateRow]) -> Vec<String> {
    /// Faster than any population of excitatory cortical cells is reported to fire on average.
    const TOO_FAST_HZ: f64 = 50.0;
    let mut notes = Vec::new();
    for rate in rates {
        if rate.mean_hz > TOO_FAST_HZ {
            notes.push(format!(
                "{} fires at {} Hz on average; check boundary and conductances",
                rate.population, rate.mean_hz
            ));
        } else if rate.median_hz == 0.0 && rate.mean_hz > 1.0 {
            notes.push(format!(
                "{} fires at {} Hz on average, but {:.0} % of its cells never do",
                rate.population,
                rate.mean_hz,
                rate.silent * 100.0
            ));
        } else if rate.mean_hz == 0.0 {
            notes.push(format!("{} never fires", rate.population));
        }
    }
    notes
}

/// Trials and contexts of a stored run.
pub(crate) fn schedule(store: &Store, record: &ArtifactRecord) -> Result<Schedule, ActError> {
    read_json(&store.folder(record).join("schedule.json"))
}

/// Spikes of a stored run, one entry per population: the cells and each source of fibres.
pub(crate) fn spikes(store: &Store, record: &ArtifactRecord) -> Result<Vec<Spikes>, ActError> {
    Ok(bravli_sonata::read_spikes(&store.folder(record).join("spikes.h5"))?)
}
