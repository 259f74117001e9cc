//! One number for all spikes of a run.

/// FNV-1a of 64 bits over spikes in the order of step, population, cell.
///
/// Of each spike go in, each as four bytes with the lowest first: position of the population, step, cell in its population.
///
/// ```
/// use bravli_bench::cases::SpikeDigest;
/// let mut digest = SpikeDigest::default();
/// digest.add(0, 12, 3);
/// assert_eq!(digest.hex(), "704d79069f0349aa");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpikeDigest(u64);

impl Default for SpikeDigest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl SpikeDigest {
    /// Takes a spike in.
    pub fn add(&mut self, population: u32, step: u32, cell: u32) {
        for byte in [population, step, cell].iter().flat_map(|number| number.to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Sixteen hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
