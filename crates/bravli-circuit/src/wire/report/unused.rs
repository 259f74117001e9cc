//! Rules that decide nothing in a column.

use super::lines::UnusedRule;
use crate::column::PlacedPopulation;
use bravli_recipe::{PathwaySpec, Recipe, shell_match};
use std::collections::BTreeSet;

/// Rules named that override another.
const MAX_TOLD: usize = 3;

/// Rules that match no pair of the populations placed, or none that a later rule does not take.
pub(super) fn unused(recipe: &Recipe, populations: &[PlacedPopulation]) -> Vec<UnusedRule> {
    let rules = &recipe.pathways;
    let matches = |rule: &PathwaySpec, pre: &PlacedPopulation, post: &PlacedPopulation| {
        shell_match(&rule.pre, &pre.name) && shell_match(&rule.post, &post.name)
    };
    let mut matching: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); rules.len()];
    let mut decides = vec![false; rules.len()];
    for pre in populations {
        for post in populations {
            let fitting: Vec<usize> = (0..rules.len()).filter(|rule| matches(&rules[*rule], pre, post)).collect();
            let Some(last) = fitting.last().copied() else { continue };
            decides[last] = true;
            for rule in fitting {
                matching[rule].insert(last);
            }
        }
    }
    let missing = |pattern: &str| populations.iter().all(|population| !shell_match(pattern, &population.name));
    let told = |(index, rule): (usize, &PathwaySpec)| {
        let why = if matching[index].is_empty() {
            let ends = [&rule.pre, &rule.post].into_iter().filter(|pattern| missing(pattern));
            let ends: BTreeSet<String> = ends.map(|pattern| format!("{pattern:?}")).collect();
            let ends: Vec<String> = ends.into_iter().collect();
            format!("the column has no population {}", ends.join(" and no "))
        } else {
            let by = &matching[index];
            let lines: Vec<String> = by.iter().take(MAX_TOLD).map(|last| rules[*last].at.to_string()).collect();
            let more = by.len().saturating_sub(MAX_TOLD);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("always overridden, by {}{more}", lines.join(", "))
        };
        UnusedRule { pre: rule.pre.clone(), post: rule.post.clone(), at: rule.at.to_string(), why }
    };
    rules.iter().enumerate().filter(|(index, _)| !decides[*index]).map(told).collect()
}
