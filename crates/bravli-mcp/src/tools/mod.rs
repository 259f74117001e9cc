//! The tools, one file each.

mod add_literature;
mod compute_upe;
mod edit_circuit;
mod export;
mod inspect;
mod lookup_parameter;
mod parse_recipe;
mod place_column;
mod search_literature;
mod set_boundary_conditions;
mod simulate;
mod wire_pathways;

use crate::tool::{Hints, ToolEntry};
use std::sync::OnceLock;

/// Looks and changes nothing.
pub(crate) const READ: Hints = Hints { read_only: true, open_world: false };

/// Adds an artifact to the lab, and removes or changes none.
pub(crate) const MAKE: Hints = Hints { read_only: false, open_world: false };

/// Writes into the lab's own records; the same call twice adds once more only what differs.
pub(crate) const WRITE: Hints = Hints { read_only: false, open_world: true };

/// Writes files into a folder of the lab that is free or holds the same export, and changes nothing else.
pub(crate) const EXPORT: Hints = Hints { read_only: false, open_world: false };

/// All tools, in the order a question is answered.
pub fn tools() -> &'static [ToolEntry] {
    static TOOLS: OnceLock<Vec<ToolEntry>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        vec![
            search_literature::tool(),
            lookup_parameter::tool(),
            add_literature::tool(),
            parse_recipe::tool(),
            place_column::tool(),
            wire_pathways::tool(),
            edit_circuit::tool(),
            set_boundary_conditions::tool(),
            simulate::tool(),
            compute_upe::tool(),
            inspect::tool(),
            export::tool(),
        ]
    })
}

/// The tool of a name.
#[must_use]
pub fn find_tool(name: &str) -> Option<&'static ToolEntry> {
    tools().iter().find(|tool| tool.name == name)
}
