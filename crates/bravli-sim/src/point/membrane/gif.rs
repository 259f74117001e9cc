//! Generalised integrate-and-fire with escape noise.

use super::{Acting, rows, rows_mut, step_mean, steps};
use crate::network::Gif;
use crate::point::math::{TILE, Tile, Words, decay, exp, to_unit};

/// Rows of parameters.
pub(crate) const N: usize = 18;

pub(crate) fn parameters(gif: &Gif, dt_ms: f64, cell: usize) -> Vec<f64> {
    let g = gif.g_l_ns.at(cell);
    let mut parameters = vec![
        dt_ms / gif.c_m_pf.at(cell),
        g,
        g * gif.e_l_mv.at(cell) + gif.i_e_pa.at(cell),
        gif.v_th_mv.at(cell),
        1.0 / gif.delta_v_mv.at(cell),
        gif.lambda_0_per_ms.at(cell) * dt_ms,
        gif.v_reset_mv.at(cell),
        steps(gif.t_ref_ms.at(cell), dt_ms),
    ];
    for j in 0..2 {
        let tau = gif.tau_stc_ms[j].at(cell);
        parameters.extend([gif.q_stc_pa[j].at(cell), (-dt_ms / tau).exp(), step_mean(tau, dt_ms)]);
    }
    for j in 0..2 {
        parameters.extend([gif.q_sfa_mv[j].at(cell), (-dt_ms / gif.tau_sfa_ms[j].at(cell)).exp()]);
    }
    parameters
}

/// V as in the leaky cell, with the step's mean of the spike-triggered currents; then a spike with probability
/// 1 − e^{−λ dt}.
#[inline(always)]
pub(crate) fn step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, words: &Words, fired: &mut Words) {
    let [
        dt_over_c,
        g_l,
        leak,
        v_th,
        inv_delta,
        lambda_dt,
        v_reset,
        held_steps,
        q0,
        keep0,
        mean0,
        q1,
        keep1,
        mean1,
        s0,
        fall0,
        s1,
        fall1,
    ] = rows::<N>(parameters);
    let [v, left, eta0, eta1, gamma0, gamma1] = rows_mut::<6>(state);
    for i in 0..TILE {
        let g = g_l[i] + acting.g[i];
        let after = mean0[i] * eta0[i] + mean1[i] * eta1[i];
        let v_inf = (leak[i] + acting.drive[i] + acting.held[i] - after) / g;
        let free = v_inf + (v[i] - v_inf) * decay(dt_over_c[i] * g);
        let waits = left[i] > 0.0;
        let next = if waits { v_reset[i] } else { free };
        let (n0, n1) = (eta0[i] * keep0[i], eta1[i] * keep1[i]);
        let (t0, t1) = (gamma0[i] * fall0[i], gamma1[i] * fall1[i]);
        let x = (next - v_th[i] - t0 - t1) * inv_delta[i];
        let x = if x > 40.0 { 40.0 } else { x };
        let x = if x < -60.0 { -60.0 } else { x };
        let silent = decay(lambda_dt[i] * exp(x));
        let spikes = !waits & (to_unit(words[i]) < 1.0 - silent);
        v[i] = if spikes { v_reset[i] } else { next };
        eta0[i] = if spikes { n0 + q0[i] } else { n0 };
        eta1[i] = if spikes { n1 + q1[i] } else { n1 };
        gamma0[i] = if spikes { t0 + s0[i] } else { t0 };
        gamma1[i] = if spikes { t1 + s1[i] } else { t1 };
        let waited = if waits { left[i] - 1.0 } else { 0.0 };
        left[i] = if spikes { held_steps[i] } else { waited };
        fired[i] = u32::from(spikes);
    }
}
