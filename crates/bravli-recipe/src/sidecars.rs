//! Our own files beside the builder recipe: column, populations, neurons.

use crate::lint::thin_layer;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node};
use crate::{
    AdexParameters, ColumnSpec, LayerSpec, MembraneSpec, MembraneSpread, NeuronSpec, PopulationSpec, Problem, ROLES,
    ReceptorSpec, Shape,
};
use bravli_units::{Micrometres, Milliseconds, Millivolts, Nanosiemens, Picoamps, Picofarads};
use std::collections::BTreeSet;

/// Keys of `column.yaml`; a slab has sizes, other shapes a radius.
const COLUMN: &[&str] = &["shape", "reference_radius_um", "reference_width_um", "reference_length_um", "layers"];

/// Reads `column.yaml`.
pub(crate) fn column(node: &Node, notes: &mut Notes) -> Option<ColumnSpec> {
    let mut fields = Fields::new(node, "column", COLUMN, notes);
    let cross_section = cross_section(&mut fields);
    let mut layers: Vec<LayerSpec> = Vec::new();
    for item in fields.list("layers") {
        let mut read = Fields::new(item, "layer", &["layer", "thickness_um", "n_cells"], fields.notes);
        let layer = read.name("layer");
        let thickness = read.required_number("thickness_um", Range::Positive);
        let n_cells = read.number("n_cells", Range::NotNegative);
        let (Some(layer), Some(thickness)) = (layer, thickness.and_then(|t| Micrometres::new(t).ok())) else {
            continue;
        };
        thin_layer(&layer, thickness.get(), item.at(), fields.notes);
        if layers.iter().any(|l| l.layer == layer) {
            let message = format!("layer {layer:?} is listed twice");
            fields.notes.add(Problem::error("duplicate_layer", message).at(item.at()));
        }
        layers.push(LayerSpec { layer, thickness_um: thickness, n_cells });
    }
    let (shape, radius) = cross_section?;
    Some(ColumnSpec { shape, reference_radius_um: Micrometres::new(radius).ok()?, layers })
}

/// Shape and reference radius.
fn cross_section(fields: &mut Fields<'_, '_>) -> Option<(Shape, f64)> {
    let shape = fields.required("shape")?;
    let (label, at) = (shape.label(), shape.at());
    let of_slab = ["reference_width_um", "reference_length_um"];
    let of_others = ["reference_radius_um"];
    let (own, strange): (&[&str], &[&str]) = match label.as_str() {
        "slab" => (&of_slab, &of_others),
        "hexagon" | "cylinder" => (&of_others, &of_slab),
        other => {
            let message = format!("column: shape must be hexagon, cylinder or slab, got {other:?}");
            fields.notes.add(Problem::error("unknown_shape", message).at(at));
            return None;
        }
    };
    for key in strange {
        if let Some(node) = fields.get(key) {
            let message = format!("column: a {label} has no {key}");
            let remedy = format!("give {} instead", own.join(" and "));
            fields.notes.add(Problem::error("unknown_key", message).at(node.at()).remedy(remedy));
        }
    }
    // all are read before any is missed, so that all problems are told at once
    let sizes: Vec<Option<f64>> = own.iter().map(|key| fields.required_number(key, Range::Positive)).collect();
    match (label.as_str(), sizes.as_slice()) {
        ("slab", [Some(width), Some(length)]) => {
            let slab = Shape::slab(*width, *length);
            if slab.is_none() {
                let message = format!("column: a slab of {width} x {length} um is too large, the limit is 1e6 um");
                fields.notes.add(Problem::error("out_of_range", message).at(at));
            }
            slab
        }
        ("hexagon", [Some(radius)]) => Some((Shape::Hexagon, *radius)),
        ("cylinder", [Some(radius)]) => Some((Shape::Cylinder, *radius)),
        _ => None,
    }
}

