//! Whole circuits: all that a configuration names, read and written.

use crate::config::{CircuitConfig, PopulationFile, read_circuit_config};
use crate::error::SonataError;
use crate::names::{EDGE, NODE};
use crate::node_sets::{NodeSets, read_node_sets, write_node_sets};
use crate::population::{
    EdgePopulation, NodePopulation, TypeTable, read_edge_populations, read_node_populations, read_type_table,
    write_edge_populations, write_node_populations, write_type_table,
};
use crate::store::write_text_file;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A circuit with every column of every population.
#[derive(Debug, Clone, PartialEq)]
pub struct SonataCircuit {
    /// What it was read with.
    pub config: CircuitConfig,
    /// Populations of nodes, in the order of the configuration.
    pub nodes: Vec<NodePopulation>,
    /// Populations of edges, in the order of the configuration.
    pub edges: Vec<EdgePopulation>,
    /// Its node sets.
    pub node_sets: NodeSets,
    /// What could not be read, kept or believed; the rest is here.
    pub problems: Vec<SonataError>,
}

impl SonataCircuit {
    /// A population of nodes by its name.
    #[must_use]
    pub fn nodes_of(&self, name: &str) -> Option<&NodePopulation> {
        self.nodes.iter().find(|population| population.name == name)
    }

    /// A population of edges by its name.
    #[must_use]
    pub fn edges_of(&self, name: &str) -> Option<&EdgePopulation> {
        self.edges.iter().find(|population| population.name == name)
    }
}

/// Reads a circuit by its configuration, or by one that leads there.
///
/// Only the configuration has to be right. A file that is absent or damaged is told in [`SonataCircuit::problems`], as are
/// populations that are not there and edges that end at no node, and everything else is read.
///
/// # Errors
/// [`SonataError`] when the configuration cannot be read, see [`read_circuit_config`].
pub fn read_circuit(path: &Path) -> Result<SonataCircuit, SonataError> {
    let config = read_circuit_config(path)?;
    let mut problems = Vec::new();
    let nodes = read_files(&config, NODE, &config.nodes, &mut problems, read_node_populations);
    let edges = read_files(&config, EDGE, &config.edges, &mut problems, read_edge_populations);
    check_ends(&config, &nodes, &edges, &mut problems);
    let mut node_sets = NodeSets::default();
    if let Some(file) = &config.node_sets_file {
        match reach(&config, file, "node_sets_file").and_then(|()| read_node_sets(file)) {
            Ok(sets) => node_sets = sets,
            Err(problem) => problems.push(problem),
        }
    }
    Ok(SonataCircuit { config, nodes, edges, node_sets, problems })
}

/// What nodes and edges have in common here.
trait Population {
    fn name(&self) -> &str;
    fn types(&self) -> &TypeTable;
    fn types_mut(&mut self) -> &mut TypeTable;
}

macro_rules! population {
    ($kind:ty) => {
        impl Population for $kind {
            fn name(&self) -> &str {
                &self.name
            }
            fn types(&self) -> &TypeTable {
                &self.types
            }
            fn types_mut(&mut self) -> &mut TypeTable {
                &mut self.types
            }
        }
    };
}
population!(NodePopulation);
population!(EdgePopulation);

fn reach(config: &CircuitConfig, file: &Path, at: &str) -> Result<(), SonataError> {
    if file.is_file() {
        return Ok(());
    }
    Err(SonataError::Unreachable { file: file.to_owned(), by: config.file.clone(), at: at.to_owned() })
}

