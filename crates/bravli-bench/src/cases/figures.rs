//! What is told of a run.

use bravli_analysis::spikes::{Raster, mean_correlation, mean_cv, mean_rate_hz, sample_cells};
use std::collections::BTreeMap;

/// Bins in which spikes are counted for correlations, ms.
pub const CORRELATION_BIN_MS: f64 = 5.0;
/// Cells of each population whose pairs are correlated: evenly spaced ones, the same in every run.
pub const CORRELATION_CELLS: u32 = 200;
/// Intervals that a cell needs for its coefficient of variation to count.
pub const MIN_INTERVALS: usize = 3;

/// What a case took, and what its cells did.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseFigures {
    /// Name of the case.
    pub case: String,
    /// Share of the full network, where the case has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// How synapses release, where the case has a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Cells.
    pub cells: u64,
    /// Synapses.
    pub synapses: u64,
    /// Seed of network and run.
    pub seed: u64,
    /// Threads used.
    pub threads: usize,
    /// Instruction set used.
    pub simd: String,
    /// Step, ms.
    pub dt_ms: f64,
    /// Time simulated and measured, ms.
    pub t_ms: f64,
    /// Time simulated before that, ms.
    pub presim_ms: f64,
    /// From nothing to a network ready to run, seconds.
    pub build_s: f64,
    /// The measured time, seconds on the clock; all spikes are kept.
    pub run_s: f64,
    /// Seconds on the clock per simulated second.
    pub rtf: f64,
    /// Most memory that the process held, MiB; zero where the system does not tell.
    pub peak_mib: f64,
    /// Memory of synapses and state over synapses, bytes.
    pub bytes_per_synapse: f64,
    /// [`CaseFigures::peak_mib`] over synapses, bytes.
    pub peak_bytes_per_synapse: f64,
    /// Spikes in the measured time.
    pub spikes: u64,
    /// Arrivals of spikes at synapses in the measured time.
    pub events: u64,
    /// Mean rate by population, Hz.
    pub rates_hz: BTreeMap<String, f64>,
    /// Published mean rates by population, Hz, where there are some for this size.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub published_hz: BTreeMap<String, f64>,
    /// Mean coefficient of variation of interspike intervals by population, over cells with [`MIN_INTERVALS`] of them.
    pub cv_isi: BTreeMap<String, f64>,
    /// Mean correlation of spike counts by population, over pairs of [`CORRELATION_CELLS`] cells in bins of
    /// [`CORRELATION_BIN_MS`].
    pub correlation: BTreeMap<String, f64>,
    /// Digest of all spikes from the start on, see [`super::SpikeDigest`].
    pub digest: String,
}

/// Rate, coefficient of variation and correlation of a population.
pub(super) fn statistics(raster: &Raster<'_>) -> (f64, Option<f64>, Option<f64>) {
    let bin_steps = (CORRELATION_BIN_MS / raster.dt_ms()).round() as u32;
    let cells = sample_cells(raster.n_cells(), CORRELATION_CELLS);
    (mean_rate_hz(raster), mean_cv(raster, MIN_INTERVALS), mean_correlation(raster, bin_steps, &cells))
}
