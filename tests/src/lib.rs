//! Helpers for the tests that cross crates.

use std::path::{Path, PathBuf};

/// The built binary: `BRAVLI` where set, else beside the running test in the target folder.
///
/// # Panics
/// When there is none; `cargo build -p bravli` makes it.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BRAVLI") {
        return PathBuf::from(path);
    }
    // a test runs from target/<profile>/deps
    let found = std::env::current_exe().ok().and_then(|test| {
        let path = test.parent()?.parent()?.join("bravli");
        path.is_file().then_some(path)
    });
    match found {
        Some(path) => path,
        None => panic!("there is no built binary: run `cargo build -p bravli` first, or set BRAVLI to its path"),
    }
}

/// The top folder of the project.
#[must_use]
pub fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A small study as text: `radius_um`, seeds and analysis can be varied by the caller's replacements.
#[must_use]
pub fn small_study() -> &'static str {
    "study: small\n\
     question: Does a small column compute uncertainty-modulated prediction errors?\n\
     recipe: rat-barrel\n\
     column: {radius_um: 40, layers: [\"2\", \"3\", \"4\", \"5\"], seed: 1}\n\
     wiring: {seed: 1}\n\
     boundary: {seed: 1}\n\
     protocol:\n\
     \x20 kind: gaussian_blocks\n\
     \x20 mu: [3]\n\
     \x20 sigma: [0.2, 0.8, 2]\n\
     \x20 natural_trials: 4\n\
     \x20 lead_in_trials: 3\n\
     \x20 probe_deltas: [-1, 0, 1]\n\
     \x20 probe_repeats: 2\n\
     \x20 isi_ms: 100\n\
     run: {seeds: [1]}\n\
     analyses: [{kind: upe, n_bootstrap: 50}]\n"
}
