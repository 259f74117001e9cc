//! Recipe → column: how many cells of which kind, and where.

use crate::column::{Cells, Column, ColumnHeader, PlacedLayer, PlacedPopulation};
use crate::rounding::apportion;
use bravli_recipe::{ColumnSpec, CompositionGroup, LayerSpec, Recipe, Shape, nearest};
use bravli_rng::{Draw, Stream};
use std::collections::BTreeMap;

/// Most cells a column may hold: ten barrel columns. The engine indexes the sources of every 512 cells, which beyond this
/// costs more than the cells themselves.
pub const MAX_CELLS: f64 = 200_000.0;

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

/// Why a column could not be placed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// The recipe has no column geometry.
    #[error("recipe {0:?} has no column geometry")]
    NoColumn(String),
    /// The recipe has no cells.
    #[error("recipe {0:?} has no cell composition for layer {1}")]
    NoCells(String, String),
    /// The radius is not a positive number.
    #[error("radius_um must lie in (0, 100000], got {0}")]
    Radius(f64),
    /// The column is too small for a single cell.
    #[error("a column of radius {0} um holds no cell")]
    Empty(f64),
    /// A layer is not in the recipe.
    #[error("unknown layer {layer:?}; the recipe has {known}")]
    UnknownLayer {
        /// The layer asked for.
        layer: String,
        /// Layers of the recipe.
        known: String,
    },
    /// A group has no density and its layer no census.
    #[error("m-type {mtype} in layer {layer} has no density and the layer no n_cells ({file}:{line})")]
    NoDensity {
        /// m-type.
        mtype: String,
        /// Layer.
        layer: String,
        /// File of the composition.
        file: String,
        /// Line of the group.
        line: u32,
    },
    /// An m-type has no taxonomy entry.
    #[error("unknown m-type {mtype:?}; nearest: {nearest}")]
    UnknownMtype {
        /// The m-type.
        mtype: String,
        /// Near-miss names.
        nearest: String,
    },
    /// The circuit would not fit into memory.
    #[error(
        "a column of radius {radius_um} um would hold {cells:.0} cells and about {connections:.0} connections, {needed_gib:.1} GiB; the limits are {MAX_CELLS} cells and {available_gib:.1} GiB"
    )]
    TooLarge {
        /// Radius asked for.
        radius_um: f64,
        /// Cells it would hold.
        cells: f64,
        /// Connections it would have.
        connections: f64,
        /// Memory needed.
        needed_gib: f64,
        /// Memory available.
        available_gib: f64,
        /// A radius that fits.
        fitting_radius_um: f64,
    },
}

impl PlaceError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoColumn(_) => "add a column.yaml with shape, reference_radius_um and layers to the recipe".into(),
            Self::NoCells(..) => "name a layer that cell_composition.yaml describes, or describe this one".into(),
            Self::Radius(_) | Self::Empty(_) => "give a radius in um, for example 130".into(),
            Self::UnknownLayer { .. } => {
                "name layers as the recipe does, for example [\"2\", \"3\", \"4\", \"5\"]".into()
            }
            Self::NoDensity { .. } => "give the group a number as density, or the layer n_cells in column.yaml".into(),
            Self::UnknownMtype { .. } => "add the m-type to mtype_taxonomy.tsv or correct its name".into(),
            Self::TooLarge { fitting_radius_um, .. } => {
                format!("place fewer layers, or a radius of at most {fitting_radius_um:.0} um")
            }
        }
    }

    /// The request field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Radius(_) | Self::Empty(_) | Self::TooLarge { .. } => "radius_um",
            Self::UnknownLayer { .. } | Self::NoCells(..) => "layers",
            _ => "recipe",
        }
    }
}

/// Cells of one m-type in one layer.
struct Group<'a> {
    group: &'a CompositionGroup,
    layer: usize,
    n_cells: u32,
}

