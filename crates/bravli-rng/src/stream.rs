//! Streams: who draws, and what for.

use crate::fnv::Fnv;
use crate::philox::philox4x32;
use crate::samplers::Sampler;

/// What a draw is for. Numbers are fixed and never reused, so that adding a purpose moves no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Draw {
    /// Cell positions.
    Position = 1,
    /// Order in which e-types are dealt to the cells of an m-type.
    Etype = 2,
    /// Whether a pair of cells is connected.
    Connection = 3,
    /// Number of synapses of a connection.
    Synapses = 4,
    /// Peak conductance of a connection.
    Gsyn = 5,
    /// Utilisation of a connection.
    Usyn = 6,
    /// Recovery from depression.
    TauRec = 7,
    /// Recovery from facilitation.
    TauFacil = 8,
    /// Decay of the fast receptor.
    TauDecay = 9,
    /// Readily releasable vesicles.
    Nrrp = 10,
    /// Vesicle recovery and release at a spike.
    Release = 11,
    /// Spikes of an outside fibre.
    Fibre = 12,
    /// Innovations of the background conductance.
    Background = 13,
    /// Membrane potential at the start.
    InitialPotential = 14,
    /// Stimuli of a context.
    Stimulus = 15,
    /// Order of probes and blocks, and of cells that take their places in turn.
    Order = 16,
    /// Counts emitted by a rate circuit.
    Emission = 17,
    /// Resampling in an analysis.
    Resample = 18,
    /// Variation of a parameter between cells.
    CellVariation = 19,
    /// Swaps of the ends of connections.
    Shuffle = 24,
    /// Escape of a membrane with a stochastic threshold.
    Escape = 25,
    /// Events of a Poisson drive.
    Poisson = 26,
    /// Spontaneous releases.
    Miniature = 27,
}

/// A source of draws for one purpose of one population under one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
}

impl Stream {
    /// The stream of `draw` for the population called `population` under `seed`.
    #[must_use]
    pub fn new(seed: u64, population: &str, draw: Draw) -> Self {
        // FNV-1a over the name, then two Philox passes: streams of neighbouring seeds share nothing.
        let mut hash = Fnv::default();
        hash.bytes(population.as_bytes());
        let name = hash.get();
        let mixed = philox4x32(
            [name as u32, (name >> 32) as u32, draw as u32, 0x6272_6176],
            [seed as u32, (seed >> 32) as u32],
        );
        Self { key: [mixed[0], mixed[1]] }
    }

    /// The key, for kernels that call the generator themselves.
    #[must_use]
    pub fn key(self) -> [u32; 2] {
        self.key
    }

    /// Four raw numbers for the `index`-th draw of `entity`.
    #[inline]
    #[must_use]
    pub fn words(self, entity: u64, index: u64) -> [u32; 4] {
        philox4x32([entity as u32, (entity >> 32) as u32, index as u32, (index >> 32) as u32], self.key)
    }

    /// A uniform number in (0, 1), 53 bits.
    #[inline]
    #[must_use]
    pub fn uniform(self, entity: u64, index: u64) -> f64 {
        let words = self.words(entity, index);
        unit(words[0], words[1])
    }

    /// A sampler for the draws of one entity; draws of `index` never meet those of another index.
    #[must_use]
    pub fn sampler(self, entity: u64, index: u32) -> Sampler {
        Sampler::new(self, entity, index)
    }
}

/// A uniform number in (0, 1) from two words.
#[inline]
pub(crate) fn unit(high: u32, low: u32) -> f64 {
    let bits = (u64::from(high) << 32 | u64::from(low)) >> 11;
    (bits as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_seeds_purposes_and_entities_are_uncorrelated() {
        let n = 20_000_u64;
        let pairs: [(Stream, Stream, u64); 3] = [
            (Stream::new(1, "a", Draw::Release), Stream::new(2, "a", Draw::Release), 0),
            (Stream::new(1, "a", Draw::Release), Stream::new(1, "a", Draw::Fibre), 0),
            (Stream::new(1, "a", Draw::Release), Stream::new(1, "a", Draw::Release), 1),
        ];
        for (first, second, shift) in pairs {
            let sum: f64 =
                (0..n).map(|i| (first.uniform(i, 0) - 0.5) * (second.uniform(i + shift, 0) - 0.5)).sum::<f64>();
            let correlation = sum / n as f64 * 12.0;
            // standard error 1/sqrt(n) = 0.007; four of them
            assert!(correlation.abs() < 0.028, "{correlation}");
        }
    }
}
