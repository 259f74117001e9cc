//! Gain curve at matched deviations, D, and the kind of response.
//!
//! For one mean, one σ and one side, with b the expected response, m_l the mean response at deviation δ_l and
//! every level weighing the same,
//!
//! g = Σ_l |δ_l| (m_l − b) / Σ_l δ_l²
//!
//! (least squares through (0, b)), averaged over means. Without an expected response the line has its own
//! intercept. The same deviations and weights serve every σ, so g(σ_min)/g(σ_max) compares physically identical
//! stimuli whatever the shape of the response. D = log g(σ_min) − log g(σ_max), with gains floored at half a
//! spike (half the mean response, where that is less than a spike) over the whole exposure so that a silent cell gives a large but finite D.

use crate::cells::{CellPlan, Cells};
use crate::design::Table;
use crate::options::{EQUIVALENCE_RATIO, ONE_SIDED_FRACTION};
use crate::report::{BaselineSource, DeltaD, Estimate, GainPoint, GainReport, PeClass, Side};
use crate::stats::{LOWER_90, LOWER_95, line, mean, percentile_interval, quantile, sd, sorted_finite};

/// A population whose slope on μ exceeds this fraction of its error slope follows the stimulus.
const MEAN_FOLLOWING: f64 = 0.5;

/// Gains per probed σ of one set of cells; NaN where no trial remained.
#[derive(Debug, Clone)]
pub(crate) struct Curves {
    pub(crate) positive: Vec<f64>,
    pub(crate) negative: Vec<f64>,
    /// Half a spike over the exposure, per σ.
    floor: Vec<f64>,
    mu_slope: f64,
}

fn cell_mean(cells: &Cells, at: usize) -> Option<f64> {
    (cells.n[at] > 0.0).then(|| cells.sum[at] / cells.n[at])
}

fn side_gain(plan: &CellPlan, cells: &Cells, sigma: usize, levels: &[usize]) -> f64 {
    let gains: Vec<f64> = plan.mus.iter().filter_map(|mu| slope(plan, cells, *mu, sigma, levels)).collect();
    if gains.is_empty() { f64::NAN } else { mean(&gains) }
}

fn slope(plan: &CellPlan, cells: &Cells, mu: usize, sigma: usize, levels: &[usize]) -> Option<f64> {
    let points: Vec<(f64, f64)> = levels
        .iter()
        .filter_map(|l| Some((plan.deltas[*l].abs(), cell_mean(cells, plan.index(mu, sigma, *l))?)))
        .collect();
    if points.is_empty() {
        return None;
    }
    if plan.baseline == BaselineSource::FreeIntercept {
        let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        return line(&x, &y).map(|l| l.1);
    }
    let b = match plan.zero {
        Some(zero) => cell_mean(cells, plan.index(mu, sigma, zero))?,
        None => 0.0,
    };
    let (num, den) = points.iter().fold((0.0, 0.0), |(n, d), (a, m)| (n + a * (m - b), d + a * a));
    (den > 0.0).then(|| num / den)
}

impl Curves {
    pub(crate) fn new(plan: &CellPlan, table: &Table, cells: &Cells) -> Self {
        let gains = |levels: &[usize]| -> Vec<f64> {
            plan.sigmas
                .iter()
                .map(|s| if levels.is_empty() { f64::NAN } else { side_gain(plan, cells, *s, levels) })
                .collect()
        };
        // A rate model in small units never reaches one spike; its mean response then stands in for the spike.
        let quantum = (cells.sum.iter().sum::<f64>() / cells.n.iter().sum::<f64>().max(1.0)).min(1.0);
        let floor = plan
            .sigmas
            .iter()
            .map(|s| {
                let levels = plan.positive.iter().chain(&plan.negative);
                let exposure: f64 = levels
                    .flat_map(|l| plan.mus.iter().map(move |m| (l, m)))
                    .map(|(l, m)| cells.n[plan.index(*m, *s, *l)] * plan.deltas[*l].abs())
                    .sum();
                0.5 * quantum / exposure.max(1e-12)
            })
            .collect();
        Self {
            positive: gains(&plan.positive),
            negative: gains(&plan.negative),
            floor,
            mu_slope: mu_slope(plan, table, cells),
        }
    }

