//! Connections decoded as an engine asks for them.

use super::learning::{Learning, LearningSurvey};
use super::{ColumnInput, MiniRates};
use crate::network::{Release, Row, Rows};
use bravli_circuit::{Connection, Connections};
use bravli_recipe::calcium_factor;

/// What connections state for themselves besides decay and slow ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// Nothing.
    Kinetics,
    /// Utilisation and its time constants.
    Utilisation,
    /// These, and release sites.
    Sites,
    /// Nothing, not even a decay: their weights learn, and open whole.
    Learnt,
}

/// Which connections of a source are meant.
pub(super) struct Chosen<'a> {
    /// Whether each class of the header is among them.
    pub(super) is_wanted: Vec<bool>,
    /// What learns of this source's connections.
    pub(super) learning: Vec<&'a Learning>,
    /// The connections that learn by this one; those that do not learn where absent.
    pub(super) learns_by: Option<usize>,
    /// Whether they excite.
    pub(super) excites: bool,
    /// How many there are.
    pub(super) n: u64,
}

/// Some connections of a source.
pub(super) struct ConnectionRows<'a> {
    connections: Connections<'a>,
    chosen: Chosen<'a>,
    own: Own,
    terms: Terms,
    /// Rates of spontaneous release.
    minis: Option<&'a MiniRates>,
    shortest_decay_ms: f32,
}

/// What a run adds to what a connection states.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    calcium_mm: f64,
    dendritic_delay_ms: f64,
    dt_ms: f64,
}

/// Shortest recovery that can be told from none, ms.
const SHORTEST_RECOVERY_MS: f32 = 1e-3;

/// Rise of AMPA or GABA_A, ms.
pub(super) fn fast_rise_ms(input: &ColumnInput<'_>, excites: bool) -> f64 {
    if excites { input.receptors.ampa_rise_ms } else { input.receptors.gaba_a_rise_ms }
}

/// The decay of a receptor is longer than its rise, by a hair at least.
pub(super) fn shortest_decay_ms(rise_ms: f64) -> f64 {
    rise_ms * 1.001
}

impl Terms {
    fn of(input: &ColumnInput<'_>) -> Self {
        Self {
            calcium_mm: input.calcium_mm,
            dendritic_delay_ms: input.receptors.dendritic_delay_ms,
            dt_ms: input.dt_ms,
        }
    }

    /// From a spike to conductance at the soma, ms.
    fn delay_ms(&self, connection: &Connection) -> f64 {
        f64::from(connection.delay_ms) + self.dendritic_delay_ms
    }

    fn delay_steps(&self, connection: &Connection) -> f64 {
        (self.delay_ms(connection) / self.dt_ms).round().max(1.0)
    }

    /// Utilisation at rest and at the bath's calcium.
    fn u(&self, connection: &Connection) -> f64 {
        let factor = calcium_factor(f64::from(connection.u_hill_mm), self.calcium_mm);
        (f64::from(connection.u_syn) * factor).min(1.0)
    }

    /// What a spike opens when all of a connection's contacts release, nS.
    fn full_ns(connection: &Connection) -> f32 {
        connection.gsyn_ns * connection.attenuation * f32::from(connection.n_synapses)
    }

    /// The mean of what a rested connection opens, nS.
    pub(super) fn rested_ns(&self, connection: &Connection) -> f32 {
        Self::full_ns(connection) * self.u(connection) as f32
    }
}

/// Which of some learning connections a connection is among.
fn learns_by(learning: &[&Learning], source: usize, target: u32) -> Option<usize> {
    learning.iter().position(|learning| learning.takes(source, target))
}

impl<'a> ConnectionRows<'a> {
    pub(super) fn new(input: &ColumnInput<'a>, connections: Connections<'a>, chosen: Chosen<'a>, own: Own) -> Self {
        let rise_ms = fast_rise_ms(input, chosen.excites);
        Self {
            connections,
            own,
            terms: Terms::of(input),
            minis: input.minis.filter(|_| own != Own::Learnt),
            shortest_decay_ms: shortest_decay_ms(rise_ms) as f32,
            chosen,
        }
    }
}

