//! Distributions prepared once and drawn from many times: a draw costs one or no call of the generator.

use crate::quantile::{normal_cdf, normal_quantile};
use crate::stream::{Stream, unit};

/// A uniform number in (0, 1) from one word.
#[inline]
#[must_use]
pub fn unit32(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// Gamma by mean and standard deviation.
///
/// # Source
/// Marsaglia & Tsang 2000, doi:10.1145/358407.358414; shapes below one are raised by one and brought back by a power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    d: f64,
    c: f64,
    scale: f64,
    /// 1/shape where the shape is below one, else zero.
    power: f64,
    /// The mean, given always where there is no spread.
    constant: Option<f64>,
}

impl Gamma {
    /// A gamma; `sd` of zero gives the mean always, a mean of zero or less gives zero.
    #[must_use]
    pub fn new(mean: f64, sd: f64) -> Self {
        if sd <= 0.0 || mean <= 0.0 {
            return Self { d: 0.0, c: 0.0, scale: 0.0, power: 0.0, constant: Some(mean.max(0.0)) };
        }
        let shape = (mean / sd) * (mean / sd);
        let (raised, power) = if shape < 1.0 { (shape + 1.0, 1.0 / shape) } else { (shape, 0.0) };
        let d = raised - 1.0 / 3.0;
        Self { d, c: 1.0 / (9.0 * d).sqrt(), scale: sd * sd / mean, power, constant: None }
    }

    /// The draw of `entity`; draws of one `index` never meet those of another.
    #[inline]
    #[must_use]
    pub fn draw(&self, stream: Stream, entity: u64, index: u32) -> f64 {
        if let Some(constant) = self.constant {
            return constant;
        }
        let mut attempt = 0_u64;
        loop {
            let words = stream.words(entity, u64::from(index) | attempt << 32);
            attempt += 1;
            let x = normal_quantile(unit(words[0], words[1]));
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = unit32(words[2]);
            let square = x * x;
            // the first test spares the logarithms of nearly all draws
            if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + self.d * (1.0 - v + v.ln()) {
                let value = self.d * v * self.scale;
                return if self.power > 0.0 { value * unit32(words[3]).powf(self.power) } else { value };
            }
        }
    }
}

/// Normal within one standard deviation of its mean and not negative: the rule of the reference builder for `u_syn` and
/// `tau_decay`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalWithinSd {
    mean: f64,
    sd: f64,
    from: f64,
    span: f64,
}

impl NormalWithinSd {
    /// A truncated normal; without a spread, or with no admissible value (mean + sd ≤ 0), the mean or zero.
    #[must_use]
    pub fn new(mean: f64, sd: f64) -> Self {
        if sd <= 0.0 || mean + sd <= 0.0 {
            return Self { mean: mean.max(0.0), sd: 0.0, from: 0.0, span: 0.0 };
        }
        let from = normal_cdf((-mean / sd).max(-1.0));
        Self { mean, sd, from, span: normal_cdf(1.0) - from }
    }

    /// Smallest and largest value.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        // without a spread both are the mean
        ((self.mean - self.sd).max(0.0), self.mean + self.sd)
    }

    /// The value that a uniform number stands for.
    #[inline]
    #[must_use]
    pub fn at(&self, uniform: f64) -> f64 {
        if self.sd <= 0.0 {
            return self.mean;
        }
        let (low, high) = self.range();
        (self.mean + self.sd * normal_quantile(self.from + self.span * uniform)).clamp(low, high)
    }
}

/// Poisson by a table of its distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Poisson {
    cumulative: Vec<f64>,
}

impl Poisson {
    /// A Poisson; a mean of zero or less gives zero always. A mean beyond 10,000 is cut there.
    #[must_use]
    pub fn new(mean: f64) -> Self {
        let mean = if mean.is_finite() { mean.clamp(0.0, 1e4) } else { 0.0 };
        if mean <= 0.0 {
            return Self { cumulative: Vec::new() };
        }
        let mut cumulative = Vec::new();
        let (mut log_term, mut sum) = (-mean, 0.0);
        let mut k = 0_u32;
        while sum < 1.0 - 1e-12 && f64::from(k) < mean + 60.0 * mean.sqrt() + 60.0 {
            sum += f64::exp(log_term);
            cumulative.push(sum);
            k += 1;
            log_term += (mean / f64::from(k)).ln();
        }
        Self { cumulative }
    }

