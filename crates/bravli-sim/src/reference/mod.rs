//! The slow, obvious engine: f64, one state per connection, one thread.

use crate::SimError;
use crate::network::{Network, Sink};

/// Simulates `n_steps` steps.
///
/// # Errors
/// [`SimError`] when the network has flaws or the sink fails.
pub fn run(_network: &Network<'_>, _n_steps: u64, _sink: &mut dyn Sink) -> Result<(), SimError> {
    Err(SimError::Cancelled)
}
