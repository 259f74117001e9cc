//! `lookup_parameter`: one quantity, with rivals and what to use.

use super::READ;
use crate::tool::ToolEntry;
use bravli_workbench::LookupParameter;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "lookup_parameter",
        "Look up a parameter",
        include_str!("../../../../tools/lookup_parameter.md"),
        READ,
        |bench, request: &LookupParameter, _| bench.lookup_parameter(request),
    )
}
