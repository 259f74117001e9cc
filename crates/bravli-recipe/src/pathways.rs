//! Reads `pathways.yaml`: which populations connect, how often, and how that falls with distance.

use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node};
use crate::{Amount, Falloff, PathwaySpec, Problem};

const PATHWAY: &[&str] = &[
    "pre",
    "post",
    "probability",
    "within_um",
    "peak_probability",
    "in_degree",
    "total",
    "sigma_um",
    "lambda_um",
    "reach_um",
    "vertical_sigma_um",
    "vertical_lambda_um",
    "vertical_reach_um",
    "reciprocity",
    "common_neighbour_gain",
    "attenuation",
    "mean_synapses",
];

/// Ways to say how many connections there are; a pathway states one.
const AMOUNTS: [&str; 4] = ["probability", "peak_probability", "in_degree", "total"];

/// Reads `pathways.yaml`.
pub(crate) fn pathways(node: &Node, notes: &mut Notes) -> Vec<PathwaySpec> {
    let mut top = Fields::new(node, "pathways.yaml", &["pathways"], notes);
    top.list("pathways").iter().filter_map(|item| pathway(item, top.notes)).collect()
}

fn pathway(item: &Node, notes: &mut Notes) -> Option<PathwaySpec> {
    let end = |key: &str| item.get(key).map(Node::label).unwrap_or_default();
    let what = format!("pathway {}->{}", end("pre"), end("post"));
    let mut fields = Fields::new(item, &what, PATHWAY, notes);
    let (pre, post) = (fields.name("pre"), fields.name("post"));
    let amount = amount(item, &what, &mut fields);
    let horizontal = falloff(item, &what, &mut fields, ["sigma_um", "lambda_um", "reach_um"]);
    let vertical = falloff(item, &what, &mut fields, ["vertical_sigma_um", "vertical_lambda_um", "vertical_reach_um"]);
    let reciprocity = fields.number("reciprocity", Range::NotNegative);
    let common_neighbour_gain = fields.number("common_neighbour_gain", Range::NotNegative);
    if let (Some(Amount::Mean { probability, within_um }), Some(falloff)) = (amount, horizontal) {
        let peak = probability / falloff.mean_over_disc(within_um);
        if peak > 1.0 + 1e-9 {
            let message = format!(
                "{what}: a mean of {probability} within {within_um} um would need a probability of {peak:.3} at distance zero"
            );
            let remedy = "lower the probability, widen the fall-off, or correct within_um";
            fields.notes.add(Problem::error("probability_above_one", message).at(item.at()).remedy(remedy));
        }
    }
    let attenuation = fields.required_number("attenuation", Range::Unit);
    let mean_synapses = fields.number("mean_synapses", Range::Positive);
    let is_drawn_by_pair = matches!(amount, Some(Amount::Mean { .. } | Amount::Peak { .. }) | None);
    for (field, value) in [("reciprocity", reciprocity), ("common_neighbour_gain", common_neighbour_gain)] {
        if value.is_some() && !is_drawn_by_pair {
            let message =
                format!("{what}: {field} needs a probability; in_degree and total fix the number of connections");
            fields.notes.add(Problem::error("contradicting_fields", message).at(item.at()));
        }
    }
    if reciprocity.is_some() && common_neighbour_gain.is_some() {
        let message =
            format!("{what}: state reciprocity or common_neighbour_gain, not both: the gain raises reciprocity too");
        fields.notes.add(Problem::error("contradicting_fields", message).at(item.at()));
    }
    Some(PathwaySpec {
        pre: pre?,
        post: post?,
        amount: amount?,
        horizontal: horizontal?,
        vertical: vertical?,
        reciprocity,
        common_neighbour_gain,
        attenuation: attenuation?,
        mean_synapses,
        at: item.at(),
    })
}

/// The one statement of how many connections there are; tells where there is none, or more than one.
fn amount(item: &Node, what: &str, fields: &mut Fields<'_, '_>) -> Option<Amount> {
    let stated: Vec<&str> = AMOUNTS.into_iter().filter(|key| item.get(key).is_some()).collect();
    let [key] = stated[..] else {
        let found = if stated.is_empty() { "none".to_owned() } else { stated.join(" and ") };
        let message = format!("{what}: state one of {}; found {found}", AMOUNTS.join(", "));
        fields.notes.add(Problem::error("contradicting_fields", message).at(item.at()));
        return None;
    };
    if key != "probability" && item.get("within_um").is_some() {
        let message = format!("{what}: within_um is the range of a measured probability, and {key} has none");
        fields.notes.add(Problem::error("contradicting_fields", message).at(item.at()));
    }
    match key {
        "probability" => {
            let probability = fields.required_number(key, Range::Unit);
            let within_um = fields.required_number("within_um", Range::Positive);
            Some(Amount::Mean { probability: probability?, within_um: within_um? })
        }
        "peak_probability" => Some(Amount::Peak { probability: fields.required_number(key, Range::Unit)? }),
        _ => {
            let limit = if key == "in_degree" { f64::from(u32::MAX) } else { 1e12 };
            let count = fields.required_number(key, Range::NotNegative)?;
            if count.fract() != 0.0 || count > limit {
                let message = format!("{what}: {key} must be a whole number from 0 to {limit:e}, got {count}");
                fields.notes.add(Problem::error("value_out_of_range", message).at(item.at()));
                return None;
            }
            Some(if key == "in_degree" { Amount::InDegree(count as u32) } else { Amount::Total(count as u64) })
        }
    }
}

/// The fall-off that one of three fields states; flat where none does.
fn falloff(item: &Node, what: &str, fields: &mut Fields<'_, '_>, keys: [&str; 3]) -> Option<Falloff> {
    let stated: Vec<&str> = keys.into_iter().filter(|key| item.get(key).is_some()).collect();
    if stated.len() > 1 {
        let message = format!("{what}: state one of {}; found {}", keys.join(", "), stated.join(" and "));
        fields.notes.add(Problem::error("contradicting_fields", message).at(item.at()));
        return None;
    }
    let Some(key) = stated.first() else { return Some(Falloff::Flat) };
    let width = fields.required_number(key, Range::Positive)?;
    Some(match keys.iter().position(|name| name == key) {
        Some(0) => Falloff::Gaussian { sigma_um: width },
        Some(1) => Falloff::Exponential { lambda_um: width },
        _ => Falloff::Box { reach_um: width },
    })
}
