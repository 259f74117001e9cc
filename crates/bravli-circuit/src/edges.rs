//! Connections between cells; one row per connection, as the Allen dialect of SONATA writes them (`nsyns`).

use serde::{Deserialize, Serialize};

/// Names that edges refer to by index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EdgeHeader {
    /// SONATA edge population.
    pub edge_population: String,
    /// Source node population.
    pub source_population: String,
    /// Target node population.
    pub target_population: String,
    /// Synapse classes in use; [`Edges::class`] is an index into them.
    pub classes: Vec<String>,
}

/// One entry per connection in every column, sorted by source, then target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edges {
    /// Source node id.
    pub source: Vec<u32>,
    /// Target node id.
    pub target: Vec<u32>,
    /// Index into [`EdgeHeader::classes`].
    pub class: Vec<u16>,
    /// Synapses (contacts) of the connection.
    pub n_synapses: Vec<u16>,
    /// Peak conductance of one contact, nS.
    pub gsyn_ns: Vec<f32>,
    /// Utilisation at 2 mM calcium.
    pub u_syn: Vec<f32>,
    /// Recovery from depression, ms.
    pub tau_rec_ms: Vec<f32>,
    /// Recovery from facilitation, ms.
    pub tau_facil_ms: Vec<f32>,
    /// Decay of the fast receptor, ms.
    pub tau_decay_ms: Vec<f32>,
    /// Readily releasable vesicles per contact.
    pub n_rrp: Vec<u16>,
    /// Delay from spike to conductance, ms.
    pub delay_ms: Vec<f32>,
    /// Slow over fast receptor conductance.
    pub conductance_ratio: Vec<f32>,
    /// Calcium at half activation, mM.
    pub u_hill_mm: Vec<f32>,
    /// Somatic over synaptic conductance, 0 to 1.
    pub attenuation: Vec<f32>,
}

impl Edges {
    /// Number of connections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }
}

impl Edges {
    /// Appends what a connection drew from its class.
    pub(crate) fn push_contact(&mut self, contact: &crate::contact::Contact) {
        self.n_synapses.push(contact.n_synapses);
        self.gsyn_ns.push(contact.gsyn_ns);
        self.u_syn.push(contact.u_syn);
        self.tau_rec_ms.push(contact.tau_rec_ms);
        self.tau_facil_ms.push(contact.tau_facil_ms);
        self.tau_decay_ms.push(contact.tau_decay_ms);
        self.n_rrp.push(contact.n_rrp);
    }

    /// Joins parts in their order.
    pub(crate) fn concatenate(parts: Vec<Self>) -> Self {
        let n = parts.iter().map(Self::len).sum();
        let mut all = Self::default();
        macro_rules! join {
            ($($column:ident),*) => {
                $(all.$column.reserve_exact(n);)*
                for part in parts {
                    $(all.$column.extend(part.$column);)*
                }
            };
        }
        join!(
            source,
            target,
            class,
            n_synapses,
            gsyn_ns,
            u_syn,
            tau_rec_ms,
            tau_facil_ms,
            tau_decay_ms,
            n_rrp,
            delay_ms,
            conductance_ratio,
            u_hill_mm,
            attenuation
        );
        all
    }
}
