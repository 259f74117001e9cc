//! The command line as a scientist uses it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn bravli(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bravli")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn call_prints_the_structured_result_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let output = bravli(folder.path(), &["call", "place_column", r#"{"recipe": "rat-barrel", "radius_um": 30}"#]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(reply["artifact"].as_str().unwrap().starts_with("column-"));
    assert!(folder.path().join("bravli-lab").is_dir());
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_refused_call_says_why_on_standard_error_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (tool, arguments, expected) in [
        ("place_column", r#"{"recipe": "rat-barrel", "layers": ["9"]}"#, "unknown layer"),
        ("place_colum", "{}", "place_column"),
        ("parse_recipe", "{recipe}", "no JSON"),
        ("simulate", r#"{"circuit": "c", "boundary": "b", "duration_ms": 0}"#, "duration_ms"),
    ] {
        let output = bravli(folder.path(), &["call", tool, arguments]);
        assert!(!output.status.success());
        assert_eq!(text(&output.stdout), "");
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }
    assert!(!folder.path().join("bravli-lab").exists());
}

#[test]
fn the_tools_are_listed_with_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let listing = text(&bravli(folder.path(), &["tools"]).stdout);
    for name in ["search_literature", "place_column", "radius_um", "compute_upe"] {
        assert!(listing.contains(name), "{listing}");
    }
    let all: Value = serde_json::from_slice(&bravli(folder.path(), &["tools", "--json"]).stdout).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 10);
}

#[test]
fn every_subcommand_takes_a_lab() {
    let folder = tempfile::tempdir().unwrap();
    let study = ["study", "check", "first-question", "--lab", "mine"];
    for arguments in
        [&["tools", "--lab", "mine"][..], &["doctor", "--lab", "mine"], &["--lab", "mine", "tools"], &study]
    {
        let output = bravli(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_study_with_an_unknown_key_is_refused_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("bad.yaml"),
        "study: bad\nrecipe: rat-barrel\ncolumn:\n  radius_um: 30\n  radius: 30\n",
    )
    .unwrap();
    let output = bravli(folder.path(), &["study", "run", "bad.yaml"]);
    assert!(!output.status.success());
    let message = text(&output.stderr);
    assert!(message.contains("bad.yaml:5") && message.contains("radius_um"), "{message}");
    let check = bravli(folder.path(), &["study", "check", "first-question"]);
    assert!(check.status.success(), "{}", text(&check.stderr));
}
