//! What a circuit's recipe states against what was wired, why two cells are connected, and what is missing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{
    CircuitReply, ConnectionRequest, Inspect, InspectReply, PlaceColumn, Silent, WirePathways, Workbench,
};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

fn lab() -> (TempDir, Workbench) {
    let lab = tempfile::tempdir().unwrap();
    let bench = Workbench::new(lab.path());
    (lab, bench)
}

fn circuit(bench: &Workbench, recipe: &str, radius_um: f64, layers: &[&str]) -> CircuitReply {
    let column = PlaceColumn {
        recipe: recipe.into(),
        radius_um: Some(radius_um),
        layers: layers.iter().map(|layer| (*layer).to_owned()).collect(),
        ..PlaceColumn::default()
    };
    let column = bench.place_column(&column).unwrap().artifact;
    bench.wire_pathways(&WirePathways { column, seed: 1 }, &Silent).unwrap()
}

fn pathway(bench: &Workbench, artifact: &str, pathway: &str) -> InspectReply {
    let request = Inspect { artifact: artifact.into(), pathway: pathway.into(), ..Inspect::default() };
    bench.inspect(&request).unwrap()
}

fn connection(bench: &Workbench, artifact: &str, source: u32, target: u32) -> InspectReply {
    let request = Inspect {
        artifact: artifact.into(),
        connection: Some(ConnectionRequest { source, target }),
        ..Inspect::default()
    };
    bench.inspect(&request).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Tokens of a reply, at the usual four bytes each.
fn tokens(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).unwrap().len() / 4
}

#[test]
fn a_circuit_is_told_against_its_recipe_and_each_pathway_line_by_line() {
    let (lab, bench) = lab();
    let reply = circuit(&bench, "rat-barrel", 60.0, &[]);
    let wiring = &reply.wiring;
    assert_eq!(wiring.n_within, wiring.n_pathways, "{wiring:?}");
    // some that are asked for are too small to have made a connection
    assert!(wiring.n_pathways >= reply.n_pathways, "{wiring:?}");
    assert!(wiring.finding.contains("are as stated"), "{}", wiring.finding);
    assert_eq!(wiring.worst.len(), 3);
    assert!(f64::from(wiring.n_beyond_3sd) < wiring.expected_beyond_3sd + 6.0, "{wiring:?}");
    assert!(wiring.missing_synapses.contains("markram2015:connectivity.total_synapses_per_neuron:x"), "{wiring:?}");
    assert!(tokens(&reply) < 2_000, "{} tokens", tokens(&reply));
    let file = lab.path().join("artifacts/circuit").join(&reply.artifact).join("wiring.json");
    let stored: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let connections: u64 =
        stored["pathways"].as_array().unwrap().iter().map(|pathway| pathway["n_connections"].as_u64().unwrap()).sum();
    assert_eq!(connections, reply.n_connections);

    let one = pathway(&bench, &reply.artifact, "L4_E->L23_E");
    let wiring = &one.summary["wiring"];
    assert!(text(&wiring["rule"]).starts_with("pathways.yaml:"), "{wiring:#}");
    let lines: Vec<String> = wiring["lines"].as_array().unwrap().iter().map(text).collect();
    assert!(lines.iter().all(|line| line.ends_with(": ok")), "{lines:#?}");
    for what in ["connections: expected", "probability within", "fall-off", "synapses per connection, mean"] {
        assert!(lines.iter().any(|line| line.starts_with(what)), "{what}: {lines:#?}");
    }
    assert!(!wiring["by_distance"].as_array().unwrap().is_empty());

    let whole = bench.inspect(&Inspect { artifact: reply.artifact.clone(), ..Inspect::default() }).unwrap();
    let budget = whole.summary["missing_synapses"]["synapses_of_a_cell"].as_array().unwrap();
    assert_eq!(budget.len(), 12, "{budget:?}");
    assert!(budget.iter().all(|row| text(row).contains("of 10000: ")), "{budget:#?}");
    assert!(tokens(&whole) < 2_000, "{} tokens", tokens(&whole));
    if std::env::var("SHOW").is_ok() {
        println!("{}", serde_json::to_string_pretty(&reply).unwrap());
        println!("{}", serde_json::to_string_pretty(&one.summary).unwrap());
        println!("{}", serde_json::to_string_pretty(&whole).unwrap());
        println!("tokens {} {} {}", tokens(&reply), tokens(&one), tokens(&whole));
    }
}

#[test]
fn rules_whose_populations_are_not_placed_are_told() {
    let (lab, bench) = lab();
    let made = circuit(&bench, "rat-barrel", 40.0, &["4"]);
    let note = made.notes.iter().find(|note| note.contains("rules of pathways.yaml decide nothing here"));
    assert!(note.is_some_and(|note| note.contains(" at pathways.yaml:") && note.len() < 400), "{:?}", made.notes);
    let file = lab.path().join("artifacts/circuit").join(&made.artifact).join("wiring.json");
    let stored: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let why: Vec<String> = stored["unused_rules"].as_array().unwrap().iter().map(|rule| text(&rule["why"])).collect();
    assert!(why.iter().any(|why| why == "the column has no population \"L23_E\""), "{why:#?}");
}

