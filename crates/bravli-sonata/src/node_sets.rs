//! Node sets: named selections of nodes.

mod select;

use crate::error::SonataError;
use crate::json::{Part, read_json};
use crate::names::{NODE_ID, OLD_SET_NODE_ID, SET_POPULATION};
use crate::population::Value;
use serde_json::{Map, Number};
use std::path::Path;

pub use select::NodeSetError;

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `$gt`.
    Greater,
    /// `$gte`.
    AtLeast,
    /// `$lt`.
    Less,
    /// `$lte`.
    AtMost,
}

/// Each comparison, and how files spell it.
const COMPARISONS: [(Comparison, &str); 4] = [
    (Comparison::Greater, "$gt"),
    (Comparison::AtLeast, "$gte"),
    (Comparison::Less, "$lt"),
    (Comparison::AtMost, "$lte"),
];

/// What a value has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// This one.
    Is(Value),
    /// One of these.
    AnyOf(Vec<Value>),
    /// A text in which the pattern is found; `^` and `$` fix it to the ends.
    Matches(String),
    /// A number that compares so.
    Compares(Comparison, f64),
}

/// What a set takes.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeSet {
    /// All nodes of these sets.
    Union(Vec<String>),
    /// Nodes whose values pass every test, by column; `population` and `node_id` are columns here.
    Where(Vec<(String, Test)>),
}

/// Named sets in the order of their file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeSets(
    /// Names and sets.
    pub Vec<(String, NodeSet)>,
);

impl NodeSets {
    /// A set by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&NodeSet> {
        self.0.iter().find(|(there, _)| there == name).map(|(_, set)| set)
    }
}

/// Reads a file of node sets.
///
/// # Errors
/// [`SonataError`] when the file is absent, no JSON, or a rule is none that the specification knows.
pub fn read_node_sets(path: &Path) -> Result<NodeSets, SonataError> {
    let json = read_json(path)?;
    let root = Part::new(path, &json);
    let mut sets = Vec::new();
    for (name, value) in root.object()?.into_iter().flatten() {
        let part = root.key(name);
        let set = if value.is_array() {
            NodeSet::Union(
                part.each(|name| Ok(name.text()?.ok_or_else(|| name.wrong("the name of a set"))?.to_owned()))?,
            )
        } else {
            let rules = part.object()?.ok_or_else(|| part.wrong("rules, or a list of names of sets"))?;
            if [NODE_ID, OLD_SET_NODE_ID].iter().all(|ids| rules.contains_key(*ids)) {
                return Err(part.key(OLD_SET_NODE_ID).wrong("ids of nodes once, under one of its two names"));
            }
            NodeSet::Where(rules.iter().map(|(column, _)| rule(&part, column)).collect::<Result<_, _>>()?)
        };
        sets.push((name.clone(), set));
    }
    Ok(NodeSets(sets))
}

fn rule(set: &Part<'_>, column: &str) -> Result<(String, Test), SonataError> {
    let part = set.key(column);
    let column = if column == OLD_SET_NODE_ID { NODE_ID } else { column };
    let test = match part.value {
        Some(serde_json::Value::Array(_)) => Test::AnyOf(part.each(|value| scalar(value, column))?),
        Some(serde_json::Value::Object(operators)) => {
            let one = "one of $regex, $gt, $gte, $lt, $lte";
            let mut operators = operators.iter();
            let (Some((operator, _)), None) = (operators.next(), operators.next()) else { return Err(part.wrong(one)) };
            let operand = part.key(operator);
            if operator == "$regex" {
                Test::Matches(operand.text()?.ok_or_else(|| operand.wrong("a pattern"))?.to_owned())
            } else {
                let known = COMPARISONS.iter().find(|(_, spelling)| spelling == operator);
                let (comparison, _) = known.ok_or_else(|| part.wrong(one))?;
                Test::Compares(*comparison, operand.number()?.ok_or_else(|| operand.wrong("a number"))?)
            }
        }
        _ => Test::Is(scalar(&part, column)?),
    };
    Ok((column.to_owned(), test))
}

fn scalar(part: &Part<'_>, column: &str) -> Result<Value, SonataError> {
    let value = match part.value {
        Some(serde_json::Value::String(text)) => Value::Text(text.clone()),
        Some(serde_json::Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Whole(whole),
            (None, Some(decimal)) => Value::Decimal(decimal),
            (None, None) => return Err(part.wrong("a number")),
        },
        _ => return Err(part.wrong("a text or a number")),
    };
    match (column, &value) {
        (NODE_ID, Value::Whole(id)) if *id >= 0 => Ok(value),
        (NODE_ID, _) => Err(part.wrong("node ids of 0 or more")),
        (SET_POPULATION, Value::Text(_)) => Ok(value),
        (SET_POPULATION, _) => Err(part.wrong("names of populations")),
        _ => Ok(value),
    }
}

/// Writes a file of node sets.
///
/// # Errors
/// [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal sets give equal bytes.
pub fn write_node_sets(path: &Path, sets: &NodeSets) -> Result<(), SonataError> {
    use serde_json::Value as Json;
    let scalar = |value: &Value| match value {
        Value::Whole(whole) => Json::from(*whole),
        Value::Decimal(decimal) => Number::from_f64(*decimal).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::from(text.as_str()),
    };
    let test = |test: &Test| match test {
        Test::Is(value) => scalar(value),
        Test::AnyOf(values) => values.iter().map(scalar).collect(),
        Test::Matches(pattern) => serde_json::json!({ "$regex": pattern }),
        Test::Compares(comparison, number) => {
            let spelling =
                COMPARISONS.iter().find(|(known, _)| known == comparison).map_or("$gt", |(_, spelling)| spelling);
            serde_json::json!({ spelling: number })
        }
    };
    let set = |set: &NodeSet| match set {
        NodeSet::Union(names) => names.iter().map(|name| Json::from(name.as_str())).collect(),
        NodeSet::Where(rules) => {
            Json::Object(rules.iter().map(|(column, rule)| (column.clone(), test(rule))).collect())
        }
    };
    let json: Map<String, Json> = sets.0.iter().map(|(name, of)| (name.clone(), set(of))).collect();
    crate::store::write_text_file(path, &format!("{:#}\n", Json::Object(json)))
}
