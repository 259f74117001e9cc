//! The slow, obvious engine: f64, one state per connection, one thread.
//!
//! It solves the same networks with the same draws as [`crate::point`] and shares none of its code, so that the fast engine
//! can be compared with it spike by spike on small networks. Suited to some tens of cells and some seconds.
//!
//! Linear membranes under currents alone take their exact solution. All others take ten Runge–Kutta steps of fourth order per
//! step, under conductances that decay as the step goes on; the fast engine replaces those by their means.

mod course;
mod drives;
mod learning;
mod membrane;
mod record;
mod release;
mod run;
mod synapses;

pub use run::run;
