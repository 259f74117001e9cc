//! Columns as they are asked for: replies, reports, what is kept, and what is refused with nothing written.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{ActError, ColumnReply, Inspect, InspectDetail, PlaceColumn, Status, Workbench, read_study};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn bench() -> (TempDir, Workbench) {
    let lab = tempfile::tempdir().unwrap();
    let bench = Workbench::new(&lab.path().join("lab"));
    (lab, bench)
}

/// A request as it comes over the wire.
fn request(fields: Value) -> PlaceColumn {
    let mut all = json!({ "recipe": "rat-barrel" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn placed(bench: &Workbench, fields: Value) -> ColumnReply {
    bench.place_column(&request(fields)).unwrap()
}

fn look(bench: &Workbench, artifact: &str, detail: InspectDetail) -> bravli_workbench::InspectReply {
    bench.inspect(&Inspect { artifact: artifact.to_owned(), detail, ..Inspect::default() }).unwrap()
}

#[test]
fn a_column_tells_what_rounding_cost_and_keeps_the_whole_report() {
    let (_lab, bench) = bench();
    let reply = placed(&bench, json!({ "radius_um": 60 }));
    assert!(reply.placement.contains("excitatory") && reply.placement.len() < 260, "{}", reply.placement);
    let relay = reply.populations.iter().find(|population| population.name == "L4_E").unwrap();
    assert_eq!(relay.role, "sensory_relay");
    assert!(reply.populations.iter().any(|population| population.role.is_empty()));
    let full = look(&bench, &reply.artifact, InspectDetail::Full).summary;
    assert_eq!(full["placement"]["got"], json!(reply.n_cells));
    for row in full["placement"]["mtypes"].as_array().unwrap() {
        let off = row["got"].as_f64().unwrap() - row["asked"].as_f64().unwrap();
        assert!(off.abs() < 1.5, "{row}");
    }
    assert_eq!(full["column"]["layers"].as_array().unwrap().len(), reply.layers.len());
}

#[test]
fn several_columns_a_slab_and_a_distance_are_found_again_and_exported() {
    let (_lab, bench) = bench();
    for fields in [
        json!({ "radius_um": 40, "columns": 3, "septum_um": 20, "septum_density": 0.5, "layers": ["L2/3", "L4"] }),
        json!({ "slab_um": [120, 60], "exclusion_um": 4, "layers": ["4"] }),
    ] {
        let first = placed(&bench, fields.clone());
        assert_eq!(placed(&bench, fields.clone()).status, Status::Found);
        let study = look(&bench, &first.artifact, InspectDetail::Study).study;
        let read = read_study("again.yaml", &study).unwrap();
        let (_other, elsewhere) = self::bench();
        let again = elsewhere.run_study(&read, 1, &bravli_workbench::Silent).unwrap();
        assert_eq!(again.artifacts["column"], first.artifact, "{study}");
        assert_eq!(again.digests[&first.artifact], first.digest);
    }
    let three = placed(&bench, json!({ "radius_um": 40, "columns": 3, "septum_um": 20, "layers": ["4"] }));
    assert!(three.finding.contains("in 3 columns"), "{}", three.finding);
    assert_eq!(three.columns.len(), 3);
    assert!(three.notes.iter().any(|note| note.contains("septum_density")), "{:?}", three.notes);
    let n: Vec<u64> = three.columns.iter().map(|column| column.n).collect();
    assert!(n.iter().max().unwrap() - n.iter().min().unwrap() <= 1, "{n:?}");
}

#[test]
fn defaults_written_out_are_the_same_column() {
    let (_lab, bench) = bench();
    let plain = placed(&bench, json!({ "radius_um": 30 }));
    let same =
        placed(&bench, json!({ "radius_um": 30, "columns": 1, "septum_um": 0, "exclusion_um": 0, "slab_um": [] }));
    assert_eq!((same.status, same.artifact), (Status::Found, plain.artifact));
}

#[test]
fn what_cannot_be_placed_names_its_field_and_writes_nothing() {
    let (lab, bench) = bench();
    let refused = |fields: Value| -> ActError { bench.place_column(&request(fields)).unwrap_err() };
    for (fields, field) in [
        (json!({ "exclusion_um": 20 }), "exclusion_um"),
        (json!({ "exclusion_um": -1 }), "exclusion_um"),
        (json!({ "columns": 7, "septum_um": -5 }), "septum_um"),
        (json!({ "columns": 0 }), "columns"),
        (json!({ "columns": 7, "septum_um": 50, "septum_density": 2 }), "septum_density"),
        (json!({ "slab_um": [100] }), "slab_um"),
        (json!({ "slab_um": [100, 0] }), "slab_um"),
        (json!({ "layers": ["9"] }), "layers"),
        (json!({ "region": "mc2_Column" }), "region"),
        (json!({ "columns": 61 }), "radius_um"),
    ] {
        let error = refused(fields.clone());
        assert_eq!((error.code.as_str(), error.place.as_str()), ("cannot_place", field), "{fields}: {error}");
        assert!(!error.remedy.is_empty(), "{error}");
    }
    assert!(!lab.path().join("lab").exists(), "a refused request wrote something");
}

/// The folder of real files, or `None` with a visible line when it is not there.
fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAVLI_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::explicit_write, reason = "the test harness swallows what a passing test prints by eprintln")]
    writeln!(std::io::stderr(), "SKIPPED: {test}: no real atlas in {}", folder.display()).unwrap();
    None
}

