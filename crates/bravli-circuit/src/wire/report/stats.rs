//! How far a number is from another.

/// Standard deviations between a count and its expectation, signed.
///
/// The root of the Poisson deviance 2(x ln(x/λ) − x + λ), half a count towards λ for continuity, in units of the standard
/// deviation √variance instead of √λ. Close to the normal deviate of the exact tail down to expectations below one.
pub(super) fn count_z(got: f64, expected: f64, variance: f64) -> f64 {
    let away = got - expected;
    if away.abs() <= 0.5 {
        return 0.0;
    }
    let sign = away.signum();
    let x = got - 0.5 * sign;
    // an expectation of nothing: one in a billion cells
    let mean = expected.max(1e-9);
    let deviance = 2.0 * (if x > 0.0 { x * (x / mean).ln() } else { 0.0 } - x + mean);
    let scale = mean / variance.max(1e-3 * mean);
    sign * (deviance.max(0.0) * scale).sqrt()
}

/// The normal deviate of χ² with some degrees of freedom, after Wilson and Hilferty 1931.
pub(super) fn chi_square_z(chi_square: f64, freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    ((chi_square / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
}

/// P(|normal deviate| > z) for z ≥ 3, by the asymptotic series of the tail.
fn two_sided(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    2.0 * density / z * (1.0 - 1.0 / (z * z) + 3.0 / z.powi(4) - 15.0 / z.powi(6))
}

/// The deviate beyond which one of `n` lies by chance with `probability`; at least 3.
pub(super) fn limit(n: usize, probability: f64) -> f64 {
    let wanted = probability / n.max(1) as f64;
    let (mut low, mut high) = (3.0_f64, 40.0_f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if two_sided(middle) > wanted { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// P(count ≥ n) of a Poisson number.
pub(super) fn at_least(n: u32, mean: f64) -> f64 {
    let (mut term, mut below) = ((-mean).exp(), 0.0);
    for k in 0..n {
        below += term;
        term *= mean / f64::from(k + 1);
    }
    (1.0 - below).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_judged_as_their_exact_tail() {
        // normal deviates of the exact Poisson tails: P(X ≥ 4 | 0.5) = 0.00175, P(X ≥ 7 | 0.5) = 1.0e-6, P(X = 0 | 10) = 4.5e-5
        for (got, mean, exact) in [(4.0, 0.5, 2.92), (7.0, 0.5, 4.76), (0.0, 10.0, -3.92), (130.0, 100.0, 2.79)] {
            let z = count_z(got, mean, mean);
            assert!((z - exact).abs() < 0.25, "{got} for {mean}: {z}, exactly {exact}");
        }
        assert_eq!(count_z(3.0, 2.7, 2.7), 0.0);
        assert!(count_z(1.0, 0.0, 0.0) > 5.0);
    }

    #[test]
    fn limits_and_tails_are_those_of_tables() {
        assert!((two_sided(3.0) - 0.0027).abs() < 1e-4);
        // 0.001 / 100 = 1e-5 two-sided: 4.417
        assert!((limit(100, 0.001) - 4.417).abs() < 0.01);
        assert!((chi_square_z(18.307, 10.0) - 1.645).abs() < 0.02);
        assert!((at_least(2, 1.0) - 0.2642).abs() < 1e-4);
    }
}
