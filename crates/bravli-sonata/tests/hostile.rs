//! Files made to do harm: sizes are refused before anything is reserved, nothing outside the file is read, nothing panics.

use bravli_sonata::{
    Attribute, EdgePopulation, Group, NodePopulation, Report, Rows, SonataError, Sorting, SpikePopulation, Values,
    read_edge_populations, read_node_populations, read_reports, read_spike_populations, write_edge_populations,
    write_node_populations, write_reports, write_spike_populations,
};
use hdf5::File;
use hdf5_metno as hdf5;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn read(path: &Path, kind: usize) -> (Result<(), SonataError>, Vec<SonataError>) {
    let mut problems = Vec::new();
    let read = match kind {
        0 => read_node_populations(path, &mut problems).map(drop),
        1 => read_edge_populations(path, &mut problems).map(drop),
        2 => read_spike_populations(path, &mut problems).map(drop),
        _ => read_reports(path, &mut problems).map(drop),
    };
    (read, problems)
}

/// A file of nodes that `fill` adds to: `/nodes/p/0` with three nodes.
#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn nodes_with(folder: &Path, fill: impl FnOnce(&hdf5::Group)) -> PathBuf {
    let path = folder.join("made.h5");
    let file = File::create(&path).unwrap();
    let population = file.create_group("nodes").unwrap().create_group("p").unwrap();
    population.new_dataset_builder().with_data(&[-1_i64; 3]).create("node_type_id").unwrap();
    fill(&population.create_group("0").unwrap());
    path
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_reserved() {
    let folder = tempfile::tempdir().unwrap();
    let path = nodes_with(folder.path(), |group| {
        group.new_dataset::<f64>().shape(1_usize << 50).chunk(1_024).create("many").unwrap();
        group.new_dataset::<f64>().shape((3..,)).chunk(1 << 28).create("chunk").unwrap();
        group.new_dataset::<f64>().shape((3, 1 << 20)).chunk((1, 1)).create("table").unwrap();
        group.new_dataset::<f64>().shape(3).create("fine").unwrap();
    });
    let mut problems = Vec::new();
    let nodes = read_node_populations(&path, &mut problems).unwrap();
    assert_eq!(nodes[0].column_names(), ["fine"]);
    let told = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for expected in [
        "\"/nodes/p/0/many\" of",
        "9007199254740992 bytes cannot come from a file of",
        "a chunk of it takes 2147483648 bytes, expected at most 134217728",
        "it has 2 dimensions, expected 1",
    ] {
        assert!(told.contains(expected), "no {expected:?} in\n{told}");
    }
}

#[test]
fn nothing_outside_the_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.bin");
    std::fs::write(&secret, [7_u8; 24]).unwrap();
    let other = folder.path().join("other.h5");
    let file = File::create(&other).unwrap();
    file.new_dataset_builder().with_data(&[1.0, 2.0, 3.0]).create("x").unwrap();
    file.close().unwrap();
    let path = nodes_with(folder.path(), |group| {
        group.link_external(&other.display().to_string(), "/x", "linked").unwrap();
        group.new_dataset::<u64>().shape(3).external(&secret.display().to_string(), 0, 24).create("raw").unwrap();
    });
    let mut problems = Vec::new();
    let nodes = read_node_populations(&path, &mut problems).unwrap();
    assert!(nodes[0].column_names().is_empty());
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("it is a link to another file"), "{told:?}");
    assert!(told[1].contains("its values lie in another file"), "{told:?}");
}

