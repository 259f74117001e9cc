//! Synapses that a cell should have, against those inside a circuit: what a boundary must stand for.

use super::comparable::{Cover, covers, population_end};
use super::sourced::{Sourced, is_adopted};
use super::text::{preparation, value};
use bravli_circuit::Afferent;
use bravli_facts::Fact;

/// Synapses on a cell.
const ALL_SYNAPSES: &str = "connectivity.total_synapses_per_neuron";

/// What others put outside: told beside the budget, never counted in it.
const OUTSIDE: [&str; 2] = ["connectivity.external_synapse_fraction", "connectivity.external_indegree"];

/// The synapses of a population's cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Budget {
    /// What is inside.
    pub(crate) inside: Afferent,
    /// What a cell should have; absent where no number is cited.
    pub(crate) expected: Option<Expected>,
    /// What facts say of the part outside, each with its key.
    pub(crate) others: Vec<String>,
}

/// A cited number of synapses per cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    /// Synapses of a cell.
    pub(crate) synapses: f64,
    /// Key of the fact.
    pub(crate) fact: String,
    /// What it is of, how it is known and in what that differs from the population.
    pub(crate) of: String,
}

impl Budget {
    /// Synapses of a cell inside the circuit, mean.
    pub(crate) fn inside(&self) -> f64 {
        self.inside.excitatory + self.inside.inhibitory
    }

    /// Synapses of a cell that the circuit lacks; negative where it has more than are cited.
    pub(crate) fn missing(&self) -> Option<f64> {
        Some(self.expected.as_ref()?.synapses - self.inside())
    }

    /// Share of the synapses that the boundary must stand for.
    pub(crate) fn outside(&self) -> Option<f64> {
        let synapses = self.expected.as_ref()?.synapses;
        (synapses > 0.0).then(|| (1.0 - self.inside() / synapses).max(0.0))
    }
}

/// The budget of each population. Of several facts, the one that comes closest to the population counts.
pub(crate) fn budget(sourced: &Sourced, afferent: &[Afferent]) -> Vec<Budget> {
    let knowledge = sourced.knowledge();
    let facts = |quantities: &[&str]| -> Vec<&Fact> {
        knowledge.facts().filter(|fact| quantities.contains(&fact.quantity.as_str())).collect()
    };
    let (totals, outside) = (facts(&[ALL_SYNAPSES]), facts(&OUTSIDE));
    let of_population = |inside: &Afferent| {
        let end = population_end(&sourced.recipe, &inside.population);
        let fitting = |facts: &[&'_ Fact]| -> Vec<(Cover, Fact)> {
            let covered = facts.iter().filter_map(|fact| Some((covers(sourced, fact, &end)?, (*fact).clone())));
            let mut covered: Vec<(Cover, Fact)> = covered.collect();
            covered.sort_by(|a, b| b.0.score.cmp(&a.0.score).then_with(|| a.1.id.cmp(&b.1.id)));
            covered
        };
        let expected = fitting(&totals).into_iter().find_map(|(cover, fact)| {
            let numbers = fact.value.numbers();
            let synapses = numbers.iter().sum::<f64>() / numbers.len().max(1) as f64;
            let known = if is_adopted(&fact) { "of a model or at second hand, not measured" } else { "measured" };
            let range = (numbers.len() > 1).then_some("middle of a range").map(str::to_owned);
            let said = [preparation(&fact), known.to_owned()].into_iter().chain(range).chain(cover.differs);
            let of: Vec<String> = said.filter(|part| !part.is_empty()).collect();
            (synapses > 0.0).then(|| Expected { synapses, fact: fact.id.clone(), of: of.join("; ") })
        });
        let told = |(_, fact): (Cover, Fact)| {
            let of = fact.post.as_deref().or(fact.cell.as_deref()).unwrap_or("a cell");
            let what = if fact.quantity == OUTSIDE[0] { "of the excitatory synapses on" } else { "from outside on" };
            let outside = if fact.quantity == OUTSIDE[0] { " are from outside" } else { "" };
            format!("{} {what} {of}{outside} ({})", value(&fact), fact.id)
        };
        let others = fitting(&outside).into_iter().take(2).map(told).collect();
        Budget { inside: inside.clone(), expected, others }
    };
    afferent.iter().map(of_population).collect()
}
