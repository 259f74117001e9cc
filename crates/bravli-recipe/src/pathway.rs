//! A rule of `pathways.yaml`: how many connections two populations have, and how that falls with distance.

use crate::Location;
use serde::{Deserialize, Serialize};

/// How likely two cells of two populations are connected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathwaySpec {
    /// Presynaptic population (pattern).
    pub pre: String,
    /// Postsynaptic population (pattern).
    pub post: String,
    /// How many of the pairs connect.
    pub amount: Amount,
    /// How the probability falls with horizontal distance.
    pub horizontal: Falloff,
    /// How it falls with the difference in depth.
    pub vertical: Falloff,
    /// Pairs connected both ways, over those expected if the two directions were drawn apart; 1 where absent.
    pub reciprocity: Option<f64>,
    /// Relative gain in probability for each common neighbour within the pathway; 0 where absent.
    pub common_neighbour_gain: Option<f64>,
    /// Somatic over synaptic conductance: what a point soma feels of a dendritic contact, 0 to 1.
    pub attenuation: f64,
    /// Replaces the mean number of synapses per connection of the connection rules.
    pub mean_synapses: Option<f64>,
    /// Where it stands.
    pub at: Location,
}

impl PathwaySpec {
    /// The probability stated; 0 where the rule fixes a number of connections instead.
    #[must_use]
    pub fn probability(&self) -> f64 {
        match self.amount {
            Amount::Mean { probability, .. } | Amount::Peak { probability } => probability,
            Amount::InDegree(_) | Amount::Total(_) => 0.0,
        }
    }

    /// Every number under its name in `pathways.yaml`; nothing where the rule does not state it.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, Option<f64>); 15] {
        let [sigma, lambda, reach] = self.horizontal.widths_um();
        let [vertical_sigma, vertical_lambda, vertical_reach] = self.vertical.widths_um();
        let (mut mean, mut within, mut peak, mut in_degree, mut total) = (None, None, None, None, None);
        match self.amount {
            Amount::Mean { probability, within_um } => (mean, within) = (Some(probability), Some(within_um)),
            Amount::Peak { probability } => peak = Some(probability),
            Amount::InDegree(n) => in_degree = Some(f64::from(n)),
            Amount::Total(n) => total = Some(n as f64),
        }
        [
            ("probability", mean),
            ("within_um", within),
            ("peak_probability", peak),
            ("in_degree", in_degree),
            ("total", total),
            ("sigma_um", sigma),
            ("lambda_um", lambda),
            ("reach_um", reach),
            ("vertical_sigma_um", vertical_sigma),
            ("vertical_lambda_um", vertical_lambda),
            ("vertical_reach_um", vertical_reach),
            ("reciprocity", self.reciprocity),
            ("common_neighbour_gain", self.common_neighbour_gain),
            ("attenuation", Some(self.attenuation)),
            ("mean_synapses", self.mean_synapses),
        ]
    }
}

/// How many connections a pathway makes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// A probability measured on pairs; its value at distance zero follows from the fall-off.
    Mean {
        /// Mean over pairs whose horizontal distance is at most `within_um`.
        probability: f64,
        /// Reach of the pairs that the probability was measured on, in µm.
        within_um: f64,
    },
    /// The probability at distance zero.
    Peak {
        /// Share of pairs at distance zero that connect.
        probability: f64,
    },
    /// The same number of sources for every target.
    InDegree(u32),
    /// A number of connections for the whole pathway.
    Total(u64),
}

impl Amount {
    /// Whether no connection is asked for.
    #[must_use]
    pub fn is_none(&self) -> bool {
        match self {
            Self::Mean { probability, .. } | Self::Peak { probability } => *probability <= 0.0,
            Self::InDegree(n) => *n == 0,
            Self::Total(n) => *n == 0,
        }
    }
}

/// How a connection probability falls with distance, relative to distance zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Falloff {
    /// Not at all.
    Flat,
    /// exp(−d²/2σ²).
    Gaussian {
        /// Width, in µm.
        sigma_um: f64,
    },
    /// exp(−d/λ).
    Exponential {
        /// Length, in µm.
        lambda_um: f64,
    },
    /// 1 up to a reach, 0 beyond.
    Box {
        /// Reach, in µm.
        reach_um: f64,
    },
}

impl Falloff {
    /// σ, λ and reach in µm, the one that is stated.
    fn widths_um(&self) -> [Option<f64>; 3] {
        match *self {
            Self::Flat => [None; 3],
            Self::Gaussian { sigma_um } => [Some(sigma_um), None, None],
            Self::Exponential { lambda_um } => [None, Some(lambda_um), None],
            Self::Box { reach_um } => [None, None, Some(reach_um)],
        }
    }

    /// σ, λ or reach, in µm; infinite where there is no fall-off.
    #[must_use]
    pub fn scale_um(&self) -> f64 {
        self.widths_um().into_iter().flatten().next().unwrap_or(f64::INFINITY)
    }

    /// Share of the value at distance zero that is left at `distance_um`.
    #[inline]
    #[must_use]
    pub fn at(&self, distance_um: f64) -> f64 {
        match *self {
            Self::Flat => 1.0,
            Self::Gaussian { sigma_um } => (-distance_um * distance_um / (2.0 * sigma_um * sigma_um)).exp(),
            Self::Exponential { lambda_um } => (-distance_um / lambda_um).exp(),
            Self::Box { reach_um } => f64::from(u8::from(distance_um <= reach_um)),
        }
    }

    /// As [`Self::at`], from the square of the distance.
    #[inline]
    #[must_use]
    pub fn at_square(&self, square_um2: f64) -> f64 {
        match *self {
            Self::Flat => 1.0,
            Self::Gaussian { sigma_um } => (-square_um2 / (2.0 * sigma_um * sigma_um)).exp(),
            Self::Exponential { .. } | Self::Box { .. } => self.at(square_um2.sqrt()),
        }
    }

    /// Mean over points spread evenly within `radius_um`: what a probability measured over that range is of its peak.
    ///
    /// Gaussian (1 − e^−s)/s with s = R²/2σ²; exponential 2(1 − e^−r(1 + r))/r² with r = R/λ; box (reach/R)², at most 1.
    #[must_use]
    pub fn mean_over_disc(&self, radius_um: f64) -> f64 {
        match *self {
            Self::Flat => 1.0,
            Self::Gaussian { sigma_um } => {
                let s = radius_um * radius_um / (2.0 * sigma_um * sigma_um);
                if s > 1e-9 { -(-s).exp_m1() / s } else { 1.0 }
            }
            Self::Exponential { lambda_um } => {
                let r = radius_um / lambda_um;
                if r > 1e-4 { 2.0 * (1.0 - (-r).exp() * (1.0 + r)) / (r * r) } else { 1.0 }
            }
            Self::Box { reach_um } => (reach_um / radius_um).powi(2).min(1.0),
        }
    }
}
