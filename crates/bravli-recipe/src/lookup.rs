//! Questions that a recipe answers.

use crate::{
    ConnectionRule, EndPattern, Falloff, MembraneSpec, PathwaySpec, PopulationSpec, Recipe, SourceEntry, SynapseClass,
    SynapseRule, path_match, shell_match,
};
use std::collections::HashMap;
use std::fmt;

/// The classes of one cell that synapse rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellClass<'a> {
    /// m-type.
    pub mtype: &'a str,
    /// e-type.
    pub etype: &'a str,
    /// `EXC` or `INH`.
    pub synapse_class: &'a str,
    /// Region; absent in a column that has none.
    pub region: Option<&'a str>,
}

impl<'a> CellClass<'a> {
    /// A cell outside any region.
    #[must_use]
    pub fn new(mtype: &'a str, etype: &'a str, synapse_class: &'a str) -> Self {
        Self { mtype, etype, synapse_class, region: None }
    }
}

impl fmt::Display for CellClass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.synapse_class, self.mtype, self.etype)
    }
}

/// The synapse class of a pair and the rule that chose it.
#[derive(Debug, Clone, Copy)]
pub struct Resolved<'a> {
    /// Index into [`Recipe::synapse_rules`].
    pub rule_index: usize,
    /// The rule.
    pub rule: &'a SynapseRule,
    /// Its class.
    pub class: &'a SynapseClass,
}

/// No synapse rule says what kind of synapse a pair of cells makes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no synapse class for {pre} -> {post}: {why}")]
pub struct UnmatchedPair {
    /// The presynaptic cell.
    pub pre: String,
    /// The postsynaptic cell.
    pub post: String,
    /// What was missing.
    pub why: String,
}

impl EndPattern {
    /// Whether a cell satisfies every pattern of this end.
    #[must_use]
    pub fn matches(&self, cell: &CellClass<'_>) -> bool {
        let fits = |pattern: &Option<String>, name: &str| pattern.as_deref().is_none_or(|p| shell_match(p, name));
        let in_region =
            || self.region.as_deref().is_none_or(|p| p == "*" || cell.region.is_some_and(|r| shell_match(p, r)));
        fits(&self.mtype, cell.mtype)
            && fits(&self.synapse_class, cell.synapse_class)
            && fits(&self.etype, cell.etype)
            && in_region()
    }

    /// Every pattern with the field it speaks of.
    pub(crate) fn parts(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("synapse_class", self.synapse_class.as_deref()),
            ("mtype", self.mtype.as_deref()),
            ("etype", self.etype.as_deref()),
            ("region", self.region.as_deref()),
        ]
    }

    /// Whether it asks for nothing, as the reference counts free ends of connection rules: bare stars alone.
    pub(crate) fn is_free(&self) -> bool {
        self.parts().iter().all(|(_, pattern)| pattern.is_none_or(|p| p == "*"))
    }

    /// The m-type, when that is all it asks for and nothing in it is wild.
    fn literal_mtype(&self) -> Option<&str> {
        let only_mtype = self.synapse_class.is_none() && self.etype.is_none() && self.region.is_none();
        self.mtype.as_deref().filter(|m| only_mtype && !m.contains(['*', '?', '[']))
    }
}

impl fmt::Display for EndPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = self.parts().into_iter().filter_map(|(_, pattern)| pattern).collect();
        f.write_str(if parts.is_empty() { "*" } else { "" })?;
        f.write_str(&parts.join(":"))
    }
}

