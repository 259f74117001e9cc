//! What a rule makes of a pair of cells, computed anew from the recipe.

use crate::wire::plan::peak;
use crate::wire::tree::Tree;
use crate::wire::{Circuit, Kernel};
use bravli_recipe::{Amount, Falloff, PathwaySpec};

/// Distance bins at most, the open one beyond them included.
const BINS: f64 = 8.0;

/// A rule between two populations.
#[derive(Debug, Clone)]
pub(super) struct Law<'a> {
    /// The rule; none where the recipe has none.
    pub(super) spec: Option<&'a PathwaySpec>,
    /// Probability of a pair, or its weight where a number of connections is fixed.
    pub(super) kernel: Kernel,
    /// Width of a distance bin, µm.
    pub(super) width_um: f64,
    /// Number of bins; the last takes all beyond.
    pub(super) n_bins: usize,
}

impl<'a> Law<'a> {
    pub(super) fn new(spec: Option<&'a PathwaySpec>, from: &Tree, to: &Tree, circuit: &Circuit) -> Self {
        let (horizontal, vertical) =
            spec.map_or((Falloff::Flat, Falloff::Flat), |spec| (spec.horizontal, spec.vertical));
        let peak = spec.filter(|spec| !spec.amount.is_none()).map_or(0.0, |spec| peak(spec, from, to));
        // populations out of each other's reach give NaN: nothing to connect
        let peak = if peak.is_finite() { peak.clamp(0.0, 1.0) } else { 0.0 };
        let across = 2.0 * circuit.column.header.radius_um;
        let widest = if across.is_finite() && across > 0.0 { across } else { 1.0 };
        let width_um = nice(widest.min(3.0 * horizontal.scale_um()) / BINS);
        let n_bins = (widest / width_um).ceil().clamp(1.0, BINS + 1.0) as usize;
        Self { spec, kernel: Kernel { peak, horizontal, vertical }, width_um, n_bins }
    }

    /// Whether no connection is asked for.
    pub(super) fn is_nothing(&self) -> bool {
        self.spec.is_none_or(|spec| spec.amount.is_none())
    }

    /// Bin of a horizontal distance.
    #[inline]
    pub(super) fn bin(&self, horizontal_um: f64) -> usize {
        ((horizontal_um / self.width_um) as usize).min(self.n_bins - 1)
    }

    /// Range of the pairs that a mean probability was measured on, µm.
    pub(super) fn within_um(&self) -> Option<f64> {
        match self.spec?.amount {
            Amount::Mean { within_um, probability } if probability > 0.0 => Some(within_um),
            _ => None,
        }
    }

    /// Pairs both ways over chance, as stated.
    pub(super) fn reciprocity(&self) -> Option<f64> {
        self.spec.filter(|spec| !spec.amount.is_none()).and_then(|spec| spec.reciprocity)
    }

    /// Whether pairs with common neighbours connect more often.
    pub(super) fn is_clustered(&self) -> bool {
        self.spec.is_some_and(|spec| spec.common_neighbour_gain.is_some_and(|gain| gain > 0.0))
    }
}

/// The horizontal distance and the difference in depth of two places, µm.
#[inline]
pub(super) fn apart(a: [f32; 3], b: [f32; 3]) -> (f64, f64) {
    let [dx, dy, dz] = std::array::from_fn(|axis| f64::from(a[axis]) - f64::from(b[axis]));
    ((dx * dx + dy * dy).sqrt(), dz.abs())
}

/// The next number of 1, 2, 2.5, 5 and their tenfolds.
fn nice(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|step| step * decade >= value * (1.0 - 1e-9));
    step.unwrap_or(10.0) * decade
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn bins_have_round_widths() {
        for (value, width) in [(0.3, 0.5), (12.0, 20.0), (20.0, 20.0), (21.0, 25.0), (56.0, 100.0)] {
            assert!((nice(value) - width).abs() < 1e-9, "{value}: {}", nice(value));
        }
    }
}
