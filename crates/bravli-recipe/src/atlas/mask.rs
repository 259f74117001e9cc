//! Sets of voxels.

use super::volume::Volume;
use std::collections::BTreeSet;

/// A set of voxels of a volume, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    bits: Vec<u64>,
    n_voxels: usize,
}

impl Mask {
    /// The voxels whose label is one of `ids`.
    #[must_use]
    pub fn of_labels(labels: &Volume, ids: &BTreeSet<i64>) -> Self {
        let mut mask = Self::empty(labels.n_voxels());
        // neighbours mostly share their label
        let mut last = (None, false);
        labels.for_each_label(|voxel, label| {
            if last.0 != Some(label) {
                last = (Some(label), label.is_some_and(|label| ids.contains(&label)));
            }
            if last.1 {
                mask.insert(voxel);
            }
        });
        mask
    }

    /// The voxels whose value is neither zero nor undefined; the first component of vectors.
    #[must_use]
    pub fn of_nonzero(volume: &Volume) -> Self {
        let mut mask = Self::empty(volume.n_voxels());
        for voxel in 0..volume.n_voxels() {
            if volume.value(voxel, 0).is_some_and(|value| value != 0.0 && !value.is_nan()) {
                mask.insert(voxel);
            }
        }
        mask
    }

    fn empty(n_voxels: usize) -> Self {
        Self { bits: vec![0; n_voxels.div_ceil(64)], n_voxels }
    }

    fn insert(&mut self, voxel: usize) {
        if let Some(word) = self.bits.get_mut(voxel / 64) {
            *word |= 1 << (voxel % 64);
        }
    }

    /// Keeps only the voxels that are in both; those beyond the end of `other` go.
    pub fn intersect(&mut self, other: &Self) {
        for (i, word) in self.bits.iter_mut().enumerate() {
            *word &= other.bits.get(i).copied().unwrap_or(0);
        }
    }

    /// Whether a voxel belongs.
    #[must_use]
    pub fn contains(&self, voxel: usize) -> bool {
        self.bits.get(voxel / 64).is_some_and(|word| word >> (voxel % 64) & 1 == 1)
    }

    /// Voxels that belong.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Voxels of the volume that it is a mask of.
    #[must_use]
    pub fn n_voxels(&self) -> usize {
        self.n_voxels
    }

    /// The voxels that belong, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.bits.iter().enumerate().flat_map(|(i, word)| {
            let rest = |word: &u64| Some(word & word.wrapping_sub(1)).filter(|rest| *rest != 0);
            let first = Some(*word).filter(|word| *word != 0);
            std::iter::successors(first, rest).map(move |word| 64 * i + word.trailing_zeros() as usize)
        })
    }

    pub(super) fn bytes(&self) -> usize {
        self.bits.len() * 8
    }
}
