//! Adaptive exponential integrate-and-fire.

use super::{Acting, rows, rows_mut, steps};
use crate::network::Adex;
use crate::point::math::{TILE, Tile, Words, decay, exp, log};

/// Rows of parameters.
pub(crate) const N: usize = 13;

pub(crate) fn parameters(adex: &Adex, dt_ms: f64, cell: usize) -> Vec<f64> {
    let (g, delta) = (adex.g_l_ns.at(cell), adex.delta_t_mv.at(cell));
    vec![
        0.5 * dt_ms / adex.c_m_pf.at(cell),
        g,
        adex.e_l_mv.at(cell),
        adex.i_e_pa.at(cell),
        adex.v_th_mv.at(cell),
        delta,
        1.0 / delta,
        adex.a_ns.at(cell),
        0.5 * dt_ms / adex.tau_w_ms.at(cell),
        adex.b_pa.at(cell),
        adex.v_reset_mv.at(cell),
        adex.v_peak_mv.at(cell),
        steps(adex.t_ref_ms.at(cell), dt_ms),
    ]
}

/// Strang splitting: half a step of the linear part, a step of the exponential current, half a step of the linear part, each
/// solved exactly; w enters with its value in the middle. Second order, stable under any conductance, and exact where it is
/// hardest: the exponential alone drives y = e^{(V−V_T)/Δ_T} as y(t) = y/(1 − t y g_L/C), which reaches infinity in finite time.
#[inline(always)]
pub(crate) fn step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, fired: &mut Words) {
    let [half_over_c, g_l, e_l, i_e, v_th, delta, inv_delta, a, half_over_tau, b, v_reset, v_peak, held_steps] =
        rows::<N>(parameters);
    let [v, left, w] = rows_mut::<3>(state);
    for i in 0..TILE {
        let (v0, w0) = (v[i], w[i]);
        let waits = left[i] > 0.0;
        let w_middle = w0 + half_over_tau[i] * (a[i] * (v0 - e_l[i]) - w0);
        let g = g_l[i] + acting.g[i];
        let v_inf = (g_l[i] * e_l[i] + i_e[i] + acting.drive[i] + acting.held[i] - w_middle) / g;
        let half = decay(half_over_c[i] * g);
        let before = v_inf + (v0 - v_inf) * half;
        // how far the upswing has gone towards infinity by the step's end
        let gone = 2.0 * half_over_c[i] * g_l[i] * upswing((before - v_th[i]) * inv_delta[i]);
        let left_to_go = if gone < 0.999_9 { 1.0 - gone } else { 1e-4 };
        let after = before - delta[i] * log(left_to_go);
        let after = if gone < 0.999_9 { after } else { v_peak[i] };
        let after = if after > v_peak[i] { v_peak[i] } else { after };
        let end = v_inf + (after - v_inf) * half;
        // at the peak the spike is certain, whatever the linear part would still take away
        let end = if after >= v_peak[i] { after } else { end };
        let end = if waits { v_reset[i] } else { end };
        let middle = if waits { v0 } else { 0.5 * (before + after) };
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
