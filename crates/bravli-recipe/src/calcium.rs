//! Release at another bath calcium than the 2 mM that recipes state their `u` for.

use crate::SynapseClass;

/// Calcium at which a recipe's `u` holds, in mM.
pub const REFERENCE_CALCIUM_MM: f64 = 2.0;

/// Release at a calcium concentration relative to 2 mM: [(K⁴ + 16)/16]·Ca⁴/(K⁴ + Ca⁴).
///
/// `half_mm` is the concentration at half activation, which files call `uHillCoefficient`; it is no exponent. Zero means
/// that no dependence is known, and gives one.
///
/// ```
/// use bravli_recipe::calcium_factor;
/// assert!((calcium_factor(2.79, 1.2) - 0.158).abs() < 5e-4 && calcium_factor(1.09, 2.0) == 1.0);
/// ```
#[must_use]
pub fn calcium_factor(half_mm: f64, calcium_mm: f64) -> f64 {
    if half_mm <= 0.0 {
        return 1.0;
    }
    let (half, calcium) = (half_mm.powi(4), calcium_mm.powi(4));
    (half + 16.0) / 16.0 * calcium / (half + calcium)
}

impl SynapseClass {
    /// Mean `u` at a bath calcium in mM; `None` where the recipe says nothing of calcium and it is not 2 mM.
    #[must_use]
    pub fn u_at(&self, calcium_mm: f64) -> Option<f64> {
        match self.u_hill_mm {
            Some(half) => Some(self.u_syn.mean * calcium_factor(half, calcium_mm)),
            None => ((calcium_mm - REFERENCE_CALCIUM_MM).abs() < 1e-9).then_some(self.u_syn.mean),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calcium_scaling_reproduces_the_published_table() {
        for (half, calcium, expected) in
            [(2.79, 1.05, 0.094), (2.79, 1.3, 0.216), (1.09, 1.2, 0.648), (1.94, 1.1, 0.177), (2.79, 2.0, 1.0)]
        {
            // three printed digits
            assert!((calcium_factor(half, calcium) - expected).abs() < 6e-4, "{half} {calcium}");
        }
    }
}
