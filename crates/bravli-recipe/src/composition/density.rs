//! How many cells per volume: a number, or a dataset of the atlas.

use crate::bioname::dataset_name;
use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::Node;
use crate::{CompositionGroup, DatasetDensity, Problem};
use std::collections::BTreeSet;

/// What a group says of its density.
pub(super) struct Density {
    pub(super) per_mm3: Option<f64>,
    pub(super) dataset: Option<DatasetDensity>,
}

/// A number in cells per mm³, `'{dataset}'`, `file.nrrd` or `file.dat`, times a factor.
pub(super) fn read(node: &Node, factor: f64, notes: &mut Notes) -> Option<Density> {
    let Some(text) = node.text() else {
        let number = node.number_in("density", Range::NotNegative, notes)? * factor;
        notes.extend(Range::NotNegative.breach("density", number, node.at()));
        return Some(Density { per_mm3: Some(number), dataset: None });
    };
    let text = text.trim();
    let file = text.strip_suffix(".nrrd").or(Some(text).filter(|text| text.ends_with(".dat")));
    let name = dataset_name(text).or_else(|| file.filter(|name| !name.is_empty()).map(str::to_owned));
    let Some(name) = name else {
        let is_number = text.parse::<f64>().is_ok();
        let message = format!("density must be a number or name a dataset, got {text:?}");
        let remedy = if is_number {
            "write the number without quotes"
        } else {
            "write cells per mm3, or the name of a dataset in braces: '{name}'"
        };
        notes.add(Problem::error("unknown_density", message).at(node.at()).remedy(remedy));
        return None;
    };
    Some(Density { per_mm3: None, dataset: Some(DatasetDensity { name, factor }) })
}

/// Tells of every dataset that is not here, once per entry of the file; `why` may say more.
pub(crate) fn tell_unresolved(
    groups: &[CompositionGroup],
    why: impl Fn(&CompositionGroup) -> Option<String>,
    notes: &mut Notes,
) {
    let mut said = BTreeSet::new();
    for group in groups.iter().filter(|group| group.density_per_mm3.is_none()) {
        let Some(dataset) = &group.dataset else { continue };
        if !said.insert((&group.at, &dataset.name)) {
            continue;
        }
        let why = why(group).unwrap_or_else(|| "which is not read".to_owned());
        let message = format!("density of {} names the volumetric dataset {:?}, {why}", group.mtype, dataset.name);
        let remedy = "put NAME.nrrd, brain_regions.nrrd and hierarchy.json into the folder, or write the mean density \
                      of the layer in cells per mm3";
        notes.add(Problem::warning("dataset_density", message).at(group.at.clone()).remedy(remedy));
    }
}
