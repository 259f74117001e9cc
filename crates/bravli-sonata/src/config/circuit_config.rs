//! What a circuit is made of.

use super::manifest::Expanded;
use crate::error::SonataError;
use crate::json::Part;
use crate::names::{ALTERNATE_MORPHOLOGIES, MORPHOLOGY_FORMATS};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Most configurations that may lead to each other before one names networks.
const MAX_STEPS: usize = 4;

/// A population as a configuration names it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PopulationEntry {
    /// Its name.
    pub name: String,
    /// Its type: `biophysical`, `point_neuron`, `virtual`, `chemical`, …
    pub kind: Option<String>,
    /// All that is said of it, the type too, paths made absolute.
    pub settings: Map<String, Value>,
}

/// A file of nodes or edges.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PopulationFile {
    /// The file; it need not be there.
    pub file: PathBuf,
    /// Where the configuration names it.
    pub at: String,
    /// The table of types, where there is one.
    pub types_file: Option<PathBuf>,
    /// The populations that are meant; empty for all.
    pub populations: Vec<PopulationEntry>,
    /// Whether the file is to be used; `enabled` in files of the Allen Institute.
    pub is_enabled: bool,
}

/// The configuration of a circuit. Paths are absolute and not looked at; unknown parts stay in [`Self::raw`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CircuitConfig {
    /// The file.
    pub file: PathBuf,
    /// Files of nodes.
    pub nodes: Vec<PopulationFile>,
    /// Files of edges.
    pub edges: Vec<PopulationFile>,
    /// The file of node sets, where there is one.
    pub node_sets_file: Option<PathBuf>,
    /// Folders and files that all populations share.
    pub components: Map<String, Value>,
    /// The whole configuration, variables expanded.
    pub raw: Value,
}

impl CircuitConfig {
    /// What is said of a population of nodes or edges.
    #[must_use]
    pub fn population(&self, name: &str) -> Option<&PopulationEntry> {
        let files = self.nodes.iter().chain(&self.edges);
        files.flat_map(|file| &file.populations).find(|entry| entry.name == name)
    }

    /// A folder or file such as `morphologies_dir`: of the population, else of all; none where it is absent or empty.
    #[must_use]
    pub fn component(&self, population: &str, key: &str) -> Option<PathBuf> {
        let of = |settings: &Map<String, Value>| settings.get(key).and_then(path_of);
        self.population(population).and_then(|entry| of(&entry.settings)).or_else(|| of(&self.components))
    }

    /// The folder of morphologies in another format, such as `neurolucida-asc`.
    #[must_use]
    pub fn alternate_morphologies(&self, population: &str, format: &str) -> Option<PathBuf> {
        let of = |settings: &Map<String, Value>| {
            settings.get(ALTERNATE_MORPHOLOGIES).and_then(|formats| formats.get(format)).and_then(path_of)
        };
        self.population(population).and_then(|entry| of(&entry.settings)).or_else(|| of(&self.components))
    }

    /// The file of a morphology, the first there is: `.swc`, `.asc` or `.h5` in the folders of its population.
    #[must_use]
    pub fn morphology_file(&self, population: &str, morphology: &str) -> Option<PathBuf> {
        // a name is a file's, not a way to other folders
        if morphology.contains(['/', '\\']) || morphology.contains("..") {
            return None;
        }
        let swc = self.component(population, "morphologies_dir").map(|folder| (folder, "swc"));
        let others = MORPHOLOGY_FORMATS.iter().filter_map(|(format, ending)| {
            self.alternate_morphologies(population, format).map(|folder| (folder, *ending))
        });
        let files = swc.into_iter().chain(others).map(|(folder, ending)| folder.join(format!("{morphology}.{ending}")));
        files.into_iter().find(|file| file.is_file())
    }
}

fn path_of(value: &Value) -> Option<PathBuf> {
    value.as_str().filter(|text| !text.is_empty()).map(PathBuf::from)
}

/// Reads the configuration of a circuit. A configuration that names one under `network`, such as that of a simulation or
/// the `config.json` of the Allen Institute, leads there.
///
/// # Errors
/// [`SonataError`] when the file is absent or no JSON, a part is of another kind than it should be, variables lead to
/// themselves, or no configuration names networks. Files that it names need not be there.
pub fn read_circuit_config(path: &Path) -> Result<CircuitConfig, SonataError> {
    let mut config = Expanded::read(path)?;
    for _ in 0..MAX_STEPS {
        if config.root.get("networks").is_some() {
            return circuit_config(config);
        }
        let network = {
            let root = Part::new(&config.file, &config.root);
            let network = root.key("network");
            match network.text()? {
                Some(network) => config.path(network),
                // of simulations without it, the specification says this
                None if root.key("run").value.is_some() => config.path("circuit_config.json"),
                None => return Err(root.key("networks").wrong("an object with nodes and edges")),
            }
        };
        config = Expanded::read(&network)?;
    }
    let root = Part::new(&config.file, &config.root);
    Err(root.key("networks").wrong("an object with nodes and edges"))
}

fn circuit_config(config: Expanded) -> Result<CircuitConfig, SonataError> {
    let root = Part::new(&config.file, &config.root);
    let networks = root.key("networks");
    networks.object()?;
    let read = |kind: &str| {
        let (file, types) = (format!("{kind}s_file"), format!("{kind}_types_file"));
        networks
            .key(if kind == "node" { "nodes" } else { "edges" })
            .each(|entry| population_file(&config, entry, &file, &types))
    };
    let mut components = root.key("components").object()?.cloned().unwrap_or_default();
    config.absolute_paths(&mut components);
    Ok(CircuitConfig {
        file: config.file.clone(),
        nodes: read("node")?,
        edges: read("edge")?,
        node_sets_file: root.key("node_sets_file").text()?.map(|path| config.path(path)),
        components,
        raw: config.root.clone(),
    })
}

fn population_file(
    config: &Expanded,
    entry: &Part<'_>,
    file: &str,
    types: &str,
) -> Result<PopulationFile, SonataError> {
    entry.object()?;
    let named = entry.key(file);
    let path = named.text()?.ok_or_else(|| named.wrong("the path of a file"))?;
    let populations = entry.key("populations");
    let mut entries = Vec::new();
    for (name, _) in populations.object()?.into_iter().flatten() {
        let part = populations.key(name);
        let mut settings = part.object()?.cloned().unwrap_or_default();
        config.absolute_paths(&mut settings);
        let kind = part.key("type").text()?.map(str::to_owned);
        entries.push(PopulationEntry { name: name.clone(), kind, settings });
    }
    let enabled = entry.key("enabled");
    let is_enabled = enabled.value.map(|value| value.as_bool().ok_or_else(|| enabled.wrong("true or false")));
    Ok(PopulationFile {
        file: config.path(path),
        at: named.at(),
        types_file: entry.key(types).text()?.map(|path| config.path(path)),
        populations: entries,
        is_enabled: is_enabled.transpose()?.unwrap_or(true),
    })
}
