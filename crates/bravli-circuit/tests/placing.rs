//! Columns as a user places them.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_circuit::{Column, PlaceRequest, place};
use bravli_recipe::{RecipeFiles, read};
use std::collections::BTreeSet;

fn column(groups: &str) -> Column {
    let composition = format!("version: v2.0\nneurons:\n{groups}");
    let files = [
        ("mtype_taxonomy.tsv", "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL4_TPC\tPYR\tEXC\n"),
        ("column.yaml", "shape: cylinder\nreference_radius_um: 100\nlayers:\n- {layer: 4, thickness_um: 200}\n"),
        ("cell_composition.yaml", composition.as_str()),
    ];
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let recipe = read("test", &RecipeFiles(files.collect())).unwrap().recipe;
    let request = PlaceRequest { radius_um: None, layers: Vec::new(), seed: 1, memory_bytes: 1 << 30 };
    place(&recipe, &request).unwrap()
}

fn places(column: &Column) -> BTreeSet<[u32; 3]> {
    let cells = &column.cells;
    (0..cells.len()).map(|i| [cells.x_um[i], cells.y_um[i], cells.depth_um[i]].map(f32::to_bits)).collect()
}

#[test]
fn groups_of_one_kind_of_cell_add_up_without_sharing_places() {
    let one = column("- {density: 20000, traits: {layer: 4, mtype: L4_SSC, etype: a}}\n");
    let two = column(
        "- {density: 10000, region: left, traits: {layer: 4, mtype: L4_SSC, etype: a}}\n\
         - {density: 10000, region: right, traits: {layer: 4, mtype: L4_SSC, etype: b}}\n",
    );
    assert_eq!(one.cells.len(), two.cells.len());
    assert_eq!(places(&two).len(), two.cells.len(), "no two cells lie at the same point");
    assert_eq!(places(&one), places(&two), "how a density is split moves no cell");
}

#[test]
fn a_distribution_of_mtypes_places_each_at_its_share() {
    let column = column("- {density: 20000, traits: {layer: 4, mtype: {L4_SSC: 0.25, L4_TPC: 0.75}, etype: a}}\n");
    let of = |name: &str| {
        let index = column.header.mtypes.iter().position(|mtype| mtype == name).unwrap();
        column.cells.mtype.iter().filter(|mtype| usize::from(**mtype) == index).count()
    };
    let n_cells = column.cells.len();
    assert_eq!(of("L4_SSC") + of("L4_TPC"), n_cells);
    assert!((of("L4_SSC") as f64 - 0.25 * n_cells as f64).abs() <= 1.0);
}
