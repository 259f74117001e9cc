//! What the builder recipe says beyond what a recipe holds: attributes and elements that readers pass over.

use super::document::Element;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::{Problem, Uncarried};
use std::collections::{BTreeMap, BTreeSet};

/// Where the elements of a builder recipe stand: child and parent.
const PLACES: [(&str, &str); 24] = [
    ("InterBoutonInterval", "blueColumn"),
    ("InitialBoutonDistance", "blueColumn"),
    ("InitialBoutonInterval", "blueColumn"),
    ("GapJunctionProperty", "blueColumn"),
    ("TouchReduction", "blueColumn"),
    ("Seeds", "blueColumn"),
    ("column", "blueColumn"),
    ("layer", "column"),
    ("latticeVector", "column"),
    ("NeuronTypes", "blueColumn"),
    ("Layer", "NeuronTypes"),
    ("StructuralType", "NeuronTypes"),
    ("StructuralType", "Layer"),
    ("ElectroType", "StructuralType"),
    ("SynapsesProperties", "blueColumn"),
    ("synapse", "SynapsesProperties"),
    ("SynapsesClassification", "blueColumn"),
    ("class", "SynapsesClassification"),
    ("SynapsesReposition", "blueColumn"),
    ("shift", "SynapsesReposition"),
    ("TouchRules", "blueColumn"),
    ("touchRule", "TouchRules"),
    ("ConnectionRules", "blueColumn"),
    ("mTypeRule", "ConnectionRules"),
];
/// Elements of which the first alone is read.
const SINGLE: [&str; 7] = [
    "InterBoutonInterval",
    "InitialBoutonDistance",
    "InitialBoutonInterval",
    "GapJunctionProperty",
    "TouchReduction",
    "Seeds",
    "column",
];
/// Attributes that are read, of elements that may hold others.
const PARTLY: [(&str, &[&str]); 6] = [
    ("Seeds", &["synapseSeed", "seed"]),
    ("StructuralType", &["id", "mtype", "percentage", "mClass", "sClass", "spineLength", "spine_length"]),
    ("NeuronTypes", &["totalNeurons"]),
    ("column", &["id"]),
    ("touchRule", &["fromMType", "toMType", "type", "fromBranchType", "toBranchType"]),
    ("synapse", &[]),
];

/// Tells of elements that stand where nothing reads them: misspelt, in the wrong section, or a second time.
pub(crate) fn misplaced(root: &Element, notes: &mut Notes) {
    if root.name != "blueColumn" {
        if PLACES.iter().any(|(name, _)| *name == root.name) {
            let message = format!("the file is a part of a builder recipe, its {}", root.name);
            let remedy = "read the builder recipe that draws it in by an entity";
            notes.add(Problem::error("part_of_a_recipe", message).at(root.at()).remedy(remedy));
        }
        return;
    }
    let mut single = BTreeSet::new();
    for child in &root.children {
        let name = child.name.as_str();
        if SINGLE.contains(&name) && !single.insert(name) {
            let message = format!("{name} stands a second time; the first is used");
            notes.add(Problem::warning("repeated_element", message).at(child.at()).remedy("remove one of them"));
        }
    }
    below(root, "blueColumn", notes);
}

fn below(element: &Element, parent: &str, notes: &mut Notes) {
    for child in &element.children {
        let name = child.name.as_str();
        if PLACES.contains(&(name, parent)) {
            below(child, name, notes);
            continue;
        }
        let parents: Vec<&str> = PLACES.iter().filter(|(known, _)| *known == name).map(|(_, parent)| *parent).collect();
        let mut problem: fn(&str, String) -> Problem = |code, message| Problem::warning(code, message);
        let (message, remedy) = if parents.is_empty() {
            let known = PLACES.iter().filter(|(_, place)| *place == parent).map(|(known, _)| *known);
            let near = did_you_mean(name, known);
            if !near.is_empty() {
                // what is meant and not read leaves a hole in the recipe
                problem = |code, message| Problem::error(code, message);
            }
            (
                format!("{parent} has no element {name}, so nothing in it is read{near}"),
                "correct the name or remove it".into(),
            )
        } else {
            let message = format!("{name} stands in {parent}, where nothing reads it");
            (message, format!("move it into {}", parents.join(" or ")))
        };
        notes.add(problem("misplaced_element", message).at(child.at()).remedy(remedy));
    }
}

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
    if !PLACES.iter().any(|(known, _)| *known == name) && name != "blueColumn" {
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
