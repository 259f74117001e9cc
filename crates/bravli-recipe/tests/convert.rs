//! Conversions between the generations, against the reference's own and against themselves.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{Converted, Form, Reading, RecipeFiles, convert, read, read_with};
use serde_json::Value;
use std::path::Path;

mod common;
use common::{data, folder};

fn generations(data: &Path) -> Vec<(&'static str, RecipeFiles)> {
    let o1 = ["recipe_o1_2018/builderRecipeAllPathways.xml", "recipe_o1_2018/builderConnectivityRecipeAllPathways.xml"];
    vec![
        ("v5", folder(data, &["recipe_v5_v7/v5.xml"])),
        ("o1", folder(data, &o1)),
        ("v7", folder(data, &["recipe_v5_v7/v7.xml", "recipe_v5_v7/v7connectivity.xml"])),
    ]
}

fn files(converted: &Converted) -> RecipeFiles {
    RecipeFiles(converted.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect())
}

/// A recipe as plain values, without the places in its files.
fn plain(reading: &Reading) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(entries) => {
                entries.shift_remove("at");
                entries.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(&reading.recipe).unwrap();
    strip(&mut value);
    value.as_object_mut().unwrap().shift_remove("name");
    value
}

/// Compares part by part, so that a failure names the smallest part that differs.
fn same(one: &Value, other: &Value, path: &str) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{path}");
            a.iter().for_each(|(key, value)| same(value, &b[key], &format!("{path}.{key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| same(a, b, &format!("{path}[{i}]")));
        }
        _ => assert_eq!(one, other, "{path}"),
    }
}

/// Sorts what has no order of its own and leaves out what says nothing, so that two documents can be compared.
fn normal(mut document: Value) -> Value {
    let root = document.as_object_mut().unwrap();
    // the reference writes an empty mapping and a seed of zero where the recipe is silent, and repeats L23 types
    if root.get("gap_junction_properties") == Some(&Value::Object(serde_json::Map::new())) {
        root.shift_remove("gap_junction_properties");
    }
    if root.get("seed") == Some(&Value::from(0)) {
        root.shift_remove("seed");
    }
    for (list, key) in [("structural_spine_lengths", "mtype"), ("classes", "class")] {
        let items = match list {
            "classes" => root["synapse_properties"]["classes"].as_array_mut().unwrap(),
            list => root[list].as_array_mut().unwrap(),
        };
        items.sort_by_key(|item| item[key].as_str().unwrap().to_owned());
        items.dedup();
    }
    // the reference regroups rules that do not compete; which rule wins for a pair is compared below
    let rules = root["connection_rules"].as_array_mut().unwrap();
    rules.sort_by_key(|rule| (rule["src_mtype"].to_string(), rule["dst_mtype"].to_string()));
    document
}

#[test]
fn conversions_to_version_1_equal_the_reference_s() {
    let Some(data) = data("conversions_to_version_1_equal_the_reference_s") else { return };
    for (name, files) in generations(&data) {
        let converted = convert(&read(name, &files).unwrap(), &files, Form::Version1);
        let ours: Value = serde_json::from_str(&converted.files["recipe.json"]).unwrap();
        let theirs = std::fs::read(data.join(format!("recipe_json/{name}_converted.json"))).unwrap();
        let theirs: Value = serde_json::from_slice(&theirs).unwrap();
        let (ours, theirs) = (normal(ours), normal(theirs));
        for (key, value) in theirs.as_object().unwrap() {
            let own = ours.get(key).unwrap_or(&Value::Null);
            if let (Some(a), Some(b)) = (own.as_array(), value.as_array()) {
                let differ = a.iter().zip(b).enumerate().find(|(_, (a, b))| a != b);
                assert!(
                    a.len() == b.len() && differ.is_none(),
                    "{name} {key}: {} and {}, {differ:?}",
                    a.len(),
                    b.len()
                );
            }
            assert_eq!(own, value, "{name} {key}");
        }
        assert_eq!(ours.as_object().unwrap().len(), theirs.as_object().unwrap().len(), "{name}");
        for loss in &converted.losses {
            eprintln!("{name} -> version 1 loses {}: {}", loss.what, loss.why);
        }
    }
}

