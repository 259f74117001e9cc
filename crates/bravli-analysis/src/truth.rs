//! Circuits of known answer in closed form, and synthetic responses made from them.
//!
//! Source: Wilmes, Petrovici, Sachidhanandam & Senn 2025, doi:10.7554/eLife.14.e95127 (rate circuit); the
//! steady probe response is derived from their equations with w_s = √((2 − β)/β).

use crate::draws::{Purpose, sampler};
use crate::responses::{ResponseClass, Responses, TrialResponse, Window};
use bravli_circuit::{Trial, TrialKind};

/// Weight of the current stimulus relative to context in the published circuit.
pub const BETA: f64 = 0.1;
/// Divisive constant of the published circuit.
pub const I0: f64 = 1.0;
/// Ceiling of the published activation functions.
pub const CEILING: f64 = 20.0;

/// PV rate in a probe: min(20, ⌊(1 − β)w + √(β(2 − β))·δ⌋²), w the trained context weight (σ once converged).
#[must_use]
pub fn pv_rate(delta: f64, w: f64) -> f64 {
    ((1.0 - BETA) * w + (BETA * (2.0 - BETA)).sqrt() * delta).max(0.0).powi(2).min(CEILING)
}

/// Error-cell rate in a probe: min(20, ⌊δ⌋ᵏ/(I₀ + r_PV(δ, w))).
#[must_use]
pub fn upe_response(delta: f64, w: f64, k: f64) -> f64 {
    (delta.max(0.0).powf(k) / (I0 + pv_rate(delta, w))).min(CEILING)
}

/// How a synthetic population responds to a positive deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// δᵏ/(I₀ + r_PV(δ, σ)): computes UPE.
    Upe {
        /// Exponent.
        k: f64,
    },
    /// δ/(1 + w²), the same in every context.
    Unmodulated {
        /// Context weight.
        w: f64,
    },
    /// δᵏ/(I₀ + r_PV(δ, w)) with the same w in every context: divides by the current deviation only.
    InstantDivision {
        /// Exponent.
        k: f64,
        /// Context weight.
        w: f64,
    },
    /// δ/σ.
    ZScore,
    /// x, rectified.
    Drive,
}

impl Rule {
    /// Rate in model units.
    #[must_use]
    pub fn rate(self, x: f64, mu: f64, sigma: f64) -> f64 {
        let d = x - mu;
        match self {
            Self::Upe { k } => upe_response(d, sigma, k),
            Self::Unmodulated { w } => d.max(0.0) / (1.0 + w * w),
            Self::InstantDivision { k, w } => upe_response(d, w, k),
            Self::ZScore => d.max(0.0) / sigma.max(1e-9),
            Self::Drive => x.max(0.0),
        }
    }

    /// What its PV cells carry.
    fn pv(self, delta: f64, sigma: f64) -> f64 {
        match self {
            Self::Upe { .. } | Self::ZScore => pv_rate(delta.abs(), sigma),
            Self::InstantDivision { w, .. } => pv_rate(delta.abs(), w),
            Self::Unmodulated { w } => w * w,
            Self::Drive => 1.0,
        }
    }
}

/// A synthetic experiment; fully crossed, one block per visit to a context.
#[derive(Debug, Clone, PartialEq)]
pub struct Synthetic {
    /// Response of `L23_E`.
    pub rule: Rule,
    /// Means.
    pub mus: Vec<f64>,
    /// Spreads.
    pub sigmas: Vec<f64>,
    /// Signed probe deviations.
    pub deltas: Vec<f64>,
    /// Blocks per context and run.
    pub blocks: u32,
    /// Natural trials per block.
    pub natural: u32,
    /// Probes of each δ per block.
    pub probes: u32,
    /// Lead-in trials before every probe.
    pub lead_in: u32,
    /// Time between onsets, ms.
    pub interval_ms: f64,
    /// Runs.
    pub runs: u32,
    /// Cells of `L23_E`.
    pub n_cells: u32,
    /// Population-summed spikes per trial and model unit.
    pub spikes_per_unit: f64,
    /// Population-summed spikes per trial without a stimulus.
    pub baseline: f64,
    /// Variance over mean of the counts.
    pub fano: f64,
    /// Key of the random numbers.
    pub seed: u64,
}

impl Default for Synthetic {
    /// 60 cells, 50 ms, 5 Hz per model unit (15 spikes per unit), Fano factor 4, σ from .1 to 2.5 and 40 probes
    /// of every (σ, δ).
    fn default() -> Self {
        Self {
            rule: Rule::Upe { k: 2.0 },
            mus: vec![5.0],
            sigmas: vec![0.1, 0.3, 0.6, 1.0, 1.6, 2.5],
            deltas: vec![-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0],
            blocks: 5,
            natural: 10,
            probes: 4,
            lead_in: 2,
            interval_ms: 1100.0,
            runs: 2,
            n_cells: 60,
            spikes_per_unit: 15.0,
            baseline: 3.0,
            fano: 4.0,
            seed: 0,
        }
    }
}

