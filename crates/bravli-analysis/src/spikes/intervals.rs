//! How regularly cells fire.

use super::Raster;

/// Coefficient of variation of each cell's interspike intervals: their standard deviation over their mean.
///
/// None for cells with fewer than `min_intervals` intervals (two at least) in the window.
/// The standard deviation divides by the number of intervals, as NumPy's does.
#[must_use]
pub fn interval_cvs(raster: &Raster<'_>, min_intervals: usize) -> Vec<Option<f64>> {
    let cv = |steps: &[u32]| {
        let n = steps.len().saturating_sub(1);
        if n < min_intervals.max(2) {
            return None;
        }
        let intervals = || steps.windows(2).map(|pair| f64::from(pair[1] - pair[0]));
        let mean = intervals().sum::<f64>() / n as f64;
        let variance = intervals().map(|interval| (interval - mean).powi(2)).sum::<f64>() / n as f64;
        (mean > 0.0).then(|| variance.sqrt() / mean)
    };
    raster.by_cell().iter().map(cv).collect()
}

/// Mean of [`interval_cvs`] over the cells that have one; none where no cell does.
#[must_use]
pub fn mean_cv(raster: &Raster<'_>, min_intervals: usize) -> Option<f64> {
    let cvs: Vec<f64> = interval_cvs(raster, min_intervals).into_iter().flatten().collect();
    (!cvs.is_empty()).then(|| cvs.iter().sum::<f64>() / cvs.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::trains::{Trains, gamma_trains};
    use super::*;

    #[test]
    fn gamma_intervals_of_order_k_have_a_cv_of_one_over_root_k() {
        for (order, expected) in [(1, 1.0), (4, 0.5), (16, 0.25)] {
            // 20 cells with 1000 intervals each: steps of 0.1 ms are a thousandth of an interval
            let Trains { steps, cells } = gamma_trains(20, 10.0, order, 1_000_000, 3);
            let raster = Raster::new(&steps, &cells, 20, 0.1, 0..1_000_000).unwrap();
            let cv = mean_cv(&raster, 3).unwrap();
            // the standard error of a CV over n intervals is about CV/√(2n) for small CV, 1/√n for Poisson
            assert!((cv / expected - 1.0).abs() < 0.03, "{cv} for {expected}");
        }
    }

    #[test]
    fn cells_with_too_few_intervals_have_none() {
        let raster = Raster::new(&[0, 1, 4, 5, 9, 14], &[0, 1, 0, 1, 0, 0], 3, 0.1, 0..20).unwrap();
        let cvs = interval_cvs(&raster, 3);
        // intervals 4, 5, 5: mean 14/3, variance 2/9
        assert!((cvs[0].unwrap() - (2.0_f64 / 9.0).sqrt() / (14.0 / 3.0)).abs() < 1e-12);
        assert_eq!(cvs[1..], [None, None]);
        assert_eq!(mean_cv(&raster, 4), None);
    }
}