/// A recipe in the lab: the published composition and atlas.
fn published(lab: &Path, data: &Path) -> PathBuf {
    let folder = lab.join("lab/recipes/o1");
    fs::create_dir_all(folder.join("atlas")).unwrap();
    for name in ["MANIFEST.yaml", "cell_composition.yaml", "mtype_taxonomy.tsv", "targets.yaml"] {
        fs::write(folder.join(name), fs::read(data.join("recipe_o1_2018").join(name)).unwrap()).unwrap();
    }
    for entry in fs::read_dir(data.join("atlas_o1")).unwrap().flatten() {
        fs::write(folder.join("atlas").join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
    let sources = "sources:\n- {file: '*', path: '*', evidence: {assumed: a test}}\n";
    fs::write(folder.join("sources.yaml"), sources).unwrap();
    folder
}

#[test]
fn a_region_of_the_published_atlas_is_filled_and_stored_with_its_places() {
    let Some(data) = data("a_region_of_the_published_atlas_is_filled_and_stored_with_its_places") else { return };
    let (lab, bench) = bench();
    let folder = published(lab.path(), &data);
    let ask = |region: &str| {
        bench.place_column(&PlaceColumn { recipe: "o1".into(), region: region.into(), ..PlaceColumn::default() })
    };
    let reply = ask("mc2_Column").unwrap();
    assert_eq!(reply.n_cells, 312);
    assert!(reply.finding.contains("in region mc2_Column"), "{}", reply.finding);
    // the manifest says the same
    assert_eq!(ask("").unwrap().artifact, reply.artifact);
    let circuit = bench.wire_pathways(
        &bravli_workbench::WirePathways { column: reply.artifact.clone(), seed: 1 },
        &bravli_workbench::Silent,
    );
    // the published composition says nothing of connections: reading the stored column is what is tested here
    assert!(circuit.is_ok() || circuit.unwrap_err().code == "cannot_wire");
    let unknown = ask("mc9_Column").unwrap_err();
    assert!(unknown.place == "region" && unknown.message.contains("mc"), "{unknown}");
    let volume = folder.join("atlas/[PH]y.nrrd");
    let bytes = fs::read(&volume).unwrap();
    fs::write(&volume, &bytes[..bytes.len() / 2]).unwrap();
    let cut = ask("mc2_Column").unwrap_err();
    assert!(cut.message.contains("[PH]y.nrrd") && !cut.remedy.is_empty(), "{cut}");
    fs::remove_file(&volume).unwrap();
    assert!(ask("mc2_Column").unwrap_err().message.contains("[PH]y"));
}
