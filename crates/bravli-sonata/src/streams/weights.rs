//! Weights of connections that learn.

use super::reports::write_samples;
use crate::error::SonataError;
use crate::names::{EDGES, MS, TIME, UNITS, sonata};
use crate::spool::{Mark, Spool};
use crate::store::write_file;
use std::path::{Path, PathBuf};

/// Name of the table of weights, a row per sample.
const WEIGHT: &str = "weight";

/// What a file of weights holds.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightPlan {
    /// Name of the group of connections.
    pub name: String,
    /// Source of each connection, in the order of the samples.
    pub source_ids: Vec<u64>,
    /// Target of each connection.
    pub target_ids: Vec<u64>,
    /// Weights at the start.
    pub start: Vec<f32>,
    /// Unit of the weights.
    pub units: String,
    /// Time of the first sample after the start, which is also the time between samples, ms.
    pub every_ms: f64,
}

/// Weights over time: the start, then a value per connection and sample.
#[derive(Debug)]
pub struct WeightWriter {
    plan: WeightPlan,
    spool: Spool,
    last: Vec<f32>,
}

impl WeightWriter {
    /// Starts with the weights at the start alone; what is not yet in its file lies at `spool`.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be written to.
    pub fn create(spool: &Path, plan: WeightPlan) -> Result<Self, SonataError> {
        Ok(Self { spool: Spool::create(spool)?, last: plan.start.clone(), plan })
    }

    /// Goes on after a mark; nothing where the spool does not hold what it was made of.
    ///
    /// # Errors
    /// [`SonataError`] when it cannot be read or written to.
    pub fn resume(spool: &Path, plan: WeightPlan, mark: Mark) -> Result<Option<Self>, SonataError> {
        let (n, mut at) = (plan.start.len().max(1), 0);
        let mut last = plan.start.clone();
        let mut see = |words: &[u32]| {
            for word in words {
                last[at % n] = f32::from_bits(*word);
                at += 1;
            }
        };
        let resumed = Spool::resume(spool, mark, &mut see)?;
        Ok(resumed.map(|spool| Self { plan, spool, last }))
    }

    /// Appends a sample: one value per connection.
    ///
    /// # Errors
    /// [`SonataError::Length`] when it has another number of values; [`SonataError::Write`] when it cannot be kept.
    pub fn append(&mut self, values: &[f32]) -> Result<(), SonataError> {
        let expected = self.plan.start.len();
        if values.len() != expected {
            let (file, dataset) = (PathBuf::from(WEIGHT), self.plan.name.clone());
            return Err(SonataError::Length { file, dataset, expected, actual: values.len() });
        }
        self.last.copy_from_slice(values);
        self.spool.push(values.iter().map(|value| value.to_bits()))
    }

    /// The newest sample; the start where there is none.
    #[must_use]
    pub fn last(&self) -> &[f32] {
        &self.last
    }

    /// How far it is written.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn mark(&mut self) -> Result<Mark, SonataError> {
        self.spool.mark()
    }

    /// Writes the file: `/edges/<name>/{source_node_id, target_node_id, time, weight}`, weight \[sample × connection\].
    ///
    /// # Errors
    /// [`SonataError::Write`] when it cannot be written.
    ///
    /// # Repeatability
    /// Equal samples give equal bytes.
    pub fn finish(mut self, path: &Path) -> Result<(), SonataError> {
        let plan = &self.plan;
        let n = plan.start.len();
        let n_samples = self.spool.len().checked_div(n as u64).unwrap_or_default() as usize;
        write_file(path, |root| {
            let place = root.create(EDGES)?.create(&plan.name)?;
            place.write(sonata("source"), &plan.source_ids)?;
            place.write(sonata("target"), &plan.target_ids)?;
            let times: Vec<f64> =
                (0..=n_samples).map(|sample| (sample as f64 * plan.every_ms * 1e6).round() / 1e6).collect();
            let time = place.write(TIME, &times)?;
            place.write_text(&time, TIME, UNITS, MS)?;
            let weights = place.matrix(WEIGHT, n_samples + 1, n)?;
            place.write_text(&weights.dataset, WEIGHT, UNITS, &plan.units)?;
            weights.write_rows(0, n, &plan.start)?;
            write_samples(&weights, 1, &mut self.spool, n)
        })
    }
}
