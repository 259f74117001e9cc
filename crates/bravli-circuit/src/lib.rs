//! Recipe to column to circuit: geometry, placement, wiring, boundary and protocol descriptions.
