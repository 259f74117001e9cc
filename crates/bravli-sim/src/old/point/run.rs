//! The loop over time.

use super::block::{INPUTS, LANES, Lane, State};
use super::deliver::deliver;
use super::kernel::{Noise, draw_noise, step_block};
use super::plan::{Partition, Plan};
use crate::lower::{expected_spikes, fibre_spikes};
use crate::old::input::{PointInput, SimError};
use bravli_circuit::Spikes;
use bravli_rng::{Draw, Stream};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Spikes that the fibres of one source may fire in a run.
const MAX_FIBRE_SPIKES: f64 = 2e8;

/// What a run leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutput {
    /// Spikes of the cells, then of each fibre population.
    pub spikes: Vec<Spikes>,
    /// Sizes and counts; the same at any number of threads.
    pub stats: RunStats,
}

/// Sizes and counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunStats {
    /// Cells simulated.
    pub n_cells: u64,
    /// Connections, fibres' included.
    pub n_connections: u64,
    /// Steps taken.
    pub n_steps: u64,
    /// Connection events: spikes times their connections.
    pub n_events: u64,
}

/// State of one partition while it runs.
struct Worker<'a> {
    partition: &'a mut Partition,
    state: Vec<State>,
    ring: Vec<f32>,
    spikes: Vec<(u32, u32)>,
    diverged: Option<(u32, u32)>,
}

/// Keys of the streams that the kernels draw from.
#[derive(Clone, Copy)]
struct Keys {
    background: [u32; 2],
    release: [u32; 2],
}

/// Simulates for the length of the schedule on `threads` threads.
///
/// `population` names the cells' SONATA population. `progress` gets the share of time done and may stop the run.
///
/// # Errors
/// [`SimError`] when a delay does not fit, a potential diverges, threads cannot start, or `progress` stopped the run.
///
/// # Repeatability
/// Bit-equal for any number of threads.
pub fn run(
    input: &PointInput<'_>,
    population: &str,
    threads: usize,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<RunOutput, SimError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| SimError::Threads { threads, message: error.to_string() })?;
    let mut plan = pool.install(|| Plan::new(input))?;
    let n_steps = (input.schedule.duration_ms / input.dt_ms).round() as usize;
    for fibres in input.fibres {
        let expected = expected_spikes(fibres, input.schedule, input.dt_ms, n_steps);
        if expected > MAX_FIBRE_SPIKES {
            return Err(SimError::TooManySpikes {
                source_name: fibres.source.clone(),
                expected,
                limit: MAX_FIBRE_SPIKES,
            });
        }
    }
    let fibres: Vec<Vec<(u32, u32)>> = input
        .fibres
        .iter()
        .map(|fibres| fibre_spikes(fibres, input.schedule, input.dt_ms, n_steps, input.seed))
        .collect();
    let outside = merge_fibres(&fibres, &plan.fibre_offsets);
    let keys = Keys {
        background: Stream::new(input.seed, population, Draw::Background).key(),
        release: Stream::new(input.seed, population, Draw::Release).key(),
    };
    let mut stats = RunStats {
        n_cells: plan.n_cells as u64,
        n_connections: plan.partitions.iter().map(|partition| partition.connections.len() as u64).sum(),
        n_steps: n_steps as u64,
        n_events: 0,
    };
    let out_degree = out_degrees(&plan);
    let start = Stream::new(input.seed, population, Draw::InitialPotential);
    let (slots, batch, shared) = (plan.slots, plan.batch, plan.shared.clone());
    let mut workers: Vec<Worker<'_>> =
        plan.partitions.iter_mut().map(|partition| Worker::new(partition, slots, start)).collect();
    let mut cell_spikes: Vec<(u32, u32)> = Vec::new();
    let mut exchanged: Vec<(u32, u32)> = Vec::new();
    let mut next_outside = 0;
    for (round, first_step) in (0..n_steps).step_by(batch).enumerate() {
        if round % 64 == 0 && progress(first_step as f64 / n_steps as f64).is_break() {
            return Err(SimError::Cancelled);
        }
        let steps = first_step..(first_step + batch).min(n_steps);
        pool.install(|| {
            workers.par_iter_mut().for_each(|worker| {
                advance(worker, &shared, &exchanged, steps.clone(), slots, keys);
            });
        });
        exchanged.clear();
        for worker in &mut workers {
            if let Some((cell, step)) = worker.diverged {
                return Err(SimError::Diverged { cell, time_ms: f64::from(step) * input.dt_ms });
            }
            exchanged.append(&mut worker.spikes);
        }
        exchanged.sort_unstable();
        cell_spikes.extend_from_slice(&exchanged);
        while let Some(&spike) = outside.get(next_outside).filter(|spike| (spike.0 as usize) < steps.end) {
            exchanged.push(spike);
            next_outside += 1;
        }
        exchanged.sort_unstable();
        stats.n_events += exchanged.iter().map(|(_, source)| out_degree[*source as usize]).sum::<u64>();
    }
    let mut spikes = vec![to_spikes(population, &cell_spikes, input.dt_ms)];
    for (fibres, trains) in input.fibres.iter().zip(&fibres) {
        spikes.push(to_spikes(&fibres.source, trains, input.dt_ms));
    }
    Ok(RunOutput { spikes, stats })
}

