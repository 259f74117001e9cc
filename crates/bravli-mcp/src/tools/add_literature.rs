//! `add_literature`: papers and facts of the lab's own.

use super::WRITE;
use crate::tool::ToolEntry;
use bravli_workbench::AddLiterature;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "add_literature",
        "Add literature",
        include_str!("../../../../tools/add_literature.md"),
        WRITE,
        |bench, request: &AddLiterature, _| bench.add_literature(request),
    )
}
