//! How a network is laid out: planes, bundles, units, partitions.

use super::filters::{Filters, kind_of};
use super::group::{Group, Plane};
use super::layout::{Layout, MAX_CELLS};
use super::limits::limits;
use super::math::Lined;
use super::partition::{Partition, Stored};
use super::source::SourceGroup;
use super::synapses::{Built, Bundle, BundleKind, Onto, Target, build};
use super::synapses::{Ground, Shared};
use super::units::{share_units, units, weight_unit};
use super::{drives, membrane::Kind};
use crate::SimError;
use crate::network::{Bounds, Effect, Network, Plasticity, Release, Row, Wiring, check};
use bravli_rng::{Draw, Stream};
use rayon::prelude::*;
use std::sync::Arc;

/// Most steps between two exchanges of spikes.
const MAX_BATCH: u32 = 16;

/// Everything that partitions share.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) bundles: Vec<Bundle>,
    /// Unit of each plane, [pA, nS].
    pub(crate) inverse_units: Vec<f32>,
    /// Bundles of each population, by position.
    pub(crate) bundles_of: Vec<Vec<u16>>,
    /// First number of each population among all cells and sources, and one past the last.
    pub(crate) first_source: Vec<u32>,
    pub(crate) layout: Layout,
    /// Longest delay, steps.
    pub(crate) max_delay: u32,
    /// Steps between two exchanges of spikes.
    pub(crate) batch: u32,
    /// Whether arrivals are taken in the order of sources: dendritic sums of the error-correcting rule are no whole numbers.
    pub(crate) sums_in_order: bool,
}

/// A network laid out, at its start.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) common: Arc<Common>,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) n_connections: u64,
}

