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

/// Whole parts near the numbers asked for that sum to `total`: rounded down, what is left to the largest remainders.
///
/// Numbers below zero give zero. Where the numbers ask for more than `total`, the smallest remainders give way.
#[must_use]
pub fn apportion_near(total: u32, asked: &[f64]) -> Vec<u32> {
    let mut parts: Vec<u32> = asked.iter().map(|number| number.max(0.0).floor() as u32).collect();
    let mut order: Vec<usize> = (0..asked.len()).collect();
    let rest = |i: &usize, parts: &[u32]| asked[*i] - f64::from(parts[*i]);
    while !asked.is_empty() {
        let sum: u64 = parts.iter().map(|part| u64::from(*part)).sum();
        if sum == u64::from(total) {
            break;
        }
        let is_short = sum < u64::from(total);
        order.sort_by(|a, b| rest(b, &parts).total_cmp(&rest(a, &parts)).then(a.cmp(b)));
        if is_short {
            let missing = (u64::from(total) - sum) as usize;
            order.iter().take(missing).for_each(|&i| parts[i] += 1);
        } else {
            let excess = (sum - u64::from(total)) as usize;
            let giving: Vec<usize> = order.iter().rev().filter(|i| parts[**i] > 0).take(excess).copied().collect();
            giving.into_iter().for_each(|i| parts[i] -= 1);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{apportion, apportion_near};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_near_what_is_asked_sum_to_the_total(
            total in 0_u32..5_000,
            shares in prop::collection::vec(0.0_f64..1.0, 1..12),
            carried in prop::collection::vec(-1.0_f64..1.0, 12),
        ) {
            let sum = shares.iter().sum::<f64>().max(1e-9);
            let asked: Vec<f64> =
                shares.iter().zip(&carried).map(|(share, carry)| f64::from(total) * share / sum + carry).collect();
            let parts = apportion_near(total, &asked);
            prop_assert_eq!(parts.iter().sum::<u32>(), total);
        }

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
