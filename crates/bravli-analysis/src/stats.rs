//! Small statistics: quantiles, means, intervals.

use crate::report::Estimate;

/// Probability of a two-sided 95 % interval's lower edge.
pub(crate) const LOWER_95: f64 = 0.025;
/// Probability of a two-sided 90 % interval's lower edge (two one-sided 5 % tests).
pub(crate) const LOWER_90: f64 = 0.05;

pub(crate) fn mean(x: &[f64]) -> f64 {
    if x.is_empty() { 0.0 } else { x.iter().sum::<f64>() / x.len() as f64 }
}

/// Sample standard deviation; 0 for fewer than two values.
pub(crate) fn sd(x: &[f64]) -> f64 {
    if x.len() < 2 {
        return 0.0;
    }
    let m = mean(x);
    (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (x.len() - 1) as f64).sqrt()
}

/// Linear-interpolation quantile of ascending values.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let i = at.floor() as usize;
    let j = (i + 1).min(last);
    let f = at - i as f64;
    sorted[i] * (1.0 - f) + sorted[j] * f
}

pub(crate) fn sorted_finite(x: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut v: Vec<f64> = x.into_iter().filter(|v| v.is_finite()).collect();
    v.sort_by(f64::total_cmp);
    v
}

/// Point estimate with the percentile interval of its bootstrap draws; `None` when it is not finite
/// or fewer than half of the draws are.
pub(crate) fn percentile_interval(est: f64, draws: &[f64], lower: f64) -> Option<Estimate> {
    let sorted = sorted_finite(draws.iter().copied());
    if !est.is_finite() || sorted.len() * 2 < draws.len() || sorted.is_empty() {
        return None;
    }
    Some(Estimate { est, lo: quantile(&sorted, lower).min(est), hi: quantile(&sorted, 1.0 - lower).max(est) })
}

/// Intercept and slope of y on x by least squares; `None` without spread in x.
pub(crate) fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (mx, my) = (mean(x), mean(y));
    let sxx: f64 = x.iter().map(|v| (v - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum();
    (sxx > 1e-12).then(|| (my - sxy / sxx * mx, sxy / sxx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[0.0, 1.0, 2.0], 0.25), 0.5);
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(line(&[1.0, 1.0], &[0.0, 1.0]), None);
        assert_eq!(line(&[0.0, 1.0], &[1.0, 3.0]), Some((1.0, 2.0)));
    }

    #[test]
    fn intervals_drop_draws_that_are_not_finite() {
        let got = percentile_interval(1.0, &[0.0, 2.0, f64::NAN], LOWER_95).unwrap();
        assert!(got.lo >= 0.0 && got.hi <= 2.0);
        assert!(percentile_interval(1.0, &[f64::NAN; 3], LOWER_95).is_none());
    }
}
