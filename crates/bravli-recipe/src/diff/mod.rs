//! What changed from one recipe to another: names, cells, classes, rules, and the pathways that it comes down to.

mod cells;
mod pathways;
mod populations;

use crate::{Recipe, SynapseClass};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use cells::{LayerChange, MtypeMap, NameChange};
pub use pathways::{ParameterChange, PathwayChange, PathwayDiff};
pub use populations::{PopulationChange, PopulationDiff};

/// The difference of two recipes, from the first to the second.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// m-types that the second calls otherwise.
    pub renamed: Vec<NameChange>,
    /// m-types without a counterpart in the second.
    pub removed_mtypes: Vec<String>,
    /// m-types without a counterpart in the first.
    pub added_mtypes: Vec<String>,
    /// Cells of every layer of either.
    pub layers: Vec<LayerChange>,
    /// Synapse classes that only the first has.
    pub removed_classes: Vec<String>,
    /// Synapse classes that only the second has.
    pub added_classes: Vec<String>,
    /// Values that differ between classes of one name.
    pub changed_classes: Vec<ClassChange>,
    /// Synapse rules that only the first has, as `from->to class`.
    pub removed_rules: Vec<String>,
    /// Synapse rules that only the second has.
    pub added_rules: Vec<String>,
    /// Whether the rules that both have stand in another order.
    pub reordered_rules: bool,
    /// What all this changes for pairs of cells.
    pub pathways: PathwayDiff,
    /// What changes between populations, where both recipes have any.
    pub populations: PopulationDiff,
    /// What else differs, one sentence for each part.
    pub other: Vec<String>,
}

/// One value of a synapse class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassChange {
    /// Name of the class.
    pub class: String,
    /// Field with its unit, as in `gsyn_ns`, or its standard deviation, as in `gsyn_ns sd`.
    pub field: String,
    /// In the first; absent where it says nothing.
    pub from: Option<f64>,
    /// In the second.
    pub to: Option<f64>,
}

/// Compares two recipes.
///
/// m-types are matched by name, else by the names that changed between generations; a match that is inferred is marked.
#[must_use]
pub fn diff(first: &Recipe, second: &Recipe) -> Diff {
    let map = MtypeMap::new(first, second);
    let (removed_classes, added_classes) = only(first.synapse_classes.keys(), second.synapse_classes.keys());
    let rules = |recipe: &Recipe| -> Vec<String> {
        recipe.synapse_rules.iter().map(|rule| format!("{}->{} {}", rule.from, rule.to, rule.class)).collect()
    };
    let (before, after) = (rules(first), rules(second));
    let (removed_rules, added_rules) = only(before.iter(), after.iter());
    let common = |rules: &[String], other: &[String]| -> Vec<String> {
        let other: BTreeSet<&String> = other.iter().collect();
        rules.iter().filter(|rule| other.contains(rule)).cloned().collect()
    };
    Diff {
        layers: cells::layers(first, second),
        changed_classes: changed_classes(first, second),
        reordered_rules: common(&before, &after) != common(&after, &before),
        pathways: pathways::compare(first, second, &map),
        populations: populations::compare(first, second),
        other: other(first, second),
        renamed: map.renamed,
        removed_mtypes: map.removed,
        added_mtypes: map.added,
        removed_classes,
        added_classes,
        removed_rules,
        added_rules,
    }
}