/// Reads `populations.yaml`.
pub(crate) fn populations(node: &Node, notes: &mut Notes) -> Vec<PopulationSpec> {
    let mut top = Fields::new(node, "populations.yaml", &["populations"], notes);
    let mut populations = Vec::new();
    let mut names = BTreeSet::new();
    for item in top.list("populations") {
        let mut fields = Fields::new(item, "population", &["name", "class", "role", "mtypes"], top.notes);
        let (name, class, mtypes) = (fields.name("name"), fields.name("class"), fields.names("mtypes"));
        let role = fields.get("role").map(|node| (node.label(), node.at()));
        if let Some((role, at)) = role.as_ref().filter(|(role, _)| !ROLES.contains(&role.as_str())) {
            let near = did_you_mean(role, ROLES.iter().copied());
            let message = format!("population: unknown role {role:?}{near}");
            let remedy = format!("the roles are {}; leave it out where a population has none", ROLES.join(", "));
            fields.notes.add(Problem::error("unknown_role", message).at(at.clone()).remedy(remedy));
        }
        let (Some(name), Some(class)) = (name, class) else { continue };
        if !names.insert(name.clone()) {
            let message = format!("population {name:?} is defined twice");
            top.notes.add(Problem::error("duplicate_population", message).at(item.at()));
            continue;
        }
        populations.push(PopulationSpec { name, mtypes, class, role: role.map(|(role, _)| role) });
    }
    populations
}

const ADEX: &[&str] =
    &["c_m_pf", "g_l_ns", "e_l_mv", "v_th_mv", "delta_t_mv", "a_ns", "tau_w_ms", "b_pa", "v_reset_mv", "t_ref_ms"];

/// Reads `neurons.yaml`.
pub(crate) fn neurons(node: &Node, notes: &mut Notes) -> NeuronSpec {
    let mut top = Fields::new(node, "neurons.yaml", &["etypes", "membranes", "receptors"], notes);
    let mut spec = NeuronSpec::default();
    for (key, value) in top.required("etypes").map(Node::entries).unwrap_or_default() {
        if let Some(parameters) = adex(&key.text, value, top.notes) {
            spec.etypes.insert(key.text.clone(), parameters);
        }
    }
    if top.get("membranes").is_some() {
        for item in top.list("membranes") {
            spec.membranes.extend(membrane(item, top.notes));
        }
    }
    spec.receptors = top.get("receptors").and_then(|node| receptors(node, top.notes));
    spec
}

/// Fields of `receptors`.
const RECEPTORS: &[&str] = &[
    "ampa_rise_ms",
    "nmda_rise_ms",
    "nmda_decay_ms",
    "gaba_a_rise_ms",
    "gaba_b_rise_ms",
    "gaba_b_decay_ms",
    "e_exc_mv",
    "e_gaba_a_mv",
    "e_gaba_b_mv",
    "mg_mm",
    "mg_scale_mm",
    "mg_slope_per_mv",
    "dendritic_delay_ms",
];

fn receptors(node: &Node, notes: &mut Notes) -> Option<ReceptorSpec> {
    let mut read = Fields::new(node, "receptors", RECEPTORS, notes);
    // every field is read before any is missed, so that all problems are told at once
    let values: Vec<Option<f64>> = RECEPTORS
        .iter()
        .map(|key| {
            let range = if key.starts_with("e_") {
                Range::Any
            } else if *key == "dendritic_delay_ms" || *key == "mg_mm" {
                Range::NotNegative
            } else {
                Range::Positive
            };
            read.required_number(key, range)
        })
        .collect();
    for (rise, decay) in [("nmda_rise_ms", "nmda_decay_ms"), ("gaba_b_rise_ms", "gaba_b_decay_ms")] {
        let at = |key: &str| values[RECEPTORS.iter().position(|known| *known == key)?];
        if let (Some(rise_ms), Some(decay_ms)) = (at(rise), at(decay))
            && rise_ms >= decay_ms
        {
            let message = format!("receptors: {rise} = {rise_ms} must be below {decay} = {decay_ms}");
            notes.add(Problem::error("rise_not_below_decay", message).at(node.at()).remedy("swap the two"));
        }
    }
    let value = |key: &str| values[RECEPTORS.iter().position(|known| *known == key)?];
    Some(ReceptorSpec {
        ampa_rise_ms: value("ampa_rise_ms")?,
        nmda_rise_ms: value("nmda_rise_ms")?,
        nmda_decay_ms: value("nmda_decay_ms")?,
        gaba_a_rise_ms: value("gaba_a_rise_ms")?,
        gaba_b_rise_ms: value("gaba_b_rise_ms")?,
        gaba_b_decay_ms: value("gaba_b_decay_ms")?,
        e_exc_mv: value("e_exc_mv")?,
        e_gaba_a_mv: value("e_gaba_a_mv")?,
        e_gaba_b_mv: value("e_gaba_b_mv")?,
        mg_mm: value("mg_mm")?,
        mg_scale_mm: value("mg_scale_mm")?,
        mg_slope_per_mv: value("mg_slope_per_mv")?,
        dendritic_delay_ms: value("dendritic_delay_ms")?,
    })
}

