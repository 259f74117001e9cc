//! Spikes of outside fibres: inhomogeneous Poisson trains by time rescaling.

use bravli_circuit::{FibrePopulation, FibreRate, Schedule};
use bravli_rng::{Draw, Stream};

/// Expected spikes of one fibre up to each step; entry `s` covers steps 0..s.
fn cumulative_rate(rate: &FibreRate, schedule: &Schedule, dt_ms: f64, n_steps: usize) -> Vec<f64> {
    let mut per_step = vec![rate.base_hz * 1e-3 * dt_ms; n_steps];
    for context in &schedule.contexts {
        let extra = (rate.hz_per_mu * context.mu + rate.hz_per_sigma * context.sigma) * 1e-3 * dt_ms;
        let range = step_range(context.start_ms, context.end_ms, dt_ms, n_steps);
        per_step[range].iter_mut().for_each(|expected| *expected += extra);
    }
    if rate.spikes_per_unit > 0.0 {
        // unit-area kernel (e^{−t/decay} − e^{−t/rise})/(decay − rise), cut where 1e−4 of its tail is left
        let length = ((rate.decay_ms * 10.0) / dt_ms).ceil() as usize;
        let mass = |t: f64| {
            1.0 - (rate.decay_ms * (-t / rate.decay_ms).exp() - rate.rise_ms * (-t / rate.rise_ms).exp())
                / (rate.decay_ms - rate.rise_ms)
        };
        let kernel: Vec<f64> =
            (0..length).map(|step| mass((step + 1) as f64 * dt_ms) - mass(step as f64 * dt_ms)).collect();
        for trial in &schedule.trials {
            let start = ((trial.onset_ms + rate.latency_ms) / dt_ms).round() as usize;
            let amplitude = rate.spikes_per_unit * trial.x;
            for (expected, share) in per_step.iter_mut().skip(start).zip(&kernel) {
                *expected += amplitude * share;
            }
        }
    }
    let mut sum = 0.0;
    let mut cumulative = Vec::with_capacity(n_steps + 1);
    cumulative.push(0.0);
    for expected in per_step {
        sum += expected;
        cumulative.push(sum);
    }
    cumulative
}

fn step_range(start_ms: f64, end_ms: f64, dt_ms: f64, n_steps: usize) -> std::ops::Range<usize> {
    let start = ((start_ms / dt_ms).round() as usize).min(n_steps);
    start..((end_ms / dt_ms).round() as usize).clamp(start, n_steps)
}

/// Spikes that a population is expected to fire over a schedule.
pub(crate) fn expected_spikes(population: &FibrePopulation, schedule: &Schedule, dt_ms: f64, n_steps: usize) -> f64 {
    let per_fibre = cumulative_rate(&population.rate, schedule, dt_ms, n_steps).last().copied().unwrap_or_default();
    per_fibre * f64::from(population.n_fibres)
}

/// Spikes (step, fibre) of one population, sorted by step, then fibre.
///
/// The n-th spike of a fibre comes where its expected count passes the sum of n unit exponentials, or a step after the spike
/// before where that were the same step.
pub(crate) fn fibre_spikes(
    population: &FibrePopulation,
    schedule: &Schedule,
    dt_ms: f64,
    n_steps: usize,
    seed: u64,
) -> Vec<(u32, u32)> {
    let cumulative = cumulative_rate(&population.rate, schedule, dt_ms, n_steps);
    let stream = Stream::new(seed, &population.source, Draw::Fibre);
    let mut spikes = Vec::new();
    for fibre in 0..population.n_fibres {
        let (mut reached, mut step, mut last) = (0.0, 0_usize, None::<usize>);
        for n in 0_u64.. {
            reached -= stream.uniform(u64::from(fibre), n).ln();
            while step < n_steps && cumulative[step + 1] < reached {
                step += 1;
            }
            if step >= n_steps {
                break;
            }
            let at = last.map_or(step, |last| step.max(last + 1));
            if at >= n_steps {
                break;
            }
            last = Some(at);
            spikes.push((at as u32, fibre));
        }
    }
    spikes.sort_unstable();
    spikes
}

#[cfg(test)]
mod tests {
    use super::*;
    use bravli_circuit::{Trial, TrialKind};

    #[test]
    fn a_fibre_fires_once_a_step_and_loses_no_spike() {
        let rate = FibreRate {
            base_hz: 2_000.0,
            spikes_per_unit: 0.0,
            rise_ms: 2.0,
            decay_ms: 15.0,
            latency_ms: 5.0,
            hz_per_mu: 0.0,
            hz_per_sigma: 0.0,
        };
        let schedule = Schedule { duration_ms: 1_000.0, trials: vec![], contexts: vec![] };
        let spikes = fibre_spikes(&FibrePopulation::unconnected("vpm", 50, rate), &schedule, 0.1, 10_000, 9);
        assert!(spikes.windows(2).all(|pair| pair[0] < pair[1]));
        // 100,000 expected; one in five falls into a step that is taken
        assert!((spikes.len() as f64 / 100_000.0 - 1.0).abs() < 0.015, "{}", spikes.len());
    }

    #[test]
    fn a_stimulus_adds_its_expected_spikes_after_the_latency() {
        let rate = FibreRate {
            base_hz: 0.0,
            spikes_per_unit: 0.5,
            rise_ms: 2.0,
            decay_ms: 15.0,
            latency_ms: 5.0,
            hz_per_mu: 0.0,
            hz_per_sigma: 0.0,
        };
        let population = FibrePopulation::unconnected("vpm", 4_000, rate);
        let trial =
            Trial { block: 0, context: 0, mu: 3.0, sigma: 1.0, x: 3.0, kind: TrialKind::Natural, onset_ms: 50.0 };
        let schedule = Schedule { duration_ms: 400.0, trials: vec![trial], contexts: vec![] };
        let spikes = fibre_spikes(&population, &schedule, 0.1, 4_000, 9);
        let per_fibre = spikes.len() as f64 / 4_000.0;
        // Poisson mean 1.5 over 4000 fibres: standard error 0.019
        assert!((per_fibre - 1.5).abs() < 0.08, "{per_fibre}");
        assert!(spikes.iter().all(|(step, _)| *step >= 550));
    }
}
