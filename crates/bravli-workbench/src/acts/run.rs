//! From a circuit to a verdict.

use super::status;
use crate::error::ActError;
use crate::jobs::Waited;
use crate::progress::Progress;
use crate::replies::{
    GainRow, Interval, LedgerCounts, ModelRow, RateRow, RunReply, Status, UpeReply, WeightRow, round,
};
use crate::requests::{ComputeUpe, Simulate};
use crate::stages;
use crate::workbench::Workbench;
use std::collections::BTreeSet;
use std::time::Duration;

/// Useful calls after a run.
fn next_of(run: &str, n_spreads: usize, learns: bool) -> Vec<String> {
    let mut next = vec![match n_spreads {
        0 => "simulate with protocol.kind = gaussian_blocks to ask about prediction errors".into(),
        1 => "compute_upe wants two values of sigma or more; for a short run give protocol {\"mu\": [4], \"sigma\": \
              [0.2, 2], \"lead_in_trials\": 10} in place of a cut"
            .into(),
        _ => format!("compute_upe {{\"runs\": [{run:?}]}}; more seeds make it surer"),
    }];
    if learns {
        next.push(
            "the same run with learning frozen, as its control, since what learns does not depress: parameters \
             {\"learning_ms\": 1e9} for error_correcting, amplitudes of 0 for other rules"
                .into(),
        );
    }
    next
}

impl Workbench {
    /// Simulates a circuit under a boundary and a protocol.
    ///
    /// With `wait_s` the reply comes at the latest after that time; the run goes on and the same call waits on.
    ///
    /// # Errors
    /// A request out of range by field, unknown artifacts, a run that cannot be simulated, or a stop on request.
    pub fn simulate(&self, request: &Simulate, progress: &dyn Progress) -> Result<RunReply, ActError> {
        let prepared = stages::run::prepare(request)?;
        let circuit = self.store().get(&request.circuit, Some("circuit"), "circuit")?;
        let boundary = self.store().get(&request.boundary, Some("boundary"), "boundary")?;
        if !boundary.inputs.contains(&circuit.id) {
            return Err(ActError::new(
                "boundary_of_another_circuit",
                "boundary",
                format!("{} was set for {}", boundary.id, boundary.inputs.join(", ")),
                format!("call set_boundary_conditions {{\"circuit\": {:?}}}", circuit.id),
            ));
        }
        let id = stages::run::id(&prepared, &circuit, &boundary);
        let n_trials = prepared.schedule.trials.len() as u64;
        let duration_ms = prepared.schedule.duration_ms;
        let spreads: BTreeSet<u64> = prepared.schedule.contexts.iter().map(|context| context.sigma.to_bits()).collect();
        let learns = !prepared.learn.is_empty();
        let mut status = Status::Found;
        if self.store().get(&id, Some("run"), "run").is_err() {
            status = Status::Made;
            let bench = self.clone();
            let wait = (request.wait_s > 0.0).then(|| Duration::from_secs_f64(request.wait_s));
            let (circuit, boundary, knowledge) = (circuit.clone(), boundary.clone(), self.knowledge()?);
            stages::run::check_names(self.store(), &circuit, &boundary, &prepared)?;
            let waited = self.jobs().wait_for(&id, wait, progress, move |progress| {
                stages::run::make(bench.store(), knowledge, &circuit, &boundary, &prepared, progress).map(|_| ())
            })?;
            if let Waited::Running(done, message) = waited {
                let doing = if message.is_empty() { "starting" } else { &message };
                return Ok(RunReply {
                    finding: format!("{:.0} % of {duration_ms} ms simulated; the run goes on: {doing}", done * 100.0),
                    status: Status::Running,
                    done: round(done, 4),
                    digest: String::new(),
                    duration_ms,
                    n_trials,
                    n_spikes: 0,
                    rates: Vec::new(),
                    reports: Vec::new(),
                    weights: Vec::new(),
                    ledger: LedgerCounts::default(),
                    notes: Vec::new(),
                    next: vec![
                        "the same simulate call again; it waits on and finds the run when it is complete".into(),
                    ],
                    artifact: id,
                });
            }
        }
        let record = self.store().get(&id, Some("run"), "run")?;
        let rates: Vec<RateRow> = serde_json::from_value(record.summary["rates"].clone()).unwrap_or_default();
        let mut weights: Vec<WeightRow> = serde_json::from_value(record.summary["weights"].clone()).unwrap_or_default();
        let files = self.files(&record);
        for row in &mut weights {
            if let Some(file) = files.iter().find(|file| file.ends_with(&row.file)) {
                row.file.clone_from(file);
            }
        }
        let shown: Vec<String> = rates.iter().map(|rate| format!("{} {}", rate.population, rate.mean_hz)).collect();
        Ok(RunReply {
            finding: format!("{duration_ms} ms simulated; mean rates in Hz: {}", shown.join(", ")),
            status,
            done: 1.0,
            digest: record.digest.clone(),
            duration_ms,
            n_trials,
            n_spikes: record.summary["n_spikes"].as_u64().unwrap_or_default(),
            rates,
            reports: files.into_iter().filter(|file| file.contains("/reports/")).collect(),
            weights,
            ledger: LedgerCounts::from(&record.ledger),
            notes: record.notes.clone(),
            next: next_of(&record.id, spreads.len(), learns),
            artifact: record.id,
        })
    }

