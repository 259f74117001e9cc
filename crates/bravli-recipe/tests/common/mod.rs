//! Finding the real recipe files, which are not part of the repository.

use bravli_recipe::RecipeFiles;
use std::io::Write;
use std::path::PathBuf;

/// The folder of real files, or `None` with a visible line when it is not there.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAVLI_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::explicit_write, reason = "the test harness swallows what a passing test prints by eprintln")]
    writeln!(std::io::stderr(), "SKIPPED: {test}: no real recipe files in {}", folder.display()).unwrap();
    None
}

/// Some files of a folder as a recipe folder.
pub(crate) fn folder(data: &std::path::Path, names: &[&str]) -> RecipeFiles {
    let file = |name: &&str| {
        let path = data.join(name);
        let short = path.file_name().unwrap().to_string_lossy().into_owned();
        (short, std::fs::read(&path).unwrap())
    };
    RecipeFiles(names.iter().map(file).collect())
}
