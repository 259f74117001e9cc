//! Draws that cells make at each step, laid out so that sixty-four cells share sixteen calls of the generator.

use bravli_rng::philox4x32_7;

/// The word that a cell draws at a step from the stream of `key`.
///
/// Cells c, c+16, c+32, c+48 of a group of sixty-four take the four words of one call of seven rounds: its counter is
/// (16·⌊c/64⌋ + c mod 16, step, 0, 0).
#[inline]
#[must_use]
pub fn cell_word(key: [u32; 2], cell: u32, step: u32) -> u32 {
    philox4x32_7([cell / 64 * 16 + cell % 16, step, 0, 0], key)[(cell / 16 % 4) as usize]
}

/// Sum of the four bytes of a word, centred: a draw of mean zero whose spread is [`RAW_SD`].
///
/// Irwin–Hall of four; through an exponential filter of tens of steps it becomes Gaussian.
#[inline(always)]
#[must_use]
pub fn centred_bytes(word: u32) -> f32 {
    let pairs = (word & 0x00ff_00ff) + ((word >> 8) & 0x00ff_00ff);
    ((pairs & 0xffff) + (pairs >> 16)) as i32 as f32 - 510.0
}

/// Standard deviation of [`centred_bytes`]: four bytes of variance (256² − 1)/12.
pub const RAW_SD: f64 = 147.801_669_589_106_33;
