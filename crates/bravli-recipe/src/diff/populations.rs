//! What two recipes say of the same pairs of populations: our own pathways.

use crate::Recipe;
use serde::Serialize;
use std::collections::BTreeSet;

/// How connections between populations change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PopulationDiff {
    /// Populations that only the first has.
    pub removed: Vec<String>,
    /// Populations that only the second has.
    pub added: Vec<String>,
    /// Pairs of populations that both recipes have and say something of.
    pub n_compared: usize,
    /// Pairs with a value that differs, those whose probability changes most first.
    pub changed: Vec<PopulationChange>,
}

/// One pair of populations that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationChange {
    /// Ends, as `L4_E->L23_E`.
    pub pathway: String,
    /// Probability, as the rule states it, in the first and the second; 0 where it fixes a number instead.
    pub probability: [f64; 2],
    /// Fields that differ, with both values.
    pub fields: Vec<(String, [Option<f64>; 2])>,
}

/// Compares the pathway that decides each pair of populations.
pub(super) fn compare(first: &Recipe, second: &Recipe) -> PopulationDiff {
    let names = |recipe: &Recipe| -> BTreeSet<String> { recipe.populations.iter().map(|p| p.name.clone()).collect() };
    let (a, b) = (names(first), names(second));
    let mut diff = PopulationDiff {
        removed: a.difference(&b).cloned().collect(),
        added: b.difference(&a).cloned().collect(),
        ..PopulationDiff::default()
    };
    let common: Vec<&String> = a.intersection(&b).collect();
    for pre in &common {
        for post in &common {
            let (Some(one), Some(two)) = (first.pathway(pre, post), second.pathway(pre, post)) else { continue };
            diff.n_compared += 1;
            let pairs = one.fields().into_iter().zip(two.fields()).map(|((field, a), (_, b))| (field, [a, b]));
            let fields: Vec<_> = pairs.filter(|(_, [a, b])| a != b).map(|(f, pair)| (f.to_owned(), pair)).collect();
            if !fields.is_empty() {
                let probability = [one.probability(), two.probability()];
                diff.changed.push(PopulationChange { pathway: format!("{pre}->{post}"), probability, fields });
            }
        }
    }
    let moved = |change: &PopulationChange| (change.probability[1] - change.probability[0]).abs();
    diff.changed.sort_by(|a, b| moved(b).total_cmp(&moved(a)).then_with(|| a.pathway.cmp(&b.pathway)));
    diff
}
