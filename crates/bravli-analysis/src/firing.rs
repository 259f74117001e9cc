//! What a cell does under a step of current: the features by which electrical types are told apart.
//!
//! Definitions follow eFEL, the electrophys feature extraction library of the Blue Brain Project, where it has them:
//! spikes are upward crossings of a threshold, the adaptation index is its `adaptation_index` with no interval left out,
//! CV is its `ISI_CV` but of the population and not of a sample. Times are in ms, currents in pA, rates in Hz.

/// Features of the spikes within one step; `None` where there are too few of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StepFeatures {
    /// Spikes within the step.
    pub n_spikes: usize,
    /// Spikes over the length of the step, Hz.
    pub rate_hz: f64,
    /// From the start of the step to the first spike, ms.
    pub latency_ms: Option<f64>,
    /// First two intervals, ms.
    pub first_isis_ms: Option<[f64; 2]>,
    /// Median interval, ms.
    pub median_isi_ms: Option<f64>,
    /// Mean of (ISI_{i+1} − ISI_i)/(ISI_{i+1} + ISI_i): above 0 for a cell that slows down.
    pub adaptation_index: Option<f64>,
    /// Standard deviation of the intervals over their mean.
    pub isi_cv: Option<f64>,
    /// Longest interval over the median.
    pub longest_over_median: Option<f64>,
    /// Intervals longer than [`PAUSE`] medians.
    pub n_pauses: usize,
    /// How far the intervals are from any short cycle ([`aperiodicity`]).
    pub aperiodicity: Option<f64>,
}

/// Medians that an interval must exceed to be a pause.
pub const PAUSE: f64 = 4.0;

/// Longest cycle of intervals that [`aperiodicity`] looks for.
const LONGEST_CYCLE: usize = 6;

/// Intervals that [`aperiodicity`] leaves out at the start, where cells settle.
const SETTLING: usize = 4;

impl StepFeatures {
    /// Features of the spikes at `spikes_ms` (ascending) from `start_ms` on and before `start_ms + duration_ms`.
    ///
    /// ```
    /// let step = bravli_analysis::firing::StepFeatures::new(&[110.0, 115.0, 135.0, 215.0], 100.0, 500.0);
    /// assert_eq!((step.rate_hz, step.latency_ms, step.burst_ratio()), (8.0, Some(10.0), Some(0.25)));
    /// ```
    #[must_use]
    pub fn new(spikes_ms: &[f64], start_ms: f64, duration_ms: f64) -> Self {
        let end_ms = start_ms + duration_ms;
        let spikes: Vec<f64> = spikes_ms.iter().copied().filter(|t| *t >= start_ms && *t < end_ms).collect();
        let isis: Vec<f64> = spikes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let median = median(&isis);
        let longest = isis.iter().copied().fold(0.0, f64::max);
        Self {
            n_spikes: spikes.len(),
            rate_hz: if duration_ms > 0.0 { 1_000.0 * spikes.len() as f64 / duration_ms } else { 0.0 },
            latency_ms: spikes.first().map(|first| first - start_ms),
            first_isis_ms: (isis.len() > 1).then(|| [isis[0], isis[1]]),
            median_isi_ms: median,
            adaptation_index: adaptation_index(&isis),
            isi_cv: isi_cv(&isis),
            longest_over_median: median.map(|median| longest / median),
            n_pauses: median.map_or(0, |median| isis.iter().filter(|isi| **isi > PAUSE * median).count()),
            aperiodicity: aperiodicity(&isis),
        }
    }

    /// First interval over the second: below one half in an initial burst that ends at once.
    #[must_use]
    pub fn burst_ratio(&self) -> Option<f64> {
        self.first_isis_ms.map(|[first, second]| first / second)
    }

    /// First interval over the median: below one half in an initial burst of any length.
    #[must_use]
    pub fn onset_ratio(&self) -> Option<f64> {
        self.first_isis_ms.zip(self.median_isi_ms).map(|([first, _], median)| first / median)
    }
}

/// Median of a list in any order; the mean of the two in the middle of an even one.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (n > 0).then(|| 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]))
}