#[test]
fn the_reference_s_conversions_are_read_as_the_recipes_they_came_from() {
    let Some(data) = data("the_reference_s_conversions_are_read_as_the_recipes_they_came_from") else { return };
    for (name, files) in generations(&data) {
        let ours = read(name, &files).unwrap().recipe;
        let json = format!("{name}_converted.json");
        let reading = read(name, &folder(&data, &[&format!("recipe_json/{json}")])).unwrap();
        let theirs = &reading.recipe;
        assert_eq!(ours.synapse_classes.len(), theirs.synapse_classes.len(), "{name}");
        for (class, other) in ours.synapse_classes.values().zip(theirs.synapse_classes.values()) {
            assert_eq!((&class.name, class.gsyn_ns, class.u_syn), (&other.name, other.gsyn_ns, other.u_syn));
            assert_eq!(other.at.file, json);
        }
        let types = ours.cell_types().types;
        let (a, b) = (ours.synapse_table(&types), theirs.synapse_table(&types));
        for pre in 0..types.len() {
            for post in 0..types.len() {
                assert_eq!(a.rule(pre, post), b.rule(pre, post), "{name} {:?} -> {:?}", types[pre], types[post]);
            }
        }
        let (a, b) = (ours.connection_index(), theirs.connection_index());
        for pre in types.iter().step_by(5) {
            for post in types.iter().step_by(3) {
                let rules = (a.rule(&pre.class(), &post.class()), b.rule(&pre.class(), &post.class()));
                let (Some(one), Some(other)) = rules else {
                    assert_eq!(rules, (None, None));
                    continue;
                };
                assert_eq!((one.mean_synapses, one.cv(), one.p_a), (other.mean_synapses, other.cv(), other.p_a));
            }
        }
        assert_eq!(ours.touches.rules.len(), theirs.touches.rules.len());
    }
}

#[test]
fn a_recipe_survives_both_forms() {
    let Some(data) = data("a_recipe_survives_both_forms") else { return };
    for (name, original) in generations(&data) {
        let reading = read(name, &original).unwrap();
        let ours = convert(&reading, &original, Form::Ours);
        let again = read(name, &files(&ours)).unwrap();
        same(&plain(&again), &plain(&reading), &format!("{name} as ours"));
        // what went into our form comes out of it unchanged, without further loss
        let twice = convert(&again, &files(&ours), Form::Ours);
        assert_eq!(twice.files, ours.files, "{name}");
        assert!(twice.losses.is_empty(), "{name}: {:?}", twice.losses);
        let json = convert(&reading, &original, Form::Version1);
        let back = read(name, &files(&json)).unwrap();
        let mut expected = plain(&reading);
        for lost in ["column", "composition", "taxonomy", "mini_frequencies", "etypes"] {
            expected[lost] = plain(&back)[lost].clone();
        }
        let drop_comments = |value: &mut Value| {
            for class in value["synapse_classes"].as_object_mut().unwrap().values_mut() {
                class["comment"] = Value::Null;
            }
            for rule in value["synapse_rules"].as_array_mut().unwrap() {
                rule["comment"] = Value::Null;
            }
        };
        drop_comments(&mut expected);
        same(&plain(&back), &expected, &format!("{name} as version 1"));
        let kinds = |text: &str| json.losses.iter().any(|loss| loss.what.starts_with(text));
        assert_eq!(kinds("column geometry"), reading.recipe.column.is_some(), "{name}: {:?}", json.losses);
        assert!(name == "v7" || kinds("StructuralType sigma"), "{name}: {:?}", json.losses);
    }
}

#[test]
fn version_1_says_what_xml_cannot_and_stays_version_1() {
    let text = r#"{"version": 1, "seed": 7,
      "synapse_properties": {
        "rules": [{"src_synapse_class": "EXC", "dst_synapse_class": "EXC", "class": "E2"},
                  {"src_mtype": "A", "dst_region": "S1*", "class": "E3", "axonal_conduction_velocity": 500}],
        "classes": [
          {"class": "E2", "conductance_mu": 0.7, "conductance_sd": 0.4, "decay_time_mu": 1.7, "decay_time_sd": 0.2,
           "u_syn_mu": 0.5, "u_syn_sd": 0.02, "depression_time_mu": 671, "depression_time_sd": 17,
           "facilitation_time_mu": 17, "facilitation_time_sd": 5, "n_rrp_vesicles_mu": 1},
          {"class": "E3", "conductance_mu": 0.9, "conductance_sd": 0.4, "decay_time_mu": 1.7, "decay_time_sd": 0.2,
           "u_syn_mu": 0.5, "u_syn_sd": 0.02, "depression_time_mu": 671, "depression_time_sd": 17,
           "facilitation_time_mu": 17, "facilitation_time_sd": 5, "n_rrp_vesicles_mu": 1}]},
      "connection_rules": [
        {"src_mtype": "A", "dst_mtype": "A", "mean_syns_connection": 3, "stdev_syns_connection": 1.5, "active_fraction": 0.5},
        {"src_mtype": "*", "dst_mtype": "*", "dst_etype": "dNAC", "bouton_reduction_factor": 0.1, "pMu_A": 2, "p_A": 0.9}]}"#;
    let folder = RecipeFiles(
        [
            ("anything.json".to_owned(), text.into()),
            ("mtype_taxonomy.tsv".to_owned(), "mtype\tmClass\tsClass\nA\tPYR\tEXC\nB\tINT\tINH\n".into()),
        ]
        .into(),
    );
    let reading = read("json", &folder).unwrap();
    let recipe = &reading.recipe;
    let cell = |etype| bravli_recipe::CellClass::new("A", etype, "EXC");
    // a later rule of version 1 overrides, however many stars it has
    assert_eq!(recipe.connection_rule(&cell("x"), &cell("dNAC")).unwrap().p_a, Some(0.9));
    assert_eq!(recipe.connection_rule(&cell("x"), &cell("cAC")).unwrap().cv(), Some(0.5));
    // a rule of a region applies there alone
    assert_eq!(recipe.resolve_synapse(&cell("x"), &cell("x")).unwrap().class.name, "E2");
    let in_s1 = bravli_recipe::CellClass { region: Some("S1HL"), ..cell("x") };
    let resolved = recipe.resolve_synapse(&cell("x"), &in_s1).unwrap();
    assert_eq!((resolved.class.name.as_str(), resolved.rule.conduction_velocity_um_per_ms), ("E3", 500.0));
    assert_eq!(resolved.rule.at.line, 4);
    let ours = convert(&reading, &folder, Form::Ours);
    assert!(ours.files.contains_key("recipe.json") && ours.losses.is_empty(), "{:?}", ours.losses);
    assert_eq!(plain(&read("json", &files(&ours)).unwrap()), plain(&reading));
}

