//! What a simulation does with a circuit.

use super::manifest::Expanded;
use crate::error::SonataError;
use crate::json::Part;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Spikes that are played into a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeInput {
    /// Its name in the configuration.
    pub name: String,
    /// The file; it need not be there.
    pub file: PathBuf,
    /// The node set that it is meant for.
    pub node_set: Option<String>,
}

/// A report that a simulation writes.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRequest {
    /// Its name in the configuration.
    pub name: String,
    /// The file; it need not be there.
    pub file: PathBuf,
    /// The node set that is recorded.
    pub cells: Option<String>,
    /// Whether it is wanted.
    pub is_enabled: bool,
}

/// The configuration of a simulation. Paths are absolute and not looked at; what has no field stays in [`Self::raw`].
#[derive(Debug, Clone, PartialEq)]
pub struct SimulationConfig {
    /// The file.
    pub file: PathBuf,
    /// The configuration of the circuit.
    pub network: PathBuf,
    /// The file of node sets, where there is one.
    pub node_sets_file: Option<PathBuf>,
    /// The nodes that are simulated, where not all are.
    pub node_set: Option<String>,
    /// The simulator it was written for.
    pub target_simulator: Option<String>,
    /// Duration, in ms.
    pub tstop_ms: f64,
    /// Time step, in ms.
    pub dt_ms: f64,
    /// Seed.
    pub random_seed: Option<u64>,
    /// Temperature, in °C.
    pub celsius: Option<f64>,
    /// Potential at the start, in mV.
    pub v_init_mv: Option<f64>,
    /// Calcium outside the cells, in mM.
    pub extracellular_calcium_mm: Option<f64>,
    /// Parameters of mechanisms, by mechanism.
    pub mechanisms: Map<String, Value>,
    /// All inputs, by name.
    pub inputs: Map<String, Value>,
    /// Inputs that are files of spikes.
    pub spike_inputs: Vec<SpikeInput>,
    /// Folder of results.
    pub output_dir: PathBuf,
    /// File of spikes that it writes.
    pub spikes_file: PathBuf,
    /// Reports that it writes.
    pub reports: Vec<ReportRequest>,
    /// Changes of connections, in their order.
    pub connection_overrides: Vec<Value>,
    /// The whole configuration, variables expanded.
    pub raw: Value,
}

/// Reads the configuration of a simulation. One that names it under `simulation`, such as the `config.json` of the Allen
/// Institute, leads there.
///
/// # Errors
/// [`SonataError`] when the file is absent or no JSON, duration or time step is absent, or a part is of another kind than it
/// should be. Files that it names need not be there.
pub fn read_simulation_config(path: &Path) -> Result<SimulationConfig, SonataError> {
    let mut config = Expanded::read(path)?;
    let simulation = {
        let root = Part::new(&config.file, &config.root);
        let simulation = root.key("simulation");
        if root.key("run").value.is_none() { simulation.text()?.map(|path| config.path(path)) } else { None }
    };
    if let Some(simulation) = simulation {
        config = Expanded::read(&simulation)?;
    }
    let root = Part::new(&config.file, &config.root);
    let (run, conditions, output) = (root.key("run"), root.key("conditions"), root.key("output"));
    let (mechanisms, inputs, reports) = (conditions.key("mechanisms"), root.key("inputs"), root.key("reports"));
    for part in [run, conditions, output] {
        part.object()?;
    }
    let time = |key: &str| {
        let part = run.key(key);
        part.number()?.filter(|time| *time > 0.0).ok_or_else(|| part.wrong("a time in ms above 0"))
    };
    let output_dir = config.path(output.key("output_dir").text()?.unwrap_or("output"));
    let spikes_file = output_dir.join(output.key("spikes_file").text()?.unwrap_or("out.h5"));
    let network = root.key("network").text()?.unwrap_or("circuit_config.json");
    let overrides = root.key("connection_overrides");
    Ok(SimulationConfig {
        network: config.path(network),
        node_sets_file: root.key("node_sets_file").text()?.map(|path| config.path(path)),
        node_set: root.key("node_set").text()?.map(str::to_owned),
        target_simulator: root.key("target_simulator").text()?.map(str::to_owned),
        tstop_ms: time("tstop")?,
        dt_ms: time("dt")?,
        random_seed: run.key("random_seed").whole()?,
        celsius: conditions.key("celsius").number()?,
        v_init_mv: conditions.key("v_init").number()?,
        extracellular_calcium_mm: conditions.key("extracellular_calcium").number()?,
        mechanisms: mechanisms.object()?.cloned().unwrap_or_default(),
        inputs: inputs.object()?.cloned().unwrap_or_default(),
        spike_inputs: spike_inputs(&config, &inputs)?,
        reports: report_requests(&output_dir, &reports)?,
        output_dir,
        spikes_file,
        connection_overrides: overrides.each(|part| Ok(part.value.cloned().unwrap_or_default()))?,
        file: config.file.clone(),
        raw: config.root.clone(),
    })
}

fn spike_inputs(config: &Expanded, inputs: &Part<'_>) -> Result<Vec<SpikeInput>, SonataError> {
    let mut found = Vec::new();
    for name in inputs.object()?.into_iter().flatten().map(|(name, _)| name) {
        let input = inputs.key(name);
        input.object()?;
        // the first is of the specification, the second of the Allen Institute
        for key in ["spike_file", "input_file"] {
            if let Some(path) = input.key(key).text()? {
                let node_set = input.key("node_set").text()?.map(str::to_owned);
                found.push(SpikeInput { name: name.clone(), file: config.path(path), node_set });
            }
        }
    }
    Ok(found)
}

fn report_requests(output_dir: &Path, reports: &Part<'_>) -> Result<Vec<ReportRequest>, SonataError> {
    let mut requests = Vec::new();
    for name in reports.object()?.into_iter().flatten().map(|(name, _)| name) {
        let report = reports.key(name);
        report.object()?;
        let file = report.key("file_name").text()?.unwrap_or(name);
        let ending = if file.ends_with(".h5") { "" } else { ".h5" };
        let enabled = report.key("enabled");
        let is_enabled = enabled.value.map(|value| value.as_bool().ok_or_else(|| enabled.wrong("true or false")));
        requests.push(ReportRequest {
            name: name.clone(),
            file: output_dir.join(format!("{file}{ending}")),
            cells: report.key("cells").text()?.map(str::to_owned),
            is_enabled: is_enabled.transpose()?.unwrap_or(true),
        });
    }
    Ok(requests)
}
