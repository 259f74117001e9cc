//! `cell_composition.yaml`, versions 2.0 and 1.0.

mod density;
mod suspicion;
mod traits;

pub(crate) use density::tell_unresolved;
pub(crate) use suspicion::check;
pub(crate) use traits::shares;

use crate::bioname::layer_label;
use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node};
use crate::{CompositionGroup, Location, Problem};
use density::Density;
use std::collections::BTreeMap;

/// Most groups that a composition may expand to.
const MAX_GROUPS: usize = 100_000;
/// e-types of all groups together.
const MAX_SHARES: usize = 500_000;

/// Reads the groups of either version.
pub(crate) fn read(node: &Node, notes: &mut Notes) -> Vec<CompositionGroup> {
    let Some(version) = node.get("version").map(Node::label) else {
        let message = "cell_composition.yaml lacks its version";
        notes.add(Problem::error("missing_field", message).at(node.at()).remedy("start the file with `version: v2.0`"));
        return Vec::new();
    };
    let mut groups = Groups { groups: Vec::new(), is_full: false, n_shares: 0 };
    match version.trim_start_matches('v') {
        "2.0" | "2" => v2(node, &mut groups, notes),
        "1.0" | "1" => v1(node, &mut groups, notes),
        _ => {
            let message = format!("composition version {version:?} is not known, only v2.0 and v1.0");
            notes.add(Problem::error("unknown_version", message).at(node.at()).remedy("rewrite it as v2.0"));
        }
    }
    groups.groups
}

fn v2(node: &Node, groups: &mut Groups, notes: &mut Notes) {
    let mut top = Fields::new(node, "cell_composition", &["version", "neurons"], notes);
    for group in top.list("neurons") {
        let mut fields = Fields::new(group, "composition group", &["density", "region", "traits"], notes);
        let density = fields.required("density").and_then(|d| density::read(d, 1.0, fields.notes));
        let region = fields.get("region").and_then(|_| fields.name("region"));
        let Some(node) = fields.required("traits") else { continue };
        let mut fields = Fields::new(node, "traits", &["layer", "mtype", "etype"], fields.notes);
        let owner = ["mtype", "layer"].map(|key| node.get(key).map(Node::label).unwrap_or_default()).join(" ");
        let owner = if owner.trim().is_empty() { "the group".to_owned() } else { owner.trim().to_owned() };
        let layers = traits::read(&mut fields, "layer", &owner);
        let mtypes = traits::read(&mut fields, "mtype", &owner);
        let etypes = traits::read(&mut fields, "etype", &owner);
        if let (Some(density), Some(layers), Some(mtypes), Some(etypes)) = (density, layers, mtypes, etypes) {
            let traits = Traits { layers, mtypes, etypes };
            groups.add(&density, region.as_deref(), &traits, &group.at(), notes);
        }
    }
}

fn v1(node: &Node, groups: &mut Groups, notes: &mut Notes) {
    let mut top = Fields::new(node, "cell_composition", &["version", "composition"], notes);
    for (region, mtypes) in top.required("composition").map(Node::entries).unwrap_or_default() {
        let layer = layer_label(&region.text);
        for (mtype, group) in mtypes.entries() {
            let what = format!("composition of {} in layer {layer}", mtype.text);
            let mut fields = Fields::new(group, &what, &["density", "density_factor", "etypes"], notes);
            let factor = fields.number("density_factor", Range::NotNegative).unwrap_or(1.0);
            let density = fields.required("density").and_then(|d| density::read(d, factor, fields.notes));
            let etypes = traits::read(&mut fields, "etypes", &mtype.text);
            if let (Some(density), Some(etypes)) = (density, etypes) {
                let one = |name: &str| BTreeMap::from([(name.to_owned(), 1.0)]);
                let traits = Traits { layers: one(&layer), mtypes: one(&mtype.text), etypes };
                groups.add(&density, Some(&region.text), &traits, &group.at(), notes);
            }
        }
    }
}

/// What the cells of a group may be, each with its probability.
struct Traits {
    layers: BTreeMap<String, f64>,
    mtypes: BTreeMap<String, f64>,
    etypes: BTreeMap<String, f64>,
}

/// The groups read so far.
struct Groups {
    groups: Vec<CompositionGroup>,
    is_full: bool,
    /// e-types of all groups.
    n_shares: usize,
}

impl Groups {
    /// Adds a group for every layer and m-type: groups add up, so a probability becomes a share of the density.
    fn add(&mut self, density: &Density, region: Option<&str>, traits: &Traits, at: &Location, notes: &mut Notes) {
        let likely = |map: &BTreeMap<String, f64>| map.values().filter(|share| **share > 0.0).count();
        let n_new = likely(&traits.layers) * likely(&traits.mtypes);
        self.n_shares = self.n_shares.saturating_add(n_new.saturating_mul(traits.etypes.len()));
        if self.is_full || self.groups.len() + n_new > MAX_GROUPS || self.n_shares > MAX_SHARES {
            if !self.is_full {
                let message = format!(
                    "the composition makes more than {MAX_GROUPS} groups or {MAX_SHARES} shares of e-types, which is the limit"
                );
                let remedy = "give fewer layers and m-types with probabilities";
                notes.add(Problem::error("too_many_groups", message).at(at.clone()).remedy(remedy));
            }
            self.is_full = true;
            return;
        }
        for (layer, of_layer) in traits.layers.iter().filter(|(_, share)| **share > 0.0) {
            for (mtype, of_mtype) in traits.mtypes.iter().filter(|(_, share)| **share > 0.0) {
                let share = of_layer * of_mtype;
                let mut dataset = density.dataset.clone();
                if let Some(dataset) = &mut dataset {
                    dataset.factor *= share;
                }
                self.groups.push(CompositionGroup {
                    mtype: mtype.clone(),
                    layer: layer.clone(),
                    region: region.map(str::to_owned),
                    density_per_mm3: density.per_mm3.map(|density| density * share),
                    dataset,
                    etypes: traits.etypes.clone(),
                    at: at.clone(),
                });
            }
        }
    }
}
