//! Connectivity by rule: every row is a function of (seed, projection, source).

use super::projection::{Connectivity, Projection, Row};
use super::{Network, Release};
use bravli_rng::{Draw, Stream, normal_cdf, normal_quantile, philox4x32, unit32};

/// A rule that says who connects and draws weights, delays and release parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Who connects with whom.
    pub pairing: Pairing,
    /// Weights: pA or nS.
    pub weight: Distribution,
    /// Delays, ms; rounded to steps, one at least.
    pub delay_ms: Distribution,
    /// Utilisation, for [`Release::PerConnection`] and [`Release::Stochastic`].
    pub u: Distribution,
    /// Recovery from depression, ms, for the same.
    pub tau_rec_ms: Distribution,
    /// Recovery from facilitation, ms, for the same.
    pub tau_facil_ms: Distribution,
    /// Release sites of a connection, for [`Release::Stochastic`].
    pub sites: u16,
}

impl Rule {
    /// A rule for synapses without short-term plasticity of their own.
    #[must_use]
    pub fn new(pairing: Pairing, weight: Distribution, delay_ms: Distribution) -> Self {
        let unused = Distribution::Constant(1.0);
        Self { pairing, weight, delay_ms, u: unused, tau_rec_ms: unused, tau_facil_ms: unused, sites: 1 }
    }
}

/// Who connects with whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pairing {
    /// A total of synapses, each with source and target drawn at random; pairs may repeat. NEST: `fixed_total_number`.
    TotalNumber(u64),
    /// As many synapses from each source, each target drawn at random; pairs may repeat. NEST: `fixed_outdegree`.
    OutDegree(u32),
    /// Every ordered pair with one probability; a cell with itself as well. NEST: `pairwise_bernoulli`.
    Bernoulli(f64),
    /// Source i with target i. NEST: `one_to_one`.
    OneToOne,
    /// All pairs. NEST: `all_to_all`.
    AllToAll,
}

/// A distribution to draw from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// Always this.
    Constant(f64),
    /// Normal, drawn again until it lies in [min, max].
    Normal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// Lognormal with its own mean and standard deviation.
    Lognormal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// Uniform.
    Uniform {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
}

impl Distribution {
    /// The value below which a share `p` of draws falls, 0 < p < 1.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.quantiles()(p)
    }

    /// The same, prepared for many calls.
    fn quantiles(&self) -> impl Fn(f64) -> f64 {
        let distribution = *self;
        // the shares of a normal that its bounds cut off
        let (from, to) = match distribution {
            Self::Normal { mean, sd, min, max } if sd > 0.0 => {
                (normal_cdf((min - mean) / sd), normal_cdf((max - mean) / sd))
            }
            _ => (0.0, 1.0),
        };
        move |p| match distribution {
            Self::Constant(value) => value,
            Self::Normal { mean, sd, min, max } => {
                if sd <= 0.0 {
                    return mean.clamp(min, max);
                }
                let at = (from + (to - from) * p).clamp(1e-17, 1.0 - 1e-16);
                (mean + sd * normal_quantile(at)).clamp(min, max)
            }
            Self::Lognormal { mean, sd } => {
                let variance = (1.0 + (sd / mean) * (sd / mean)).ln();
                (mean.ln() - 0.5 * variance + variance.sqrt() * normal_quantile(p)).exp()
            }
            Self::Uniform { min, max } => min + (max - min) * p,
        }
    }

    /// What is wrong with its parameters.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        match *self {
            Self::Constant(value) if !value.is_finite() => Some(format!("{value} is not a finite number")),
            Self::Normal { mean, sd, min, max } => {
                if !(mean.is_finite() && sd.is_finite() && sd >= 0.0) {
                    return Some(format!("a normal distribution needs a finite mean and sd >= 0, got {mean} and {sd}"));
                }
                // beyond eight standard deviations nothing is left to draw from
                let reachable = min <= max && min <= mean + 7.0 * sd && max >= mean - 7.0 * sd;
                (!reachable).then(|| format!("[{min}, {max}] holds next to nothing of a normal of {mean} ± {sd}"))
            }
            Self::Lognormal { mean, sd } if !(mean > 0.0 && mean.is_finite() && sd >= 0.0 && sd.is_finite()) => {
                Some(format!("a lognormal distribution needs mean > 0 and sd >= 0, got {mean} and {sd}"))
            }
            Self::Uniform { min, max } if !(min.is_finite() && max.is_finite() && min <= max) => {
                Some(format!("a uniform distribution needs min <= max, got {min} and {max}"))
            }
            _ => None,
        }
    }
}

