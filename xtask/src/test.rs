//! `cargo xtask test` and `cargo xtask check`.

use std::env;
use std::process::ExitCode;

use crate::project::{Problem, Project, run};
use crate::stages::{Ended, Stages};
use crate::{cmake, layers, python};

/// Everything that must pass before a change is offered; `quick` leaves out the pages and the Python client.
pub(crate) fn test(project: &mut Project, quick: bool) -> ExitCode {
    let mut stages = Stages::default();
    stages.run("setup", "looking for a C compiler and cmake", || passed(cmake::setup(project)));
    style_stages(project, &mut stages);

    let binary = project.binary("debug");
    stages.run("build", "building every crate and its tests", || {
        // bins too, and with the tests' features, so that nothing is built twice
        passed(run(&mut project.cargo(["build", "--workspace", "--bins", "--tests"])))
    });
    stages.run("test", "cargo test --workspace", || {
        let mut command = project.cargo(["test", "--workspace", "--no-fail-fast"]);
        command.env("RUST_BACKTRACE", "1");
        if let Ok(binary) = &binary {
            command.env("BRAVLI", binary);
        }
        passed(run(&mut command))
    });
    if quick {
        for name in ["doc", "python"] {
            stages.run(name, "left out", || Ok(Ended::Skipped("--quick".into())));
        }
        return stages.close();
    }
    stages.run("doc", "building the crates' pages, warnings are errors", || {
        let flags = format!("{} -D warnings", env::var("RUSTDOCFLAGS").unwrap_or_default());
        passed(run(project.cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", flags.trim())))
    });
    stages.run("python", "a Python client talks to the server", || passed(python::conversation(project, &binary?)));
    stages.close()
}

/// Other tools open what is exported, other engines simulate what is described.
pub(crate) fn peers(project: &mut Project) -> ExitCode {
    let mut stages = Stages::default();
    stages.run("setup", "looking for a C compiler and cmake", || passed(cmake::setup(project)));
    let binary = project.binary("debug");
    stages.run("build", "building bravli", || passed(run(&mut project.cargo(["build", "--package", "bravli"]))));
    stages.run("peers", "other tools open an export", || passed(python::peers(project, &binary?)));
    stages.run("engines", "NEST and Brian2 simulate the same networks", || {
        let folder = project.target_folder()?.join("peer-networks");
        // what an earlier version wrote must not be compared
        if let Err(error) = std::fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(Problem::new(format!("cannot empty {}: {error}", folder.display())));
        }
        let example = ["run", "--package", "bravli-sim", "--example", "peer_networks", "--"];
        run(project.cargo(example).arg(&folder))?;
        passed(python::engine_networks(project, &folder))
    });
    stages.close()
}

/// Format, lints and layers: what a change most often trips on.
pub(crate) fn check(project: &mut Project) -> ExitCode {
    let mut stages = Stages::default();
    stages.run("setup", "looking for a C compiler and cmake", || passed(cmake::setup(project)));
    style_stages(project, &mut stages);
    stages.close()
}

fn style_stages(project: &Project, stages: &mut Stages) {
    stages.run("layers", "each crate depends only on crates above it", || passed(layers::layers(project)));
    stages.run("fmt", "cargo fmt --all -- --check", || {
        component(project, "fmt", "rustfmt", &["fmt", "--all", "--", "--check"])
    });
    stages.run("clippy", "lints, warnings are errors", || {
        let lints = ["--all-targets", "--", "-D", "warnings"];
        let clippy = |args: &[&str]| component(project, "clippy", "clippy", &[args, &lints].concat());
        clippy(&["clippy", "--workspace"])?;
        // a package of its own, whose library the workspace's tests use; `fmt --all` reaches it from there
        let target = project.target_folder()?;
        clippy(&["clippy", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", &target.to_string_lossy()])
    });
}

/// Runs a cargo component, or says that it is not installed.
fn component(project: &Project, command: &str, package: &str, args: &[&str]) -> Result<Ended, Problem> {
    if !project.has_component(command) {
        return Ok(Ended::Skipped(format!("{package} is not installed (`rustup component add {package}`)")));
    }
    passed(run(&mut project.cargo(args))).map_err(|problem| match command {
        "fmt" => problem.remedy("`cargo fmt --all` formats the code"),
        _ => problem,
    })
}

fn passed(result: Result<(), Problem>) -> Result<Ended, Problem> {
    result.map(|()| Ended::Passed)
}
