//! Why a pair of cells has the synapses it has.

use crate::{CellClass, ConnectionRule, Recipe, Resolved, Section, SynapseRule, UnmatchedPair, shell_match};
use bravli_units::Micrometres;
use std::collections::BTreeSet;

/// Everything that a recipe says of one pair of cells, and what it overrode on the way.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    /// The deciding synapse rule and its class, whose comments are the recipe's own evidence.
    pub synapse: Resolved<'a>,
    /// Rules that match and give way, the last first, with their indices in [`Recipe::synapse_rules`].
    pub overridden: Vec<(usize, &'a SynapseRule)>,
    /// The deciding connection rule.
    pub connection: Option<&'a ConnectionRule>,
    /// Connection rules that match and give way, the last first.
    pub overridden_connections: Vec<&'a ConnectionRule>,
    /// Sections of the postsynaptic cell on which touches are kept; empty where all are discarded, `None` where the recipe
    /// has no touch rules.
    pub touches: Option<BTreeSet<Section>>,
    /// Where its synapses are moved to.
    pub moved_to: Option<&'a str>,
    /// Length that a spine of the postsynaptic cell adds.
    pub spine_length: Option<Micrometres>,
}

impl Recipe {
    /// Which rules decide a pair of cells, which they override, and what follows.
    ///
    /// # Errors
    /// [`UnmatchedPair`] when no synapse rule matches.
    pub fn explain(&self, pre: &CellClass<'_>, post: &CellClass<'_>) -> Result<Explanation<'_>, UnmatchedPair> {
        let synapse = self.resolve_synapse(pre, post)?;
        let overridden = self.synapse_rules.iter().enumerate().rev();
        let overridden = overridden
            .filter(|(i, rule)| *i != synapse.rule_index && rule.from.matches(pre) && rule.to.matches(post))
            .collect();
        let mut connections =
            self.connection_rules.iter().rev().filter(|rule| rule.from.matches(pre) && rule.to.matches(post));
        let connection = connections.next();
        let ends = |from: &str, to: &str| shell_match(from, pre.mtype) && shell_match(to, post.mtype);
        let kept = self.touches.rules.iter().filter(|rule| ends(&rule.from_mtype, &rule.to_mtype));
        let touches = kept.map(|rule| rule.afferent.unwrap_or(Section::Any)).collect();
        let moved = self.touches.repositions.iter().rev().find(|r| ends(&r.from_mtype, &r.to_mtype));
        Ok(Explanation {
            synapse,
            overridden,
            connection,
            overridden_connections: connections.collect(),
            touches: Some(touches).filter(|_| !self.touches.rules.is_empty()),
            moved_to: moved.map(|r| r.class.as_str()),
            spine_length: self.spine_lengths.get(post.mtype).copied(),
        })
    }
}
