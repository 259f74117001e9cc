//! What the parts of a recipe say about each other.

use crate::files::start_of;
use crate::lint;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::select::{NEURONS, POPULATIONS, Parsed, TAXONOMY};
use crate::yaml::Node;
use crate::{
    EndPattern, Location, NumberRef, PopulationSpec, Problem, Recipe, RecipeFiles, Taxon, path_match, shell_match,
};
use std::collections::{BTreeMap, BTreeSet};

/// Population classes that analyses know.
const POPULATION_CLASSES: &[&str] = &["E", "PV", "SST", "HTR3A"];

/// Sources times numbers that are compared; most pairs differ in the first letters. The largest recipe known needs 18 million.
const MAX_PATHS: usize = 40_000_000;

/// Checks a whole recipe.
pub(crate) fn recipe(recipe: &Recipe, parsed: &Parsed, notes: &mut Notes) {
    classes(recipe, parsed, notes);
    lint::repeated(recipe, notes);
    without_class(recipe, notes);
    let n_mtypes = recipe.taxonomy.len();
    if n_mtypes == 0 && !recipe.synapse_rules.is_empty() {
        let message = "no m-type has a class, so the rules were not checked against cells";
        let remedy = "add mtype_taxonomy.tsv with the columns mtype, mClass, sClass";
        let at = recipe.synapse_rules.first().map(|rule| rule.at.clone()).unwrap_or_default();
        notes.add(Problem::note("rules_not_checked", message).at(at).remedy(remedy));
    }
    if n_mtypes > 0 {
        if notes.affords("ends of synapse rules", recipe.synapse_rules.len(), n_mtypes) {
            dead_rules(recipe, notes);
        }
        if notes.affords("ends of connection rules", recipe.connection_rules.len(), n_mtypes) {
            dead_connection_rules(recipe, notes);
        }
        lint::rules(recipe, notes);
    }
    lint::values(recipe, notes);
    lint::generations(recipe, parsed, notes);
    composition(recipe, notes);
    let n_patterns = recipe.populations.iter().map(|population| population.mtypes.len()).sum();
    let n_named = recipe.mtypes_named().len() + recipe.populations.len();
    if notes.affords("m-types of populations", n_patterns, n_named) {
        populations(recipe, parsed, notes);
    }
    if notes.affords("ends of pathways", recipe.pathways.len(), recipe.populations.len()) {
        pathways(recipe, notes);
    }
    let n_membranes = recipe.neurons.as_ref().map_or(0, |neurons| neurons.membranes.len());
    if notes.affords("populations of membranes", n_membranes, recipe.populations.len() + n_membranes) {
        neurons(recipe, parsed, notes);
    }
}

/// Every rule's class must exist; a class without a rule is told.
fn classes(recipe: &Recipe, parsed: &Parsed, notes: &mut Notes) {
    // A class with an error of its own is defined all the same.
    let defined: BTreeSet<String> = parsed
        .xml
        .iter()
        .flat_map(|root| root.children("SynapsesClassification"))
        .flat_map(|section| section.children("class"))
        .map(crate::xml::classes::id)
        .collect();
    let mut used = BTreeSet::new();
    for rule in &recipe.synapse_rules {
        used.insert(rule.class.as_str());
        if !defined.contains(&rule.class) {
            let near = if notes.keeps("class_undefined") {
                did_you_mean(&rule.class, defined.iter().map(String::as_str))
            } else {
                String::new()
            };
            let message =
                format!("synapse rule {} names the class {:?}, which is not defined{near}", ends(rule), rule.class);
            let remedy = format!("add <class id=\"{}\" …> to SynapsesClassification, or correct the type", rule.class);
            notes.add(Problem::error("class_undefined", message).at(rule.at.clone()).remedy(remedy));
        }
    }
    for class in recipe.synapse_classes.values().filter(|class| !used.contains(class.name.as_str())) {
        let message = format!("class {:?} is used by no synapse rule", class.name);
        let remedy = "remove the class or add a rule for it; the reference refuses such a recipe";
        notes.add(Problem::warning("class_unused", message).at(class.at.clone()).remedy(remedy));
    }
}

fn ends(rule: &crate::SynapseRule) -> String {
    format!("{}->{}", rule.from, rule.to)
}

