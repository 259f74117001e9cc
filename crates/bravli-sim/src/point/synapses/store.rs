//! From rows of a description to the lists of the partitions.

use super::bundle::{Bundle, BundleKind};
use super::{Compact, Learning, LearningRow, Mini, Release, ReleaseRow, Runs};
use crate::SimError;
use crate::network::{Network, Release as Rule, Row, Wiring};
use crate::point::filters::Filters;
use crate::point::layout::{Layout, Share};
use crate::point::math::TILE;
use crate::point::memory::Words;
use rayon::prelude::*;

/// A bundle's connections onto one partition.
#[derive(Debug)]
pub(crate) enum Built {
    /// Four bytes a connection.
    Compact(Compact),
    /// With release of their own.
    Release(Release),
    /// With weights that learn.
    Learning(Learning),
}

impl Built {
    pub(crate) fn runs(&self) -> &Runs {
        match self {
            Self::Compact(store) => &store.runs,
            Self::Release(store) => &store.runs,
            Self::Learning(store) => &store.runs,
        }
    }

    pub(crate) fn n_connections(&self) -> u64 {
        match self {
            Self::Compact(store) => store.synapses.slice().len() as u64,
            Self::Release(store) => store.own.len() as u64,
            Self::Learning(store) => store.own.len() as u64,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Compact(store) => store.synapses.bytes() + store.runs.bytes(),
            Self::Release(store) => {
                store.own.len() * size_of::<ReleaseRow>() + store.mini_hz.len() * 4 + store.runs.bytes()
            }
            Self::Learning(store) => store.bytes(),
        }
    }
}

/// Connections of some sources onto one partition.
#[derive(Debug)]
struct Part<T> {
    runs: Runs,
    connections: Vec<T>,
    mini_hz: Vec<f32>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { runs: Runs::default(), connections: Vec::new(), mini_hz: Vec::new() }
    }
}

/// Connections of one source onto one partition, before they are sorted by delay.
struct Stage<T> {
    connections: Vec<T>,
    delay: Vec<u16>,
    mini_hz: Vec<f32>,
    counts: Vec<u32>,
    order: Vec<u32>,
}

impl<T: Copy> Stage<T> {
    fn new(max_delay: usize) -> Self {
        Self {
            connections: Vec::new(),
            delay: Vec::new(),
            mini_hz: Vec::new(),
            counts: vec![0; max_delay + 1],
            order: Vec::new(),
        }
    }

    #[inline(always)]
    fn push(&mut self, connection: T, delay: u16) {
        self.connections.push(connection);
        self.delay.push(delay);
        self.counts[usize::from(delay)] += 1;
    }

    /// Moves the source's connections into `part`, sorted by delay; those of one delay keep their order.
    fn flush(&mut self, part: &mut Part<T>) {
        let start = part.connections.len();
        part.runs.push(&self.counts, start as u32);
        if let Some(first) = self.connections.first().copied() {
            let mut at = 0;
            for count in &mut self.counts {
                let n = *count;
                *count = at;
                at += n;
            }
            part.connections.resize(start + self.connections.len(), first);
            let sorted = &mut part.connections[start..];
            let keep_order = !self.mini_hz.is_empty();
            self.order.clear();
            for (connection, delay) in self.connections.iter().zip(&self.delay) {
                let slot = &mut self.counts[usize::from(*delay)];
                sorted[*slot as usize] = *connection;
                if keep_order {
                    self.order.push(*slot);
                }
                *slot += 1;
            }
            if keep_order {
                part.mini_hz.resize(start + self.mini_hz.len(), 0.0);
                for (rate, slot) in self.mini_hz.iter().zip(&self.order) {
                    part.mini_hz[start + *slot as usize] = *rate;
                }
            }
            self.counts.fill(0);
        }
        self.connections.clear();
        self.delay.clear();
        self.mini_hz.clear();
    }
}

