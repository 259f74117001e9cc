//! Recipe → column: how many cells of which kind, and where.

mod cells;
mod counts;
mod demand;
mod error;
mod report;
mod size;
mod spots;

pub use error::PlaceError;
pub use report::{Deviation, PlacementReport, PlacementRow};

use crate::column::{Column, ColumnHeader, PlacedColumn, PlacedGround, PlacedLayer};
use crate::geometry::{ColumnLayout, Geometry, Prism, RegionError, VoxelRegion};
use bravli_recipe::{Atlas, ColumnSpec, Recipe, RecipeFiles, Shape};
use demand::LayerDemand;

/// Most cells a column may hold: ten barrel columns. The engine indexes the sources of every 512 cells, which beyond this
/// costs more than the cells themselves.
pub const MAX_CELLS: f64 = 200_000.0;

/// Widest radius kept free around a soma, in µm.
pub const MAX_EXCLUSION_UM: f64 = 1_000.0;

/// Widest column, in µm.
const MAX_RADIUS_UM: f64 = 1e5;

/// What to place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRequest {
    /// Radius of the column, in µm; the recipe's reference radius where absent.
    pub radius_um: Option<f64>,
    /// Layers to place; all of the recipe's where empty.
    pub layers: Vec<String>,
    /// Seed of the positions.
    pub seed: u64,
    /// Memory that the column and its circuit may use, in bytes.
    pub memory_bytes: u64,
}

/// Where to place it; one column of the recipe's shape by default.
#[derive(Debug, Clone, Default)]
pub struct Ground<'f> {
    /// Width and length of a rectangular column in µm, in place of the recipe's shape and radius; empty keeps these.
    pub slab_um: Vec<f64>,
    /// How many columns, and what lies between them.
    pub layout: ColumnLayout,
    /// Exclusion radius of a soma in µm: no two centres are nearer than twice it. 0 lets somata lie anywhere.
    pub exclusion_um: f64,
    /// A region of the recipe's atlas in place of columns.
    pub region: Option<GroundRegion<'f>>,
}

/// A region of an atlas.
#[derive(Debug, Clone, Copy)]
pub struct GroundRegion<'f> {
    /// The recipe's files, the atlas among them.
    pub files: &'f RecipeFiles,
    /// The region, as [`bravli_recipe::RegionMap::find`] reads it, e.g. `mc2_Column`.
    pub query: &'f str,
}

/// A column with what its placement kept of the recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The cells.
    pub column: Column,
    /// Asked against got.
    pub report: PlacementReport,
    /// What to know.
    pub notes: Vec<String>,
}

/// Places the cells of a recipe in one column of its own shape.
///
/// # Errors
/// [`PlaceError`] when the recipe or the request does not describe a column that fits into memory.
pub fn place(recipe: &Recipe, request: &PlaceRequest) -> Result<Column, PlaceError> {
    place_on(recipe, request, &Ground::default()).map(|placed| placed.column)
}

/// Places the cells of a recipe.
///
/// Counts come from the layer's census scaled by area where the recipe has one, else from densities times volume (in an atlas
/// always, voxel by voxel where a dataset gives them). They are rounded nested, each by largest remainder: the layer, its
/// excitatory and inhibitory cells, m-types, e-types; several columns share every kind of cell evenly.
///
/// Positions are uniform in the layer, or follow the dataset, and depend only on (seed, layer, m-type, index), so placing
/// another layer moves no cell. With an exclusion radius they come from random sequential placement: cells of a layer take
/// their turns in random order, whatever their kind, and each takes the first of its candidate positions that is free. The first
/// candidate is the position without exclusion, so that only cells that would be too near move.
///
/// # Errors
/// [`PlaceError`] when recipe, request and ground do not describe cells that fit into memory and beside each other.
///
/// # Repeatability
/// Bit-equal for any number of threads: every draw is a function of seed, purpose, cell and candidate.
pub fn place_on(recipe: &Recipe, request: &PlaceRequest, ground: &Ground<'_>) -> Result<Placed, PlaceError> {
    ground.layout.check()?;
    if !(0.0..=MAX_EXCLUSION_UM).contains(&ground.exclusion_um) {
        return Err(PlaceError::Exclusion(ground.exclusion_um));
    }
    if recipe.composition.is_empty() {
        return Err(PlaceError::NoCells(recipe.name.clone(), "any".into()));
    }
    match ground.region {
        Some(region) => in_region(recipe, request, ground, region),
        None => in_columns(recipe, request, ground),
    }
}

