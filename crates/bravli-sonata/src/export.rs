//! A circuit of ours as a folder that other tools open: configurations, nodes, edges, types, node sets, spikes.
//!
//! Files follow the second dialect of SONATA (names behind numbers, a configuration with types of populations) and carry
//! beside it what readers of the first one need: ids and groups spelled out, tables of types, the index under its older
//! name too. Cells are point processes; fibres of a boundary are virtual nodes, whose spikes a run gives.

mod configs;
mod edges;
mod nodes;
mod sets;

use crate::circuit::file_name;
use crate::edges::write_edges;
use crate::error::SonataError;
use crate::names::{EDGE, NODE};
use crate::node_sets::write_node_sets;
use crate::population::{TypeTable, write_type_table};
use crate::spikes::write_spikes;
use bravli_circuit::{Boundary, Circuit, Connections, FibrePopulation, NeuronColumns, Spikes};
use nodes::CellTypes;
use serde_json::{Value, json};
use std::path::Path;

/// Type of our cells: they have a place and no morphology.
const POINT_CELL: &str = "point_process";
/// Type of fibres: nodes that only send spikes.
const VIRTUAL: &str = "virtual";
/// The models, which no other program has under these names: `dynamics_params` holds the parameters of cells.
const CELL_TEMPLATE: &str = "bravli:adex";
const FIBRE_TEMPLATE: &str = "bravli:fibre";
const SYNAPSE_TEMPLATE: &str = "bravli:conductance_std";

/// What a circuit is exported with.
#[derive(Debug, Clone, Copy)]
pub struct CircuitExport<'a> {
    /// Cells and connections.
    pub circuit: &'a Circuit,
    /// Parameters of the cells, where the recipe has them.
    pub neurons: Option<&'a NeuronColumns>,
    /// What stands for the outside, with its fibres.
    pub boundary: Option<(&'a Boundary, &'a [FibrePopulation])>,
    /// A run of the circuit under the boundary.
    pub run: Option<ExportedRun<'a>>,
}

/// A run on its way to files.
#[derive(Debug, Clone, Copy)]
pub struct ExportedRun<'a> {
    /// Spikes of the cells and of every population of fibres.
    pub spikes: &'a [Spikes],
    /// Length, ms.
    pub duration_ms: f64,
    /// Step, ms.
    pub dt_ms: f64,
    /// Seed.
    pub seed: u64,
}

/// A population that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPopulation {
    /// Its name.
    pub name: String,
    /// `nodes` or `edges`.
    pub kind: &'static str,
    /// Rows.
    pub n: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exported {
    /// Populations of nodes and edges.
    pub populations: Vec<ExportedPopulation>,
    /// Names of node sets.
    pub node_sets: Vec<String>,
}

/// Writes a circuit into a folder that is there, as `circuit_config.json` and what it names; with a boundary or a run also
/// `simulation_config.json`, the run's spikes under `output` and those of its fibres under `inputs`.
///
/// A row of edges is a connection: `nsyns` contacts of `conductance` nS each.
///
/// # Errors
/// [`SonataError::Write`] when a file cannot be written. The folder may then hold some of the files: write into a fresh one.
///
/// # Repeatability
/// Equal circuits give equal bytes.
pub fn export_circuit(folder: &Path, export: &CircuitExport<'_>) -> Result<Exported, SonataError> {
    let column = &export.circuit.column;
    let cells = column.header.node_population.as_str();
    let mut writer = Writer { folder, networks: [Vec::new(), Vec::new()], written: Exported::default() };

    let types = CellTypes::of(column);
    let file = writer.file(NODE, cells, column.cells.len(), POINT_CELL, &types.table)?;
    nodes::write_cells(&file, column, &types, export.neurons)?;
    let mut next_edge_type = 0;
    writer.edges(&export.circuit.connections(), &mut next_edge_type)?;

    let fibres = export.boundary.map_or(&[][..], |(_, fibres)| fibres);
    for (node_type, population) in (types.table.rows.len() as i32..).zip(fibres) {
        let (name, n) = (population.source.as_str(), population.n_fibres as usize);
        let table = nodes::fibre_types(node_type, population);
        let file = writer.file(NODE, name, n, VIRTUAL, &table)?;
        nodes::write_fibres(&file, population, node_type, !column.header.ground.columns.is_empty())?;
        writer.edges(&population.connections(), &mut next_edge_type)?;
    }

    let sets = sets::of(column, fibres);
    write_node_sets(&folder.join(configs::NODE_SETS), &sets.all)?;
    configs::write_circuit(folder, &writer.networks)?;
    if let Some(run) = &export.run {
        write_run(folder, run, cells)?;
    }
    if let Some((boundary, _)) = export.boundary {
        configs::write_simulation(folder, boundary, export.neurons.is_some(), export.run.as_ref(), &sets)?;
    }
    writer.written.node_sets = sets.all.0.iter().map(|(name, _)| name.clone()).collect();
    Ok(writer.written)
}

/// Spikes of cells are what the run gave, those of fibres what it was given.
fn write_run(folder: &Path, run: &ExportedRun<'_>, cells: &str) -> Result<(), SonataError> {
    for spikes in run.spikes {
        let file = if spikes.population == cells {
            folder.join(configs::OUTPUT).join(configs::SPIKES)
        } else {
            folder.join(configs::fibre_spikes(&spikes.population))
        };
        make_folder(file.parent().unwrap_or(folder))?;
        write_spikes(&file, std::slice::from_ref(spikes))?;
    }
    Ok(())
}

fn make_folder(folder: &Path) -> Result<(), SonataError> {
    std::fs::create_dir_all(folder).map_err(|error| SonataError::Write {
        file: folder.to_owned(),
        dataset: String::new(),
        reason: error.to_string(),
    })
}

/// Collects what the configuration names.
struct Writer<'a> {
    folder: &'a Path,
    /// Entries of nodes and of edges.
    networks: [Vec<Value>; 2],
    written: Exported,
}

impl Writer<'_> {
    /// Edges with their types, which are numbered on through all files.
    fn edges(&mut self, connections: &Connections<'_>, next_type: &mut i32) -> Result<(), SonataError> {
        let header = connections.header;
        let table = edges::types(header, *next_type);
        let file = self.file(EDGE, &header.edge_population, connections.len(), POINT_CELL, &table)?;
        write_edges(&file, connections, *next_type)?;
        *next_type += table.rows.len() as i32;
        Ok(())
    }

    /// The file of a population, with its types written beside it and its entry made.
    fn file(
        &mut self,
        kind: &str,
        population: &str,
        n: usize,
        population_type: &str,
        types: &TypeTable,
    ) -> Result<std::path::PathBuf, SonataError> {
        let (networks, plural) =
            if kind == NODE { (&mut self.networks[0], "nodes") } else { (&mut self.networks[1], "edges") };
        let name = file_name(population, networks.len());
        let folder = self.folder.join(plural);
        make_folder(&folder)?;
        write_type_table(&folder.join(format!("{name}_types.csv")), kind, types)?;
        networks.push(json!({
            format!("{kind}s_file"): format!("{}/{plural}/{name}.h5", configs::BASE),
            format!("{kind}_types_file"): format!("{}/{plural}/{name}_types.csv", configs::BASE),
            "populations": { population: { "type": population_type } },
        }));
        self.written.populations.push(ExportedPopulation { name: population.to_owned(), kind: plural, n: n as u64 });
        Ok(folder.join(format!("{name}.h5")))
    }
}
