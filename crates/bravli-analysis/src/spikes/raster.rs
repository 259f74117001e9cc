//! Spikes of one population within a window.

use std::ops::Range;

/// Spikes of a population within a window of steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raster<'a> {
    steps: &'a [u32],
    cells: &'a [u32],
    n_cells: u32,
    dt_ms: f64,
    from: u32,
    until: u32,
}

/// Why columns are no raster.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RasterError {
    /// The columns differ in length.
    #[error("{steps} steps and {cells} cells")]
    LengthMismatch {
        /// Steps given.
        steps: usize,
        /// Cells given.
        cells: usize,
    },
    /// Steps go back.
    #[error("the step of spike {0} is smaller than the one before")]
    NotSorted(usize),
    /// A cell is not of the population.
    #[error("cell {cell} of a population of {n_cells}")]
    UnknownCell {
        /// Cell found.
        cell: u32,
        /// Cells there are.
        n_cells: u32,
    },
    /// There is no time to look at.
    #[error("a window from step {from} to step {until} of {dt_ms} ms")]
    EmptyWindow {
        /// First step.
        from: u32,
        /// First step after.
        until: u32,
        /// Length of a step, ms.
        dt_ms: f64,
    },
}

impl RasterError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "give one cell per spike time",
            Self::NotSorted(_) => "sort spikes by step",
            Self::UnknownCell { .. } => "number cells from 0 within their population",
            Self::EmptyWindow { .. } => "end the window after its start, and give a step above 0 ms",
        }
    }
}

impl<'a> Raster<'a> {
    /// The spikes of `steps`, ascending, and `cells` that fall into `window`, of a population of `n_cells`.
    ///
    /// # Errors
    /// [`RasterError`] when the columns do not fit each other, the population or the window.
    pub fn new(
        steps: &'a [u32],
        cells: &'a [u32],
        n_cells: u32,
        dt_ms: f64,
        window: Range<u32>,
    ) -> Result<Self, RasterError> {
        if steps.len() != cells.len() {
            return Err(RasterError::LengthMismatch { steps: steps.len(), cells: cells.len() });
        }
        if let Some(at) = steps.windows(2).position(|pair| pair[1] < pair[0]) {
            return Err(RasterError::NotSorted(at + 1));
        }
        if let Some(cell) = cells.iter().find(|cell| **cell >= n_cells) {
            return Err(RasterError::UnknownCell { cell: *cell, n_cells });
        }
        if window.is_empty() || !(dt_ms > 0.0 && dt_ms.is_finite()) {
            return Err(RasterError::EmptyWindow { from: window.start, until: window.end, dt_ms });
        }
        let (first, last) =
            (steps.partition_point(|step| *step < window.start), steps.partition_point(|step| *step < window.end));
        Ok(Self {
            steps: &steps[first..last],
            cells: &cells[first..last],
            n_cells,
            dt_ms,
            from: window.start,
            until: window.end,
        })
    }

    /// Number of spikes.
    #[must_use]
    pub fn n_spikes(&self) -> usize {
        self.steps.len()
    }

    /// Number of cells, silent ones as well.
    #[must_use]
    pub fn n_cells(&self) -> u32 {
        self.n_cells
    }

    /// Length of a step, ms.
    #[must_use]
    pub fn dt_ms(&self) -> f64 {
        self.dt_ms
    }

    /// Length of the window, s.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        f64::from(self.n_steps()) * self.dt_ms * 1e-3
    }

    /// Length of the window, steps.
    #[must_use]
    pub fn n_steps(&self) -> u32 {
        self.until - self.from
    }

    /// Spikes as (steps since the window's start, cell), in order of time.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.steps.iter().zip(self.cells).map(|(step, cell)| (step - self.from, *cell))
    }

    /// Spikes per cell.
    #[must_use]
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0_u32; self.n_cells as usize];
        self.cells.iter().for_each(|cell| counts[*cell as usize] += 1);
        counts
    }

    /// The same spikes cell by cell.
    #[must_use]
    pub fn by_cell(&self) -> ByCell {
        let mut start = Vec::with_capacity(self.n_cells as usize + 1);
        start.push(0_usize);
        for count in self.counts() {
            start.push(start.last().copied().unwrap_or(0) + count as usize);
        }
        let mut next = start.clone();
        let mut steps = vec![0; self.n_spikes()];
        for (step, cell) in self.iter() {
            steps[next[cell as usize]] = step;
            next[cell as usize] += 1;
        }
        ByCell { start, steps }
    }
}

/// Spike times of each cell of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByCell {
    start: Vec<usize>,
    steps: Vec<u32>,
}

impl ByCell {
    /// Steps since the window's start at which a cell spikes, ascending; none for cells that are not there.
    #[must_use]
    pub fn of(&self, cell: u32) -> &[u32] {
        let cell = cell as usize;
        if cell + 1 < self.start.len() { &self.steps[self.start[cell]..self.start[cell + 1]] } else { &[] }
    }

    /// Spike times of all cells, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + '_ {
        self.start.windows(2).map(|ends| &self.steps[ends[0]..ends[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_its_start_and_leaves_its_end() {
        let (steps, cells) = ([0, 9, 10, 15, 15, 20], [0, 1, 1, 0, 1, 0]);
        let raster = Raster::new(&steps, &cells, 3, 0.5, 10..20).unwrap();
        assert_eq!(raster.iter().collect::<Vec<_>>(), [(0, 1), (5, 0), (5, 1)]);
        assert_eq!(raster.counts(), [1, 2, 0]);
        assert!((raster.duration_s() - 0.005).abs() < 1e-12);
        let by_cell = raster.by_cell();
        assert_eq!([by_cell.of(0), by_cell.of(1), by_cell.of(2), by_cell.of(3)], [&[5][..], &[0, 5], &[], &[]]);
        assert_eq!(by_cell.iter().map(<[u32]>::len).collect::<Vec<_>>(), [1, 2, 0]);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let refused =
            |steps: &[u32], cells: &[u32], window| Raster::new(steps, cells, 2, 0.1, window).map(|_| ()).unwrap_err();
        assert_eq!(refused(&[1], &[], 0..9), RasterError::LengthMismatch { steps: 1, cells: 0 });
        assert_eq!(refused(&[3, 2], &[0, 0], 0..9), RasterError::NotSorted(1));
        assert_eq!(refused(&[3], &[2], 0..9), RasterError::UnknownCell { cell: 2, n_cells: 2 });
        assert!(matches!(refused(&[3], &[1], 5..5), RasterError::EmptyWindow { .. }));
    }
}
