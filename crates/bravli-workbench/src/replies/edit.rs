//! What an edit answers.

use super::{LedgerCounts, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A changed circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EditReply {
    /// What was changed and what there is now, in a sentence.
    pub finding: String,
    /// Id of the new circuit.
    pub artifact: String,
    /// Whether it was made or found.
    pub status: Status,
    /// Digest of its payload.
    pub digest: String,
    /// Id of its column: another one where cells were left out.
    pub column: String,
    /// Cells.
    pub n_cells: u64,
    /// Connections.
    pub n_connections: u64,
    /// Synapses.
    pub n_synapses: u64,
    /// What each change did.
    pub edits: Vec<EditRow>,
    /// Where cells were left out: synapses lost with them, by population.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<CutSynapses>,
    /// Numbers that the circuit uses, by evidence; those set by an edit are assumed.
    pub ledger: LedgerCounts,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// What one change did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct EditRow {
    /// Kind of the change.
    pub kind: String,
    /// What it did, in words and numbers.
    pub what: String,
    /// Connections taken away, made, changed or moved.
    pub n_connections: u64,
}

/// Synapses that a population lost with the cells left out: what the boundary has to stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CutSynapses {
    /// Population.
    pub population: String,
    /// Its cells that are kept.
    pub n_cells: u32,
    /// Synapses onto them from kept cells.
    pub kept_in: u64,
    /// Synapses onto them from cells left out.
    pub cut_in: u64,
    /// Synapses from them onto cells left out.
    pub cut_out: u64,
}

impl From<&bravli_circuit::CutRow> for CutSynapses {
    fn from(row: &bravli_circuit::CutRow) -> Self {
        let bravli_circuit::CutRow { population, n_cells, kept_in, cut_in, cut_out } = row.clone();
        Self { population, n_cells, kept_in, cut_in, cut_out }
    }
}