/// Longest delay that a bundle's connections can have, by bundle, and everything that building needs.
pub(crate) struct Ground<'a> {
    pub(crate) network: &'a Network<'a>,
    pub(crate) layout: &'a Layout,
    pub(crate) filters: &'a [Filters],
    pub(crate) wirings: &'a [Wiring<'a>],
    pub(crate) max_delay: usize,
    /// Whether connections of the bundle at hand release spontaneously.
    pub(crate) has_minis: bool,
    /// Connections of the bundle at hand.
    pub(crate) expected: f64,
    /// Asked now and then; ends the building where it says so.
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Builds the lists of a bundle for every partition, and what all sources release spontaneously.
///
/// # Errors
/// [`SimError::Row`] where a row is wrong.
pub(crate) fn build(ground: &Ground<'_>, bundle: &Bundle) -> Result<(Vec<Built>, Vec<Mini>), SimError> {
    // about a quarter of a million connections at a time keep the threads busy and little memory unsettled
    let per_chunk = (262_144.0 * f64::from(bundle.n_sources) / ground.expected.max(1.0)).clamp(1.0, 4_096.0) as u32;
    let starts: Vec<u32> = (0..bundle.n_sources).step_by(per_chunk as usize).collect();
    let n_partitions = ground.layout.shares.len();
    match bundle.kind {
        BundleKind::Compact => {
            let inverse = (1.0 / bundle.weight_unit) as f32;
            let chunks = chunks(ground, bundle, &starts, per_chunk, |row, j, local, _| {
                u32::from(to_i16(row.weight[j] * inverse).cast_unsigned()) << 16 | local
            })?;
            let parts = by_partition(chunks.0, n_partitions);
            let gather = |parts: Vec<Part<u32>>| {
                let (mut runs, mut before) = (Runs::default(), 0);
                let mut words = Vec::with_capacity(parts.len());
                for part in parts {
                    runs.append(&part.runs, before);
                    before += part.connections.len() as u32;
                    words.push(part.connections);
                }
                Built::Compact(Compact { runs, synapses: Words::gather(words) })
            };
            Ok((parts.into_par_iter().map(gather).collect(), Vec::new()))
        }
        BundleKind::Release => {
            let to_own = ReleaseBuilder::new(ground, bundle);
            let (chunks, counts) =
                chunks(ground, bundle, &starts, per_chunk, |row, j, local, number| to_own.own(row, j, local, number))?;
            let minis = minis(&chunks, &counts, bundle.n_sources as usize);
            let parts = by_partition(chunks, n_partitions);
            let gather = |parts: Vec<Part<ReleaseRow>>| {
                let (runs, own, mini_hz) = joined(parts, &counts, per_chunk, |own, before| own.number += before);
                Built::Release(Release::new(runs, own, mini_hz))
            };
            Ok((parts.into_par_iter().map(gather).collect(), minis))
        }
        BundleKind::Learning(rule) => {
            let (chunks, counts) = chunks(ground, bundle, &starts, per_chunk, |row, j, local, number| LearningRow {
                target: local as u16,
                is_negative: row.weight[j] < 0.0,
                number,
                weight: row.weight[j].abs(),
                x: [0.0; 2],
                last: 0,
            })?;
            let parts = by_partition(chunks, n_partitions);
            let population = bundle.targets[0].population;
            let gather = |(partition, parts): (usize, Vec<Part<LearningRow>>)| {
                let (runs, own, _) = joined(parts, &counts, per_chunk, |own, before| own.number += before);
                let share = ground.layout.shares[partition].iter().find(|share| share.population == population);
                let (local, n) =
                    share.map_or((0, 0), |Share { local, n_tiles, .. }| (*local as usize, *n_tiles as usize * TILE));
                Built::Learning(Learning::new(runs, own, rule, ground.network.dt_ms, local, n))
            };
            Ok((parts.into_par_iter().enumerate().map(gather).collect(), Vec::new()))
        }
    }
}

