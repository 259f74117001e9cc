//! Spontaneous release.

use bravli_circuit::Column;
use bravli_recipe::Recipe;

/// Rates of miniature release onto each cell, Hz per contact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MiniRates {
    /// At excitatory contacts, by cell.
    pub exc_hz: Vec<f32>,
    /// At inhibitory contacts, by cell.
    pub inh_hz: Vec<f32>,
}

/// A recipe that says nothing of spontaneous release in some layers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the recipe states no mini frequencies for layers {}", .0.join(", "))]
pub struct NoMinis(pub Vec<String>);

impl MiniRates {
    /// The recipe's frequencies, by the layer of the target cell.
    ///
    /// # Errors
    /// [`NoMinis`] naming the layers without.
    pub fn of(recipe: &Recipe, column: &Column) -> Result<Self, NoMinis> {
        let layers = &column.header.layers;
        let known: Vec<_> = layers.iter().map(|layer| recipe.mini_frequencies.get(&layer.layer)).collect();
        let missing = layers.iter().zip(&known).filter(|(layer, rates)| rates.is_none() && layer.n_cells > 0);
        let missing: Vec<String> = missing.map(|(layer, _)| layer.layer.clone()).collect();
        if !missing.is_empty() {
            return Err(NoMinis(missing));
        }
        let of = |cell: &u16| known[usize::from(*cell)];
        let cells = &column.cells.layer;
        Ok(Self {
            exc_hz: cells.iter().map(|cell| of(cell).map_or(0.0, |rates| rates.exc_hz as f32)).collect(),
            inh_hz: cells.iter().map(|cell| of(cell).map_or(0.0, |rates| rates.inh_hz as f32)).collect(),
        })
    }

    /// Rate of one contact onto a cell.
    pub(super) fn per_contact_hz(&self, cell: u32, excites: bool) -> f32 {
        let rates = if excites { &self.exc_hz } else { &self.inh_hz };
        rates.get(cell as usize).copied().unwrap_or_default()
    }
}
