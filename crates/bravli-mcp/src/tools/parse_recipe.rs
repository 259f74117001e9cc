//! `parse_recipe`: a recipe, read and checked.

use super::READ;
use crate::tool::ToolEntry;
use bravli_workbench::ParseRecipe;

pub(crate) fn tool() -> ToolEntry {
    ToolEntry::new(
        "parse_recipe",
        "Read a recipe",
        include_str!("../../../../tools/parse_recipe.md"),
        READ,
        |bench, request: &ParseRecipe, _| bench.parse_recipe(request),
    )
}
