//! A circuit to export: two cells.

use crate::common::{Wired, column, contact, wired};
use bravli_circuit::{Circuit, Contact};

/// The two cells of `column`, connected by these rows: a pathway for each pair of them.
pub(crate) fn circuit(rows: impl Iterator<Item = (u32, u32, Contact)>) -> Circuit {
    let Wired { mut header, edges, .. } = wired(rows);
    let column = column();
    header.n_target_types = 2;
    header.pathways.truncate(4);
    header.pathway_of = (0..4).collect();
    for (pair, pathway) in header.pathways.iter_mut().enumerate() {
        let name = |cell: usize| column.header.populations[cell].name.clone();
        (pathway.pre, pathway.post) = (name(pair / 2), name(pair % 2));
        pathway.class = u16::from(pair / 2 == 0);
    }
    Circuit::unwired(column, header).with_edges(edges)
}

/// `n` connections between two cells, as many of each pair.
pub(crate) fn between_two(n: u32) -> Circuit {
    circuit((0..n).map(|row| (row / (n / 2), row % (n / 2) / (n / 4), contact(row))))
}
