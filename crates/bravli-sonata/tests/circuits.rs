//! Acceptance check 7: every published circuit at hand is read whole, written, and read again equal; what is not as it should
//! be is told.

mod published;

use bravli_sonata::{SonataCircuit, SonataError, read_circuit, read_simulation_config, write_circuit};
use published::data;
use std::path::{Path, PathBuf};

/// Configuration; populations of nodes, then of edges, with their sizes; node sets; what some problem says.
type Case = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("sonata_allen_300_cells/config.json", "internal 300, external 100", "", 0, &[
        "internal_internal_edges.h5 is named by \"networks.edges[0].edges_file\"",
        "external_internal_edges.h5 is named by \"networks.edges[1].edges_file\"",
    ]),
    ("sonata_allen_300_pointneurons/config.json", "internal 300, external 100",
        "internal_to_internal 27588, external_to_internal 20844", 0, &[]),
    ("sonata_allen_9_cells/config.json", "cortex 9, excvirt 10, inhvirt 10",
        "excvirt_to_cortex 659, inhvirt_to_cortex 630", 0, &[]),
    ("sonata_bbp_functionalizer_1000n/circuit_config.json", "All 1000", "", 0, &[]),
    ("sonata_bbp_libsonata/config/circuit_config.json", "nodes-A 6, nodes-B 0", "edges-AB 6", 0, &[
        "nodes-A/0/A-double\" of", "is left out: it holds nothing",
        "nodes-A/0/E-mapping-bad\" of", "holds 3 in row 1, expected an index below 3",
        "@library/E-mapping-ugly\" of", "is left out: there is no column of this name",
        "nodes-A/0/A-enum\" of", "has 2 entries, expected 6",
        "/edges/edges-AC\" of", "is left out: it has neither sources nor targets",
        "target 1 is no node of \"nodes-B\", which has 0", "node_sets.json is named by \"node_sets_file\"",
    ]),
    ("sonata_bbp_snap/circuit_config.json", "default 3, default2 4", "default 4, default2 4", 14, &[]),
    ("sonata_bbp_sscx_v7/circuit_config.json", "", "", 0, &[
        "/All/nodes.h5 is named by \"networks.nodes[0].nodes_file\"", "edges.h5 is named by \"networks.edges[0].edges_file\"",
    ]),
    ("sonata_bbp_sscx_v7/sub_L5_5cells/circuit_config.json", "All 5", "default 49", 7, &[]),
    ("sonata_bbp_sscx_v7/simulation_config_base.json", "All 5", "default 49", 7, &[]),
    ("sonata_bbp_usecase3/circuit_config_virtualpop.json", "NodeA 3, NodeB 2, A_virtual_neurons 3",
        "NodeA__NodeA__chemical 4, NodeB__NodeB__chemical 4, NodeA__NodeB__chemical 4, NodeB__NodeA__chemical 4", 0, &[]),
    ("sonata_bbp_usecase3/no_edge_circuit_config.json", "NodeA 3, NodeB 2", "", 0, &[]),
    ("sonata_bbp_usecase3/simulation_sonata.json", "NodeA 3, NodeB 2",
        "NodeA__NodeA__chemical 4, NodeB__NodeB__chemical 4, NodeA__NodeB__chemical 4, NodeB__NodeA__chemical 4", 0, &[]),
    ("sonata_split_subcircuit/circuit_config.json", "A 6, B 6, C 6, V1 4, V2 1",
        "A__A 5, A__B 4, A__C 3, B__A 2, B__B 2, B__C 1, C__A 1, C__B 1, V1__A 2, V1__B 2, V2__C 1", 11, &[]),
];

fn read(path: &Path) -> SonataCircuit {
    read_circuit(path).unwrap_or_else(|error| panic!("{error}"))
}

