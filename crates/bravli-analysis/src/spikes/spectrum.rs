//! Rhythms of a population.

use super::Raster;
use super::counts::population_counts;
use super::fft::power;
use std::f64::consts::PI;

/// Power of a population's mean rate by frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Frequencies above zero and up to half the bins' rate, Hz.
    pub frequency_hz: Vec<f64>,
    /// Two-sided density of the rate per cell, (spikes/s)²/Hz.
    pub power: Vec<f64>,
    /// Segments averaged over.
    pub n_segments: usize,
}

/// How segments are cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taper {
    /// Side by side with hard edges (Bartlett 1948, doi:10.1038/161686a0).
    None,
    /// Half overlapping, each faded in and out by a Hann window (Welch 1967, doi:10.1109/TAU.1967.1161901).
    Hann,
}

/// Power spectrum of the rate per cell, counted in bins of `bin_steps`, averaged over segments of `segment_bins` bins.
///
/// `segment_bins` is rounded up to a power of two; each segment's mean is taken off. N independent Poisson cells of r Hz
/// have r/N at every frequency; a rate r(1 + m cos 2πft) adds a line of r²m²/4 times the segment's length at f for
/// [`Taper::None`]. None where there are no cells or the window is shorter than a segment.
#[must_use]
pub fn rate_spectrum(raster: &Raster<'_>, bin_steps: u32, segment_bins: usize, taper: Taper) -> Option<Spectrum> {
    let n = segment_bins.max(2).next_power_of_two();
    let bin_s = f64::from(bin_steps.max(1)) * raster.dt_ms() * 1e-3;
    let counts = population_counts(raster, bin_steps);
    if raster.n_cells() == 0 || counts.len() < n {
        return None;
    }
    let (window, hop): (Vec<f64>, usize) = match taper {
        Taper::None => (vec![1.0; n], n),
        Taper::Hann => ((0..n).map(|t| (PI * (t as f64 + 0.5) / n as f64).sin().powi(2)).collect(), n / 2),
    };
    let weight: f64 = window.iter().map(|value| value * value).sum();
    let to_rate = 1.0 / (f64::from(raster.n_cells()) * bin_s);
    let mut sum = vec![0.0; n / 2 + 1];
    let mut n_segments = 0;
    for start in (0..=counts.len() - n).step_by(hop) {
        let segment = &counts[start..start + n];
        let mean = segment.iter().map(|count| f64::from(*count)).sum::<f64>() / n as f64;
        let tapered: Vec<f64> =
            segment.iter().zip(&window).map(|(count, w)| (f64::from(*count) - mean) * to_rate * w).collect();
        sum.iter_mut().zip(power(&tapered)).for_each(|(sum, power)| *sum += power);
        n_segments += 1;
    }
    let scale = bin_s / weight / f64::from(n_segments);
    let frequency = |k: usize| k as f64 / (n as f64 * bin_s);
    Some(Spectrum {
        frequency_hz: (1..=n / 2).map(frequency).collect(),
        power: sum[1..].iter().map(|sum| sum * scale).collect(),
        n_segments: n_segments as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::super::trains::{Trains, gamma_trains};
    use super::*;

    #[test]
    fn independent_poisson_cells_have_a_flat_spectrum_of_rate_over_cells() {
        let Trains { steps, cells } = gamma_trains(20, 50.0, 1, 2_000_000, 4);
        let raster = Raster::new(&steps, &cells, 20, 0.1, 0..2_000_000).unwrap();
        for taper in [Taper::None, Taper::Hann] {
            let spectrum = rate_spectrum(&raster, 10, 512, taper).unwrap();
            let mean = spectrum.power.iter().sum::<f64>() / spectrum.power.len() as f64;
            assert!((mean / 2.5 - 1.0).abs() < 0.02, "{mean} for {taper:?}");
            // 390 segments: each frequency is within a quarter of the mean
            assert!(spectrum.power.iter().all(|power| (power / mean - 1.0).abs() < 0.3), "{taper:?}");
            assert!((spectrum.frequency_hz[0] - 1.0 / 0.512).abs() < 1e-9);
            assert!((spectrum.frequency_hz[255] - 500.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_regular_train_is_a_comb_at_its_rate() {
        // 62.5 Hz is line 32 of segments of 512 ms
        let steps: Vec<u32> = (0..4_096).map(|k| k * 160).collect();
        let cells = vec![0; steps.len()];
        let raster = Raster::new(&steps, &cells, 1, 0.1, 0..655_360).unwrap();
        let spectrum = rate_spectrum(&raster, 10, 512, Taper::None).unwrap();
        for (frequency, power) in spectrum.frequency_hz.iter().zip(&spectrum.power) {
            // a comb of rate r has lines of r² at multiples of r: r² times the segment's length
            let expected = if frequency % 62.5 == 0.0 { 62.5 * 62.5 * 0.512 } else { 0.0 };
            assert!((power - expected).abs() < 1e-6 * 62.5 * 62.5, "{power} at {frequency}");
        }
    }

    #[test]
    fn a_window_shorter_than_a_segment_has_no_spectrum() {
        let raster = Raster::new(&[1, 2], &[0, 0], 1, 0.1, 0..1_000).unwrap();
        assert_eq!(rate_spectrum(&raster, 10, 128, Taper::Hann), None);
        assert!(rate_spectrum(&raster, 10, 64, Taper::Hann).is_some());
    }
}
