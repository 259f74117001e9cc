//! What is tested from Python: a client that talks to the server, and tools that open what is exported.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cmake::{packages, pip_install, python3};
use crate::project::{Problem, Project, answers, run, say};

/// The client library's release line that the test is written against.
const SDK: &str = "mcp==2.3.*";
const CONVERSATION: &str = "tests/python/conversation.py";
const PEERS: &str = "tests/python/peers.py";
const ENGINE_NETWORKS: &str = "tests/python/engines_peers.py";
/// The other tools and their versions, one per line.
const PEER_VERSIONS: &str = "tests/python/peers.txt";

/// The engines and their versions, one per line.
const ENGINE_VERSIONS: &str = "tests/python/engines.txt";

/// Exits with 0 when every requirement among its arguments is met: `name==1.2.3`, `name==1.2.*` or `name<3`.
const IS_THERE: &str = r"
import re, sys
from importlib.metadata import version
numbers = lambda text: [int(part) for part in re.findall(r'\d+', text)]
for line in sys.argv[1:]:
    name, relation, wanted = re.fullmatch(r'([\w.-]+)(==|<)(.+)', line).groups()
    there = version(name)
    if relation == '<':
        fits = numbers(there) < numbers(wanted)
    else:
        fits = there.startswith(wanted[:-1]) if wanted.endswith('*') else there == wanted
    sys.exit(1) if not fits else None
";

/// Packages that a script needs, and where they go below the project folder.
struct Needs {
    what: &'static str,
    requirements: Vec<String>,
    venv: &'static str,
    /// Used where this Python cannot make a virtual environment.
    folder: &'static str,
}

/// A Python, and the folder to add to its import path when packages are not in its own environment.
struct Python {
    python: PathBuf,
    import_path: Option<PathBuf>,
}

impl Python {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        if let Some(path) = &self.import_path {
            command.env("PYTHONPATH", path);
        }
        command
    }

    fn has(&self, requirements: &[String]) -> bool {
        answers(self.command().args(["-c", IS_THERE]).args(requirements))
    }
}

/// Runs the conversation against `binary`.
pub(crate) fn conversation(project: &Project, binary: &Path) -> Result<(), Problem> {
    let needs = Needs {
        what: "the MCP client library",
        requirements: vec![SDK.to_owned()],
        venv: ".tools/venv",
        folder: ".tools/python",
    };
    script(project, binary, CONVERSATION, &needs)
}

/// Opens what `binary` exports with other tools.
pub(crate) fn peers(project: &Project, binary: &Path) -> Result<(), Problem> {
    let needs = Needs {
        what: "libsonata, bluepysnap and bmtk",
        requirements: requirements(&project.root.join(PEER_VERSIONS))?,
        venv: ".tools/venv-peers",
        folder: ".tools/python-peers",
    };
    script(project, binary, PEERS, &needs)
}

/// A Python with the engines that cases are held against.
pub(crate) fn engines(project: &Project) -> Result<Command, Problem> {
    let needs = Needs {
        what: "NEST and Brian2",
        requirements: requirements(&project.root.join(ENGINE_VERSIONS))?,
        venv: ".tools/venv-engines",
        folder: ".tools/python-engines",
    };
    Ok(prepare(&project.root, &needs)?.command())
}

/// Compares networks that lie in `folder` with NEST's and Brian2's runs of the same.
pub(crate) fn engine_networks(project: &Project, folder: &Path) -> Result<(), Problem> {
    let mut python = engines(project)?;
    say(format!("python: {ENGINE_NETWORKS} on {}", folder.display()));
    run(python.arg(ENGINE_NETWORKS).arg(folder).current_dir(&project.root))
}

/// The requirements of a file: its lines without comments.
fn requirements(path: &Path) -> Result<Vec<String>, Problem> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(format!("cannot read {}: {error}", path.display())))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

fn script(project: &Project, binary: &Path, script: &str, needs: &Needs) -> Result<(), Problem> {
    if !binary.is_file() {
        return Err(
            Problem::new(format!("no server at {}", binary.display())).remedy("`cargo build -p bravli` makes it")
        );
    }
    let python = prepare(&project.root, needs)?;
    say(format!("python: {script} against {}", binary.display()));
    run(python.command().arg(script).current_dir(&project.root).env("BRAVLI", binary))
}

/// A Python with the packages: the one in `.tools` where it fits, else a new one.
fn prepare(root: &Path, needs: &Needs) -> Result<Python, Problem> {
    let venv = root.join(needs.venv);
    let python =
        venv.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(format!("python{}", env::consts::EXE_SUFFIX));
    let inside = Python { python, import_path: None };
    if inside.has(&needs.requirements) {
        return Ok(inside);
    }
    let system = python3()?;
    new_enough(&system)?;
    let beside = Python { python: system, import_path: Some(root.join(needs.folder)) };
    if beside.has(&needs.requirements) {
        return Ok(beside);
    }

    say(format!("python: making a virtual environment in {} …", needs.venv));
    if answers(Command::new(&beside.python).args(["-m", "venv", "--clear"]).arg(&venv)) {
        install(&inside, &mut pip_install(&inside.python), needs, needs.venv)?;
        Ok(inside)
    } else {
        say("python: this Python makes no virtual environments; a plain folder will do");
        let mut pip = pip_install(&beside.python);
        pip.arg("--target").arg(root.join(needs.folder));
        install(&beside, &mut pip, needs, needs.folder)?;
        Ok(beside)
    }
}

fn install(python: &Python, pip: &mut Command, needs: &Needs, place: &str) -> Result<(), Problem> {
    say(format!("python: installing {} ({}) into {place} …", needs.what, needs.requirements.join(", ")));
    let remedy = "check the network, or leave this stage out: `cargo xtask test --quick` runs no Python";
    run(pip.args(&needs.requirements)).map_err(|problem| problem.remedy(remedy))?;
    if python.has(&needs.requirements) {
        return Ok(());
    }
    Err(Problem::new(format!("{}, just installed into {place}, cannot be imported", needs.what))
        .remedy(format!("remove {place} and try again")))
}

fn new_enough(python: &Path) -> Result<(), Problem> {
    if answers(Command::new(python).args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"])) {
        return Ok(());
    }
    Err(Problem::new(format!("{} is older than Python 3.10, which the packages need", python.display()))
        .remedy(packages("python3", "python3", "brew install python")))
}