    pub(crate) fn side(&self, side: Side) -> Vec<f64> {
        match side {
            Side::Positive => self.positive.clone(),
            Side::Negative => self.negative.clone(),
            Side::Both => self.positive.iter().zip(&self.negative).map(|(a, b)| a + b).collect(),
        }
    }

    /// D of one side; NaN when neither end responds.
    pub(crate) fn d(&self, side: Side) -> f64 {
        let g = self.side(side);
        let (Some(lo), Some(hi)) = (g.first(), g.last()) else { return f64::NAN };
        let (f_lo, f_hi) = (self.floor[0], self.floor[self.floor.len() - 1]);
        if !(*lo > f_lo || *hi > f_hi) {
            return f64::NAN;
        }
        (lo.max(f_lo) / hi.max(f_hi)).ln()
    }

    fn mean_slope(&self, side: Side) -> f64 {
        mean(&self.side(side))
    }
}

/// Slope of the expected response on μ, averaged over σ; NaN without an expected response or spread in μ.
fn mu_slope(plan: &CellPlan, table: &Table, cells: &Cells) -> f64 {
    let Some(zero) = plan.zero else { return f64::NAN };
    if plan.mus.len() < 2 {
        return f64::NAN;
    }
    let slopes: Vec<f64> = plan
        .sigmas
        .iter()
        .filter_map(|s| {
            let points =
                plan.mus.iter().filter_map(|m| Some((table.mus[*m], cell_mean(cells, plan.index(*m, *s, zero))?)));
            let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
            line(&x, &y).map(|l| l.1)
        })
        .collect();
    if slopes.is_empty() { f64::NAN } else { mean(&slopes) }
}

/// Classifies a population by the intervals of its two mean slopes and of its slope on μ.
fn classify(pos: Option<Estimate>, neg: Option<Estimate>, follow: Option<Estimate>) -> (PeClass, Side) {
    let (Some(p), Some(n)) = (pos, neg) else {
        let side = if pos.is_some() { Side::Positive } else { Side::Negative };
        let responds = pos.or(neg).is_some_and(|e| e.lo > 0.0);
        return (if responds { PeClass::OneSidedDesign } else { PeClass::Null }, side);
    };
    let side = if p.est >= n.est { Side::Positive } else { Side::Negative };
    let (big, small) = if p.est >= n.est { (p, n) } else { (n, p) };
    if big.lo <= 0.0 {
        return (PeClass::Null, side);
    }
    let limit = ONE_SIDED_FRACTION * big.est;
    let follows = follow.is_some_and(|f| f.lo > MEAN_FOLLOWING || f.hi < -MEAN_FOLLOWING);
    if follows || (small.hi < 0.0 && small.est < -limit) {
        (PeClass::Drive, side)
    } else if small.hi <= limit && small.lo >= -limit {
        (if side == Side::Positive { PeClass::PositiveError } else { PeClass::NegativeError }, side)
    } else if small.lo > 0.0 {
        (PeClass::Salience, Side::Both)
    } else {
        (PeClass::Unclear, side)
    }
}

