//! `targets.yaml`: named sets of cells.

use crate::problem::Notes;
use crate::yaml::{Fields, Node, Value};
use crate::{Location, Problem};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// A named set of cells.
///
/// # Source
/// The `targets.yaml` file of the Blue Brain circuit build, and the node sets of SONATA that are made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetQuery {
    /// Name of the set.
    pub name: String,
    /// Which cells belong.
    pub selection: TargetSelection,
    /// Where it stands.
    pub at: Location,
}

/// Which cells a target holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetSelection {
    /// Those that meet every condition.
    Query(Vec<TargetCondition>),
    /// Those that lie where a dataset of the atlas is not zero.
    Dataset(String),
}

/// What one attribute of a cell must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetCondition {
    /// Attribute, such as `mtype`, `layer` or `region`.
    pub attribute: String,
    /// What it must be.
    pub test: TargetTest,
    /// Where it stands.
    pub at: Location,
}

/// What an attribute must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetTest {
    /// One of these; a number is compared as its text.
    OneOf(Vec<String>),
    /// A text that the regular expression matches as a whole (`{'$regex': …}`).
    Regex(String),
    /// A text in which the regular expression is found (`@…`).
    Search(String),
}

impl TargetTest {
    /// Whether a value passes; a broken expression passes nothing.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|v| v == value),
            Self::Regex(pattern) => whole(pattern).is_ok_and(|regex| regex.is_match(value)),
            Self::Search(pattern) => compile(pattern).is_ok_and(|regex| regex.is_match(value)),
        }
    }
}

impl TargetQuery {
    /// Whether a cell belongs; `attribute` gives a cell's value by name. `None` for a set that only an atlas decides.
    pub fn holds<'v>(&self, attribute: impl Fn(&str) -> Option<&'v str>) -> Option<bool> {
        let TargetSelection::Query(conditions) = &self.selection else { return None };
        Some(conditions.iter().all(|c| attribute(&c.attribute).is_some_and(|value| c.test.holds(value))))
    }
}

/// Compiles an expression of a recipe; its size is bounded.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(1 << 20).build()
}

fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    compile(&format!("^(?:{pattern})$"))
}

/// Reads both kinds of targets.
pub(super) fn read(node: &Node, notes: &mut Notes) -> Vec<TargetQuery> {
    let mut top = Fields::new(node, "targets.yaml", &["targets"], notes);
    let Some(targets) = top.required("targets") else { return Vec::new() };
    let fields = Fields::new(targets, "targets", &["query_based", "atlas_based"], notes);
    let (queries, datasets) = (fields.get("query_based"), fields.get("atlas_based"));
    let mut out: Vec<TargetQuery> = Vec::new();
    for (key, value) in queries.map(Node::entries).unwrap_or_default() {
        let conditions = conditions(&key.text, value, notes);
        out.push(TargetQuery {
            name: key.text.clone(),
            selection: TargetSelection::Query(conditions),
            at: key.at.clone(),
        });
    }
    for (key, value) in datasets.map(Node::entries).unwrap_or_default() {
        let Some(dataset) = dataset_name(&value.label()) else {
            let message = format!("target {} must name a dataset, got {}", key.text, value.kind());
            notes.add(Problem::error("not_a_dataset", message).at(value.at()).remedy("write it as '{name}'"));
            continue;
        };
        out.push(TargetQuery {
            name: key.text.clone(),
            selection: TargetSelection::Dataset(dataset),
            at: key.at.clone(),
        });
    }
    out
}

/// The name between the braces of `'{name}'`.
pub(crate) fn dataset_name(text: &str) -> Option<String> {
    let name = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn conditions(target: &str, node: &Node, notes: &mut Notes) -> Vec<TargetCondition> {
    if !matches!(node.value, Value::Map(_)) {
        let message = format!("target {target} must be a mapping of attribute to value, got {}", node.kind());
        notes.add(Problem::error("not_a_mapping", message).at(node.at()).remedy("write {mtype: L4_SSC}"));
    }
    let mut out = Vec::new();
    for (key, value) in node.entries() {
        if let Some(test) = test(target, &key.text, value, notes) {
            out.push(TargetCondition { attribute: key.text.clone(), test, at: key.at.clone() });
        }
    }
    out
}

fn test(target: &str, attribute: &str, node: &Node, notes: &mut Notes) -> Option<TargetTest> {
    let what = format!("target {target}: {attribute}");
    let mut tell = |message: String, at: Location| {
        let remedy = "give a value, a list of values, or {'$regex': expression}";
        notes.add(Problem::error("unknown_condition", message).at(at).remedy(remedy));
    };
    let test = match &node.value {
        Value::Map(entries) => match entries.as_slice() {
            [(key, value)] if key.text == "$regex" && !value.label().is_empty() => TargetTest::Regex(value.label()),
            _ => {
                let keys: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).take(4).collect();
                tell(format!("{what} has the unknown condition {:?}", keys.join(", ")), node.at());
                return None;
            }
        },
        Value::List(items) => {
            let values: Vec<String> = items.iter().map(Node::label).collect();
            if let Some(odd) = items.iter().zip(&values).find(|(_, v)| v.is_empty()).map(|(item, _)| item) {
                tell(format!("{what} must list plain values, got {}", odd.kind()), odd.at());
                return None;
            }
            TargetTest::OneOf(values)
        }
        _ => match node.label() {
            label if label.is_empty() => {
                tell(format!("{what} has no value"), node.at());
                return None;
            }
            label => match label.strip_prefix('@') {
                Some(pattern) => TargetTest::Search(pattern.to_owned()),
                None => TargetTest::OneOf(vec![label]),
            },
        },
    };
    let compiled = match &test {
        TargetTest::Regex(pattern) => whole(pattern).map(|_| ()),
        TargetTest::Search(pattern) => compile(pattern).map(|_| ()),
        TargetTest::OneOf(_) => Ok(()),
    };
    if let Err(error) = compiled {
        let message = format!("{what} has a regular expression that is not understood: {error}");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        notes.add(Problem::error("bad_expression", message).at(node.at()));
    }
    Some(test)
}
