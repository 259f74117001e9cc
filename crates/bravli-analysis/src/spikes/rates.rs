//! How much cells fire.

use super::Raster;

/// Rate of each cell, Hz.
#[must_use]
pub fn rates_hz(raster: &Raster<'_>) -> Vec<f64> {
    raster.counts().into_iter().map(|count| f64::from(count) / raster.duration_s()).collect()
}

/// Mean rate over all cells, silent ones as well, Hz; zero where there are no cells.
#[must_use]
pub fn mean_rate_hz(raster: &Raster<'_>) -> f64 {
    let cells = f64::from(raster.n_cells());
    if cells > 0.0 { raster.n_spikes() as f64 / cells / raster.duration_s() } else { 0.0 }
}

/// Share of cells that never fire; zero where there are no cells.
#[must_use]
pub fn silent_fraction(raster: &Raster<'_>) -> f64 {
    let silent = raster.counts().into_iter().filter(|count| *count == 0).count();
    if raster.n_cells() > 0 { silent as f64 / f64::from(raster.n_cells()) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::trains::{Trains, gamma_trains};
    use super::*;

    #[test]
    fn rates_are_spikes_over_cells_and_time() {
        let raster = Raster::new(&[0, 1, 2, 3], &[0, 0, 0, 2], 4, 0.1, 0..5_000).unwrap();
        assert_eq!(rates_hz(&raster), [6.0, 0.0, 2.0, 0.0]);
        assert_eq!(mean_rate_hz(&raster), 2.0);
        assert_eq!(silent_fraction(&raster), 0.5);
    }

    #[test]
    fn as_many_poisson_cells_are_silent_as_the_law_says() {
        // 2 Hz for 1 s: a share e^−2 = 0.135 never fires; its standard error over 4000 cells is 0.0054
        let Trains { steps, cells } = gamma_trains(4_000, 2.0, 1, 10_000, 5);
        let raster = Raster::new(&steps, &cells, 4_000, 0.1, 0..10_000).unwrap();
        assert!((silent_fraction(&raster) - (-2.0_f64).exp()).abs() < 0.022);
        assert!((mean_rate_hz(&raster) - 2.0).abs() < 0.1);
    }
}
