//! Several columns side by side, and the septa between them.

use super::cross_section::contains;
use bravli_recipe::Shape;

/// Most columns of one request: four complete rings around a centre.
pub const MAX_COLUMNS: u32 = 61;

/// Widest septum, in µm.
const WIDEST_SEPTUM_UM: f64 = 10_000.0;

/// How many columns, and what lies between them.
///
/// Hexagons and cylinders stand on a hexagonal lattice, the first in the centre and the others around it in rings; slabs stand
/// in a row along x, side by side. Every column owns a tile: itself and the half of each septum around it. Septa are what the
/// tiles hold beside the columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnLayout {
    /// Columns, 1 to [`MAX_COLUMNS`].
    pub n_columns: u32,
    /// Width of the septa between neighbouring columns, in µm.
    pub septum_um: f64,
    /// Density of cells in septa relative to that in columns, 0 to 1; 0 leaves them empty.
    pub septum_density: f64,
}

impl Default for ColumnLayout {
    /// One column and nothing around it.
    fn default() -> Self {
        Self { n_columns: 1, septum_um: 0.0, septum_density: 0.0 }
    }
}

/// Why columns cannot stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Too few or too many.
    #[error("columns must lie in 1 to {MAX_COLUMNS}, got {0}")]
    Columns(u32),
    /// No width.
    #[error("septum_um must lie in [0, {WIDEST_SEPTUM_UM}], got {0}")]
    Septum(f64),
    /// No share.
    #[error("septum_density must lie in [0, 1], got {0}")]
    Density(f64),
    /// A septum that would do nothing.
    #[error("septum_um is {0} around a single column and septum_density is 0, so that it would do nothing")]
    Alone(f64),
    /// Cells for septa that have no room.
    #[error("septum_density is {0} and septum_um is 0, so that there are no septa to fill")]
    NoSeptum(f64),
}

impl LayoutError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Columns(_) => "give columns, for example 7 for a column and the ring around it",
            Self::Septum(_) => "give septum_um in um, for example 50",
            Self::Density(_) => {
                "septum_density is a share of the columns' density, for example 0.5; divide percent by 100"
            }
            Self::Alone(_) => "give columns, for example 7, or septum_density to fill what surrounds the column",
            Self::NoSeptum(_) => "give septum_um, for example 50, or leave out septum_density",
        }
    }

    /// The request field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Columns(_) => "columns",
            Self::Septum(_) | Self::Alone(_) | Self::NoSeptum(_) => "septum_um",
            Self::Density(_) => "septum_density",
        }
    }
}

impl ColumnLayout {
    /// Checks every number.
    ///
    /// # Errors
    /// [`LayoutError`] for the first that is out of range or without effect.
    pub fn check(&self) -> Result<(), LayoutError> {
        if !(1..=MAX_COLUMNS).contains(&self.n_columns) {
            return Err(LayoutError::Columns(self.n_columns));
        }
        if !(0.0..=WIDEST_SEPTUM_UM).contains(&self.septum_um) {
            return Err(LayoutError::Septum(self.septum_um));
        }
        if !(0.0..=1.0).contains(&self.septum_density) {
            return Err(LayoutError::Density(self.septum_density));
        }
        if self.septum_um > 0.0 && self.n_columns == 1 && self.septum_density == 0.0 {
            return Err(LayoutError::Alone(self.septum_um));
        }
        if self.septum_um == 0.0 && self.septum_density > 0.0 {
            return Err(LayoutError::NoSeptum(self.septum_density));
        }
        Ok(())
    }

