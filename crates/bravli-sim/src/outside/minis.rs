//! Spontaneous releases of a projection, summed over the connections of each target.

use super::columns::Columns;
use crate::network::{Projection, Release};

/// What it means for an outside engine.
pub(super) const NOTE: &str = "Spontaneous releases come as Poisson events of each target cell, at the summed rate of its connections \
     and with their mean weight, as rested connections open it; they leave the state of the connections alone.";

/// Rates and mean weights by target.
pub(super) struct Minis<'a> {
    columns: &'a Columns,
    release: Release,
    /// Events of each target, Hz.
    pub(super) rate_hz: Vec<f64>,
}

impl<'a> Minis<'a> {
    /// The spontaneous releases of a projection; none where there are none.
    pub(super) fn of(projection: &Projection<'_>, columns: &'a Columns, n_targets: u32) -> Option<Self> {
        if !columns.row.own.mini_hz.iter().any(|rate| *rate > 0.0) {
            return None;
        }
        let mut rate_hz = vec![0.0; n_targets as usize];
        for (target, rate) in columns.row.target.iter().zip(&columns.row.own.mini_hz) {
            rate_hz[*target as usize] += f64::from(*rate);
        }
        Some(Self { columns, release: projection.release, rate_hz })
    }

    /// Mean over a target's releases of the weight that opens times a factor of the connection.
    pub(super) fn mean(&self, factor: impl Fn(usize) -> f64) -> Vec<f64> {
        let row = &self.columns.row;
        let mut sums = vec![0.0; self.rate_hz.len()];
        for (k, target) in row.target.iter().enumerate() {
            let share = match self.release {
                Release::Static => 1.0,
                Release::Shared { u, .. } => u,
                Release::PerConnection | Release::Stochastic => f64::from(row.own.u[k]),
            };
            sums[*target as usize] += f64::from(row.own.mini_hz[k]) * f64::from(row.weight[k]) * share * factor(k);
        }
        for (sum, rate) in sums.iter_mut().zip(&self.rate_hz) {
            *sum = if *rate > 0.0 { *sum / rate } else { 0.0 };
        }
        sums
    }
}
