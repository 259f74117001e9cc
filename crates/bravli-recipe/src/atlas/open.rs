//! The atlas of a recipe folder.

use super::error::AtlasError;
use super::hierarchy::RegionMap;
use super::mask::Mask;
use super::volume::Volume;
use crate::{Manifest, RecipeFiles};

/// Labels of regions, by voxel.
const LABELS: &str = "brain_regions.nrrd";
/// Names and nesting of regions.
const REGIONS: &str = "hierarchy.json";

/// An atlas: labelled voxels, the regions they belong to, and datasets over the same voxels.
#[derive(Debug)]
pub struct Atlas<'f> {
    place: AtlasPlace<'f>,
    regions: RegionMap,
    labels: Volume,
    /// Where the manifest lets cells lie.
    inside: Option<Mask>,
}

/// Where the files of an atlas lie; nothing of it is decoded.
#[derive(Debug, Clone)]
pub(super) struct AtlasPlace<'f> {
    files: &'f RecipeFiles,
    folders: Vec<String>,
}

impl<'f> AtlasPlace<'f> {
    /// The folder itself, `atlas/` below it, and what the manifest calls the atlas when that lies inside.
    pub(super) fn new(files: &'f RecipeFiles, manifest: Option<&Manifest>) -> Self {
        let mut folders = vec![String::new(), "atlas/".to_owned()];
        let named = manifest.and_then(|manifest| manifest.common.atlas.as_deref());
        folders.extend(named.map(|path| format!("{}/", path.trim_start_matches("./").trim_end_matches('/'))));
        Self { files, folders }
    }

    fn find(&self, name: &str) -> Option<&'f str> {
        let paths = self.folders.iter().map(|folder| format!("{folder}{name}"));
        paths.filter_map(|path| self.files.0.get_key_value(&path)).map(|(path, _)| path.as_str()).next()
    }

    /// The file of a dataset; a `:` of its name may be a `_` in that of the file, which many file systems ask for.
    pub(super) fn dataset(&self, name: &str) -> Option<&'f str> {
        let file = format!("{name}.nrrd");
        self.find(&file).or_else(|| self.find(&file.replace(':', "_")))
    }

    pub(super) fn has_labels(&self) -> bool {
        self.find(LABELS).is_some()
    }

    /// The regions, when the folder has them.
    pub(super) fn regions(&self) -> Result<Option<RegionMap>, AtlasError> {
        let Some(file) = self.find(REGIONS) else { return Ok(None) };
        self.files.0.get(file).map(|bytes| RegionMap::parse(file, bytes)).transpose()
    }
}

impl<'f> Atlas<'f> {
    /// The atlas of a folder; `None` when `brain_regions.nrrd` or `hierarchy.json` is missing.
    ///
    /// With a manifest, region queries stay within its region and its mask.
    ///
    /// # Errors
    /// [`AtlasError`] when one of its files is broken, or the manifest's region or mask is unknown.
    pub fn open(files: &'f RecipeFiles, manifest: Option<&Manifest>) -> Result<Option<Self>, AtlasError> {
        let place = AtlasPlace::new(files, manifest);
        let (Some(regions), Some(file)) = (place.regions()?, place.find(LABELS)) else { return Ok(None) };
        let Some(labels) = Volume::of_file(file, files).transpose()? else { return Ok(None) };
        if labels.components() != 1 {
            return Err(AtlasError::Components { file: file.to_owned(), components: labels.components() });
        }
        let mut atlas = Self { place, regions, labels, inside: None };
        let common = manifest.map(|manifest| &manifest.common);
        if let Some(region) = common.and_then(|common| common.region.as_deref()) {
            atlas.inside = Some(atlas.region_mask(region)?);
        }
        if let Some(name) = common.and_then(|common| common.mask.as_deref()) {
            let mut mask = Mask::of_nonzero(&atlas.dataset(name)?);
            if let Some(inside) = &atlas.inside {
                mask.intersect(inside);
            }
            atlas.inside = Some(mask);
        }
        Ok(Some(atlas))
    }

    /// The regions.
    #[must_use]
    pub fn regions(&self) -> &RegionMap {
        &self.regions
    }

    /// The label of every voxel.
    #[must_use]
    pub fn labels(&self) -> &Volume {
        &self.labels
    }

    /// The voxels of a region and its descendants, within the manifest's region and mask.
    ///
    /// # Errors
    /// [`AtlasError`] when no region fits, or none of its voxels is left.
    pub fn region_mask(&self, query: &str) -> Result<Mask, AtlasError> {
        let mut mask = Mask::of_labels(&self.labels, &self.regions.find(query)?);
        if let Some(inside) = &self.inside {
            mask.intersect(inside);
        }
        if mask.count() == 0 {
            return Err(AtlasError::EmptyRegion { query: query.to_owned(), masked: self.inside.is_some() });
        }
        Ok(mask)
    }

    /// A dataset over the voxels of the atlas: `NAME.nrrd`.
    ///
    /// # Errors
    /// [`AtlasError`] when it is missing, broken, or not over the same voxels.
    pub fn dataset(&self, name: &str) -> Result<Volume, AtlasError> {
        let missing = || AtlasError::MissingDataset(name.to_owned());
        let file = self.place.dataset(name).ok_or_else(missing)?;
        let volume = Volume::of_file(file, self.place.files).ok_or_else(missing)??;
        if volume.shape() != self.labels.shape() {
            let (found, expected) = (volume.shape(), self.labels.shape());
            return Err(AtlasError::ShapeMismatch { file: file.to_owned(), found, expected });
        }
        Ok(volume)
    }
}
