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

/// Most trials of [`binomial_lanes`].
pub const BINOMIAL_LANES_MOST: u32 = 8;

/// [`binomial_from_uniform`] of sixteen draws side by side, bit for bit, for at most [`BINOMIAL_LANES_MOST`] trials each.
#[inline(always)]
#[must_use]
pub fn binomial_lanes(n: &[u32; 16], p: &[f32; 16], u: &[f32; 16]) -> [u32; 16] {
    let mut counts = [0; 16];
    for i in 0..16 {
        let (trials, share) = (n[i], p[i]);
        // count the rarer outcome: a shorter search
        let flip = share > 0.5;
        let q = if flip { 1.0 - share } else { share };
        let draw = if flip { 1.0 - u[i] } else { u[i] };
        let miss = 1.0 - q;
        let odds = q / miss;
        let mut term = 1.0;
        for k in 0..BINOMIAL_LANES_MOST {
            term = if k < trials { term * miss } else { term };
        }
        let (mut sum, mut k) = (term, 0);
        for step in 0..BINOMIAL_LANES_MOST {
            let goes_on = (k == step) & (draw > sum) & (step < trials);
            let left = trials.wrapping_sub(step) as i32 as f32;
            let next = term * (odds * left * RECIPROCALS[step as usize]);
            term = if goes_on { next } else { term };
            sum = if goes_on { sum + next } else { sum };
            k = if goes_on { step + 1 } else { k };
        }
        let drawn = if flip { trials - k } else { k };
        let drawn = if share >= 1.0 { trials } else { drawn };
        counts[i] = if share > 0.0 { drawn } else { 0 };
    }
    counts
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
    fn binomials_side_by_side_are_those_one_by_one() {
        let stream = Stream::new(5, "lanes", Draw::Release);
        for round in 0..4_000_u64 {
            let at = |lane: usize, index: u64| stream.uniform(round * 16 + lane as u64, index) as f32;
            let n = std::array::from_fn(|lane| (at(lane, 0) * 9.0) as u32);
            // beyond the ends as well
            let p = std::array::from_fn(|lane| at(lane, 1) * 1.2 - 0.1);
            let u = std::array::from_fn(|lane| at(lane, 2));
            let one_by_one = std::array::from_fn(|lane| binomial_from_uniform(n[lane], p[lane], u[lane]));
            assert_eq!(binomial_lanes(&n, &p, &u), one_by_one);
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
