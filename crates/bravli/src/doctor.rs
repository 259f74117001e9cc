//! `bravli doctor`: what this machine offers and whether all is well.

use crate::output;
use bravli_workbench::{ParseRecipe, SearchLiterature, Workbench};
use std::path::Path;
use std::process::ExitCode;

/// Checks the shipped recipe and records and the lab, one line each.
pub(crate) fn doctor(lab: &Path) -> ExitCode {
    let bench = Workbench::new(lab);
    let recipe = bench.parse_recipe(&ParseRecipe::named("rat-barrel"));
    let library = bench.search_literature(&SearchLiterature {
        query: "barrel cortex".into(),
        limit: 1,
        ..SearchLiterature::default()
    });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    output::result(&format!("bravli    {}", env!("CARGO_PKG_VERSION")));
    output::result(&format!("threads   {threads}"));
    let mut well = true;
    for (name, outcome) in
        [("recipe", recipe.map(|reply| reply.finding)), ("library", library.map(|reply| reply.finding))]
    {
        match outcome {
            Ok(finding) => output::result(&format!("{name:<9} {finding}")),
            Err(error) => {
                well = false;
                output::result(&format!("{name:<9} {error}"));
            }
        }
    }
    let state = if lab.is_dir() { "there" } else { "made with the first artifact" };
    output::result(&format!("lab       {} ({state})", lab.display()));
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
