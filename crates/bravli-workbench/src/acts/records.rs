//! Papers and facts by key.

use crate::error::ActError;
use crate::ledger::{fact_row, paper_row};
use crate::replies::{FactRecordReply, FactValueRow, PaperRecordReply, RecordKeys};
use crate::workbench::Workbench;
use bravli_facts::{Fact, KnowledgeBase};
use bravli_recipe::nearest;
use serde_json::json;

impl Workbench {
    /// A paper with the facts that were taken from it.
    ///
    /// # Errors
    /// `unknown_paper` with the nearest keys.
    pub fn paper(&self, key: &str) -> Result<PaperRecordReply, ActError> {
        let knowledge = self.knowledge()?;
        let paper = knowledge.paper(key).ok_or_else(|| {
            let near = nearest(key, knowledge.papers().map(|paper| paper.id.as_str()));
            unknown("paper", key, &near)
        })?;
        let facts = knowledge.facts().filter(|fact| fact.source == paper.id).map(|fact| value_row(&knowledge, fact));
        Ok(PaperRecordReply { record: json!(paper), facts: facts.collect() })
    }

    /// A fact with its paper and its rivals.
    ///
    /// # Errors
    /// `unknown_fact` with the nearest keys.
    pub fn fact(&self, key: &str) -> Result<FactRecordReply, ActError> {
        let knowledge = self.knowledge()?;
        let fact = knowledge.fact(key).ok_or_else(|| {
            let near = nearest(key, knowledge.facts().map(|fact| fact.id.as_str()));
            unknown("fact", key, &near)
        })?;
        let rivals = knowledge.facts_of(&fact.quantity).filter(|rival| rival.id != fact.id);
        Ok(FactRecordReply {
            value: fact_row(&knowledge, fact).value,
            record: json!(fact),
            paper: knowledge.paper(&fact.source).map(paper_row).unwrap_or_default(),
            rivals: rivals.map(|rival| rival.id.clone()).collect(),
        })
    }

    /// Keys of papers that hold what was typed: those that start with it first, then by key; at most `limit`.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn paper_keys(&self, typed: &str, limit: usize) -> Result<RecordKeys, ActError> {
        let knowledge = self.knowledge()?;
        Ok(matching(knowledge.papers().map(|paper| paper.id.as_str()), typed, limit))
    }

    /// Keys of facts, in the same way.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn fact_keys(&self, typed: &str, limit: usize) -> Result<RecordKeys, ActError> {
        let knowledge = self.knowledge()?;
        Ok(matching(knowledge.facts().map(|fact| fact.id.as_str()), typed, limit))
    }
}

fn value_row(knowledge: &KnowledgeBase, fact: &Fact) -> FactValueRow {
    let row = fact_row(knowledge, fact);
    FactValueRow { key: row.key, quantity: row.quantity, about: row.about, value: row.value }
}

fn matching<'a>(keys: impl Iterator<Item = &'a str>, typed: &str, limit: usize) -> RecordKeys {
    let typed = typed.to_lowercase();
    let mut found: Vec<(bool, &str)> = keys
        .filter_map(|key| {
            let place = key.to_lowercase().find(&typed)?;
            Some((place > 0, key))
        })
        .collect();
    found.sort_unstable();
    let total = found.len() as u64;
    RecordKeys { keys: found.into_iter().take(limit).map(|(_, key)| key.to_owned()).collect(), total }
}

fn unknown(kind: &str, key: &str, near: &[String]) -> ActError {
    let remedy = if near.is_empty() {
        "search_literature finds records by plain words".to_owned()
    } else {
        format!("nearest: {}", near.join(", "))
    };
    ActError::new(&format!("unknown_{kind}"), "key", format!("no {kind} {key:?} in the library"), remedy)
}
