//! Changes to a circuit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Makes a changed circuit from a stored one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditCircuit {
    /// Id of a circuit.
    pub circuit: String,
    /// 1 to 20 changes, made in order.
    pub edits: Vec<EditRequest>,
    /// Seed of shuffles (1 where absent) and rewiring (the circuit's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub seed: Option<u64>,
}

/// One change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct EditRequest {
    /// What to do.
    pub kind: EditKind,
    /// Presynaptic populations, e.g. "L4_E" or "*_SST".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pre: String,
    /// Postsynaptic populations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
    /// rewire: fields of pathways.yaml to change, e.g. {"probability": 0.05, "within_um": 100}.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub rule: Map<String, Value>,
    /// scale: synapse classes, e.g. "E2" or "I*".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// scale: factor on gsyn, 0.001 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub conductance_factor: Option<f64>,
    /// scale: factor on u_syn, which stays at most 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub u_syn_factor: Option<f64>,
    /// shuffle: keeps distances in bins of this width in um, e.g. 50; else degrees alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub bin_um: Option<f64>,
    /// shuffle: swaps per connection (10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub swaps: Option<f64>,
    /// keep_cells: SONATA node set over layer, mtype, etype, population, synapse_class, node_id, x_um, y_um, depth_um, radius_um, e.g. {"layer": ["4"], "radius_um": {"$lte": 100}}.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub nodes: Map<String, Value>,
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    /// Takes connections away.
    #[default]
    Remove,
    /// Draws a pathway again.
    Rewire,
    /// Scales synapses.
    Scale,
    /// Exchanges the ends of connections.
    Shuffle,
    /// Keeps some cells.
    KeepCells,
}

impl EditKind {
    /// All kinds, with their names.
    pub(crate) const NAMES: [(Self, &str); 5] = [
        (Self::Remove, "remove"),
        (Self::Rewire, "rewire"),
        (Self::Scale, "scale"),
        (Self::Shuffle, "shuffle"),
        (Self::KeepCells, "keep_cells"),
    ];

    /// As requests write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// One list of names: what each does is told in the tool's description, once.
impl JsonSchema for EditKind {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EditKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::NAMES.map(|(_, name)| name) })
    }
}
