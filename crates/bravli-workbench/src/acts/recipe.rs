//! Recipes, read and checked.

use super::recipe_detail::{changes, pair};
use crate::error::{ActError, ProblemReply};
use crate::replies::{LedgerCounts, ProblemKindRow, RecipeReply};
use crate::requests::ParseRecipe;
use crate::stages;
use crate::workbench::Workbench;
use bravli_recipe::{Problem, Recipe, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Problems shown where none are asked for.
const SHOWN: usize = 12;
/// Problems shown where some are asked for.
const LISTED: usize = 40;
/// Characters that the listed problems may take together: about 1,500 tokens.
const LISTED_CHARACTERS: usize = 6_000;

impl Workbench {
    /// Reads and checks a recipe; stores nothing.
    ///
    /// # Errors
    /// All problems of the files at once, or the names of the recipes there are; an m-type or e-type that it does not have.
    pub fn parse_recipe(&self, request: &ParseRecipe) -> Result<RecipeReply, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_file)?;
        let recipe = &read.sourced.recipe;
        let pair = request.pair.as_ref().map(|asked| pair(recipe, asked)).transpose()?;
        let changes = if request.against.is_empty() {
            None
        } else {
            let other = self.read_recipe(&request.against, &request.against_file).map_err(|mut error| {
                // a place in the other recipe's files is told as such
                if error.place == "recipe" {
                    error.place = "against".to_owned();
                } else {
                    error.message = format!("recipe {:?}: {}", request.against, error.message);
                }
                error
            })?;
            Some(changes(&other.sourced.recipe, recipe))
        };
        let (problems, n_asked) = problems(&read.problems, request)?;
        let missing = missing(recipe);
        let buildable = missing.is_empty();
        let next = next(request, buildable, recipe, &read.problems, (problems.len(), n_asked));
        let mut mtypes: Vec<&str> = recipe.composition.iter().map(|group| group.mtype.as_str()).collect();
        mtypes.sort_unstable();
        mtypes.dedup();
        let mut named: Vec<String> = recipe.cell_types().types.into_iter().map(|cell| cell.mtype).collect();
        named.dedup();
        let n_named = named.len();
        let mut layers: Vec<String> = recipe.composition.iter().map(|group| group.layer.clone()).collect();
        layers.sort();
        layers.dedup();
        let asked: Vec<&str> =
            [pair.as_ref().map(|p| p.finding.as_str()), changes.as_ref().map(|c| c.finding.as_str())]
                .into_iter()
                .flatten()
                .collect();
        let finding = format!(
            "{}{}: {} m-types in {} layers ({} named), {} synapse classes chosen by {} rules, {} connection rules; {}; {} and {}{}",
            asked.iter().map(|text| format!("{text}. ")).collect::<String>(),
            recipe.name,
            mtypes.len(),
            layers.len(),
            n_named,
            recipe.synapse_classes.len(),
            recipe.synapse_rules.len(),
            recipe.connection_rules.len(),
            LedgerCounts::from(&read.ledger),
            counted(&read.problems, Severity::Warning, "warning"),
            counted(&read.problems, Severity::Note, "note"),
            if buildable { "" } else { "; a simulation needs more" },
        );
        Ok(RecipeReply {
            finding,
            recipe: recipe.name.clone(),
            digest: read.digest.clone(),
            files: read.files.0.keys().cloned().collect(),
            n_mtypes: mtypes.len() as u32,
            layers,
            n_synapse_classes: recipe.synapse_classes.len() as u32,
            n_synapse_rules: recipe.synapse_rules.len() as u32,
            n_connection_rules: recipe.connection_rules.len() as u32,
            n_touch_rules: recipe.touches.rules.len() as u32,
            n_pairs: n_pairs(recipe),
            populations: recipe.populations.iter().map(|population| population.name.clone()).collect(),
            buildable,
            missing,
            ledger: LedgerCounts::from(&read.ledger),
            n_problems: read.problems.len() as u32,
            problem_kinds: kinds(&read.problems),
            problems,
            pair,
            changes,
            next,
        })
    }

    /// A recipe of the lab or a shipped one, with what its numbers rest on.
    pub(super) fn read_recipe(&self, name: &str, main_file: &str) -> Result<stages::recipe::ReadRecipe, ActError> {
        let files = self.lab().recipe_files(name)?;
        // `mine`, `./mine` and `recipes/mine` are one recipe
        let plain = Path::new(name).file_name().and_then(|last| last.to_str()).unwrap_or(name);
        if !plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            return Err(ActError::new(
                "bad_recipe_name",
                "recipe",
                format!("{plain:?} holds other characters than letters, digits, _, . and -"),
                "rename the recipe's folder",
            ));
        }
        let knowledge = self.knowledge()?;
        stages::recipe::read(plain, files, main_file, knowledge)
    }
}

