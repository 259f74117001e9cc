//! Published reconstructions give the counts and lengths that the reference reader (MorphIO 3.5.0) gives.

mod common;

use bravli_morphology::{SectionType, SomaShape};
use common::{data, read};

/// File; soma points, sections, neurites, points, length in µm.
#[rustfmt::skip]
const FILES: &[(&str, usize, usize, usize, usize, f64)] = &[
    ("morphologies/C060114A7.asc", 21, 324, 12, 10_815, 29156.1575),
    ("morphologies/C290500B-I3.asc", 16, 470, 4, 8_917, 23427.0300),
    ("morphologies/rat_20150119_LH1_cell2.asc", 27, 332, 8, 20_369, 35694.6301),
    ("morphologies/Nr5a1_471087815_m.swc", 1, 37, 5, 1_562, 1889.5975),
    ("morphologies/Pvalb_469628681_m.swc", 1, 41, 5, 1_282, 1504.9742),
    ("morphologies/Pvalb_470522102_m.swc", 1, 37, 5, 1_994, 2408.5268),
    ("morphologies/Rorb_325404214_m.swc", 1, 63, 5, 2_248, 2625.0306),
    ("morphologies/Scnn1a_473845048_m.swc", 1, 122, 9, 3_895, 4715.0006),
    ("morphologies/rr110330_C3_idA.swc", 33, 245, 3, 16_645, 19290.3441),
    ("sonata_allen_components/morphologies/Nr5a1_471087815_m.swc", 1, 37, 5, 1_562, 1889.5979),
    ("sonata_allen_components/morphologies/Pvalb_469628681_m.swc", 1, 41, 5, 1_282, 1504.9735),
    ("sonata_allen_components/morphologies/Rorb_325404214_m.swc", 1, 63, 5, 2_248, 2625.0311),
    ("sonata_allen_components/morphologies/Scnn1a_473845048_m.swc", 1, 122, 9, 3_895, 4715.0011),
    ("sonata_bbp_snap/morphologies/morph-A.swc", 21, 4, 2, 13, 24.9443),
    ("sonata_bbp_sscx_v7/morphologies/rp110711_C3_idA_-_Scale_x1.000_y1.025_z1.000_-_Clone_1.asc", 31, 392, 8, 13_252, 27934.7617),
    ("sonata_bbp_usecase3/CircuitA/morphologies/asc/C210401C.asc", 16, 330, 6, 7_145, 20046.2629),
    ("sonata_bbp_usecase3/CircuitA/morphologies/swc/C210401C.swc", 16, 330, 6, 7_145, 20046.2629),
];

#[test]
fn counts_and_lengths_are_those_of_the_reference_reader() {
    let Some(data) = data("counts and lengths") else { return };
    for (name, n_soma, n_sections, n_roots, n_points, length_um) in FILES {
        let cell = read(&data, name).unwrap_or_else(|error| panic!("{error}")).morphology;
        assert_eq!(cell.soma().points.len(), *n_soma, "{name}");
        assert_eq!(cell.n_sections(), *n_sections, "{name}");
        assert_eq!(cell.roots().count(), *n_roots, "{name}");
        assert_eq!(cell.n_points(), *n_points, "{name}");
        // both hold points in single precision; the figures are rounded to 0.1 nm
        assert!((cell.length_um() - length_um).abs() < 1e-3, "{name}: {} for {length_um}", cell.length_um());
    }
}

#[test]
fn lengths_by_type_are_those_of_the_reference_reader() {
    let Some(data) = data("lengths by type") else { return };
    let cell = read(&data, "morphologies/C060114A7.asc").unwrap().morphology;
    let totals: Vec<_> = cell
        .totals()
        .iter()
        .map(|total| (total.section_type, total.n_sections, format!("{:.2}", total.length_um)))
        .collect();
    let expected = [
        (SectionType::Axon, 128, "15158.54".to_owned()),
        (SectionType::BasalDendrite, 66, "4175.64".to_owned()),
        (SectionType::ApicalDendrite, 130, "9821.98".to_owned()),
    ];
    assert_eq!(totals, expected);
    assert_eq!(cell.length_of_um(SectionType::Custom(5)), 0.0);
}

#[test]
fn one_cell_as_asc_and_as_swc_has_the_same_sections() {
    let Some(data) = data("ASC against SWC") else { return };
    let asc = read(&data, "sonata_bbp_usecase3/CircuitA/morphologies/asc/C210401C.asc").unwrap().morphology;
    let swc = read(&data, "sonata_bbp_usecase3/CircuitA/morphologies/swc/C210401C.swc").unwrap().morphology;
    assert_eq!((asc.soma().shape, swc.soma().shape), (SomaShape::Contour, SomaShape::Cylinders));
    assert_eq!(asc.soma().points.len(), swc.soma().points.len());
    for (index, (a, b)) in asc.sections().iter().zip(swc.sections()).enumerate() {
        assert_eq!((a.section_type, a.parent, a.points.len()), (b.section_type, b.parent, b.points.len()), "{index}");
        for (a, b) in a.points.iter().zip(&b.points) {
            // the SWC was written with nine decimals, radii among them
            assert!(a.distance_um(*b) < 1e-6, "section {index}: {a:?}, {b:?}");
        }
    }
}