#[test]
fn two_cells_are_told_with_rules_places_and_what_was_drawn() {
    let (_lab, bench) = lab();
    let made = circuit(&bench, "rat-barrel", 40.0, &["4"]);
    // somewhere among the first cells there is a connection, and a pair without
    let (mut with, mut without) = (None, None);
    for target in 1..400 {
        let reply = connection(&bench, &made.artifact, 0, target);
        if reply.summary["connected"] == Value::Bool(true) {
            with.get_or_insert((target, reply));
        } else if reply.summary["probability"]["of_the_pair"].as_f64() > Some(0.0) {
            without.get_or_insert((target, reply));
        }
        if with.is_some() && without.is_some() {
            break;
        }
    }
    let (target, reply) = with.unwrap();
    let summary = &reply.summary;
    if std::env::var("SHOW").is_ok() {
        println!("{}", serde_json::to_string_pretty(&reply).unwrap());
        println!("tokens {}", tokens(&reply));
    }
    assert!(reply.finding.contains(": connected by pathways.yaml:"), "{}", reply.finding);
    assert!(text(&summary["pathway_rule"]).contains("within_um"), "{summary:#}");
    assert!(text(&summary["synapse_rule"]).contains(" at builderRecipe.xml:"), "{summary:#}");
    assert!(text(&summary["class"]).contains(" at builderRecipe.xml:"), "{summary:#}");
    assert!(text(&summary["count_rule"]).contains(" at "), "{summary:#}");
    let drawn = &summary["drawn"];
    for (parameter, law) in [
        ("gsyn_ns", "gamma, mean "),
        ("u_syn", "normal "),
        ("n_rrp", "Poisson"),
        ("n_synapses", "gamma rounded"),
        ("delay_ms", "um/ms"),
    ] {
        assert!(text(&drawn[parameter]).contains(law), "{parameter}: {drawn:#}");
    }
    assert!(tokens(&reply) < 2_000, "{} tokens", tokens(&reply));
    let (other, reply) = without.unwrap();
    assert_ne!(other, target);
    assert!(reply.finding.contains("not connected; by pathways.yaml:"), "{}", reply.finding);
    assert!(reply.finding.contains("with a probability of 0."), "{}", reply.finding);
    assert_eq!(reply.summary.get("drawn"), None);
    let fails = |source: u32, target: u32| {
        let request = Inspect {
            artifact: made.artifact.clone(),
            connection: Some(ConnectionRequest { source, target }),
            ..Inspect::default()
        };
        let error = bench.inspect(&request).unwrap_err();
        assert_eq!((error.code.as_str(), error.place.as_str()), ("unknown_cell", "connection"));
        error.message
    };
    assert!(fails(0, 4_000_000_000).contains("no cell 4000000000: the circuit has cells 0 to "));
    assert!(fails(5, 5).contains("no connection to itself"));
    let circuit = bench.inspect(&Inspect { artifact: made.artifact.clone(), ..Inspect::default() }).unwrap();
    let request = Inspect {
        artifact: circuit.inputs.into_iter().find(|id| id.starts_with("column-")).unwrap(),
        connection: Some(ConnectionRequest { source: 0, target: 1 }),
        ..Inspect::default()
    };
    assert_eq!(bench.inspect(&request).unwrap_err().code, "wrong_kind");
}

/// The lab's own number for a population stands before a general one; where there is none, none is made up.
#[test]
fn the_missing_synapses_are_those_of_the_closest_record_or_of_none() {
    let (lab, bench) = lab();
    let made = circuit(&bench, "rat-barrel", 40.0, &["4"]);
    let rows = |bench: &Workbench| -> Vec<String> {
        let reply = bench.inspect(&Inspect { artifact: made.artifact.clone(), ..Inspect::default() }).unwrap();
        reply.summary["missing_synapses"]["synapses_of_a_cell"].as_array().unwrap().iter().map(text).collect()
    };
    assert!(rows(&bench)[0].contains("of 10000"));
    let folder = lab.path().join("knowledge");
    fs::create_dir_all(folder.join("facts")).unwrap();
    fs::create_dir_all(folder.join("papers")).unwrap();
    fs::write(folder.join("papers/own.yaml"), "schema: bravli-papers/1\npapers:\n- {id: own2026, authors: \"Own, A.\", year: 2026, title: Counting synapses}\n").unwrap();
    fs::write(
        folder.join("facts/own.yaml"),
        "schema: bravli-facts/1\nfacts:\n- {id: \"own2026:connectivity.total_synapses_per_neuron:L4\", quantity: connectivity.total_synapses_per_neuron, \
         value: 6000, unit: synapses, species: rat, region: S1, layer: L4, cell: spiny stellate cell, evidence: measured, source: own2026, locator: T1, verification: seen}\n",
    )
    .unwrap();
    let rows = rows(&Workbench::new(lab.path()));
    let of = |name: &str| rows.iter().find(|row| row.starts_with(name)).unwrap();
    assert!(of("L4_E:").contains("of 6000: "), "{rows:#?}");
    assert!(of("L4_PV:").contains("of 10000: "), "{rows:#?}");
}
