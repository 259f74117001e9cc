//! What is written is read back, and equal data give equal bytes.

mod common;

use bravli_circuit::{Cells, Column, EdgeHeader, Edges, PlacedColumn, Spikes, World};
use bravli_sonata::{SonataError, read_edges, read_nodes, read_spikes, write_edges, write_nodes, write_spikes};
use common::{column, edges, header, spikes};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::time::{Duration, Instant};

#[test]
fn nodes_edges_and_spikes_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_nodes(&at("nodes.h5"), &column()).unwrap();
    let read = read_nodes(&at("nodes.h5"), &column().header).unwrap();
    assert_eq!(read, column());
    assert!(read.cells.depth_um[1].is_sign_positive() && read.cells.x_um[1].is_sign_negative());
    for n in [0, 1, 250] {
        write_edges(&at("edges.h5"), &header(), &edges(n)).unwrap();
        assert_eq!(read_edges(&at("edges.h5"), &header()).unwrap(), edges(n));
    }
    let silent = Spikes { population: "aaa".into(), ..Spikes::default() };
    write_spikes(&at("spikes.h5"), &[spikes(), silent.clone()]).unwrap();
    assert_eq!(read_spikes(&at("spikes.h5")).unwrap(), [silent, spikes()]);
    write_spikes(&at("spikes.h5"), &[]).unwrap();
    assert!(read_spikes(&at("spikes.h5")).unwrap().is_empty());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "temporary files remain: {left:?}");
}

#[test]
fn equal_data_give_equal_bytes_a_second_apart() {
    let folder = tempfile::tempdir().unwrap();
    let written = |part: &str| {
        let at = |name: &str| folder.path().join(format!("{part}-{name}"));
        write_nodes(&at("nodes"), &column()).unwrap();
        write_edges(&at("edges"), &header(), &edges(1_000)).unwrap();
        write_spikes(&at("spikes"), &[spikes()]).unwrap();
        ["nodes", "edges", "spikes"].map(|name| std::fs::read(at(name)).unwrap())
    };
    let first = written("a");
    std::thread::sleep(Duration::from_millis(1_100));
    assert!(first == written("b"), "files of equal data differ");
}

#[test]
fn a_refused_write_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    write_edges(&path, &header(), &edges(3)).unwrap();
    let mut unsorted = edges(3);
    unsorted.target.swap(0, 2);
    let error = write_edges(&path, &header(), &unsorted).unwrap_err();
    assert!(matches!(error, SonataError::Unsorted { row: 1, .. }), "{error}");
    let mut unknown_class = edges(3);
    unknown_class.class[2] = 7;
    let error = write_edges(&path, &header(), &unknown_class).unwrap_err();
    assert!(matches!(error, SonataError::Value { row: 2, .. }), "{error}");
    assert_eq!(read_edges(&path, &header()).unwrap(), edges(3));
}

#[test]
fn a_file_read_with_another_header_says_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    write_edges(&path, &header(), &edges(3)).unwrap();
    let other = EdgeHeader { edge_population: "cortex".into(), ..header() };
    let error = read_edges(&path, &other).unwrap_err();
    assert!(error.to_string().contains("there is: barrel__barrel__chemical"), "{error}");
    let other = EdgeHeader { classes: vec!["E2".into()], ..header() };
    let error = read_edges(&path, &other).unwrap_err();
    assert!(error.to_string().contains("names \"I3\""), "{error}");
    let other = EdgeHeader { source_population: "vpm".into(), ..header() };
    assert!(matches!(read_edges(&path, &other), Err(SonataError::UnknownName { .. })));
    write_nodes(&path, &column()).unwrap();
    let mut larger = column().header;
    larger.populations[0].n_cells = 2;
    let error = read_nodes(&path, &larger).unwrap_err();
    assert!(matches!(error, SonataError::Length { expected: 3, actual: 2, .. }), "{error}");
}