impl Rows for ConnectionRows<'_> {
    fn n_connections(&self) -> Option<u64> {
        Some(self.chosen.n)
    }

    fn row(&self, source: u32, row: &mut Row) {
        let source = source as usize;
        for index in self.connections.rows(source) {
            let Some(connection) = self.connections.get(source, index) else { continue };
            let chosen = &self.chosen;
            if !chosen.is_wanted[usize::from(connection.class)]
                || learns_by(&chosen.learning, source, connection.target) != chosen.learns_by
            {
                continue;
            }
            row.target.push(connection.target);
            row.delay.push(self.terms.delay_steps(&connection).min(f64::from(u16::MAX)) as u16);
            if self.own == Own::Learnt {
                row.weight.push(self.terms.rested_ns(&connection));
                continue;
            }
            row.weight.push(Terms::full_ns(&connection));
            row.own.decay_ms.push(connection.tau_decay_ms.max(self.shortest_decay_ms));
            row.own.slow_ratio.push(connection.conductance_ratio);
            if self.own != Own::Kinetics {
                row.own.u.push(self.terms.u(&connection) as f32);
                row.own.tau_rec_ms.push(connection.tau_rec_ms.max(SHORTEST_RECOVERY_MS));
                row.own.tau_facil_ms.push(connection.tau_facil_ms);
            }
            if self.own == Own::Sites {
                row.own.sites.push(u16::from(connection.n_synapses.max(1)) * u16::from(connection.n_rrp.max(1)));
            }
            if let Some(minis) = self.minis {
                // an event is of all contacts, so at the rate of one the mean conductance is that of contacts on their own
                row.own.mini_hz.push(minis.per_contact_hz(connection.target, chosen.excites));
            }
        }
    }
}

/// What is known of many connections after one look at each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Survey {
    pub(super) n: u64,
    u: f64,
    tau_rec_ms: f64,
    tau_facil_ms: f64,
    pub(super) longest_ms: f64,
    pub(super) largest_rounding_ms: f64,
}

impl Survey {
    /// One state with the mean parameters.
    pub(super) fn shared(&self) -> Release {
        let n = self.n.max(1) as f64;
        Release::Shared {
            u: self.u / n,
            tau_rec_ms: (self.tau_rec_ms / n).max(f64::from(SHORTEST_RECOVERY_MS)),
            tau_facil_ms: self.tau_facil_ms / n,
        }
    }
}

/// Looks at all connections of a source: those that do not learn by class, the others by what they learn by, and all
/// delays.
pub(super) fn survey(
    input: &ColumnInput<'_>,
    connections: Connections<'_>,
    class_excites: &[bool],
    learning: &[&Learning],
    delays: &mut Survey,
) -> (Vec<Survey>, Vec<LearningSurvey>) {
    let terms = Terms::of(input);
    let mut classes = vec![Survey::default(); class_excites.len()];
    let mut learned = vec![LearningSurvey::default(); learning.len()];
    connections.for_each(|source, _, connection| {
        let delay_ms = terms.delay_ms(connection);
        let rounding_ms = (terms.delay_steps(connection) * terms.dt_ms - delay_ms).abs();
        delays.longest_ms = delays.longest_ms.max(delay_ms);
        delays.largest_rounding_ms = delays.largest_rounding_ms.max(rounding_ms);
        let class = usize::from(connection.class);
        if let Some(by) = learns_by(learning, source, connection.target) {
            learned[by].add(connection, &terms, class_excites[class]);
            return;
        }
        let class = &mut classes[class];
        class.n += 1;
        class.u += terms.u(connection);
        class.tau_rec_ms += f64::from(connection.tau_rec_ms);
        class.tau_facil_ms += f64::from(connection.tau_facil_ms);
    });
    (classes, learned)
}
