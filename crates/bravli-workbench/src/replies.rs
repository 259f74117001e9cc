//! What each act answers: the finding first, in numbers, then handles for the rest.

use crate::store::Ledger;
use bravli_circuit::PathwaySummary;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod edit;
mod ledger;
mod literature;
mod recipe;
mod wiring;

pub use edit::{CutSynapses, EditReply, EditRow};
pub(crate) use ledger::ParameterRow;
pub use ledger::{
    FactRecordReply, FactRow, FactValueRow, LedgerCounts, PaperRecordReply, PaperRow, ParameterReply, ParameterValue,
    RecordKeys, RivalRow,
};
pub use literature::{
    AddReply, KnowledgeReply, LookupFactRow, LookupReply, PooledReply, SearchReply, SearchResultRow, UnderstoodReply,
};
pub use recipe::{
    ChangesReply, CheckReply, ClassChangeRow, LayerChangeRow, OverriddenRow, PairCase, PairReply, PathwayChangeRow,
    ProblemKindRow, RecipeReply, RenamedRow, ValueRow,
};
pub use wiring::WiringReply;
pub(crate) use wiring::{budget_lines, pathway_lines, short, wiring_notes};

/// Whether an artifact was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Status {
    /// Made by this call.
    Made,
    /// Found; an earlier call made it.
    Found,
    /// Being made; the same call waits on.
    Running,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnReply {
    /// How many cells, in a sentence.
    pub finding: String,
    /// Id of the column.
    pub artifact: String,
    /// Whether it was made or found.
    pub status: Status,
    /// Digest of its payload.
    pub digest: String,
    /// Id of the recipe's copy.
    pub recipe: String,
    /// Cells.
    pub n_cells: u64,
    /// Cells per layer.
    pub layers: Vec<CountRow>,
    /// Cells per population.
    pub populations: Vec<PopulationRow>,
    /// Cells per column, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<CountRow>,
    /// What rounding cost: cells asked against placed, and the kind that is farthest off.
    pub placement: String,
    /// Numbers that the column uses, by evidence.
    pub ledger: LedgerCounts,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// A name and a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CountRow {
    /// Name.
    pub name: String,
    /// Count.
    pub n: u64,
}

/// A population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PopulationRow {
    /// Name.
    pub name: String,
    /// Cells.
    pub n: u64,
    /// Part in predictive processing, e.g. `prediction_error`; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
}

/// A circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CircuitReply {
    /// How many connections, in a sentence.
    pub finding: String,
    /// Id of the circuit.
    pub artifact: String,
    /// Whether it was made or found.
    pub status: Status,
    /// Digest of its payload.
    pub digest: String,
    /// Connections.
    pub n_connections: u64,
    /// Synapses.
    pub n_synapses: u64,
    /// The largest pathways; inspect shows any.
    pub pathways: Vec<PathwayRow>,
    /// Pathways in all.
    pub n_pathways: u32,
    /// What the recipe states against what was wired.
    pub wiring: WiringReply,
    /// Numbers that the circuit uses, by evidence.
    pub ledger: LedgerCounts,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// Connections between two populations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PathwayRow {
    /// Presynaptic population.
    pub pre: String,
    /// Postsynaptic population.
    pub post: String,
    /// Connections.
    pub n_connections: u64,
    /// Synapses per connection.
    pub synapses_per_connection: f64,
    /// Share of all pairs connected.
    pub probability: f64,
    /// Mean peak conductance of a contact, nS.
    pub gsyn_ns: f64,
    /// Mean delay, ms.
    pub delay_ms: f64,
}

impl From<&PathwaySummary> for PathwayRow {
    fn from(pathway: &PathwaySummary) -> Self {
        Self {
            pre: pathway.pre.clone(),
            post: pathway.post.clone(),
            n_connections: pathway.n_connections,
            synapses_per_connection: round(pathway.n_synapses as f64 / pathway.n_connections.max(1) as f64, 3),
            probability: round(pathway.probability, 5),
            gsyn_ns: round(pathway.mean_gsyn_ns, 4),
            delay_ms: round(pathway.mean_delay_ms, 3),
        }
    }
}

/// A number as short as it is useful.
pub(crate) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// A boundary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoundaryReply {
    /// What stands for the outside, in a sentence.
    pub finding: String,
    /// Id of the boundary.
    pub artifact: String,
    /// Whether it was made or found.
    pub status: Status,
    /// Digest of its payload.
    pub digest: String,
    /// Calcium, mM.
    pub calcium_mm: f64,
    /// The conditions.
    pub conditions: Vec<ConditionRow>,
    /// Numbers that circuit and boundary use, by evidence.
    pub ledger: LedgerCounts,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ConditionRow {
    /// Kind.
    pub kind: String,
    /// What part of the outside it stands for.
    pub source: String,
    /// Fibres, or zero.
    pub n_fibres: u64,
    /// Populations that it acts on.
    pub onto: Vec<String>,
    /// What it assumes.
    pub assumes: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunReply {
    /// Rates, in a sentence.
    pub finding: String,
    /// Id of the run; known before it is complete.
    pub artifact: String,
    /// Whether it was made, found or is running.
    pub status: Status,
    /// Share done, 0 to 1.
    pub done: f64,
    /// Digest of its payload; empty while running.
    pub digest: String,
    /// Biological time, ms.
    pub duration_ms: f64,
    /// Trials shown.
    pub n_trials: u64,
    /// Spikes of the cells.
    pub n_spikes: u64,
    /// Rates per population, Hz.
    pub rates: Vec<RateRow>,
    /// Recorded traces: SONATA reports, relative to the lab.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<String>,
    /// What became of weights that learn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<WeightRow>,
    /// Numbers that the run uses, by evidence; the protocol is the experiment's design and is not counted. Zeros while running.
    pub ledger: LedgerCounts,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// Weights of connections that learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct WeightRow {
    /// Where they come from.
    pub source: String,
    /// Population that they end on.
    pub onto: String,
    /// The rule.
    pub rule: String,
    /// Connections.
    pub connections: u64,
    /// Mean weight at the start, nS.
    pub start_ns: f64,
    /// Mean weight at the last sample, nS.
    pub end_ns: f64,
    /// Standard deviation over connections then, nS.
    pub end_sd_ns: f64,
    /// Mean size of the change of a weight until then, nS.
    pub changed_ns: f64,
    /// All weights over time, HDF5: `/edges/<name>/{source_node_id, target_node_id, time, weight[time, connection]}`.
    pub file: String,
}

/// Rate of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RateRow {
    /// Population.
    pub population: String,
    /// Mean rate, Hz.
    pub mean_hz: f64,
    /// Median rate of its cells, Hz.
    pub median_hz: f64,
    /// Share of cells without a spike.
    pub silent: f64,
    /// Coefficient of variation of the intervals, mean over cells with at least 5 spikes; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub cv_isi: Option<f64>,
}

