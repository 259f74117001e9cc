//! Companion files of a recipe: read whole from a real folder, checked against the recipe, and refused when hostile.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{
    MAX_ROWS, PlacementKind, Problem, Reading, RecipeFiles, Rejected, RotationAxis, Severity, TargetSelection, read,
};

mod common;
#[path = "common/rows.rs"]
mod rows;
use common::{data, folder};
use rows::rows;

const TAXONOMY: &str = "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL23_MC\tINT\tINH\n";
const CELLS: &str = "version: v2.0\nneurons:\n- {density: 1000, traits: {layer: 4, mtype: L4_SSC, etype: cADpyr}}\n\
                     - {density: 200, traits: {layer: 3, mtype: L23_MC, etype: {cACint: 0.75, bAC: 0.25}}}\n";

fn files(entries: &[(&str, &str)]) -> RecipeFiles {
    let base = [("mtype_taxonomy.tsv", TAXONOMY), ("cell_composition.yaml", CELLS)];
    RecipeFiles(base.iter().chain(entries).map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect())
}

fn problems(result: Result<Reading, Rejected>) -> Vec<Problem> {
    result.map_or_else(|rejected| rejected.problems, |reading| reading.problems)
}

fn first(result: Result<Reading, Rejected>, code: &str) -> Problem {
    let problems = problems(result);
    problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
}

fn one(file: &str, text: &str, code: &str) -> Problem {
    first(read("test", &files(&[(file, text)])), code)
}

#[test]
fn the_o1_folder_is_read_with_every_companion() {
    let Some(data) = data("the_o1_folder_is_read_with_every_companion") else { return };
    let names: Vec<String> = std::fs::read_dir(data.join("recipe_o1_2018"))
        .unwrap()
        .map(|entry| format!("recipe_o1_2018/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    let files = folder(&data, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let reading = read("o1", &files).unwrap();
    let recipe = &reading.recipe;

    let rules = recipe.placement_rules.as_ref().unwrap();
    assert_eq!(rules.global.len(), 3);
    let text = std::str::from_utf8(&files.0["placement_rules.xml"]).unwrap();
    assert_eq!(rules.mtype_sets.len(), text.matches("<mtype_rule_set").count());
    let n_rules: usize = rules.mtype_sets.iter().map(|set| set.rules.len()).sum();
    assert_eq!(n_rules + 3, text.matches("<rule ").count());
    let bpc: Vec<_> = rules.rules_for("L6_BPC").collect();
    let PlacementKind::RegionTarget { min, max } = &bpc[3].kind else { panic!("{bpc:?}") };
    assert_eq!((min.layer.as_str(), min.fraction, max.layer.as_str(), max.fraction), ("5", 0.5, "3", 0.1));
    assert!(matches!(&rules.global[2].kind, PlacementKind::PreferUnscaled { sigma } if *sigma == 3.5));

    assert_eq!(recipe.morphologies.len(), 3);
    assert_eq!(recipe.morphologies[2].mtype, "L5_TPC:A");
    assert_eq!(recipe.emodels.len(), 3);
    assert_eq!(recipe.emodels[0].threshold_current_na, 0.221_877_800_558_527);
    assert_eq!(recipe.emodels[2].emodel, "L5_cADpyr");
    let manifest = recipe.manifest.as_ref().unwrap();
    assert_eq!(manifest.common.mask.as_deref(), Some("[mask]mc2"));
    let place = manifest.place_cells.as_ref().unwrap();
    assert_eq!((place.density_factor, place.mini_frequencies, place.sort_by.len()), (0.1, true, 2));
    assert_eq!(manifest.assign_morphologies.as_ref().unwrap().max_drop_ratio, 0.7);
    assert_eq!(manifest.other, Vec::<String>::new());
    assert_eq!(recipe.targets.len(), 3);
    let mc = recipe.targets.iter().find(|target| target.name == "L3_MC").unwrap();
    let cell = |region: &'static str| {
        move |name: &str| match name {
            "mtype" => Some("L23_MC"),
            "region" => Some(region),
            _ => None,
        }
    };
    assert_eq!((mc.holds(cell("mc2;3")), mc.holds(cell("mc2;3b"))), (Some(true), Some(false)));

    let told: Vec<&str> = reading.problems.iter().map(|p| p.code.as_str()).collect();
    let of = |code: &str| reading.problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("{told:?}"));
    // the file keeps rules for L5_TPC and others beside those of L5_TPC:A
    assert!(of("unknown_mtype").message.contains("L5_TPC"), "{}", of("unknown_mtype"));
    assert!(of("unread_file").message.contains("annotations.json (parts of morphologies for placement rules)"));
    for code in ["cells_without_morphology", "morphology_without_emodel", "inverted_interval", "unknown_value"] {
        assert!(!told.contains(&code), "{code}: {:#?}", reading.problems);
    }
}

