//! Densities that were perhaps not meant as cells per mm³.

use crate::problem::Notes;
use crate::{CompositionGroup, Problem, Recipe};
use std::collections::BTreeMap;

/// Cells of 5 µm packed without a gap are fewer.
const DENSEST_PER_MM3: f64 = 1e7;
/// How near a sum must come to what it is suspected of.
const NEAR: f64 = 0.01;

/// Tells of densities that look like shares, percentages, counts or another volume.
pub(crate) fn check(recipe: &Recipe, notes: &mut Notes) {
    let mut layers: BTreeMap<&str, Vec<&CompositionGroup>> = BTreeMap::new();
    for group in &recipe.composition {
        layers.entry(&group.layer).or_default().push(group);
    }
    for (layer, groups) in layers {
        let densities: Vec<f64> = groups.iter().filter_map(|group| group.density_per_mm3).collect();
        if densities.len() != groups.len() {
            continue;
        }
        let sum: f64 = densities.iter().sum();
        let is_near = |value: f64| (sum - value).abs() <= NEAR * value;
        let seems = match volume_and_census(recipe, layer) {
            _ if is_near(1.0) => {
                Some(("shares".to_owned(), "multiply each by the cells per mm3 of the layer".to_owned()))
            }
            _ if is_near(100.0) && groups.len() > 1 => Some((
                "percentages".to_owned(),
                "multiply each by a hundredth of the cells per mm3 of the layer".to_owned(),
            )),
            Some((volume, census)) if census > 0.0 && is_near(census) && (volume - 1.0).abs() > 0.1 => {
                let remedy = format!("divide each by the volume of the layer, {volume:.4} mm3");
                Some((format!("counts: the column has {census} cells in it"), remedy))
            }
            _ => None,
        };
        if let (Some((what, remedy)), Some(first)) = (&seems, groups.first()) {
            let message = format!("densities of layer {layer} sum to {sum:.6}, so they look like {what}");
            let remedy = format!("a density is cells per mm3; {remedy}");
            notes.add(Problem::warning("suspicious_density", message).at(first.at.clone()).remedy(remedy));
        } else {
            one_by_one(layer, &groups, notes);
        }
    }
}

/// Volume of a layer in mm³, and the cells counted in it.
fn volume_and_census(recipe: &Recipe, layer: &str) -> Option<(f64, f64)> {
    let column = recipe.column.as_ref()?;
    let spec = column.layers.iter().find(|spec| spec.layer == layer)?;
    let area_um2 = column.shape.area_um2(column.reference_radius_um.get());
    Some((area_um2 * spec.thickness_um.get() * 1e-9, spec.n_cells?))
}

fn one_by_one(layer: &str, groups: &[&CompositionGroup], notes: &mut Notes) {
    let odd = |is_odd: fn(f64) -> bool| groups.iter().filter(move |g| g.density_per_mm3.is_some_and(is_odd)).copied();
    for (found, what, remedy) in [
        (
            odd(|d| d > 0.0 && d < 1.0).collect::<Vec<_>>(),
            "below one cell per mm3",
            "a density is cells per mm3; multiply a density per um3 by 1e9",
        ),
        (
            odd(|d| d > DENSEST_PER_MM3).collect(),
            "denser than cells can be packed (1e7 per mm3)",
            "a density is cells per mm3; divide a density per cm3 by 1000",
        ),
    ] {
        if let Some(first) = found.first() {
            let value = first.density_per_mm3.unwrap_or_default();
            let message =
                format!("{} densities of layer {layer} are {what}, first {} with {value}", found.len(), first.mtype);
            notes.add(Problem::warning("suspicious_density", message).at(first.at.clone()).remedy(remedy));
        }
    }
}
