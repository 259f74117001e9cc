//! Arithmetic on tiles of sixty-four cells: plain loops that every instruction set turns into the same bits.

use bravli_rng::philox4x32_7;
use std::ops::{Deref, DerefMut};

/// Cells per tile.
pub(crate) const TILE: usize = 64;

/// Numbers that begin at a line of the cache, so that no vector of them is cut by one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lined<T>(pub(crate) T);

impl<T> Deref for Lined<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Lined<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// One number per cell of a tile.
pub(crate) type Tile = Lined<[f32; TILE]>;

/// One word per cell of a tile.
pub(crate) type Words = Lined<[u32; TILE]>;

/// Zeros.
pub(crate) const ZERO: Tile = Lined([0.0; TILE]);

/// No words.
pub(crate) const NO_WORDS: Words = Lined([0; TILE]);

/// e^x for −80 ≤ x ≤ 60 to 2e−7 relative, without a library call, so that loops over it vectorise and every
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

/// e^{−x} for x ≥ 0, zero beyond the range of the polynomial.
#[inline(always)]
pub(crate) fn decay(x: f32) -> f32 {
    let within = if x < 80.0 { x } else { 80.0 };
    let value = exp(-within);
    if x < 80.0 { value } else { 0.0 }
}

/// ln x for normal x > 0 to 2e−7 relative or absolute, whichever is larger.
#[inline(always)]
pub(crate) fn log(x: f32) -> f32 {
    /// √½ as bits: mantissas are taken from there to √2, where the series converges best.
    const FROM: u32 = 0x3f35_04f3;
    let offset = x.to_bits().wrapping_sub(FROM);
    let exponent = (offset as i32) >> 23;
    let mantissa = f32::from_bits((offset & 0x007f_ffff).wrapping_add(FROM));
    // ln m = 2 artanh s, s = (m − 1)/(m + 1)
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let series = s * (2.0 + square * (2.0 / 3.0 + square * (2.0 / 5.0 + square * (2.0 / 7.0 + square * (2.0 / 9.0)))));
    exponent as f32 * std::f32::consts::LN_2 + series
}

/// The number, or zero once it is too small to matter.
///
/// Without the cut a decaying number ends among the subnormal ones, stays there by rounding, and costs a hundred cycles at
/// every touch.
#[inline(always)]
pub(crate) fn fade(left: f32) -> f32 {
    /// A membrane of 10 nS cannot tell this from nothing. [nS, pA]
    const NOTHING: f32 = 1e-12;
    if left.abs() > NOTHING { left } else { 0.0 }
}

/// A number in (0, 1) from a word.
#[inline(always)]
pub(crate) fn to_unit(word: u32) -> f32 {
    ((word >> 8) as i32 as f32 + 0.5) * (1.0 / 16_777_216.0)
}

/// The words that the cells of a tile draw at a step: [`crate::network::cell_word`] of each.
#[inline(always)]
pub(crate) fn tile_words(key: [u32; 2], tile: u32, step: u32, words: &mut Words) {
    let mut drawn = Lined([[0_u32; 16]; 4]);
    for lane in 0..16 {
        let [a, b, c, d] = philox4x32_7([tile * 16 + lane as u32, step, 0, 0], key);
        drawn[0][lane] = a;
        drawn[1][lane] = b;
        drawn[2][lane] = c;
        drawn[3][lane] = d;
    }
    for (part, lanes) in words.as_chunks_mut::<16>().0.iter_mut().zip(drawn.iter()) {
        *part = *lanes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::cell_word;

    #[test]
    fn the_polynomial_exponential_is_good_to_float_precision() {
        for i in -8_000..6_000 {
            let x = i as f32 * 0.01;
            let relative = f64::from(exp(x)) / f64::from(x).exp() - 1.0;
            // argument reduction in f32 costs |x|·2⁻²⁴; at −80 that is 5e−6
            assert!(relative.abs() < 2e-7 + f64::from(x.abs()) * 1.2e-7, "{x}: {relative}");
        }
    }

    #[test]
    fn the_polynomial_logarithm_is_good_to_float_precision() {
        for i in 1..200_000 {
            let x = i as f32 * 1e-4;
            let off = (f64::from(log(x)) - f64::from(x).ln()).abs();
            assert!(off < 3e-7 * f64::from(x).ln().abs().max(1.0), "{x}: {off}");
        }
    }

    #[test]
    fn a_tile_draws_what_each_of_its_cells_draws() {
        let mut words = NO_WORDS;
        tile_words([5, 9], 3, 77, &mut words);
        for (lane, word) in words.iter().enumerate() {
            assert_eq!(*word, cell_word([5, 9], 3 * 64 + lane as u32, 77), "{lane}");
        }
    }
}
