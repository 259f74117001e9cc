//! Receptors of a population as exponentials that share inputs.

use super::membrane::{Kind, step_mean};
use crate::network::{Effect, Kinetics, NeuronModel, Population, Receptor};

/// Largest ratio of neighbouring decays: a mixture in between is then off by less than a hundredth of its peak.
const STEP: f64 = 1.6;

/// Decay times that a receptor mixes where connections have decays of their own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ladder {
    rungs: Vec<f64>,
}

impl Ladder {
    /// Rungs at equal ratios of at most [`STEP`] from the shortest to the longest decay in use.
    pub(crate) fn new(shortest: f64, longest: f64) -> Self {
        let span = (longest / shortest).max(1.01);
        let n = (span.log(STEP).ceil() as usize).max(1) + 1;
        let ratio = span.powf(1.0 / (n as f64 - 1.0));
        Self { rungs: (0..n).map(|rung| shortest * ratio.powi(rung as i32)).collect() }
    }

    /// The rung below `tau` and the share of the next, so that peak and charge of the decay are kept:
    /// α + β = 1 and α τ₁ + β τ₂ = τ.
    pub(crate) fn mix(&self, tau: f64) -> (usize, f64) {
        let rung = (1..self.rungs.len() - 1).take_while(|&rung| self.rungs[rung] <= tau).count();
        let (low, high) = (self.rungs[rung], self.rungs[rung + 1]);
        (rung, ((tau - low) / (high - low)).clamp(0.0, 1.0))
    }
}

/// Factor that gives exp(−t/decay) − exp(−t/rise) a peak of one.
///
/// t_p = τ_r τ_d/(τ_d − τ_r) ln(τ_d/τ_r); factor = 1/(e^{−t_p/τ_d} − e^{−t_p/τ_r}).
pub(crate) fn biexponential_factor(rise_ms: f64, decay_ms: f64) -> f64 {
    // a decay as short as the rise is the limit of an alpha function; keep a hair of difference
    let decay_ms = decay_ms.max(rise_ms * 1.001);
    let peak = rise_ms * decay_ms / (decay_ms - rise_ms) * (decay_ms / rise_ms).ln();
    1.0 / ((-peak / decay_ms).exp() - (-peak / rise_ms).exp())
}

/// An accumulator that events add to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Input {
    /// Plane of the partition's accumulators.
    pub(crate) plane: usize,
    /// Factor from weight to the jump of its exponentials.
    pub(crate) gain: f64,
}

/// An exponential that inputs feed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exponential {
    pub(crate) tau_ms: f64,
    /// Inputs that make it jump.
    pub(crate) from: std::ops::Range<usize>,
    /// +1 for a decay, −1 for a rise.
    pub(crate) sign: f64,
}

/// A receptor by its exponentials.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    pub(crate) effect: Effect,
    /// Its inputs: one, or one per rung.
    pub(crate) inputs: std::ops::Range<usize>,
    /// Where connections have decays of their own.
    pub(crate) ladder: Option<Ladder>,
    /// Rise, ms, where it has one.
    pub(crate) rise_ms: Option<f64>,
    /// Its exponentials.
    pub(crate) exponentials: std::ops::Range<usize>,
}

/// All receptors of a population.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Filters {
    pub(crate) filters: Vec<Filter>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) exponentials: Vec<Exponential>,
}

impl Filters {
    /// `own_decays` holds, by receptor, the range of decays that connections have for themselves, ms.
    pub(crate) fn new(population: &Population, own_decays: &[Option<(f32, f32)>]) -> Self {
        let mut filters = Self::default();
        for (receptor, own) in population.receptors.iter().zip(own_decays) {
            filters.add(receptor, *own);
        }
        filters
    }

    fn add(&mut self, receptor: &Receptor, own: Option<(f32, f32)>) {
        let (first_input, first_exponential) = (self.inputs.len(), self.exponentials.len());
        let input = |gain| Input { plane: 0, gain };
        let (rise_ms, decay_ms) = match receptor.kinetics {
            Kinetics::Exponential { tau_ms } => (None, tau_ms),
            Kinetics::Biexponential { rise_ms, decay_ms } => (Some(rise_ms), decay_ms),
        };
        let floor = rise_ms.map_or(0.0, |rise| rise * 1.001);
        let ladder = own.map(|(low, high)| {
            let within = |tau: f32| f64::from(tau).max(floor);
            // connections that state none, and drives, use the receptor's own
            Ladder::new(within(low).min(decay_ms), within(high).max(decay_ms))
        });
        let factor = rise_ms.map_or(1.0, |rise| biexponential_factor(rise, decay_ms));
        let decays: Vec<f64> = ladder.as_ref().map_or_else(|| vec![decay_ms.max(floor)], |ladder| ladder.rungs.clone());
        for (rung, tau_ms) in decays.iter().enumerate() {
            // with a ladder the factor depends on the connection's decay, and is in its weight
            self.inputs.push(input(if ladder.is_some() { 1.0 } else { factor }));
            let from = first_input + rung..first_input + rung + 1;
            self.exponentials.push(Exponential { tau_ms: *tau_ms, from, sign: 1.0 });
        }
        let inputs = first_input..self.inputs.len();
        if let Some(rise) = rise_ms {
            self.exponentials.push(Exponential { tau_ms: rise, from: inputs.clone(), sign: -1.0 });
        }
        for (plane, input) in self.inputs.iter_mut().enumerate().skip(first_input) {
            input.plane = plane;
        }
        self.filters.push(Filter {
            effect: receptor.effect,
            inputs,
            ladder,
            rise_ms,
            exponentials: first_exponential..self.exponentials.len(),
        });
    }

