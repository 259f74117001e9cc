//! Where cells may lie: parts of known volume, a uniform draw in each, and the way back from a point to its layer.

mod columns;
mod cross_section;
mod prism;
mod region;

pub use columns::{ColumnLayout, LayoutError, MAX_COLUMNS};
pub use prism::Prism;
pub use region::{RegionError, RegionPart, VoxelRegion};

use bravli_rng::Stream;

/// A place that cells are put into.
///
/// Its volume is cut into parts, each within one layer and one column (or the septa between them). Depths are free of
/// curvature: they follow the layers, and the same depth is the same place in a layer everywhere.
pub trait Geometry: Sync {
    /// Layers, pia downwards.
    fn layers(&self) -> &[LayerSpan];

    /// The parts.
    fn parts(&self) -> &[Part];

    /// A point of a part, drawn uniformly or by the density that the part was made with.
    fn draw(&self, part: usize, draws: Draws) -> Spot;

    /// Where a point lies; `None` outside. `world_um` is as in [`Spot::world_um`].
    fn locate(&self, world_um: [f64; 3]) -> Option<Site>;
}

/// A layer with its depth range.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSpan {
    /// Layer name.
    pub layer: String,
    /// Depth of its upper border below the pia, in µm.
    pub top_um: f64,
    /// Depth of its lower border, in µm.
    pub bottom_um: f64,
}

/// A piece of a geometry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Index into [`Geometry::layers`].
    pub layer: usize,
    /// Which column it belongs to; the number of columns for the septa.
    pub column: u16,
    /// Its volume, in µm³.
    pub volume_um3: f64,
    /// Density of cells relative to that of a column, 1 but for septa.
    pub share: f64,
}

/// A point to put a cell at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Horizontal position, µm from the axis of the first column or the centre of a region.
    pub x_um: f64,
    /// The other horizontal position, µm.
    pub y_um: f64,
    /// Depth below the pia along the layers, µm.
    pub depth_um: f64,
    /// Position in space, µm: that of the atlas, or (x, −depth, y) for columns.
    pub world_um: [f64; 3],
    /// Quaternion (w, x, y, z) that turns the y axis into the direction of the pia.
    pub orientation: [f64; 4],
}

/// The place of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Index into [`Geometry::layers`].
    pub layer: usize,
    /// Column, or the number of columns in a septum.
    pub column: u16,
    /// Depth below the pia, in µm.
    pub depth_um: f64,
}

/// The random numbers of one candidate position of one cell; each candidate has its own.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    stream: Stream,
    entity: u64,
    first: u64,
}

impl Draws {
    /// Those of the `candidate`-th position that is tried for a cell.
    #[must_use]
    pub fn new(stream: Stream, entity: u64, candidate: u32) -> Self {
        // a candidate that needs more than 2^32 numbers would have been given up long before
        Self { stream, entity, first: u64::from(candidate) << 32 }
    }

    /// The `index`-th number, uniform in (0, 1).
    #[must_use]
    pub fn uniform(self, index: u64) -> f64 {
        self.stream.uniform(self.entity, self.first + index)
    }

    /// One of `n` things, 0 to n − 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "u·n lies in 0..n")]
    fn below(self, index: u64, n: usize) -> usize {
        ((self.uniform(index) * n as f64) as usize).min(n.saturating_sub(1))
    }
}
