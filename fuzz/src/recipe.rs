//! Recipe folders: builder XML with what it includes, sidecars and tables.

use crate::{boundary, convert, text, tiny};
use bravli_circuit::{neuron_columns, place, read_boundary};
use bravli_recipe::{
    CellClass, Location, Problem, Reading, Recipe, RecipeFiles, Rejected, Severity, numbers, read, unsourced,
};
use std::collections::BTreeMap;

/// Problems of a folder as a whole: they stand in no file.
const NOWHERE: &[&str] = &[
    "ambiguous_recipe",
    "missing_spine_length",
    "more_problems",
    "mtype_without_class",
    "not_checked",
    "no_builder_recipe",
    "published_classes",
    "unread_file",
];

/// Most names of a kind that every question is asked of.
const MAX_NAMES: usize = 6;

/// A whole folder: a line `==> name` begins each file.
pub(crate) fn folder(input: &[u8]) {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut name = "builderRecipe.xml".to_owned();
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"==> ") {
            Some(rest) => name = String::from_utf8_lossy(rest).trim().to_owned(),
            None => files.entry(name.clone()).or_default().extend(line),
        }
    }
    hold(&RecipeFiles(files));
}

/// One file of a recipe, beside those of the small one that its names are looked up in.
pub(crate) fn file(name: &str, input: &[u8]) {
    let beside: &[&str] = match name {
        "cell_composition.yaml" => {
            &["brain_regions.nrrd", "cells.nrrd", "column.yaml", "hierarchy.json", "mtype_taxonomy.tsv"]
        }
        "MANIFEST.yaml" => {
            &["brain_regions.nrrd", "cell_composition.yaml", "cells.nrrd", "hierarchy.json", "mtype_taxonomy.tsv"]
        }
        "extNeuronDB.dat" => &["cell_composition.yaml", "mecombo_emodel.tsv", "mtype_taxonomy.tsv"],
        "mecombo_emodel.tsv" => &["cell_composition.yaml", "extNeuronDB.dat", "mtype_taxonomy.tsv"],
        "notes.yaml" => &["column.yaml", "pathways.yaml", "populations.yaml"],
        "mtype_taxonomy.tsv" => &["builderRecipe.xml", "cell_composition.yaml"],
        "pathways.yaml" => &["populations.yaml"],
        "sources.yaml" => &["column.yaml", "pathways.yaml", "populations.yaml"],
        "neurons.yaml" => &["cell_composition.yaml", "mtype_taxonomy.tsv", "populations.yaml"],
        _ => &["cell_composition.yaml", "mtype_taxonomy.tsv"],
    };
    let mut files = tiny::folder();
    files.0.retain(|name, _| beside.contains(&name.as_str()));
    files.0.insert(name.to_owned(), input.to_vec());
    hold(&files);
}

/// The builder recipe; what follows a line `==>` is a file `part.xml` that it may include.
pub(crate) fn builder(input: &[u8]) {
    let mark = b"\n==>\n";
    let at = input.windows(mark.len()).position(|window| window == mark);
    let (main, part) = at.map_or((input, &[][..]), |at| (&input[..at], &input[at + mark.len()..]));
    let own = [("builderRecipe.xml", main), ("part.xml", part)].map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    hold(&RecipeFiles(own.into()));
}

/// Reads a folder twice and checks what every reading promises.
fn hold(files: &RecipeFiles) {
    let reading = read("fuzz", files);
    assert_eq!(format!("{reading:?}"), format!("{:?}", read("fuzz", files)), "the same files read differently");
    match &reading {
        Ok(reading) => accepted(files, reading),
        Err(rejected) => refused(files, rejected),
    }
}

fn refused(files: &RecipeFiles, rejected: &Rejected) {
    assert!(rejected.problems.iter().any(|problem| problem.severity == Severity::Error), "refused without an error");
    assert!(rejected.problems.is_sorted_by_key(|problem| problem.severity), "errors come first");
    assert!(!rejected.to_string().is_empty());
    problems(files, &rejected.problems);
}

fn problems(files: &RecipeFiles, problems: &[Problem]) {
    for problem in problems {
        let is_snake = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(!problem.code.is_empty() && problem.code.bytes().all(is_snake), "{problem:?}");
        assert!(!problem.message.is_empty() && problem.remedy.as_deref() != Some(""), "{problem:?}");
        match &problem.at {
            Some(at) => stands(files, at, problem),
            None => assert!(NOWHERE.contains(&problem.code.as_str()), "stands nowhere: {problem:?}"),
        }
    }
}

fn stands(files: &RecipeFiles, at: &Location, what: &dyn std::fmt::Debug) {
    let Some(bytes) = files.0.get(&at.file) else { panic!("{at} is in no file: {what:?}") };
    assert!(text::holds(bytes, at.line, at.column), "{at} lies outside its file: {what:?}");
}

