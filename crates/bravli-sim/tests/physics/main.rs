//! Every engine against truths known from elsewhere: closed forms, laws of chance, orders of convergence.
//!
//! Tolerances hold for an engine in single precision of at least first order; each says where it comes from.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/engines.rs"]
mod engines;

mod draws;
mod drives;
mod error_correction;
mod escape;
mod learning;
mod linear;
mod noise;
mod nonlinear;
mod receptors;
mod recording;
mod refusals;
mod release;
mod stochastic_release;
