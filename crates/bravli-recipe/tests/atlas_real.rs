//! The real atlas of a seven-column mosaic, and small real volumes.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{Atlas, Mask, RecipeFiles, Volume, VoxelKind, read};
use std::path::Path;

mod common;
#[path = "common/rows.rs"]
mod rows;
use common::{data, folder};
use rows::rows;

fn volume(data: &Path, name: &str) -> Volume {
    Volume::parse(name, &std::fs::read(data.join(name)).unwrap()).unwrap()
}

fn o1(data: &Path, atlas: &[&str]) -> RecipeFiles {
    let recipe =
        ["MANIFEST.yaml", "cell_composition.yaml", "mtype_taxonomy.tsv"].map(|n| format!("recipe_o1_2018/{n}"));
    let mut files = folder(data, &recipe.each_ref().map(String::as_str));
    for name in atlas {
        let bytes = std::fs::read(data.join("atlas_o1").join(name)).unwrap();
        files.0.insert(format!("atlas/{name}"), bytes);
    }
    files
}

const ATLAS: &[&str] = &["brain_regions.nrrd", "hierarchy.json", "[mask]mc2.nrrd"];

#[test]
fn every_real_volume_is_read_in_its_own_type() {
    let Some(data) = data("every_real_volume_is_read_in_its_own_type") else { return };
    let mut n_read = 0;
    for entry in std::fs::read_dir(data.join("atlas_o1")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !name.ends_with(".nrrd") {
            continue;
        }
        let volume = volume(&data, &format!("atlas_o1/{name}"));
        assert_eq!((volume.shape(), volume.spacing_um()), ([153, 277, 159], [5.0; 3]), "{name}");
        assert!((volume.voxel_mm3() - 1.25e-7).abs() < 1e-20);
        let (kind, components) = match name.as_str() {
            "brain_regions.nrrd" => (VoxelKind::U16, 1),
            "[mask]mc2.nrrd" => (VoxelKind::U8, 1),
            "hypercolumn.nrrd" => (VoxelKind::I8, 1),
            "orientation.nrrd" => (VoxelKind::I8, 4),
            hints if hints.starts_with("[PH]") && hints != "[PH]y.nrrd" => (VoxelKind::F32, 2),
            _ => (VoxelKind::F32, 1),
        };
        assert_eq!((volume.kind(), volume.components()), (kind, components), "{name}");
        n_read += 1;
    }
    assert_eq!(n_read, 15);
    let vectors = volume(&data, "atlas_small/1_direction_vectors.nrrd");
    assert_eq!((vectors.kind(), vectors.components(), vectors.origin_um()), (VoxelKind::F64, 3, [-1.0; 3]));
    let labels = volume(&data, "atlas_small/1.nrrd");
    assert_eq!(labels.values::<u8>().unwrap()[..7], [1, 1, 1, 2, 2, 2, 0]);
    assert_eq!(labels.values::<u16>(), None);
    assert_eq!(volume(&data, "atlas_small/1_voxel_dimensions.nrrd").spacing_um(), [11.0, 10.0, 10.0]);
    assert_eq!(volume(&data, "atlas_small/1_offset.nrrd").origin_um(), [-2.0, -1.0, -1.0]);
}

#[test]
fn placement_hints_agree_with_voxel_centres() {
    let Some(data) = data("placement_hints_agree_with_voxel_centres") else { return };
    let height = volume(&data, "atlas_o1/[PH]y.nrrd");
    let borders = volume(&data, "atlas_o1/[PH]3.nrrd");
    let labels = volume(&data, "atlas_o1/brain_regions.nrrd");
    let mut n_inside = 0_u64;
    labels.for_each_label(|voxel, label| {
        if label != Some(31) {
            return;
        }
        let y = height.value(voxel, 0).unwrap();
        let [bottom, top] = [0, 1].map(|component| borders.value(voxel, component).unwrap());
        assert!((y - height.centre_um(voxel)[1]).abs() < 1e-3, "voxel {voxel}: {y}");
        // a layer's border may cut a voxel
        assert!((bottom - 2.5..=top + 2.5).contains(&y), "voxel {voxel}: {bottom} {y} {top}");
        n_inside += 1;
    });
    assert_eq!(n_inside, 83_124);
}

