//! Synapses per connection: `ConnectionRules/mTypeRule`.

use super::attributes::Attributes;
use super::document::Element;
use crate::problem::Notes;
use crate::range::Range;
use crate::{ConnectionRule, Problem};

const MEAN: &str = "mean_syns_connection";
const SD: &str = "stdev_syns_connection";
const CV: &str = "cv_syns_connection";
const BOUTONS: &str = "bouton_reduction_factor";
const ACTIVE: &str = "active_fraction";
const PROBABILITY: &str = "probability";
const P_A: &str = "p_A";
const P_MU_A: &str = "pMu_A";
const NUMBERS: &[&str] = &[MEAN, SD, CV, BOUTONS, ACTIVE, PROBABILITY, P_A, P_MU_A];
const FROM: &[&str] = &["from", "fromMType"];
const TO: &[&str] = &["to", "toMType"];

/// The parameter sets that the reference knows; a rule has exactly one.
const SETS: &[&[&str]] = &[
    &[MEAN, SD, ACTIVE],
    &[BOUTONS, CV, ACTIVE],
    &[BOUTONS, CV, MEAN],
    &[BOUTONS, CV, PROBABILITY],
    &[BOUTONS, P_MU_A, P_A],
];

/// Reads the rules and orders them so that the last match wins.
///
/// In XML a later rule gives way to an earlier one that has fewer pure `*` ends, which equals the last match after a
/// stable sort by falling number of such ends.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> Vec<ConnectionRule> {
    let mut rules: Vec<ConnectionRule> = root
        .children("ConnectionRules")
        .flat_map(|section| section.children("mTypeRule"))
        .filter_map(|element| rule(element, notes))
        .collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(u8::from(rule.from == "*") + u8::from(rule.to == "*")));
    rules
}

/// A name for messages and paths: `L4_SSC->L2_IPC`.
pub(crate) fn ends(element: &Element) -> String {
    let end = |names: &[&str]| names.iter().find_map(|n| element.attribute(n)).map_or("*", |a| a.value.trim());
    format!("{}->{}", end(FROM), end(TO))
}

fn rule(element: &Element, notes: &mut Notes) -> Option<ConnectionRule> {
    let mut read = Attributes::new(element, format!("mTypeRule {}", ends(element)), notes);
    let known: Vec<&str> = NUMBERS.iter().chain(FROM).chain(TO).copied().collect();
    read.warn_unknown(&known);
    let given: Vec<&str> = NUMBERS.iter().copied().filter(|name| element.attribute(name).is_some()).collect();
    let is_set = SETS.iter().any(|set| set.len() == given.len() && set.iter().all(|name| given.contains(name)));
    if !is_set {
        let sets: Vec<String> = SETS.iter().map(|set| set.join(" + ")).collect();
        let message = format!("{} has {}, which is no parameter set", read.what, list(&given));
        let remedy = format!("the sets are {}", sets.join("; "));
        let problem = if given.is_empty() { Problem::error } else { Problem::warning };
        read.notes.add(problem("connection_parameters", message).at(element.at()).remedy(remedy));
    }
    let mean_synapses = read.number(&[MEAN], Range::NotNegative);
    let sd = read.number(&[SD], Range::NotNegative);
    let cv = read.number(&[CV], Range::NotNegative);
    let bouton_reduction_factor = read.number(&[BOUTONS], Range::Unit);
    let active_fraction = read.number(&[ACTIVE], Range::Unit);
    // a standard deviation is carried as the coefficient of variation that it is
    let spread = sd.zip(mean_synapses).filter(|(_, mean)| *mean > 0.0).map(|(sd, mean)| sd / mean);
    let breach =
        spread.and_then(|cv| Range::NotNegative.breach(&format!("{}: {SD} / {MEAN}", read.what), cv, element.at()));
    read.notes.extend(breach);
    for name in [PROBABILITY, P_A] {
        read.number(&[name], Range::Unit);
    }
    read.number(&[P_MU_A], Range::NotNegative);
    let end = |names: &[&str]| read.find(names).map_or_else(|| "*".to_owned(), |a| a.value.trim().to_owned());
    Some(ConnectionRule {
        from: end(FROM),
        to: end(TO),
        mean_synapses,
        cv_synapses: cv.or(spread),
        bouton_reduction_factor,
        active_fraction,
        at: element.at(),
    })
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "no parameters".to_owned() } else { names.join(" + ") }
}