#[test]
fn mini_frequencies_follow_the_layer_of_the_cell() {
    let Some(data) = data("mini_frequencies_follow_the_layer_of_the_cell") else { return };
    let files = folder(&data, &["composition_variants/mini_frequencies.tsv", "recipe_o1_2018/mtype_taxonomy.tsv"]);
    let recipe = read("minis", &files).unwrap().recipe;
    let table = rows(&data, "composition_variants/expected-cells-with-mini-frequencies.tsv", '\t');
    assert_eq!(table.len(), 6);
    for row in &table {
        let minis = recipe.mini_frequency(&row[1]).unwrap();
        let expected = [&row[10], &row[11]].map(|text| text.parse::<f64>().unwrap());
        assert!((minis.exc_hz - expected[0]).abs() < 1e-12 && (minis.inh_hz - expected[1]).abs() < 1e-12, "{row:?}");
        assert_eq!(recipe.mini_frequency(&format!("L{}", row[1])), Some(minis));
    }
    // an L2_TPC:B in layer 3 takes the row of layer 3
    assert_eq!((table[2][1].as_str(), table[2][2].as_str()), ("3", "L2_TPC:B"));
    assert_eq!(recipe.mini_frequency("Rt"), None);
}

#[test]
fn other_spellings_of_the_tables_mean_the_same() {
    let Some(data) = data("other_spellings_of_the_tables_mean_the_same") else { return };
    let name = |file: &str| format!("composition_variants/{file}");
    let read_of = |names: &[&str]| {
        let mut files = folder(
            &data,
            &names.iter().map(|n| name(n)).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
        );
        files.0.insert("mtype_taxonomy.tsv".to_owned(), TAXONOMY.as_bytes().to_vec());
        read("variants", &files).unwrap()
    };
    let long = read_of(&["extneuronDB.dat", "neuronDBv2.dat", "mecombo_emodel.dat", "targets.yaml"]);
    let row = &long.recipe.morphologies[1];
    assert_eq!((row.layer.as_str(), row.me_combo.as_deref()), ("2", Some("me-combo-b")));
    assert_eq!(
        (long.recipe.emodels[1].extra.as_slice(), long.recipe.emodels[0].extra.len()),
        (&["0.0".to_owned()][..], 0)
    );
    assert_eq!(long.recipe.emodels[1].holding_current_na, 2.0);
    let unread = first(Ok(long.clone()), "unread_file");
    assert!(
        unread.message.contains("neuronDBv2.dat (a morphology table; extneuronDB.dat is read instead)"),
        "{unread}"
    );
    assert_eq!(long.recipe.targets[3].selection, TargetSelection::Dataset("S1HL-cylinder".to_owned()));
    let short = read_of(&["neuronDBv2.dat"]).recipe;
    assert_eq!((short.morphologies[0].me_combo.as_deref(), short.morphologies[0].layer.as_str()), (None, "1"));
    let xml = read_of(&["neuronDBv2.dat", "start.target", "mini_frequencies.tsv"]);
    assert!(first(Ok(xml), "unread_file").message.contains("start.target (sets of cells in the older form)"));
}

const RULES: &str = r#"<placement_rules>
  <global_rule_set><rule id="limit" type="below" segment_type="axon" y_layer="L1" y_fraction="1.0"/></global_rule_set>
  <mtype_rule_set mtype="L4_SSC|L23_MC">
    <rule id="tuft" type="region_occupy" y_min_layer="4" y_min_fraction="0.5" y_max_layer="3" y_max_fraction="0.1"/>
  </mtype_rule_set>
  <global_rotation><rotation axis="y" distr='["uniform", {"a": -3.125, "b": 3.125}]'/></global_rotation>
  <mtype_rotation mtype="L23_MC"/>
</placement_rules>"#;

