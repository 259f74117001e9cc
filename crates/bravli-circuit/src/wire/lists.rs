//! Cells listed by cell: who connects to whom, before parameters are drawn.

/// For each cell, other cells in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists {
    offsets: Vec<u64>,
    cells: Vec<u32>,
}

impl Lists {
    /// Pairs (of, listed) by the first of them; a pair that comes twice is listed once.
    pub(crate) fn from_pairs(n_cells: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut offsets = vec![0_u64; n_cells + 1];
        for (of, _) in &pairs {
            offsets[*of as usize + 1] += 1;
        }
        for cell in 0..n_cells {
            offsets[cell + 1] += offsets[cell];
        }
        Self { offsets, cells: pairs.into_iter().map(|(_, listed)| listed).collect() }
    }

    /// Cells listed for a cell.
    #[inline]
    pub(crate) fn of(&self, cell: u32) -> &[u32] {
        &self.cells[self.offsets[cell as usize] as usize..self.offsets[cell as usize + 1] as usize]
    }

    /// All pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.offsets.len() as u32 - 1).flat_map(|cell| self.of(cell).iter().map(move |listed| (cell, *listed)))
    }

    /// The same pairs by the other cell.
    pub(crate) fn transposed(&self) -> Self {
        Self::from_pairs(self.offsets.len() - 1, self.pairs().map(|(of, listed)| (listed, of)).collect())
    }

    /// Each pair in both directions.
    pub(crate) fn both_ways(&self) -> Self {
        let pairs = self.pairs().flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        Self::from_pairs(self.offsets.len() - 1, pairs)
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }
}