    /// Asks whether runs compute uncertainty-modulated prediction errors.
    ///
    /// # Errors
    /// Unknown runs, runs that cannot be read together, too few trials, or a stop on request.
    pub fn compute_upe(&self, request: &ComputeUpe, progress: &dyn Progress) -> Result<UpeReply, ActError> {
        let runs = stages::report::runs(self.store(), request)?;
        let made = stages::report::make(self.store(), &runs, request, progress)?;
        let report = stages::report::load(self.store(), &made.record)?;
        let interval = |estimate: bravli_analysis::Estimate| Interval {
            est: round(estimate.est, 4),
            lo: round(estimate.lo, 4),
            hi: round(estimate.hi, 4),
        };
        let side = match report.gain.side {
            bravli_analysis::Side::Negative => &report.gain.negative,
            _ => &report.gain.positive,
        };
        let verdict = stages::report::verdict_name(&report);
        let mut models: Vec<ModelRow> = report
            .models
            .iter()
            .map(|model| ModelRow {
                model: model.id.clone(),
                meaning: model.meaning.clone(),
                d2: round(model.d2_cv, 4),
            })
            .collect();
        models.sort_by(|a, b| b.d2.total_cmp(&a.d2).then_with(|| a.model.cmp(&b.model)));
        let d = report.gain.d_log_ratio.map(interval);
        let shown = d.map_or_else(
            || "the gain ratio cannot be estimated".to_owned(),
            |d| {
                format!(
                    "log gain ratio D = {} [{}, {}] between the smallest and the largest σ at matched probes",
                    d.est, d.lo, d.hi
                )
            },
        );
        Ok(UpeReply {
            finding: match report.reasons.first() {
                Some(reason) if reason.contains("D = ") => format!("{verdict}: {reason}"),
                Some(reason) => format!("{verdict}: {reason}; {shown}"),
                None => format!("{verdict}: {shown}"),
            },
            reasons: report.reasons.clone(),
            status: status(&made),
            digest: made.record.digest.clone(),
            d_log_ratio: d,
            gain: side.iter().map(|p| GainRow { sigma: p.sigma, gain: round(p.g, 4), se: round(p.se, 4) }).collect(),
            models,
            controls: stages::report::control_rows(&report),
            seed_index: report.seed_index.as_ref().map_or_else(String::new, |index| {
                format!("(L4 - SST)*PV: R2 = {:.3}; cannot decide: {}", index.r2_cv, index.why_not)
            }),
            ledger: LedgerCounts::from(&made.record.ledger),
            assumptions: report.assumptions.clone(),
            flags: report.flags.clone(),
            falsifiers: report.falsifiers_triggered.iter().map(|f| format!("({}) {}", f.number, f.text)).collect(),
            files: self.files(&made.record),
            next: vec![
                format!(
                    "inspect {{\"artifact\": {:?}, \"detail\": \"study\"}} for a file that makes all of this again",
                    made.record.id
                ),
                "simulate with other seeds and compute_upe over all runs to narrow the interval".into(),
            ],
            verdict,
            artifact: made.record.id,
        })
    }
}
