//! The recipe folder as a whole: what every file in it is.

use crate::RecipeFiles;
use crate::bioname::{EMODELS, MANIFEST, MORPHOLOGIES, TARGETS, placement};
use crate::select::{self, Parsed};
use crate::xml::Element;
use crate::xml::prolog::Prolog;
use std::collections::BTreeSet;

/// Names that mean something by themselves, in small letters.
const KNOWN: &[(&str, &str)] = &[
    ("annotations.json", "parts of morphologies for placement rules"),
    ("hierarchy.json", "regions of an atlas"),
    ("rotations.yaml", "rotations of placed cells"),
    ("cluster.yaml", "settings of a computing cluster"),
    ("environments.yaml", "software of a computing cluster"),
    ("projections.yaml", "fibres from outside"),
    ("node_sets.json", "SONATA node sets"),
    ("circuit_config.json", "a SONATA circuit"),
    ("tmd_distributions.json", "topologies for synthesis"),
    ("tmd_parameters.json", "parameters of synthesis"),
    ("neurondb-axon.dat", "axon donors for synthesis"),
];
/// What an ending stands for, in small letters.
const ENDINGS: &[(&str, &str)] = &[
    (".nrrd", "a volume of an atlas"),
    (".target", "sets of cells in the older form"),
    (".h5", "HDF5: a morphology or a SONATA file"),
    (".swc", "a morphology"),
    (".asc", "a morphology"),
    (".hoc", "a cell template"),
    (".mod", "a NEURON mechanism"),
    (".parquet", "a table"),
    (".json", "JSON"),
    (".yaml", "YAML"),
    (".yml", "YAML"),
    (".tsv", "a table"),
    (".csv", "a table"),
    (".dat", "a table or a density profile"),
];
/// Endings of files for people, which are passed over in silence.
const FOR_PEOPLE: &[&str] = &[".md", ".txt", ".rst", ".pdf", ".png", ".svg", ".license"];

/// The files that the builder recipe, tables and sidecars were read from.
pub(super) fn used_by_the_recipe(parsed: &Parsed) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = parsed.yaml.keys().chain(parsed.tables.keys()).map(|n| (*n).to_owned()).collect();
    used.extend(select::NAMES.iter().flat_map(|names| names.iter()).map(|name| (*name).to_owned()));
    if let Some(root) = &parsed.xml {
        parts(root, "", &mut used);
    }
    used
}

fn parts(element: &Element, parent: &str, used: &mut BTreeSet<String>) {
    if element.file() != parent {
        used.insert(element.file().to_owned());
    }
    for child in &element.children {
        parts(child, element.file(), used);
    }
}

/// The placement rules among the XML files that nothing else has read.
pub(super) fn placement_file(files: &RecipeFiles, used: &BTreeSet<String>) -> Option<String> {
    let mut candidates =
        files.0.iter().filter(|(name, _)| name.to_lowercase().ends_with(".xml") && !used.contains(*name));
    let usual = files.0.keys().find(|name| name.as_str() == "placement_rules.xml" && !used.contains(*name));
    usual
        .or_else(|| {
            candidates.find(|(_, bytes)| root_of(bytes).as_deref() == Some(placement::ROOT)).map(|(name, _)| name)
        })
        .cloned()
}

/// The name of the root element, from the start of an XML file.
fn root_of(bytes: &[u8]) -> Option<String> {
    /// A prolog with its document type stays below this.
    const GLANCE: usize = 1 << 16;
    Prolog::scan(&String::from_utf8_lossy(bytes.get(..bytes.len().min(GLANCE)).unwrap_or_default())).root
}

/// The files that nothing reads, each with what it seems to be.
pub(super) fn unread(files: &RecipeFiles, used: &BTreeSet<String>) -> Vec<String> {
    let is_atlas = files.0.keys().any(|name| last(name) == "brain_regions.nrrd");
    let mut out = Vec::new();
    for (name, bytes) in files.0.iter().filter(|(name, _)| !used.contains(*name)) {
        let small = last(name).to_lowercase();
        let is_plain = !small.contains('.') && ["readme", "license", "licence", "notice"].contains(&small.as_str());
        let of_atlas = is_atlas && (small.ends_with(".nrrd") || small == "hierarchy.json");
        if !is_plain && !of_atlas && !FOR_PEOPLE.iter().any(|ending| small.ends_with(ending)) {
            out.push(format!("{name} ({})", seems(name, &small, bytes, used)));
        }
    }
    out
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A name without what people spell differently.
fn bare(name: &str) -> String {
    name.to_lowercase().replace(['-', '_', ' '], "").replace(".yml", ".yaml")
}

fn seems(name: &str, small: &str, bytes: &[u8], used: &BTreeSet<String>) -> String {
    if let Some((_, what)) = KNOWN.iter().find(|(known, _)| *known == small) {
        return (*what).to_owned();
    }
    for (names, what) in [(MORPHOLOGIES, "a morphology table"), (EMODELS, "a table of electrical models")] {
        if names.contains(&small) {
            return match used.iter().find(|file| names.contains(&file.to_lowercase().as_str())) {
                Some(other) => format!("{what}; {other} is read instead"),
                None => what.to_owned(),
            };
        }
    }
    if small.ends_with(".xml") {
        return match root_of(bytes).as_deref() {
            Some("blueColumn") => "another builder recipe".to_owned(),
            Some("neurondb") => "a morphology database".to_owned(),
            Some("CellRecipe") => "a composition in the oldest form".to_owned(),
            Some(root) if root == placement::ROOT => "further placement rules".to_owned(),
            Some(root) => format!("XML with the root <{root}>"),
            None => "XML without a root".to_owned(),
        };
    }
    let mut readable = select::NAMES.iter().flat_map(|names| names.iter()).copied().chain([MANIFEST, TARGETS]);
    if let Some(meant) = readable.find(|known| bare(known) == bare(name)) {
        return format!("perhaps meant as {meant}, whose name must be spelled so");
    }
    let ending = ENDINGS.iter().find(|(ending, _)| small.ends_with(ending));
    ending.map_or_else(|| "of an unknown kind".to_owned(), |(_, what)| (*what).to_owned())
}
