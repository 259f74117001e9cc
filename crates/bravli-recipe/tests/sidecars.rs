//! Our own sidecar files: read, cross-checked, and every number of them found and sourced.

use bravli_recipe::{
    CellClass, Form, Problem, Reading, RecipeFiles, Rejected, Severity, Shape, SourceEvidence, convert, numbers, read,
    unsourced,
};

const XML: &str = r#"<blueColumn><SynapsesProperties>
<synapse fromSClass="EXC" toSClass="*" type="E2"/></SynapsesProperties><SynapsesClassification>
<class id="E2" gsyn="0.68" gsynSD="0.44" u="0.5" uSD="0.02" d="671" dSD="17" f="17" fSD="5" dtc="1.74" dtcSD="0.18" nrrp="2.8"/>
</SynapsesClassification></blueColumn>"#;

const GOOD: &[(&str, &str)] = &[
    ("builderRecipe.xml", XML),
    ("mtype_taxonomy.tsv", "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL23_MC\tINT\tINH\n"),
    ("mini_frequencies.tsv", "layer\texc_mini_frequency\tinh_mini_frequency\n4\t0.072\t0.012\n3\t0.1\t0.012\n"),
    (
        "cell_composition.yaml",
        "version: v2.0\nneurons:\n\
         - {density: 1000, traits: {layer: 4, mtype: L4_SSC, etype: cADpyr}}\n\
         - {density: 200, traits: {layer: 3, mtype: L23_MC, etype: {cACint: 0.75, bAC: 0.25}}}\n",
    ),
    (
        "column.yaml",
        "shape: cylinder\nreference_radius_um: 210\nlayers:\n\
         - {layer: \"3\", thickness_um: 350}\n- {layer: \"4\", thickness_um: 190, n_cells: 4447}\n",
    ),
    (
        "populations.yaml",
        "populations:\n- {name: L4_E, class: E, mtypes: [\"L4_*\"]}\n- {name: L23_SST, class: SST, mtypes: [L23_MC]}\n",
    ),
    (
        "pathways.yaml",
        "pathways:\n\
         - {pre: \"*\", post: \"*\", probability: 0, within_um: 100, sigma_um: 150, attenuation: 1}\n\
         - {pre: L4_E, post: L23_SST, probability: 0.12, within_um: 100, sigma_um: 150, attenuation: 0.5, mean_synapses: 4.5}\n",
    ),
    (
        "neurons.yaml",
        "etypes:\n  cADpyr: &set {c_m_pf: 200, g_l_ns: 10, e_l_mv: -70, v_th_mv: -50, delta_t_mv: 2, a_ns: 2, tau_w_ms: 100, b_pa: 60, v_reset_mv: -58, t_ref_ms: 2}\n\
        \x20 cACint: *set\n  bAC: *set\n\
         membranes:\n- {population: L4_E, r_in_mohm: 200, tau_m_ms: 28, e_l_mv: -68, v_th_mv: -45}\n",
    ),
    ("boundary.yaml", "version: 1\nconditions:\n- source: vpm\n  rate: {base_hz: 3.5}\n- {source: pom, n: 20}\n"),
    (
        "sources.yaml",
        "sources:\n\
         - {file: \"*\", path: \"*\", evidence: {assumed: \"a test\"}}\n\
         - {file: builderRecipe.xml, path: \"class[E2].*\", facts: [koester2005_u], evidence: cited}\n\
         - {file: column.yaml, path: \"layers[?].n_cells\", facts: [meyer2010], evidence: {derived: \"as it is\"}}\n",
    ),
];

fn files(change: &[(&str, &str)]) -> RecipeFiles {
    let entry = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
    RecipeFiles(GOOD.iter().chain(change).map(entry).collect())
}

fn problem(result: Result<Reading, Rejected>, code: &str) -> Problem {
    let problems = result.map_or_else(|rejected| rejected.problems, |reading| reading.problems);
    problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
}

