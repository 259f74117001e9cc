//! Cells in the regions of an atlas: one written here, and the published O1 mosaic.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

mod common;

use bravli_circuit::{Ground, GroundRegion, PlaceError, PlaceRequest, Placed, place_on};
use bravli_recipe::{Atlas, RecipeFiles, read};
use common::data;
use proptest::prelude::*;

/// Voxels along x, y and z of the small atlas, 10 µm each.
const N: [usize; 3] = [8, 6, 8];

/// A raw volume; `value` of a voxel with its height index gives its components.
fn volume(kind: &str, components: usize, value: impl Fn(usize, usize) -> Vec<u8>) -> Vec<u8> {
    let [nx, ny, nz] = N;
    let (dimension, sizes, axes) = match components {
        1 => (3, String::new(), ""),
        n => (4, format!("{n} "), "none "),
    };
    let mut file = format!(
        "NRRD0004\ntype: {kind}\ndimension: {dimension}\nsizes: {sizes}{nx} {ny} {nz}\nencoding: raw\nendian: little\n\
         space directions: {axes}(10,0,0) (0,10,0) (0,0,10)\nspace origin: (100,-50,7)\n\n"
    )
    .into_bytes();
    for voxel in 0..nx * ny * nz {
        file.extend(value(voxel % nx, voxel / nx % ny));
    }
    file
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Two layers of 30 µm; layer 2 above layer 3. The dataset is three times as dense in the right half of layer 3.
fn small() -> RecipeFiles {
    let regions = r#"{"id": 9, "acronym": "C", "children": [{"id": 1, "acronym": "L2"}, {"id": 2, "acronym": "L3"},
                      {"id": 3, "acronym": "L4"}]}"#;
    let composition = "version: v2.0\nneurons:\n\
        - {density: 4000000, region: L2, traits: {layer: 2, mtype: L2_PC, etype: a}}\n\
        - {density: '{L3:PC}', region: L3, traits: {layer: 3, mtype: L3_PC, etype: a}}\n\
        - {density: 1000000, region: '@3$', traits: {layer: 3, mtype: L3_MC, etype: b}}\n";
    let taxonomy = "mtype\tmClass\tsClass\nL2_PC\tPYR\tEXC\nL3_PC\tPYR\tEXC\nL3_MC\tINT\tINH\n";
    let text = |text: &str| text.as_bytes().to_vec();
    let files = [
        ("hierarchy.json", text(regions)),
        ("cell_composition.yaml", text(composition)),
        ("mtype_taxonomy.tsv", text(taxonomy)),
        ("brain_regions.nrrd", volume("uint8", 1, |_, y| vec![if y < 3 { 2 } else { 1 }])),
        ("L3_PC.nrrd", volume("float", 1, |x, _| floats(&[if x < N[0] / 2 { 2e6 } else { 6e6 }]))),
        ("[PH]y.nrrd", volume("float", 1, |_, y| floats(&[10.0 * y as f32 + 5.0]))),
        ("[PH]1.nrrd", volume("float", 2, |_, _| floats(&[60.0, 60.0]))),
        ("[PH]2.nrrd", volume("float", 2, |_, _| floats(&[30.0, 60.0]))),
        ("[PH]3.nrrd", volume("float", 2, |_, _| floats(&[0.0, 30.0]))),
        ("orientation.nrrd", volume("int8", 4, |_, _| vec![127, 0, 0, 0])),
    ];
    RecipeFiles(files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect())
}

fn placed(files: &RecipeFiles, query: &str, exclusion_um: f64, layers: &[&str]) -> Result<Placed, PlaceError> {
    let recipe = read("test", files).unwrap().recipe;
    let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
    let request = PlaceRequest { radius_um: None, layers, seed: 4, memory_bytes: 1 << 40 };
    place_on(
        &recipe,
        &request,
        &Ground { exclusion_um, region: Some(GroundRegion { files, query }), ..Ground::default() },
    )
}

fn refused(files: &RecipeFiles, query: &str) -> PlaceError {
    let error = placed(files, query, 0.0, &[]).unwrap_err();
    assert!(!error.remedy().is_empty(), "{error}");
    error
}

