//! A fast Fourier transform of 2ⁿ numbers.

use std::f64::consts::TAU;

/// Squared moduli |X_k|² for k = 0..=n/2 of the transform X_k = Σ_t x_t e^{−2πikt/n} of `n` numbers; n is a power of two.
pub(super) fn power(x: &[f64]) -> Vec<f64> {
    let n = x.len();
    let mut re = x.to_vec();
    let mut im = vec![0.0; n];
    transform(&mut re, &mut im);
    re.iter().zip(&im).take(n / 2 + 1).map(|(a, b)| a * a + b * b).collect()
}

/// Cooley & Tukey's algorithm with base two, in place.
fn transform(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    debug_assert!(n.is_power_of_two());
    if n < 2 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        for k in 0..half {
            let (sin, cos) = (-TAU * k as f64 / (2 * half) as f64).sin_cos();
            for a in (k..n).step_by(2 * half) {
                let b = a + half;
                let (turned_re, turned_im) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - turned_re, im[a] - turned_im);
                re[a] += turned_re;
                im[a] += turned_im;
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_that_it_stands_for() {
        let n = 64;
        let x: Vec<f64> = (0..n).map(|t| f64::from(t * t * 7 % 31) - 11.0).collect();
        for (k, power) in power(&x).into_iter().enumerate() {
            let angle = |t: usize| -TAU * (k * t % 64) as f64 / 64.0;
            let re: f64 = x.iter().enumerate().map(|(t, value)| value * angle(t).cos()).sum();
            let im: f64 = x.iter().enumerate().map(|(t, value)| value * angle(t).sin()).sum();
            assert!((power - (re * re + im * im)).abs() < 1e-8 * (1.0 + power), "{k}");
        }
        assert_eq!(super::power(&[3.0]), [9.0]);
    }
}
