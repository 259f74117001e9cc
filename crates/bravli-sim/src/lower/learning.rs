//! Connections that learn.
//!
//! # Assumption
//! A learning connection opens all of its weight at every spike. It starts at the mean release of a rested synapse,
//! `gsyn·attenuation·n_synapses·u`, with the mean decay and slow ratio of those that learn with it, and neither depresses,
//! facilitates nor releases spontaneously.

use super::rows::Terms;
use super::{ColumnInput, LowerError};
use crate::network::Plasticity;
use bravli_circuit::{Connection, FibrePopulation};

/// Connections whose weights learn by one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// Name of where they come from, for messages.
    pub source: String,
    /// Where they come from.
    pub from: LearningSource,
    /// Whether they end on each cell.
    pub onto: Vec<bool>,
    /// How they learn.
    pub rule: LearningRule,
    /// Bound of a weight, nS; at least the largest at the start. Four times the mean at the start where absent.
    pub w_max_ns: Option<f64>,
}

/// Where connections that learn come from.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningSource {
    /// Fibres, by position among the boundary's.
    Fibres(usize),
    /// Those of the cells that are marked.
    Cells(Vec<bool>),
}

/// A rule in terms that do not depend on the size of weights; see [`Plasticity`] for its equation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LearningRule {
    /// [`Plasticity::Pair`].
    Pair {
        /// Decay of the presynaptic trace, ms.
        tau_plus_ms: f64,
        /// Decay of the postsynaptic trace, ms.
        tau_minus_ms: f64,
        /// Potentiation per pair, as a share of the bound.
        a_plus: f64,
        /// Depression per pair, as a share of the bound.
        a_minus: f64,
        /// Exponent of the weight dependence.
        mu: f64,
    },
    /// [`Plasticity::Triplet`].
    Triplet {
        /// Decay of the fast presynaptic trace, ms.
        tau_plus_ms: f64,
        /// Decay of the slow presynaptic trace, ms.
        tau_x_ms: f64,
        /// Decay of the fast postsynaptic trace, ms.
        tau_minus_ms: f64,
        /// Decay of the slow postsynaptic trace, ms.
        tau_y_ms: f64,
        /// Pair potentiation, as a share of the bound.
        a2_plus: f64,
        /// Triplet potentiation, as a share of the bound.
        a3_plus: f64,
        /// Pair depression, as a share of the bound.
        a2_minus: f64,
        /// Triplet depression, as a share of the bound.
        a3_minus: f64,
    },
    /// [`Plasticity::Inhibitory`].
    Inhibitory {
        /// Decay of both traces, ms.
        tau_ms: f64,
        /// Change per pair, as a share of the bound.
        eta: f64,
        /// Rate that the targets are driven to, Hz.
        target_hz: f64,
    },
    /// [`Plasticity::ErrorCorrecting`], whose gain and rate follow from where the weights start.
    ErrorCorrecting {
        /// Filter of arrivals, ms.
        tau_ms: f64,
        /// Exponent of the prediction.
        exponent: f64,
        /// Rate that the weights of an average cell predict at the start, Hz. It sets the gain.
        predicts_hz: f64,
        /// Time constant with which a prediction approaches the somatic rate at the start, ms. It sets the learning rate.
        learning_ms: f64,
        /// Ceiling of the prediction, Hz.
        max_hz: f64,
        /// Time between updates, ms.
        interval_ms: f64,
        /// Rate of a source, Hz; that of the fibres over the run where absent.
        input_hz: Option<f64>,
    },
}

/// Connections that learn, as they stand in a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learned {
    /// Position of their projection.
    pub projection: usize,
    /// Number of connections.
    pub n: u64,
    /// Mean weight at the start, nS.
    pub mean_ns: f64,
    /// The rule with its numbers.
    pub rule: Plasticity,
}

impl Learning {
    /// Whether connections of a population of sources, 0 for the cells, are among these.
    pub(super) fn is_of(&self, population: usize) -> bool {
        match self.from {
            LearningSource::Fibres(fibres) => population == fibres + 1,
            LearningSource::Cells(_) => population == super::CELLS,
        }
    }

    /// Whether a connection of its population of sources is among these.
    pub(super) fn takes(&self, source: usize, target: u32) -> bool {
        let is_from = match &self.from {
            LearningSource::Fibres(_) => true,
            LearningSource::Cells(cells) => cells[source],
        };
        is_from && self.onto[target as usize]
    }

    fn fibres<'a>(&self, input: &ColumnInput<'a>) -> Option<&'a FibrePopulation> {
        match self.from {
            LearningSource::Fibres(index) => Some(&input.fibres[index]),
            LearningSource::Cells(_) => None,
        }
    }
}

