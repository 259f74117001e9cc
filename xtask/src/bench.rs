//! `cargo xtask bench`: a measured case of the release binary, beside another program on the same rule in the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cmake;
use crate::nearest::nearest;
use crate::project::{Problem, Project, line, run, say};
use crate::python;

/// Cases and the peers that each can be held against.
const CASES: [(&str, &[&str]); 1] = [("wiring", &["nest"])];

/// Where the files of a measured circuit lie while its peer reads them, below `target`.
const FILES: &str = "bench-wiring";

/// Builds the release binary and runs a case; with `--peer`, the peer too, and prints the ratios.
pub(crate) fn bench(project: &mut Project, arguments: &[String]) -> Result<(), Problem> {
    let (case, rest) = match arguments.split_first() {
        Some((case, rest)) if CASES.iter().any(|(name, _)| name == case) => (case.as_str(), rest),
        other => return Err(unknown("case", other.map_or("", |(case, _)| case), &CASES.map(|(name, _)| name))),
    };
    let (peer, mut options) = take_peer(rest)?;
    let peers = CASES.iter().find(|(name, _)| *name == case).map_or(&[][..], |(_, peers)| peers);
    if let Some(peer) = peer
        && !peers.contains(&peer)
    {
        return Err(unknown("peer", peer, peers));
    }
    cmake::setup(project)?;
    run(&mut project.cargo(["build", "--release", "-p", "bravli"]))?;
    let binary = project.binary("release")?;
    let folder = project.root.join("target").join(FILES);
    if peer.is_some() {
        // the peer knows no contacts: a connection of ours is then one synapse as well
        if !options.iter().any(|option| option.starts_with("--synapses-per-connection")) {
            options.extend(["--synapses-per-connection".to_owned(), "1".to_owned()]);
        }
        if options.iter().any(|option| option.starts_with("--out")) {
            return Err(Problem::new("--out is where the peer reads the cells from")
                .remedy("leave one of --out and --peer away"));
        }
        options.extend(["--out".to_owned(), folder.display().to_string()]);
    }
    let outcome = measured(project, &binary, case, &options, peer.is_some().then_some(&folder));
    fs::remove_dir_all(&folder).ok();
    outcome
}

fn measured(
    project: &Project,
    binary: &Path,
    case: &str,
    options: &[String],
    beside: Option<&PathBuf>,
) -> Result<(), Problem> {
    let mut own = Command::new(binary);
    own.current_dir(&project.root).args(["bench", case]).args(options);
    if !options.iter().any(|option| option == "--json") {
        own.arg("--json");
    }
    let ours = figures(&mut own)?;
    say(format!("bravli  {ours}"));
    beside.map_or(Ok(()), |folder| beside_nest(project, &ours, folder))
}

fn beside_nest(project: &Project, ours: &Value, folder: &Path) -> Result<(), Problem> {
    let number = |key: &str| ours[key].as_f64().unwrap_or(f64::NAN);
    let mut nest = python::nest(project)?;
    nest.current_dir(&project.root)
        .arg("tests/python/wiring_nest.py")
        .arg(folder.join("nodes.h5"))
        .args(["--threads", &number("threads").to_string()])
        .args(["--peak", &number("peak_probability").to_string()])
        .args(["--sigma", &number("sigma_um").to_string()]);
    let theirs = figures(&mut nest)?;
    say(format!("nest    {theirs}"));
    let their = |key: &str| theirs[key].as_f64().unwrap_or(f64::NAN);
    let (rate, their_rate) = (number("wire_s") / number("connections"), their("connect_s") / their("connections"));
    say(format!(
        "ratio   NEST connects in {:.2} s what bravli wires in {:.2} s: {:.1} times as long, {:.1} times per connection; \
         {:.1} times the memory; connections differ by {:+.2} %",
        their("connect_s"),
        number("wire_s"),
        their("connect_s") / number("wire_s"),
        their_rate / rate,
        their("peak_mib") / number("peak_mib"),
        100.0 * (their("connections") / number("connections") - 1.0)
    ));
    Ok(())
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

/// The peer of `--peer NAME`, and all other arguments.
fn take_peer(rest: &[String]) -> Result<(Option<&str>, Vec<String>), Problem> {
    let Some(at) = rest.iter().position(|argument| argument == "--peer") else { return Ok((None, rest.to_vec())) };
    let Some(peer) = rest.get(at + 1) else {
        return Err(Problem::new("--peer wants a name").remedy("for example `--peer nest`"));
    };
    let others =
        rest.iter().enumerate().filter(|(i, _)| *i != at && *i != at + 1).map(|(_, argument)| argument.clone());
    Ok((Some(peer), others.collect()))
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Problem {
    let problem = Problem::new(format!("unknown {what} {name:?}; there is {}", known.join(", ")));
    match nearest(name, known) {
        Some(near) => problem.remedy(format!("did you mean {near}?")),
        None => problem.remedy("`cargo xtask bench wiring --cells 10000 --peer nest` compares wiring with NEST"),
    }
}