/// Columns of the recipe's shape, or slabs.
fn in_columns(recipe: &Recipe, request: &PlaceRequest, ground: &Ground<'_>) -> Result<Placed, PlaceError> {
    let spec = recipe.column.as_ref().ok_or_else(|| PlaceError::NoColumn(recipe.name.clone()))?;
    let reference = spec.reference_radius_um.get();
    let (shape, radius_um) = cross_section(spec, request, ground)?;
    if !(radius_um > 0.0 && radius_um <= MAX_RADIUS_UM) {
        return Err(PlaceError::Radius(radius_um));
    }
    let area_fraction = shape.area_um2(radius_um) / spec.shape.area_um2(reference);
    let chosen = demand::chosen_layers(recipe, spec, &request.layers)?;
    let spans = chosen.iter().map(|(_, span)| span.clone()).collect();
    let prism = Prism::new(shape, radius_um, spans, &ground.layout);
    let demands = demand::of_columns(recipe, &chosen, &prism, area_fraction)?;
    let n_areas = prism.parts().iter().filter(|part| part.layer == 0).map(|part| part.volume_um3).sum::<f64>()
        / prism.parts().first().map_or(1.0, |part| part.volume_um3);
    size::check(recipe, radius_um, n_areas, &demands, request.memory_bytes)?;
    let columns = named_columns(&prism, ground);
    let mut notes = Vec::new();
    if ground.layout.septum_um > 0.0 && ground.layout.septum_density == 0.0 {
        let width = ground.layout.septum_um;
        notes.push(format!("the septa of {width} um between the columns hold no cells; septum_density fills them"));
    }
    let header = ColumnHeader {
        node_population: recipe.name.clone(),
        shape,
        radius_um,
        area_fraction,
        layers: Vec::new(),
        mtypes: Vec::new(),
        etypes: Vec::new(),
        populations: Vec::new(),
        ground: PlacedGround {
            columns,
            septum_um: ground.layout.septum_um,
            septum_density: ground.layout.septum_density,
            exclusion_um: ground.exclusion_um,
            region: String::new(),
        },
    };
    let mut placed = fill(recipe, request.seed, ground, &prism, &demands, header)?;
    placed.notes = notes;
    Ok(placed)
}

/// Shape and radius of a column.
fn cross_section(spec: &ColumnSpec, request: &PlaceRequest, ground: &Ground<'_>) -> Result<(Shape, f64), PlaceError> {
    match (ground.slab_um.as_slice(), request.radius_um) {
        ([], radius) => Ok((spec.shape, radius.unwrap_or(spec.reference_radius_um.get()))),
        (_, Some(_)) => Err(PlaceError::Conflict("slab_um and radius_um both say how wide a column is")),
        ([width, length], None) if *width <= MAX_RADIUS_UM && *length <= MAX_RADIUS_UM => {
            Shape::slab(*width, *length).ok_or_else(|| PlaceError::Slab(ground.slab_um.clone()))
        }
        _ => Err(PlaceError::Slab(ground.slab_um.clone())),
    }
}

/// Columns by number from 1, and the septa behind them; none for a single column.
fn named_columns(prism: &Prism, ground: &Ground<'_>) -> Vec<PlacedColumn> {
    let centres = prism.centres_um();
    let has_septa = ground.layout.septum_density > 0.0;
    if centres.len() == 1 && !has_septa {
        return Vec::new();
    }
    let column =
        |(i, [x, y]): (usize, &[f64; 2])| PlacedColumn { name: (i + 1).to_string(), x_um: *x, y_um: *y, n_cells: 0 };
    let septa = has_septa.then(|| PlacedColumn { name: "septa".into(), x_um: 0.0, y_um: 0.0, n_cells: 0 });
    centres.iter().enumerate().map(column).chain(septa).collect()
}