/// Reads a folder and what both of its conversions say, and names what they lose.
fn forms(texts: &[(&str, &str)]) -> (Reading, [(Converted, Reading); 2]) {
    let folder = RecipeFiles(texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect());
    let reading = read("own", &folder).unwrap();
    let read_again = |form| {
        let converted = convert(&reading, &folder, form);
        let again = read("own", &files(&converted)).unwrap_or_else(|error| panic!("{form:?}: {error}"));
        (converted, again)
    };
    let both = [Form::Ours, Form::Version1].map(read_again);
    (reading, both)
}

const CLASS: &str =
    r#"<class id="E2" gsyn="1" gsynSD="1" u="0.5" uSD="1" d="1" dSD="1" f="1" fSD="1" dtc="1" dtcSD="1" nrrp="1"/>"#;

#[test]
fn a_rule_for_every_pair_stays_one_in_both_forms() {
    for ends in ["", r#"fromSClass="*" toSClass="*""#, r#"toMType="*""#] {
        let xml = format!(
            "<blueColumn><SynapsesProperties><synapse {ends} type=\"E2\"/></SynapsesProperties>\
             <SynapsesClassification>{CLASS}</SynapsesClassification></blueColumn>"
        );
        let (_, both) = forms(&[("builderRecipe.xml", &xml)]);
        let cell = bravli_recipe::CellClass::new("A", "x", "EXC");
        for (_, again) in both {
            assert_eq!(again.recipe.resolve_synapse(&cell, &cell).unwrap().class.name, "E2");
        }
    }
}

#[test]
fn names_of_any_characters_come_back() {
    for name in ["a\tb\nc\rd", "<\"&'>", "\u{1}"] {
        let rule = serde_json::json!({"version": 1, "touch_rules": [
            {"src_mtype": name, "dst_mtype": "*", "afferent_section_type": "soma"}]});
        let (reading, both) = forms(&[("recipe.json", &rule.to_string())]);
        for (converted, again) in both {
            assert_eq!(again.recipe.touches.rules[0].from_mtype, reading.recipe.touches.rules[0].from_mtype);
            assert!(converted.losses.is_empty(), "{:?}", converted.losses);
        }
    }
}

