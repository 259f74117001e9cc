//! `wire_pathways`: column to circuit.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::WirePathways;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "wire_pathways",
        "Wire pathways",
        include_str!("../../../../tools/wire_pathways.md"),
        MAKE,
        |bench, request: &WirePathways, progress| bench.wire_pathways(request, progress),
    )
}
