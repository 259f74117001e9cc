//! State of sixteen cells, side by side, so that a compiler turns one loop into vector instructions.

/// Cells per block.
pub(crate) const LANES: usize = 16;

/// Decay channels for AMPA; a connection's own decay is a mixture of two.
pub(crate) const AMPA: usize = 2;

/// Decay channels for GABA_A.
pub(crate) const GABA_A: usize = 4;

/// Inputs that a ring slot holds per cell: AMPA and GABA_A by decay channel, NMDA, GABA_B.
pub(crate) const INPUTS: usize = AMPA + GABA_A + 2;

/// Ring index of the first GABA_A channel.
pub(crate) const IN_GABA_A: usize = AMPA;

/// Ring index of NMDA.
pub(crate) const IN_NMDA: usize = AMPA + GABA_A;

/// Ring index of GABA_B.
pub(crate) const IN_GABA_B: usize = IN_NMDA + 1;

/// One value per cell of a block.
pub(crate) type Lane = [f32; LANES];

/// Parameters of a block.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct Cells {
    /// Substep over capacitance. [ms/pF]
    pub(crate) step_over_c: Lane,
    pub(crate) g_l: Lane,             // [nS]
    pub(crate) e_l: Lane,             // [mV]
    pub(crate) v_th: Lane,            // [mV]
    pub(crate) inv_delta_t: Lane,     // [1/mV]
    pub(crate) g_l_delta_t: Lane,     // [pA]
    pub(crate) a: Lane,               // [nS]
    pub(crate) step_over_tau_w: Lane, // [1]
    pub(crate) b: Lane,               // [pA]
    pub(crate) v_reset: Lane,         // [mV]
    pub(crate) refractory_steps: Lane,
    pub(crate) background: [Background; 2],
}

/// Ornstein–Uhlenbeck parameters of a block.
#[derive(Debug, Clone)]
pub(crate) struct Background {
    pub(crate) mean: Lane,       // [nS]
    pub(crate) keep: Lane,       // e^{−dt/τ}
    pub(crate) innovation: Lane, // sd·√(1 − e^{−2dt/τ}) over the spread of a raw draw [nS]
    pub(crate) reversal: Lane,   // [mV]
}

/// Variables of a block.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct State {
    pub(crate) v: Lane,            // [mV]
    pub(crate) w: Lane,            // [pA]
    pub(crate) refractory: Lane,   // steps left
    pub(crate) ampa: [Lane; AMPA], // decaying parts [nS]
    pub(crate) ampa_rise: Lane,
    pub(crate) nmda: Lane,
    pub(crate) nmda_rise: Lane,
    pub(crate) gaba_a: [Lane; GABA_A],
    pub(crate) gaba_a_rise: Lane,
    pub(crate) gaba_b: Lane,
    pub(crate) gaba_b_rise: Lane,
    pub(crate) background: [Lane; 2], // [nS]
}

/// Factors that all cells share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) ampa: [Decay; AMPA],
    pub(crate) ampa_rise: Decay,
    pub(crate) nmda: Decay,
    pub(crate) nmda_rise: Decay,
    pub(crate) gaba_a: [Decay; GABA_A],
    pub(crate) gaba_a_rise: Decay,
    pub(crate) gaba_b: Decay,
    pub(crate) gaba_b_rise: Decay,
    pub(crate) e_exc: f32,
    pub(crate) e_gaba_a: f32,
    pub(crate) e_gaba_b: f32,
    pub(crate) mg_over_scale: f32,
    pub(crate) mg_slope: f32,
}

/// A decay over one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decay {
    /// e^{−dt/τ}.
    pub(crate) keep: f32,
    /// Mean over the step relative to its start: (τ/dt)(1 − e^{−dt/τ}). A frozen start value would be biased by dt/2τ.
    pub(crate) mean: f32,
}

impl Decay {
    pub(crate) fn new(tau_ms: f64, dt_ms: f64) -> Self {
        let keep = (-dt_ms / tau_ms).exp();
        Self { keep: keep as f32, mean: (tau_ms / dt_ms * (1.0 - keep)) as f32 }
    }
}