/// All fibre spikes with their source numbers, sorted by step, then source.
fn merge_fibres(fibres: &[Vec<(u32, u32)>], offsets: &[u32]) -> Vec<(u32, u32)> {
    let mut merged: Vec<(u32, u32)> = fibres
        .iter()
        .zip(offsets)
        .flat_map(|(trains, offset)| trains.iter().map(move |(step, fibre)| (*step, fibre + offset)))
        .collect();
    merged.sort_unstable();
    merged
}

fn out_degrees(plan: &Plan) -> Vec<u64> {
    (0..plan.n_sources)
        .map(|source| {
            plan.partitions.iter().map(|partition| u64::from(partition.rows[source + 1] - partition.rows[source])).sum()
        })
        .collect()
}

fn to_spikes(population: &str, spikes: &[(u32, u32)], dt_ms: f64) -> Spikes {
    // times are whole steps; rounding to 1e-6 ms keeps 0.1·3 from printing as 0.30000000000000004
    let time = |step: u32| (f64::from(step) * dt_ms * 1e6).round() / 1e6;
    Spikes {
        population: population.to_owned(),
        time_ms: spikes.iter().map(|(step, _)| time(*step)).collect(),
        node: spikes.iter().map(|(_, node)| *node).collect(),
    }
}

impl<'a> Worker<'a> {
    fn new(partition: &'a mut Partition, slots: usize, start: Stream) -> Self {
        let zero: Lane = [0.0; LANES];
        let state = partition
            .cells
            .iter()
            .enumerate()
            .map(|(block, cells)| State {
                // between rest and threshold, so that cells do not start in step
                v: std::array::from_fn(|lane| {
                    let cell = u64::from(partition.first_cell) + (block * LANES + lane) as u64;
                    cells.e_l[lane] + (0.5 * start.uniform(cell, 0)) as f32 * (cells.v_th[lane] - cells.e_l[lane])
                }),
                w: zero,
                refractory: zero,
                ampa: [zero; 2],
                ampa_rise: zero,
                nmda: zero,
                nmda_rise: zero,
                gaba_a: [zero; 4],
                gaba_a_rise: zero,
                gaba_b: zero,
                gaba_b_rise: zero,
                background: [cells.background[0].mean, cells.background[1].mean],
            })
            .collect();
        let ring = vec![0.0; slots * partition.cells.len() * INPUTS * LANES];
        Self { partition, state, ring, spikes: Vec::new(), diverged: None }
    }
}

/// Delivers the spikes of the last batch to a partition and advances it over the steps of this one.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "x86_64+sse4.1"))]
fn advance(
    worker: &mut Worker<'_>,
    shared: &super::block::Shared,
    arrived: &[(u32, u32)],
    steps: std::ops::Range<usize>,
    slots: usize,
    keys: Keys,
) {
    deliver(worker.partition, arrived, &mut worker.ring, slots, keys.release);
    let partition = &*worker.partition;
    let blocks = partition.cells.len();
    let (lanes, _) = worker.ring.as_chunks_mut::<LANES>();
    let (inputs, _) = lanes.as_chunks_mut::<INPUTS>();
    for (block, (cells, state)) in partition.cells.iter().zip(&mut worker.state).enumerate() {
        let first_cell = partition.first_cell + (block * LANES) as u32;
        let mut noise: Noise = [[0; LANES]; 4];
        for step in steps.clone() {
            if step % 2 == 0 || step == steps.start {
                draw_noise(keys.background, first_cell, (step / 2) as u32, &mut noise);
            }
            let row = 2 * (step % 2);
            let arriving = &mut inputs[(step & (slots - 1)) * blocks + block];
            let mut fired = step_block(cells, state, shared, arriving, [&noise[row], &noise[row + 1]]);
            while fired != 0 {
                let lane = fired.trailing_zeros();
                fired &= fired - 1;
                if block * LANES + (lane as usize) < partition.n_cells {
                    worker.spikes.push((step as u32, first_cell + lane));
                }
            }
        }
        if let Some(lane) = state.v.iter().position(|v| !v.is_finite()) {
            worker.diverged = Some((first_cell + lane as u32, steps.end as u32));
        }
    }
}