/// Mean of (ISI_{i+1} − ISI_i)/(ISI_{i+1} + ISI_i), of two intervals or more.
#[must_use]
pub fn adaptation_index(isis_ms: &[f64]) -> Option<f64> {
    let changes: Vec<f64> = isis_ms.windows(2).map(|pair| (pair[1] - pair[0]) / (pair[1] + pair[0])).collect();
    (!changes.is_empty()).then(|| changes.iter().sum::<f64>() / changes.len() as f64)
}

/// Standard deviation of the intervals over their mean, of two intervals or more.
#[must_use]
pub fn isi_cv(isis_ms: &[f64]) -> Option<f64> {
    let n = isis_ms.len() as f64;
    let mean = isis_ms.iter().sum::<f64>() / n;
    let variance = isis_ms.iter().map(|isi| (isi - mean).powi(2)).sum::<f64>() / n;
    (isis_ms.len() > 1).then(|| variance.sqrt() / mean)
}

/// How far intervals are from any cycle of one to six of them: the mean of |ISI_{i+k} − ISI_i| over the mean interval, of
/// the k for which it is least. 0 for tonic firing and for repeated doublets, about 1 for a Poisson process. The first
/// four intervals are left out; `None` unless there are twelve more.
///
/// A CV alone does not tell irregular firing from a regular sequence of doublets.
#[must_use]
pub fn aperiodicity(isis_ms: &[f64]) -> Option<f64> {
    let settled = isis_ms.get(SETTLING..).filter(|settled| settled.len() >= 2 * LONGEST_CYCLE)?;
    let mean = settled.iter().sum::<f64>() / settled.len() as f64;
    let distance = |cycle: usize| {
        let pairs = settled.iter().zip(&settled[cycle..]);
        pairs.map(|(one, other)| (other - one).abs()).sum::<f64>() / (settled.len() - cycle) as f64 / mean
    };
    (1..=LONGEST_CYCLE).map(distance).min_by(f64::total_cmp)
}

/// Least current at which a cell fires, between `low_pa` and `high_pa`, to `tolerance_pa`: by bisection of `fires`, which
/// simulates a step. `None` when it does not fire at `high_pa`; `low_pa` when it fires there.
pub fn rheobase(low_pa: f64, high_pa: f64, tolerance_pa: f64, mut fires: impl FnMut(f64) -> bool) -> Option<f64> {
    if !fires(high_pa) {
        return None;
    }
    if fires(low_pa) {
        return Some(low_pa);
    }
    let (mut silent, mut firing) = (low_pa, high_pa);
    while firing - silent > tolerance_pa {
        let middle = 0.5 * (silent + firing);
        if middle <= silent || middle >= firing {
            break; // no number lies in between
        }
        if fires(middle) { firing = middle } else { silent = middle }
    }
    Some(firing)
}

/// Slope of the straight line through (current in pA, rate in Hz) by least squares, Hz/pA; `None` for fewer than two
/// currents.
#[must_use]
pub fn fi_slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (current, rate) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - current).powi(2)).sum();
    let across: f64 = points.iter().map(|point| (point.0 - current) * (point.1 - rate)).sum();
    (along > 0.0).then(|| across / along)
}

