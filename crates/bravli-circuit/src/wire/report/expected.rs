//! What rules would make of two populations, cells as they lie.

use super::law::{Law, apart};
use crate::wire::tree::Tree;
use bravli_recipe::Amount;

/// Pairs that are looked at whatever the number of connections.
const FEWEST_PAIRS: f64 = 400_000.0;

/// Pairs that are looked at at most.
const MOST_PAIRS: f64 = 200_000_000.0;

/// Pairs looked at for each connection.
const PAIRS_PER_CONNECTION: f64 = 8.0;

/// Sums over pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    /// Pairs.
    pub(super) pairs: f64,
    /// Connections expected.
    pub(super) mean: f64,
    /// Variance of their number, of the draws and of the sample of pairs.
    pub(super) variance: f64,
}

impl Sum {
    #[inline]
    fn add(&mut self, probability: f64, variance: f64) {
        self.pairs += 1.0;
        self.mean += probability;
        self.variance += variance;
    }

    /// From pairs looked at to all pairs, with the variance of the sum that the sample has.
    fn scale(&mut self, weight: f64, of_sample: f64) {
        self.pairs *= weight;
        self.mean *= weight;
        self.variance = self.variance * weight + of_sample * weight * weight;
    }
}

/// What is expected of one direction.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Expected {
    /// All pairs.
    pub(super) all: Sum,
    /// Pairs within the range that a mean probability is stated for.
    pub(super) within: Sum,
    /// By horizontal distance.
    pub(super) bins: Vec<Sum>,
    /// Pairs connected both ways if directions are drawn apart.
    pub(super) both: Sum,
}

/// Places of both ends: all, or taken evenly along the tree, which keeps neighbours together.
struct Sample {
    places: [Vec<[f32; 3]>; 2],
    /// All pairs over pairs looked at.
    weight: f64,
    /// Whether both ends list the same cells, so that equal positions are one cell.
    is_same: bool,
    /// Share of the cells of each end that was left out.
    left_out: [f64; 2],
}

impl Sample {
    fn new(trees: [&Tree; 2], is_within: bool, n_connections: u64) -> Self {
        let sizes = trees.map(|tree| tree.len() as f64);
        let n_pairs = if is_within { sizes[0] * (sizes[0] - 1.0).max(0.0) } else { sizes[0] * sizes[1] };
        let most = (PAIRS_PER_CONNECTION * n_connections as f64).clamp(FEWEST_PAIRS, MOST_PAIRS);
        if n_pairs <= most {
            let places = trees.map(|tree| tree.places.clone());
            return Self { places, weight: 1.0, is_same: is_within, left_out: [0.0; 2] };
        }
        // as many of each end, but not more than there are; within a population at most every other cell, so that the two
        // ends are different cells of the same neighbourhood
        let even = most.sqrt();
        let limit = |size: f64| if is_within { (size / 2.0).floor() } else { size };
        let first = even.min(limit(sizes[0]));
        let second = (most / first).floor().min(limit(sizes[1]));
        let first = (most / second).floor().min(limit(sizes[0]));
        let take = |tree: &Tree, n: f64, offset: f64| -> Vec<[f32; 3]> {
            let stride = tree.len() as f64 / n;
            (0..n as usize).filter_map(|i| tree.places.get(((i as f64 + offset) * stride) as usize).copied()).collect()
        };
        let places = [take(trees[0], first, 0.25), take(trees[1], second, 0.75)];
        let weight = n_pairs / (places[0].len() as f64 * places[1].len() as f64);
        let left_out = std::array::from_fn(|end| 1.0 - places[end].len() as f64 / sizes[end]);
        Self { places, weight, is_same: false, left_out }
    }
}

/// What the choice of cells adds to the variance of sums over pairs.
///
/// One cell stands for each of many small parts of the column; cells of parts that follow each other are neighbours, and
/// the squared difference of their sums estimates the variance within both parts (collapsed strata; Cochran 1977, 5A.12).
struct Spread {
    row: Vec<f64>,
    before: Vec<f64>,
    columns: Vec<f64>,
    variance: Vec<f64>,
    left_out: [f64; 2],
}

impl Spread {
    fn new(n_sums: usize, n_columns: usize, left_out: [f64; 2]) -> Self {
        let n_columns = if left_out == [0.0; 2] { 0 } else { n_columns };
        let zeros = || vec![0.0; n_sums];
        Self { row: zeros(), before: zeros(), columns: vec![0.0; n_sums * n_columns], variance: zeros(), left_out }
    }

    #[inline]
    fn add(&mut self, sum: usize, column: usize, probability: f64) {
        if !self.columns.is_empty() {
            self.row[sum] += probability;
            self.columns[column * self.row.len() + sum] += probability;
        }
    }

    fn end_row(&mut self, row: usize) {
        if row % 2 == 1 {
            for (sum, variance) in self.variance.iter_mut().enumerate() {
                *variance += self.left_out[0] * (self.row[sum] - self.before[sum]).powi(2);
            }
        }
        std::mem::swap(&mut self.row, &mut self.before);
        self.row.fill(0.0);
    }

    fn variances(mut self) -> Vec<f64> {
        let n = self.variance.len();
        for two in self.columns.chunks_exact(2 * n) {
            for (sum, variance) in self.variance.iter_mut().enumerate() {
                *variance += self.left_out[1] * (two[sum] - two[n + sum]).powi(2);
            }
        }
        self.variance
    }
}

/// What turns a kernel's value into the probability of a pair.
enum Scale {
    /// Nothing.
    Alone,
    /// One factor.
    All(f64),
    /// 1 − e^(−λw) with a λ for each target: Rosén's approximation for draws in turn without replacement.
    Target(Vec<f64>),
}

