//! Atlases: regions and the queries about them, and volumes.

use crate::text;
use bravli_recipe::{AtlasError, Mask, RegionMap, Volume};
use serde_json::Value;
use std::collections::BTreeSet;

/// Voxels up to which a volume is walked one by one.
const MAX_VOXELS: usize = 1 << 16;

/// The first line as a query, the rest as `hierarchy.json`.
pub(crate) fn hierarchy(input: &[u8]) {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (query, file) = (text::of(&input[..at]), input.get(at + 1..).unwrap_or_default());
    let read = RegionMap::parse("hierarchy.json", file);
    assert_eq!(read, RegionMap::parse("hierarchy.json", file), "the same file reads differently");
    match read {
        Ok(regions) => {
            assert!(!regions.regions().is_empty(), "accepted without a region");
            for region in regions.regions().iter().take(100) {
                assert_eq!(regions.by_id(region.id), Some(region));
                let path = regions.path(region.id).expect("every region has a path");
                assert!(path.ends_with(&region.acronym), "{path:?} does not lead to {region:?}");
                ask(&regions, &region.acronym, file);
            }
            ask(&regions, query, file);
        }
        Err(error) => refused(&error, file),
    }
}

fn refused(error: &AtlasError, file: &[u8]) {
    assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
    if let AtlasError::Hierarchy { line, column, .. } = error {
        assert!(text::holds(file, *line, *column), "{error} lies outside the file");
    }
}

/// A query finds known labels; a plain acronym finds what a walk through the file finds.
fn ask(regions: &RegionMap, query: &str, file: &[u8]) {
    let found = regions.find(query);
    assert_eq!(found, regions.find(query), "the same query is answered differently");
    match found {
        Ok(ids) => {
            assert!(!ids.is_empty() && ids.iter().all(|id| regions.by_id(*id).is_some()), "{query:?} finds {ids:?}");
            if !query.starts_with('@') && regions.regions().iter().any(|region| region.acronym == query) {
                let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
                // what no region says may be what no text can hold
                let Ok(root) = serde_json::from_slice::<Value>(file) else { return };
                let mut expected = BTreeSet::new();
                walk(&root, query, false, &mut expected);
                assert_eq!(ids, expected, "{query:?}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.remedy().is_empty()),
    }
}

/// Labels of the regions of this acronym, and of all below them.
fn walk(region: &Value, acronym: &str, is_within: bool, ids: &mut BTreeSet<i64>) {
    let is_region = region["id"].is_i64() && region["acronym"].is_string();
    let is_within = is_within || (is_region && region["acronym"] == acronym);
    if let (true, true, Some(id)) = (is_within, is_region, region["id"].as_i64()) {
        ids.insert(id);
    }
    let below = if is_region { "children" } else { "msg" };
    region[below].as_array().into_iter().flatten().for_each(|child| walk(child, acronym, is_within, ids));
}

/// A volume of the atlas.
pub(crate) fn volume(input: &[u8]) {
    match Volume::parse("volume.nrrd", input) {
        Ok(volume) => {
            let again = Volume::parse("volume.nrrd", input).expect("it was read before");
            assert_eq!(volume.shape(), again.shape(), "the same file reads differently");
            usable(&volume);
        }
        Err(error) => {
            assert_eq!(Some(&error), Volume::parse("volume.nrrd", input).err().as_ref());
            assert!(!error.to_string().is_empty() && !error.kind.remedy().is_empty());
            assert!(text::holds(input, error.line, 1), "{error} lies outside the file, in line {}", error.line);
        }
    }
}

fn usable(volume: &Volume) {
    let n = volume.n_voxels();
    assert!(n > 0 && volume.components() > 0);
    assert!(volume.value(n - 1, volume.components() - 1).is_some() && volume.value(n, 0).is_none());
    assert!(volume.value(0, volume.components()).is_none());
    let mm3 = volume.voxel_mm3();
    assert!(mm3.is_finite() && mm3 > 0.0, "voxels of {mm3} mm3");
    let last = volume.shape().map(|n| n - 1);
    assert_eq!((volume.voxel(last), volume.voxel(volume.shape())), (Some(n - 1), None));
    let lengths = [volume.spacing_um(), volume.origin_um(), volume.centre_um(0), volume.centre_um(n - 1)];
    assert!(lengths.as_flattened().iter().all(|um| um.is_finite()), "{lengths:?}");
    if n > MAX_VOXELS {
        return;
    }
    let mut labels = Vec::new();
    volume.for_each_label(|voxel, label| {
        assert_eq!(voxel, labels.len());
        labels.push(label);
    });
    assert_eq!(labels.len(), n);
    let of_first = Mask::of_labels(volume, &labels[0].into_iter().collect());
    let expected: Vec<usize> = (0..n).filter(|voxel| labels[*voxel].is_some() && labels[*voxel] == labels[0]).collect();
    assert_eq!(of_first.iter().collect::<Vec<_>>(), expected);
    let mut both = Mask::of_nonzero(volume);
    let n_nonzero = both.count();
    both.intersect(&of_first);
    assert!(both.count() <= n_nonzero.min(of_first.count()) && both.iter().all(|voxel| of_first.contains(voxel)));
}
