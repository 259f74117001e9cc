//! Populations of either dialect: what is in them, what is told, and back again.

mod published;

use bravli_sonata::{
    Attribute, EdgePopulation, Group, IndexSpelling, NodePopulation, Rows, SonataError, TypeTable, Value, Values,
    read_circuit, read_edge_populations, read_node_populations, read_reports, read_spike_populations,
    read_stored_index, write_edge_populations, write_node_populations, write_reports, write_spike_populations,
};
use published::data;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.to_owned()))
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn h5_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(h5_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "h5") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Reads, writes, reads: the same again. Gives how many there were.
fn there_and_back<T: PartialEq>(
    path: &Path,
    read: impl Fn(&Path, &mut Vec<SonataError>) -> Result<Vec<T>, SonataError>,
    write: impl Fn(&Path, &[T]) -> Result<(), SonataError>,
) -> Option<usize> {
    let populations = match read(path, &mut Vec::new()) {
        Ok(populations) => populations,
        Err(SonataError::Missing { .. }) => return None,
        Err(error) => panic!("{error}"),
    };
    let copy = path.with_file_name("copy.h5");
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let copy = folder.path().join(copy.file_name().unwrap_or_default());
    write(&copy, &populations).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(read(&copy, &mut Vec::new()).is_ok_and(|again| again == populations), "{}", path.display());
    Some(populations.len())
}

#[test]
fn every_file_is_of_a_kind_that_is_read_and_written() {
    let Some(data) = data("files") else { return };
    let mut counts = BTreeMap::from([("nodes", (0, 0)), ("edges", (0, 0)), ("spikes", (0, 0)), ("report", (0, 0))]);
    for path in h5_files(&data).iter().filter(|path| path.to_string_lossy().contains("/sonata_")) {
        let name = path.display().to_string();
        if name.contains("/morphologies/") || name.ends_with("mock_electrodes_file.h5") {
            continue;
        }
        let found = [
            ("nodes", there_and_back(path, read_node_populations, write_node_populations)),
            ("edges", there_and_back(path, read_edge_populations, write_edge_populations)),
            ("spikes", there_and_back(path, read_spike_populations, write_spike_populations)),
            ("report", there_and_back(path, read_reports, write_reports)),
        ];
        assert_eq!(found.iter().filter(|(_, n)| n.is_some()).count(), 1, "{name}");
        for (kind, n) in found {
            if let (Some(n), Some(count)) = (n, counts.get_mut(kind)) {
                *count = (count.0 + 1, count.1 + n);
            }
        }
    }
    // files and populations of each kind
    let expected = [("edges", (17, 27)), ("nodes", (19, 23)), ("report", (5, 9)), ("spikes", (10, 15))];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn both_spellings_of_the_index_lead_to_the_edges() {
    let Some(data) = data("indices") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, population, spelling) in [
        (
            "sonata_allen_300_pointneurons/network/internal_internal_edges.h5",
            "internal_to_internal",
            IndexSpelling::Older,
        ),
        ("sonata_allen_9_cells/network/excvirt_cortex_edges.h5", "excvirt_to_cortex", IndexSpelling::Older),
        ("sonata_allen_edges/edge_index_example.h5", "example", IndexSpelling::Older),
        ("sonata_bbp_functionalizer_1000n/edges.h5", "default", IndexSpelling::Current),
        ("sonata_split_subcircuit/networks/edges/edges.h5", "A__A", IndexSpelling::Current),
    ] {
        let path = data.join(name);
        let mut problems = Vec::new();
        let populations = read_edge_populations(&path, &mut problems).unwrap();
        // an index that does not lead to its edges would be told
        assert!(!problems.iter().any(|problem| matches!(problem, SonataError::Index { .. })), "{problems:?}");
        let edges = populations.iter().find(|edges| edges.name == population).unwrap();
        let copy = folder.path().join("edges.h5");
        write_edge_populations(&copy, &populations).unwrap();
        for (path, spelling) in [(&path, spelling), (&copy, IndexSpelling::Current)] {
            let indices = read_stored_index(path, population).unwrap().map(Option::unwrap);
            for (index, ids) in indices.iter().zip([&edges.source, &edges.target]) {
                assert_eq!(index.spelling, spelling);
                for node in ids.iter().take(50) {
                    let rows: Vec<u64> = index.rows(*node).flatten().collect();
                    let expected: Vec<u64> = (0..ids.len() as u64).filter(|row| ids[*row as usize] == *node).collect();
                    let mut sorted = rows.clone();
                    sorted.sort_unstable();
                    assert_eq!(sorted, expected, "{name}: {node}");
                }
            }
        }
    }
    let without = data.join("sonata_bbp_libsonata/edges-no-index.h5");
    assert_eq!(read_stored_index(&without, "edges-AB").unwrap(), [None, None]);
}

