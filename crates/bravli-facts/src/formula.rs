//! Formulas of derived values, computed again from the facts they name.

use crate::base::KnowledgeBase;
use crate::problem::RecordProblemKind;
use crate::records::{EvidenceKind, Fact, FactValue};
use exmex::prelude::*;

/// Longest formula, in characters.
const MAX_CHARS: usize = 300;

/// Deepest brackets: far more than a formula in a record needs, far less than a parser's stack holds.
const MAX_DEPTH: usize = 16;

/// A derived value may be rounded by this share of itself.
const ROUNDING: f64 = 0.005;

impl KnowledgeBase {
    /// What a derived fact's formula gives with the values its facts have now; `None` for facts of other evidence.
    ///
    /// # Errors
    /// The rule that the derivation breaks: no formula, a fact that is missing or is no single number, a name that the
    /// formula and `from` do not share, or a formula that cannot be read.
    pub fn recompute(&self, fact: &Fact) -> Option<Result<f64, RecordProblemKind>> {
        (fact.evidence == EvidenceKind::Derived).then(|| self.computed(fact))
    }

    fn computed(&self, fact: &Fact) -> Result<f64, RecordProblemKind> {
        let Some(formula) = fact.formula.as_deref().filter(|_| !fact.from.is_empty()) else {
            return Err(RecordProblemKind::MissingFormula);
        };
        let unreadable = |why: String| RecordProblemKind::Formula { formula: formula.to_owned(), why };
        if formula.chars().count() > MAX_CHARS || depth(formula) > MAX_DEPTH {
            return Err(unreadable(format!("more than {MAX_CHARS} characters or {MAX_DEPTH} brackets deep")));
        }
        // braces would make names of anything; no formula needs them
        if formula.contains(['{', '}']) {
            return Err(unreadable("braces are not allowed".to_owned()));
        }
        let parsed = exmex::parse::<f64>(formula).map_err(|error| unreadable(error.to_string()))?;
        if let Some(unused) = fact.from.keys().find(|name| !parsed.var_names().contains(name)) {
            return Err(unreadable(format!("{unused} is named in from but not used")));
        }
        let mut values = Vec::new();
        for name in parsed.var_names() {
            let key = fact.from.get(name).ok_or_else(|| unreadable(format!("{name} is not named in from")))?;
            let parent = self.fact(key).ok_or_else(|| RecordProblemKind::DanglingFact(key.clone()))?;
            match parent.value {
                FactValue::Number(value) if key != &fact.id => values.push(value),
                _ => return Err(unreadable(format!("{key} is no other fact with a single number"))),
            }
        }
        parsed.eval(&values).map_err(|error| unreadable(error.to_string()))
    }

    /// Whether a derived value is what its formula gives, within rounding.
    pub(crate) fn derivation_problem(&self, fact: &Fact) -> Option<RecordProblemKind> {
        let computed = match self.recompute(fact)? {
            Ok(computed) => computed,
            Err(problem) => return Some(problem),
        };
        let FactValue::Number(value) = fact.value else {
            return Some(RecordProblemKind::DerivedNotNumber);
        };
        // NaN is not close to anything
        let is_close = (computed - value).abs() <= ROUNDING * value.abs().max(f64::MIN_POSITIVE);
        (!is_close).then_some(RecordProblemKind::DoesNotRecompute { value, computed })
    }
}

/// Deepest nesting of brackets.
fn depth(formula: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in formula.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