/// Places the cells of a recipe.
///
/// Counts come from the layer's census scaled by area where the recipe has one, else from densities; m-types and e-types
/// keep their shares to rounding. Positions are uniform in the layer's slab and depend only on (seed, layer, m-type,
/// index), so placing another layer moves no cell.
///
/// # Errors
/// [`PlaceError`] when the recipe or the request does not describe a column that fits into memory.
pub fn place(recipe: &Recipe, request: &PlaceRequest) -> Result<Column, PlaceError> {
    let spec = recipe.column.as_ref().ok_or_else(|| PlaceError::NoColumn(recipe.name.clone()))?;
    let reference = spec.reference_radius_um.get();
    let radius_um = request.radius_um.unwrap_or(reference);
    if !(radius_um > 0.0 && radius_um <= 1e5) {
        return Err(PlaceError::Radius(radius_um));
    }
    let chosen = chosen_layers(recipe, spec, &request.layers)?;
    let area_fraction = spec.shape.area_um2(radius_um) / spec.shape.area_um2(reference);
    let mut groups = Vec::new();
    let mut layers = Vec::new();
    let mut total = 0.0;
    for (index, (layer, top_um)) in chosen.iter().enumerate() {
        let members: Vec<&CompositionGroup> = recipe.composition.iter().filter(|g| g.layer == layer.layer).collect();
        if members.is_empty() {
            return Err(PlaceError::NoCells(recipe.name.clone(), layer.layer.clone()));
        }
        let densities: Vec<f64> =
            members.iter().map(|group| density(group, layer)).collect::<Result<_, PlaceError>>()?;
        let volume_mm3 = spec.shape.area_um2(radius_um) * layer.thickness_um.get() * 1e-9;
        let expected = layer.n_cells.map_or_else(|| densities.iter().sum::<f64>() * volume_mm3, |n| n * area_fraction);
        total += expected;
        check_size(recipe, radius_um, total, request.memory_bytes)?;
        let n_cells = expected.round() as u32;
        let parts = apportion(n_cells, &densities);
        layers.push(PlacedLayer {
            layer: layer.layer.clone(),
            top_um: *top_um,
            bottom_um: top_um + layer.thickness_um.get(),
            n_cells: parts.iter().sum(),
        });
        groups.extend(members.into_iter().zip(parts).map(|(group, n_cells)| Group { group, layer: index, n_cells }));
    }
    if layers.iter().all(|layer| layer.n_cells == 0) {
        return Err(PlaceError::Empty(radius_um));
    }
    let mut header = ColumnHeader {
        node_population: recipe.name.clone(),
        shape: spec.shape,
        radius_um,
        area_fraction,
        layers,
        mtypes: Vec::new(),
        etypes: Vec::new(),
        populations: Vec::new(),
    };
    let mut cells = Cells::default();
    // groups of one layer and m-type share a stream of positions, so each goes on where the one before it stopped
    let mut n_drawn: BTreeMap<(usize, &str), u64> = BTreeMap::new();
    for group in groups.iter().filter(|group| group.n_cells > 0) {
        let first = n_drawn.entry((group.layer, &group.group.mtype)).or_default();
        place_group(recipe, group, request.seed, *first, &mut header, &mut cells)?;
        *first += u64::from(group.n_cells);
    }
    Ok(Column { header, cells })
}

/// Layers asked for, each with the depth of its upper border, pia downwards; without a wish, all that have cells.
fn chosen_layers<'a>(
    recipe: &Recipe,
    spec: &'a ColumnSpec,
    wanted: &[String],
) -> Result<Vec<(&'a LayerSpec, f64)>, PlaceError> {
    if recipe.composition.is_empty() {
        return Err(PlaceError::NoCells(recipe.name.clone(), "any".into()));
    }
    if let Some(unknown) = wanted.iter().find(|name| !spec.layers.iter().any(|layer| layer.layer == **name)) {
        let known: Vec<&str> = spec.layers.iter().map(|layer| layer.layer.as_str()).collect();
        return Err(PlaceError::UnknownLayer { layer: unknown.clone(), known: known.join(", ") });
    }
    let mut top_um = 0.0;
    let mut chosen = Vec::new();
    for layer in &spec.layers {
        let has_cells = || recipe.composition.iter().any(|group| group.layer == layer.layer);
        if wanted.contains(&layer.layer) || (wanted.is_empty() && has_cells()) {
            chosen.push((layer, top_um));
        }
        top_um += layer.thickness_um.get();
    }
    Ok(chosen)
}

fn density(group: &CompositionGroup, layer: &LayerSpec) -> Result<f64, PlaceError> {
    match (group.density_per_mm3, layer.n_cells) {
        (Some(density), _) => Ok(density),
        (None, _) => Err(PlaceError::NoDensity {
            mtype: group.mtype.clone(),
            layer: layer.layer.clone(),
            file: group.at.file.clone(),
            line: group.at.line,
        }),
    }
}

