//! Whole numbers from shares.

/// Splits `total` by `weights` so that parts are whole, sum to `total`, and differ from their exact share by less than one.
///
/// Largest remainder; ties go to the earlier entry. Weights that sum to zero give zeros.
#[must_use]
pub fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|weight| f64::from(total) * weight / sum).collect();
    let mut parts: Vec<u32> = exact.iter().map(|share| share.floor() as u32).collect();
    let placed: u32 = parts.iter().sum();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder
        .sort_by(|&a, &b| (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())).then(a.cmp(&b)));
    for &entry in by_remainder.iter().take(total.saturating_sub(placed) as usize) {
        parts[entry] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::apportion;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_sum_to_the_total_and_keep_their_share_to_rounding(
            total in 0_u32..100_000,
            weights in prop::collection::vec(0.0_f64..1.0, 1..20),
        ) {
            prop_assume!(weights.iter().sum::<f64>() > 1e-6);
            let parts = apportion(total, &weights);
            let sum: f64 = weights.iter().sum();
            prop_assert_eq!(parts.iter().sum::<u32>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((f64::from(*part) - f64::from(total) * weight / sum).abs() < 1.0 + 1e-9);
            }
        }
    }
}
