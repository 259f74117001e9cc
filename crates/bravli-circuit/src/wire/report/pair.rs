//! How likely two given cells were to connect.

use super::expected::{expected, rate};
use super::law::{Law, apart};
use crate::wire::Circuit;
use crate::wire::tree::Tree;
use bravli_recipe::{Amount, Recipe};

/// Distances of two cells, and what their rule makes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PairOdds {
    /// Straight distance, µm.
    pub distance_um: f64,
    /// Horizontal distance, µm.
    pub horizontal_um: f64,
    /// Difference in depth, µm.
    pub vertical_um: f64,
    /// Probability at distance zero; where a number of connections is fixed, nothing.
    pub peak: Option<f64>,
    /// Probability of this connection by its rule, whatever other connections there are; absent where the recipe has no rule.
    pub probability: Option<f64>,
    /// Whether the opposite connection is there.
    pub is_reciprocated: bool,
    /// Probability given that: where a rule of either direction states a reciprocity.
    pub given_opposite: Option<f64>,
}

/// How likely `source` was to connect to `target`; nothing where one of them does not exist or both are one cell.
///
/// Work grows with the cells of both populations, and with their connections where a total is fixed.
#[must_use]
pub fn pair_odds(recipe: &Recipe, circuit: &Circuit, source: u32, target: u32) -> Option<PairOdds> {
    let cells = &circuit.column.cells;
    let (from, to) = (source as usize, target as usize);
    if from >= cells.len() || to >= cells.len() || from == to {
        return None;
    }
    let (pre, post) = (cells.population[from], cells.population[to]);
    let tree = |population: u16| {
        let members = (0..cells.len() as u32).filter(|cell| cells.population[*cell as usize] == population);
        Tree::new(cells, members.collect(), true)
    };
    let trees = [tree(pre), tree(post)];
    let name = |population: u16| circuit.column.header.populations[usize::from(population)].name.as_str();
    let law = Law::new(recipe.pathway(name(pre), name(post)), &trees[0], &trees[1], circuit);
    let back = Law::new(recipe.pathway(name(post), name(pre)), &trees[1], &trees[0], circuit);
    let place = |cell: usize| [cells.x_um[cell], cells.y_um[cell], cells.depth_um[cell]];
    let (horizontal_um, vertical_um) = apart(place(from), place(to));
    let weight = law.kernel.at(horizontal_um, vertical_um);
    let probability = match law.spec.map(|spec| spec.amount) {
        None => None,
        Some(Amount::InDegree(k)) => {
            let others = trees[0].cells.iter().zip(&trees[0].places).filter(|(cell, _)| **cell != target);
            let weights: Vec<f64> = others.map(|(_, other)| law.kernel.between(*other, place(to))).collect();
            Some(-(-rate(&weights, f64::from(k)) * weight).exp_m1())
        }
        Some(Amount::Total(total)) => {
            // the weight of all pairs, from the rule that connects each pair by its weight alone
            let mut spec = law.spec.cloned();
            if let Some(spec) = &mut spec {
                spec.amount = Amount::Peak { probability: 1.0 };
            }
            let shape = Law::new(spec.as_ref(), &trees[0], &trees[1], circuit);
            let [all, _] = expected([&trees[0], &trees[1]], [&shape, &shape], pre == post, total);
            (all.all.mean > 0.0).then(|| (total as f64 * weight / all.all.mean).min(1.0))
        }
        Some(_) => Some(weight),
    };
    let connections = circuit.connections();
    let is_reciprocated = circuit.edges.targets()[connections.rows(to)].binary_search(&source).is_ok();
    let ratio = law.reciprocity().or(back.reciprocity());
    let opposite = back.kernel.at(horizontal_um, vertical_um);
    let given_opposite = ratio.zip(probability).filter(|_| !back.is_nothing()).map(|(ratio, own)| {
        let given = if is_reciprocated {
            ratio * own
        } else if opposite < 1.0 {
            own * (1.0 - ratio * opposite) / (1.0 - opposite)
        } else {
            own
        };
        given.clamp(0.0, 1.0)
    });
    Some(PairOdds {
        distance_um: horizontal_um.hypot(vertical_um),
        horizontal_um,
        vertical_um,
        peak: law
            .spec
            .filter(|spec| !matches!(spec.amount, Amount::InDegree(_) | Amount::Total(_)))
            .map(|_| law.kernel.peak),
        probability,
        is_reciprocated,
        given_opposite,
    })
}