impl Scale {
    #[inline]
    fn probability(&self, weight: f64, target: usize) -> f64 {
        match self {
            Self::Alone => weight,
            Self::All(factor) => (factor * weight).min(1.0),
            Self::Target(rates) => -(-rates[target] * weight).exp_m1(),
        }
    }

    fn new(law: &Law<'_>, [sources, targets]: [&[[f32; 3]]; 2], sample: &Sample, n_sources: usize) -> Self {
        let weight = |source: [f32; 3], target: [f32; 3]| law.kernel.between(source, target);
        match law.spec.map(|spec| spec.amount) {
            Some(Amount::Total(total)) => {
                let mut sum = 0.0;
                for (i, source) in sources.iter().enumerate() {
                    for (j, target) in targets.iter().enumerate() {
                        if !(sample.is_same && i == j) {
                            sum += weight(*source, *target);
                        }
                    }
                }
                Self::All(if sum > 0.0 { total as f64 / (sum * sample.weight) } else { 0.0 })
            }
            Some(Amount::InDegree(k)) => {
                let left_out = f64::from(u8::from(sample.is_same));
                let within_sample = sources.len() as f64 - left_out;
                let each = (n_sources as f64 - left_out) / within_sample.max(1.0);
                let mut weights: Vec<f64> = Vec::with_capacity(sources.len());
                let rates = targets.iter().enumerate().map(|(j, target)| {
                    weights.clear();
                    let others = sources.iter().enumerate().filter(|(i, _)| !(sample.is_same && *i == j));
                    weights.extend(others.map(|(_, source)| weight(*source, *target)));
                    rate(&weights, f64::from(k) / each)
                });
                Self::Target(rates.collect())
            }
            _ => Self::Alone,
        }
    }
}

/// λ with Σ (1 − e^(−λw)) = k, by Newton's steps from below; as large as matters where there are not k.
pub(super) fn rate(weights: &[f64], k: f64) -> f64 {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let mut rate = k / sum;
    for _ in 0..60 {
        let (mut reached, mut slope) = (0.0, 0.0);
        for weight in weights {
            let left = (-rate * weight).exp();
            reached += 1.0 - left;
            slope += weight * left;
        }
        let step = (k - reached) / slope.max(1e-12);
        rate = (rate + step).min(1e9);
        if step.abs() <= 1e-9 * rate {
            break;
        }
    }
    rate
}

/// Sums over the pairs of two populations, forth and back.
pub(super) fn expected(trees: [&Tree; 2], laws: [&Law<'_>; 2], is_within: bool, n_connections: u64) -> [Expected; 2] {
    let mut found = laws.map(|law| Expected { bins: vec![Sum::default(); law.n_bins], ..Expected::default() });
    if trees.iter().any(|tree| tree.len() == 0) {
        return found;
    }
    let sample = Sample::new(trees, is_within, n_connections);
    let [first, second] = [&sample.places[0][..], &sample.places[1][..]];
    let scales = [
        Scale::new(laws[0], [first, second], &sample, trees[0].len()),
        Scale::new(laws[1], [second, first], &sample, trees[1].len()),
    ];
    let within = laws.map(|law| law.within_um().unwrap_or(-1.0));
    // both directions of a pair of one population sway together: each pair's covariance counts once for either
    let ratio = laws[0].reciprocity().or(laws[1].reciprocity());
    let shared = if is_within { ratio.unwrap_or(1.0) - 1.0 } else { 0.0 };
    // sums of one way, then of the other: all, within, bins; pairs both ways come last
    let n_sums = laws.map(|law| 2 + law.n_bins);
    let starts = [0, n_sums[0]];
    let last = n_sums[0] + n_sums[1];
    let mut spread = Spread::new(last + 1, second.len(), sample.left_out);
    for (i, a) in first.iter().enumerate() {
        for (j, b) in second.iter().enumerate() {
            if sample.is_same && i == j {
                continue;
            }
            let (horizontal, vertical) = apart(*a, *b);
            let ends = [j, i];
            let mut probability = [0.0; 2];
            for way in 0..2 {
                let weight = laws[way].kernel.at(horizontal, vertical);
                probability[way] = scales[way].probability(weight, ends[way]);
            }
            let both = probability[0] * probability[1];
            for way in 0..2 {
                let p = probability[way];
                let variance = (p * (1.0 - p) + shared * both).max(0.0);
                let (sums, start) = (&mut found[way], starts[way]);
                let bin = laws[way].bin(horizontal);
                sums.all.add(p, variance);
                sums.bins[bin].add(p, variance);
                spread.add(start, j, p);
                spread.add(start + 2 + bin, j, p);
                if horizontal <= within[way] {
                    sums.within.add(p, variance);
                    spread.add(start + 1, j, p);
                }
            }
            let together = (ratio.unwrap_or(1.0) * both).min(1.0);
            found[0].both.add(both, together * (1.0 - together));
            spread.add(last, j, both);
        }
        spread.end_row(i);
    }
    let of_sample = spread.variances();
    for (sums, start) in found.iter_mut().zip(starts) {
        let all = [&mut sums.all, &mut sums.within].into_iter().chain(&mut sums.bins);
        for (sum, of_sample) in all.zip(&of_sample[start..]) {
            sum.scale(sample.weight, *of_sample);
        }
    }
    let both = &mut found[0].both;
    both.scale(sample.weight, of_sample[last]);
    if is_within {
        // each pair was met from both ends
        both.mean /= 2.0;
        both.variance /= 2.0;
    }
    found[1].both = found[0].both;
    found
}
