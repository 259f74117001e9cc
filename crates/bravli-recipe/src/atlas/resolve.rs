//! Dataset densities of a composition, from the atlas beside it.

use super::density::MeanDensity;
use super::error::AtlasError;
use super::mask::Mask;
use super::open::{Atlas, AtlasPlace};
use crate::files::start_of;
use crate::problem::Notes;
use crate::{Problem, Recipe, RecipeFiles, composition};
use std::collections::{BTreeMap, BTreeSet};

/// Voxels looked at for one composition, some tens of seconds.
const MAX_VISITS: u128 = 20_000_000_000;
/// Masks kept for the next dataset.
const MAX_MASK_BYTES: usize = 256 * 1024 * 1024;

/// A dataset and a region.
type Pair = (String, String);

/// Gives every group that names a dataset of the folder its mean density; tells of each, and of those that stay without.
pub(crate) fn resolve(recipe: &mut Recipe, files: &RecipeFiles, notes: &mut Notes) {
    let place = AtlasPlace::new(files, recipe.manifest.as_ref());
    let regions = match place.regions() {
        Ok(regions) => regions,
        Err(error) => {
            notes.add(error.problem(start_of("hierarchy.json")));
            return;
        }
    };
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    if let Some(regions) = &regions {
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        for group in &recipe.composition {
            let Some(region) = group.region.as_deref().filter(|region| asked.insert(region)) else { continue };
            if let Err(error) = regions.find(region) {
                unknown.insert(region.to_owned());
                notes.add(error.problem(group.at.clone()));
            }
        }
    }
    let mut pairs: BTreeMap<Pair, Option<MeanDensity>> = BTreeMap::new();
    for group in &recipe.composition {
        if let (Some(dataset), Some(region)) = (&group.dataset, &group.region)
            && !unknown.contains(region)
            && place.dataset(&dataset.name).is_some()
        {
            pairs.insert((dataset.name.clone(), region.clone()), None);
        }
    }
    let has_atlas = regions.is_some() && place.has_labels();
    if has_atlas && !pairs.is_empty() {
        means(recipe, files, &mut pairs, notes);
    }
    apply(recipe, &pairs, notes);
    composition::tell_unresolved(
        &recipe.composition,
        |group| {
            let dataset = group.dataset.as_ref()?;
            Some(match &group.region {
                _ if dataset.name.ends_with(".dat") => "a density profile, which is not read".to_owned(),
                _ if place.dataset(&dataset.name).is_none() => "which is not in the folder".to_owned(),
                _ if !has_atlas => "whose atlas lacks brain_regions.nrrd or hierarchy.json".to_owned(),
                None => "but no region to take its mean over".to_owned(),
                Some(region) => format!("which gives no density in {region:?}"),
            })
        },
        notes,
    );
}

/// Fills in the means, each dataset read once.
fn means(recipe: &Recipe, files: &RecipeFiles, pairs: &mut BTreeMap<Pair, Option<MeanDensity>>, notes: &mut Notes) {
    let at = |(dataset, region): &Pair| {
        let is_it = |group: &&crate::CompositionGroup| {
            group.region.as_ref() == Some(region) && group.dataset.as_ref().is_some_and(|d| d.name == *dataset)
        };
        let found = recipe.composition.iter().find(is_it);
        found.map_or_else(|| start_of("cell_composition.yaml"), |group| group.at.clone())
    };
    let atlas = match Atlas::open(files, recipe.manifest.as_ref()) {
        Ok(Some(atlas)) => atlas,
        Ok(None) => return,
        Err(error) => {
            let key = if matches!(error, AtlasError::MissingDataset(_)) { "common.mask" } else { "common.region" };
            let asked = recipe.manifest.as_ref().map(|manifest| manifest.place(key).clone());
            notes.add(error.problem(asked.unwrap_or_else(|| start_of("brain_regions.nrrd"))));
            return;
        }
    };
    let visits = pairs.len() as u128 * atlas.labels().n_voxels() as u128;
    if visits > MAX_VISITS {
        let error = AtlasError::TooMuchWork { visits, limit: MAX_VISITS };
        notes.add(error.problem(start_of("cell_composition.yaml")));
        return;
    }
    let mut masks: BTreeMap<String, Mask> = BTreeMap::new();
    let mut held = 0;
    let mut open: Option<(String, Option<super::Volume>)> = None;
    for (pair, mean) in pairs.iter_mut() {
        let (name, region) = pair;
        if open.as_ref().is_none_or(|(held, _)| held != name) {
            let volume = atlas.dataset(name).map_err(|error| notes.add(error.problem(at(pair)))).ok();
            open = Some((name.clone(), volume));
        }
        let Some((_, Some(volume))) = &open else { continue };
        let own;
        let mask = match masks.get(region) {
            Some(mask) => mask,
            None => match atlas.region_mask(region) {
                Ok(mask) if held + mask.bytes() <= MAX_MASK_BYTES => {
                    held += mask.bytes();
                    masks.entry(region.clone()).or_insert(mask)
                }
                Ok(mask) => {
                    own = mask;
                    &own
                }
                Err(error) => {
                    notes.add(error.problem(at(pair)));
                    continue;
                }
            },
        };
        match atlas.mean_within(name, volume, region, mask) {
            Ok(found) => *mean = Some(found),
            Err(error) => notes.add(error.problem(at(pair))),
        }
    }
}

fn apply(recipe: &mut Recipe, pairs: &BTreeMap<Pair, Option<MeanDensity>>, notes: &mut Notes) {
    for group in &mut recipe.composition {
        let (Some(dataset), Some(region)) = (&group.dataset, &group.region) else { continue };
        let Some(Some(mean)) = pairs.get(&(dataset.name.clone(), region.clone())) else { continue };
        let density = mean.mean * dataset.factor;
        group.density_per_mm3 = Some(density);
        let message = format!(
            "density of {} in layer {} is {density:.6} per mm3: the mean of {:?} over {} voxels ({:.6} mm3) of {region:?}",
            group.mtype, group.layer, dataset.name, mean.n_voxels, mean.volume_mm3
        );
        notes.add(Problem::note("dataset_resolved", message).at(group.at.clone()));
    }
}