/// Counts of `L23_E`, `L4_E` (follows x), `L23_SST` (follows μ, also before onset) and `L23_PV`.
///
/// # Repeatability
/// A function of its argument alone.
#[must_use]
pub fn simulate(design: &Synthetic) -> Responses {
    let window = Window { start_ms: 5.0, end_ms: 50.0, name: "early".into() };
    let names = ["L23_E", "L4_E", "L23_SST", "L23_PV"];
    let mut columns: [Vec<f64>; 4] = Default::default();
    let mut sst_before = Vec::new();
    let mut trials = Vec::new();
    for run in 0..design.runs {
        let mut draws = sampler(design.seed, Purpose::Synthetic, u64::from(run));
        let mut onset_ms = 0.0;
        let mut block = 0;
        for _ in 0..design.blocks {
            for (im, mu) in design.mus.iter().enumerate() {
                for (is, sigma) in design.sigmas.iter().enumerate() {
                    let context = (im * design.sigmas.len() + is) as u32;
                    let natural = (0..design.natural).map(|_| (mu + sigma * draws.normal(), TrialKind::Natural));
                    let mut shown: Vec<(f64, TrialKind)> = natural.collect();
                    for delta in design.deltas.iter().flat_map(|d| (0..design.probes).map(move |_| d)) {
                        shown.extend((0..design.lead_in).map(|i| (mu + 0.2 * f64::from(i % 2), TrialKind::LeadIn)));
                        shown.push((mu + delta, TrialKind::Probe));
                    }
                    for (x, kind) in shown {
                        let trial = Trial { block, context, mu: *mu, sigma: *sigma, x, kind, onset_ms };
                        trials.push(TrialResponse { run, trial });
                        onset_ms += design.interval_ms;
                        let u = design.spikes_per_unit;
                        let means = [
                            design.baseline + u * design.rule.rate(x, *mu, *sigma),
                            design.baseline + u * x.max(0.0),
                            design.baseline + u * mu,
                            design.baseline + u * design.rule.pv(x - mu, *sigma),
                        ];
                        for (column, mean) in columns.iter_mut().zip(means) {
                            column.push(draws.count(mean, design.fano));
                        }
                        sst_before.push(draws.count(means[2], design.fano));
                    }
                    block += 1;
                }
            }
        }
    }
    let classes = names
        .iter()
        .zip(columns)
        .map(|(name, counts)| ResponseClass {
            name: (*name).to_owned(),
            n_cells: design.n_cells,
            window: window.clone(),
            baseline: if *name == "L23_SST" { sst_before.clone() } else { Vec::new() },
            counts,
        })
        .collect();
    Responses { trials, classes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_probe_responses_match_the_published_circuit() {
        // Fully trained (w = σ), k = 2: values of the closed form to three digits.
        let sigmas = [0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 2.0, 3.0];
        let table = [
            (1.0, [0.783, 0.667, 0.560, 0.468, 0.392, 0.303, 0.167, 0.092]),
            (2.0, [2.078, 1.736, 1.456, 1.229, 1.045, 0.832, 0.491, 0.291]),
            (4.0, [3.668, 3.166, 2.753, 2.412, 2.127, 1.783, 1.180, 0.771]),
        ];
        for (delta, row) in table {
            for (sigma, want) in sigmas.iter().zip(row) {
                let got = upe_response(delta, *sigma, 2.0);
                // Half a unit of the third digit after the point.
                assert!((got - want).abs() <= 0.0006, "delta {delta} sigma {sigma}: {got} for {want}");
            }
        }
    }

    #[test]
    fn weights_after_short_training_match_too() {
        // 10 000 training samples leave w below σ at small σ; the weights carry three digits, hence ± .01.
        for (w, row) in
            [(0.026, [0.826, 2.22, 3.25, 3.88]), (0.335, [0.648, 1.68, 2.51, 3.09]), (0.829, [0.417, 1.11, 1.73, 2.22])]
        {
            for (delta, want) in [1.0, 2.0, 3.0, 4.0].into_iter().zip(row) {
                assert!((upe_response(delta, w, 2.0) - want).abs() < 0.01);
            }
        }
        assert!((pv_rate(2.0, 0.026) - 0.80).abs() < 0.01);
    }

    #[test]
    fn pv_averages_to_the_variance() {
        // ⟨r_PV⟩ over δ ~ N(0, w²) is (1−β)²w² + β(2−β)w² = w² without rectification, met where w dominates.
        let w: f64 = 0.5;
        let c = (1.0 - BETA).powi(2) + BETA * (2.0 - BETA);
        assert!((c * w * w - w * w).abs() < 1e-12);
    }
}
