//! `cell_composition.yaml` in both versions, with every trait as a value or a distribution.

use bravli_recipe::{Problem, Reading, RecipeFiles, Rejected, Severity, read};
use proptest::prelude::*;
use std::collections::BTreeMap;

const TAXONOMY: &str = "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL4_TPC\tPYR\tEXC\nL23_MC\tINT\tINH\nRt_RC\tINT\tINH\n\
                        L2_IPC\tPYR\tEXC\nL5_TPC:A\tPYR\tEXC\nL5_TPC:B\tPYR\tEXC\nL5_TPC:C\tPYR\tEXC\n";
const COLUMN: &str =
    "shape: cylinder\nreference_radius_um: 210\nlayers:\n- {layer: 4, thickness_um: 190, n_cells: 4447}\n";

fn read_text(text: &str, column: bool) -> Result<Reading, Rejected> {
    let mut files = vec![("mtype_taxonomy.tsv", TAXONOMY), ("cell_composition.yaml", text)];
    if column {
        files.push(("column.yaml", COLUMN));
    }
    read("test", &RecipeFiles(files.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect()))
}

fn v2(groups: &str) -> Result<Reading, Rejected> {
    read_text(&format!("version: v2.0\nneurons:\n{groups}\n"), false)
}

fn first(result: Result<Reading, Rejected>, code: &str) -> Problem {
    let problems = result.map_or_else(|rejected| rejected.problems, |reading| reading.problems);
    problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
}

#[test]
fn the_shipped_recipe_raises_no_suspicion() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
    });
    let reading = read("rat-barrel", &RecipeFiles(files.collect())).unwrap();
    for code in ["suspicious_density", "percent_shares", "unread_file", "dataset_density", "unknown_layer"] {
        assert!(!reading.problems.iter().any(|p| p.code == code), "{code}: {:#?}", reading.problems);
    }
}

#[test]
fn distributions_of_layer_and_mtype_become_groups_that_add_up() {
    let group = "- density: 1000\n  region: S1\n  traits:\n    layer: {2: 0.25, 3: 0.75}\n    mtype: {L4_SSC: 0.4, L4_TPC: 0.6}\n    \
                 etype: {a: 0.5, b: 0.5}\n- {density: 50, traits: {layer: 3, mtype: L4_SSC, etype: a}}";
    let reading = v2(group).unwrap();
    let groups = &reading.recipe.composition;
    let found: BTreeMap<(&str, &str), f64> =
        groups.iter().take(4).map(|g| ((g.layer.as_str(), g.mtype.as_str()), g.density_per_mm3.unwrap())).collect();
    for (key, density) in [(("2", "L4_SSC"), 100.0), (("3", "L4_TPC"), 450.0)] {
        assert!((found[&key] - density).abs() < 1e-9, "{found:?}");
    }
    assert!((found.values().sum::<f64>() - 1000.0).abs() < 1e-9);
    assert!(groups.iter().take(4).all(|g| g.at.line == 3 && g.etypes["b"] == 0.5 && g.region.as_deref() == Some("S1")));
    assert_eq!((groups.len(), groups[4].density_per_mm3), (5, Some(50.0)), "groups are cumulative");

    let dataset = v2("- {density: '{map}', traits: {layer: {2: 0.5, 3: 0.5}, mtype: L4_SSC, etype: a}}").unwrap();
    assert_eq!(dataset.recipe.composition[1].dataset.as_ref().unwrap().factor, 0.5);
    assert_eq!(dataset.problems.iter().filter(|p| p.code == "dataset_density").count(), 1, "told once per entry");

    let off = v2("- {density: 9, traits: {layer: {2: 0.5, 3: 0.6}, mtype: L4_SSC, etype: a}}").unwrap();
    assert!((off.recipe.composition[0].density_per_mm3.unwrap() - 9.0 * 0.5 / 1.1).abs() < 1e-12);
    let told = first(Ok(off), "shares_renormalised");
    assert!(
        told.severity == Severity::Warning && told.message.starts_with("layer shares of L4_SSC sum to 1.1"),
        "{told}"
    );
    let none = v2("- {density: 9, traits: {layer: {}, mtype: L4_SSC, etype: a}}");
    assert!(first(none, "no_shares").message.contains("layers of L4_SSC"));
    let list = v2("- {density: 9, traits: {layer: [2, 3], mtype: L4_SSC, etype: a}}");
    assert!(first(list, "not_a_name").message.contains("layer must be one name"));
}

