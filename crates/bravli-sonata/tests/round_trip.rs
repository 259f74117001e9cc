//! What is written is read back, and equal data give equal bytes.

mod common;

use bravli_circuit::{Cells, Column, Contact, NO_PATHWAY, PlacedColumn, Spikes, World};
use bravli_sonata::{SonataError, read_nodes, read_spikes, write_edges, write_nodes, write_spikes};
use common::{column, edges, read_back, spikes, wired};
use half::f16;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::time::Duration;

#[test]
fn nodes_edges_and_spikes_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_nodes(&at("nodes.h5"), &column()).unwrap();
    let read = read_nodes(&at("nodes.h5"), &column().header).unwrap();
    assert_eq!(read, column());
    assert!(read.cells.depth_um[1].is_sign_positive() && read.cells.x_um[1].is_sign_negative());
    for n in [0, 1, 250] {
        let wired = edges(n);
        write_edges(&at("edges.h5"), &wired.connections(), 0).unwrap();
        assert_eq!(read_back(&at("edges.h5"), &wired).unwrap(), wired.edges);
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
        write_edges(&at("edges"), &edges(1_000).connections(), 0).unwrap();
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
    let wired = edges(3);
    write_edges(&path, &wired.connections(), 0).unwrap();
    let mut unknown = wired.clone();
    unknown.header.pathway_of[2] = NO_PATHWAY;
    let error = write_edges(&path, &unknown.connections(), 0).unwrap_err();
    assert!(matches!(error, SonataError::Value { row: 2, .. }), "{error}");
    assert_eq!(read_back(&path, &wired).unwrap(), wired.edges);
}

#[test]
fn a_file_read_with_another_header_says_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let wired = edges(3);
    write_edges(&path, &wired.connections(), 0).unwrap();
    let mut other = wired.clone();
    other.header.edge_population = "cortex".into();
    let error = read_back(&path, &other).unwrap_err();
    assert!(error.to_string().contains("there is: barrel__barrel__chemical"), "{error}");
    let mut other = wired.clone();
    other.header.pathway_of[1] = NO_PATHWAY;
    let error = read_back(&path, &other).unwrap_err();
    assert!(error.to_string().contains("0 -> 1"), "{error}");
    let mut other = wired.clone();
    other.types.truncate(2);
    assert!(matches!(read_back(&path, &other), Err(SonataError::Value { row: 2, .. })));
    let mut other = wired.clone();
    other.header.source_population = "vpm".into();
    assert!(matches!(read_back(&path, &other), Err(SonataError::UnknownName { .. })));
    write_nodes(&path, &column()).unwrap();
    let mut larger = column().header;
    larger.populations[0].n_cells = 2;
    let error = read_nodes(&path, &larger).unwrap_err();
    assert!(matches!(error, SonataError::Length { expected: 3, actual: 2, .. }), "{error}");
}

#[test]
fn two_million_edges_come_back_whatever_block_they_are_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let wired = edges(2_000_000);
    write_edges(&path, &wired.connections(), 0).unwrap();
    assert!(read_back(&path, &wired).unwrap() == wired.edges);
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

        let contact = |byte: u8| Contact {
            n_synapses: byte,
            n_rrp: 255 - byte,
            gsyn_ns: f16::from_f32(value),
            tau_rec_ms: f16::from_f32(-value),
            tau_facil_ms: f16::MAX,
            u_syn: byte,
            tau_decay: 255 - byte,
        };
        let wired = wired(pairs.iter().map(|(source, target)| (*source, *target, contact((source * 5) as u8))));
        write_edges(&path, &wired.connections(), 0).unwrap();
        let read = read_back(&path, &wired).unwrap();
        // a source type with a range of one value keeps no byte
        prop_assert_eq!(read.targets(), wired.edges.targets());
        for row in 0..read.len() {
            let source = read.source_of(row);
            prop_assert_eq!(
                wired.connections().get(source, row),
                bravli_circuit::Connections { edges: &read, ..wired.connections() }.get(source, row)
            );
        }
    }
}