/// Connections of each source, and its largest rate of spontaneous release.
type Counts = Vec<(u32, f32)>;

/// Lists of all chunks of sources, each by partition; numbers of connections count from the chunk's first.
#[expect(clippy::type_complexity, reason = "chunks of partitions of parts, and counts beside them")]
fn chunks<T: Copy + Send>(
    ground: &Ground<'_>,
    bundle: &Bundle,
    starts: &[u32],
    per_chunk: u32,
    make: impl Fn(&Row, usize, u32, u32) -> T + Sync,
) -> Result<(Vec<Vec<Part<T>>>, Counts), SimError> {
    let made: Result<Vec<(Vec<Part<T>>, Counts)>, SimError> = starts
        .par_iter()
        .map(|start| {
            let sources = *start..(start + per_chunk).min(bundle.n_sources);
            chunk(ground, bundle, sources, &make)
        })
        .collect();
    let (parts, counts): (Vec<Vec<Part<T>>>, Vec<Counts>) = made?.into_iter().unzip();
    let counts = counts.concat();
    let n: u64 = counts.iter().map(|(n, _)| u64::from(*n)).sum();
    // runs are no more than connections and ends of lists
    if n + u64::from(bundle.n_sources) > u64::from(u32::MAX) {
        let what = format!("{n} connections of {:?}", ground.network.populations[bundle.source].name);
        return Err(SimError::TooLarge { what, limit: u64::from(u32::MAX) });
    }
    Ok((parts, counts))
}

fn chunk<T: Copy>(
    ground: &Ground<'_>,
    bundle: &Bundle,
    sources: std::ops::Range<u32>,
    make: &impl Fn(&Row, usize, u32, u32) -> T,
) -> Result<(Vec<Part<T>>, Counts), SimError> {
    if (ground.stop)() {
        return Err(SimError::Cancelled);
    }
    let n_partitions = ground.layout.shares.len();
    let mut parts: Vec<Part<T>> = (0..n_partitions).map(|_| Part::default()).collect();
    let mut stages: Vec<Stage<T>> = (0..n_partitions).map(|_| Stage::new(ground.max_delay)).collect();
    let mut counts = Counts::new();
    let mut row = Row::default();
    let mut number = 0_u32;
    for source in sources {
        let before = number;
        let mut max_hz = 0.0_f32;
        for target in &bundle.targets {
            let wiring = &ground.wirings[target.projection];
            wiring.row(source, &mut row);
            let owners = &ground.layout.populations[target.population].owners;
            for j in 0..row.target.len() {
                let cell = row.target[j];
                let owner = owners[cell as usize / TILE];
                let stage = &mut stages[owner.partition as usize];
                stage.push(make(&row, j, owner.local + cell % TILE as u32, number), row.delay[j]);
                if ground.has_minis {
                    let rate = row.own.mini_hz.get(j).copied().unwrap_or(0.0);
                    stage.mini_hz.push(rate);
                    max_hz = max_hz.max(rate);
                }
                number += 1;
            }
        }
        counts.push((number - before, max_hz));
        for (stage, part) in stages.iter_mut().zip(&mut parts) {
            stage.flush(part);
        }
    }
    for part in &mut parts {
        part.connections.shrink_to_fit();
    }
    Ok((parts, counts))
}

fn by_partition<T>(chunks: Vec<Vec<Part<T>>>, n_partitions: usize) -> Vec<Vec<Part<T>>> {
    let mut parts: Vec<Vec<Part<T>>> = (0..n_partitions).map(|_| Vec::with_capacity(chunks.len())).collect();
    for chunk in chunks {
        for (list, part) in parts.iter_mut().zip(chunk) {
            list.push(part);
        }
    }
    parts
}

