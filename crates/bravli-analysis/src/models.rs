//! The table of rivals: held-out scores of trial-wise linear-in-weights models.
//!
//! λ_t = α_(run, context) + Hγ + Σ_j g_j f_j(x_t, δ_t, σ_c; θ), variance F·λ̄_c (quasi-Poisson, one weight per
//! context, so a fit is one solve of normal equations). H is the history of [`crate::history`]. Every model,
//! M0 included, has an intercept per run and context, so only slopes can win; a held-out context gives its own
//! mean as its intercept, in every model alike. θ is chosen on a grid by the training contexts alone; scores
//! come from leaving out one context (all runs) at a time:
//!
//! - D² = 1 − dev_m/dev_M0 with the Poisson deviance; bits per spike = (ℓ_m − ℓ_M0)/(F n_spikes ln 2);
//! - ΔELPD = Σ_blocks(ℓ_m − ℓ_best)/F, standard error = sd_block·√B;
//! - partial R² = 1 − SSE(rivals + m)/SSE(rivals), rivals being history, x, |δ| and |x − x₋₁|.

use crate::design::Table;
use crate::features::{Catalogue, Model};
use crate::history::History;
use crate::linalg::Normal;
use crate::report::ModelScore;
use crate::stats::sd;
use rayon::prelude::*;

/// Ridge relative to a standardised column: keeps near-collinear features finite, moves no other.
const RIDGE: f64 = 1e-6;
/// Predicted means are floored at this fraction of the average count.
const FLOOR: f64 = 0.02;

pub(crate) struct Scorer<'a> {
    table: &'a Table,
    y: Vec<f64>,
    /// Column of the response, centred.
    yc: Vec<f64>,
    /// Mean response of the row's group.
    level: Vec<f64>,
    weight: Vec<f64>,
    base: Vec<Vec<f64>>,
    rivals: Vec<Vec<f64>>,
    group: Vec<usize>,
    n_groups: usize,
    floor: f64,
    fano: f64,
}

struct Prediction {
    lambda: Vec<f64>,
    params: usize,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(table: &'a Table, history: &History, y: Vec<f64>, fano: f64) -> Self {
        let n_context = table.contexts.len();
        let group: Vec<usize> = table.rows.iter().map(|r| r.run * n_context + r.context).collect();
        let n_groups = table.n_runs * n_context;
        let average = crate::stats::mean(&y);
        let floor = (FLOOR * average).max(1e-9);
        let mut s = Self {
            table,
            yc: Vec::new(),
            level: Vec::new(),
            weight: vec![1.0; y.len()],
            base: Vec::new(),
            rivals: Vec::new(),
            group,
            n_groups,
            floor,
            fano,
            y,
        };
        s.yc = s.centred(&s.y);
        s.level = s.y.iter().zip(&s.yc).map(|(y, c)| y - c).collect();
        let mut per_context = vec![(0.0, 0.0); n_context];
        for (r, y) in table.rows.iter().zip(&s.y) {
            per_context[r.context].0 += y;
            per_context[r.context].1 += 1.0;
        }
        s.weight = table
            .rows
            .iter()
            .map(|r| {
                let (sum, n) = per_context[r.context];
                1.0 / (fano * (sum / n).max(floor))
            })
            .collect();
        s.base = history.columns.iter().map(|c| s.centred(c)).collect();
        let rows = &table.rows;
        let x: Vec<f64> = rows.iter().map(|r| r.x).collect();
        let size: Vec<f64> = rows.iter().map(|r| r.delta.abs()).collect();
        let change: Vec<f64> = rows.iter().zip(&history.previous[0]).map(|(r, p)| (r.x - p).abs()).collect();
        s.rivals = [x, size, change].iter().map(|c| s.centred(c)).collect();
        s
    }

