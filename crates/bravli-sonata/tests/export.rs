//! An export is read back by our own reader without a complaint, column by column.

#[expect(dead_code, reason = "some of it is for other tests")]
mod common;
mod two_cells;

use bravli_circuit::{Circuit, Column, FibrePopulation, FibreRate, NeuronColumns, PlacedColumn, Spikes, World};
use bravli_sonata::{
    CircuitExport, ExportedRun, IndexSpelling, NodeSets, SonataError, Value, export_circuit, read_circuit,
    read_simulation_config, read_spikes, read_stored_index,
};
use common::{contact, wired};
use std::path::{Path, PathBuf};
use two_cells::{between_two, circuit};

fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.to_owned()))
}

fn fibres() -> FibrePopulation {
    let rate = FibreRate {
        base_hz: 1.0,
        spikes_per_unit: 0.0,
        rise_ms: 1.0,
        decay_ms: 10.0,
        latency_ms: 1.0,
        hz_per_mu: 0.0,
        hz_per_sigma: 0.0,
    };
    let mut two = wired([(0, 1, contact(0)), (2, 0, contact(1))].into_iter());
    two.header.edge_population = "vpm__barrel__chemical".into();
    two.header.source_population = "vpm".into();
    two.header.classes = vec!["E2".into(); 2];
    two.header.n_target_types = 2;
    two.header.pathways.truncate(2);
    two.header.pathway_of = vec![0, 1];
    for (pathway, post) in two.header.pathways.iter_mut().zip(["L23_SST", "L4_E"]) {
        (pathway.pre, pathway.post) = ("vpm".into(), post.into());
    }
    FibrePopulation::unconnected("vpm", 3, rate).with_edges(two.header, two.edges, vec![0, 1], vec![true, true])
}

/// Both cells, with three connections.
fn three() -> Circuit {
    circuit([(0, 0), (0, 1), (1, 0)].into_iter().zip(0..).map(|((from, to), row)| (from, to, contact(row))))
}

fn neurons() -> NeuronColumns {
    NeuronColumns {
        c_m_pf: vec![100.0, 200.0],
        g_l_ns: vec![5.0, 10.0],
        e_l_mv: vec![-70.0, -65.0],
        v_th_mv: vec![-50.0, -45.0],
        delta_t_mv: vec![2.0, 2.0],
        a_ns: vec![0.5, 4.0],
        tau_w_ms: vec![10.0, 200.0],
        b_pa: vec![0.0, 1.0],
        v_reset_mv: vec![-60.0, -55.0],
        t_ref_ms: vec![2.0, 1.0],
    }
}

