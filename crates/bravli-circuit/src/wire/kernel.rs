//! Connection probability by distance, and its bounds over boxes of cells.

use super::tree::Bounds;
use bravli_recipe::Falloff;

/// Probability of a connection as a function of distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kernel {
    /// At distance zero.
    pub(crate) peak: f64,
    pub(crate) horizontal: Falloff,
    pub(crate) vertical: Falloff,
}

impl Kernel {
    /// Between two places (x, y, depth).
    #[inline]
    pub(crate) fn between(&self, a: [f32; 3], b: [f32; 3]) -> f64 {
        let [dx, dy, dz] = std::array::from_fn(|axis| f64::from(a[axis]) - f64::from(b[axis]));
        self.at_square(dx * dx + dy * dy, dz.abs())
    }

    /// The largest probability between a place and the places in a box.
    #[inline]
    pub(crate) fn largest(&self, place: [f32; 3], bounds: &Bounds) -> f64 {
        let [x, y, z] = bounds.nearest(place);
        self.at_square(x * x + y * y, z)
    }

    /// The smallest one.
    #[inline]
    pub(crate) fn smallest(&self, place: [f32; 3], bounds: &Bounds) -> f64 {
        let [x, y, z] = bounds.farthest(place);
        self.at_square(x * x + y * y, z)
    }

    /// Probability at a horizontal distance and a difference in depth, µm.
    #[inline]
    pub(crate) fn at(&self, horizontal_um: f64, vertical_um: f64) -> f64 {
        self.at_square(horizontal_um * horizontal_um, vertical_um)
    }

    /// As [`Self::at`], from the square of the horizontal distance.
    #[inline]
    fn at_square(&self, square_um2: f64, vertical_um: f64) -> f64 {
        let horizontal = self.peak * self.horizontal.at_square(square_um2);
        // most rules know no depth
        if self.vertical == Falloff::Flat { horizontal } else { horizontal * self.vertical.at(vertical_um) }
    }

    /// The same fall-off from another peak.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self { peak: self.peak * factor, ..*self }
    }
}