fn read_files<P: Population>(
    config: &CircuitConfig,
    kind: &str,
    files: &[PopulationFile],
    problems: &mut Vec<SonataError>,
    read: fn(&Path, &mut Vec<SonataError>) -> Result<Vec<P>, SonataError>,
) -> Vec<P> {
    let mut all: Vec<P> = Vec::new();
    for file in files.iter().filter(|file| file.is_enabled) {
        let populations = reach(config, &file.file, &file.at).and_then(|()| read(&file.file, problems));
        let mut populations = match populations {
            Ok(populations) => populations,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if let Some(types_file) = &file.types_file {
            let at = file.at.replace(&format!("{kind}s_file"), &format!("{kind}_types_file"));
            match reach(config, types_file, &at).and_then(|()| read_type_table(types_file, kind)) {
                Ok(types) => populations.iter_mut().for_each(|population| population.types_mut().clone_from(&types)),
                Err(problem) => problems.push(problem),
            }
        }
        let left_out = |dataset: String, reason| SonataError::LeftOut { file: file.file.clone(), dataset, reason };
        populations.retain(|population| {
            let is_meant =
                file.populations.is_empty() || file.populations.iter().any(|entry| entry.name == population.name());
            let is_new = all.iter().all(|other| other.name() != population.name());
            if !is_meant {
                problems.push(left_out(population.name().to_owned(), "the configuration does not name the population"));
            } else if !is_new {
                problems.push(left_out(population.name().to_owned(), "another file has a population of this name"));
            }
            is_meant && is_new
        });
        for entry in &file.populations {
            if populations.iter().all(|population| population.name() != entry.name) {
                problems.push(SonataError::Missing {
                    file: file.file.clone(),
                    dataset: format!("/{kind}s/{}", entry.name),
                    found: populations.iter().map(Population::name).collect::<Vec<_>>().join(", "),
                });
            }
        }
        all.append(&mut populations);
    }
    all
}

/// Tells of edges that end at nodes which are not there.
fn check_ends(
    config: &CircuitConfig,
    nodes: &[NodePopulation],
    edges: &[EdgePopulation],
    problems: &mut Vec<SonataError>,
) {
    for population in edges {
        let ends = [
            ("source", &population.source_population, &population.source),
            ("target", &population.target_population, &population.target),
        ];
        for (end, named, ids) in ends {
            let reason = match named {
                None => format!("the population of its {end}s is not named"),
                Some(named) => match nodes.iter().find(|nodes| nodes.name == *named) {
                    None => format!("there is no population {named:?} of {end}s"),
                    Some(nodes) => {
                        let mut known: Vec<u64> = (0..nodes.len()).filter_map(|row| nodes.id(row)).collect();
                        known.sort_unstable();
                        match ids.iter().find(|id| known.binary_search(id).is_err()) {
                            Some(id) => format!("{end} {id} is no node of {named:?}, which has {}", known.len()),
                            None => continue,
                        }
                    }
                },
            };
            problems.push(SonataError::LooseEnds {
                file: config.file.clone(),
                population: population.name.clone(),
                reason,
            });
        }
    }
}

/// Writes a circuit into a folder, as `circuit_config.json` and what it names; gives the path of the configuration.
///
/// Each population has a file of its own, and a table of types beside it where it has types. Folders of components are not
/// copied: the configuration names them where they are.
///
/// # Errors
/// [`SonataError`] when a population cannot be written.
///
/// # Repeatability
/// Equal circuits give equal bytes.
pub fn write_circuit(folder: &Path, circuit: &SonataCircuit) -> Result<PathBuf, SonataError> {
    let nodes = write_files(folder, circuit, NODE, &circuit.nodes, write_node_populations)?;
    let edges = write_files(folder, circuit, EDGE, &circuit.edges, write_edge_populations)?;
    let mut config = Map::new();
    config.insert("version".to_owned(), json!(2));
    config.insert("manifest".to_owned(), json!({ "$BASE_DIR": "." }));
    if !circuit.config.components.is_empty() {
        config.insert("components".to_owned(), Value::Object(circuit.config.components.clone()));
    }
    if !circuit.node_sets.0.is_empty() {
        write_node_sets(&folder.join("node_sets.json"), &circuit.node_sets)?;
        config.insert("node_sets_file".to_owned(), json!("$BASE_DIR/node_sets.json"));
    }
    config.insert("networks".to_owned(), json!({ "nodes": nodes, "edges": edges }));
    let path = folder.join("circuit_config.json");
    write_text_file(&path, &format!("{:#}\n", Value::Object(config)))?;
    Ok(path)
}

fn write_files<P: Population + Clone>(
    folder: &Path,
    circuit: &SonataCircuit,
    kind: &str,
    populations: &[P],
    write: fn(&Path, &[P]) -> Result<(), SonataError>,
) -> Result<Vec<Value>, SonataError> {
    let inner = folder.join(format!("{kind}s"));
    std::fs::create_dir_all(&inner).map_err(|error| SonataError::Write {
        file: inner.clone(),
        dataset: String::new(),
        reason: error.to_string(),
    })?;
    let mut entries = Vec::new();
    for (row, population) in populations.iter().enumerate() {
        let name = file_name(population.name(), row);
        write(&inner.join(format!("{name}.h5")), std::slice::from_ref(population))?;
        let mut entry = Map::new();
        entry.insert(format!("{kind}s_file"), json!(format!("$BASE_DIR/{kind}s/{name}.h5")));
        if !population.types().is_empty() {
            write_type_table(&inner.join(format!("{name}_types.csv")), kind, population.types())?;
            entry.insert(format!("{kind}_types_file"), json!(format!("$BASE_DIR/{kind}s/{name}_types.csv")));
        }
        let settings = circuit.config.population(population.name()).map(|entry| entry.settings.clone());
        entry.insert("populations".to_owned(), json!({ population.name(): settings.unwrap_or_default() }));
        entries.push(Value::Object(entry));
    }
    Ok(entries)
}

/// The population's name where it is safe as a file's, else one that is.
pub(crate) fn file_name(name: &str, row: usize) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    // a number in front keeps names apart that differ in case only
    if !name.is_empty() && name.len() <= 100 && name.chars().all(is_safe) {
        format!("{row}-{name}")
    } else {
        format!("{row}")
    }
}
