//! A recipe's numbers, each with what stands behind it.

use super::preparation::difference;
use super::uses::Uses;
use crate::error::{ActError, ProblemReply};
use crate::store::Ledger;
use bravli_facts::{EvidenceKind, Fact, KnowledgeBase};
use bravli_recipe::{Location, NumberRef, Problem, Recipe, Severity, SourceEntry, SourceEvidence, nearest};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Numbers without a source that an error or a list of warnings names one by one.
const MAX_TOLD: usize = 20;

/// What a number rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Measured,
    Adopted,
    Generalised,
    Derived,
    Assumed,
    Unsourced,
}

impl Kind {
    /// As ledgers and replies name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Adopted => "adopted",
            Self::Generalised => "generalised",
            Self::Derived => "derived",
            Self::Assumed => "assumed",
            Self::Unsourced => "unsourced",
        }
    }
}

/// What stands behind one number.
#[derive(Debug, Clone)]
pub(crate) struct Backing<'a> {
    pub(crate) kind: Kind,
    /// The entry of `sources.yaml` that speaks for it.
    pub(crate) entry: Option<&'a SourceEntry>,
    /// The reason of an assumption, the formula of a derivation, in what a fact differs, or what is missing.
    pub(crate) why: String,
    /// Cited facts that hold the number.
    pub(crate) holders: Vec<&'a str>,
}

/// A recipe with all its numbers.
pub(crate) struct Sourced {
    pub(crate) recipe: Recipe,
    numbers: Vec<NumberRef>,
    by_path: HashMap<String, usize>,
    by_owner: HashMap<Location, Vec<usize>>,
    entries: Vec<Option<usize>>,
    knowledge: Arc<KnowledgeBase>,
}

impl Sourced {
    /// A recipe with its numbers, as they were read.
    pub(crate) fn new(recipe: Recipe, numbers: Vec<NumberRef>, knowledge: Arc<KnowledgeBase>) -> Self {
        let mut by_owner: HashMap<Location, Vec<usize>> = HashMap::new();
        let mut by_path = HashMap::new();
        for (i, number) in numbers.iter().enumerate() {
            by_owner.entry(number.owner.clone()).or_default().push(i);
            by_path.entry(key(&number.file, &number.path)).or_insert(i);
        }
        let positions: HashMap<&Location, usize> =
            recipe.sources.iter().enumerate().map(|(i, entry)| (&entry.at, i)).collect();
        let index = recipe.source_index();
        let entries = numbers
            .iter()
            .map(|number| positions.get(&index.source_of(&number.file, &number.path)?.at).copied())
            .collect();
        Self { numbers, by_path, by_owner, entries, recipe, knowledge }
    }

    /// The records that back the numbers.
    pub(crate) fn knowledge(&self) -> &KnowledgeBase {
        &self.knowledge
    }

    /// A number.
    pub(crate) fn number(&self, index: usize) -> &NumberRef {
        &self.numbers[index]
    }

    /// All numbers.
    pub(crate) fn all(&self) -> Uses {
        (0..self.numbers.len()).collect()
    }

    /// The number at a path of a file.
    pub(crate) fn find(&self, file: &str, path: &str) -> Option<usize> {
        self.by_path.get(&key(file, path)).copied()
    }

    /// The numbers of the element or list item that starts at a place.
    pub(crate) fn owned(&self, owner: &Location) -> &[usize] {
        self.by_owner.get(owner).map_or(&[], Vec::as_slice)
    }

    /// The number of an element or item under one of several names.
    pub(crate) fn field(&self, owner: &Location, names: &[&str]) -> Option<usize> {
        self.owned(owner).iter().copied().find(|i| names.contains(&last(&self.numbers[*i].path)))
    }

