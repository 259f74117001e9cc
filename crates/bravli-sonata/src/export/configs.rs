//! The configurations of an export. Paths start at its folder, so that it can be moved.

use super::sets::ExportSets;
use super::{ExportedRun, make_folder};
use crate::error::SonataError;
use crate::store::write_text_file;
use bravli_circuit::{Boundary, Condition};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The variable that stands for the folder.
pub(super) const BASE: &str = "$BASE_DIR";
pub(super) const NODE_SETS: &str = "node_sets.json";
pub(super) const OUTPUT: &str = "output";
pub(super) const SPIKES: &str = "spikes.h5";
const CIRCUIT: &str = "circuit_config.json";

/// Length that a boundary without a run is written with, ms: a second, for whoever simulates it to change.
const UNSET_DURATION_MS: f64 = 1_000.0;
/// Step that a boundary without a run is written with, ms.
const UNSET_DT_MS: f64 = 0.1;

/// Where the spikes of fibres lie. Names of fibres are letters, digits and `_.-`, see [`Boundary::resolve`].
pub(super) fn fibre_spikes(source: &str) -> String {
    format!("inputs/{source}.h5")
}

fn common() -> Map<String, Value> {
    let mut config = Map::new();
    config.insert("version".to_owned(), json!(2));
    config.insert("manifest".to_owned(), json!({ BASE: "." }));
    config
}

fn write(path: &Path, config: Map<String, Value>) -> Result<(), SonataError> {
    write_text_file(path, &format!("{:#}\n", Value::Object(config)))
}

pub(super) fn write_circuit(folder: &Path, networks: &[Vec<Value>; 2]) -> Result<(), SonataError> {
    let mut config = common();
    config.insert("node_sets_file".to_owned(), json!(format!("{BASE}/{NODE_SETS}")));
    config.insert("networks".to_owned(), json!({ "nodes": networks[0], "edges": networks[1] }));
    write(&folder.join(CIRCUIT), config)
}

/// What a simulation of the circuit is given: calcium, the fibres' spikes where a run has them, and fluctuating
/// conductances, which are relative to the cells' input resistance and so need their parameters.
pub(super) fn write_simulation(
    folder: &Path,
    boundary: &Boundary,
    has_neurons: bool,
    run: Option<&ExportedRun<'_>>,
    sets: &ExportSets,
) -> Result<(), SonataError> {
    let tstop = run.map_or(UNSET_DURATION_MS, |run| run.duration_ms);
    let dt = run.map_or(UNSET_DT_MS, |run| run.dt_ms);
    let seed = run.map_or(boundary.seed, |run| run.seed);
    let mut inputs = Map::new();
    for condition in &boundary.conditions {
        match condition {
            Condition::Dirichlet { source, .. } => {
                if run.is_some_and(|run| run.spikes.iter().any(|spikes| spikes.population == *source)) {
                    inputs.insert(
                        source.clone(),
                        json!({
                            "input_type": "spikes",
                            "module": "synapse_replay",
                            "delay": 0.0,
                            "duration": tstop,
                            "node_set": sets.cells,
                            "source": sets.fibres_of(source),
                            "spike_file": format!("{BASE}/{}", fibre_spikes(source)),
                        }),
                    );
                }
            }
            Condition::Neumann { source, onto, .. } if has_neurons => {
                for (row, background) in onto.iter().enumerate() {
                    let Some(node_set) = sets.cells_of(&background.population) else { continue };
                    inputs.insert(
                        format!("{source}_{row}_{}", background.population),
                        json!({
                            "input_type": "conductance",
                            "module": "relative_ornstein_uhlenbeck",
                            "delay": 0.0,
                            "duration": tstop,
                            "node_set": node_set,
                            "reversal": background.reversal_mv,
                            "tau": background.tau_ms,
                            "mean_percent": background.mean_percent,
                            "sd_percent": background.sd_percent,
                            "dt": dt,
                            "random_seed": seed,
                        }),
                    );
                }
            }
            Condition::Neumann { .. } | Condition::Absorbing { .. } => {}
        }
    }
    make_folder(&folder.join(OUTPUT))?;
    let mut config = common();
    config.insert("network".to_owned(), json!(format!("{BASE}/{CIRCUIT}")));
    config.insert("node_sets_file".to_owned(), json!(format!("{BASE}/{NODE_SETS}")));
    config.insert("node_set".to_owned(), json!(sets.cells));
    config.insert("run".to_owned(), json!({ "tstop": tstop, "dt": dt, "random_seed": seed }));
    config.insert("conditions".to_owned(), json!({ "extracellular_calcium": boundary.calcium_mm }));
    config.insert("inputs".to_owned(), Value::Object(inputs));
    config.insert(
        "output".to_owned(),
        json!({ "output_dir": format!("{BASE}/{OUTPUT}"), "spikes_file": SPIKES, "spikes_sort_order": "by_time" }),
    );
    write(&folder.join("simulation_config.json"), config)
}