#[test]
fn counts_follow_density_times_volume_and_positions_the_dataset() {
    let Placed { column, report, .. } = placed(&small(), "C", 0.0, &[]).unwrap();
    // a layer has 192 voxels of 1e-6 mm³: 768 cells of L2; L3: 96·2 + 96·6 = 768, and 192 more
    let counts: Vec<u32> = column.header.layers.iter().map(|layer| layer.n_cells).collect();
    assert_eq!(counts, [768, 960]);
    assert!((report.asked - 1728.0).abs() < 1e-6 && report.largest_of("m-type").unwrap().cells.abs() < 1e-6);
    let cells = &column.cells;
    let of = |mtype: &str| {
        let index = column.header.mtypes.iter().position(|name| name == mtype).unwrap();
        (0..cells.len()).filter(move |i| usize::from(cells.mtype[*i]) == index)
    };
    let right = of("L3_PC").filter(|i| cells.x_um[*i] > 0.0).count() as f64;
    // binomial with p = 3/4: a standard deviation of 12; four of them
    assert!((right - 576.0).abs() < 48.0, "{right}");
    let even = of("L3_MC").filter(|i| cells.x_um[*i] > 0.0).count() as f64;
    assert!((even - 96.0).abs() < 28.0, "{even}");
    let world = cells.world.as_ref().unwrap();
    for i in 0..cells.len() {
        let layer = &column.header.layers[usize::from(cells.layer[i])];
        let depth = f64::from(cells.depth_um[i]);
        assert!(layer.top_um <= depth && depth <= layer.bottom_um, "{depth} in {layer:?}");
        // y points to the pia at −50 + 60
        assert!((10.0 - world.position_um[1][i] - cells.depth_um[i]).abs() < 1e-4);
        assert!((world.position_um[0][i] - 140.0 - cells.x_um[i]).abs() < 1e-4);
        assert!((world.position_um[2][i] - 47.0 - cells.y_um[i]).abs() < 1e-4);
    }
    assert!(world.orientation[0].iter().all(|w| *w == 1.0));
}

#[test]
fn depths_follow_tilted_layers() {
    // the pia along +x: a quarter turn about z takes y to −x; heights grow towards −x
    let mut files = small();
    let half = std::f32::consts::FRAC_1_SQRT_2;
    let insert = |files: &mut RecipeFiles, name: &str, bytes| files.0.insert(name.to_owned(), bytes);
    insert(&mut files, "brain_regions.nrrd", volume("uint8", 1, |x, _| vec![if x < 4 { 1 } else { 2 }]));
    insert(&mut files, "[PH]y.nrrd", volume("float", 1, |x, _| floats(&[75.0 - 10.0 * x as f32])));
    for (name, borders) in [("[PH]1.nrrd", [80.0, 80.0]), ("[PH]2.nrrd", [40.0, 80.0]), ("[PH]3.nrrd", [0.0, 40.0])] {
        insert(&mut files, name, volume("float", 2, |_, _| floats(&borders)));
    }
    insert(&mut files, "orientation.nrrd", volume("float", 4, |_, _| floats(&[half, 0.0, 0.0, half])));
    let column = placed(&files, "C", 0.0, &[]).unwrap().column;
    let world = column.cells.world.as_ref().unwrap();
    for i in 0..column.cells.len() {
        assert!((world.position_um[0][i] - 100.0 - column.cells.depth_um[i]).abs() < 1e-3);
        let across = [world.position_um[1][i] + 20.0, world.position_um[2][i] - 47.0];
        let (x, y) = (column.cells.x_um[i], column.cells.y_um[i]);
        assert!((across[0].hypot(across[1]) - x.hypot(y)).abs() < 1e-3, "horizontal distances stay");
    }
}

#[test]
fn a_part_of_a_region_moves_no_cell_and_somata_keep_their_distance() {
    let (all, one) = (placed(&small(), "C", 0.0, &[]).unwrap(), placed(&small(), "C", 0.0, &["3"]).unwrap());
    assert_eq!(one.column.cells.depth_um, all.column.cells.depth_um[768..]);
    let apart = placed(&small(), "C", 1.5, &[]).unwrap().column.cells.world.unwrap();
    let [x, y, z] = &apart.position_um;
    for i in 0..x.len() {
        for j in 0..i {
            let squares =
                f64::from(x[i] - x[j]).powi(2) + f64::from(y[i] - y[j]).powi(2) + f64::from(z[i] - z[j]).powi(2);
            assert!(squares >= 8.999, "{squares}");
        }
    }
    let full = placed(&small(), "C", 6.0, &[]).unwrap_err();
    assert!(matches!(full, PlaceError::Crowded { .. }) && full.field() == "exclusion_um", "{full}");
}