#[test]
fn alternatives_and_rotations_of_placement_rules() {
    let reading = read("test", &files(&[("rules.xml", RULES)])).unwrap();
    let rules = reading.recipe.placement_rules.as_ref().unwrap();
    assert_eq!(rules.rules_for("L23_MC").count(), 2);
    assert_eq!(rules.rules_for("L5_MC").count(), 1);
    assert!(rules.rotation_for("L23_MC").is_empty());
    let turn = &rules.rotation_for("L4_SSC")[0];
    assert_eq!((turn.axis, turn.distribution.as_str(), turn.parameters["b"]), (RotationAxis::Y, "uniform", 3.125));
    assert_eq!((turn.at.file.as_str(), turn.at.line), ("rules.xml", 6));
}

#[test]
fn every_fault_of_placement_rules_has_a_place() {
    let rules = |from: &str, to: &str| {
        assert!(RULES.contains(from), "{from}");
        RULES.replacen(from, to, 1)
    };
    for (from, to, code, severity, line, words) in [
        ("y_fraction=\"1.0\"", "y_fraction=\"100\"", "out_of_range", Severity::Error, 2, "[0, 1], got 100"),
        ("y_min_fraction=\"0.5\"", "y_min_fraction=\"-0.5\"", "negative_value", Severity::Error, 4, "y_min_fraction"),
        ("region_occupy", "region_ocupy", "unknown_rule_type", Severity::Error, 4, "did you mean region_occupy"),
        ("id=\"tuft\"", "id=\"limit\"", "duplicate_rule", Severity::Error, 4, "\"limit\""),
        (" id=\"tuft\"", "", "missing_attribute", Severity::Error, 4, "id"),
        ("y_min_layer=\"4\"", "y_min_layer=\"3\"", "inverted_interval", Severity::Warning, 4, "y_min"),
        ("y_min_layer=\"4\"", "y_min_layer=\"9\"", "unknown_layer", Severity::Warning, 4, "9"),
        ("|L23_MC", "|L23_CM", "unknown_mtype", Severity::Warning, 3, "did you mean L23_MC"),
        ("axis=\"y\"", "axis=\"up\"", "unknown_axis", Severity::Error, 6, "up"),
        ("\"b\": 3.125}", "\"b\": 3.125", "malformed_distribution", Severity::Error, 6, "JSON"),
        ("3.125}", "180}", "suspicious_angle", Severity::Warning, 6, "180"),
        ("\"uniform\"", "\"unifrom\"", "unknown_distribution", Severity::Warning, 6, "did you mean uniform"),
        (
            "<mtype_rotation ",
            "<mtype_rotations ",
            "unknown_element",
            Severity::Warning,
            7,
            "did you mean mtype_rotation",
        ),
        (
            "<mtype_rotation mtype=\"L23_MC\"/>",
            "<mtype_rule_set mtype=\"L4_SSC\"/>",
            "duplicate_rule_set",
            Severity::Error,
            7,
            "line 3",
        ),
        ("</mtype_rule_set>", "", "malformed_xml", Severity::Error, 8, "closed"),
    ] {
        let found = one("placement_rules.xml", &rules(from, to), code);
        assert_eq!(found.severity, severity, "{found}");
        assert_eq!(found.at.as_ref().map(|at| at.line), Some(line), "{found}");
        assert!(found.to_string().contains(words), "{found}");
    }
}

