//! Lines of a pathway, and the verdict on all of them.

use super::expected::{Expected, Sum};
use super::law::Law;
use super::lines::{Check, Checked, DistanceBin, PathwayReport, Reciprocity, Verdict, What};
use super::stats::{at_least, chi_square_z, count_z, limit};
use super::tally::{PairTally, Tally};
use crate::column::PlacedPopulation;
use crate::wire::Circuit;
use crate::wire::rules::DEFAULT_CV_SYNAPSES;
use bravli_recipe::{Amount, CellClass, ConnectionRule, PathwaySpec, Recipe};

/// A line beyond this is looked at twice.
const LOOK_TWICE: f64 = 3.0;

/// Share of normal deviates beyond three.
const BEYOND: f64 = 0.0027;

/// How often a circuit that is as stated may have a line called off.
const FALSE_ALARM: f64 = 0.001;

/// Fewest connections that a distance bin is judged by alone.
const FEW: f64 = 5.0;

/// Smallest variance of a number of synapses that random rounding leaves.
const ROUNDING: f64 = 0.26;

/// Relative error of the standard deviation of synapses: rounding a gamma to whole numbers moves it.
const ROUNDED_SD: f64 = 0.05;

/// Synapses per connection of a pair of populations, over the connections that are there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Synapses {
    n: f64,
    /// Stated means, over connections; absent where a pair of types has no rule.
    mean: Option<f64>,
    /// Variance of the mean.
    mean_variance: f64,
    /// Stated variance within a connection plus that between the means of types.
    variance: f64,
    got_mean: f64,
    got_variance: f64,
    /// Whether rounding to whole synapses decides their spread.
    is_rounded: bool,
}