    /// The numbers of a file whose path starts so.
    pub(crate) fn under<'a>(&'a self, file: &'a str, start: &'a str) -> impl Iterator<Item = usize> + 'a {
        let found = self.numbers.iter().enumerate();
        found.filter(move |(_, number)| number.file == file && number.path.starts_with(start)).map(|(i, _)| i)
    }

    /// The numbers of any XML file whose path starts so.
    pub(crate) fn under_xml<'a>(&'a self, start: &'a str) -> impl Iterator<Item = usize> + 'a {
        let found = self.numbers.iter().enumerate();
        found.filter(move |(_, number)| number.file.ends_with(".xml") && number.path.starts_with(start)).map(|(i, _)| i)
    }

    /// What stands behind a number.
    pub(crate) fn backing(&self, index: usize) -> Backing<'_> {
        let number = &self.numbers[index];
        let Some(entry) = self.entries[index].and_then(|i| self.recipe.sources.get(i)) else {
            let why = "no entry of sources.yaml speaks for it".to_owned();
            return Backing { kind: Kind::Unsourced, entry: None, why, holders: Vec::new() };
        };
        let backing = |kind, why: String| Backing { kind, entry: Some(entry), why, holders: Vec::new() };
        match &entry.evidence {
            SourceEvidence::Assumed { because } => return backing(Kind::Assumed, because.clone()),
            SourceEvidence::Derived { formula } => {
                return match self.unknown_facts(entry).first() {
                    None => backing(Kind::Derived, formula.clone()),
                    Some(unknown) => backing(Kind::Unsourced, format!("derived from {unknown:?}, which no record has")),
                };
            }
            SourceEvidence::Cited => {}
        }
        if let Some(unknown) = self.unknown_facts(entry).first() {
            return backing(Kind::Unsourced, format!("cites {unknown:?}, which no record has"));
        }
        let facts = entry.facts.iter().filter_map(|key| self.knowledge.fact(key));
        let holding: Vec<&Fact> = facts.filter(|fact| holds(fact, number.value)).collect();
        let holders = holding.iter().map(|fact| fact.id.as_str()).collect();
        let backing = |kind, why: String| Backing { kind, entry: Some(entry), why, holders };
        if holding.is_empty() {
            return backing(Kind::Unsourced, format!("in none of the facts cited for it: {}", entry.facts.join(", ")));
        }
        let measured: Vec<&Fact> = holding.into_iter().filter(|fact| !is_adopted(fact)).collect();
        if measured.is_empty() {
            return backing(Kind::Adopted, entry.generalised.clone().unwrap_or_default());
        }
        let differences: Vec<Option<String>> = match &self.recipe.target {
            Some(target) => measured.iter().map(|fact| difference(&self.knowledge, target, fact)).collect(),
            None => vec![None],
        };
        // one fact of the very preparation is enough
        let differs = if differences.contains(&None) { None } else { differences.into_iter().flatten().next() };
        match (&entry.generalised, differs) {
            (None, None) => backing(Kind::Measured, String::new()),
            (None, Some(why)) => backing(Kind::Generalised, why),
            (Some(why), None) => backing(Kind::Generalised, why.clone()),
            (Some(why), Some(differs)) => backing(Kind::Generalised, format!("{why}; {differs}")),
        }
    }

    fn unknown_facts<'a>(&self, entry: &'a SourceEntry) -> Vec<&'a str> {
        entry.facts.iter().filter(|key| self.knowledge.fact(key).is_none()).map(String::as_str).collect()
    }

    /// Counts the evidence of the numbers used.
    pub(crate) fn ledger(&self, uses: &Uses) -> Ledger {
        let mut ledger = Ledger::default();
        let mut assumptions: BTreeSet<String> = BTreeSet::new();
        for index in uses.numbers() {
            let backing = self.backing(index);
            *match backing.kind {
                Kind::Measured => &mut ledger.measured,
                Kind::Adopted => &mut ledger.adopted,
                Kind::Generalised => &mut ledger.generalised,
                Kind::Derived => &mut ledger.derived,
                Kind::Assumed => &mut ledger.assumed,
                Kind::Unsourced => &mut ledger.unsourced,
            } += 1;
            if let (Kind::Assumed, Some(entry)) = (backing.kind, backing.entry) {
                assumptions.insert(format!("{} {}: {}", entry.file, entry.path, backing.why));
            }
        }
        ledger.assumed += uses.assumed().values().sum::<u32>();
        ledger.assumptions = assumptions.into_iter().collect();
        ledger.assumptions.extend(uses.assumed().keys().cloned());
        ledger
    }

    /// The ledger of the numbers used, when all of them have a source.
    ///
    /// # Errors
    /// `unsourced`, naming the numbers without one, their places and values.
    pub(crate) fn admit(&self, uses: &Uses, what: &str) -> Result<Ledger, ActError> {
        let without: Vec<(usize, Backing<'_>)> =
            uses.numbers().map(|i| (i, self.backing(i))).filter(|(_, b)| b.kind == Kind::Unsourced).collect();
        if without.is_empty() {
            return Ok(self.ledger(uses));
        }
        let first = &self.numbers[without[0].0];
        let n = without.len();
        let shown = if n > MAX_TOLD { format!("; the first {MAX_TOLD} are listed") } else { String::new() };
        let mut error = ActError::new(
            "unsourced",
            first.at.to_string(),
            format!(
                "{n} number{} that {what} without a source in recipe {:?}, such as {} = {}{shown}",
                if n == 1 { "" } else { "s" },
                self.recipe.name,
                first.path,
                first.value
            ),
            "in sources.yaml, name the facts that hold each number (evidence: cited), or an entry with evidence: \
             {assumed: \"because ...\"}; an entry may cover a whole file with path: \"*\"",
        );
        error.problems = without.iter().take(MAX_TOLD).map(|(i, backing)| self.told(*i, &backing.why)).collect();
        Err(error)
    }

    fn told(&self, index: usize, why: &str) -> ProblemReply {
        let number = &self.numbers[index];
        ProblemReply {
            severity: "error".into(),
            code: "unsourced".into(),
            message: format!("{} = {}: {why}", number.path, number.value),
            place: number.at.to_string(),
            remedy: String::new(),
        }
    }

    /// Numbers that have no source, with their reasons: the first of them one by one.
    pub(crate) fn warnings(&self) -> Vec<Problem> {
        let warning = |code: &str, message, at: &Location, remedy: &str| Problem {
            severity: Severity::Warning,
            code: code.to_owned(),
            message,
            at: Some(at.clone()),
            remedy: Some(remedy.to_owned()),
        };
        let mut told = Vec::new();
        let mut entries: BTreeMap<&str, &SourceEntry> = BTreeMap::new();
        for entry in &self.recipe.sources {
            for key in self.unknown_facts(entry) {
                entries.entry(key).or_insert(entry);
            }
        }
        for (unknown, entry) in entries {
            let near = nearest(unknown, self.knowledge.facts().map(|fact| fact.id.as_str())).join(", ");
            let near = if near.is_empty() { near } else { format!(", did you mean {near}?") };
            let message = format!(
                "source of {} {} names the fact {unknown:?}, which no record has{near}",
                entry.file, entry.path
            );
            told.push(warning("unknown_fact", message, &entry.at, "correct the key, or add the record"));
        }
        for note in &self.recipe.draft_notes {
            for unknown in note.facts.iter().filter(|key| self.knowledge.fact(key).is_none()) {
                let message =
                    format!("note on {} {} names the fact {unknown:?}, which no record has", note.file, note.path);
                told.push(warning("unknown_fact", message, &note.at, "correct the key, or add the record"));
            }
        }
        if self.recipe.sources.is_empty() {
            // a plain Blue Brain folder: its numbers carry comments, not records
            return told;
        }
        let mut n_more = 0;
        for index in 0..self.numbers.len() {
            let backing = self.backing(index);
            if backing.kind != Kind::Unsourced {
                continue;
            }
            let number = &self.numbers[index];
            let cited = backing.entry.is_some_and(|entry| entry.evidence == SourceEvidence::Cited);
            let code = if cited { "cited_value_differs" } else { "unsourced" };
            if told.len() < MAX_TOLD {
                let message = format!("{} = {} has no source: {}", number.path, number.value, backing.why);
                let remedy = "cite the fact that holds it, or call it derived or assumed in sources.yaml";
                told.push(warning(code, message, &number.at, remedy));
            } else {
                n_more += 1;
            }
        }
        if n_more > 0 {
            told.push(Problem {
                severity: Severity::Warning,
                code: "unsourced".into(),
                message: format!("{n_more} more numbers have no source"),
                at: None,
                remedy: None,
            });
        }
        told
    }
}

fn key(file: &str, path: &str) -> String {
    format!("{file} {path}")
}

/// The last word of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Whether a fact has the number as its value or spread.
fn holds(fact: &Fact, number: f64) -> bool {
    let same = |value: f64| (value - number).abs() <= 1e-9 * number.abs().max(1.0);
    fact.value.numbers().into_iter().chain(fact.spread.iter().flat_map(|spread| spread.numbers())).any(same)
}

/// Whether a fact is a number of a model, not a measurement.
pub(crate) fn is_adopted(fact: &Fact) -> bool {
    matches!(fact.evidence, EvidenceKind::Model | EvidenceKind::Recipe | EvidenceKind::Assumption)
}
