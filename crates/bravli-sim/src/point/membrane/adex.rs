//! Adaptive exponential integrate-and-fire.

use super::{Acting, rows, rows_mut, steps};
use crate::network::Adex;
use crate::point::math::{TILE, Tile, Words, decay, exp};

/// Rows of parameters.
pub(crate) const N: usize = 13;

/// Potential beyond which a spike is certain and the exponential meaningless. [mV]
const CEILING: f32 = 60.0;

pub(crate) fn parameters(adex: &Adex, dt_ms: f64, cell: usize) -> Vec<f64> {
    let (g, delta) = (adex.g_l_ns.at(cell), adex.delta_t_mv.at(cell));
    vec![
        0.5 * dt_ms / adex.c_m_pf.at(cell),
        g,
        adex.e_l_mv.at(cell),
        adex.i_e_pa.at(cell),
        adex.v_th_mv.at(cell),
        1.0 / delta,
        g * delta,
        adex.a_ns.at(cell),
        0.5 * dt_ms / adex.tau_w_ms.at(cell),
        adex.b_pa.at(cell),
        adex.v_reset_mv.at(cell),
        adex.v_peak_mv.at(cell),
        steps(adex.t_ref_ms.at(cell), dt_ms),
    ]
}

/// Exponential midpoint: the linear part of C V̇ is solved exactly, the exponential current and w enter with their values at
/// the step's start, then in its middle. Second order, and stable under any conductance.
#[inline(always)]
pub(crate) fn step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, fired: &mut Words) {
    let [half_over_c, g_l, e_l, i_e, v_th, inv_delta, g_l_delta, a, half_over_tau, b, v_reset, v_peak, held_steps] =
        rows::<N>(parameters);
    let [v, left, w] = rows_mut::<3>(state);
    for i in 0..TILE {
        let (v0, w0) = (v[i], w[i]);
        let waits = left[i] > 0.0;
        let g = g_l[i] + acting.g[i];
        let inv_g = 1.0 / g;
        let drive = g_l[i] * e_l[i] + i_e[i] + acting.drive[i] + acting.held[i];
        let half = decay(half_over_c[i] * g);
        // middle
        let v_inf = (drive + g_l_delta[i] * upswing((v0 - v_th[i]) * inv_delta[i]) - w0) * inv_g;
        let middle = v_inf + (v0 - v_inf) * half;
        let middle = if middle > CEILING { CEILING } else { middle };
        let middle = if waits { v0 } else { middle };
        let w_middle = w0 + half_over_tau[i] * (a[i] * (v0 - e_l[i]) - w0);
        // end
        let v_inf = (drive + g_l_delta[i] * upswing((middle - v_th[i]) * inv_delta[i]) - w_middle) * inv_g;
        let end = v_inf + (v0 - v_inf) * (half * half);
        let end = if end > CEILING { CEILING } else { end };
        let end = if waits { v_reset[i] } else { end };
        let w_end = w0 + 2.0 * half_over_tau[i] * (a[i] * (middle - e_l[i]) - w_middle);
        let spikes = end >= v_peak[i];
        v[i] = if spikes { v_reset[i] } else { end };
        w[i] = if spikes { w_end + b[i] } else { w_end };
        let waited = if waits { left[i] - 1.0 } else { 0.0 };
        left[i] = if spikes { held_steps[i] } else { waited };
        fired[i] = u32::from(spikes);
    }
}

/// e^x within the range that matters: beyond e^20 the spike is certain.
#[inline(always)]
fn upswing(x: f32) -> f32 {
    let x = if x > 20.0 { 20.0 } else { x };
    let x = if x < -60.0 { -60.0 } else { x };
    exp(x)
}
