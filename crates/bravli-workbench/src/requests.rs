//! What each act is asked; the same types serve tools, command line and study files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod edit;
mod learn;
mod literature;
mod run;

pub use edit::{EditCircuit, EditKind, EditRequest};
pub use learn::{LearnRequest, LearnRule};
pub use literature::{AddLiterature, LookupParameter, RecordKind, SearchLiterature};
pub use run::{
    ProtocolKind, ProtocolRequest, RecordRequest, RecordVariable, ReleaseName, SilenceMeans, SilenceRequest, Simulate,
};

/// Reads and checks a recipe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseRecipe {
    /// Name of a shipped or lab recipe, e.g. "rat-barrel", or a folder inside the lab.
    pub recipe: String,
    /// Builder recipe file where the folder holds several, e.g. "v7.xml".
    #[serde(default, alias = "main_xml", skip_serializing_if = "String::is_empty")]
    pub main_file: String,
    /// Problems to list in full: a severity ("error", "warning", "note") or a code of `problem_kinds`, e.g. "dead_rule".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problems: String,
    /// Problems to pass over before those listed, 0 to 1000; `next` names the following.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(range(min = 0, max = 1000))]
    pub problems_from: u32,
    /// A pair of cells to explain: which rule decides, what it overrides, and all parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PairRequest")]
    pub pair: Option<PairRequest>,
    /// Another recipe: tells what changes from that one to this one, e.g. "rat-barrel".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub against: String,
    /// Builder recipe file of the other recipe.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub against_file: String,
}

impl ParseRecipe {
    /// A recipe by name, without detail.
    #[must_use]
    pub fn named(recipe: &str) -> Self {
        Self { recipe: recipe.to_owned(), ..Self::default() }
    }
}

/// Two cells of a recipe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct PairRequest {
    /// Presynaptic m-type, e.g. "L4_SSC".
    pub pre_mtype: String,
    /// Its e-type, e.g. "cADpyr"; all that the recipe gives the m-type where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pre_etype: String,
    /// Postsynaptic m-type, e.g. "L2_TPC:A".
    pub post_mtype: String,
    /// Its e-type; all where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post_etype: String,
    /// Bath calcium in mM that release is scaled to, 0.1 to 10, e.g. 1.2; u alone, at 2 mM, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub calcium_mm: Option<f64>,
}

/// Places cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceColumn {
    /// Name of a recipe, e.g. "rat-barrel".
    pub recipe: String,
    /// Builder recipe file where the folder holds several.
    #[serde(default, alias = "main_xml", skip_serializing_if = "String::is_empty")]
    pub main_file: String,
    /// Radius of the column in µm, e.g. 130; the recipe's reference radius where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub radius_um: Option<f64>,
    /// Layers to place, e.g. ["2", "3", "4", "5"] or ["L2/3", "L4"]; all that have cells where empty.
    #[serde(default)]
    pub layers: Vec<String>,
    /// Seed of the positions, 0 to 2^53.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 9_007_199_254_740_992_u64))]
    pub seed: u64,
    /// Width and length in µm of a rectangular column instead of `radius_um`, e.g. [400, 150].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slab_um: Vec<f64>,
    /// Columns side by side, 1 to 61, e.g. 7 for one and the ring around it; slabs stand in a row.
    #[serde(default = "one_column", skip_serializing_if = "is_one")]
    #[schemars(range(min = 1, max = 61))]
    pub columns: u32,
    /// Width in µm of the septa between columns, e.g. 50.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub septum_um: f64,
    /// Cell density in septa relative to columns, 0 (empty) to 1, e.g. 0.5.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub septum_density: f64,
    /// Exclusion radius of a soma in µm, e.g. 5: no two centres are nearer than twice it; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub exclusion_um: f64,
    /// Region of the recipe's NRRD atlas to fill instead of a column, e.g. "mc2_Column".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
}

impl Default for PlaceColumn {
    /// A column of no recipe, as large as its own.
    fn default() -> Self {
        Self {
            recipe: String::new(),
            main_file: String::new(),
            radius_um: None,
            layers: Vec::new(),
            seed: one(),
            slab_um: Vec::new(),
            columns: one_column(),
            septum_um: 0.0,
            septum_density: 0.0,
            exclusion_um: 0.0,
            region: String::new(),
        }
    }
}

pub(crate) fn one() -> u64 {
    1
}

pub(crate) fn one_column() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_one(value: &u32) -> bool {
    *value == 1
}

/// Wires a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WirePathways {
    /// Id of a column.
    pub column: String,
    /// Seed of connections and synapse parameters.
    #[serde(default = "one")]
    pub seed: u64,
}

