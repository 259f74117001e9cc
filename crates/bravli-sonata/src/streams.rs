//! Spikes and reports of a run, written as they come with little memory.

use crate::error::SonataError;
use crate::names::{
    DATA, ELEMENT_IDS, INDEX_POINTERS, MAPPING, MS, REPORT, SORTED, SORTING, SPIKES, TIME, UNITS, sonata,
};
use crate::spikes::SortedBy;
use crate::spool::{Mark, PART, Spool};
use crate::store::{Column, write_file};
use bravli_sim::network::{Sink, SinkError, Spike};
use std::path::{Path, PathBuf};

/// Spikes of a run, in order of time.
#[derive(Debug)]
pub struct SpikeWriter {
    dt_ms: f64,
    populations: Vec<(String, Spool)>,
}

impl SpikeWriter {
    /// Starts with no spikes of any population; what is not yet in its file lies in `folder`.
    ///
    /// # Errors
    /// [`SonataError::Write`] when the folder cannot be written to.
    pub fn create(folder: &Path, dt_ms: f64, populations: &[String]) -> Result<Self, SonataError> {
        let spool = |(index, name): (usize, &String)| Ok((name.clone(), Spool::create(&spikes_spool(folder, index))?));
        Ok(Self { dt_ms, populations: populations.iter().enumerate().map(spool).collect::<Result<_, SonataError>>()? })
    }

    /// Goes on after marks, one per population; nothing where the folder does not hold what they were made of. `visit` gets
    /// the spikes before them, population by population.
    ///
    /// # Errors
    /// [`SonataError`] when the folder cannot be read or written to.
    pub fn resume(
        folder: &Path,
        dt_ms: f64,
        populations: &[String],
        marks: &[Mark],
        visit: &mut dyn FnMut(usize, &[Spike]),
    ) -> Result<Option<Self>, SonataError> {
        if marks.len() != populations.len() {
            return Ok(None);
        }
        let mut spools = Vec::with_capacity(marks.len());
        for (index, (name, mark)) in populations.iter().zip(marks).enumerate() {
            let mut see = |words: &[u32]| visit(index, &pairs(words).collect::<Vec<_>>());
            match Spool::resume(&spikes_spool(folder, index), *mark, &mut see)? {
                Some(spool) => spools.push((name.clone(), spool)),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { dt_ms, populations: spools }))
    }

    /// Appends spikes of a population, sorted by time, then cell, and not before those it has.
    ///
    /// # Errors
    /// [`SonataError::Write`] when they cannot be kept.
    pub fn append(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SonataError> {
        self.populations[population].1.push(spikes.iter().flat_map(|spike| [spike.step, spike.cell]))
    }

    /// How far each population is written.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn marks(&mut self) -> Result<Vec<Mark>, SonataError> {
        self.populations.iter_mut().map(|(_, spool)| spool.mark()).collect()
    }

    /// Writes the file, a group per population.
    ///
    /// # Errors
    /// [`SonataError::Write`] when it cannot be written.
    ///
    /// # Repeatability
    /// Equal spikes give equal bytes, however often the run was stopped and resumed.
    pub fn finish(mut self, path: &Path) -> Result<(), SonataError> {
        let dt_ms = self.dt_ms;
        // times are whole steps; rounding to 1e-6 ms keeps 0.1·3 from printing as 0.30000000000000004
        let time = |spike: Spike| (f64::from(spike.step) * dt_ms * 1e6).round() / 1e6;
        write_file(path, |root| {
            let all = root.create(SPIKES)?;
            for (name, spool) in &mut self.populations {
                let place = all.create(name)?;
                place.write_attribute(SORTING, &SortedBy::by_time)?;
                let n = (spool.len() / 2) as usize;
                let times = place.column::<f64>(sonata("time_ms"), n)?;
                place.write_text(&times.dataset, sonata("time_ms"), UNITS, MS)?;
                in_parts(spool, |row, words| times.write(row, &pairs(words).map(time).collect::<Vec<f64>>()))?;
                let ids = place.column::<u64>(sonata("node"), n)?;
                let id = |spike: Spike| u64::from(spike.cell);
                in_parts(spool, |row, words| ids.write(row, &pairs(words).map(id).collect::<Vec<u64>>()))?;
            }
            Ok(())
        })
    }
}

fn spikes_spool(folder: &Path, population: usize) -> PathBuf {
    folder.join(format!("spikes-{population}.raw"))
}

