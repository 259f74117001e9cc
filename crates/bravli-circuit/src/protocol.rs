//! What is done in an experiment, and when.

use crate::trial::{Trial, TrialKind};
use bravli_rng::{Draw, Stream};
use serde::{Deserialize, Serialize};

/// An experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Protocol {
    /// No stimulus.
    Spontaneous {
        /// Length, ms.
        duration_ms: f64,
    },
    /// Contexts of Gaussian stimuli, each with matched probes after a frozen lead-in.
    GaussianBlocks(GaussianBlocks),
}

/// Contexts of Gaussian stimuli: every mean with every spread, in random order.
///
/// A block is: natural trials x ~ N(μ, σ²) cut at zero; then a frozen sequence that is identical in all contexts of one
/// mean: lead-in trials, and every probe μ + δ, each preceded by spacers at μ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianBlocks {
    /// Means, in stimulus units.
    pub mu: Vec<f64>,
    /// Standard deviations, in stimulus units.
    pub sigma: Vec<f64>,
    /// Natural trials per block.
    pub natural_trials: u32,
    /// Frozen trials before the first probe.
    pub lead_in_trials: u32,
    /// Differences of the probes from the mean, in stimulus units.
    pub probe_deltas: Vec<f64>,
    /// Presentations of each probe per block.
    pub probe_repeats: u32,
    /// Frozen trials at the mean before each probe.
    #[serde(default = "one")]
    pub spacers: u32,
    /// Time from onset to onset, ms.
    pub isi_ms: f64,
    /// Time before the first block, ms.
    #[serde(default = "settle")]
    pub settle_ms: f64,
}

fn one() -> u32 {
    1
}

/// Settling time where none is given, ms: three times a recovery of 170 ms, by which the onset transient is over.
fn settle() -> f64 {
    500.0
}

/// Longest experiment, ms of biological time.
pub const MAX_DURATION_MS: f64 = 3_600_000.0;

/// Trials and contexts on a time axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Length, ms.
    pub duration_ms: f64,
    /// Stimuli in order of onset.
    pub trials: Vec<Trial>,
    /// Contexts in order of time.
    pub contexts: Vec<ContextSpan>,
}

/// A stretch of time in one context.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContextSpan {
    /// Start, ms.
    pub start_ms: f64,
    /// End, ms.
    pub end_ms: f64,
    /// Mean, in stimulus units.
    pub mu: f64,
    /// Standard deviation, in stimulus units.
    pub sigma: f64,
}

/// Why a protocol cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct ProtocolError {
    /// The field at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Protocol {
    /// Lays the protocol out in time. Stimuli depend on `seed`; the frozen sequences on `seed` and the mean alone.
    ///
    /// # Errors
    /// [`ProtocolError`] naming the field at fault.
    pub fn schedule(&self, seed: u64) -> Result<Schedule, ProtocolError> {
        match self {
            Self::Spontaneous { duration_ms } => {
                check("duration_ms", *duration_ms, 1.0, MAX_DURATION_MS, "give a length in ms, for example 1000")?;
                Ok(Schedule { duration_ms: *duration_ms, trials: Vec::new(), contexts: Vec::new() })
            }
            Self::GaussianBlocks(blocks) => blocks.schedule(seed),
        }
    }
}

fn check(field: &'static str, value: f64, low: f64, high: f64, remedy: &'static str) -> Result<(), ProtocolError> {
    if value >= low && value <= high {
        Ok(())
    } else {
        Err(ProtocolError { field, message: format!("must lie in [{low}, {high}], got {value}"), remedy })
    }
}

impl GaussianBlocks {
    fn check(&self) -> Result<(), ProtocolError> {
        let lists = [
            ("mu", &self.mu, 0.0, 1e3),
            ("sigma", &self.sigma, 0.0, 1e3),
            ("probe_deltas", &self.probe_deltas, -1e3, 1e3),
        ];
        for (field, values, low, high) in lists {
            if values.len() > 1_000 || (values.is_empty() && field != "probe_deltas") {
                return Err(ProtocolError {
                    field,
                    message: format!("must hold 1 to 1000 values, got {}", values.len()),
                    remedy: "give a list of numbers in stimulus units",
                });
            }
            let repeated = values.iter().enumerate().any(|(index, value)| values[..index].contains(value));
            if repeated {
                return Err(ProtocolError {
                    field,
                    message: "a value is named twice".into(),
                    remedy: "name each value once; more trials come from natural_trials and probe_repeats",
                });
            }
            for value in values {
                check(field, *value, low, high, "give stimulus units; a stimulus is not negative")?;
            }
        }
        check("isi_ms", self.isi_ms, 10.0, 1e5, "give a time in ms, for example 150")?;
        check("settle_ms", self.settle_ms, 0.0, 1e5, "give a time in ms, for example 500")?;
        let lowest = self.mu.iter().copied().fold(f64::INFINITY, f64::min);
        if let Some(delta) = self.probe_deltas.iter().find(|delta| lowest + **delta < 0.0) {
            return Err(ProtocolError {
                field: "probe_deltas",
                message: format!("{delta} from the mean {lowest} is a negative stimulus"),
                remedy: "raise the smallest mean or shrink the difference",
            });
        }
        let per_block = f64::from(self.natural_trials)
            + f64::from(self.lead_in_trials)
            + self.probe_deltas.len() as f64 * f64::from(self.probe_repeats) * (1.0 + f64::from(self.spacers));
        let n_contexts = self.mu.len() * self.sigma.len();
        let total = self.settle_ms + per_block * self.isi_ms * n_contexts as f64;
        if per_block < 1.0 || total > MAX_DURATION_MS {
            let probes = per_block - f64::from(self.natural_trials) - f64::from(self.lead_in_trials);
            let field = if probes > 0.5 * per_block { "probe_repeats" } else { "natural_trials" };
            return Err(ProtocolError {
                field,
                message: format!(
                    "{per_block} trials in each of {n_contexts} contexts would last {:.0} s; 1 trial to {:.0} s are allowed",
                    total / 1e3,
                    MAX_DURATION_MS / 1e3
                ),
                remedy: "spread the trials over several runs with different seeds, or use fewer contexts",
            });
        }
        Ok(())
    }

