//! Samplers whose bits reach results.

use crate::stream::{Stream, unit};

/// Draws one after another for a single (entity, index); a rejected attempt moves to the next attempt of the same pair.
#[derive(Debug, Clone)]
pub struct Sampler {
    stream: Stream,
    entity: u64,
    index: u32,
    attempt: u32,
    spare: Option<f64>,
}

impl Sampler {
    pub(crate) fn new(stream: Stream, entity: u64, index: u32) -> Self {
        Self { stream, entity, index, attempt: 0, spare: None }
    }

    /// A uniform number in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let words = self.stream.words(self.entity, u64::from(self.index) | u64::from(self.attempt) << 32);
        self.attempt = self.attempt.wrapping_add(1);
        self.spare = Some(unit(words[2], words[3]));
        unit(words[0], words[1])
    }

    /// A standard normal number (Box & Muller 1958, doi:10.1214/aoms/1177706645).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Gamma with `mean` and `sd` (Marsaglia & Tsang 2000, doi:10.1145/358407.358414); `sd` of zero gives the mean.
    pub fn gamma(&mut self, mean: f64, sd: f64) -> f64 {
        if sd <= 0.0 || mean <= 0.0 {
            return mean.max(0.0);
        }
        let shape = (mean / sd) * (mean / sd);
        let scale = sd * sd / mean;
        // shapes below one are drawn at shape + 1 and brought back by a power of a uniform number
        let (raised, correction) =
            if shape < 1.0 { (shape + 1.0, self.uniform().powf(1.0 / shape)) } else { (shape, 1.0) };
        let d = raised - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v * correction * scale;
            }
        }
    }

    /// A whole number in 0..n; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// A count with `mean` and variance `fano`·mean: Poisson where `fano` ≤ 1, else negative binomial.
    ///
    /// A mean beyond 1e5 is cut there.
    pub fn count(&mut self, mean: f64, fano: f64) -> f64 {
        let mean = if mean.is_finite() { mean.clamp(0.0, 1e5) } else { 0.0 };
        // a Poisson count whose mean is gamma with variance mean·(fano − 1)
        let drawn = if fano > 1.0 && mean > 0.0 { self.gamma(mean, (mean * (fano - 1.0)).sqrt()) } else { mean };
        self.poisson(drawn) as f64
    }

    /// Poisson with `mean`, by inversion in steps of at most 16 so that the exponential never underflows.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        let mut left = mean.max(0.0);
        let mut total = 0;
        while left > 0.0 {
            let step = left.min(16.0);
            left -= step;
            let target = self.uniform();
            let (mut k, mut term) = (0_u64, (-step).exp());
            let mut sum = term;
            while sum < target && k < 400 {
                k += 1;
                term *= step / k as f64;
                sum += term;
            }
            total += k;
        }
        total
    }
}

/// Reciprocals of 1..=64, so that the search below multiplies instead of dividing.
const RECIPROCALS: [f32; 64] = {
    let mut table = [0.0; 64];
    let mut k = 0;
    while k < 64 {
        table[k] = 1.0 / (k as f32 + 1.0);
        k += 1;
    }
    table
};

/// Binomial(n, p) by inversion of one uniform number in (0, 1).
///
/// Exact to the resolution of `u`: probabilities are summed in single precision, whose error of about n·6e−8 is below the
/// 2⁻²⁴ steps of `u`. Work grows with the result.
#[inline]
#[must_use]
pub fn binomial_from_uniform(n: u32, p: f32, u: f32) -> u32 {
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    // count the rarer outcome: a shorter search
    let flip = p > 0.5;
    let (p, u) = if flip { (1.0 - p, 1.0 - u) } else { (p, u) };
    let k = if n <= 64 { search(n, p, u) } else { search_in_parts(n, p, u) };
    if flip { n - k } else { k }
}

/// The smallest k with P(X ≤ k) ≥ u, for n ≤ 64 and p ≤ 1/2: P(X = 0) ≥ 2⁻⁶⁴ does not underflow.
#[inline]
fn search(n: u32, p: f32, u: f32) -> u32 {
    let miss = 1.0 - p;
    let odds = p / miss;
    let mut term = if n <= 8 { small_power(miss, n) } else { power(miss, n) };
    let mut sum = term;
    let mut k = 0;
    while u > sum && k < n {
        term *= odds * (n - k) as f32 * RECIPROCALS[k as usize];
        sum += term;
        k += 1;
    }
    k
}

/// xⁿ for the few sites that most connections have.
#[inline]
fn small_power(x: f32, n: u32) -> f32 {
    (0..n).fold(1.0, |product, _| product * x)
}

/// xⁿ for n ≤ 64 by squaring, without branches that depend on n.
#[inline]
fn power(x: f32, n: u32) -> f32 {
    let (mut square, mut product) = (x, 1.0);
    for bit in 0..7 {
        product *= if n >> bit & 1 == 1 { square } else { 1.0 };
        square *= square;
    }
    product
}

/// As [`search`] for any n, in double precision and with its logarithm where P(X = 0) would underflow.
#[cold]
fn search_in_parts(n: u32, p: f32, u: f32) -> u32 {
    let (p, u) = (f64::from(p), f64::from(u));
    let odds = p / (1.0 - p);
    let mut log_term = f64::from(n) * (-p).ln_1p();
    let mut sum = log_term.exp();
    let mut k = 0;
    while u > sum && k < n {
        log_term += (odds * f64::from(n - k) / f64::from(k + 1)).ln();
        sum += log_term.exp();
        k += 1;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Draw;

    fn moments(n: u32, mut draw: impl FnMut(&mut Sampler) -> f64) -> (f64, f64) {
        let stream = Stream::new(11, "moments", Draw::Gsyn);
        let values: Vec<f64> = (0..n).map(|i| draw(&mut stream.sampler(u64::from(i), 0))).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n - 1);
        (mean, variance.sqrt())
    }

    #[test]
    fn gamma_has_the_moments_it_was_asked_for_even_at_small_shape() {
        for (mean, sd) in [(0.68, 0.44), (138.0, 211.0), (25.7, 45.87), (671.0, 17.0)] {
            let (m, s) = moments(40_000, |sampler| sampler.gamma(mean, sd));
            // standard error of the mean is sd/200; of the sd at most about 2 % for the heavy tail of shape 0.3
            assert!((m - mean).abs() < 5.0 * sd / 200.0, "mean {m} for {mean}");
            assert!((s / sd - 1.0).abs() < 0.06, "sd {s} for {sd}");
        }
    }

    #[test]
    fn poisson_and_binomial_have_their_means() {
        let (m, s) = moments(40_000, |sampler| sampler.poisson(37.5) as f64);
        assert!((m - 37.5).abs() < 0.16 && (s - 37.5_f64.sqrt()).abs() < 0.12);
        for (n, p) in [(3_u32, 0.5_f32), (40, 0.07), (40, 0.9), (1, 0.79), (300, 0.2), (5_000, 0.6)] {
            let stream = Stream::new(5, "b", Draw::Release);
            let mean = (0..40_000_u64)
                .map(|i| f64::from(binomial_from_uniform(n, p, stream.uniform(i, 0) as f32)))
                .sum::<f64>()
                / 40_000.0;
            let expected = f64::from(n) * f64::from(p);
            let error = (expected * f64::from(1.0 - p) / 40_000.0).sqrt();
            assert!((mean - expected).abs() < 5.0 * error, "{mean} for {expected}");
        }
    }
}
