//! What several cases are put together from.

use bravli_rng::{Draw, Stream};
use bravli_sim::network::{Connectivity, Distribution, Effect, Kinetics, Projection, Receptor, Release, Rule, Values};

/// A normal distribution with a relative standard deviation, drawn again until it has its mean's sign.
pub(super) fn of_one_sign(mean: f64, relative_sd: f64) -> Distribution {
    let (min, max) = if mean < 0.0 { (f64::NEG_INFINITY, 0.0) } else { (0.0, f64::INFINITY) };
    Distribution::Normal { mean, sd: mean.abs() * relative_sd, min, max }
}

/// A receptor that opens at once and closes exponentially.
pub(super) fn exponential(name: &str, tau_ms: f64, effect: Effect) -> Receptor {
    Receptor { name: name.to_owned(), kinetics: Kinetics::Exponential { tau_ms }, effect }
}

/// A projection by rule between two populations, given as (position, name).
pub(super) fn projection(
    source: (usize, &str),
    target: (usize, &str),
    receptor: usize,
    rule: Rule,
    release: Release,
) -> Projection<'static> {
    Projection {
        name: format!("{}-{}", source.1, target.1),
        source: source.0,
        target: target.0,
        receptor,
        slow: None,
        connections: Connectivity::Rule(rule),
        release,
        plasticity: None,
    }
}

/// Potentials at the start, one per cell, uniform between two, mV.
pub(super) fn uniform_potentials(seed: u64, name: &str, n_cells: u32, from_mv: f64, to_mv: f64) -> Values {
    let stream = Stream::new(seed, name, Draw::InitialPotential);
    let draw = |cell: u32| from_mv + (to_mv - from_mv) * stream.uniform(u64::from(cell), 0);
    Values::Each((0..n_cells).map(draw).collect())
}

/// Potentials at the start, one per cell, normal, mV.
pub(super) fn normal_potentials(seed: u64, name: &str, n_cells: u32, mean_mv: f64, sd_mv: f64) -> Values {
    let stream = Stream::new(seed, name, Draw::InitialPotential);
    let draw = |cell: u32| mean_mv + sd_mv * stream.sampler(u64::from(cell), 0).normal();
    Values::Each((0..n_cells).map(draw).collect())
}
