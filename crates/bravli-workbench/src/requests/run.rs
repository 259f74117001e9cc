//! What a run is asked.

use super::{LearnRequest, is_default, is_zero, is_zero_f64, one};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done in the experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct ProtocolRequest {
    /// `gaussian_blocks`: contexts of stimuli, each with matched probes after a frozen lead-in; `spontaneous`: none.
    pub kind: ProtocolKind,
    /// Length of a spontaneous protocol, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub duration_ms: Option<f64>,
    /// Means of the contexts, in stimulus units (whisker deflection, 100 deg/s).
    pub mu: Vec<f64>,
    /// Standard deviations, likewise.
    pub sigma: Vec<f64>,
    /// Trials drawn per context.
    pub natural_trials: u32,
    /// Frozen trials before the first probe, the same in all contexts of one mean.
    pub lead_in_trials: u32,
    /// Probes relative to the mean.
    pub probe_deltas: Vec<f64>,
    /// Presentations of each probe.
    pub probe_repeats: u32,
    /// Frozen trials at the mean before each probe.
    pub spacers: u32,
    /// Time from onset to onset, ms.
    pub isi_ms: f64,
    /// Time before the first context, ms.
    pub settle_ms: f64,
}

/// Kinds of protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ProtocolKind {
    /// Contexts of Gaussian stimuli.
    #[default]
    GaussianBlocks,
    /// No stimulus.
    Spontaneous,
}

impl Default for ProtocolRequest {
    /// Three means and five spreads over a factor of ten; the lead-in lasts three times the slowest recovery of the shipped
    /// recipe's synapses (Martinotti cells', 1250 ms), so that adaptation has forgotten the natural trials.
    fn default() -> Self {
        Self {
            kind: ProtocolKind::GaussianBlocks,
            duration_ms: None,
            mu: vec![3.0, 4.0, 5.0],
            sigma: vec![0.2, 0.5, 0.9, 1.4, 2.0],
            natural_trials: 6,
            lead_in_trials: 25,
            probe_deltas: vec![-2.0, -1.0, 0.0, 1.0, 2.0],
            probe_repeats: 4,
            spacers: 0,
            isi_ms: 150.0,
            settle_ms: 500.0,
        }
    }
}

/// Simulates a circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    /// Id of a circuit.
    pub circuit: String,
    /// Id of a boundary of that circuit.
    pub boundary: String,
    /// The experiment; the standard Gaussian blocks where absent.
    #[serde(default)]
    pub protocol: ProtocolRequest,
    /// Length in ms, or a cut after the last whole trial that fits; the protocol's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub duration_ms: Option<f64>,
    /// Seed of all draws.
    #[serde(default = "one")]
    pub seed: u64,
    /// Traces to keep as SONATA reports, at most 1000 cells each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record: Vec<RecordRequest>,
    /// Cells held down for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silence: Vec<SilenceRequest>,
    /// `stochastic` (vesicles), `deterministic` (their mean) or `shared` (one state per source and class).
    #[serde(default, skip_serializing_if = "is_default")]
    pub release: ReleaseName,
    /// Adds spontaneous release, at the recipe's rates per layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub minis: bool,
    /// Connections that learn, without depression.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learn: Vec<LearnRequest>,
    /// Threads, 1 to 256; 0 takes all. The result does not depend on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub threads: u32,
    /// Longest wait in s; then the reply says `running`, and the same call waits on. 0 waits to the end.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub wait_s: f64,
}

impl RecordVariable {
    /// Its name in requests and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VM => "v_m",
            Self::W => "w",
            Self::GAmpa => "g_ampa",
            Self::GNmda => "g_nmda",
            Self::GGabaA => "g_gaba_a",
            Self::GGabaB => "g_gaba_b",
        }
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::VM => "mV",
            Self::W => "pA",
            _ => "nS",
        }
    }
}

impl Simulate {
    /// The standard run of a circuit under a boundary.
    #[must_use]
    pub fn of(circuit: &str, boundary: &str) -> Self {
        Self {
            circuit: circuit.to_owned(),
            boundary: boundary.to_owned(),
            protocol: ProtocolRequest::default(),
            duration_ms: None,
            seed: one(),
            record: Vec::new(),
            silence: Vec::new(),
            release: ReleaseName::default(),
            minis: false,
            learn: Vec::new(),
            threads: 0,
            wait_s: 0.0,
        }
    }
}

/// A trace to keep.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RecordRequest {
    /// All cells of a population, e.g. "L4_PV".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub population: String,
    /// Or these node ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<u32>,
    /// `v_m` in mV, `w` (adaptation) in pA, in nS `g_ampa`, `g_nmda`, `g_gaba_a`, `g_gaba_b`.
    #[serde(default)]
    pub variable: RecordVariable,
    /// Sampling interval, a multiple of 0.1.
    #[serde(default = "one_ms")]
    pub every_ms: f64,
}

fn one_ms() -> f64 {
    1.0
}

/// Variables of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RecordVariable {
    /// Membrane potential, mV.
    #[default]
    VM,
    /// Adaptation current, pA.
    W,
    /// AMPA, nS.
    GAmpa,
    /// NMDA before its block, nS.
    GNmda,
    /// `GABA_A`, nS.
    GGabaA,
    /// `GABA_B`, nS.
    GGabaB,
}

/// Cells held down for a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct SilenceRequest {
    /// All cells of a population.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub population: String,
    /// Or these node ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<u32>,
    /// Start, ms.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub start_ms: f64,
    /// End, ms; the run's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub stop_ms: Option<f64>,
    /// `conductance` (a shunt at the reversal of GABA_A) or `current`.
    #[serde(default)]
    pub how: SilenceMeans,
    /// 100 nS or -500 pA where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub amplitude: Option<f64>,
}

impl SilenceRequest {
    /// The same with nothing left open, in a run of some length.
    #[must_use]
    pub(crate) fn whole(&self, duration_ms: f64) -> Self {
        Self {
            stop_ms: Some(self.stop_ms.unwrap_or(duration_ms)),
            amplitude: Some(self.amplitude.unwrap_or(match self.how {
                SilenceMeans::Conductance => SHUNT_NS,
                SilenceMeans::Current => HYPERPOLARISING_PA,
            })),
            ..self.clone()
        }
    }
}

/// Ten times the leak of a large pyramidal cell, about 10 nS: what it receives hardly moves it then.
const SHUNT_NS: f64 = 100.0;

/// A cell with 10 nS of leak comes to rest 50 mV lower.
const HYPERPOLARISING_PA: f64 = -500.0;

/// Means of silencing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SilenceMeans {
    /// A shunt.
    #[default]
    Conductance,
    /// A current.
    Current,
}

/// What spikes release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ReleaseName {
    /// Vesicles, drawn.
    #[default]
    Stochastic,
    /// Their mean, per connection.
    Deterministic,
    /// Their mean, per source and synapse class.
    Shared,
}