/// What is known of connections that learn after one look at each.
#[derive(Debug, Clone, Default)]
pub(super) struct LearningSurvey {
    pub(super) n: u64,
    weight: f64,
    largest: f64,
    decay_ms: f64,
    ratio: f64,
    n_excite: u64,
    is_reached: Vec<bool>,
}

impl LearningSurvey {
    pub(super) fn add(&mut self, connection: &Connection, terms: &Terms, excites: bool) {
        let weight = f64::from(terms.rested_ns(connection));
        self.n += 1;
        self.weight += weight;
        self.largest = self.largest.max(weight);
        self.decay_ms += f64::from(connection.tau_decay_ms);
        self.ratio += f64::from(connection.conductance_ratio);
        self.n_excite += u64::from(excites);
        let target = connection.target as usize;
        if self.is_reached.len() <= target {
            self.is_reached.resize(target + 1, false);
        }
        self.is_reached[target] = true;
    }

    pub(super) fn excites(&self) -> bool {
        self.n_excite > 0
    }

    pub(super) fn mean_ns(&self) -> f64 {
        self.weight / self.n as f64
    }

    pub(super) fn mean_decay_ms(&self) -> f64 {
        self.decay_ms / self.n as f64
    }

    pub(super) fn mean_ratio(&self) -> f64 {
        self.ratio / self.n as f64
    }

    /// # Errors
    /// When there is nothing to learn, or excitation and inhibition in one.
    pub(super) fn check(&self, learning: &Learning) -> Result<(), LowerError> {
        if self.n == 0 || self.weight <= 0.0 {
            return Err(LowerError::NothingLearns { source_name: learning.source.clone() });
        }
        if self.n_excite != 0 && self.n_excite != self.n {
            return Err(LowerError::MixedSigns { source_name: learning.source.clone() });
        }
        Ok(())
    }

    /// The rule of these connections, with its numbers.
    ///
    /// # Errors
    /// When the rate of the sources is needed and unknown or zero.
    pub(super) fn rule(&self, learning: &Learning, input: &ColumnInput<'_>) -> Result<Plasticity, LowerError> {
        let w_max = learning.w_max_ns.unwrap_or(4.0 * self.mean_ns()).max(self.largest);
        Ok(match learning.rule {
            LearningRule::Pair { tau_plus_ms, tau_minus_ms, a_plus, a_minus, mu } => {
                Plasticity::Pair { tau_plus_ms, tau_minus_ms, a_plus, a_minus, mu, w_max }
            }
            LearningRule::Triplet {
                tau_plus_ms,
                tau_x_ms,
                tau_minus_ms,
                tau_y_ms,
                a2_plus,
                a3_plus,
                a2_minus,
                a3_minus,
            } => Plasticity::Triplet {
                tau_plus_ms,
                tau_x_ms,
                tau_minus_ms,
                tau_y_ms,
                a2_plus,
                a3_plus,
                a2_minus,
                a3_minus,
                w_max,
            },
            LearningRule::Inhibitory { tau_ms, eta, target_hz } => {
                Plasticity::Inhibitory { tau_ms, eta: eta * w_max, target_hz, w_max }
            }
            LearningRule::ErrorCorrecting {
                tau_ms,
                exponent,
                predicts_hz,
                learning_ms,
                max_hz,
                interval_ms,
                input_hz,
            } => {
                let hz = input_hz.or_else(|| learning.fibres(input).map(|fibres| mean_hz(fibres, input)));
                let per_ms = 1e-3 * hz.unwrap_or_default();
                if per_ms <= 0.0 {
                    return Err(LowerError::NoInputRate { source_name: learning.source.clone() });
                }
                let n_targets = self.is_reached.iter().filter(|is_reached| **is_reached).count() as f64;
                let (sum_ns, n_in) = (self.weight / n_targets, self.n as f64 / n_targets);
                // filtered Poisson arrivals have this second moment
                let squares = n_in * (per_ms * per_ms + per_ms / (2.0 * tau_ms));
                let (drive, predicted) = (sum_ns * per_ms, 1e-3 * predicts_hz);
                let slope = exponent * predicted / drive;
                let (gain, eta) = (predicted / drive.powf(exponent), 1.0 / (learning_ms * slope * squares));
                Plasticity::ErrorCorrecting { tau_ms, eta, gain, exponent, max_hz, interval_ms, w_max }
            }
        })
    }
}

/// Mean rate of a fibre over a run, Hz.
fn mean_hz(fibres: &FibrePopulation, input: &ColumnInput<'_>) -> f64 {
    let n_steps = (input.schedule.duration_ms / input.dt_ms).round() as usize;
    let expected = super::expected_spikes(fibres, input.schedule, input.dt_ms, n_steps);
    expected / f64::from(fibres.n_fibres.max(1)) / (input.schedule.duration_ms * 1e-3)
}
