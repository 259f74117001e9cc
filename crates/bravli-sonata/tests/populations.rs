//! Node and edge populations of published files: both dialects, both spellings of the index, and back again.

mod published;

use bravli_sonata::{
    EdgePopulation, IndexSpelling, NodePopulation, SonataError, Value, read_edge_populations, read_node_populations,
    read_stored_index, write_edge_populations, write_node_populations,
};
use published::data;
use std::path::Path;

fn nodes(path: &Path) -> (Vec<NodePopulation>, Vec<String>) {
    let mut problems = Vec::new();
    let read = read_node_populations(path, &mut problems).unwrap_or_else(|error| panic!("{error}"));
    (read, problems.iter().map(ToString::to_string).collect())
}

fn edges(path: &Path) -> (Vec<EdgePopulation>, Vec<String>) {
    let mut problems = Vec::new();
    let read = read_edge_populations(path, &mut problems).unwrap_or_else(|error| panic!("{error}"));
    (read, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn dump() {
    let Some(data) = data("x") else { return };
    for (kind, name) in [
        ("n", "sonata_bbp_libsonata/nodes1.h5"),
        ("e", "sonata_bbp_libsonata/edges1.h5"),
        ("n", "sonata_bbp_snap/nodes_quaternions.h5"),
        ("e", "sonata_allen_edges/edge_index_example.h5"),
        ("n", "sonata_bbp_functionalizer_1000n/nodes.h5"),
        ("e", "sonata_bbp_functionalizer_1000n/edges.h5"),
        ("e", "sonata_bbp_sscx_v7/sub_L5_5cells/default/edges.h5"),
        ("e", "sonata_bbp_snap/edges.h5"),
        ("e", "sonata_split_subcircuit/networks/edges/edges.h5"),
        ("e", "sonata_allen_300_pointneurons/network/internal_internal_edges.h5"),
    ] {
        let p = data.join(name);
        let (s, pr) = if kind == "n" {
            let (n, p) = nodes(&p);
            (n.iter().map(|n| format!("{} {} {:?}", n.name, n.len(), n.column_names())).collect::<Vec<_>>(), p)
        } else {
            let (n, p) = edges(&p);
            (n.iter().map(|n| format!("{} {} {:?}", n.name, n.len(), n.source_population)).collect(), p)
        };
        println!("== {name}: {s:#?}\n   {pr:#?}");
    }
}