    /// Axes of the columns in µm, the first at the origin.
    pub(super) fn centres(&self, shape: Shape, radius_um: f64) -> Vec<[f64; 2]> {
        let n = self.n_columns as usize;
        let root3 = 3f64.sqrt();
        match shape {
            Shape::Slab { .. } => {
                let pitch = 2.0 * super::cross_section::halves(shape, radius_um).0 + self.septum_um;
                // 0, 1, −1, 2, −2, …
                let place = |i: usize| i.div_ceil(2) as f64 * if i % 2 == 1 { pitch } else { -pitch };
                (0..n).map(|i| [if i == 0 { 0.0 } else { place(i) }, 0.0]).collect()
            }
            Shape::Hexagon => hexagonal(n, root3 * radius_um + self.septum_um),
            Shape::Cylinder => hexagonal(n, 2.0 * radius_um + self.septum_um),
        }
    }

    /// The tile of a column: its shape and the radius of its corners, in µm.
    pub(super) fn tile(&self, shape: Shape, radius_um: f64) -> (Shape, f64) {
        let root3 = 3f64.sqrt();
        match shape {
            Shape::Slab { .. } => {
                let (half_width, half_length) = super::cross_section::halves(shape, radius_um);
                Shape::slab(2.0 * half_width + self.septum_um, 2.0 * half_length + self.septum_um)
                    .unwrap_or((shape, radius_um))
            }
            Shape::Hexagon => (Shape::Hexagon, radius_um + self.septum_um / root3),
            Shape::Cylinder => (Shape::Hexagon, (2.0 * radius_um + self.septum_um) / root3),
        }
    }
}

/// The first points of a hexagonal lattice, ring by ring; neighbours lie `pitch` apart across the flat sides of a hexagon whose
/// corners lie on the x axis.
fn hexagonal(n: usize, pitch: f64) -> Vec<[f64; 2]> {
    // the six neighbours of a point in lattice steps, counter-clockwise from 30°
    const AROUND: [[i32; 2]; 6] = [[1, 0], [0, 1], [-1, 1], [-1, 0], [0, -1], [1, -1]];
    let mut steps = vec![[0_i32, 0_i32]];
    let mut ring = 1;
    while steps.len() < n {
        let mut at = [ring * AROUND[4][0], ring * AROUND[4][1]];
        for side in AROUND {
            for _ in 0..ring {
                steps.push(at);
                at = [at[0] + side[0], at[1] + side[1]];
            }
        }
        ring += 1;
    }
    steps.truncate(n);
    let (x, y) = (3f64.sqrt() / 2.0 * pitch, pitch / 2.0);
    // axes at 30° and 90°
    steps.iter().map(|[a, b]| [x * f64::from(*a), y * f64::from(*a) + pitch * f64::from(*b)]).collect()
}

/// The column that holds a point; the number of columns in a septum, `None` outside all tiles.
pub(super) fn column_at(
    centres: &[[f64; 2]],
    (shape, radius_um): (Shape, f64),
    (tile, tile_radius_um): (Shape, f64),
    x: f64,
    y: f64,
) -> Option<usize> {
    let holds = |shape, radius_um, [cx, cy]: &[f64; 2]| contains(shape, radius_um, x - cx, y - cy);
    let column = centres.iter().position(|centre| holds(shape, radius_um, centre));
    column.or_else(|| centres.iter().any(|centre| holds(tile, tile_radius_um, centre)).then_some(centres.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_the_first_column_lie_one_pitch_away() {
        for (shape, width) in [(Shape::Hexagon, 3f64.sqrt() * 100.0), (Shape::Cylinder, 200.0)] {
            let layout = ColumnLayout { n_columns: 19, septum_um: 30.0, septum_density: 0.0 };
            let centres = layout.centres(shape, 100.0);
            let distance = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
            for (i, a) in centres.iter().enumerate() {
                let nearest = centres.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| distance(a, b));
                assert!((nearest.fold(f64::INFINITY, f64::min) - width - 30.0).abs() < 1e-9, "{shape:?} {i}");
            }
            assert!(centres[1..7].iter().all(|c| (distance(c, &[0.0; 2]) - width - 30.0).abs() < 1e-9), "{shape:?}");
        }
    }
}
