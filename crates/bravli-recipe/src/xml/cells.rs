//! Column, composition, classes and spines of the builder recipe: `column` and `NeuronTypes`.

use super::attributes::Attributes;
use super::classes::id;
use super::document::Element;
use crate::composition::shares;
use crate::lint::thin_layer;
use crate::names::{MTYPE_ID, PERCENTAGE, SPINE_LENGTH, THICKNESS, TOTAL_NEURONS, X, Z};
use crate::problem::Notes;
use crate::range::Range;
use crate::{ColumnSpec, CompositionGroup, LayerSpec, Problem, Shape, Taxon};
use bravli_units::Micrometres;
use std::collections::{BTreeMap, BTreeSet};

/// µm³ in a mm³.
const UM3_PER_MM3: f64 = 1e9;
/// The layer's m-type percentages may miss 100 by this much before it is said.
const PERCENT_SLACK: f64 = 0.5;

/// Reads the hexagonal column: its lattice vectors and layers.
pub(crate) fn column(root: &Element, notes: &mut Notes) -> Option<ColumnSpec> {
    let element = root.children("column").next()?;
    let mut layers = Vec::new();
    for layer in element.children("layer") {
        let mut read = Attributes::new(layer, format!("layer {:?}", id(layer)), notes);
        let at = read.element.at();
        let name = read.text(&MTYPE_ID);
        let thickness = read.required(&THICKNESS, Range::Positive);
        if let (Some(layer), Some(thickness)) = (name, thickness.and_then(|t| Micrometres::new(t).ok())) {
            thin_layer(&layer, thickness.get(), at.clone(), notes);
            layers.push(LayerSpec { layer, thickness_um: thickness, n_cells: None });
        }
    }
    let [a1, a2] = lattice(element, notes)?;
    let side = a1.0.hypot(a1.1);
    let shape = Shape::Hexagon;
    let area = area(a1, a2);
    if (shape.area_um2(side) / area - 1.0).abs() > 0.01 {
        let message = format!("lattice vectors span {area:.0} um2, which no regular hexagon of side {side:.1} um has");
        let remedy = "densities use the spanned area; the column is built as a regular hexagon of side |a1|";
        notes.add(Problem::warning("odd_lattice", message).at(element.at()).remedy(remedy));
    }
    Some(ColumnSpec { shape, reference_radius_um: Micrometres::new(side).ok()?, layers })
}

/// Area of the hexagon around a lattice point: 3 |a1 × a2|.
fn area(a1: (f64, f64), a2: (f64, f64)) -> f64 {
    3.0 * (a1.0 * a2.1 - a1.1 * a2.0).abs()
}

fn lattice(column: &Element, notes: &mut Notes) -> Option<[(f64, f64); 2]> {
    let mut vector = |name: &str| {
        let element = column.children("latticeVector").find(|v| id(v) == name);
        let Some(element) = element else {
            let message = format!("column lacks the latticeVector {name:?}");
            notes.add(Problem::error("missing_element", message).at(column.at()));
            return None;
        };
        let mut read = Attributes::new(element, format!("latticeVector {name:?}"), notes);
        read.required(&X, Range::Any).zip(read.required(&Z, Range::Any))
    };
    let (a1, a2) = (vector("a1"), vector("a2"));
    let (a1, a2) = (a1?, a2?);
    let sizes = [area(a1, a2), a1.0.hypot(a1.1)];
    if !sizes.iter().all(|size| size.is_finite() && *size > 0.0) {
        let message = "lattice vectors a1 and a2 span no area, or one beyond all numbers";
        notes.add(Problem::error("out_of_range", message).at(column.at()));
        return None;
    }
    Some([a1, a2])
}

/// What `NeuronTypes` says.
#[derive(Debug, Default)]
pub(crate) struct NeuronTypes {
    pub(crate) composition: Vec<CompositionGroup>,
    pub(crate) taxonomy: BTreeMap<String, Taxon>,
    pub(crate) spine_lengths: BTreeMap<String, Micrometres>,
    /// m-type → e-types, whether or not the composition is read from here.
    pub(crate) etypes: BTreeMap<String, BTreeSet<String>>,
}

/// Reads `NeuronTypes`; the composition only when `with_composition`, since a `cell_composition.yaml` replaces it.
pub(crate) fn neuron_types(root: &Element, with_composition: bool, notes: &mut Notes) -> NeuronTypes {
    let mut types = NeuronTypes::default();
    for section in root.children("NeuronTypes") {
        for element in section.children("StructuralType") {
            structural_type(element, &mut types, notes);
        }
        for layer in section.children("Layer") {
            for element in layer.children("StructuralType") {
                structural_type(element, &mut types, notes);
            }
        }
        if with_composition && section.children("Layer").next().is_some() {
            composition(root, section, &mut types, notes);
        }
    }
    types
}

