//! Receptor kinetics and release constants.

pub use bravli_recipe::ReceptorSpec as Receptors;

/// Factor that gives exp(−t/decay) − exp(−t/rise) a peak of one.
///
/// t_p = τ_r τ_d/(τ_d − τ_r) ln(τ_d/τ_r); factor = 1/(e^{−t_p/τ_d} − e^{−t_p/τ_r}).
#[must_use]
pub fn biexponential_factor(rise_ms: f64, decay_ms: f64) -> f64 {
    // a decay as short as the rise is the limit of an alpha function; keep a hair of difference
    let decay_ms = decay_ms.max(rise_ms * 1.001);
    let peak = rise_ms * decay_ms / (decay_ms - rise_ms) * (decay_ms / rise_ms).ln();
    1.0 / ((-peak / decay_ms).exp() - (-peak / rise_ms).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_biexponential_peaks_at_one() {
        let factor = biexponential_factor(0.2, 1.74);
        let peak = (0..4_000)
            .map(|i| f64::from(i) * 1e-3)
            .map(|t| factor * ((-t / 1.74).exp() - (-t / 0.2).exp()))
            .fold(0.0, f64::max);
        assert!((peak - 1.0).abs() < 1e-6);
    }
}