#[test]
fn texts_of_every_kind_are_read_and_bytes_that_are_none_are_told() {
    use hdf5::types::{FixedAscii, FixedUnicode, VarLenAscii};
    let folder = tempfile::tempdir().unwrap();
    let path = nodes_with(folder.path(), |group| {
        let fixed = ["a", "bc", ""].map(|text| FixedAscii::<7>::from_ascii(text).unwrap());
        group.new_dataset_builder().with_data(&fixed).create("fixed").unwrap();
        let wide = ["ä", "漢", "z"].map(|text| text.parse::<FixedUnicode<100>>().unwrap());
        group.new_dataset_builder().with_data(&wide).create("wide").unwrap();
        let ascii = ["x", "y", "z"].map(|text| VarLenAscii::from_ascii(text).unwrap());
        group.new_dataset_builder().with_data(&ascii).create("ascii").unwrap();
        group.new_dataset_builder().with_data(&[true, false, true]).create("bool").unwrap();
        // 0xFF is no UTF-8
        let bad = [0xFF_u8, b'a', 0, 0, b'b', 0, 0, 0, 0];
        group.new_dataset_builder().with_data(&bad).create("bytes").unwrap();
    });
    let mut problems = Vec::new();
    let nodes = read_node_populations(&path, &mut problems).unwrap();
    let texts = |name: &str| (0..3).map(|row| nodes[0].value(row, name).unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(texts("fixed"), ["a", "bc", ""]);
    assert_eq!(texts("wide"), ["ä", "漢", "z"]);
    assert_eq!(texts("ascii"), ["x", "y", "z"]);
    assert_eq!(texts("bool"), ["TRUE", "FALSE", "TRUE"]);
    assert!(problems[0].to_string().contains("has 9 entries, expected 3"), "{problems:?}");
    // a text is changed behind the library's back
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|window| window == "漢z".as_bytes().get(..4).unwrap_or_default());
    let at = at.or_else(|| bytes.windows(3).position(|window| window == "漢".as_bytes())).unwrap();
    bytes[at] = 0xFF;
    std::fs::write(&path, bytes).unwrap();
    let mut problems = Vec::new();
    read_node_populations(&path, &mut problems).unwrap();
    assert!(problems.iter().any(|problem| problem.to_string().contains("expected text in UTF-8")), "{problems:?}");
}

