//! A network as plain columns → spikes, traces and weights.
//!
//! Invariant: an engine receives plain columns of numbers and returns spikes; the number of threads changes speed, never
//! a bit of the result. [`lower`] turns a column into the description in [`network`]; [`point`] is the fast engine,
//! [`mod@reference`] the slow, obvious one it is compared with; [`outside`] writes the description for other engines;
//! [`rate`] has the mean-field circuits whose answer is known and which serve as truth controls.

mod error;
pub mod lower;
pub mod network;
pub mod outside;
pub mod point;
pub mod rate;
pub mod reference;

pub use error::SimError;
