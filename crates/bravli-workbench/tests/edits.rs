//! Edited circuits as a scientist's agent makes them: what is stored, what takes them, and that they can be made again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{
    ActError, EditCircuit, EditReply, Inspect, InspectDetail, PlaceColumn, ProtocolKind, ProtocolRequest,
    SetBoundaryConditions, Silent, Simulate, Status, WirePathways, Workbench, read_study,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn lab() -> (TempDir, Workbench, String) {
    let lab = tempfile::tempdir().unwrap();
    let bench = Workbench::new(lab.path());
    let place: PlaceColumn =
        serde_json::from_value(json!({ "recipe": "rat-barrel", "radius_um": 30, "layers": ["L2/3", "L4"] })).unwrap();
    let column = bench.place_column(&place).unwrap().artifact;
    let circuit = bench.wire_pathways(&WirePathways { column, seed: 4 }, &Silent).unwrap().artifact;
    (lab, bench, circuit)
}

fn edit(bench: &Workbench, circuit: &str, edits: Value, seed: Option<u64>) -> Result<EditReply, ActError> {
    let edits = serde_json::from_value(edits).unwrap();
    bench.edit_circuit(&EditCircuit { circuit: circuit.to_owned(), edits, seed }, &Silent)
}

fn look(bench: &Workbench, artifact: &str, detail: InspectDetail) -> bravli_workbench::InspectReply {
    bench.inspect(&Inspect { artifact: artifact.to_owned(), detail, ..Inspect::default() }).unwrap()
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.extend([entry.path()]) }
        }
    }
    found
}

/// All kinds of edit, in two requests; the circuit that comes of them.
fn all_kinds(bench: &Workbench, circuit: &str) -> EditReply {
    let first = json!([
        { "kind": "remove", "pre": "L4_PV", "post": "L23_*" },
        { "kind": "scale", "pre": "L4_E", "class": "E*", "conductance_factor": 0.5, "u_syn_factor": 0.9 },
        { "kind": "keep_cells", "nodes": { "population": { "$regex": "_(E|PV)$" }, "radius_um": { "$lte": 28 } } },
    ]);
    let first = edit(bench, circuit, first, None).unwrap();
    let second = json!([
        { "kind": "shuffle", "pre": "L4_E", "post": "L4_E", "bin_um": 50 },
        { "kind": "rewire", "pre": "L4_E", "post": "L23_E", "rule": { "in_degree": 3 } },
    ]);
    edit(bench, &first.artifact, second, Some(7)).unwrap()
}

#[test]
fn an_edited_circuit_is_simulated_and_made_again_from_its_study() {
    let (_lab, bench, circuit) = lab();
    let edited = all_kinds(&bench, &circuit);
    assert_eq!((edited.status, edited.edits.len()), (Status::Made, 2));
    assert_eq!(all_kinds(&bench, &circuit).status, Status::Found);
    assert!(edited.edits.iter().all(|row| row.n_connections > 0), "{edited:?}");

    let outside =
        SetBoundaryConditions { circuit: edited.artifact.clone(), conditions: Vec::new(), calcium_mm: None, seed: 1 };
    let boundary = bench.set_boundary_conditions(&outside).unwrap();
    let spontaneous =
        ProtocolRequest { kind: ProtocolKind::Spontaneous, duration_ms: Some(50.0), ..ProtocolRequest::default() };
    let run = Simulate { protocol: spontaneous, threads: 1, ..Simulate::of(&edited.artifact, &boundary.artifact) };
    let run = bench.simulate(&run, &Silent).unwrap();
    let text = look(&bench, &run.artifact, InspectDetail::Study).study;
    assert!(text.contains("keep_cells") && text.contains("in_degree"), "{text}");
    let study = read_study("study.yaml", &text).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let again = Workbench::new(elsewhere.path()).run_study(&study, 2, &Silent).unwrap();
    assert_eq!(again.digests.get(&run.artifact), Some(&run.digest), "{:?}", again.digests);
    assert_eq!(again.digests.get(&edited.artifact), Some(&edited.digest));

    // a column that was cut out is no study of its own
    let request = Inspect { artifact: edited.column, detail: InspectDetail::Study, ..Inspect::default() };
    assert_eq!(bench.inspect(&request).unwrap_err().code, "not_a_study");
}

#[test]
fn what_was_changed_is_told_counted_as_assumed_and_carried_on() {
    let (_lab, bench, circuit) = lab();
    let before = look(&bench, &circuit, InspectDetail::Summary);
    let scaled = json!([{ "kind": "scale", "class": "E2*", "conductance_factor": 2, "u_syn_factor": 0.5 }]);
    let edited = edit(&bench, &circuit, scaled, None).unwrap();
    assert_eq!(edited.ledger.assumed, before.ledger.assumed + 2);
    let seen = look(&bench, &edited.artifact, InspectDetail::Ledger);
    assert!(seen.ledger.assumptions.iter().any(|why| why.contains("gsyn x 2")), "{:?}", seen.ledger.assumptions);
    assert!(seen.inputs.contains(&circuit));
    let why = Inspect { artifact: edited.artifact.clone(), pathway: "L4_E->L23_E".into(), ..Inspect::default() };
    assert!(bench.inspect(&why).unwrap().summary.to_string().contains("gsyn x 2"));
    let outside = |circuit: &str| {
        let request =
            SetBoundaryConditions { circuit: circuit.to_owned(), conditions: Vec::new(), calcium_mm: None, seed: 1 };
        bench.set_boundary_conditions(&request).unwrap().ledger.assumed
    };
    assert_eq!(outside(&edited.artifact), outside(&circuit) + 2);
}