/// How many problems of a severity there are, in words.
fn counted(problems: &[Problem], severity: Severity, word: &str) -> String {
    let n = problems.iter().filter(|problem| problem.severity == severity).count();
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// What a simulation needs and the recipe lacks.
fn missing(recipe: &Recipe) -> Vec<String> {
    let needs = [
        (recipe.column.is_some(), "column geometry (column.yaml)"),
        (!recipe.composition.is_empty(), "cell composition"),
        (!recipe.pathways.is_empty(), "connection probabilities (pathways.yaml)"),
        (
            recipe.neurons.as_ref().is_some_and(|models| models.receptors.is_some()),
            "point neurons and receptors (neurons.yaml)",
        ),
        (recipe.boundary_text.is_some(), "boundary conditions (boundary.yaml)"),
        (!recipe.sources.is_empty(), "sources of its numbers (sources.yaml)"),
    ];
    needs.iter().filter(|(there, _)| !there).map(|(_, what)| (*what).to_owned()).collect()
}

/// Cell types beyond which pairs are not counted one by one: a hundred million pairs.
const MAX_TYPES: usize = 10_000;

/// Pairs of cell types that a rule decides, and all of them; zero of them where there are too many to count.
fn n_pairs(recipe: &Recipe) -> [u32; 2] {
    let types = recipe.cell_types().types;
    let n = types.len();
    if n > MAX_TYPES || n * recipe.synapse_rules.len() > MAX_TYPES * MAX_TYPES {
        return [0, u32::try_from(n.saturating_mul(n)).unwrap_or(u32::MAX)];
    }
    let table = recipe.synapse_table(&types);
    let pairs = (0..n).flat_map(|pre| (0..n).map(move |post| (pre, post)));
    [pairs.filter(|(pre, post)| table.rule(*pre, *post).is_some()).count() as u32, (n * n) as u32]
}

/// The gravest first; within a severity in order of code.
fn kinds(problems: &[Problem]) -> Vec<ProblemKindRow> {
    let mut counts: BTreeMap<(Severity, &str), u32> = BTreeMap::new();
    for problem in problems {
        *counts.entry((problem.severity, &problem.code)).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((severity, code), n)| ProblemKindRow {
            severity: format!("{severity:?}").to_lowercase(),
            code: code.to_owned(),
            n,
        })
        .collect()
}

/// Those asked for by severity or code; the first of each kind where nothing is asked.
fn problems(problems: &[Problem], request: &ParseRecipe) -> Result<(Vec<ProblemReply>, usize), ActError> {
    let asked = request.problems.as_str();
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| problem.severity);
    if asked.is_empty() {
        if request.pair.is_some() || !request.against.is_empty() {
            // the kinds are counted all the same
            return Ok((Vec::new(), 0));
        }
        let mut said = BTreeSet::new();
        let firsts = sorted.into_iter().filter(|problem| said.insert(problem.code.as_str()));
        return Ok((firsts.take(SHOWN).map(ProblemReply::from).collect(), 0));
    }
    let severity = |problem: &Problem| format!("{:?}", problem.severity).to_lowercase();
    let fits = |problem: &&&Problem| problem.code == asked || severity(problem) == asked;
    let n_asked = sorted.iter().filter(fits).count();
    let chosen: Vec<ProblemReply> = sorted
        .iter()
        .filter(fits)
        .skip(request.problems_from as usize)
        .take(LISTED)
        .map(|problem| ProblemReply::from(*problem))
        .scan(0, |told, problem| {
            // the first is told however long it is
            let is_first = *told == 0;
            *told += problem.message.len() + problem.remedy.len() + problem.place.len() + 60;
            (is_first || *told <= LISTED_CHARACTERS).then_some(problem)
        })
        .collect();
    if chosen.is_empty() && request.problems_from == 0 && !["error", "warning", "note"].contains(&asked) {
        let known: Vec<&str> = sorted.iter().map(|problem| problem.code.as_str()).collect();
        let near = bravli_recipe::nearest(asked, known.iter().copied());
        let hint = if near.is_empty() { String::new() } else { format!(", did you mean {}?", near.join(", ")) };
        return Err(ActError::new(
            "unknown_problem_kind",
            "problems",
            format!("this recipe has no problem of the kind {asked:?}{hint}"),
            "give error, warning, note, or a code of problem_kinds",
        ));
    }
    Ok((chosen, n_asked))
}

fn next(
    request: &ParseRecipe,
    buildable: bool,
    recipe: &Recipe,
    problems: &[Problem],
    (n_listed, n_asked): (usize, usize),
) -> Vec<String> {
    let mut next = Vec::new();
    let again = |more: &str| {
        let file = if request.main_file.is_empty() {
            String::new()
        } else {
            format!(", \"main_file\": {:?}", request.main_file)
        };
        format!("parse_recipe {{\"recipe\": {:?}{file}, {more}}}", request.recipe)
    };
    let from = request.problems_from as usize + n_listed;
    if !request.problems.is_empty() && n_listed > 0 && from < n_asked {
        let more = again(&format!("\"problems\": {:?}, \"problems_from\": {from}", request.problems));
        next.push(format!("{more} for the other {} of {n_asked}", n_asked - from));
    }
    let warned = problems.iter().filter(|problem| problem.severity == Severity::Warning).count();
    if request.problems.is_empty() && warned > 1 {
        next.push(again("\"problems\": \"warning\""));
    }
    next.push(if buildable {
        let named: BTreeSet<&str> = recipe.composition.iter().map(|group| group.layer.as_str()).collect();
        // layers 1 and 6 are the costly and least known ones
        let core: Vec<&str> = named.into_iter().filter(|layer| !layer.starts_with(['1', '6'])).collect();
        format!("place_column {{\"recipe\": {:?}, \"radius_um\": 130, \"layers\": {core:?}}}", request.recipe)
    } else {
        let lacks = "copy what `missing` names from a recipe that has it (rat-barrel) into the folder";
        format!("{lacks}, or place_column {{\"recipe\": \"rat-barrel\"}}")
    });
    next
}
