//! Configurations of circuits and simulations, of either dialect.

mod circuit_config;
mod manifest;
mod simulation_config;

pub use circuit_config::{CircuitConfig, PopulationEntry, PopulationFile, read_circuit_config};
pub use simulation_config::{ReportRequest, SimulationConfig, SpikeInput, read_simulation_config};