#[test]
fn all_sidecars_are_read_and_answer_questions() {
    let reading = read("good", &files(&[])).unwrap();
    // its inhibitory cells have no rule, which is well as long as nothing connects them
    let codes: Vec<&str> = reading.problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes, ["undecided_pairs"]);
    let recipe = reading.recipe;
    let column = recipe.column.as_ref().unwrap();
    assert_eq!(
        (column.shape, column.layers[1].n_cells, column.layers[0].n_cells),
        (Shape::Cylinder, Some(4447.0), None)
    );
    assert_eq!(recipe.population_of("L4_SSC").unwrap().name, "L4_E");
    assert_eq!(recipe.pathway("L4_E", "L23_SST").unwrap().mean_synapses, Some(4.5));
    assert_eq!(recipe.pathway("L23_SST", "L4_E").unwrap().probability(), 0.0);
    assert_eq!(recipe.membrane("L4_E").unwrap().v_th_mv.unwrap().get(), -45.0);
    assert!(recipe.membrane("L23_SST").is_none());
    assert_eq!(recipe.neurons.as_ref().unwrap().etypes["bAC"].b_pa.get(), 60.0);
    assert!(recipe.boundary_text.as_deref().unwrap().contains("vpm"));
    assert!(matches!(recipe.source_of("builderRecipe.xml", "class[E2].gsyn").unwrap().evidence, SourceEvidence::Cited));
    let derived = &recipe.source_of("column.yaml", "layers[4].n_cells").unwrap().evidence;
    assert_eq!(*derived, SourceEvidence::Derived { formula: "as it is".to_owned() });
}

#[test]
fn a_pair_without_a_rule_is_an_error_that_names_both_ends() {
    let recipe = read("good", &files(&[])).unwrap().recipe;
    let pre = CellClass::new("L23_MC", "bAC", "INH");
    let post = CellClass::new("L4_SSC", "cADpyr", "EXC");
    let error = recipe.resolve_synapse(&pre, &post).unwrap_err().to_string();
    assert_eq!(error, "no synapse class for INH L23_MC (bAC) -> EXC L4_SSC (cADpyr): no synapse rule matches");
    assert_eq!(recipe.resolve_synapse(&post, &pre).unwrap().class.name, "E2");
}

#[test]
fn every_number_has_a_path_and_a_place() {
    let files = files(&[]);
    let all = numbers(&files).unwrap();
    let find = |path: &str| all.iter().find(|n| n.path == path).unwrap_or_else(|| panic!("no {path}"));
    for (path, value) in [
        ("class[E2].gsyn", 0.68),
        ("layers[4].n_cells", 4447.0),
        ("reference_radius_um", 210.0),
        ("neurons[L4_SSC@4].density", 1000.0),
        ("neurons[L23_MC@3].etype.bAC", 0.25),
        ("pathways[L4_E->L23_SST].probability", 0.12),
        ("etypes.cADpyr.c_m_pf", 200.0),
        ("membranes[L4_E].r_in_mohm", 200.0),
        ("conditions[vpm].rate.base_hz", 3.5),
        ("conditions[pom].n", 20.0),
        ("row[4].exc_mini_frequency", 0.072),
    ] {
        assert_eq!(find(path).value, value, "{path}");
    }
    assert!(all.iter().all(|n| n.file != "sources.yaml" && n.path != "version" && !n.path.ends_with(".layer")));
    let base = find("conditions[vpm].rate.base_hz");
    assert_eq!((base.at.line, base.at.column), (4, 19));
    let recipe = read("good", &files).unwrap().recipe;
    assert!(unsourced(&recipe, &all).is_empty());
    let mut bare = recipe.clone();
    bare.sources.remove(0);
    assert_eq!(unsourced(&bare, &all).len(), all.len() - 11 - 1, "eleven numbers of the class and one census");
}

#[test]
fn a_slab_has_sizes_and_keeps_them_through_a_conversion() {
    let text = "shape: slab\nreference_width_um: 400\nreference_length_um: 300\n\
                layers:\n- {layer: 3, thickness_um: 350}\n- {layer: 4, thickness_um: 190, n_cells: 4447}\n";
    let files = files(&[("column.yaml", text)]);
    let reading = read("slab", &files).unwrap_or_else(|rejected| panic!("{rejected:#?}"));
    let column = reading.recipe.column.clone().unwrap();
    assert_eq!(column.shape.sizes_um(column.reference_radius_um.get()), Some((400.0, 300.0)));
    assert!((column.shape.area_um2(column.reference_radius_um.get()) - 120_000.0).abs() < 1e-6);
    let converted = convert(&reading, &files, Form::Ours);
    let written = &converted.files["column.yaml"];
    assert!(written.contains("reference_width_um: 400") && written.contains("reference_length_um: 300"), "{written}");
}