    fn centred(&self, c: &[f64]) -> Vec<f64> {
        let mut sum = vec![(0.0, 0.0); self.n_groups];
        for (g, v) in self.group.iter().zip(c) {
            sum[*g].0 += v;
            sum[*g].1 += 1.0;
        }
        self.group.iter().zip(c).map(|(g, v)| v - sum[*g].0 / sum[*g].1).collect()
    }

    /// Normal equations per context of fixed columns.
    fn normals(&self, columns: &[&[f64]], known: Option<&[Normal]>) -> Vec<Normal> {
        let p = columns.len();
        let done = known.and_then(|k| k.first()).map_or(0, |k| k.p);
        let mut out: Vec<Normal> = (0..self.table.contexts.len()).map(|_| Normal::zero(p)).collect();
        for (t, row) in self.table.rows.iter().enumerate() {
            let (w, n) = (self.weight[t], &mut out[row.context]);
            for i in done..p {
                let v = w * columns[i][t];
                for (xx, c) in n.xx[i * p..=i * p + i].iter_mut().zip(columns) {
                    *xx += v * c[t];
                }
                n.xy[i] += v * self.yc[t];
            }
            if known.is_none() {
                n.yy += w * self.yc[t] * self.yc[t];
            }
        }
        for (c, n) in out.iter_mut().enumerate() {
            if let Some(k) = known.and_then(|k| k.get(c)) {
                n.yy = k.yy;
                n.xy[..done].copy_from_slice(&k.xy);
                for i in 0..done {
                    n.xx[i * p..i * p + done].copy_from_slice(&k.xx[i * done..(i + 1) * done]);
                }
            }
            for i in 0..p {
                for j in i + 1..p {
                    n.xx[i * p + j] = n.xx[j * p + i];
                }
            }
        }
        out
    }

    /// Held-out predictions of a model on top of fixed columns, and its choice on all data.
    fn predict(&self, model: &Model, fixed: &[&[f64]], known: &[Normal]) -> Prediction {
        let n_context = self.table.contexts.len();
        let mut loss = vec![f64::INFINITY; n_context + 1];
        let mut choice: Vec<(usize, Vec<f64>, Vec<Vec<f64>>)> = vec![(0, Vec::new(), Vec::new()); n_context + 1];
        for (i, raw) in model.settings.iter().map(|s| &s.columns).enumerate() {
            let own: Vec<Vec<f64>> = raw.iter().map(|c| self.centred(c)).collect();
            let mut columns = fixed.to_vec();
            columns.extend(own.iter().map(Vec::as_slice));
            let per = self.normals(&columns, Some(known));
            let mut total = Normal::zero(columns.len());
            per.iter().for_each(|n| total.add(n));
            for fold in 0..=n_context {
                let train = if fold < n_context { total.minus(&per[fold]) } else { total.clone() };
                let beta = train.solve(RIDGE);
                let rss = train.rss(&beta);
                if rss < loss[fold] * (1.0 - 1e-12) {
                    loss[fold] = rss;
                    choice[fold] = (i, beta, own.clone());
                }
            }
        }
        let lambda = self
            .table
            .rows
            .iter()
            .enumerate()
            .map(|(t, row)| {
                let (_, beta, own) = &choice[row.context];
                let f = fixed.iter().map(|c| c[t]).chain(own.iter().map(|c| c[t]));
                (self.level[t] + f.zip(beta).map(|(f, b)| f * b).sum::<f64>()).max(self.floor)
            })
            .collect();
        Prediction { lambda, params: choice[n_context].0 }
    }

    fn deviance(&self, lambda: &[f64]) -> f64 {
        self.y.iter().zip(lambda).map(|(y, l)| 2.0 * (if *y > 0.0 { y * (y / l).ln() } else { 0.0 } - (y - l))).sum()
    }

