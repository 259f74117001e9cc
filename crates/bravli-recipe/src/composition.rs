//! `cell_composition.yaml`, versions 2.0 and 1.0.

use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node};
use crate::{CompositionGroup, Location, Problem};
use std::collections::BTreeMap;

/// Sums within this of one are taken as rounded, and told in a note only.
const ROUNDING: f64 = 1e-3;

/// Reads the groups of either version.
pub(crate) fn read(node: &Node, notes: &mut Notes) -> Vec<CompositionGroup> {
    let Some(version) = node.get("version").map(Node::label) else {
        let message = "cell_composition.yaml lacks its version";
        notes.add(Problem::error("missing_field", message).at(node.at()).remedy("start the file with `version: v2.0`"));
        return Vec::new();
    };
    match version.trim_start_matches('v') {
        "2.0" | "2" => v2(node, notes),
        "1.0" | "1" => v1(node, notes),
        _ => {
            let message = format!("composition version {version:?} is not known, only v2.0 and v1.0");
            notes.add(Problem::error("unknown_version", message).at(node.at()).remedy("rewrite it as v2.0"));
            Vec::new()
        }
    }
}

fn v2(node: &Node, notes: &mut Notes) -> Vec<CompositionGroup> {
    let mut top = Fields::new(node, "cell_composition", &["version", "neurons"], notes);
    let mut groups = Vec::new();
    for group in top.list("neurons") {
        let mut fields = Fields::new(group, "composition group", &["density", "region", "traits"], notes);
        let density = fields.required("density").map(|d| density(d, "density", fields.notes));
        let Some(traits) = fields.required("traits") else { continue };
        let mut traits = Fields::new(traits, "traits", &["layer", "mtype", "etype"], fields.notes);
        let mtype = traits.name("mtype");
        let layer = traits.name("layer");
        let etypes = traits.required("etype").and_then(|e| etypes(mtype.as_deref().unwrap_or("?"), e, traits.notes));
        if let (Some(mtype), Some(layer), Some(etypes), Some(density_per_mm3)) = (mtype, layer, etypes, density) {
            groups.push(CompositionGroup { mtype, layer, density_per_mm3, etypes, at: group.at() });
        }
    }
    groups
}

fn v1(node: &Node, notes: &mut Notes) -> Vec<CompositionGroup> {
    let mut top = Fields::new(node, "cell_composition", &["version", "composition"], notes);
    let layers = top.required("composition").map(Node::entries).unwrap_or_default();
    let mut groups = Vec::new();
    for (key, mtypes) in layers {
        let layer = key.text.strip_prefix('L').unwrap_or(&key.text).to_owned();
        for (mtype, group) in mtypes.entries() {
            let what = format!("composition of {} in layer {layer}", mtype.text);
            let mut fields = Fields::new(group, &what, &["density", "density_factor", "etypes"], notes);
            let density = fields.required("density").map(|d| density(d, "density", fields.notes));
            let factor = fields.number("density_factor", Range::NotNegative).unwrap_or(1.0);
            let etypes = fields.required("etypes").and_then(|e| etypes(&mtype.text, e, fields.notes));
            if let (Some(etypes), Some(density)) = (etypes, density) {
                let density_per_mm3 = density.map(|d| d * factor);
                notes.extend(
                    density_per_mm3.and_then(|d| Range::NotNegative.breach(&format!("{what}: density"), d, group.at())),
                );
                let (mtype, layer) = (mtype.text.clone(), layer.clone());
                groups.push(CompositionGroup { mtype, layer, density_per_mm3, etypes, at: group.at() });
            }
        }
    }
    groups
}

/// A density in cells per mm³; `None` for a volumetric dataset, which lies outside a recipe.
fn density(node: &Node, name: &str, notes: &mut Notes) -> Option<f64> {
    if let Some(dataset) = node.text() {
        let message = format!("{name} names the volumetric dataset {dataset:?}, which is not read");
        let remedy = "write the mean density of the layer in cells per mm3";
        notes.add(Problem::warning("dataset_density", message).at(node.at()).remedy(remedy));
        return None;
    }
    node.number_in(name, Range::NotNegative, notes)
}

/// A single e-type, or e-types with their shares.
fn etypes(mtype: &str, node: &Node, notes: &mut Notes) -> Option<BTreeMap<String, f64>> {
    if let Some(name) = node.text() {
        return Some(BTreeMap::from([(name.to_owned(), 1.0)]));
    }
    let mut parts = Vec::new();
    for (key, value) in node.entries() {
        let share = value.number_in(&format!("share of {} in {mtype}", key.text), Range::Unit, notes);
        parts.push((key.text.clone(), share?));
    }
    shares(mtype, parts, node.at(), notes)
}

/// Shares scaled to sum to one; a sum off by more than rounding is a warning.
pub(crate) fn shares(
    mtype: &str,
    parts: Vec<(String, f64)>,
    at: Location,
    notes: &mut Notes,
) -> Option<BTreeMap<String, f64>> {
    let sum: f64 = parts.iter().map(|(_, share)| share).sum();
    if !(sum.is_finite() && sum > 0.0) {
        let message = format!("e-types of {mtype} have no positive share, their sum is {sum}");
        notes.add(Problem::error("no_shares", message).at(at).remedy("give every group at least one e-type"));
        return None;
    }
    let off = (sum - 1.0).abs();
    if off > 1e-9 {
        let message = format!("e-type shares of {mtype} sum to {sum:.6}, not 1, and were divided by it");
        let problem = if off > ROUNDING { Problem::warning } else { Problem::note };
        notes.add(problem("shares_renormalised", message).at(at).remedy("check the shares against their source"));
    }
    let mut out = BTreeMap::new();
    for (name, share) in parts {
        *out.entry(name).or_insert(0.0) += share / sum;
    }
    Some(out)
}