/// m-types that the builder recipe and the table class differently; the table decides.
pub(crate) fn disagreeing_taxonomies(
    of_builder: &BTreeMap<String, Taxon>,
    of_table: &BTreeMap<String, Taxon>,
    notes: &mut Notes,
) {
    let words = |taxon: &Taxon| format!("{}/{}", taxon.morph_class, taxon.synapse_class);
    for (mtype, taxon) in of_builder {
        if let Some(other) = of_table.get(mtype).filter(|other| *other != taxon) {
            let (own, other) = (words(taxon), words(other));
            let message = format!("{mtype} is {own} in the builder recipe and {other} in {TAXONOMY}, which decides");
            let problem = Problem::warning("disagreeing_taxonomy", message).at(start_of(TAXONOMY));
            notes.add(problem.remedy("correct the one that is wrong"));
        }
    }
}

/// m-types that the builder recipe names and nothing gives a class: no rule by class can fit them.
fn without_class(recipe: &Recipe, notes: &mut Notes) {
    if recipe.taxonomy.is_empty() {
        return;
    }
    let in_composition = |mtype: &str| recipe.composition.iter().any(|group| group.mtype == mtype);
    let missing = recipe.mtypes_named().into_iter().filter(|mtype| !recipe.taxonomy.contains_key(*mtype));
    // those of the composition are errors of their own
    let missing: Vec<&str> = missing.map(String::as_str).filter(|mtype| !in_composition(mtype)).take(20).collect();
    if !missing.is_empty() {
        let message = format!("no file gives {} a class, so no rule reaches them", missing.join(", "));
        let remedy = "give them mClass and sClass, or a row in mtype_taxonomy.tsv";
        notes.add(Problem::warning("mtype_without_class", message).remedy(remedy));
    }
}

/// A rule whose one end fits no m-type of the taxonomy can never match.
fn dead_rules(recipe: &Recipe, notes: &mut Notes) {
    for rule in &recipe.synapse_rules {
        for (side, end) in [("from", &rule.from), ("to", &rule.to)] {
            let fits = |pattern: &Option<String>, name: &str| pattern.as_deref().is_none_or(|p| shell_match(p, name));
            let alive = recipe
                .taxonomy
                .iter()
                .any(|(mtype, taxon)| fits(&end.mtype, mtype) && fits(&end.synapse_class, &taxon.synapse_class));
            if alive {
                continue;
            }
            let pattern = EndPattern { etype: None, region: None, ..end.clone() }.to_string();
            let message =
                format!("synapse rule {} can never match: no m-type fits its {side} end {pattern:?}", ends(rule));
            let swapped = end.synapse_class.as_deref().filter(|p| recipe.taxonomy.keys().any(|m| shell_match(p, m)));
            let remedy = match swapped {
                Some(p) => format!("{p:?} is an m-type, so write {side}MType instead of {side}SClass"),
                None => "correct the pattern or remove the rule".to_owned(),
            };
            notes.add(Problem::warning("dead_rule", message).at(rule.at.clone()).remedy(remedy));
            break;
        }
    }
}

/// Connection rules for unknown m-types, told once per name.
fn dead_connection_rules(recipe: &Recipe, notes: &mut Notes) {
    let mut seen: BTreeMap<&str, (bool, usize, &Location)> = BTreeMap::new();
    for rule in &recipe.connection_rules {
        for pattern in [&rule.from, &rule.to].into_iter().filter_map(|end| end.mtype.as_deref()) {
            let entry = seen
                .entry(pattern)
                .or_insert_with(|| (recipe.taxonomy.keys().any(|mtype| shell_match(pattern, mtype)), 0, &rule.at));
            entry.1 += 1;
        }
    }
    for (pattern, (_, count, at)) in seen.into_iter().filter(|(_, (alive, ..))| !alive) {
        let known = recipe.taxonomy.keys().map(String::as_str);
        let near = if notes.keeps("dead_connection_rule") { did_you_mean(pattern, known) } else { String::new() };
        let message = format!("{count} connection rules name {pattern:?}, which fits no m-type of the taxonomy{near}");
        let remedy = "correct the name, or remove its rules";
        notes.add(Problem::warning("dead_connection_rule", message).at(at.clone()).remedy(remedy));
    }
}

