//! Random rotations of placed morphologies.

use crate::names::{Name, xml};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::xml::Element;
use crate::xml::attributes::Attributes;
use crate::{Location, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The axis that a cell is turned around; y points to the pia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationAxis {
    /// Across the column.
    X,
    /// Along the column.
    Y,
    /// Across the column.
    Z,
}

/// A rotation by a random angle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rotation {
    /// Around which axis.
    pub axis: RotationAxis,
    /// Name of the distribution, such as `uniform`, `norm`, `truncnorm` or `vonmises`.
    pub distribution: String,
    /// Its parameters by name; angles in radians.
    pub parameters: BTreeMap<String, f64>,
    /// Where it stands.
    pub at: Location,
}

/// How cells of some m-types are turned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MtypeRotation {
    /// The m-types, which the file separates by `|`.
    pub mtypes: Vec<String>,
    /// Rotations in order; none keeps the cells as they are.
    pub rotations: Vec<Rotation>,
    /// Where it stands.
    pub at: Location,
}

/// A distribution, and the spellings of its parameters.
const DISTRIBUTIONS: &[(&str, &[&str])] = &[
    ("uniform", &["a", "b", "low", "high"]),
    ("norm", &["mean", "sd"]),
    ("truncnorm", &["mean", "sd", "low", "high"]),
    ("vonmises", &["mu", "kappa"]),
];
const AXIS: Name = xml(&["axis"]);
const DISTR: Name = xml(&["distr"]);
/// Parameters that are no angle.
const SHAPES: &[&str] = &["kappa"];

pub(super) fn read(set: &Element, notes: &mut Notes) -> Vec<Rotation> {
    set.children("rotation").filter_map(|element| rotation(element, notes)).collect()
}

fn rotation(element: &Element, notes: &mut Notes) -> Option<Rotation> {
    let mut read = Attributes::new(element, "rotation".to_owned(), notes);
    read.warn_unknown(&[&AXIS, &DISTR]);
    let (axis, distr) = (read.text(&AXIS), read.text(&DISTR));
    let (axis, distr) = (axis?, distr?);
    let place = |name: &str| element.attribute(name).map_or_else(|| element.at(), |a| element.at_attribute(a));
    let axis = match axis.to_lowercase().as_str() {
        "x" => Some(RotationAxis::X),
        "y" => Some(RotationAxis::Y),
        "z" => Some(RotationAxis::Z),
        _ => {
            let message = format!("rotation axis must be x, y or z, got {axis:?}");
            notes.add(Problem::error("unknown_axis", message).at(place("axis")));
            None
        }
    };
    let (distribution, parameters) = match serde_json::from_str::<(String, BTreeMap<String, f64>)>(&distr) {
        Ok(parsed) => parsed,
        Err(error) => {
            let message = format!("distr of a rotation is not understood: {error}");
            let remedy = "write a name and its parameters as JSON: [\"uniform\", {\"low\": -3.14, \"high\": 3.14}]";
            notes.add(Problem::error("malformed_distribution", message).at(place("distr")).remedy(remedy));
            return None;
        }
    };
    check(&distribution, &parameters, &place("distr"), notes);
    Some(Rotation { axis: axis?, distribution, parameters, at: element.at() })
}

fn check(distribution: &str, parameters: &BTreeMap<String, f64>, at: &Location, notes: &mut Notes) {
    let Some((_, known)) = DISTRIBUTIONS.iter().find(|(name, _)| *name == distribution) else {
        let near = did_you_mean(distribution, DISTRIBUTIONS.iter().map(|(name, _)| *name));
        let message = format!("distribution {distribution:?} of a rotation is not known{near}");
        notes.add(Problem::warning("unknown_distribution", message).at(at.clone()));
        return;
    };
    for (name, value) in parameters {
        if !known.contains(&name.as_str()) {
            let near = did_you_mean(name, known.iter().copied());
            let message = format!("distribution {distribution} has no parameter {name:?}{near}");
            let remedy = format!("its parameters are {}", known.join(", "));
            notes.add(Problem::warning("unknown_parameter", message).at(at.clone()).remedy(remedy));
        } else if !SHAPES.contains(&name.as_str()) && value.abs() > 2.0 * std::f64::consts::PI + 1e-3 {
            let message = format!("angle {name} = {value} of a rotation is more than a full turn in radians");
            let remedy = "multiply degrees by pi/180";
            notes.add(Problem::warning("suspicious_angle", message).at(at.clone()).remedy(remedy));
        }
    }
}
