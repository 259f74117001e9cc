//! What a run is asked about learning.

use super::is_default;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Connections that learn during a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct LearnRequest {
    /// Source of the boundary, e.g. "top_down", or population.
    pub source: String,
    /// Target population.
    pub onto: String,
    /// `error_correcting` (default) predicts the target's rate, `inhibitory` drives it to `target_hz`, `pair` and `triplet`: STDP.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rule: LearnRule,
    /// Numbers of the rule, e.g. {"exponent": 2}; a wrong name is answered with all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f64>,
}

/// Learning rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum LearnRule {
    /// A prediction of the somatic rate.
    #[default]
    ErrorCorrecting,
    /// Pairs of spikes.
    Pair,
    /// Triplets of spikes.
    Triplet,
    /// Inhibition that balances.
    Inhibitory,
}

impl LearnRule {
    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ErrorCorrecting => "error_correcting",
            Self::Pair => "pair",
            Self::Triplet => "triplet",
            Self::Inhibitory => "inhibitory",
        }
    }
}
