//! Random numbers of the resampling steps.
//!
//! Every draw of a bootstrap or surrogate has its own generator, keyed by (seed, purpose, index), so
//! results do not depend on the order or the number of threads in which draws are evaluated.

/// A source of uniform numbers.
pub trait Draws {
    /// The next number in [0, 1).
    fn uniform(&mut self) -> f64;

    /// The next integer in 0..n; 0 when n is 0.
    fn below(&mut self, n: usize) -> usize {
        let i = (self.uniform() * n as f64) as usize;
        i.min(n.saturating_sub(1))
    }

    /// The next standard normal number (Box & Muller 1958, doi:10.1214/aoms/1177706645).
    fn normal(&mut self) -> f64 {
        let u = 1.0 - self.uniform();
        let v = self.uniform();
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// A Poisson number with mean `lambda`, by multiplication in steps of mean 16.
    fn poisson(&mut self, lambda: f64) -> f64 {
        let mut left = if lambda.is_finite() { lambda.clamp(0.0, 1e5) } else { 0.0 };
        let mut total = 0.0;
        while left > 0.0 {
            let step = left.min(16.0);
            left -= step;
            let limit = (-step).exp();
            let mut p = self.uniform();
            while p > limit {
                total += 1.0;
                p *= self.uniform();
            }
        }
        total
    }

    /// A gamma number of the given shape and scale 1 (Marsaglia & Tsang 2000, doi:10.1145/358407.358414).
    fn gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return 0.0;
        }
        let boost = if shape < 1.0 { (1.0 - self.uniform()).powf(1.0 / shape) } else { 1.0 };
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.normal();
            let v = (1.0 + c * z).powi(3);
            if v > 0.0 && (1.0 - self.uniform()).ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                return boost * d * v;
            }
        }
    }

    /// A count with the given mean and variance `fano`·mean: Poisson when `fano` ≤ 1, else negative binomial.
    fn count(&mut self, mean: f64, fano: f64) -> f64 {
        if mean > 0.0 && fano > 1.0 {
            let rate = self.gamma(mean / (fano - 1.0)) * (fano - 1.0);
            self.poisson(rate)
        } else {
            self.poisson(mean)
        }
    }
}

/// What a stream of draws is for; numbers are fixed and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Hierarchical bootstrap.
    Bootstrap = 1,
    /// Parametric bootstrap under a = 0.
    Parametric = 2,
    /// Permutation of σ labels.
    Surrogate = 3,
    /// Synthetic responses.
    Synthetic = 4,
}

/// SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195), keyed.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix {
    state: u64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl SplitMix {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let a = mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
        let b = mix(a ^ (purpose as u64).wrapping_mul(0xd1b5_4a32_d192_ed03));
        Self { state: mix(b ^ index.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7)) }
    }
}

impl Draws for SplitMix {
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.state) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_variance_asked_for() {
        // 40 000 draws: the sd of the mean is √(4·6/40000) = .025, of the variance about 1.5 %; 4 sd allowed.
        let mut d = SplitMix::new(1, Purpose::Synthetic, 0);
        let n = 40_000.0;
        let ys: Vec<f64> = (0..40_000).map(|_| d.count(6.0, 4.0)).collect();
        let mean = ys.iter().sum::<f64>() / n;
        let var = ys.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
        assert!((mean - 6.0).abs() < 0.1, "{mean}");
        assert!((var / 24.0 - 1.0).abs() < 0.06, "{var}");
    }

    #[test]
    fn keys_separate_streams() {
        let first = |s, p, i| SplitMix::new(s, p, i).uniform();
        let a = first(1, Purpose::Bootstrap, 0);
        assert_eq!(a, first(1, Purpose::Bootstrap, 0));
        assert_ne!(a, first(2, Purpose::Bootstrap, 0));
        assert_ne!(a, first(1, Purpose::Surrogate, 0));
        assert_ne!(a, first(1, Purpose::Bootstrap, 1));
    }
}
