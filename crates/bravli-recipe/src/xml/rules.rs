//! Synapse rules: `SynapsesProperties/synapse`, or `synapse_properties.rules` of version 1.

use super::attributes::Attributes;
use super::document::Element;
use crate::names::{
    CONDUCTION_VELOCITY, Dialect, FROM_ETYPE, FROM_MTYPE, FROM_REGION, FROM_SCLASS, Name, RELEASE_DELAY, RULE_CLASS,
    TO_ETYPE, TO_MTYPE, TO_REGION, TO_SCLASS, passed_over,
};
use crate::problem::Notes;
use crate::range::Range;
use crate::{EndPattern, Problem, SynapseRule};
use bravli_units::Milliseconds;

/// Release delay where the recipe gives none, in ms.
pub(crate) const DEFAULT_DELAY_MS: f64 = 0.1;
/// Axonal conduction velocity where the recipe gives none, in µm/ms.
pub(crate) const DEFAULT_VELOCITY: f64 = 300.0;
/// A delay above this many milliseconds is unlikely to be meant.
const ODD_DELAY_MS: f64 = 50.0;

const FROM: [&Name; 4] = [&FROM_SCLASS, &FROM_MTYPE, &FROM_ETYPE, &FROM_REGION];
const TO: [&Name; 4] = [&TO_SCLASS, &TO_MTYPE, &TO_ETYPE, &TO_REGION];
/// What XML may say of an end beyond what the reference passes on.
const UNEVALUATED: Name = passed_over(&["fromHemisphere", "toHemisphere", "fromLayer", "toLayer"]);

/// Reads the rules in file order.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> Vec<SynapseRule> {
    let mut rules = Vec::new();
    for section in root.children("SynapsesProperties") {
        let mut defaults = Attributes::new(section, "SynapsesProperties".to_owned(), notes);
        defaults.warn_unknown(&[&RELEASE_DELAY, &CONDUCTION_VELOCITY]);
        let delay = delay(&mut defaults).unwrap_or(DEFAULT_DELAY_MS);
        let velocity = velocity(&mut defaults).unwrap_or(DEFAULT_VELOCITY);
        for element in section.children("synapse") {
            rules.extend(rule(element, delay, velocity, notes));
        }
    }
    rules
}

/// A name for messages and paths: `EXC->L*_LBC:cACint`.
pub(crate) fn ends(element: &Element) -> String {
    let end = |names: &[&Name]| {
        let parts: Vec<&str> = names.iter().filter_map(|name| element.word(name)).collect();
        if parts.is_empty() { "*".to_owned() } else { parts.join(":") }
    };
    format!("{}->{}", end(&FROM), end(&TO))
}

/// What one end asks for.
pub(crate) fn end(element: &Element, is_from: bool) -> EndPattern {
    let [synapse_class, mtype, etype, region] = if is_from { FROM } else { TO };
    let pattern = |name: &Name| element.word(name).map(str::to_owned);
    EndPattern {
        synapse_class: pattern(synapse_class),
        mtype: pattern(mtype),
        etype: pattern(etype),
        region: pattern(region),
    }
}

fn rule(element: &Element, delay_ms: f64, velocity_um_per_ms: f64, notes: &mut Notes) -> Option<SynapseRule> {
    let mut read = Attributes::new(element, format!("synapse rule {}", ends(element)), notes);
    let own = [&RULE_CLASS, &RELEASE_DELAY, &CONDUCTION_VELOCITY, &UNEVALUATED];
    let known: Vec<&Name> = FROM.into_iter().chain(TO).chain(own).collect();
    read.warn_unknown(&known);
    for name in UNEVALUATED.spellings(element.dialect) {
        if let Some(attribute) = element.attribute(name).filter(|a| a.value.trim() != "*") {
            let message = format!("{}: {name}={:?} is not evaluated", read.what, attribute.value);
            let at = element.at_attribute(attribute);
            let remedy = "express it by m-type or region; the reference does not pass it on either";
            read.notes.add(Problem::warning("unevaluated_attribute", message).at(at).remedy(remedy));
        }
    }
    if element.dialect == Dialect::Version1 && FROM.into_iter().chain(TO).all(|name| element.word(name).is_none()) {
        let message = format!("{} names neither end", read.what);
        let remedy = "give at least one of src_ or dst_ synapse_class, mtype, etype, region";
        read.notes.add(Problem::error("rule_without_ends", message).at(element.at()).remedy(remedy));
    }
    let class = read.text(&RULE_CLASS);
    if let Some(class) = class.as_deref().filter(|c| !c.starts_with(['E', 'I'])) {
        let message = format!("{}: type {class:?} must start with E or I", read.what);
        read.notes.add(Problem::error("class_sign", message).at(element.at()));
    }
    let delay = delay(&mut read).unwrap_or(delay_ms);
    let velocity = velocity(&mut read).unwrap_or(velocity_um_per_ms);
    Some(SynapseRule {
        from: end(element, true),
        to: end(element, false),
        class: class?,
        release_delay_ms: Milliseconds::new(delay).ok()?,
        conduction_velocity_um_per_ms: velocity,
        comment: element.comment.clone(),
        at: element.at(),
    })
}

/// A release delay, with a warning when it is long.
fn delay(read: &mut Attributes<'_, '_>) -> Option<f64> {
    let value = read.number(&RELEASE_DELAY, Range::NotNegative)?;
    let attribute = read.element.named(&RELEASE_DELAY)?;
    if value > ODD_DELAY_MS {
        let message = format!("{}: {} is {value} ms, which is long for transmitter release", read.what, attribute.name);
        let at = read.element.at_attribute(attribute);
        let remedy = "recipes of 2018 and later say 0.1; the value is kept as written";
        read.notes.add(Problem::warning("odd_delay", message).at(at).remedy(remedy));
    }
    Some(value)
}

/// A conduction velocity, with a warning when it looks inverted: old recipes wrote ms/µm.
fn velocity(read: &mut Attributes<'_, '_>) -> Option<f64> {
    let value = read.number(&CONDUCTION_VELOCITY, Range::Positive)?;
    let attribute = read.element.named(&CONDUCTION_VELOCITY)?;
    if value < 1.0 {
        let name = &attribute.name;
        let message = format!("{}: {name} is {value} um/ms, which looks like its inverse in ms/um", read.what);
        let remedy = format!("if so, write {:.0}; the value is kept as written", 1.0 / value);
        let at = read.element.at_attribute(attribute);
        read.notes.add(Problem::warning("inverted_velocity", message).at(at).remedy(remedy));
    }
    Some(value)
}
