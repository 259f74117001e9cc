//! A network run to its end: progress, stops, checkpoints.

use super::checkpoint::Checkpoints;
use super::tally::{Observer, Tally};
use crate::error::ActError;
use crate::machine;
use crate::progress::Progress;
use bravli_sim::SimError;
use bravli_sim::network::Network;
use bravli_sim::point::{Engine, Options, Simd, Stats, estimate};
use bravli_sonata::{RunPlan, RunWriter};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Rate that memory and time are estimated at before anything has fired, Hz: that of a driven column.
const EXPECTED_HZ: f64 = 5.0;

/// Bytes that a recorded weight takes besides its connection: where it is from, its start and last sample, and samples on
/// their way.
const BYTES_PER_WEIGHT: f64 = 100.0;

/// Wall time after which the time left is told as measured instead of estimated.
const MEASURED_AFTER: Duration = Duration::from_millis(200);

/// Part of the wall time that writing checkpoints may take: one in this many.
const CHECKPOINT_SHARE: u32 = 20;

/// What is run, and how.
pub(super) struct Course<'a> {
    pub(super) network: &'a Network<'a>,
    pub(super) n_steps: u64,
    pub(super) threads: usize,
    /// Nothing counted yet.
    pub(super) tally: Tally,
    pub(super) plan: RunPlan,
    pub(super) checkpoints: &'a Checkpoints,
    /// Wall time between checkpoints.
    pub(super) every: Duration,
}

/// What a run that went to its end leaves.
pub(super) struct Completed {
    pub(super) observer: Observer,
    pub(super) stats: Stats,
    pub(super) notes: Vec<String>,
}

/// Why the engine came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Stop,
    Checkpoint,
}

