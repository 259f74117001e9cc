//! `simulate`: circuit, boundary and protocol to a run.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::Simulate;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "simulate",
        "Simulate",
        include_str!("../../../../tools/simulate.md"),
        MAKE,
        |bench, request: &Simulate, progress| bench.simulate(request, progress),
    )
}
