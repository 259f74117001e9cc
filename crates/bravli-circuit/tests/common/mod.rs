//! Recipes to place: written here, shipped, and real ones.

#![allow(dead_code, reason = "each test takes what it needs")]

use bravli_recipe::{Recipe, RecipeFiles, read};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files by name and text.
pub(crate) fn files(files: &[(&str, &str)]) -> RecipeFiles {
    RecipeFiles(files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
}

/// The recipe of files that must be in order.
pub(crate) fn recipe(of: &RecipeFiles) -> Recipe {
    read("test", of).unwrap().recipe
}

/// A recipe of the repository.
pub(crate) fn shipped(name: &str) -> Recipe {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes").join(name);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap());
    }
    read(name, &RecipeFiles(files)).unwrap().recipe
}

/// The folder of real files, or `None` with a visible line when it is not there.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAVLI_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::explicit_write, reason = "the test harness swallows what a passing test prints by eprintln")]
    writeln!(std::io::stderr(), "SKIPPED: {test}: no real atlas in {}", folder.display()).unwrap();
    None
}
