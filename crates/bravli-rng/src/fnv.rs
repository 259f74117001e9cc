//! A short hash that is the same on every machine.

use std::fmt;

/// FNV-1a of 64 bits: for names, digests and checksums, against accidents and not against malice.
///
/// ```
/// let mut hash = bravli_rng::Fnv::default();
/// hash.bytes(b"a");
/// assert_eq!(hash.get(), 0xaf63_dc4c_8601_ec8c);
/// ```
///
/// # Source
/// Fowler, Noll & Vo, RFC 9923.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Goes on from what [`Self::get`] gave.
    #[must_use]
    pub fn from_state(state: u64) -> Self {
        Self(state)
    }

    /// Takes bytes in.
    pub fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.word(u64::from(*byte)));
    }

    /// Takes a number in at once, which is faster than byte by byte and another hash.
    pub fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    }

    /// The hash so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}
