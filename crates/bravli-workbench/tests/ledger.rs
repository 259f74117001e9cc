//! Every number that gets into an artifact has a source or a stated reason, and can be asked for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{
    ActError, ConditionRequest, Inspect, InspectReply, LedgerCounts, ParameterReply, ParseRecipe, PlaceColumn,
    ProtocolKind, ProtocolRequest, SetBoundaryConditions, Silent, Simulate, WirePathways, Workbench,
};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A lab with a copy of the shipped recipe, changed.
fn lab_with(change: impl Fn(&Path)) -> (TempDir, Workbench) {
    let lab = tempfile::tempdir().unwrap();
    let folder = lab.path().join("recipes/mine");
    fs::create_dir_all(&folder).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel");
    for entry in fs::read_dir(shipped).unwrap().flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    change(&folder);
    let bench = Workbench::new(lab.path());
    (lab, bench)
}

/// Changes the entry of `sources.yaml` that begins with this file and path.
fn change_entry(folder: &Path, file: &str, path: &str, change: impl Fn(&str) -> String) {
    let place = folder.join("sources.yaml");
    let text = fs::read_to_string(&place).unwrap();
    let start = text.find(&format!("  - file: {file}\n    path: \"{path}\"\n")).unwrap();
    let end = text[start + 1..].find("  - file: ").map_or(text.len(), |next| start + 1 + next);
    fs::write(&place, format!("{}{}{}", &text[..start], change(&text[start..end]), &text[end..])).unwrap();
}

fn cut_entry(folder: &Path, file: &str, path: &str) {
    change_entry(folder, file, path, |_| String::new());
}

fn small(layers: &[&str]) -> PlaceColumn {
    PlaceColumn {
        recipe: "mine".into(),
        radius_um: Some(25.0),
        layers: layers.iter().map(|layer| (*layer).to_owned()).collect(),
        ..PlaceColumn::default()
    }
}

fn parsed(bench: &Workbench) -> bravli_workbench::RecipeReply {
    bench.parse_recipe(&ParseRecipe::named("mine")).unwrap()
}

fn circuit(bench: &Workbench, layers: &[&str]) -> bravli_workbench::CircuitReply {
    let column = bench.place_column(&small(layers)).unwrap().artifact;
    bench.wire_pathways(&WirePathways { column, seed: 1 }, &Silent).unwrap()
}

fn outside(circuit: &str) -> SetBoundaryConditions {
    SetBoundaryConditions { circuit: circuit.to_owned(), conditions: Vec::new(), calcium_mm: None, seed: 1 }
}

fn look(bench: &Workbench, artifact: &str, pathway: &str, parameter: &str) -> Result<InspectReply, ActError> {
    bench.inspect(&Inspect {
        artifact: artifact.to_owned(),
        pathway: pathway.to_owned(),
        parameter: parameter.to_owned(),
        ..Inspect::default()
    })
}

fn why(bench: &Workbench, artifact: &str, pathway: &str, parameter: &str) -> ParameterReply {
    look(bench, artifact, pathway, parameter).unwrap().parameter.unwrap()
}

fn parts(counts: LedgerCounts) -> [u32; 6] {
    [counts.measured, counts.adopted, counts.generalised, counts.derived, counts.assumed, counts.unsourced]
}

#[test]
fn each_artifact_counts_the_numbers_that_it_uses() {
    let (_lab, bench) = lab_with(|_| {});
    let recipe = parsed(&bench).ledger;
    let part = bench.place_column(&small(&["4"])).unwrap().ledger;
    let column = bench.place_column(&small(&["2", "3", "4"])).unwrap();
    assert!(part.total() < column.ledger.total(), "{part:?} {:?}", column.ledger);
    // thickness of layers 1 to 4 and census of 2 to 4 from two papers; nothing of a column is assumed
    assert_eq!((column.ledger.measured, column.ledger.assumed, column.ledger.unsourced), (7, 0, 0));
    let circuit = circuit(&bench, &["2", "3", "4"]);
    let boundary = bench.set_boundary_conditions(&outside(&circuit.artifact)).unwrap();
    let run = bench
        .simulate(
            &Simulate {
                protocol: ProtocolRequest {
                    kind: ProtocolKind::Spontaneous,
                    duration_ms: Some(50.0),
                    ..ProtocolRequest::default()
                },
                threads: 1,
                ..Simulate::of(&circuit.artifact, &boundary.artifact)
            },
            &Silent,
        )
        .unwrap();
    let chain = [column.ledger, circuit.ledger, boundary.ledger, run.ledger, recipe];
    for pair in chain.windows(2) {
        assert!(pair[0].total() < pair[1].total(), "{chain:?}");
        let grows = parts(pair[0]).iter().zip(parts(pair[1])).all(|(before, after)| *before <= after);
        assert!(grows, "{chain:?}");
    }
    for counts in chain {
        assert_eq!(counts.total(), parts(counts).iter().sum::<u32>());
        assert_eq!(counts.unsourced, 0);
    }
    // the same request finds the same ledger
    assert_eq!(bench.set_boundary_conditions(&outside(&circuit.artifact)).unwrap().ledger, boundary.ledger);
    // most numbers come from the builder recipe, and mouse probabilities are generalised
    assert!(circuit.ledger.adopted > circuit.ledger.measured && circuit.ledger.generalised > 0, "{:?}", circuit.ledger);
}