/// A distribution by its quantiles, straight lines between: a draw costs two look-ups.
#[derive(Debug, Clone)]
struct Table(Box<[f32; KNOTS + 1]>);

/// Pieces of a [`Table`].
const KNOTS: usize = 2_048;

/// Bits of a word that choose a piece.
const KNOT_BITS: u32 = KNOTS.trailing_zeros();

impl Table {
    fn new(distribution: &Distribution) -> Self {
        let mut knots = Box::new([0.0_f32; KNOTS + 1]);
        let quantile = distribution.quantiles();
        for (i, knot) in knots.iter_mut().enumerate().take(KNOTS).skip(1) {
            *knot = quantile(i as f64 / KNOTS as f64) as f32;
        }
        // the outermost pieces keep the mean of the tail that they stand for
        let tail = |low: f64| {
            const PARTS: i32 = 64;
            let at = |i: i32| quantile((low + (f64::from(i) + 0.5) / f64::from(PARTS)) / KNOTS as f64);
            (0..PARTS).map(at).sum::<f64>() / f64::from(PARTS)
        };
        knots[0] = (2.0 * tail(0.0) - f64::from(knots[1])) as f32;
        knots[KNOTS] = (2.0 * tail((KNOTS - 1) as f64) - f64::from(knots[KNOTS - 1])) as f32;
        if let Distribution::Normal { min, max, .. } = distribution {
            // lines must not leave the interval
            knots[0] = knots[0].max(*min as f32);
            knots[KNOTS] = knots[KNOTS].min(*max as f32);
        }
        Self(knots)
    }

    #[inline]
    fn at(&self, word: u32) -> f32 {
        let knot = (word >> (32 - KNOT_BITS)) as usize;
        let within = (word << KNOT_BITS >> 8) as f32 * (1.0 / 16_777_216.0);
        self.0[knot] + (self.0[knot + 1] - self.0[knot]) * within
    }
}

/// A projection ready to be asked for its rows.
#[derive(Debug)]
pub struct Wiring<'a> {
    connectivity: &'a Connectivity<'a>,
    n_sources: u32,
    n_targets: u32,
    drawn: Option<Drawn>,
}

/// What rows of a rule are drawn from.
#[derive(Debug)]
struct Drawn {
    pairs: Stream,
    release: Stream,
    rule: Rule,
    weight: Table,
    delay_steps: Table,
    own: Option<[Table; 3]>,
    has_sites: bool,
    /// Connections of each source under [`Pairing::TotalNumber`].
    out_degree: Vec<u32>,
}

impl<'a> Projection<'a> {
    /// Prepares the rows of this projection of `network`.
    #[must_use]
    pub fn wiring<'b>(&'b self, network: &Network<'_>) -> Wiring<'b>
    where
        'a: 'b,
    {
        let (n_sources, n_targets) =
            (network.populations[self.source].n_cells, network.populations[self.target].n_cells);
        let drawn = match &self.connections {
            Connectivity::Rule(rule) => {
                let pairs = Stream::new(network.seed, &self.name, Draw::Connection);
                let own = matches!(self.release, Release::PerConnection | Release::Stochastic)
                    .then(|| [&rule.u, &rule.tau_rec_ms, &rule.tau_facil_ms].map(Table::new));
                let out_degree = match rule.pairing {
                    Pairing::TotalNumber(total) => out_degrees(pairs, total, n_sources),
                    _ => Vec::new(),
                };
                let mut delay_steps = Table::new(&rule.delay_ms);
                delay_steps.0.iter_mut().for_each(|knot| *knot = (f64::from(*knot) / network.dt_ms) as f32);
                Some(Drawn {
                    pairs,
                    release: Stream::new(network.seed, &self.name, Draw::Usyn),
                    weight: Table::new(&rule.weight),
                    delay_steps,
                    own,
                    has_sites: matches!(self.release, Release::Stochastic),
                    out_degree,
                    rule: rule.clone(),
                })
            }
            _ => None,
        };
        Wiring { connectivity: &self.connections, n_sources, n_targets, drawn }
    }
}

