//! What one connection draws from its synapse class.

use bravli_recipe::{MeanSd, SynapseClass};
use bravli_rng::{Draw, Sampler, Stream};

/// Fallback where a generation of recipes has no `uHillCoefficient`: no calcium dependence is known, and none is applied.
pub(crate) const NO_CALCIUM_SCALING_MM: f32 = 0.0;

/// Streams for the parameters of one pathway's connections.
#[derive(Debug, Clone, Copy)]
pub struct ContactStreams {
    synapses: Stream,
    gsyn: Stream,
    u_syn: Stream,
    tau_rec: Stream,
    tau_facil: Stream,
    tau_decay: Stream,
    n_rrp: Stream,
}

/// The values of one connection, shared by its contacts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contact {
    /// Number of contacts.
    pub n_synapses: u16,
    /// Peak conductance of one contact, nS.
    pub gsyn_ns: f32,
    /// Utilisation at 2 mM calcium.
    pub u_syn: f32,
    /// Recovery from depression, ms.
    pub tau_rec_ms: f32,
    /// Recovery from facilitation, ms.
    pub tau_facil_ms: f32,
    /// Decay of the fast receptor, ms.
    pub tau_decay_ms: f32,
    /// Readily releasable vesicles per contact.
    pub n_rrp: u16,
}

impl ContactStreams {
    /// Streams of the pathway called `name` under `seed`.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let stream = |draw| Stream::new(seed, name, draw);
        Self {
            synapses: stream(Draw::Synapses),
            gsyn: stream(Draw::Gsyn),
            u_syn: stream(Draw::Usyn),
            tau_rec: stream(Draw::TauRec),
            tau_facil: stream(Draw::TauFacil),
            tau_decay: stream(Draw::TauDecay),
            n_rrp: stream(Draw::Nrrp),
        }
    }

    /// Draws the values of the connection `pair` (source in the high, target in the low 32 bits).
    ///
    /// gsyn, d and f are gamma; u and dtc normal within one standard deviation and not negative; vesicles
    /// 1 + Poisson(mean − 1); contacts 1 + a gamma rounded at random so that the mean is kept.
    #[must_use]
    pub fn draw(&self, pair: u64, class: &SynapseClass, synapses: MeanSd) -> Contact {
        let gamma = |stream: Stream, moments: MeanSd| stream.sampler(pair, 0).gamma(moments.mean, moments.sd) as f32;
        let within = |stream: Stream, moments: MeanSd| {
            stream.sampler(pair, 0).normal_within_one_sd(moments.mean, moments.sd) as f32
        };
        Contact {
            n_synapses: count(&mut self.synapses.sampler(pair, 0), synapses),
            gsyn_ns: gamma(self.gsyn, class.gsyn_ns),
            u_syn: within(self.u_syn, class.u_syn).min(1.0),
            // a recovery faster than a tenth of a millisecond is instantaneous to every engine
            tau_rec_ms: gamma(self.tau_rec, class.tau_rec_ms).max(0.1),
            tau_facil_ms: gamma(self.tau_facil, class.tau_facil_ms).max(0.0),
            tau_decay_ms: within(self.tau_decay, class.tau_decay_ms).max(0.3),
            n_rrp: 1 + self.n_rrp.sampler(pair, 0).poisson(class.n_rrp - 1.0).min(1_000) as u16,
        }
    }
}

/// A whole number of at least one with the given mean and standard deviation.
fn count(sampler: &mut Sampler, moments: MeanSd) -> u16 {
    // rounding at random adds the variance of a fraction, about 1/6
    let sd = (moments.sd * moments.sd - 1.0 / 6.0).max(0.01).sqrt();
    let beyond_first = sampler.gamma((moments.mean - 1.0).max(0.0), sd) + sampler.uniform();
    1 + beyond_first.floor().min(1_000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synapses_per_connection_keep_mean_and_spread() {
        let stream = Stream::new(1, "n", Draw::Synapses);
        for (mean, cv) in [(4.54, 0.32), (14.9, 0.32), (2.9, 0.38)] {
            let n = 40_000_u64;
            let moments = MeanSd { mean, sd: mean * cv };
            let values: Vec<f64> = (0..n).map(|i| f64::from(count(&mut stream.sampler(i, 0), moments))).collect();
            let m = values.iter().sum::<f64>() / n as f64;
            let sd = (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / n as f64).sqrt();
            // standard error of the mean is sd/200
            assert!((m - mean).abs() < 5.0 * moments.sd / 200.0, "{m} for {mean}");
            assert!((sd / moments.sd - 1.0).abs() < 0.05, "{sd} for {}", moments.sd);
        }
    }
}
