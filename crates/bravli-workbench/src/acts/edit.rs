//! From a circuit to a changed one.

use super::status;
use crate::error::ActError;
use crate::progress::Progress;
use crate::replies::{CutSynapses, EditReply, EditRow, LedgerCounts};
use crate::requests::EditCircuit;
use crate::stages;
use crate::workbench::Workbench;

impl Workbench {
    /// Makes a changed circuit from a stored one, which stays as it is.
    ///
    /// # Errors
    /// An unknown circuit, an edit that names what is not there, changes nothing or cannot be, or a stop on request;
    /// nothing is stored then.
    pub fn edit_circuit(&self, request: &EditCircuit, progress: &dyn Progress) -> Result<EditReply, ActError> {
        let parent = self.store().get(&request.circuit, Some("circuit"), "circuit")?;
        let made = stages::edit::make(self.store(), self.knowledge()?, &parent, request, progress)?;
        let record = &made.record;
        let told = stages::edit::edits(self.store(), record)?;
        let column = stages::circuit::input(self.store(), record, "column")?.id;
        let n = |name: &str| record.summary[name].as_u64().unwrap_or_default();
        let did: Vec<&str> = told.edits.iter().map(|step| step.what.as_str()).collect();
        let (n_cells, n_connections, n_synapses) = (n("n_cells"), n("n_connections"), n("n_synapses"));
        Ok(EditReply {
            finding: format!("{}; now {n_connections} connections among {n_cells} cells", did.join("; ")),
            artifact: record.id.clone(),
            status: status(&made),
            digest: record.digest.clone(),
            column,
            n_cells,
            n_connections,
            n_synapses,
            edits: told
                .edits
                .iter()
                .map(|step| EditRow {
                    kind: step.kind.clone(),
                    what: step.what.clone(),
                    n_connections: step.n_connections,
                })
                .collect(),
            cut: told.cut.iter().map(CutSynapses::from).collect(),
            ledger: LedgerCounts::from(&record.ledger),
            notes: record.notes.clone(),
            next: vec![format!(
                "set_boundary_conditions {{\"circuit\": {:?}}}, then simulate both circuits with equal seeds",
                record.id
            )],
        })
    }
}