#[test]
fn cross_checks_name_what_does_not_fit() {
    let cases = [
        (
            "pathways.yaml",
            "pathways:\n- {pre: L4_e, post: L23_SST, probability: 0.1, within_um: 9, sigma_um: 9, attenuation: 1}",
            "unknown_population",
            Severity::Error,
            "L4_E",
        ),
        (
            "pathways.yaml",
            "pathways:\n- {pre: L4_E, post: L23_SST, probability: 12, within_um: 9, sigma_um: 9, attenuation: 1}",
            "out_of_range",
            Severity::Error,
            "[0, 1]",
        ),
        ("pathways.yaml", "pathways:\n- {pre: L4_E, post: L23_SST, prob: 0.1}", "unknown_key", Severity::Error, "prob"),
        (
            "populations.yaml",
            "populations:\n- {name: L4_E, class: E, mtypes: [\"L4_*\"]}\n- {name: L23_SST, class: SST, mtypes: [L23_NC]}",
            "empty_population_pattern",
            Severity::Warning,
            "L23_MC",
        ),
        (
            "populations.yaml",
            "populations:\n- {name: L4_E, class: E, mtypes: [\"L*\"]}\n- {name: L23_SST, class: SOM, mtypes: [L23_MC]}",
            "mtype_in_two_populations",
            Severity::Warning,
            "L4_E and L23_SST",
        ),
        ("neurons.yaml", "etypes: {}", "etype_without_parameters", Severity::Error, "cADpyr"),
        ("neurons.yaml", "etypes: {cADpyr: {c_m_pf: 0}}", "missing_field", Severity::Error, "g_l_ns"),
        (
            "neurons.yaml",
            "etypes: {}\nmembranes: [{population: L4_E, r_in_mohm: 1, tau_m_ms: 1, e_l_mv: -70, v_th_sd_mv: 2}]",
            "spread_without_mean",
            Severity::Error,
            "L4_E",
        ),
        (
            "neurons.yaml",
            "etypes: {}\nmembranes: [{population: L4_E, r_in_mohm: 1, r_in_sd_mohm: -1, tau_m_ms: 1, e_l_mv: -70}]",
            "negative_value",
            Severity::Error,
            "r_in_sd_mohm",
        ),
        (
            "column.yaml",
            "shape: square\nreference_radius_um: 9\nlayers: []",
            "unknown_shape",
            Severity::Error,
            "square",
        ),
        (
            "column.yaml",
            "shape: slab\nreference_width_um: 9\nlayers: []",
            "missing_field",
            Severity::Error,
            "length_um",
        ),
        (
            "column.yaml",
            "shape: slab\nreference_width_um: 9\nreference_length_um: -9\nlayers: []",
            "negative_value",
            Severity::Error,
            "reference_length_um",
        ),
        (
            "column.yaml",
            "shape: slab\nreference_radius_um: 9\nreference_width_um: 9\nreference_length_um: 9\nlayers: []",
            "unknown_key",
            Severity::Error,
            "a slab has no reference_radius_um",
        ),
        (
            "populations.yaml",
            "populations:\n- {name: L4_E, class: E, role: sensory_relais, mtypes: [\"L4_*\"]}",
            "unknown_role",
            Severity::Error,
            "sensory_relay",
        ),
        (
            "column.yaml",
            "shape: hexagon\nreference_radius_um: 9\nlayers: [{layer: 3, thickness_um: 9}]",
            "unknown_layer",
            Severity::Error,
            "4",
        ),
        (
            "mini_frequencies.tsv",
            "layer\texc_mini_frequency\tinh_mini_frequency\n4\t-1\t0\n",
            "negative_value",
            Severity::Error,
            "-1",
        ),
        (
            "mini_frequencies.tsv",
            "layer\texc_mini_frequency\n4\t1\n",
            "missing_column",
            Severity::Error,
            "inh_mini_frequency",
        ),
        (
            "mtype_taxonomy.tsv",
            "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL23_MC\tINT\n",
            "malformed_table",
            Severity::Error,
            "2 cells",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"layer[4].n_cells\", facts: [a], evidence: cited}",
            "source_matches_nothing",
            Severity::Warning,
            "layers[4].n_cells",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: columns.yaml, path: \"*\", facts: [a], evidence: cited}",
            "missing_file",
            Severity::Error,
            "column.yaml",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"*\", evidence: cited}",
            "source_without_fact",
            Severity::Error,
            "column.yaml",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"*\", evidence: {assumed: \" \"}}",
            "assumed_without_reason",
            Severity::Error,
            "column.yaml *",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"*\", facts: [a], evidence: {derived: }}",
            "derived_without_formula",
            Severity::Error,
            "column.yaml *",
        ),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"*\", facts: [a], evidence: cited, generalised: \"\"}",
            "generalised_without_reason",
            Severity::Error,
            "column.yaml *",
        ),
        ("sources.yaml", "target: {species: rat, regio: S1}\nsources: []", "unknown_key", Severity::Error, "region"),
        (
            "sources.yaml",
            "sources:\n- {file: column.yaml, path: \"*\", evidence: {guessed: x}}",
            "unknown_evidence",
            Severity::Error,
            "mapping",
        ),
    ];
    for (file, text, code, severity, word) in cases {
        let found = problem(read("bad", &files(&[(file, text)])), code);
        assert_eq!(found.severity, severity, "{found}");
        assert!(found.message.contains(word), "{found}");
        assert!(found.at.is_some(), "{found}");
    }
}

