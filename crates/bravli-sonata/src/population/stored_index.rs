//! Indices of edges as files have them.

use super::MAX_NODES;
use crate::error::SonataError;
use crate::names::{
    EDGES, INDICES, NODE_TO_RANGES, OLD_NODE_TO_RANGES, RANGE_TO_EDGE, SOURCE_TO_TARGET, TARGET_TO_SOURCE,
};
use crate::store::{Place, read_file};
use std::ops::Range;
use std::path::Path;

/// How a file spells its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexSpelling {
    /// `node_id_to_ranges`, of the specification.
    Current,
    /// `node_id_to_range`, of older files of the Allen Institute.
    Older,
}

/// An index of edges by source or by target.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredIndex {
    /// How the file spells it.
    pub spelling: IndexSpelling,
    /// First and one past the last range of each node, half open.
    pub node_to_ranges: Vec<[u64; 2]>,
    /// First and one past the last row of each range, half open.
    pub range_to_edges: Vec<[u64; 2]>,
}

impl StoredIndex {
    /// Rows of the edges of a node, as half-open ranges; none for nodes beyond the index and for ranges that are not there.
    pub fn rows(&self, node: u64) -> impl Iterator<Item = Range<u64>> + '_ {
        let of_node = usize::try_from(node).ok().and_then(|node| self.node_to_ranges.get(node)).copied();
        let [first, end] = of_node.unwrap_or_default().map(|range| usize::try_from(range).unwrap_or(usize::MAX));
        self.range_to_edges.get(first..end).unwrap_or_default().iter().map(|[first, end]| *first..*end)
    }
}

/// Reads the indices of an edge population, by source and by target; none where the file has none.
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, or has no such population.
pub fn read_stored_index(path: &Path, population: &str) -> Result<[Option<StoredIndex>; 2], SonataError> {
    read_file(path, |root| {
        let population = root.open(EDGES)?.open(population)?;
        Ok([read_index(&population, SOURCE_TO_TARGET)?, read_index(&population, TARGET_TO_SOURCE)?])
    })
}

fn read_index(population: &Place<'_>, name: &str) -> Result<Option<StoredIndex>, SonataError> {
    if !population.has(INDICES) {
        return Ok(None);
    }
    let indices = population.open(INDICES)?;
    if !indices.has(name) {
        return Ok(None);
    }
    let index = indices.open(name)?;
    let (spelling, ranges) = match index.has(OLD_NODE_TO_RANGES) {
        true => (IndexSpelling::Older, OLD_NODE_TO_RANGES),
        false => (IndexSpelling::Current, NODE_TO_RANGES),
    };
    let pairs = |name: &str| -> Result<Vec<[u64; 2]>, SonataError> {
        let rows: Vec<[i64; 2]> = index.read_table_whole(name)?;
        // a negative bound leads nowhere, and so does this
        let whole = |bound: i64| u64::try_from(bound).unwrap_or(u64::MAX);
        Ok(rows.into_iter().map(|pair| pair.map(whole)).collect())
    };
    let (node_to_ranges, range_to_edges) = (pairs(ranges)?, pairs(RANGE_TO_EDGE)?);
    if node_to_ranges.len() as u64 > MAX_NODES {
        let n = node_to_ranges.len();
        return Err(index.value(ranges, n, format!("at most {MAX_NODES} nodes"), n.to_string()));
    }
    Ok(Some(StoredIndex { spelling, node_to_ranges, range_to_edges }))
}

/// Compares the indices of a population, where it has any, with its edges; tells what is wrong.
pub(super) fn check_indices(
    population: &Place<'_>,
    source: &[u64],
    target: &[u64],
    problems: &mut Vec<SonataError>,
) -> Result<(), SonataError> {
    for (name, ids) in [(SOURCE_TO_TARGET, source), (TARGET_TO_SOURCE, target)] {
        let wrong = match read_index(population, name) {
            Ok(Some(index)) => first_fault(&index, ids),
            Ok(None) => None,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if let Some((node, reason)) = wrong {
            let dataset = population.path(&format!("{INDICES}/{name}"));
            problems.push(SonataError::Index { file: population.file().to_owned(), dataset, node, reason });
        }
    }
    Ok(())
}

/// The first node whose ranges do not lead to its edges, each once; linear in edges, whatever the index says.
fn first_fault(index: &StoredIndex, ids: &[u64]) -> Option<(u64, String)> {
    let mut is_seen = vec![false; ids.len()];
    let mut n_seen = 0;
    for node in 0..index.node_to_ranges.len() as u64 {
        for range in index.rows(node) {
            for row in range.clone() {
                let at = usize::try_from(row).ok().filter(|row| *row < ids.len());
                let reason = match at {
                    None => format!("row {row} is beyond the {} there are", ids.len()),
                    Some(row) if is_seen[row] => format!("row {row} comes twice"),
                    Some(row) if ids[row] != node => format!("row {row} is of node {}", ids[row]),
                    Some(row) => {
                        is_seen[row] = true;
                        n_seen += 1;
                        continue;
                    }
                };
                return Some((node, reason));
            }
        }
    }
    let missing = (n_seen < ids.len()).then(|| is_seen.iter().position(|is_seen| !is_seen)).flatten()?;
    Some((ids[missing], format!("row {missing} is in no range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(node_to_ranges: Vec<[u64; 2]>, range_to_edges: Vec<[u64; 2]>) -> StoredIndex {
        StoredIndex { spelling: IndexSpelling::Current, node_to_ranges, range_to_edges }
    }

    #[test]
    fn a_right_index_has_no_fault_and_a_wrong_one_is_named() {
        let ids = [2, 2, 0];
        let fault =
            |nodes: &[[u64; 2]], ranges: &[[u64; 2]]| first_fault(&index(nodes.to_vec(), ranges.to_vec()), &ids);
        let nodes = [[0, 1], [1, 1], [1, 2]];
        assert_eq!(fault(&nodes, &[[2, 3], [0, 2]]), None);
        assert_eq!(fault(&nodes, &[[2, 3], [0, 1]]), Some((2, "row 1 is in no range".to_owned())));
        assert_eq!(fault(&nodes, &[[2, 3], [0, 3]]), Some((2, "row 2 comes twice".to_owned())));
        assert_eq!(fault(&nodes, &[[1, 2], [0, 2]]), Some((0, "row 1 is of node 2".to_owned())));
        assert_eq!(fault(&nodes, &[[2, u64::MAX], [0, 2]]), Some((0, "row 3 is beyond the 3 there are".to_owned())));
        // bounds that lead nowhere give no rows
        assert_eq!(fault(&[[0, u64::MAX]], &[[0, 3]]), Some((2, "row 0 is in no range".to_owned())));
        assert_eq!(index(vec![[0, 1]], vec![[5, 9]]).rows(0).collect::<Vec<_>>(), vec![5..9]);
        assert_eq!(index(vec![], vec![]).rows(u64::MAX).count(), 0);
    }
}
