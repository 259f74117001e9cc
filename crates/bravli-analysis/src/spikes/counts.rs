//! Spikes counted in bins.

use super::Raster;

/// Spikes of the whole population in bins of `bin_steps`; a last bin that is not full is left out.
#[must_use]
pub fn population_counts(raster: &Raster<'_>, bin_steps: u32) -> Vec<u32> {
    let mut counts = vec![0_u32; n_bins(raster, bin_steps)];
    for (step, _) in raster.iter() {
        if let Some(count) = counts.get_mut((step / bin_steps.max(1)) as usize) {
            *count += 1;
        }
    }
    counts
}

/// Fano factor of each cell: variance over mean of its counts in bins of `bin_steps`.
///
/// None for silent cells, and for all where there are fewer than two bins. The variance divides by the number of bins
/// less one.
#[must_use]
pub fn fano_factors(raster: &Raster<'_>, bin_steps: u32) -> Vec<Option<f64>> {
    let n = n_bins(raster, bin_steps);
    let fano = |steps: &[u32]| {
        let (sum, squares) = binned(steps, bin_steps, n).fold((0.0, 0.0), |(sum, squares), (_, count)| {
            (sum + f64::from(count), squares + f64::from(count) * f64::from(count))
        });
        let mean = sum / n as f64;
        (n > 1 && sum > 0.0).then(|| (squares - sum * mean) / (n - 1) as f64 / mean)
    };
    raster.by_cell().iter().map(fano).collect()
}

/// Mean of [`fano_factors`] over the cells that have one; none where no cell does.
#[must_use]
pub fn mean_fano_factor(raster: &Raster<'_>, bin_steps: u32) -> Option<f64> {
    let factors: Vec<f64> = fano_factors(raster, bin_steps).into_iter().flatten().collect();
    (!factors.is_empty()).then(|| factors.iter().sum::<f64>() / factors.len() as f64)
}

/// Full bins of the window.
pub(super) fn n_bins(raster: &Raster<'_>, bin_steps: u32) -> usize {
    (raster.n_steps() / bin_steps.max(1)) as usize
}

/// (bin, count) of the bins below `n_bins` in which ascending steps fall.
pub(super) fn binned(steps: &[u32], bin_steps: u32, n_bins: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
    let bin = move |step: u32| (step / bin_steps.max(1)) as usize;
    steps
        .chunk_by(move |a, b| bin(*a) == bin(*b))
        .map(move |chunk| (bin(chunk[0]), chunk.len() as u32))
        .take_while(move |(bin, _)| *bin < n_bins)
}

#[cfg(test)]
mod tests {
    use super::super::trains::{Trains, gamma_trains};
    use super::*;

    #[test]
    fn counts_of_bins_leave_out_a_broken_end() {
        let raster = Raster::new(&[0, 3, 4, 11, 12, 13], &[0, 1, 1, 0, 0, 1], 2, 0.1, 0..14).unwrap();
        assert_eq!(population_counts(&raster, 4), [2, 1, 1]);
        // cell 0: 1, 0, 1; cell 1: 1, 1, 0; each of mean 2/3 and variance 1/3
        let factors = fano_factors(&raster, 4);
        assert!(factors.iter().all(|fano| (fano.unwrap() - 0.5).abs() < 1e-12), "{factors:?}");
    }

    #[test]
    fn long_counts_of_a_renewal_process_have_a_fano_factor_of_its_cv_squared() {
        for (order, expected) in [(1_u32, 1.0), (4, 0.25)] {
            // bins of 2 s hold 20 intervals; for gamma order k the factor is 1/k + (1 − 1/k²)/6/20 to first order
            let Trains { steps, cells } = gamma_trains(40, 10.0, order, 4_000_000, 8);
            let raster = Raster::new(&steps, &cells, 40, 0.1, 0..4_000_000).unwrap();
            let fano = mean_fano_factor(&raster, 20_000).unwrap();
            // 40 cells of 200 bins: standard error about √(2/8000) = 1.6 % of the factor
            let expected = expected + (1.0 - expected * expected) / 120.0;
            assert!((fano / expected - 1.0).abs() < 0.065, "{fano} for {expected}");
        }
    }

    #[test]
    fn silent_cells_and_single_bins_have_no_fano_factor() {
        let raster = Raster::new(&[1, 2], &[0, 0], 2, 0.1, 0..10).unwrap();
        assert_eq!(fano_factors(&raster, 10), [None, None]);
        assert_eq!(fano_factors(&raster, 5)[1], None);
        assert_eq!(mean_fano_factor(&raster, 10), None);
    }
}
