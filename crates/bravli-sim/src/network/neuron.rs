//! Neuron models and their parameters; mV, ms, nS, pA, pF.

use super::Values;
use super::drive::Profile;

/// A neuron model with the parameters of its population.
#[derive(Debug, Clone, PartialEq)]
pub enum NeuronModel {
    /// Leaky integrate-and-fire. With current receptors alone its solution between spikes is exact; with conductances it is
    /// exact for the mean conductance of each step.
    Lif(Lif),
    /// Adaptive exponential integrate-and-fire.
    Adex(Adex),
    /// Generalised integrate-and-fire with escape noise.
    Gif(Gif),
    /// Quadratic integrate-and-fire with recovery, in its dimensional form of 2007.
    Izhikevich(Izhikevich),
    /// No membrane: spikes that come from outside.
    Source(Trains),
}

impl NeuronModel {
    /// Whether cells have no membrane.
    #[must_use]
    pub fn is_source(&self) -> bool {
        matches!(self, Self::Source(_))
    }

    /// Name of the model.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lif(_) => "lif",
            Self::Adex(_) => "adex",
            Self::Gif(_) => "gif",
            Self::Izhikevich(_) => "izhikevich",
            Self::Source(_) => "source",
        }
    }
}

/// C V̇ = −g_L(V − E_L) + I_e + I. At V ≥ V_th: V ← V_reset for t_ref.
///
/// # Source
/// Exact integration: Rotter & Diesmann 1999, doi:10.1007/s004220050570.
#[derive(Debug, Clone, PartialEq)]
pub struct Lif {
    /// Capacitance, pF.
    pub c_m_pf: Values,
    /// Leak conductance, nS.
    pub g_l_ns: Values,
    /// Leak potential, mV.
    pub e_l_mv: Values,
    /// Threshold, mV.
    pub v_th_mv: Values,
    /// Reset, mV.
    pub v_reset_mv: Values,
    /// Refractory time, ms; rounded to steps.
    pub t_ref_ms: Values,
    /// Constant current, pA.
    pub i_e_pa: Values,
}

/// C V̇ = −g_L(V − E_L) + g_L Δ_T e^{(V−V_T)/Δ_T} − w + I_e + I, τ_w ẇ = a(V − E_L) − w.
/// At V ≥ V_peak: V ← V_reset for t_ref, w ← w + b; w starts at 0 and goes on while V is held. Within a step V stays at
/// V_peak once it is there.
///
/// # Source
/// Brette & Gerstner 2005, doi:10.1152/jn.00686.2005.
#[derive(Debug, Clone, PartialEq)]
pub struct Adex {
    /// Capacitance, pF.
    pub c_m_pf: Values,
    /// Leak conductance, nS.
    pub g_l_ns: Values,
    /// Leak potential, mV.
    pub e_l_mv: Values,
    /// Threshold of the exponential, mV.
    pub v_th_mv: Values,
    /// Sharpness of the exponential, mV; positive.
    pub delta_t_mv: Values,
    /// Subthreshold adaptation, nS.
    pub a_ns: Values,
    /// Adaptation time constant, ms.
    pub tau_w_ms: Values,
    /// Spike-triggered adaptation, pA.
    pub b_pa: Values,
    /// Reset, mV.
    pub v_reset_mv: Values,
    /// Potential at which a spike is counted, mV.
    pub v_peak_mv: Values,
    /// Refractory time, ms; rounded to steps.
    pub t_ref_ms: Values,
    /// Constant current, pA.
    pub i_e_pa: Values,
}

/// C V̇ = −g_L(V − E_L) − Σ η_j + I_e + I; spikes come with intensity λ₀ e^{(V − V_T)/Δ_V}, V_T = V_T* + Σ γ_j.
///
/// At a spike η_j ← η_j + q_stc_j and γ_j ← γ_j + q_sfa_j; between spikes both decay with their τ. V ← V_reset for t_ref.
/// A step of dt fires with probability 1 − e^{−λ dt}, λ at its end with γ decayed to it; no spike is drawn while V is held, and
/// η and γ go on. All four start at 0.
///
/// # Source
/// Mensi et al. 2012, doi:10.1152/jn.00408.2011; Pozzorini et al. 2015, doi:10.1371/journal.pcbi.1004275.
#[derive(Debug, Clone, PartialEq)]
pub struct Gif {
    /// Capacitance, pF.
    pub c_m_pf: Values,
    /// Leak conductance, nS.
    pub g_l_ns: Values,
    /// Leak potential, mV.
    pub e_l_mv: Values,
    /// Threshold at rest V_T*, mV.
    pub v_th_mv: Values,
    /// Sharpness of the intensity Δ_V, mV; positive.
    pub delta_v_mv: Values,
    /// Intensity at threshold λ₀, 1/ms.
    pub lambda_0_per_ms: Values,
    /// Reset, mV.
    pub v_reset_mv: Values,
    /// Refractory time, ms; rounded to steps.
    pub t_ref_ms: Values,
    /// Jumps of the two spike-triggered currents, pA.
    pub q_stc_pa: [Values; 2],
    /// Decays of the two spike-triggered currents, ms.
    pub tau_stc_ms: [Values; 2],
    /// Jumps of the two moving thresholds, mV.
    pub q_sfa_mv: [Values; 2],
    /// Decays of the two moving thresholds, ms.
    pub tau_sfa_ms: [Values; 2],
    /// Constant current, pA.
    pub i_e_pa: Values,
}

/// C V̇ = k(V − v_r)(V − v_t) − u + I_e + I, u̇ = a(U(V) − u), U = b(V − v_r) + b₃ max(V − v_b, 0)³.
/// At V ≥ v_peak: V ← c, u ← u + d. u starts at 0 and goes on while V is held by a clamp. Within a step V stays at v_peak once
/// it is there.
///
/// # Source
/// Izhikevich 2007, Dynamical Systems in Neuroscience, chapter 8; b₃ and v_b are those of its fast-spiking cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Izhikevich {
    /// Capacitance C, pF.
    pub c_m_pf: Values,
    /// k, pA/mV².
    pub k_pa_per_mv2: Values,
    /// Resting potential v_r, mV.
    pub v_r_mv: Values,
    /// Instantaneous threshold v_t, mV.
    pub v_t_mv: Values,
    /// Potential at which a spike is counted, mV.
    pub v_peak_mv: Values,
    /// Recovery rate a, 1/ms.
    pub a_per_ms: Values,
    /// Recovery slope b, nS.
    pub b_ns: Values,
    /// Cubic recovery b₃, pA/mV³; zero for all but fast-spiking cells.
    pub b3_pa_per_mv3: Values,
    /// Start of the cubic recovery v_b, mV.
    pub v_b_mv: Values,
    /// Reset c, mV.
    pub v_reset_mv: Values,
    /// Jump of recovery d, pA.
    pub d_pa: Values,
    /// Constant current, pA.
    pub i_e_pa: Values,
}

/// Spikes that come from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Trains {
    /// Independent Poisson trains, all with one rate over time, in Hz per cell: a spike stands at step k ≥ 1 with probability
    /// 1 − e^{−rate·dt}, the rate that of k·dt.
    Poisson(Profile),
    /// Given spikes (step, cell), sorted, none named twice; a replay. Step 0 is allowed.
    Given(Vec<(u32, u32)>),
}
