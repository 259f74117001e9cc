//! Columns cut straight down: cylinders, hexagons and slabs.

use super::columns::column_at;
use super::cross_section::{contains, point};
use super::{ColumnLayout, Draws, Geometry, LayerSpan, Part, Site, Spot};
use bravli_recipe::Shape;

/// Upright columns over a flat pia; depth is the distance from it.
#[derive(Debug, Clone)]
pub struct Prism {
    shape: Shape,
    radius_um: f64,
    tile: (Shape, f64),
    layers: Vec<LayerSpan>,
    centres: Vec<[f64; 2]>,
    parts: Vec<Part>,
}

impl Prism {
    /// Columns of one shape and size with the same layers; the layout has been checked.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a layout has far fewer than 2^16 columns")]
    pub fn new(shape: Shape, radius_um: f64, layers: Vec<LayerSpan>, layout: &ColumnLayout) -> Self {
        let centres = layout.centres(shape, radius_um);
        let tile = layout.tile(shape, radius_um);
        let area_um2 = shape.area_um2(radius_um);
        let septa_um2 = (tile.0.area_um2(tile.1) - area_um2) * centres.len() as f64;
        let mut parts = Vec::new();
        for (layer, span) in layers.iter().enumerate() {
            let thickness_um = span.bottom_um - span.top_um;
            for column in 0..centres.len() {
                parts.push(Part { layer, column: column as u16, volume_um3: area_um2 * thickness_um, share: 1.0 });
            }
            if layout.septum_density > 0.0 && septa_um2 > 0.0 {
                let (column, volume_um3) = (centres.len() as u16, septa_um2 * thickness_um);
                parts.push(Part { layer, column, volume_um3, share: layout.septum_density });
            }
        }
        Self { shape, radius_um, tile, layers, centres, parts }
    }

    /// Axes of the columns: x and y in µm.
    #[must_use]
    pub fn centres_um(&self) -> &[[f64; 2]] {
        &self.centres
    }
}

impl Geometry for Prism {
    fn layers(&self) -> &[LayerSpan] {
        &self.layers
    }

    fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn draw(&self, part: usize, draws: Draws) -> Spot {
        let Part { layer, column, .. } = self.parts[part];
        let span = &self.layers[layer];
        let depth_um = span.top_um + (span.bottom_um - span.top_um) * draws.uniform(0);
        let (x_um, y_um) = match self.centres.get(usize::from(column)) {
            Some([cx, cy]) => {
                let (x, y) = point(self.shape, self.radius_um, draws, |_, _| true);
                (cx + x, cy + y)
            }
            None => {
                let [cx, cy] = self.centres[draws.below(1, self.centres.len())];
                let is_free = |x, y| !contains(self.shape, self.radius_um, x, y);
                let (x, y) = point(self.tile.0, self.tile.1, draws, is_free);
                (cx + x, cy + y)
            }
        };
        Spot { x_um, y_um, depth_um, world_um: [x_um, -depth_um, y_um], orientation: [1.0, 0.0, 0.0, 0.0] }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a layout has far fewer than 2^16 columns")]
    fn locate(&self, [x, y, z]: [f64; 3]) -> Option<Site> {
        let depth_um = -y;
        let layer = self.layers.iter().position(|span| (span.top_um..=span.bottom_um).contains(&depth_um))?;
        let column = column_at(&self.centres, (self.shape, self.radius_um), self.tile, x, z)?;
        Some(Site { layer, column: column as u16, depth_um })
    }
}
