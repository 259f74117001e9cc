//! What a search asks and finds.

use crate::filter::Filters;
use bravli_facts::{EvidenceKind, FactValue, Spread, Verification};
use serde::{Deserialize, Serialize};

/// What to search in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corpora {
    /// Papers.
    Papers,
    /// Facts.
    Facts,
    /// Papers and facts.
    #[default]
    Both,
}

/// How to search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchOptions {
    /// Most rows to return, 1 to [`crate::MAX_LIMIT`]; 0 stands for ten, what an agent reads at a glance.
    pub limit: usize,
    /// What to search in.
    pub corpora: Corpora,
    /// What rows must be of.
    pub filters: Filters,
    /// Where to go on, as the last page's [`SearchResult::next_cursor`] said; empty for the first page.
    pub cursor: String,
}

/// Rows found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchResult {
    /// Records that share at least one word or synonym with the query and pass the filters.
    pub total: usize,
    /// The best of them, best first.
    pub hits: Vec<Hit>,
    /// How many of all rows are of what, for narrowing the query: facet, then value and count, most first.
    pub facets: Vec<(&'static str, Vec<(String, usize)>)>,
    /// Where the next page starts; empty on the last.
    pub next_cursor: String,
    /// What a reader should know about the answer, for example that no row has the quantity asked for.
    pub note: Option<String>,
}

/// Kind of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A paper.
    #[default]
    Paper,
    /// A fact.
    Fact,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hit {
    /// Paper or fact.
    pub kind: HitKind,
    /// Key of the record.
    pub key: String,
    /// Title of the paper, quantity of the fact.
    pub title: String,
    /// The sentence of a summary that fits best, or where and how a fact was obtained; matching words between asterisks.
    pub snippet: String,
    /// Agreement with the query, 0 to 1. Comparable within one result only.
    pub score: f32,
    /// Words of the query that matched; `word ~ synonym` where a synonym did.
    pub matched: Vec<String>,
    /// Value of a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<FactValue>,
    /// Unit of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Spread of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread<f64>>,
    /// Sample, as the record writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// How the number came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceKind>,
    /// The paper: key and year for a fact, authors and year for a paper.
    pub source: String,
    /// Where in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Whether somebody saw it in the source; remembered facts rank lower.
    pub verification: Verification,
}