fn composition(recipe: &Recipe, notes: &mut Notes) {
    if let (true, Some(group)) = (recipe.taxonomy.is_empty(), recipe.composition.first()) {
        let message = "there is a composition but no taxonomy, so no cell is excitatory or inhibitory";
        let remedy = "add mtype_taxonomy.tsv with the columns mtype, mClass, sClass";
        notes.add(Problem::error("missing_file", message).at(group.at.clone()).remedy(remedy));
    }
    // Each name is told once per kind of problem.
    let mut said: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut first = |code: &'static str, name| said.insert((code, name));
    for group in &recipe.composition {
        if !recipe.taxonomy.is_empty()
            && !recipe.taxonomy.contains_key(&group.mtype)
            && first("unknown_mtype", group.mtype.as_str())
        {
            let near = did_you_mean(&group.mtype, recipe.taxonomy.keys().map(String::as_str));
            let message = format!("m-type {:?} of the composition is not in the taxonomy{near}", group.mtype);
            let remedy = "correct the name or add the m-type to mtype_taxonomy.tsv";
            notes.add(Problem::error("unknown_mtype", message).at(group.at.clone()).remedy(remedy));
        }
        if let Some(column) = &recipe.column
            && !column.layers.iter().any(|l| l.layer == group.layer)
            && first("unknown_layer", group.layer.as_str())
        {
            let layers: Vec<&str> = column.layers.iter().map(|l| l.layer.as_str()).collect();
            let message = format!("layer {:?} of the composition is not in the column", group.layer);
            let remedy = format!("the column's layers are {}", layers.join(", "));
            notes.add(Problem::error("unknown_layer", message).at(group.at.clone()).remedy(remedy));
        }
        if !recipe.mini_frequencies.is_empty()
            && !recipe.mini_frequencies.contains_key(&group.layer)
            && first("missing_mini_frequency", group.layer.as_str())
        {
            let message = format!("mini_frequencies.tsv has no row for layer {:?}", group.layer);
            notes.add(Problem::warning("missing_mini_frequency", message).at(group.at.clone()));
        }
    }
    if recipe.spine_lengths.is_empty() {
        return;
    }
    let without: Vec<&str> = recipe
        .mtypes_named()
        .into_iter()
        .map(String::as_str)
        .filter(|m| !recipe.spine_lengths.contains_key(*m))
        .collect();
    if !without.is_empty() {
        let message = format!("no spine length for {}", without.join(", "));
        notes.add(
            Problem::warning("missing_spine_length", message).remedy("add StructuralType entries with spineLength"),
        );
    }
}

/// Where the item of a sidecar's list stands whose `key` reads `name`; else the start of the file.
fn item_at(parsed: &Parsed, file: &str, list: &str, key: &str, name: &str) -> Location {
    let items = parsed.yaml.get(file).and_then(|node| node.get(list)).map(Node::items).unwrap_or_default();
    let found = items.iter().find(|item| item.get(key).is_some_and(|node| node.label() == name));
    found.map_or_else(|| start_of(file), Node::at)
}

fn populations(recipe: &Recipe, parsed: &Parsed, notes: &mut Notes) {
    let mtypes: BTreeSet<&str> = recipe.composition.iter().map(|g| g.mtype.as_str()).collect();
    for population in &recipe.populations {
        let at = || item_at(parsed, POPULATIONS, "populations", "name", &population.name);
        if !POPULATION_CLASSES.contains(&population.class.as_str()) {
            let message =
                format!("population {} has the class {:?}, unknown to analyses", population.name, population.class);
            let remedy = format!("the classes are {}", POPULATION_CLASSES.join(", "));
            notes.add(Problem::warning("unknown_population_class", message).at(at()).remedy(remedy));
        }
        let fits_none = |pattern: &&String| !mtypes.is_empty() && !mtypes.iter().any(|m| shell_match(pattern, m));
        for pattern in population.mtypes.iter().filter(fits_none) {
            let near = did_you_mean(pattern, mtypes.iter().copied());
            let message =
                format!("population {}: {pattern:?} fits no m-type of the composition{near}", population.name);
            notes.add(Problem::warning("empty_population_pattern", message).at(at()));
        }
    }
    if recipe.populations.is_empty() {
        return;
    }
    for mtype in &mtypes {
        let has = |p: &&PopulationSpec| p.mtypes.iter().any(|pattern| shell_match(pattern, mtype));
        let homes: Vec<&str> = recipe.populations.iter().filter(has).map(|p| p.name.as_str()).collect();
        match homes.as_slice() {
            [_] => {}
            [] => {
                let message = format!("m-type {mtype} belongs to no population");
                let remedy = "without one it has no pathways; add it to populations.yaml";
                let at = start_of(POPULATIONS);
                notes.add(Problem::warning("mtype_without_population", message).at(at).remedy(remedy));
            }
            [_, second, ..] => {
                let message = format!("m-type {mtype} belongs to {}; the first is used", homes.join(" and "));
                let at = item_at(parsed, POPULATIONS, "populations", "name", second);
                notes.add(Problem::warning("mtype_in_two_populations", message).at(at));
            }
        }
    }
}

