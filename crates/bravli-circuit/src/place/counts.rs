//! Whole numbers of cells, rounded from the layer down to the e-type.

use super::demand::LayerDemand;
use crate::rounding::{apportion, apportion_near};
use std::collections::BTreeMap;

/// Cells of a layer by group and e-type, in the order of its demand.
#[derive(Debug)]
pub(super) struct LayerCounts {
    /// Cells of each group by e-type, in the order of the group's e-types.
    pub(super) groups: Vec<Vec<u32>>,
}

impl LayerCounts {
    pub(super) fn n_cells(&self) -> u32 {
        self.groups.iter().flatten().sum()
    }
}

/// Rounds nested, each by largest remainder: the layer, its m-types, the groups of an m-type, their e-types.
///
/// Where the m-types' roundings add up to a whole cell too many or too few of the excitatory ones, excitatory and inhibitory
/// cells are rounded before them. E-types carry their remainders from group to group. The demand has been checked against [`super::MAX_CELLS`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far fewer cells than 2^32, none negative")]
pub(super) fn whole(demand: &LayerDemand<'_>) -> LayerCounts {
    let total = demand.expected.round() as u32;
    let weights: Vec<f64> = demand.groups.iter().map(|group| group.weight).collect();
    let is_excitatory = |i: &usize| demand.groups[*i].is_excitatory;
    let mtype = |i: usize| demand.groups[i].group.mtype.as_str();
    let all: Vec<usize> = (0..weights.len()).collect();
    let by_mtype = |total, members: &[usize]| -> Vec<(usize, u32)> {
        let mtypes = split(total, members, &weights, mtype);
        let groups = mtypes.iter().flat_map(|(members, n)| split(*n, members, &weights, |i| i));
        groups.filter_map(|(members, n)| Some((*members.first()?, n))).collect()
    };
    let mut per_group = vec![0; weights.len()];
    let mut keep = |counts: Vec<(usize, u32)>| counts.into_iter().for_each(|(i, n)| per_group[i] = n);
    let flat = by_mtype(total, &all);
    let n_excitatory: u32 = flat.iter().filter(|(i, _)| is_excitatory(i)).map(|(_, n)| n).sum();
    let excitatory: f64 = all.iter().filter(|i| is_excitatory(i)).map(|i| weights[*i]).sum();
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 || (f64::from(n_excitatory) - f64::from(total) * excitatory / sum).abs() < 1.0 {
        keep(flat);
    } else {
        for (members, n) in split(total, &all, &weights, |i| is_excitatory(&i)) {
            keep(by_mtype(n, &members));
        }
    }
    // what rounding took from an e-type in one group it gets in the next, so that the layer's e-types keep their shares too
    let mut owed: BTreeMap<String, f64> = BTreeMap::new();
    let mut etypes = |(n, group): (&u32, &super::demand::GroupDemand<'_>)| {
        let sum: f64 = group.group.etypes.values().sum();
        let shares: Vec<f64> =
            group.group.etypes.values().map(|share| f64::from(*n) * share / sum.max(1e-300)).collect();
        let names = group.group.etypes.keys().map(String::as_str);
        let asked: Vec<f64> =
            names.clone().zip(&shares).map(|(name, share)| share + owed.get(name).copied().unwrap_or(0.0)).collect();
        let parts = apportion_near(*n, &asked);
        for ((name, asked), part) in names.zip(&asked).zip(&parts) {
            owed.insert(name.to_owned(), asked - f64::from(*part));
        }
        parts
    };
    LayerCounts { groups: per_group.iter().zip(&demand.groups).map(&mut etypes).collect() }
}

/// Deals `total` to the members that share a key, by the sums of their weights; keys in the order they come up.
fn split<K: PartialEq>(
    total: u32,
    members: &[usize],
    weights: &[f64],
    key: impl Fn(usize) -> K,
) -> Vec<(Vec<usize>, u32)> {
    let mut of: Vec<(K, Vec<usize>)> = Vec::new();
    for &member in members {
        let key = key(member);
        match of.iter_mut().find(|(known, _)| *known == key) {
            Some((_, list)) => list.push(member),
            None => of.push((key, vec![member])),
        }
    }
    let sums: Vec<f64> = of.iter().map(|(_, list)| list.iter().map(|i| weights[*i]).sum()).collect();
    of.into_iter().map(|(_, list)| list).zip(apportion(total, &sums)).collect()
}
