//! Probe responses summed per (μ, σ, δ) cell: what bootstraps and permutations resample.

use crate::design::Table;
use crate::error::AnalysisError;
use crate::report::BaselineSource;
use bravli_circuit::TrialKind;
use bravli_rng::Sampler;
use std::collections::BTreeMap;

/// A context of one run with at least this many blocks is resampled by block, else by trial within δ.
const MIN_BLOCKS: usize = 5;
/// Fewest expected trials per (μ, σ) that make a baseline.
const MIN_EXPECTED: usize = 8;
/// A deviation below this fraction of the largest one counts as 0.
const ZERO_DELTA: f64 = 1e-3;
/// Natural trials within this fraction of the smallest probed |δ| count as expected.
const EXPECTED_FRACTION: f64 = 0.25;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) row: usize,
    pub(crate) block: usize,
    pub(crate) mu: usize,
    pub(crate) level: usize,
}

/// Which trials enter which cell.
#[derive(Debug, Clone)]
pub(crate) struct CellPlan {
    pub(crate) entries: Vec<Entry>,
    pub(crate) n_mu: usize,
    pub(crate) n_sigma: usize,
    /// Probe levels, and one more for expected natural trials.
    pub(crate) n_level: usize,
    pub(crate) deltas: Vec<f64>,
    pub(crate) baseline: BaselineSource,
    /// Level that holds the expected response.
    pub(crate) zero: Option<usize>,
    /// Levels with δ > 0 (δ < 0) probed in every cell that is averaged.
    pub(crate) positive: Vec<usize>,
    pub(crate) negative: Vec<usize>,
    /// Means that are averaged over.
    pub(crate) mus: Vec<usize>,
    /// σ levels with probes, ascending.
    pub(crate) sigmas: Vec<usize>,
    /// Whether every mean that is averaged was probed at every σ.
    pub(crate) crossed: bool,
    pub(crate) block_sigma: Vec<usize>,
    /// Entries by (run, context), then by block; and by (run, context, level).
    runs: Vec<Vec<Units>>,
}

#[derive(Debug, Clone)]
struct Units {
    /// Groups of entries drawn together.
    strata: Vec<Vec<Vec<usize>>>,
}

/// Weighted trial numbers and sums per cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cells {
    pub(crate) n: Vec<f64>,
    pub(crate) sum: Vec<f64>,
}

impl CellPlan {
    pub(crate) fn new(system: &str, table: &Table) -> Result<Self, AnalysisError> {
        let deltas = table.deltas.clone();
        let (n_mu, n_sigma, n_level) = (table.mus.len(), table.sigmas.len(), deltas.len() + 1);
        let largest = deltas.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        let zero_below = ZERO_DELTA * largest;
        let smallest = deltas.iter().map(|d| d.abs()).filter(|d| *d > zero_below).fold(f64::INFINITY, f64::min);
        let mut entries = Vec::new();
        for (row, r) in table.rows.iter().enumerate() {
            let level = match r.kind {
                TrialKind::Probe => table.level(r.delta),
                TrialKind::Natural if r.delta.abs() <= EXPECTED_FRACTION * smallest => deltas.len(),
                _ => continue,
            };
            entries.push(Entry { row, block: r.block, mu: r.mu, level });
        }
        let block_sigma: Vec<usize> = table.blocks.iter().map(|b| b.sigma).collect();
        let mut count = vec![0_usize; n_mu * n_sigma * n_level];
        for e in &entries {
            count[(e.mu * n_sigma + block_sigma[e.block]) * n_level + e.level] += 1;
        }
        let at = |mu: usize, sigma: usize, level: usize| count[(mu * n_sigma + sigma) * n_level + level];
        let probed = |mu: usize, sigma: usize| (0..deltas.len()).any(|l| at(mu, sigma, l) > 0);
        let sigmas: Vec<usize> = (0..n_sigma).filter(|s| (0..n_mu).any(|m| probed(m, *s))).collect();
        let full: Vec<usize> = (0..n_mu).filter(|m| sigmas.iter().all(|s| probed(*m, *s))).collect();
        let crossed = !full.is_empty();
        let mus: Vec<usize> =
            if crossed { full } else { (0..n_mu).filter(|m| sigmas.iter().any(|s| probed(*m, *s))).collect() };
        let everywhere = |level: usize, least: usize| {
            let enough = |m: &usize, s: usize| at(*m, s, level) >= least;
            sigmas
                .iter()
                .all(|s| if crossed { mus.iter().all(|m| enough(m, *s)) } else { mus.iter().any(|m| enough(m, *s)) })
        };
        let side = |sign: f64| -> Vec<usize> {
            (0..deltas.len()).filter(|l| sign * deltas[*l] > zero_below && everywhere(*l, 1)).collect()
        };
        let (positive, negative) = (side(1.0), side(-1.0));
        if positive.is_empty() && negative.is_empty() {
            return Err(AnalysisError::NoMatchedDeviation { system: system.to_owned() });
        }
        let probe_zero = (0..deltas.len()).find(|l| deltas[*l].abs() <= zero_below && everywhere(*l, 1));
        let (baseline, zero) = if let Some(level) = probe_zero {
            (BaselineSource::ProbeAtZero, Some(level))
        } else if everywhere(deltas.len(), MIN_EXPECTED) {
            (BaselineSource::ExpectedTrials, Some(deltas.len()))
        } else if positive.len() != 1 && negative.len() != 1 {
            (BaselineSource::FreeIntercept, None)
        } else {
            (BaselineSource::Zero, None)
        };
        let runs = units(table, &entries);
        Ok(Self {
            entries,
            n_mu,
            n_sigma,
            n_level,
            deltas,
            baseline,
            zero,
            positive,
            negative,
            mus,
            sigmas,
            crossed,
            block_sigma,
            runs,
        })
    }

