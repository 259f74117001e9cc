//! Random numbers of the resampling steps: every draw of a bootstrap or surrogate has its own sampler, keyed by (seed,
//! purpose, index), so results do not depend on the order or the number of threads in which draws are evaluated.

use bravli_rng::{Draw, Sampler, Stream};

/// What a sampler is for; names are fixed and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Hierarchical bootstrap.
    Bootstrap,
    /// Parametric bootstrap under a = 0.
    Parametric,
    /// Permutation of σ labels.
    Surrogate,
    /// Synthetic responses.
    Synthetic,
}

/// The sampler of one draw.
pub(crate) fn sampler(seed: u64, purpose: Purpose, index: u64) -> Sampler {
    let name = match purpose {
        Purpose::Bootstrap => "bootstrap",
        Purpose::Parametric => "parametric",
        Purpose::Surrogate => "surrogate",
        Purpose::Synthetic => "synthetic",
    };
    Stream::new(seed, name, Draw::Resample).sampler(index, 0)
}
