//! Recipe files → a recipe, and its copy in the store.

use super::write_text;
use crate::error::ActError;
use crate::ledger::Sourced;
use crate::store::{ArtifactRecord, Draft, Ledger, Made, Store};
use bravli_facts::KnowledgeBase;
use bravli_recipe::{Problem, Reading, Recipe, RecipeFiles, read_with};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A recipe, its files and what its numbers rest on.
pub(crate) struct ReadRecipe {
    pub(crate) files: RecipeFiles,
    pub(crate) main_file: String,
    pub(crate) sourced: Sourced,
    /// Warnings and notes.
    pub(crate) problems: Vec<Problem>,
    /// Of all its numbers, used or not.
    pub(crate) ledger: Ledger,
    pub(crate) digest: String,
}

/// Reads and checks the files of a recipe. Numbers without a source are told, not refused: what is built refuses them.
///
/// # Errors
/// All problems of the files at once.
pub(crate) fn read(
    name: &str,
    files: RecipeFiles,
    main_file: &str,
    knowledge: Arc<KnowledgeBase>,
) -> Result<ReadRecipe, ActError> {
    let main = Some(main_file).filter(|main| !main.is_empty());
    let reading = read_with(name, &files, main).map_err(|rejected| ActError::rejected(&rejected))?;
    let mut problems = reading.problems;
    let sourced = Sourced::new(reading.recipe, reading.numbers, knowledge);
    problems.extend(sourced.warnings());
    let ledger = sourced.ledger(&sourced.all());
    let digest = digest(&files);
    Ok(ReadRecipe { files, main_file: main_file.to_owned(), sourced, problems, ledger, digest })
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
    let name = &recipe.sourced.recipe.name;
    let mut request = json!({ "recipe": name, "digest": recipe.digest });
    if !recipe.main_file.is_empty() {
        request["main_file"] = json!(recipe.main_file);
    }
    store.make("recipe", request, &[], |folder| {
        for (name, bytes) in &recipe.files.0 {
            let path = folder.join("files").join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(folder))
                .and_then(|()| std::fs::write(&path, bytes))
                .map_err(|error| ActError::io("copy a recipe file", &path, &error))?;
        }
        let problems: Vec<String> = recipe.problems.iter().map(ToString::to_string).collect();
        write_text(&folder.join("problems.txt"), &problems.join("\n"))?;
        let content = &recipe.sourced.recipe;
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

/// The builder recipe that was named when a recipe was stored. Artifacts from before it could be other than XML say `main_xml`.
pub(crate) fn main_file(record: &ArtifactRecord) -> Option<&str> {
    ["main_file", "main_xml"].iter().find_map(|field| record.request[*field].as_str())
}

/// Reads the copy of a recipe from the store.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<Recipe, ActError> {
    Ok(read_copy(store, record)?.recipe)
}

/// The same with what stands behind its numbers.
pub(crate) fn load_sourced(
    store: &Store,
    record: &ArtifactRecord,
    knowledge: Arc<KnowledgeBase>,
) -> Result<Sourced, ActError> {
    let reading = read_copy(store, record)?;
    Ok(Sourced::new(reading.recipe, reading.numbers, knowledge))
}

fn read_copy(store: &Store, record: &ArtifactRecord) -> Result<Reading, ActError> {
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
    let main = main_file(record);
    read_with(name, &RecipeFiles(files), main).map_err(|rejected| ActError::rejected(&rejected))
}
