//! Synapses of a partition: who is reached, when, and with what.
//!
//! Connections are held by the partition of their target, sorted by source and delay, so that a spike walks through its list
//! one delay after another and each step adds one run of it to accumulators that fit a core's cache.

mod bundle;
mod compact;
mod learning;
mod release;
mod runs;
mod store;

pub(crate) use bundle::{Bundle, BundleKind, Onto, Target};
pub(crate) use compact::{Compact, Shared};
pub(crate) use learning::{Learning, Own as LearningRow, Post};
pub(crate) use release::{Mini, Own as ReleaseRow, Release};
pub(crate) use runs::{Due, Runs};
pub(crate) use store::{Built, Ground, build};
