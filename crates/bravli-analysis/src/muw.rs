//! The test of a contextual σ: b_σ + G|δ|ᵏ/(1 + (Aσ + C|δ|)²), A = a/σ₀, C = c/σ₀.
//!
//! Source: Wilmes et al. 2025, doi:10.7554/eLife.14.e95127; this is what their circuit computes at steady state
//! ([`crate::truth::upe_response`]). A = 0 is the critical rival, division by the current deviation without any
//! knowledge of the context; C = 0 is the ideal UPE. A → ∞ is range adaptation.
//!
//! Matched cells (σ, |δ|) are pooled over means and runs. Intercepts are one per σ when an expected response was
//! measured at every σ, else one in all. (A, C, k) are searched on a grid, intercepts and G ≥ 0 solved for by
//! weighted least squares with quasi-Poisson weights n/(F λ₀) of the A = 0 fit. Because A ≥ 0 lies on a boundary
//! the threshold of Λ = 2(ℓ₁ − ℓ₀)/F comes from a parametric bootstrap under A = 0, with gamma-distributed sums of
//! the right mean and variance. The interval of A comes from the hierarchical bootstrap.

use crate::cells::{CellPlan, Cells};
use crate::draws::{Purpose, sampler};
use crate::options::{ALPHA, RANGE_ADAPTATION, UpeOptions};
use crate::report::{Estimate, MuwReport, Side};
use crate::stats::{LOWER_95, quantile, sorted_finite};
use bravli_rng::Sampler;
use rayon::prelude::*;

/// Exponents of the deviation: linear, quadratic (NMDA) and between, doi:10.7554/eLife.14.e95127 uses 2 and 2.5.
const K: [f64; 4] = [1.0, 1.5, 2.0, 2.5];
const A_STEPS: usize = 40;
const C_STEPS: usize = 14;
/// Grid of A·√(σ_min σ_max) and of C·(root mean square |δ|), apart from 0.
const A_RANGE: (f64, f64) = (0.04, 25.0);
const C_RANGE: (f64, f64) = (0.05, 20.0);
/// No fitted mean is weighted as if it were below this fraction of the average mean.
const LEAST_MEAN: f64 = 0.05;
/// Least trial-to-trial coefficient of variation that is credited.
const LEAST_CV: f64 = 0.1;

struct Site {
    group: usize,
    sigma: f64,
    delta: f64,
    cells: Vec<usize>,
}

struct Candidate {
    a: f64,
    c: f64,
    k: f64,
    /// Weighted, centred, normalised feature; its dot product with y is √(explained χ²).
    u: Vec<f64>,
}

struct Grid {
    sites: Vec<Site>,
    n_groups: usize,
}

impl Grid {
    fn new(plan: &CellPlan, sigmas: &[f64], side: Side) -> Self {
        let levels: Vec<usize> = match side {
            Side::Positive => plan.positive.clone(),
            Side::Negative => plan.negative.clone(),
            Side::Both => plan.positive.iter().chain(&plan.negative).copied().collect(),
        };
        let per_sigma = plan.zero.is_some();
        let mut sites = Vec::new();
        for (i, s) in plan.sigmas.iter().enumerate() {
            let group = if per_sigma { i } else { 0 };
            let zero = plan.zero.iter().map(|z| (*z, 0.0));
            for (level, delta) in zero.chain(levels.iter().map(|l| (*l, plan.deltas[*l].abs()))) {
                let cells = plan.mus.iter().map(|m| plan.index(*m, *s, level)).collect();
                sites.push(Site { group, sigma: sigmas[*s], delta, cells });
            }
        }
        Self { sites, n_groups: if per_sigma { plan.sigmas.len() } else { 1 } }
    }

    /// Mean and number of trials per site; an empty site keeps the fallback and weighs nothing.
    fn means(&self, cells: &Cells) -> (Vec<f64>, Vec<f64>) {
        self.sites
            .iter()
            .map(|s| {
                let n: f64 = s.cells.iter().map(|c| cells.n[*c]).sum();
                let sum: f64 = s.cells.iter().map(|c| cells.sum[*c]).sum();
                (if n > 0.0 { sum / n } else { f64::NAN }, n)
            })
            .unzip()
    }

