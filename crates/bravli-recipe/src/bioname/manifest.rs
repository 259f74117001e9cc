//! `MANIFEST.yaml`: what a circuit build was told.

use super::section::Section;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Node, Value};
use crate::{Location, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings of a circuit build.
///
/// # Source
/// The `MANIFEST.yaml` file of the Blue Brain circuit build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the whole build shares.
    pub common: ManifestCommon,
    /// How many cells, and where.
    pub place_cells: Option<PlaceCells>,
    /// How morphologies are drawn.
    pub choose_morphologies: Option<ChooseMorphologies>,
    /// How many positions may stay without one.
    pub assign_morphologies: Option<AssignMorphologies>,
    /// How electrical models are drawn.
    pub assign_emodels: Option<AssignEmodels>,
    /// Named sets of cells.
    pub node_sets: Option<NodeSetsSpec>,
    /// Sections and `section.key` that are not read.
    pub other: Vec<String>,
    /// Where it stands.
    pub at: Location,
    /// `section.key` → where its value stands.
    #[serde(skip)]
    places: BTreeMap<String, Location>,
}

impl Manifest {
    /// Where the value of a `section.key` stands; the start of the file where it is absent.
    #[must_use]
    pub fn place(&self, key: &str) -> &Location {
        self.places.get(key).unwrap_or(&self.at)
    }
}

/// `common`: what the whole build shares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestCommon {
    /// Folder or address of the atlas.
    pub atlas: Option<String>,
    /// Region to fill, by acronym.
    pub region: Option<String>,
    /// Dataset of the atlas that is not zero where cells may lie; with a region, both must hold.
    pub mask: Option<String>,
    /// Folder of the morphologies.
    pub morph_release: Option<String>,
    /// Folder of the electrical models.
    pub emodel_release: Option<String>,
    /// Name of the node population.
    pub node_population_name: Option<String>,
    /// Name of the edge population.
    pub edge_population_name: Option<String>,
    /// Whether dendrites are synthesised instead of taken from a morphology table.
    pub synthesis: bool,
}

/// `place_cells`: how many cells, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceCells {
    /// `basic` (uniform) or `poisson_disc`.
    pub soma_placement: Option<String>,
    /// Factor on every density of the composition; 1 where absent.
    pub density_factor: f64,
    /// Properties that cells are ordered by.
    pub sort_by: Vec<String>,
    /// Property of a cell → dataset that it is looked up in; `~` asks for the acronym of a region id.
    pub atlas_property: BTreeMap<String, String>,
    /// Whether `mini_frequencies.tsv` is used.
    pub mini_frequencies: bool,
    /// Seed of the positions; 0 where absent.
    pub seed: u64,
}

/// `choose_morphologies`: how morphologies are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChooseMorphologies {
    /// A morphology is drawn with a probability that grows as its score to this power.
    pub alpha: Option<f64>,
    /// Seed; 0 where absent.
    pub seed: u64,
}

/// `assign_morphologies`: how many positions may stay without a morphology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssignMorphologies {
    /// Largest share of an m-type's positions that may be dropped, 0 to 1; 0 where absent.
    pub max_drop_ratio: f64,
    /// File of rotations.
    pub rotations: Option<String>,
    /// Seed; 0 where absent.
    pub seed: u64,
}

/// `assign_emodels`: how electrical models are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignEmodels {
    /// Seed; 0 where absent.
    pub seed: u64,
}

/// `node_sets`: named sets of cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSetsSpec {
    /// File that defines them.
    pub targets: Option<String>,
    /// Whether a set may be empty.
    pub allow_empty: bool,
}

const COMMON: &[&str] = &[
    "atlas",
    "region",
    "mask",
    "morph_release",
    "emodel_release",
    "node_population_name",
    "edge_population_name",
    "synthesis",
];
const PLACE: &[&str] = &["soma_placement", "density_factor", "sort_by", "atlas_property", "mini_frequencies", "seed"];
/// Sections that are read, with their keys.
const SECTIONS: &[(&str, &[&str])] = &[
    ("common", COMMON),
    ("place_cells", PLACE),
    ("choose_morphologies", &["alpha", "seed"]),
    ("assign_morphologies", &["max_drop_ratio", "rotations", "seed"]),
    ("assign_emodels", &["seed"]),
    ("node_sets", &["targets", "allow_empty"]),
];