/// What the recipe states of synapses per connection, weighed by the connections there are.
pub(super) fn stated_synapses(
    recipe: &Recipe,
    circuit: &Circuit,
    specs: &[Option<&PathwaySpec>],
    tally: &Tally,
) -> Vec<Synapses> {
    let (header, cells) = (&circuit.column.header, &circuit.column.cells);
    let n = header.populations.len();
    let counts = recipe.connection_index();
    let class = |cell: u32| {
        let cell = cell as usize;
        let (mtype, etype) = (usize::from(cells.mtype[cell]), usize::from(cells.etype[cell]));
        CellClass::new(
            &header.mtypes[mtype],
            &header.etypes[etype],
            if cells.is_excitatory[cell] { "EXC" } else { "INH" },
        )
    };
    // n, Σ n·mean, Σ n·mean², Σ n·variance, Σ got, Σ got², whether all are stated, whether any is near one synapse
    let mut sums = vec![([0.0_f64; 6], true, false); specs.len()];
    for (kinds, found) in tally.types.iter().enumerate().filter(|(_, found)| found.n > 0) {
        let (pre, post) = (tally.of_type[kinds / tally.n_types], tally.of_type[kinds % tally.n_types]);
        let population = |cell: u32| usize::from(cells.population[cell as usize]);
        let pair = population(pre) * n + population(post);
        let rule = counts.rule(&class(pre), &class(post));
        let mean = specs[pair].and_then(|spec| spec.mean_synapses).or_else(|| rule.and_then(|rule| rule.mean_synapses));
        let (sum, is_stated, is_rounded) = &mut sums[pair];
        let Some(mean) = mean else {
            *is_stated = false;
            continue;
        };
        let cv = rule.and_then(ConnectionRule::cv).unwrap_or(DEFAULT_CV_SYNAPSES);
        let (of, variance) = (found.n as f64, (mean * cv).powi(2));
        *is_rounded |= mean < 2.0 || variance < 0.5;
        let mean = mean.max(1.0);
        let terms =
            [of, of * mean, of * mean * mean, of * variance.max(ROUNDING), found.sum as f64, found.squares as f64];
        sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    let synapses = sums.into_iter().map(|([n, mean, squares, variance, got, got_squares], is_stated, is_rounded)| {
        if n == 0.0 || !is_stated {
            return Synapses::default();
        }
        let (mean, got_mean) = (mean / n, got / n);
        Synapses {
            n,
            mean: Some(mean),
            mean_variance: variance / (n * n),
            variance: variance / n + (squares / n - mean * mean).max(0.0),
            got_mean,
            got_variance: (got_squares / n - got_mean * got_mean).max(0.0),
            is_rounded,
        }
    });
    synapses.collect()
}

/// All lines of a pathway; verdicts by z follow in [`judge`].
pub(super) fn pathway(
    [pre, post]: [&PlacedPopulation; 2],
    law: &Law<'_>,
    opposite: Option<&PathwaySpec>,
    tally: &PairTally,
    expected: &Expected,
    synapses: &Synapses,
) -> PathwayReport {
    // the mean of a rule with common neighbours is itself measured on as many connections as it makes
    let excess = if law.is_clustered() { 2.0 } else { 1.0 };
    let count = |what: What, sum: &Sum, got: u64| {
        let variance = sum.variance * excess;
        let z = count_z(got as f64, sum.mean, variance);
        Check {
            what,
            stated: None,
            expected: sum.mean,
            got: got as f64,
            sd: variance.sqrt(),
            z: Some(z),
            verdict: Verdict::Ok,
        }
    };
    let exact = |what: What, stated: f64, got: f64, holds: bool| {
        let verdict = if holds { Verdict::Ok } else { Verdict::Off };
        Check { what, stated: Some(stated), expected: stated, got, sd: 0.0, z: None, verdict }
    };
    let mut checks = Vec::new();
    match law.spec.map(|spec| spec.amount) {
        Some(Amount::InDegree(k)) if k > 0 => {
            let got = &tally.in_degree;
            checks.push(exact(What::InDegree, k.into(), got.mean, got.min == k && got.max == k));
        }
        Some(Amount::Total(total)) if total > 0 => {
            checks.push(exact(What::Total, total as f64, tally.n as f64, tally.n == total));
        }
        Some(amount) if !amount.is_none() => {
            checks.push(count(What::Connections, &expected.all, tally.n));
            let within = &expected.within;
            if let Amount::Mean { probability, .. } = amount
                && within.pairs > 0.0
            {
                let line = count(What::ProbabilityWithin, within, tally.within);
                checks.push(Check {
                    stated: Some(probability),
                    expected: line.expected / within.pairs,
                    got: line.got / within.pairs,
                    sd: line.sd / within.pairs,
                    ..line
                });
            }
        }
        _ => checks.push(exact(What::Connections, 0.0, tally.n as f64, tally.n == 0)),
    }
    let by_distance = bins(law, tally, expected);
    if !law.is_nothing() {
        checks.extend(profile(law, tally, expected));
    }
    checks.extend(synapse_lines(synapses));
    let reciprocity = reciprocity(pre.name == post.name, tally, expected, opposite);
    if let (Some(stated), Some(found)) = (law.reciprocity(), &reciprocity) {
        let z = count_z(found.n_both as f64, stated * found.expected, (found.se * found.expected).powi(2));
        checks.push(Check {
            what: What::Reciprocity,
            stated: Some(stated),
            expected: stated,
            got: found.ratio,
            sd: found.se,
            z: Some(z),
            verdict: Verdict::Ok,
        });
    }
    PathwayReport {
        pre: pre.name.clone(),
        post: post.name.clone(),
        rule: law.spec.map(|spec| spec.at.to_string()).unwrap_or_default(),
        n_pairs: expected.all.pairs,
        n_connections: tally.n,
        n_synapses: tally.n_synapses,
        checks,
        by_distance,
        out_degree: tally.out_degree,
        in_degree: tally.in_degree,
        reciprocity,
    }
}

fn bins(law: &Law<'_>, tally: &PairTally, expected: &Expected) -> Vec<DistanceBin> {
    let bins = expected.bins.iter().zip(&tally.bins).enumerate();
    let filled = bins.filter(|(_, (sum, got))| sum.pairs > 0.0 || **got > 0);
    let rows = filled.map(|(i, (sum, got))| DistanceBin {
        from_um: law.width_um * i as f64,
        to_um: law.width_um * (i + 1) as f64,
        n_pairs: sum.pairs,
        expected: sum.mean,
        got: *got,
        z: count_z(*got as f64, sum.mean, sum.variance),
    });
    rows.collect()
}

/// χ² of the distance bins over its degrees of freedom; bins with few connections count as one.
fn profile(law: &Law<'_>, tally: &PairTally, expected: &Expected) -> Option<Check> {
    let (mut chi_square, mut n_bins) = (0.0, 0.0);
    let (mut rest, mut rest_got) = (Sum::default(), 0);
    let mut add = |sum: &Sum, got: u64| {
        chi_square += count_z(got as f64, sum.mean, sum.variance).powi(2);
        n_bins += 1.0;
    };
    for (sum, got) in expected.bins.iter().zip(&tally.bins) {
        if sum.mean >= FEW {
            add(sum, *got);
        } else {
            rest.mean += sum.mean;
            rest.variance += sum.variance;
            rest_got += got;
        }
    }
    if rest.mean >= FEW || rest_got as f64 > rest.mean + FEW {
        add(&rest, rest_got);
    }
    if n_bins < 2.0 {
        return None;
    }
    let is_fixed = law.spec.is_some_and(|spec| matches!(spec.amount, Amount::InDegree(_) | Amount::Total(_)));
    let freedom = n_bins - f64::from(u8::from(is_fixed));
    let z = chi_square_z(chi_square, freedom);
    let verdict = if law.is_clustered() { Verdict::Reported } else { Verdict::Ok };
    let sd = (2.0 / freedom).sqrt();
    Some(Check {
        what: What::DistanceProfile,
        stated: None,
        expected: 1.0,
        got: chi_square / freedom,
        sd,
        z: Some(z),
        verdict,
    })
}

fn synapse_lines(synapses: &Synapses) -> Vec<Check> {
    let Some(mean) = synapses.mean else { return Vec::new() };
    let sd = synapses.mean_variance.sqrt();
    let of_mean = Check {
        what: What::SynapsesMean,
        stated: Some(mean),
        expected: mean,
        got: synapses.got_mean,
        sd,
        z: Some((synapses.got_mean - mean) / sd),
        verdict: Verdict::Ok,
    };
    let (stated, got) = (synapses.variance.sqrt(), synapses.got_variance.sqrt());
    // a gamma of coefficient of variation c has an excess kurtosis of 6c²
    let kurtosis = 6.0 * synapses.variance / (mean * mean);
    let sd = stated * ((2.0 + kurtosis) / (4.0 * synapses.n) + ROUNDED_SD * ROUNDED_SD).sqrt();
    let is_told = synapses.is_rounded || synapses.n < 30.0;
    let of_sd = Check {
        what: What::SynapsesSd,
        stated: Some(stated),
        expected: stated,
        got,
        sd,
        z: Some((got - stated) / sd),
        verdict: if is_told { Verdict::Reported } else { Verdict::Ok },
    };
    vec![of_mean, of_sd]
}

fn reciprocity(
    is_within: bool,
    tally: &PairTally,
    expected: &Expected,
    opposite: Option<&PathwaySpec>,
) -> Option<Reciprocity> {
    opposite.filter(|spec| !spec.amount.is_none())?;
    let both = &expected.both;
    if both.mean <= 0.0 {
        return None;
    }
    let n_both = if is_within { tally.both / 2 } else { tally.both };
    let pairs = expected.all.pairs;
    let forth = tally.n as f64 / pairs;
    let uniform = 0.5 * pairs * forth * forth;
    Some(Reciprocity {
        n_both,
        expected: both.mean,
        ratio: n_both as f64 / both.mean,
        se: both.variance.sqrt() / both.mean,
        ratio_uniform: (is_within && uniform > 0.0).then(|| n_both as f64 / uniform),
    })
}

/// Gives every line its verdict, once it is known how many there are.
pub(super) fn judge(pathways: &mut [PathwayReport]) -> Checked {
    let judged = |check: &Check| check.verdict != Verdict::Reported;
    let deviates = |check: &Check| check.z.filter(|_| judged(check)).map(|z| beyond(check.what, z));
    let lines = || pathways.iter().flat_map(|pathway| &pathway.checks);
    let n_z = lines().filter_map(deviates).count();
    let n_beyond = lines().filter_map(deviates).filter(|z| *z > LOOK_TWICE).count() as u32;
    let n_lines = lines().filter(|check| judged(check)).count() as u32;
    let limit_z = limit(n_z, FALSE_ALARM);
    let (mut n_within, mut n_off) = (0, 0);
    for pathway in pathways.iter_mut() {
        for check in &mut pathway.checks {
            if let Some(z) = deviates(check) {
                check.verdict = if z > limit_z {
                    Verdict::Off
                } else if z > LOOK_TWICE {
                    Verdict::Chance
                } else {
                    Verdict::Ok
                };
            }
        }
        let off = pathway.checks.iter().filter(|check| check.verdict == Verdict::Off).count() as u32;
        n_off += off;
        n_within += u32::from(off == 0);
    }
    let expected_beyond_3sd = BEYOND * n_z as f64;
    Checked {
        n_pathways: pathways.len() as u32,
        n_within,
        n_lines,
        n_beyond_3sd: n_beyond,
        expected_beyond_3sd,
        chance: at_least(n_beyond, expected_beyond_3sd),
        limit_z,
        n_off,
    }
}

/// How far a line is away; a distance profile can only be too bad.
fn beyond(what: What, z: f64) -> f64 {
    let z = if what == What::DistanceProfile { z } else { z.abs() };
    // a comparison that cannot be made is no agreement
    if z.is_nan() { f64::INFINITY } else { z }
}
