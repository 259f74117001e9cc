//! Version 1 of the builder recipe, JSON or YAML, brought into the shape of the XML so that one reader serves both.
//!
//! Elements take the names that XML gives them; attributes keep their own, which [`crate::names`] knows.

use super::document::{Attribute, Element};
use crate::names::Dialect;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::yaml::{Node, Value};
use crate::{Location, Problem};
use std::rc::Rc;

/// How the parts of version 1 become elements: key, section, and the element of each item of a list.
const PARTS: [(&str, &str, Option<&str>); 8] = [
    ("bouton_interval", "InterBoutonInterval", None),
    ("bouton_distances", "InitialBoutonDistance", None),
    ("gap_junction_properties", "GapJunctionProperty", None),
    ("touch_reduction", "TouchReduction", None),
    ("structural_spine_lengths", "NeuronTypes", Some("StructuralType")),
    ("connection_rules", "ConnectionRules", Some("mTypeRule")),
    ("touch_rules", "TouchRules", Some("touchRule")),
    ("synapse_reposition", "SynapsesReposition", Some("shift")),
];
const SYNAPSES: &str = "synapse_properties";
/// The parts of `synapse_properties`.
const SYNAPSE_PARTS: [(&str, &str, Option<&str>); 2] =
    [("rules", "SynapsesProperties", Some("synapse")), ("classes", "SynapsesClassification", Some("class"))];
const VERSION: &str = "version";
const SEED: &str = "seed";

/// The keys that tell a recipe of version 1 from other YAML and JSON files.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(key, ..)| *key).chain([SYNAPSES])
}

/// The document as an element tree; problems of shape are told, those of content are left to the readers.
pub(crate) fn element(node: &Node, notes: &mut Notes) -> Option<Element> {
    let Value::Map(entries) = &node.value else {
        let message = format!("a recipe of version 1 is a mapping, got {}", node.kind());
        notes.add(Problem::error("not_a_mapping", message).at(node.at()));
        return None;
    };
    let builder = Builder { file: node.at().file.into() };
    let mut root = builder.element("blueColumn", &node.at());
    if node.get(VERSION).is_none() {
        let message = "the recipe lacks its version";
        notes.add(Problem::error("missing_field", message).at(node.at()).remedy("add \"version\": 1"));
    }
    for (key, value) in entries {
        if let Some(part) = PARTS.iter().find(|(name, ..)| *name == key.text) {
            root.children.extend(builder.part(part, &key.at, value, notes));
            continue;
        }
        match key.text.as_str() {
            VERSION if value.label() == "1" => {}
            VERSION => {
                let message = format!("recipe version {} is not known, only 1", value.kind());
                notes.add(Problem::error("unknown_version", message).at(value.at()).remedy("rewrite it as version 1"));
            }
            SEED => {
                let mut seeds = builder.element("Seeds", &key.at);
                seeds.attributes.extend(builder.attribute(&key.text, value, notes));
                root.children.push(seeds);
            }
            SYNAPSES => {
                for (inner, value) in value.entries() {
                    match SYNAPSE_PARTS.iter().find(|(name, ..)| *name == inner.text) {
                        Some(part) => root.children.extend(builder.part(part, &inner.at, value, notes)),
                        None => unknown(&inner.text, &inner.at, SYNAPSE_PARTS.iter().map(|p| p.0), notes),
                    }
                }
            }
            other => unknown(other, &key.at, keys().chain([VERSION, SEED]), notes),
        }
    }
    Some(root)
}

fn unknown(key: &str, at: &Location, known: impl Iterator<Item = &'static str>, notes: &mut Notes) {
    let known: Vec<&str> = known.collect();
    let near = did_you_mean(key, known.iter().copied());
    let message = format!("version 1 has no {key:?}{near}");
    let remedy = format!("the keys are {}", known.join(", "));
    notes.add(Problem::error("unknown_key", message).at(at.clone()).remedy(remedy));
}

struct Builder {
    file: Rc<str>,
}

impl Builder {
    fn element(&self, name: &str, at: &Location) -> Element {
        Element {
            name: name.to_owned(),
            attributes: Vec::new(),
            children: Vec::new(),
            comment: None,
            dialect: Dialect::Version1,
            file: self.file.clone(),
            line: at.line,
            column: at.column,
        }
    }

    /// One part: a mapping becomes an element, a list an element whose children are the items.
    fn part(
        &self,
        (key, section, item): &(&str, &str, Option<&str>),
        at: &Location,
        value: &Node,
        notes: &mut Notes,
    ) -> Option<Element> {
        let mut element = self.element(section, at);
        match (&value.value, item) {
            (Value::Null, _) => {}
            (Value::Map(_), None) => element.attributes = self.attributes(value, notes),
            (Value::List(items), Some(name)) => {
                for item in items {
                    if !matches!(item.value, Value::Map(_)) {
                        let message = format!("an item of {key} must be a mapping, got {}", item.kind());
                        notes.add(Problem::error("not_a_mapping", message).at(item.at()));
                        continue;
                    }
                    let mut child = self.element(name, &item.at());
                    child.attributes = self.attributes(item, notes);
                    element.children.push(child);
                }
            }
            (Value::Text(file), Some(_)) => {
                let message = format!("{key} names the table {file:?}, which is not read");
                let remedy = "write the rules into the recipe itself";
                notes.add(Problem::error("external_table", message).at(value.at()).remedy(remedy));
                return None;
            }
            (_, item) => {
                let wanted = if item.is_some() { "a list" } else { "a mapping" };
                let message = format!("{key} must be {wanted}, got {}", value.kind());
                notes.add(Problem::error("wrong_shape", message).at(value.at()));
                return None;
            }
        }
        Some(element)
    }

    fn attributes(&self, node: &Node, notes: &mut Notes) -> Vec<Attribute> {
        node.entries().iter().filter_map(|(key, value)| self.attribute(&key.text, value, notes)).collect()
    }

    fn attribute(&self, name: &str, value: &Node, notes: &mut Notes) -> Option<Attribute> {
        if matches!(value.value, Value::Map(_) | Value::List(_) | Value::Null) {
            let message = format!("{name} must be a number or a name, got {}", value.kind());
            notes.add(Problem::error("wrong_shape", message).at(value.at()));
            return None;
        }
        let at = value.at();
        Some(Attribute { name: name.to_owned(), value: value.label(), line: at.line, column: at.column })
    }
}