/// Sets what stands for everything outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBoundaryConditions {
    /// Id of a circuit.
    pub circuit: String,
    /// Changes to the recipe's own conditions; none where empty. An entry with the `source` of one of them replaces the fields given, `remove: true` leaves it out, and a new source adds a condition.
    #[serde(default)]
    pub conditions: Vec<ConditionRequest>,
    /// Calcium around the cells in mM, e.g. 1.2 in vivo or 2.0 in the slice; the recipe's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub calcium_mm: Option<f64>,
    /// Seed of the fibres' connections.
    #[serde(default = "one")]
    pub seed: u64,
}

/// One condition.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ConditionRequest {
    /// What part of the outside it stands for, e.g. "vpm", "top_down", "missing_synapses".
    pub source: String,
    /// `dirichlet` (spikes of outside fibres), `neumann` (a fluctuating conductance) or `absorbing`; the recipe's where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Fibres of a whole column, e.g. 285; a narrower column keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub n_fibres: Option<f64>,
    /// Rate of a fibre: base_hz, spikes_per_unit, rise_ms, decay_ms, latency_ms, hz_per_mu, hz_per_sigma.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub rate: serde_json::Map<String, serde_json::Value>,
    /// Populations reached. Fibres: population, probability, synapses, cv_synapses, synapse_class, gsyn_ns {mean, sd}, u_syn {mean, sd}, attenuation. Conductance: population, reversal_mv, mean_percent, sd_percent, tau_ms. An entry of a population the recipe names starts from the recipe's; populations not named are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub onto: Vec<serde_json::Map<String, serde_json::Value>>,
    /// What the condition assumes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assumes: String,
    /// Leaves the recipe's condition of that source out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_zero(value: &u32) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_zero_f64(value: &f64) -> bool {
    *value == 0.0
}

/// Asks whether runs compute uncertainty-modulated prediction errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputeUpe {
    /// Ids of runs of one circuit, boundary and protocol with different seeds.
    pub runs: Vec<String>,
    /// Population whose gain is tested.
    #[serde(default = "default_response")]
    pub response: String,
    /// Window after onset: `early` (5-50 ms) or `late` (50-150 ms).
    #[serde(default)]
    pub window: WindowName,
    /// Bootstrap draws, 20 to 10000.
    #[serde(default = "default_bootstrap")]
    pub n_bootstrap: u32,
    /// Seed of resampling and of the truth controls.
    #[serde(default = "one")]
    pub seed: u64,
}

fn default_response() -> String {
    "L23_E".into()
}

fn default_bootstrap() -> u32 {
    1_000
}

/// Counting windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum WindowName {
    /// 5 to 50 ms after onset.
    #[default]
    Early,
    /// 50 to 150 ms after onset, or to the next onset.
    Late,
}

/// Looks at an artifact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Inspect {
    /// Id of an artifact; all are listed where empty.
    pub artifact: String,
    /// `summary` (default), `ledger`, `study` or `full`.
    pub detail: InspectDetail,
    /// A pathway of a circuit, e.g. "L4_E->L23_E", or a population, e.g. "L4_E": its parameters with what they rest on. A boundary, run or report looks into its circuit.
    pub pathway: String,
    /// With `pathway`: one parameter, e.g. "gsyn", "u_syn", "probability" or "e_l": its value, the rule that gave it, the facts and papers behind it, and rival facts.
    pub parameter: String,
    /// Two cells of a circuit: why they connect, or how likely it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ConnectionRequest")]
    pub connection: Option<ConnectionRequest>,
}

/// Two cells of a circuit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ConnectionRequest {
    /// Presynaptic cell: its node id, e.g. 12.
    pub source: u32,
    /// Postsynaptic cell, e.g. 431.
    pub target: u32,
}

/// Writes artifacts to files for other tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Id of a circuit; of a boundary to have that too; of a run to have both and its spikes.
    pub artifact: String,
    /// `sonata`; or, of a run, a script with its wiring: `nest`, `brian2`.
    #[serde(default)]
    pub format: ExportFormat,
    /// Folder inside the lab, e.g. "exports/small"; "exports/" and the id where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub folder: String,
}

/// Formats of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ExportFormat {
    /// Nodes, edges, types, node sets, configurations, and spikes of a run.
    #[default]
    Sonata,
    /// A Python script for NEST, with the wiring beside it.
    Nest,
    /// A Python script for Brian2, with the wiring beside it.
    Brian2,
}

impl ExportFormat {
    /// Its name in requests and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sonata => "sonata",
            Self::Nest => "nest",
            Self::Brian2 => "brian2",
        }
    }
}

/// How much to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum InspectDetail {
    /// What it is, in numbers.
    #[default]
    Summary,
    /// What it rests on.
    Ledger,
    /// A study file that makes it again.
    Study,
    /// The whole result.
    Full,
}
