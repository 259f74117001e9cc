//! `bravli recipe` as a scientist uses it, on the shipped recipes and on hostile files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn bravli(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bravli")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes").join(name)
}

#[test]
fn a_table_has_a_row_for_every_pair_and_the_same_rows_by_name_and_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let by_name = bravli(folder.path(), &["recipe", "table", "rat-barrel"]);
    assert!(by_name.status.success(), "{}", text(&by_name.stderr));
    let rows = text(&by_name.stdout);
    assert!(rows.starts_with("src_mtype\tsrc_etype\tdst_mtype\tdst_etype\trule_index\tclass\n"));
    let n_types = rows.lines().skip(1).filter(|row| row.starts_with("L4_SSC\tcADpyr\t")).count();
    assert_eq!(rows.lines().count() - 1, n_types * n_types);
    assert!(rows.contains("\nL4_SSC\tcADpyr\tL2_TPC:A\tcADpyr\t") && rows.contains("\tE2_L4SS_L23PC\n"));
    let file = shipped("rat-barrel").join("builderRecipe.xml");
    for place in [shipped("rat-barrel"), file] {
        assert_eq!(text(&bravli(folder.path(), &["recipe", "table", place.to_str().unwrap()]).stdout), rows);
    }
    assert!(!folder.path().join("bravli-lab").exists(), "reading makes no lab");
}

#[test]
fn a_recipe_converts_there_and_back_and_lists_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let convert =
        |from: &str, to: &str, out: &str| bravli(folder.path(), &["recipe", "convert", from, "--to", to, "--out", out]);
    let ours = convert("mouse-c2", "ours", "ours");
    assert!(ours.status.success(), "{}", text(&ours.stderr));
    let no_change = bravli(folder.path(), &["recipe", "diff", "mouse-c2", "ours", "--json"]);
    let diff: Value = serde_json::from_slice(&no_change.stdout).unwrap();
    assert_eq!(diff["pathways"]["n_compared"], diff["pathways"]["n_unchanged"]);
    for part in ["renamed", "removed_mtypes", "added_mtypes", "changed_classes", "removed_rules", "added_rules"] {
        assert_eq!(diff[part].as_array().map(Vec::len), Some(0), "{part}");
    }
    let json = convert("mouse-c2", "json", "json");
    assert!(text(&json.stderr).contains("lost: pathways") && text(&json.stderr).contains("lost: comments"), "{json:?}");
    // what was lost is not needed to resolve the same classes, given who excites
    fs::copy(folder.path().join("ours/mtype_taxonomy.tsv"), folder.path().join("json/mtype_taxonomy.tsv")).unwrap();
    fs::copy(folder.path().join("ours/cell_composition.yaml"), folder.path().join("json/cell_composition.yaml"))
        .unwrap();
    let table = |place: &str| text(&bravli(folder.path(), &["recipe", "table", place]).stdout);
    assert_eq!(table("json"), table("mouse-c2"));
    let again = convert("mouse-c2", "json", "json");
    assert!(!again.status.success() && text(&again.stderr).contains("not empty"), "{again:?}");
}

#[test]
fn an_explanation_names_rule_class_and_what_gave_way() {
    let folder = tempfile::tempdir().unwrap();
    let pair = ["--pre", "L4_SSC", "--post", "L23_LBC"];
    let told =
        bravli(folder.path(), &[&["recipe", "explain", "rat-barrel"][..], &pair, &["--calcium", "1.2"]].concat());
    let said = text(&told.stdout);
    assert!(told.status.success() && said.contains("decided by") && said.contains("overrides"), "{said}");
    let json = bravli(folder.path(), &[&["recipe", "explain", "rat-barrel", "--json"][..], &pair].concat());
    let reply: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(reply["cases"].as_array().unwrap().len() > 1);
    let wrong = bravli(folder.path(), &["recipe", "explain", "rat-barrel", "--pre", "L4_SSD", "--post", "L4_SSC"]);
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("L4_SSC"), "{wrong:?}");
}

/// A class and a rule, around which everything else is wrong.
fn recipe(gsyn: &str, more: &str) -> String {
    format!(
        "<blueColumn><SynapsesProperties><synapse fromSClass=\"EXC\" type=\"E2\"/></SynapsesProperties>\
         <SynapsesClassification><class id=\"E2\" gsyn=\"{gsyn}\" gsynSD=\"0.4\" u=\"0.5\" uSD=\"0.02\" d=\"671\" dSD=\"17\" \
         f=\"17\" fSD=\"5\" dtc=\"1.7\" dtcSD=\"0.2\" nrrp=\"1\"/></SynapsesClassification>{more}</blueColumn>"
    )
}

