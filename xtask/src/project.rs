//! Where the project lies, how its cargo is called, and how a problem is told.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Prints one line. A closed pipe is no reason to stop, so a failed write is let go.
pub(crate) fn say(text: impl fmt::Display) {
    if cfg!(test) {
        return; // no harness captures this, and a made-up stage count would read as the run's own
    }
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Tells a problem on standard error.
pub(crate) fn complain(problem: &Problem) {
    let _ = writeln!(io::stderr().lock(), "\nerror: {problem}");
}

/// What went wrong and, where we know it, what to do next.
#[derive(Debug)]
pub(crate) struct Problem {
    what: String,
    remedy: Option<String>,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Problem { what: what.into(), remedy: None }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  remedy: {remedy}"),
            None => Ok(()),
        }
    }
}

/// The working tree and the tools found for it.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    cargo: PathBuf,
    /// Found by `setup`; handed to every cargo we start, because HDF5 is built with it.
    pub(crate) cmake: Option<PathBuf>,
}

impl Project {
    pub(crate) fn find() -> Result<Self, Problem> {
        // cargo says at run time where xtask lies, so a moved checkout with old build products still works
        let xtask = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = xtask.parent().map(Path::to_path_buf).unwrap_or_default();
        if !root.join("Cargo.toml").is_file() {
            return Err(Problem::new(format!("no workspace at {}", root.display()))
                .remedy("run `cargo xtask` from inside the project folder"));
        }
        let cargo = env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
        Ok(Project { root, cargo, cmake: None })
    }

    /// A cargo call in the project folder.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.root).args(args);
        if let Some(cmake) = &self.cmake {
            command.env("CMAKE", cmake);
        }
        command
    }

    /// Whether a cargo component such as `fmt` or `clippy` is installed.
    pub(crate) fn has_component(&self, name: &str) -> bool {
        answers(&mut self.cargo([name, "--version"]))
    }

    /// What cargo knows about the workspace members and their direct dependencies.
    pub(crate) fn metadata(&self) -> Result<Value, Problem> {
        let text = output(&mut self.cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
        serde_json::from_str(&text)
            .map_err(|e| Problem::new(format!("cannot read the output of `cargo metadata`: {e}")))
    }

    /// Where builds go.
    pub(crate) fn target_folder(&self) -> Result<PathBuf, Problem> {
        let metadata = self.metadata()?;
        let folder = metadata["target_directory"].as_str().map(PathBuf::from);
        folder.ok_or_else(|| Problem::new("`cargo metadata` names no target_directory"))
    }

    /// The path of the bravli binary that a build in `profile` (`debug` or `release`) leaves.
    pub(crate) fn binary(&self, profile: &str) -> Result<PathBuf, Problem> {
        Ok(self.target_folder()?.join(profile).join(format!("bravli{}", env::consts::EXE_SUFFIX)))
    }
}

/// Runs a command with our standard streams; anything but success is a problem.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let status = command.status().map_err(|e| cannot_start(command, &e))?;
    if status.success() { Ok(()) } else { Err(Problem::new(format!("`{}` ended with {status}", line(command)))) }
}

/// Runs a command quietly and gives its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Problem> {
    let out = command.stdin(Stdio::null()).output().map_err(|e| cannot_start(command, &e))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&out.stderr);
    Err(Problem::new(format!("`{}` ended with {}: {}", line(command), out.status, stderr.trim())))
}

/// Whether a command starts and succeeds, with everything it prints thrown away.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).output().is_ok_and(|out| out.status.success())
}

fn cannot_start(command: &Command, error: &io::Error) -> Problem {
    Problem::new(format!("cannot start `{}`: {error}", line(command)))
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_remedy() {
        let problem = Problem::new("no C compiler").remedy("install one");
        assert_eq!(problem.to_string(), "no C compiler\n  remedy: install one");
    }

    #[test]
    fn a_command_reads_as_typed() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command.args(["build", "-p", "bravli"]);
        assert_eq!(line(&command), "cargo build -p bravli");
    }

    #[test]
    fn a_missing_program_is_named() {
        let text = run(&mut Command::new("bravli-no-such-program")).unwrap_err().to_string();
        assert!(text.starts_with("cannot start `bravli-no-such-program`"), "{text}");
    }
}
