//! Quadratic integrate-and-fire with recovery.

use super::{Acting, rows, rows_mut};
use crate::network::Izhikevich;
use crate::point::math::{TILE, Tile, Words};

/// Rows of parameters.
pub(crate) const N: usize = 12;

/// Substeps of a step.
const SUBSTEPS: usize = 2;

pub(crate) fn parameters(model: &Izhikevich, dt_ms: f64, cell: usize) -> Vec<f64> {
    vec![
        dt_ms / SUBSTEPS as f64 / model.c_m_pf.at(cell),
        model.k_pa_per_mv2.at(cell),
        model.v_r_mv.at(cell),
        model.v_t_mv.at(cell),
        model.v_peak_mv.at(cell),
        dt_ms / SUBSTEPS as f64 * model.a_per_ms.at(cell),
        model.b_ns.at(cell),
        model.b3_pa_per_mv3.at(cell),
        model.v_b_mv.at(cell),
        model.v_reset_mv.at(cell),
        model.d_pa.at(cell),
        model.i_e_pa.at(cell),
    ]
}

/// Two midpoint steps; a cell that reaches its peak in the first stays there until the step ends.
#[inline(always)]
pub(crate) fn step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, fired: &mut Words) {
    let [h_over_c, k, v_r, v_t, v_peak, h_a, b, b3, v_b, v_reset, d, i_e] = rows::<N>(parameters);
    let [v, _, u] = rows_mut::<3>(state);
    for i in 0..TILE {
        let drive = acting.drive[i] + acting.held[i] + i_e[i];
        let slope = |v: f32, u: f32| {
            let cubic = if v > v_b[i] { v - v_b[i] } else { 0.0 };
            let target = b[i] * (v - v_r[i]) + b3[i] * cubic * cubic * cubic;
            let dv = h_over_c[i] * (k[i] * (v - v_r[i]) * (v - v_t[i]) - u + drive - acting.g[i] * v);
            (dv, h_a[i] * (target - u))
        };
        let (mut x, mut y) = (v[i], u[i]);
        for _ in 0..SUBSTEPS {
            let peaked = x >= v_peak[i];
            let first = slope(x, y);
            let middle = x + 0.5 * first.0;
            let middle = if middle > v_peak[i] { v_peak[i] } else { middle };
            let second = slope(middle, y + 0.5 * first.1);
            let end = x + second.0;
            // recovery runs until the peak is reached, by a straight line, and then waits for the step to end
            let reached = if end > v_peak[i] { (v_peak[i] - x) / second.0 } else { 1.0 };
            let end = if end > v_peak[i] { v_peak[i] } else { end };
            x = if peaked { x } else { end };
            y = if peaked { y } else { y + reached * second.1 };
        }
        let spikes = x >= v_peak[i];
        v[i] = if spikes { v_reset[i] } else { x };
        u[i] = if spikes { y + d[i] } else { y };
        fired[i] = u32::from(spikes);
    }
}
