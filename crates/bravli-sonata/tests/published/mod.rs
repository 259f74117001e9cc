//! Finding published files, which are not part of the repository.

use std::io::Write;
use std::path::PathBuf;

/// The folder of published files, or `None` with a visible line when it is not there.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAVLI_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::explicit_write, reason = "the test harness swallows what a passing test prints by eprintln")]
    #[expect(clippy::unwrap_used, reason = "only tests call it")]
    writeln!(std::io::stderr(), "SKIPPED: {test}: no published files in {}", folder.display()).unwrap();
    None
}