    fn centre(&self, f: &[f64], w: &[f64]) -> Vec<f64> {
        let mut wf = vec![0.0; self.n_groups];
        let mut ws = vec![0.0; self.n_groups];
        for ((s, f), w) in self.sites.iter().zip(f).zip(w) {
            wf[s.group] += w * f;
            ws[s.group] += w;
        }
        self.sites.iter().zip(f).map(|(s, f)| f - wf[s.group] / ws[s.group].max(1e-300)).collect()
    }

    fn candidates(&self, w: &[f64], a_unit: f64, c_unit: f64, a_grid: &[f64]) -> Vec<Candidate> {
        let c_grid = std::iter::once(0.0).chain(spaced(C_RANGE, C_STEPS));
        let mut out = Vec::new();
        for c in c_grid.map(|c| c / c_unit) {
            for a in a_grid.iter().map(|a| a / a_unit) {
                for k in K {
                    let f: Vec<f64> = self
                        .sites
                        .iter()
                        .map(|s| (s.delta / c_unit).powf(k) / (1.0 + (a * s.sigma + c * s.delta).powi(2)))
                        .collect();
                    let f = self.centre(&f, w);
                    let norm: f64 = f.iter().zip(w).map(|(f, w)| w * f * f).sum::<f64>().sqrt();
                    let u = f.iter().zip(w).map(|(f, w)| if norm > 1e-12 { w * f / norm } else { 0.0 }).collect();
                    out.push(Candidate { a, c, k, u });
                }
            }
        }
        out
    }
}

fn spaced((lo, hi): (f64, f64), n: usize) -> impl Iterator<Item = f64> {
    (0..n).map(move |i| lo * (hi / lo).powf(i as f64 / (n - 1) as f64))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Index and explained χ² of the best candidate; the first one wins ties, so A = 0 wins when nothing is gained.
fn best<'a>(candidates: impl IntoIterator<Item = (usize, &'a Candidate)>, y: &[f64]) -> (usize, f64) {
    let mut top = (0, 0.0);
    for (i, c) in candidates {
        let t = dot(&c.u, y).max(0.0);
        if t * t > top.1 * (1.0 + 1e-12) + 1e-12 {
            top = (i, t * t);
        }
    }
    top
}

/// Within-cell Fano factor over (run, context, δ); at least that of counts with a
/// coefficient of variation of `LEAST_CV`, so that a noiseless rate model in any unit is not taken as exact.
pub(crate) fn fano(plan: &CellPlan, table: &crate::design::Table, y: &[f64]) -> f64 {
    let size = plan.n_mu * plan.n_sigma * plan.n_level;
    let mut s = vec![(0.0_f64, 0.0_f64, 0.0_f64); size * table.n_runs.max(1)];
    for e in &plan.entries {
        let at = table.blocks[e.block].run * size + plan.index(e.mu, plan.block_sigma[e.block], e.level);
        let (n, sum, sq) = &mut s[at];
        *n += 1.0;
        *sum += y[e.row];
        *sq += y[e.row] * y[e.row];
    }
    let n_all: f64 = s.iter().map(|c| c.0).sum();
    let average = s.iter().map(|c| c.1).sum::<f64>() / n_all.max(1.0);
    let (mut ss, mut expected) = (0.0, 0.0);
    for (n, sum, sq) in s.into_iter().filter(|c| c.0 > 1.0) {
        ss += (sq - sum * sum / n).max(0.0);
        expected += (n - 1.0) * sum / n;
    }
    if expected > 0.0 { (ss / expected).max(LEAST_CV.powi(2) * average) } else { 1.0 }
}