#[test]
fn hostile_files_are_refused_with_a_place_and_a_reason() {
    let entity = |system: &str| {
        format!("<!DOCTYPE blueColumn [<!ENTITY r SYSTEM \"{system}\">]><blueColumn>&r;</blueColumn>").into_bytes()
    };
    let bomb = {
        let level = |i: u8| {
            format!("<!ENTITY {} \"{}\">", char::from(b'b' + i), format!("&{};", char::from(b'a' + i)).repeat(10))
        };
        let levels: String = (0..9).map(level).collect();
        format!("<!DOCTYPE blueColumn [<!ENTITY a \"aaaaaaaaaa\">{levels}]><blueColumn>&j;</blueColumn>").into_bytes()
    };
    let anchors = {
        let level = |i: u8| {
            let below = vec![format!("*{}", char::from(b'a' + i)); 9].join(",");
            format!("{0}: &{0} [{below}]\n", char::from(b'b' + i))
        };
        format!("a: &a [x,x,x,x,x,x,x,x,x]\n{}", (0..12).map(level).collect::<String>()).into_bytes()
    };
    let rows: String = (0..1_000_000).map(|i| format!("L4_{i}\tPYR\tEXC\n")).collect();
    let truncated = recipe("0.68", "").into_bytes()[..200].to_vec();
    let attributes: String = (0..200_000).map(|i| format!("a{i}=\"1\" ")).collect();
    let xml = "builderRecipe.xml";
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("entity bomb", xml, bomb, "unknown_entity"),
        ("absolute entity", xml, entity("/etc/passwd"), "entity_outside_folder"),
        ("parent entity", xml, entity("../../etc/passwd"), "entity_outside_folder"),
        ("network entity", xml, entity("http://example.org/x.xml"), "entity_outside_folder"),
        ("deep nesting", xml, format!("<blueColumn>{}", "<a>".repeat(5 << 20)).into_bytes(), "malformed_xml"),
        ("large file", xml, vec![b'<'; 17 << 20], "file_too_large"),
        ("many attributes", xml, format!("<blueColumn {attributes}/>").into_bytes(), "malformed_xml"),
        ("invalid UTF-8", xml, b"<blueColumn>\xff\xfe</blueColumn>".to_vec(), "bad_encoding"),
        ("truncated", xml, truncated, "malformed_xml"),
        ("not a number", xml, recipe("NaN", "").into_bytes(), "out_of_range"),
        ("infinite", xml, recipe("1e999", "").into_bytes(), "out_of_range"),
        ("million rows", "mtype_taxonomy.tsv", format!("mtype\tmClass\tsClass\n{rows}").into_bytes(), "too_many_rows"),
        ("anchors that expand", "cell_composition.yaml", anchors, "malformed_yaml"),
        ("anchor of itself", "cell_composition.yaml", b"a: &a [*a]\n".to_vec(), "malformed_yaml"),
        ("deep YAML", "cell_composition.yaml", "[".repeat(5_000_000).into_bytes(), "malformed_yaml"),
        (
            "deep JSON",
            "recipe.json",
            format!("{{\"version\": 1, \"touch_rules\": {}", "[".repeat(5_000_000)).into_bytes(),
            "malformed_yaml",
        ),
    ];
    for (what, file, bytes, code) in cases {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("mine");
        fs::create_dir(&place).unwrap();
        fs::write(place.join(file), bytes).unwrap();
        let output = bravli(folder.path(), &["recipe", "check", "mine"]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{what}: {said} {}", text(&output.stderr));
        let line =
            said.lines().find(|line| line.contains(&format!("[{code}]"))).unwrap_or_else(|| panic!("{what}: {said}"));
        assert!(line.starts_with(&format!("{file}:")), "{what}: {line}");
    }
    // a file beyond the limit is not even opened: this one takes no room on the disk
    let folder = tempfile::tempdir().unwrap();
    fs::File::create(folder.path().join(xml)).unwrap().set_len(1 << 30).unwrap();
    let output = bravli(folder.path(), &["recipe", "check", "."]);
    assert!(!output.status.success() && text(&output.stderr).contains("too_large"), "{output:?}");
}
