//! Real recipes of three generations, read against tables derived from them by other means.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{CellClass, Problem, RecipeFiles, Severity, numbers, numbers_with, read, read_with};
use std::path::Path;

mod common;
#[path = "common/rows.rs"]
mod rows;
use common::{data, folder};
use rows::rows;

fn v7(data: &Path) -> RecipeFiles {
    let names = ["recipe_v5_v7/v7.xml", "recipe_v5_v7/v7connectivity.xml", "recipe_o1_2018/mtype_taxonomy.tsv"];
    folder(data, &names)
}

/// A cell of which only the m-type matters.
fn cell(mtype: &str) -> CellClass<'_> {
    CellClass::new(mtype, "", "")
}

fn with_code<'a>(problems: &'a [Problem], code: &str) -> Vec<&'a Problem> {
    problems.iter().filter(|p| p.code == code).collect()
}

#[test]
fn v7_is_read_whole() {
    let Some(data) = data("v7_is_read_whole") else { return };
    let files = v7(&data);
    let start = std::time::Instant::now();
    let reading = read("v7", &files).unwrap();
    eprintln!("v7 read in {:?}", start.elapsed());
    let recipe = reading.recipe;
    assert_eq!(recipe.synapse_classes.len(), 41);
    assert_eq!(recipe.synapse_rules.len(), 104);
    assert_eq!(recipe.connection_rules.len(), 3218);
    assert!(with_code(&reading.problems, "dead_rule").is_empty());
    assert!(with_code(&reading.problems, "unexpected_root").is_empty());
    // L3_TPC:C of v7 is L3_TPC:B in the older taxonomy; its class comes from the published list, and that is told once.
    let published = with_code(&reading.problems, "published_classes");
    assert!(published.len() == 1 && published[0].message.contains("L3_TPC:C"), "{published:?}");
    assert!(with_code(&reading.problems, "dead_connection_rule").is_empty());
    let class = &recipe.synapse_classes["E2_L4SS_L23PC"];
    assert_eq!((class.gsyn_ns.mean, class.u_syn.mean, class.n_rrp), (0.24, 0.79, 1.0));
    assert_eq!((class.conductance_ratio, class.u_hill_mm), (Some(0.5), Some(2.79)));
    assert!(class.comment.as_deref().unwrap().contains("Silver"));
    assert_eq!((class.at.file.as_str(), class.at.column), ("v7.xml", 9));
    let rule = recipe.connection_rule(&cell("L1_DAC"), &cell("L1_HAC")).unwrap();
    assert_eq!((rule.mean_synapses, rule.at.file.as_str()), (Some(11.436), "v7connectivity.xml"));
    let text = std::str::from_utf8(&files.0["v7connectivity.xml"]).unwrap();
    let line = text.lines().nth(rule.at.line as usize - 1).unwrap();
    assert!(line.contains("from=\"L1_DAC\" to=\"L1_HAC\""));
    assert_eq!(recipe.spine_lengths["L23_BP"].get(), 0.5);
    assert_eq!(recipe.synapse_rules[0].release_delay_ms.get(), 0.1);
    assert_eq!(recipe.synapse_rules[0].conduction_velocity_um_per_ms, 300.0);
}

#[test]
fn v7_resolves_every_pair_as_the_oracle_does() {
    let Some(data) = data("v7_resolves_every_pair_as_the_oracle_does") else { return };
    let recipe = read("v7", &v7(&data)).unwrap().recipe;
    let table = rows(&data, "derived/v7_resolved_classes.tsv", '\t');
    assert_eq!(table.len(), 44_100);
    let mut seen = std::collections::BTreeSet::new();
    for row in &table {
        let [pre_m, pre_e, post_m, post_e, index, class] = row.as_slice() else { panic!("odd row {row:?}") };
        let sclass = |mtype: &str| recipe.taxonomy[mtype].synapse_class.as_str();
        let pre = CellClass::new(pre_m, pre_e, sclass(pre_m));
        let post = CellClass::new(post_m, post_e, sclass(post_m));
        let resolved = recipe.resolve_synapse(&pre, &post).unwrap();
        assert_eq!((&resolved.class.name, resolved.rule_index.to_string()), (class, index.clone()), "{row:?}");
        seen.insert(class);
    }
    assert_eq!(seen.len(), 41, "every class is reached");
}

