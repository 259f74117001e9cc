//! Densities over regions, and the cells they make.

use super::error::AtlasError;
use super::mask::Mask;
use super::open::Atlas;
use super::volume::Volume;
use crate::{Recipe, RecipeFiles};

/// Cells per mm³ below which a density counts as none: less than one cell in a whole human brain.
const LEAST_PER_MM3: f64 = 1e-7;

/// The mean of a dataset over a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanDensity {
    /// The mean, in the unit of the dataset.
    pub mean: f64,
    /// Voxels of the region.
    pub n_voxels: u64,
    /// Volume of the region, in mm³.
    pub volume_mm3: f64,
}

/// How many cells a group of the composition makes in an atlas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupCells {
    /// Index into [`Recipe::composition`].
    pub group: usize,
    /// Voxels of its region.
    pub n_voxels: u64,
    /// Volume of its region, in mm³.
    pub volume_mm3: f64,
    /// Cells expected: density times volume times the manifest's density factor.
    pub n_cells: f64,
}

impl Atlas<'_> {
    /// The mean of a dataset over a region; values outside of it count nothing and may be undefined.
    ///
    /// # Errors
    /// [`AtlasError`] when the region is unknown or a value in it is negative or not a number.
    pub fn mean_density(&self, name: &str, query: &str) -> Result<MeanDensity, AtlasError> {
        self.mean_within(name, &self.dataset(name)?, query, &self.region_mask(query)?)
    }

    /// The same, with dataset and mask at hand.
    pub(super) fn mean_within(
        &self,
        name: &str,
        dataset: &Volume,
        query: &str,
        mask: &Mask,
    ) -> Result<MeanDensity, AtlasError> {
        if dataset.components() != 1 {
            let components = dataset.components();
            return Err(AtlasError::Components { file: format!("{name}.nrrd"), components });
        }
        let (mut sum, mut n_undefined, mut n_negative) = (0.0, 0_u64, 0_u64);
        for voxel in mask.iter() {
            match dataset.value(voxel, 0).filter(|value| value.is_finite()) {
                Some(value) if value <= -LEAST_PER_MM3 => n_negative += 1,
                Some(value) if value.abs() < LEAST_PER_MM3 => {}
                Some(value) => sum += value,
                None => n_undefined += 1,
            }
        }
        for (n_voxels, what) in [(n_undefined, "not a number"), (n_negative, "negative")] {
            if n_voxels > 0 {
                let (dataset, query) = (name.to_owned(), query.to_owned());
                return Err(AtlasError::BadDensity { dataset, query, n_voxels, what });
            }
        }
        let n_voxels = mask.count();
        Ok(MeanDensity { mean: sum / n_voxels as f64, n_voxels, volume_mm3: self.volume_mm3(n_voxels) })
    }

    /// Volume of so many voxels, in mm³.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a volume has far fewer than 2^53 voxels")]
    pub fn volume_mm3(&self, n_voxels: u64) -> f64 {
        n_voxels as f64 * self.labels().voxel_mm3()
    }
}

impl Recipe {
    /// How many cells each group makes in the atlas of the folder, within the manifest's region and mask.
    ///
    /// Groups without a region or without a density are left out, as is everything when the folder has no atlas.
    ///
    /// # Errors
    /// [`AtlasError`] when the atlas is broken or a group's region is unknown.
    pub fn expected_cells(&self, files: &RecipeFiles) -> Result<Vec<GroupCells>, AtlasError> {
        let Some(atlas) = Atlas::open(files, self.manifest.as_ref())? else { return Ok(Vec::new()) };
        let place = self.manifest.as_ref().and_then(|manifest| manifest.place_cells.as_ref());
        let factor = place.map_or(1.0, |place| place.density_factor);
        let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
        let mut out = Vec::new();
        for (group, entry) in self.composition.iter().enumerate() {
            let (Some(region), Some(density)) = (entry.region.as_deref(), entry.density_per_mm3) else { continue };
            let n_voxels = match counts.get(region) {
                Some(known) => *known,
                None => atlas.region_mask(region)?.count(),
            };
            counts.insert(region, n_voxels);
            let volume_mm3 = atlas.volume_mm3(n_voxels);
            out.push(GroupCells { group, n_voxels, volume_mm3, n_cells: density * volume_mm3 * factor });
        }
        Ok(out)
    }
}
