//! Rules whose pairs depend on one another: reciprocity, and cells that share neighbours.

use super::fixed::independent;
use super::kernel::Kernel;
use super::lists::Lists;
use super::members::Members;
use super::pairs::{Scratch, connect};
use bravli_recipe::Falloff;
use bravli_rng::{Stream, unit32};

/// Connections against the direction of others.
///
/// With forward probability p_f and backward probability p_b of a pair, P(both) = ρ p_f p_b: where the forward
/// connection exists the backward one is made with ρ p_b, else with p_b (1 − ρ p_f)/(1 − p_f). Each direction keeps its
/// own probability.
#[derive(Debug)]
pub(crate) struct Reciprocal {
    /// ρ.
    pub(crate) ratio: f64,
    /// Of the connections that are there already.
    pub(crate) forward_kernel: Kernel,
    /// Of those to be made.
    pub(crate) kernel: Kernel,
    /// Streams of the backward draws, by kind of the source.
    pub(crate) streams: Vec<Stream>,
    /// Connections that are there, by their target.
    pub(crate) forward: Lists,
    /// Whether both ends are one population: then forward goes to the higher id, backward to the lower.
    pub(crate) is_within: bool,
}

impl Reciprocal {
    /// Why a ratio cannot hold: a probability above 1.
    pub(crate) fn excess(&self) -> Option<f64> {
        let both = self.ratio * self.forward_kernel.peak.max(self.kernel.peak);
        let alone = self.kernel.peak * self.boost();
        (both > 1.0).then_some(both).or((alone > 1.0).then_some(alone))
    }

    /// Largest factor on the backward probability where there is no forward connection.
    fn boost(&self) -> f64 {
        let p = self.forward_kernel.peak;
        if p >= 1.0 {
            // with every forward connection made, a lower ratio could not keep the backward probability
            if self.ratio < 1.0 { f64::INFINITY } else { 1.0 }
        } else {
            ((1.0 - self.ratio * p) / (1.0 - p)).max(1.0)
        }
    }

    /// Targets of a source, in no order.
    pub(crate) fn targets(
        &self,
        members: &Members,
        post: usize,
        source: u32,
        scratch: &mut Scratch,
        meet: &mut impl FnMut(u32),
    ) {
        let (stream, entity) = members.key(&self.streams, source);
        let place = members.places[source as usize];
        let known = self.forward.of(source);
        for &target in known {
            // beyond the steps of `connect`
            let words = stream.words(entity, 1 << 63 | members.identity(target));
            let own = self.ratio * self.kernel.between(place, members.places[target as usize]);
            if unit32(words[0]) < own {
                meet(target);
            }
        }
        let tree = &members.trees[post];
        let asked = self.kernel.scaled(self.boost());
        let at = |_: f64, position: usize| {
            let other = tree.places[position];
            let forward = self.forward_kernel.between(place, other);
            let alone = if forward >= 1.0 { 1.0 } else { (1.0 - self.ratio * forward) / (1.0 - forward) };
            self.kernel.between(place, other) * alone
        };
        connect(&asked, tree, place, stream, entity, scratch, at, |target| {
            let is_its_turn = !self.is_within || target < source;
            if target != source && is_its_turn && known.binary_search(&target).is_err() {
                meet(target);
            }
        });
    }
}

/// Pairs on which common neighbours are measured.
const MEASURED: usize = 100_000;

/// Connections that cells with common neighbours make more often.
///
/// A first graph is drawn with c p; a pair with k common neighbours in it then connects with c p (1 + g k) in all, where c
/// keeps the mean probability of the rule. Expected common neighbours grow with c², so c (1 + g c² k̄) = 1 with k̄ the mean
/// over connected pairs of a graph drawn with p.
#[derive(Debug)]
pub(crate) struct Clustered {
    gain: f64,
    /// Of the first graph: c p.
    kernel: Kernel,
    /// The first graph.
    first: Lists,
    /// Neighbours of each cell in it, in either direction.
    neighbours: Lists,
    /// Streams of what is added, by kind of the source.
    streams: Vec<Stream>,
}

