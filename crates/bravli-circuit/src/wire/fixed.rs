//! Rules that fix a number: sources per target, or connections in all.

use super::kernel::Kernel;
use super::lists::Lists;
use super::members::Members;
use super::pairs::{Scratch, connect};
use super::tree::Tree;
use bravli_rng::{Draw, Stream, unit32};
use rayon::prelude::*;

/// A run of cells with the bound of their probability.
struct Run {
    /// Bounds of all runs up to the end of this one.
    until: f64,
    start: u32,
    end: u32,
    largest: f64,
}

/// A target that asks for sources.
struct Asker<'a> {
    members: &'a Members,
    kernel: &'a Kernel,
    tree: &'a Tree,
    place: [f32; 3],
    stream: Stream,
    entity: u64,
}

/// Gives each cell of `post` `k` different sources from `pre`, drawn in turn with the kernel as weight.
///
/// # Errors
/// A target and the number of sources that it could have, where these are too few.
pub(crate) fn in_degree(
    members: &Members,
    pre: usize,
    post: usize,
    kernel: &Kernel,
    k: usize,
    streams: &[Stream],
) -> Result<Lists, usize> {
    let tree = &members.trees[pre];
    let targets = &members.trees[post].cells;
    let most = tree.len() - usize::from(pre == post && !tree.cells.is_empty());
    if k > most && !targets.is_empty() {
        return Err(most);
    }
    let parts: Vec<Result<Vec<(u32, u32)>, usize>> = targets
        .par_chunks(64)
        .map(|chunk| {
            let mut pairs = Vec::with_capacity(chunk.len() * k);
            for &target in chunk {
                let (stream, entity) = members.key(streams, target);
                let place = members.places[target as usize];
                let sources = choose(&Asker { members, kernel, tree, place, stream, entity }, target, k)?;
                pairs.extend(sources.into_iter().map(|source| (source, target)));
            }
            Ok(pairs)
        })
        .collect();
    // the smallest of all, whichever thread met it
    if let Some(fewest) = parts.iter().filter_map(|part| part.as_ref().err()).min() {
        return Err(*fewest);
    }
    let pairs: Vec<Vec<(u32, u32)>> = parts.into_iter().filter_map(Result::ok).collect();
    Ok(Lists::from_pairs(members.len(), pairs.concat()))
}

/// `k` different cells other than `target`; else how many there are.
fn choose(asker: &Asker<'_>, target: u32, k: usize) -> Result<Vec<u32>, usize> {
    if k == 0 {
        return Ok(Vec::new());
    }
    let Asker { kernel, tree, place, stream, entity, .. } = *asker;
    // many of few: weighing all is faster than drawing until enough are different
    if 4 * k > tree.len() {
        return weigh_all(asker, target, k);
    }
    let runs = runs(kernel, tree, place);
    let Some(total) = runs.last().map(|run| run.until) else { return Err(0) };
    let mut chosen: Vec<u32> = Vec::with_capacity(k);
    let mut seen = std::collections::HashSet::with_capacity(k);
    let limit = 64 * k as u64 + 1_000;
    for attempt in 0..limit {
        let words = stream.words(entity, attempt);
        let at = unit32(words[0]) * total;
        let run = &runs[runs.partition_point(|run| run.until <= at).min(runs.len() - 1)];
        let cell = run.start + (unit32(words[1]) * f64::from(run.end - run.start)) as u32;
        let own = kernel.between(place, tree.places[cell as usize]);
        let cell = tree.cells[cell as usize];
        if cell != target && unit32(words[2]) * run.largest < own && seen.insert(cell) {
            chosen.push(cell);
            if chosen.len() == k {
                return Ok(chosen);
            }
        }
    }
    weigh_all(asker, target, k)
}

/// As [`choose`], by an exponential waiting time for each cell: those that come first are chosen.
fn weigh_all(asker: &Asker<'_>, target: u32, k: usize) -> Result<Vec<u32>, usize> {
    let Asker { members, kernel, tree, place, stream, entity } = *asker;
    let mut waits: Vec<(f64, u32)> = Vec::with_capacity(tree.len());
    for (position, &cell) in tree.cells.iter().enumerate() {
        let weight = kernel.between(place, tree.places[position]);
        if cell != target && weight > 0.0 {
            // beyond the attempts of `choose`
            let words = stream.words(entity, 1 << 63 | members.identity(cell));
            waits.push((-unit32(words[0]).ln() / weight, cell));
        }
    }
    if waits.len() < k {
        return Err(waits.len());
    }
    waits.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Ok(waits[..k].iter().map(|(_, cell)| *cell).collect())
}