    fn by_block(&self, lambda: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.table.blocks.len()];
        for ((row, y), l) in self.table.rows.iter().zip(&self.y).zip(lambda) {
            out[row.block] += (y * l.ln() - l) / self.fano;
        }
        out
    }

    fn sse(&self, lambda: &[f64]) -> f64 {
        self.y.iter().zip(lambda).zip(&self.weight).map(|((y, l), w)| w * (y - l).powi(2)).sum()
    }

    /// Scores of every model in the catalogue, in its order.
    pub(crate) fn score(&self, catalogue: &Catalogue) -> Vec<ModelScore> {
        let base: Vec<&[f64]> = self.base.iter().map(Vec::as_slice).collect();
        let known = self.normals(&base, None);
        let rival: Vec<&[f64]> = self.base.iter().chain(&self.rivals).map(Vec::as_slice).collect();
        let rival_known = self.normals(&rival, None);
        let scored: Vec<(Prediction, f64)> = catalogue
            .models
            .par_iter()
            .map(|m| (self.predict(m, &base, &known), self.sse(&self.predict(m, &rival, &rival_known).lambda)))
            .collect();
        let Some((m0, rival_sse)) = scored.first() else { return Vec::new() };
        let dev0 = self.deviance(&m0.lambda).max(1e-300);
        let blocks: Vec<Vec<f64>> = scored.iter().map(|(p, _)| self.by_block(&p.lambda)).collect();
        let totals: Vec<f64> = blocks.iter().map(|b| b.iter().sum()).collect();
        let best = totals.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |b| b.0);
        let spikes = self.y.iter().sum::<f64>().max(1.0);
        catalogue
            .models
            .iter()
            .enumerate()
            .map(|(i, m)| {
                let diff: Vec<f64> = blocks[i].iter().zip(&blocks[best]).map(|(a, b)| a - b).collect();
                ModelScore {
                    id: m.id.to_owned(),
                    meaning: m.meaning.to_owned(),
                    params: m.settings.get(scored[i].0.params).map(|s| s.params.clone()).unwrap_or_default(),
                    d2_cv: 1.0 - self.deviance(&scored[i].0.lambda) / dev0,
                    bits_per_spike: (totals[i] - totals[0]) / (spikes * std::f64::consts::LN_2),
                    delta_elpd_vs_best: totals[i] - totals[best],
                    delta_elpd_se: sd(&diff) * (diff.len() as f64).sqrt(),
                    r2_partial: if *rival_sse > 0.0 { 1.0 - scored[i].1 / rival_sse } else { 0.0 },
                }
            })
            .collect()
    }

    /// Leave-one-context-out R² of one column, group means removed from both.
    pub(crate) fn r2_of(&self, column: &[f64], keep: &[bool]) -> f64 {
        let n_context = self.table.contexts.len();
        // Index and response are centred over the kept rows of their run, so differences between contexts count.
        let centre = |c: &[f64]| -> Vec<f64> {
            let mut s = vec![(0.0_f64, 0.0_f64); self.table.n_runs];
            for ((r, v), k) in self.table.rows.iter().zip(c).zip(keep) {
                if *k {
                    s[r.run].0 += v;
                    s[r.run].1 += 1.0;
                }
            }
            self.table.rows.iter().zip(c).map(|(r, v)| v - s[r.run].0 / s[r.run].1.max(1.0)).collect()
        };
        let (x, y) = (centre(column), centre(&self.y));
        let mut per = vec![(0.0, 0.0); n_context];
        for (t, r) in self.table.rows.iter().enumerate().filter(|(t, _)| keep[*t]) {
            per[r.context].0 += x[t] * x[t];
            per[r.context].1 += x[t] * y[t];
        }
        let (xx, xy) = per.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let (mut sse, mut sst) = (0.0, 0.0);
        for (t, r) in self.table.rows.iter().enumerate().filter(|(t, _)| keep[*t]) {
            let (cx, cy) = per[r.context];
            let beta = if xx - cx > 1e-12 { (xy - cy) / (xx - cx) } else { 0.0 };
            sse += (y[t] - beta * x[t]).powi(2);
            sst += y[t] * y[t];
        }
        if sst > 0.0 { 1.0 - sse / sst } else { 0.0 }
    }
}
