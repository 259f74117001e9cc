//! Ranks a judged collection in BEIR form with the product's own search, and scores the ranking.
//!
//! `cargo xtask eval-search FOLDER --run FILE` builds this in release and calls it.

mod evaluate;

use evaluate::{Settings, evaluate};
use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "eval_search FOLDER --run FILE [--ignore-identical-ids]";

fn main() -> ExitCode {
    let terms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge/terms");
    let outcome = settings(env::args().skip(1), terms)
        .map_err(|what| format!("{what}\n  usage: {USAGE}"))
        .and_then(|settings| evaluate(&settings).map_err(|failure| failure.to_string()));
    match outcome {
        Ok(report) => {
            // a closed pipe is no reason to fail: the run file is written
            let _ = write!(io::stdout().lock(), "{report}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = writeln!(io::stderr().lock(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn settings(arguments: impl Iterator<Item = String>, terms: PathBuf) -> Result<Settings, String> {
    let (mut folder, mut run, mut ignore_identical_ids) = (None, None, false);
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--run" => run = arguments.next().map(PathBuf::from),
            "--ignore-identical-ids" => ignore_identical_ids = true,
            flag if flag.starts_with('-') => return Err(format!("unknown flag {flag:?}")),
            _ if folder.is_none() => folder = Some(PathBuf::from(argument)),
            _ => return Err(format!("one folder is ranked, got {argument:?} as well")),
        }
    }
    let folder = folder.ok_or("no folder is named")?;
    let run = run.ok_or("no run file is named")?;
    Ok(Settings { folder, run, terms, ignore_identical_ids })
}