impl Clustered {
    /// Measures k̄ on one graph, then draws the first one.
    ///
    /// # Errors
    /// The largest probability of a pair, where it exceeds 1.
    pub(crate) fn new(
        members: &Members,
        population: usize,
        kernel: Kernel,
        gain: f64,
        seed: u64,
        about: &str,
    ) -> Result<Self, f64> {
        let draw = |kernel: &Kernel, what: &str| {
            let streams = members.streams(seed, &format!("{about}/{what}"));
            Lists::from_pairs(
                members.len(),
                independent(members, population, population, kernel, &streams, |_, _| true),
            )
        };
        let measured = draw(&kernel, "measured");
        let around = measured.both_ways();
        // pairs of a second graph are weighed by p and independent of the first
        let pairs = draw(&kernel, "pairs");
        // a part of them tells as much: the mean of so many is good to a percent
        let part = || pairs.pairs().step_by(1 + pairs.len() / MEASURED);
        let sum: usize = part().map(|(a, b)| common(around.of(a), around.of(b))).sum();
        let mean = sum as f64 / part().count().max(1) as f64;
        let kernel = kernel.scaled(correction(gain, mean));
        let first = draw(&kernel, "first");
        let neighbours = first.both_ways();
        let of_pair = |(a, b): (u32, u32)| {
            let shared = common(neighbours.of(a), neighbours.of(b)) as f64;
            kernel.between(members.places[a as usize], members.places[b as usize]) * (1.0 + gain * shared)
        };
        let largest = first.pairs().step_by(1 + first.len() / MEASURED).map(of_pair).fold(0.0, f64::max);
        if largest > 1.0 {
            return Err(largest);
        }
        let streams = members.streams(seed, &format!("{about}/closed"));
        Ok(Self { gain, kernel, first, neighbours, streams })
    }

    /// Targets of a source, in no order.
    pub(crate) fn targets(
        &self,
        members: &Members,
        post: usize,
        source: u32,
        scratch: &mut Scratch,
        meet: &mut impl FnMut(u32),
    ) {
        let known = self.first.of(source);
        for target in known {
            meet(*target);
        }
        // cells two steps away, as often as there are ways to them
        let mut reached: Vec<u32> = Vec::new();
        for &neighbour in self.neighbours.of(source) {
            reached.extend(self.neighbours.of(neighbour).iter().filter(|cell| **cell != source));
        }
        reached.sort_unstable();
        let in_common = |cell: u32| {
            let start = reached.partition_point(|other| *other < cell);
            reached[start..].iter().take_while(|other| **other == cell).count()
        };
        let most = reached.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
        let left = (1.0 - self.kernel.peak).max(1e-9);
        let scaled = self.kernel.scaled(self.gain * most as f64 / left);
        // a bound above 1 no longer bounds where its fall-off brings it below: then all are asked
        let everyone = Kernel { peak: 1.0, horizontal: Falloff::Flat, vertical: Falloff::Flat };
        let asked = if scaled.peak > 1.0 { everyone } else { scaled };
        let tree = &members.trees[post];
        let (place, (stream, entity)) = (members.places[source as usize], members.key(&self.streams, source));
        let at = |_: f64, position: usize| {
            let own = self.kernel.between(place, tree.places[position]);
            own * self.gain * in_common(tree.cells[position]) as f64 / (1.0 - own).max(1e-9)
        };
        connect(&asked, tree, place, stream, entity, scratch, at, |target| {
            if target != source && known.binary_search(&target).is_err() {
                meet(target);
            }
        });
    }
}

/// The c of [`Clustered`], by bisection.
fn correction(gain: f64, mean: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if middle * (1.0 + gain * middle * middle * mean) < 1.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Cells that two ascending lists share.
fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}
