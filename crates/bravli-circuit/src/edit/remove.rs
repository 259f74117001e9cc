//! Takes connections away.

use super::choice::{Choice, for_each_row};
use super::{EditError, Edited, filtered};
use crate::wire::Circuit;

/// Takes away all connections between populations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remove {
    /// Presynaptic populations (pattern).
    pub pre: String,
    /// Postsynaptic populations (pattern).
    pub post: String,
}

impl Remove {
    /// The header stays whole, so the rows that are left keep their pathway's index.
    pub(super) fn apply(&self, circuit: Circuit) -> Result<(Circuit, Edited), EditError> {
        let choice = Choice::connections(&circuit, &self.pre, &self.post, "*")?;
        let mut is_gone = vec![false; circuit.edges.len()];
        for_each_row(&circuit, |_, row, pathway| is_gone[row] = choice.pathways[pathway]);
        let edges = filtered(&circuit, |_, row| !is_gone[row]);
        let what = format!("removed all {} connections {} -> {}", choice.n(), self.pre, self.post);
        let done = Edited {
            assumed: vec![(0, format!("{} -> {}: removed on request", self.pre, self.post))],
            what,
            n_connections: choice.n(),
            ..Edited::default()
        };
        Ok((circuit.with_edges(edges), done))
    }
}