fn pathways(recipe: &Recipe, notes: &mut Notes) {
    let names: Vec<&str> = recipe.populations.iter().map(|p| p.name.as_str()).collect();
    for pathway in &recipe.pathways {
        for pattern in [&pathway.pre, &pathway.post] {
            if !names.iter().any(|name| shell_match(pattern, name)) {
                let near = did_you_mean(pattern, names.iter().copied());
                let message =
                    format!("pathway {}->{}: {pattern:?} names no population{near}", pathway.pre, pathway.post);
                notes.add(Problem::error("unknown_population", message).at(pathway.at.clone()));
            }
        }
    }
}

fn neurons(recipe: &Recipe, parsed: &Parsed, notes: &mut Notes) {
    let Some(neurons) = &recipe.neurons else { return };
    let mut said = BTreeSet::new();
    for group in &recipe.composition {
        for etype in group.etypes.keys().filter(|e| !neurons.etypes.contains_key(*e)) {
            if said.insert(etype) {
                let near = did_you_mean(etype, neurons.etypes.keys().map(String::as_str));
                let message = format!("e-type {etype} of the composition has no parameters in neurons.yaml{near}");
                notes.add(Problem::error("etype_without_parameters", message).at(group.at.clone()));
            }
        }
    }
    for membrane in &neurons.membranes {
        if !recipe.populations.iter().any(|p| shell_match(&membrane.population, &p.name)) {
            let near = did_you_mean(&membrane.population, recipe.populations.iter().map(|p| p.name.as_str()));
            let message = format!("membrane of {:?} names no population{near}", membrane.population);
            let at = item_at(parsed, NEURONS, "membranes", "population", &membrane.population);
            notes.add(Problem::error("unknown_population", message).at(at));
        }
    }
}

/// Source entries must point at something.
pub(crate) fn sources(recipe: &Recipe, files: &RecipeFiles, numbers: &[NumberRef], notes: &mut Notes) {
    if !notes.affords_up_to(MAX_PATHS, "paths of sources", recipe.sources.len(), numbers.len()) {
        return;
    }
    for entry in &recipe.sources {
        if !files.0.keys().any(|file| path_match(&entry.file, file)) {
            let near = did_you_mean(&entry.file, files.0.keys().map(String::as_str));
            let message = format!("source names the file {:?}, which is not in the folder{near}", entry.file);
            notes.add(Problem::error("missing_file", message).at(entry.at.clone()));
        } else if !numbers.iter().any(|n| path_match(&entry.file, &n.file) && path_match(&entry.path, &n.path)) {
            let paths = numbers.iter().filter(|n| path_match(&entry.file, &n.file)).map(|n| n.path.as_str());
            let near = did_you_mean(&entry.path, paths);
            let message = format!("source {} {:?} matches no number{near}", entry.file, entry.path);
            notes.add(Problem::warning("source_matches_nothing", message).at(entry.at.clone()));
        }
    }
}

/// Notes on an earlier draft must speak of numbers that are there.
pub(crate) fn drafts(recipe: &Recipe, numbers: &[NumberRef], notes: &mut Notes) {
    if !notes.affords_up_to(MAX_PATHS, "paths of notes", recipe.draft_notes.len(), numbers.len()) {
        return;
    }
    for note in &recipe.draft_notes {
        if !numbers.iter().any(|n| path_match(&note.file, &n.file) && path_match(&note.path, &n.path)) {
            let paths = numbers.iter().filter(|n| path_match(&note.file, &n.file)).map(|n| n.path.as_str());
            let near = did_you_mean(&note.path, paths);
            let message = format!("note on {} {:?} matches no number{near}", note.file, note.path);
            let problem = Problem::warning("note_matches_nothing", message).at(note.at.clone());
            notes.add(problem.remedy("correct file or path, which are patterns as in sources.yaml"));
        }
    }
}
