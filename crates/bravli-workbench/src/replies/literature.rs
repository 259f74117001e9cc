//! What the literature answers.

use super::PaperRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A search result list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchReply {
    /// What was found, in a sentence.
    pub finding: String,
    /// Records that match.
    pub total: u64,
    /// Best first.
    pub results: Vec<SearchResultRow>,
    /// How many of all matches are of what, e.g. species: {rat: 12}; the filters narrow by them.
    pub facets: BTreeMap<String, BTreeMap<String, u64>>,
    /// What to know about the results; empty when nothing.
    pub note: String,
    /// Give it as `cursor` for the next page; empty on the last.
    pub next_cursor: String,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// One paper or fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SearchResultRow {
    /// `paper` or `fact`.
    pub kind: String,
    /// Record key.
    pub key: String,
    /// Title of a paper, or what a fact measures.
    pub title: String,
    /// Value with unit and spread; empty for a paper.
    pub value: String,
    /// Where it comes from: citation of a paper, or source and locus of a fact.
    pub source: String,
    /// The matching passage, matching words between asterisks.
    pub snippet: String,
    /// Whether the record was checked against its source (`seen`) or is remembered (`memory`).
    pub verification: String,
    /// Relevance, 0 to 1, within this reply.
    pub score: f64,
}

/// Ranked values of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LookupReply {
    /// The answer in a sentence; "nothing measured" where there is none.
    pub finding: String,
    /// Whether any fact answers the question.
    pub answered: bool,
    /// How the question was read.
    pub understood: UnderstoodReply,
    /// Facts, best first; empty where nothing was measured.
    pub facts: Vec<LookupFactRow>,
    /// Facts that answer, in all.
    pub n_answers: u64,
    /// Where nothing was measured: the nearest facts, and in what they differ.
    pub nearest: Vec<LookupFactRow>,
    /// What to use, and why; empty where nothing was measured.
    pub recommendation: String,
    /// How far the values that fit equally well lie apart; empty for fewer than two.
    pub rivals: String,
    /// A pooled estimate, or why there is none.
    pub pooled: PooledReply,
    /// Papers on it, best first.
    pub papers: Vec<PaperRow>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// How a question was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct UnderstoodReply {
    /// Quantities; empty where none was recognised.
    pub quantities: Vec<String>,
    /// Cells before the synapse.
    pub pre: String,
    /// Cells behind it.
    pub post: String,
    /// Cells without a side.
    pub cells: String,
    /// Species, region, state.
    pub preparation: String,
    /// What was corrected or guessed.
    pub notes: Vec<String>,
}

/// A fact of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LookupFactRow {
    /// Record key; `bravli://fact/{key}` is the whole record.
    pub key: String,
    /// Quantity.
    pub quantity: String,
    /// Value with spread, unit and n.
    pub value: String,
    /// What it was measured on.
    pub about: String,
    /// Species, strain, region, age, state, method, as far as stated.
    pub preparation: String,
    /// `exact preparation`, what the question left open, the generalisations made, or why it is only near.
    #[serde(rename = "match")]
    pub fit: String,
    /// `measured`, `fit`, `model`, `recipe`, ...
    pub evidence: String,
    /// `seen` in the source, or from `memory`.
    pub verification: String,
    /// Key of the paper, and where in it.
    pub source: String,
}

/// A pooled estimate, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PooledReply {
    /// Value with its 95 % confidence interval and unit; empty where pooling is not legitimate.
    pub estimate: String,
    /// How it was pooled, or why not.
    pub why: String,
    /// Facts in it.
    pub from: Vec<String>,
}

/// What was added to the lab's literature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AddReply {
    /// What was added, in a sentence.
    pub finding: String,
    /// Keys of the papers added.
    pub papers: Vec<String>,
    /// Keys of the facts added.
    pub facts: Vec<String>,
    /// Papers and facts that were there already, `as given -> key`.
    pub known: Vec<String>,
    /// Entries that could not be read: place, reason, remedy.
    pub skipped: Vec<String>,
    /// Files written, relative to the lab.
    pub files: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// Records that were checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KnowledgeReply {
    /// How many records, and how many problems.
    pub finding: String,
    /// Papers.
    pub papers: u64,
    /// Facts.
    pub facts: u64,
    /// Terms.
    pub terms: u64,
    /// Facts by kind of evidence.
    pub evidence: BTreeMap<String, u64>,
    /// Every problem, with its file and line.
    pub problems: Vec<crate::error::ProblemReply>,
}
