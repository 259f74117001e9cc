//! The odd files that the reference reader is tested with: what it refuses is refused, what it warns of is warned of.

mod common;

use bravli_morphology::{MorphologyRead, SectionType, SomaShape};
use common::{data, read};

/// File, soma shape, sections, neurites, points, length, warnings.
type Case = (&'static str, SomaShape, usize, usize, usize, &'static str, &'static [&'static str]);

/// Soma shape, sections, neurites, points, length; then the warnings.
fn summary(read: &MorphologyRead) -> (SomaShape, usize, usize, usize, String, Vec<String>) {
    let cell = &read.morphology;
    let warnings = read.warnings.iter().map(ToString::to_string).collect();
    let length = format!("{:.3}", cell.length_um());
    (cell.soma().shape, cell.n_sections(), cell.roots().count(), cell.n_points(), length, warnings)
}

#[test]
fn odd_files_are_read_with_their_warnings() {
    use SomaShape::{Absent, Contour, Cylinders, Sphere, ThreePoints};
    let Some(data) = data("odd files") else { return };
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("annotations.asc", Absent, 2, 1, 7, "12.000", &[
            "annotations.asc: no soma in the file",
            "annotations.asc:2:3: 1 sections with a single child, the first here; both are kept",
        ]),
        ("circle_contour.asc", Contour, 1, 1, 2, "1.732", &[]),
        ("marker-with-string.asc", Contour, 0, 0, 0, "0.000", &[]),
        ("multiple_point_section.asc", Contour, 4, 2, 14, "177.201", &[]),
        ("nested_single_children.asc", Contour, 4, 1, 8, "4.000", &[
            "nested_single_children.asc:11:3: 3 sections with a single child, the first here; both are kept",
        ]),
        ("pia.asc", Contour, 1, 1, 4, "4.385", &[]),
        ("sections-block.asc", Contour, 6, 2, 12, "31.000", &[]),
        ("complexe.swc", Cylinders, 1, 1, 9, "7.306", &[]),
        ("disconnected_neurite.swc", Sphere, 6, 2, 12, "31.000", &[
            "disconnected_neurite.swc:10: a single sample that is connected to nothing is left out",
        ]),
        ("neurite_wrong_root_point.swc", ThreePoints, 2, 2, 4, "2.000", &[
            "neurite_wrong_root_point.swc:4: a neurite grows from another than the first sample of a soma of three",
            "neurite_wrong_root_point.swc:6: a neurite grows from another than the first sample of a soma of three",
        ]),
        ("no_soma.swc", Absent, 3, 1, 5, "4.000", &[
            "no_soma.swc: no soma in the file",
            "no_soma.swc:1: a neurite that is connected to nothing",
        ]),
        ("reversed_NRN_neurite_order.swc", Sphere, 3, 3, 6, "3.000", &[]),
        ("simple-all-types.swc", Sphere, 15, 15, 30, "150.000", &[]),
        ("simple-heterogeneous-neurite.swc", Sphere, 6, 2, 12, "31.000", &[
            "simple-heterogeneous-neurite.swc:27: a section of type axon in a neurite that starts as basal dendrite",
            "simple-heterogeneous-neurite.swc:31: a section of type basal dendrite in a neurite that starts as axon",
        ]),
        ("simple-trailing-space.swc", Absent, 1, 1, 3, "3.464", &[
            "simple-trailing-space.swc: no soma in the file",
            "simple-trailing-space.swc:2: a neurite that is connected to nothing",
        ]),
        ("simple-windows-eol.swc", Sphere, 6, 2, 12, "31.000", &[]),
    ];
    for (name, shape, n_sections, n_roots, n_points, length, warnings) in cases {
        let read = read(&data, &format!("morphology_edge_cases/{name}")).unwrap_or_else(|error| panic!("{error}"));
        let warnings = warnings.iter().map(|warning| (*warning).to_owned()).collect();
        let expected = (*shape, *n_sections, *n_roots, *n_points, (*length).to_owned(), warnings);
        assert_eq!(summary(&read), expected, "{name}");
    }
}

#[test]
fn wrong_files_are_refused_with_their_place() {
    let Some(data) = data("wrong files") else { return };
    let cases = [
        ("invalid-incomplete.asc", "invalid-incomplete.asc:15:5: \"Incomplete\" ends a branch, but more of it follows"),
        ("multiple_soma.swc", "multiple_soma.swc:11: a second soma; the first is in line 2"),
    ];
    for (name, expected) in cases {
        let error = read(&data, &format!("morphology_edge_cases/{name}")).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!error.kind.remedy().is_empty());
    }
}

#[test]
fn types_and_order_are_those_of_the_file() {
    let Some(data) = data("types") else { return };
    let types = |name: &str| -> Vec<SectionType> {
        let read = read(&data, &format!("morphology_edge_cases/{name}")).unwrap();
        read.morphology.sections().iter().map(|section| section.section_type).collect()
    };
    use SectionType::{ApicalDendrite, Axon, BasalDendrite, Custom};
    assert_eq!(types("simple-all-types.swc"), (5..=19).map(Custom).collect::<Vec<_>>());
    assert_eq!(types("reversed_NRN_neurite_order.swc"), [ApicalDendrite, BasalDendrite, Axon]);
    let mixed = [BasalDendrite, Axon, Axon, Axon, BasalDendrite, BasalDendrite];
    assert_eq!(types("simple-heterogeneous-neurite.swc"), mixed);
}
