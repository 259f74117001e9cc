//! What SST and PV populations read out across contexts, and the index that cannot decide.

use crate::cells::CellPlan;
use crate::design::Table;
use crate::exponent::profile;
use crate::history::History;
use crate::linalg::Normal;
use crate::report::{Estimate, MeanCalibration, VarianceCalibration};
use crate::responses::ResponseClass;
use crate::stats::{line, mean};
use bravli_circuit::TrialKind;

/// R² a mean read-out must reach across held-out contexts.
const MEAN_R2: f64 = 0.8;

/// Mean of a column per context over the kept rows; `None` for contexts without any.
fn context_means(table: &Table, y: &[f64], keep: impl Fn(usize) -> bool) -> Vec<Option<f64>> {
    let mut s = vec![(0.0, 0.0); table.contexts.len()];
    for (t, r) in table.rows.iter().enumerate().filter(|(t, _)| keep(*t)) {
        s[r.context].0 += y[t];
        s[r.context].1 += 1.0;
    }
    s.into_iter().map(|(sum, n)| (n > 0.0).then(|| sum / n)).collect()
}

fn expected_rows(table: &Table, plan: &CellPlan) -> Vec<bool> {
    let mut keep = vec![false; table.rows.len()];
    for e in plan.entries.iter().filter(|e| Some(e.level) == plan.zero || e.level == plan.deltas.len()) {
        keep[e.row] = true;
    }
    keep
}

/// SST ↔ μ: context means of the pre-stimulus counts (expected trials when there are none) on μ, leave-one-context-out;
/// and the partial correlation with μ given x and the three stimuli before.
pub(crate) fn mean_read_out(
    table: &Table,
    plan: &CellPlan,
    history: &History,
    class: &ResponseClass,
) -> Option<MeanCalibration> {
    let pre = !class.baseline.is_empty();
    let y = table.ordered(if pre { &class.baseline } else { &class.counts });
    let expected = expected_rows(table, plan);
    let means = context_means(table, &y, |t| pre || expected[t]);
    let (mu, r): (Vec<f64>, Vec<f64>) =
        table.contexts.iter().zip(&means).filter_map(|((m, _), r)| Some((table.mus[*m], (*r)?))).unzip();
    let (intercept, slope) = line(&mu, &r)?;
    let partial = partial_mu(table, history, &y);
    let r2_cv = loco_r2(&mu, &r);
    let holds = partial.is_some_and(|p| p.lo > 0.0);
    let reads = if r2_cv >= MEAN_R2 && slope > 0.0 && holds {
        "mean"
    } else if partial.is_some_and(|p| p.lo <= 0.0 && p.hi >= 0.0) {
        "stimulus"
    } else {
        "neither"
    };
    Some(MeanCalibration {
        class: class.name.clone(),
        source: if pre { "pre_stimulus" } else { "expected_trials" }.to_owned(),
        slope,
        intercept,
        r2_cv,
        partial_mu_given_x: partial,
        reads: reads.to_owned(),
    })
}

fn loco_r2(x: &[f64], y: &[f64]) -> f64 {
    let my = mean(y);
    let (mut sse, mut sst) = (0.0, 0.0);
    for i in 0..x.len() {
        let drop = |v: &[f64]| v.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| *v).collect::<Vec<f64>>();
        let (xs, ys) = (drop(x), drop(y));
        let predicted = line(&xs, &ys).map_or_else(|| mean(&ys), |(a, b)| a + b * x[i]);
        sse += (y[i] - predicted).powi(2);
        sst += (y[i] - my).powi(2);
    }
    if sst > 0.0 { (1.0 - sse / sst).max(-1e6) } else { 0.0 }
}

fn partial_mu(table: &Table, history: &History, y: &[f64]) -> Option<Estimate> {
    let x: Vec<f64> = table.rows.iter().map(|r| r.x).collect();
    let mu: Vec<f64> = table.rows.iter().map(|r| table.mus[r.mu]).collect();
    let mut columns = vec![vec![1.0; x.len()], x];
    columns.extend(history.previous.iter().cloned());
    let residual = |v: &[f64]| -> Vec<f64> {
        let beta = solve(&columns, v);
        (0..v.len()).map(|t| v[t] - columns.iter().zip(&beta).map(|(c, b)| c[t] * b).sum::<f64>()).collect()
    };
    let (a, b) = (residual(y), residual(&mu));
    let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(u, v)| u * v).sum::<f64>();
    let norm = (dot(&a, &a) * dot(&b, &b)).sqrt();
    let n = table.blocks.len() as f64 - 3.0 - 4.0;
    if norm <= 1e-9 || n < 1.0 {
        return None;
    }
    let r = (dot(&a, &b) / norm).clamp(-0.999_999, 0.999_999);
    // Fisher's z with one observation per block: trials of a block share their mean.
    let half = 1.96 / n.sqrt();
    Some(Estimate { est: r, lo: (r.atanh() - half).tanh(), hi: (r.atanh() + half).tanh() })
}

fn normal(columns: &[Vec<f64>], y: &[f64]) -> Normal {
    let p = columns.len();
    let mut n = Normal::zero(p);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(u, v)| u * v).sum::<f64>();
    for i in 0..p {
        for j in 0..p {
            n.xx[i * p + j] = dot(&columns[i], &columns[j]);
        }
        n.xy[i] = dot(&columns[i], y);
    }
    n.yy = dot(y, y);
    n
}