impl Wiring<'_> {
    /// Number of source cells.
    #[must_use]
    pub fn n_sources(&self) -> u32 {
        self.n_sources
    }

    /// Number of target cells.
    #[must_use]
    pub fn n_targets(&self) -> u32 {
        self.n_targets
    }

    /// Connections expected in all, to size memory by; exact for lists and most rules.
    #[must_use]
    pub fn expected(&self) -> f64 {
        let pairs = f64::from(self.n_sources) * f64::from(self.n_targets);
        match self.connectivity {
            Connectivity::Listed(rows) => rows.iter().map(|row| row.len() as f64).sum(),
            Connectivity::Rule(rule) => match rule.pairing {
                Pairing::TotalNumber(total) => total as f64,
                Pairing::OutDegree(degree) => f64::from(degree) * f64::from(self.n_sources),
                Pairing::Bernoulli(p) => p * pairs,
                Pairing::OneToOne => f64::from(self.n_sources.min(self.n_targets)),
                Pairing::AllToAll => pairs,
            },
            Connectivity::Given(rows) => {
                if let Some(n) = rows.n_connections() {
                    return n as f64;
                }
                let mut row = Row::default();
                let mut total = 0;
                for source in 0..self.n_sources {
                    row.clear();
                    rows.row(source, &mut row);
                    total += row.len();
                }
                total as f64
            }
        }
    }

    /// Bounds of what rows can hold; every row of a store that is not a rule is looked at.
    ///
    /// # Errors
    /// The first row in which `flaw` finds one: its source, and what is wrong.
    pub fn bounds(&self, flaw: impl Fn(&Row) -> Option<String>) -> Result<Bounds, (u32, String)> {
        let mut bounds = Bounds::default();
        if let Some(drawn) = &self.drawn {
            let range = |table: &Table| {
                table.0.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
            };
            let ((low, high), delays) = (range(&drawn.weight), range(&drawn.delay_steps));
            let to_steps = |delay: f32| (delay + 0.5).max(1.0) as u16;
            bounds.n_connections = self.expected();
            bounds.max_weight = low.abs().max(high.abs());
            bounds.delay = Some((to_steps(delays.0), to_steps(delays.1)));
            return Ok(bounds);
        }
        let mut row = Row::default();
        for source in 0..self.n_sources {
            self.row(source, &mut row);
            if let Some(message) = flaw(&row) {
                return Err((source, message));
            }
            bounds.add(&row);
        }
        Ok(bounds)
    }

    /// Writes the connections of a source into `row`, which is emptied first.
    pub fn row(&self, source: u32, row: &mut Row) {
        row.clear();
        match self.connectivity {
            Connectivity::Listed(rows) => {
                if let Some(listed) = rows.get(source as usize) {
                    row.clone_from(listed);
                }
            }
            Connectivity::Given(rows) => rows.row(source, row),
            Connectivity::Rule(_) => {
                if let Some(drawn) = &self.drawn {
                    drawn.row(source, self.n_sources, self.n_targets, row);
                }
            }
        }
    }
}

/// What the rows of a projection can hold at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    /// Connections in all, as in [`Wiring::expected`].
    pub n_connections: f64,
    /// Largest weight without its sign.
    pub max_weight: f32,
    /// Shortest and longest delay, steps; none where there are no connections.
    pub delay: Option<(u16, u16)>,
    /// Shortest and longest decay that connections have for themselves, ms.
    pub decay_ms: Option<(f32, f32)>,
    /// Whether connections release spontaneously.
    pub has_minis: bool,
    /// Whether connections have ratios of the slow receptor for themselves.
    pub has_ratios: bool,
}

impl Bounds {
    fn add(&mut self, row: &Row) {
        self.n_connections += row.len() as f64;
        self.max_weight = row.weight.iter().fold(self.max_weight, |most, weight| most.max(weight.abs()));
        for delay in &row.delay {
            let (low, high) = self.delay.unwrap_or((*delay, *delay));
            self.delay = Some((low.min(*delay), high.max(*delay)));
        }
        for decay in &row.own.decay_ms {
            let (low, high) = self.decay_ms.unwrap_or((*decay, *decay));
            self.decay_ms = Some((low.min(*decay), high.max(*decay)));
        }
        self.has_minis |= row.own.mini_hz.iter().any(|rate| *rate > 0.0);
        self.has_ratios |= !row.own.slow_ratio.is_empty();
    }
}

impl Drawn {
    fn row(&self, source: u32, n_sources: u32, n_targets: u32, row: &mut Row) {
        let entity = u64::from(source);
        let count = match self.rule.pairing {
            Pairing::TotalNumber(_) => self.out_degree[source as usize],
            Pairing::OutDegree(degree) => degree,
            Pairing::Bernoulli(p) => return self.bernoulli(p, source, n_targets, row),
            Pairing::OneToOne => {
                if source < n_targets.min(n_sources) {
                    self.push(source, self.pairs.words(entity, 0), entity, 0, row);
                }
                return;
            }
            Pairing::AllToAll => {
                for target in 0..n_targets {
                    self.push(target, self.pairs.words(entity, u64::from(target)), entity, u64::from(target), row);
                }
                return;
            }
        };
        self.random_targets(entity, count, n_targets, row);
    }

