//! What the literature is asked, and what is added to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks the literature.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchLiterature {
    /// Plain words, e.g. "connection probability L4 to L2/3 pyramidal rat".
    pub query: String,
    /// `both` (default), `papers` or `facts`.
    pub kind: RecordKind,
    /// Only this species, e.g. "rat".
    pub species: String,
    /// Only this region or a part of it, e.g. "S1".
    pub region: String,
    /// Only this layer or a part of it, e.g. "L2/3".
    pub layer: String,
    /// Only this cell type or a subtype, on either side, e.g. "SST".
    pub cell: String,
    /// Only this state: "awake", "anaesthetised", "slice", "model".
    pub state: String,
    /// Only this quantity, e.g. "synapse.gsyn" or "input resistance".
    pub quantity: String,
    /// Earliest year, e.g. 2000; 0 for any.
    pub year_from: i32,
    /// Latest year; 0 for any.
    pub year_to: i32,
    /// Results to return, 1 to 50; 10 where 0.
    pub limit: u32,
    /// `next_cursor` of the page before; empty for the first.
    pub cursor: String,
}

/// What to search in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RecordKind {
    /// Papers and facts.
    #[default]
    Both,
    /// Papers.
    Papers,
    /// Facts.
    Facts,
}

/// Asks for one quantity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LookupParameter {
    /// The question in plain words, e.g. "connection probability L4 spiny stellate to L2/3 pyramid in rat".
    pub query: String,
    /// Quantity, e.g. "connectivity.probability" or "resting potential".
    pub quantity: String,
    /// Cells before the synapse, e.g. "L4 spiny stellate".
    pub pre: String,
    /// Cells behind it, e.g. "L2/3 pyramidal".
    pub post: String,
    /// Cell, for a quantity of one cell, e.g. "L5 thick-tufted pyramid".
    pub cell: String,
    /// Layer, e.g. "L4".
    pub layer: String,
    /// Species, e.g. "rat".
    pub species: String,
    /// Region, e.g. "barrel cortex".
    pub region: String,
    /// Age, e.g. "P14" or "adult".
    pub age: String,
    /// State, e.g. "awake" or "slice".
    pub state: String,
    /// Method, e.g. "paired recording".
    pub method: String,
    /// Facts to return, 1 to 30; 10 where 0.
    pub limit: u32,
}

/// Adds to the lab's own literature.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AddLiterature {
    /// BibTeX text, one or many entries.
    pub bibtex: String,
    /// JATS XML text of one or several articles.
    pub jats: String,
    /// A paper by hand: authors, year, title, and where known venue, doi, pmid, summary, topics, species, region, id.
    pub paper: serde_json::Map<String, serde_json::Value>,
    /// Facts by hand, one number each: quantity, value (number or [low, high]), unit, source (key of its paper), evidence (`measured`, `fit`, `model`, `derived` with from and formula, `assumption` with note, ...), and where known locator, verification (`seen` in the source, or `memory`), spread {kind: sd|sem|ci95, value} or {kind: range, low, high}, n ("23/40 found/tested", "12 cells"), species, strain, age, region, layer, cell or pre and post, method, state, temperature_C, ca_mM, note. `source` may be left out beside a single paper.
    pub facts: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Words or a DOI to ask Europe PMC for; only where bravli was started with --online.
    pub europe_pmc: String,
    /// Words or a DOI to ask OpenAlex for; only where bravli was started with --online.
    pub openalex: String,
    /// Papers to take from a service, 1 to 100; 10 where 0.
    pub limit: u32,
}
