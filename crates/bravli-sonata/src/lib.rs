//! SONATA files: nodes, edges and spikes in HDF5.
//!
//! Invariant: equal data give equal bytes. Files hold no times, no compression and no library version; the only crate
//! that knows HDF5 is this one, and it uses the library from one thread at a time.
//!
//! Nodes follow the BBP dialect (`@library` names behind integer columns), edges the Allen one (a row per connection,
//! with `nsyns`) under BBP column names; [`names`] lists every name used outside.
//!
//! ```
//! use bravli_circuit::Spikes;
//! use bravli_sonata::{read_spikes, write_spikes};
//!
//! let spikes = Spikes { population: "barrel".into(), time_ms: vec![0.5, 12.25], node: vec![7, 3] };
//! let path = std::env::temp_dir().join(format!("bravli-doc-{}.h5", std::process::id()));
//! write_spikes(&path, std::slice::from_ref(&spikes))?;
//! assert_eq!(read_spikes(&path)?, [spikes]);
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), bravli_sonata::SonataError>(())
//! ```

mod circuit;
mod config;
mod edges;
mod error;
mod index;
mod json;
mod morphology;
pub mod names;
mod node_sets;
mod nodes;
mod population;
mod reports;
mod spike_populations;
mod spikes;
mod store;

pub use circuit::{SonataCircuit, read_circuit, write_circuit};
pub use config::{
    CircuitConfig, PopulationEntry, PopulationFile, ReportRequest, SimulationConfig, SpikeInput, read_circuit_config,
    read_simulation_config,
};
pub use edges::{read_edges, write_edges};
pub use error::SonataError;
pub use morphology::{morphology_names, read_morphology, read_morphology_in};
pub use node_sets::{Comparison, NodeSet, NodeSetError, NodeSets, Test, read_node_sets, write_node_sets};
pub use nodes::{read_nodes, write_nodes};
pub use population::{
    Attribute, EdgePopulation, Group, IndexSpelling, MAX_NODES, NodePopulation, Rows, StoredIndex, TypeTable, Value,
    Values, read_edge_populations, read_node_populations, read_stored_index, read_type_table, write_edge_populations,
    write_node_populations, write_type_table,
};
pub use reports::{Report, read_reports, write_reports};
pub use spike_populations::{Sorting, SpikePopulation, read_spike_populations, write_spike_populations};
pub use spikes::{UNNAMED_POPULATION, read_spikes, write_spikes};
