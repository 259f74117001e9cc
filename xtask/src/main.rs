//! Project chores, run as `cargo xtask <command>`: set up, demonstrate, check and test.
//!
//! Invariant: nothing outside the project folder is written, and nothing slow starts before a line says what it is.

use std::env;
use std::process::ExitCode;

mod bench;
mod cmake;
mod demo;
mod edges;
mod eval;
mod fuzz;
mod layers;
mod nearest;
mod project;
mod python;
mod stages;
mod test;

use project::{Problem, Project, complain, say};

/// Every command and what it does, in the order of `cargo xtask help`.
const COMMANDS: [(&str, &str); 11] = [
    ("demo", "build the release binary, run the first study, print its cost and what to try next (-- extra arguments)"),
    (
        "test",
        "everything that must pass: setup, layers, fmt, clippy, build, test, doc, python (--quick leaves out the last two)",
    ),
    (
        "peers",
        "export a small circuit and open it with libsonata, bluepysnap and bmtk; run small networks in NEST and Brian2: all must agree",
    ),
    (
        "bench",
        "measure a case of the release binary, beside a peer where one is named (wiring, pd14, column, coba or cuba [--peer \
         nest|brian2] [--peer-t-ms T] [--seeds 1,2,3] and what `bravli bench` takes)",
    ),
    ("check", "fmt, clippy and layers"),
    ("layers", "check that each crate depends only on crates above it"),
    ("snapshots", "rewrite the schema snapshots in tools/ from the tools as they are"),
    (
        "eval-search",
        "rank a judged collection in BEIR form with the product's search: nDCG@10, Recall@100, times (FOLDER --run FILE)",
    ),
    (
        "fuzz",
        "feed broken texts to every reader of text that others write ([TARGET …] [--seconds N]; TARGET --replay FILE)",
    ),
    ("setup", "find or install the cmake that builds HDF5, and name anything else that is missing"),
    ("help", "this list"),
];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    match dispatch(command, rest) {
        Ok(code) => code,
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Result<ExitCode, Problem> {
    match command {
        "help" | "--help" | "-h" => {
            say(help());
        }
        "demo" => {
            // cargo leaves the `--` in place, so both `demo -- --seed 2` and `demo --seed 2` work
            let extra = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
            demo::demo(&mut Project::find()?, extra)?;
        }
        "test" => {
            let quick = flag(command, rest, "--quick")?;
            return Ok(test::test(&mut Project::find()?, quick));
        }
        "peers" => {
            no_arguments(command, rest)?;
            return Ok(test::peers(&mut Project::find()?));
        }
        "bench" => bench::bench(&mut Project::find()?, rest)?,
        "check" => {
            no_arguments(command, rest)?;
            return Ok(test::check(&mut Project::find()?));
        }
        "layers" => {
            no_arguments(command, rest)?;
            layers::layers(&Project::find()?)?;
        }
        "snapshots" => {
            no_arguments(command, rest)?;
            let mut project = Project::find()?;
            cmake::setup(&mut project)?;
            let mut cargo = project.cargo(["test", "--quiet", "--package", "bravli-mcp", "--test", "snapshots"]);
            project::run(cargo.env("BRAVLI_REWRITE_SNAPSHOTS", "1"))?;
        }
        "eval-search" => eval::eval_search(&Project::find()?, rest)?,
        "fuzz" => fuzz::fuzz(&mut Project::find()?, rest)?,
        "setup" => {
            no_arguments(command, rest)?;
            cmake::setup(&mut Project::find()?)?;
        }
        unknown => return Err(unknown_command(unknown)),
    }
    Ok(ExitCode::SUCCESS)
}

fn help() -> String {
    let mut text = String::from("cargo xtask <command>\n");
    for (name, what) in COMMANDS {
        text.push_str(&format!("\n  {name:<11} {what}"));
    }
    text
}

fn unknown_command(unknown: &str) -> Problem {
    let names = COMMANDS.map(|(name, _)| name);
    let problem = Problem::new(format!("unknown command {unknown:?}; the commands are {}", names.join(", ")));
    match nearest::nearest(unknown, &names) {
        Some(near) => problem.remedy(format!("did you mean `cargo xtask {near}`?")),
        None => problem.remedy("`cargo xtask help` says what each does"),
    }
}

fn no_arguments(command: &str, rest: &[String]) -> Result<(), Problem> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(Problem::new(format!("`cargo xtask {command}` takes no arguments, got {extra:?}"))),
    }
}

fn flag(command: &str, rest: &[String], name: &str) -> Result<bool, Problem> {
    match rest.iter().find(|argument| *argument != name) {
        None => Ok(!rest.is_empty()),
        Some(extra) => Err(Problem::new(format!("`cargo xtask {command}` takes only {name}, got {extra:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_command_lists_the_commands_and_the_nearest() {
        let text = unknown_command("tset").to_string();
        assert!(
            text.contains("demo, test, peers, bench, check, layers, snapshots, eval-search, fuzz, setup, help"),
            "{text}"
        );
        assert!(text.contains("did you mean `cargo xtask test`?"), "{text}");
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        let rest = ["--quik".to_owned()];
        let text = flag("test", &rest, "--quick").unwrap_err().to_string();
        assert!(text.contains("takes only --quick, got \"--quik\""), "{text}");
    }

    #[test]
    fn help_names_every_command() {
        for (name, _) in COMMANDS {
            assert!(help().contains(&format!("\n  {name}")));
        }
    }
}
