//! Traces of a run.

use crate::error::SonataError;
use crate::names::{DATA, ELEMENT_IDS, INDEX_POINTERS, MAPPING, MS, REPORT, SORTED, TIME, UNITS, sonata};
use crate::spool::{Mark, PART, Spool};
use crate::store::{Column, write_file};
use std::path::{Path, PathBuf};

/// What a report holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPlan {
    /// The population.
    pub population: String,
    /// Nodes recorded from, in the order of the samples.
    pub node_ids: Vec<u64>,
    /// Unit of the values.
    pub units: String,
    /// Time of the first sample, which is also the time between samples, ms.
    pub every_ms: f64,
}

/// A report of point cells, one value per node and sample.
#[derive(Debug)]
pub struct ReportWriter {
    plan: ReportPlan,
    spool: Spool,
}

impl ReportWriter {
    /// Starts without samples; what is not yet in its file lies at `spool`.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be written to.
    pub fn create(spool: &Path, plan: ReportPlan) -> Result<Self, SonataError> {
        Ok(Self { plan, spool: Spool::create(spool)? })
    }

    /// Goes on after a mark; nothing where the spool does not hold what it was made of.
    ///
    /// # Errors
    /// [`SonataError`] when it cannot be read or written to.
    pub fn resume(spool: &Path, plan: ReportPlan, mark: Mark) -> Result<Option<Self>, SonataError> {
        Ok(Spool::resume(spool, mark, &mut |_| {})?.map(|spool| Self { plan, spool }))
    }

    /// Appends a sample: one value per node.
    ///
    /// # Errors
    /// [`SonataError::Length`] when it has another number of values; [`SonataError::Write`] when it cannot be kept.
    pub fn append(&mut self, values: &[f32]) -> Result<(), SonataError> {
        let expected = self.plan.node_ids.len();
        if values.len() != expected {
            let (file, dataset) = (PathBuf::from(REPORT), self.plan.population.clone());
            return Err(SonataError::Length { file, dataset, expected, actual: values.len() });
        }
        self.spool.push(values.iter().map(|value| value.to_bits()))
    }

    /// How far the report is written.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn mark(&mut self) -> Result<Mark, SonataError> {
        self.spool.mark()
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`SonataError::Write`] when it cannot be written.
    ///
    /// # Repeatability
    /// Equal samples give equal bytes.
    pub fn finish(mut self, path: &Path) -> Result<(), SonataError> {
        let n_cells = self.plan.node_ids.len();
        let n_steps = self.spool.len().checked_div(n_cells as u64).unwrap_or_default() as usize;
        write_file(path, |root| {
            let place = root.create(REPORT)?.create(&self.plan.population)?;
            let data = place.matrix(DATA, n_steps, n_cells)?;
            place.write_text(&data.dataset, DATA, UNITS, &self.plan.units)?;
            write_samples(&data, 0, &mut self.spool, n_cells)?;
            let mapping = place.create(MAPPING)?;
            let nodes = mapping.write(sonata("node"), &self.plan.node_ids)?;
            mapping.write_code(&nodes, SORTED, u8::from(self.plan.node_ids.is_sorted()))?;
            mapping.write(INDEX_POINTERS, &(0..=n_cells as u64).collect::<Vec<u64>>())?;
            mapping.write(ELEMENT_IDS, &vec![0_u64; n_cells])?;
            let (start, step) = (self.plan.every_ms, self.plan.every_ms);
            let stop = ((start + step * n_steps as f64) * 1e6).round() / 1e6;
            let time = mapping.write(TIME, &[start, stop, step])?;
            mapping.write_text(&time, TIME, UNITS, MS)
        })
    }
}

/// Copies samples in whole rows, the first to `first_row`.
pub(super) fn write_samples(
    data: &Column<'_>,
    first_row: usize,
    spool: &mut Spool,
    n_cells: usize,
) -> Result<(), SonataError> {
    let (mut row, mut rest): (usize, Vec<f32>) = (first_row, Vec::with_capacity(PART + n_cells));
    spool.read(&mut |words| {
        rest.extend(words.iter().map(|word| f32::from_bits(*word)));
        let whole = rest.len() / n_cells.max(1) * n_cells;
        data.write_rows(row, n_cells, &rest[..whole])?;
        row += whole.checked_div(n_cells).unwrap_or_default();
        rest.drain(..whole);
        Ok(())
    })
}
