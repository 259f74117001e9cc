//! A column: placed cells.

use bravli_recipe::Shape;
use serde::{Deserialize, Serialize};

/// Placed cells and the geometry they were placed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Geometry and names.
    pub header: ColumnHeader,
    /// The cells, ordered by layer, then m-type, then e-type.
    pub cells: Cells,
}

/// Geometry of a column and the names its cells refer to by index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnHeader {
    /// SONATA node population: the recipe's name.
    pub node_population: String,
    /// Cross-section.
    pub shape: Shape,
    /// Radius of the cross-section, in µm.
    pub radius_um: f64,
    /// Cross-section relative to the recipe's reference column.
    pub area_fraction: f64,
    /// Layers placed, pia downwards.
    pub layers: Vec<PlacedLayer>,
    /// m-types in use.
    pub mtypes: Vec<String>,
    /// e-types in use.
    pub etypes: Vec<String>,
    /// Populations in use.
    pub populations: Vec<PlacedPopulation>,
    /// What sets the place apart from a single column of one shape.
    #[serde(default, skip_serializing_if = "PlacedGround::is_plain")]
    pub ground: PlacedGround,
}

/// Several columns, a region of an atlas, or a distance between somata; nothing of it by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlacedGround {
    /// The columns, and the septa behind them where these hold cells; empty for a single column.
    pub columns: Vec<PlacedColumn>,
    /// Width of the septa, in µm.
    pub septum_um: f64,
    /// Density in septa relative to that in columns.
    pub septum_density: f64,
    /// Exclusion radius of a soma, in µm: no two centres are nearer than twice it. 0 where there is none.
    pub exclusion_um: f64,
    /// Region of the atlas; empty for columns.
    pub region: String,
}

impl PlacedGround {
    /// Whether this is a single column without more ado.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// One of several columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedColumn {
    /// Its number from 1, or `septa`.
    pub name: String,
    /// Horizontal position of its axis, in µm.
    pub x_um: f64,
    /// The other horizontal position.
    pub y_um: f64,
    /// Cells in it.
    pub n_cells: u32,
}

/// A layer with its depth range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedLayer {
    /// Layer name.
    pub layer: String,
    /// Depth of its upper border below the pia, in µm.
    pub top_um: f64,
    /// Depth of its lower border, in µm.
    pub bottom_um: f64,
    /// Cells placed in it.
    pub n_cells: u32,
}

/// A population with its class and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedPopulation {
    /// Name, such as `L23_SST`.
    pub name: String,
    /// Class: `E`, `PV`, `SST` or `HTR3A`.
    pub class: String,
    /// Cells in it.
    pub n_cells: u32,
    /// Its part in predictive processing, one of [`bravli_recipe::ROLES`]; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// One entry per cell in every column; the node id is the position.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells {
    /// Horizontal position, µm from the axis.
    pub x_um: Vec<f32>,
    /// Horizontal position, µm from the axis.
    pub y_um: Vec<f32>,
    /// Depth below the pia, µm.
    pub depth_um: Vec<f32>,
    /// Index into [`ColumnHeader::layers`].
    pub layer: Vec<u16>,
    /// Index into [`ColumnHeader::mtypes`].
    pub mtype: Vec<u16>,
    /// Index into [`ColumnHeader::etypes`].
    pub etype: Vec<u16>,
    /// Index into [`ColumnHeader::populations`].
    pub population: Vec<u16>,
    /// Whether the cell excites (`EXC`).
    pub is_excitatory: Vec<bool>,
    /// Index into [`PlacedGround::columns`]; 0 in a single column.
    pub column: Vec<u16>,
    /// Places in the space of an atlas; `None` for columns, where (x, −depth, y) is the place.
    pub world: Option<World>,
}

/// Places in the space of an atlas, one entry per cell in every column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// Position along x, y and z, µm.
    pub position_um: [Vec<f32>; 3],
    /// Quaternion (w, x, y, z) that turns the y axis of a morphology into the direction of the pia.
    pub orientation: [Vec<f32>; 4],
}

impl Cells {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.x_um.len()
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x_um.is_empty()
    }
}
