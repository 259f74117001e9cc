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

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_a_checkpoint_and_says_so() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir().unwrap();
    let made = |tool: &str, arguments: &str| {
        let output = bravli(folder.path(), &["call", tool, arguments]);
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        reply["artifact"].as_str().unwrap().to_owned()
    };
    let column = made("place_column", r#"{"recipe": "rat-barrel", "radius_um": 20}"#);
    let circuit = made("wire_pathways", &format!(r#"{{"column": {column:?}}}"#));
    let boundary = made("set_boundary_conditions", &format!(r#"{{"circuit": {circuit:?}}}"#));
    // ten minutes take far longer than this test
    let request = format!(
        r#"{{"circuit": {circuit:?}, "boundary": {boundary:?}, "protocol": {{"kind": "spontaneous"}}, "duration_ms": 600000}}"#
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_bravli"));
    command.args(["call", "simulate", &request]).current_dir(folder.path());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let checkpoints = folder.path().join("bravli-lab/artifacts/.checkpoints");
    let begun = Instant::now();
    while !checkpoints.exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = text(&output.stderr);
    assert!(!output.status.success() && told.contains("the run goes on from there"), "{told}");
    let states = std::fs::read_dir(&checkpoints).unwrap().flatten().filter(|run| run.path().join("state").is_file());
    assert_eq!(states.count(), 1, "no checkpoint was left");
}

#[test]
fn the_tools_are_listed_with_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let listing = text(&bravli(folder.path(), &["tools"]).stdout);
    for name in ["search_literature", "place_column", "radius_um", "compute_upe"] {
        assert!(listing.contains(name), "{listing}");
    }
    let all: Value = serde_json::from_slice(&bravli(folder.path(), &["tools", "--json"]).stdout).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 12);
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

/// Names below a folder, but for locks, which stay.
fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with(".locks") {
            found.extend(names(&path));
        } else if path.is_file() {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

/// Stops writing at a file size, as a full disk does: what does not fit is an error, and no signal ends the program.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let limited = |kib: u32, tool: &str, arguments: &str| {
        // blocks of 512 bytes in some shells, of 1024 in others
        let script = format!("ulimit -f {kib}; trap '' XFSZ; exec \"$@\"");
        let program = env!("CARGO_BIN_EXE_bravli");
        let words = ["-c", &script, "sh", program, "call", tool, arguments];
        Command::new("sh").args(words).current_dir(folder.path()).output().unwrap()
    };
    let made = |tool: &str, arguments: &str| {
        let output = bravli(folder.path(), &["call", tool, arguments]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        reply["artifact"].as_str().unwrap().to_owned()
    };
    let lab = folder.path().join("bravli-lab");
    let place = r#"{"recipe": "rat-barrel", "radius_um": 60, "layers": ["4"]}"#;
    let refused = |output: Output, what: &str| {
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(1), "{what}: {:?} {told}", output.status);
        assert!(told.contains("File too large") && told.contains("space"), "{what}: {told}");
        assert_eq!(text(&output.stdout), "", "{what}");
    };
    for kib in [1, 16] {
        refused(limited(kib, "place_column", place), "place_column");
        assert!(names(&lab).iter().all(|name| name.contains("/artifacts/recipe/recipe-")), "{:?}", names(&lab));
    }
    let column = made("place_column", place);
    let wire = format!(r#"{{"column": "{column}"}}"#);
    let before = names(&lab);
    for kib in [1, 64, 512] {
        refused(limited(kib, "wire_pathways", &wire), "wire_pathways");
        assert_eq!(names(&lab), before, "wire_pathways at {kib}");
    }
    let circuit = made("wire_pathways", &wire);
    let export = format!(r#"{{"artifact": "{circuit}"}}"#);
    let before = names(&lab);
    for kib in [1, 4, 64, 512] {
        refused(limited(kib, "export", &export), "export");
        assert_eq!(names(&lab), before, "export at {kib}");
        assert!(!lab.join("exports").exists(), "export at {kib}");
    }
    made("export", &export);
    assert!(lab.join("exports").join(&circuit).join("circuit_config.json").is_file());
}

#[test]
fn an_export_takes_free_folders_of_the_lab_only() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("bravli-lab");
    let call = |tool: &str, arguments: &str| bravli(folder.path(), &["call", tool, arguments]);
    let artifact = |tool: &str, arguments: &str| {
        let reply: Value = serde_json::from_slice(&call(tool, arguments).stdout).unwrap();
        reply["artifact"].as_str().unwrap().to_owned()
    };
    let column = artifact("place_column", r#"{"recipe": "rat-barrel", "radius_um": 30, "layers": ["4"]}"#);
    let circuit = artifact("wire_pathways", &format!(r#"{{"column": "{column}"}}"#));
    let export =
        |artifact: &str, to: &str| call("export", &format!(r#"{{"artifact": "{artifact}", "folder": "{to}"}}"#));
    assert!(export(&circuit, "exports/a").status.success());
    std::fs::create_dir_all(lab.join("exports/empty")).unwrap();
    assert!(export(&circuit, "exports/empty").status.success());
    assert!(text(&export(&circuit, "exports/a").stdout).contains(r#""status": "found""#));
    std::fs::write(lab.join("notes.txt"), "mine").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), lab.join("out")).unwrap();
    let edited = lab.join("exports/empty/node_sets.json");
    std::fs::write(&edited, "{}").unwrap();
    let before = names(folder.path());
    let mut cases = vec![
        (&circuit, "/tmp/x", "path_outside_lab"),
        (&circuit, "../x", "path_outside_lab"),
        (&circuit, "a/../../x", "path_outside_lab"),
        (&circuit, ".", "folder_in_use"),
        (&circuit, "artifacts/x", "folder_in_use"),
        (&circuit, "Recipes/x", "folder_in_use"),
        (&circuit, "exports/.x", "folder_in_use"),
        (&circuit, "notes.txt", "folder_not_empty"),
        (&circuit, "exports", "folder_not_empty"),
        (&circuit, "exports/empty", "export_changed"),
        (&column, "exports/b", "wrong_kind"),
    ];
    if cfg!(unix) {
        cases.push((&circuit, "out/x", "path_outside_lab"));
        cases.push((&circuit, "out", "path_outside_lab"));
    }
    for (artifact, to, code) in cases {
        let output = export(artifact, to);
        assert_eq!(output.status.code(), Some(1), "{to}");
        assert!(text(&output.stderr).contains(code), "{to}: {}", text(&output.stderr));
        assert_eq!(names(folder.path()), before, "{to}");
    }
}

#[test]
fn the_wiring_bench_gives_its_figures_and_one_digest_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let figures = |threads: &str| -> Value {
        let size = ["--cells", "2000", "--synapses-per-cell", "200"];
        let arguments = [&["bench", "wiring"][..], &size, &["--threads", threads, "--json"]].concat();
        let output = bravli(folder.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (one, two) = (figures("1"), figures("2"));
    assert_eq!(one["digest"], two["digest"]);
    assert_eq!(one["synapses"], two["synapses"]);
    let number = |key: &str| one[key].as_f64().unwrap();
    // 2,000 cells with 200 synapses each, of 4.5 per connection: the sum has a spread of about a thousand
    assert!((number("synapses") - 400_000.0).abs() < 10_000.0, "{one}");
    assert!(number("wall_s") > 0.0 && number("peak_mib") >= 0.0);
    assert!(number("bytes_per_synapse") < 16.0 && number("bytes_per_connection") < 16.0, "{one}");
    let refused = bravli(folder.path(), &["bench", "wiring", "--cells", "100", "--synapses-per-cell", "1000000"]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("within reach"), "{}", text(&refused.stderr));
}