#[test]
fn every_fault_of_the_tables_has_a_place() {
    let db = "a 4 L4_SSC cADpyr c_a\nb 3 L23_MC cACint c_b\nc 3 L23_MC bAC c_c\n";
    let models = "a 4 L4_SSC cADpyr m c_a 0.2 -0.1\nb 3 L23_MC cACint m c_b 0.2 -0.1\nc 3 L23_MC bAC m c_c 0.2 -0.1\n";
    let told = |db: &str, models: &str, code: &str| {
        first(read("test", &files(&[("extNeuronDB.dat", db), ("mecombo_emodel.tsv", models)])), code)
    };
    let all = read("test", &files(&[("extNeuronDB.dat", db), ("mecombo_emodel.tsv", models)])).unwrap();
    assert!(all.problems.iter().all(|p| p.code == "no_builder_recipe"), "{:#?}", all.problems);

    let short = told(&db.replace(" c_b", ""), models, "malformed_table");
    assert!((short.severity, short.at.unwrap().line) == (Severity::Error, 2) && short.message.contains("4 columns"));
    assert!(told(&db.replace("L4_SSC", "L4_SCC"), models, "unknown_mtype").message.contains("did you mean L4_SSC"));
    assert!(told(&db.replace("a 4", "a 7"), models, "unknown_layer").message.contains('7'));
    let missing = told("a 4 L4_SSC cADpyr c_a\n", models, "cells_without_morphology");
    assert!(missing.message.contains("2 kinds") && missing.message.contains("L23_MC bAC in layer 3"), "{missing}");
    assert_eq!(missing.at.unwrap().file, "cell_composition.yaml");
    let lacking = told(db, &models.replace("c_b", "c_x"), "morphology_without_emodel");
    assert!(lacking.message.contains("1 rows") && lacking.to_string().contains("did you mean"), "{lacking}");
    let twice = told(db, &models.replace("c_b", "c_a"), "duplicate_combo");
    assert!(twice.message.contains("c_a") && twice.at.unwrap().line == 2);
    assert_eq!(told(&format!("{db}{db}"), models, "repeated_row").at.unwrap().line, 4);
    let large = told(db, &models.replace("0.2", "220"), "suspicious_current");
    assert!(large.remedy.unwrap().contains("divide values in pA by 1000"));
    let nan = told(db, &models.replacen("-0.1", "nan", 1), "not_a_number");
    assert_eq!((nan.severity, nan.at.unwrap().column), (Severity::Error, 29));
    let header = "morph_name layer fullmtype etype emodel combo threshold_current holding_current\n";
    assert!(told(db, &format!("{header}{models}"), "missing_column").message.contains("combo_name"));
}

#[test]
fn every_fault_of_manifest_and_targets_has_a_place() {
    for (text, code, severity, words) in [
        ("common: {atlas: /gpfs/atlas}\n", "unreachable_path", Severity::Warning, "/gpfs/atlas"),
        ("common: {atlas: ../atlas}\n", "unreachable_path", Severity::Warning, "../atlas"),
        ("common: {}\nplace_cels: {}\n", "unknown_key", Severity::Warning, "did you mean place_cells"),
        ("common: {}\ntouchdetector: {}\n", "unread_setting", Severity::Note, "touchdetector"),
        ("assign_morphologies: {max_drop_ratio: 70}\n", "out_of_range", Severity::Error, "divide a percentage by 100"),
        ("place_cells: {seed: 1.5}\n", "bad_seed", Severity::Error, "1.5"),
        ("place_cells: {mini_frequencies: 3}\n", "not_a_flag", Severity::Error, "true or false"),
        ("place_cells: {mini_frequencies: true}\n", "missing_file", Severity::Warning, "mini_frequencies.tsv"),
        ("node_sets: {targets: tragets.yaml}\n", "missing_file", Severity::Warning, "tragets.yaml"),
        ("- a\n", "not_a_mapping", Severity::Error, "common"),
    ] {
        let found = one("MANIFEST.yaml", text, code);
        assert_eq!(found.severity, severity, "{found}");
        assert!(found.at.is_some() && found.to_string().contains(words), "{found}");
    }
    let path =
        one("MANIFEST.yaml", "common:\n  region: S1\n  morph_release: /gpfs/x\n", "unreachable_path").at.unwrap();
    assert_eq!((path.line, path.column), (3, 18), "the path itself");
    let root = one("placement_rules.xml", "<global_rule_set/>", "unexpected_root");
    assert!(root.message.contains("expected <placement_rules>"), "{root}");
    for (query, code, severity, words) in [
        ("{mtype: L4_SCC}", "unknown_value", Severity::Warning, "did you mean L4_SSC"),
        ("{mtype: {$regex: 'L9.*'}}", "unknown_value", Severity::Warning, "L9.*"),
        ("{region: {$regex: '('}}", "bad_expression", Severity::Error, "not understood"),
        ("{region: {$gt: 3}}", "unknown_condition", Severity::Error, "$gt"),
        ("{}", "empty_query", Severity::Warning, "every cell"),
        ("[a]", "not_a_mapping", Severity::Error, "mapping"),
    ] {
        let found = one("targets.yaml", &format!("targets:\n  query_based:\n    set: {query}\n"), code);
        assert_eq!(found.severity, severity, "{found}");
        assert!(found.at.as_ref().unwrap().line == 3 && found.to_string().contains(words), "{found}");
    }
    let atlas = one("targets.yaml", "targets: {atlas_based: {a: cylinder}}\n", "not_a_dataset");
    assert!(atlas.remedy.unwrap().contains("'{name}'"));
}

