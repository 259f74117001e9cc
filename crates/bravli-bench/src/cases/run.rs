//! Running a case and taking its figures.

use super::figures::{CaseFigures, statistics};
use super::{Case, DT_MS, SpikeDigest, network};
use crate::memory::peak_mib;
use bravli_analysis::spikes::{Raster, RasterError};
use bravli_sim::SimError;
use bravli_sim::network::{Network, Sink, SinkError, Spike};
use bravli_sim::point::{Engine, Options, Simd};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

/// A case and how to run it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseRequest {
    /// The case.
    pub case: Case,
    /// Time to measure, ms.
    pub t_ms: f64,
    /// Time to simulate before that, ms; [`Case::presim_ms`] where absent.
    pub presim_ms: Option<f64>,
    /// Threads, 1 or more; they change no spike.
    pub threads: usize,
    /// Instruction set; it changes no spike.
    pub simd: Simd,
    /// Seed of network and run.
    pub seed: u64,
}

/// Why a case was not measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// A number outside its range.
    #[error("{name} must lie in {allowed}, got {value}")]
    OutOfRange {
        /// Name of the number.
        name: &'static str,
        /// Number given.
        value: f64,
        /// Range.
        allowed: &'static str,
    },
    /// The engine refused.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// The engine's spikes are none.
    #[error("the run's spikes are no raster: {0}")]
    Spikes(#[from] RasterError),
}

impl CaseError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::OutOfRange { .. } => "choose a number in the range".into(),
            Self::Sim(error) => error.remedy(),
            Self::Spikes(error) => error.remedy().into(),
        }
    }
}

/// Builds a case, lets its onset pass, runs it with all spikes kept, and takes its figures.
///
/// # Errors
/// [`CaseError`] when there is no such case or the engine cannot run it.
pub fn run_case(request: &CaseRequest) -> Result<CaseFigures, CaseError> {
    let presim_ms = request.presim_ms.unwrap_or_else(|| request.case.presim_ms());
    in_range("t_ms", request.t_ms, (1.0..=1e7).contains(&request.t_ms), "[1, 10000000]")?;
    in_range("presim_ms", presim_ms, (0.0..=1e7).contains(&presim_ms), "[0, 10000000]")?;

    let building = Instant::now();
    let network = network(request.case, request.seed)?;
    let mut engine = Engine::new(&network, Options { threads: request.threads, simd: request.simd })?;
    let build_s = building.elapsed().as_secs_f64();

    let (from, until) = (network.steps(presim_ms), network.steps(presim_ms + request.t_ms));
    let mut spikes = Spikes::new(network.populations.len());
    let mut on = |_| ControlFlow::Continue(());
    engine.run(from, &mut spikes, &mut on)?;
    let before = engine.stats();
    let running = Instant::now();
    engine.run(until, &mut spikes, &mut on)?;
    let run_s = running.elapsed().as_secs_f64();
    let after = engine.stats();
    let (peak_mib, bytes, simd) = (peak_mib(), engine.bytes(), engine.simd());
    drop(engine);

    let synapses = after.n_connections;
    let per_synapse = |bytes: f64| bytes / (synapses.max(1)) as f64;
    // a spike of step s stands at s·dt: those of step `from` belong to the time before
    let window = from as u32 + 1..until as u32 + 1;
    let mut figures = CaseFigures {
        case: request.case.name().to_owned(),
        scale: if let Case::Pd14 { scale } = request.case { Some(scale) } else { None },
        release: if let Case::Column { release, .. } = request.case { Some(release.name().to_owned()) } else { None },
        cells: after.n_neurons,
        synapses,
        seed: request.seed,
        threads: request.threads,
        simd: simd_name(simd).to_owned(),
        dt_ms: DT_MS,
        t_ms: request.t_ms,
        presim_ms,
        build_s,
        run_s,
        rtf: run_s / (request.t_ms * 1e-3),
        peak_mib,
        bytes_per_synapse: per_synapse(bytes as f64),
        peak_bytes_per_synapse: per_synapse(peak_mib * f64::from(1 << 20)),
        spikes: after.n_spikes - before.n_spikes,
        events: after.n_events - before.n_events,
        rates_hz: BTreeMap::new(),
        published_hz: request.case.published_hz(),
        cv_isi: BTreeMap::new(),
        correlation: BTreeMap::new(),
        digest: spikes.digest(),
    };
    spikes.describe(&network, window, &mut figures)?;
    Ok(figures)
}

