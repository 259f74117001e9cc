//! Cells as the wiring sees them: by population, by type, and under names that other cells do not shift.

use super::tree::Tree;
use crate::column::Column;
use bravli_rng::{Draw, Stream};

/// The cells of a column, sorted for wiring.
#[derive(Debug)]
pub(crate) struct Members {
    /// One tree per population of the header.
    pub(crate) trees: Vec<Tree>,
    /// Place of each cell: x, y, depth in µm.
    pub(crate) places: Vec<[f32; 3]>,
    /// Population of each cell.
    pub(crate) population: Vec<u16>,
    /// Layer and m-type of each cell, as an index into `kind_names`.
    pub(crate) kind: Vec<u16>,
    /// `layer/m-type` of each kind.
    pub(crate) kind_names: Vec<String>,
    /// A number made of each kind's name.
    kind_hash: Vec<u32>,
    /// Which cell of its kind each cell is. Draws are keyed by this, so that a cell more elsewhere moves nothing.
    pub(crate) number: Vec<u32>,
}

impl Members {
    /// Sorts the cells of a column; `by_depth` says whether any rule asks for depths.
    pub(crate) fn new(column: &Column, by_depth: bool) -> Self {
        let (header, cells) = (&column.header, &column.cells);
        let n_mtypes = header.mtypes.len();
        let mut index_of = vec![u16::MAX; n_mtypes * header.layers.len()];
        let mut kind_names = Vec::new();
        let mut counts: Vec<u32> = Vec::new();
        let (mut kind, mut number) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
        let mut members = vec![Vec::new(); header.populations.len()];
        for cell in 0..cells.len() {
            let (layer, mtype) = (usize::from(cells.layer[cell]), usize::from(cells.mtype[cell]));
            let index = &mut index_of[layer * n_mtypes + mtype];
            if *index == u16::MAX {
                *index = kind_names.len() as u16;
                kind_names.push(format!("{}/{}", header.layers[layer].layer, header.mtypes[mtype]));
                counts.push(0);
            }
            kind.push(*index);
            number.push(counts[usize::from(*index)]);
            counts[usize::from(*index)] += 1;
            members[usize::from(cells.population[cell])].push(cell as u32);
        }
        let places = (0..cells.len()).map(|i| [cells.x_um[i], cells.y_um[i], cells.depth_um[i]]).collect();
        let trees = members.into_iter().map(|members| Tree::new(cells, members, by_depth)).collect();
        let hash = |name: &String| Stream::new(0, name, Draw::Connection).key()[0] >> 1;
        let kind_hash = kind_names.iter().map(hash).collect();
        Self { trees, places, population: cells.population.clone(), kind, kind_names, kind_hash, number }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Streams of pairs, by kind of the cell that asks, for one thing it asks about.
    pub(crate) fn streams(&self, seed: u64, about: &str) -> Vec<Stream> {
        self.kind_names.iter().map(|kind| Stream::new(seed, &format!("{kind}->{about}"), Draw::Connection)).collect()
    }

    /// A number that is a cell's own whatever other cells there are, below 2^63.
    #[inline]
    pub(crate) fn identity(&self, cell: u32) -> u64 {
        u64::from(self.kind_hash[usize::from(self.kind[cell as usize])]) << 32 | u64::from(self.number[cell as usize])
    }

    /// The stream and entity under which a cell asks.
    #[inline]
    pub(crate) fn key(&self, streams: &[Stream], cell: u32) -> (Stream, u64) {
        (streams[usize::from(self.kind[cell as usize])], u64::from(self.number[cell as usize]))
    }
}