fn adex(etype: &str, node: &Node, notes: &mut Notes) -> Option<AdexParameters> {
    let mut read = Fields::new(node, &format!("e-type {etype}"), ADEX, notes);
    let c_m = read.required_number("c_m_pf", Range::Positive);
    let g_l = read.required_number("g_l_ns", Range::Positive);
    let e_l = read.required_number("e_l_mv", Range::Any);
    let v_th = read.required_number("v_th_mv", Range::Any);
    let delta_t = read.required_number("delta_t_mv", Range::Positive);
    let a = read.required_number("a_ns", Range::Any);
    let tau_w = read.required_number("tau_w_ms", Range::Positive);
    let b = read.required_number("b_pa", Range::Any);
    let v_reset = read.required_number("v_reset_mv", Range::Any);
    let t_ref = read.required_number("t_ref_ms", Range::NotNegative);
    Some(AdexParameters {
        c_m_pf: Picofarads::new(c_m?).ok()?,
        g_l_ns: Nanosiemens::new(g_l?).ok()?,
        e_l_mv: Millivolts::new(e_l?).ok()?,
        v_th_mv: Millivolts::new(v_th?).ok()?,
        delta_t_mv: Millivolts::new(delta_t?).ok()?,
        a_ns: Nanosiemens::new(a?).ok()?,
        tau_w_ms: Milliseconds::new(tau_w?).ok()?,
        b_pa: Picoamps::new(b?).ok()?,
        v_reset_mv: Millivolts::new(v_reset?).ok()?,
        t_ref_ms: Milliseconds::new(t_ref?).ok()?,
    })
}

/// Fields of a membrane.
const MEMBRANE: &[&str] = &[
    "population",
    "r_in_mohm",
    "r_in_sd_mohm",
    "tau_m_ms",
    "tau_m_sd_ms",
    "e_l_mv",
    "e_l_sd_mv",
    "v_th_mv",
    "v_th_sd_mv",
];

fn membrane(node: &Node, notes: &mut Notes) -> Option<MembraneSpec> {
    let what = format!("membrane of {}", node.get("population").map(Node::label).unwrap_or_default());
    let mut read = Fields::new(node, &what, MEMBRANE, notes);
    let population = read.name("population");
    let r_in = read.required_number("r_in_mohm", Range::Positive);
    let tau_m = read.required_number("tau_m_ms", Range::Positive);
    let e_l = read.required_number("e_l_mv", Range::Any);
    let v_th = read.number("v_th_mv", Range::Any);
    let spread = MembraneSpread {
        r_in_sd_mohm: read.number("r_in_sd_mohm", Range::NotNegative),
        tau_m_sd_ms: read.number("tau_m_sd_ms", Range::NotNegative),
        e_l_sd_mv: read.number("e_l_sd_mv", Range::NotNegative),
        v_th_sd_mv: read.number("v_th_sd_mv", Range::NotNegative),
    };
    if spread.v_th_sd_mv.is_some() && read.get("v_th_mv").is_none() {
        let message = format!("{what}: v_th_sd_mv is the spread of a v_th_mv that is not given");
        let remedy =
            "give v_th_mv, or leave v_th_sd_mv out: the threshold then keeps its distance from rest in each cell";
        read.notes.add(Problem::error("spread_without_mean", message).at(node.at()).remedy(remedy));
    }
    Some(MembraneSpec {
        population: population?,
        r_in_mohm: r_in?,
        tau_m_ms: Milliseconds::new(tau_m?).ok()?,
        e_l_mv: Millivolts::new(e_l?).ok()?,
        v_th_mv: v_th.and_then(|v| Millivolts::new(v).ok()),
        spread,
        at: node.at(),
    })
}