fn solve(columns: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    normal(columns, y).solve(1e-9)
}

/// PV ↔ σ: r̄_c = a + b σᵖ + e μ over contexts of natural trials, p by profile (F interval on the residual sum);
/// and the slope on σ² in expected trials alone, the contextual part.
pub(crate) fn variance_read_out(table: &Table, plan: &CellPlan, class: &ResponseClass) -> Option<VarianceCalibration> {
    let y = table.ordered(&class.counts);
    let natural = context_means(table, &y, |t| table.rows[t].kind == TrialKind::Natural);
    let (contexts, r): (Vec<(usize, usize)>, Vec<f64>) =
        table.contexts.iter().zip(&natural).filter_map(|(c, r)| Some((*c, (*r)?))).unzip();
    let n = r.len();
    if n < 6 {
        return None;
    }
    let design = |p: f64, contexts: &[(usize, usize)]| -> Vec<Vec<f64>> {
        let mut columns = vec![vec![1.0; contexts.len()]];
        if table.mus.len() > 1 {
            columns.push(contexts.iter().map(|c| table.mus[c.0]).collect());
        }
        columns.push(contexts.iter().map(|c| table.sigmas[c.1].powf(p)).collect());
        columns
    };
    let fit = |p: f64| {
        let columns = design(p, &contexts);
        let eq = normal(&columns, &r);
        let beta = eq.solve(1e-10);
        (residual_sum(&columns, &r, &beta), beta.last().copied().unwrap_or(0.0))
    };
    let grid: Vec<f64> = (5..=80).map(|i| f64::from(i) * 0.05).collect();
    let fits: Vec<(f64, f64)> = grid.iter().map(|p| fit(*p)).collect();
    let best = fits.iter().enumerate().min_by(|a, b| a.1.0.total_cmp(&b.1.0)).map(|b| b.0)?;
    let (rss, b) = fits[best];
    let mr = mean(&r);
    let sst: f64 = r.iter().map(|v| (v - mr).powi(2)).sum();
    let variance = (rss / (n as f64 - 4.0).max(1.0)).max(1e-12 * (sst + 1e-12));
    let chi: Vec<f64> = fits.iter().map(|f| f.0 / variance).collect();
    let p = profile(&grid, &chi);
    let flat = residual_sum(
        &design(1.0, &contexts)[..design(1.0, &contexts).len() - 1],
        &r,
        &solve(&design(1.0, &contexts)[..design(1.0, &contexts).len() - 1], &r),
    );
    // The σ term must lower the residual by more than its 95 % chance share.
    let matters = (flat - rss) / variance > 3.84;
    let b_sign = if !matters {
        0
    } else if b > 0.0 {
        1
    } else {
        -1
    };
    let expected = expected_rows(table, plan);
    let resting = context_means(table, &y, |t| expected[t]);
    let (c0, r0): (Vec<(usize, usize)>, Vec<f64>) =
        table.contexts.iter().zip(&resting).filter_map(|(c, r)| Some((*c, (*r)?))).unzip();
    let inside = |v: f64| p.is_some_and(|p| p.lo <= v && v <= p.hi);
    let reads = match (b_sign, inside(2.0), inside(1.0)) {
        (-1, _, _) => "precision",
        (1, true, false) => "variance",
        (1, false, true) => "sd",
        _ => "unclear",
    };
    Some(VarianceCalibration {
        class: class.name.clone(),
        p_exponent: p,
        b_sign,
        r2: if sst > 0.0 { 1.0 - rss / sst } else { 0.0 },
        contextual_b: slope_interval(&design(2.0, &c0), &r0),
        reads: reads.to_owned(),
    })
}

fn residual_sum(columns: &[Vec<f64>], y: &[f64], beta: &[f64]) -> f64 {
    (0..y.len()).map(|t| (y[t] - columns.iter().zip(beta).map(|(c, b)| c[t] * b).sum::<f64>()).powi(2)).sum()
}

/// Last coefficient with a normal 95 % interval from the residual variance.
fn slope_interval(columns: &[Vec<f64>], y: &[f64]) -> Option<Estimate> {
    let (last, rest) = columns.split_last()?;
    if y.len() < columns.len() + 2 {
        return None;
    }
    let beta = solve(columns, y);
    let est = beta.last().copied()?;
    let s2 = residual_sum(columns, y, &beta) / (y.len() - columns.len()) as f64;
    let unexplained = residual_sum(rest, last, &solve(rest, last));
    if unexplained <= 1e-12 {
        return None;
    }
    let half = 1.96 * (s2 / unexplained).sqrt();
    Some(Estimate { est, lo: est - half, hi: est + half })
}

/// (L4 − SST)·PV per trial, each class in units of its mean.
pub(crate) fn seed_index(l4: &[f64], sst: &[f64], pv: &[f64]) -> Vec<f64> {
    let unit = |v: &[f64]| mean(v).max(1e-12);
    let (a, b, c) = (unit(l4), unit(sst), unit(pv));
    l4.iter().zip(sst).zip(pv).map(|((l, s), p)| (l / a - s / b) * (p / c)).collect()
}