/// Gain report of a class from its cells and their bootstrap draws.
pub(crate) fn report(
    plan: &CellPlan,
    table: &Table,
    cells: &Cells,
    all: &Curves,
    draws: &[Curves],
    boots: &[Cells],
) -> GainReport {
    let interval = |est: f64, f: &dyn Fn(&Curves) -> f64| {
        percentile_interval(est, &draws.iter().map(f).collect::<Vec<_>>(), LOWER_95)
    };
    let of_side = |side| interval(all.mean_slope(side), &|c| c.mean_slope(side));
    let (pos, neg) = (of_side(Side::Positive), of_side(Side::Negative));
    let error_slope = |c: &Curves| c.mean_slope(Side::Positive).max(c.mean_slope(Side::Negative)).max(1e-12);
    let has_both = pos.is_some() && neg.is_some();
    let follow =
        has_both.then(|| interval(all.mu_slope / error_slope(all), &|c| c.mu_slope / error_slope(c))).flatten();
    let (class, side) = classify(pos, neg, follow);
    let d = interval(all.d(side), &|c| c.d(side));
    let sorted = sorted_finite(draws.iter().map(|c| c.d(side)));
    let d_90 = d.map(|_| [quantile(&sorted, LOWER_90), quantile(&sorted, 1.0 - LOWER_90)]);
    let bound = EQUIVALENCE_RATIO.ln();
    let curve = |pick: fn(&Curves) -> &Vec<f64>, levels: &[usize]| -> Vec<GainPoint> {
        let points = plan.sigmas.iter().enumerate().filter(|(i, _)| pick(all)[*i].is_finite());
        points
            .map(|(i, s)| GainPoint {
                sigma: table.sigmas[*s],
                g: pick(all)[i],
                se: sd(&sorted_finite(draws.iter().map(|c| pick(c)[i]))),
                n_probes: levels
                    .iter()
                    .flat_map(|l| plan.mus.iter().map(move |m| plan.index(*m, *s, *l)))
                    .map(|at| cells.n[at] as usize)
                    .sum(),
            })
            .collect()
    };
    let sigma = |i: Option<&usize>| i.map_or(0.0, |s| table.sigmas[*s]);
    let (lo, hi) = (sigma(plan.sigmas.first()), sigma(plan.sigmas.last()));
    let d_range = if lo > 0.0 { (hi / lo).ln() } else { f64::MAX.ln() };
    GainReport {
        baseline: plan.baseline,
        class,
        side,
        slope_positive: pos,
        slope_negative: neg,
        mean_following: follow,
        rectified_by_floor: floored(plan, cells, pos, neg, class),
        positive: curve(|c| &c.positive, &plan.positive),
        negative: curve(|c| &c.negative, &plan.negative),
        d_log_ratio: d,
        d_90,
        equivalent_to_none: d_90.is_some_and(|[a, b]| a > -bound && b < bound),
        d_range_adaptation: d_range,
        by_delta: by_delta(plan, table, cells, boots),
    }
}

/// D of a class on a given side, with interval, and its draws.
pub(crate) fn d_of(all: &Curves, draws: &[Curves], side: Side) -> (Option<Estimate>, Vec<f64>) {
    let ds: Vec<f64> = draws.iter().map(|c| c.d(side)).collect();
    (percentile_interval(all.d(side), &ds, LOWER_95), ds)
}

fn by_delta(plan: &CellPlan, table: &Table, cells: &Cells, boots: &[Cells]) -> Vec<DeltaD> {
    let one = |level: usize| {
        let mut single = plan.clone();
        single.entries.clear();
        if single.baseline == BaselineSource::FreeIntercept {
            single.baseline = BaselineSource::Zero;
        }
        let positive = plan.deltas[level] > 0.0;
        single.positive = if positive { vec![level] } else { Vec::new() };
        single.negative = if positive { Vec::new() } else { vec![level] };
        let side = if positive { Side::Positive } else { Side::Negative };
        let d = |c: &Cells| Curves::new(&single, table, c).d(side);
        let draws: Vec<f64> = boots.iter().map(d).collect();
        DeltaD { delta: plan.deltas[level], d: percentile_interval(d(cells), &draws, LOWER_95) }
    };
    let mut levels: Vec<usize> = plan.negative.iter().chain(&plan.positive).copied().collect();
    levels.sort_unstable();
    levels.into_iter().map(one).collect()
}

/// Whether the flat side could not have fallen by as much as the other rose.
fn floored(plan: &CellPlan, cells: &Cells, pos: Option<Estimate>, neg: Option<Estimate>, class: PeClass) -> bool {
    let one_sided = matches!(class, PeClass::PositiveError | PeClass::NegativeError);
    let (Some(zero), Some(p), Some(n)) = (plan.zero, pos, neg) else { return one_sided };
    let levels = if p.est >= n.est { &plan.negative } else { &plan.positive };
    let reach = levels.iter().map(|l| plan.deltas[*l].abs()).fold(0.0, f64::max);
    let base: Vec<f64> = plan
        .mus
        .iter()
        .flat_map(|m| plan.sigmas.iter().filter_map(move |s| cell_mean(cells, plan.index(*m, *s, zero))))
        .collect();
    one_sided && mean(&base) < ONE_SIDED_FRACTION * p.est.max(n.est) * reach
}
