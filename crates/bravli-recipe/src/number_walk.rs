//! Walks the parsed files for [`crate::numbers`].

use crate::files::start_of;
use crate::names::{CLASS_ID, MTYPE_ID};
use crate::select::{DRAFTS, Parsed, SOURCES};
use crate::table::Table;
use crate::xml::{Element, rules};
use crate::yaml::{Node, Value};
use crate::{Location, NumberRef};
use std::collections::BTreeMap;

/// Attributes whose digits are a name, not a quantity.
const XML_LABELS: &[&str] = &["id", "from", "to", "type", "class", "mtype"];
/// YAML keys whose digits are a name.
const YAML_LABELS: &[&str] = &["layer", "version"];

/// Every number of the parsed files: XML, then YAML, then tables.
pub(crate) fn walk(parsed: &Parsed) -> Vec<NumberRef> {
    let mut numbers = Vec::new();
    for section in parsed.xml.iter().flat_map(|root| &root.children) {
        xml(section, "", &mut numbers);
    }
    for (file, node) in parsed.yaml.iter().filter(|(file, _)| ![SOURCES, DRAFTS].contains(*file)) {
        yaml(node, String::new(), &start_of(file), false, &mut numbers);
    }
    for table in parsed.tables.values() {
        rows(table, &mut numbers);
    }
    numbers
}

fn xml(element: &Element, parent: &str, numbers: &mut Vec<NumberRef>) {
    if element.name == "Seeds" {
        return;
    }
    let key = match element.name.as_str() {
        "synapse" => Some(rules::ends(element)),
        "mTypeRule" => Some(rules::ends(element)),
        _ => element.word(&MTYPE_ID).or_else(|| element.word(&CLASS_ID)).map(str::to_owned),
    };
    let named = match &key {
        Some(key) => format!("{parent}{}[{key}]", element.name),
        None => format!("{parent}{}", element.name),
    };
    for attribute in &element.attributes {
        let name = attribute.name.as_str();
        if is_label(name) {
            continue;
        }
        if let Some(value) = finite(&attribute.value) {
            let at = element.at_attribute(attribute);
            let path = format!("{named}.{name}");
            numbers.push(NumberRef { file: element.file().to_owned(), path, value, at, owner: element.at() });
        }
    }
    let prefix = if key.is_some() { format!("{named}.") } else { parent.to_owned() };
    for child in &element.children {
        xml(child, &prefix, numbers);
    }
}

/// Whether an attribute holds a name or a pattern (`id`, `fromMType`, `toLayer`), so that its digits count nothing.
fn is_label(attribute: &str) -> bool {
    let is_end = |side: &str| attribute.strip_prefix(side).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let is_pattern = attribute.starts_with("src_") || attribute.starts_with("dst_");
    XML_LABELS.contains(&attribute) || is_end("from") || is_end("to") || is_pattern
}

fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|v: &f64| v.is_finite())
}

/// `owner` is the start of the outermost list item, once inside one.
fn yaml(node: &Node, path: String, owner: &Location, in_list: bool, numbers: &mut Vec<NumberRef>) {
    match &node.value {
        Value::Number(value) => {
            let at = node.at();
            numbers.push(NumberRef { file: at.file.clone(), path, value: *value, at, owner: owner.clone() });
        }
        Value::Map(entries) => {
            for (key, child) in entries {
                if YAML_LABELS.contains(&key.text.as_str()) && !matches!(child.value, Value::Map(_) | Value::List(_)) {
                    continue;
                }
                let below = match (path.as_str(), key.text.as_str()) {
                    (_, "traits") => path.clone(),
                    ("", key) => key.to_owned(),
                    (path, key) => format!("{path}.{key}"),
                };
                yaml(child, below, owner, in_list, numbers);
            }
        }
        Value::List(items) => {
            for (item, name) in items.iter().zip(item_names(items)) {
                let at = item.at();
                let owner = if in_list { owner } else { &at };
                yaml(item, format!("{path}[{name}]"), owner, true, numbers);
            }
        }
        Value::Null | Value::Bool(_) | Value::Text(_) => {}
    }
}

/// A name for each item of a list, unique within it.
fn item_names(items: &[Node]) -> Vec<String> {
    let candidates: Vec<Vec<String>> = items.iter().map(identifiers).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for first in candidates.iter().filter_map(|c| c.first()) {
        *counts.entry(first).or_default() += 1;
    }
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    candidates
        .iter()
        .enumerate()
        .map(|(index, names)| {
            let Some(first) = names.first() else { return index.to_string() };
            let shared = counts.get(first.as_str()).is_some_and(|n| *n > 1);
            let name = if shared { names.join("->") } else { first.clone() };
            let n_before = used.entry(name.clone()).or_default();
            *n_before += 1;
            if *n_before > 1 { format!("{name}#{n_before}") } else { name }
        })
        .collect()
}

/// The fields that name an item, most telling first.
fn identifiers(item: &Node) -> Vec<String> {
    let field = |node: &Node, key: &str| node.get(key).map(Node::label).filter(|label| !label.is_empty());
    if let (Some(pre), Some(post)) = (field(item, "pre"), field(item, "post")) {
        return vec![format!("{pre}->{post}")];
    }
    if let Some(traits) = item.get("traits") {
        let mtype = field(traits, "mtype").unwrap_or_else(|| "?".to_owned());
        return vec![format!("{mtype}@{}", field(traits, "layer").unwrap_or_else(|| "?".to_owned()))];
    }
    ["source", "population", "name", "layer"].iter().filter_map(|key| field(item, key)).collect()
}

fn rows(table: &Table, numbers: &mut Vec<NumberRef>) {
    for row in &table.rows {
        let Some((key, _)) = row.cells.first() else { continue };
        for (column, (cell, name)) in row.cells.iter().zip(&table.header).enumerate().skip(1) {
            if let Some(value) = finite(&cell.0) {
                let at = table.at(row, column);
                let path = format!("row[{key}].{name}");
                numbers.push(NumberRef { file: at.file.clone(), path, value, owner: start_of(&at.file), at });
            }
        }
    }
}