/// Fits one side of one class; `None` when no site responds.
pub(crate) fn fit(
    plan: &CellPlan,
    table: &crate::design::Table,
    cells: &Cells,
    boots: &[Cells],
    side: Side,
    fano: f64,
    options: &UpeOptions,
) -> Option<MuwReport> {
    let grid = Grid::new(plan, &table.sigmas, side);
    let (y, n) = grid.means(cells);
    let total: f64 = n.iter().sum();
    let overall = y.iter().zip(&n).filter(|(y, _)| y.is_finite()).map(|(y, n)| y * n).sum::<f64>() / total.max(1.0);
    if overall <= 0.0 || grid.sites.len() < grid.n_groups + 3 {
        return None;
    }
    let y: Vec<f64> = y.into_iter().map(|v| if v.is_finite() { v } else { overall }).collect();
    let rms = (grid.sites.iter().map(|s| s.delta * s.delta).sum::<f64>() / grid.sites.len() as f64).sqrt();
    let (a_unit, c_unit) = (table.sigma_geo(), rms.max(1e-12));
    // Two rounds: weights of the overall mean, then of the A = 0 fit.
    let mut lambda = vec![overall; y.len()];
    let weights = |lambda: &[f64]| -> Vec<f64> {
        lambda.iter().zip(&n).map(|(l, n)| n / (fano * l.max(LEAST_MEAN * overall))).collect()
    };
    for _ in 0..2 {
        let w = weights(&lambda);
        let null = grid.candidates(&w, a_unit, c_unit, &[0.0]);
        let (i, _) = best(null.iter().enumerate(), &y);
        let u = &null.get(i)?.u;
        // λ = group mean of y + (normalised centred feature)·(coefficient); u is weighted, hence the division.
        let t = dot(u, &y).max(0.0);
        let centred = grid.centre(&y, &w);
        lambda = (0..y.len()).map(|j| (y[j] - centred[j]) + if w[j] > 0.0 { t * u[j] / w[j] } else { 0.0 }).collect();
    }
    let w = weights(&lambda);
    let a_grid: Vec<f64> = std::iter::once(0.0).chain(spaced(A_RANGE, A_STEPS)).collect();
    let all = grid.candidates(&w, a_unit, c_unit, &a_grid);
    let is_null: Vec<usize> = (0..all.len()).filter(|i| all[*i].a == 0.0).collect();
    let null = |y: &[f64]| best(is_null.iter().map(|i| (*i, &all[*i])), y);
    let full = |y: &[f64]| {
        let (i0, x0) = null(y);
        let (i1, x1) = best(all.iter().enumerate(), y);
        if x1 > x0 * (1.0 + 1e-9) + 1e-9 { (i1, x1 - x0) } else { (i0, 0.0) }
    };
    let (at, observed) = full(&y);
    let mut sims: Vec<f64> = (0..u64::from(options.n_surrogates))
        .into_par_iter()
        .map(|i| {
            let mut draws = sampler(options.seed, Purpose::Parametric, i);
            let sim: Vec<f64> = (0..y.len()).map(|j| gamma_mean(lambda[j].max(0.0), n[j], fano, &mut draws)).collect();
            full(&sim).1
        })
        .collect();
    let reached = sims.iter().filter(|s| **s >= observed - 1e-9).count();
    sims.sort_by(f64::total_cmp);
    let a_draws: Vec<f64> = boots
        .par_iter()
        .map(|b| {
            let (m, _) = grid.means(b);
            let m: Vec<f64> = m.iter().zip(&y).map(|(m, y)| if m.is_finite() { *m } else { *y }).collect();
            all[full(&m).0].a
        })
        .collect();
    let sorted = sorted_finite(a_draws);
    let est = all[at].a;
    let a = Estimate { est, lo: quantile(&sorted, LOWER_95).min(est), hi: quantile(&sorted, 1.0 - LOWER_95).max(est) };
    let scaled = Estimate { est: a.est * a_unit, lo: a.lo * a_unit, hi: a.hi * a_unit };
    Some(MuwReport {
        a_over_sigma0: a,
        a_scaled: scaled,
        c_over_sigma0: all[at].c,
        k: all[at].k,
        lambda: observed,
        lambda_threshold: quantile(&sims, 1.0 - ALPHA),
        p: (1 + reached) as f64 / (1 + sims.len()) as f64,
        range_adaptation: scaled.lo > RANGE_ADAPTATION,
    })
}

/// Mean of n counts of mean λ and variance Fλ, by the Wilson–Hilferty approximation of the gamma distribution
/// (Wilson & Hilferty 1931, doi:10.1073/pnas.17.12.684).
fn gamma_mean(lambda: f64, n: f64, fano: f64, draws: &mut Sampler) -> f64 {
    let z = draws.normal();
    let shape = n * lambda / fano;
    if shape <= 0.0 {
        return 0.0;
    }
    let v = 1.0 / (9.0 * shape);
    lambda * (1.0 - v + z * v.sqrt()).max(0.0).powi(3)
}
