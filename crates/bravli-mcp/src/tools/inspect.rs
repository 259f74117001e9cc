//! `inspect`: any artifact.

use super::READ;
use crate::tool::ToolEntry;
use bravli_workbench::Inspect;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "inspect",
        "Inspect",
        include_str!("../../../../tools/inspect.md"),
        READ,
        |bench, request: &Inspect, _| bench.inspect(request),
    )
}