/// Name of an instruction set on the command line.
fn simd_name(simd: Simd) -> &'static str {
    match simd {
        Simd::Best => "best",
        Simd::Avx512 => "avx512",
        Simd::Avx2 => "avx2",
        Simd::Baseline => "baseline",
    }
}

fn in_range(name: &'static str, value: f64, fits: bool, allowed: &'static str) -> Result<(), CaseError> {
    if fits { Ok(()) } else { Err(CaseError::OutOfRange { name, value, allowed }) }
}

/// All spikes, two columns per population: eight bytes each.
#[derive(Debug)]
struct Spikes {
    columns: Vec<(Vec<u32>, Vec<u32>)>,
}

impl Spikes {
    fn new(n_populations: usize) -> Self {
        Self { columns: vec![(Vec::new(), Vec::new()); n_populations] }
    }

    fn digest(&self) -> String {
        let mut digest = SpikeDigest::default();
        let mut next = vec![0_usize; self.columns.len()];
        loop {
            let heads = self.columns.iter().zip(&next).filter_map(|((steps, _), at)| steps.get(*at).copied());
            let Some(now) = heads.min() else { return digest.hex() };
            for (population, ((steps, cells), at)) in self.columns.iter().zip(&mut next).enumerate() {
                while steps.get(*at) == Some(&now) {
                    digest.add(population as u32, now, cells[*at]);
                    *at += 1;
                }
            }
        }
    }

    fn describe(
        &self,
        network: &Network<'_>,
        window: std::ops::Range<u32>,
        figures: &mut CaseFigures,
    ) -> Result<(), RasterError> {
        for (population, (steps, cells)) in network.populations.iter().zip(&self.columns) {
            let raster = Raster::new(steps, cells, population.n_cells, network.dt_ms, window.clone())?;
            let (rate_hz, cv, correlation) = statistics(&raster);
            let name = || population.name.clone();
            figures.rates_hz.insert(name(), rate_hz);
            figures.cv_isi.extend(cv.map(|cv| (name(), cv)));
            figures.correlation.extend(correlation.map(|correlation| (name(), correlation)));
        }
        Ok(())
    }
}

impl Sink for Spikes {
    fn spikes(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SinkError> {
        let (steps, cells) = &mut self.columns[population];
        steps.extend(spikes.iter().map(|spike| spike.step));
        cells.extend(spikes.iter().map(|spike| spike.cell));
        Ok(())
    }

    fn sample(&mut self, _: usize, _: u32, _: &[f32]) -> Result<(), SinkError> {
        Ok(())
    }

    fn weights(&mut self, _: usize, _: u32, _: &[f32]) -> Result<(), SinkError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(step: u32, cell: u32) -> Spike {
        Spike { step, cell }
    }

    #[test]
    fn the_digest_goes_by_step_population_and_cell_however_spikes_arrive() {
        // two populations that report at different strides
        let mut spikes = Spikes::new(2);
        spikes.spikes(0, &[of(1, 4), of(2, 0), of(2, 9)]).unwrap();
        spikes.spikes(1, &[of(1, 7)]).unwrap();
        spikes.spikes(1, &[of(2, 1), of(5, 3)]).unwrap();
        let mut expected = SpikeDigest::default();
        for (population, step, cell) in [(0, 1, 4), (1, 1, 7), (0, 2, 0), (0, 2, 9), (1, 2, 1), (1, 5, 3)] {
            expected.add(population, step, cell);
        }
        assert_eq!(spikes.digest(), expected.hex());
        assert_eq!(Spikes::new(3).digest(), "cbf29ce484222325");
    }

    #[test]
    fn times_that_cannot_be_run_are_refused() {
        let request =
            CaseRequest { case: Case::Cuba, t_ms: 0.0, presim_ms: None, threads: 1, simd: Simd::Best, seed: 1 };
        let error = run_case(&request).unwrap_err();
        assert_eq!(error.to_string(), "t_ms must lie in [1, 10000000], got 0");
        let error = run_case(&CaseRequest { t_ms: 100.0, presim_ms: Some(-1.0), ..request }).unwrap_err();
        assert!(error.to_string().starts_with("presim_ms must lie in [0, 10000000]"), "{error}");
    }
}