#[test]
fn an_export_is_read_back_whole_and_without_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let (three, neurons) = (three(), neurons());
    let boundary = bravli_circuit::Boundary {
        calcium_mm: 1.2,
        conditions: serde_json::from_value(serde_json::json!([
            { "kind": "dirichlet", "source": "vpm", "n_fibres": 3, "rate": { "base_hz": 1.0 }, "onto": [], "assumes": "" },
            { "kind": "neumann", "source": "rest", "assumes": "", "onto": [
                { "population": "L4_E", "reversal_mv": 0.0, "mean_percent": 10.0, "sd_percent": 3.0, "tau_ms": 3.0 }
            ] },
        ]))
        .unwrap(),
        classes: Vec::new(),
        seed: 1,
    };
    let fibres = [fibres()];
    let spikes = [
        Spikes { population: "barrel".into(), time_ms: vec![0.5, 2.0], node: vec![1, 0] },
        Spikes { population: "vpm".into(), time_ms: vec![0.1], node: vec![2] },
    ];
    let export = CircuitExport {
        circuit: &three,
        neurons: Some(&neurons),
        boundary: Some((&boundary, &fibres)),
        run: Some(ExportedRun { spikes: &spikes, duration_ms: 5.0, dt_ms: 0.1, seed: 7 }),
    };
    let written = export_circuit(folder.path(), &export).unwrap();
    assert_eq!(written.populations.iter().map(|of| of.n).collect::<Vec<_>>(), [2, 3, 3, 2]);
    let circuit = read_circuit(&folder.path().join("circuit_config.json")).unwrap();
    assert!(circuit.problems.is_empty(), "{:?}", circuit.problems);

    let cells = circuit.nodes_of("barrel").unwrap();
    assert_eq!((cells.value(0, "mtype"), cells.value(1, "cell_class")), (text("L23_MC"), text("E")));
    assert_eq!((cells.value(0, "y"), cells.orientation(1)), (Some(Value::Decimal(-200.5)), Some([1.0, 0.0, 0.0, 0.0])));
    assert_eq!((cells.value(0, "pop_name"), cells.value(1, "location")), (text("L23_SST"), text("L4")));
    let parameter = |row, name: &str| cells.value(row, &format!("dynamics_params/{name}")).unwrap().number().unwrap();
    assert_eq!((parameter(0, "C_m"), parameter(1, "input_resistance")), (100.0, 100.0));
    // a/g_L = 0.1 against tau_m/tau_w = 2, and 0.4 against 0.1, by hand
    assert!((parameter(0, "threshold_current") - 0.100_048_41).abs() < 1e-6, "{}", parameter(0, "threshold_current"));
    assert!((parameter(1, "threshold_current") - 0.260_668_69).abs() < 1e-6, "{}", parameter(1, "threshold_current"));

    let inner = circuit.edges_of("barrel__barrel__chemical").unwrap();
    assert_eq!((&inner.source[..], &inner.target[..]), (&[0, 0, 1][..], &[0, 1, 0][..]));
    assert_eq!((inner.value(1, "pathway"), inner.value(2, "pathway")), (text("L23_SST->L4_E"), text("L4_E->L23_SST")));
    let said = three.connections().get(1, 2).unwrap();
    let decimal = |value: f32| Some(Value::Decimal(f64::from(value)));
    for (column, value) in [
        ("conductance", said.gsyn_ns),
        ("u_syn", said.u_syn),
        ("depression_time", said.tau_rec_ms),
        ("facilitation_time", said.tau_facil_ms),
        ("decay_time", said.tau_decay_ms),
        ("delay", said.delay_ms),
        ("conductance_scale_factor", said.conductance_ratio),
        ("u_hill_coefficient", said.u_hill_mm),
    ] {
        assert_eq!(inner.value(2, column), decimal(value), "{column}");
    }
    assert_eq!(
        (inner.value(2, "nsyns"), inner.value(2, "n_rrp_vesicles")),
        (Some(Value::Whole(3)), Some(Value::Whole(3)))
    );
    assert_eq!((inner.value(1, "synapse_class"), inner.value(2, "synapse_class")), (text("I3"), text("E2")));
    assert_eq!((inner.value(2, "pathway_rule"), inner.value(2, "count_rule")), (text("pathways.yaml:5"), text("none")));
    assert_eq!((inner.is_excitatory(0), inner.is_excitatory(2)), (Some(false), Some(true)));
    assert_eq!(inner.value(2, "afferent_section_pos"), Some(Value::Decimal(0.5)));
    let outer = circuit.edges_of("vpm__barrel__chemical").unwrap();
    assert_eq!((outer.value(0, "pathway"), outer.is_excitatory(1)), (text("vpm->L4_E"), Some(true)));

    let file = folder.path().join("edges/1-vpm__barrel__chemical.h5");
    let [by_source, by_target] = read_stored_index(&file, "vpm__barrel__chemical").unwrap().map(Option::unwrap);
    assert_eq!(by_source.spelling, IndexSpelling::Older, "the older name is there too");
    assert_eq!((by_source.node_to_ranges.len(), by_target.node_to_ranges.len()), (3, 2), "every node has its entry");
    assert_eq!(by_source.rows(1).count() + by_source.rows(2).map(|rows| rows.count()).sum::<usize>(), 1);

    let count = |sets: &NodeSets, name: &str| {
        circuit.nodes.iter().map(|nodes| sets.select(name, nodes).unwrap().len()).sum::<usize>()
    };
    for (name, n) in [("All", 2), ("Excitatory", 1), ("Layer4", 1), ("SST", 1), ("L4_E", 1), ("L23_MC", 1), ("vpm", 3)]
    {
        assert_eq!(count(&circuit.node_sets, name), n, "{name}");
    }
    let simulation = read_simulation_config(&folder.path().join("simulation_config.json")).unwrap();
    assert_eq!(simulation.raw["run"], serde_json::json!({ "tstop": 5.0, "dt": 0.1, "random_seed": 7 }));
    assert_eq!(simulation.raw["inputs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["vpm", "rest_0_L4_E"]);
    assert_eq!(read_spikes(&folder.path().join("inputs/vpm.h5")).unwrap(), spikes[1..]);
}

/// Every file below a folder, and its bytes.
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
fn blocks_of_rows_follow_each_other_and_equal_circuits_give_equal_bytes() {
    // more rows than are brought into a file at a time
    let n = 300_000;
    let many = between_two(n);
    let export = CircuitExport { circuit: &many, neurons: None, boundary: None, run: None };
    let written = [0, 1].map(|_| {
        let folder = tempfile::tempdir().unwrap();
        export_circuit(folder.path(), &export).unwrap();
        let circuit = read_circuit(&folder.path().join("circuit_config.json")).unwrap();
        assert!(circuit.problems.is_empty(), "{:?}", circuit.problems);
        let edges = circuit.edges_of("barrel__barrel__chemical").unwrap();
        assert_eq!(edges.column("delay").unwrap().values.decimals().unwrap().len(), n as usize);
        for row in [0, (1 << 17) - 1, 1 << 17, (1 << 18) - 1, 1 << 18, n as usize - 1] {
            let said = many.connections().get(row / 150_000, row).unwrap();
            for (column, value) in [("delay", said.delay_ms), ("conductance", said.gsyn_ns), ("u_syn", said.u_syn)] {
                assert_eq!(edges.value(row, column), Some(Value::Decimal(f64::from(value))), "{column} of {row}");
            }
        }
        assert!(!folder.path().join("simulation_config.json").exists());
        files(folder.path())
    });
    assert!(written[0] == written[1], "equal exports differ");
}

#[test]
fn a_file_in_the_way_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let three = three();
    let export = CircuitExport { circuit: &three, neurons: None, boundary: None, run: None };
    std::fs::write(folder.path().join("nodes"), "in the way").unwrap();
    let error = export_circuit(folder.path(), &export).unwrap_err();
    assert!(matches!(error, SonataError::Write { .. }) && error.to_string().contains("nodes"), "{error}");
}

