//! `bravli knowledge`, and what may go online.

use crate::args::{FetchFrom, KnowledgeCommand};
use crate::output;
use bravli_workbench::{ActError, AddLiterature, AddReply, Http, Workbench};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Largest file to add, in bytes.
const MAX_BYTES: u64 = 8 << 20;

/// The workbench of a lab; it goes online only where that was asked for.
pub(crate) fn bench(lab: &Path, online: bool) -> Workbench {
    if online { Workbench::with_online(lab, Arc::new(Http::new())) } else { Workbench::new(lab) }
}

pub(crate) fn run(command: &KnowledgeCommand, lab: &Path) -> ExitCode {
    match command {
        KnowledgeCommand::Check { folder, json } => check(folder.as_deref(), *json, lab),
        KnowledgeCommand::Add { file } => match request_of(file) {
            Ok(request) => told(bench(lab, false).add_literature(&request)),
            Err(message) => output::fail(&message),
        },
        KnowledgeCommand::Fetch { service, query, limit, online } => {
            let mut request = AddLiterature { limit: *limit, ..AddLiterature::default() };
            match service {
                FetchFrom::EuropePmc => request.europe_pmc.clone_from(query),
                FetchFrom::Openalex => request.openalex.clone_from(query),
            }
            told(bench(lab, *online).add_literature(&request))
        }
    }
}

fn check(folder: Option<&Path>, as_json: bool, lab: &Path) -> ExitCode {
    let reply = match Workbench::new(lab).check_knowledge(folder) {
        Ok(reply) => reply,
        Err(error) => return output::fail(&error.to_string()),
    };
    if as_json {
        match serde_json::to_string_pretty(&reply) {
            Ok(text) => output::result(&text),
            Err(error) => return output::fail(&format!("cannot write the reply: {error}")),
        }
    } else {
        for problem in &reply.problems {
            let remedy = if problem.remedy.is_empty() { String::new() } else { format!(" ({})", problem.remedy) };
            output::result(&format!("{}: {}{remedy}", problem.place, problem.message));
        }
        output::result(&reply.finding);
    }
    if reply.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a file asks to add: JATS by its angle bracket, BibTeX otherwise.
fn request_of(file: &Path) -> Result<AddLiterature, String> {
    let bytes = std::fs::metadata(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?.len();
    if bytes > MAX_BYTES {
        return Err(format!("{} has {bytes} bytes; at most {MAX_BYTES} are read\n  remedy: split it", file.display()));
    }
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}\n  remedy: the file must be UTF-8 text", file.display()))?;
    let mut request = AddLiterature::default();
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        request.jats = text;
    } else {
        request.bibtex = text;
    }
    Ok(request)
}

fn told(outcome: Result<AddReply, ActError>) -> ExitCode {
    match outcome {
        Ok(reply) => {
            output::result(&reply.finding);
            for (what, keys) in [("paper", &reply.papers), ("known", &reply.known), ("skipped", &reply.skipped)] {
                for key in keys {
                    output::result(&format!("  {what}: {key}"));
                }
            }
            ExitCode::SUCCESS
        }
        Err(error) => output::fail(&error.to_string()),
    }
}