#[test]
fn real_cells_and_synapses_have_their_values() {
    let Some(data) = data("values") else { return };
    let circuit = read_circuit(&data.join("sonata_bbp_sscx_v7/sub_L5_5cells/circuit_config.json")).unwrap();
    let cells = circuit.nodes_of("All").unwrap();
    // plain texts beside numbers that stand for names
    assert_eq!((cells.value(0, "mtype"), cells.value(0, "layer")), (text("L5_TPC:C"), text("5")));
    assert_eq!((cells.value(0, "synapse_class"), cells.value(1, "synapse_class")), (text("EXC"), text("INH")));
    assert_eq!(cells.value(0, "dynamics_params/threshold_current"), Some(Value::Decimal(0.125_796_875)));
    // the specification writes a hyphen, the file an underscore
    for name in ["exc_mini_frequency", "exc-mini_frequency"] {
        assert_eq!(cells.value(0, name), Some(Value::Decimal(0.010_107_75)), "{name}");
    }
    for row in 0..cells.len() {
        let norm: f64 = cells.orientation(row).unwrap().iter().map(|component| component * component).sum();
        assert!((norm - 1.0).abs() < 1e-12);
    }
    let synapses = circuit.edges_of("default").unwrap();
    assert_eq!((synapses.value(0, "syn_type_id"), synapses.is_excitatory(0)), (Some(Value::Whole(4)), Some(false)));
    let n_excitatory = (0..synapses.len()).filter(|row| synapses.is_excitatory(*row) == Some(true)).count();
    assert!(n_excitatory > 0 && n_excitatory < synapses.len(), "{n_excitatory}");
    assert!(matches!(synapses.column("rho0_GB").unwrap().values, Values::I64(_)), "columns of variants pass unchanged");

    let usecase = read_circuit(&data.join("sonata_bbp_usecase3/circuit_config.json")).unwrap();
    let [w, ..] = usecase.nodes_of("NodeA").unwrap().orientation(1).unwrap();
    assert!((w - 0.583_45 / 1.633).abs() < 0.01, "quaternions of any length become unit ones: {w}");
}

#[test]
fn types_give_what_the_columns_do_not() {
    let Some(data) = data("types") else { return };
    let circuit = read_circuit(&data.join("sonata_allen_300_pointneurons/config.json")).unwrap();
    let cells = circuit.nodes_of("internal").unwrap();
    assert_eq!(cells.value(0, "model_name"), text("Scnn1a"));
    assert!(matches!(cells.value(0, "x"), Some(Value::Decimal(_))));
    assert!(cells.column_names().contains(&"ei") && cells.column_names().contains(&"rotation_angle_yaxis"));
    let edges = circuit.edges_of("internal_to_internal").unwrap();
    assert_eq!(edges.value(0, "delay"), Some(Value::Decimal(2.0)));
    assert_eq!(edges.value(0, "syn_weight"), Some(Value::Decimal(2.5)));
    assert_eq!(edges.value(0, "target_query"), text("ei=='e'"));
    assert_eq!(edges.is_excitatory(0), None);
}