    /// The count that a uniform number stands for.
    #[inline]
    #[must_use]
    pub fn at(&self, uniform: f64) -> u32 {
        if self.cumulative.len() < 32 {
            return self.cumulative.iter().take_while(|&&sum| sum < uniform).count() as u32;
        }
        self.cumulative.partition_point(|&sum| sum < uniform) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Draw;

    /// Largest distance between the sample's distribution and `cdf`, times √n.
    fn kolmogorov(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let gap = values.iter().enumerate().map(|(i, value)| {
            let expected = cdf(*value);
            (expected - i as f64 / n).abs().max((expected - (i as f64 + 1.0) / n).abs())
        });
        gap.fold(0.0, f64::max) * n.sqrt()
    }

    #[test]
    fn gammas_follow_their_distribution_at_every_shape() {
        // a shape of 4 and 1 in closed form: 1 − e^−x Σ x^k/k!; a shape of 1/2 is the square of a normal number
        let stream = Stream::new(2, "gamma", Draw::Gsyn);
        let draws = |mean, sd| (0..50_000).map(|i| Gamma::new(mean, sd).draw(stream, i, 0)).collect::<Vec<f64>>();
        let erlang = |k: i32| {
            move |x: f64| {
                let mut term = 1.0;
                let mut sum = 0.0;
                for i in 0..k {
                    sum += term;
                    term *= x / f64::from(i + 1);
                }
                1.0 - (-x).exp() * sum
            }
        };
        // 1.95: five draws in ten thousand exceed it, and seeds are fixed
        assert!(kolmogorov(draws(4.0, 2.0), erlang(4)) < 1.95);
        assert!(kolmogorov(draws(1.0, 1.0), erlang(1)) < 1.95);
        let half = kolmogorov(draws(0.5, 0.5_f64.sqrt()), |x| 2.0 * normal_cdf((2.0 * x).sqrt()) - 1.0);
        assert!(half < 1.95, "{half}");
    }

    #[test]
    fn truncated_normals_follow_their_distribution() {
        for (mean, sd) in [(0.5, 0.02), (0.09, 0.12), (8.3, 2.2)] {
            let law = NormalWithinSd::new(mean, sd);
            let (low, high) = law.range();
            let values: Vec<f64> =
                (0..50_000_u64).map(|i| law.at(Stream::new(4, "u", Draw::Usyn).uniform(i, 0))).collect();
            assert!(values.iter().all(|value| (low..=high).contains(value)));
            let (from, to) = (normal_cdf((low - mean) / sd), normal_cdf(1.0));
            let distance = kolmogorov(values, |x| (normal_cdf((x - mean) / sd) - from) / (to - from));
            assert!(distance < 1.95, "{distance} for {mean} {sd}");
        }
        assert_eq!(NormalWithinSd::new(-2.0, 1.0).at(0.7), 0.0);
        assert_eq!(NormalWithinSd::new(2.0, 0.0).at(0.7), 2.0);
    }

    #[test]
    fn poisson_counts_have_mean_and_variance_of_their_mean() {
        for mean in [0.0, 0.3, 4.0, 60.0, 900.0] {
            let law = Poisson::new(mean);
            let n = 40_000_u32;
            let values: Vec<f64> = (0..n).map(|i| f64::from(law.at((f64::from(i) + 0.5) / f64::from(n)))).collect();
            let m = values.iter().sum::<f64>() / f64::from(n);
            let variance = values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / f64::from(n);
            // the quantiles are taken evenly: only the tails beyond 1/n are missing
            assert!((m - mean).abs() <= 2e-3 * mean.max(1.0), "{m} for {mean}");
            assert!((variance - mean).abs() <= 2e-2 * mean.max(0.1), "{variance} for {mean}");
        }
    }
}
