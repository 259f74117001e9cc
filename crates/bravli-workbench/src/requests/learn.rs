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
    /// A source of the boundary, e.g. "top_down", or a population, e.g. "L23_PV".
    pub source: String,
    /// The population that they end on, e.g. "L23_SST".
    pub onto: String,
    /// `error_correcting`: inputs learn to predict their cell's rate, `exponent` 1 tells a mean, 2 a variance; `pair`, `triplet`:
    /// spike timing; `inhibitory`: drives targets to `target_hz`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rule: LearnRule,
    /// Numbers of the rule in place of their defaults, e.g. {"exponent": 2, "learning_ms": 3000}; a wrong name is answered with
    /// all there are.
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