#[test]
fn v7_connection_rules_equal_the_derived_table() {
    let Some(data) = data("v7_connection_rules_equal_the_derived_table") else { return };
    let recipe = read("v7", &v7(&data)).unwrap().recipe;
    let table = rows(&data, "derived/connection_rules_v7.csv", ',');
    assert_eq!(table.len(), recipe.connection_rules.len());
    let index = recipe.connection_index();
    for row in &table {
        let rule = index.rule(&cell(&row[1]), &cell(&row[2])).unwrap();
        let number = |text: &str| text.parse::<f64>().ok();
        assert_eq!((rule.from.to_string(), rule.to.to_string()), (row[1].clone(), row[2].clone()));
        assert_eq!(rule.mean_synapses, number(&row[3]), "{row:?}");
        assert_eq!(rule.bouton_reduction_factor, number(&row[4]), "{row:?}");
        assert_eq!(rule.cv(), number(&row[5]), "{row:?}");
    }
    for row in table.iter().step_by(37) {
        assert_eq!(index.rule(&cell(&row[1]), &cell(&row[2])), recipe.connection_rule(&cell(&row[1]), &cell(&row[2])));
    }
}

#[test]
fn v5_gives_its_classes_column_and_composition() {
    let Some(data) = data("v5_gives_its_classes_column_and_composition") else { return };
    let reading = read("v5", &folder(&data, &["recipe_v5_v7/v5.xml"])).unwrap();
    for problem in &reading.problems {
        assert_ne!(problem.severity, Severity::Error);
    }
    let recipe = reading.recipe;
    assert_eq!(recipe.synapse_classes.len(), 32);
    assert_eq!(recipe.synapse_classes["I2"].tau_facil_ms.mean, 21.0, "021 is decimal");
    let column = recipe.column.as_ref().unwrap();
    assert_eq!(column.reference_radius_um.get(), 230.92);
    assert_eq!(column.layers.len(), 6);
    assert_eq!(recipe.taxonomy["L4_SS"].morph_class, "INT");
    assert_eq!(recipe.taxonomy["L4_SS"].synapse_class, "EXC");
    compare_composition(&recipe, &rows(&data, "derived/composition_v5_2015.csv", ','));
    assert!((excitatory_percent(&recipe) - 85.4).abs() < 0.05, "{}", excitatory_percent(&recipe));
    // Wildcard rules give way to literal ones wherever they stand.
    assert_eq!(recipe.connection_rule(&cell("L23_LBC"), &cell("L23_PC")).unwrap().mean_synapses, Some(13.0));
    assert_eq!(recipe.connection_rule(&cell("L1_DAC"), &cell("L6_BP")).unwrap().active_fraction, Some(0.5));
}

/// Excitatory cells of the whole column, in percent.
fn excitatory_percent(recipe: &bravli_recipe::Recipe) -> f64 {
    let column = recipe.column.as_ref().unwrap();
    let thickness = |layer: &str| column.layers.iter().find(|l| l.layer == layer).unwrap().thickness_um.get();
    let cells = |of: &dyn Fn(&str) -> bool| -> f64 {
        let groups = recipe.composition.iter().filter(|group| of(&group.mtype));
        groups.map(|group| group.density_per_mm3.unwrap() * thickness(&group.layer)).sum()
    };
    100.0 * cells(&|mtype| recipe.taxonomy[mtype].synapse_class == "EXC") / cells(&|_| true)
}

