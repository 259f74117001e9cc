//! Morphologies in HDF5: against the same cells in text, and against the counts of the reference reader (MorphIO 3.5.0).

mod published;

use bravli_morphology::{MorphologyRead, SomaShape};
use bravli_sonata::{SonataError, morphology_names, read_morphology, read_morphology_in};
use published::data;
use std::path::Path;

#[test]
fn asc_and_h5_of_one_cell_are_equal() {
    let Some(data) = data("ASC against h5") else { return };
    let read = |name: &str| read_morphology(&data.join("morphologies").join(name)).unwrap().morphology;
    let (asc, h5) = (read("C290500B-I3.asc"), read("C290500B-I3.h5"));
    assert_eq!((asc.n_sections(), h5.n_sections()), (470, 470));
    assert_eq!(asc.length_um(), h5.length_um());
    assert!((h5.length_um() - 23_427.03).abs() < 1e-3, "{}", h5.length_um());
    // more than was asked: every point of every section
    assert_eq!(asc, h5);
}

#[test]
fn both_versions_of_h5_are_read() {
    let Some(data) = data("h5 versions") else { return };
    let read = |name: &str| read_morphology(&data.join("morphology_edge_cases/h5").join(name)).unwrap();
    let summary = |read: &MorphologyRead| {
        let cell = &read.morphology;
        (cell.soma().points.len(), cell.n_sections(), cell.roots().count(), cell.n_points(), read.warnings.len())
    };
    let (v1, v2) = (read("v1/Neuron.h5"), read("v2/Neuron.h5"));
    assert_eq!(summary(&v1), (3, 84, 4, 924, 0));
    assert!((v1.morphology.length_um() - 840.6852).abs() < 1e-3);
    assert_eq!(v1.morphology, v2.morphology);
    assert_eq!(v1.morphology.soma().shape, SomaShape::Contour);
    let simple = read("v1/simple.h5");
    assert_eq!(summary(&simple), (4, 6, 2, 12, 0));
    assert_eq!(simple.morphology.length_um(), 31.0);
}

#[test]
fn a_container_gives_its_cells_by_name() {
    let Some(data) = data("containers") else { return };
    let folder = data.join("sonata_bbp_snap/morphologies");
    let container = folder.join("container-morphs.h5");
    assert_eq!(morphology_names(&container).unwrap(), ["morph-A", "morph-B"]);
    let single = read_morphology(&folder.join("morph-A.h5")).unwrap();
    assert_eq!(read_morphology_in(&container, "morph-A").unwrap().morphology, single.morphology);
    let error = read_morphology_in(&container, "morph-C").unwrap_err();
    assert!(error.to_string().contains("has no \"/morph-C\"; there is: morph-A, morph-B"), "{error}");
    let error = read_morphology(&container).unwrap_err();
    assert!(matches!(error, SonataError::Missing { .. }), "{error}");
    // the same cell as SWC
    let swc = read_morphology(&folder.join("morph-A.swc")).unwrap().morphology;
    assert_eq!((swc.n_sections(), swc.length_um() as f32), (4, single.morphology.length_um() as f32));
}

#[test]
fn a_refusal_names_file_and_remedy() {
    let Some(data) = data("refusals") else { return };
    let error = read_morphology(&data.join("morphology_edge_cases/multiple_soma.swc")).unwrap_err();
    assert!(error.to_string().contains("multiple_soma.swc:11: a second soma"), "{error}");
    assert!(error.remedy().contains("one soma") && error.file().ends_with("multiple_soma.swc"));
    let error = read_morphology(Path::new("/nowhere/cell.h5")).unwrap_err();
    assert!(matches!(error, SonataError::Open { .. }), "{error}");
}

#[test]
fn damaged_h5_morphologies_are_errors() {
    let Some(data) = data("damaged h5") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    let whole = std::fs::read(data.join("morphology_edge_cases/h5/v1/simple.h5")).unwrap();
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..length]).unwrap();
        read_morphology(&path).unwrap_err();
    }
    for position in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[position] ^= [0x01, 0x80, 0xFF][position / 3 % 3];
        std::fs::write(&path, &damaged).unwrap();
        if let Ok(read) = read_morphology(&path) {
            assert!(read.morphology.length_um().is_finite());
        }
    }
}