/// Sections and keys that a build knows and a statistical circuit has no use for.
const UNUSED: &[&str] = &[
    "append_hemisphere",
    "gap_junctions",
    "ngv",
    "no_emodel",
    "no_index",
    "partition",
    "projectionizer",
    "s2f",
    "s2s",
    "scales",
    "spykfunc_s2f",
    "spykfunc_s2s",
    "subcellular",
    "synthesize_emodel_release",
    "synthesize_morphologies",
    "targetgen",
    "targetgen_mvd3",
    "touchdetector",
];

/// Reads the manifest; keys that nothing here knows are kept by name and told in a note.
pub(super) fn read(node: &Node, notes: &mut Notes) -> Option<Manifest> {
    if !matches!(node.value, Value::Map(_)) {
        let message = format!("MANIFEST.yaml must be a mapping of sections, got {}", node.kind());
        notes.add(Problem::error("not_a_mapping", message).at(node.at()).remedy("start with `common:`"));
        return None;
    }
    let other = unknown(node, notes);
    let mut common = Section::new(node, "common", notes);
    let common = ManifestCommon {
        atlas: common.text("atlas"),
        region: common.text("region"),
        mask: common.text("mask"),
        morph_release: common.text("morph_release"),
        emodel_release: common.text("emodel_release"),
        node_population_name: common.text("node_population_name"),
        edge_population_name: common.text("edge_population_name"),
        synthesis: common.flag("synthesis"),
    };
    let place_cells = node.get("place_cells").map(|_| {
        let mut section = Section::new(node, "place_cells", notes);
        PlaceCells {
            soma_placement: section.text("soma_placement"),
            density_factor: section.number("density_factor", Range::Positive).unwrap_or(1.0),
            sort_by: section.names("sort_by"),
            atlas_property: section.texts("atlas_property"),
            mini_frequencies: section.flag("mini_frequencies"),
            seed: section.seed(),
        }
    });
    let choose_morphologies = node.get("choose_morphologies").map(|_| {
        let mut section = Section::new(node, "choose_morphologies", notes);
        ChooseMorphologies { alpha: section.number("alpha", Range::NotNegative), seed: section.seed() }
    });
    let assign_morphologies = node.get("assign_morphologies").map(|_| {
        let mut section = Section::new(node, "assign_morphologies", notes);
        AssignMorphologies {
            max_drop_ratio: section.number("max_drop_ratio", Range::Unit).unwrap_or(0.0),
            rotations: section.text("rotations"),
            seed: section.seed(),
        }
    });
    let assign_emodels =
        node.get("assign_emodels").map(|_| AssignEmodels { seed: Section::new(node, "assign_emodels", notes).seed() });
    let node_sets = node.get("node_sets").map(|_| {
        let mut section = Section::new(node, "node_sets", notes);
        NodeSetsSpec { targets: section.text("targets"), allow_empty: section.flag("allow_empty") }
    });
    let at = node.at();
    Some(Manifest {
        common,
        place_cells,
        choose_morphologies,
        assign_morphologies,
        assign_emodels,
        node_sets,
        other,
        at,
        places: places(node),
    })
}

/// Where the values of known keys stand.
fn places(node: &Node) -> BTreeMap<String, Location> {
    let mut places = BTreeMap::new();
    for (section, keys) in SECTIONS {
        let Some(values) = node.get(section) else { continue };
        for (key, value) in keys.iter().filter_map(|key| values.get(key).map(|value| (key, value))) {
            places.insert(format!("{section}.{key}"), value.at());
        }
    }
    places
}

/// Sections and keys that are not read; a near miss of one that is read is told as a warning.
fn unknown(node: &Node, notes: &mut Notes) -> Vec<String> {
    let mut other = Vec::new();
    let mut tell = |name: String, key: &str, known: &[&str], at: Location| {
        let near = did_you_mean(key, known.iter().copied());
        if !near.is_empty() && !UNUSED.contains(&key) {
            let message = format!("MANIFEST.yaml: {name} is not known and is not read{near}");
            notes.add(Problem::warning("unknown_key", message).at(at));
        }
        other.push(name);
    };
    for (section, value) in node.entries() {
        let Some((name, keys)) = SECTIONS.iter().find(|(name, _)| *name == section.text) else {
            let names: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
            tell(section.text.clone(), &section.text, &names, section.at.clone());
            continue;
        };
        for (key, _) in value.entries().iter().filter(|(key, _)| !keys.contains(&key.text.as_str())) {
            tell(format!("{name}.{}", key.text), &key.text, keys, key.at.clone());
        }
    }
    if !other.is_empty() {
        let message = format!("MANIFEST.yaml: {} settings are kept by name only: {}", other.len(), other.join(", "));
        let message: String = message.chars().take(600).collect();
        notes.add(Problem::note("unread_setting", message).at(node.at()));
    }
    other
}
