//! `bravli study`.

use crate::args::StudyCommand;
use crate::output::{self, Bar};
use bravli_workbench::{ActError, Inspect, InspectDetail, Study, StudyReply, Workbench, read_study, shipped_study};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Largest study file, in bytes: a page of text with room to spare.
const MAX_STUDY_BYTES: u64 = 1 << 20;

/// Runs a subcommand.
pub(crate) fn run(command: StudyCommand, lab: &Path) -> ExitCode {
    let outcome = match command {
        StudyCommand::Run { file, threads, json } => run_file(&file, lab, threads, json),
        StudyCommand::Check { file } => check_file(&file, lab),
        StudyCommand::Export { artifact, out } => export(&artifact, lab, out.as_deref()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error.to_string()),
    }
}

fn open(file: &Path) -> Result<Study, ActError> {
    let name = file.display().to_string();
    let unreadable = |message: String| {
        ActError::new("no_study", name.clone(), message, "name a study file, or a shipped study such as first-question")
    };
    let text = match std::fs::metadata(file) {
        Ok(metadata) if metadata.len() > MAX_STUDY_BYTES => {
            return Err(unreadable(format!("the file has {} bytes; {MAX_STUDY_BYTES} are allowed", metadata.len())));
        }
        Ok(_) => {
            std::fs::read_to_string(file).map_err(|error| unreadable(format!("cannot read the study: {error}")))?
        }
        Err(error) => shipped_study(&name)
            .map(str::to_owned)
            .ok_or_else(|| unreadable(format!("cannot read the study: {error}")))?,
    };
    read_study(&name, &text)
}

fn run_file(file: &Path, lab: &Path, threads: u32, as_json: bool) -> Result<(), ActError> {
    let study = open(file)?;
    let bench = Workbench::new(lab);
    let bar = Bar::new();
    let outcome = bench.run_study(&study, threads, &bar);
    bar.finish();
    let reply = outcome?;
    if as_json {
        output::result(&format!("{:#}", json!(reply)));
    } else {
        print(&study, &reply, lab);
    }
    Ok(())
}

fn print(study: &Study, reply: &StudyReply, lab: &Path) {
    if !study.question.is_empty() {
        output::result(&format!("Question  {}", study.question.trim()));
    }
    output::result(&format!("Finding   {}", reply.finding));
    for note in &reply.notes {
        output::result(&format!("Note      {note}"));
    }
    for (kind, id) in &reply.artifacts {
        output::result(&format!("{kind:<9} {id}"));
    }
    if !reply.report.is_empty() {
        output::result(&format!("Report    {}", lab.join(&reply.report).display()));
    }
}

fn check_file(file: &Path, lab: &Path) -> Result<(), ActError> {
    let study = open(file)?;
    Workbench::new(lab).check_study(&study)?;
    output::result(&format!("{}: the study can be run", study.study));
    Ok(())
}

fn export(artifact: &str, lab: &Path, out: Option<&Path>) -> Result<(), ActError> {
    let request = Inspect { artifact: artifact.to_owned(), detail: InspectDetail::Study, ..Inspect::default() };
    let text = Workbench::new(lab).inspect(&request)?.study;
    match out {
        None => output::result(text.trim_end()),
        Some(path) => std::fs::write(path, text).map_err(|error| {
            ActError::new(
                "cannot_write",
                path.display().to_string(),
                format!("cannot write the study: {error}"),
                "name another file with --out",
            )
        })?,
    }
    Ok(())
}