#[test]
fn a_number_without_a_source_is_refused_with_its_place_and_value() {
    let (lab, bench) = lab_with(|folder| {
        cut_entry(folder, "builderRecipe.xml", "class[E2_L4PC].gsyn");
        cut_entry(folder, "neurons.yaml", "membranes[L4_E].e_l_mv");
    });
    assert_eq!(parsed(&bench).ledger.unsourced, 2);
    let error = bench.place_column(&small(&["4"])).unwrap_err();
    assert_eq!(error.code, "unsourced");
    assert!(error.message.starts_with("2 numbers") && error.remedy.contains("assumed"), "{error}");
    assert!(error.place.starts_with("builderRecipe.xml:"), "{error}");
    let told: Vec<(&str, &str)> =
        error.problems.iter().map(|problem| (problem.place.as_str(), problem.message.as_str())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].1.contains("class[E2_L4PC].gsyn = 0.51"), "{told:?}");
    assert!(told[1].0.starts_with("neurons.yaml:") && told[1].1.contains("-67.5"), "{told:?}");
    assert!(!lab.path().join("artifacts").exists(), "a refused recipe was stored");
}

#[test]
fn a_number_that_nothing_uses_needs_no_source() {
    let (_lab, bench) = lab_with(|folder| {
        cut_entry(folder, "builderRecipe.xml", "StructuralType[*].spineLength");
        // what is meant for layers that are not placed is not used either
        cut_entry(folder, "builderRecipe.xml", "class[E2_L5TTPC].gsyn");
        cut_entry(folder, "column.yaml", "layers[5].n_cells");
    });
    let reply = parsed(&bench);
    assert!(reply.ledger.unsourced > 2 && reply.problems.iter().any(|problem| problem.code == "unsourced"));
    assert_eq!(bench.place_column(&small(&["4"])).unwrap().ledger.unsourced, 0);
    assert_eq!(bench.place_column(&small(&["5"])).unwrap_err().code, "unsourced");
}

#[test]
fn a_fact_that_no_record_has_is_no_source() {
    let (_lab, bench) = lab_with(|folder| {
        change_entry(folder, "builderRecipe.xml", "class[E2_L4PC].gsyn", |entry| {
            entry.replace("synapse.gsyn:E2_L4PC", "synapse.gsyn:E2_L4CP")
        });
        change_entry(folder, "column.yaml", "layers[5].n_cells", |entry| entry.replace("L5A-all", "L5C-all"));
    });
    let reply = parsed(&bench);
    assert_eq!(reply.ledger.unsourced, 2, "a cited and a derived number");
    let told = reply.problems.iter().find(|problem| problem.code == "unknown_fact").unwrap();
    assert!(told.place.starts_with("sources.yaml:") && told.message.contains("did you mean"), "{told:?}");
    let error = bench.place_column(&small(&["4"])).unwrap_err();
    assert!(error.problems[0].message.contains("cites \"fztdrecipe2020:synapse.gsyn:E2_L4CP\""), "{error}");
}

