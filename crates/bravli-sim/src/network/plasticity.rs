//! How weights learn.

/// A learning rule of a projection. All act on each connection's weight, which stays within [0, w_max] (or [−w_max, 0]
/// where it starts negative), at the times at which spikes arrive at the synapse.
///
/// Traces jump by one at each spike and decay between. A presynaptic arrival and a postsynaptic spike at the same time do
/// not see each other. The weight takes the spike first; an arrival then opens the weight as it stands, and changes it after
/// that. A spontaneous release is an arrival like any other. Sizes of a weight that starts negative change as the rules say,
/// so that potentiation makes it more negative; the error-correcting rule alone adds its sum with its sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plasticity {
    /// Pairs, all to all: at a postsynaptic spike w += a_plus·x·(1 − w/w_max)^mu, at an arrival w −= a_minus·y·(w/w_max)^mu,
    /// both times w_max; mu = 0 is additive, mu = 1 multiplicative.
    ///
    /// # Source
    /// Gütig et al. 2003, doi:10.1523/JNEUROSCI.23-09-03697.2003; NEST's `stdp_synapse` with mu_plus = mu_minus.
    Pair {
        /// Decay of the presynaptic trace, ms.
        tau_plus_ms: f64,
        /// Decay of the postsynaptic trace, ms.
        tau_minus_ms: f64,
        /// Potentiation per pair, in units of w_max.
        a_plus: f64,
        /// Depression per pair, in units of w_max.
        a_minus: f64,
        /// Exponent of the weight dependence.
        mu: f64,
        /// Bound of the weight, in its unit.
        w_max: f64,
    },
    /// Triplets: at a postsynaptic spike w += x₁(a2_plus + a3_plus·y₂), at an arrival w −= y₁(a2_minus + a3_minus·x₂), with
    /// the slow traces x₂, y₂ taken just before the spike.
    ///
    /// # Source
    /// Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006.
    Triplet {
        /// Decay of x₁, ms.
        tau_plus_ms: f64,
        /// Decay of x₂, ms.
        tau_x_ms: f64,
        /// Decay of y₁, ms.
        tau_minus_ms: f64,
        /// Decay of y₂, ms.
        tau_y_ms: f64,
        /// Pair potentiation, in units of w_max.
        a2_plus: f64,
        /// Triplet potentiation, in units of w_max.
        a3_plus: f64,
        /// Pair depression, in units of w_max.
        a2_minus: f64,
        /// Triplet depression, in units of w_max.
        a3_minus: f64,
        /// Bound of the weight, in its unit.
        w_max: f64,
    },
    /// Inhibitory: at a postsynaptic spike w += η·x, at an arrival w += η(y − 2 ρ₀ τ), which drives the target to the rate ρ₀.
    ///
    /// # Source
    /// Vogels et al. 2011, doi:10.1126/science.1211095.
    Inhibitory {
        /// Decay of both traces, ms.
        tau_ms: f64,
        /// Learning rate, in the weight's unit.
        eta: f64,
        /// Target rate ρ₀, Hz.
        target_hz: f64,
        /// Bound of the weight, in its unit.
        w_max: f64,
    },
    /// Error-correcting: a dendritic sum of the projection's own input predicts the somatic rate.
    ///
    /// The cell's prediction is φ(Σ w a), a the arrivals of each connection filtered by τ (jump of 1/τ, so that a is a rate in
    /// 1/ms), φ(x) = gain·max(x, 0)^exponent cut at max_hz. Every `interval` each connection takes
    /// w += η (n − φ·interval) a, n the cell's spikes in the interval, φ·interval the sum of φ·dt over its steps, each with a as
    /// it stands after the arrivals at its start. An interval ends at every s·dt of which s is a multiple of its steps: with the
    /// spikes of s, before the arrivals that enter at s. Its fixed point is φ(Σ w a) = the somatic rate, the
    /// rule Δw = η (r − φ(w a)) a of the uncertainty-modulated circuits: exponent 1 for cells that tell a mean, 2 for cells
    /// that tell a variance.
    ///
    /// # Source
    /// Wilmes et al. 2025, doi:10.7554/eLife.95127; Urbanczik & Senn 2014, doi:10.1016/j.neuron.2013.11.030.
    ErrorCorrecting {
        /// Filter of arrivals, ms.
        tau_ms: f64,
        /// Learning rate η, in the weight's unit per (spike · 1/ms).
        eta: f64,
        /// Gain of φ: rate in 1/ms per (weight unit · 1/ms)^exponent.
        gain: f64,
        /// Exponent of φ.
        exponent: f64,
        /// Ceiling of φ, Hz.
        max_hz: f64,
        /// Time between updates, ms; rounded to steps.
        interval_ms: f64,
        /// Bound of the weight, in its unit.
        w_max: f64,
    },
}

impl Plasticity {
    /// Bound of a weight's size, in its unit.
    #[must_use]
    pub fn w_max(&self) -> f64 {
        match *self {
            Self::Pair { w_max, .. }
            | Self::Triplet { w_max, .. }
            | Self::Inhibitory { w_max, .. }
            | Self::ErrorCorrecting { w_max, .. } => w_max,
        }
    }
}
