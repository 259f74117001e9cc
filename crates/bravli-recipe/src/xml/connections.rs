//! Synapses per connection: `ConnectionRules/mTypeRule`, or `connection_rules` of version 1.

use super::attributes::Attributes;
use super::document::Element;
use super::rules::{end, ends};
use crate::names::{
    ACTIVE_FRACTION, BOUTON_REDUCTION, CV_SYNAPSES, Dialect, FROM_ETYPE, FROM_MTYPE, FROM_REGION, FROM_SCLASS,
    MEAN_SYNAPSES, Name, P_A, P_MU_A, PROBABILITY, SD_SYNAPSES, TO_ETYPE, TO_MTYPE, TO_REGION, TO_SCLASS,
};
use crate::problem::Notes;
use crate::range::Range;
use crate::{ConnectionRule, Problem};

const NUMBERS: [&Name; 8] =
    [&MEAN_SYNAPSES, &SD_SYNAPSES, &CV_SYNAPSES, &BOUTON_REDUCTION, &ACTIVE_FRACTION, &PROBABILITY, &P_A, &P_MU_A];
const XML_ENDS: [&Name; 2] = [&FROM_MTYPE, &TO_MTYPE];
const VERSION1_ENDS: [&Name; 8] =
    [&FROM_MTYPE, &TO_MTYPE, &FROM_ETYPE, &TO_ETYPE, &FROM_SCLASS, &TO_SCLASS, &FROM_REGION, &TO_REGION];

/// The parameter sets that the reference knows; a rule has exactly one.
const SETS: [[&Name; 3]; 5] = [
    [&MEAN_SYNAPSES, &SD_SYNAPSES, &ACTIVE_FRACTION],
    [&BOUTON_REDUCTION, &CV_SYNAPSES, &ACTIVE_FRACTION],
    [&BOUTON_REDUCTION, &CV_SYNAPSES, &MEAN_SYNAPSES],
    [&BOUTON_REDUCTION, &CV_SYNAPSES, &PROBABILITY],
    [&BOUTON_REDUCTION, &P_MU_A, &P_A],
];

/// Reads the rules and orders them so that the last match wins.
///
/// In XML a later rule gives way to an earlier one that has fewer pure `*` ends, which equals the last match after a
/// stable sort by falling number of such ends. In version 1 a later rule always overrides.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> Vec<ConnectionRule> {
    let mut rules: Vec<ConnectionRule> = root
        .children("ConnectionRules")
        .flat_map(|section| section.children("mTypeRule"))
        .filter_map(|element| rule(element, notes))
        .collect();
    if root.dialect == Dialect::Xml {
        rules.sort_by_key(|rule| std::cmp::Reverse(u8::from(rule.from.is_free()) + u8::from(rule.to.is_free())));
    }
    rules
}

fn rule(element: &Element, notes: &mut Notes) -> Option<ConnectionRule> {
    let mut read = Attributes::new(element, format!("connection rule {}", ends(element)), notes);
    let free_ends: &[&Name] = if element.dialect == Dialect::Xml { &XML_ENDS } else { &VERSION1_ENDS };
    let known: Vec<&Name> = NUMBERS.iter().chain(free_ends).copied().collect();
    read.warn_unknown(&known);
    let spelling = |name: &Name| name.version1.first().copied().unwrap_or_default();
    let given: Vec<&str> = NUMBERS.iter().filter(|name| element.named(name).is_some()).map(|n| spelling(n)).collect();
    let is_set = SETS.iter().any(|set| set.len() == given.len() && set.iter().all(|n| given.contains(&spelling(n))));
    if !is_set {
        let sets: Vec<String> = SETS.iter().map(|set| set.map(spelling).join(" + ")).collect();
        let has = if given.is_empty() { "no parameters".to_owned() } else { given.join(" + ") };
        let message = format!("{} has {has}, which is no parameter set", read.what);
        let remedy = format!("the sets are {}", sets.join("; "));
        let problem = if given.is_empty() { Problem::error } else { Problem::warning };
        read.notes.add(problem("connection_parameters", message).at(element.at()).remedy(remedy));
    }
    let mut rule = ConnectionRule {
        from: end(element, true),
        to: end(element, false),
        mean_synapses: read.number(&MEAN_SYNAPSES, Range::NotNegative),
        sd_synapses: read.number(&SD_SYNAPSES, Range::NotNegative),
        cv_synapses: read.number(&CV_SYNAPSES, Range::NotNegative),
        bouton_reduction_factor: read.number(&BOUTON_REDUCTION, Range::Unit),
        active_fraction: read.number(&ACTIVE_FRACTION, Range::Unit),
        probability: read.number(&PROBABILITY, Range::Unit),
        p_a: read.number(&P_A, Range::Unit),
        p_mu_a: read.number(&P_MU_A, Range::NotNegative),
        at: element.at(),
    };
    // a standard deviation over a tiny mean can go beyond all numbers
    let ratio =
        rule.cv().and_then(|cv| Range::NotNegative.breach(&format!("{}: sd / mean", read.what), cv, element.at()));
    read.notes.extend(ratio);
    for side in [&mut rule.from, &mut rule.to] {
        // an XML rule without an end means any m-type, which version 1 writes out
        if element.dialect == Dialect::Xml && side.mtype.is_none() {
            side.mtype = Some("*".to_owned());
        }
    }
    Some(rule)
}