/// Classes and spine length of one m-type; an m-type listed twice must say the same.
fn structural_type(element: &Element, types: &mut NeuronTypes, notes: &mut Notes) {
    let mut read = Attributes::new(element, format!("StructuralType {:?}", id(element)), notes);
    let Some(mtype) = read.text(&MTYPE_ID) else { return };
    if let Some(length) = read.number(&SPINE_LENGTH, Range::NotNegative).and_then(|l| Micrometres::new(l).ok()) {
        let first = *types.spine_lengths.entry(mtype.clone()).or_insert(length);
        if first != length {
            let message = format!("{mtype} has spine lengths {first} and {length}");
            let remedy = "give every listing of an m-type the same spineLength";
            notes.add(Problem::error("conflicting_spine_length", message).at(element.at()).remedy(remedy));
        }
    }
    let named = element.children("ElectroType").filter_map(|child| child.word(&MTYPE_ID)).map(str::to_owned);
    types.etypes.entry(mtype.clone()).or_default().extend(named);
    let class = |name: &str| element.attribute(name).map(|a| a.value.trim().to_owned());
    if let (Some(morph_class), Some(synapse_class)) = (class("mClass"), class("sClass")) {
        let taxon = Taxon { morph_class, synapse_class };
        for (name, value, allowed) in
            [("mClass", &taxon.morph_class, ["PYR", "INT"]), ("sClass", &taxon.synapse_class, ["EXC", "INH"])]
        {
            if !allowed.contains(&value.as_str()) {
                let message = format!("{name} of {mtype} must be {} or {}, got {value:?}", allowed[0], allowed[1]);
                notes.add(Problem::error("unknown_class", message).at(element.at()));
            }
        }
        let first = types.taxonomy.entry(mtype.clone()).or_insert_with(|| taxon.clone());
        if *first != taxon {
            let message = format!(
                "{mtype} is {}/{} here and {}/{} before",
                taxon.morph_class, taxon.synapse_class, first.morph_class, first.synapse_class
            );
            notes.add(Problem::error("conflicting_class", message).at(element.at()));
        }
    }
}

/// Turns percentages into densities: cells of the layer over area (3 |a1 × a2|) and thickness.
fn composition(root: &Element, section: &Element, types: &mut NeuronTypes, notes: &mut Notes) {
    let mut read = Attributes::new(section, "NeuronTypes".to_owned(), notes);
    let total = read.required(&TOTAL_NEURONS, Range::NotNegative);
    let column_element = root.children("column").next();
    // `column` has complained already about anything missing in there.
    let area_um2 = column_element.and_then(|c| lattice(c, &mut Notes::default())).map(|[a1, a2]| area(a1, a2));
    if column_element.is_none() {
        let message = "NeuronTypes gives percentages, which need a column with layers to become densities";
        let remedy = "add the column element, or a cell_composition.yaml";
        notes.add(Problem::error("missing_element", message).at(section.at()).remedy(remedy));
    }
    for layer in section.children("Layer") {
        let name = id(layer);
        let mut read = Attributes::new(layer, format!("Layer {name:?}"), notes);
        let of_total = read.required(&PERCENTAGE, Range::Percent);
        let thickness = column_element
            .and_then(|c| c.children("layer").find(|l| id(l) == name))
            .and_then(|l| Attributes::new(l, String::new(), &mut Notes::default()).number(&THICKNESS, Range::Positive));
        if thickness.is_none() && column_element.is_some() {
            let message = format!("Layer {name:?} of NeuronTypes has no layer of that id in the column");
            notes.add(Problem::error("unknown_layer", message).at(layer.at()));
        }
        let per_percent = match (total, of_total, area_um2, thickness) {
            (Some(total), Some(percent), Some(area), Some(thickness)) => {
                Some(total * percent / 100.0 / (area * thickness / UM3_PER_MM3) / 100.0)
            }
            _ => None,
        };
        let mut sum = 0.0;
        for element in layer.children("StructuralType") {
            let mut read = Attributes::new(element, format!("StructuralType {:?}", id(element)), notes);
            let percent = read.required(&PERCENTAGE, Range::Percent);
            sum += percent.unwrap_or(0.0);
            let etypes = etypes(element, notes);
            if let (Some(percent), Some(density), Some(etypes)) = (percent, per_percent, etypes) {
                let (mtype, layer) = (id(element), name.clone());
                // thin layers and large totals can go beyond all numbers
                let breach = Range::NotNegative.breach(&format!("density of {mtype}"), percent * density, element.at());
                notes.extend(breach);
                let density_per_mm3 = Some(percent * density);
                let (region, dataset, at) = (None, None, element.at());
                let group = CompositionGroup { mtype, layer, region, density_per_mm3, dataset, etypes, at };
                types.composition.push(group);
            }
        }
        if (sum - 100.0).abs() > PERCENT_SLACK {
            let message = format!("m-types of layer {name} make {sum:.2} percent instead of 100");
            notes.add(Problem::warning("layer_shares", message).at(layer.at()).remedy("densities are kept as written"));
        }
    }
}

fn etypes(element: &Element, notes: &mut Notes) -> Option<BTreeMap<String, f64>> {
    let mut parts = Vec::new();
    for child in element.children("ElectroType") {
        let mut read = Attributes::new(child, format!("ElectroType {:?} of {:?}", id(child), id(element)), notes);
        let name = read.text(&MTYPE_ID);
        parts.push((name?, read.required(&PERCENTAGE, Range::Percent)? / 100.0));
    }
    shares(&id(element), parts, element.at(), notes)
}