fn compare_composition(recipe: &bravli_recipe::Recipe, table: &[Vec<String>]) {
    assert_eq!(recipe.composition.len(), table.len());
    for row in table {
        let group = recipe.composition.iter().find(|g| g.layer == row[0] && g.mtype == row[3]).unwrap();
        let expected: f64 = row[8].parse().unwrap();
        let density = group.density_per_mm3.unwrap();
        assert!((density - expected).abs() <= 1e-3 * expected, "{row:?}: {density}");
        for pair in row[9].split(' ') {
            let (etype, share) = pair.split_once(':').unwrap();
            assert!((group.etypes[etype] - share.parse::<f64>().unwrap()).abs() < 2e-3, "{row:?}");
        }
        assert!((group.etypes.values().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(recipe.taxonomy[&row[3]].synapse_class, row[5]);
    }
}

#[test]
fn o1_folder_is_read_with_its_five_dead_rules() {
    let Some(data) = data("o1_folder_is_read_with_its_five_dead_rules") else { return };
    let names = std::fs::read_dir(data.join("recipe_o1_2018")).unwrap();
    let names: Vec<String> =
        names.map(|e| format!("recipe_o1_2018/{}", e.unwrap().file_name().to_string_lossy())).collect();
    let files = folder(&data, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let reading = read("o1", &files).unwrap();
    let recipe = &reading.recipe;
    assert_eq!(recipe.synapse_classes.len(), 30);
    let dead = with_code(&reading.problems, "dead_rule");
    assert_eq!(dead.len(), 5, "{dead:?}");
    assert!(dead.iter().all(|p| p.remedy.as_deref().unwrap().contains("MType")));
    assert_eq!(dead[0].at.as_ref().unwrap().line, 614);
    assert_eq!(recipe.composition.len(), 2, "the yaml file replaces the percentages");
    assert_eq!(recipe.composition[0].density_per_mm3, Some(100_000.0));
    assert_eq!(recipe.mini_frequencies["4"].exc_hz, 0.072);
    assert_eq!(recipe.column.as_ref().unwrap().layers[3].thickness_um.get(), 185.25);
    let all = numbers(&files).unwrap();
    let value = |path: &str| all.iter().find(|n| n.path == path).unwrap_or_else(|| panic!("no {path}")).value;
    assert_eq!(value("class[E2_L4SS].u"), 0.79);
    assert_eq!(value("neurons[L23_MC@3].density"), 100_000.0);
    assert_eq!(value("neurons[L23_MC@3].etype.bAC"), 0.7);
    assert_eq!(value("row[4].exc_mini_frequency"), 0.072);
    assert_eq!(value("mTypeRule[L1_DAC->L1_DAC].mean_syns_connection"), 10.73);
    assert_eq!(value("SynapsesProperties.axonalConductionVelocity"), 300.0);
    assert_eq!(value("column[hexagon].layer[4].thickness"), 185.25);
    assert_eq!(value("NeuronTypes.totalNeurons"), 6757.0);
    assert_eq!(value("Layer[1].StructuralType[L1_DAC].ElectroType[bNAC].percentage"), 33.33);
}

#[test]
fn o1_percentages_give_the_derived_composition() {
    let Some(data) = data("o1_percentages_give_the_derived_composition") else { return };
    let names = ["builderRecipeAllPathways.xml", "builderConnectivityRecipeAllPathways.xml"];
    let files = folder(&data, &names.map(|n| format!("recipe_o1_2018/{n}")).each_ref().map(String::as_str));
    let recipe = read("o1", &files).unwrap().recipe;
    compare_composition(&recipe, &rows(&data, "derived/composition_o1_2018.csv", ','));
    assert!((excitatory_percent(&recipe) - 86.7).abs() < 0.05, "{}", excitatory_percent(&recipe));
}

#[test]
fn classes_of_three_generations_equal_the_derived_table() {
    let Some(data) = data("classes_of_three_generations_equal_the_derived_table") else { return };
    let o1 = ["recipe_o1_2018/builderRecipeAllPathways.xml", "recipe_o1_2018/builderConnectivityRecipeAllPathways.xml"];
    let folders = [("v5", folder(&data, &["recipe_v5_v7/v5.xml"])), ("o1", folder(&data, &o1)), ("v7", v7(&data))];
    let table = rows(&data, "derived/synapse_classes_v5_o1_v7.csv", ',');
    let mut n_compared = 0;
    for (prefix, files) in folders {
        let recipe = read(prefix, &files).unwrap().recipe;
        for row in table.iter().filter(|r| r[0].to_lowercase().starts_with(prefix)) {
            let class = &recipe.synapse_classes[&row[1]];
            let fields = [
                class.gsyn_ns.mean,
                class.gsyn_ns.sd,
                class.n_rrp,
                class.tau_decay_ms.mean,
                class.tau_decay_ms.sd,
                class.u_syn.mean,
                class.u_syn.sd,
                class.tau_rec_ms.mean,
                class.tau_rec_ms.sd,
                class.tau_facil_ms.mean,
                class.tau_facil_ms.sd,
            ];
            for (field, text) in fields.iter().zip(&row[2..]) {
                assert_eq!(*field, text.parse::<f64>().unwrap(), "{row:?}");
            }
            assert_eq!(class.conductance_ratio, row[13].parse().ok());
            assert_eq!(class.u_hill_mm, row[14].parse().ok());
            n_compared += 1;
        }
    }
    assert_eq!(n_compared, 32 + 30 + 41);
}

#[test]
fn faulty_samples_are_rejected_by_name() {
    let Some(data) = data("faulty_samples_are_rejected_by_name") else { return };
    let read_one = |name: &str| {
        let files = folder(&data, &[&format!("recipe_v5_v7/{name}")]);
        read_with("sample", &files, Some(name))
    };
    let faulty = read_one("faulty.xml").unwrap_err();
    assert!(faulty.to_string().contains("my_I2") && faulty.to_string().contains("faulty.xml:4:5"), "{faulty}");
    let some = read_one("synapse_properties_uhill_some.xml").unwrap_err().to_string();
    assert!(some.contains("class \"E2\" lacks uHillCoefficient"), "{some}");
    let undefined = read_one("synapse_properties.xml").unwrap_err().to_string();
    assert!(undefined.contains("E2_INH") && undefined.contains("-13"), "{undefined}");
    let all = read_one("synapse_properties_uhill_all.xml").unwrap();
    assert_eq!(with_code(&all.problems, "inverted_velocity").len(), 4);
    let files = folder(&data, &["recipe_v5_v7/faulty.xml"]);
    assert!(read("sample", &files).unwrap_err().to_string().contains("<my_bad_recipe>"));
}

#[test]
fn a_folder_of_many_recipes_asks_for_one() {
    let Some(data) = data("a_folder_of_many_recipes_asks_for_one") else { return };
    let files = folder(&data, &["recipe_v5_v7/v5.xml", "recipe_v5_v7/v7.xml", "recipe_v5_v7/v7connectivity.xml"]);
    let rejected = read("both", &files).unwrap_err().to_string();
    assert!(rejected.contains("v5.xml, v7.xml"), "{rejected}");
    assert_eq!(read_with("both", &files, Some("v7.xml")).unwrap().recipe.synapse_classes.len(), 41);
    assert!(numbers_with(&files, Some("v7.xml")).unwrap().len() > 9000);
}

#[test]
fn other_compositions_are_read() {
    let Some(data) = data("other_compositions_are_read") else { return };
    for (name, n_groups, n_datasets) in [
        ("cell_composition_v1.yaml", 3, 2),
        ("cell_composition_v2.yaml", 2, 1),
        ("sscx_mm_cell_composition.yaml", 3, 3),
    ] {
        let bytes = std::fs::read(data.join("composition_variants").join(name)).unwrap();
        let taxonomy = "mtype\tmClass\tsClass\nL23_MC\tINT\tINH\nL2_IPC\tPYR\tEXC\nRt_RC\tINT\tINH\n\
                        L5_TPC:A\tPYR\tEXC\nL5_TPC:B\tPYR\tEXC\nL5_TPC:C\tPYR\tEXC\n";
        let files = RecipeFiles(
            [("cell_composition.yaml".to_owned(), bytes), ("mtype_taxonomy.tsv".to_owned(), taxonomy.into())].into(),
        );
        let reading = read(name, &files).unwrap();
        assert_eq!(reading.recipe.composition.len(), n_groups, "{name}");
        assert_eq!(with_code(&reading.problems, "dataset_density").len(), n_datasets, "{name}");
    }
}
