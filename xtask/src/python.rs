//! The conversation test: the official Python client drives the built server from question to verdict.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cmake::{packages, pip_install, python3};
use crate::project::{Problem, Project, answers, output, run, say};

/// The client library's release line that the test is written against.
const SDK: &str = "2.3.";
const VENV: &str = ".tools/venv";
/// Used where this Python cannot make a virtual environment.
const FOLDER: &str = ".tools/python";
const SCRIPT: &str = "tests/python/conversation.py";

/// A Python, and the folder to add to its import path when the client is not in its own environment.
struct Client {
    python: PathBuf,
    import_path: Option<PathBuf>,
}

impl Client {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        if let Some(path) = &self.import_path {
            command.env("PYTHONPATH", path);
        }
        command
    }

    fn has_sdk(&self) -> bool {
        let script = "from importlib.metadata import version; print(version('mcp'))";
        output(self.command().args(["-c", script])).is_ok_and(|version| version.starts_with(SDK))
    }
}

/// Runs the conversation against `binary`.
pub(crate) fn conversation(project: &Project, binary: &Path) -> Result<(), Problem> {
    if !binary.is_file() {
        return Err(
            Problem::new(format!("no server at {}", binary.display())).remedy("`cargo build -p bravli` makes it")
        );
    }
    let client = prepare(&project.root)?;
    say(format!("python: {SCRIPT} against {}", binary.display()));
    run(client.command().arg(SCRIPT).current_dir(&project.root).env("BRAVLI", binary))
}

/// A Python with the client library: the one in `.tools` where it fits, else a new one.
fn prepare(root: &Path) -> Result<Client, Problem> {
    let venv = root.join(VENV);
    let python =
        venv.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(format!("python{}", env::consts::EXE_SUFFIX));
    let inside = Client { python, import_path: None };
    if inside.has_sdk() {
        return Ok(inside);
    }
    let system = python3()?;
    new_enough(&system)?;
    let beside = Client { python: system, import_path: Some(root.join(FOLDER)) };
    if beside.has_sdk() {
        return Ok(beside);
    }

    say(format!("python: making a virtual environment in {VENV} …"));
    if answers(Command::new(&beside.python).args(["-m", "venv", "--clear"]).arg(&venv)) {
        install(&inside, &mut pip_install(&inside.python), VENV)?;
        Ok(inside)
    } else {
        say("python: this Python makes no virtual environments; a plain folder will do");
        let mut pip = pip_install(&beside.python);
        pip.arg("--target").arg(root.join(FOLDER));
        install(&beside, &mut pip, FOLDER)?;
        Ok(beside)
    }
}

fn install(client: &Client, pip: &mut Command, place: &str) -> Result<(), Problem> {
    say(format!("python: installing the MCP client library {SDK}* into {place} …"));
    let remedy = "check the network, or leave this stage out with `cargo xtask test --quick`";
    run(pip.arg(format!("mcp=={SDK}*"))).map_err(|problem| problem.remedy(remedy))?;
    if client.has_sdk() {
        return Ok(());
    }
    Err(Problem::new(format!("the client library just installed into {place} cannot be imported"))
        .remedy(format!("remove {place} and try again")))
}

fn new_enough(python: &Path) -> Result<(), Problem> {
    if answers(Command::new(python).args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"])) {
        return Ok(());
    }
    Err(Problem::new(format!("{} is older than Python 3.10, which the client library needs", python.display()))
        .remedy(packages("python3", "python3", "brew install python")))
}