    /// `count` connections with targets at random, in blocks whose draws are computed side by side.
    fn random_targets(&self, entity: u64, count: u32, n_targets: u32, row: &mut Row) {
        let n = count as usize;
        row.target.resize(n, 0);
        row.weight.resize(n, 0.0);
        row.delay.resize(n, 0);
        let columns = row.target.chunks_mut(BLOCK).zip(row.weight.chunks_mut(BLOCK)).zip(row.delay.chunks_mut(BLOCK));
        let mut words = [[0_u32; BLOCK]; 3];
        for (block, ((target, weight), delay)) in columns.enumerate() {
            draw_block(self.pairs.key(), entity, (block * BLOCK) as u32, &mut words);
            for (target, word) in target.iter_mut().zip(&words[0]) {
                *target = ((u64::from(*word) * u64::from(n_targets)) >> 32) as u32;
            }
            for (weight, word) in weight.iter_mut().zip(&words[1]) {
                *weight = self.weight.at(*word);
            }
            for (delay, word) in delay.iter_mut().zip(&words[2]) {
                *delay = ((self.delay_steps.at(*word) + 0.5).max(1.0)) as u16;
            }
        }
        if self.own.is_some() {
            for k in 0..u64::from(count) {
                self.push_own(entity, k, row);
            }
        }
    }

    fn bernoulli(&self, p: f64, source: u32, n_targets: u32, row: &mut Row) {
        if p <= 0.0 {
            return;
        }
        let entity = u64::from(source);
        let log_miss = (-p).ln_1p();
        let mut next = 0.0_f64;
        for k in 0_u64.. {
            let words = self.pairs.words(entity, k);
            // the gap to the next success is geometric; p = 1 has none
            if p < 1.0 {
                next += (unit32(words[0]).ln() / log_miss).floor();
            }
            if next >= f64::from(n_targets) {
                return;
            }
            self.push(next as u32, words, entity, k, row);
            next += 1.0;
        }
    }

    #[inline]
    fn push(&self, target: u32, words: [u32; 4], entity: u64, k: u64, row: &mut Row) {
        row.target.push(target);
        row.weight.push(self.weight.at(words[1]));
        row.delay.push(((self.delay_steps.at(words[2]) + 0.5).max(1.0)) as u16);
        self.push_own(entity, k, row);
    }

    #[inline]
    fn push_own(&self, entity: u64, k: u64, row: &mut Row) {
        if let Some([u, rec, facil]) = &self.own {
            let words = self.release.words(entity, k);
            row.own.u.push(u.at(words[0]));
            row.own.tau_rec_ms.push(rec.at(words[1]));
            row.own.tau_facil_ms.push(facil.at(words[2]));
            if self.has_sites {
                row.own.sites.push(self.rule.sites);
            }
        }
    }
}

/// Connections whose draws are computed side by side.
const BLOCK: usize = 64;

/// The first three words that [`Stream::words`] gives for `entity` and the indices from `first` on.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2"))]
fn draw_block(key: [u32; 2], entity: u64, first: u32, words: &mut [[u32; BLOCK]; 3]) {
    let [first_words, second_words, third_words] = words;
    for (i, ((a, b), c)) in first_words.iter_mut().zip(second_words).zip(third_words).enumerate() {
        // fewer than 2³² connections of a source: the index fits its low half
        let drawn = philox4x32([entity as u32, (entity >> 32) as u32, first.wrapping_add(i as u32), 0], key);
        (*a, *b, *c) = (drawn[0], drawn[1], drawn[2]);
    }
}

/// How `total` synapses, each with a source drawn at random, spread over the sources: a multinomial, source by source.
fn out_degrees(stream: Stream, total: u64, n_sources: u32) -> Vec<u32> {
    let mut left = total;
    (0..n_sources)
        .map(|source| {
            let share = 1.0 / f64::from(n_sources - source);
            // sources are entities of pairs as well; the top bit keeps these draws apart
            let u = stream.uniform(u64::from(source) | 1 << 63, 0);
            let drawn = if source + 1 == n_sources { left } else { binomial(left, share, u) };
            left -= drawn;
            drawn.min(u64::from(u32::MAX)) as u32
        })
        .collect()
}

