//! What a presynaptic event opens.

/// A receptor of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct Receptor {
    /// Name, unique in its population, such as `AMPA`.
    pub name: String,
    /// Course over time after an event.
    pub kinetics: Kinetics,
    /// How the cell feels it.
    pub effect: Effect,
}

/// Course after an event of weight one, which peaks at one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kinetics {
    /// e^{−t/τ}: the jump is instantaneous.
    Exponential {
        /// Decay, ms.
        tau_ms: f64,
    },
    /// (e^{−t/decay} − e^{−t/rise}) scaled to a peak of one.
    Biexponential {
        /// Rise, ms; shorter than the decay.
        rise_ms: f64,
        /// Decay, ms. Where connections have decays of their own, the decay of those that state none.
        decay_ms: f64,
    },
}

/// How an open receptor acts on the membrane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// A current; weights in pA, of either sign.
    Current,
    /// g(E − V); weights in nS, not negative.
    Conductance {
        /// Reversal potential, mV.
        reversal_mv: f64,
    },
    /// g B(V) (E − V) with B of the potential at the start of the step; weights in nS, not negative.
    Nmda {
        /// Reversal potential, mV.
        reversal_mv: f64,
        /// Magnesium block.
        block: MgBlock,
    },
    /// No effect on the membrane: a dendritic signal that plasticity reads.
    Silent,
}

/// B(V) = 1/(1 + \[Mg\]/scale · e^{−slope V}).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MgBlock {
    /// Magnesium, mM.
    pub mg_mm: f64,
    /// Concentration scale, mM.
    pub scale_mm: f64,
    /// Voltage slope, 1/mV.
    pub slope_per_mv: f64,
}

impl MgBlock {
    /// Share of open receptors that conduct at a potential.
    #[must_use]
    pub fn at(&self, v_mv: f64) -> f64 {
        1.0 / (1.0 + self.mg_mm / self.scale_mm * (-self.slope_per_mv * v_mv).exp())
    }
}
