//! Connections that learn.
//!
//! # Assumption
//! A learning connection opens all of its weight at every spike. It starts at the mean release of a rested synapse,
//! `gsyn·attenuation·n_synapses·u`, with the mean decay and slow ratio of those that learn with it, and neither depresses,
//! facilitates nor releases spontaneously.

mod inputs;

use super::rows::Terms;
use super::{ColumnInput, LowerError};
use crate::network::Plasticity;
use bravli_circuit::{Connection, FibrePopulation};
use inputs::Inputs;

/// Bound of a weight over the mean at the start, where none is given: room to grow, and not without end.
const DEFAULT_BOUND: f64 = 4.0;

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
    /// Bound of a weight, nS; raised to the largest at the start. Four times the mean at the start where absent.
    pub w_max_ns: Option<f64>,
}

/// Where connections that learn come from.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningSource {
    /// Fibres, by position among those of the input.
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
        /// Pair potentiation, as a share of the mean weight at the start.
        a2_plus: f64,
        /// Triplet potentiation, as a share of the mean weight at the start.
        a3_plus: f64,
        /// Pair depression, as a share of the mean weight at the start.
        a2_minus: f64,
        /// Triplet depression, as a share of the mean weight at the start.
        a3_minus: f64,
    },
    /// [`Plasticity::Inhibitory`].
    Inhibitory {
        /// Decay of both traces, ms.
        tau_ms: f64,
        /// Change per pair, as a share of the mean weight at the start.
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
        /// Rate of a source, Hz; where absent, what fibres would fire in this schedule if every stimulus were its context's
        /// mean.
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
    /// Share of the somatic rate at which a linear prediction settles on average: an input's single spikes are noise, and
    /// explaining them would cost more than it gains.
    pub settles_at: Option<f64>,
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
            LearningSource::Cells(cells) => cells.get(source).copied().unwrap_or_default(),
        };
        is_from && self.onto.get(target as usize).copied().unwrap_or_default()
    }

    fn fibres<'a>(&self, input: &ColumnInput<'a>) -> Option<&'a FibrePopulation> {
        match self.from {
            LearningSource::Fibres(index) => input.fibres.get(index),
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

    fn mean_ns(&self) -> f64 {
        self.weight / self.n as f64
    }

    pub(super) fn mean_decay_ms(&self) -> f64 {
        self.decay_ms / self.n as f64
    }

    pub(super) fn mean_ratio(&self) -> f64 {
        self.ratio / self.n as f64
    }

    /// # Errors
    /// When there is nothing to learn, excitation and inhibition in one, or a sign for which the rule is not made.
    fn check(&self, entry: usize, learning: &Learning) -> Result<(), LowerError> {
        let source_name = || learning.source.clone();
        if self.n == 0 || self.weight <= 0.0 {
            return Err(LowerError::NothingLearns { entry, source_name: source_name() });
        }
        if self.n_excite != 0 && self.n_excite != self.n {
            return Err(LowerError::MixedSigns { entry, source_name: source_name() });
        }
        if self.excites() && matches!(learning.rule, LearningRule::Inhibitory { .. }) {
            return Err(LowerError::NotInhibitory { entry, source_name: source_name() });
        }
        Ok(())
    }

    /// These connections with their rule, at a place among the projections.
    ///
    /// # Errors
    /// When they cannot learn by it, or the rate of the sources is needed and unknown or zero.
    pub(super) fn learned(
        &self,
        entry: usize,
        learning: &Learning,
        input: &ColumnInput<'_>,
        projection: usize,
    ) -> Result<Learned, LowerError> {
        self.check(entry, learning)?;
        let mean_ns = self.mean_ns();
        let w_max = learning.w_max_ns.unwrap_or(DEFAULT_BOUND * mean_ns).max(self.largest);
        // rules take their amplitudes in units of the bound
        let share = mean_ns / w_max;
        let mut settles_at = None;
        let rule = match learning.rule {
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
                a2_plus: a2_plus * share,
                a3_plus: a3_plus * share,
                a2_minus: a2_minus * share,
                a3_minus: a3_minus * share,
                w_max,
            },
            LearningRule::Inhibitory { tau_ms, eta, target_hz } => {
                Plasticity::Inhibitory { tau_ms, eta: eta * mean_ns, target_hz, w_max }
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
                let inputs = Inputs { per_ms: 1e-3 * hz.unwrap_or_default(), n: self.n_inputs(), tau_ms };
                let Some((gain, eta)) = inputs.scale(mean_ns, exponent, 1e-3 * predicts_hz, learning_ms) else {
                    return Err(LowerError::NoInputRate { entry, source_name: learning.source.clone() });
                };
                settles_at = (exponent == 1.0).then(|| 1.0 / (1.0 + inputs.noise()));
                Plasticity::ErrorCorrecting { tau_ms, eta, gain, exponent, max_hz, interval_ms, w_max }
            }
        };
        Ok(Learned { projection, n: self.n, mean_ns, rule, settles_at })
    }

    /// Mean number of these connections onto a cell that has any.
    fn n_inputs(&self) -> f64 {
        let n_targets = self.is_reached.iter().filter(|is_reached| **is_reached).count();
        self.n as f64 / n_targets.max(1) as f64
    }
}

/// Mean rate of a fibre over a run in which every stimulus is its context's mean, so that it is no matter of the seed, Hz.
fn mean_hz(fibres: &FibrePopulation, input: &ColumnInput<'_>) -> f64 {
    let n_steps = (input.schedule.duration_ms / input.dt_ms).round() as usize;
    let mut schedule = input.schedule.clone();
    schedule.trials.iter_mut().for_each(|trial| trial.x = trial.mu);
    let expected = super::expected_spikes(fibres, &schedule, input.dt_ms, n_steps);
    expected / f64::from(fibres.n_fibres.max(1)) / (input.schedule.duration_ms * 1e-3)
}
