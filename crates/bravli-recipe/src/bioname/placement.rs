//! `placement_rules.xml`: where in the layers the parts of a morphology should lie.

use super::layer_label;
use super::rotations::{self, MtypeRotation, Rotation};
use crate::names::{Name, xml};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;
use crate::xml::attributes::Attributes;
use crate::xml::{self, Element};
use crate::{Location, Problem, RecipeFiles};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The rules by which a morphology is scored at a position, and how it is turned there.
///
/// # Source
/// The `placement_rules.xml` file of the Blue Brain placement algorithm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlacementRules {
    /// Rules for every morphology.
    pub global: Vec<PlacementRule>,
    /// Rules for the morphologies of some m-types.
    pub mtype_sets: Vec<MtypeRuleSet>,
    /// Random rotation of cells whose m-type has none of its own.
    pub global_rotation: Vec<Rotation>,
    /// Random rotation of some m-types, in place of the global one.
    pub mtype_rotations: Vec<MtypeRotation>,
}

impl PlacementRules {
    /// The rules that a morphology of an m-type is scored by: the global ones, then its own.
    pub fn rules_for<'a>(&'a self, mtype: &'a str) -> impl Iterator<Item = &'a PlacementRule> {
        let own = self.mtype_sets.iter().filter(move |set| set.mtypes.iter().any(|m| m == mtype));
        self.global.iter().chain(own.flat_map(|set| &set.rules))
    }

    /// How cells of an m-type are turned, in order; an empty list means not at all.
    #[must_use]
    pub fn rotation_for(&self, mtype: &str) -> &[Rotation] {
        let own = self.mtype_rotations.iter().find(|own| own.mtypes.iter().any(|m| m == mtype));
        own.map_or(&self.global_rotation, |own| &own.rotations)
    }
}

/// Rules for the morphologies of some m-types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MtypeRuleSet {
    /// The m-types, which the file separates by `|`.
    pub mtypes: Vec<String>,
    /// Their rules.
    pub rules: Vec<PlacementRule>,
    /// Where it stands.
    pub at: Location,
}

/// One rule; a morphology's annotation of the same id says which of its parts is meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacementRule {
    /// Name, as annotations refer to it.
    pub id: String,
    /// What it asks for.
    pub kind: PlacementKind,
    /// `axon` or `dendrite`; for readers, since the annotation decides.
    pub segment_type: Option<String>,
    /// Where it stands.
    pub at: Location,
}

/// What a placement rule asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum PlacementKind {
    /// Nothing may reach above the limit; the score falls from 1 to 0 over the first 30 µm beyond it.
    Below {
        /// The limit.
        limit: LayerHeight,
    },
    /// One of two intervals, the part and the target, should lie within the other.
    RegionTarget {
        /// Lower end of the target.
        min: LayerHeight,
        /// Upper end of the target.
        max: LayerHeight,
    },
    /// The part should fill the target exactly.
    RegionOccupy {
        /// Lower end of the target.
        min: LayerHeight,
        /// Upper end of the target.
        max: LayerHeight,
    },
    /// Unscaled morphologies are preferred.
    PreferUnscaled {
        /// Width of the preference.
        sigma: f64,
    },
}

/// A height in the layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerHeight {
    /// Layer, named as elsewhere in the recipe.
    pub layer: String,
    /// Height within it: 0 at its lower border, 1 at its border towards the pia.
    pub fraction: f64,
}

const MTYPE: Name = xml(&["mtype"]);
const ID: Name = xml(&["id"]);
const TYPE: Name = xml(&["type"]);
const SEGMENT: Name = xml(&["segment_type"]);
const SIGMA: Name = xml(&["sigma"]);
const Y: (Name, Name) = (xml(&["y_layer"]), xml(&["y_fraction"]));
const Y_MIN: (Name, Name) = (xml(&["y_min_layer"]), xml(&["y_min_fraction"]));
const Y_MAX: (Name, Name) = (xml(&["y_max_layer"]), xml(&["y_max_fraction"]));
/// Root element of a placement rule file.
pub(super) const ROOT: &str = "placement_rules";
const SECTIONS: &[&str] = &["global_rule_set", "mtype_rule_set", "global_rotation", "mtype_rotation"];
const KINDS: &[&str] = &["below", "region_target", "region_occupy", "prefer_unscaled"];

