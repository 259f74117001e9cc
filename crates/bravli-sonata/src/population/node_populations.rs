//! Nodes of any SONATA file.

use super::group::{Attribute, Group, Rows, read_groups, write_groups};
use super::types::TypeTable;
use super::values::Value;
use super::{MAX_NODES, read_type_ids, write_type_ids};
use crate::error::SonataError;
use crate::names::{NODE, NODE_ID, NODE_TYPE, NODES, ORIENTATION};
use crate::store::{Place, read_file, write_file};
use std::path::Path;

/// A population of nodes with all its columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodePopulation {
    /// Its name.
    pub name: String,
    /// Type id of each row, −1 for none.
    pub type_id: Vec<i64>,
    /// Node id of each row, where it is not the row.
    pub node_id: Option<Vec<u64>>,
    /// Where the rows have their columns.
    pub rows: Rows,
    /// The columns, groups by number.
    pub groups: Vec<Group>,
    /// Values that nodes of one type share.
    pub types: TypeTable,
}

impl NodePopulation {
    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.type_id.len()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.type_id.is_empty()
    }

    /// Id of the node in a row.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<u64> {
        match &self.node_id {
            Some(ids) => ids.get(row).copied(),
            None => (row < self.len()).then_some(row as u64),
        }
    }

    /// A value of the node in a row: from its columns, else from the table of its type. `dynamics_params/NAME` gives a
    /// parameter of the model, and `exc_mini_frequency` is found under `exc-mini_frequency` too, and the other way.
    #[must_use]
    pub fn value(&self, row: usize, column: &str) -> Option<Value> {
        let of_row = || {
            let (group, row) = self.rows.place(&self.groups, row)?;
            group.column(column)?.get(row)
        };
        of_row().or_else(|| self.types.value(*self.type_id.get(row)?, column))
    }

    /// Names of all columns, of groups and of types, sorted, each once.
    #[must_use]
    pub fn column_names(&self) -> Vec<&str> {
        let columns = self.groups.iter().flat_map(|group| &group.columns).map(|column| column.name.as_str());
        let mut names: Vec<&str> = columns.chain(self.types.columns.iter().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A column of the only group; none where there are several groups or no such column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Attribute> {
        match (&self.rows, &self.groups[..]) {
            (Rows::Same, [group]) => group.column(name),
            _ => None,
        }
    }

    /// The unit quaternion (w, x, y, z) that turns a node's morphology into the circuit.
    ///
    /// Files do not promise a length of one, so it is made one here; none where a component is absent, or all are zero.
    #[must_use]
    pub fn orientation(&self, row: usize) -> Option<[f64; 4]> {
        let mut quaternion = [0.0; 4];
        for (component, name) in quaternion.iter_mut().zip(ORIENTATION) {
            *component = self.value(row, name)?.number()?;
        }
        let norm = quaternion.iter().map(|component| component * component).sum::<f64>().sqrt();
        (norm.is_finite() && norm > 0.0).then(|| quaternion.map(|component| component / norm))
    }
}

/// Reads all node populations of a file, by name. What cannot be kept is left out and told in `problems`.
///
/// Both dialects are read: names behind numbers (`@library`), several groups, explicit ids, and group numbers and type ids
/// of whatever type. Tables of types are files of their own, see [`super::read_type_table`].
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, when columns of ids do not fit each other, or a population has more
/// than [`MAX_NODES`] nodes.
pub fn read_node_populations(path: &Path, problems: &mut Vec<SonataError>) -> Result<Vec<NodePopulation>, SonataError> {
    read_file(path, |root| {
        let all = root.open(NODES)?;
        all.groups()?.into_iter().map(|name| read_population(&all.open(&name)?, name, problems)).collect()
    })
}

fn read_population(
    place: &Place<'_>,
    name: String,
    problems: &mut Vec<SonataError>,
) -> Result<NodePopulation, SonataError> {
    let type_id = read_type_ids(place, NODE, problems)?;
    let n = type_id.len();
    if n as u64 > MAX_NODES {
        return Err(place.value(NODE_TYPE, n, format!("at most {MAX_NODES} nodes"), n.to_string()));
    }
    let mut node_id = None;
    if place.has(NODE_ID) {
        let ids: Vec<u64> = place.read_loose_whole(NODE_ID, Some(n))?;
        if let Some(row) = ids.iter().position(|id| *id >= MAX_NODES) {
            return Err(place.value(NODE_ID, row, format!("a node id below {MAX_NODES}"), ids[row].to_string()));
        }
        node_id = Some(ids).filter(|ids| ids.iter().enumerate().any(|(row, id)| *id != row as u64));
    }
    let rows = Rows::read(place, NODE, n)?;
    let groups = read_groups(place, &rows, n, problems)?;
    Ok(NodePopulation { name, type_id, node_id, rows, groups, types: TypeTable::default() })
}

/// Writes node populations; the tables of types are files of their own, see [`super::write_type_table`].
///
/// # Errors
/// [`SonataError::Length`] when columns do not fit each other; [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal populations give equal bytes.
pub fn write_node_populations(path: &Path, populations: &[NodePopulation]) -> Result<(), SonataError> {
    write_file(path, |root| {
        let all = root.create(NODES)?;
        for population in populations {
            let place = all.create(&population.name)?;
            let n = population.len();
            population.rows.check(&place, &population.groups, n)?;
            write_type_ids(&place, NODE, &population.type_id)?;
            if let Some(ids) = &population.node_id {
                if ids.len() != n {
                    return Err(place.length(NODE_ID, n, ids.len()));
                }
                place.write(NODE_ID, ids)?;
            }
            population.rows.write(&place, NODE)?;
            write_groups(&place, &population.groups)?;
        }
        Ok(())
    })
}