/// One list of all parts; `shift` adds to a connection's number those of the chunks before.
fn joined<T>(
    parts: Vec<Part<T>>,
    counts: &Counts,
    per_chunk: u32,
    shift: impl Fn(&mut T, u32),
) -> (Runs, Vec<T>, Vec<f32>) {
    let mut runs = Runs::default();
    let mut connections = Vec::with_capacity(parts.iter().map(|part| part.connections.len()).sum());
    let mut mini_hz = Vec::new();
    let mut before = 0;
    for (part, counted) in parts.into_iter().zip(counts.chunks(per_chunk as usize)) {
        runs.append(&part.runs, connections.len() as u32);
        connections.extend(part.connections.into_iter().map(|mut connection| {
            shift(&mut connection, before);
            connection
        }));
        mini_hz.extend(part.mini_hz);
        before += counted.iter().map(|(n, _)| n).sum::<u32>();
    }
    (runs, connections, mini_hz)
}

/// What every source releases spontaneously; empty where none does.
fn minis<T>(chunks: &[Vec<Part<T>>], counts: &Counts, n_sources: usize) -> Vec<Mini> {
    if chunks.iter().flatten().all(|part| part.mini_hz.is_empty()) {
        return Vec::new();
    }
    let mut first = 0;
    let mut minis = Vec::with_capacity(n_sources);
    for (n, max_hz) in counts {
        minis.push(Mini { first, n: *n, max_hz: *max_hz });
        first += n;
    }
    minis
}

/// Turns rows into records.
struct ReleaseBuilder<'a> {
    filters: &'a Filters,
    receptor: usize,
    kinetics: crate::network::Kinetics,
    slow_ratio: f64,
    /// Share of the weight that opens where connections have no utilisation of their own.
    u: f32,
    has_own_u: bool,
    dt_ms: f64,
}

impl<'a> ReleaseBuilder<'a> {
    fn new(ground: &Ground<'a>, bundle: &Bundle) -> Self {
        let projection = &ground.network.projections[bundle.targets[0].projection];
        let filters = &ground.filters[projection.target];
        let receptor = &ground.network.populations[projection.target].receptors[projection.receptor];
        Self {
            filters,
            receptor: projection.receptor,
            kinetics: receptor.kinetics,
            slow_ratio: projection.slow.map_or(0.0, |slow| slow.ratio),
            u: if let Rule::Shared { u, .. } = projection.release { u as f32 } else { 1.0 },
            has_own_u: matches!(projection.release, Rule::PerConnection | Rule::Stochastic),
            dt_ms: ground.network.dt_ms,
        }
    }

    fn own(&self, row: &Row, j: usize, local: u32, number: u32) -> ReleaseRow {
        let weight = f64::from(row.weight[j]);
        let own_decay = row.own.decay_ms.get(j).map(|decay| f64::from(*decay));
        let mix = self.filters.mix(self.receptor, self.kinetics, own_decay);
        let ratio = row.own.slow_ratio.get(j).map_or(self.slow_ratio, |ratio| f64::from(*ratio));
        let per_step = |column: &[f32]| match column.get(j) {
            Some(tau) if *tau > 0.0 => (self.dt_ms / f64::from(*tau)) as f32,
            _ => f32::INFINITY,
        };
        let sites = row.own.sites.get(j).copied().unwrap_or(1);
        ReleaseRow {
            target: local as u16,
            sites,
            rung: mix.rung as u16,
            second: (mix.second * 65_535.0).round() as u16,
            number,
            last: 0,
            u: 0.0,
            level: f32::from(sites),
            u_rest: if self.has_own_u { row.own.u[j] } else { self.u },
            rec_rate: per_step(&row.own.tau_rec_ms),
            facil_rate: per_step(&row.own.tau_facil_ms),
            weight: (weight * mix.factor) as f32,
            slow: (weight * ratio) as f32,
        }
    }
}

/// The nearest whole number of sixteen bits; weights are scaled to fit.
#[inline(always)]
fn to_i16(x: f32) -> i16 {
    /// 1.5·2²³: adding it leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    (x + ROUND).to_bits() as u16 as i16
}