#[test]
fn what_stands_beside_a_recipe_is_kept_or_told() {
    let composition = "version: v2.0\nneurons:\n- {density: 9, region: S1, traits: {layer: 4, mtype: A, etype: x}}\n\
                       - {density: '{cells}', region: S1, traits: {layer: 4, mtype: A, etype: y}}\n";
    let volume = "NRRD0001\ntype: uint8\ndimension: 3\nsizes: 1 1 1\nencoding: raw\nspacings: 1 1 1\n\n4";
    let (reading, [(ours, again), (version1, _)]) = forms(&[
        ("builderRecipe.xml", "<blueColumn><TouchReduction survival_rate=\"1\"/></blueColumn>"),
        ("cell_composition.yaml", composition),
        ("mtype_taxonomy.tsv", "mtype\tmClass\tsClass\nA\tPYR\tEXC\n"),
        ("brain_regions.nrrd", volume),
        ("cells.nrrd", volume),
        ("hierarchy.json", r#"{"id": 52, "acronym": "S1"}"#),
        ("extNeuronDB.dat", "m 4 A z\n"),
        ("targets.yaml", "targets: {query_based: {L4: {layer: 4}}}\n"),
        ("MANIFEST.yaml", "common: {region: S1}\n"),
        ("notes.yaml", "notes:\n- {file: x, path: y, draft: 1, used: 2, why: z}\n"),
        (
            "placement_rules.xml",
            "<placement_rules><global_rule_set><rule id=\"a\" type=\"prefer_unscaled\" sigma=\"1\"/>\
                                 </global_rule_set></placement_rules>",
        ),
    ]);
    let (before, after) = (plain(&reading), plain(&again));
    for part in ["etypes", "morphologies", "targets", "manifest", "draft_notes"] {
        same(&after[part], &before[part], part);
    }
    let regions: Vec<_> = again.recipe.composition.iter().map(|group| group.region.as_deref()).collect();
    assert_eq!(regions, [Some("S1"); 2]);
    let told = |converted: &Converted, what: &str| converted.losses.iter().any(|loss| loss.what.starts_with(what));
    assert!(told(&ours, "datasets behind densities (1)"), "{:?}", ours.losses);
    assert!(ours.files.contains_key("placement_rules.xml"));
    let open = "version: v2.0\nneurons:\n- {density: '{cells}', traits: {layer: 4, mtype: L4_SSC, etype: y}}\n";
    let (_, [(ours, _), _]) = forms(&[
        ("builderRecipe.xml", "<blueColumn><TouchReduction survival_rate=\"1\"/></blueColumn>"),
        ("cell_composition.yaml", open),
    ]);
    assert!(told(&ours, "densities of volumetric datasets (1)") && !ours.files.contains_key("cell_composition.yaml"));
    let parts = ["rows of the morphology table (1)", "named sets of cells (1)", "settings", "notes on drafts (1)"];
    assert!(parts.iter().all(|part| told(&version1, part)), "{:?}", version1.losses);
}

#[test]
fn version_1_is_as_strict_as_its_schema() {
    let wrong = r#"{"version": 2, "seeds": 1, "synapse_properties": {"rules": "rules.parquet", "classes": [{"class": "E2",
      "conductance_mu": 0, "gsyn": 1}]}, "touch_rules": [{"src_mtype": "A", "dst_mtype": "B", "afferent_section_type": "den"}],
      "connection_rules": [3, {"src_mtype": "A", "nonsense": 1}]}"#;
    let folder = RecipeFiles([("r.json".to_owned(), wrong.into())].into());
    let rejected = read_with("wrong", &folder, Some("r.json")).unwrap_err();
    for code in [
        "unknown_version",
        "unknown_key",
        "external_table",
        "out_of_range",
        "unknown_attribute",
        "missing_attribute",
        "unknown_section",
        "not_a_mapping",
        "connection_parameters",
    ] {
        assert!(rejected.problems.iter().any(|p| p.code == code), "{code} in {rejected}");
    }
    let section = rejected.problems.iter().find(|p| p.code == "unknown_section").unwrap();
    assert_eq!(section.at.as_ref().map(|at| at.line), Some(2));
    assert!(section.message.contains("dendrite"), "{section}");
}

#[test]
fn a_whole_folder_of_2018_keeps_its_companions() {
    let Some(data) = data("a_whole_folder_of_2018_keeps_its_companions") else { return };
    let names = std::fs::read_dir(data.join("recipe_o1_2018")).unwrap();
    let names: Vec<String> =
        names.map(|e| format!("recipe_o1_2018/{}", e.unwrap().file_name().to_string_lossy())).collect();
    let original = folder(&data, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let reading = read("o1", &original).unwrap();
    let ours = convert(&reading, &original, Form::Ours);
    for name in ["extNeuronDB.dat", "mecombo_emodel.tsv", "placement_rules.xml", "MANIFEST.yaml", "targets.yaml"] {
        assert!(ours.files.contains_key(name), "{name} of {:?}", ours.files.keys());
    }
    assert!(ours.files["cell_composition.yaml"].contains("@3$"), "regions are kept");
    let again = read("o1", &files(&ours)).unwrap();
    let (mut one, mut other) = (plain(&again), plain(&reading));
    // which e-types the percentages of the XML named is lost beside a composition, and said
    assert!(ours.losses.iter().any(|loss| loss.what.contains("e-types")), "{:?}", ours.losses);
    for value in [&mut one, &mut other] {
        value["etypes"] = Value::Null;
    }
    same(&one, &other, "o1 as ours");
    let json = convert(&reading, &original, Form::Version1);
    for lost in ["placement rules", "morphology table", "settings of a circuit build", "named sets"] {
        assert!(json.losses.iter().any(|loss| loss.what.contains(lost)), "{lost}: {:?}", json.losses);
    }
}
