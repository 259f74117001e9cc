//! Projections that are stored and delivered together.

use crate::network::{Plasticity, Release};

/// A plane that the events of a bundle enter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Onto {
    /// Plane.
    pub(crate) plane: usize,
    /// Conversion from stored weights to the plane's unit: (w·factor + half) >> shift.
    pub(crate) factor: i64,
    /// See `factor`.
    pub(crate) shift: u32,
    /// Weight over the first plane's.
    pub(crate) ratio: f64,
}

impl Onto {
    pub(crate) fn new(plane: usize, ratio: f64) -> Self {
        Self { plane, factor: 1, shift: 0, ratio }
    }

    /// Fits the conversion to the units of the bundle's weights and of the plane; `is_scaled` where a share of the weight
    /// opens, which takes binary digits of the factor.
    pub(crate) fn fit(&mut self, weight_unit: f64, plane_unit: f64, is_scaled: bool) {
        let ratio = self.ratio * weight_unit / plane_unit;
        if !is_scaled && (1.0..=32_768.0).contains(&ratio) && (ratio - ratio.round()).abs() < 1e-9 * ratio {
            (self.factor, self.shift) = (ratio.round() as i64, 0);
            return;
        }
        // thirty-one binary digits: the product with a weight of sixteen fits a word of sixty-four
        let shift = (2_147_483_647.0 / ratio.max(1e-9)).log2().floor().clamp(0.0, 31.0);
        (self.factor, self.shift) = ((ratio * shift.exp2()).round().min(2_147_483_647.0) as i64, shift as u32);
    }
}

/// How a bundle is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum BundleKind {
    /// Four bytes a connection.
    Compact,
    /// A record a connection, with release of its own.
    Release,
    /// A record a connection, with a weight that learns.
    Learning(Plasticity),
}

/// A projection of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    /// Position of the projection.
    pub(crate) projection: usize,
    /// Position of its target population.
    pub(crate) population: usize,
}

/// Projections from one population that share everything but their targets.
#[derive(Debug, Clone)]
pub(crate) struct Bundle {
    pub(crate) source: usize,
    pub(crate) n_sources: u32,
    pub(crate) targets: Vec<Target>,
    pub(crate) kind: BundleKind,
    pub(crate) release: Release,
    /// Planes of the first receptor and of the slow one, where the weight of the first rung goes.
    pub(crate) onto: Onto,
    pub(crate) slow: Option<Onto>,
    /// Unit of stored weights, for [`BundleKind::Compact`].
    pub(crate) weight_unit: f64,
    /// Keys of the release's draws.
    pub(crate) release_key: [u32; 2],
}

impl Bundle {
    /// The largest weight that a learning connection may reach.
    pub(crate) fn bound(&self) -> f64 {
        match self.kind {
            BundleKind::Learning(rule) => rule.w_max(),
            _ => 0.0,
        }
    }
}
