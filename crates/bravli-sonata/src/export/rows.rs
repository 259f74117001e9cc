//! Our connections as columns of a file: the one place that knows how they are kept in memory.

use bravli_circuit::Edges;
use std::ops::Range;

/// Names of our decimal columns, in the order of [`Block::decimals`].
pub(super) const DECIMALS: [&str; 9] = [
    "gsyn_ns",
    "u_syn",
    "tau_rec_ms",
    "tau_facil_ms",
    "tau_decay_ms",
    "delay_ms",
    "conductance_ratio",
    "u_hill_mm",
    "attenuation",
];

/// A run of rows on their way to a file, one entry per row in every column.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) source: Vec<u32>,
    pub(super) target: Vec<u32>,
    pub(super) class: Vec<u16>,
    pub(super) n_synapses: Vec<u16>,
    pub(super) n_rrp: Vec<u16>,
    pub(super) decimals: [Vec<f32>; DECIMALS.len()],
}

/// Fills `block` with these rows, in place of what it held.
pub(super) fn fill(edges: &Edges, rows: Range<usize>, block: &mut Block) {
    fn put<T: Copy>(column: &mut Vec<T>, all: &[T], rows: &Range<usize>) {
        column.clear();
        column.extend_from_slice(&all[rows.clone()]);
    }
    put(&mut block.source, &edges.source, &rows);
    put(&mut block.target, &edges.target, &rows);
    put(&mut block.class, &edges.class, &rows);
    put(&mut block.n_synapses, &edges.n_synapses, &rows);
    put(&mut block.n_rrp, &edges.n_rrp, &rows);
    let decimals = [
        &edges.gsyn_ns,
        &edges.u_syn,
        &edges.tau_rec_ms,
        &edges.tau_facil_ms,
        &edges.tau_decay_ms,
        &edges.delay_ms,
        &edges.conductance_ratio,
        &edges.u_hill_mm,
        &edges.attenuation,
    ];
    for (column, all) in block.decimals.iter_mut().zip(decimals) {
        put(column, all, &rows);
    }
}

/// Sources and targets of all rows.
pub(super) fn ends(edges: &Edges) -> [&[u32]; 2] {
    [&edges.source, &edges.target]
}