fn runs(kernel: &Kernel, tree: &Tree, place: [f32; 3]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = vec![0_u32];
    while let Some(index) = open.pop() {
        let Some(node) = tree.nodes.get(index as usize) else { break };
        let largest = kernel.largest(place, &node.bounds);
        let weight = f64::from(node.end - node.start) * largest;
        if weight <= 0.0 {
            continue;
        }
        if node.children != 0 && weight > 0.01 * kernel.peak && kernel.smallest(place, &node.bounds) < 0.5 * largest {
            open.extend([node.children + 1, node.children]);
            continue;
        }
        let before = runs.last().map_or(0.0, |run| run.until);
        runs.push(Run { until: before + weight, start: node.start, end: node.end, largest });
    }
    runs
}

/// All pairs that a kernel connects, drawn apart.
pub(crate) fn independent(
    members: &Members,
    pre: usize,
    post: usize,
    kernel: &Kernel,
    streams: &[Stream],
    keep: impl Fn(u32, u32) -> bool + Sync,
) -> Vec<(u32, u32)> {
    let tree = &members.trees[post];
    let parts: Vec<Vec<(u32, u32)>> = members.trees[pre]
        .cells
        .par_chunks(64)
        .map(|chunk| {
            let mut scratch = Scratch::default();
            let mut pairs = Vec::new();
            for &source in chunk {
                let (stream, entity) = members.key(streams, source);
                let place = members.places[source as usize];
                connect(
                    kernel,
                    tree,
                    place,
                    stream,
                    entity,
                    &mut scratch,
                    |own, _| own,
                    |target| {
                        if target != source && keep(source, target) {
                            pairs.push((source, target));
                        }
                    },
                );
            }
            pairs
        })
        .collect();
    parts.concat()
}

/// Exactly `total` pairs with the kernel's shape: a few too many are drawn apart, and the surplus is dropped at random.
///
/// # Errors
/// How many pairs there are within the kernel's reach, where these are too few.
pub(crate) fn total(
    members: &Members,
    pre: usize,
    post: usize,
    kernel: &Kernel,
    total: u64,
    streams: impl Fn(u32) -> Vec<Stream>,
    surplus: Stream,
) -> Result<Lists, u64> {
    let (n_pre, n_post) = (members.trees[pre].len() as f64, members.trees[post].len() as f64);
    let wanted = total as f64;
    let all = n_pre * n_post - if pre == post { n_pre } else { 0.0 };
    if wanted > all {
        return Err(all as u64);
    }
    let mut peak = (wanted / (n_pre * n_post).max(1.0)).min(1.0);
    for round in 0..24 {
        let shape = Kernel { peak, ..*kernel };
        let mut pairs = independent(members, pre, post, &shape, &streams(round), |_, _| true);
        if pairs.len() as u64 >= total && (pairs.len() as f64) < 1.5 * wanted + 1_000.0 {
            let rank = |pair: &(u32, u32)| {
                let words = surplus.words(members.identity(pair.0), members.identity(pair.1));
                (u64::from(words[0]) << 32 | u64::from(words[1]), *pair)
            };
            if (total as usize) < pairs.len() {
                pairs.select_nth_unstable_by_key(total as usize, rank);
                pairs.truncate(total as usize);
            }
            return Ok(Lists::from_pairs(members.len(), pairs));
        }
        if peak >= 1.0 && (pairs.len() as u64) < total {
            return Err(pairs.len() as u64);
        }
        // five standard deviations above the number wanted, as far as this draw tells
        let found = (pairs.len() as f64).max(1.0);
        let error = 5.0 / found.sqrt() + 5.0 / wanted.max(1.0).sqrt();
        peak = (peak * wanted / found * (1.0 + error.min(0.45))).min(1.0);
    }
    Err(0)
}

/// The stream that decides which of a few pairs too many are dropped.
pub(crate) fn surplus(seed: u64, pathway: &str) -> Stream {
    Stream::new(seed, &format!("{pathway}/surplus"), Draw::Connection)
}
