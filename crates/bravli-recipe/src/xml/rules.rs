//! Synapse rules: `SynapsesProperties/synapse`.

use super::attributes::Attributes;
use super::document::Element;
use crate::problem::Notes;
use crate::range::Range;
use crate::{EndPattern, Problem, SynapseRule};
use bravli_units::Milliseconds;

const DELAY: &str = "neuralTransmitterReleaseDelay";
const VELOCITY: &str = "axonalConductionVelocity";
/// Release delay where the recipe gives none, in ms.
const DEFAULT_DELAY_MS: f64 = 0.1;
/// Axonal conduction velocity where the recipe gives none, in µm/ms.
const DEFAULT_VELOCITY: f64 = 300.0;
/// A delay above this many milliseconds is unlikely to be meant.
const ODD_DELAY_MS: f64 = 50.0;

const KNOWN: &[&str] =
    &["type", "fromSClass", "toSClass", "fromMType", "toMType", "fromEType", "toEType", DELAY, VELOCITY];
const UNEVALUATED: &[&str] = &["fromRegion", "toRegion", "fromHemisphere", "toHemisphere", "fromLayer", "toLayer"];

/// Reads the rules in file order.
pub(crate) fn read(root: &Element, notes: &mut Notes) -> Vec<SynapseRule> {
    let mut rules = Vec::new();
    for section in root.children("SynapsesProperties") {
        let mut defaults = Attributes::new(section, "SynapsesProperties".to_owned(), notes);
        let delay = timing(&mut defaults, DELAY).unwrap_or(DEFAULT_DELAY_MS);
        let velocity = timing(&mut defaults, VELOCITY).unwrap_or(DEFAULT_VELOCITY);
        for element in section.children("synapse") {
            rules.extend(rule(element, delay, velocity, notes));
        }
    }
    rules
}

/// A name for messages and paths: `EXC->L*_LBC:cACint`.
pub(crate) fn ends(element: &Element) -> String {
    let end = |side: &str| {
        let parts: Vec<&str> = ["SClass", "MType", "EType"]
            .iter()
            .filter_map(|field| element.attribute(&format!("{side}{field}")))
            .map(|a| a.value.trim())
            .collect();
        if parts.is_empty() { "*".to_owned() } else { parts.join(":") }
    };
    format!("{}->{}", end("from"), end("to"))
}

fn rule(element: &Element, delay: f64, velocity: f64, notes: &mut Notes) -> Option<SynapseRule> {
    let mut read = Attributes::new(element, format!("synapse rule {}", ends(element)), notes);
    let known: Vec<&str> = KNOWN.iter().chain(UNEVALUATED).copied().collect();
    read.warn_unknown(&known);
    for name in UNEVALUATED {
        if let Some(attribute) = element.attribute(name).filter(|a| a.value.trim() != "*") {
            let message = format!("{}: {name}={:?} is not evaluated", read.what, attribute.value);
            let at = element.at_attribute(attribute);
            let remedy = "express it by m-type; a recipe describes one column";
            read.notes.add(Problem::warning("unevaluated_attribute", message).at(at).remedy(remedy));
        }
    }
    let class = read.text(&["type"]);
    if let Some(class) = class.as_deref().filter(|c| !c.starts_with(['E', 'I'])) {
        let message = format!("{}: type {class:?} must start with E or I", read.what);
        read.notes.add(Problem::error("class_sign", message).at(element.at()));
    }
    let delay = timing(&mut read, DELAY).unwrap_or(delay);
    let velocity = timing(&mut read, VELOCITY).unwrap_or(velocity);
    Some(SynapseRule {
        from: end(element, "from"),
        to: end(element, "to"),
        class: class?,
        release_delay_ms: Milliseconds::new(delay).ok()?,
        conduction_velocity_um_per_ms: velocity,
        at: element.at(),
    })
}

fn end(element: &Element, side: &str) -> EndPattern {
    let pattern = |field: &str| element.attribute(&format!("{side}{field}")).map(|a| a.value.trim().to_owned());
    EndPattern { synapse_class: pattern("SClass"), mtype: pattern("MType"), etype: pattern("EType") }
}

/// A delay or a velocity, with a warning when it looks like something else.
fn timing(read: &mut Attributes<'_, '_>, name: &str) -> Option<f64> {
    let is_velocity = name == VELOCITY;
    let value = read.number(&[name], if is_velocity { Range::Positive } else { Range::NotNegative })?;
    let at = read.find(&[name]).map(|a| read.element.at_attribute(a))?;
    if is_velocity && value < 1.0 {
        let message = format!("{}: {name} is {value} um/ms, which looks like its inverse in ms/um", read.what);
        let remedy = format!("if so, write {:.0}; the value is kept as written", 1.0 / value);
        read.notes.add(Problem::warning("inverted_velocity", message).at(at).remedy(remedy));
    } else if !is_velocity && value > ODD_DELAY_MS {
        let message = format!("{}: {name} is {value} ms, which is long for transmitter release", read.what);
        read.notes.add(Problem::warning("odd_delay", message).at(at));
    }
    Some(value)
}