/// A region of the recipe's atlas.
fn in_region(
    recipe: &Recipe,
    request: &PlaceRequest,
    ground: &Ground<'_>,
    region: GroundRegion<'_>,
) -> Result<Placed, PlaceError> {
    if request.radius_um.is_some() || !ground.slab_um.is_empty() {
        return Err(PlaceError::Conflict("a region of the atlas has its own shape, and radius_um or slab_um another"));
    }
    if ground.layout != ColumnLayout::default() {
        return Err(PlaceError::Conflict("a region of the atlas has its own columns, and columns or septum_um others"));
    }
    let atlas = Atlas::open(region.files, recipe.manifest.as_ref())
        .map_err(RegionError::from)?
        .ok_or_else(|| RegionError::NoAtlas(recipe.name.clone()))?;
    let groups = demand::region_groups(recipe, &atlas, &request.layers)?;
    let wanted: Vec<_> = groups.iter().map(|(_, part)| part.clone()).collect();
    let voxels = VoxelRegion::new(&atlas, region.query, &wanted)?;
    let demands = demand::of_region(recipe, &groups, &voxels)?;
    let volume_um3: f64 = {
        // groups of one layer share its voxels
        let widest = |layer| {
            let of = voxels.parts().iter().filter(move |part| part.layer == layer).map(|part| part.volume_um3);
            of.fold(0.0, f64::max)
        };
        (0..voxels.layers().len()).map(widest).sum()
    };
    let thickness_um: f64 = voxels.layers().iter().map(|span| span.bottom_um - span.top_um).sum();
    let area_um2 = volume_um3 / thickness_um.max(1.0);
    let radius_um = (area_um2 / std::f64::consts::PI).sqrt();
    size::check(recipe, radius_um, 1.0, &demands, request.memory_bytes)?;
    let reference = recipe.column.as_ref().map(|spec| spec.shape.area_um2(spec.reference_radius_um.get()));
    let header = ColumnHeader {
        node_population: recipe.name.clone(),
        shape: Shape::Cylinder,
        radius_um,
        area_fraction: reference.map_or(1.0, |reference| area_um2 / reference),
        layers: Vec::new(),
        mtypes: Vec::new(),
        etypes: Vec::new(),
        populations: Vec::new(),
        ground: PlacedGround {
            exclusion_um: ground.exclusion_um,
            region: region.query.to_owned(),
            ..PlacedGround::default()
        },
    };
    let mut placed = fill(recipe, request.seed, ground, &voxels, &demands, header)?;
    placed.notes.push(
        "radius_um is that of a cylinder with the volume of the region; x and y are projections onto the plane across its \
         mean direction, depths follow the layers of the atlas"
            .into(),
    );
    Ok(placed)
}

/// The same for every geometry: counts, cells, positions, report.
fn fill(
    recipe: &Recipe,
    seed: u64,
    ground: &Ground<'_>,
    geometry: &dyn Geometry,
    demands: &[LayerDemand<'_>],
    mut header: ColumnHeader,
) -> Result<Placed, PlaceError> {
    let counted: Vec<_> = demands.iter().map(counts::whole).collect();
    header.layers = geometry
        .layers()
        .iter()
        .zip(&counted)
        .map(|(span, counted)| PlacedLayer {
            layer: span.layer.clone(),
            top_um: span.top_um,
            bottom_um: span.bottom_um,
            n_cells: counted.n_cells(),
        })
        .collect();
    if header.layers.iter().all(|layer| layer.n_cells == 0) {
        return Err(PlaceError::Empty(header.radius_um));
    }
    let (mut cells, seats) = cells::seat(recipe, seed, geometry, demands, &counted, &mut header);
    let spots = spots::find(geometry, &seats, ground.exclusion_um)?;
    cells::settle(&mut cells, &spots, ground.region.is_some());
    let report = PlacementReport::new(demands, &counted, &header, geometry);
    Ok(Placed { column: Column { header, cells }, report, notes: Vec::new() })
}
