//! Scales synapses.

use super::choice::{Choice, for_each_row};
use super::{EditError, Edited};
use crate::edges::{Edges, Interval};
use crate::wire::Circuit;
use half::f16;
use std::ops::RangeInclusive;

/// Factors that synapses may be scaled by.
pub const SCALE_RANGE: RangeInclusive<f64> = 1e-3..=1e3;

/// Multiplies conductance and utilisation of synapses.
///
/// A conductance is rounded to the eleven binary digits of a row, so factors of two are exact. Utilisation is scaled with
/// the interval of its pathway: the bytes of the rows stay, and every value is multiplied exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Presynaptic populations (pattern).
    pub pre: String,
    /// Postsynaptic populations (pattern).
    pub post: String,
    /// Synapse classes (pattern).
    pub class: String,
    /// Factor on the peak conductance of a contact.
    pub conductance_factor: Option<f64>,
    /// Factor on the utilisation.
    pub u_syn_factor: Option<f64>,
}

impl Scale {
    pub(super) fn apply(&self, mut circuit: Circuit) -> Result<(Circuit, Edited), EditError> {
        let given = [("conductance_factor", self.conductance_factor), ("u_syn_factor", self.u_syn_factor)];
        for (field, value) in given.iter().filter_map(|(field, value)| Some((*field, (*value)?))) {
            if !SCALE_RANGE.contains(&value) {
                let allowed = format!("[{}, {}]", SCALE_RANGE.start(), SCALE_RANGE.end());
                return Err(EditError::Range { field, value, allowed });
            }
        }
        if given.iter().all(|(_, value)| value.is_none_or(|value| value == 1.0)) {
            let what = "a factor of 1, or none, changes nothing".to_owned();
            let remedy = "give conductance_factor or u_syn_factor, for example 0.5";
            return Err(EditError::Nothing { field: "conductance_factor", what, remedy });
        }
        let choice = Choice::connections(&circuit, &self.pre, &self.post, &self.class)?;
        if let Some(factor) = self.u_syn_factor {
            self.scale_u(&mut circuit, &choice, factor)?;
        }
        if let Some(factor) = self.conductance_factor {
            circuit = scaled_conductance(circuit, &choice, factor)?;
        }
        let of = if self.class == "*" { "all classes".to_owned() } else { format!("class {}", self.class) };
        let mut did = Vec::new();
        for (name, value) in [("gsyn", self.conductance_factor), ("u_syn", self.u_syn_factor)] {
            did.extend(value.map(|value| format!("{name} x {value}")));
        }
        let did = did.join(", ");
        let numbers = given.iter().filter(|(_, value)| value.is_some()).count() as u32;
        let done = Edited {
            what: format!("{did} in {} connections {} -> {} of {of}", choice.n(), self.pre, self.post),
            n_connections: choice.n(),
            assumed: vec![(numbers, format!("{} -> {} of {of}: {did} on request", self.pre, self.post))],
            ..Edited::default()
        };
        Ok((circuit, done))
    }

    fn scale_u(&self, circuit: &mut Circuit, choice: &Choice, factor: f64) -> Result<(), EditError> {
        let header = &mut circuit.header;
        for (index, pathway) in header.pathways.iter_mut().enumerate() {
            if !choice.pathways[index] || choice.counts[index] == 0 {
                continue;
            }
            let times = |value: f32| (f64::from(value) * factor) as f32;
            let scaled = Interval { low: times(pathway.u_syn.low), high: times(pathway.u_syn.high) };
            if scaled.high > 1.0 {
                return Err(EditError::UsynAboveOne {
                    pre: pathway.pre.clone(),
                    post: pathway.post.clone(),
                    class: header.classes[usize::from(pathway.class)].clone(),
                    high: f64::from(pathway.u_syn.high),
                    factor,
                    product: f64::from(scaled.high),
                });
            }
            pathway.u_syn = scaled;
        }
        Ok(())
    }
}

fn scaled_conductance(circuit: Circuit, choice: &Choice, factor: f64) -> Result<Circuit, EditError> {
    let mut scaled: Vec<f16> = (0..circuit.edges.len()).map(|row| circuit.edges.contact(row).gsyn_ns).collect();
    let mut too_large = None;
    for_each_row(&circuit, |_, row, pathway| {
        if !choice.pathways[pathway] {
            return;
        }
        let value = f64::from(scaled[row].to_f32()) * factor;
        // below the smallest normal number digits are lost, and at last the value
        let is_held =
            value == 0.0 || (f64::from(f16::MIN_POSITIVE.to_f32())..=f64::from(f16::MAX.to_f32())).contains(&value);
        if !is_held {
            too_large = too_large.or(Some((pathway, value)));
        }
        scaled[row] = f16::from_f64(value);
    });
    if let Some((pathway, value)) = too_large {
        let pathway = &circuit.header.pathways[pathway];
        return Err(EditError::GsynTooLarge { pre: pathway.pre.clone(), post: pathway.post.clone(), value });
    }
    let edges = &circuit.edges;
    let mut changed = Edges::start(edges.n_sources(), edges.len());
    for source in 0..edges.n_sources() {
        for row in edges.rows(source) {
            let mut contact = edges.contact(row);
            contact.gsyn_ns = scaled[row];
            changed.push(edges.targets()[row], &contact);
        }
        changed.end_source();
    }
    Ok(circuit.with_edges(changed))
}
