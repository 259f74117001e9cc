//! Edges row by row.

use super::Edges;
use crate::contact::Contact;

/// Takes rows in order of source, then target.
#[derive(Debug)]
pub struct EdgesBuilder {
    edges: Edges,
    n_sources: usize,
}

/// A row that does not follow the one before it, or whose source does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("connection {source_id} -> {target} is out of order: rows ascend by source below {n_sources}, then target")]
pub struct OutOfOrder {
    /// Source of the row.
    pub source_id: u32,
    /// Target of the row.
    pub target: u32,
    /// Number of sources.
    pub n_sources: usize,
}

impl EdgesBuilder {
    /// Edges of `n_sources` sources, with room for `rows` rows.
    #[must_use]
    pub fn new(n_sources: usize, rows: usize) -> Self {
        Self { edges: Edges::start(n_sources, rows), n_sources }
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`OutOfOrder`] when it does not follow the one before it; several connections of one pair are allowed.
    pub fn push(&mut self, source: u32, target: u32, contact: &Contact) -> Result<(), OutOfOrder> {
        let current = self.edges.n_sources();
        let wrong = OutOfOrder { source_id: source, target, n_sources: self.n_sources };
        let source = source as usize;
        if source >= self.n_sources || source < current {
            return Err(wrong);
        }
        for _ in current..source {
            self.edges.end_source();
        }
        let first = *self.edges.offsets.last().unwrap_or(&0) as usize;
        if self.edges.target[first..].last().is_some_and(|last| *last > target) {
            return Err(wrong);
        }
        self.edges.push(target, contact);
        Ok(())
    }

    /// All rows so far; sources without one have none.
    #[must_use]
    pub fn finish(mut self) -> Edges {
        for _ in self.edges.n_sources()..self.n_sources {
            self.edges.end_source();
        }
        self.edges
    }
}
