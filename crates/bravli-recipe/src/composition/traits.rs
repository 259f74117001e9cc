//! What cells of a group are: one name, or names with probabilities.

use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node, Value};
use crate::{Location, Problem};
use std::collections::BTreeMap;

/// Sums within this of one are taken as rounded, and told in a note only.
const ROUNDING: f64 = 1e-3;
/// Sums within this of 100 are taken as percent.
const PERCENT_SLACK: f64 = 1.0;

/// A trait that must be there: a value, or a mapping of values to probabilities.
pub(super) fn read(fields: &mut Fields<'_, '_>, key: &str, owner: &str) -> Option<BTreeMap<String, f64>> {
    let node = fields.required(key)?;
    if !matches!(node.value, Value::Map(_)) {
        return Some(BTreeMap::from([(fields.name(key)?, 1.0)]));
    }
    let parts = parts(key, owner, node, fields.notes)?;
    let what = match key {
        "layer" => "layer",
        "mtype" => "m-type",
        _ => "e-type",
    };
    shares_of(what, owner, parts, node.at(), fields.notes)
}

/// The probabilities as written; percentages are divided by 100 and told.
fn parts(key: &str, owner: &str, node: &Node, notes: &mut Notes) -> Option<Vec<(String, f64)>> {
    let name = |of: &str| format!("{key} share of {of} in {owner}");
    let mut parts = Vec::new();
    let mut is_whole = true;
    for (key, value) in node.entries() {
        match value.number_in(&name(&key.text), Range::NotNegative, notes) {
            Some(share) => parts.push((key.text.clone(), share, value.at())),
            None => is_whole = false,
        }
    }
    let sum: f64 = parts.iter().map(|(_, share, _)| share).sum();
    let scale = if (sum - 100.0).abs() <= PERCENT_SLACK { 100.0 } else { 1.0 };
    if scale > 1.0 {
        let message = format!("{key} shares of {owner} sum to {sum:.6}, so they were read as percent");
        let remedy = "probabilities sum to 1; divide by 100";
        notes.add(Problem::warning("percent_shares", message).at(node.at()).remedy(remedy));
    }
    let mut out = Vec::new();
    for (value, share, at) in parts {
        let share = share / scale;
        match Range::Unit.breach(&name(&value), share, at) {
            Some(problem) => {
                notes.add(problem);
                is_whole = false;
            }
            None => out.push((value, share)),
        }
    }
    is_whole.then_some(out)
}

/// e-type shares of an m-type scaled to sum to one; a sum off by more than rounding is a warning.
pub(crate) fn shares(
    mtype: &str,
    parts: Vec<(String, f64)>,
    at: Location,
    notes: &mut Notes,
) -> Option<BTreeMap<String, f64>> {
    shares_of("e-type", mtype, parts, at, notes)
}

fn shares_of(
    what: &str,
    owner: &str,
    parts: Vec<(String, f64)>,
    at: Location,
    notes: &mut Notes,
) -> Option<BTreeMap<String, f64>> {
    let sum: f64 = parts.iter().map(|(_, share)| share).sum();
    if !(sum.is_finite() && sum > 0.0) {
        let message = format!("{what}s of {owner} have no positive share, their sum is {sum}");
        let remedy = format!("give every group at least one {what}");
        notes.add(Problem::error("no_shares", message).at(at).remedy(remedy));
        return None;
    }
    let off = (sum - 1.0).abs();
    // shares that add to one but for the last bits are kept as they are, so that reading what was written changes nothing
    let sum = if off > 1e-9 { sum } else { 1.0 };
    if off > 1e-9 {
        let message = format!("{what} shares of {owner} sum to {sum:.6}, not 1, and were divided by it");
        let problem = if off > ROUNDING { Problem::warning } else { Problem::note };
        notes.add(problem("shares_renormalised", message).at(at).remedy("check the shares against their source"));
    }
    let mut out = BTreeMap::new();
    for (name, share) in parts {
        *out.entry(name).or_insert(0.0) += share / sum;
    }
    Some(out)
}
