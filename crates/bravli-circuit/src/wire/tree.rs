//! Cells of a population, cut into boxes: who lies near, without asking everyone.

use crate::column::Cells;

/// Cells in a leaf.
const LEAF: usize = 8;

/// A box that holds places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    low: [f32; 3],
    high: [f32; 3],
}

impl Bounds {
    fn of(places: &[[f32; 3]]) -> Self {
        let mut bounds = Self { low: [f32::INFINITY; 3], high: [f32::NEG_INFINITY; 3] };
        for place in places {
            bounds.low = std::array::from_fn(|axis| bounds.low[axis].min(place[axis]));
            bounds.high = std::array::from_fn(|axis| bounds.high[axis].max(place[axis]));
        }
        bounds
    }

    /// The widest of the first `axes` axes.
    fn widest(&self, axes: usize) -> usize {
        let width = |axis: usize| self.high[axis] - self.low[axis];
        (0..axes).max_by(|a, b| width(*a).total_cmp(&width(*b)).then(b.cmp(a))).unwrap_or(0)
    }

    /// Along each axis, the smallest distance from a place to the box.
    #[inline]
    pub(crate) fn nearest(&self, place: [f32; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| {
            f64::from((self.low[axis] - place[axis]).max(place[axis] - self.high[axis]).max(0.0))
        })
    }

    /// Along each axis, the largest distance.
    #[inline]
    pub(crate) fn farthest(&self, place: [f32; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| f64::from((place[axis] - self.low[axis]).max(self.high[axis] - place[axis])))
    }
}

/// A node: cells `start..end` of the tree's order.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) bounds: Bounds,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Index of the first of two children; zero for a leaf.
    pub(crate) children: u32,
}

/// Cells of one population in an order that keeps neighbours together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    /// Node ids.
    pub(crate) cells: Vec<u32>,
    /// Their places: x, y, depth in µm.
    pub(crate) places: Vec<[f32; 3]>,
    /// The root first; none where there is no cell.
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// Sorts cells into boxes, cut across the depth only where `by_depth`. Equal places keep the order of their ids.
    pub(crate) fn new(cells: &Cells, members: Vec<u32>, by_depth: bool) -> Self {
        let place = |cell: u32| {
            let cell = cell as usize;
            [cells.x_um[cell], cells.y_um[cell], cells.depth_um[cell]]
        };
        let mut entries: Vec<(u32, [f32; 3])> = members.into_iter().map(|cell| (cell, place(cell))).collect();
        let mut nodes = Vec::new();
        let mut open = Vec::new();
        if !entries.is_empty() {
            nodes.push((0, entries.len(), 0_u32));
            open.push(0_usize);
        }
        while let Some(node) = open.pop() {
            let (start, end, _) = nodes[node];
            if end - start <= LEAF {
                continue;
            }
            let part = &mut entries[start..end];
            let places: Vec<[f32; 3]> = part.iter().map(|(_, place)| *place).collect();
            let axis = Bounds::of(&places).widest(if by_depth { 3 } else { 2 });
            let middle = part.len() / 2;
            part.select_nth_unstable_by(middle, |a, b| a.1[axis].total_cmp(&b.1[axis]).then(a.0.cmp(&b.0)));
            nodes[node].2 = nodes.len() as u32;
            for half in [(start, start + middle, 0), (start + middle, end, 0)] {
                open.push(nodes.len());
                nodes.push(half);
            }
        }
        // within a leaf by id, so that a selection's leftovers decide nothing
        for (start, end, children) in &nodes {
            if *children == 0 {
                entries[*start..*end].sort_unstable_by_key(|(cell, _)| *cell);
            }
        }
        let (cells, places): (Vec<u32>, Vec<[f32; 3]>) = entries.into_iter().unzip();
        let nodes = nodes
            .into_iter()
            .map(|(start, end, children)| Node {
                bounds: Bounds::of(&places[start..end]),
                start: start as u32,
                end: end as u32,
                children,
            })
            .collect();
        Self { cells, places, nodes }
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }
}
