//! What to test, and what is known about the circuit.

use crate::error::AnalysisError;
use crate::responses::Responses;
use serde::{Deserialize, Serialize};

/// Choices of one assessment.
///
/// Every default states its source; none of them is fitted to data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpeOptions {
    /// Class whose gain is tested, such as `L23_E`.
    pub response_class: String,
    /// Window to use when a class was counted in several; the first one when absent.
    pub window: Option<String>,
    /// Class that feeds the response class (`L4_E`), for the inherited gain.
    pub input_class: Option<String>,
    /// Thalamic class, for the inherited gain.
    pub vpm_class: Option<String>,
    /// Class read out as the mean.
    pub sst_class: Option<String>,
    /// Class read out as the variance.
    pub pv_class: Option<String>,
    /// Hierarchical bootstrap draws.
    pub n_bootstrap: u32,
    /// Permutations of σ labels, and parametric bootstrap draws under a = 0.
    pub n_surrogates: u32,
    /// Key of all random numbers.
    pub seed: u64,
    /// Whether any synapse that could hold a context's σ learns during the protocol.
    pub plasticity_on: bool,
    /// Whether a top-down signal tells the circuit the context's σ.
    pub top_down_on: bool,
    /// Longest time constant of depression or adaptation in the circuit, ms; a decisive lead-in lasts
    /// [`LEAD_IN_TAUS`] times as long.
    pub tau_adaptation_ms: f64,
    /// Utilisation of the thalamic synapse in the history regressor.
    pub thalamic_u: f64,
    /// Recovery time of the thalamic synapse in the history regressor, ms.
    pub thalamic_tau_rec_ms: f64,
    /// Assumptions of the circuit and protocol, copied into the report.
    pub assumptions: Vec<String>,
}

impl Default for UpeOptions {
    /// 1000 draws: the 2.5 % limit then rests on 25 draws. A choice of this crate.
    /// The thalamic synapse takes class E2 of Markram et al. 2015, doi:10.1016/j.cell.2015.09.029
    /// (U = .5, D = 671 ms); its recovery is also the default longest time constant.
    fn default() -> Self {
        Self {
            response_class: "L23_E".to_owned(),
            window: None,
            input_class: None,
            vpm_class: None,
            sst_class: None,
            pv_class: None,
            n_bootstrap: 1000,
            n_surrogates: 1000,
            seed: 0,
            plasticity_on: false,
            top_down_on: false,
            tau_adaptation_ms: 671.0,
            thalamic_u: 0.5,
            thalamic_tau_rec_ms: 671.0,
            assumptions: Vec::new(),
        }
    }
}

/// A lead-in must last this many times the longest adaptation time constant: e⁻³ leaves 5 % of any
/// difference in history.
pub const LEAD_IN_TAUS: f64 = 3.0;
/// Gain ratios closer to 1 than this count as "no modulation" (two one-sided 5 % tests on |D| < ln 1.1).
pub const EQUIVALENCE_RATIO: f64 = 1.1;
/// An experiment that could not have seen this ratio cannot report an absence; the ratio at which 40 probes
/// reach power .96 in the design that the method was validated on.
pub const POWER_RATIO: f64 = 1.5;
/// Lower confidence limit of a·σ_geo/σ₀ above which the gain is range adaptation, σ_geo = √(σ_min σ_max).
/// For the validation design (σ from .1 to 2.5, σ_geo = .5) this is a/σ₀ > 2; an ideal uncertainty-modulated
/// circuit has .45, a z-score grows without bound.
pub const RANGE_ADAPTATION: f64 = 1.0;
/// The smaller slope of a one-sided error population is at most this fraction of the larger one.
pub const ONE_SIDED_FRACTION: f64 = 0.2;
/// Fewest probes per (σ, δ), all runs and means together, for any verdict on the circuit. A choice of this crate: a
/// percentile interval over few values is too short, and over a single value it has no width at all.
pub const MIN_PROBES: f64 = 10.0;
/// Level of every single test.
pub const ALPHA: f64 = 0.05;

impl UpeOptions {
    pub(crate) fn check(&self) -> Result<(), AnalysisError> {
        let bad = |name, value: String, allowed| Err(AnalysisError::BadOption { name, value, allowed });
        if !(20..=100_000).contains(&self.n_bootstrap) {
            return bad("n_bootstrap", self.n_bootstrap.to_string(), "in 20..=100000");
        }
        if !(20..=100_000).contains(&self.n_surrogates) {
            return bad("n_surrogates", self.n_surrogates.to_string(), "in 20..=100000");
        }
        if !(self.tau_adaptation_ms > 0.0 && self.tau_adaptation_ms.is_finite()) {
            return bad("tau_adaptation_ms", self.tau_adaptation_ms.to_string(), "positive");
        }
        if !(self.thalamic_tau_rec_ms > 0.0 && self.thalamic_tau_rec_ms.is_finite()) {
            return bad("thalamic_tau_rec_ms", self.thalamic_tau_rec_ms.to_string(), "positive");
        }
        if !(0.0..=1.0).contains(&self.thalamic_u) {
            return bad("thalamic_u", self.thalamic_u.to_string(), "in [0, 1]");
        }
        Ok(())
    }
}

/// A circuit of known answer, run through the same design.
///
/// Its response class is the one the options name, or its first class when it has none of that name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Name, such as `wilmes_k2` or `unmodulated`.
    pub name: String,
    /// Whether the circuit computes uncertainty-modulated errors.
    pub computes_upe: bool,
    /// Its responses.
    pub responses: Responses,
}