/// Runs a network to its end, from its checkpoint where there is one that fits.
///
/// # Errors
/// `no_room` when memory would not do; `cancelled` when progress asks to stop, after a checkpoint; what the engine says.
pub(super) fn advance(course: &Course<'_>, progress: &dyn Progress) -> Result<Completed, ActError> {
    let network = course.network;
    let estimated = estimate(network, EXPECTED_HZ);
    let n_weighed: usize = course.plan.weights.iter().map(|weights| weights.start.len()).sum();
    check_room(estimated.bytes + n_weighed as f64 * BYTES_PER_WEIGHT)?;
    let expected_s =
        estimated.core_s_per_s * course.n_steps as f64 * network.dt_ms * 1e-3 / course.threads.max(1) as f64;
    let layout = format!(
        "laying out {} cells and about {:.0} connections; the run takes about {}",
        network.n_neurons(),
        estimated.n_connections,
        told(expected_s)
    );
    if progress.report(0.0, &layout).is_break() {
        return Err(ActError::cancelled());
    }
    let mut notes = Vec::new();
    let stop = || progress.report(0.0, &layout).is_break();
    let (mut engine, mut observer) = start(course, &mut notes, &stop)?;
    let (started, first_step) = (Instant::now(), engine.step());
    let (mut saved, mut every) = (Instant::now(), course.every);
    loop {
        let mut pause = Pause::Checkpoint;
        let outcome = engine.run(course.n_steps, &mut observer, &mut |step| {
            let share = step as f64 / course.n_steps.max(1) as f64;
            let left_s = time_left(started.elapsed(), step - first_step, course.n_steps - step)
                .unwrap_or(expected_s * (1.0 - share));
            if progress.report(share, &format!("simulating, {} left", told(left_s))).is_break() {
                pause = Pause::Stop;
                return ControlFlow::Break(());
            }
            if saved.elapsed() >= every { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match outcome {
            Ok(()) => return Ok(Completed { observer, stats: engine.stats(), notes }),
            Err(SimError::Cancelled) => {}
            Err(error) => {
                // a full disk may be mended; all else would go wrong again from any of the checkpoints
                if !matches!(error, SimError::Sink(_)) {
                    course.checkpoints.remove();
                }
                return Err(ActError::new("cannot_simulate", "circuit", error.to_string(), error.remedy()));
            }
        }
        let begun = Instant::now();
        let kept = observer
            .writer
            .marks()
            .map_err(ActError::from)
            .and_then(|marks| course.checkpoints.save(&engine.checkpoint(), &marks));
        if pause == Pause::Stop {
            let share = engine.step() as f64 / course.n_steps.max(1) as f64;
            return Err(stopped(share, kept.is_ok()));
        }
        if let Err(error) = kept {
            tracing::warn!(%error, "a run goes on without a checkpoint");
        }
        every = course.every.max(begun.elapsed() * CHECKPOINT_SHARE);
        saved = Instant::now();
    }
}

fn check_room(bytes: f64) -> Result<(), ActError> {
    let available = machine::memory_bytes();
    if bytes <= available as f64 {
        return Ok(());
    }
    let mib = |bytes: f64| bytes / 1_048_576.0;
    let error = SimError::NoRoom { needed_mib: mib(bytes), available_mib: mib(available as f64) };
    Err(ActError::new("no_room", "circuit", error.to_string(), error.remedy()))
}

/// An engine and its observer: where the checkpoint left them, or at the beginning.
fn start<'a>(
    course: &Course<'a>,
    notes: &mut Vec<String>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(Engine<'a>, Observer), ActError> {
    let failed = |error: SimError| match error {
        SimError::Cancelled => ActError::cancelled(),
        error => ActError::new("cannot_simulate", "circuit", error.to_string(), error.remedy()),
    };
    let options = Options { threads: course.threads, simd: Simd::Best };
    let folder = course.checkpoints.folder();
    let reason = match course.checkpoints.load() {
        None => None,
        Some(Err(reason)) => Some(reason),
        Some(Ok((checkpoint, marks))) => {
            let mut tally = course.tally.clone();
            let mut count = |population: usize, spikes: &[_]| tally.add(population, spikes);
            let writer = RunWriter::resume(folder, course.plan.clone(), &marks, &mut count)?;
            match writer.map(|writer| (Engine::resume(course.network, options, &checkpoint, stop), writer)) {
                None => Some("is damaged"),
                Some((Ok(engine), writer)) => {
                    let at_ms = ((checkpoint.step as f64 * course.network.dt_ms) * 1e3).round() / 1e3;
                    notes.push(format!("gone on from a checkpoint at {at_ms} ms"));
                    return Ok((engine, Observer { writer, tally }));
                }
                Some((Err(SimError::Checkpoint(_)), _)) => Some("does not fit this run"),
                Some((Err(error), _)) => return Err(failed(error)),
            }
        }
    };
    if let Some(reason) = reason {
        notes.push(format!("started anew: the checkpoint {reason}"));
    }
    let engine = Engine::new_unless(course.network, options, stop).map_err(failed)?;
    let writer = RunWriter::create(folder, course.plan.clone())?;
    Ok((engine, Observer { writer, tally: course.tally.clone() }))
}

fn stopped(share: f64, kept: bool) -> ActError {
    let mut error = ActError::cancelled();
    if kept {
        error.message = format!("stopped on request at {:.0} %; no run was stored", share * 100.0);
        "call again: the run goes on from there".clone_into(&mut error.remedy);
    }
    error
}

/// Seconds left by the pace so far; nothing before there is one.
fn time_left(elapsed: Duration, done: u64, left: u64) -> Option<f64> {
    let measured = elapsed >= MEASURED_AFTER && done > 0;
    measured.then(|| elapsed.as_secs_f64() / done as f64 * left as f64)
}

/// A time as people say it.
fn told(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "less than 1 s".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_unit() {
        let said = [0.2, 12.4, 600.0, 7_200.0].map(told);
        assert_eq!(said, ["less than 1 s", "12 s", "10 min", "2.0 h"]);
        assert_eq!(time_left(Duration::from_millis(10), 5, 5), None);
        assert_eq!(time_left(Duration::from_secs(2), 100, 300), Some(6.0));
    }

    #[test]
    fn a_run_that_does_not_fit_is_refused_with_both_sizes() {
        let error = check_room(1e18).unwrap_err();
        assert_eq!(error.code, "no_room");
        assert!(error.message.contains("MiB are free"), "{}", error.message);
    }
}
