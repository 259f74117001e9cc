//! What the design could have seen, and how many probes would decide.

use crate::cells::{CellPlan, Cells};
use crate::options::EQUIVALENCE_RATIO;
use crate::report::{Estimate, PowerEstimate, Side};
use crate::stats::sd;

/// Quantiles of the normal distribution: two-sided 5 %, power .8, one-sided 5 %, power .8 on both sides of a TOST.
const Z_975: f64 = 1.96;
const Z_80: f64 = 0.842;
const Z_95: f64 = 1.645;
const Z_90: f64 = 1.282;

/// Power from the spread of the bootstrap draws of D, which shrinks as 1/√probes.
///
/// `se_d_counts` is √(Σ F·S/A²) over the two extreme σ, S the counts and A the counts above baseline (A = S without
/// a baseline): what counting noise alone would give.
pub(crate) fn estimate(
    plan: &CellPlan,
    cells: &Cells,
    side: Side,
    d: Option<Estimate>,
    d_draws: &[f64],
    fano: f64,
) -> Option<PowerEstimate> {
    d?;
    let finite: Vec<f64> = d_draws.iter().copied().filter(|v| v.is_finite()).collect();
    let se_d = sd(&finite);
    let levels: Vec<usize> = match side {
        Side::Positive => plan.positive.clone(),
        Side::Negative => plan.negative.clone(),
        Side::Both => plan.positive.iter().chain(&plan.negative).copied().collect(),
    };
    let mut variance = 0.0;
    let mut probes = 0.0;
    for sigma in [plan.sigmas.first()?, plan.sigmas.last()?] {
        let (mut counts, mut above) = (0.0, 0.0);
        for mu in &plan.mus {
            let base = plan.zero.map_or(0.0, |z| {
                let at = plan.index(*mu, *sigma, z);
                if cells.n[at] > 0.0 { cells.sum[at] / cells.n[at] } else { 0.0 }
            });
            for l in &levels {
                let at = plan.index(*mu, *sigma, *l);
                counts += cells.sum[at];
                above += cells.sum[at] - base * cells.n[at];
                probes += cells.n[at];
            }
        }
        variance += fano * counts.max(0.5) / above.max(0.5).powi(2);
    }
    let probes_per_cell = probes / (2.0 * levels.len().max(1) as f64);
    let needed = |z: f64, ratio: f64| (probes_per_cell * (z * se_d / ratio.ln()).powi(2)).ceil().min(1e12);
    Some(PowerEstimate {
        fano,
        se_d,
        se_d_counts: variance.sqrt(),
        detectable_ratio: ((Z_975 + Z_80) * se_d).exp().min(1e12),
        probes_per_cell,
        probes_for_ratio_1_5: needed(Z_975 + Z_80, 1.5),
        probes_for_ratio_1_25: needed(Z_975 + Z_80, 1.25),
        probes_for_equivalence: needed(Z_95 + Z_90, EQUIVALENCE_RATIO),
    })
}