impl Recipe {
    /// The synapse class of a pair of cells: the last matching rule wins.
    ///
    /// # Errors
    /// [`UnmatchedPair`] when no rule matches; there is no default class.
    pub fn resolve_synapse(&self, pre: &CellClass<'_>, post: &CellClass<'_>) -> Result<Resolved<'_>, UnmatchedPair> {
        let fail = |why: String| UnmatchedPair { pre: pre.to_string(), post: post.to_string(), why };
        let found =
            self.synapse_rules.iter().enumerate().rev().find(|(_, r)| r.from.matches(pre) && r.to.matches(post));
        let (rule_index, rule) = found.ok_or_else(|| fail("no synapse rule matches".to_owned()))?;
        let class = self.synapse_classes.get(&rule.class);
        let class =
            class.ok_or_else(|| fail(format!("class {:?} of the rule at {} is undefined", rule.class, rule.at)))?;
        Ok(Resolved { rule_index, rule, class })
    }

    /// The rule for synapses per connection of a pair of cells: the last match wins.
    ///
    /// This scans all rules, some microseconds for thousands of them; for a whole circuit use
    /// [`Recipe::connection_index`].
    #[must_use]
    pub fn connection_rule(&self, pre: &CellClass<'_>, post: &CellClass<'_>) -> Option<&ConnectionRule> {
        self.connection_rules.iter().rev().find(|r| r.from.matches(pre) && r.to.matches(post))
    }

    /// The same answers as [`Recipe::connection_rule`], in constant time for rules without wildcards.
    #[must_use]
    pub fn connection_index(&self) -> ConnectionIndex<'_> {
        let mut index = ConnectionIndex { rules: &self.connection_rules, literal: HashMap::new(), wild: Vec::new() };
        for (i, rule) in self.connection_rules.iter().enumerate() {
            match rule.from.literal_mtype().zip(rule.to.literal_mtype()) {
                Some(ends) => {
                    index.literal.insert(ends, i);
                }
                None => index.wild.push(i),
            }
        }
        index
    }

    /// The pathway between two populations: the last match wins.
    #[must_use]
    pub fn pathway(&self, pre_population: &str, post_population: &str) -> Option<&PathwaySpec> {
        let matches = |p: &&PathwaySpec| shell_match(&p.pre, pre_population) && shell_match(&p.post, post_population);
        self.pathways.iter().rev().find(matches)
    }

    /// Whether any pathway falls off with depth.
    #[must_use]
    pub fn uses_depth(&self) -> bool {
        self.pathways.iter().any(|pathway| pathway.vertical != Falloff::Flat)
    }

    /// The first population that an m-type belongs to.
    #[must_use]
    pub fn population_of(&self, mtype: &str) -> Option<&PopulationSpec> {
        self.populations.iter().find(|population| population.mtypes.iter().any(|p| shell_match(p, mtype)))
    }

    /// The passive properties of a population: the last match wins.
    #[must_use]
    pub fn membrane(&self, population: &str) -> Option<&MembraneSpec> {
        self.neurons.as_ref()?.membranes.iter().rev().find(|m| shell_match(&m.population, population))
    }

    /// The same answers as [`Recipe::source_of`], arranged for many questions.
    #[must_use]
    pub fn source_index(&self) -> SourceIndex<'_> {
        let mut files: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut wild = Vec::new();
        for (i, entry) in self.sources.iter().enumerate() {
            if entry.file.contains(['*', '?']) {
                wild.push(i);
            } else {
                files.entry(&entry.file).or_default().push(i);
            }
        }
        SourceIndex { sources: &self.sources, files, wild }
    }

    /// What stands behind a number; `path` as [`crate::NumberRef::path`] writes it. The last match wins.
    #[must_use]
    pub fn source_of(&self, file: &str, path: &str) -> Option<&SourceEntry> {
        self.sources.iter().rev().find(|entry| path_match(&entry.file, file) && path_match(&entry.path, path))
    }
}

/// A recipe's connection rules, arranged for many questions.
#[derive(Debug)]
pub struct ConnectionIndex<'a> {
    rules: &'a [ConnectionRule],
    literal: HashMap<(&'a str, &'a str), usize>,
    wild: Vec<usize>,
}

impl<'a> ConnectionIndex<'a> {
    /// The rule for a pair of cells: the last match wins.
    #[must_use]
    pub fn rule(&self, pre: &CellClass<'_>, post: &CellClass<'_>) -> Option<&'a ConnectionRule> {
        let literal = self.literal.get(&(pre.mtype, post.mtype)).copied();
        let later = self.wild.iter().rev().take_while(|i| literal.is_none_or(|l| **i > l));
        let wild =
            later.copied().find(|i| self.rules.get(*i).is_some_and(|r| r.from.matches(pre) && r.to.matches(post)));
        self.rules.get(wild.or(literal)?)
    }
}

/// A recipe's source entries, arranged for many questions.
#[derive(Debug)]
pub struct SourceIndex<'a> {
    sources: &'a [SourceEntry],
    files: HashMap<&'a str, Vec<usize>>,
    wild: Vec<usize>,
}

impl<'a> SourceIndex<'a> {
    /// What stands behind a number; the last match wins.
    #[must_use]
    pub fn source_of(&self, file: &str, path: &str) -> Option<&'a SourceEntry> {
        let fits = |i: &&usize| {
            self.sources.get(**i).is_some_and(|entry| path_match(&entry.file, file) && path_match(&entry.path, path))
        };
        let own = self.files.get(file).and_then(|entries| entries.iter().rev().find(fits));
        let wild = self.wild.iter().rev().find(fits);
        self.sources.get(*own.max(wild)?)
    }
}
