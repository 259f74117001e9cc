//! What the builder recipe says beyond what a recipe holds: attributes and elements that readers pass over.

use super::document::Element;
use crate::Uncarried;
use std::collections::BTreeMap;

/// Elements whose attributes are all read, or told of as unknown.
const READ: [&str; 12] = [
    "InterBoutonInterval",
    "InitialBoutonDistance",
    "GapJunctionProperty",
    "TouchReduction",
    "SynapsesProperties",
    "class",
    "mTypeRule",
    "shift",
    "layer",
    "latticeVector",
    "ElectroType",
    "Layer",
];
/// Of the others, the attributes that are read.
const PARTLY: [(&str, &[&str]); 6] = [
    ("Seeds", &["synapseSeed", "seed"]),
    ("StructuralType", &["id", "mtype", "percentage", "mClass", "sClass", "spineLength", "spine_length"]),
    ("NeuronTypes", &["totalNeurons"]),
    ("column", &["id"]),
    ("touchRule", &["fromMType", "toMType", "type", "fromBranchType", "toBranchType"]),
    ("synapse", &[]),
];
/// Elements that only hold others.
const HOLDERS: [&str; 6] =
    ["blueColumn", "SynapsesClassification", "ConnectionRules", "TouchRules", "SynapsesReposition", "NeuronTypes"];

/// Counts them by kind, in order of name.
pub(crate) fn uncarried(root: &Element) -> Vec<Uncarried> {
    let mut found: BTreeMap<String, Uncarried> = BTreeMap::new();
    walk(root, &mut found);
    found.into_values().collect()
}

fn walk(element: &Element, found: &mut BTreeMap<String, Uncarried>) {
    let mut add = |what: String, at: crate::Location| {
        found.entry(what.clone()).or_insert_with(|| Uncarried { what, n: 0, at }).n += 1;
    };
    let name = element.name.as_str();
    let partly = PARTLY.iter().find(|(known, _)| *known == name).map(|(_, read)| *read);
    if partly.is_none() && !READ.contains(&name) && !HOLDERS.contains(&name) {
        add(format!("element {name}"), element.at());
        return;
    }
    for attribute in &element.attributes {
        let passed_over = match (name, partly) {
            // a bare star asks for nothing
            ("synapse" | "touchRule", _) if attribute.value.trim() == "*" => false,
            ("synapse", _) => attribute.name.ends_with("Hemisphere") || attribute.name.ends_with("Layer"),
            ("class", _) => attribute.name.starts_with("nsyn"),
            (_, Some(read)) => {
                !read.contains(&attribute.name.as_str()) && element.dialect == crate::names::Dialect::Xml
            }
            _ => false,
        };
        if passed_over {
            add(format!("{name} {}", attribute.name), element.at_attribute(attribute));
        }
    }
    for child in &element.children {
        walk(child, found);
    }
}
