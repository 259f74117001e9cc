//! All connections of a projection, one after the other.

use crate::network::{Network, PerConnection, Projection, Row};

/// Connections in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) source: Vec<u32>,
    pub(super) row: Row,
}

impl Columns {
    /// Reads every row; none where one is flawed.
    pub(super) fn of(projection: &Projection<'_>, network: &Network<'_>, conductance: bool) -> Result<Self, String> {
        let wiring = projection.wiring(network);
        let mut all = Self::default();
        let mut row = Row::default();
        for source in 0..wiring.n_sources() {
            wiring.row(source, &mut row);
            if let Some(flaw) = row.flaw(wiring.n_targets(), conductance, projection.release) {
                return Err(format!("row {source}: {flaw}"));
            }
            all.source.extend(std::iter::repeat_n(source, row.len()));
            all.row.target.extend_from_slice(&row.target);
            all.row.weight.extend_from_slice(&row.weight);
            all.row.delay.extend_from_slice(&row.delay);
            all.own(&row.own);
        }
        // a column that only some rows have would no longer match
        let (n, own) = (all.source.len(), &all.row.own);
        let lengths = [own.decay_ms.len(), own.slow_ratio.len(), own.mini_hz.len(), own.u.len(), own.sites.len()];
        if lengths.iter().any(|length| *length != 0 && *length != n) {
            return Err("some rows have values of their own where others have none".to_owned());
        }
        Ok(all)
    }

    fn own(&mut self, own: &PerConnection) {
        let all = &mut self.row.own;
        all.u.extend_from_slice(&own.u);
        all.tau_rec_ms.extend_from_slice(&own.tau_rec_ms);
        all.tau_facil_ms.extend_from_slice(&own.tau_facil_ms);
        all.sites.extend_from_slice(&own.sites);
        all.decay_ms.extend_from_slice(&own.decay_ms);
        all.slow_ratio.extend_from_slice(&own.slow_ratio);
        all.mini_hz.extend_from_slice(&own.mini_hz);
    }

    pub(super) fn len(&self) -> usize {
        self.source.len()
    }

    /// Smallest and largest weight; zero where there is no connection.
    pub(super) fn weight_range(&self) -> (f32, f32) {
        self.row.weight.iter().fold((0.0, 0.0), |(low, high), weight| (f32::min(low, *weight), f32::max(high, *weight)))
    }
}
