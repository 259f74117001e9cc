//! How a network is laid out: planes, bundles, units, partitions.

use super::filters::{Filters, kind_of};
use super::group::{Group, Plane};
use super::layout::{Layout, MAX_CELLS};
use super::math::Lined;
use super::partition::{Partition, Stored};
use super::source::SourceGroup;
use super::synapses::{Built, Bundle, BundleKind, Onto, Target, build};
use super::synapses::{Ground, Shared};
use super::{drives, membrane::Kind};
use crate::SimError;
use crate::network::{Bounds, Flaw, Kinetics, Network, Projection, Release, Wiring, check};
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
}

/// A network laid out, at its start.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) common: Arc<Common>,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) n_connections: u64,
}

impl Plan {
    pub(crate) fn new(network: &Network<'_>, n_partitions: usize, pool: &rayon::ThreadPool) -> Result<Self, SimError> {
        let flaws = check(network);
        if !flaws.is_empty() {
            return Err(SimError::Flaws(flaws));
        }
        let wirings: Vec<Wiring<'_>> =
            network.projections.iter().map(|projection| projection.wiring(network)).collect();
        let bounds: Vec<Bounds> = pool.install(|| wirings.par_iter().map(Wiring::bounds).collect());
        let layout = Layout::new(network, n_partitions);
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
        slow_on_ladders(network, &filters)?;
        minis_that_learn(network, &bounds)?;
        decays_within_rises(network, &bounds)?;
        let mut bundles = bundles(network, &filters, &bounds);
        share_units(&mut bundles);
        let delays = bounds.iter().filter_map(|bounds| bounds.delay);
        let (shortest, longest) =
            delays.fold((u32::from(u16::MAX), 1), |(low, high), (a, b)| (low.min(a.into()), high.max(b.into())));
        let ground =
            Ground { network, layout: &layout, filters: &filters, wirings: &wirings, max_delay: longest as usize };
        let mut stores: Vec<Vec<Built>> = (0..n_partitions).map(|_| Vec::new()).collect();
        for bundle in &bundles {
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
        let common = Arc::new(Common {
            inverse_units: units.iter().map(|unit| (1.0 / unit) as f32).collect(),
            bundles,
            bundles_of,
            first_source,
            layout,
            max_delay: longest,
            batch,
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

/// A slow receptor has one decay for all its connections.
fn slow_on_ladders(network: &Network<'_>, filters: &[Filters]) -> Result<(), SimError> {
    let has_ladder = |projection: &Projection<'_>| {
        projection.slow.is_some_and(|slow| filters[projection.target].filters[slow.receptor].ladder.is_some())
    };
    match network.projections.iter().position(has_ladder) {
        None => Ok(()),
        Some(index) => Err(SimError::Flaws(vec![Flaw {
            field: format!("projections[{index}].slow"),
            message: "the slow receptor is the first of other connections that have decays of their own".into(),
            remedy: "give those connections a receptor of their own".into(),
        }])),
    }
}

/// A connection's own decay is longer than its receptor's rise.
fn decays_within_rises(network: &Network<'_>, bounds: &[Bounds]) -> Result<(), SimError> {
    for (index, (projection, bounds)) in network.projections.iter().zip(bounds).enumerate() {
        let receptor = &network.populations[projection.target].receptors[projection.receptor];
        let (Kinetics::Biexponential { rise_ms, .. }, Some((decay_ms, _))) = (receptor.kinetics, bounds.decay_ms)
        else {
            continue;
        };
        if f64::from(decay_ms) <= rise_ms {
            return Err(SimError::Flaws(vec![Flaw {
                field: format!("projections[{index}].decay_ms"),
                message: format!("a decay of {decay_ms} ms is no longer than the rise of {rise_ms} ms"),
                remedy: "give longer decays, or a receptor with a shorter rise".into(),
            }]));
        }
    }
    Ok(())
}

/// Learning connections wait for spikes alone.
fn minis_that_learn(network: &Network<'_>, bounds: &[Bounds]) -> Result<(), SimError> {
    let both = |(projection, bounds): (&Projection<'_>, &Bounds)| projection.plasticity.is_some() && bounds.has_minis;
    match network.projections.iter().zip(bounds).position(both) {
        None => Ok(()),
        Some(index) => Err(SimError::Flaws(vec![Flaw {
            field: format!("projections[{index}].plasticity"),
            message: "connections that release spontaneously do not learn in this engine".into(),
            remedy: "leave their mini_hz out, or keep their weights".into(),
        }])),
    }
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

/// Gives bundles of one plane whose weights are of like size one unit, so that weights are added as they are.
fn share_units(bundles: &mut [Bundle]) {
    /// Binary digits that a weight may lose to that: thirteen of sixteen are left, a ten-thousandth of the largest.
    const DIGITS: f64 = 8.0;
    let is_plain = |bundle: &Bundle| {
        bundle.kind == BundleKind::Compact && bundle.release == Release::Static && bundle.slow.is_none()
    };
    for index in 0..bundles.len() {
        let (plane, unit) = (bundles[index].onto.plane, bundles[index].weight_unit);
        let others = bundles.iter().filter(|other| is_plain(other) && other.onto.plane == plane);
        let coarsest =
            others.map(|other| other.weight_unit).filter(|other| *other <= unit * DIGITS).fold(unit, f64::max);
        if is_plain(&bundles[index]) {
            bundles[index].weight_unit = coarsest;
        }
    }
}

/// Unit in which the largest weight takes sixteen bits.
fn weight_unit(bounds: &Bounds) -> f64 {
    if bounds.max_weight > 0.0 { f64::from(bounds.max_weight) / 32_767.0 } else { 1.0 }
}

/// A unit for every plane in which no cell's inputs can add up to more than thirty-one bits hold, whatever fires.
///
/// Every connection adds at most its weight in a step, so that the sum of a cell's weights is the most that can wait. Sums are
/// taken in the order of sources, which no number of partitions changes.
fn units(bundles: &[Bundle], stores: &[Vec<Built>], n_planes: usize) -> Vec<f64> {
    let most: Vec<Vec<f64>> = stores.par_iter().map(|stores| most(bundles, stores, n_planes)).collect();
    (0..n_planes)
        .map(|plane| {
            let most = most.iter().map(|most| most[plane]).fold(0.0, f64::max);
            let compact: Vec<f64> = bundles
                .iter()
                .filter(|bundle| bundle.kind == BundleKind::Compact)
                .flat_map(|bundle| {
                    let planes = std::iter::once(&bundle.onto).chain(&bundle.slow);
                    planes
                        .filter(|onto| onto.plane == plane && onto.ratio > 0.0)
                        .map(|onto| bundle.weight_unit * onto.ratio)
                })
                .collect();
            // a thousandth is left for rounding
            let at_least = most / (f64::from(i32::MAX) * 0.999);
            let finest = compact.iter().copied().fold(f64::INFINITY, f64::min);
            let coarsest = compact.iter().copied().fold(0.0, f64::max) / 32_768.0;
            // shares of weights are finer than weights
            let is_scaled = bundles.iter().any(|bundle| {
                let planes = std::iter::once(&bundle.onto).chain(&bundle.slow);
                matches!(bundle.release, Release::Shared { .. }) && planes.into_iter().any(|onto| onto.plane == plane)
            });
            let finest = if is_scaled { finest / 256.0 } else { finest };
            let unit = if finest.is_finite() { finest.max(coarsest) } else { most * 2.0_f64.powi(-30) };
            let unit = if unit < at_least { at_least } else { unit };
            if unit > 0.0 { unit } else { 1.0 }
        })
        .collect()
}

/// The largest sum of weights that a cell of a partition has on each plane.
fn most(bundles: &[Bundle], stores: &[Built], n_planes: usize) -> Vec<f64> {
    let mut sums = vec![vec![0.0_f64; MAX_CELLS]; n_planes];
    for (bundle, store) in bundles.iter().zip(stores) {
        let mut add = |onto: &Onto, rung: usize, target: usize, weight: f64| {
            sums[onto.plane + rung][target] += weight.abs();
        };
        let both = || std::iter::once(&bundle.onto).chain(&bundle.slow);
        match store {
            Built::Compact(store) => {
                for synapse in store.synapses.slice() {
                    let (target, weight) = ((synapse & 0xffff) as usize, (*synapse as i32) >> 16);
                    for onto in both() {
                        add(onto, 0, target, f64::from(weight) * bundle.weight_unit * onto.ratio);
                    }
                }
            }
            Built::Release(store) => {
                // a spontaneous release may fall on the step of a spike
                let twice = if store.mini_hz.is_empty() { 1.0 } else { 2.0 };
                for own in &store.own {
                    let (target, weight) = (usize::from(own.target), f64::from(own.weight) * twice);
                    let second = f64::from(own.second) / 65_535.0;
                    add(&bundle.onto, usize::from(own.rung), target, weight * (1.0 - second));
                    if own.second > 0 {
                        add(&bundle.onto, usize::from(own.rung) + 1, target, weight * second);
                    }
                    if let Some(slow) = &bundle.slow {
                        add(slow, 0, target, f64::from(own.slow) * twice);
                    }
                }
            }
            Built::Learning(store) => {
                for own in &store.own {
                    for onto in both() {
                        let bound = bundle.bound().max(f64::from(own.weight));
                        add(onto, 0, usize::from(own.target), bound * onto.ratio);
                    }
                }
            }
        }
    }
    sums.iter().map(|sums| sums.iter().copied().fold(0.0, f64::max)).collect()
}
