//! Measured cases: wiring, column simulation.
