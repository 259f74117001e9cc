//! Finding the builder recipe among a folder's XML files, and parsing everything that belongs to a recipe.

use crate::files::RecipeFiles;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::table::{self, Table};
use crate::xml::document::MAX_XML_BYTES;
use crate::xml::prolog::{EntityKind, Prolog};
use crate::xml::{self, Element, version1};
use crate::yaml::{self, Node};
use crate::{MAX_FILE_BYTES, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// Names that win when several files could be the builder recipe.
const USUAL: &[&str] = &["builderRecipeAllPathways.xml", "builderRecipe.xml"];
/// Roots of placement rules, which are no builder recipe but belong beside one.
const PLACEMENT_ROOTS: &[&str] = &["placement_rules", "global_rule_set"];

pub(crate) const COMPOSITION: &str = "cell_composition.yaml";
pub(crate) const TAXONOMY: &str = "mtype_taxonomy.tsv";
pub(crate) const MINIS: &str = "mini_frequencies.tsv";
pub(crate) const COLUMN: &str = "column.yaml";
pub(crate) const POPULATIONS: &str = "populations.yaml";
pub(crate) const PATHWAYS: &str = "pathways.yaml";
pub(crate) const NEURONS: &str = "neurons.yaml";
pub(crate) const BOUNDARY: &str = "boundary.yaml";
pub(crate) const SOURCES: &str = "sources.yaml";
pub(crate) const DRAFTS: &str = "notes.yaml";

const YAML: &[&str] = &[COMPOSITION, COLUMN, POPULATIONS, PATHWAYS, NEURONS, BOUNDARY, SOURCES, DRAFTS];
const TABLES: &[&str] = &[TAXONOMY, MINIS];
/// Every name that is read for what it is called.
pub(crate) const NAMES: [&[&str]; 2] = [YAML, TABLES];

/// The parsed files of a recipe, not yet interpreted.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) xml: Option<Element>,
    pub(crate) yaml: BTreeMap<&'static str, Node>,
    pub(crate) tables: BTreeMap<&'static str, Table>,
}

/// Parses every file that belongs to a recipe.
pub(crate) fn parse(files: &RecipeFiles, main_file: Option<&str>, notes: &mut Notes) -> Parsed {
    let mut parsed = Parsed::default();
    for name in YAML {
        parsed.yaml.extend(yaml::parse(name, files, notes).map(|node| (*name, node)));
    }
    for name in TABLES {
        parsed.tables.extend(table::parse(name, files, notes).map(|table| (*name, table)));
    }
    if let Some(main) = main_recipe(files, main_file, notes) {
        if is_version1_name(&main) {
            parsed.xml = yaml::parse(&main, files, notes).and_then(|node| version1::element(&node, notes));
        } else {
            parsed.xml = xml::load(&main, files, notes);
        }
        if let Some(root) = parsed.xml.as_ref().filter(|root| root.name != "blueColumn") {
            let message = format!("root element is <{}>, expected <blueColumn>", root.name);
            notes.add(Problem::warning("unexpected_root", message).at(root.at()));
        }
    }
    parsed
}

/// What can be told of an XML file without parsing it.
struct Glance {
    root: Option<String>,
    parts: Vec<String>,
}

fn main_recipe(files: &RecipeFiles, chosen: Option<&str>, notes: &mut Notes) -> Option<String> {
    if let Some(chosen) = chosen {
        if files.0.contains_key(chosen) {
            return Some(chosen.to_owned());
        }
        let near = did_you_mean(chosen, files.0.keys().map(String::as_str));
        notes.add(Problem::error("missing_file", format!("{chosen:?} is not in the recipe folder{near}")));
        return None;
    }
    let glances: BTreeMap<&str, Glance> = files
        .0
        .iter()
        .filter(|(name, _)| name.ends_with(".xml"))
        .map(|(name, bytes)| (name.as_str(), glance(bytes)))
        .collect();
    let parts: BTreeSet<&str> = glances.values().flat_map(|g| g.parts.iter().map(String::as_str)).collect();
    let mut candidates: Vec<&str> = glances
        .iter()
        .filter(|(name, glance)| {
            !parts.contains(*name)
                && (USUAL.contains(name) || glance.root.as_deref().is_none_or(|root| root == "blueColumn"))
        })
        .map(|(name, _)| *name)
        .collect();
    candidates.extend(files.0.iter().filter(|(name, bytes)| is_version1(name, bytes)).map(|(name, _)| name.as_str()));
    if let Some(usual) = USUAL.iter().find(|name| candidates.contains(name)) {
        return Some((*usual).to_owned());
    }
    match candidates.as_slice() {
        [one] => Some((*one).to_owned()),
        [] => {
            none_found(files, &glances, notes);
            None
        }
        several => {
            let message = format!("several files could be the builder recipe: {}", several.join(", "));
            let remedy = format!("name one of them, or call it {}", USUAL.join(" or "));
            notes.add(Problem::error("ambiguous_recipe", message).remedy(remedy));
            None
        }
    }
}

fn none_found(files: &RecipeFiles, glances: &BTreeMap<&str, Glance>, notes: &mut Notes) {
    let others: Vec<String> = glances
        .iter()
        .filter_map(|(name, glance)| glance.root.as_ref().map(|root| (name, root)))
        .filter(|(_, root)| !PLACEMENT_ROOTS.contains(&root.as_str()))
        .map(|(name, root)| format!("{name} has root <{root}>"))
        .collect();
    let remedy = "add a builder recipe: an XML file with the root <blueColumn>, or JSON or YAML of version 1";
    if !others.is_empty() {
        let message = format!("no builder recipe: {}, expected <blueColumn>", others.join(", "));
        notes.add(Problem::error("no_builder_recipe", message).remedy(remedy));
    } else if YAML.iter().chain(TABLES).any(|name| files.0.contains_key(*name)) {
        let message = "no builder recipe, so there are no synapse classes and no rules";
        notes.add(Problem::warning("no_builder_recipe", message).remedy(remedy));
    } else {
        notes.add(Problem::error("no_builder_recipe", "the folder holds no recipe file").remedy(remedy));
    }
}

/// Whether a file of this name can be a builder recipe: XML, JSON or YAML, and no file that is read for what it is called.
#[must_use]
pub fn is_builder_name(name: &str) -> bool {
    let others = [crate::bioname::MANIFEST, crate::bioname::TARGETS];
    (name.ends_with(".xml") || is_version1_name(name))
        && !NAMES.iter().any(|names| names.contains(&name))
        && !others.contains(&name)
        && !name.contains("cell_composition")
}

fn is_version1_name(name: &str) -> bool {
    [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a file looks like a recipe of version 1: it is no sidecar and names one of the parts.
fn is_version1(name: &str, bytes: &[u8]) -> bool {
    if !is_version1_name(name) || YAML.contains(&name) || bytes.len() > MAX_FILE_BYTES {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let names = |key: &str| {
        text.match_indices(key).any(|(at, _)| {
            let rest = text.get(at + key.len()..).unwrap_or_default();
            rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':')
        })
    };
    names("version") && version1::keys().any(names)
}

fn glance(bytes: &[u8]) -> Glance {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(MAX_XML_BYTES)).unwrap_or_default());
    let prolog = Prolog::scan(&text);
    let parts = prolog.declarations.into_iter().filter_map(|d| match d.kind {
        EntityKind::System(file) => Some(file.trim_start_matches("./").to_owned()),
        EntityKind::Other(_) => None,
    });
    Glance { parts: parts.collect(), root: prolog.root }
}