fn column(name: &str, values: Values) -> Attribute {
    Attribute { name: name.to_owned(), values, names: None }
}

/// Four cells in two groups, as the Allen dialect allows, with types and ids of their own.
fn two_groups() -> NodePopulation {
    let names = Some(vec!["a".to_owned(), "b ä".to_owned()]);
    NodePopulation {
        name: "mixed".into(),
        type_id: vec![7, 7, 8, 9],
        node_id: Some(vec![3, 2, 1, 0]),
        rows: Rows::Split { group_id: vec![2, 5, 5, 2], group_index: vec![1, 0, 1, 0] },
        groups: vec![
            Group {
                id: 2,
                columns: vec![
                    column("ei", Values::Text(vec!["i".into(), "e".into()])),
                    Attribute { name: "kind".into(), values: Values::U8(vec![1, 0]), names },
                ],
                dynamics: vec![column("g", Values::F32(vec![f32::NAN, -0.0]))],
            },
            Group { id: 5, columns: vec![column("n", Values::I16(vec![-3, 4]))], dynamics: Vec::new() },
        ],
        types: TypeTable {
            columns: vec!["ei".into(), "n".into(), "model".into()],
            rows: vec![(7, vec![Some("x".into()), Some("5".into()), None]), (8, vec![None, None, Some("m y".into())])],
        },
    }
}

#[test]
fn several_groups_are_read_and_columns_win_over_types() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodes.h5");
    let nodes = two_groups();
    assert_eq!(
        (nodes.value(0, "ei"), nodes.value(1, "ei")),
        (text("e"), text("x")),
        "a group's column wins over its type"
    );
    assert_eq!((nodes.value(0, "n"), nodes.value(1, "n")), (Some(Value::Whole(5)), Some(Value::Whole(-3))));
    assert_eq!(
        (nodes.value(0, "kind"), nodes.value(3, "kind"), nodes.value(2, "kind")),
        (text("a"), text("b ä"), None)
    );
    assert_eq!((nodes.value(2, "model"), nodes.value(0, "model"), nodes.value(3, "model")), (text("m y"), None, None));
    assert_eq!((nodes.id(0), nodes.id(4), nodes.column("ei")), (Some(3), None, None));
    let mut problems = Vec::new();
    write_node_populations(&path, std::slice::from_ref(&nodes)).unwrap();
    let again = read_node_populations(&path, &mut problems).unwrap();
    assert_eq!(problems, []);
    // tables of types are files of their own
    assert_eq!(again, [NodePopulation { types: TypeTable::default(), ..nodes }]);
}

#[test]
fn columns_that_do_not_fit_are_refused_when_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodes.h5");
    let refused = |nodes: NodePopulation| write_node_populations(&path, &[nodes]).unwrap_err().to_string();
    let mut short = two_groups();
    short.groups[1].columns[0].values = Values::I16(vec![1]);
    let error = refused(short);
    assert!(error.contains("5/n\" of") && error.contains("has 1 entries, expected 2"), "{error}");
    let mut ids = two_groups();
    ids.node_id = Some(vec![1]);
    assert!(refused(ids).contains("node_id"));
    let many = NodePopulation { rows: Rows::Same, ..two_groups() };
    assert!(refused(many).contains("groups"));
    let edges = EdgePopulation { source: vec![1], target: vec![1, 2], type_id: vec![-1], ..EdgePopulation::default() };
    write_edge_populations(&path, &[EdgePopulation { name: "e".into(), ..edges.clone() }]).unwrap_err();
    let far = EdgePopulation { name: "e".into(), target: vec![u64::MAX], ..edges };
    let error = write_edge_populations(&path, &[far]).unwrap_err();
    assert!(error.to_string().contains("expected a node id below 268435456"), "{error}");
    assert!(!path.exists());
}
