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
    /// Probability at a horizontal distance and a difference in depth, µm.
    #[inline]
    pub(crate) fn at(&self, horizontal_um: f64, vertical_um: f64) -> f64 {
        self.peak * self.horizontal.at(horizontal_um) * self.vertical.at(vertical_um)
    }

    /// Between two places (x, y, depth).
    #[inline]
    pub(crate) fn between(&self, a: [f32; 3], b: [f32; 3]) -> f64 {
        let [dx, dy, dz] = std::array::from_fn(|axis| f64::from(a[axis]) - f64::from(b[axis]));
        self.at((dx * dx + dy * dy).sqrt(), dz.abs())
    }

    /// The smallest and the largest probability between a place and the places in a box.
    pub(crate) fn over(&self, place: [f32; 3], bounds: &Bounds) -> (f64, f64) {
        let [x, y, z] = bounds.distances(place);
        let largest = self.at((x.0 * x.0 + y.0 * y.0).sqrt(), z.0);
        let smallest = self.at((x.1 * x.1 + y.1 * y.1).sqrt(), z.1);
        (smallest, largest)
    }

    /// The same fall-off from another peak.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self { peak: self.peak * factor, ..*self }
    }
}