#[test]
fn cells_left_out_are_counted_as_cut_synapses() {
    let (_lab, bench, circuit) = lab();
    let keep = json!([{ "kind": "keep_cells", "nodes": { "layer": ["4"], "population": "L4_E" } }]);
    let edited = edit(&bench, &circuit, keep, None).unwrap();
    let whole = look(&bench, &circuit, InspectDetail::Full).summary;
    let onto: u64 = whole
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["post"] == "L4_E")
        .map(|row| row["n_synapses"].as_u64().unwrap())
        .sum();
    assert_eq!(edited.cut.len(), 1);
    assert_eq!(edited.cut[0].kept_in + edited.cut[0].cut_in, onto);
    assert_eq!(edited.cut[0].kept_in, edited.n_synapses);
    assert!(edited.cut[0].cut_out > 0);
    let column = look(&bench, &edited.column, InspectDetail::Summary);
    assert_eq!(column.summary["n_cells"], edited.n_cells);
}

#[test]
fn bad_requests_tell_the_field_and_change_nothing_on_disk() {
    let (lab, bench, circuit) = lab();
    let before = files(lab.path());
    for (edits, code, place, part) in [
        (json!([]), "bad_edits", "edits", "1 to 20"),
        (json!([{ "kind": "remove", "pre": "L4_E" }]), "bad_edit", "edits[0].post", "pre and post"),
        (
            json!([{ "kind": "remove", "pre": "L4_E", "post": "*", "bin_um": 5 }]),
            "bad_edit",
            "edits[0].bin_um",
            "means nothing to remove",
        ),
        (
            json!([{ "kind": "remove", "pre": "L5_E", "post": "L4_E" }]),
            "unknown_population",
            "edits[0].pre",
            "no population",
        ),
        (
            json!([{ "kind": "remove", "pre": "L4_SST", "post": "L4_SST" }]),
            "unknown_pathway",
            "edits[0]",
            "no connection L4_SST -> L4_SST",
        ),
        (
            json!([
                { "kind": "remove", "pre": "L4_E", "post": "L4_PV" },
                { "kind": "scale", "pre": "L4_E", "post": "L4_PV", "u_syn_factor": 0.5 },
            ]),
            "unknown_pathway",
            "edits[1]",
            "no connection L4_E -> L4_PV",
        ),
        (
            json!([{ "kind": "rewire", "pre": "L4_E", "post": "L4_E", "rule": { "probability": "0.1" } }]),
            "bad_edit",
            "edits[0].rule.probability",
            "must be a number",
        ),
        (
            json!([{ "kind": "rewire", "pre": "L4_E", "post": "L4_E", "rule": { "probability": 7 } }]),
            "cannot_edit",
            "edits[0].rule",
            "probability must",
        ),
        (json!([{ "kind": "scale", "u_syn_factor": 100 }]), "cannot_edit", "edits[0].u_syn_factor", "probability"),
        (
            json!([{ "kind": "keep_cells", "nodes": { "layer": ["5"] } }]),
            "unknown_cells",
            "edits[0].nodes",
            "no cell has the layer",
        ),
        (
            json!([{ "kind": "keep_cells", "nodes": { "layer": { "$near": "4" } } }]),
            "bad_edit",
            "edits[0].nodes.layer",
            "$regex",
        ),
        (json!([{ "kind": "shuffle", "swaps": 0 }]), "cannot_edit", "edits[0].swaps", "[0.1, 1000]"),
    ] {
        let error = edit(&bench, &circuit, edits, None).unwrap_err();
        assert_eq!((error.code.as_str(), error.place.as_str()), (code, place), "{error}");
        assert!(error.message.contains(part) && !error.remedy.is_empty(), "{error}");
    }
    assert_eq!(before, files(lab.path()));
}

#[test]
fn a_connection_of_an_edited_circuit_is_told_with_the_rule_that_made_it() {
    let lab = tempfile::tempdir().unwrap();
    let bench = Workbench::new(lab.path());
    let column = PlaceColumn {
        recipe: "rat-barrel".into(),
        radius_um: Some(40.0),
        layers: vec!["4".into()],
        ..PlaceColumn::default()
    };
    let column = bench.place_column(&column).unwrap().artifact;
    let circuit = bench.wire_pathways(&WirePathways { column, seed: 1 }, &Silent).unwrap().artifact;
    let rewire = serde_json::json!({ "circuit": circuit, "edits": [
        { "kind": "rewire", "pre": "L4_E", "post": "L4_E", "rule": { "in_degree": 40 } }
    ] });
    let edited = bench.edit_circuit(&serde_json::from_value(rewire).unwrap(), &Silent).unwrap().artifact;
    let told = (1..60).find_map(|target| {
        let wanted = serde_json::json!({ "artifact": edited, "connection": { "source": 0, "target": target } });
        let reply = bench.inspect(&serde_json::from_value(wanted).unwrap()).unwrap();
        reply.finding.contains(": connected").then_some(reply)
    });
    let told = told.unwrap();
    assert!(told.finding.contains("in_degree = 40") && told.finding.contains("edited since"), "{}", told.finding);
    assert!(!told.finding.contains("gives such a pair"), "{}", told.finding);
}
