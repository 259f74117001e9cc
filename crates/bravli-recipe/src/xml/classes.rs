//! Synapse classes: `SynapsesClassification/class`, or `synapse_properties.classes` of version 1.

use super::attributes::Attributes;
use super::document::Element;
use crate::names::{
    CLASS_ID, CONDUCTANCE_RATIO, GSYN, MTYPE_ID, MeanSdName, N_RRP, NSYN, Name, TAU_DECAY, TAU_FACIL, TAU_REC, U_HILL,
    U_SYN,
};
use crate::problem::Notes;
use crate::range::Range;
use crate::{MeanSd, Problem, SynapseClass};
use std::collections::BTreeMap;

const PAIRS: [&MeanSdName; 6] = [&GSYN, &U_SYN, &TAU_REC, &TAU_FACIL, &TAU_DECAY, &NSYN];

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
    for name in [&CONDUCTANCE_RATIO, &U_HILL] {
        all_or_none(&elements, name, notes);
    }
    classes
}

/// A name for messages, even when the id is missing.
pub(crate) fn id(element: &Element) -> String {
    let name = if element.name == "class" { &CLASS_ID } else { &MTYPE_ID };
    element.word(name).unwrap_or("(no id)").to_owned()
}

fn class(element: &Element, notes: &mut Notes) -> Option<SynapseClass> {
    let mut read = Attributes::new(element, format!("class {:?}", id(element)), notes);
    let pairs = PAIRS.iter().flat_map(|pair| [&pair.mean, &pair.sd]);
    let known: Vec<&Name> = pairs.chain([&CLASS_ID, &N_RRP, &CONDUCTANCE_RATIO, &U_HILL]).collect();
    read.warn_unknown(&known);
    let name = read.text(&CLASS_ID);
    if let Some(name) = name.as_deref().filter(|n| !n.starts_with(['E', 'I'])) {
        let message = format!("class {name:?} must start with E or I, since its first letter gives the sign");
        read.notes.add(Problem::error("class_sign", message).at(element.at()).remedy("rename the class and its rules"));
    }
    // A gamma needs a mean and a spread; a truncated normal may do without either.
    let gamma = Range::Positive;
    let normal = Range::NotNegative;
    let gsyn_ns = mean_sd(&mut read, &GSYN, gamma, gamma);
    let u_syn = mean_sd(&mut read, &U_SYN, Range::Unit, normal);
    let tau_rec_ms = mean_sd(&mut read, &TAU_REC, gamma, gamma);
    let tau_facil_ms = mean_sd(&mut read, &TAU_FACIL, gamma, gamma);
    let tau_decay_ms = mean_sd(&mut read, &TAU_DECAY, gamma, normal);
    let n_rrp = read.required(&N_RRP, Range::NotNegative);
    let conductance_ratio = read.number(&CONDUCTANCE_RATIO, Range::NotNegative);
    let u_hill_mm = read.number(&U_HILL, Range::Calcium);
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
fn mean_sd(read: &mut Attributes<'_, '_>, name: &MeanSdName, mean: Range, sd: Range) -> Option<MeanSd> {
    let mean = read.required(&name.mean, mean);
    let sd = read.required(&name.sd, sd);
    Some(MeanSd { mean: mean?, sd: sd? })
}

/// An attribute must be on all classes or on none, since there is no honest default.
fn all_or_none(elements: &[&Element], name: &Name, notes: &mut Notes) {
    let (with, without): (Vec<&Element>, Vec<&Element>) = elements.iter().partition(|e| e.named(name).is_some());
    let Some(spelling) = with.first().and_then(|e| e.named(name)).map(|a| a.name.clone()) else { return };
    for element in without {
        let message = format!("class {:?} lacks {spelling}, which other classes have", id(element));
        let remedy = format!("give {spelling} on all classes or on none");
        notes.add(Problem::error("partial_attribute", message).at(element.at()).remedy(remedy));
    }
}
