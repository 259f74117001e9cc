//! What a circuit's connections are, against what its recipe states.
//!
//! Connections are counted in one pass. What a rule would make of the cells as they lie is summed over all pairs where
//! these are few, else over pairs of cells taken evenly from every part of the column, with the error of that.

mod checks;
mod expected;
mod law;
mod lines;
mod pair;
mod stats;
mod tally;
mod unused;

pub use lines::{
    Afferent, Check, Checked, Degrees, DistanceBin, PathwayReport, Reciprocity, UnusedRule, Verdict, What, WiringReport,
};
pub use pair::{PairOdds, pair_odds};

use super::{Circuit, Members};
use bravli_recipe::{Falloff, PathwaySpec, Recipe};
use expected::{Expected, expected};
use law::Law;
use rayon::prelude::*;
use tally::Tally;

/// Compares a circuit with a recipe, which need not be the one that it was wired by.
///
/// Work grows with connections: those are counted once, and about as many pairs are looked at for what is expected.
///
/// # Repeatability
/// Bit-equal for any thread count.
#[must_use]
pub fn wiring_report(recipe: &Recipe, circuit: &Circuit) -> WiringReport {
    let populations = &circuit.column.header.populations;
    let n = populations.len();
    let members = Members::new(&circuit.column, recipe.uses_depth());
    let specs: Vec<Option<&PathwaySpec>> = populations
        .iter()
        .flat_map(|pre| populations.iter().map(|post| recipe.pathway(&pre.name, &post.name)))
        .collect();
    let laws: Vec<Law<'_>> = (0..n * n)
        .map(|pair| Law::new(specs[pair], &members.trees[pair / n], &members.trees[pair % n], circuit))
        .collect();
    let tally = Tally::new(circuit, &laws);
    // cells of one neighbourhood follow each other: seen from above, where depth plays no part
    let mut from_above = circuit.column.clone();
    from_above.cells.depth_um.fill(0.0);
    let from_above = Members::new(&from_above, false);
    let unordered: Vec<(usize, usize)> = (0..n).flat_map(|a| (a..n).map(move |b| (a, b))).collect();
    let computed: Vec<[Expected; 2]> = unordered
        .par_iter()
        .map(|&(a, b)| {
            let there = if a == b { 0 } else { tally.pairs[b * n + a].n };
            let connections = tally.pairs[a * n + b].n + there;
            let laws = [&laws[a * n + b], &laws[b * n + a]];
            let is_flat = laws.iter().all(|law| law.kernel.vertical == Falloff::Flat);
            let trees = if is_flat { &from_above.trees } else { &members.trees };
            expected([&trees[a], &trees[b]], laws, a == b, connections)
        })
        .collect();
    let mut by_pair: Vec<Expected> = vec![Expected::default(); n * n];
    for (&(a, b), [forth, back]) in unordered.iter().zip(computed) {
        if a != b {
            by_pair[b * n + a] = back;
        }
        by_pair[a * n + b] = forth;
    }
    let synapses = checks::stated_synapses(recipe, circuit, &specs, &tally);
    let mut pathways: Vec<PathwayReport> = (0..n * n)
        .filter(|pair| !laws[*pair].is_nothing() || tally.pairs[*pair].n > 0)
        .map(|pair| {
            let (pre, post) = (&populations[pair / n], &populations[pair % n]);
            let opposite = specs[(pair % n) * n + pair / n];
            checks::pathway([pre, post], &laws[pair], opposite, &tally.pairs[pair], &by_pair[pair], &synapses[pair])
        })
        .collect();
    let checked = checks::judge(&mut pathways);
    WiringReport {
        checked,
        pathways,
        unused_rules: unused::unused(recipe, populations),
        afferent: tally.afferent(circuit),
    }
}