#[test]
fn regions_are_found_by_acronym_expression_and_path() {
    let Some(data) = data("regions_are_found_by_acronym_expression_and_path") else { return };
    let files = o1(&data, ATLAS);
    let whole = Atlas::open(&files, None).unwrap().unwrap();
    let count = |atlas: &Atlas<'_>, query: &str| atlas.region_mask(query).unwrap().count();
    assert_eq!(count(&whole, "@3$"), 599_652, "layer 3 of seven columns, not the column mc3");
    assert_eq!(count(&whole, "L3"), 599_652);
    assert_eq!(count(&whole, "mc2_Column;L3"), 83_124);
    assert_eq!(count(&whole, "O1;mc2_Column;L3"), 83_124);
    assert_eq!(count(&whole, "@^O1;mc2_Column;L[35]$"), 83_124 + 166_248, "no acronym fits, so the path is asked");
    let of_labels: u64 = (0..7).map(|i| count(&whole, &format!("mc{i}_Column"))).sum();
    assert_eq!(count(&whole, "O1"), of_labels);
    assert_eq!(whole.regions().path(31).as_deref(), Some("O1;mc2_Column;L3"));
    let told = whole.region_mask("mc2_Colum").unwrap_err();
    assert!(told.to_string().contains("did you mean mc2_Column"), "{told}");

    let manifest = read("o1", &files).unwrap().recipe.manifest;
    let column = Atlas::open(&files, manifest.as_ref()).unwrap().unwrap();
    assert_eq!(count(&column, "@3$"), 83_124, "the manifest keeps cells within mc2");
    assert!(column.region_mask("mc4_Column").unwrap_err().to_string().contains("inside the mask"));
    let mask = column.region_mask("@3$").unwrap();
    assert_eq!(mask.iter().count() as u64, mask.count());
    assert!(mask.iter().all(|voxel| mask.contains(voxel)));
    assert_eq!(Mask::of_nonzero(whole.labels()).count(), of_labels);
}

#[test]
fn expected_cells_are_density_times_volume_times_factor() {
    let Some(data) = data("expected_cells_are_density_times_volume_times_factor") else { return };
    let files = o1(&data, ATLAS);
    let recipe = read("o1", &files).unwrap().recipe;
    let cells = recipe.expected_cells(&files).unwrap();
    // 100,000 per mm3, a density factor of 0.1, voxels of 1.25e-7 mm3
    for (found, (n_voxels, n_cells)) in cells.iter().zip([(83_124, 103.905), (166_248, 207.81)]) {
        assert_eq!(found.n_voxels, n_voxels);
        assert!((found.n_cells - n_cells).abs() < 1e-9, "{found:?}");
    }
    assert_eq!(cells.len(), 2);
}

#[test]
fn a_dataset_density_becomes_the_mean_over_its_region() {
    let Some(data) = data("a_dataset_density_becomes_the_mean_over_its_region") else { return };
    let start = std::time::Instant::now();
    let mut files = o1(&data, &[ATLAS, &["[PH]y.nrrd", "thickness_L4.nrrd"]].concat());
    let text = "version: v2.0\nneurons:\n\
                - {density: '{[PH]y}', region: '@3$', traits: {layer: 3, mtype: L23_MC, etype: a}}\n\
                - {density: '{thickness:L4}', region: '@5$', traits: {layer: {5: 0.5, 6: 0.5}, mtype: 'L5_TPC:A', etype: a}}\n\
                - {density: '{gone}', region: '@5$', traits: {layer: 5, mtype: 'L5_TPC:B', etype: a}}\n";
    files.0.insert("cell_composition.yaml".to_owned(), text.into());
    let reading = read("o1", &files).unwrap();
    eprintln!("atlas read and two means taken in {:?}", start.elapsed());
    let densities: Vec<_> = reading.recipe.composition.iter().map(|g| g.density_per_mm3).collect();
    assert!((densities[0].unwrap() - 1070.0).abs() < 1e-9, "the mean height of layer 3, {densities:?}");
    assert_eq!(densities[1], densities[2], "shares of one dataset");
    assert_eq!(densities[3], None);
    let told = |code: &str| reading.problems.iter().filter(|p| p.code == code).collect::<Vec<_>>();
    assert_eq!(told("dataset_resolved").len(), 3);
    assert!(told("dataset_resolved")[0].message.contains("83124 voxels"), "{}", told("dataset_resolved")[0]);
    assert!(told("dataset_density")[0].message.contains("which is not in the folder"));
    assert!(told("unread_file").is_empty(), "{:?}", told("unread_file"));
    // the atlas and the recipe of the same column agree in the thickness of layer 4
    let table = rows(&data, "derived/composition_o1_2018.csv", ',');
    let thickness: f64 = table.iter().find(|row| row[0] == "4").unwrap()[1].parse().unwrap();
    assert!((2.0 * densities[1].unwrap() - thickness).abs() < 0.5, "{thickness}, {densities:?}");
}
