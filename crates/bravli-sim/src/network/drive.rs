//! What acts on cells besides synapses.

use super::Values;

/// A drive of some or all cells of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// Name, unique in the network: it keys the drive's draws.
    pub name: String,
    /// Position of the population.
    pub population: usize,
    /// Cells reached.
    pub cells: Cells,
    /// What acts.
    pub kind: DriveKind,
}

/// Cells of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// All.
    All,
    /// These, ascending.
    Some(Vec<u32>),
}

/// Kinds of drive.
#[derive(Debug, Clone, PartialEq)]
pub enum DriveKind {
    /// Independent Poisson events onto a receptor, with delay zero: the events of a step enter at its start. All cells of the
    /// population take part. The rate at the step's start holds for the step. The count is that of all k ≥ 0 whose threshold
    /// ⌊F(k)·2³²⌋ is below 2³² − 1 and not above the word, F the distribution of counts, k below 256.
    Poisson {
        /// Receptor that every event opens.
        receptor: usize,
        /// Events per cell, Hz, over time.
        rate_hz: Profile,
        /// Weight of an event: pA or nS.
        weight: f64,
    },
    /// An Ornstein–Uhlenbeck conductance, cut at zero where it acts. All cells take part; it starts at its mean and moves by
    /// sd·√(1 − e^{−2dt/τ}) times [`super::centred_bytes`] over [`super::RAW_SD`].
    OuConductance {
        /// Reversal potential, mV.
        reversal_mv: Values,
        /// Mean, nS.
        mean_ns: Values,
        /// Stationary standard deviation, nS.
        sd_ns: Values,
        /// Correlation time, ms.
        tau_ms: Values,
    },
    /// An Ornstein–Uhlenbeck current. All cells take part; it starts at its mean.
    OuCurrent {
        /// Mean, pA.
        mean_pa: Values,
        /// Stationary standard deviation, pA.
        sd_pa: Values,
        /// Correlation time, ms.
        tau_ms: Values,
    },
    /// A current over time, pA.
    Current(Waveform),
    /// A conductance over time, nS: silencing by a shunt, for example.
    Conductance {
        /// Conductance over time, nS.
        waveform: Waveform,
        /// Reversal potential, mV.
        reversal_mv: f64,
    },
    /// Holds the potential in the steps that start from `start_ms` on and before `stop_ms`; held cells do not spike.
    Clamp {
        /// Potential, mV.
        v_mv: f64,
        /// First moment, ms.
        start_ms: f64,
        /// End, ms.
        stop_ms: f64,
    },
}

/// A number over time, piecewise constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// Always the same.
    Constant(f64),
    /// (start in ms, value) ascending; zero before the first start, the last value holds on.
    Pieces(Vec<(f64, f64)>),
}

impl Profile {
    /// The value at a time.
    #[must_use]
    pub fn at(&self, time_ms: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Pieces(pieces) => {
                // times are whole steps: a start within a millionth of one counts as reached
                let after = pieces.partition_point(|(start, _)| *start <= time_ms + 1e-6);
                after.checked_sub(1).map_or(0.0, |last| pieces[last].1)
            }
        }
    }

    /// The next time after `time_ms` at which the value may change.
    #[must_use]
    pub fn next_change(&self, time_ms: f64) -> Option<f64> {
        match self {
            Self::Constant(_) => None,
            Self::Pieces(pieces) => {
                pieces.get(pieces.partition_point(|(start, _)| *start <= time_ms + 1e-6)).map(|(start, _)| *start)
            }
        }
    }

    /// The largest value.
    #[must_use]
    pub fn max(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Pieces(pieces) => pieces.iter().map(|(_, value)| *value).fold(0.0, f64::max),
        }
    }
}

/// A course over time; its value at the start of a step holds for the step.
#[derive(Debug, Clone, PartialEq)]
pub enum Waveform {
    /// `amplitude` from `start_ms` on and before `stop_ms`.
    Step {
        /// First moment, ms.
        start_ms: f64,
        /// End, ms.
        stop_ms: f64,
        /// Value in between.
        amplitude: f64,
    },
    /// From `from` at `start_ms` in a straight line to `to` at `stop_ms`; zero outside.
    Ramp {
        /// First moment, ms.
        start_ms: f64,
        /// End, ms.
        stop_ms: f64,
        /// Value at the start.
        from: f64,
        /// Value at the end.
        to: f64,
    },
    /// Piecewise constant.
    Profile(Profile),
}

impl Waveform {
    /// The value at a time.
    #[must_use]
    pub fn at(&self, time_ms: f64) -> f64 {
        let within = |start: f64, stop: f64| time_ms + 1e-6 >= start && time_ms + 1e-6 < stop;
        match self {
            Self::Step { start_ms, stop_ms, amplitude } => {
                if within(*start_ms, *stop_ms) {
                    *amplitude
                } else {
                    0.0
                }
            }
            Self::Ramp { start_ms, stop_ms, from, to } => {
                if within(*start_ms, *stop_ms) {
                    from + (to - from) * (time_ms - start_ms) / (stop_ms - start_ms)
                } else {
                    0.0
                }
            }
            Self::Profile(profile) => profile.at(time_ms),
        }
    }
}
