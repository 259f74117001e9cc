//! `place_column`: recipe to placed cells.

use super::MAKE;
use crate::tool::ToolEntry;
use bravli_workbench::PlaceColumn;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "place_column",
        "Place a column",
        include_str!("../../../../tools/place_column.md"),
        MAKE,
        |bench, request: &PlaceColumn, _| bench.place_column(request),
    )
}
