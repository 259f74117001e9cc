//! Requests of edits as descriptions of edits.

use crate::error::ActError;
use crate::requests::{EditKind, EditRequest};
use bravli_circuit::{Edit, NodeExpression, NodeTest, NodeValue, Order, Remove, Rewire, Scale, Shuffle};
use serde_json::{Map, Value};

/// Most edits of one request.
const MOST_EDITS: usize = 20;

/// Accepted swaps per connection where none are given: beyond these, properties of surrogates no longer move.
const SWAPS: f64 = 10.0;

/// Seed of shuffles where none is given.
const SHUFFLE_SEED: u64 = 1;

/// Checks the fields of edits; the same with defaults filled in, and what they ask for.
pub(crate) fn read(
    requests: &[EditRequest],
    seed: Option<u64>,
    field: &str,
) -> Result<(Vec<EditRequest>, Vec<Edit>), ActError> {
    if requests.is_empty() || requests.len() > MOST_EDITS {
        return Err(ActError::new(
            "bad_edits",
            field,
            format!("must hold 1 to {MOST_EDITS} edits, got {}", requests.len()),
            "give one entry per change, for example {\"kind\": \"remove\", \"pre\": \"L4_E\", \"post\": \"L23_PV\"}",
        ));
    }
    let read = |(index, request)| one(request, seed, &format!("{field}[{index}]"));
    let read: Vec<(EditRequest, Edit)> = requests.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(read.into_iter().unzip())
}

fn one(request: &EditRequest, seed: Option<u64>, at: &str) -> Result<(EditRequest, Edit), ActError> {
    let kind = request.kind;
    let name = kind.name();
    let given = [
        ("pre", !request.pre.is_empty()),
        ("post", !request.post.is_empty()),
        ("rule", !request.rule.is_empty()),
        ("class", !request.class.is_empty()),
        ("conductance_factor", request.conductance_factor.is_some()),
        ("u_syn_factor", request.u_syn_factor.is_some()),
        ("bin_um", request.bin_um.is_some()),
        ("swaps", request.swaps.is_some()),
        ("nodes", !request.nodes.is_empty()),
    ];
    let (allowed, required): (&[&str], &[&str]) = match kind {
        EditKind::Remove => (&["pre", "post"], &["pre", "post"]),
        EditKind::Rewire => (&["pre", "post", "rule"], &["pre", "post"]),
        EditKind::Scale => (&["pre", "post", "class", "conductance_factor", "u_syn_factor"], &[]),
        EditKind::Shuffle => (&["pre", "post", "bin_um", "swaps"], &[]),
        EditKind::KeepCells => (&["nodes"], &["nodes"]),
    };
    if let Some((field, _)) = given.iter().find(|(field, is_given)| *is_given && !allowed.contains(field)) {
        return Err(ActError::new(
            "bad_edit",
            format!("{at}.{field}"),
            format!("{field} means nothing to {name}; its fields are {}", allowed.join(", ")),
            "leave the field out, or give it to an edit of its own",
        ));
    }
    if let Some(field) = required.iter().find(|field| given.contains(&(**field, false))) {
        return Err(ActError::new(
            "bad_edit",
            format!("{at}.{field}"),
            format!("{name} needs {}", required.join(" and ")),
            "name populations as L4_E, *_SST or *, and cells as {\"layer\": [\"4\"]}",
        ));
    }
    let mut full = request.clone();
    if matches!(kind, EditKind::Scale | EditKind::Shuffle) {
        for pattern in [&mut full.pre, &mut full.post] {
            if pattern.is_empty() {
                "*".clone_into(pattern);
            }
        }
    }
    if kind == EditKind::Scale && full.class.is_empty() {
        full.class = "*".to_owned();
    }
    if kind == EditKind::Shuffle {
        full.swaps = full.swaps.or(Some(SWAPS));
    }
    let (pre, post) = (full.pre.clone(), full.post.clone());
    let edit = match kind {
        EditKind::Remove => Edit::Remove(Remove { pre, post }),
        EditKind::Rewire => Edit::Rewire(Rewire { pre, post, rule: rule(&full.rule, at)?, seed }),
        EditKind::Scale => Edit::Scale(Scale {
            pre,
            post,
            class: full.class.clone(),
            conductance_factor: full.conductance_factor,
            u_syn_factor: full.u_syn_factor,
        }),
        EditKind::Shuffle => Edit::Shuffle(Shuffle {
            pre,
            post,
            bin_um: full.bin_um,
            swaps: full.swaps.unwrap_or(SWAPS),
            seed: seed.unwrap_or(SHUFFLE_SEED),
        }),
        EditKind::KeepCells => Edit::Keep(expression(&full.nodes, at)?),
    };
    Ok((full, edit))
}

/// Numbers by name, in the order of the names.
fn rule(fields: &Map<String, Value>, at: &str) -> Result<Vec<(String, f64)>, ActError> {
    let mut rule = Vec::new();
    for (name, value) in fields {
        let number = value.as_f64().ok_or_else(|| {
            ActError::new(
                "bad_edit",
                format!("{at}.rule.{name}"),
                format!("must be a number, got {value}"),
                "write fields as in pathways.yaml, for example {\"probability\": 0.05}",
            )
        })?;
        rule.push((name.clone(), number));
    }
    rule.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(rule)
}

/// A node set as tests.
fn expression(nodes: &Map<String, Value>, at: &str) -> Result<NodeExpression, ActError> {
    let tests = nodes.iter().map(|(property, test)| {
        let wrong = |expected: &str| {
            ActError::new(
                "bad_edit",
                format!("{at}.nodes.{property}"),
                format!("must be {expected}, got {test}"),
                "for example {\"layer\": [\"4\"], \"mtype\": {\"$regex\": \"PC$\"}, \"radius_um\": {\"$lte\": 100}}",
            )
        };
        let value = |value: &Value| match value {
            Value::String(text) => Ok(NodeValue::Text(text.clone())),
            Value::Number(number) => number.as_f64().map(NodeValue::Number).ok_or_else(|| wrong("a number")),
            _ => Err(wrong("a text or a number, or a list of them")),
        };
        let test = match test {
            Value::Array(values) => NodeTest::AnyOf(values.iter().map(value).collect::<Result<_, _>>()?),
            Value::Object(operators) => {
                let mut operators = operators.iter();
                let (Some((operator, operand)), None) = (operators.next(), operators.next()) else {
                    return Err(wrong("one of $regex, $gt, $gte, $lt, $lte with its operand"));
                };
                let order = match operator.as_str() {
                    "$gt" => Some(Order::Greater),
                    "$gte" => Some(Order::AtLeast),
                    "$lt" => Some(Order::Less),
                    "$lte" => Some(Order::AtMost),
                    _ => None,
                };
                match (order, operator.as_str(), operand) {
                    (Some(order), _, Value::Number(limit)) => {
                        NodeTest::Compares(order, limit.as_f64().ok_or_else(|| wrong("a number"))?)
                    }
                    (None, "$regex", Value::String(pattern)) => NodeTest::Matches(pattern.clone()),
                    _ => return Err(wrong("{\"$regex\": text}, or $gt, $gte, $lt or $lte with a number")),
                }
            }
            scalar => NodeTest::AnyOf(vec![value(scalar)?]),
        };
        Ok((property.clone(), test))
    });
    Ok(NodeExpression(tests.collect::<Result<_, _>>()?))
}
