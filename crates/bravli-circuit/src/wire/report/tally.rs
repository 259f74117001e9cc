//! One pass over all connections.

use super::law::{Law, apart};
use super::lines::{Afferent, Degrees};
use crate::wire::Circuit;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Parts of the sources that are counted apart, each with sums of its own.
const PARTS: usize = 16;

/// Connections of one pair of populations.
#[derive(Debug, Clone, Default)]
pub(super) struct PairTally {
    /// Connections.
    pub(super) n: u64,
    /// Their synapses.
    pub(super) n_synapses: u64,
    /// Connections within the stated range.
    pub(super) within: u64,
    /// Connections with one in the other direction.
    pub(super) both: u64,
    /// By horizontal distance.
    pub(super) bins: Vec<u64>,
    /// Targets of a source.
    pub(super) out_degree: Degrees,
    /// Sources of a target.
    pub(super) in_degree: Degrees,
}

/// Synapses of the connections between two types of cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TypeTally {
    pub(super) n: u64,
    pub(super) sum: u64,
    pub(super) squares: u64,
}

/// Degrees as whole numbers.
#[derive(Debug, Clone, Copy)]
struct Moments {
    sum: u64,
    squares: u64,
    min: u32,
    max: u32,
}

impl Moments {
    const NONE: Self = Self { sum: 0, squares: 0, min: u32::MAX, max: 0 };

    fn add(&mut self, degree: u32) {
        self.join(Self { sum: degree.into(), squares: u64::from(degree).pow(2), min: degree, max: degree });
    }

    fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.squares += other.squares;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn degrees(self, n_cells: u32) -> Degrees {
        if n_cells == 0 {
            return Degrees::default();
        }
        let n = f64::from(n_cells);
        let mean = self.sum as f64 / n;
        let sd = (self.squares as f64 / n - mean * mean).max(0.0).sqrt();
        Degrees { mean, sd, min: self.min, max: self.max }
    }
}

/// All connections, counted.
#[derive(Debug)]
pub(super) struct Tally {
    /// Row by source population.
    pub(super) pairs: Vec<PairTally>,
    /// Row by source type.
    pub(super) types: Vec<TypeTally>,
    pub(super) n_types: usize,
    /// A cell of each type.
    pub(super) of_type: Vec<u32>,
}

struct Part {
    pairs: Vec<PairTally>,
    out: Vec<Moments>,
    types: Vec<TypeTally>,
}

impl Tally {
    pub(super) fn new(circuit: &Circuit, laws: &[Law<'_>]) -> Self {
        let cells = &circuit.column.cells;
        let populations = &circuit.column.header.populations;
        let (n_cells, n) = (cells.len(), populations.len());
        let mut of_type: Vec<u32> = Vec::new();
        for (cell, of) in circuit.types.iter().enumerate() {
            // types are numbered in order of first use
            if usize::from(*of) == of_type.len() {
                of_type.push(cell as u32);
            }
        }
        let n_types = of_type.len();
        let empty = || Part {
            pairs: laws.iter().map(|law| PairTally { bins: vec![0; law.n_bins], ..PairTally::default() }).collect(),
            out: vec![Moments::NONE; n * n],
            types: vec![TypeTally::default(); n_types * n_types],
        };
        let within: Vec<f64> = laws.iter().map(|law| law.within_um().unwrap_or(-1.0)).collect();
        let into: Vec<AtomicU32> = (0..n * n_cells).map(|_| AtomicU32::new(0)).collect();
        let place = |cell: usize| [cells.x_um[cell], cells.y_um[cell], cells.depth_um[cell]];
        let connections = circuit.connections();
        let targets = circuit.edges.targets();
        let synapses = circuit.edges.synapse_counts();
        let sources: Vec<usize> = (0..n_cells).collect();
        let parts: Vec<Part> = sources
            .par_chunks(n_cells.div_ceil(PARTS).max(1))
            .map(|sources| {
                let mut part = empty();
                let mut degrees = vec![0_u32; n];
                for &source in sources {
                    let pre = usize::from(cells.population[source]);
                    let here = place(source);
                    degrees.fill(0);
                    for row in connections.rows(source) {
                        let target = targets[row] as usize;
                        let post = usize::from(cells.population[target]);
                        let count = u64::from(synapses[row]);
                        degrees[post] += 1;
                        into[pre * n_cells + target].fetch_add(1, Ordering::Relaxed);
                        let (horizontal, _) = apart(here, place(target));
                        let pair = &mut part.pairs[pre * n + post];
                        pair.n += 1;
                        pair.n_synapses += count;
                        pair.within += u64::from(horizontal <= within[pre * n + post]);
                        pair.bins[laws[pre * n + post].bin(horizontal)] += 1;
                        let back = &targets[connections.rows(target)];
                        pair.both += u64::from(back.binary_search(&(source as u32)).is_ok());
                        let kinds = usize::from(circuit.types[source]) * n_types + usize::from(circuit.types[target]);
                        let kinds = &mut part.types[kinds];
                        kinds.n += 1;
                        kinds.sum += count;
                        kinds.squares += count * count;
                    }
                    for (post, degree) in degrees.iter().enumerate() {
                        part.out[pre * n + post].add(*degree);
                    }
                }
                part
            })
            .collect();
        let mut all = empty();
        for part in parts {
            for (sum, part) in all.pairs.iter_mut().zip(part.pairs) {
                sum.n += part.n;
                sum.n_synapses += part.n_synapses;
                sum.within += part.within;
                sum.both += part.both;
                sum.bins.iter_mut().zip(part.bins).for_each(|(sum, bin)| *sum += bin);
            }
            all.out.iter_mut().zip(part.out).for_each(|(sum, part)| sum.join(part));
            for (sum, part) in all.types.iter_mut().zip(part.types) {
                sum.n += part.n;
                sum.sum += part.sum;
                sum.squares += part.squares;
            }
        }
        let mut received = vec![Moments::NONE; n * n];
        for pre in 0..n {
            for cell in 0..n_cells {
                let degree = into[pre * n_cells + cell].load(Ordering::Relaxed);
                received[pre * n + usize::from(cells.population[cell])].add(degree);
            }
        }
        for (pair, tally) in all.pairs.iter_mut().enumerate() {
            tally.out_degree = all.out[pair].degrees(populations[pair / n].n_cells);
            tally.in_degree = received[pair].degrees(populations[pair % n].n_cells);
        }
        Self { pairs: all.pairs, types: all.types, n_types, of_type }
    }

    /// Synapses that cells receive, by population.
    pub(super) fn afferent(&self, circuit: &Circuit) -> Vec<Afferent> {
        let (header, cells) = (&circuit.column.header, &circuit.column.cells);
        let mut sums = vec![[0_u64; 2]; header.populations.len()];
        for (kinds, tally) in self.types.iter().enumerate() {
            let (pre, post) = (self.of_type[kinds / self.n_types], self.of_type[kinds % self.n_types]);
            let sign = usize::from(!cells.is_excitatory[pre as usize]);
            sums[usize::from(cells.population[post as usize])][sign] += tally.sum;
        }
        let per_cell = |sum: u64, n_cells: u32| sum as f64 / f64::from(n_cells.max(1));
        let populations = header.populations.iter().zip(sums);
        let rows = populations.map(|(population, [excitatory, inhibitory])| Afferent {
            population: population.name.clone(),
            n_cells: population.n_cells,
            excitatory: per_cell(excitatory, population.n_cells),
            inhibitory: per_cell(inhibitory, population.n_cells),
        });
        rows.collect()
    }
}
