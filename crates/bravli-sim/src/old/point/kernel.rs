//! One step of one block.

use super::block::{AMPA, Cells, GABA_A, IN_GABA_A, IN_GABA_B, IN_NMDA, INPUTS, LANES, Lane, Shared, State};
use bravli_rng::philox4x32;

/// Potential at which a spike is counted and the cell reset. [mV]
pub(crate) const V_PEAK: f32 = 0.0;

/// Substeps of (V, w) in one step.
pub(crate) const SUBSTEPS: usize = 2;

/// e^x for −80 ≤ x ≤ 30 to 2e−7 relative, without a library call, so that loops over it vectorise and every
/// instruction set gives the same bits.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// 1.5·2²³: adding it leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let y = x * std::f32::consts::LOG2_E;
    let shifted = y + ROUND;
    let f = (y - (shifted - ROUND)) * std::f32::consts::LN_2;
    let series =
        1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0))))));
    f32::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// A conductance after a step, zero once it is too small to matter.
///
/// Without the cut a decaying number ends among the subnormal ones, stays there by rounding, and costs a hundred cycles at
/// every touch.
#[inline(always)]
fn fade(g: f32, keep: f32) -> f32 {
    /// A membrane of 10 nS cannot tell this from nothing. [nS]
    const NOTHING: f32 = 1e-12;
    let left = g * keep;
    if left > NOTHING { left } else { 0.0 }
}

/// Sum of the four bytes of a word, centred: a draw of mean zero whose spread is [`RAW_SD`].
///
/// Irwin–Hall of four; through the exponential filter of the background (tens of steps) it becomes Gaussian.
#[inline(always)]
fn centred_bytes(word: u32) -> f32 {
    let pairs = (word & 0x00ff_00ff) + ((word >> 8) & 0x00ff_00ff);
    ((pairs & 0xffff) + (pairs >> 16)) as i32 as f32 - 510.0
}

/// Standard deviation of [`centred_bytes`]: four bytes of variance (256² − 1)/12.
pub(crate) const RAW_SD: f64 = 147.801_669_589_106_33;

/// Two steps' worth of background noise for a block: words\[step parity·2 + slot\].
pub(crate) type Noise = [[u32; LANES]; 4];

/// Draws the noise of the two steps that share `pair` = step / 2.
#[inline(always)]
pub(crate) fn draw_noise(key: [u32; 2], first_cell: u32, pair: u32, noise: &mut Noise) {
    for lane in 0..LANES {
        let words = philox4x32([first_cell.wrapping_add(lane as u32), pair, 0, 0], key);
        for (row, word) in noise.iter_mut().zip(words) {
            row[lane] = word;
        }
    }
}

