//! `bravli bench`: what the measured cases take on this machine.

mod case;
mod wiring;

use crate::args::{BenchCommand, CaseArgs};
use crate::output;
use bravli_bench::WiringRequest;
use bravli_bench::cases::Case;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(command: &BenchCommand, lab: &Path) -> ExitCode {
    match command {
        BenchCommand::Wiring { cells, threads: n, synapses_per_cell, synapses_per_connection, seed, out, json } => {
            let request = WiringRequest {
                cells: *cells,
                synapses_per_cell: *synapses_per_cell,
                synapses_per_connection: *synapses_per_connection,
                threads: threads(*n),
                seed: *seed,
            };
            tell(wiring::measured(&request, lab, out.as_deref()), *json, wiring::told)
        }
        BenchCommand::Pd14 { scale, run } => case(Case::Pd14 { scale: *scale }, run),
        BenchCommand::Column { cells, release, run } => {
            case(Case::Column { cells: *cells, release: case::release(*release) }, run)
        }
        BenchCommand::Coba { run } => case(Case::Coba, run),
        BenchCommand::Cuba { run } => case(Case::Cuba, run),
    }
}

fn case(case: Case, run: &CaseArgs) -> ExitCode {
    tell(case::measured(case, run), run.json, case::told)
}

/// Prints figures, for programs or for people.
fn tell<T: serde::Serialize>(figures: Result<T, String>, json: bool, told: impl Fn(&T) -> String) -> ExitCode {
    let text = figures.and_then(|figures| match json {
        true => serde_json::to_string(&figures).map_err(|error| format!("cannot write the figures: {error}")),
        false => Ok(told(&figures)),
    });
    match text {
        Ok(text) => {
            output::result(&text);
            ExitCode::SUCCESS
        }
        Err(error) => output::fail(&error),
    }
}

/// Threads asked for, or as many as there are.
fn threads(asked: u32) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n as usize,
    }
}
