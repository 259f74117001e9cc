//! Synapses from one population onto another.

use super::{Plasticity, Rule};
use std::fmt;
use std::sync::Arc;

/// All connections from one population to a receptor of another.
#[derive(Debug, Clone)]
pub struct Projection<'a> {
    /// Name, unique in the network: it keys the projection's draws.
    pub name: String,
    /// Position of the source population.
    pub source: usize,
    /// Position of the target population.
    pub target: usize,
    /// Receptor of the target that every event opens.
    pub receptor: usize,
    /// A slow receptor that opens with it: NMDA beside AMPA, GABA_B beside GABA_A.
    pub slow: Option<Slow>,
    /// Who connects, with weight and delay.
    pub connections: Connectivity<'a>,
    /// What a spike releases.
    pub release: Release,
    /// How weights learn.
    pub plasticity: Option<Plasticity>,
}

/// A second receptor opened by the same events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    /// Receptor of the target.
    pub receptor: usize,
    /// Its weight over the first receptor's, where connections state no ratio of their own.
    pub ratio: f64,
}

/// What share of its weight a connection opens at a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Release {
    /// All of it.
    Static,
    /// Short-term plasticity with one parameter set, kept once per source: u ← U + u(1−U)e^{−Δ/F},
    /// x ← 1 + (x − x u − 1)e^{−Δ/D} with the u before, x = 1 and u = U at the first spike; opens u·x of the weight. Spontaneous
    /// releases open U of it and leave the source's state alone.
    ///
    /// # Source
    /// Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719; the map of NEST's `tsodyks2_synapse`.
    Shared {
        /// Utilisation U.
        u: f64,
        /// Recovery from depression D, ms.
        tau_rec_ms: f64,
        /// Recovery from facilitation F, ms; zero where there is none.
        tau_facil_ms: f64,
    },
    /// The same with the U, D and F of each connection.
    PerConnection,
    /// Stochastic release from the sites of each connection: at a spike each empty site refills with probability
    /// 1 − e^{−Δ/D}, then each filled site releases with probability u; opens released/sites of the weight.
    ///
    /// Both counts come from one Philox call under the counter (low half of the connection's number, its high half, step, 0),
    /// by inversion of the upper 24 bits of words 0 and 1 for a spike of that step, of words 2 and 3 for a spontaneous release
    /// that enters then. Δ is the time between entries, of spikes and spontaneous releases alike.
    Stochastic,
}

/// Parameters that each connection has for itself; columns are empty where a projection has no need of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PerConnection {
    /// Utilisation.
    pub u: Vec<f32>,
    /// Recovery from depression, ms.
    pub tau_rec_ms: Vec<f32>,
    /// Recovery from facilitation, ms; zero where there is none.
    pub tau_facil_ms: Vec<f32>,
    /// Release sites, 1 or more.
    pub sites: Vec<u16>,
    /// Decay of the first receptor, ms; the receptor's own where empty.
    pub decay_ms: Vec<f32>,
    /// Weight of the slow receptor over the first; [`Slow::ratio`] where empty.
    pub slow_ratio: Vec<f32>,
    /// Spontaneous releases, Hz; none where empty. Each runs through the connection's release as a spike would that enters at
    /// the start of step ⌈t/dt⌉, after a spike that enters then.
    ///
    /// The row's n connections have candidates at n times the largest rate, the i-th after a gap of −ln(draw 2i)/rate, all of
    /// stream (seed, projection, `Draw::Miniature`) and the source as its entity. Draw 2i + 1 times n gives the connection by
    /// its whole part, and keeps the candidate where its fraction is below the connection's rate over the largest.
    pub mini_hz: Vec<f32>,
}

impl PerConnection {
    /// Empties all columns.
    pub fn clear(&mut self) {
        self.u.clear();
        self.tau_rec_ms.clear();
        self.tau_facil_ms.clear();
        self.sites.clear();
        self.decay_ms.clear();
        self.slow_ratio.clear();
        self.mini_hz.clear();
    }
}

/// Connections of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Target cells; one may stand several times.
    pub target: Vec<u32>,
    /// Weights: pA for a current, nS for a conductance.
    pub weight: Vec<f32>,
    /// Delays, steps, 1 or more.
    pub delay: Vec<u16>,
    /// What each connection has for itself.
    pub own: PerConnection,
}

impl Row {
    /// Number of connections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.target.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.target.is_empty()
    }

    /// Empties all columns.
    pub fn clear(&mut self) {
        self.target.clear();
        self.weight.clear();
        self.delay.clear();
        self.own.clear();
    }
}

/// Connections that can be asked for source by source, the same on every call.
pub trait Rows: Sync + Send {
    /// Writes the connections of a source into `row`, which is empty. Their order numbers them: a connection's number is
    /// the count of all connections of smaller sources plus its place in its row.
    fn row(&self, source: u32, row: &mut Row);

    /// Connections in all, where that is known without asking for every row.
    fn n_connections(&self) -> Option<u64> {
        None
    }
}

/// Who connects.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a network holds tens of them, and a rule reads better without a box")]
pub enum Connectivity<'a> {
    /// Rows held in memory, one per source.
    Listed(Arc<Vec<Row>>),
    /// A rule with draws per connection.
    Rule(Rule),
    /// Rows of somebody else's store.
    Given(Arc<dyn Rows + 'a>),
}

impl fmt::Debug for Connectivity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(rows) => write!(f, "Listed({} sources)", rows.len()),
            Self::Rule(rule) => rule.fmt(f),
            Self::Given(_) => f.write_str("Given"),
        }
    }
}
