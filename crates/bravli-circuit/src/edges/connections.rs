//! Rows decoded.

use super::{EdgeHeader, Edges};
use crate::column::Cells;
use std::ops::Range;

/// A connection with all its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connection {
    /// Target node id.
    pub target: u32,
    /// Index into [`EdgeHeader::pathways`].
    pub pathway: u16,
    /// Index into [`EdgeHeader::classes`].
    pub class: u16,
    /// Synapses (contacts) of the connection.
    pub n_synapses: u8,
    /// Readily releasable vesicles per contact.
    pub n_rrp: u8,
    /// Peak conductance of one contact, nS.
    pub gsyn_ns: f32,
    /// Utilisation at 2 mM calcium.
    pub u_syn: f32,
    /// Recovery from depression, ms.
    pub tau_rec_ms: f32,
    /// Recovery from facilitation, ms.
    pub tau_facil_ms: f32,
    /// Decay of the fast receptor, ms.
    pub tau_decay_ms: f32,
    /// Delay from spike to conductance, ms.
    pub delay_ms: f32,
    /// Slow over fast receptor conductance.
    pub conductance_ratio: f32,
    /// Calcium at half activation, mM; zero where none is known.
    pub u_hill_mm: f32,
    /// Somatic over synaptic conductance, 0 to 1.
    pub attenuation: f32,
}

/// Types and places of the nodes at one end.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Type of each node: a row or column of [`EdgeHeader::pathway_of`].
    pub types: &'a [u16],
    /// Places; none where conduction takes no time.
    pub cells: Option<&'a Cells>,
}

/// All connections of an edge population, readable row by row.
#[derive(Debug, Clone, Copy)]
pub struct Connections<'a> {
    /// What rows share.
    pub header: &'a EdgeHeader,
    /// Rows.
    pub edges: &'a Edges,
    /// Presynaptic nodes.
    pub sources: Ends<'a>,
    /// Postsynaptic nodes.
    pub targets: Ends<'a>,
}

impl Connections<'_> {
    /// Number of connections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there is no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Number of sources.
    #[must_use]
    pub fn n_sources(&self) -> usize {
        self.edges.n_sources()
    }

    /// Rows of a source.
    #[inline]
    #[must_use]
    pub fn rows(&self, source: usize) -> Range<usize> {
        self.edges.rows(source)
    }

    /// Rows of a source whose targets lie in a range of node ids.
    #[must_use]
    pub fn rows_onto(&self, source: usize, targets: &Range<usize>) -> Range<usize> {
        let rows = self.rows(source);
        let listed = &self.edges.target[rows.clone()];
        let before = |end: usize| rows.start + listed.partition_point(|target| (*target as usize) < end);
        before(targets.start)..before(targets.end)
    }

    /// Straight distance between two nodes, µm; zero where there are no places.
    #[inline]
    #[must_use]
    pub fn distance_um(&self, source: usize, target: usize) -> f64 {
        let (Some(from), Some(to)) = (self.sources.cells, self.targets.cells) else { return 0.0 };
        let difference = |a: &[f32], b: &[f32]| f64::from(a[source]) - f64::from(b[target]);
        let (dx, dy) = (difference(&from.x_um, &to.x_um), difference(&from.y_um, &to.y_um));
        let dz = difference(&from.depth_um, &to.depth_um);
        (dx * dx + dy * dy + dz * dz).sqrt()
    }

    /// The connection in `row`, which must be a row of `source`; nothing where the header has no pathway for its types.
    #[inline]
    #[must_use]
    pub fn get(&self, source: usize, row: usize) -> Option<Connection> {
        let drawn = self.edges.contact(row);
        let target = self.edges.target[row];
        let index = self.header.pathway_index(self.sources.types[source], self.targets.types[target as usize])?;
        let pathway = self.header.pathways.get(index)?;
        let conduction_ms = pathway
            .conduction_velocity_um_per_ms
            .map_or(0.0, |velocity| self.distance_um(source, target as usize) / velocity);
        Some(Connection {
            target,
            pathway: index as u16,
            class: pathway.class,
            n_synapses: drawn.n_synapses,
            n_rrp: drawn.n_rrp,
            gsyn_ns: drawn.gsyn_ns.to_f32(),
            u_syn: pathway.u_syn.decode(drawn.u_syn),
            tau_rec_ms: drawn.tau_rec_ms.to_f32(),
            tau_facil_ms: drawn.tau_facil_ms.to_f32(),
            tau_decay_ms: pathway.tau_decay_ms.decode(drawn.tau_decay),
            delay_ms: (pathway.release_delay_ms + conduction_ms) as f32,
            conductance_ratio: pathway.conductance_ratio,
            u_hill_mm: pathway.u_hill_mm,
            attenuation: pathway.attenuation,
        })
    }

    /// Calls `visit` with (source, row, connection) for all connections in their order.
    pub fn for_each(&self, mut visit: impl FnMut(usize, usize, &Connection)) {
        for source in 0..self.n_sources() {
            for row in self.rows(source) {
                if let Some(connection) = self.get(source, row) {
                    visit(source, row, &connection);
                }
            }
        }
    }
}