fn accepted(files: &RecipeFiles, reading: &Reading) {
    let recipe = &reading.recipe;
    assert!(reading.problems.iter().all(|problem| problem.severity != Severity::Error), "accepted with an error");
    problems(files, &reading.problems);
    for number in &reading.numbers {
        assert!(number.value.is_finite() && !number.path.is_empty(), "{number:?}");
        stands(files, &number.at, number);
        stands(files, &number.owner, number);
    }
    assert_eq!(numbers(files).ok().as_ref(), Some(&reading.numbers), "numbers are listed differently");

    // written and read again it says the same; a number that is not finite would come back as none
    let json = serde_json::to_string(recipe).expect("a recipe is plain");
    let again: Recipe = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(serde_json::to_string(&again).ok().as_ref(), Some(&json), "written and read again it is another recipe");
    // a manifest keeps places to itself
    let [again, own] = [&again, recipe].map(|r| format!("{:?}", Recipe { manifest: None, ..r.clone() }));
    assert_eq!(again, own, "written and read again it is another recipe");

    for rule in &recipe.synapse_rules {
        assert!(recipe.synapse_classes.contains_key(&rule.class), "{rule:?} names no class");
    }
    for group in &recipe.composition {
        let sum: f64 = group.etypes.values().sum();
        assert!((sum - 1.0).abs() < 1e-9, "shares add to {sum}: {group:?}");
    }
    for pathway in &recipe.pathways {
        let unit = 0.0..=1.0;
        assert!(unit.contains(&pathway.probability()) && unit.contains(&pathway.attenuation), "{pathway:?}");
    }
    questions(reading);
    convert::survives(files, reading);
    convert::no_difference(reading);
    build(reading);
}

/// What is asked of a recipe gives the same answer by the short way and by the long one.
fn questions(reading: &Reading) {
    let recipe = &reading.recipe;
    let index = recipe.connection_index();
    let cells = recipe.taxonomy.iter().take(MAX_NAMES);
    let cells: Vec<CellClass<'_>> =
        cells.map(|(mtype, taxon)| CellClass::new(mtype, "cADpyr", &taxon.synapse_class)).collect();
    for pre in &cells {
        let _ = recipe.population_of(pre.mtype).map(|population| recipe.membrane(&population.name));
        for post in &cells {
            match recipe.resolve_synapse(pre, post) {
                Ok(found) => assert_eq!(found.rule.class, found.class.name),
                Err(unmatched) => assert!(!unmatched.why.contains("undefined"), "{unmatched}"),
            }
            explained(recipe, pre, post);
            assert_eq!(index.rule(pre, post), recipe.connection_rule(pre, post));
        }
    }
    table(recipe);
    for pre in recipe.populations.iter().take(MAX_NAMES) {
        let _ = recipe.pathway(&pre.name, &pre.name);
    }
    let sources = recipe.source_index();
    for number in reading.numbers.iter().take(100) {
        let found = recipe.source_of(&number.file, &number.path);
        assert_eq!(sources.source_of(&number.file, &number.path), found, "{number:?}");
    }
    let open = unsourced(recipe, &reading.numbers);
    assert!(open.iter().all(|number| recipe.source_of(&number.file, &number.path).is_none()));
}

/// An explanation tells what decides, and of everything that gives way that it comes before.
fn explained(recipe: &Recipe, pre: &CellClass<'_>, post: &CellClass<'_>) {
    let (told, found) = match (recipe.explain(pre, post), recipe.resolve_synapse(pre, post)) {
        (Ok(told), Ok(found)) => (told, found),
        (Err(told), Err(found)) => return assert_eq!(told, found),
        (told, found) => panic!("{told:?} but {found:?}"),
    };
    assert_eq!((told.synapse.rule_index, &told.synapse.class.name), (found.rule_index, &found.class.name));
    assert_eq!(told.connection, recipe.connection_rule(pre, post));
    let overridden: Vec<usize> = told.overridden.iter().map(|(index, _)| *index).collect();
    let fits = |index: &usize| {
        let rule = &recipe.synapse_rules[*index];
        rule.from.matches(pre) && rule.to.matches(post)
    };
    let expected: Vec<usize> = (0..found.rule_index).rev().filter(fits).collect();
    assert_eq!(overridden, expected, "{pre} -> {post}");
    assert_eq!(told.touches.is_none(), recipe.touches.rules.is_empty());
}

/// The table of all pairs says what each pair says by itself.
fn table(recipe: &Recipe) {
    let mut types = recipe.cell_types().types;
    types.truncate(MAX_NAMES);
    let table = recipe.synapse_table(&types);
    let mut n_decided = vec![0; recipe.synapse_rules.len()];
    for (i, pre) in types.iter().enumerate() {
        for (j, post) in types.iter().enumerate() {
            let found =
                recipe.resolve_synapse(&pre.class(), &post.class()).map(|found| (found.rule_index, found.class));
            assert_eq!(table.rule(i, j), found.as_ref().ok().map(|(index, _)| *index), "{pre:?} -> {post:?}");
            assert_eq!(table.matching(i, j).next(), table.rule(i, j));
            assert_eq!(
                table.class(i, j).map(|(index, class)| (index, &class.name)),
                found.map(|(i, class)| (i, &class.name))
            );
            table.rule(i, j).into_iter().for_each(|index| n_decided[index] += 1);
        }
    }
    assert_eq!(table.tally().iter().map(|tally| tally.n_decided).collect::<Vec<_>>(), n_decided);
}

/// The next steps refuse what they cannot build, and finish.
fn build(reading: &Reading) {
    let recipe = &reading.recipe;
    let Ok(column) = place(recipe, &tiny::small(20.0)) else { return };
    let n_cells: u32 = column.header.layers.iter().map(|layer| layer.n_cells).sum();
    assert_eq!(column.cells.len(), n_cells as usize);
    let _ = neuron_columns(recipe, &column, 1);
    if let Some(spec) = recipe.boundary_text.as_deref().and_then(|text| read_boundary(text).ok()) {
        boundary::resolve(&spec, recipe, &column);
    }
}
