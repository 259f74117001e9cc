//! What `artifact.json` holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The card of an artifact: what made it, from what, and what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArtifactRecord {
    /// Name: kind and twelve digits of the key.
    pub id: String,
    /// Kind: `recipe`, `column`, `circuit`, `boundary`, `run` or `report`.
    pub kind: String,
    /// Full content key.
    pub key: String,
    /// The request that made it, defaults filled in.
    pub request: Value,
    /// Ids of the artifacts it was made from.
    pub inputs: Vec<String>,
    /// Version of everything that decides a number.
    pub results_version: u32,
    /// Version of the program that made it.
    pub program_version: String,
    /// Files beside this card.
    pub payload: Vec<PayloadFile>,
    /// Digest over the names and digests of the payload.
    pub digest: String,
    /// What it is, in numbers.
    pub summary: Value,
    /// What it rests on.
    pub ledger: Ledger,
    /// What was noticed while it was made.
    pub notes: Vec<String>,
}

/// A file of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadFile {
    /// Path inside the artifact's folder.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

/// How many numbers an artifact uses, by kind of evidence, and what was assumed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(inline)]
pub struct Ledger {
    /// Numbers of a cited fact that was measured in the recipe's own species and region.
    pub measured: u32,
    /// Numbers of a cited fact that comes from another model or recipe.
    pub adopted: u32,
    /// Numbers of a cited fact that was measured in another species, region, layer or cell class.
    pub generalised: u32,
    /// Numbers computed from facts.
    pub derived: u32,
    /// Numbers assumed for a stated reason.
    pub assumed: u32,
    /// Numbers that no fact and no assumption stands behind; only a recipe's own copy has such.
    pub unsourced: u32,
    /// The assumptions, each with its reason.
    pub assumptions: Vec<String>,
}

impl Ledger {
    /// Both together, for numbers that have none in common.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.measured += other.measured;
        self.adopted += other.adopted;
        self.generalised += other.generalised;
        self.derived += other.derived;
        self.assumed += other.assumed;
        self.unsourced += other.unsourced;
        for assumption in other.assumptions {
            if !self.assumptions.contains(&assumption) {
                self.assumptions.push(assumption);
            }
        }
        self
    }
}
