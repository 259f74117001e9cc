//! `edit_circuit`: circuit to changed circuit.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::EditCircuit;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "edit_circuit",
        "Edit circuit",
        include_str!("../../../../tools/edit_circuit.md"),
        MAKE,
        |bench, request: &EditCircuit, progress| bench.edit_circuit(request, progress),
    )
}
