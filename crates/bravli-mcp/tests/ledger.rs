//! What an agent gets when a recipe's number has no source, and when it asks why a number is here.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_mcp::find_tool;
use bravli_workbench::{ActError, Silent, Workbench};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn call(bench: &Workbench, tool: &str, arguments: Value) -> Result<Value, ActError> {
    find_tool(tool).unwrap().call(bench, arguments, &Silent)
}

#[test]
fn a_recipe_is_refused_until_its_numbers_have_sources_and_then_tells_them() {
    let lab = tempfile::tempdir().unwrap();
    let folder = lab.path().join("recipes/mine");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel")).unwrap().flatten()
    {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let pathways = fs::read_to_string(folder.join("pathways.yaml")).unwrap();
    let changed = pathways.replacen("probability: 0.182", "probability: 0.183", 1);
    assert_ne!(pathways, changed);
    fs::write(folder.join("pathways.yaml"), changed).unwrap();
    let sources = fs::read_to_string(folder.join("sources.yaml")).unwrap();
    let start = sources.find("  - file: pathways.yaml\n    path: \"pathways[L4_E->L4_PV].probability\"").unwrap();
    let end = start + 1 + sources[start + 1..].find("  - file: ").unwrap();
    let cited =
        format!("{}    evidence: cited\n", &sources[start..start + sources[start..end].find("    evidence:").unwrap()]);
    fs::write(folder.join("sources.yaml"), format!("{}{cited}{}", &sources[..start], &sources[end..])).unwrap();

    let bench = Workbench::new(lab.path());
    let place = json!({ "recipe": "mine", "radius_um": 25, "layers": ["L4"] });
    let error = call(&bench, "place_column", place.clone()).unwrap_err();
    assert_eq!(error.code, "unsourced");
    assert!(error.place.starts_with("pathways.yaml:") && error.problems[0].message.contains("= 0.183"), "{error}");
    assert!(!lab.path().join("artifacts").exists());

    let assumed = cited.replace("evidence: cited", "evidence: {assumed: \"a little more than measured\"}");
    fs::write(folder.join("sources.yaml"), format!("{}{assumed}{}", &sources[..start], &sources[end..])).unwrap();
    let column = call(&bench, "place_column", place).unwrap();
    let circuit = call(&bench, "wire_pathways", json!({ "column": column["artifact"] })).unwrap();
    assert_eq!(circuit["ledger"]["unsourced"], 0);
    let why = json!({ "artifact": circuit["artifact"], "pathway": "L4_E->L4_PV", "parameter": "probability" });
    let seen = call(&bench, "inspect", why).unwrap();
    let value = &seen["parameter"]["values"][0];
    assert_eq!((&value["value"], &value["why"]), (&json!(0.183), &json!("a little more than measured")));
    assert!(seen["finding"].as_str().unwrap().contains("assumed: a little more than measured"), "{seen}");
}
