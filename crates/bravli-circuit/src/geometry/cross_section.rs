//! Cross-sections of columns: what lies inside, and uniform points.

use super::Draws;
use bravli_recipe::Shape;

/// Whether a point belongs to the cross-section around the origin.
pub(super) fn contains(shape: Shape, radius_um: f64, x: f64, y: f64) -> bool {
    match shape {
        Shape::Cylinder => x * x + y * y <= radius_um * radius_um,
        // corners on the x axis: flat sides at |y| = r√3/2
        Shape::Hexagon => {
            let root3 = 3f64.sqrt();
            y.abs() <= root3 / 2.0 * radius_um && root3 * x.abs() + y.abs() <= root3 * radius_um
        }
        Shape::Slab { .. } => {
            let (half_width, half_length) = halves(shape, radius_um);
            x.abs() <= half_width && y.abs() <= half_length
        }
    }
}

/// Half the width and length of a box around the cross-section, in µm.
pub(super) fn halves(shape: Shape, radius_um: f64) -> (f64, f64) {
    match shape {
        Shape::Cylinder | Shape::Hexagon => (radius_um, radius_um),
        Shape::Slab { aspect } => {
            let half_length = radius_um / aspect.hypot(1.0);
            (aspect * half_length, half_length)
        }
    }
}

/// A uniform point of the cross-section that `is_free`, by rejection from the box around it. Uses numbers from 2 on.
pub(super) fn point(shape: Shape, radius_um: f64, draws: Draws, is_free: impl Fn(f64, f64) -> bool) -> (f64, f64) {
    let (half_width, half_length) = halves(shape, radius_um);
    let mut attempt = 1_u64;
    loop {
        let x = half_width * (2.0 * draws.uniform(2 * attempt) - 1.0);
        let y = half_length * (2.0 * draws.uniform(2 * attempt + 1) - 1.0);
        attempt += 1;
        if contains(shape, radius_um, x, y) && is_free(x, y) {
            return (x, y);
        }
    }
}