pub(super) fn read(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Option<PlacementRules> {
    let root = xml::load(file, files, notes)?;
    if root.name != ROOT {
        let message = format!("root element is <{}>, expected <{ROOT}>, so no placement rule is read", root.name);
        notes.add(Problem::warning("unexpected_root", message).at(root.at()));
        return None;
    }
    let mut out = PlacementRules::default();
    let mut homes: BTreeMap<String, Location> = BTreeMap::new();
    for (i, set) in root.children("global_rule_set").enumerate() {
        if i > 0 {
            let message = "there is a second global_rule_set, the limit is one";
            notes.add(Problem::error("duplicate_element", message).at(set.at()).remedy("join the two"));
        }
        out.global.extend(rules(set, notes));
    }
    for set in root.children("mtype_rule_set") {
        let Some(mtypes) = mtypes(set, notes) else { continue };
        for mtype in &mtypes {
            if let Some(first) = homes.insert(mtype.clone(), set.at()) {
                let message = format!("m-type {mtype} has two rule sets, the first at line {}", first.line);
                let problem = Problem::error("duplicate_rule_set", message).at(set.at());
                notes.add(problem.remedy("put all rules of an m-type into one mtype_rule_set"));
            }
        }
        out.mtype_sets.push(MtypeRuleSet { mtypes, rules: rules(set, notes), at: set.at() });
    }
    unique_ids(&out, notes);
    for set in root.children("global_rotation") {
        out.global_rotation.extend(rotations::read(set, notes));
    }
    for set in root.children("mtype_rotation") {
        let Some(mtypes) = mtypes(set, notes) else { continue };
        out.mtype_rotations.push(MtypeRotation { mtypes, rotations: rotations::read(set, notes), at: set.at() });
    }
    for child in root.children.iter().filter(|child| !SECTIONS.contains(&child.name.as_str())) {
        let near = did_you_mean(&child.name, SECTIONS.iter().copied());
        let message = format!("<{}> is not part of placement rules and is ignored{near}", child.name);
        let remedy = format!("the elements are {}", SECTIONS.join(", "));
        notes.add(Problem::warning("unknown_element", message).at(child.at()).remedy(remedy));
    }
    Some(out)
}

/// The m-types of a set, with `|` between alternatives.
fn mtypes(set: &Element, notes: &mut Notes) -> Option<Vec<String>> {
    let text = Attributes::new(set, set.name.clone(), notes).text(&MTYPE)?;
    Some(text.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn rules(set: &Element, notes: &mut Notes) -> Vec<PlacementRule> {
    set.children("rule").filter_map(|element| rule(element, notes)).collect()
}

fn rule(element: &Element, notes: &mut Notes) -> Option<PlacementRule> {
    let name = element.attribute("id").map(|a| a.value.trim()).unwrap_or_default();
    let mut read = Attributes::new(element, format!("placement rule {name:?}"), notes);
    let (id, kind) = (read.text(&ID), read.text(&TYPE));
    let kind = match kind?.as_str() {
        "below" => {
            read.warn_unknown(&[&ID, &TYPE, &SEGMENT, &Y.0, &Y.1]);
            PlacementKind::Below { limit: height(&mut read, &Y)? }
        }
        kind @ ("region_target" | "region_occupy") => {
            read.warn_unknown(&[&ID, &TYPE, &SEGMENT, &Y_MIN.0, &Y_MIN.1, &Y_MAX.0, &Y_MAX.1]);
            let min = height(&mut read, &Y_MIN);
            let max = height(&mut read, &Y_MAX);
            let (min, max) = (min?, max?);
            if kind == "region_target" {
                PlacementKind::RegionTarget { min, max }
            } else {
                PlacementKind::RegionOccupy { min, max }
            }
        }
        "prefer_unscaled" => {
            read.warn_unknown(&[&ID, &TYPE, &SIGMA]);
            PlacementKind::PreferUnscaled { sigma: read.required(&SIGMA, Range::Positive)? }
        }
        other => {
            let near = did_you_mean(other, KINDS.iter().copied());
            let message = format!("placement rule {name:?} has the unknown type {other:?}{near}");
            let problem = Problem::error("unknown_rule_type", message).at(element.at());
            notes.add(problem.remedy(format!("the types are {}", KINDS.join(", "))));
            return None;
        }
    };
    let segment_type = element.word(&SEGMENT).map(str::to_owned);
    Some(PlacementRule { id: id?, kind, segment_type, at: element.at() })
}

fn height(read: &mut Attributes<'_, '_>, (layer, fraction): &(Name, Name)) -> Option<LayerHeight> {
    let (layer, fraction) = (read.text(layer), read.required(fraction, Range::Unit));
    Some(LayerHeight { layer: layer_label(&layer?), fraction: fraction? })
}

/// Annotations refer to rules by id, so one m-type may not see the same id twice.
fn unique_ids(rules: &PlacementRules, notes: &mut Notes) {
    let mut global = BTreeSet::new();
    let mut tell = |rule: &PlacementRule| {
        let message = format!("placement rule {:?} is defined twice for the same m-type", rule.id);
        let problem = Problem::error("duplicate_rule", message).at(rule.at.clone());
        notes.add(problem.remedy("give every rule of an m-type its own id"));
    };
    for rule in &rules.global {
        if !global.insert(rule.id.as_str()) {
            tell(rule);
        }
    }
    for set in &rules.mtype_sets {
        let mut own = BTreeSet::new();
        for rule in &set.rules {
            if global.contains(rule.id.as_str()) || !own.insert(rule.id.as_str()) {
                tell(rule);
            }
        }
    }
}
