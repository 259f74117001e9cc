//! Edges of any SONATA file.

use super::group::{Attribute, Group, Rows, read_groups, write_groups};
use super::stored_index::check_indices;
use super::types::TypeTable;
use super::values::Value;
use super::{MAX_NODES, read_type_ids, write_type_ids};
use crate::error::SonataError;
use crate::index::index_of;
use crate::names::{
    EDGE, EDGES, INDICES, NODE_POPULATION, NODE_TO_RANGES, RANGE_TO_EDGE, SOURCE_TO_TARGET, SYNAPSE_TYPE,
    TARGET_TO_SOURCE, sonata,
};
use crate::store::{Place, read_file, write_file};
use std::path::Path;

/// Synapse types are excitatory from this number.
const FIRST_EXCITATORY: i64 = 100;

/// A population of edges with all its columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EdgePopulation {
    /// Its name.
    pub name: String,
    /// Population of the sources, where the file says.
    pub source_population: Option<String>,
    /// Population of the targets, where the file says.
    pub target_population: Option<String>,
    /// Node id of the source, per row.
    pub source: Vec<u64>,
    /// Node id of the target, per row.
    pub target: Vec<u64>,
    /// Type id of each row, −1 for none.
    pub type_id: Vec<i64>,
    /// Where the rows have their columns.
    pub rows: Rows,
    /// The columns, groups by number.
    pub groups: Vec<Group>,
    /// Values that edges of one type share; `source_query` and `target_query` are texts among them.
    pub types: TypeTable,
}

impl EdgePopulation {
    /// Number of edges.
    #[must_use]
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there are no edges.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// A value of the edge in a row: from its columns, else from the table of its type.
    #[must_use]
    pub fn value(&self, row: usize, column: &str) -> Option<Value> {
        let of_row = || {
            let (group, row) = self.rows.place(&self.groups, row)?;
            group.column(column)?.get(row)
        };
        of_row().or_else(|| self.types.value(*self.type_id.get(row)?, column))
    }

    /// A column of the only group; none where there are several groups or no such column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Attribute> {
        match (&self.rows, &self.groups[..]) {
            (Rows::Same, [group]) => group.column(name),
            _ => None,
        }
    }

    /// Whether the synapse in a row excites: its `syn_type_id` is 100 or more. None where there is no such column.
    ///
    /// Files differ in what they add to 0 or 100 (nothing, or the number of the rule), so only the comparison is safe.
    #[must_use]
    pub fn is_excitatory(&self, row: usize) -> Option<bool> {
        match self.value(row, SYNAPSE_TYPE)? {
            Value::Whole(code) => Some(code >= FIRST_EXCITATORY),
            _ => None,
        }
    }
}

/// Reads all edge populations of a file, by name. What cannot be kept is left out and told in `problems`.
///
/// Both dialects are read. An index in either spelling is compared with the edges and otherwise not kept, since writing
/// makes it afresh; see [`super::read_stored_index`].
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, when columns of ids do not fit each other, or a node id is
/// [`MAX_NODES`] or more.
pub fn read_edge_populations(path: &Path, problems: &mut Vec<SonataError>) -> Result<Vec<EdgePopulation>, SonataError> {
    read_file(path, |root| {
        let all = root.open(EDGES)?;
        let read = |name: String| read_population(&all.open(&name)?, name, problems);
        all.groups()?.into_iter().map(read).filter_map(Result::transpose).collect()
    })
}

fn read_population(
    place: &Place<'_>,
    name: String,
    problems: &mut Vec<SonataError>,
) -> Result<Option<EdgePopulation>, SonataError> {
    let (source, target) = (sonata("source"), sonata("target"));
    if !place.has(source) && !place.has(target) {
        problems.push(place.left_out("", "it has neither sources nor targets"));
        return Ok(None);
    }
    let sources = read_ids(place, source, None)?;
    let n = sources.len();
    let targets = read_ids(place, target, Some(n))?;
    let type_id = read_type_ids(place, EDGE, problems)?;
    if type_id.len() != n {
        return Err(place.length(&format!("{EDGE}_type_id"), n, type_id.len()));
    }
    let rows = Rows::read(place, EDGE, n)?;
    let groups = read_groups(place, &rows, n, problems)?;
    check_indices(place, &sources, &targets, problems)?;
    Ok(Some(EdgePopulation {
        name,
        source_population: place.dataset_text(source, NODE_POPULATION)?,
        target_population: place.dataset_text(target, NODE_POPULATION)?,
        source: sources,
        target: targets,
        type_id,
        rows,
        groups,
        types: TypeTable::default(),
    }))
}

fn read_ids(place: &Place<'_>, name: &str, n: Option<usize>) -> Result<Vec<u64>, SonataError> {
    let ids: Vec<u64> = place.read_loose_whole(name, n)?;
    check_ids(place, name, &ids)?;
    Ok(ids)
}

fn check_ids(place: &Place<'_>, name: &str, ids: &[u64]) -> Result<(), SonataError> {
    match ids.iter().position(|id| *id >= MAX_NODES) {
        Some(row) => Err(place.value(name, row, format!("a node id below {MAX_NODES}"), ids[row].to_string())),
        None => Ok(()),
    }
}

/// Writes edge populations with the indices by source and by target, rows in the order they are in; the tables of types are
/// files of their own, see [`super::write_type_table`].
///
/// # Errors
/// [`SonataError::Length`] or [`SonataError::Value`] when columns do not fit each other or a node id is [`MAX_NODES`] or
/// more; [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal populations give equal bytes.
pub fn write_edge_populations(path: &Path, populations: &[EdgePopulation]) -> Result<(), SonataError> {
    write_file(path, |root| {
        let all = root.create(EDGES)?;
        for population in populations {
            write_population(&all.create(&population.name)?, population)?;
        }
        Ok(())
    })
}

fn write_population(place: &Place<'_>, population: &EdgePopulation) -> Result<(), SonataError> {
    let n = population.len();
    for (name, actual) in [("target", population.target.len()), ("edge type ids", population.type_id.len())] {
        if actual != n {
            return Err(place.length(sonata(name), n, actual));
        }
    }
    population.rows.check(place, &population.groups, n)?;
    write_type_ids(place, EDGE, &population.type_id)?;
    let ends = [
        (sonata("source"), &population.source, &population.source_population),
        (sonata("target"), &population.target, &population.target_population),
    ];
    for (name, ids, of) in ends {
        check_ids(place, name, ids)?;
        let dataset = place.write(name, ids)?;
        if let Some(of) = of {
            place.write_text(&dataset, name, NODE_POPULATION, of)?;
        }
    }
    population.rows.write(place, EDGE)?;
    write_groups(place, &population.groups)?;
    let indices = place.create(INDICES)?;
    for (name, nodes) in [(SOURCE_TO_TARGET, &population.source), (TARGET_TO_SOURCE, &population.target)] {
        let index = index_of(nodes);
        let inner = indices.create(name)?;
        inner.write_pairs(NODE_TO_RANGES, &index.node_to_ranges)?;
        inner.write_pairs(RANGE_TO_EDGE, &index.range_to_edges)?;
    }
    Ok(())
}
