//! What connections of the same two cell types share.

use super::Interval;
use serde::{Deserialize, Serialize};

/// Entry of [`EdgeHeader::pathway_of`] for types that do not connect.
pub const NO_PATHWAY: u16 = u16::MAX;

/// Names of an edge population and everything its rows have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EdgeHeader {
    /// SONATA edge population.
    pub edge_population: String,
    /// Source node population.
    pub source_population: String,
    /// Target node population.
    pub target_population: String,
    /// Synapse classes in use; [`Pathway::class`] is an index into them.
    pub classes: Vec<String>,
    /// Distinct combinations of rules in use.
    pub pathways: Vec<Pathway>,
    /// Number of target types: the length of a row of `pathway_of`.
    pub n_target_types: usize,
    /// Pathway of each pair of types, source type by source type; [`NO_PATHWAY`] where they do not connect.
    pub pathway_of: Vec<u16>,
}

/// The rules that made a connection, and what they give to all connections alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pathway {
    /// Presynaptic population.
    pub pre: String,
    /// Postsynaptic population.
    pub post: String,
    /// Place of the rule that decides who connects, as `pathways.yaml:12`.
    pub pathway_rule: String,
    /// Place of the rule that assigns the synapse class.
    pub synapse_rule: String,
    /// Place of the rule that gives the spread (and, where the pathway gives none, the mean) of synapses per connection.
    pub count_rule: Option<String>,
    /// Index into [`EdgeHeader::classes`].
    pub class: u16,
    /// Range of the utilisation at 2 mM calcium.
    pub u_syn: Interval,
    /// Range of the decay of the fast receptor, ms.
    pub tau_decay_ms: Interval,
    /// From the arrival of a spike to release, ms.
    pub release_delay_ms: f64,
    /// Axonal conduction, µm/ms; where absent, conduction takes no time.
    pub conduction_velocity_um_per_ms: Option<f64>,
    /// Slow over fast receptor conductance.
    pub conductance_ratio: f32,
    /// Calcium at half activation, mM; zero where none is known.
    pub u_hill_mm: f32,
    /// Somatic over synaptic conductance, 0 to 1.
    pub attenuation: f32,
}

impl EdgeHeader {
    /// The pathway between two types.
    #[inline]
    #[must_use]
    pub fn pathway(&self, source_type: u16, target_type: u16) -> Option<&Pathway> {
        self.pathways.get(self.pathway_index(source_type, target_type)?)
    }

    /// As [`Self::pathway`], as an index into `pathways`.
    #[inline]
    #[must_use]
    pub fn pathway_index(&self, source_type: u16, target_type: u16) -> Option<usize> {
        let index = *self.pathway_of.get(usize::from(source_type) * self.n_target_types + usize::from(target_type))?;
        (index != NO_PATHWAY).then_some(usize::from(index))
    }
}