impl Plan {
    pub(crate) fn new(
        network: &Network<'_>,
        n_partitions: usize,
        pool: &rayon::ThreadPool,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, SimError> {
        let flaws = check(network);
        if !flaws.is_empty() {
            return Err(SimError::Flaws(flaws));
        }
        let wirings: Vec<Wiring<'_>> =
            network.projections.iter().map(|projection| projection.wiring(network)).collect();
        let bounds: Vec<Bounds> = pool.install(|| {
            wirings.par_iter().enumerate().map(|(i, wiring)| bounds_of(network, i, wiring)).collect::<Result<_, _>>()
        })?;
        let layout = Layout::new(network, n_partitions)?;
        let own_decays = own_decays(network, &bounds);
        let filters: Vec<Filters> = network
            .populations
            .iter()
            .zip(&own_decays)
            .map(|(population, own)| Filters::new(population, own))
            .collect();
        let kinds: Vec<Option<Kind>> = network
            .populations
            .iter()
            .enumerate()
            .map(|(index, population)| kind_of(population, drives::has_conductance(network, index)))
            .collect();
        let beyond = limits(network, &filters, &bounds);
        if !beyond.is_empty() {
            return Err(SimError::Flaws(beyond));
        }
        let mut bundles = bundles(network, &filters, &bounds);
        share_units(&mut bundles);
        let delays = bounds.iter().filter_map(|bounds| bounds.delay);
        let (shortest, longest) =
            delays.fold((u32::from(u16::MAX), 1), |(low, high), (a, b)| (low.min(a.into()), high.max(b.into())));
        if bundles.len() > usize::from(u16::MAX) {
            return Err(SimError::TooLarge { what: format!("{} projections", bundles.len()), limit: u16::MAX.into() });
        }
        let mut stores: Vec<Vec<Built>> = (0..n_partitions).map(|_| Vec::new()).collect();
        for bundle in &bundles {
            let ground = Ground {
                network,
                layout: &layout,
                filters: &filters,
                wirings: &wirings,
                max_delay: longest as usize,
                has_minis: bundle.targets.iter().any(|target| bounds[target.projection].has_minis),
                expected: bundle.targets.iter().map(|target| bounds[target.projection].n_connections).sum(),
                stop,
            };
            let (built, minis) = pool.install(|| build(&ground, bundle))?;
            for (stores, mut store) in stores.iter_mut().zip(built) {
                if let Built::Release(release) = &mut store
                    && !minis.is_empty()
                {
                    let name = &network.projections[bundle.targets[0].projection].name;
                    let stream = Stream::new(network.seed, name, Draw::Miniature);
                    release.start_minis(stream, minis.clone(), network.dt_ms);
                }
                stores.push(store);
            }
        }
        let n_planes = filters.iter().map(|filters| filters.inputs.len()).max().unwrap_or(0);
        let units = pool.install(|| units(&bundles, &stores, n_planes));
        for bundle in &mut bundles {
            if bundle.kind != BundleKind::Compact {
                continue;
            }
            let is_scaled = matches!(bundle.release, Release::Shared { .. });
            for onto in std::iter::once(&mut bundle.onto).chain(&mut bundle.slow) {
                onto.fit(bundle.weight_unit, units[onto.plane], is_scaled);
            }
        }
        let mut bundles_of = vec![Vec::new(); network.populations.len()];
        for (index, bundle) in bundles.iter().enumerate() {
            bundles_of[bundle.source].push(index as u16);
        }
        let mut first_source: Vec<u32> = layout.populations.iter().map(|placed| placed.first_source).collect();
        first_source.push(layout.n_sources);
        let n_connections = stores.iter().flatten().map(Built::n_connections).sum();
        let batch = (shortest + 1).min(MAX_BATCH);
        let sums_in_order = bundles
            .iter()
            .any(|bundle| matches!(bundle.kind, BundleKind::Learning(Plasticity::ErrorCorrecting { .. })));
        let common = Arc::new(Common {
            inverse_units: units.iter().map(|unit| (1.0 / unit) as f32).collect(),
            bundles,
            bundles_of,
            first_source,
            layout,
            max_delay: longest,
            batch,
            sums_in_order,
        });
        let partitions = stores
            .into_iter()
            .enumerate()
            .map(|(index, stores)| {
                let shares = &common.layout.shares[index];
                let (mut groups, mut sources) = (Vec::new(), Vec::new());
                for share in shares {
                    let first = common.layout.populations[share.population].first_source;
                    match kinds[share.population] {
                        Some(kind) => {
                            groups.push(Group::new(network, share, first, kind, &filters[share.population], &units))
                        }
                        None => sources.push(SourceGroup::new(network, share, first)),
                    }
                }
                let planes: Vec<Plane> = (0..n_planes).map(|_| plane()).collect();
                let stored = stores
                    .into_iter()
                    .zip(&common.bundles)
                    .map(|(built, bundle)| Stored {
                        shared: Shared::new(bundle.release, bundle.n_sources, network.dt_ms),
                        built,
                    })
                    .collect();
                Partition::new(Arc::clone(&common), groups, sources, planes, stored)
            })
            .collect();
        Ok(Self { common, partitions, n_connections })
    }
}

fn plane() -> Plane {
    Box::new(Lined([0; MAX_CELLS]))
}

/// Bounds of a projection's rows, all of which are sound.
fn bounds_of(network: &Network<'_>, index: usize, wiring: &Wiring<'_>) -> Result<Bounds, SimError> {
    let projection = &network.projections[index];
    let receptor = &network.populations[projection.target].receptors[projection.receptor];
    let conducts = !matches!(receptor.effect, Effect::Current | Effect::Silent);
    let flaw = |row: &Row| row.flaw(wiring.n_targets(), conducts, projection.release);
    wiring.bounds(flaw).map_err(|(source_cell, message)| SimError::Row {
        projection: projection.name.clone(),
        source_cell,
        message,
    })
}

/// By population and receptor, the range of decays that connections have for themselves.
fn own_decays(network: &Network<'_>, bounds: &[Bounds]) -> Vec<Vec<Option<(f32, f32)>>> {
    let mut ranges: Vec<Vec<Option<(f32, f32)>>> =
        network.populations.iter().map(|population| vec![None; population.receptors.len()]).collect();
    for (projection, bounds) in network.projections.iter().zip(bounds) {
        let Some((low, high)) = bounds.decay_ms else { continue };
        let range = &mut ranges[projection.target][projection.receptor];
        let (from, to) = range.unwrap_or((low, high));
        *range = Some((from.min(low), to.max(high)));
    }
    ranges
}

/// Projections that can be stored together, together.
fn bundles(network: &Network<'_>, filters: &[Filters], bounds: &[Bounds]) -> Vec<Bundle> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for (index, (projection, bounds)) in network.projections.iter().zip(bounds).enumerate() {
        if bounds.delay.is_none() {
            continue; // no connections
        }
        let own = &filters[projection.target];
        let filter = &own.filters[projection.receptor];
        let kind = match projection.plasticity {
            Some(rule) => BundleKind::Learning(rule),
            None if matches!(projection.release, Release::PerConnection | Release::Stochastic)
                || bounds.has_minis
                || bounds.has_ratios
                || filter.ladder.is_some() =>
            {
                BundleKind::Release
            }
            None => BundleKind::Compact,
        };
        let onto = Onto::new(own.inputs[filter.inputs.start].plane, 1.0);
        let slow = projection.slow.map(|slow| {
            let plane = own.inputs[own.filters[slow.receptor].inputs.start].plane;
            Onto::new(plane, slow.ratio)
        });
        let target = Target { projection: index, population: projection.target };
        let twin = bundles.iter_mut().find(|bundle| {
            kind == BundleKind::Compact
                && bundle.kind == kind
                && bundle.source == projection.source
                && bundle.release == projection.release
                && (bundle.onto, bundle.slow) == (onto, slow)
        });
        if let Some(twin) = twin {
            twin.targets.push(target);
            twin.weight_unit = twin.weight_unit.max(weight_unit(bounds));
            continue;
        }
        bundles.push(Bundle {
            source: projection.source,
            n_sources: network.populations[projection.source].n_cells,
            targets: vec![target],
            kind,
            release: projection.release,
            onto,
            slow,
            weight_unit: weight_unit(bounds),
            release_key: Stream::new(network.seed, &projection.name, Draw::Release).key(),
        });
    }
    bundles
}
