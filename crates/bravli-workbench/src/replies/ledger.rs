//! Why a number is what it is: evidence, facts, papers and rivals.

use crate::store::Ledger;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers by evidence; together they are all that an artifact uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LedgerCounts {
    /// Cited, and measured in the recipe's own species and region.
    pub measured: u32,
    /// Cited from another model or recipe: not a measurement.
    pub adopted: u32,
    /// Cited, and measured in another species, region, layer or cell class.
    pub generalised: u32,
    /// Computed from facts by a stated formula.
    pub derived: u32,
    /// Assumed for a stated reason.
    pub assumed: u32,
    /// Without a source; what uses such a number is refused.
    pub unsourced: u32,
}

impl From<&Ledger> for LedgerCounts {
    fn from(ledger: &Ledger) -> Self {
        Self {
            measured: ledger.measured,
            adopted: ledger.adopted,
            generalised: ledger.generalised,
            derived: ledger.derived,
            assumed: ledger.assumed,
            unsourced: ledger.unsourced,
        }
    }
}

impl LedgerCounts {
    /// All numbers.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.measured + self.adopted + self.generalised + self.derived + self.assumed + self.unsourced
    }
}

impl std::fmt::Display for LedgerCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} numbers: {} measured, {} adopted from models, {} generalised, {} derived, {} assumed",
            self.total(),
            self.measured,
            self.adopted,
            self.generalised,
            self.derived,
            self.assumed
        )?;
        if self.unsourced > 0 {
            write!(f, ", {} without a source", self.unsourced)?;
        }
        Ok(())
    }
}

/// One parameter of a pathway or a population: its values, what they rest on, and what else is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ParameterReply {
    /// Name.
    pub parameter: String,
    /// What it is.
    pub meaning: String,
    /// Unit of the values; `1` is none.
    pub unit: String,
    /// The pathway or population.
    pub of: String,
    /// The values in use, those of most connections first; at most 8.
    pub values: Vec<ParameterValue>,
    /// Values in use in all.
    pub n_values: u32,
    /// Facts of the same quantity that speak of a comparable pathway and were not used, most comparable first; at most 10.
    pub rivals: Vec<RivalRow>,
    /// Rivals in all.
    pub n_rivals: u32,
}

/// One value in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ParameterValue {
    /// The value.
    pub value: f64,
    /// The rule, class or entry that holds it, e.g. "class E2_L4SS_L23PC".
    pub held_by: String,
    /// What chose that for these cells, e.g. a synapse rule with its place; empty where there was no choice.
    pub chosen_by: Vec<String>,
    /// Where it stands, `file:line:column`.
    #[serde(rename = "where")]
    pub place: String,
    /// Pairs of m-types that it holds for; 0 for a population.
    pub n_mtype_pairs: u32,
    /// Connections that it holds for; 0 for a population.
    pub n_connections: u64,
    /// `measured`, `adopted`, `generalised`, `derived`, `assumed` or `unsourced`.
    pub evidence: String,
    /// The formula, the reason, or in what the fact differs from the recipe's preparation; empty for a plain citation.
    pub why: String,
    /// Place of the entry of `sources.yaml` that says so.
    pub said_at: String,
    /// The facts behind it; at most 8.
    pub facts: Vec<FactRow>,
}

/// A fact with its paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct FactRow {
    /// Record key; `bravli://fact/{key}` is the whole record.
    pub key: String,
    /// Quantity.
    pub quantity: String,
    /// What it was measured on.
    pub about: String,
    /// Value with spread, unit and n.
    pub value: String,
    /// Species, region, age, state, temperature, calcium, as far as stated.
    pub preparation: String,
    /// How the number came about: `measured`, `fit`, `model`, `recipe`, ...
    pub evidence: String,
    /// Where in the source.
    pub locator: String,
    /// `seen` in the source, or from `memory`.
    pub verification: String,
    /// The paper.
    pub paper: PaperRow,
}

/// A paper, as it is cited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PaperRow {
    /// Record key.
    pub key: String,
    /// Authors.
    pub authors: String,
    /// Year.
    pub year: i32,
    /// Title.
    pub title: String,
    /// DOI; empty where it is not certain.
    pub doi: String,
}

/// A fact that could have been used instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RivalRow {
    /// Record key.
    pub key: String,
    /// What it was measured on.
    pub about: String,
    /// Value with spread, unit and n.
    pub value: String,
    /// Species, region, age, state, temperature, calcium, as far as stated.
    pub preparation: String,
    /// How the number came about.
    pub evidence: String,
    /// Authors and year.
    pub source: String,
}

/// One parameter of a pathway in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ParameterRow {
    pub(crate) parameter: String,
    pub(crate) unit: String,
    /// Value and what holds it, those of most connections first.
    pub(crate) values: Vec<String>,
    /// Kinds of evidence of the values.
    pub(crate) evidence: Vec<String>,
    /// Keys of the facts behind them.
    pub(crate) facts: Vec<String>,
}

/// A paper with the facts that were taken from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaperRecordReply {
    /// The record, as the library holds it.
    pub record: serde_json::Value,
    /// Its facts, by key.
    pub facts: Vec<FactValueRow>,
}

/// A fact in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct FactValueRow {
    /// Record key.
    pub key: String,
    /// Quantity.
    pub quantity: String,
    /// What it was measured on.
    pub about: String,
    /// Value with spread, unit and n.
    pub value: String,
}

/// A fact with its paper and its rivals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactRecordReply {
    /// Value with spread, unit and n.
    pub value: String,
    /// The record, as the library holds it.
    pub record: serde_json::Value,
    /// The paper.
    pub paper: PaperRow,
    /// Keys of the other facts of the same quantity.
    pub rivals: Vec<String>,
}

/// Keys of records, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordKeys {
    /// The first of them.
    pub keys: Vec<String>,
    /// All.
    pub total: u64,
}
