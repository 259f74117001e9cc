//! The rules that records keep beyond their form.

use crate::base::{KnowledgeBase, Recorded};
use crate::cited::{SampleSize, Spread};
use crate::nearest::nearest;
use crate::problem::{Place, RecordProblem, RecordProblemKind};
use crate::quantity::{Context, QUANTITIES, Quantity};
use crate::records::{EvidenceKind, Fact, FactValue, Paper, Term, Verification};
use bravli_units::Unit;
use std::collections::BTreeMap;

/// A probability may miss found over tested by this much, from rounding.
const COUNT_SLACK: f64 = 0.015;

/// Longest text of a record, in bytes.
const MAX_TEXT: usize = 20_000;

/// Longest key of a fact, in bytes.
const MAX_KEY: usize = 300;

/// Longest key of a paper, in bytes.
const MAX_PAPER_KEY: usize = 80;

/// Shares may miss one by this much, from rounding.
const SHARE_SLACK: f64 = 0.020_001;

impl KnowledgeBase {
    /// Every rule that a record breaks, by place.
    #[must_use]
    pub fn check(&self) -> Vec<RecordProblem> {
        let mut found = Vec::new();
        for (key, held) in &self.papers {
            report(&mut found, key, &held.at, paper_problems(&held.record));
        }
        let mut said: BTreeMap<String, (&String, &Place)> = BTreeMap::new();
        for (key, held) in &self.facts {
            report(&mut found, key, &held.at, self.fact_problems(held));
            if let Some((first, at)) = said.insert(held.record.saying(), (key, &held.at)) {
                let kind = RecordProblemKind::SameRecord { key: first.clone(), at: at.clone() };
                report(&mut found, key, &held.at, vec![kind]);
            }
        }
        for (key, held) in &self.terms {
            report(&mut found, key, &held.at, self.term_problems(&held.record));
        }
        found.sort_by(|a, b| a.at.cmp(&b.at));
        found
    }

    fn fact_problems(&self, held: &Recorded<Fact>) -> Vec<RecordProblemKind> {
        let fact = &held.record;
        let mut found = Vec::new();
        if !key_agrees(fact) {
            let (wanted_source, quantity) = (fact.source.clone(), fact.quantity.clone());
            found.push(RecordProblemKind::KeyDisagrees { wanted_source, quantity });
        }
        if !self.papers.contains_key(&fact.source) {
            found.push(RecordProblemKind::DanglingSource(fact.source.clone()));
        }
        if let Some(quoting) = fact.quoted_by.as_ref().filter(|quoting| !self.papers.contains_key(*quoting)) {
            found.push(RecordProblemKind::DanglingQuotation(quoting.clone()));
        }
        if fact.note.as_ref().is_some_and(|note| note.len() > MAX_TEXT) {
            found.push(RecordProblemKind::TooLong { field: "note", limit: MAX_TEXT });
        }
        if fact.id.len() > MAX_KEY {
            found.push(RecordProblemKind::TooLong { field: "id", limit: MAX_KEY });
        }
        if fact.evidence != EvidenceKind::Derived && (!fact.from.is_empty() || fact.formula.is_some()) {
            found.push(RecordProblemKind::StrayFormula);
        }
        found.extend(self.derivation_problem(fact));
        if fact.evidence == EvidenceKind::Assumption && fact.note.as_ref().is_none_or(|note| note.trim().is_empty()) {
            found.push(RecordProblemKind::MissingReason);
        }
        for term in &fact.terms {
            if !self.terms.contains_key(term) {
                found.push(RecordProblemKind::DanglingTerm(term.clone()));
            }
        }
        if fact.verification == Verification::Seen && fact.locator.is_none() && fact.seen_in.is_none() {
            found.push(RecordProblemKind::MissingLocus);
        }
        found.extend(spread_problem(fact));
        found.extend(count_problem(fact));
        if let Some(species) = fact.species.as_deref().and_then(|text| self.unknown_species(text)) {
            found.push(species);
        }
        match Quantity::find(&fact.quantity) {
            Some(quantity) => quantity_problems(fact, quantity, &mut found),
            None => {
                let near = nearest(&fact.quantity, QUANTITIES.iter().map(|known| known.name));
                let (name, nearest) = (fact.quantity.clone(), near.join(", "));
                found.push(RecordProblemKind::UnknownQuantity { name, nearest });
            }
        }
        value_problems(&fact.value, &mut found);
        found
    }

    /// A species that no term spells, where there are terms of species.
    fn unknown_species(&self, text: &str) -> Option<RecordProblemKind> {
        let known: Vec<&str> = self
            .terms()
            .filter(|term| term.kind == "species")
            .flat_map(|term| std::iter::once(&term.label).chain(&term.exact))
            .map(String::as_str)
            .collect();
        let is_known = |name: &str| known.is_empty() || known.iter().any(|term| term.eq_ignore_ascii_case(name));
        let unknown = text.split(',').map(str::trim).find(|name| !is_known(name))?;
        let nearest = nearest(unknown, known.iter().copied()).join(", ");
        Some(RecordProblemKind::UnknownSpecies { name: unknown.to_owned(), nearest })
    }

    fn term_problems(&self, term: &Term) -> Vec<RecordProblemKind> {
        let wider = term.broader.iter().filter(|wider| !self.terms.contains_key(*wider));
        let unknown = term.quantities.iter().filter(|name| Quantity::find(name).is_none());
        wider
            .map(|wider| RecordProblemKind::DanglingTerm(wider.clone()))
            .chain(unknown.map(|name| RecordProblemKind::UnknownTermQuantity(name.clone())))
            .collect()
    }
}

