//! A region of an atlas, voxel by voxel.

use super::{Draws, Geometry, LayerSpan, Part, Site, Spot};
use bravli_recipe::{Atlas, AtlasError, DatasetDensity, Mask, Volume};

/// Heights above the lower border of the cortex, along its layers, in µm.
const HEIGHTS: &str = "[PH]y";
/// Heights of the lower and upper border of layer 1, whose upper one is the pia.
const FIRST_LAYER: &str = "[PH]1";
/// Quaternions (w, x, y, z) that turn the y axis towards the pia.
const ORIENTATION: &str = "orientation";

/// What is wanted of an atlas: the voxels of one layer that one kind of cell lies in.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionPart {
    /// Layer name.
    pub layer: String,
    /// Region of the atlas, as [`bravli_recipe::RegionMap::find`] reads it.
    pub query: String,
    /// Densities by voxel; the same everywhere where absent.
    pub dataset: Option<DatasetDensity>,
}

/// Why a region cannot be filled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegionError {
    /// The recipe has no atlas.
    #[error("recipe {0:?} has no atlas: brain_regions.nrrd or hierarchy.json is missing")]
    NoAtlas(String),
    /// The atlas does not answer.
    #[error(transparent)]
    Atlas(#[from] AtlasError),
    /// A dataset that placing needs.
    #[error("placing into a region needs {0:?}, which is not in the folder")]
    Needed(&'static str),
    /// None of the layers has a voxel there.
    #[error("no layer of the composition has a voxel in region {0:?}")]
    NoVoxels(String),
    /// A dataset without values where cells would lie.
    #[error("{n_voxels} voxels of {dataset:?} in {query:?} are not usable numbers")]
    Undefined {
        /// The dataset.
        dataset: String,
        /// The region.
        query: String,
        /// Voxels at fault.
        n_voxels: u64,
    },
}

impl RegionError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoAtlas(_) => {
                "put the atlas into the recipe's folder or its subfolder atlas/, or leave out region".into()
            }
            Self::Atlas(error) => error.remedy().into(),
            Self::Needed(name) => format!("put {name}.nrrd into the folder of the atlas"),
            Self::NoVoxels(_) => "name another region, or correct the regions of cell_composition.yaml".into(),
            Self::Undefined { .. } => "copy the file again, or mend its voxels: all of the region need a value".into(),
        }
    }

    /// The request field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::NoAtlas(_)
            | Self::NoVoxels(_)
            | Self::Atlas(
                AtlasError::UnknownRegion { .. } | AtlasError::BadExpression { .. } | AtlasError::EmptyRegion { .. },
            ) => "region",
            _ => "recipe",
        }
    }
}

/// The voxels of a part with what is known of each, in the order of the volume.
#[derive(Debug, Clone, Default)]
struct Voxels {
    query: String,
    voxels: Vec<u32>,
    /// Sums of densities up to each voxel; empty where all are alike.
    cumulative: Vec<f64>,
    /// Depth of each centre, µm.
    depth_um: Vec<f64>,
    /// Depths that its layer has there; empty where the atlas does not say.
    span_um: Vec<[f64; 2]>,
    orientation: Vec<[f64; 4]>,
}

/// Voxels of an atlas region, by layer.
///
/// Depths come from the heights of the atlas, so that they follow the layers where these are curved; horizontal positions are
/// projections onto the plane across the mean direction of the pia, which suits regions that are narrow against the curvature.
#[derive(Debug, Clone)]
pub struct VoxelRegion<'a> {
    labels: &'a Volume,
    layers: Vec<LayerSpan>,
    parts: Vec<Part>,
    voxels: Vec<Voxels>,
    centre_um: [f64; 3],
    /// Two horizontal axes and the direction of the pia.
    axes: [[f64; 3]; 3],
}

impl<'a> VoxelRegion<'a> {
    /// The voxels of `wanted` within `region`; an entry that has none there becomes an empty part.
    ///
    /// # Errors
    /// [`RegionError`] when a region is unknown or holds no voxel, or a dataset is missing, broken or undefined in it.
    pub fn new(atlas: &'a Atlas<'_>, region: &str, wanted: &[RegionPart]) -> Result<Self, RegionError> {
        let within = atlas.region_mask(region)?;
        let labels = atlas.labels();
        let mut layers: Vec<LayerSpan> = Vec::new();
        let mut parts = Vec::new();
        let mut voxels = Vec::new();
        for part in wanted {
            let layer = layers.iter().position(|span| span.layer == part.layer).unwrap_or_else(|| {
                layers.push(LayerSpan { layer: part.layer.clone(), top_um: 0.0, bottom_um: 0.0 });
                layers.len() - 1
            });
            let held = held(atlas, &within, part)?;
            let volume_um3 = held.voxels.len() as f64 * labels.voxel_mm3() * 1e9;
            parts.push(Part { layer, column: 0, volume_um3, share: 1.0 });
            voxels.push(held);
        }
        if voxels.iter().all(|held| held.voxels.is_empty()) {
            return Err(RegionError::NoVoxels(region.to_owned()));
        }
        let mut found = Self { labels, layers, parts, voxels, centre_um: [0.0; 3], axes: [[0.0; 3]; 3] };
        found.read_depths(atlas)?;
        found.read_orientations(atlas)?;
        found.set_axes();
        Ok(found)
    }