/// Binomial(n, p) by inversion from the mode outwards; exact to rounding, in about √(npq) steps.
fn binomial(n: u64, p: f64, u: f64) -> u64 {
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    let mode = (((n + 1) as f64) * p).floor().min(n as f64);
    let (nf, q) = (n as f64, 1.0 - p);
    let peak =
        (ln_factorial(nf) - ln_factorial(mode) - ln_factorial(nf - mode) + mode * p.ln() + (nf - mode) * (-p).ln_1p())
            .exp();
    // outcomes are laid on the unit interval as mode, mode + 1, mode − 1, mode + 2, …
    let (mut up, mut down) = (peak, peak);
    let (mut high, mut low) = (mode, mode);
    let mut sum = peak;
    if u < sum {
        return mode as u64;
    }
    loop {
        let mut moved = false;
        if high < nf {
            up *= (nf - high) / (high + 1.0) * (p / q);
            high += 1.0;
            sum += up;
            moved = true;
            if u < sum {
                return high as u64;
            }
        }
        if low > 0.0 {
            down *= low / (nf - low + 1.0) * (q / p);
            low -= 1.0;
            sum += down;
            moved = true;
            if u < sum {
                return low as u64;
            }
        }
        // what rounding leaves of the unit interval belongs to the mode
        if !moved || (up < 1e-18 && down < 1e-18) {
            return mode as u64;
        }
    }
}

/// ln n! by Stirling's series; exact sums below 32.
fn ln_factorial(n: f64) -> f64 {
    if n < 32.0 {
        return (1..=n as u32).map(|k| f64::from(k).ln()).sum();
    }
    let x = n + 1.0;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + 1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x)
        + 1.0 / (1_260.0 * x.powi(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
    }

    #[test]
    fn tables_keep_mean_and_spread_of_what_they_stand_for() {
        let evenly = |table: &Table| -> Vec<f64> {
            (0..1_000_000_u64).map(|i| f64::from(table.at(((2 * i + 1) * (1 << 32) / 2_000_000) as u32))).collect()
        };
        let normal = Distribution::Normal { mean: 15.0, sd: 7.5, min: f64::NEG_INFINITY, max: f64::INFINITY };
        let (mean, sd) = moments(&evenly(&Table::new(&normal)));
        assert!((mean - 15.0).abs() < 1e-3 && (sd / 7.5 - 1.0).abs() < 1e-3, "{mean} {sd}");
        // a normal cut at zero: mean and sd in closed form, with φ and Φ at −2
        let cut = Distribution::Normal { mean: 2.0, sd: 1.0, min: 0.0, max: f64::INFINITY };
        let (mean, sd) = moments(&evenly(&Table::new(&cut)));
        let (density, beyond) = (0.053_990_966_5, 0.977_249_868_1);
        let lambda = density / beyond;
        assert!((mean - (2.0 + lambda)).abs() < 1e-3, "{mean}");
        assert!((sd - (1.0 - 2.0 * lambda - lambda * lambda).sqrt()).abs() < 1e-3, "{sd}");
        let (mean, sd) = moments(&evenly(&Table::new(&Distribution::Lognormal { mean: 3.0, sd: 2.0 })));
        assert!((mean - 3.0).abs() < 5e-3 && (sd - 2.0).abs() < 0.03, "{mean} {sd}");
    }

    #[test]
    fn out_degrees_are_multinomial() {
        let degrees = out_degrees(Stream::new(1, "p", Draw::Connection), 2_000_000, 1_000);
        assert_eq!(degrees.iter().map(|d| u64::from(*d)).sum::<u64>(), 2_000_000);
        let values: Vec<f64> = degrees.iter().map(|d| f64::from(*d)).collect();
        let (_, sd) = moments(&values);
        // sd √(2000·0.999) = 44.7; its standard error over 1000 sources is 2.2 %
        assert!((sd / 44.7 - 1.0).abs() < 0.1, "{sd}");
    }

    #[test]
    fn binomials_follow_their_law() {
        for (n, p) in [(10_u64, 0.3), (1_000, 0.01), (5_000_000, 0.000_4)] {
            let count = 20_000_u32;
            let values: Vec<f64> =
                (0..count).map(|i| binomial(n, p, (f64::from(i) + 0.5) / f64::from(count)) as f64).collect();
            let (mean, sd) = moments(&values);
            let expected = (n as f64 * p * (1.0 - p)).sqrt();
            assert!((mean - n as f64 * p).abs() < 0.01 * expected, "{mean} for {n} {p}");
            assert!((sd / expected - 1.0).abs() < 0.01, "{sd} for {n} {p}");
        }
    }
}
