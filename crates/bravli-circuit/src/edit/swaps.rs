//! Swaps within one group of connections.

use crate::column::Cells;
use crate::wire::Circuit;
use bravli_rng::Stream;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

/// Swaps that are tried for each that is wanted, before a group is left as it is.
const TRIES: f64 = 30.0;

/// Tries after which a group without a single swap is left.
const HOPELESS: u64 = 2_000;

/// Tries between two reports.
const REPORT: u64 = 1 << 16;

/// What swaps have to keep.
pub(super) struct Rules<'a> {
    pub(super) bin_um: Option<f64>,
    pub(super) swaps: f64,
    /// Type of each cell.
    pub(super) types: &'a [u16],
}

/// Connections of one pathway of the header, by target; sources move.
pub(super) struct Group {
    pub(super) pathway: usize,
    targets: Vec<u32>,
    sources: Vec<u32>,
    rows: Vec<u32>,
    /// First connection of the target of each connection, and the one after its last.
    bounds: Vec<[u32; 2]>,
}

/// The same after its swaps.
pub(super) struct Swapped {
    pub(super) pathway: usize,
    pub(super) sources: Vec<u32>,
    /// Row that the values of each connection stand in, which is also that of its target.
    pub(super) rows: Vec<u32>,
    pub(super) n_swaps: u64,
    /// Connections whose pair was not connected before.
    pub(super) n_moved: u64,
}

impl Swapped {
    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }
}

