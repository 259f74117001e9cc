//! How much cells fire together.

use super::Raster;
use super::counts::{binned, n_bins};

/// Up to `n` cells of `n_cells`, evenly spaced: cell ⌊i·n_cells/n⌋ for each i. The same cells in every run.
#[must_use]
pub fn sample_cells(n_cells: u32, n: u32) -> Vec<u32> {
    let n = n.min(n_cells);
    (0..n).map(|i| (u64::from(i) * u64::from(n_cells) / u64::from(n)) as u32).collect()
}

/// Mean Pearson correlation of spike counts in bins of `bin_steps` over all pairs of `cells`.
///
/// Cells whose counts never change, such as silent ones, have no correlation and are left out; none where fewer than two
/// are left. With counts z of mean zero and variance one the mean over pairs is (Σ_t (Σ_i z_i)²/T − n)/(n(n − 1)).
#[must_use]
pub fn mean_correlation(raster: &Raster<'_>, bin_steps: u32, cells: &[u32]) -> Option<f64> {
    let n_bins = n_bins(raster, bin_steps);
    let by_cell = raster.by_cell();
    let mut sum = vec![0.0_f64; n_bins];
    let mut offset = 0.0;
    let mut n = 0.0;
    for cell in cells {
        let counts: Vec<(usize, u32)> = binned(by_cell.of(*cell), bin_steps, n_bins).collect();
        let mean = counts.iter().map(|(_, count)| f64::from(*count)).sum::<f64>() / n_bins as f64;
        let square = counts.iter().map(|(_, count)| f64::from(*count).powi(2)).sum::<f64>() / n_bins as f64;
        let variance = square - mean * mean;
        if counts.is_empty() || variance <= 1e-12 * square {
            continue;
        }
        let sd = variance.sqrt();
        counts.iter().for_each(|(bin, count)| sum[*bin] += f64::from(*count) / sd);
        offset += mean / sd;
        n += 1.0;
    }
    let power = sum.iter().map(|value| (value - offset).powi(2)).sum::<f64>() / n_bins as f64;
    (n > 1.5).then(|| (power - n) / (n * (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::super::trains::{Trains, correlated_trains, gamma_trains};
    use super::*;

    /// The same over all pairs, one by one.
    fn pair_by_pair(raster: &Raster<'_>, bin_steps: u32, cells: &[u32]) -> f64 {
        let n_bins = n_bins(raster, bin_steps);
        let columns: Vec<Vec<f64>> = cells
            .iter()
            .map(|cell| {
                let mut counts = vec![0.0; n_bins];
                binned(raster.by_cell().of(*cell), bin_steps, n_bins).for_each(|(bin, n)| counts[bin] = f64::from(n));
                counts
            })
            .filter(|counts| counts.iter().any(|count| *count != counts[0]))
            .collect();
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let covariance = |x: &[f64], y: &[f64]| {
            let (mx, my) = (mean(x), mean(y));
            x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum::<f64>()
        };
        let mut all = Vec::new();
        for (i, x) in columns.iter().enumerate() {
            all.extend(columns[..i].iter().map(|y| covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()));
        }
        mean(&all)
    }

    #[test]
    fn the_sum_over_pairs_is_the_sum_over_pairs() {
        let Trains { steps, cells } = gamma_trains(30, 4.0, 1, 50_000, 2);
        // cell 30 is silent
        let raster = Raster::new(&steps, &cells, 31, 0.1, 0..50_000).unwrap();
        let all: Vec<u32> = (0..31).collect();
        let mean = mean_correlation(&raster, 50, &all).unwrap();
        assert!((mean - pair_by_pair(&raster, 50, &all)).abs() < 1e-12, "{mean}");
    }

    #[test]
    fn trains_that_copy_a_share_of_a_common_train_correlate_by_that_share() {
        for share in [0.0, 0.2, 0.5] {
            let Trains { steps, cells } = correlated_trains(50, 10.0, share, 1_000_000, 9);
            let raster = Raster::new(&steps, &cells, 50, 0.1, 0..1_000_000).unwrap();
            let mean = mean_correlation(&raster, 50, &sample_cells(50, 50)).unwrap();
            // 20,000 bins: a pair's standard error is 0.007; pairs share the mother train, so half of it is left at most
            assert!((mean - share).abs() < 0.02, "{mean} for {share}");
        }
    }

    #[test]
    fn samples_are_spread_evenly_and_are_whole_where_they_must_be() {
        assert_eq!(sample_cells(10, 4), [0, 2, 5, 7]);
        assert_eq!(sample_cells(3, 200), [0, 1, 2]);
        assert!(sample_cells(0, 5).is_empty());
    }

    #[test]
    fn one_lively_cell_has_no_partner() {
        let raster = Raster::new(&[1, 2, 30], &[0, 0, 0], 5, 0.1, 0..100).unwrap();
        assert_eq!(mean_correlation(&raster, 10, &[0, 1, 2]), None);
        assert_eq!(mean_correlation(&raster, 1_000, &[0, 1, 2]), None);
    }
}