fn sizes(circuit: &SonataCircuit) -> (String, String) {
    let nodes: Vec<String> = circuit.nodes.iter().map(|nodes| format!("{} {}", nodes.name, nodes.len())).collect();
    let edges: Vec<String> = circuit.edges.iter().map(|edges| format!("{} {}", edges.name, edges.len())).collect();
    (nodes.join(", "), edges.join(", "))
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.file_name().unwrap().into(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_circuit_is_read_written_and_read_again() {
    let Some(data) = data("circuits") else { return };
    for (name, nodes, edges, n_sets, problems) in CASES {
        let circuit = read(&data.join(name));
        assert_eq!(sizes(&circuit), ((*nodes).to_owned(), (*edges).to_owned()), "{name}");
        assert_eq!(circuit.node_sets.0.len(), *n_sets, "{name}");
        let told = circuit.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for problem in *problems {
            assert!(told.contains(problem), "{name}: no {problem:?} in\n{told}");
        }
        assert_eq!(problems.is_empty(), told.is_empty(), "{name}:\n{told}");
        assert!(circuit.problems.iter().all(|problem| !problem.remedy().is_empty() && problem.file().is_absolute()));

        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let written = folders.each_ref().map(|folder| write_circuit(folder.path(), &circuit).unwrap());
        assert!(files(folders[0].path()) == files(folders[1].path()), "{name}: two writings differ");
        let again = read(&written[0]);
        assert!(again.nodes == circuit.nodes && again.edges == circuit.edges, "{name}");
        assert_eq!(again.node_sets, circuit.node_sets, "{name}");
        assert_eq!(again.config.components, circuit.config.components, "{name}");
        for population in
            circuit.nodes.iter().map(|nodes| &nodes.name).chain(circuit.edges.iter().map(|edges| &edges.name))
        {
            let settings = |circuit: &SonataCircuit| {
                circuit.config.population(population).map(|entry| entry.settings.clone()).unwrap_or_default()
            };
            assert_eq!(settings(&again), settings(&circuit), "{name}: {population}");
        }
        // what was left out is gone; what was kept although it is odd is told again
        let is_kept =
            |problem: &SonataError| matches!(problem, SonataError::Value { .. } | SonataError::LooseEnds { .. });
        assert!(again.problems.iter().all(is_kept), "{name}: {:?}", again.problems);
        assert_eq!(again.problems.len(), circuit.problems.iter().filter(|problem| is_kept(problem)).count(), "{name}");
    }
}

#[test]
fn every_simulation_is_read() {
    let Some(data) = data("simulations") else { return };
    let read = |name: &str| {
        let config = read_simulation_config(&data.join(name)).unwrap_or_else(|error| panic!("{error}"));
        let spikes = config.spikes_file.strip_prefix(config.file.parent().unwrap()).unwrap().display().to_string();
        (config.tstop_ms, config.dt_ms, spikes, config.spike_inputs.len(), config.reports.len())
    };
    let output = |name: &str| name.to_owned();
    assert_eq!(read("sonata_allen_300_cells/config.json"), (1500.0, 0.1, output("output/spikes.h5"), 1, 1));
    assert_eq!(read("sonata_allen_300_pointneurons/config.json"), (1500.0, 0.01, output("output/spikes.h5"), 1, 1));
    assert_eq!(read("sonata_allen_9_cells/simulation_config.json"), (3000.0, 0.1, output("output/spikes.h5"), 2, 2));
    let libsonata = read("sonata_bbp_libsonata/config/simulation_config.json");
    assert_eq!(libsonata, (1000.0, 0.025, output("some/path/output/out.h5"), 2, 5));
    assert_eq!(read("sonata_bbp_snap/simulation_config.json"), (1000.0, 0.01, output("reporting/spikes.h5"), 1, 3));
    assert_eq!(read("sonata_bbp_usecase3/simulation_sonata.json"), (50.0, 0.1, output("reporting/spikes.h5"), 0, 2));
    assert_eq!(read("sonata_bbp_sscx_v7/simulation_config_base.json"), (200.0, 0.025, output("output/out.h5"), 0, 0));

    let v7 = read_simulation_config(&data.join("sonata_bbp_sscx_v7/simulation_config_base.json")).unwrap();
    assert_eq!((v7.extracellular_calcium_mm, v7.v_init_mv, v7.random_seed), (Some(1.2), Some(-80.0), Some(549_821)));
    assert_eq!(v7.mechanisms["ProbAMPANMDA_EMS"]["minis_single_vesicle"], true);
    assert!(v7.network.ends_with("sub_L5_5cells/circuit_config.json"));
    let snap = read_simulation_config(&data.join("sonata_bbp_snap/simulation_config.json")).unwrap();
    let reports: Vec<_> = snap.reports.iter().map(|report| report.file.file_name().unwrap().to_owned()).collect();
    assert_eq!(reports, ["soma_report.h5", "compartment_named.h5", "lfp_report.h5"]);
    assert!(snap.reports[1].file.is_file() && snap.spike_inputs[0].file.is_file());
}

#[test]
fn components_are_found_where_the_configuration_says() {
    let Some(data) = data("components") else { return };
    let circuit = read(&data.join("sonata_bbp_usecase3/circuit_config.json"));
    let config = &circuit.config;
    assert_eq!(config.population("NodeA").unwrap().kind.as_deref(), Some("biophysical"));
    let morphology = circuit.nodes_of("NodeA").unwrap().value(1, "morphology").unwrap();
    let file = config.morphology_file("NodeA", morphology.text().unwrap()).unwrap();
    assert!(file.ends_with("CircuitA/morphologies/swc/C210401C.swc"), "{}", file.display());
    assert!(config.alternate_morphologies("NodeA", "neurolucida-asc").unwrap().ends_with("CircuitA/morphologies/asc"));
    assert_eq!(config.alternate_morphologies("NodeA", "h5v1"), None);
    assert_eq!(config.morphology_file("NodeA", "../../nodes_A"), None);
    // null is absent, and absolute paths stay as they are
    let config = read(&data.join("sonata_bbp_functionalizer_1000n/circuit_config.json")).config;
    assert_eq!(config.component("All", "morphologies_dir"), None);
    assert!(
        config
            .alternate_morphologies("All", "h5v1")
            .unwrap()
            .ends_with("sonata_bbp_functionalizer_1000n/morphologies/h5")
    );
    let config = read(&data.join("sonata_split_subcircuit/circuit_config.json")).config;
    assert_eq!(config.component("A", "biophysical_neuron_models_dir"), Some(PathBuf::from("/emodel/dir")));
}

#[test]
fn a_configuration_that_is_wrong_is_named_at_its_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.json");
    let refused = |text: &str, expected: &str| {
        std::fs::write(&path, text).unwrap();
        let error = read_circuit(&path).unwrap_err();
        assert!(error.to_string().contains(expected) && error.file() == path, "{error}");
    };
    refused("{", "c.json:1:1: EOF");
    refused("[]", "is [], expected an object");
    refused("{}", "\"networks\" of");
    refused("{\"networks\": 3}", "\"networks\" of");
    refused("{\"networks\": {\"nodes\": {}}}", "\"networks.nodes\" of");
    refused("{\"networks\": {\"nodes\": [{}]}}", "\"networks.nodes[0].nodes_file\" of");
    refused("{\"networks\": {\"edges\": [{\"edges_file\": 7}]}}", "is 7, expected a text");
    refused("{\"manifest\": {\"$A\": \"$A\"}, \"networks\": {}}", "a text that does not lead to itself");
    refused("{\"network\": \"c.json\"}", "expected an object with nodes and edges");
    std::fs::write(&path, "{\"components\": {\"morphologies_dir\": \"\"}, \"networks\": {\"nodes\": []}}").unwrap();
    assert_eq!(read(&path).config.component("x", "morphologies_dir"), None);
    for (text, expected) in [
        ("{\"run\": {\"dt\": 0.1}}", "\"run.tstop\" of"),
        ("{\"run\": {\"dt\": 0, \"tstop\": 1}}", "expected a time in ms above 0"),
        ("{\"run\": {\"dt\": 0.1, \"tstop\": 1, \"random_seed\": -1}}", "is -1, expected a whole number"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = read_simulation_config(&path).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn devices_are_no_files() {
    let device = Path::new("/dev/zero");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.json");
    let told = |error: bravli_sonata::SonataError| assert!(error.to_string().contains("it is no file"), "{error}");
    std::fs::write(&path, "{\"network\": \"/dev/zero\", \"simulation\": \"/dev/zero\"}").unwrap();
    told(read_circuit(&path).unwrap_err());
    told(read_simulation_config(&path).unwrap_err());
    told(bravli_sonata::read_node_sets(device).unwrap_err());
    told(bravli_sonata::read_type_table(device, "node").unwrap_err());
    told(bravli_sonata::read_spikes(device).unwrap_err());
}
