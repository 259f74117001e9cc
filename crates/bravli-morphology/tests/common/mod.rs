//! Finding real reconstructions, which are not part of the repository.

use bravli_morphology::{MorphologyError, MorphologyRead, read_morphology};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of real files, or `None` with a visible line when it is not there.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAVLI_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::explicit_write, reason = "the test harness swallows what a passing test prints by eprintln")]
    #[expect(clippy::unwrap_used, reason = "only tests call it")]
    writeln!(std::io::stderr(), "SKIPPED: {test}: no real morphologies in {}", folder.display()).unwrap();
    None
}

/// Reads a file of that folder, under its short name.
#[expect(clippy::unwrap_used, reason = "only tests call it")]
pub(crate) fn read(data: &Path, name: &str) -> Result<MorphologyRead, MorphologyError> {
    let short = name.rsplit('/').next().unwrap_or(name);
    read_morphology(short, &std::fs::read(data.join(name)).unwrap())
}