#[test]
fn a_recipe_says_what_it_stands_for_and_what_stands_in() {
    let text = "target: {species: rat, region: [S1, VPM], age: P21}\nsources:\n\
                - {file: \"*\", path: \"*\", facts: [a], evidence: cited, generalised: \"made in another layer\"}\n";
    let recipe = read("good", &files(&[("sources.yaml", text)])).unwrap().recipe;
    let target = recipe.target.as_ref().unwrap();
    assert_eq!((target.species.as_str(), target.regions.len(), target.age.as_deref()), ("rat", 2, Some("P21")));
    let entry = recipe.source_of("column.yaml", "reference_radius_um").unwrap();
    assert_eq!(entry.generalised.as_deref(), Some("made in another layer"));
    let one = text.replace("[S1, VPM]", "S1");
    let recipe = read("good", &files(&[("sources.yaml", &one)])).unwrap().recipe;
    assert_eq!(recipe.target.unwrap().regions, ["S1"]);
    assert!(read("good", &files(&[])).unwrap().recipe.target.is_none());
}

#[test]
fn a_number_knows_the_entry_that_holds_it_and_the_index_answers_as_the_list_does() {
    let reading = read("good", &files(&[])).unwrap();
    let recipe = &reading.recipe;
    let owner = |path: &str| &reading.numbers.iter().find(|n| n.path == path).unwrap().owner;
    assert_eq!(*owner("class[E2].gsyn"), recipe.synapse_classes["E2"].at);
    assert_eq!(*owner("pathways[L4_E->L23_SST].probability"), recipe.pathways[1].at);
    assert_eq!(*owner("neurons[L23_MC@3].etype.bAC"), recipe.composition[1].at);
    assert_eq!(*owner("membranes[L4_E].r_in_mohm"), recipe.membrane("L4_E").unwrap().at);
    assert_eq!((owner("reference_radius_um").line, owner("row[4].exc_mini_frequency").line), (1, 1));
    let index = recipe.source_index();
    for number in &reading.numbers {
        assert_eq!(index.source_of(&number.file, &number.path), recipe.source_of(&number.file, &number.path));
    }
    assert_eq!(reading.numbers, numbers(&files(&[])).unwrap());
}

#[test]
fn duplicate_list_names_are_told_apart() {
    let text =
        "contacts:\n- {source: vpm, population: L4_E, n: 1}\n- {source: vpm, population: L5_E, n: 2}\n- {n: 3}\n";
    let all = numbers(&files(&[("boundary.yaml", text)])).unwrap();
    let paths: Vec<&str> = all.iter().filter(|n| n.file == "boundary.yaml").map(|n| n.path.as_str()).collect();
    assert_eq!(paths, ["contacts[vpm->L4_E].n", "contacts[vpm->L5_E].n", "contacts[2].n"]);
}