/// An assessment of uncertainty-modulated prediction errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpeReply {
    /// The verdict and what decided it, in a sentence.
    pub finding: String,
    /// `supported`, `not_supported`, `contradicted`, `undetermined` or `pipeline_invalid`.
    pub verdict: String,
    /// Why.
    pub reasons: Vec<String>,
    /// Id of the report.
    pub artifact: String,
    /// Whether it was made or found.
    pub status: Status,
    /// Digest of its payload.
    pub digest: String,
    /// log g(σ_min) − log g(σ_max) at matched probes, with its 95 % interval; absent when it cannot be estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Interval")]
    pub d_log_ratio: Option<Interval>,
    /// Gain per σ on the side that decides.
    pub gain: Vec<GainRow>,
    /// Rivals, by held-out deviance explained relative to history alone.
    pub models: Vec<ModelRow>,
    /// Truth controls run through the same pipeline.
    pub controls: Vec<ControlRow>,
    /// R² of (L4 − SST)·PV, and why it cannot decide.
    pub seed_index: String,
    /// Numbers that the runs use, by evidence.
    pub ledger: LedgerCounts,
    /// What it rests on.
    pub assumptions: Vec<String>,
    /// Warnings about design and data.
    pub flags: Vec<String>,
    /// Falsifiers that were triggered.
    pub falsifiers: Vec<String>,
    /// Files of the report, relative to the lab.
    pub files: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// An estimate with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Interval {
    /// Estimate.
    pub est: f64,
    /// Lower limit.
    pub lo: f64,
    /// Upper limit.
    pub hi: f64,
}

/// Gain at one σ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct GainRow {
    /// σ, in stimulus units.
    pub sigma: f64,
    /// Spikes above the expected response per unit |δ|.
    pub gain: f64,
    /// Standard error.
    pub se: f64,
}

/// A rival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ModelRow {
    /// Name.
    pub model: String,
    /// What it means.
    pub meaning: String,
    /// Held-out deviance explained relative to history alone.
    pub d2: f64,
}

/// A truth control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ControlRow {
    /// Name.
    pub control: String,
    /// Whether it computes such errors.
    pub computes_upe: bool,
    /// Copies that the estimator found to compute them.
    pub found_upe: u32,
    /// Copies run.
    pub copies: u32,
}

/// What is known of an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InspectReply {
    /// What it is, in a sentence.
    pub finding: String,
    /// Id; empty for a listing.
    pub artifact: String,
    /// Kind; empty for a listing.
    pub kind: String,
    /// Digest of its payload.
    pub digest: String,
    /// Ids of what it was made from.
    pub inputs: Vec<String>,
    /// The request that made it.
    pub request: serde_json::Value,
    /// What it is, in numbers; for a listing, the artifacts.
    pub summary: serde_json::Value,
    /// The numbers that it uses, by evidence, and what was assumed.
    pub ledger: Ledger,
    /// One parameter down to the facts and papers behind it, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ParameterReply")]
    pub parameter: Option<ParameterReply>,
    /// Files, relative to the lab.
    pub files: Vec<String>,
    /// A study file that makes it again, where asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub study: String,
    /// What was noticed while it was made.
    pub notes: Vec<String>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// Files for other tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExportReply {
    /// What was written where, in a sentence.
    pub finding: String,
    /// Whether it was made or lay there already.
    pub status: Status,
    /// Id of the artifact that was asked for.
    pub artifact: String,
    /// Ids of all artifacts in it, the circuit first.
    pub exported: Vec<String>,
    /// The folder, relative to the lab.
    pub folder: String,
    /// Populations of nodes with their sizes, cells first.
    pub nodes: Vec<CountRow>,
    /// Populations of edges with their sizes.
    pub edges: Vec<CountRow>,
    /// Node sets written.
    pub n_node_sets: u32,
    /// Their names, at most 40.
    pub node_sets: Vec<String>,
    /// Size of all files in bytes.
    pub bytes: u64,
    /// The files, relative to the lab.
    pub files: Vec<String>,
    /// What to know.
    pub notes: Vec<String>,
    /// Useful next steps.
    pub next: Vec<String>,
}
