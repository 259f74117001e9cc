//! What `parse_recipe` answers.

use super::LedgerCounts;
use crate::error::ProblemReply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A recipe, read and checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecipeReply {
    /// What it describes, in numbers; first what was asked of a pair or another recipe.
    pub finding: String,
    /// Name.
    pub recipe: String,
    /// Digest of its files.
    pub digest: String,
    /// Files read.
    pub files: Vec<String>,
    /// m-types with a composition.
    pub n_mtypes: u32,
    /// Layers with a composition.
    pub layers: Vec<String>,
    /// Synapse classes.
    pub n_synapse_classes: u32,
    /// Synapse rules.
    pub n_synapse_rules: u32,
    /// Connection rules.
    pub n_connection_rules: u32,
    /// Touch rules, which point cells have no use for.
    pub n_touch_rules: u32,
    /// Pairs of cell types (m-type with e-type) that a synapse rule decides, of all.
    pub n_pairs: [u32; 2],
    /// Populations.
    pub populations: Vec<String>,
    /// Whether it holds all that a simulation needs.
    pub buildable: bool,
    /// What is missing for that.
    pub missing: Vec<String>,
    /// Numbers of all its files by evidence; what is built counts only those that it uses.
    pub ledger: LedgerCounts,
    /// Warnings and notes in all; errors refuse the recipe and are told then.
    pub n_problems: u32,
    /// Warnings and notes by kind, the gravest first.
    pub problem_kinds: Vec<ProblemKindRow>,
    /// The first of each kind, at most 12; with `problems` those asked for, as many as fit; none beside a pair or a comparison.
    pub problems: Vec<ProblemReply>,
    /// The pair that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PairReply")]
    pub pair: Option<PairReply>,
    /// What changed from the other recipe to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ChangesReply")]
    pub changes: Option<ChangesReply>,
    /// Useful next calls.
    pub next: Vec<String>,
}

/// Every problem of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReply {
    /// How many of each severity.
    pub finding: String,
    /// Name.
    pub recipe: String,
    /// Whether it can be used: nothing is an error.
    pub usable: bool,
    /// Errors, then warnings, then notes.
    pub problems: Vec<ProblemReply>,
}

/// One kind of problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ProblemKindRow {
    /// `warning` or `note`.
    pub severity: String,
    /// Stable name, which `problems` takes.
    pub code: String,
    /// How many.
    pub n: u32,
}

/// Why a pair of cells has the synapses it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PairReply {
    /// The same in a sentence.
    pub finding: String,
    /// One entry per deciding rule, at most 4; several where it depends on the e-types, of which one tells all values.
    pub cases: Vec<PairCase>,
}

/// Pairs of e-types that one rule decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PairCase {
    /// e-types of the two ends, as `cADpyr -> dNAC`.
    pub etypes: Vec<String>,
    /// Synapse class.
    pub class: String,
    /// The deciding rule and its place.
    pub rule: OverriddenRow,
    /// Rules that match and give way, the last first.
    pub overridden: Vec<OverriddenRow>,
    /// Comments of the recipe on the rule and the class: its own evidence; cut at 400 characters.
    pub evidence: Vec<String>,
    /// Where the class stands.
    pub class_at: String,
    /// Values that each connection draws once; of a further case, those that differ from the first.
    pub values: Vec<ValueRow>,
    /// Contacts per connection and how appositions are pruned, with the place of the rule; absent where no rule speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OverriddenRow")]
    pub connection: Option<OverriddenRow>,
    /// Connection rules that give way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden_connections: Vec<OverriddenRow>,
    /// Postsynaptic sections on which touches are kept; absent where the recipe has no touch rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub touches: Option<Vec<String>>,
    /// Where its synapses are moved to, as `AIS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub moved_to: Option<String>,
}

/// A rule, what it gives, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct OverriddenRow {
    /// Its ends, as `EXC->L*_LBC:cACint`.
    pub rule: String,
    /// Class, or contacts per connection.
    pub gives: String,
    /// `file:line:column`.
    #[serde(rename = "where")]
    pub place: String,
}