#[test]
fn percent_shares_are_divided_and_told() {
    let reading = v2("- {density: 10, traits: {layer: 4, mtype: L4_SSC, etype: {a: 70, b: 30}}}").unwrap();
    assert_eq!(reading.recipe.composition[0].etypes["a"], 0.7);
    let told = first(Ok(reading), "percent_shares");
    assert_eq!((told.severity, told.at.as_ref().unwrap().line), (Severity::Warning, 3));
    assert!(told.remedy.unwrap().contains("divide by 100"));
    let mixed = v2("- {density: 10, traits: {layer: 4, mtype: L4_SSC, etype: {a: 70, b: 0.3}}}");
    let told = first(mixed, "out_of_range");
    assert_eq!((told.severity, told.remedy.as_deref()), (Severity::Error, Some("divide a percentage by 100")));
}

#[test]
fn densities_that_mean_something_else_are_told() {
    let group = |density: &str| format!("- {{density: {density}, traits: {{layer: 4, mtype: L4_SSC, etype: a}}}}\n");
    let text =
        |parts: &[&str]| format!("version: v2.0\nneurons:\n{}", parts.iter().map(|d| group(d)).collect::<String>());
    for (parts, column, words) in [
        (&["0.4", "0.6"][..], false, "look like shares"),
        (&["40", "60"], false, "look like percentages"),
        (&["4000", "447"], true, "look like counts: the column has 4447 cells"),
        (&["0.0001"], false, "multiply a density per um3 by 1e9"),
        (&["2e10"], false, "divide a density per cm3 by 1000"),
    ] {
        let told = first(read_text(&text(parts), column), "suspicious_density");
        assert!(told.severity == Severity::Warning && told.to_string().contains(words), "{told}");
        assert_eq!(told.at.as_ref().unwrap().line, 3);
    }
    let fine = read_text(&text(&["100000", "447"]), true).unwrap();
    assert!(!fine.problems.iter().any(|p| p.code == "suspicious_density"));
    for (density, words) in
        [("'1000'", "without quotes"), ("many", "in braces"), ("'{}'", "in braces"), ("a.txt", "a.txt")]
    {
        let told = first(v2(&group(density)), "unknown_density");
        assert!(told.severity == Severity::Error && told.to_string().contains(words), "{told}");
    }
}

#[test]
fn a_version_at_the_end_is_found_and_a_missing_one_told() {
    let text = "neurons:\n- {density: 10, traits: {layer: 4, mtype: L4_SSC, etype: a}}\nversion: v2.0\n";
    assert_eq!(read_text(text, false).unwrap().recipe.composition.len(), 1);
    assert!(first(read_text(&text.replace("version: v2.0\n", ""), false), "missing_field").message.contains("version"));
    assert!(first(read_text(&text.replace("v2.0", "v3"), false), "unknown_version").message.contains("v3"));
}

#[test]
fn a_distribution_cannot_make_endless_groups() {
    let map = |prefix: &str| (0..2000).map(|i| format!("{prefix}{i}: 0.0005")).collect::<Vec<_>>().join(", ");
    let text = format!("- {{density: 1, traits: {{layer: {{{}}}, mtype: {{{}}}, etype: a}}}}", map("l"), map("m"));
    let told = first(v2(&text), "too_many_groups");
    assert!(told.message.contains("100000"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn expansion_keeps_the_density_and_the_shares(
        density in 2.0..1e5_f64,
        layers in prop::collection::btree_map("[1-6]", 0.01..1.0_f64, 1..5),
        mtypes in prop::collection::btree_map("L4_SSC|L4_TPC|L23_MC|L2_IPC", 0.01..1.0_f64, 1..4),
    ) {
        let map = |shares: &BTreeMap<String, f64>| {
            shares.iter().map(|(name, share)| format!("{name}: {share}")).collect::<Vec<_>>().join(", ")
        };
        let text = format!("- {{density: {density}, traits: {{layer: {{{}}}, mtype: {{{}}}, etype: a}}}}", map(&layers), map(&mtypes));
        let groups = v2(&text).unwrap().recipe.composition;
        prop_assert_eq!(groups.len(), layers.len() * mtypes.len());
        let total: f64 = groups.iter().map(|g| g.density_per_mm3.unwrap()).sum();
        prop_assert!((total - density).abs() < 1e-9 * density);
        let sum: f64 = layers.values().sum();
        for (layer, share) in &layers {
            let of_layer: f64 = groups.iter().filter(|g| g.layer == *layer).map(|g| g.density_per_mm3.unwrap()).sum();
            prop_assert!((of_layer - density * share / sum).abs() < 1e-9 * density);
        }
    }
}
