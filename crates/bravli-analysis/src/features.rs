//! The rivals: what each predicts of a single trial.

use crate::design::Table;
use crate::history::History;

/// One choice of non-linear parameters and the columns it gives.
pub(crate) struct Setting {
    pub(crate) params: Vec<(String, f64)>,
    pub(crate) columns: Vec<Vec<f64>>,
}

/// A rival with its grid.
pub(crate) struct Model {
    pub(crate) id: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) settings: Vec<Setting>,
}

/// All rivals in reporting order; the first is M0.
pub(crate) struct Catalogue {
    pub(crate) models: Vec<Model>,
}

/// Grid of σ₀² in units of σ_min·σ_max.
const SIGMA0_SQ: [f64; 9] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];
/// Grid of n; 0 is the raw error, ½ range adaptation, 1 the ideal UPE.
const N: [f64; 6] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5];
/// Grid of a/σ₀ in units of 1/√(σ_min σ_max), and of c/σ₀ in units of 1/√(σ_min σ_max).
const A: [f64; 6] = [0.1, 0.2, 0.45, 1.0, 2.0, 5.0];
const C: [f64; 5] = [0.0, 0.1, 0.22, 0.5, 1.0];

impl Catalogue {
    /// Columns for every trial of a table; rivals that need deviations use δ = x − μ of the true context.
    pub(crate) fn new(table: &Table, history: &History) -> Self {
        let b = Builder { table, geo: table.sigma_geo() };
        let unit = b.geo * b.geo;
        let label = |pairs: &[(&str, f64)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect::<Vec<_>>();
        let single = |columns: Vec<Vec<f64>>| vec![Setting { params: Vec::new(), columns }];
        let rows = &table.rows;
        let mean_x = (rows.iter().map(|r| r.x.abs()).sum::<f64>() / rows.len().max(1) as f64).max(1e-12);
        let each = |f: &dyn Fn(usize) -> f64| (0..rows.len()).map(f).collect::<Vec<f64>>();
        let mu_model = |k: f64| {
            let make = |s: &f64| Setting {
                params: label(&[("k", k), ("sigma0_sq", s * unit)]),
                columns: b.sides(k, |_, sigma, _| 1.0 / (s * unit + sigma * sigma)),
            };
            SIGMA0_SQ.iter().map(make).collect::<Vec<_>>()
        };
        let muw = |a_grid: &[f64]| {
            let mut out = Vec::new();
            for k in [1.0, 2.0] {
                for a in a_grid.iter().map(|a| a / b.geo) {
                    for c in C.iter().map(|c| c / b.geo) {
                        out.push(Setting {
                            params: label(&[("k", k), ("a_over_sigma0", a), ("c_over_sigma0", c)]),
                            columns: b.sides(k, move |d, sigma, _| 1.0 / (1.0 + (a * sigma + c * d).powi(2))),
                        });
                    }
                }
            }
            out
        };
        let mut normalisation = Vec::new();
        for m in [1.0, 2.0, 4.0] {
            for s0 in [0.5 * mean_x, mean_x, 2.0 * mean_x] {
                let f = |i: usize| (rows[i].x.max(0.0) / s0).powf(m);
                normalisation.push(Setting {
                    params: label(&[("m", m), ("s0", s0)]),
                    columns: vec![each(&|i| f(i) / (1.0 + f(i)))],
                });
            }
        }
        let mut mun = Vec::new();
        for k in [1.0, 2.0] {
            for n in N {
                for s in SIGMA0_SQ.map(|s| s * unit) {
                    mun.push(Setting {
                        params: label(&[("k", k), ("n", n), ("sigma0_sq", s)]),
                        columns: b.sides(k, move |_, sigma, _| ((s + sigma * sigma) / unit).powf(-n)),
                    });
                }
            }
        }
        let muv = SIGMA0_SQ
            .map(|s| s * unit)
            .iter()
            .map(|s| Setting {
                params: label(&[("sigma0_sq", *s)]),
                columns: b.sides(1.0, |_, _, i| 1.0 / (s + history.variance[0][i].max(0.0))),
            })
            .collect();
        let least = 0.01 * table.sigmas.last().copied().unwrap_or(1.0).max(1e-12);
        let sigma = |i: usize| table.sigmas[rows[i].sigma].max(least);
        let model = |id, meaning, settings| Model { id, meaning, settings };
        Self {
            models: vec![
                model("M0", "adaptation and history only", single(Vec::new())),
                model("M0v", "history including short-term stimulus variance", single(history.variance.to_vec())),
                model("Mx", "drive: follows the stimulus", single(vec![each(&|i| rows[i].x)])),
                model("Mdn", "instantaneous normalisation of the stimulus", normalisation),
                model(
                    "Mch",
                    "change detector: |x - x_previous|",
                    single(vec![each(&|i| (rows[i].x - history.previous[0][i]).abs())]),
                ),
                model("Md", "unscaled prediction error, both signs", single(b.sides(1.0, |_, _, _| 1.0))),
                model("Mabs", "salience: |delta|", single(vec![each(&|i| rows[i].delta.abs())])),
                model("Mz", "z-score: range adaptation", single(b.sides(1.0, |_, s, _| 1.0 / s.max(least)))),
                model(
                    "MS",
                    "surprisal of a Gaussian",
                    single(vec![each(&|i| 0.5 * (rows[i].delta / sigma(i)).powi(2))]),
                ),
                model("MUv", "error divided by short-term stimulus variance (adaptation-level UPE)", muv),
                model("MU1", "UPE, k = 1: delta/(sigma0^2 + sigma^2)", mu_model(1.0)),
                model("MU2", "UPE, k = 2: delta^2/(sigma0^2 + sigma^2)", mu_model(2.0)),
                model("MUn", "UPE with free exponent", mun),
                model("MID", "instantaneous division: MUW with a = 0", muw(&[0.0])),
                model("MUW", "Wilmes circuit: delta^k/(sigma0^2 + (a sigma + c|delta|)^2), a > 0", muw(&A)),
            ],
        }
    }
}

struct Builder<'a> {
    table: &'a Table,
    geo: f64,
}

impl Builder<'_> {
    /// Columns [δ]₊ᵏ·f and [−δ]₊ᵏ·f with f(|δ|, σ, row).
    fn sides(&self, k: f64, f: impl Fn(f64, f64, usize) -> f64) -> Vec<Vec<f64>> {
        let of = |sign: f64| -> Vec<f64> {
            let rows = self.table.rows.iter().enumerate();
            rows.map(|(i, r)| {
                let d = (sign * r.delta).max(0.0);
                if d > 0.0 { d.powf(k) * f(d, self.table.sigmas[r.sigma], i) } else { 0.0 }
            })
            .collect()
        };
        vec![of(1.0), of(-1.0)]
    }
}
