//! Record files that a person writes into the lab, and `bravli knowledge`.

use super::{keys, look_up, search};
use bravli_tests::{binary, project};
use bravli_workbench::Workbench;
use std::path::Path;
use std::process::{Command, Output};

const FACTS: &str = "schema: bravli-facts/1
facts:
- id: lefort2009:connectivity.probability:mine
  quantity: connectivity.probability
  value: 0.31
  unit: '1'
  species: rat
  pre: L6 chandelier
  post: L6 chandelier
  evidence: measured
  source: lefort2009
  locator: my own reading of Figure 3
  verification: seen
- id: lefort2009:connectivity.probability:wrong
  quantity: connectivity.probability
  value: 3
  unit: '1'
  pre: L6 chandelier
  post: L6 chandelier
  evidence: measured
  source: lefort2009
  locator: Figure 3
  verification: seen
";

fn bravli(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        Command::new(binary()).args(arguments).current_dir(folder).output().unwrap();
    (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn a_good_record_of_a_hand_written_file_is_used_and_a_broken_one_told() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let bench = Workbench::new(&lab);
    let question = "connection probability between L6 chandelier cells in rat";
    let good = "lefort2009:connectivity.probability:mine";
    assert!(!keys(&look_up(&bench, question)).contains(&good));

    std::fs::create_dir_all(lab.join("knowledge/facts")).unwrap();
    std::fs::write(lab.join("knowledge/facts/mine.yaml"), FACTS).unwrap();
    // a bench that is open already sees the file
    let reply = look_up(&bench, question);
    assert_eq!(keys(&reply).first(), Some(&good), "{reply:?}");
    assert!(!serde_json::to_string(&reply.facts).unwrap().contains("probability:wrong"), "{reply:?}");
    let told = search(&bench, "chandelier").note + &reply.understood.notes.join(" ");
    for part in ["knowledge/facts/mine.yaml:14", "probability:wrong", "value 3 is outside", "bravli knowledge check"] {
        assert_eq!(told.matches(part).count(), 2, "{part}: {told}");
    }

    let (code, text) = bravli(folder.path(), &["knowledge", "check", "--lab", "lab"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("knowledge/facts/mine.yaml:14: lefort2009:connectivity.probability:wrong"), "{text}");
    assert!(text.contains("1 problem\n") || text.ends_with("1 problem"), "{text}");
    std::fs::write(lab.join("knowledge/facts/mine.yaml"), FACTS.replace("value: 3\n", "value: 0.3\n")).unwrap();
    assert_eq!(bravli(folder.path(), &["knowledge", "check", "--lab", "lab"]).0, Some(0));
    assert!(search(&bench, "chandelier").note.is_empty());
}

#[test]
fn the_shipped_records_keep_every_rule() {
    let (code, text) = bravli(project(), &["knowledge", "check", "knowledge"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("; 0 problems"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = bravli(folder.path(), &["knowledge", "check"]);
    assert_eq!(code, Some(0), "a lab that is not there has no records of its own: {text}");
    assert!(!folder.path().join("bravli-lab").exists(), "a check wrote into the folder");
    let (code, text) = bravli(folder.path(), &["knowledge", "check", "nowhere"]);
    assert!(code == Some(1) && text.contains("no .yaml file"), "{code:?} {text}");
}

#[test]
fn the_binary_adds_a_file_and_answers_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let entry = "@article{x, author = {Roe, Jo}, title = {Hazelnut axons}, year = 2003}\n@article{y, title = {No end";
    std::fs::write(folder.path().join("refs.bib"), entry).unwrap();
    let (code, text) = bravli(folder.path(), &["knowledge", "add", "refs.bib", "--lab", "lab"]);
    assert!(code == Some(0) && text.contains("paper: roe2003") && text.contains("skipped: line 2"), "{code:?} {text}");
    let question = r#"{"query": "connection probability L4 spiny stellate to L2/3 pyramid in rat"}"#;
    let (code, text) = bravli(folder.path(), &["call", "lookup_parameter", question, "--lab", "lab"]);
    let reply: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(code == Some(0) && reply["answered"] == true, "{text}");
    let fetch = ["knowledge", "fetch", "europe-pmc", "barrel cortex", "--lab", "lab"];
    let (code, text) = bravli(folder.path(), &fetch);
    assert!(code == Some(2) && text.contains("--online"), "{code:?} {text}");
    let (code, text) = bravli(folder.path(), &["knowledge", "add", "nothing.bib"]);
    assert!(code == Some(1) && text.contains("nothing.bib"), "{code:?} {text}");
}
