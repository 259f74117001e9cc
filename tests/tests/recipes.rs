//! Bad recipes in a lab are refused with file and line, and the shipped one stands on its records.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{ActError, ParseRecipe, PlaceColumn, Workbench};
use std::fs;
use std::path::Path;

fn lab_with(recipe: &str, change: impl Fn(&Path)) -> (tempfile::TempDir, Workbench) {
    let lab = tempfile::tempdir().unwrap();
    let folder = lab.path().join("recipes").join(recipe);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(bravli_tests::project().join("recipes/rat-barrel")).unwrap().flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    change(&folder);
    let bench = Workbench::new(lab.path());
    (lab, bench)
}

fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(from), "{file} holds no {from:?}");
    fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
}

fn refused(change: impl Fn(&Path)) -> ActError {
    let (lab, bench) = lab_with("mine", change);
    let request = PlaceColumn {
        recipe: "mine".into(),
        main_file: String::new(),
        radius_um: Some(30.0),
        layers: vec!["4".into()],
        seed: 1,
    };
    let error = bench.place_column(&request).unwrap_err();
    assert!(!lab.path().join("artifacts").exists(), "a refused recipe was stored");
    assert!(!error.remedy.is_empty() || error.problems.iter().any(|problem| !problem.remedy.is_empty()), "{error}");
    error
}

#[test]
fn malformed_xml_is_named_by_file_and_line() {
    let error = refused(|folder| replace(folder, "builderRecipe.xml", "</blueColumn>", "</blueColum>"));
    assert!(error.place.starts_with("builderRecipe.xml:"), "{error}");
}

#[test]
fn an_entity_outside_the_folder_is_refused() {
    for outside in ["../secret.xml", "/etc/passwd", "http://example.org/x.xml"] {
        let error =
            refused(|folder| replace(folder, "builderRecipe.xml", "\"connectivity.xml\"", &format!("\"{outside}\"")));
        assert!(error.place.starts_with("builderRecipe.xml:"), "{error}");
        assert!(error.to_string().contains(outside), "{error}");
    }
}

#[test]
fn an_unknown_mtype_offers_the_nearest() {
    let error = refused(|folder| replace(folder, "cell_composition.yaml", "\"L4_LBC\"", "\"L4_LCB\""));
    assert!(error.to_string().contains("L4_LCB") && error.to_string().contains("L4_LBC"), "{error}");
    assert!(error.place.starts_with("cell_composition.yaml:"), "{error}");
}

#[test]
fn a_negative_conductance_is_named_by_line() {
    let error = refused(|folder| replace(folder, "builderRecipe.xml", "gsyn=\"", "gsyn=\"-"));
    assert!(error.place.starts_with("builderRecipe.xml:"), "{error}");
    assert!(error.to_string().contains("gsyn"), "{error}");
}

#[test]
fn shares_that_do_not_sum_to_one_are_renormalised_and_said() {
    let (_lab, bench) = lab_with("mine", |folder| replace(folder, "cell_composition.yaml", "cADpyr: 1", "cADpyr: 0.8"));
    let reply = bench.parse_recipe(&ParseRecipe::named("mine")).unwrap();
    let said = reply.problems.iter().find(|problem| problem.code == "shares_renormalised").unwrap();
    assert!(said.place.starts_with("cell_composition.yaml:"), "{said:?}");
}

#[test]
fn every_number_of_the_shipped_recipe_has_a_source() {
    let lab = tempfile::tempdir().unwrap();
    let request = ParseRecipe::named("rat-barrel");
    let reply = Workbench::new(lab.path()).parse_recipe(&request).unwrap();
    assert_eq!(reply.ledger.unsourced, 0);
    let cited = reply.ledger.measured + reply.ledger.adopted + reply.ledger.generalised;
    assert!(cited > reply.ledger.assumed, "{:?}", reply.ledger);
    assert!(reply.buildable, "{:?}", reply.missing);
}

#[test]
fn a_cited_number_that_was_changed_loses_its_source_and_is_told() {
    let (_lab, bench) = lab_with("mine", |folder| replace(folder, "column.yaml", "n_cells: 4447", "n_cells: 4448"));
    let reply = bench.parse_recipe(&ParseRecipe::named("mine")).unwrap();
    assert_eq!(reply.ledger.unsourced, 1);
    let told = reply.problems.iter().find(|problem| problem.code == "cited_value_differs").unwrap();
    assert!(told.message.contains("4448") && told.place.starts_with("column.yaml:"), "{told:?}");
}
