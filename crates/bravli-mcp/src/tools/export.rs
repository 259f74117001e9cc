//! `export`: artifacts to files that other tools open.

use super::EXPORT;
use crate::tool::ToolEntry;
use bravli_workbench::Export;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "export",
        "Export",
        include_str!("../../../../tools/export.md"),
        EXPORT,
        |bench, request: &Export, progress| bench.export(request, progress),
    )
}