fn report(found: &mut Vec<RecordProblem>, key: &str, at: &Place, kinds: Vec<RecordProblemKind>) {
    found.extend(kinds.into_iter().map(|kind| RecordProblem { at: at.clone(), key: key.to_owned(), kind }));
}

/// Found pairs that exceed the tested ones, or a probability that is not their ratio.
fn count_problem(fact: &Fact) -> Option<RecordProblemKind> {
    let SampleSize::FoundOf { found, tested } = SampleSize::parse(fact.n.as_deref()?)? else { return None };
    let ratio = f64::from(found) / f64::from(tested);
    let is_ratio = match fact.value {
        FactValue::Number(value) if fact.quantity == "connectivity.probability" && fact.comparator.is_none() => {
            (ratio - value).abs() <= COUNT_SLACK
        }
        _ => true,
    };
    (found > tested || !is_ratio).then_some(RecordProblemKind::CountsDisagree { found, tested })
}

fn spread_problem(fact: &Fact) -> Option<RecordProblemKind> {
    let spread = fact.spread?;
    match spread.labelled() {
        None => Some(RecordProblemKind::UnlabelledSpread),
        Some(Spread::Range(low, high)) => (low > high).then_some(RecordProblemKind::RangeFalls(low, high)),
        Some(_) => spread.numbers().find(|size| *size < 0.0).map(RecordProblemKind::NegativeSpread),
    }
}

fn key_agrees(fact: &Fact) -> bool {
    let mut parts = fact.id.splitn(3, ':');
    parts.next() == Some(fact.source.as_str())
        && parts.next() == Some(fact.quantity.as_str())
        && parts.next().is_some_and(|context| !context.is_empty())
}

fn quantity_problems(fact: &Fact, quantity: &Quantity, found: &mut Vec<RecordProblemKind>) {
    match (Unit::parse(&fact.unit), Unit::parse(quantity.unit)) {
        (Ok(unit), Ok(usual)) if unit.dimension == usual.dimension => {
            let scale = unit.factor / usual.factor;
            let outside = |value: &f64| !(quantity.low..=quantity.high).contains(&(value * scale));
            found.extend(fact.value.numbers().into_iter().find(outside).map(|value| RecordProblemKind::Implausible {
                value,
                low: quantity.low / scale,
                high: quantity.high / scale,
            }));
        }
        (Ok(_), _) => found.push(RecordProblemKind::WrongUnit {
            unit: fact.unit.clone(),
            quantity: fact.quantity.clone(),
            expected: quantity.unit,
        }),
        (Err(_), _) => found.push(RecordProblemKind::UnknownUnit {
            unit: fact.unit.clone(),
            quantity: fact.quantity.clone(),
            expected: quantity.unit,
        }),
    }
    let needs = match quantity.context {
        Context::Ends if fact.pre.is_none() || fact.post.is_none() => Some("pre and post"),
        Context::Cell if fact.cell.is_none() => Some("cell"),
        _ => None,
    };
    if let Some(needs) = needs {
        found.push(RecordProblemKind::MissingContext { quantity: fact.quantity.clone(), needs });
    }
}

fn value_problems(value: &FactValue, found: &mut Vec<RecordProblemKind>) {
    found.extend(value.numbers().into_iter().find(|number| !number.is_finite()).map(RecordProblemKind::NotFinite));
    match value {
        FactValue::Range([low, high]) if low > high => found.push(RecordProblemKind::RangeFalls(*low, *high)),
        FactValue::Shares(shares) => {
            let sum: f64 = shares.values().sum();
            if (sum - 1.0).abs() > SHARE_SLACK {
                found.push(RecordProblemKind::SharesDoNotAdd(sum));
            }
        }
        _ => {}
    }
}

fn paper_problems(paper: &Paper) -> Vec<RecordProblemKind> {
    let mut found = Vec::new();
    if !paper.doi.is_empty() && !is_doi(&paper.doi) {
        found.push(RecordProblemKind::MalformedDoi(paper.doi.clone()));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if paper.id.is_empty() || paper.id.len() > MAX_PAPER_KEY || !paper.id.chars().all(is_plain) {
        found.push(RecordProblemKind::MalformedKey(paper.id.chars().take(MAX_PAPER_KEY).collect()));
    }
    for (field, text) in [("summary", &paper.summary), ("title", &paper.title), ("authors", &paper.authors)] {
        if text.len() > MAX_TEXT {
            found.push(RecordProblemKind::TooLong { field, limit: MAX_TEXT });
        }
    }
    found
}

/// Whether a text has the form `10.<4 to 9 digits>/<no white space>`.
#[must_use]
pub fn is_doi(doi: &str) -> bool {
    doi.strip_prefix("10.").and_then(|rest| rest.split_once('/')).is_some_and(|(registrant, suffix)| {
        (4..=9).contains(&registrant.len())
            && registrant.bytes().all(|byte| byte.is_ascii_digit())
            && !suffix.is_empty()
            && !suffix.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dois_have_a_registrant_and_a_suffix() {
        assert!(is_doi("10.1016/S0306-4522(01)00344-X"));
        assert!(!is_doi("10.1016/") && !is_doi("doi:10.1016/x") && !is_doi("10.1016/a b"));
    }
}