#[test]
fn columns_and_places_in_an_atlas_are_written_where_there_are_some() {
    let three = three();
    let exported = |column: Column| {
        let folder = tempfile::tempdir().unwrap();
        let circuit = Circuit::unwired(column, three.header.clone()).with_edges(three.edges.clone());
        let export = CircuitExport { circuit: &circuit, neurons: None, boundary: None, run: None };
        let written = export_circuit(folder.path(), &export).map(drop);
        written.map(|()| read_circuit(&folder.path().join("circuit_config.json")).unwrap())
    };
    let mut several = three.column.clone();
    let named = |name: &str| PlacedColumn { name: name.into(), x_um: 0.5, y_um: 0.0, n_cells: 1 };
    several.header.ground.columns = vec![named("1"), named("septa")];
    several.cells.column = vec![1, 0];
    let read = exported(several).unwrap();
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let cells = read.nodes_of("barrel").unwrap();
    assert_eq!((cells.value(0, "column"), cells.value(1, "column")), (text("septa"), text("1")));
    for (set, node) in [("septa", 0), ("Column1", 1)] {
        assert_eq!(read.node_sets.select(set, cells).unwrap(), [node], "{set}");
    }

    let mut atlas = three.column.clone();
    atlas.header.ground.region = "mc2_Column".into();
    atlas.cells.world = Some(World {
        position_um: [vec![100.5, 2.0], vec![-7.0, 1e4], vec![0.25, -0.0]],
        orientation: [vec![1.0, 0.5], vec![0.0, 0.5], vec![0.0, -0.5], vec![0.0, 0.5]],
    });
    let read = exported(atlas.clone()).unwrap();
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let cells = read.nodes_of("barrel").unwrap();
    let at = |column| cells.value(1, column).and_then(|value| value.number());
    assert_eq!(["x", "y", "z"].map(at), [Some(2.0), Some(1e4), Some(-0.0)]);
    assert_eq!((at("flat_x"), at("flat_y"), at("depth")), (Some(0.0), Some(7.0), Some(0.0)));
    assert_eq!(cells.orientation(0), Some([1.0, 0.0, 0.0, 0.0]));
    assert_eq!(cells.orientation(1), Some([0.5, 0.5, -0.5, 0.5]));
    atlas.cells.world.as_mut().unwrap().orientation[2].pop();
    assert!(exported(atlas).unwrap_err().to_string().contains("orientation"));
}