    /// Cells that the voxels of a part's dataset make together; `None` for a part without one.
    #[must_use]
    pub fn cells_of_dataset(&self, part: usize, factor: f64) -> Option<f64> {
        let held = self.voxels.get(part)?;
        Some(held.cumulative.last()? * factor * self.labels.voxel_mm3())
    }

    fn read_depths(&mut self, atlas: &Atlas<'_>) -> Result<(), RegionError> {
        let needed = |name: &'static str| {
            atlas.dataset(name).map_err(|error| match error {
                AtlasError::MissingDataset(_) => RegionError::Needed(name),
                other => other.into(),
            })
        };
        let (top, heights) = (needed(FIRST_LAYER)?, needed(HEIGHTS)?);
        for held in &mut self.voxels {
            let height = held.read(HEIGHTS, |voxel| heights.value(voxel, 0))?;
            let pia = held.read(FIRST_LAYER, |voxel| top.value(voxel, 1))?;
            held.depth_um = pia.iter().zip(&height).map(|(pia, height)| pia - height).collect();
        }
        for (layer, span) in self.layers.iter_mut().enumerate() {
            let name = format!("[PH]{}", span.layer.trim_start_matches(['L', 'l']));
            let borders = match atlas.dataset(&name) {
                Ok(borders) => Some(borders),
                Err(AtlasError::MissingDataset(_)) => None,
                Err(other) => return Err(other.into()),
            };
            let mut sums = [0.0, 0.0];
            let (mut shallowest, mut deepest, mut n) = (f64::INFINITY, 0.0_f64, 0.0);
            for (held, _) in self.voxels.iter_mut().zip(&self.parts).filter(|(_, part)| part.layer == layer) {
                if let Some(borders) = &borders {
                    let depth = |voxel, component| Some(top.value(voxel, 1)? - borders.value(voxel, component)?);
                    let tops = held.read(&name, |voxel| depth(voxel, 1))?;
                    let bottoms = held.read(&name, |voxel| depth(voxel, 0))?;
                    held.span_um = tops.iter().zip(&bottoms).map(|(top, bottom)| [*top, bottom.max(*top)]).collect();
                    held.span_um.iter().for_each(|[top, bottom]| sums = [sums[0] + top, sums[1] + bottom]);
                }
                n += held.voxels.len() as f64;
                shallowest = held.depth_um.iter().copied().fold(shallowest, f64::min);
                deepest = held.depth_um.iter().copied().fold(deepest, f64::max);
            }
            if n > 0.0 {
                let [top, bottom] = if borders.is_some() { sums.map(|sum| sum / n) } else { [shallowest, deepest] };
                (span.top_um, span.bottom_um) = (top.max(0.0), bottom);
            }
        }
        Ok(())
    }

    fn read_orientations(&mut self, atlas: &Atlas<'_>) -> Result<(), RegionError> {
        let volume = atlas.dataset(ORIENTATION).map_err(|error| match error {
            AtlasError::MissingDataset(_) => RegionError::Needed(ORIENTATION),
            other => other.into(),
        })?;
        if volume.components() != 4 {
            let (file, components) = (format!("{ORIENTATION}.nrrd"), volume.components());
            return Err(AtlasError::Components { file, components }.into());
        }
        for held in &mut self.voxels {
            let lengths = held.read(ORIENTATION, |voxel| {
                let squares = (0..4).map(|i| volume.value(voxel, i).map(|x| x * x)).sum::<Option<f64>>()?;
                Some(squares.sqrt()).filter(|length| *length > 0.0)
            })?;
            let unit = |(voxel, length): (&u32, &f64)| {
                std::array::from_fn(|i| volume.value(*voxel as usize, i).unwrap_or_default() / length)
            };
            held.orientation = held.voxels.iter().zip(&lengths).map(unit).collect();
        }
        Ok(())
    }

    /// The centre of all voxels and the axes across their mean direction.
    fn set_axes(&mut self) {
        let (mut sum, mut up, mut n) = ([0.0; 3], [0.0; 3], 0.0);
        for held in &self.voxels {
            for (voxel, orientation) in held.voxels.iter().zip(&held.orientation) {
                let (centre, direction) = (self.labels.centre_um(*voxel as usize), upwards(*orientation));
                (0..3).for_each(|i| (sum[i], up[i]) = (sum[i] + centre[i], up[i] + direction[i]));
                n += 1.0;
            }
        }
        self.centre_um = sum.map(|s| s / n);
        // a closed surface has no mean direction; then any will do
        let up = unit(up).unwrap_or([0.0, 1.0, 0.0]);
        let across = |axis: [f64; 3]| unit(std::array::from_fn(|i| axis[i] - dot(axis, up) * up[i]));
        let is_along_x = up[0].abs() > 0.9;
        let first = if is_along_x { across([0.0, 0.0, 1.0]) } else { across([1.0, 0.0, 0.0]) };
        let first = first.unwrap_or([1.0, 0.0, 0.0]);
        let [[a, b, c], [x, y, z]] = [first, up];
        self.axes = [first, [b * z - c * y, c * x - a * z, a * y - b * x], up];
    }

    fn depth_um(&self, part: usize, at: usize, world_um: [f64; 3]) -> f64 {
        let held = &self.voxels[part];
        let centre = self.labels.centre_um(held.voxels[at] as usize);
        let from: [f64; 3] = std::array::from_fn(|i| world_um[i] - centre[i]);
        // borders of layers run through voxels, which belong to one layer as a whole
        let [top, bottom] = held.span_um.get(at).copied().unwrap_or([0.0, f64::INFINITY]);
        (held.depth_um[at] - dot(from, upwards(held.orientation[at]))).clamp(top.max(0.0), bottom.max(0.0))
    }
}

