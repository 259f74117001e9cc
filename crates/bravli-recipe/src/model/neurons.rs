//! Cells and receptors.

use super::Location;
use bravli_units::{Milliseconds, Millivolts, Nanosiemens, Picoamps, Picofarads};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Adaptive exponential integrate-and-fire parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdexParameters {
    /// Capacitance.
    pub c_m_pf: Picofarads,
    /// Leak conductance.
    pub g_l_ns: Nanosiemens,
    /// Leak potential.
    pub e_l_mv: Millivolts,
    /// Threshold of the exponential.
    pub v_th_mv: Millivolts,
    /// Sharpness of the exponential.
    pub delta_t_mv: Millivolts,
    /// Subthreshold adaptation.
    pub a_ns: Nanosiemens,
    /// Adaptation time constant.
    pub tau_w_ms: Milliseconds,
    /// Spike-triggered adaptation.
    pub b_pa: Picoamps,
    /// Reset.
    pub v_reset_mv: Millivolts,
    /// Refractory time.
    pub t_ref_ms: Milliseconds,
}

/// Passive properties of a population; an e-type's dimensionless shape is scaled to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MembraneSpec {
    /// Population (pattern).
    pub population: String,
    /// Input resistance, in MΩ.
    pub r_in_mohm: f64,
    /// Membrane time constant.
    pub tau_m_ms: Milliseconds,
    /// Resting (leak) potential; shifts threshold and reset with it unless `v_th_mv` is given.
    pub e_l_mv: Millivolts,
    /// Threshold; absent keeps the e-type's distance from rest.
    pub v_th_mv: Option<Millivolts>,
    /// How much its cells differ.
    #[serde(default)]
    pub spread: MembraneSpread,
    /// Where it stands.
    pub at: Location,
}

/// Standard deviations between the cells of a population; what has none is the same in all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MembraneSpread {
    /// Of the input resistance, in MΩ.
    pub r_in_sd_mohm: Option<f64>,
    /// Of the membrane time constant, in ms.
    pub tau_m_sd_ms: Option<f64>,
    /// Of the resting potential, in mV.
    pub e_l_sd_mv: Option<f64>,
    /// Of the threshold, in mV.
    pub v_th_sd_mv: Option<f64>,
}

impl MembraneSpread {
    /// Whether all cells are alike.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Point-neuron parameters of a recipe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NeuronSpec {
    /// e-type → parameter set (assigned by firing pattern, not fitted).
    pub etypes: BTreeMap<String, AdexParameters>,
    /// Passive properties; the last match wins.
    pub membranes: Vec<MembraneSpec>,
    /// Receptor kinetics.
    pub receptors: Option<ReceptorSpec>,
}

/// Receptor kinetics, from `receptors` in `neurons.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptorSpec {
    /// AMPA rise, ms.
    pub ampa_rise_ms: f64,
    /// NMDA rise, ms.
    pub nmda_rise_ms: f64,
    /// NMDA decay, ms.
    pub nmda_decay_ms: f64,
    /// GABA_A rise, ms.
    pub gaba_a_rise_ms: f64,
    /// GABA_B rise, ms.
    pub gaba_b_rise_ms: f64,
    /// GABA_B decay, ms.
    pub gaba_b_decay_ms: f64,
    /// Reversal of AMPA and NMDA, mV.
    pub e_exc_mv: f64,
    /// Reversal of GABA_A, mV.
    pub e_gaba_a_mv: f64,
    /// Reversal of GABA_B, mV.
    pub e_gaba_b_mv: f64,
    /// Extracellular magnesium, mM.
    pub mg_mm: f64,
    /// Scale of the magnesium block, mM.
    pub mg_scale_mm: f64,
    /// Voltage slope of the magnesium block, 1/mV.
    pub mg_slope_per_mv: f64,
    /// Time from a dendritic contact to a point soma, ms.
    pub dendritic_delay_ms: f64,
}
