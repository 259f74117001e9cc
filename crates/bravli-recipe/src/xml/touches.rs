//! What a build with morphologies does with appositions: touch rules, bouton spacing, repositioning, reduction.

use super::attributes::Attributes;
use super::document::Element;
use super::rules::ends;
use crate::names::{
    AFFERENT_SECTION, EFFERENT_SECTION, EXC_DISTANCE, FROM_MTYPE, GAP_CONDUCTANCE, INH_DISTANCE, MAX_DISTANCE,
    MIN_DISTANCE, Name, REGION_GAP, REPOSITION_CLASS, SURVIVAL_RATE, SYNAPSE_SEED, TO_MTYPE, passed_over,
};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;
use crate::{BoutonDistances, BoutonInterval, Problem, Reposition, Section, TouchRule, TouchSpec};
use bravli_units::Micrometres;

/// Ends that older touch rules carry and that must be free.
const LAYERS: Name = passed_over(&["fromLayer", "toLayer"]);
/// Seeds of older recipes that the reference does not use.
const OLD_SEEDS: Name = passed_over(&["recipeSeed", "columnSeed"]);
/// Where synapses can be moved to.
const REPOSITIONS: [&str; 1] = ["AIS"];

/// Reads all of them.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> TouchSpec {
    let rules = root.children("TouchRules").flat_map(|s| s.children("touchRule"));
    let shifts = root.children("SynapsesReposition").flat_map(|s| s.children("shift"));
    TouchSpec {
        rules: rules.filter_map(|element| touch_rule(element, notes)).collect(),
        repositions: shifts.filter_map(|element| reposition(element, notes)).collect(),
        bouton_interval: root.children("InterBoutonInterval").next().and_then(|e| interval(e, notes)),
        bouton_distances: ["InitialBoutonDistance", "InitialBoutonInterval"]
            .iter()
            .find_map(|name| root.children(name).next())
            .and_then(|e| distances(e, notes)),
        survival_rate: single(root, "TouchReduction", &SURVIVAL_RATE, Range::Unit, notes),
    }
}

/// The conductance of gap junctions, in nS.
pub(crate) fn gap_junction(root: &Element, notes: &mut Notes) -> Option<f64> {
    single(root, "GapJunctionProperty", &GAP_CONDUCTANCE, Range::NotNegative, notes)
}

/// The one seed that the reference uses.
pub(crate) fn seed(root: &Element, notes: &mut Notes) -> Option<f64> {
    let element = root.children("Seeds").next()?;
    let mut read = Attributes::new(element, "Seeds".to_owned(), notes);
    read.warn_unknown(&[&SYNAPSE_SEED, &OLD_SEEDS]);
    read.number(&SYNAPSE_SEED, Range::Any)
}

fn single(root: &Element, element: &str, name: &Name, range: Range, notes: &mut Notes) -> Option<f64> {
    let element = root.children(element).next()?;
    let mut read = Attributes::new(element, element.name.clone(), notes);
    read.warn_unknown(&[name]);
    read.number(name, range)
}

fn touch_rule(element: &Element, notes: &mut Notes) -> Option<TouchRule> {
    let mut read = Attributes::new(element, format!("touch rule {}", ends(element)), notes);
    read.warn_unknown(&[&FROM_MTYPE, &TO_MTYPE, &AFFERENT_SECTION, &EFFERENT_SECTION, &LAYERS]);
    for name in LAYERS.spellings(element.dialect) {
        if let Some(attribute) = element.attribute(name).filter(|a| a.value.trim() != "*") {
            let message = format!("{}: {name} must be \"*\", got {:?}", read.what, attribute.value);
            let remedy = "the reference selects touches by m-type alone; name the m-types of that layer";
            let at = element.at_attribute(attribute);
            read.notes.add(Problem::error("touch_rule_layer", message).at(at).remedy(remedy));
        }
    }
    let efferent = section(&mut read, &EFFERENT_SECTION);
    let afferent = section(&mut read, &AFFERENT_SECTION);
    let (from_mtype, to_mtype) = (read.text(&FROM_MTYPE), read.text(&TO_MTYPE));
    Some(TouchRule { from_mtype: from_mtype?, to_mtype: to_mtype?, efferent, afferent, at: element.at() })
}

fn section(read: &mut Attributes<'_, '_>, name: &Name) -> Option<Section> {
    let attribute = read.element.named(name)?;
    let value = attribute.value.trim();
    let found = Section::ALL.iter().find(|(name, _)| *name == value).map(|(_, section)| *section);
    if found.is_none() {
        let names = Section::ALL.map(|(name, _)| name);
        let near = did_you_mean(value, names);
        let message = format!("{}: {} must be {}, got {value:?}{near}", read.what, attribute.name, names.join(", "));
        let at = read.element.at_attribute(attribute);
        read.notes.add(Problem::error("unknown_section", message).at(at).remedy("use one of the names listed"));
    }
    found
}

fn reposition(element: &Element, notes: &mut Notes) -> Option<Reposition> {
    let mut read = Attributes::new(element, format!("reposition {}", ends(element)), notes);
    read.warn_unknown(&[&FROM_MTYPE, &TO_MTYPE, &REPOSITION_CLASS]);
    let (from_mtype, to_mtype) = (read.text(&FROM_MTYPE), read.text(&TO_MTYPE));
    let class = read.text(&REPOSITION_CLASS);
    if let Some(class) = class.as_deref().filter(|class| !REPOSITIONS.contains(class)) {
        let message = format!("{}: synapses can be moved to {}, got {class:?}", read.what, REPOSITIONS.join(", "));
        read.notes.add(Problem::error("unknown_reposition", message).at(element.at()));
    }
    Some(Reposition { from_mtype: from_mtype?, to_mtype: to_mtype?, class: class?, at: element.at() })
}

fn interval(element: &Element, notes: &mut Notes) -> Option<BoutonInterval> {
    let mut read = Attributes::new(element, element.name.clone(), notes);
    read.warn_unknown(&[&MIN_DISTANCE, &MAX_DISTANCE, &REGION_GAP]);
    let mut length = |name| read.number(name, Range::NotNegative).and_then(|v| Micrometres::new(v).ok());
    let (min_um, max_um, region_gap_um) = (length(&MIN_DISTANCE), length(&MAX_DISTANCE), length(&REGION_GAP));
    let interval = BoutonInterval { min_um: min_um?, max_um: max_um?, region_gap_um: region_gap_um? };
    if interval.min_um > interval.max_um {
        let message = format!("boutons are at least {} and at most {} apart", interval.min_um, interval.max_um);
        notes.add(Problem::error("out_of_range", message).at(element.at()).remedy("swap the two distances"));
    }
    Some(interval)
}

fn distances(element: &Element, notes: &mut Notes) -> Option<BoutonDistances> {
    let mut read = Attributes::new(element, element.name.clone(), notes);
    read.warn_unknown(&[&INH_DISTANCE, &EXC_DISTANCE]);
    let mut length = |name| read.number(name, Range::NotNegative).and_then(|v| Micrometres::new(v).ok());
    let (inhibitory_um, excitatory_um) = (length(&INH_DISTANCE), length(&EXC_DISTANCE));
    Some(BoutonDistances { inhibitory_um: inhibitory_um?, excitatory_um: excitatory_um? })
}