/// The voxels of a part, with their densities where it has a dataset.
fn held(atlas: &Atlas<'_>, within: &Mask, part: &RegionPart) -> Result<Voxels, RegionError> {
    let mut mask = match atlas.region_mask(&part.query) {
        Ok(mask) => mask,
        Err(AtlasError::EmptyRegion { .. }) => return Ok(Voxels::default()),
        Err(other) => return Err(other.into()),
    };
    mask.intersect(within);
    let voxels = mask.iter().filter_map(|voxel| u32::try_from(voxel).ok()).collect();
    let mut held = Voxels { query: part.query.clone(), voxels, ..Voxels::default() };
    if let Some(dataset) = &part.dataset {
        let volume = atlas.dataset(&dataset.name)?;
        if volume.components() != 1 {
            let (file, components) = (format!("{}.nrrd", dataset.name), volume.components());
            return Err(AtlasError::Components { file, components }.into());
        }
        let densities = held.read(&dataset.name, |voxel| {
            volume.value(voxel, 0).map(|density| density * dataset.factor).filter(|density| *density > -1e-7)
        })?;
        let mut sum = 0.0;
        held.cumulative = densities
            .iter()
            .map(|density| {
                sum += density.max(0.0);
                sum
            })
            .collect();
    }
    Ok(held)
}

impl Voxels {
    /// A finite value of every voxel.
    fn read(&self, dataset: &str, value: impl Fn(usize) -> Option<f64>) -> Result<Vec<f64>, RegionError> {
        let values: Vec<f64> =
            self.voxels.iter().filter_map(|voxel| value(*voxel as usize).filter(|v| v.is_finite())).collect();
        if values.len() == self.voxels.len() {
            return Ok(values);
        }
        let n_voxels = (self.voxels.len() - values.len()) as u64;
        Err(RegionError::Undefined { dataset: dataset.to_owned(), query: self.query.clone(), n_voxels })
    }
}

impl Geometry for VoxelRegion<'_> {
    fn layers(&self) -> &[LayerSpan] {
        &self.layers
    }

    fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn draw(&self, part: usize, draws: Draws) -> Spot {
        let held = &self.voxels[part];
        let at = match held.cumulative.last() {
            Some(total) => {
                let target = total * draws.uniform(0);
                held.cumulative.partition_point(|sum| *sum <= target).min(held.voxels.len() - 1)
            }
            None => draws.below(0, held.voxels.len()),
        };
        let within = std::array::from_fn(|axis| draws.uniform(2 + axis as u64));
        let world_um = self.labels.point_um(held.voxels[at] as usize, within);
        let from: [f64; 3] = std::array::from_fn(|i| world_um[i] - self.centre_um[i]);
        let [first, second, _] = self.axes;
        Spot {
            x_um: dot(from, first),
            y_um: dot(from, second),
            depth_um: self.depth_um(part, at, world_um),
            world_um,
            orientation: held.orientation[at],
        }
    }

    fn locate(&self, world_um: [f64; 3]) -> Option<Site> {
        let voxel = u32::try_from(self.labels.voxel_at(world_um)?).ok()?;
        self.voxels.iter().zip(&self.parts).enumerate().find_map(|(part, (held, of))| {
            let at = held.voxels.binary_search(&voxel).ok()?;
            Some(Site { layer: of.layer, column: 0, depth_um: self.depth_um(part, at, world_um) })
        })
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(a: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(a, a).sqrt();
    (length > 1e-6).then(|| a.map(|x| x / length))
}

/// Where a quaternion turns the y axis to.
fn upwards([w, x, y, z]: [f64; 4]) -> [f64; 3] {
    [2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)]
}