/// Times at which a potential sampled every `dt_ms`, the first sample at 0, crosses `threshold_mv` upwards; the crossing
/// is interpolated.
#[must_use]
pub fn crossings(v_mv: &[f64], dt_ms: f64, threshold_mv: f64) -> Vec<f64> {
    let pairs = v_mv.windows(2).enumerate().filter(|(_, v)| v[0] < threshold_mv && v[1] >= threshold_mv);
    pairs.map(|(i, v)| (i as f64 + (threshold_mv - v[0]) / (v[1] - v[0])) * dt_ms).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spikes with these intervals, the first at 10 ms.
    fn train(isis: &[f64]) -> Vec<f64> {
        let mut spikes = vec![10.0];
        spikes.extend(isis.iter().scan(10.0, |t, isi| {
            *t += isi;
            Some(*t)
        }));
        spikes
    }

    #[test]
    fn a_clock_neither_adapts_nor_varies() {
        let step = StepFeatures::new(&train(&[20.0; 30]), 0.0, 1_000.0);
        assert_eq!((step.n_spikes, step.rate_hz, step.latency_ms), (31, 31.0, Some(10.0)));
        assert_eq!((step.adaptation_index, step.isi_cv, step.aperiodicity), (Some(0.0), Some(0.0), Some(0.0)));
        assert_eq!((step.burst_ratio(), step.onset_ratio(), step.n_pauses), (Some(1.0), Some(1.0), 0));
    }

    #[test]
    fn features_of_a_short_train_are_those_worked_out_by_hand() {
        let step = StepFeatures::new(&train(&[10.0, 30.0, 60.0]), 0.0, 500.0);
        // (20/40 + 30/90)/2; mean 100/3, variance (10² + 30² + 60²)/3 − (100/3)²
        let index = step.adaptation_index.unwrap_or_default();
        assert!((index - (0.5 + 1.0 / 3.0) / 2.0).abs() < 1e-12, "{index}");
        let cv = step.isi_cv.unwrap_or_default();
        assert!((cv - (4_600.0_f64 / 3.0 - 10_000.0 / 9.0).sqrt() / (100.0 / 3.0)).abs() < 1e-12, "{cv}");
        assert_eq!((step.median_isi_ms, step.longest_over_median), (Some(30.0), Some(2.0)));
        assert_eq!((step.burst_ratio(), step.onset_ratio()), (Some(1.0 / 3.0), Some(1.0 / 3.0)));
        assert_eq!(step.aperiodicity, None, "too few intervals");
    }

    #[test]
    fn too_few_spikes_have_no_features() {
        let silent = StepFeatures::new(&[], 0.0, 1_000.0);
        assert_eq!(silent, StepFeatures::default());
        let one = StepFeatures::new(&[5.0, 50.0, 250.0], 40.0, 100.0);
        assert_eq!((one.n_spikes, one.latency_ms, one.isi_cv), (1, Some(10.0), None), "spikes outside do not count");
        let two = StepFeatures::new(&[50.0, 60.0], 0.0, 100.0);
        assert_eq!(
            (two.median_isi_ms, two.isi_cv, two.adaptation_index, two.burst_ratio()),
            (Some(10.0), None, None, None)
        );
    }

    #[test]
    fn clusters_have_pauses_and_a_cycle() {
        let clusters: Vec<f64> = [4.0, 4.0, 200.0].repeat(8);
        let step = StepFeatures::new(&train(&clusters), 0.0, 2_000.0);
        assert_eq!((step.n_pauses, step.longest_over_median), (8, Some(50.0)));
        assert!(step.isi_cv > Some(1.0));
        assert_eq!(step.aperiodicity, Some(0.0), "a cycle of three");
        // intervals of which none repeats: multiples of the golden ratio, fractional parts
        let scattered: Vec<f64> = (1..40).map(|i| 10.0 + 100.0 * (f64::from(i) * 0.618_033_988_75).fract()).collect();
        assert!(StepFeatures::new(&train(&scattered), 0.0, 9_000.0).aperiodicity > Some(0.1));
    }

    #[test]
    fn rheobase_is_found_to_the_tolerance() {
        let mut n_asked = 0;
        let found = rheobase(0.0, 1_000.0, 0.5, |current| {
            n_asked += 1;
            current >= 123.4
        });
        assert!(found.is_some_and(|found| (123.4..=123.9).contains(&found)), "{found:?}");
        assert_eq!(n_asked, 2 + 11, "two ends, and 2^11 halves of half a picoampere");
        assert_eq!(rheobase(0.0, 100.0, 0.5, |current| current > 123.4), None);
        assert_eq!(rheobase(0.0, 100.0, 0.5, |_| true), Some(0.0), "fires without current");
        assert_eq!(rheobase(1.0, 1.0 + f64::EPSILON, 0.0, |current| current > 1.0), Some(1.0 + f64::EPSILON));
    }

    #[test]
    fn the_slope_is_that_of_the_line() {
        let line: Vec<(f64, f64)> = (0..5).map(|i| (100.0 + 50.0 * f64::from(i), 3.0 + 10.0 * f64::from(i))).collect();
        let slope = fi_slope(&line).unwrap_or_default();
        assert!((slope - 0.2).abs() < 1e-12, "{slope}");
        assert_eq!((fi_slope(&[(100.0, 5.0)]), fi_slope(&[])), (None, None));
    }

    #[test]
    fn crossings_are_upward_and_interpolated() {
        assert_eq!(crossings(&[-70.0, -30.0, 10.0, -60.0, -20.0], 0.1, -20.0), [0.125, 0.4]);
        assert_eq!(crossings(&[], 0.1, 0.0), [0.0; 0]);
    }
}
