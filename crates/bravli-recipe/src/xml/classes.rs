//! Synapse classes: `SynapsesClassification/class`.

use super::attributes::Attributes;
use super::document::Element;
use crate::problem::Notes;
use crate::range::Range;
use crate::{MeanSd, Problem, SynapseClass};
use std::collections::BTreeMap;

const KNOWN: &[&str] = &[
    "id",
    "gsyn",
    "gsynSD",
    "gsynVar",
    "dtc",
    "dtcSD",
    "dtcVar",
    "u",
    "uSD",
    "uVar",
    "d",
    "dSD",
    "dVar",
    "f",
    "fSD",
    "fVar",
    "nrrp",
    "ase",
    "nsyn",
    "nsynSD",
    "nsynVar",
    "gsynSRSF",
    "uHillCoefficient",
];

/// Reads every class; a class with an error is left out and said.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> BTreeMap<String, SynapseClass> {
    let mut classes = BTreeMap::new();
    let elements: Vec<&Element> =
        root.children("SynapsesClassification").flat_map(|section| section.children("class")).collect();
    for element in &elements {
        let Some(class) = class(element, notes) else { continue };
        if let Some(first) = classes.get(&class.name) {
            let first: &SynapseClass = first;
            let message = format!("class {:?} is defined twice, first in {}", class.name, first.at);
            notes.add(Problem::error("duplicate_class", message).at(class.at).remedy("rename or remove one of them"));
            continue;
        }
        classes.insert(class.name.clone(), class);
    }
    for attribute in ["gsynSRSF", "uHillCoefficient"] {
        all_or_none(&elements, attribute, notes);
    }
    classes
}

/// A name for messages, even when the id is missing.
pub(crate) fn id(element: &Element) -> String {
    element.attribute("id").map_or_else(|| "(no id)".to_owned(), |a| a.value.trim().to_owned())
}

fn class(element: &Element, notes: &mut Notes) -> Option<SynapseClass> {
    let mut read = Attributes::new(element, format!("class {:?}", id(element)), notes);
    read.warn_unknown(KNOWN);
    let name = read.text(&["id"]);
    if let Some(name) = name.as_deref().filter(|n| !n.starts_with(['E', 'I'])) {
        let message = format!("class {name:?} must start with E or I, since its first letter gives the sign");
        read.notes.add(Problem::error("class_sign", message).at(element.at()).remedy("rename the class and its rules"));
    }
    // A gamma needs a mean and a spread; a truncated normal may do without either.
    let gamma = Range::Positive;
    let normal = Range::NotNegative;
    let gsyn_ns = mean_sd(&mut read, "gsyn", gamma, gamma);
    let u_syn = mean_sd(&mut read, "u", Range::Unit, normal);
    let tau_rec_ms = mean_sd(&mut read, "d", gamma, gamma);
    let tau_facil_ms = mean_sd(&mut read, "f", gamma, gamma);
    let tau_decay_ms = mean_sd(&mut read, "dtc", gamma, normal);
    let n_rrp = read.required(&["nrrp", "ase"], Range::NotNegative);
    let conductance_ratio = read.number(&["gsynSRSF"], Range::NotNegative);
    let u_hill_mm = read.number(&["uHillCoefficient"], Range::NotNegative);
    Some(SynapseClass {
        name: name?,
        gsyn_ns: gsyn_ns?,
        u_syn: u_syn?,
        tau_rec_ms: tau_rec_ms?,
        tau_facil_ms: tau_facil_ms?,
        tau_decay_ms: tau_decay_ms?,
        n_rrp: n_rrp?,
        conductance_ratio,
        u_hill_mm,
        comment: element.comment.clone(),
        at: element.at(),
    })
}

/// `x` with `xSD`, or `xVar`, which in every generation means a standard deviation too.
fn mean_sd(read: &mut Attributes<'_, '_>, name: &str, mean: Range, sd: Range) -> Option<MeanSd> {
    let mean = read.required(&[name], mean);
    let sd = read.required(&[&format!("{name}SD"), &format!("{name}Var")], sd);
    Some(MeanSd { mean: mean?, sd: sd? })
}

/// An attribute must be on all classes or on none, since there is no honest default.
fn all_or_none(elements: &[&Element], attribute: &str, notes: &mut Notes) {
    let (with, without): (Vec<&Element>, Vec<&Element>) =
        elements.iter().partition(|e| e.attribute(attribute).is_some());
    if with.is_empty() {
        return;
    }
    for element in without {
        let message = format!("class {:?} lacks {attribute}, which other classes have", id(element));
        let remedy = format!("give {attribute} on all classes or on none");
        notes.add(Problem::error("partial_attribute", message).at(element.at()).remedy(remedy));
    }
}
