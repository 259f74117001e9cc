//! `set_boundary_conditions`: what stands for the outside.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::SetBoundaryConditions;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "set_boundary_conditions",
        "Set boundary conditions",
        include_str!("../../../../tools/set_boundary_conditions.md"),
        MAKE,
        |bench, request: &SetBoundaryConditions, _| bench.set_boundary_conditions(request),
    )
}
