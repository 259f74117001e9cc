//! What the build needs from outside: a C compiler and make, and a cmake new enough for HDF5.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Problem, Project, answers, output, run, say};

/// HDF5's own build files ask for this.
const OLDEST: (u32, u32) = (3, 26);
/// Where pip puts cmake, below the project folder; git ignores `.tools`.
const OWN_FOLDER: &str = ".tools/cmake";

/// Makes sure everything that a build needs is there, installing cmake into the project folder where it must.
pub(crate) fn setup(project: &mut Project) -> Result<(), Problem> {
    needs_compiler()?;
    let (path, version) = match find(project) {
        Some(found) => found,
        None => install(project)?,
    };
    say(format!("setup: cmake {} at {}", dotted(version), path.display()));
    project.cmake = Some(path);
    Ok(())
}

fn needs_compiler() -> Result<(), Problem> {
    if cfg!(windows) {
        return Ok(()); // the Rust toolchain there already came with the Microsoft build tools
    }
    let cc = env::var("CC").ok().filter(|cc| !cc.trim().is_empty()).unwrap_or_else(|| "cc".into());
    let compiler = cc.split_whitespace().next().unwrap_or("cc");
    if !answers(Command::new(compiler).arg("--version")) {
        return Err(Problem::new(format!("no C compiler: `{compiler}` does not run, and HDF5 is built from source"))
            .remedy(packages("build-essential", "gcc make", "xcode-select --install")));
    }
    if !answers(Command::new("make").arg("--version")) && !answers(Command::new("ninja").arg("--version")) {
        return Err(Problem::new("neither `make` nor `ninja` runs, and cmake needs one to build HDF5")
            .remedy(packages("build-essential", "make", "xcode-select --install")));
    }
    Ok(())
}

/// The command that installs something, for the system we run on.
pub(crate) fn packages(debian: &str, fedora: &str, mac: &str) -> String {
    if cfg!(target_os = "macos") {
        mac.to_owned()
    } else {
        format!("`apt-get install {debian}` (Debian, Ubuntu) or `dnf install {fedora}` (Fedora), then run this again")
    }
}

fn find(project: &Project) -> Option<(PathBuf, (u32, u32))> {
    let named = env::var_os("CMAKE").filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(path) = &named {
        match version_of(path) {
            None => say(format!("setup: CMAKE={} does not run; looking further", path.display())),
            Some(v) if v < OLDEST => say(format!("setup: CMAKE={} is {}, too old", path.display(), dotted(v))),
            Some(_) => {}
        }
    }
    let candidates = named.into_iter().chain([on_path("cmake"), Some(own(project))].into_iter().flatten());
    candidates.filter_map(|path| Some((version_of(&path)?, path))).find(|(v, _)| *v >= OLDEST).map(|(v, p)| (p, v))
}

fn install(project: &Project) -> Result<(PathBuf, (u32, u32)), Problem> {
    let python = python3().map_err(|problem| {
        Problem::new(format!("no cmake {} or newer, and none can be installed: {problem}", dotted(OLDEST)))
    })?;
    say(format!("setup: no cmake {} or newer here; installing one with pip into {OWN_FOLDER} …", dotted(OLDEST)));
    let target = project.root.join(OWN_FOLDER);
    run(pip_install(&python).arg("--target").arg(&target).arg("cmake>=3.26,<5")).map_err(|problem| {
        Problem::new(format!("cannot install cmake: {problem}"))
            .remedy("check the network, or install cmake 3.26 or newer and name it: CMAKE=/path/to/cmake")
    })?;
    let path = own(project);
    match version_of(&path) {
        Some(version) if version >= OLDEST => Ok((path, version)),
        _ => Err(Problem::new(format!("the cmake just installed at {} does not run", path.display()))
            .remedy(format!("remove {OWN_FOLDER} and try again, or name another: CMAKE=/path/to/cmake"))),
    }
}

/// A Python that has pip.
pub(crate) fn python3() -> Result<PathBuf, Problem> {
    let python = on_path("python3").or_else(|| on_path("python")).ok_or_else(|| {
        Problem::new("no `python3` on the PATH").remedy(packages(
            "python3 python3-pip python3-venv",
            "python3-pip",
            "brew install python",
        ))
    })?;
    if !answers(Command::new(&python).args(["-m", "pip", "--version"])) {
        return Err(Problem::new(format!("{} has no pip", python.display())).remedy(packages(
            "python3-pip python3-venv",
            "python3-pip",
            "python3 -m ensurepip",
        )));
    }
    Ok(python)
}

/// `python -m pip install`, quiet about everything that needs no act.
pub(crate) fn pip_install(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--upgrade", "--disable-pip-version-check"]);
    command.env("PIP_ROOT_USER_ACTION", "ignore");
    command
}

fn own(project: &Project) -> PathBuf {
    project.root.join(OWN_FOLDER).join("cmake/data/bin").join(format!("cmake{}", env::consts::EXE_SUFFIX))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

fn version_of(path: &Path) -> Option<(u32, u32)> {
    parse_version(&output(Command::new(path).arg("--version")).ok()?)
}

/// Major and minor from `cmake version 3.31.2`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix("cmake version ")?.split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse_version("cmake version 3.25.1\n\nmore"), Some((3, 25)));
        assert_eq!(parse_version("cmake version 4.0.0-rc1"), Some((4, 0)));
        assert!(parse_version("cmake version 3.9.6").unwrap() < OLDEST);
        assert!(parse_version("cmake version 3.26.0").unwrap() >= OLDEST);
        assert_eq!(parse_version("something else"), None);
    }
}