#[test]
fn one_entry_may_assume_a_whole_folder_and_no_entry_refuses_it() {
    let (_lab, bench) = lab_with(|folder| {
        let text = "sources:\n- {file: \"*\", path: \"*\", evidence: {assumed: \"a sketch\"}}\n";
        fs::write(folder.join("sources.yaml"), text).unwrap();
    });
    let column = bench.place_column(&small(&["4"])).unwrap();
    assert_eq!(column.ledger.assumed, column.ledger.total());
    let (_lab, bench) = lab_with(|folder| fs::remove_file(folder.join("sources.yaml")).unwrap());
    let reply = parsed(&bench);
    assert!(!reply.buildable && reply.missing.iter().any(|missing| missing.contains("sources.yaml")));
    let error = bench.place_column(&small(&["4"])).unwrap_err();
    assert_eq!((error.code.as_str(), error.problems.len()), ("unsourced", 20));
    assert!(error.message.contains("the first 20 are listed"), "{error}");
}

#[test]
fn an_assumption_needs_a_reason_and_a_derivation_a_formula() {
    for (path, from, to, code) in [
        (
            "pathways[*_PV->*].attenuation",
            "assumed: \"contacts on soma and proximal dendrites\"",
            "assumed: \" \"",
            "assumed_without_reason",
        ),
        (
            "pathways[L23_E->L23_E].within_um",
            "derived: \"distance at which the probability was measured\"",
            "derived: \"\"",
            "derived_without_formula",
        ),
        ("pathways[*_PV->*].attenuation", "evidence:", "generalised: other\n    evidence:", "generalised_not_cited"),
    ] {
        let (_lab, bench) = lab_with(|folder| {
            change_entry(folder, "pathways.yaml", path, |entry| {
                assert!(entry.contains(from), "{entry}");
                entry.replace(from, to)
            });
        });
        let error = bench.parse_recipe(&ParseRecipe::named("mine")).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.place.starts_with("sources.yaml:") && error.message.contains(path), "{error}");
    }
}

#[test]
fn what_a_request_changes_is_assumed() {
    let (_lab, bench) = lab_with(|_| {});
    let circuit = circuit(&bench, &["4"]).artifact;
    let own = bench.set_boundary_conditions(&outside(&circuit)).unwrap();
    let mut request = outside(&circuit);
    request.calcium_mm = Some(2.0);
    let rate = serde_json::json!({ "base_hz": 3.0, "hz_per_mu": 1.0 });
    request.conditions = vec![
        ConditionRequest {
            source: "vpm".into(),
            rate: rate.as_object().unwrap().clone(),
            assumes: "a louder thalamus".into(),
            ..ConditionRequest::default()
        },
        ConditionRequest { source: "top_down".into(), remove: true, ..ConditionRequest::default() },
    ];
    let changed = bench.set_boundary_conditions(&request).unwrap();
    let seen = bench
        .inspect(&Inspect {
            artifact: changed.artifact,
            detail: bravli_workbench::InspectDetail::Ledger,
            ..Inspect::default()
        })
        .unwrap();
    let has = |text: &str| seen.ledger.assumptions.iter().any(|assumption| assumption.contains(text));
    assert!(has("vpm: 2 numbers set in the request; a louder thalamus"), "{:#?}", seen.ledger.assumptions);
    assert!(has("calcium_mm = 2: set in the request") && has("top_down: the recipe's condition is left out"));
    // the table by file adds up to the ledger but for what stands in no file
    let by_file = seen.summary["by_file"].as_object().unwrap();
    let sum = |kind: &str| by_file.values().map(|counts| counts[kind].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("measured"), sum("derived")), (seen.ledger.measured.into(), seen.ledger.derived.into()));
    assert_eq!(sum("assumed") + 2 + 1, u64::from(seen.ledger.assumed));
    let generalised = seen.summary["generalised"].as_array().unwrap();
    assert!(generalised.iter().any(|entry| entry.as_str().unwrap().contains("mouse, not rat")), "{generalised:?}");
    // the base rate was the one number of these conditions that was measured
    assert_eq!(own.ledger.measured, changed.ledger.measured + 1);
    assert_eq!(changed.ledger.unsourced, 0);
}

