//! What one connection draws from its synapse class.

use crate::edges::Interval;
use bravli_recipe::{MeanSd, SynapseClass};
use bravli_rng::{Draw, Gamma, NormalWithinSd, Poisson, Stream, unit32};
use half::f16;

/// Fallback where a generation of recipes has no `uHillCoefficient`: no calcium dependence is known, and none is applied.
pub(crate) const NO_CALCIUM_SCALING_MM: f32 = 0.0;

/// Fastest decay of a fast receptor, in ms; engines integrate nothing shorter.
const MIN_TAU_DECAY_MS: f64 = 0.3;

/// Shortest recovery, in ms: faster than a tenth of a millisecond is instantaneous to every engine.
const MIN_TAU_REC_MS: f64 = 0.1;

/// The values of one connection, shared by its contacts, as they are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contact {
    /// Number of contacts.
    pub n_synapses: u8,
    /// Readily releasable vesicles per contact.
    pub n_rrp: u8,
    /// Peak conductance of one contact, nS.
    pub gsyn_ns: f16,
    /// Recovery from depression, ms.
    pub tau_rec_ms: f16,
    /// Recovery from facilitation, ms.
    pub tau_facil_ms: f16,
    /// Utilisation at 2 mM calcium, within [`ContactLaw::u_syn_range`].
    pub u_syn: u8,
    /// Decay of the fast receptor, within [`ContactLaw::tau_decay_range`].
    pub tau_decay: u8,
}

/// The distributions of a synapse class and of the number of contacts, ready to draw from.
///
/// gsyn, d and f are gamma; u and dtc normal within one standard deviation and not negative; vesicles
/// 1 + Poisson(mean − 1); contacts 1 + a gamma rounded at random so that the mean is kept.
///
/// # Source
/// The reference builder's draws per connection.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactLaw {
    beyond_first: Gamma,
    gsyn_ns: Gamma,
    tau_rec_ms: Gamma,
    tau_facil_ms: Gamma,
    u_syn: NormalWithinSd,
    tau_decay_ms: NormalWithinSd,
    further_vesicles: Poisson,
    /// Range of the utilisation.
    pub u_syn_range: Interval,
    /// Range of the decay, ms.
    pub tau_decay_range: Interval,
}

impl ContactLaw {
    /// Prepares the distributions of `class`, with `synapses` contacts per connection.
    #[must_use]
    pub fn new(class: &SynapseClass, synapses: MeanSd) -> Self {
        let u_syn = NormalWithinSd::new(class.u_syn.mean, class.u_syn.sd);
        let tau_decay_ms = NormalWithinSd::new(class.tau_decay_ms.mean, class.tau_decay_ms.sd);
        let interval = |law: &NormalWithinSd, low: f64, high: f64| {
            let (from, to) = law.range();
            Interval { low: from.clamp(low, high) as f32, high: to.clamp(low, high) as f32 }
        };
        // rounding at random adds the variance of a fraction, about 1/6
        let sd = (synapses.sd * synapses.sd - 1.0 / 6.0).max(0.01).sqrt();
        Self {
            beyond_first: Gamma::new((synapses.mean - 1.0).max(0.0), sd),
            gsyn_ns: Gamma::new(class.gsyn_ns.mean, class.gsyn_ns.sd),
            tau_rec_ms: Gamma::new(class.tau_rec_ms.mean, class.tau_rec_ms.sd),
            tau_facil_ms: Gamma::new(class.tau_facil_ms.mean, class.tau_facil_ms.sd),
            further_vesicles: Poisson::new(class.n_rrp - 1.0),
            u_syn_range: interval(&u_syn, 0.0, 1.0),
            tau_decay_range: interval(&tau_decay_ms, MIN_TAU_DECAY_MS, f64::from(f32::MAX)),
            u_syn,
            tau_decay_ms,
        }
    }

    /// Draws the values of the connection `pair` (source in the high, target in the low 32 bits).
    #[inline]
    #[must_use]
    pub fn draw(&self, stream: Stream, pair: u64) -> Contact {
        let words = stream.words(pair, 0);
        let gamma = |law: &Gamma, index: u32| law.draw(stream, pair, index);
        let beyond_first = gamma(&self.beyond_first, 1) + unit32(words[3]);
        Contact {
            n_synapses: 1 + beyond_first.floor().clamp(0.0, 254.0) as u8,
            n_rrp: 1 + self.further_vesicles.at(unit32(words[2])).min(254) as u8,
            gsyn_ns: half(gamma(&self.gsyn_ns, 2)),
            tau_rec_ms: half(gamma(&self.tau_rec_ms, 3).max(MIN_TAU_REC_MS)),
            tau_facil_ms: half(gamma(&self.tau_facil_ms, 4)),
            u_syn: self.u_syn_range.encode(self.u_syn.at(unit32(words[0]))),
            tau_decay: self.tau_decay_range.encode(self.tau_decay_ms.at(unit32(words[1]))),
        }
    }
}

/// To eleven binary digits; what is too large becomes the largest number.
#[inline]
pub(crate) fn half(value: f64) -> f16 {
    f16::from_f32((value as f32).min(f16::MAX.to_f32()))
}

/// The stream that a pathway's connections draw their values from.
pub(crate) fn parameters(seed: u64, pathway: &str) -> Stream {
    Stream::new(seed, pathway, Draw::Gsyn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synapses_per_connection_keep_mean_and_spread() {
        let stream = parameters(1, "n");
        let moments = |mean, sd| MeanSd { mean, sd };
        let class = SynapseClass {
            name: "E2".into(),
            gsyn_ns: moments(0.7, 0.4),
            u_syn: moments(0.5, 0.02),
            tau_rec_ms: moments(600.0, 20.0),
            tau_facil_ms: moments(17.0, 5.0),
            tau_decay_ms: moments(1.7, 0.2),
            n_rrp: 1.5,
            conductance_ratio: None,
            u_hill_mm: None,
            comment: None,
            at: bravli_recipe::Location { file: "test".into(), line: 1, column: 1 },
        };
        for (mean, cv) in [(4.54, 0.32), (14.9, 0.32), (2.9, 0.38)] {
            let n = 40_000_u64;
            let moments = MeanSd { mean, sd: mean * cv };
            let law = ContactLaw::new(&class, moments);
            let values: Vec<f64> = (0..n).map(|i| f64::from(law.draw(stream, i).n_synapses)).collect();
            let m = values.iter().sum::<f64>() / n as f64;
            let sd = (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / n as f64).sqrt();
            // standard error of the mean is sd/200
            assert!((m - mean).abs() < 5.0 * moments.sd / 200.0, "{m} for {mean}");
            assert!((sd / moments.sd - 1.0).abs() < 0.05, "{sd} for {}", moments.sd);
        }
    }
}