impl Group {
    /// Takes (target, source, row) in any order.
    pub(super) fn new(pathway: usize, mut connections: Vec<(u32, u32, u32)>) -> Self {
        connections.sort_unstable();
        let mut bounds = Vec::with_capacity(connections.len());
        for of_target in connections.chunk_by(|a, b| a.0 == b.0) {
            let first = bounds.len() as u32;
            bounds.resize(bounds.len() + of_target.len(), [first, first + of_target.len() as u32]);
        }
        Self {
            pathway,
            targets: connections.iter().map(|(target, _, _)| *target).collect(),
            sources: connections.iter().map(|(_, source, _)| *source).collect(),
            rows: connections.iter().map(|(_, _, row)| *row).collect(),
            bounds,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }

    /// Swaps until there are enough or no more are found; nothing when `progress` asks to stop.
    ///
    /// Where distances count, three partners of four are taken among connections whose targets lie in the same cube of a
    /// bin's width: those fit more often. Cubes belong to targets, which do not move, so a swap is as likely as its
    /// reverse and all arrangements that can be reached become equally likely.
    pub(super) fn swap(
        mut self,
        circuit: &Circuit,
        rules: &Rules<'_>,
        stream: Stream,
        progress: &dyn Fn(f64) -> ControlFlow<()>,
    ) -> Option<Swapped> {
        let n = self.len();
        let wanted = (rules.swaps * n as f64).ceil() as u64;
        let tries = if n < 2 { 0 } else { (wanted as f64 * TRIES) as u64 };
        let near = rules.bin_um.map(|bin_um| Near::new(&circuit.column.cells, &self.targets, bin_um));
        let before = self.sources.clone();
        let mut n_swaps = 0;
        for attempt in 0..tries {
            if attempt % REPORT == 0 && progress(n_swaps as f64 / wanted as f64).is_break() {
                return None;
            }
            if n_swaps >= wanted || (n_swaps == 0 && attempt > HOPELESS.max(20 * n as u64)) {
                break;
            }
            let [first, second, which, _] = stream.words(attempt, 0);
            let i = below(first, n);
            let j = match &near {
                Some(near) if which & 3 != 0 => near.partner(i, second),
                _ => below(second, n),
            };
            n_swaps += u64::from(self.try_swap(circuit, rules, i, j));
        }
        let n_moved = self.n_moved(&before);
        Some(Swapped { pathway: self.pathway, sources: self.sources, rows: self.rows, n_swaps, n_moved })
    }

    /// Exchanges the sources of two connections where that keeps all there is to keep.
    fn try_swap(&mut self, circuit: &Circuit, rules: &Rules<'_>, i: usize, j: usize) -> bool {
        let (a, b, c, d) = (self.sources[i], self.targets[i], self.sources[j], self.targets[j]);
        if a == c || b == d || a == d || c == b {
            return false;
        }
        let kind = |cell: u32| rules.types[cell as usize];
        let has_rule = |from: u32, to: u32| circuit.header.pathway_index(kind(from), kind(to)) == Some(self.pathway);
        if !has_rule(a, d) || !has_rule(c, b) {
            return false;
        }
        if let Some(bin_um) = rules.bin_um {
            let cells = &circuit.column.cells;
            let bin = |from: u32, to: u32| (distance_um(cells, from, to) / bin_um) as u32;
            let (before, after) = ([bin(a, b), bin(c, d)], [bin(a, d), bin(c, b)]);
            if before != after && before != [after[1], after[0]] {
                return false;
            }
        }
        if self.has_source(i, c) || self.has_source(j, a) {
            return false;
        }
        self.sources.swap(i, j);
        true
    }

    /// Whether the target of connection `i` has this source.
    fn has_source(&self, i: usize, source: u32) -> bool {
        let [first, end] = self.bounds[i];
        // without an early end, so that many are compared at once
        self.sources[first as usize..end as usize].iter().fold(false, |found, other| found | (*other == source))
    }

    /// Connections whose pair was not connected before.
    fn n_moved(&self, before: &[u32]) -> u64 {
        let mut n = 0;
        let mut first = 0;
        while first < self.len() {
            let rows: Range<usize> = first..self.bounds[first][1] as usize;
            // sources of a target were ascending
            let known = &before[rows.clone()];
            n += self.sources[rows.clone()].iter().filter(|source| known.binary_search(source).is_err()).count();
            first = rows.end;
        }
        n as u64
    }
}

/// Connections whose targets lie in the same cube.
struct Near {
    /// Connections, cube by cube.
    order: Vec<u32>,
    /// Where in `order` the cube of each connection begins and ends.
    bounds: Vec<[u32; 2]>,
}

impl Near {
    fn new(cells: &Cells, targets: &[u32], width_um: f64) -> Self {
        let cube = |cell: u32| {
            let cell = cell as usize;
            [cells.x_um[cell], cells.y_um[cell], cells.depth_um[cell]]
                .map(|at| (f64::from(at) / width_um).floor() as i64)
        };
        let mut cubes: BTreeMap<[i64; 3], Vec<u32>> = BTreeMap::new();
        for (connection, target) in targets.iter().enumerate() {
            cubes.entry(cube(*target)).or_default().push(connection as u32);
        }
        let mut near = Self { order: Vec::with_capacity(targets.len()), bounds: vec![[0, 0]; targets.len()] };
        for members in cubes.into_values() {
            let first = near.order.len() as u32;
            for connection in &members {
                near.bounds[*connection as usize] = [first, first + members.len() as u32];
            }
            near.order.extend(members);
        }
        near
    }

    fn partner(&self, i: usize, word: u32) -> usize {
        let [first, end] = self.bounds[i];
        self.order[first as usize + below(word, (end - first) as usize)] as usize
    }
}

/// A number below `n` from a word.
fn below(word: u32, n: usize) -> usize {
    ((u64::from(word) * n as u64) >> 32) as usize
}

/// Straight distance, µm.
fn distance_um(cells: &Cells, from: u32, to: u32) -> f64 {
    let (from, to) = (from as usize, to as usize);
    let along = |axis: &[f32]| f64::from(axis[from]) - f64::from(axis[to]);
    let (x, y, z) = (along(&cells.x_um), along(&cells.y_um), along(&cells.depth_um));
    (x * x + y * y + z * z).sqrt()
}
