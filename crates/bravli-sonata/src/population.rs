//! Populations of any SONATA file, of either dialect, with every column they have.
//!
//! The functions beside these, such as [`crate::read_nodes`], know our own columns; what is here knows none.

use crate::error::SonataError;
use crate::names::sonata;
use crate::store::Place;

mod edge_populations;
mod group;
mod node_populations;
mod stored_index;
mod types;
mod values;

pub use edge_populations::{EdgePopulation, read_edge_populations, write_edge_populations};
pub use group::{Attribute, Group, Rows};
pub use node_populations::{NodePopulation, read_node_populations, write_node_populations};
pub use stored_index::{IndexSpelling, StoredIndex, read_stored_index};
pub use types::{TypeTable, read_type_table, write_type_table};
pub use values::{Value, Values};

/// Most nodes of a population, and one more than the largest node id: an index by node takes 16 bytes for each.
pub const MAX_NODES: u64 = 1 << 28;

/// Type ids of a population of nodes or edges; of absent ones the number of rows follows from the other columns.
fn read_type_ids(place: &Place<'_>, kind: &str, problems: &mut Vec<SonataError>) -> Result<Vec<i64>, SonataError> {
    let name = format!("{kind}_type_id");
    if place.has(&name) {
        return place.read_loose_whole(&name, None);
    }
    problems.push(place.missing(&name));
    let counted = [format!("{kind}_group_id"), format!("{kind}_id"), sonata("source").to_owned()];
    if let Some(name) = counted.iter().find(|name| place.has(name)) {
        return Ok(vec![-1; place.count(name)?]);
    }
    let Some(group) = place.groups()?.into_iter().find(|name| name.parse::<u64>().is_ok()) else {
        return Ok(Vec::new());
    };
    let group = place.open(&group)?;
    let counts = group.datasets()?.into_iter().filter_map(|name| group.count(&name).ok());
    Ok(vec![-1; counts.max().unwrap_or_default()])
}

fn write_type_ids(place: &Place<'_>, kind: &str, ids: &[i64]) -> Result<(), SonataError> {
    let name = format!("{kind}_type_id");
    if ids.iter().all(|id| *id == -1) {
        return place.write_untyped(&name, ids.len());
    }
    place.write(&name, ids).map(drop)
}