    fn schedule(&self, seed: u64) -> Result<Schedule, ProtocolError> {
        self.check()?;
        let n_contexts = self.mu.len() * self.sigma.len();
        let order = shuffled(n_contexts, Stream::new(seed, "blocks", Draw::Order), 0);
        let frozen: Vec<Vec<(f64, TrialKind)>> = (0..self.mu.len()).map(|mean| self.frozen(mean, seed)).collect();
        let natural = Stream::new(seed, "natural", Draw::Stimulus);
        let mut schedule = Schedule { duration_ms: self.settle_ms, trials: Vec::new(), contexts: Vec::new() };
        for (block, context) in order.into_iter().enumerate() {
            let (mean, spread) = (context / self.sigma.len(), context % self.sigma.len());
            let (mu, sigma) = (self.mu[mean], self.sigma[spread]);
            let start_ms = schedule.duration_ms;
            let drawn = (0..self.natural_trials)
                .map(|trial| (truncated(natural.sampler(context as u64, trial), mu, sigma), TrialKind::Natural));
            for (x, kind) in drawn.chain(frozen[mean].iter().copied()) {
                schedule.trials.push(Trial {
                    block: block as u32,
                    context: context as u32,
                    mu,
                    sigma,
                    x,
                    kind,
                    onset_ms: schedule.duration_ms,
                });
                schedule.duration_ms += self.isi_ms;
            }
            schedule.contexts.push(ContextSpan { start_ms, end_ms: schedule.duration_ms, mu, sigma });
        }
        Ok(schedule)
    }

    /// The sequence that all contexts of one mean share.
    fn frozen(&self, mean: usize, seed: u64) -> Vec<(f64, TrialKind)> {
        let mu = self.mu[mean];
        let middle = self.sigma.iter().sum::<f64>() / self.sigma.len() as f64;
        let lead_in = Stream::new(seed, "lead-in", Draw::Stimulus);
        let mut sequence: Vec<(f64, TrialKind)> = (0..self.lead_in_trials)
            .map(|trial| (truncated(lead_in.sampler(mean as u64, trial), mu, middle), TrialKind::LeadIn))
            .collect();
        let n_probes = self.probe_deltas.len() * self.probe_repeats as usize;
        for probe in shuffled(n_probes, Stream::new(seed, "probes", Draw::Order), mean as u64) {
            sequence.extend((0..self.spacers).map(|_| (mu, TrialKind::LeadIn)));
            sequence.push((mu + self.probe_deltas[probe % self.probe_deltas.len()], TrialKind::Probe));
        }
        sequence
    }
}

/// A normal stimulus, drawn again while negative.
fn truncated(mut sampler: bravli_rng::Sampler, mu: f64, sigma: f64) -> f64 {
    for _ in 0..1_000 {
        let x = mu + sigma * sampler.normal();
        if x >= 0.0 {
            return x;
        }
    }
    0.0
}

/// A permutation of 0..n (Fisher & Yates).
fn shuffled(n: usize, stream: Stream, entity: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let chosen = (stream.uniform(entity, last as u64) * (last + 1) as f64) as usize;
        order.swap(last, chosen.min(last));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> GaussianBlocks {
        GaussianBlocks {
            mu: vec![3.0, 5.0],
            sigma: vec![0.2, 1.0, 2.0],
            natural_trials: 5,
            lead_in_trials: 4,
            probe_deltas: vec![-1.0, 1.0],
            probe_repeats: 3,
            spacers: 1,
            isi_ms: 150.0,
            settle_ms: 500.0,
        }
    }

    #[test]
    fn contexts_of_one_mean_share_their_frozen_sequence() {
        let schedule = blocks().schedule(3).unwrap();
        assert_eq!(schedule.trials.len(), 6 * (5 + 4 + 12));
        let frozen = |context: u32| -> Vec<f64> {
            schedule
                .trials
                .iter()
                .filter(|trial| trial.context == context && trial.kind != TrialKind::Natural)
                .map(|trial| trial.x)
                .collect()
        };
        assert_eq!(frozen(0), frozen(1));
        assert_eq!(frozen(1), frozen(2));
        assert_ne!(frozen(0), frozen(3));
    }

    #[test]
    fn a_probe_below_zero_and_a_duration_of_zero_are_refused_by_field() {
        let mut negative = blocks();
        negative.probe_deltas.push(-4.0);
        assert_eq!(negative.schedule(1).unwrap_err().field, "probe_deltas");
        assert_eq!(Protocol::Spontaneous { duration_ms: 0.0 }.schedule(1).unwrap_err().field, "duration_ms");
    }
}
