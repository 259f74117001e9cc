//! The same study gives the same bits: at any number of threads, from an exported file, and after being killed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_tests::{binary, small_study};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

fn run(folder: &Path, study: &str, lab: &str, threads: &str) -> Value {
    let file = folder.join(format!("{lab}.yaml"));
    std::fs::write(&file, study).unwrap();
    let output = Command::new(binary())
        .args(["study", "run"])
        .arg(&file)
        .args(["--lab", lab, "--threads", threads, "--json"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The study file that makes an artifact again.
fn export(folder: &Path, lab: &str, artifact: &Value) -> String {
    let output = Command::new(binary())
        .args(["study", "export", artifact.as_str().unwrap(), "--lab", lab])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_thread_and_three_give_the_same_ids_and_digests() {
    let folder = tempfile::tempdir().unwrap();
    let one = run(folder.path(), small_study(), "one", "1");
    let three = run(folder.path(), small_study(), "three", "3");
    assert_eq!(one, three);
    assert_eq!(one["artifacts"].as_object().unwrap().len(), 6, "{one}");
    // the study ran again finds everything
    assert_eq!(run(folder.path(), small_study(), "one", "2"), one);
}

#[test]
fn another_seed_gives_other_spikes_and_the_same_counts() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), small_study(), "a", "2");
    let other = small_study().replace("run: {seeds: [1]}", "run: {seeds: [2]}");
    let second = run(folder.path(), &other, "a", "2");
    assert_eq!(first["artifacts"]["circuit"], second["artifacts"]["circuit"]);
    assert_ne!(first["artifacts"]["run"], second["artifacts"]["run"]);
    let digest = |reply: &Value| reply["digests"][reply["artifacts"]["run"].as_str().unwrap()].clone();
    assert_ne!(digest(&first), digest(&second));
    let placed = small_study().replace("seed: 1}\nwiring", "seed: 5}\nwiring");
    let third = run(folder.path(), &placed, "a", "2");
    assert_ne!(first["artifacts"]["column"], third["artifacts"]["column"]);
    let cells = |reply: &Value| {
        let id = reply["artifacts"]["column"].as_str().unwrap();
        let card = folder.path().join("a/artifacts/column").join(id).join("artifact.json");
        serde_json::from_slice::<Value>(&std::fs::read(card).unwrap()).unwrap()["summary"].clone()
    };
    assert_eq!(cells(&first), cells(&third), "another seed placed other numbers of cells");
}

#[test]
fn an_exported_study_makes_the_same_bits_in_another_lab() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), small_study(), "first", "2");
    let study = export(folder.path(), "first", &first["artifacts"]["report"]);
    let again = run(folder.path(), &study, "second", "1");
    assert_eq!(first["artifacts"], again["artifacts"], "{study}");
    assert_eq!(first["digests"], again["digests"]);
}

#[test]
fn a_study_killed_at_any_moment_leaves_a_lab_that_the_next_run_uses() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(folder.path(), small_study(), "whole", "2");
    std::fs::write(folder.path().join("killed.yaml"), small_study()).unwrap();
    for wait_ms in [20, 60, 150, 300, 500, 800, 1_200, 2_000] {
        let mut child = Command::new(binary())
            .args(["study", "run", "killed.yaml", "--lab", "killed", "--json"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = child.kill();
        let _ = child.wait();
    }
    assert_eq!(run(folder.path(), small_study(), "killed", "2"), whole);
    let left: Vec<_> = std::fs::read_dir(folder.path().join("killed/artifacts/.building")).unwrap().flatten().collect();
    assert!(left.is_empty(), "unfinished artifacts were left behind: {left:?}");
}

#[test]
fn a_changed_boundary_exports_to_the_same_bits_too() {
    let folder = tempfile::tempdir().unwrap();
    let changed = small_study().replace(
        "boundary: {seed: 1}",
        "boundary:\n  seed: 1\n  calcium_mm: 1.5\n  conditions:\n    - {source: top_down, rate: {hz_per_sigma: 2}}\n    - {source: projection_targets, remove: true}",
    );
    let first = run(folder.path(), &changed, "first", "2");
    let plain = run(folder.path(), small_study(), "first", "2");
    assert_ne!(first["artifacts"]["boundary"], plain["artifacts"]["boundary"]);
    let study = export(folder.path(), "first", &first["artifacts"]["report"]);
    let again = run(folder.path(), &study, "second", "1");
    assert_eq!(first["artifacts"], again["artifacts"], "{study}");
    assert_eq!(first["digests"], again["digests"]);
}
