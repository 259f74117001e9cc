//! A column placed, wired and written.

use bravli_bench::{WiringFigures, WiringRequest, wiring};
use bravli_workbench::Workbench;
use std::path::{Path, PathBuf};

/// The shipped recipe whose cells and synapse classes the case uses.
const RECIPE: &str = "rat-barrel";

pub(super) fn measured(request: &WiringRequest, lab: &Path, out: Option<&Path>) -> Result<WiringFigures, String> {
    let recipe = Workbench::new(lab).open_recipe(Path::new(RECIPE), "").map_err(|error| error.to_string())?;
    let (folder, _kept) = folder(out)?;
    wiring(&recipe.reading.recipe, request, &folder).map_err(|error| error.to_string())
}

/// The folder asked for, which stays, or one that goes with the second value.
fn folder(out: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), String> {
    if let Some(out) = out {
        std::fs::create_dir_all(out).map_err(|error| format!("cannot make {}: {error}", out.display()))?;
        return Ok((out.to_owned(), None));
    }
    let folder = tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
    Ok((folder.path().to_owned(), Some(folder)))
}

pub(super) fn told(figures: &WiringFigures) -> String {
    format!(
        "{} cells, {} connections, {} synapses on {} threads: {:.2} s (placed {:.2}, wired {:.2}, written {:.2}), peak \
         {:.0} MiB, {:.2} bytes per synapse and {:.2} per connection in memory, {:.0} MiB on disk, digest {}",
        figures.cells,
        figures.connections,
        figures.synapses,
        figures.threads,
        figures.wall_s,
        figures.place_s,
        figures.wire_s,
        figures.write_s,
        figures.peak_mib,
        figures.bytes_per_synapse,
        figures.bytes_per_connection,
        figures.file_mib,
        figures.digest
    )
}
