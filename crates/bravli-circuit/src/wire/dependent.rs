//! Rules whose pairs depend on one another: reciprocity, and cells that share neighbours.

use super::fixed::independent;
use super::kernel::Kernel;
use super::lists::Lists;
use super::members::Members;
use super::pairs::{Scratch, connect};
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
        if p >= 1.0 { 1.0 } else { ((1.0 - self.ratio * p) / (1.0 - p)).max(1.0) }
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

/// Connections that cells with common neighbours make more often.
///
/// Neighbours are those of a first draw of the same rule. With k of them in common a pair connects with
/// c p (1 + g k), where c keeps the mean probability of the rule.
#[derive(Debug)]
pub(crate) struct Clustered {
    gain: f64,
    /// c.
    correction: f64,
    kernel: Kernel,
    /// Neighbours of each cell in the first draw, in either direction.
    neighbours: Lists,
}

impl Clustered {
    /// Draws neighbours, and a second time pairs on which the mean gain is measured.
    pub(crate) fn new(
        members: &Members,
        population: usize,
        kernel: Kernel,
        gain: f64,
        streams: [&[Stream]; 2],
    ) -> Self {
        let draw = |streams: &[Stream]| {
            Lists::from_pairs(members.len(), independent(members, population, population, &kernel, streams, |_, _| true))
        };
        let neighbours = draw(streams[0]).both_ways();
        let measured = draw(streams[1]);
        let in_common = |(a, b): (u32, u32)| common(neighbours.of(a), neighbours.of(b));
        let mean = if measured.len() == 0 {
            1.0
        } else {
            measured.pairs().map(|pair| 1.0 + gain * in_common(pair) as f64).sum::<f64>() / measured.len() as f64
        };
        Self { gain, correction: 1.0 / mean, kernel, neighbours }
    }

    /// Targets of a source, in no order.
    pub(crate) fn targets(
        &self,
        members: &Members,
        post: usize,
        source: u32,
        key: (Stream, u64),
        scratch: &mut Scratch,
        meet: &mut impl FnMut(u32),
    ) {
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
        let tree = &members.trees[post];
        let asked = self.kernel.scaled(self.correction * (1.0 + self.gain * most as f64));
        let (place, (stream, entity)) = (members.places[source as usize], key);
        let at = |_: f64, position: usize| {
            let own = self.kernel.between(place, tree.places[position]);
            own * self.correction * (1.0 + self.gain * in_common(tree.cells[position]) as f64)
        };
        connect(&asked, tree, place, stream, entity, scratch, at, |target| {
            if target != source {
                meet(target);
            }
        });
    }
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
