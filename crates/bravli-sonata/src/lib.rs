//! SONATA files: nodes, edges, spikes, reports, and the configurations that tie them together; h5 morphologies.
//!
//! Invariant: equal data give equal bytes. Files hold no times, no compression and no library version; the only crate
//! that knows HDF5 is this one, and it uses the library from one thread at a time. A file that is read never chooses what
//! else is read, nor how much memory that takes: links and values in other files are refused, and sizes are checked first.
//!
//! Two ways in. [`read_nodes`], [`read_edges`] and [`read_spikes`] know our own columns and write what simulations need:
//! nodes follow the BBP dialect (`@library` names behind integer columns), edges the Allen one (a row per connection, with
//! `nsyns`) under BBP column names. [`read_circuit`] and its parts read anyone's files, of either dialect, with every column
//! they have; what they cannot keep they tell. [`export_circuit`] writes a circuit of ours the way every tool reads it, which
//! costs columns that we ourselves do not need. [`names`] lists the names in HDF5 files; keys of configurations stand in
//! `config`, each once.
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
mod edge_columns;
mod edges;
mod error;
mod export;
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
mod spool;
mod store;
mod streams;

pub use circuit::{SonataCircuit, read_circuit, write_circuit};
pub use config::{
    CircuitConfig, PopulationEntry, PopulationFile, ReportRequest, SimulationConfig, SpikeInput, read_circuit_config,
    read_simulation_config,
};
pub use edges::{read_edges, write_edges};
pub use error::SonataError;
pub use export::{CircuitExport, Exported, ExportedPopulation, ExportedRun, export_circuit};
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
pub use spool::Mark;
pub use streams::{ReportPlan, ReportWriter, RunFiles, RunPlan, RunWriter, SpikeWriter, WeightPlan, WeightWriter};