#[test]
fn inspect_walks_from_a_number_to_its_paper_and_its_rivals() {
    let (_lab, bench) = lab_with(|_| {});
    let circuit = circuit(&bench, &["2", "3", "4"]).artifact;

    let gsyn = why(&bench, &circuit, "L4_E->L23_E", "gsyn");
    assert_eq!((gsyn.unit.as_str(), gsyn.n_values), ("nS", 2), "spiny stellates have a class of their own");
    let value = gsyn.values.iter().find(|value| value.held_by == "class E2_L4SS_L23PC").unwrap();
    assert_eq!((value.value, value.evidence.as_str()), (0.24, "adopted"));
    assert!(value.place.starts_with("builderRecipe.xml:") && value.said_at.starts_with("sources.yaml:"), "{value:?}");
    assert!(value.chosen_by[0].starts_with("synapse rule L4_SSC->L[23]_* at builderRecipe.xml:"), "{value:?}");
    let fact = &value.facts[0];
    assert_eq!((fact.key.as_str(), fact.paper.year), ("fztdrecipe2020:synapse.gsyn:E2_L4SS_L23PC", 2020));
    assert!(fact.locator.contains("SynapsesClassification") && fact.preparation.starts_with("rat"), "{fact:?}");
    let shares: u64 = gsyn.values.iter().map(|value| value.n_connections).sum();
    let row = look(&bench, &circuit, "L4_E -> L23_E", "").unwrap();
    assert_eq!(row.summary["of"]["n_connections"], shares);
    assert!(gsyn.rivals.len() <= 10 && gsyn.n_rivals as usize >= gsyn.rivals.len());
    assert!(gsyn.rivals.iter().all(|rival| value.facts.iter().all(|fact| fact.key != rival.key)));

    for (parameter, name) in
        [("d", "tau_rec"), ("USE", "u_syn"), ("gsynSRSF", "conductance_ratio"), ("tau-facil", "tau_facil")]
    {
        assert_eq!(why(&bench, &circuit, "L4_E->L23_E", parameter).parameter, name);
    }
    // measured in mice
    let probability = why(&bench, &circuit, "L4_E->L4_E", "probability");
    assert_eq!(probability.values[0].evidence, "generalised");
    assert!(probability.values[0].why.contains("mouse, not rat"), "{probability:?}");
    // measured in rats, carried over to another layer, computed, assumed
    let evidence = |pathway: &str, parameter: &str| {
        let value = why(&bench, &circuit, pathway, parameter).values.remove(0);
        (value.evidence, value.why)
    };
    assert_eq!(evidence("L4_E->L4_E", "mean_synapses").0, "measured");
    assert_eq!(
        evidence("L4_PV->L4_PV", "probability"),
        ("generalised".into(), "value of layer 2/3 carried over; mouse, not rat".into())
    );
    let (kind, formula) = evidence("L4_E->L23_E", "probability");
    assert!(kind == "derived" && formula.contains("mean over sublayers"), "{formula}");
    let (kind, because) = evidence("L4_PV->L4_E", "attenuation");
    assert!(kind == "assumed" && because.contains("proximal"), "{because}");
    // the closest rivals of a pathway are those of its own classes and layers
    let rivals = why(&bench, &circuit, "L4_PV->L4_E", "probability").rivals;
    assert!(rivals[0].about.contains("L4_LBC → L4_SS") || rivals[0].about.contains("L4"), "{rivals:?}");
    // a population, and from further down the path
    let boundary = bench.set_boundary_conditions(&outside(&circuit)).unwrap().artifact;
    let rest = why(&bench, &boundary, "L4_E", "e_l");
    assert_eq!((rest.values[0].value, rest.values[0].evidence.as_str()), (-67.5, "measured"));

    let listed = &row.summary["parameters"].as_array().unwrap();
    let named = |name: &str| listed.iter().find(|row| row["parameter"] == name).unwrap();
    assert_eq!(named("gsyn")["evidence"][0], "adopted");
    assert_eq!(named("within_um")["values"].as_array().unwrap().len(), 1);
    assert!(listed.len() > 15, "{listed:?}");
}

#[test]
fn inspect_names_what_there_is_when_asked_for_something_else() {
    let (_lab, bench) = lab_with(|_| {});
    let circuit = circuit(&bench, &["4"]).artifact;
    for (pathway, parameter, code, word) in [
        ("L4_E->L4_PV", "gsym", "unknown_parameter", "gsyn"),
        ("L4_E->L4_VP", "", "unknown_pathway", "L4_E->L4_PV"),
        ("L4_F", "e_l", "unknown_population", "L4_E"),
        ("L4_E", "gsyn", "unknown_parameter", "e_l"),
        ("", "gsyn", "no_pathway", "L4_E->L23_E"),
    ] {
        let error = look(&bench, &circuit, pathway, parameter).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(format!("{} {}", error.message, error.remedy).contains(word), "{error}");
    }
}
