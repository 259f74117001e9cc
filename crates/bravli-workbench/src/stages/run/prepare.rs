//! A request checked, and its protocol laid out in time.

use super::DT_MS;
use super::choose::check_choices;
use super::learn;
use crate::error::ActError;
use crate::machine;
use crate::requests::{
    LearnRequest, ProtocolKind, ProtocolRequest, RecordRequest, ReleaseName, SilenceRequest, Simulate,
};
use crate::store::ArtifactRecord;
use bravli_circuit::{GaussianBlocks, Protocol, Schedule};
use serde::de::DeserializeOwned;
use serde_json::json;

/// What a simulation needs besides its inputs: checked before anything is stored.
pub(crate) struct Prepared {
    pub(crate) schedule: Schedule,
    pub(crate) content: serde_json::Value,
    pub(crate) threads: usize,
    pub(crate) seed: u64,
    pub(crate) record: Vec<RecordRequest>,
    pub(crate) silence: Vec<SilenceRequest>,
    pub(crate) release: ReleaseName,
    pub(crate) minis: bool,
    /// With every number that has a default.
    pub(crate) learn: Vec<LearnRequest>,
}

impl Prepared {
    /// What a stored run was asked; `schedule` is the run's own.
    pub(super) fn of_record(record: &ArtifactRecord, schedule: Schedule) -> Result<Self, ActError> {
        Ok(Self {
            schedule,
            content: record.request.clone(),
            threads: machine::threads(),
            seed: field(record, "seed")?,
            record: field(record, "record")?,
            silence: field(record, "silence")?,
            release: field(record, "release")?,
            minis: field(record, "minis")?,
            learn: learned(record)?,
        })
    }
}

/// What a stored run let learn.
pub(super) fn learned(record: &ArtifactRecord) -> Result<Vec<LearnRequest>, ActError> {
    field(record, "learn")
}

/// A field of what a stored run was asked; its default where absent.
fn field<T: DeserializeOwned + Default>(record: &ArtifactRecord, name: &str) -> Result<T, ActError> {
    let Some(value) = record.request.get(name) else { return Ok(T::default()) };
    serde_json::from_value(value.clone()).map_err(|error| {
        ActError::new(
            "unreadable_request",
            name,
            format!("{} states no {name} that this version reads: {error}", record.id),
            "simulate again with this version",
        )
    })
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
    check_choices(request, schedule.duration_ms)?;
    let learn = learn::whole(&request.learn, schedule.duration_ms)?;
    // threads meet at every step: more than there are cores would wait for each other, and the result is the same
    let threads = match request.threads as usize {
        0 => machine::threads(),
        asked => asked.min(machine::threads()),
    };
    let silence: Vec<SilenceRequest> = request.silence.iter().map(|entry| entry.whole(schedule.duration_ms)).collect();
    let mut content =
        json!({ "protocol": protocol, "duration_ms": schedule.duration_ms, "dt_ms": DT_MS, "seed": request.seed });
    // what is left out stands at its default
    if !request.record.is_empty() {
        content["record"] = json!(request.record);
    }
    if !silence.is_empty() {
        content["silence"] = json!(silence);
    }
    if request.release != ReleaseName::default() {
        content["release"] = json!(request.release);
    }
    if request.minis {
        content["minis"] = json!(true);
    }
    if !learn.is_empty() {
        content["learn"] = json!(learn);
    }
    Ok(Prepared {
        schedule,
        content,
        threads,
        seed: request.seed,
        record: request.record.clone(),
        silence,
        release: request.release,
        minis: request.minis,
        learn,
    })
}

/// The description of a requested protocol.
fn protocol_of(request: &ProtocolRequest, duration_ms: Option<f64>) -> Result<Protocol, ActError> {
    match request.kind {
        ProtocolKind::Spontaneous => {
            // of two lengths the outer one is a cut
            let shorter = [request.duration_ms, duration_ms].into_iter().flatten().reduce(f64::min);
            let length = shorter.ok_or_else(|| {
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
