//! Edge indices: which rows start or end at a node.

/// `node_id_to_ranges` and `range_to_edge_id`: ranges of a node, and rows of a range, both half open.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct EdgeIndex {
    /// First and one past the last range of each node.
    pub(crate) node_to_ranges: Vec<[u64; 2]>,
    /// First and one past the last row of each range.
    pub(crate) range_to_edges: Vec<[u64; 2]>,
}

/// Index of edges by the node in `nodes`, one entry per row, up to the largest node id in it.
///
/// Rows of one node that follow each other share a range. Linear in rows and nodes.
pub(crate) fn index_of<Id: Copy + Ord + Into<u64>>(nodes: &[Id]) -> EdgeIndex {
    let at = |node: &Id| -> usize { (*node).into() as usize };
    let n_nodes = nodes.iter().max().map_or(0, |last| at(last) + 1);
    let starts = |row: usize| row == 0 || nodes[row - 1] != nodes[row];
    let mut next = vec![0_u64; n_nodes + 1];
    for (row, node) in nodes.iter().enumerate() {
        next[at(node) + 1] += u64::from(starts(row));
    }
    for node in 0..n_nodes {
        next[node + 1] += next[node];
    }
    let node_to_ranges = next.windows(2).map(|bounds| [bounds[0], bounds[1]]).collect();
    let mut range_to_edges = vec![[0_u64; 2]; next[n_nodes] as usize];
    let mut range = 0;
    for (row, node) in nodes.iter().enumerate() {
        if starts(row) {
            range = next[at(node)] as usize;
            next[at(node)] += 1;
            range_to_edges[range][0] = row as u64;
        }
        range_to_edges[range][1] = row as u64 + 1;
    }
    EdgeIndex { node_to_ranges, range_to_edges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_a_node_cover_its_rows_and_no_others() {
        let nodes = [3_u32, 3, 0, 3, 1, 1, 0];
        let index = index_of(&nodes);
        assert_eq!(index.node_to_ranges, [[0, 2], [2, 3], [3, 3], [3, 5]]);
        assert_eq!(index.range_to_edges, [[2, 3], [6, 7], [4, 6], [0, 2], [3, 4]]);
        assert_eq!(index_of::<u64>(&[]), EdgeIndex::default());
    }
}
