//! `cargo xtask demo`: from a fresh clone to a finding, with what it cost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cmake;
use crate::project::{Problem, Project, line, run, say};

const STUDY: &str = "studies/first-question.yaml";
const LAB: &str = "bravli-lab";

/// Builds the release binary, runs the first study and says what it took and what to try next.
pub(crate) fn demo(project: &mut Project, extra: &[String]) -> Result<(), Problem> {
    if !project.root.join(STUDY).is_file() {
        return Err(Problem::new(format!("no study at {STUDY}"))
            .remedy("`git status` shows what is missing from this checkout"));
    }
    cmake::setup(project)?;
    say("demo: building the release binary; the first time takes minutes, mostly HDF5 and the search library …");
    run(&mut project.cargo(["build", "--release", "-p", "bravli"]))?;
    let binary = project.binary("release")?;

    let mut study = study_command(project, &binary, extra);
    say(format!("demo: {} …\n", line(&study)));
    let start = Instant::now();
    let mut child = study.spawn().map_err(|e| Problem::new(format!("cannot start {}: {e}", binary.display())))?;
    let (status, peak) = wait_watching(&mut child)?;
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(Problem::new(format!("`{}` ended with {status}", line(&study))));
    }

    say(format!("\nstudy took   {seconds:.1} s"));
    if let Some(kilobytes) = peak {
        say(format!("peak memory  {}", mebibytes(kilobytes * 1024)));
    }
    if let Ok(file) = fs::metadata(&binary) {
        say(format!("binary       {} at {}", mebibytes(file.len()), binary.display()));
    }
    say(what_next(project, &binary));
    Ok(())
}

fn study_command(project: &Project, binary: &Path, extra: &[String]) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(&project.root).args(["study", "run", STUDY]);
    if !extra.iter().any(|a| a == "--lab" || a.starts_with("--lab=")) {
        command.args(["--lab", LAB]);
    }
    command.args(extra);
    command
}

/// Waits for the child; on Linux also its peak resident memory, in kilobytes.
fn wait_watching(child: &mut Child) -> Result<(std::process::ExitStatus, Option<u64>), Problem> {
    // The kernel keeps the high-water mark, so a rare look is enough; only growth in the last 20 ms is missed.
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = None;
    loop {
        if let Ok(text) = fs::read_to_string(&status_file) {
            peak = high_water_kb(&text).or(peak);
        }
        match child.try_wait() {
            Ok(Some(status)) => return Ok((status, peak)),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(e) => return Err(Problem::new(format!("cannot wait for the study: {e}"))),
        }
    }
}

/// The high-water mark in the text of `/proc/<pid>/status`.
fn high_water_kb(status: &str) -> Option<u64> {
    let row = status.lines().find_map(|row| row.strip_prefix("VmHWM:"))?;
    row.split_whitespace().next()?.parse().ok()
}

fn mebibytes(bytes: u64) -> String {
    let whole = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
    format!("{:.1} MiB", f64::from(whole) / 1024.0)
}

fn what_next(project: &Project, binary: &Path) -> String {
    let lab = project.root.join(LAB);
    let entry = json!({ "mcpServers": { "bravli": {
        "command": binary.to_string_lossy(),
        "args": ["serve", "--lab", lab.to_string_lossy()],
    } } });
    format!(
        "\nnext: ask your own question in a conversation. Add this to your MCP client's settings:\n  {entry}\n\
         or, where the client takes a command line:\n  {} serve --lab {}",
        binary.display(),
        lab.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read() {
        assert_eq!(high_water_kb("Name:\tbravli\nVmPeak:\t  9 kB\nVmHWM:\t   51234 kB\n"), Some(51234));
        assert_eq!(high_water_kb("Name:\tbravli\nState:\tZ (zombie)\n"), None);
    }

    #[test]
    fn sizes_are_in_mebibytes() {
        assert_eq!(mebibytes(20 * 1024 * 1024 + 512 * 1024), "20.5 MiB");
    }
}
