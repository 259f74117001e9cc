//! Trials: what was shown, when, and in which context.

use serde::{Deserialize, Serialize};

/// Why a trial is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// Drawn from the context's distribution.
    Natural,
    /// Part of the frozen sequence that precedes every probe; identical in all contexts of one mean.
    LeadIn,
    /// A physically identical test stimulus, mean + δ, in every context of one mean.
    Probe,
}

/// One stimulus.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Index of the block; one block is one visit to a context.
    pub block: u32,
    /// Index of the context (mean and spread).
    pub context: u32,
    /// Mean of the context, in stimulus units.
    pub mu: f64,
    /// Standard deviation of the context, in stimulus units.
    pub sigma: f64,
    /// The stimulus shown, in stimulus units.
    pub x: f64,
    /// Why it is shown.
    pub kind: TrialKind,
    /// Onset, ms from the start of the run.
    pub onset_ms: f64,
}
