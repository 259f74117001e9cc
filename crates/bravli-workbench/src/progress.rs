//! How long work tells how far it is, and learns that it should stop.

use std::ops::ControlFlow;

/// A listener to long work.
pub trait Progress: Sync {
    /// Told the share done, 0 to 1, and what is being done; answers whether to go on.
    fn report(&self, done: f64, message: &str) -> ControlFlow<()>;
}

/// Listens to nothing and never stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _done: f64, _message: &str) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
