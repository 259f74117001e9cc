//! Exponent n and offset σ₀² of g = G/(σ₀² + σ²)ⁿ by profile likelihood.
//!
//! G is solved for, (n, σ₀²) are searched on a grid, and each interval holds the values whose best weighted
//! residual exceeds the minimum by less than 3.84 (χ²₁, 95 %). Gains, not their logs, are fitted, so that a gain
//! near zero needs no floor. n alone does not test uncertainty modulation: it is read against the values of the
//! truth controls (Wilmes et al. 2025, doi:10.7554/eLife.14.e95127, whose circuit gives n < 1 because its PV cell
//! also sees the current error).

use crate::report::Estimate;

/// 95 % quantile of χ² with one degree of freedom.
const CHI2_95: f64 = 3.841_458_820_694_124;
/// Largest exponent tried; an ideal circuit has 1, a z-score ½.
const N_MAX: f64 = 3.0;
const N_STEPS: usize = 120;
const S_STEPS: usize = 97;

/// Fits n and σ₀²; `sigma_geo` sets the scale of the σ₀² grid, 0 and 10⁻⁴ to 10⁴ times its square.
pub(crate) fn fit(sigma: &[f64], g: &[f64], se: &[f64], sigma_geo: f64) -> Option<(Estimate, Estimate)> {
    if sigma.len() < 3 || g.iter().chain(se).any(|v| !v.is_finite()) || !g.iter().any(|v| *v > 0.0) {
        return None;
    }
    // A cell without spread still weighs finitely.
    let least = 1e-3 * g.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let w: Vec<f64> = se.iter().map(|s| s.max(least).powi(-2)).collect();
    let sigma0: Vec<f64> = (0..=S_STEPS)
        .map(|i| {
            if i == 0 {
                0.0
            } else {
                sigma_geo.powi(2) * 10f64.powf(-4.0 + 8.0 * (i - 1) as f64 / (S_STEPS - 1) as f64)
            }
        })
        .collect();
    let n_grid: Vec<f64> = (0..=N_STEPS).map(|i| N_MAX * i as f64 / N_STEPS as f64).collect();
    let chi = |n: f64, s0: f64| -> f64 {
        let shape = |s: f64| (s0 + s * s).max(1e-24).powf(-n);
        let scale = shape(sigma_geo);
        let (mut ff, mut fg, mut gg) = (0.0, 0.0, 0.0);
        for ((s, g), w) in sigma.iter().zip(g).zip(&w) {
            let f = shape(*s) / scale;
            ff += w * f * f;
            fg += w * f * g;
            gg += w * g * g;
        }
        if fg > 0.0 && ff.is_finite() { gg - fg * fg / ff } else { gg }
    };
    let table: Vec<Vec<f64>> = n_grid.iter().map(|n| sigma0.iter().map(|s| chi(*n, *s)).collect()).collect();
    let of_n: Vec<f64> = table.iter().map(|r| r.iter().copied().fold(f64::INFINITY, f64::min)).collect();
    let of_s: Vec<f64> = (0..sigma0.len()).map(|j| table.iter().map(|r| r[j]).fold(f64::INFINITY, f64::min)).collect();
    Some((profile(&n_grid, &of_n)?, profile(&sigma0, &of_s)?))
}

/// Estimate and interval from a profile of weighted residuals.
pub(crate) fn profile(grid: &[f64], chi: &[f64]) -> Option<Estimate> {
    let (best, min) = chi.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let inside: Vec<f64> = grid.iter().zip(chi).filter(|(_, c)| **c <= min + CHI2_95).map(|(g, _)| *g).collect();
    let est = *grid.get(best)?;
    Some(Estimate { est, lo: inside.first().copied().unwrap_or(est), hi: inside.last().copied().unwrap_or(est) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_the_ideal_exponent() {
        // σ₀² = .25, n = 1, 5 % errors, no noise: the interval must hold the truth, the estimate lie within 2 grid steps.
        let sigma = [0.1, 0.25, 0.5, 0.9, 1.5, 2.5];
        let g: Vec<f64> = sigma.iter().map(|s: &f64| 1.0 / (0.25 + s * s)).collect();
        let se: Vec<f64> = g.iter().map(|g| 0.05 * g).collect();
        let (n, s0) = fit(&sigma, &g, &se, 0.5).unwrap();
        assert!((n.est - 1.0).abs() < 0.05 + 1e-9 && n.lo <= 1.0 && n.hi >= 1.0, "{n:?}");
        assert!(s0.lo <= 0.25 && s0.hi >= 0.25, "{s0:?}");
    }

    #[test]
    fn a_flat_gain_has_exponent_zero_inside_its_interval() {
        let (n, _) = fit(&[0.1, 0.5, 2.5], &[1.0, 1.0, 1.0], &[0.05; 3], 0.5).unwrap();
        assert_eq!(n.lo, 0.0);
        assert!(fit(&[0.1, 0.2], &[1.0, 1.0], &[0.1, 0.1], 0.1).is_none());
        assert!(fit(&[0.1, 0.2, 0.3], &[0.0; 3], &[0.1; 3], 0.1).is_none());
    }
}
