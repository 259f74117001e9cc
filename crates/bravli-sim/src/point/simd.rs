//! Instruction sets: one body, compiled for each.

use super::partition::{Outbox, Partition};
use crate::SimError;
use std::ops::Range;

/// Instruction sets; none changes a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Simd {
    /// The widest that this machine has.
    #[default]
    Best,
    /// AVX-512.
    Avx512,
    /// AVX2.
    Avx2,
    /// What every machine of this kind has.
    Baseline,
}

/// What threads call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernels {
    pub(crate) ingest: fn(&mut Partition, &[(u32, u32)]),
    pub(crate) advance: fn(&mut Partition, Range<u32>, &mut Outbox),
    /// The set in use.
    pub(crate) simd: Simd,
}

const BASELINE: Kernels = Kernels { ingest: Partition::ingest, advance: Partition::advance, simd: Simd::Baseline };

impl Kernels {
    /// The kernels of an instruction set.
    ///
    /// # Errors
    /// [`SimError::NoSimd`] where the machine does not have it.
    pub(crate) fn of(simd: Simd) -> Result<Self, SimError> {
        match simd {
            Simd::Baseline => Ok(BASELINE),
            Simd::Avx2 => avx2().ok_or(SimError::NoSimd("AVX2")),
            Simd::Avx512 => avx512().ok_or(SimError::NoSimd("AVX-512")),
            Simd::Best => Ok(avx512().or_else(avx2).unwrap_or(BASELINE)),
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! kernels {
    ($name:ident, $simd:expr, $features:literal, [$($feature:tt),+]) => {
        fn $name() -> Option<Kernels> {
            #[target_feature(enable = $features)]
            fn ingest(partition: &mut Partition, spikes: &[(u32, u32)]) {
                partition.ingest(spikes);
            }
            #[target_feature(enable = $features)]
            fn advance(partition: &mut Partition, steps: Range<u32>, out: &mut Outbox) {
                partition.advance(steps, out);
            }
            let there = true $(&& is_x86_feature_detected!($feature))+;
            #[expect(unsafe_code, reason = "calling code of an instruction set that was just detected")]
            there.then_some(Kernels {
                // SAFETY: this machine has all of the features.
                ingest: |partition, spikes| unsafe { ingest(partition, spikes) },
                // SAFETY: as above.
                advance: |partition, steps, out| unsafe { advance(partition, steps, out) },
                simd: $simd,
            })
        }
    };
}

#[cfg(target_arch = "x86_64")]
kernels!(avx512, Simd::Avx512, "avx512f,avx512bw,avx512dq,avx512vl", ["avx512f", "avx512bw", "avx512dq", "avx512vl"]);
#[cfg(target_arch = "x86_64")]
kernels!(avx2, Simd::Avx2, "avx2", ["avx2"]);

#[cfg(not(target_arch = "x86_64"))]
fn avx512() -> Option<Kernels> {
    None
}

#[cfg(not(target_arch = "x86_64"))]
fn avx2() -> Option<Kernels> {
    None
}
