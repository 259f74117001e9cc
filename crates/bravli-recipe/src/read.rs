//! From a folder's files to a recipe.

use crate::check;
use crate::problem::Notes;
use crate::select::{
    BOUNDARY, COLUMN, COMPOSITION, DRAFTS, MINIS, NEURONS, PATHWAYS, POPULATIONS, Parsed, SOURCES, TAXONOMY, parse,
};
use crate::{
    Problem, Reading, Recipe, RecipeFiles, Rejected, Uncarried, atlas, bioname, composition, drafts, number_walk,
    pathways, published, sidecars, sources, table, xml,
};

/// Reads a recipe folder, choosing the builder recipe by root element and name.
///
/// # Errors
/// [`Rejected`] with every problem found, when one of them is an error.
pub fn read(name: &str, files: &RecipeFiles) -> Result<Reading, Rejected> {
    read_with(name, files, None)
}

/// Reads a recipe folder; `main_file` names the builder recipe, whatever its root element.
///
/// # Errors
/// [`Rejected`] with every problem found, when one of them is an error.
pub fn read_with(name: &str, files: &RecipeFiles, main_file: Option<&str>) -> Result<Reading, Rejected> {
    let mut notes = Notes::default();
    let parsed = parse(files, main_file, &mut notes);
    // first, since what stands in the wrong place explains much of what follows
    if let Some(root) = &parsed.xml {
        xml::uncarried::misplaced(root, &mut notes);
    }
    let mut recipe = assemble(name, &parsed, &mut notes);
    if parsed.yaml.contains_key(BOUNDARY) {
        recipe.boundary_text = files.utf8(BOUNDARY, &mut notes).map(str::to_owned);
    }
    bioname::read(files, &parsed, &mut recipe, &mut notes);
    for row in &recipe.morphologies {
        recipe.etypes.entry(row.mtype.clone()).or_default().insert(row.etype.clone());
    }
    published::fill_classes(&mut recipe, &mut notes);
    atlas::resolve(&mut recipe, files, &mut notes);
    composition::check(&recipe, &mut notes);
    check::recipe(&recipe, &parsed, &mut notes);
    let numbers = number_walk::walk(&parsed);
    if !recipe.sources.is_empty() {
        check::sources(&recipe, files, &numbers, &mut notes);
    }
    check::drafts(&recipe, &numbers, &mut notes);
    let uncarried: Vec<Uncarried> = parsed.xml.iter().flat_map(xml::uncarried::uncarried).collect();
    // synapse rules tell of theirs themselves, misplaced elements were just told
    let of_others = |what: &str| what.starts_with("synapse ") || what.starts_with("element ");
    for entry in uncarried.iter().filter(|entry| !of_others(&entry.what)) {
        let message = format!("{} is not used ({} of it)", entry.what, entry.n);
        let remedy = "leave it out, or keep it for other tools";
        notes.add(Problem::note("not_used", message).at(entry.at.clone()).remedy(remedy));
    }
    Ok(Reading { problems: notes.finish()?, recipe, numbers, uncarried })
}

/// Interprets the parsed files; a sidecar or table takes precedence over the builder recipe.
fn assemble(name: &str, parsed: &Parsed, notes: &mut Notes) -> Recipe {
    let yaml = |file: &str| parsed.yaml.get(file);
    let mut recipe = Recipe { name: name.to_owned(), ..Recipe::default() };
    if let Some(root) = &parsed.xml {
        recipe.column = if yaml(COLUMN).is_none() { xml::cells::column(root, notes) } else { None };
        let types = xml::cells::neuron_types(root, yaml(COMPOSITION).is_none(), notes);
        recipe.composition = types.composition;
        recipe.taxonomy = types.taxonomy;
        recipe.spine_lengths = types.spine_lengths;
        recipe.etypes = types.etypes;
        recipe.synapse_classes = xml::classes::read(root, notes);
        recipe.synapse_rules = xml::rules::read(root, notes);
        recipe.connection_rules = xml::connections::read(root, notes);
        recipe.touches = xml::touches::read(root, notes);
        recipe.gap_junction_gsyn_ns = xml::touches::gap_junction(root, notes);
        recipe.synapse_seed = xml::touches::seed(root, notes);
    }
    if let Some(node) = yaml(COLUMN) {
        recipe.column = sidecars::column(node, notes);
    }
    if let Some(node) = yaml(COMPOSITION) {
        recipe.composition = composition::read(node, notes);
    }
    if let Some(table) = parsed.tables.get(TAXONOMY) {
        let of_builder = std::mem::replace(&mut recipe.taxonomy, table::taxonomy(table, notes));
        check::disagreeing_taxonomies(&of_builder, &recipe.taxonomy, notes);
    }
    if let Some(table) = parsed.tables.get(MINIS) {
        recipe.mini_frequencies = table::mini_frequencies(table, notes);
    }
    recipe.populations = yaml(POPULATIONS).map(|n| sidecars::populations(n, notes)).unwrap_or_default();
    recipe.pathways = yaml(PATHWAYS).map(|n| pathways::pathways(n, notes)).unwrap_or_default();
    recipe.neurons = yaml(NEURONS).map(|n| sidecars::neurons(n, notes));
    if let Some(node) = yaml(SOURCES) {
        (recipe.sources, recipe.target) = sources::read(node, notes);
    }
    recipe.draft_notes = yaml(DRAFTS).map(|n| drafts::read(n, notes)).unwrap_or_default();
    for group in &recipe.composition {
        recipe.etypes.entry(group.mtype.clone()).or_default().extend(group.etypes.keys().cloned());
    }
    recipe
}