/// Parts that are compared as a whole.
fn other(first: &Recipe, second: &Recipe) -> Vec<String> {
    let mut told = Vec::new();
    let mut entries = |what: &str, n: usize| {
        if n > 0 {
            told.push(format!("{what} differs for {n}"));
        }
    };
    entries("spine length of m-types", differing(&first.spine_lengths, &second.spine_lengths));
    entries("class of m-types", differing(&first.taxonomy, &second.taxonomy));
    entries("mini frequency of layers", differing(&first.mini_frequencies, &second.mini_frequencies));
    entries("e-types of m-types", differing(&first.etypes, &second.etypes));
    let touches = |recipe: &Recipe| -> BTreeSet<String> {
        let rules = &recipe.touches.rules;
        rules.iter().map(|r| format!("{}->{} {:?} {:?}", r.from_mtype, r.to_mtype, r.efferent, r.afferent)).collect()
    };
    let moves = |recipe: &Recipe| -> BTreeSet<String> {
        recipe.touches.repositions.iter().map(|r| format!("{}->{} {}", r.from_mtype, r.to_mtype, r.class)).collect()
    };
    for (what, a, b) in [("touch rules", touches(first), touches(second)), ("repositions", moves(first), moves(second))]
    {
        let (gone, come) = (a.difference(&b).count(), b.difference(&a).count());
        if gone + come > 0 {
            told.push(format!("{gone} {what} go, {come} come"));
        }
    }
    let (a, b) = (&first.touches, &second.touches);
    for (what, differs) in [
        ("bouton interval", a.bouton_interval != b.bouton_interval),
        ("bouton distances", a.bouton_distances != b.bouton_distances),
        ("survival rate of touches", a.survival_rate != b.survival_rate),
        ("gap junction conductance", first.gap_junction_gsyn_ns != second.gap_junction_gsyn_ns),
        ("point neurons", first.neurons != second.neurons),
        ("boundary conditions", first.boundary_text != second.boundary_text),
    ] {
        if differs {
            told.push(format!("{what} differ"));
        }
    }
    told
}

/// Keys that both have with another value.
fn differing<V: PartialEq>(first: &BTreeMap<String, V>, second: &BTreeMap<String, V>) -> usize {
    first.iter().filter(|(key, value)| second.get(*key).is_some_and(|other| other != *value)).count()
}

/// What only the first and only the second has, each in its own order.
fn only<'a>(
    first: impl Iterator<Item = &'a String> + Clone,
    second: impl Iterator<Item = &'a String> + Clone,
) -> (Vec<String>, Vec<String>) {
    let (a, b): (BTreeSet<&String>, BTreeSet<&String>) = (first.clone().collect(), second.clone().collect());
    (first.filter(|x| !b.contains(x)).cloned().collect(), second.filter(|x| !a.contains(x)).cloned().collect())
}

/// The values of a class by the name of their field.
pub(crate) fn class_values(class: &SynapseClass) -> [(&'static str, Option<f64>); 13] {
    let (gsyn, u, d, f, dtc) = (class.gsyn_ns, class.u_syn, class.tau_rec_ms, class.tau_facil_ms, class.tau_decay_ms);
    [
        ("gsyn_ns", Some(gsyn.mean)),
        ("gsyn_ns sd", Some(gsyn.sd)),
        ("u_syn", Some(u.mean)),
        ("u_syn sd", Some(u.sd)),
        ("tau_rec_ms", Some(d.mean)),
        ("tau_rec_ms sd", Some(d.sd)),
        ("tau_facil_ms", Some(f.mean)),
        ("tau_facil_ms sd", Some(f.sd)),
        ("tau_decay_ms", Some(dtc.mean)),
        ("tau_decay_ms sd", Some(dtc.sd)),
        ("n_rrp", Some(class.n_rrp)),
        ("conductance_ratio", class.conductance_ratio),
        ("u_hill_mm", class.u_hill_mm),
    ]
}

fn changed_classes(first: &Recipe, second: &Recipe) -> Vec<ClassChange> {
    let mut changes = Vec::new();
    for (name, class) in &first.synapse_classes {
        let Some(other) = second.synapse_classes.get(name) else { continue };
        for ((field, from), (_, to)) in class_values(class).into_iter().zip(class_values(other)) {
            if from != to {
                changes.push(ClassChange { class: name.clone(), field: field.to_owned(), from, to });
            }
        }
    }
    changes
}