fn columns(n: usize) -> Vec<Attribute> {
    let column = |name: &str, values, names: Option<Vec<String>>| Attribute { name: name.to_owned(), values, names };
    let names = Some(vec!["EXC".to_owned(), "INH".to_owned()]);
    vec![
        column("class", Values::U8((0..n).map(|row| (row % 2) as u8).collect()), names),
        column("mtype", Values::Text((0..n).map(|row| format!("L{row}_ä")).collect()), None),
        column("x", Values::F64((0..n).map(|row| row as f64 - 0.5).collect()), None),
    ]
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn files(folder: &Path) -> [Vec<u8>; 4] {
    let path = folder.join("whole.h5");
    let groups = |n| vec![Group { id: 0, columns: columns(n), dynamics: columns(n) }];
    let nodes =
        NodePopulation { name: "n".into(), type_id: vec![-1, 3, 4], groups: groups(3), ..NodePopulation::default() };
    let split = Rows::Split { group_id: vec![0, 1, 0], group_index: vec![0, 0, 1] };
    let edges = EdgePopulation {
        name: "e".into(),
        source_population: Some("n".into()),
        source: vec![2, 0, 2],
        target: vec![0, 1, 1],
        type_id: vec![-1; 3],
        rows: split,
        groups: vec![Group { id: 0, columns: columns(2), dynamics: Vec::new() }, Group { id: 1, ..Group::default() }],
        ..EdgePopulation::default()
    };
    let spikes = SpikePopulation {
        name: "n".into(),
        sorting: Sorting::ById,
        time_ms: vec![3.0, 0.5, 0.75],
        node: vec![0, 1, 1],
    };
    let report = Report {
        population: "n".into(),
        units: "mV".into(),
        n_steps: 2,
        data: vec![-70.0; 6],
        node_ids: vec![0, 2],
        index_pointers: vec![0, 2, 3],
        element_ids: vec![0, 1, 0],
        start: 0.0,
        stop: 0.2,
        step: 0.1,
        time_units: "ms".into(),
    };
    let bytes = || std::fs::read(&path).unwrap();
    write_node_populations(&path, &[nodes]).unwrap();
    let first = bytes();
    write_edge_populations(&path, &[edges]).unwrap();
    let second = bytes();
    write_spike_populations(&path, &[spikes]).unwrap();
    let third = bytes();
    write_reports(&path, &[report]).unwrap();
    [first, second, third, bytes()]
}

#[test]
fn truncated_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.h5");
    for (kind, whole) in files(folder.path()).into_iter().enumerate() {
        std::fs::write(&path, &whole).unwrap();
        let (read_whole, problems) = read(&path, kind);
        assert!(read_whole.is_ok() && problems.is_empty(), "{kind}: {read_whole:?} {problems:?}");
        for length in (0..whole.len()).step_by(61) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = read(&path, kind).0.unwrap_err();
            assert!(error.to_string().contains("cut.h5") && !error.remedy().is_empty(), "{error}");
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    change_bytes(13);
}

#[test]
#[ignore = "takes minutes: every byte of every kind of file"]
fn no_changed_byte_panics() {
    change_bytes(1);
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn change_bytes(step: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    for (kind, whole) in files(folder.path()).into_iter().enumerate() {
        for position in (0..whole.len()).step_by(step) {
            let mut damaged = whole.clone();
            damaged[position] ^= [0x01, 0x80, 0xFF][position / step % 3];
            std::fs::write(&path, &damaged).unwrap();
            let (result, problems) = read(&path, kind);
            for problem in problems.iter().chain(result.as_ref().err()) {
                assert!(!problem.to_string().is_empty());
            }
        }
    }
}

fn values(n: usize) -> impl Strategy<Value = Values> {
    prop_oneof![
        prop::collection::vec(any::<i8>(), n).prop_map(Values::I8),
        prop::collection::vec(any::<i16>(), n).prop_map(Values::I16),
        prop::collection::vec(any::<i32>(), n).prop_map(Values::I32),
        prop::collection::vec(any::<i64>(), n).prop_map(Values::I64),
        prop::collection::vec(any::<u8>(), n).prop_map(Values::U8),
        prop::collection::vec(any::<u16>(), n).prop_map(Values::U16),
        prop::collection::vec(any::<u32>(), n).prop_map(Values::U32),
        prop::collection::vec(any::<u64>(), n).prop_map(Values::U64),
        prop::collection::vec(prop::num::f32::ANY, n).prop_map(Values::F32),
        prop::collection::vec(prop::num::f64::ANY, n).prop_map(Values::F64),
        prop::collection::vec("[^\\x00]{0,12}", n).prop_map(Values::Text),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_population_comes_back(
        (n, columns) in (0_usize..6).prop_flat_map(|n| (Just(n), prop::collection::btree_map("[a-zA-Z@ ä-]{1,8}", values(n), 0..5))),
        ends in prop::collection::vec((0_u64..40, 0_u64..40), 0..12),
        types in prop::collection::vec(-1_i64..3, 6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.h5");
        let columns: Vec<Attribute> =
            columns.into_iter().map(|(name, values)| Attribute { name, values, names: None }).collect();
        let groups = vec![Group { id: 0, columns, dynamics: Vec::new() }];
        let nodes = NodePopulation { name: "p".into(), type_id: types[..n].to_vec(), groups, ..NodePopulation::default() };
        let mut problems = Vec::new();
        write_node_populations(&path, std::slice::from_ref(&nodes)).unwrap();
        prop_assert_eq!(read_node_populations(&path, &mut problems).unwrap(), [nodes]);

        let edges = EdgePopulation {
            name: "e".into(),
            source: ends.iter().map(|ends| ends.0).collect(),
            target: ends.iter().map(|ends| ends.1).collect(),
            type_id: vec![-1; ends.len()],
            groups: vec![Group::default()],
            ..EdgePopulation::default()
        };
        write_edge_populations(&path, std::slice::from_ref(&edges)).unwrap();
        prop_assert_eq!(read_edge_populations(&path, &mut problems).unwrap(), [edges]);
        // an index made here is never told to be wrong
        prop_assert_eq!(problems, []);
    }
}
