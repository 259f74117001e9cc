//! Spike trains whose statistics are known.

use bravli_rng::{Draw, Stream};

/// Spikes sorted by step, then cell; steps of 0.1 ms.
pub(super) struct Trains {
    pub(super) steps: Vec<u32>,
    pub(super) cells: Vec<u32>,
}

impl Trains {
    fn sorted(mut spikes: Vec<(u32, u32)>) -> Self {
        spikes.sort_unstable();
        let (steps, cells) = spikes.into_iter().unzip();
        Self { steps, cells }
    }
}

/// Renewal trains with gamma intervals of whole order, near their steady state: the first interval is drawn as the rest of
/// one that began long before.
pub(super) fn gamma_trains(n_cells: u32, rate_hz: f64, order: u32, n_steps: u32, seed: u64) -> Trains {
    let stream = Stream::new(seed, "trains", Draw::Fibre);
    let mut spikes = Vec::new();
    for cell in 0..n_cells {
        let mut sampler = stream.sampler(u64::from(cell), 0);
        let phase = 1e4 / rate_hz;
        let mut at = -20.0 * phase - phase * sampler.uniform();
        while at < f64::from(n_steps) {
            if at >= 0.0 {
                spikes.push((at as u32, cell));
            }
            at += (0..order).map(|_| -sampler.uniform().ln()).sum::<f64>() / f64::from(order) * phase;
        }
    }
    Trains::sorted(spikes)
}

/// Poisson trains, each made of a share of a mother train's spikes and the rest of its own: any two correlate by `share`.
pub(super) fn correlated_trains(n_cells: u32, rate_hz: f64, share: f64, n_steps: u32, seed: u64) -> Trains {
    let mother = gamma_trains(1, rate_hz, 1, n_steps, seed + 1);
    let stream = Stream::new(seed, "copies", Draw::Fibre);
    let mut spikes = Vec::new();
    for cell in 0..n_cells {
        // a copy keeps √share of the mother, so that two copies share `share` of their spikes
        let kept = |k: usize| stream.uniform(u64::from(cell), k as u64) < share.sqrt();
        spikes.extend(mother.steps.iter().enumerate().filter(|(k, _)| kept(*k)).map(|(_, step)| (*step, cell)));
    }
    let own_hz = rate_hz * (1.0 - share.sqrt());
    if own_hz > 0.0 {
        let own = gamma_trains(n_cells, own_hz, 1, n_steps, seed + 2);
        spikes.extend(own.steps.into_iter().zip(own.cells));
    }
    Trains::sorted(spikes)
}