fn pairs(words: &[u32]) -> impl Iterator<Item = Spike> + '_ {
    words.as_chunks::<2>().0.iter().map(|[step, cell]| Spike { step: *step, cell: *cell })
}

/// Calls `write` with the first row and the words of each part of spikes.
fn in_parts(
    spool: &mut Spool,
    mut write: impl FnMut(usize, &[u32]) -> Result<(), SonataError>,
) -> Result<(), SonataError> {
    let mut row = 0;
    spool.read(&mut |words| {
        write(row, words)?;
        row += words.len() / 2;
        Ok(())
    })
}

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
            write_samples(&data, &mut self.spool, n_cells)?;
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

/// Copies samples in whole rows.
fn write_samples(data: &Column<'_>, spool: &mut Spool, n_cells: usize) -> Result<(), SonataError> {
    let (mut row, mut rest): (usize, Vec<f32>) = (0, Vec::with_capacity(PART + n_cells));
    spool.read(&mut |words| {
        rest.extend(words.iter().map(|word| f32::from_bits(*word)));
        let whole = rest.len() / n_cells.max(1) * n_cells;
        data.write_rows(row, n_cells, &rest[..whole])?;
        row += whole.checked_div(n_cells).unwrap_or_default();
        rest.drain(..whole);
        Ok(())
    })
}

/// Writes what a run gives: spikes of all populations, and a report per trace.
#[derive(Debug)]
pub struct RunWriter {
    spikes: SpikeWriter,
    reports: Vec<ReportWriter>,
}

impl RunWriter {
    /// Starts in a folder.
    ///
    /// # Errors
    /// [`SonataError::Write`] when the folder cannot be written to.
    pub fn create(
        folder: &Path,
        dt_ms: f64,
        populations: &[String],
        reports: Vec<ReportPlan>,
    ) -> Result<Self, SonataError> {
        let spikes = SpikeWriter::create(folder, dt_ms, populations)?;
        let report = |(index, plan)| ReportWriter::create(&report_spool(folder, index), plan);
        Ok(Self { spikes, reports: reports.into_iter().enumerate().map(report).collect::<Result<_, _>>()? })
    }

    /// Goes on after [`Self::marks`]; nothing where the folder does not hold what they were made of. `visit` gets the spikes
    /// before them.
    ///
    /// # Errors
    /// [`SonataError`] when the folder cannot be read or written to.
    pub fn resume(
        folder: &Path,
        dt_ms: f64,
        populations: &[String],
        reports: Vec<ReportPlan>,
        marks: &[Mark],
        visit: &mut dyn FnMut(usize, &[Spike]),
    ) -> Result<Option<Self>, SonataError> {
        if marks.len() != populations.len() + reports.len() {
            return Ok(None);
        }
        let (of_spikes, of_reports) = marks.split_at(populations.len());
        let Some(spikes) = SpikeWriter::resume(folder, dt_ms, populations, of_spikes, visit)? else { return Ok(None) };
        let mut writers = Vec::with_capacity(reports.len());
        for (index, (plan, mark)) in reports.into_iter().zip(of_reports).enumerate() {
            match ReportWriter::resume(&report_spool(folder, index), plan, *mark)? {
                Some(report) => writers.push(report),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { spikes, reports: writers }))
    }

    /// How far everything is written: populations, then reports.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn marks(&mut self) -> Result<Vec<Mark>, SonataError> {
        let mut marks = self.spikes.marks()?;
        for report in &mut self.reports {
            marks.push(report.mark()?);
        }
        Ok(marks)
    }

    /// Writes `spikes`, and each report to its path.
    ///
    /// # Errors
    /// [`SonataError::Write`] when a file cannot be written.
    pub fn finish(self, spikes: &Path, reports: &[PathBuf]) -> Result<(), SonataError> {
        self.spikes.finish(spikes)?;
        self.reports.into_iter().zip(reports).try_for_each(|(report, path)| report.finish(path))
    }
}

fn report_spool(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("report-{index}.raw"))
}

impl From<SonataError> for SinkError {
    fn from(error: SonataError) -> Self {
        Self { message: error.to_string(), remedy: error.remedy().to_owned() }
    }
}

impl Sink for RunWriter {
    fn spikes(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SinkError> {
        Ok(self.spikes.append(population, spikes)?)
    }

    fn sample(&mut self, trace: usize, _: u32, values: &[f32]) -> Result<(), SinkError> {
        Ok(self.reports[trace].append(values)?)
    }

    fn weights(&mut self, _: usize, _: u32, _: &[f32]) -> Result<(), SinkError> {
        Ok(())
    }
}
