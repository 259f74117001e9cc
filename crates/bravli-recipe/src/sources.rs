//! `sources.yaml`: what the recipe describes, and what stands behind each of its numbers.

use crate::problem::Notes;
use crate::yaml::{Fields, Node, Value};
use crate::{Problem, SourceEntry, SourceEvidence, TargetSpec};

/// Reads the entries, and what they are to be compared with.
pub(crate) fn read(node: &Node, notes: &mut Notes) -> (Vec<SourceEntry>, Option<TargetSpec>) {
    let mut top = Fields::new(node, "sources.yaml", &["target", "sources"], notes);
    let target = top.get("target").and_then(|node| target(node, top.notes));
    let mut sources = Vec::new();
    for item in top.list("sources") {
        sources.extend(entry(item, top.notes));
    }
    (sources, target)
}

fn target(node: &Node, notes: &mut Notes) -> Option<TargetSpec> {
    let mut fields = Fields::new(node, "target", &["species", "region", "age"], notes);
    let species = fields.name("species");
    let regions = match fields.get("region") {
        Some(region) if !region.label().is_empty() => vec![region.label()],
        _ => fields.names("region"),
    };
    let age = fields.get("age").map(Node::label);
    Some(TargetSpec { species: species?, regions, age })
}

fn entry(item: &Node, notes: &mut Notes) -> Option<SourceEntry> {
    let mut fields = Fields::new(item, "source", &["file", "path", "facts", "evidence", "generalised"], notes);
    let (file, path) = (fields.name("file"), fields.name("path"));
    let facts = if fields.get("facts").is_some() { fields.names("facts") } else { Vec::new() };
    let what = format!("source of {} {}", file.as_deref().unwrap_or("?"), path.as_deref().unwrap_or("?"));
    let evidence = fields.required("evidence").and_then(|node| evidence(&what, node, fields.notes));
    let generalised = fields.get("generalised").map(|why| (why, why.label().trim().to_owned()));
    let (file, path, evidence) = (file?, path?, evidence?);
    if facts.is_empty() && !matches!(evidence, SourceEvidence::Assumed { .. }) {
        let message = format!("{what} is cited or derived but names no fact");
        let remedy = "list at least one key under facts, or write evidence: {assumed: \"because ...\"}";
        notes.add(Problem::error("source_without_fact", message).at(item.at()).remedy(remedy));
    }
    if let Some((why, reason)) = &generalised {
        if reason.is_empty() {
            let message = format!("{what} is generalised without a reason");
            let remedy = "say in what the fact differs from what the number stands for";
            notes.add(Problem::error("generalised_without_reason", message).at(why.at()).remedy(remedy));
        } else if evidence != SourceEvidence::Cited {
            let message = format!("{what} is generalised but not cited");
            let remedy = "only a cited value can be generalised; say it in the formula or in the reason instead";
            notes.add(Problem::error("generalised_not_cited", message).at(why.at()).remedy(remedy));
        }
    }
    let generalised = generalised.map(|(_, reason)| reason);
    Some(SourceEntry { file, path, facts, evidence, generalised, at: item.at() })
}

fn evidence(what: &str, node: &Node, notes: &mut Notes) -> Option<SourceEvidence> {
    let told = |value: &Node| Some(value.label().trim().to_owned()).filter(|text| !text.is_empty());
    match (&node.value, node.entries()) {
        (Value::Text(text), _) if text == "cited" => return Some(SourceEvidence::Cited),
        (_, [(key, value)]) => match (key.text.as_str(), told(value)) {
            ("derived", Some(formula)) => return Some(SourceEvidence::Derived { formula }),
            ("assumed", Some(because)) => return Some(SourceEvidence::Assumed { because }),
            ("derived", None) => {
                let message = format!("{what} is derived without a formula");
                let remedy = "say how the number follows from the facts: evidence: {derived: \"formula\"}";
                notes.add(Problem::error("derived_without_formula", message).at(value.at()).remedy(remedy));
                return None;
            }
            ("assumed", None) => {
                let message = format!("{what} is assumed without a reason");
                let remedy = "say why this value: evidence: {assumed: \"because ...\"}";
                notes.add(Problem::error("assumed_without_reason", message).at(value.at()).remedy(remedy));
                return None;
            }
            _ => {}
        },
        _ => {}
    }
    let message = format!("evidence is not understood, got {}", node.kind());
    let remedy = "write cited, {derived: \"formula\"} or {assumed: \"because\"}";
    notes.add(Problem::error("unknown_evidence", message).at(node.at()).remedy(remedy));
    None
}
