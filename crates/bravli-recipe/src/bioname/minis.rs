//! Spontaneous release by the layer of a cell.

use super::layer_label;
use crate::{MiniFrequency, Recipe};

impl Recipe {
    /// Spontaneous release onto a cell, by its layer value: an `L2_TPC:B` whose layer is 3 gets the row of layer 3.
    ///
    /// `4` and `L4` name the same layer. `None` when the table has no row for it.
    ///
    /// ```
    /// # use bravli_recipe::{MiniFrequency, Recipe};
    /// let mut recipe = Recipe::default();
    /// recipe.mini_frequencies.insert("4".into(), MiniFrequency { exc_hz: 0.072, inh_hz: 0.012 });
    /// assert_eq!(recipe.mini_frequency("L4").map(|m| m.exc_hz), Some(0.072));
    /// ```
    #[must_use]
    pub fn mini_frequency(&self, layer: &str) -> Option<&MiniFrequency> {
        self.mini_frequencies.get(layer).or_else(|| {
            let wanted = layer_label(layer);
            self.mini_frequencies.iter().find(|(name, _)| layer_label(name) == wanted).map(|(_, row)| row)
        })
    }
}
