//! `search_literature`: papers and measured values by plain words.

use super::READ;
use crate::tool::ToolEntry;
use bravli_workbench::SearchLiterature;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "search_literature",
        "Search the literature",
        include_str!("../../../../tools/search_literature.md"),
        READ,
        |bench, request: &SearchLiterature, _| bench.search_literature(request),
    )
}
