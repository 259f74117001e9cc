//! What a run gives, written as it comes with little memory.

mod reports;
mod spikes;
mod weights;

pub use reports::{ReportPlan, ReportWriter};
pub use spikes::SpikeWriter;
pub use weights::{WeightPlan, WeightWriter};

use crate::error::SonataError;
use crate::spool::Mark;
use bravli_sim::network::{Sink, SinkError, Spike};
use std::path::{Path, PathBuf};

/// What a run gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunPlan {
    /// Step, ms.
    pub dt_ms: f64,
    /// Populations whose spikes are kept, by name.
    pub populations: Vec<String>,
    /// A report per trace.
    pub reports: Vec<ReportPlan>,
    /// A file per weight trace.
    pub weights: Vec<WeightPlan>,
}

/// Where the files of a run go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFiles {
    /// Spikes.
    pub spikes: PathBuf,
    /// One per report.
    pub reports: Vec<PathBuf>,
    /// One per file of weights.
    pub weights: Vec<PathBuf>,
}

/// Writes what a run gives: spikes of all populations, a report per trace, a file per weight trace.
#[derive(Debug)]
pub struct RunWriter {
    spikes: SpikeWriter,
    reports: Vec<ReportWriter>,
    weights: Vec<WeightWriter>,
}

impl RunWriter {
    /// Starts in a folder.
    ///
    /// # Errors
    /// [`SonataError::Write`] when the folder cannot be written to.
    pub fn create(folder: &Path, plan: RunPlan) -> Result<Self, SonataError> {
        let spikes = SpikeWriter::create(folder, plan.dt_ms, &plan.populations)?;
        let report = |(index, plan)| ReportWriter::create(&report_spool(folder, index), plan);
        let weights = |(index, plan)| WeightWriter::create(&weight_spool(folder, index), plan);
        Ok(Self {
            spikes,
            reports: plan.reports.into_iter().enumerate().map(report).collect::<Result<_, _>>()?,
            weights: plan.weights.into_iter().enumerate().map(weights).collect::<Result<_, _>>()?,
        })
    }

    /// Goes on after [`Self::marks`]; nothing where the folder does not hold what they were made of. `visit` gets the spikes
    /// before them.
    ///
    /// # Errors
    /// [`SonataError`] when the folder cannot be read or written to.
    pub fn resume(
        folder: &Path,
        plan: RunPlan,
        marks: &[Mark],
        visit: &mut dyn FnMut(usize, &[Spike]),
    ) -> Result<Option<Self>, SonataError> {
        let (n_populations, n_reports) = (plan.populations.len(), plan.reports.len());
        if marks.len() != n_populations + n_reports + plan.weights.len() {
            return Ok(None);
        }
        let (of_spikes, rest) = marks.split_at(n_populations);
        let (of_reports, of_weights) = rest.split_at(n_reports);
        let Some(spikes) = SpikeWriter::resume(folder, plan.dt_ms, &plan.populations, of_spikes, visit)? else {
            return Ok(None);
        };
        let report = |(index, (plan, mark)): (usize, (ReportPlan, &Mark))| {
            ReportWriter::resume(&report_spool(folder, index), plan, *mark)
        };
        let reports: Option<Vec<_>> =
            plan.reports.into_iter().zip(of_reports).enumerate().map(report).collect::<Result<_, _>>()?;
        let weight = |(index, (plan, mark)): (usize, (WeightPlan, &Mark))| {
            WeightWriter::resume(&weight_spool(folder, index), plan, *mark)
        };
        let weights: Option<Vec<_>> =
            plan.weights.into_iter().zip(of_weights).enumerate().map(weight).collect::<Result<_, _>>()?;
        Ok(reports.zip(weights).map(|(reports, weights)| Self { spikes, reports, weights }))
    }

    /// Weights, one writer per weight trace.
    #[must_use]
    pub fn weight_writers(&self) -> &[WeightWriter] {
        &self.weights
    }

    /// How far everything is written: populations, reports, weights.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn marks(&mut self) -> Result<Vec<Mark>, SonataError> {
        let mut marks = self.spikes.marks()?;
        for report in &mut self.reports {
            marks.push(report.mark()?);
        }
        for weights in &mut self.weights {
            marks.push(weights.mark()?);
        }
        Ok(marks)
    }

    /// Writes everything to its file.
    ///
    /// # Errors
    /// [`SonataError::Write`] when a file cannot be written.
    pub fn finish(self, files: &RunFiles) -> Result<(), SonataError> {
        self.spikes.finish(&files.spikes)?;
        self.reports.into_iter().zip(&files.reports).try_for_each(|(report, path)| report.finish(path))?;
        self.weights.into_iter().zip(&files.weights).try_for_each(|(weights, path)| weights.finish(path))
    }
}

fn report_spool(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("report-{index}.raw"))
}

fn weight_spool(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("weights-{index}.raw"))
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

    fn weights(&mut self, trace: usize, _: u32, values: &[f32]) -> Result<(), SinkError> {
        Ok(self.weights[trace].append(values)?)
    }
}