#[test]
fn what_an_atlas_lacks_is_told_by_name() {
    let without = |name: &str| {
        let mut files = small();
        files.0.remove(name);
        refused(&files, "C").to_string()
    };
    assert!(without("brain_regions.nrrd").contains("has no atlas"));
    assert!(without("hierarchy.json").contains("has no atlas"));
    for name in ["[PH]y", "[PH]1", "orientation"] {
        assert!(without(&format!("{name}.nrrd")).contains(name), "{name}");
    }
    let unknown = refused(&small(), "L22");
    assert!(unknown.field() == "region" && unknown.to_string().contains("L2"), "{unknown}");
    let empty = refused(&small(), "L4");
    assert!(empty.field() == "region" && empty.to_string().contains("no voxel"), "{empty}");
    let mut gaps = small();
    gaps.0.insert("[PH]y.nrrd".into(), volume("float", 1, |x, y| floats(&[if x == 0 { f32::NAN } else { y as f32 }])));
    let error = refused(&gaps, "C");
    assert!(error.to_string().contains("24 voxels of \"[PH]y\""), "{error}");
    let mut flat = small();
    flat.0.insert("orientation.nrrd".into(), volume("int8", 4, |_, _| vec![0; 4]));
    assert!(refused(&flat, "C").to_string().contains("orientation"));
    let mut thin = small();
    thin.0.insert("orientation.nrrd".into(), volume("int8", 3, |_, _| vec![1; 3]));
    assert!(refused(&thin, "C").to_string().contains("components"));
    let layers = placed(&small(), "C", 0.0, &["5"]).unwrap_err();
    assert!(layers.field() == "layers" && layers.to_string().contains("2, 3"), "{layers}");
    let recipe = read("test", &small()).unwrap().recipe;
    let request = PlaceRequest { radius_um: Some(10.0), layers: Vec::new(), seed: 4, memory_bytes: 1 << 40 };
    let files = small();
    let ground = Ground { region: Some(GroundRegion { files: &files, query: "C" }), ..Ground::default() };
    assert!(matches!(place_on(&recipe, &request, &ground), Err(PlaceError::Conflict(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_file_that_was_cut_or_changed_is_refused_or_used_and_never_a_panic(
        file in 0_usize..10,
        at in 0_usize..4_000,
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut files = small();
        let bytes = files.0.values_mut().nth(file).unwrap();
        let at = at.min(bytes.len() - 1);
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        if let Ok(reading) = read("test", &files) {
            let request = PlaceRequest { radius_um: None, layers: Vec::new(), seed: 1, memory_bytes: 1 << 30 };
            let ground = Ground { region: Some(GroundRegion { files: &files, query: "C" }), ..Ground::default() };
            if let Ok(placed) = place_on(&reading.recipe, &request, &ground) {
                prop_assert_eq!(placed.column.cells.len() as u32, placed.report.got);
                prop_assert!(placed.column.cells.depth_um.iter().all(|depth| depth.is_finite()));
            }
        }
    }
}

/// The published atlas with the published composition of two m-types.
fn published(test: &str) -> Option<RecipeFiles> {
    let data = data(test)?;
    let mut files = RecipeFiles::default();
    for name in ["MANIFEST.yaml", "cell_composition.yaml", "mtype_taxonomy.tsv", "targets.yaml"] {
        files.0.insert(name.to_owned(), std::fs::read(data.join("recipe_o1_2018").join(name)).unwrap());
    }
    for entry in std::fs::read_dir(data.join("atlas_o1")).unwrap().flatten() {
        let name = format!("atlas/{}", entry.file_name().to_string_lossy());
        files.0.insert(name, std::fs::read(entry.path()).unwrap());
    }
    Some(files)
}

#[test]
fn the_published_column_is_filled_by_the_published_composition() {
    let Some(files) = published("the_published_column_is_filled_by_the_published_composition") else { return };
    let Placed { column, report, .. } = placed(&files, "mc2_Column", 0.0, &[]).unwrap();
    // voxels of 125 µm³ in mc2: 83,124 of layer 3 and 166,248 of layer 5, at 100,000 per mm³ times the factor of 0.1
    let counts: Vec<(&str, u32)> = column.header.layers.iter().map(|l| (l.layer.as_str(), l.n_cells)).collect();
    assert_eq!(counts, [("3", 104), ("5", 208)]);
    assert!((report.asked - 311.715).abs() < 1e-6, "{}", report.asked);
    let reading = read("o1", &files).unwrap();
    let atlas = Atlas::open(&files, reading.recipe.manifest.as_ref()).unwrap().unwrap();
    let (cells, world) = (&column.cells, column.cells.world.as_ref().unwrap());
    for i in 0..cells.len() {
        let at = [0, 1, 2].map(|axis| f64::from(world.position_um[axis][i]));
        let label = atlas.labels().value(atlas.labels().voxel_at(at).unwrap(), 0).unwrap();
        let expected = if cells.layer[i] == 0 { 31.0 } else { 17.0 };
        assert_eq!(label, expected, "{at:?}");
        // the mosaic is flat, and its pia lies at 1380 µm; borders run through voxels of 5 µm
        assert!((1380.0 - at[1] - f64::from(cells.depth_um[i])).abs() <= 5.0, "{at:?}");
    }
    assert_eq!(column, placed(&files, "mc2_Column", 0.0, &[]).unwrap().column);
    let cut = |name: &str| {
        let mut files = files.clone();
        let bytes = files.0.get_mut(name).unwrap();
        bytes.truncate(bytes.len() / 2);
        refused(&files, "mc2_Column")
    };
    for name in ["atlas/brain_regions.nrrd", "atlas/[PH]y.nrrd", "atlas/orientation.nrrd"] {
        let error = cut(name);
        assert!(error.field() == "recipe" && error.to_string().contains(name), "{error}");
    }
    let elsewhere = refused(&files, "mc0_Column");
    assert!(elsewhere.to_string().contains("no voxel inside the mask"), "{elsewhere}");
}