/// Advances a block by one step; returns the lanes that spiked as bits.
///
/// Inputs of this step enter at its start. Conductances act with their mean over the step; V and w take [`SUBSTEPS`]
/// Euler steps of C V̇ = −g_L(V−E_L) + g_L Δ_T e^{(V−V_T)/Δ_T} − w − Σ g(V−E), τ_w ẇ = a(V−E_L) − w. At V ≥ 0: V ← V_r,
/// w ← w + b.
///
/// # Source
/// Brette & Gerstner 2005, doi:10.1152/jn.00686.2005; Jahr & Stevens 1990 for the magnesium block.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "one counted loop over lanes is what the vectoriser recognises")]
pub(crate) fn step_block(
    cells: &Cells,
    state: &mut State,
    shared: &Shared,
    inputs: &mut [Lane; INPUTS],
    noise: [&[u32; LANES]; 2],
) -> u32 {
    let mut fired: [u32; LANES] = [0; LANES];
    for i in 0..LANES {
        // inputs
        let mut ampa_in = 0.0;
        let mut g_ampa = 0.0;
        for channel in 0..AMPA {
            let arriving = inputs[channel][i];
            ampa_in += arriving;
            let g = state.ampa[channel][i] + arriving;
            g_ampa += shared.ampa[channel].mean * g;
            state.ampa[channel][i] = fade(g, shared.ampa[channel].keep);
        }
        let rise = state.ampa_rise[i] + ampa_in;
        g_ampa -= shared.ampa_rise.mean * rise;
        state.ampa_rise[i] = fade(rise, shared.ampa_rise.keep);

        let mut gaba_in = 0.0;
        let mut g_gaba_a = 0.0;
        for channel in 0..GABA_A {
            let arriving = inputs[IN_GABA_A + channel][i];
            gaba_in += arriving;
            let g = state.gaba_a[channel][i] + arriving;
            g_gaba_a += shared.gaba_a[channel].mean * g;
            state.gaba_a[channel][i] = fade(g, shared.gaba_a[channel].keep);
        }
        let rise = state.gaba_a_rise[i] + gaba_in;
        g_gaba_a -= shared.gaba_a_rise.mean * rise;
        state.gaba_a_rise[i] = fade(rise, shared.gaba_a_rise.keep);

        let nmda = state.nmda[i] + inputs[IN_NMDA][i];
        let rise = state.nmda_rise[i] + inputs[IN_NMDA][i];
        let nmda_open = shared.nmda.mean * nmda - shared.nmda_rise.mean * rise;
        state.nmda[i] = fade(nmda, shared.nmda.keep);
        state.nmda_rise[i] = fade(rise, shared.nmda_rise.keep);

        let gaba_b = state.gaba_b[i] + inputs[IN_GABA_B][i];
        let rise = state.gaba_b_rise[i] + inputs[IN_GABA_B][i];
        let g_gaba_b = shared.gaba_b.mean * gaba_b - shared.gaba_b_rise.mean * rise;
        state.gaba_b[i] = fade(gaba_b, shared.gaba_b.keep);
        state.gaba_b_rise[i] = fade(rise, shared.gaba_b_rise.keep);

        for arriving in inputs.iter_mut() {
            arriving[i] = 0.0;
        }

        // background
        let mut g_background = 0.0;
        let mut i_background = 0.0;
        for slot in 0..2 {
            let parameters = &cells.background[slot];
            let g = state.background[slot][i];
            let open = if g > 0.0 { g } else { 0.0 };
            g_background += open;
            i_background += open * parameters.reversal[i];
            state.background[slot][i] = parameters.mean[i]
                + (g - parameters.mean[i]) * parameters.keep[i]
                + parameters.innovation[i] * centred_bytes(noise[slot][i]);
        }

        // membrane
        let mut v = state.v[i];
        let mut w = state.w[i];
        let block = 1.0 / (1.0 + shared.mg_over_scale * exp(-shared.mg_slope * v));
        let g_exc = g_ampa + nmda_open * block;
        let g_total = cells.g_l[i] + g_exc + g_gaba_a + g_gaba_b + g_background;
        let drive = cells.g_l[i] * cells.e_l[i]
            + g_exc * shared.e_exc
            + g_gaba_a * shared.e_gaba_a
            + g_gaba_b * shared.e_gaba_b
            + i_background;
        let waiting = state.refractory[i] > 0.0;
        for _ in 0..SUBSTEPS {
            let slope = (v - cells.v_th[i]) * cells.inv_delta_t[i];
            let slope = if slope > 20.0 { 20.0 } else { slope };
            let slope = if slope < -60.0 { -60.0 } else { slope };
            let dv = cells.step_over_c[i] * (drive - g_total * v + cells.g_l_delta_t[i] * exp(slope) - w);
            w += cells.step_over_tau_w[i] * (cells.a[i] * (v - cells.e_l[i]) - w);
            v += dv;
            v = if v > 30.0 { 30.0 } else { v };
        }
        v = if waiting { cells.v_reset[i] } else { v };
        let spiked = v >= V_PEAK;
        state.v[i] = if spiked { cells.v_reset[i] } else { v };
        state.w[i] = if spiked { w + cells.b[i] } else { w };
        let left = if waiting { state.refractory[i] - 1.0 } else { 0.0 };
        state.refractory[i] = if spiked { cells.refractory_steps[i] } else { left };
        fired[i] = u32::from(spiked);
    }
    let mut bits = 0;
    for (lane, spiked) in fired.iter().enumerate() {
        bits |= spiked << lane;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_polynomial_exponential_is_good_to_float_precision() {
        for i in -8_000..3_000 {
            let x = i as f32 * 0.01;
            let relative = f64::from(exp(x)) / f64::from(x).exp() - 1.0;
            // argument reduction in f32 costs |x|·2⁻²⁴; at −80 that is 5e−6
            assert!(relative.abs() < 2e-7 + f64::from(x.abs()) * 1.2e-7, "{x}: {relative}");
        }
    }

    #[test]
    fn raw_noise_has_the_stated_spread() {
        let mut sum = 0.0;
        let mut squares = 0.0;
        let n = 100_000_u32;
        for i in 0..n {
            let word = philox4x32([i, 0, 0, 0], [1, 2])[0];
            let draw = f64::from(centred_bytes(word));
            sum += draw;
            squares += draw * draw;
        }
        // standard errors: mean 0.47, variance 0.4 %
        assert!((sum / f64::from(n)).abs() < 2.5);
        assert!((squares / f64::from(n) / (RAW_SD * RAW_SD) - 1.0).abs() < 0.02);
    }
}
