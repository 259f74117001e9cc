//! The nodes of a set.

use super::{Comparison, NodeSet, NodeSets, Test};
use crate::names::{NODE_ID, SET_POPULATION, either_spelling};
use crate::population::{NodePopulation, Value};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeMap;

/// Most bytes that a pattern may take once it is made ready: 1 MiB.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Why a set does not say which nodes it takes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeSetError {
    /// There is no such set.
    #[error("no node set {name:?}; there is: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Names there are.
        known: String,
    },
    /// A set that is a part of itself.
    #[error("node set {0:?} is a part of itself")]
    Circle(String),
    /// A population that has no such column.
    #[error("node set {set:?} asks for {column:?}, which population {population:?} has not; it has: {known}")]
    NoColumn {
        /// The set.
        set: String,
        /// The column.
        column: String,
        /// The population.
        population: String,
        /// Columns there are.
        known: String,
    },
    /// A test that does not suit the values.
    #[error("node set {set:?} asks whether {column:?} {test}, but the column holds {actual}")]
    Unsuited {
        /// The set.
        set: String,
        /// The column.
        column: String,
        /// The test, in words.
        test: String,
        /// A value of the column, in words.
        actual: String,
    },
    /// A pattern that is none.
    #[error("pattern {pattern:?} of node set {set:?}: {reason}")]
    Pattern {
        /// The set.
        set: String,
        /// The pattern.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
}

impl NodeSetError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unknown { .. } | Self::NoColumn { .. } => "check the spelling, or give the set a population rule",
            Self::Circle(_) => "take the set out of the sets it is made of",
            Self::Unsuited { .. } => {
                "compare texts with texts and whole numbers with whole numbers; compare decimals by $gt, $gte, $lt, $lte"
            }
            Self::Pattern { .. } => "write a plain regular expression, without looking around or back",
        }
    }
}

/// Rules of a set, and its name.
type Named<'a> = (&'a str, &'a [(String, Test)]);

