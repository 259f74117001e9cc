//! All records, by key.

use crate::problem::Place;
use crate::records::{Fact, Paper, Term};
use std::collections::BTreeMap;

/// A record and the place it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<T> {
    /// The record.
    pub record: T,
    /// File and line.
    pub at: Place,
}

/// Papers, facts and terms, each sorted by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnowledgeBase {
    pub(crate) papers: BTreeMap<String, Recorded<Paper>>,
    pub(crate) facts: BTreeMap<String, Recorded<Fact>>,
    pub(crate) terms: BTreeMap<String, Recorded<Term>>,
}

impl KnowledgeBase {
    /// The paper with this key.
    #[must_use]
    pub fn paper(&self, key: &str) -> Option<&Paper> {
        self.papers.get(key).map(|held| &held.record)
    }

    /// The fact with this key.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&Fact> {
        self.facts.get(key).map(|held| &held.record)
    }

    /// The term with this key.
    #[must_use]
    pub fn term(&self, key: &str) -> Option<&Term> {
        self.terms.get(key).map(|held| &held.record)
    }

    /// Where the fact with this key stands.
    #[must_use]
    pub fn place_of_fact(&self, key: &str) -> Option<&Place> {
        self.facts.get(key).map(|held| &held.at)
    }

    /// Where the paper with this key stands.
    #[must_use]
    pub fn place_of_paper(&self, key: &str) -> Option<&Place> {
        self.papers.get(key).map(|held| &held.at)
    }

    /// All papers, by key.
    pub fn papers(&self) -> impl Iterator<Item = &Paper> {
        self.papers.values().map(|held| &held.record)
    }

    /// All facts, by key.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values().map(|held| &held.record)
    }

    /// All terms, by key.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.terms.values().map(|held| &held.record)
    }

    /// Facts of one quantity, by key: the rivals among which a recipe chooses.
    pub fn facts_of<'a>(&'a self, quantity: &'a str) -> impl Iterator<Item = &'a Fact> {
        self.facts().filter(move |fact| fact.quantity == quantity)
    }

    /// Puts a paper in, in place of one with its key.
    pub fn add_paper(&mut self, paper: Paper, at: Place) {
        self.papers.insert(paper.id.clone(), Recorded { record: paper, at });
    }

    /// Puts a fact in, in place of one with its key.
    pub fn add_fact(&mut self, fact: Fact, at: Place) {
        self.facts.insert(fact.id.clone(), Recorded { record: fact, at });
    }

    /// Takes the record with this key out; whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        let paper = self.papers.remove(key).is_some();
        let fact = self.facts.remove(key).is_some();
        let term = self.terms.remove(key).is_some();
        paper || fact || term
    }

    /// This base with a lab's records laid over it: where both have a key, the lab's record stands.
    #[must_use]
    pub fn overlay(mut self, lab: Self) -> Self {
        self.papers.extend(lab.papers);
        self.facts.extend(lab.facts);
        self.terms.extend(lab.terms);
        self
    }
}
