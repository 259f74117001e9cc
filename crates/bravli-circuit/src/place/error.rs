//! Why a column could not be placed.

use super::{MAX_CELLS, MAX_EXCLUSION_UM};
use crate::geometry::{LayoutError, RegionError};

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
    /// The sizes of a slab are not two positive numbers.
    #[error("slab_um must be width and length, each in (0, 100000], got {0:?}")]
    Slab(Vec<f64>),
    /// Two sizes for one thing.
    #[error("{0}")]
    Conflict(&'static str),
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
    /// A layer whose groups have no cells at all.
    #[error("all densities of layer {layer} are zero ({file}:{line})")]
    ZeroDensity {
        /// Layer.
        layer: String,
        /// File of the composition.
        file: String,
        /// Line of its first group.
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
    /// Columns that cannot stand side by side.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A region that cannot be filled.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// No radius around cells.
    #[error("exclusion_um must lie in [0, {MAX_EXCLUSION_UM}], got {0}")]
    Exclusion(f64),
    /// The cells do not fit at that distance.
    #[error(
        "layer {layer} took {n_placed} of its {n_cells} cells with an exclusion radius of {exclusion_um} um; spheres at random fill at most 38.4 % of a volume, which the densest layer ({densest}) reaches at {densest_um:.2} um"
    )]
    Crowded {
        /// The layer that is full.
        layer: String,
        /// Cells that fit before one found no place.
        n_placed: usize,
        /// Cells that it should hold.
        n_cells: usize,
        /// Radius asked for.
        exclusion_um: f64,
        /// The densest layer.
        densest: String,
        /// Radius at which random placement into it saturates.
        densest_um: f64,
        /// A radius that fits.
        fitting_um: f64,
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
            Self::Slab(_) => "give width and length in um, for example [400, 150]".into(),
            Self::Conflict(_) => "leave one of the two out".into(),
            Self::UnknownLayer { .. } => {
                "name layers as the recipe does, for example [\"2\", \"3\", \"4\", \"5\"]".into()
            }
            Self::NoDensity { .. } => "give the group a number as density, or the layer n_cells in column.yaml".into(),
            Self::ZeroDensity { .. } => "give one of its groups a density above 0, or do not place the layer".into(),
            Self::UnknownMtype { .. } => "add the m-type to mtype_taxonomy.tsv or correct its name".into(),
            Self::Layout(error) => error.remedy().into(),
            Self::Region(error) => error.remedy(),
            Self::Exclusion(_) => "give the radius in um, for example 5, or leave it out".into(),
            Self::Crowded { fitting_um, .. } => format!("give exclusion_um of at most {fitting_um:.2}"),
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
            Self::Slab(_) => "slab_um",
            Self::UnknownLayer { .. } | Self::NoCells(..) => "layers",
            Self::Layout(error) => error.field(),
            Self::Region(error) => error.field(),
            Self::Exclusion(_) | Self::Crowded { .. } => "exclusion_um",
            Self::Conflict(_) => "region",
            _ => "recipe",
        }
    }
}