#[test]
fn a_folder_says_which_files_nothing_reads() {
    let extra = [
        ("manifest.yml", "common: {}"),
        ("README.md", "for people"),
        ("cells.xml", "<CellRecipe/>"),
        ("cell_a.swc", "1 1 0 0 0 1 -1"),
    ];
    let note = first(read("test", &files(&extra)), "unread_file");
    assert_eq!(note.severity, Severity::Note);
    for words in ["3 files", "manifest.yml (perhaps meant as MANIFEST.yaml", "oldest form", "cell_a.swc (a morphology)"]
    {
        assert!(note.message.contains(words), "{note}");
    }
}

#[test]
fn a_table_of_a_million_rows_is_refused_with_the_limit() {
    let start = std::time::Instant::now();
    for (file, row) in [("extNeuronDB.dat", "m 4 L4_SSC cADpyr c\n"), ("mecombo_emodel.tsv", "m 4 a b c d 1 2\n")] {
        let found = one(file, &row.repeat(1_000_000), "too_many_rows");
        assert!(found.severity == Severity::Error && found.message.contains(&MAX_ROWS.to_string()), "{found}");
    }
    let long = one("extNeuronDB.dat", &"m ".repeat(4_000_000), "malformed_table");
    assert!(long.message.contains("32 or more"), "{long}");
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn tables_with_a_header_have_the_same_limit() {
    let rows = format!("mtype\tmClass\tsClass\n{}", "L4_SSC\tINT\tEXC\n".repeat(1_000_000));
    let found = one("mtype_taxonomy.tsv", &rows, "too_many_rows");
    assert!(found.message.contains(&MAX_ROWS.to_string()), "{found}");
}

#[test]
fn real_compositions_give_their_groups_with_region_and_dataset() {
    let Some(data) = data("real_compositions_give_their_groups_with_region_and_dataset") else { return };
    let taxonomy = "mtype\tmClass\tsClass\nL23_MC\tINT\tINH\nRt_RC\tINT\tINH\nL2_IPC\tPYR\tEXC\nL5_TPC:A\tPYR\tEXC\n\
                    L5_TPC:B\tPYR\tEXC\nL5_TPC:C\tPYR\tEXC\n";
    for (file, expected) in [
        (
            "cell_composition_v1.yaml",
            [
                ("L23_MC@2", None, Some(("MC", 0.1)), "L2"),
                ("L2_IPC@2", Some(42.0), None, "L2"),
                ("L23_MC@3", None, Some(("MC.dat", 1.0)), "L3"),
            ]
            .as_slice(),
        ),
        (
            "cell_composition_v2.yaml",
            &[("Rt_RC@Rt", Some(68_750.0), None, "mc0;Rt"), ("Rt_RC@Rt", None, Some(("L23_MC", 1.0)), "mc1;Rt")],
        ),
        (
            "sscx_mm_cell_composition.yaml",
            &[
                ("L5_TPC:C@5", None, Some(("[cell_density]L5_TPC:C", 1.0)), "@;L5"),
                ("L5_TPC:B@5", None, Some(("[cell_density]L5_TPC:B", 1.0)), "@;L5"),
                ("L5_TPC:A@5", None, Some(("[cell_density]L5_TPC:A", 1.0)), "@;L5"),
            ],
        ),
    ] {
        let text = std::fs::read_to_string(data.join("composition_variants").join(file)).unwrap();
        let entries = [("cell_composition.yaml", text.as_str()), ("mtype_taxonomy.tsv", taxonomy)];
        let recipe = read("real", &files(&entries)).unwrap().recipe;
        assert_eq!(recipe.composition.len(), expected.len(), "{file}");
        for (group, (name, density, dataset, region)) in recipe.composition.iter().zip(expected) {
            assert_eq!(format!("{}@{}", group.mtype, group.layer), *name);
            assert_eq!((group.density_per_mm3, group.region.as_deref()), (*density, Some(*region)), "{name}");
            assert_eq!(group.dataset.as_ref().map(|d| (d.name.as_str(), d.factor)), *dataset, "{name}");
        }
    }
}
