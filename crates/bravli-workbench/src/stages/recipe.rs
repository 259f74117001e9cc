//! Recipe files → a recipe, and its copy in the store.

use super::write_text;
use crate::error::ActError;
use crate::store::{ArtifactRecord, Draft, Ledger, Made, Store};
use bravli_facts::KnowledgeBase;
use bravli_recipe::{
    Problem, Reading, Recipe, RecipeFiles, Severity, SourceEntry, SourceEvidence, numbers_with, read_with,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// A recipe, its files and what its numbers rest on.
pub(crate) struct ReadRecipe {
    pub(crate) files: RecipeFiles,
    pub(crate) main_xml: String,
    pub(crate) reading: Reading,
    pub(crate) ledger: Ledger,
    pub(crate) digest: String,
}

/// Reads and checks the files of a recipe.
///
/// # Errors
/// All problems of the files at once.
pub(crate) fn read(
    name: &str,
    files: RecipeFiles,
    main_xml: &str,
    knowledge: &KnowledgeBase,
) -> Result<ReadRecipe, ActError> {
    let main = Some(main_xml).filter(|main| !main.is_empty());
    let mut reading = read_with(name, &files, main).map_err(|rejected| ActError::rejected(&rejected))?;
    let ledger = ledger(&mut reading, &files, main, knowledge)?;
    let digest = digest(&files);
    Ok(ReadRecipe { files, main_xml: main_xml.to_owned(), reading, ledger, digest })
}

/// Counts the evidence of every number in the recipe's files.
///
/// A number that `sources.yaml` calls cited but that none of the named facts holds has no source, and is told.
fn ledger(
    reading: &mut Reading,
    files: &RecipeFiles,
    main: Option<&str>,
    knowledge: &KnowledgeBase,
) -> Result<Ledger, ActError> {
    let recipe = &reading.recipe;
    let mut told = Vec::new();
    let mut ledger = Ledger::default();
    if recipe.sources.is_empty() {
        // a plain Blue Brain folder: its numbers carry comments, not records
        let numbers = numbers_with(files, main).map_err(|rejected| ActError::rejected(&rejected))?;
        ledger.unsourced = numbers.len() as u32;
        return Ok(ledger);
    }
    let mut assumptions: BTreeMap<String, u32> = BTreeMap::new();
    for number in numbers_with(files, main).map_err(|rejected| ActError::rejected(&rejected))? {
        match recipe.source_of(&number.file, &number.path).map(|entry| (&entry.evidence, entry)) {
            Some((SourceEvidence::Cited, entry)) if holds(knowledge, entry, number.value) => ledger.cited += 1,
            Some((SourceEvidence::Cited, entry)) => {
                ledger.unsourced += 1;
                told.push(Problem {
                    severity: Severity::Warning,
                    code: "cited_value_differs".into(),
                    message: format!(
                        "{} = {} is in none of the facts cited for it: {}",
                        number.path,
                        number.value,
                        entry.facts.join(", ")
                    ),
                    at: Some(number.at.clone()),
                    remedy: Some("cite the fact that holds it, or call it derived or assumed in sources.yaml".into()),
                });
            }
            Some((SourceEvidence::Derived { .. }, _)) => ledger.derived += 1,
            Some((SourceEvidence::Assumed { because }, entry)) => {
                ledger.assumed += 1;
                *assumptions.entry(format!("{} {}: {because}", entry.file, entry.path)).or_default() += 1;
            }
            None => ledger.unsourced += 1,
        }
    }
    ledger.assumptions = assumptions.into_keys().collect();
    reading.problems.extend(told);
    Ok(ledger)
}

/// Whether one of the facts of an entry has the number as its value or spread.
fn holds(knowledge: &KnowledgeBase, entry: &SourceEntry, number: f64) -> bool {
    let same = |value: f64| (value - number).abs() <= 1e-9 * number.abs().max(1.0);
    entry.facts.iter().filter_map(|key| knowledge.fact(key)).any(|fact| {
        fact.value.numbers().into_iter().chain(fact.spread.iter().flat_map(|spread| spread.numbers())).any(same)
    })
}

/// Digest over names and contents.
fn digest(files: &RecipeFiles) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in &files.0 {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(Sha256::digest(bytes));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a copy of the files, so that what is built from them can be built again after they change.
pub(crate) fn store(store: &Store, recipe: &ReadRecipe) -> Result<Made, ActError> {
    let name = &recipe.reading.recipe.name;
    let mut request = json!({ "recipe": name, "digest": recipe.digest });
    if !recipe.main_xml.is_empty() {
        request["main_xml"] = json!(recipe.main_xml);
    }
    store.make("recipe", request, &[], |folder| {
        for (name, bytes) in &recipe.files.0 {
            let path = folder.join("files").join(name);
            std::fs::create_dir_all(folder.join("files"))
                .and_then(|()| std::fs::write(&path, bytes))
                .map_err(|error| ActError::io("copy a recipe file", &path, &error))?;
        }
        let problems: Vec<String> = recipe.reading.problems.iter().map(ToString::to_string).collect();
        write_text(&folder.join("problems.txt"), &problems.join("\n"))?;
        let content = &recipe.reading.recipe;
        let summary = json!({
            "recipe": name,
            "synapse_classes": content.synapse_classes.len(),
            "synapse_rules": content.synapse_rules.len(),
            "connection_rules": content.connection_rules.len(),
            "composition_groups": content.composition.len(),
            "populations": content.populations.len(),
        });
        Ok(Draft { summary, ledger: recipe.ledger.clone(), notes: problems })
    })
}

/// Reads the copy of a recipe from the store.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<Recipe, ActError> {
    let folder = store.folder(record).join("files");
    let files = record
        .payload
        .iter()
        .filter_map(|file| Some(Path::new(&file.name).strip_prefix("files").ok()?.to_string_lossy().into_owned()))
        .map(|name| {
            let path = folder.join(&name);
            let bytes = std::fs::read(&path).map_err(|error| ActError::io("read a recipe file", &path, &error))?;
            Ok((name, bytes))
        })
        .collect::<Result<BTreeMap<_, _>, ActError>>()?;
    let name = record.request["recipe"].as_str().unwrap_or_default();
    let main = record.request["main_xml"].as_str();
    let reading = read_with(name, &RecipeFiles(files), main).map_err(|rejected| ActError::rejected(&rejected))?;
    Ok(reading.recipe)
}
