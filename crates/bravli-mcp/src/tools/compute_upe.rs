//! `compute_upe`: runs to a verdict.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::ComputeUpe;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "compute_upe",
        "Compute uncertainty-modulated prediction errors",
        include_str!("../../../../tools/compute_upe.md"),
        MAKE,
        |bench, request: &ComputeUpe, progress| bench.compute_upe(request, progress),
    )
}
