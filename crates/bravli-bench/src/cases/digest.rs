//! One number for all spikes of a run.

use bravli_rng::Fnv;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpikeDigest(Fnv);

impl SpikeDigest {
    /// Takes a spike in.
    pub fn add(&mut self, population: u32, step: u32, cell: u32) {
        for number in [population, step, cell] {
            self.0.bytes(&number.to_le_bytes());
        }
    }

    /// Sixteen hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0.get())
    }
}
