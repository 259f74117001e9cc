//! Leaky integrate-and-fire.

use super::{Acting, rows, rows_mut, steps};
use crate::network::Lif;
use crate::point::math::{TILE, Tile, Words, decay};

/// Rows of parameters of the exact kernel.
pub(crate) const N_EXACT: usize = 7;

pub(crate) fn exact_parameters(lif: &Lif, dt_ms: f64, cell: usize) -> Vec<f64> {
    let (c, g) = (lif.c_m_pf.at(cell), lif.g_l_ns.at(cell));
    let keep = (-dt_ms * g / c).exp();
    vec![
        keep,
        (1.0 - keep) / g,
        lif.e_l_mv.at(cell),
        lif.i_e_pa.at(cell),
        lif.v_th_mv.at(cell),
        lif.v_reset_mv.at(cell),
        steps(lif.t_ref_ms.at(cell), dt_ms),
    ]
}

/// V ← E_L + (V − E_L) e^{−dt/τ_m} + what synaptic currents add + (1 − e^{−dt/τ_m})/g_L · held current.
///
/// # Source
/// Rotter & Diesmann 1999, doi:10.1007/s004220050570.
#[inline(always)]
pub(crate) fn exact_step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, fired: &mut Words) {
    let [keep, per_pa, e_l, i_e, v_th, v_reset, held_steps] = rows::<N_EXACT>(parameters);
    let [v, left] = rows_mut::<2>(state);
    for i in 0..TILE {
        let free = e_l[i] + (v[i] - e_l[i]) * keep[i] + acting.drive[i] + per_pa[i] * (acting.held[i] + i_e[i]);
        let waits = left[i] > 0.0;
        let next = if waits { v_reset[i] } else { free };
        let spikes = next >= v_th[i];
        v[i] = if spikes { v_reset[i] } else { next };
        let waited = if waits { left[i] - 1.0 } else { 0.0 };
        left[i] = if spikes { held_steps[i] } else { waited };
        fired[i] = u32::from(spikes);
    }
}

/// Rows of parameters of the kernel for conductances.
pub(crate) const N: usize = 6;

pub(crate) fn parameters(lif: &Lif, dt_ms: f64, cell: usize) -> Vec<f64> {
    let g = lif.g_l_ns.at(cell);
    vec![
        dt_ms / lif.c_m_pf.at(cell),
        g,
        g * lif.e_l_mv.at(cell) + lif.i_e_pa.at(cell),
        lif.v_th_mv.at(cell),
        lif.v_reset_mv.at(cell),
        steps(lif.t_ref_ms.at(cell), dt_ms),
    ]
}

/// V ← V∞ + (V − V∞) e^{−dt G/C} with the step's mean conductance G and V∞ = (Σ g E + I)/G.
#[inline(always)]
pub(crate) fn step(parameters: &[Tile], state: &mut [Tile], acting: &Acting<'_>, fired: &mut Words) {
    let [dt_over_c, g_l, leak, v_th, v_reset, held_steps] = rows::<N>(parameters);
    let [v, left] = rows_mut::<2>(state);
    for i in 0..TILE {
        let g = g_l[i] + acting.g[i];
        let v_inf = (leak[i] + acting.drive[i] + acting.held[i]) / g;
        let free = v_inf + (v[i] - v_inf) * decay(dt_over_c[i] * g);
        let waits = left[i] > 0.0;
        let next = if waits { v_reset[i] } else { free };
        let spikes = next >= v_th[i];
        v[i] = if spikes { v_reset[i] } else { next };
        let waited = if waits { left[i] - 1.0 } else { 0.0 };
        left[i] = if spikes { held_steps[i] } else { waited };
        fired[i] = u32::from(spikes);
    }
}
