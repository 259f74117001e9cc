//! Connections between cells, in 14 bytes each; one row per connection, as the Allen dialect of SONATA writes them.
//!
//! A row holds what was drawn for it. What cells of two types share (class, delays, calcium dependence, the rule that made
//! the connection) stands once in the header; sources are implicit in the order of rows.

mod builder;
mod codes;
mod connections;
mod header;

pub use builder::{EdgesBuilder, OutOfOrder};
pub use codes::Interval;
pub use connections::{Connection, Connections, Ends};
pub use header::{EdgeHeader, NO_PATHWAY, Pathway};

use crate::contact::Contact;
use half::f16;
use std::ops::Range;

/// One entry per connection in every column, sorted by source, then target.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    /// First row of each source; one more entry than there are sources.
    offsets: Vec<u64>,
    /// Target node id.
    target: Vec<u32>,
    /// Synapses (contacts) of the connection, 1 to 255.
    n_synapses: Vec<u8>,
    /// Readily releasable vesicles per contact, 1 to 255.
    n_rrp: Vec<u8>,
    /// Peak conductance of one contact, nS.
    gsyn_ns: Vec<f16>,
    /// Recovery from depression, ms.
    tau_rec_ms: Vec<f16>,
    /// Recovery from facilitation, ms.
    tau_facil_ms: Vec<f16>,
    /// Utilisation at 2 mM calcium, within the pathway's interval.
    u_syn: Vec<u8>,
    /// Decay of the fast receptor, within the pathway's interval.
    tau_decay: Vec<u8>,
}

impl Default for Edges {
    fn default() -> Self {
        Self::none(0)
    }
}

impl Edges {
    /// No connection among `n_sources` sources.
    #[must_use]
    pub fn none(n_sources: usize) -> Self {
        Self::with_rows(vec![0; n_sources + 1], 0)
    }

    fn with_rows(offsets: Vec<u64>, rows: usize) -> Self {
        Self {
            offsets,
            target: Vec::with_capacity(rows),
            n_synapses: Vec::with_capacity(rows),
            n_rrp: Vec::with_capacity(rows),
            gsyn_ns: Vec::with_capacity(rows),
            tau_rec_ms: Vec::with_capacity(rows),
            tau_facil_ms: Vec::with_capacity(rows),
            u_syn: Vec::with_capacity(rows),
            tau_decay: Vec::with_capacity(rows),
        }
    }

    /// Number of connections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.target.len()
    }

    /// Whether there is no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.target.is_empty()
    }

    /// Number of sources, with and without connections.
    #[must_use]
    pub fn n_sources(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Rows of a source.
    #[inline]
    #[must_use]
    pub fn rows(&self, source: usize) -> Range<usize> {
        self.offsets[source] as usize..self.offsets[source + 1] as usize
    }

    /// Targets of all rows.
    #[must_use]
    pub fn targets(&self) -> &[u32] {
        &self.target
    }

    /// Synapses of all rows.
    #[must_use]
    pub fn synapse_counts(&self) -> &[u8] {
        &self.n_synapses
    }

    /// Synapses of all connections.
    #[must_use]
    pub fn n_synapses(&self) -> u64 {
        self.n_synapses.iter().map(|n| u64::from(*n)).sum()
    }

    /// The source of a row.
    #[must_use]
    pub fn source_of(&self, row: usize) -> usize {
        self.offsets.partition_point(|first| *first <= row as u64) - 1
    }

    /// Bytes that the columns take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<u64>() * self.offsets.len() + self.len() * Self::ROW_BYTES
    }

    /// Bytes of a row: a target of four, three parameters of two, four of one.
    pub const ROW_BYTES: usize = size_of::<u32>() + 3 * size_of::<f16>() + 4 * size_of::<u8>();

    /// A digest of all rows: equal circuits have equal digests, whatever the machine.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut sum = self.offsets.iter().fold(FNV_START, |sum, first| (sum ^ first).wrapping_mul(FNV_PRIME));
        for row in 0..self.len() {
            let drawn = u64::from(self.gsyn_ns[row].to_bits())
                | u64::from(self.tau_rec_ms[row].to_bits()) << 16
                | u64::from(self.tau_facil_ms[row].to_bits()) << 32
                | u64::from(self.u_syn[row]) << 48
                | u64::from(self.tau_decay[row]) << 56;
            let counted =
                u64::from(self.target[row]) | u64::from(self.n_synapses[row]) << 32 | u64::from(self.n_rrp[row]) << 40;
            for word in [counted, drawn] {
                sum = (sum ^ word).wrapping_mul(FNV_PRIME).rotate_left(29);
            }
        }
        sum
    }

    /// Appends what a connection drew.
    pub(crate) fn push(&mut self, target: u32, contact: &Contact) {
        self.target.push(target);
        self.n_synapses.push(contact.n_synapses);
        self.n_rrp.push(contact.n_rrp);
        self.gsyn_ns.push(contact.gsyn_ns);
        self.tau_rec_ms.push(contact.tau_rec_ms);
        self.tau_facil_ms.push(contact.tau_facil_ms);
        self.u_syn.push(contact.u_syn);
        self.tau_decay.push(contact.tau_decay);
    }

    /// What a row drew.
    pub(crate) fn contact(&self, row: usize) -> Contact {
        Contact {
            n_synapses: self.n_synapses[row],
            n_rrp: self.n_rrp[row],
            gsyn_ns: self.gsyn_ns[row],
            tau_rec_ms: self.tau_rec_ms[row],
            tau_facil_ms: self.tau_facil_ms[row],
            u_syn: self.u_syn[row],
            tau_decay: self.tau_decay[row],
        }
    }

    /// Connections of sources whose rows are filled one source after another.
    pub(crate) fn start(n_sources: usize, rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(n_sources + 1);
        offsets.push(0);
        Self::with_rows(offsets, rows)
    }

    /// Ends the rows of the current source.
    pub(crate) fn end_source(&mut self) {
        self.offsets.push(self.target.len() as u64);
    }

    /// Joins parts in their order; each column of a part is freed as soon as it is joined.
    pub(crate) fn concatenate(parts: Vec<Self>) -> Self {
        let n = parts.iter().map(Self::len).sum();
        let mut all = Self::start(parts.iter().map(Self::n_sources).sum(), 0);
        for part in &parts {
            let before = all.offsets.last().copied().unwrap_or(0);
            all.offsets.extend(part.offsets[1..].iter().map(|first| before + first));
        }
        macro_rules! join {
            ($($column:ident),*) => {
                $(all.$column.reserve_exact(n);)*
                for part in parts {
                    $(all.$column.extend(part.$column);)*
                }
            };
        }
        join!(target, n_synapses, n_rrp, gsyn_ns, tau_rec_ms, tau_facil_ms, u_syn, tau_decay);
        all
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
