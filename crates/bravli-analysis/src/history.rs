//! Nuisance columns that every model of the table shares: adaptation and stimulus history.

use crate::design::Table;
use crate::options::UpeOptions;

/// Time constants of the exponential averages of the stimulus, ms: between a whisk and the slowest adaptation.
const EMA_MS: [f64; 3] = [200.0, 1000.0, 5000.0];

/// History columns in the order of the table's rows.
pub(crate) struct History {
    /// TM resource, x₋₁, x₋₂, three averages of x, trial index.
    pub(crate) columns: Vec<Vec<f64>>,
    /// Averages of (x − average)² at 1 and 5 s: short-term stimulus variance.
    pub(crate) variance: [Vec<f64>; 2],
    /// x₋₁, x₋₂, x₋₃.
    pub(crate) previous: [Vec<f64>; 3],
}

impl History {
    /// Runs over each run in time order; averages start at the run's mean stimulus.
    ///
    /// TM resource at onset (Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719), with a stimulus x releasing like
    /// x/⟨x⟩ spikes: R ← R(1 − U)^(x/⟨x⟩), then R ← 1 − (1 − R) exp(−Δt/τ_rec).
    pub(crate) fn new(table: &Table, options: &UpeOptions) -> Self {
        let n = table.rows.len();
        let mut columns = vec![vec![0.0; n]; 7];
        let mut variance = [vec![0.0; n], vec![0.0; n]];
        let mut previous = [vec![0.0; n], vec![0.0; n], vec![0.0; n]];
        let mut start = 0;
        while start < n {
            let run = table.rows[start].run;
            let end = start + table.rows[start..].iter().take_while(|r| r.run == run).count();
            let rows = &table.rows[start..end];
            let len = rows.len() as f64;
            let average = rows.iter().map(|r| r.x).sum::<f64>() / len;
            let unit = rows.iter().map(|r| r.x.abs()).sum::<f64>() / len;
            let mut resource = 1.0;
            let mut ema = [average; 3];
            let mut var = [0.0; 2];
            for (j, row) in rows.iter().enumerate() {
                let i = start + j;
                let back = |k: usize| if j >= k { rows[j - k].x } else { average };
                if j > 0 {
                    let last = rows[j - 1];
                    let dt = (row.onset_ms - last.onset_ms).max(0.0);
                    let spikes = if unit > 0.0 { (last.x.abs() / unit).min(50.0) } else { 0.0 };
                    resource *= (1.0 - options.thalamic_u).powf(spikes);
                    resource = 1.0 - (1.0 - resource) * (-dt / options.thalamic_tau_rec_ms).exp();
                    for (v, k) in var.iter_mut().zip([1, 2]) {
                        let q = (-dt / EMA_MS[k]).exp();
                        *v = q * *v + (1.0 - q) * (last.x - ema[k]).powi(2);
                    }
                    for (e, tau) in ema.iter_mut().zip(EMA_MS) {
                        let q = (-dt / tau).exp();
                        *e = q * *e + (1.0 - q) * last.x;
                    }
                }
                columns[0][i] = resource;
                columns[1][i] = back(1);
                columns[2][i] = back(2);
                for k in 0..3 {
                    columns[3 + k][i] = ema[k];
                    previous[k][i] = back(k + 1);
                }
                columns[6][i] = j as f64 / len;
                variance[0][i] = var[0];
                variance[1][i] = var[1];
            }
            start = end;
        }
        Self { columns, variance, previous }
    }
}
