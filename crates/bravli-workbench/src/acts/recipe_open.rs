//! Recipes that a person named in a shell, wherever they lie. No request reaches this.

use super::recipe_detail;
use crate::error::{ActError, ProblemReply};
use crate::replies::{ChangesReply, CheckReply, PairReply};
use crate::requests::PairRequest;
use crate::workbench::Workbench;
use bravli_recipe::{Converted, Diff, Form, Reading, RecipeFiles, Severity, convert, diff, read_with};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A recipe that was opened.
#[derive(Debug)]
pub struct OpenRecipe {
    /// Name: that of its folder.
    pub name: String,
    /// Its files.
    pub files: RecipeFiles,
    /// What they say.
    pub reading: Reading,
}

/// What is to be said of a table beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNotes {
    /// Pairs that no rule decides; their rows have `-` for rule and class.
    pub n_undecided: usize,
    /// What was taken from elsewhere or left out.
    pub notes: Vec<String>,
}

/// A conversion that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRecipe {
    /// The files.
    pub files: Vec<PathBuf>,
    /// What they do not hold.
    pub losses: Vec<bravli_recipe::Loss>,
}

impl Workbench {
    /// Opens a recipe folder anywhere, one of its files as the builder recipe, or a recipe by name.
    ///
    /// # Errors
    /// All problems of the files at once, or why they cannot be read.
    pub fn open_recipe(&self, place: &Path, main_file: &str) -> Result<OpenRecipe, ActError> {
        let (name, files, main) = self.files_at(place, main_file)?;
        let reading = read_with(&name, &files, main.as_deref()).map_err(|rejected| ActError::rejected(&rejected))?;
        Ok(OpenRecipe { name, files, reading })
    }

    /// Every problem of a recipe, errors among them.
    ///
    /// # Errors
    /// Why its files cannot be read at all.
    pub fn check_recipe(&self, place: &Path, main_file: &str) -> Result<CheckReply, ActError> {
        let (name, files, main) = self.files_at(place, main_file)?;
        let (mut problems, usable) = match read_with(&name, &files, main.as_deref()) {
            Ok(reading) => (reading.problems, true),
            Err(rejected) => (rejected.problems, false),
        };
        problems.sort_by_key(|problem| problem.severity);
        let n = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
        let (errors, warnings, notes) = (n(Severity::Error), n(Severity::Warning), n(Severity::Note));
        Ok(CheckReply {
            finding: format!("{name}: {errors} errors, {warnings} warnings, {notes} notes"),
            recipe: name,
            usable,
            problems: problems.iter().map(ProblemReply::from).collect(),
        })
    }

    fn files_at(&self, place: &Path, main_file: &str) -> Result<(String, RecipeFiles, Option<String>), ActError> {
        let name_of = |path: &Path| {
            let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            full.file_name().map_or_else(|| "recipe".to_owned(), |name| name.to_string_lossy().into_owned())
        };
        let chosen = Some(main_file.to_owned()).filter(|main| !main.is_empty());
        if place.is_dir() {
            return Ok((name_of(place), crate::lab::read_folder(place)?, chosen));
        }
        if place.is_file() {
            let folder = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let own = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !bravli_recipe::is_builder_name(&own) {
                let remedy = "name its folder, or the builder recipe: XML, or JSON or YAML of version 1";
                let message = format!("{own} is read as a part of its folder, not as a builder recipe");
                return Err(ActError::new("not_a_builder_recipe", place.display().to_string(), message, remedy));
            }
            return Ok((own.clone(), crate::lab::read_folder(folder)?, chosen.or(Some(own))));
        }
        let name = place.to_string_lossy().into_owned();
        if place.is_absolute() || name.starts_with('.') {
            let remedy = "give a recipe folder, a builder recipe file, or the name of a recipe";
            return Err(ActError::new("no_such_file", name.clone(), "there is no such file or folder", remedy));
        }
        let files = self.lab().recipe_files(&name)?;
        Ok((name, files, chosen))
    }
}

