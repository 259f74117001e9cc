//! Which cells connect, in time proportional to the connections.
//!
//! Every pair connects independently with the probability that a kernel gives its distance. Cells are asked in runs whose
//! probabilities differ little: within a run the next candidate lies a geometric number of cells ahead, drawn at the run's
//! largest probability, and is kept with the share that its own probability is of it.

use super::kernel::Kernel;
use super::tree::Tree;
use bravli_rng::{Stream, unit32};

/// A run is not cut further when its smallest probability is at least this share of its largest …
const ALIKE: f64 = 0.5;

/// … or when it holds fewer expected candidates than this.
const FEW: f64 = 1.0;

/// Uniform numbers that one asking cell draws in turn.
struct Draws {
    stream: Stream,
    entity: u64,
    index: u64,
}

impl Draws {
    /// A standard exponential number, and a uniform one for the candidate that it leads to.
    #[inline]
    fn next(&mut self) -> (f64, f64) {
        let words = self.stream.words(self.entity, self.index);
        self.index += 1;
        // 64 bits, so that the step over many unlikely cells is fine enough
        let bits = (u64::from(words[0]) << 32 | u64::from(words[1])) as f64 + 0.5;
        (-(bits * (1.0 / 18_446_744_073_709_551_616.0)).ln(), unit32(words[2]))
    }
}

/// −ln(1 − p); infinite for 1.
#[inline]
fn rate_of(p: f64) -> f64 {
    if p < 1e-3 {
        // the next term is below 2e-16 of the sum
        return p * (1.0 + p * (1.0 / 2.0 + p * (1.0 / 3.0 + p * (1.0 / 4.0 + p * (1.0 / 5.0 + p / 6.0)))));
    }
    -(-p).ln_1p()
}

/// Stack and runs of one asking cell, kept between cells.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    open: Vec<u32>,
}

/// Calls `meet` with each cell of `tree`, and the probability it was met with, that `place` connects with.
///
/// `at(kernel probability, position in the tree)` may lower a probability, never raise it above the kernel's.
#[expect(clippy::too_many_arguments, reason = "one call per asking cell, each of another kind")]
pub(crate) fn connect(
    kernel: &Kernel,
    tree: &Tree,
    place: [f32; 3],
    stream: Stream,
    entity: u64,
    scratch: &mut Scratch,
    mut at: impl FnMut(f64, usize) -> f64,
    mut meet: impl FnMut(u32),
) {
    if tree.nodes.is_empty() || kernel.peak <= 0.0 {
        return;
    }
    let mut draws = Draws { stream, entity, index: 0 };
    let (mut ahead, mut share) = draws.next();
    scratch.open.clear();
    scratch.open.push(0);
    while let Some(index) = scratch.open.pop() {
        let node = &tree.nodes[index as usize];
        let largest = kernel.largest(place, &node.bounds);
        if largest <= 0.0 {
            continue;
        }
        let n = f64::from(node.end - node.start);
        if node.children != 0 && n * largest > FEW && kernel.smallest(place, &node.bounds) < ALIKE * largest {
            scratch.open.push(node.children + 1);
            scratch.open.push(node.children);
            continue;
        }
        // P(no candidate among k cells) = (1 − p)^k = e^(−kλ)
        let rate = rate_of(largest.min(1.0));
        let mut position = f64::from(node.start);
        let end = f64::from(node.end);
        loop {
            let cells = if rate.is_finite() { (ahead / rate).floor() } else { 0.0 };
            if position + cells >= end {
                ahead -= (end - position) * rate;
                // rounding may leave a trifle below zero
                ahead = if ahead.is_finite() { ahead.max(0.0) } else { draws.next().0 };
                break;
            }
            position += cells;
            let candidate = position as usize;
            let own = at(kernel.between(place, tree.places[candidate]), candidate);
            if share * largest < own {
                meet(tree.cells[candidate]);
            }
            position += 1.0;
            (ahead, share) = draws.next();
            if position >= end {
                break;
            }
        }
    }
}