/// One value of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ValueRow {
    /// Name, as `gsyn`.
    pub name: String,
    /// Mean or value.
    pub value: f64,
    /// Standard deviation, where it is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub sd: Option<f64>,
    /// Unit.
    pub unit: String,
    /// How it is drawn or computed.
    pub how: String,
}

/// What changed from one recipe to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ChangesReply {
    /// The same in a sentence.
    pub finding: String,
    /// The other recipe.
    pub against: String,
    /// m-types under another name.
    pub renamed: Vec<RenamedRow>,
    /// m-types without a counterpart here.
    pub removed_mtypes: Vec<String>,
    /// m-types without a counterpart there.
    pub added_mtypes: Vec<String>,
    /// Layers that differ in density, share of excitatory cells or thickness; each as there and here.
    pub layers: Vec<LayerChangeRow>,
    /// Synapse classes gone and come, by name.
    pub removed_classes: Vec<String>,
    /// Synapse classes that only this recipe has.
    pub added_classes: Vec<String>,
    /// Values of classes of one name that differ, at most 24.
    pub changed_classes: Vec<ClassChangeRow>,
    /// How many there are of them.
    pub n_changed_classes: u32,
    /// Synapse rules gone.
    pub n_removed_rules: u32,
    /// Synapse rules come.
    pub n_added_rules: u32,
    /// Pairs of populations that both recipes have and connect by pathways.yaml.
    pub n_population_pathways: u32,
    /// Of these, with a value that differs.
    pub n_changed_population_pathways: u32,
    /// Those whose probability changes most, at most 10, as `L4_E->L23_E: probability 0.12 -> 0.1, mean_synapses 4.5 -> 3.6`.
    pub population_pathways: Vec<String>,
    /// Pairs of m-types that both recipes have.
    pub n_pathways: u32,
    /// Of these, with a value that differs.
    pub n_changed_pathways: u32,
    /// Pathways decided by a synapse rule in one recipe only, or whose ends share no e-type; beside those compared.
    pub n_not_compared: u32,
    /// What else differs: spines, touch rules, classes, e-types, neurons, boundary.
    pub other: Vec<String>,
    /// Fields that differ, as `gsyn_ns: 2100 pathways, median x0.86`.
    pub parameters: Vec<String>,
    /// The pathways that change most in conductance times contacts, at most 10.
    pub most_changed: Vec<PathwayChangeRow>,
}

/// An m-type under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RenamedRow {
    /// There.
    pub from: String,
    /// Here; several where one type was split.
    pub to: Vec<String>,
    /// Whether the match is inferred rather than stated anywhere.
    pub inferred: bool,
}

/// A layer there and here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LayerChangeRow {
    /// Layer.
    pub layer: String,
    /// Cells per mm³ there and here, as `164630 -> 141740`; `none` where a recipe gives none.
    pub density_per_mm3: String,
    /// Share of excitatory cells, 0 to 1.
    pub excitatory: String,
    /// Thickness in µm.
    pub thickness_um: String,
}

/// A value of a class there and here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ClassChangeRow {
    /// Class.
    pub class: String,
    /// Field with its unit.
    pub field: String,
    /// There and here, as `0.792 -> 0.68`; `none` where a generation lacks it.
    pub change: String,
}

/// A pathway there and here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PathwayChangeRow {
    /// Ends there, as `L4_SS->L23_PC`.
    pub from: String,
    /// Ends here; a name that is inferred is marked `(inferred)`.
    pub to: String,
    /// Synapse classes there and here, as `E2 -> E2_L23PC`.
    pub classes: String,
    /// Peak conductance of a contact, in nS.
    pub gsyn_ns: String,
    /// Contacts per connection; `none` without a connection rule.
    pub mean_synapses: String,
    /// Utilisation at 2 mM calcium.
    pub u_syn: String,
}
