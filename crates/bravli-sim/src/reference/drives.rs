//! What acts on cells besides synapses, and spikes that come from outside.

use super::course::Course;
use crate::network::{
    Cells, Drive, DriveKind, Network, NeuronModel, Profile, RAW_SD, Trains, cell_word, centred_bytes,
};
use bravli_rng::{Draw, Stream};

/// Entries of a table of Poisson counts, at most.
const MOST_COUNTS: usize = 256;

/// State of all drives.
#[derive(Debug)]
pub(super) struct Drives {
    /// Value of each Ornstein–Uhlenbeck drive, by drive and cell.
    noise: Vec<Vec<f64>>,
    /// What Poisson events have open, by population, cell and receptor.
    pub(super) events: Vec<Vec<Vec<Course>>>,
}

/// What drives do to a cell during a step; all of it holds for the step.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// Currents, pA.
    pub(super) current_pa: f64,
    /// Conductances, nS, with their reversal potentials, mV.
    pub(super) conductances: Vec<(f64, f64)>,
    /// Potential of a clamp, mV.
    pub(super) clamp_mv: Option<f64>,
}

/// Mean, standard deviation and correlation time of a noisy drive at a cell.
fn noise_of(drive: &Drive, cell: usize) -> Option<(f64, f64, f64)> {
    match &drive.kind {
        DriveKind::OuConductance { mean_ns, sd_ns, tau_ms, .. } => {
            Some((mean_ns.at(cell), sd_ns.at(cell), tau_ms.at(cell)))
        }
        DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => Some((mean_pa.at(cell), sd_pa.at(cell), tau_ms.at(cell))),
        _ => None,
    }
}

fn reaches(drive: &Drive, population: usize, cell: usize) -> bool {
    drive.population == population
        && match &drive.cells {
            Cells::All => true,
            Cells::Some(list) => list.binary_search(&(cell as u32)).is_ok(),
        }
}

impl Drives {
    pub(super) fn new(network: &Network<'_>) -> Self {
        let noise = network.drives.iter().map(|drive| {
            let n_cells = network.populations[drive.population].n_cells as usize;
            (0..n_cells).filter_map(|cell| noise_of(drive, cell)).map(|(mean, _, _)| mean).collect()
        });
        let events = network.populations.iter().map(|population| {
            let closed =
                population.receptors.iter().map(|receptor| Course::new(receptor.kinetics, None, network.dt_ms));
            vec![closed.collect::<Vec<_>>(); population.n_cells as usize]
        });
        Self { noise: noise.collect(), events: events.collect() }
    }

    /// Poisson events of a step enter.
    pub(super) fn arrive(&mut self, network: &Network<'_>, step: u64) {
        for drive in &network.drives {
            let DriveKind::Poisson { receptor, rate_hz, weight } = &drive.kind else { continue };
            let key = Stream::new(network.seed, &drive.name, Draw::Poisson).key();
            let mean = rate_hz.at(step as f64 * network.dt_ms) * network.dt_ms * 1e-3;
            let thresholds = poisson_thresholds(mean);
            for (cell, receptors) in self.events[drive.population].iter_mut().enumerate() {
                let word = cell_word(key, cell as u32, step as u32);
                let count = thresholds.iter().filter(|threshold| word >= **threshold).count();
                receptors[*receptor].open(weight * count as f64);
            }
        }
    }

    /// What drives do to a cell in a step.
    pub(super) fn held(&self, network: &Network<'_>, population: usize, cell: usize, step: u64) -> Held {
        let time_ms = step as f64 * network.dt_ms;
        let mut held = Held::default();
        let reaching = network.drives.iter().zip(&self.noise).filter(|(drive, _)| reaches(drive, population, cell));
        for (drive, noise) in reaching {
            match &drive.kind {
                DriveKind::Poisson { .. } => {}
                DriveKind::OuConductance { reversal_mv, .. } => {
                    held.conductances.push((noise[cell].max(0.0), reversal_mv.at(cell)));
                }
                DriveKind::OuCurrent { .. } => held.current_pa += noise[cell],
                DriveKind::Current(waveform) => held.current_pa += waveform.at(time_ms),
                DriveKind::Conductance { waveform, reversal_mv } => {
                    held.conductances.push((waveform.at(time_ms), *reversal_mv));
                }
                DriveKind::Clamp { v_mv, start_ms, stop_ms } => {
                    if time_ms + 1e-6 >= *start_ms && time_ms + 1e-6 < *stop_ms {
                        held.clamp_mv = Some(*v_mv);
                    }
                }
            }
        }
        held
    }

    /// Noise and what Poisson events opened move to the end of a step.
    pub(super) fn advance(&mut self, network: &Network<'_>, step: u64) {
        for (drive, values) in network.drives.iter().zip(&mut self.noise) {
            let key = Stream::new(network.seed, &drive.name, Draw::Background).key();
            for (cell, value) in values.iter_mut().enumerate() {
                let Some((mean, sd, tau_ms)) = noise_of(drive, cell) else { continue };
                let keep = (-network.dt_ms / tau_ms).exp();
                let draw = f64::from(centred_bytes(cell_word(key, cell as u32, step as u32))) / RAW_SD;
                *value = mean + (*value - mean) * keep + sd * (1.0 - keep * keep).sqrt() * draw;
            }
        }
        self.events.iter_mut().flatten().flatten().for_each(|course| course.advance(network.dt_ms));
    }
}

/// For each count k, the words from which on more than k events come; words have 32 bits.
fn poisson_thresholds(mean: f64) -> Vec<u32> {
    let mut thresholds = Vec::new();
    let mut term = (-mean).exp();
    let mut sum = term;
    while thresholds.len() < MOST_COUNTS {
        // the cast stays within 32 bits
        let threshold = (sum * 4_294_967_296.0).floor() as u32;
        if threshold == u32::MAX {
            break;
        }
        thresholds.push(threshold);
        term *= mean / thresholds.len() as f64;
        sum += term;
    }
    thresholds
}

/// Cells of a source that spike at `step`, ascending.
pub(super) fn outside_spikes(network: &Network<'_>, population: usize, step: u64) -> Vec<usize> {
    let described = &network.populations[population];
    match &described.model {
        NeuronModel::Source(Trains::Poisson(profile)) if step > 0 => {
            let fires = poisson_train(network, &described.name, profile, step);
            (0..described.n_cells).filter(|cell| fires(*cell)).map(|cell| cell as usize).collect()
        }
        NeuronModel::Source(Trains::Given(spikes)) => {
            let from = spikes.partition_point(|(at, _)| u64::from(*at) < step);
            spikes[from..].iter().take_while(|(at, _)| u64::from(*at) == step).map(|(_, cell)| *cell as usize).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a cell of a Poisson source spikes at `step`.
fn poisson_train(network: &Network<'_>, name: &str, profile: &Profile, step: u64) -> impl Fn(u32) -> bool {
    let key = Stream::new(network.seed, name, Draw::Fibre).key();
    let expected = profile.at(step as f64 * network.dt_ms) * network.dt_ms * 1e-3;
    let probability = -(-expected).exp_m1();
    move |cell| unit24(cell_word(key, cell, step as u32)) < probability
}

/// A number in (0, 1) from the upper 24 bits of a word.
pub(super) fn unit24(word: u32) -> f64 {
    (f64::from(word >> 8) + 0.5) / 16_777_216.0
}
