//! `cargo xtask bench`: a measured case of the release binary, beside another program on the same rule in the same run.

mod options;
mod runs;
mod seeds;
mod wiring;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cmake;
use crate::nearest::nearest;
use crate::project::{Problem, Project, line, run};
use options::Options;

/// Cases and the peers that each can be held against.
const CASES: [(&str, &[&str]); 5] = [
    ("wiring", &["nest"]),
    ("pd14", &["nest"]),
    ("column", &["nest", "brian2"]),
    ("coba", &["nest", "brian2"]),
    ("cuba", &["nest", "brian2"]),
];

/// Builds the release binary and runs a case; with `--peer`, the peer too, and prints the ratios.
pub(crate) fn bench(project: &mut Project, arguments: &[String]) -> Result<(), Problem> {
    let (case, rest) = match arguments.split_first() {
        Some((case, rest)) if CASES.iter().any(|(name, _)| name == case) => (case.as_str(), rest),
        other => return Err(unknown("case", other.map_or("", |(case, _)| case), &CASES.map(|(name, _)| name))),
    };
    let options = Options::read(rest)?;
    let peers = CASES.iter().find(|(name, _)| *name == case).map_or(&[][..], |(_, peers)| peers);
    if let Some(peer) = &options.peer
        && !peers.contains(&peer.as_str())
    {
        return Err(unknown(&format!("peer of {case}"), peer, peers));
    }
    cmake::setup(project)?;
    run(&mut project.cargo(["build", "--release", "-p", "bravli"]))?;
    let binary = project.binary("release")?;
    match case {
        "wiring" => wiring::wiring(project, &binary, options),
        _ if options.seeds.is_empty() => runs::beside(project, &binary, case, &options),
        _ => seeds::over_seeds(project, &binary, case, &options),
    }
}

/// The figures of the release binary for a case.
fn ours(project: &Project, binary: &Path, case: &str, options: &[String]) -> Result<Value, Problem> {
    let mut own = Command::new(binary);
    own.current_dir(&project.root).args(["bench", case]).args(options);
    if !options.iter().any(|option| option == "--json") {
        own.arg("--json");
    }
    figures(&mut own)
}

/// The JSON object on the last line that a command prints.
fn figures(command: &mut Command) -> Result<Value, Problem> {
    let output =
        command.output().map_err(|error| Problem::new(format!("cannot start `{}`: {error}", line(command))))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().rev().find(|line| line.starts_with('{'));
    match last.and_then(|line| serde_json::from_str(line).ok()) {
        Some(figures) if output.status.success() => Ok(figures),
        _ => {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n");
            Err(Problem::new(format!("`{}` ended with {} and no figures:\n{told}", line(command), output.status)))
        }
    }
}

/// A number of some figures; NaN where it is not there.
fn number(figures: &Value, key: &str) -> f64 {
    figures[key].as_f64().unwrap_or(f64::NAN)
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Problem {
    let problem = Problem::new(format!("unknown {what} {name:?}; there is {}", known.join(", ")));
    match nearest(name, known) {
        Some(near) => problem.remedy(format!("did you mean {near}?")),
        None => problem.remedy("`cargo xtask bench pd14 --scale 0.1 --peer nest` compares a simulation with NEST"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_case_or_peer_is_told_with_those_there_are() {
        let mut project = Project::find().unwrap();
        let mut told = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            bench(&mut project, &arguments).unwrap_err().to_string()
        };
        assert!(told(&["pd41"]).contains("there is wiring, pd14, column, coba, cuba"));
        assert!(told(&["pd14", "--peer", "brian2"]).contains("unknown peer of pd14 \"brian2\"; there is nest"));
        assert!(told(&["coba", "--peer", "brain2"]).contains("did you mean brian2?"));
    }
}
