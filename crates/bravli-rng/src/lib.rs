//! Counter-based draws: a number is a function of (seed, population, purpose, entity, index).
//!
//! Invariant: there is no hidden state to advance in order, so the same question gives the same number on one thread or
//! sixty-four, and adding a population leaves the others' numbers alone. The generator (Philox4x32-10) and the samplers
//! are ours, because a library upgrade must not move results.
//!
//! ```
//! use bravli_rng::{Draw, Stream};
//! let release = Stream::new(7, "L4_E", Draw::Release);
//! let first = release.uniform(42, 0);
//! assert_eq!(first, release.uniform(42, 0));
//! assert_ne!(first, release.uniform(42, 1));
//! assert_ne!(first, Stream::new(8, "L4_E", Draw::Release).uniform(42, 0));
//! ```

mod fnv;
mod philox;
mod prepared;
mod quantile;
mod samplers;
mod stream;

pub use fnv::Fnv;
pub use philox::{philox4x32, philox4x32_7};
pub use prepared::{Gamma, NormalWithinSd, Poisson, unit32};
pub use quantile::{normal_cdf, normal_quantile};
pub use samplers::{BINOMIAL_LANES_MOST, Sampler, binomial_from_uniform, binomial_lanes};
pub use stream::{Draw, Stream};
