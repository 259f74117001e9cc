//! Exchanges the ends of connections: surrogates that keep degrees, and distances where asked.

use super::choice::{Choice, for_each_row};
use super::swaps::{Group, Rules, Swapped};
use super::{EditError, EditGround, Edited};
use crate::edges::Edges;
use crate::wire::Circuit;
use bravli_rng::{Draw, Stream};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most swaps per connection that may be asked for.
pub const MAX_SWAPS: f64 = 1_000.0;

/// Narrowest and widest bin of distances, µm.
const BINS_UM: (f64, f64) = (0.1, 1e5);

/// Replaces pairs of connections a→b, c→d by a→d, c→b, at random, many times.
///
/// Partners come from one pathway of the header (cells that the same rules connect), so every cell keeps its number of
/// sources and of targets in it, and every connection its rule. No cell connects to itself, no pair twice. With `bin_um`
/// the two distances lie in the same bins before and after, which keeps the pathway's histogram of distances. The values
/// of a connection stay with its target, so a cell keeps its synapses and their conductances and gets them from other
/// cells; delays follow from the new distances.
///
/// # Source
/// Maslov & Sneppen 2002, doi:10.1126/science.1065103.
#[derive(Debug, Clone, PartialEq)]
pub struct Shuffle {
    /// Presynaptic populations (pattern).
    pub pre: String,
    /// Postsynaptic populations (pattern).
    pub post: String,
    /// Width of the bins of the straight distance that swaps keep, µm; any distance where absent.
    pub bin_um: Option<f64>,
    /// Accepted swaps per connection, in each pathway.
    pub swaps: f64,
    /// Seed.
    pub seed: u64,
}

impl Shuffle {
    /// Time grows with connections × swaps × (1 + in-degree / 16 or so): the sources of a target are looked through.
    pub(super) fn apply(&self, circuit: Circuit, ground: &EditGround<'_>) -> Result<(Circuit, Edited), EditError> {
        self.check()?;
        let choice = Choice::connections(&circuit, &self.pre, &self.post, "*")?;
        let rules = Rules { bin_um: self.bin_um, swaps: self.swaps, types: circuit.connections().sources.types };
        let groups = self.groups(&circuit, &choice);
        let n_all = choice.n();
        let done = AtomicU64::new(0);
        let swapped: Vec<Swapped> = groups
            .into_par_iter()
            .map(|group| {
                let pathway = &circuit.header.pathways[group.pathway];
                let name = format!("{}->{}/{}", pathway.pre, pathway.post, group.pathway);
                let n = group.len() as u64;
                let before = done.load(Ordering::Relaxed);
                let share = |own: f64| (ground.progress)((before as f64 + own * n as f64) / n_all as f64);
                let swapped = group.swap(&circuit, &rules, Stream::new(self.seed, &name, Draw::Shuffle), &share);
                done.fetch_add(n, Ordering::Relaxed);
                swapped.ok_or(EditError::Cancelled)
            })
            .collect::<Result<_, _>>()?;
        let n_moved: u64 = swapped.iter().map(|swapped| swapped.n_moved).sum();
        if n_moved == 0 {
            let what = format!("no two of the {n_all} connections {} -> {} can be exchanged", self.pre, self.post);
            let remedy = "shuffle a larger circuit, or give a wider bin_um";
            return Err(EditError::Nothing { field: "pre", what, remedy });
        }
        let edges = rebuilt(&circuit, &choice, &swapped);
        let done = self.told(&circuit, &choice, &swapped, n_moved);
        Ok((circuit.with_edges(edges), done))
    }

    fn check(&self) -> Result<(), EditError> {
        let range = |field, value: f64, (low, high): (f64, f64)| {
            let allowed = format!("[{low}, {high}]");
            if (low..=high).contains(&value) { Ok(()) } else { Err(EditError::Range { field, value, allowed }) }
        };
        range("swaps", self.swaps, (0.1, MAX_SWAPS))?;
        self.bin_um.map_or(Ok(()), |bin_um| range("bin_um", bin_um, BINS_UM))
    }

    /// The chosen connections by pathway of the header, each sorted by target, then source.
    fn groups(&self, circuit: &Circuit, choice: &Choice) -> Vec<Group> {
        let mut lists: Vec<Vec<(u32, u32, u32)>> =
            choice.counts.iter().map(|n| Vec::with_capacity(*n as usize)).collect();
        let targets = circuit.edges.targets();
        for_each_row(circuit, |source, row, pathway| {
            if choice.pathways[pathway] {
                lists[pathway].push((targets[row], source as u32, row as u32));
            }
        });
        let of_pathway =
            |(pathway, rows): (usize, Vec<(u32, u32, u32)>)| (!rows.is_empty()).then(|| Group::new(pathway, rows));
        lists.into_iter().enumerate().filter_map(of_pathway).collect()
    }

    fn told(&self, circuit: &Circuit, choice: &Choice, swapped: &[Swapped], n_moved: u64) -> Edited {
        let n_all = choice.n();
        let n_swaps: u64 = swapped.iter().map(|swapped| swapped.n_swaps).sum();
        let kept = match self.bin_um {
            Some(bin_um) => format!("degrees and distances in bins of {bin_um} um"),
            None => "degrees".to_owned(),
        };
        let ends = format!("{} -> {}", self.pre, self.post);
        let short: Vec<&Swapped> =
            swapped.iter().filter(|s| (s.n_swaps as f64) < self.swaps * s.len() as f64).collect();
        let mut notes = Vec::new();
        if let Some(worst) = short.iter().max_by_key(|swapped| swapped.len()) {
            let pathway = &circuit.header.pathways[worst.pathway];
            notes.push(format!(
                "{} of {} groups of connections stopped short of {} swaps per connection; the largest, of {} -> {}, has {} connections and {:.1} swaps each",
                short.len(),
                swapped.len(),
                self.swaps,
                pathway.pre,
                pathway.post,
                worst.len(),
                worst.n_swaps as f64 / worst.len() as f64
            ));
        }
        Edited {
            what: format!(
                "shuffled {n_all} connections {ends} keeping {kept}: {n_moved} now join other pairs, {:.1} swaps per connection",
                n_swaps as f64 / n_all as f64
            ),
            n_connections: n_moved,
            assumed: vec![(0, format!("{ends}: shuffled on request, keeping {kept}"))],
            notes,
            ..Edited::default()
        }
    }
}

/// All rows with the sources that the chosen ones have now.
fn rebuilt(circuit: &Circuit, choice: &Choice, swapped: &[Swapped]) -> Edges {
    let old = &circuit.edges;
    // every source keeps its number of rows: (target, row that holds the values)
    let mut next: Vec<usize> = (0..old.n_sources()).map(|source| old.rows(source).start).collect();
    let mut rows = vec![(0_u32, 0_u32); old.len()];
    let mut put = |source: usize, target: u32, row: u32| {
        rows[next[source]] = (target, row);
        next[source] += 1;
    };
    for_each_row(circuit, |source, row, pathway| {
        if !choice.pathways[pathway] {
            put(source, old.targets()[row], row as u32);
        }
    });
    for group in swapped {
        for (source, row) in group.sources.iter().zip(&group.rows) {
            put(*source as usize, old.targets()[*row as usize], *row);
        }
    }
    let mut edges = Edges::start(old.n_sources(), old.len());
    for source in 0..old.n_sources() {
        let own = &mut rows[old.rows(source)];
        own.sort_unstable();
        for (target, row) in own {
            edges.push(*target, &old.contact(*row as usize));
        }
        edges.end_source();
    }
    edges
}