impl OpenRecipe {
    /// Writes `src_mtype src_etype dst_mtype dst_etype rule_index class` for every pair of cell types, tab separated; a rule's
    /// index counts the synapse rules of the file from 0.
    ///
    /// # Errors
    /// When nothing is known of any cell type. A reader that has hung up ends the table without an error.
    pub fn write_table(&self, out: &mut impl Write) -> Result<TableNotes, ActError> {
        let recipe = &self.reading.recipe;
        let found = recipe.cell_types();
        if found.types.is_empty() {
            return Err(ActError::new(
                "no_cell_types",
                &self.name,
                "the recipe names no m-type of which class and e-types are known",
                "add mtype_taxonomy.tsv and a cell_composition.yaml, or NeuronTypes with ElectroType entries",
            ));
        }
        let mut told = TableNotes { n_undecided: 0, notes: Vec::new() };
        if !found.published.is_empty() {
            let n = found.published.len();
            told.notes.push(format!(
                "note: no file says which e-types {n} m-types have; those of the published list are used"
            ));
        }
        if !found.without.is_empty() {
            told.notes
                .push(format!("note: without a class or a known e-type and left out: {}", found.without.join(", ")));
        }
        let types = &found.types;
        let table = recipe.synapse_table(types);
        if writeln!(out, "src_mtype\tsrc_etype\tdst_mtype\tdst_etype\trule_index\tclass").is_err() {
            return Ok(told);
        }
        for (i, pre) in types.iter().enumerate() {
            for (j, post) in types.iter().enumerate() {
                let (rule, class) = match table.class(i, j) {
                    Ok((rule, class)) => (rule.to_string(), class.name.as_str()),
                    Err(_) => {
                        told.n_undecided += 1;
                        ("-".to_owned(), "-")
                    }
                };
                let row = [&pre.mtype, &pre.etype, &post.mtype, &post.etype].map(String::as_str).join("\t");
                if writeln!(out, "{row}\t{rule}\t{class}").is_err() {
                    return Ok(told);
                }
            }
        }
        if told.n_undecided > 0 {
            told.notes.push(format!(
                "{} of {} pairs match no synapse rule",
                told.n_undecided,
                types.len() * types.len()
            ));
        }
        Ok(told)
    }

    /// Why a pair of cells has the synapses it has.
    ///
    /// # Errors
    /// An m-type or e-type that the recipe does not have, or a pair that no rule decides.
    pub fn explain(&self, pair: &PairRequest) -> Result<PairReply, ActError> {
        recipe_detail::pair(&self.reading.recipe, pair)
    }

    /// What changed from another recipe to this one, in short.
    #[must_use]
    pub fn changes(&self, other: &Self) -> ChangesReply {
        recipe_detail::changes(&other.reading.recipe, &self.reading.recipe)
    }

    /// The same in full.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Diff {
        diff(&other.reading.recipe, &self.reading.recipe)
    }

    /// Writes the recipe in another form into a folder that does not exist or is empty; a failure leaves nothing behind.
    ///
    /// # Errors
    /// `folder_not_empty`, or `lab_io` when a file cannot be written.
    pub fn convert(&self, form: Form, folder: &Path) -> Result<WrittenRecipe, ActError> {
        let existed = folder.exists();
        let is_empty = || std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        if existed && !is_empty() {
            return Err(ActError::new(
                "folder_not_empty",
                folder.display().to_string(),
                "the folder to write to exists and is not empty",
                "name a new folder",
            ));
        }
        let Converted { files, losses } = convert(&self.reading, &self.files, form);
        let mut written = Vec::new();
        let attempt = std::fs::create_dir_all(folder).map_err(|error| ActError::io("make the folder", folder, &error));
        let outcome = attempt.and_then(|()| {
            for (name, text) in &files {
                let path = folder.join(name);
                std::fs::write(&path, text).map_err(|error| ActError::io("write a recipe file", &path, &error))?;
                written.push(path);
            }
            Ok(())
        });
        if let Err(error) = outcome {
            for path in &written {
                let _ = std::fs::remove_file(path);
            }
            if !existed {
                let _ = std::fs::remove_dir(folder);
            }
            return Err(error);
        }
        Ok(WrittenRecipe { files: written, losses })
    }
}