#[test]
fn two_million_edges_take_less_than_a_second_each_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let edges = edges(2_000_000);
    let start = Instant::now();
    write_edges(&path, &header(), &edges).unwrap();
    let writing = start.elapsed();
    let start = Instant::now();
    let read = read_edges(&path, &header()).unwrap();
    let reading = start.elapsed();
    assert!(read == edges);
    let bytes = std::fs::metadata(&path).unwrap().len();
    eprintln!("2M edges: written in {writing:?}, read in {reading:?}, {} bytes per edge", bytes / 2_000_000);
    // a debug build on a busy machine; a release build takes about a tenth of this
    assert!(writing + reading < Duration::from_secs(30), "{writing:?} {reading:?}");
}

fn config() -> ProptestConfig {
    let regressions = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(regressions)), ..ProptestConfig::with_cases(24) }
}

#[test]
fn columns_and_places_in_an_atlas_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodes.h5");
    let mut several = column();
    let named = |name: &str| PlacedColumn { name: name.into(), x_um: 0.5, y_um: 0.0, n_cells: 1 };
    several.header.ground.columns = vec![named("1"), named("septa")];
    several.cells.column = vec![1, 0];
    write_nodes(&path, &several).unwrap();
    assert_eq!(read_nodes(&path, &several.header).unwrap(), several);

    let mut atlas = column();
    atlas.header.ground.region = "mc2_Column".into();
    let pair = |a, b| vec![a, b];
    atlas.cells.world = Some(World {
        position_um: [pair(100.5, 2.0), pair(-7.0, 1e4), pair(0.25, -0.0)],
        orientation: [pair(1.0, 0.5), pair(0.0, 0.5), pair(0.0, -0.5), pair(0.0, 0.5)],
    });
    write_nodes(&path, &atlas).unwrap();
    assert_eq!(read_nodes(&path, &atlas.header).unwrap(), atlas);
    atlas.cells.world.as_mut().unwrap().orientation[2].pop();
    assert!(write_nodes(&path, &atlas).unwrap_err().to_string().contains("orientation"));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_column_and_any_edges_come_back(
        cells in prop::collection::vec((any::<f32>(), any::<f32>(), any::<f32>(), 0_u16..2, any::<bool>()), 0..20),
        pairs in prop::collection::btree_set((0_u32..40, 0_u32..40), 0..30),
        value in prop::num::f32::NORMAL,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.h5");
        let codes = || cells.iter().map(|cell| cell.3).collect::<Vec<u16>>();
        let mut header_of_cells = column().header;
        header_of_cells.populations[0].n_cells = cells.len() as u32;
        header_of_cells.populations[1].n_cells = 0;
        let cells = Cells {
            x_um: cells.iter().map(|cell| cell.0).collect(),
            y_um: cells.iter().map(|cell| cell.1).collect(),
            depth_um: cells.iter().map(|cell| cell.2).collect(),
            layer: codes(),
            mtype: codes(),
            etype: codes(),
            population: codes(),
            is_excitatory: cells.iter().map(|cell| cell.4).collect(),
            column: vec![0; cells.len()],
            world: None,
        };
        let column = Column { header: header_of_cells, cells };
        write_nodes(&path, &column).unwrap();
        let read = read_nodes(&path, &column.header).unwrap();
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
        prop_assert_eq!(bits(&read.cells.x_um), bits(&column.cells.x_um));
        prop_assert_eq!(bits(&read.cells.depth_um), bits(&column.cells.depth_um));
        prop_assert_eq!(read.cells.is_excitatory, column.cells.is_excitatory);

        let n = pairs.len() as u32;
        let edges = Edges {
            source: pairs.iter().map(|pair| pair.0).collect(),
            target: pairs.iter().map(|pair| pair.1).collect(),
            gsyn_ns: vec![value; n as usize],
            ..edges(n)
        };
        write_edges(&path, &header(), &edges).unwrap();
        prop_assert_eq!(read_edges(&path, &header()).unwrap(), edges);
    }
}