    /// Input, share of the weight and, for a ladder, the next input with its share, for a connection with a decay of its own.
    pub(crate) fn mix(&self, receptor: usize, kinetics: Kinetics, own_decay_ms: Option<f64>) -> Mix {
        let filter = &self.filters[receptor];
        let Some(ladder) = &filter.ladder else { return Mix { rung: 0, factor: 1.0, second: 0.0 } };
        let decay = own_decay_ms.unwrap_or(match kinetics {
            Kinetics::Exponential { tau_ms } => tau_ms,
            Kinetics::Biexponential { decay_ms, .. } => decay_ms,
        });
        let (rung, second) = ladder.mix(decay);
        Mix { rung, factor: filter.rise_ms.map_or(1.0, |rise| biexponential_factor(rise, decay)), second }
    }
}

/// How a connection's events spread over the rungs of a receptor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mix {
    /// First rung.
    pub(crate) rung: usize,
    /// Factor on the weight.
    pub(crate) factor: f64,
    /// Share that goes to the next rung.
    pub(crate) second: f64,
}

/// The kernel that fits a population: the exact one where nothing but currents acts.
pub(crate) fn kind_of(population: &Population, has_conductance_drive: bool) -> Option<Kind> {
    let current = |receptor: &Receptor| matches!(receptor.effect, Effect::Current | Effect::Silent);
    match population.model {
        NeuronModel::Lif(_) if !has_conductance_drive && population.receptors.iter().all(current) => {
            Some(Kind::LifExact)
        }
        NeuronModel::Lif(_) => Some(Kind::Lif),
        NeuronModel::Adex(_) => Some(Kind::Adex),
        NeuronModel::Gif(_) => Some(Kind::Gif),
        NeuronModel::Izhikevich(_) => Some(Kind::Izhikevich),
        NeuronModel::Source(_) => None,
    }
}

/// What an exponential of value one at a step's start does over the step: its mean, or for [`Kind::LifExact`] what its
/// current adds to V by the end, mV per pA.
pub(crate) fn effect_over_step(population: &Population, kind: Kind, tau_ms: f64, dt_ms: f64, cell: usize) -> f64 {
    match &population.model {
        NeuronModel::Lif(lif) if kind == Kind::LifExact => {
            let (c, g) = (lif.c_m_pf.at(cell), lif.g_l_ns.at(cell));
            let tau_m = c / g;
            // (e^{−dt/τ_m} − e^{−dt/τ}) / (1/τ − 1/τ_m) / C, and its limit t e^{−t/τ}/C where both are equal
            let difference = dt_ms / tau_ms - dt_ms / tau_m;
            if difference.abs() < 1e-9 {
                dt_ms * (-dt_ms / tau_m).exp() / c
            } else {
                -(-dt_ms / tau_m).exp() * (-difference).exp_m1() / difference * dt_ms / c
            }
        }
        _ => step_mean(tau_ms, dt_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_biexponential_peaks_at_one() {
        let factor = biexponential_factor(0.2, 1.74);
        let peak = (0..4_000)
            .map(|i| f64::from(i) * 1e-3)
            .map(|t| factor * ((-t / 1.74).exp() - (-t / 0.2).exp()))
            .fold(0.0, f64::max);
        assert!((peak - 1.0).abs() < 1e-6);
    }

    #[test]
    fn mixtures_keep_peak_and_charge_of_every_decay() {
        let ladder = Ladder::new(4.2, 37.8);
        for tau in [4.2, 6.4, 8.3, 10.4, 20.0, 36.5, 37.8] {
            let (rung, second) = ladder.mix(tau);
            let (low, high) = (ladder.rungs[rung], ladder.rungs[rung + 1]);
            assert!(((1.0 - second) * low + second * high - tau).abs() < 1e-9);
            assert!((0.0..=1.0).contains(&second) && high / low <= STEP + 1e-9, "{tau}: {second}");
        }
    }
}
