//! Units in which weights and sums are whole numbers.

use super::layout::MAX_CELLS;
use super::synapses::{Built, Bundle, BundleKind, Onto};
use crate::network::{Bounds, Release};
use rayon::prelude::*;

/// Gives bundles of one plane whose weights are of like size one unit, so that weights are added as they are.
pub(crate) fn share_units(bundles: &mut [Bundle]) {
    /// Largest weights of two bundles differ by this factor at most: three of sixteen binary digits are lost to it, and what is
    /// left resolves a ten-thousandth of the smaller.
    const FACTOR: f64 = 8.0;
    let is_plain = |bundle: &Bundle| {
        bundle.kind == BundleKind::Compact && bundle.release == Release::Static && bundle.slow.is_none()
    };
    for index in 0..bundles.len() {
        let (plane, unit) = (bundles[index].onto.plane, bundles[index].weight_unit);
        let others = bundles.iter().filter(|other| is_plain(other) && other.onto.plane == plane);
        let coarsest =
            others.map(|other| other.weight_unit).filter(|other| *other <= unit * FACTOR).fold(unit, f64::max);
        if is_plain(&bundles[index]) {
            bundles[index].weight_unit = coarsest;
        }
    }
}

/// Unit in which the largest weight takes sixteen bits.
pub(crate) fn weight_unit(bounds: &Bounds) -> f64 {
    if bounds.max_weight > 0.0 { f64::from(bounds.max_weight) / 32_767.0 } else { 1.0 }
}

/// A unit for every plane in which no cell's inputs can add up to more than thirty-one bits hold, whatever fires.
///
/// Every connection adds at most its weight in a step, so that the sum of a cell's weights is the most that can wait. Sums are
/// taken in the order of sources, which no number of partitions changes.
pub(crate) fn units(bundles: &[Bundle], stores: &[Vec<Built>], n_planes: usize) -> Vec<f64> {
    let most: Vec<Vec<f64>> = stores.par_iter().map(|stores| most(bundles, stores, n_planes)).collect();
    (0..n_planes)
        .map(|plane| {
            let most = most.iter().map(|most| most[plane]).fold(0.0, f64::max);
            let on_plane: Vec<f64> = bundles
                .iter()
                .flat_map(|bundle| {
                    let planes = std::iter::once(&bundle.onto).chain(&bundle.slow);
                    planes
                        .filter(|onto| onto.plane == plane && onto.ratio > 0.0)
                        .map(|onto| bundle.weight_unit * onto.ratio)
                })
                .collect();
            // a thousandth is left for rounding
            let at_least = most / (f64::from(i32::MAX) * 0.999);
            let finest = on_plane.iter().copied().fold(f64::INFINITY, f64::min);
            let coarsest = on_plane.iter().copied().fold(0.0, f64::max) / 32_768.0;
            // shares of weights are finer than weights
            let is_scaled = bundles.iter().any(|bundle| {
                let planes = std::iter::once(&bundle.onto).chain(&bundle.slow);
                matches!(bundle.release, Release::Shared { .. }) && planes.into_iter().any(|onto| onto.plane == plane)
            });
            let finest = if is_scaled { finest / 256.0 } else { finest };
            let has_compact = bundles.iter().any(|bundle| {
                let mut planes = std::iter::once(&bundle.onto).chain(&bundle.slow);
                bundle.kind == BundleKind::Compact && planes.any(|onto| onto.plane == plane)
            });
            let unit = if has_compact { finest.max(coarsest) } else { most * 2.0_f64.powi(-30) };
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