/// Refuses a column whose cells and expected connections need more memory than there is.
fn check_size(recipe: &Recipe, radius_um: f64, cells: f64, memory_bytes: u64) -> Result<(), PlaceError> {
    /// A cell with its state, rings and source index.
    const CELL_BYTES: f64 = 6_000.0;
    /// A connection in the circuit, its file buffer and the engine's record.
    const CONNECTION_BYTES: f64 = 150.0;
    let reach = recipe.pathways.iter().map(|pathway| pathway.horizontal.scale_um()).fold(0.0, f64::max);
    let mean_probability = recipe.pathways.iter().map(bravli_recipe::PathwaySpec::probability).sum::<f64>()
        / recipe.pathways.len().max(1) as f64;
    // pairs farther apart than the widest fall-off hardly connect: cells within it bound the out-degree
    let near = cells * (2.0 * reach * reach / (radius_um * radius_um)).min(1.0);
    let connections = cells * near * mean_probability;
    // each partition of 512 cells indexes all sources in four bytes
    let needed = cells * CELL_BYTES + cells * cells / 128.0 + connections * CONNECTION_BYTES;
    if needed <= memory_bytes as f64 && cells <= MAX_CELLS {
        return Ok(());
    }
    // cells grow with the square of the radius; connections at most with the fourth power
    let excess = (needed / memory_bytes as f64).max(cells / MAX_CELLS);
    let power = if near < cells { 2.0 } else { 4.0 };
    Err(PlaceError::TooLarge {
        radius_um,
        cells,
        connections,
        needed_gib: needed / f64::from(1 << 30),
        available_gib: memory_bytes as f64 / f64::from(1 << 30),
        fitting_radius_um: (0.9 * radius_um / excess.powf(1.0 / power)).floor(),
    })
}

fn place_group(
    recipe: &Recipe,
    placed: &Group<'_>,
    seed: u64,
    first_index: u64,
    header: &mut ColumnHeader,
    cells: &mut Cells,
) -> Result<(), PlaceError> {
    let group = placed.group;
    let taxon = recipe.taxonomy.get(&group.mtype).ok_or_else(|| PlaceError::UnknownMtype {
        mtype: group.mtype.clone(),
        nearest: nearest(&group.mtype, recipe.taxonomy.keys().map(String::as_str)).join(", "),
    })?;
    let is_excitatory = taxon.synapse_class == "EXC";
    let (name, class) = recipe.population_of(&group.mtype).map_or_else(
        || {
            let class = if is_excitatory { "E" } else { "I" };
            (format!("L{}_{class}", group.layer), class.to_owned())
        },
        |population| (population.name.clone(), population.class.clone()),
    );
    let population = match header.populations.iter().position(|population| population.name == name) {
        Some(known) => known,
        None => {
            header.populations.push(PlacedPopulation { name, class, n_cells: 0 });
            header.populations.len() - 1
        }
    };
    header.populations[population].n_cells += placed.n_cells;
    let mtype = intern(&mut header.mtypes, &group.mtype);
    let (names, shares): (Vec<&String>, Vec<f64>) = group.etypes.iter().map(|(name, share)| (name, *share)).unzip();
    let per_etype = apportion(placed.n_cells, &shares);
    let stream = Stream::new(seed, &format!("{}/{}", group.layer, group.mtype), Draw::Position);
    let slab = header.layers[placed.layer].clone();
    let mut index = first_index;
    for (name, count) in names.into_iter().zip(per_etype) {
        if count == 0 {
            continue;
        }
        let etype = intern(&mut header.etypes, name);
        for _ in 0..count {
            let (x, y) = horizontal(header.shape, header.radius_um, stream, index);
            let depth = slab.top_um + (slab.bottom_um - slab.top_um) * stream.uniform(index, 0);
            cells.x_um.push(x as f32);
            cells.y_um.push(y as f32);
            cells.depth_um.push(depth as f32);
            cells.layer.push(placed.layer as u16);
            cells.mtype.push(mtype);
            cells.etype.push(etype);
            cells.population.push(population as u16);
            cells.is_excitatory.push(is_excitatory);
            index += 1;
        }
    }
    Ok(())
}

fn intern(names: &mut Vec<String>, name: &str) -> u16 {
    let index = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    index as u16
}

/// A uniform point of the cross-section, by rejection from the enclosing square.
fn horizontal(shape: Shape, radius_um: f64, stream: Stream, index: u64) -> (f64, f64) {
    let mut attempt = 1_u64;
    loop {
        let x = radius_um * (2.0 * stream.uniform(index, 2 * attempt) - 1.0);
        let y = radius_um * (2.0 * stream.uniform(index, 2 * attempt + 1) - 1.0);
        attempt += 1;
        let inside = match shape {
            Shape::Cylinder => x * x + y * y <= radius_um * radius_um,
            // corners on the x axis: flat sides at |y| = r√3/2
            Shape::Hexagon => {
                let root3 = 3f64.sqrt();
                y.abs() <= root3 / 2.0 * radius_um && root3 * x.abs() + y.abs() <= root3 * radius_um
            }
        };
        if inside {
            return (x, y);
        }
    }
}