    pub(crate) fn index(&self, mu: usize, sigma: usize, level: usize) -> usize {
        (mu * self.n_sigma + sigma) * self.n_level + level
    }

    /// Sums with one weight per entry and one σ level per block.
    pub(crate) fn sum(&self, y: &[f64], weights: Option<&[f64]>, block_sigma: &[usize]) -> Cells {
        let size = self.n_mu * self.n_sigma * self.n_level;
        let mut cells = Cells { n: vec![0.0; size], sum: vec![0.0; size] };
        for (i, e) in self.entries.iter().enumerate() {
            let w = weights.map_or(1.0, |w| w[i]);
            let at = self.index(e.mu, block_sigma[e.block], e.level);
            cells.n[at] += w;
            cells.sum[at] += w * y[e.row];
        }
        cells
    }

    /// Entry weights of one hierarchical bootstrap draw: runs, then blocks (or trials within δ).
    pub(crate) fn resample(&self, draws: &mut Sampler) -> Vec<f64> {
        let mut weights = vec![0.0; self.entries.len()];
        for _ in 0..self.runs.len() {
            let run = &self.runs[draws.below(self.runs.len())];
            for stratum in run.iter().flat_map(|u| &u.strata) {
                for _ in 0..stratum.len() {
                    for e in &stratum[draws.below(stratum.len())] {
                        weights[*e] += 1.0;
                    }
                }
            }
        }
        weights
    }

    /// σ levels of the blocks, permuted among the blocks of one run and mean.
    pub(crate) fn permute(&self, table: &Table, draws: &mut Sampler) -> Vec<usize> {
        let mut strata: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (i, b) in table.blocks.iter().enumerate() {
            strata.entry((b.run, b.mu)).or_default().push(i);
        }
        let mut out = self.block_sigma.clone();
        for blocks in strata.values() {
            for i in (1..blocks.len()).rev() {
                out.swap(blocks[i], blocks[draws.below(i + 1)]);
            }
        }
        out
    }
}

fn units(table: &Table, entries: &[Entry]) -> Vec<Vec<Units>> {
    let mut by_context: BTreeMap<(usize, usize), BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (i, e) in entries.iter().enumerate() {
        let b = &table.blocks[e.block];
        by_context.entry((b.run, b.context)).or_default().entry(e.block).or_default().push(i);
    }
    let mut runs = vec![Vec::new(); table.n_runs];
    for ((run, _), blocks) in by_context {
        let strata = if blocks.len() >= MIN_BLOCKS {
            vec![blocks.into_values().collect()]
        } else {
            let mut levels: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
            for i in blocks.into_values().flatten() {
                levels.entry(entries[i].level).or_default().push(vec![i]);
            }
            levels.into_values().collect()
        };
        runs[run].push(Units { strata });
    }
    runs
}