impl NodeSets {
    /// Ids of the nodes of a population that are in a set, sorted, each once.
    ///
    /// A population that a set does not name has no nodes in it. Patterns are searched for anywhere in a text.
    ///
    /// # Errors
    /// [`NodeSetError`] for unknown sets and columns, sets within themselves, and tests that do not suit the values.
    pub fn select(&self, name: &str, population: &NodePopulation) -> Result<Vec<u64>, NodeSetError> {
        let mut ids = Vec::new();
        for (set, rules) in self.rules_of(name)? {
            ids.extend(matching(set, rules, population)?);
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Sets of rules that a set is made of, each once, with their names.
    fn rules_of<'a>(&'a self, name: &'a str) -> Result<Vec<Named<'a>>, NodeSetError> {
        let by_name: BTreeMap<&str, &NodeSet> = self.0.iter().map(|(name, set)| (name.as_str(), set)).collect();
        let find = |name: &str| {
            let known = || self.0.iter().take(20).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            by_name.get(name).copied().ok_or_else(|| NodeSetError::Unknown { name: name.to_owned(), known: known() })
        };
        let mut rules = Vec::new();
        // name, its set, parts looked at so far; whether a set is done
        let mut open = vec![(name, find(name)?, 0)];
        let mut is_done: BTreeMap<&str, bool> = BTreeMap::from([(name, false)]);
        while let Some((name, set, n_seen)) = open.last_mut() {
            let part = match set {
                NodeSet::Where(of_set) => {
                    rules.push((*name, of_set.as_slice()));
                    None
                }
                NodeSet::Union(parts) => parts.get(*n_seen),
            };
            let Some(part) = part else {
                is_done.insert(name, true);
                open.pop();
                continue;
            };
            *n_seen += 1;
            match is_done.get(part.as_str()) {
                Some(true) => {}
                Some(false) => return Err(NodeSetError::Circle(part.clone())),
                None => {
                    is_done.insert(part, false);
                    open.push((part, find(part)?, 0));
                }
            }
        }
        Ok(rules)
    }
}

/// A test made ready.
enum Ready<'a> {
    AnyOf(&'a [Value]),
    Matches(Regex),
    Compares(Comparison, f64),
}

fn matching(set: &str, rules: &[(String, Test)], population: &NodePopulation) -> Result<Vec<u64>, NodeSetError> {
    let of_population = rules.iter().filter(|(column, _)| column == SET_POPULATION);
    let is_meant = |test: &Test| listed(test).iter().any(|name: &Value| name.text() == Some(&population.name));
    if of_population.map(|(_, test)| test).any(|test| !is_meant(test)) {
        return Ok(Vec::new());
    }
    let mut ids: Option<Vec<i64>> = None;
    let mut tests = Vec::new();
    let known = population.column_names();
    for (column, test) in rules.iter().filter(|(column, _)| column != SET_POPULATION) {
        if column == NODE_ID {
            let mut sorted: Vec<i64> =
                listed(test).iter().filter_map(|id| if let Value::Whole(id) = id { Some(*id) } else { None }).collect();
            sorted.sort_unstable();
            ids = Some(sorted);
            continue;
        }
        let is_there =
            |name: &str| known.contains(&name) || population.groups.iter().any(|group| group.column(name).is_some());
        if !is_there(column) && !either_spelling(column).is_some_and(is_there) {
            return Err(NodeSetError::NoColumn {
                set: set.to_owned(),
                column: column.clone(),
                population: population.name.clone(),
                known: known.join(", "),
            });
        }
        tests.push((column.as_str(), ready(set, test)?));
    }
    let mut found = Vec::new();
    'nodes: for row in 0..population.len() {
        let Some(id) = population.id(row) else { continue };
        if ids.as_ref().is_some_and(|ids| i64::try_from(id).is_ok_and(|id| ids.binary_search(&id).is_err())) {
            continue;
        }
        for (column, test) in &tests {
            let Some(value) = population.value(row, column) else { continue 'nodes };
            if !passes(set, column, test, &value)? {
                continue 'nodes;
            }
        }
        found.push(id);
    }
    Ok(found)
}

/// Values that a test lists.
fn listed(test: &Test) -> &[Value] {
    match test {
        Test::Is(value) => std::slice::from_ref(value),
        Test::AnyOf(values) => values,
        _ => &[],
    }
}

fn ready<'a>(set: &str, test: &'a Test) -> Result<Ready<'a>, NodeSetError> {
    Ok(match test {
        Test::Is(value) => Ready::AnyOf(std::slice::from_ref(value)),
        Test::AnyOf(values) => Ready::AnyOf(values),
        Test::Compares(comparison, number) => Ready::Compares(*comparison, *number),
        Test::Matches(pattern) => {
            let built = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build();
            Ready::Matches(built.map_err(|error| NodeSetError::Pattern {
                set: set.to_owned(),
                pattern: pattern.clone(),
                reason: error.to_string(),
            })?)
        }
    })
}

fn passes(set: &str, column: &str, test: &Ready<'_>, value: &Value) -> Result<bool, NodeSetError> {
    let unsuited = |test: String| NodeSetError::Unsuited {
        set: set.to_owned(),
        column: column.to_owned(),
        test,
        actual: match value {
            Value::Whole(whole) => format!("whole numbers such as {whole}"),
            Value::Decimal(decimal) => format!("decimals such as {decimal}"),
            Value::Text(text) => format!("texts such as {text:?}"),
        },
    };
    match test {
        Ready::AnyOf(wanted) => {
            for wanted in *wanted {
                let is_equal = match (wanted, value) {
                    (Value::Text(wanted), Value::Text(text)) => wanted == text,
                    (Value::Whole(wanted), Value::Whole(whole)) => wanted == whole,
                    (Value::Decimal(wanted), Value::Whole(whole)) => *wanted == *whole as f64,
                    _ => return Err(unsuited(format!("is {wanted}"))),
                };
                if is_equal {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Ready::Matches(pattern) => match value.text() {
            Some(text) => Ok(pattern.is_match(text)),
            None => Err(unsuited(format!("matches {:?}", pattern.as_str()))),
        },
        Ready::Compares(comparison, limit) => {
            let number = value.number().ok_or_else(|| unsuited(format!("compares with {limit}")))?;
            Ok(match comparison {
                Comparison::Greater => number > *limit,
                Comparison::AtLeast => number >= *limit,
                Comparison::Less => number < *limit,
                Comparison::AtMost => number <= *limit,
            })
        }
    }
}
