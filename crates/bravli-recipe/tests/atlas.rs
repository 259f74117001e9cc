//! Volumes and regions written here: every type and form, and files meant to do harm.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{
    Atlas, MAX_VOLUME_BYTES, Manifest, Problem, RecipeFiles, RegionMap, Severity, Volume, VolumeErrorKind, VoxelKind,
    read,
};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;

const HEAD: &str = "NRRD0004\n# made by a test\ntype: TYPE\ndimension: 3\nsizes: 2 3 2\nencoding: raw\nendian: little\n\
                    space directions: (10,0,0) (0,20,0) (0,0,5)\nspace origin: (1,2,3)\nkey:=value: with colon\n\n";
const REGIONS: &str = r#"{"msg": [{"id": 9, "acronym": "S1", "name": "field", "children": [
    {"id": 1, "acronym": "L4", "children": []}, {"id": 2, "acronym": "S1;L5"}]}]}"#;

fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [header.as_bytes(), data].concat()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn kind_of(bytes: &[u8]) -> (VolumeErrorKind, u32) {
    let error = Volume::parse("v.nrrd", bytes).unwrap_err();
    assert!(!error.kind.remedy().is_empty());
    (error.kind, error.line)
}

/// Twelve numbers of a type, in little and in big order of bytes.
macro_rules! twelve {
    ($type:ty) => {{
        let values: Vec<$type> = (0..12_u8).map(|i| i as $type * (<$type>::MAX / 16 as $type)).collect();
        let little: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let big: Vec<u8> = values.iter().flat_map(|v| v.to_be_bytes()).collect();
        for (name, data) in [("little", &little), ("big", &big)] {
            let header = HEAD.replace("endian: little", &format!("endian: {name}"));
            for spelling in SPELLINGS.iter().find(|(of, _)| *of == stringify!($type)).unwrap().1 {
                let raw = header.replace("TYPE", spelling);
                let volume = Volume::parse("raw", &file(&raw, data)).unwrap();
                assert_eq!(volume.values::<$type>(), Some(values.as_slice()), "{spelling} {name}");
                assert_eq!(volume.kind().bytes() * 12, data.len());
                assert_eq!(volume.value(11, 0), Some(values[11] as f64));
                let packed = raw.replace("encoding: raw", "encoding: gz");
                assert_eq!(Volume::parse("gz", &file(&packed, &gzip(data))).unwrap(), volume);
            }
        }
    }};
}

const SPELLINGS: &[(&str, &[&str])] = &[
    ("i8", &["int8", "signed char", "int8_t"]),
    ("u8", &["uint8", "unsigned char", "uchar"]),
    ("i16", &["int16", "short", "signed short int"]),
    ("u16", &["uint16", "ushort", "unsigned short int"]),
    ("i32", &["int32", "int", "signed int"]),
    ("u32", &["uint32", "uint", "unsigned int"]),
    ("i64", &["int64", "longlong", "signed long long int"]),
    ("u64", &["uint64", "ulonglong", "unsigned long long"]),
    ("f32", &["float"]),
    ("f64", &["double"]),
];

#[test]
fn every_type_is_read_in_both_orders_and_both_encodings() {
    twelve!(i8);
    twelve!(u8);
    twelve!(i16);
    twelve!(u16);
    twelve!(i32);
    twelve!(u32);
    twelve!(i64);
    twelve!(u64);
    twelve!(f32);
    twelve!(f64);
}

#[test]
fn voxels_have_a_place() {
    let data: Vec<u8> = (0..12).collect();
    let volume = Volume::parse("v", &file(&HEAD.replace("TYPE", "uint8"), &data)).unwrap();
    assert_eq!((volume.n_voxels(), volume.spacing_um(), volume.origin_um()), (12, [10.0, 20.0, 5.0], [1.0, 2.0, 3.0]));
    assert!((volume.voxel_mm3() - 1e-6).abs() < 1e-18);
    let voxel = volume.voxel([1, 2, 1]).unwrap();
    assert_eq!((voxel, volume.value(voxel, 0), volume.centre_um(voxel)), (11, Some(11.0), [16.0, 52.0, 10.5]));
    assert_eq!((volume.voxel([2, 0, 0]), volume.value(12, 0), volume.value(0, 1)), (None, None, None));
}

#[test]
fn components_come_first_in_every_spelling() {
    let data: Vec<u8> = (0..24).collect();
    let head = |axes: &str| {
        let text = HEAD.replace("TYPE", "uint8").replace("dimension: 3", "dimension: 4").replace("2 3 2", "2 2 3 2");
        text.replace("space directions: (10,0,0) (0,20,0) (0,0,5)", axes)
    };
    for axes in [
        "space directions: none (10,0,0) (0,20,0) (0,0,5)\nkinds: vector domain domain domain",
        "space directions: (nan,nan,nan) (10,0,0) (0,20,0) (0,0,5)",
        "space directions: (10,0,0) (0,20,0) (0,0,5)",
        "spacings: nan 10 20 5",
        "space directions: none (0.01,0,0) (0,0.02,0) (0,0,0.005)\nspace units: \"mm\" \"mm\" \"mm\"",
    ] {
        let volume = Volume::parse("v", &file(&head(axes), &data)).unwrap();
        assert_eq!((volume.components(), volume.shape()), (2, [2, 3, 2]), "{axes}");
        assert!(volume.spacing_um().iter().zip([10.0, 20.0, 5.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{axes}");
        assert_eq!((volume.value(3, 0), volume.value(3, 1)), (Some(6.0), Some(7.0)));
    }
    for axes in [
        "space directions: (10,0,0) (0,20,0) (0,0,5) none",
        "space directions: none (10,0,0) (0,20,0) (0,0,5)\nkinds: domain domain domain vector",
    ] {
        assert_eq!(kind_of(&file(&head(axes), &data)).0, VolumeErrorKind::ComponentAxis, "{axes}");
    }
}

#[test]
fn hostile_headers_are_refused_by_name() {
    let head = HEAD.replace("TYPE", "uint8");
    let data = [0; 12];
    for (from, to, words, line) in [
        ("NRRD0004", "NRRD0009", "does not start with", 1),
        ("sizes: 2 3 2", "sizes: 2 -3 2", "positive whole number", 5),
        ("sizes: 2 3 2", "sizes: 0 3 2", "positive whole number", 5),
        ("sizes: 2 3 2", "sizes: 2 3 2 2", "positive whole number", 5),
        ("sizes: 2 3 2", "sizes: 99999999999999999999999 3 2", "positive whole number", 5),
        ("sizes: 2 3 2", "sizes: 18446744073709551615 18446744073709551615 18446744073709551615", "512 MiB", 5),
        ("sizes: 2 3 2", "sizes: 4096 4096 4096", "68719476736 bytes", 5),
        ("sizes: 2 3 2", "sizes: 512 512 512", "data end before", 11),
        ("sizes: 2 3 2", "sizes: 2 3 1", "data go on", 11),
        ("dimension: 3", "dimension: 2", "dimension must be 3", 4),
        ("type: uint8", "type: block", "type must be", 3),
        ("type: uint8", "type: uint16", "data end before", 11),
        ("encoding: raw", "encoding: bzip2", "raw or gzip", 6),
        ("encoding: raw", "encoding: gzip", "damaged", 11),
        ("encoding: raw", "data file: other.raw", "another file", 6),
        ("encoding: raw", "encoding: raw\nbyte skip: -1", "right behind the header", 7),
        ("encoding: raw", "encoding: raw\nencoding: raw", "twice", 7),
        ("encoding: raw\n", "", "lacks \"encoding\"", 10),
        ("(10,0,0)", "(0,0,0)", "span a volume", 8),
        ("(10,0,0)", "(1e-320,0,0)", "span a volume", 8),
        ("(10,0,0)", "(1e300,0,0)", "below 1e9 um", 8),
        ("(1,2,3)", "(1,2e300,3)", "within 1e9 um", 9),
        ("(10,0,0)", "(1e9,0,0)", "data", 0),
        ("(10,0,0)", "(inf,0,0)", "space directions must be", 8),
        ("(10,0,0)", "(10,0)", "space directions must be", 8),
        ("(1,2,3)", "(1,2)", "space origin must be", 9),
        ("# made by a test", "no colon here", "comment", 2),
        ("space directions", "spice directions", "lacks \"space directions\"", 11),
        ("space origin", "space dimension: 2\nspace origin", "space dimension must be 3", 9),
        ("space origin", "space units: \"furlong\"\nspace origin", "um, mm or nm", 9),
    ] {
        assert!(head.contains(from), "{from}");
        let bytes = file(&head.replacen(from, to, 1), &data);
        match Volume::parse("v.nrrd", &bytes) {
            Err(error) => {
                assert!(error.to_string().contains(words), "{to}: {error}");
                assert_eq!(error.line, line, "{error}");
            }
            Ok(_) => assert_eq!(line, 0, "{to}"),
        }
    }
    let wide = HEAD.replace("TYPE", "uint16").replace("endian: little\n", "");
    assert_eq!(kind_of(&file(&wide, &[0; 24])).0, VolumeErrorKind::MissingField("endian"));
    let endless = format!("NRRD0004\n{}", "# comment\n".repeat(100_000));
    assert!(matches!(kind_of(endless.as_bytes()).0, VolumeErrorKind::EndlessHeader { limit: 65_536 }));
    assert!(matches!(kind_of(b"NRRD0004\ntype: uint8").0, VolumeErrorKind::EndlessHeader { .. }));
}

#[test]
fn compressed_bombs_and_stumps_are_refused_in_bounded_memory() {
    let head = HEAD.replace("TYPE", "uint8").replace("encoding: raw", "encoding: gzip");
    let bomb = gzip(&vec![0; 256 << 20]);
    assert!(bomb.len() < 2 << 20);
    let start = std::time::Instant::now();
    assert_eq!(kind_of(&file(&head, &bomb)).0, VolumeErrorKind::TooLong { expected: 12 });
    let large = head.replace("2 3 2", "512 1024 1024");
    assert_eq!(kind_of(&file(&large, &gzip(&[0; 12]))).0, VolumeErrorKind::TooShort { expected: MAX_VOLUME_BYTES });
    assert!(start.elapsed().as_millis() < 500, "neither is unpacked: {:?}", start.elapsed());
    let data: Vec<u8> = (0..=255).cycle().take(60_000).collect();
    let head = head.replace("2 3 2", "100 100 6");
    let packed = gzip(&data);
    assert!(Volume::parse("v", &file(&head, &packed)).is_ok());
    let cut = &packed[..packed.len() / 2];
    assert_eq!(kind_of(&file(&head, cut)).0, VolumeErrorKind::TooShort { expected: 60_000 });
    let mut spoilt = packed.clone();
    let end = spoilt.len() - 6;
    spoilt[end] ^= 0xFF;
    assert!(matches!(kind_of(&file(&head, &spoilt)).0, VolumeErrorKind::Damaged(_)));
}

#[test]
fn hierarchies_are_read_in_both_forms_and_refused_with_a_place() {
    let regions = RegionMap::parse("h", REGIONS.as_bytes()).unwrap();
    let found = |query: &str| regions.find(query).unwrap().into_iter().collect::<Vec<_>>();
    assert_eq!(
        (found("S1"), found("S1;L4"), found("S1;L5"), found("@L[45]$")),
        (vec![1, 2, 9], vec![1], vec![2], vec![1, 2])
    );
    assert_eq!(regions.by_id(9).map(|region| region.name.as_str()), Some("field"));
    assert!(regions.find("@(").unwrap_err().to_string().contains("no regular expression"));
    assert!(regions.find("@(?=a)").is_err(), "look-around");
    for (text, words) in [
        ("{", "EOF"),
        ("{\"id\": 1}", "no region"),
        ("{\"id\": 1, \"acronym\": \"a\", \"children\": [{\"id\": 2}]}", "acronym"),
        ("{\"id\": 1, \"acronym\": \"a\", \"children\": [{\"id\": 1, \"acronym\": \"b\"}]}", "id 1 twice"),
        (&"{\"id\":1,\"acronym\":\"a\",\"children\":[".repeat(200), "recursion limit"),
    ] {
        let told = RegionMap::parse("h", text.as_bytes()).unwrap_err().to_string();
        assert!(told.contains(words), "{told}");
    }
    let long = RegionMap::parse("h", &vec![b' '; bravli_recipe::MAX_HIERARCHY_BYTES + 1]).unwrap_err();
    assert!(long.to_string().contains("8 MiB"));
}

const TAXONOMY: &str = "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\n";

/// A folder of twelve voxels: label 1 in the first four, 2 in the next four, 0 beyond.
fn folder(density: &[f32; 12], region: &str, change: &[(&str, Vec<u8>)]) -> RecipeFiles {
    let labels = [1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0_u8];
    let composition = format!(
        "version: v2.0\nneurons:\n- {{density: '{{map}}', region: '{region}', traits: {{layer: 4, mtype: L4_SSC, etype: a}}}}\n"
    );
    let density: Vec<u8> = density.iter().flat_map(|v| v.to_le_bytes()).collect();
    let base = [
        ("mtype_taxonomy.tsv", TAXONOMY.into()),
        ("cell_composition.yaml", composition.into()),
        ("hierarchy.json", REGIONS.into()),
        ("brain_regions.nrrd", file(&HEAD.replace("TYPE", "uint8"), &labels)),
        ("map.nrrd", file(&HEAD.replace("TYPE", "float"), &density)),
    ];
    RecipeFiles(base.into_iter().chain(change.iter().cloned()).map(|(n, b)| (n.to_owned(), b)).collect())
}

fn told(files: &RecipeFiles, code: &str) -> Problem {
    let problems = read("t", files).map_or_else(|rejected| rejected.problems, |reading| reading.problems);
    problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
}

#[test]
fn a_mean_counts_only_the_voxels_of_its_region() {
    const NAN: f32 = f32::NAN;
    let density = [100., 200., 300., 400., 7., 7., 7., 7., NAN, -5., NAN, 9.];
    for (region, mean, n_voxels) in [("S1;L4", 250.0, 4), ("S1", 128.5, 8), ("@4$", 250.0, 4)] {
        let files = folder(&density, region, &[]);
        let recipe = read("t", &files).unwrap().recipe;
        assert_eq!(recipe.composition[0].density_per_mm3, Some(mean), "{region}");
        assert!(told(&files, "dataset_resolved").message.contains(&format!("{n_voxels} voxels")));
        let atlas = Atlas::open(&files, None).unwrap().unwrap();
        let found = atlas.mean_density("map", region).unwrap();
        assert_eq!((found.mean, found.n_voxels), (mean, n_voxels));
        let cells = recipe.expected_cells(&files).unwrap();
        // the integral of the dataset: its sum times the volume of a voxel, 1e-6 mm3
        assert!((cells[0].n_cells - mean * n_voxels as f64 * 1e-6).abs() < 1e-12);
    }
    let mask = file(&HEAD.replace("TYPE", "uint8"), &[1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
    let manifest: (&str, Vec<u8>) = ("MANIFEST.yaml", "common: {region: S1, mask: '[mask]m'}\n".into());
    let files = folder(&density, "S1;L4", &[("[mask]m.nrrd", mask), manifest]);
    let recipe = read("t", &files).unwrap().recipe;
    assert_eq!(recipe.composition[0].density_per_mm3, Some(150.0), "region and mask of the manifest");
    let manifest: Option<&Manifest> = recipe.manifest.as_ref();
    assert_eq!(Atlas::open(&files, manifest).unwrap().unwrap().region_mask("S1").unwrap().count(), 6);
}

#[test]
fn what_an_atlas_cannot_answer_is_told_at_its_place() {
    let good = [1.0; 12];
    let mut holes = good;
    holes[2] = f32::NAN;
    let mut below = good;
    below[3] = -1.0;
    let vectors = HEAD.replace("TYPE", "uint8").replace("dimension: 3", "dimension: 4").replace("2 3 2", "1 2 3 2");
    let other = HEAD.replace("TYPE", "uint8").replace("2 3 2", "2 3 1");
    let two = vectors.replace("1 2 3 2", "2 2 3 2");
    for (files, code, severity, words, place) in [
        (folder(&holes, "S1", &[]), "bad_density", Severity::Error, "1 voxels", "cell_composition.yaml"),
        (folder(&below, "S1", &[]), "bad_density", Severity::Error, "negative", "cell_composition.yaml"),
        (folder(&good, "S2", &[]), "unknown_region", Severity::Warning, "did you mean S1", "cell_composition.yaml"),
        (folder(&good, "S2", &[]), "dataset_density", Severity::Warning, "gives no density", "cell_composition.yaml"),
        (folder(&good, "@(", &[]), "bad_expression", Severity::Error, "expression", "cell_composition.yaml"),
        (
            folder(&good, "S1", &[("map.nrrd", file(&other, &[0; 6]))]),
            "bad_volume",
            Severity::Error,
            "[2, 3, 1] voxels",
            "map.nrrd",
        ),
        (
            folder(&good, "S1", &[("map.nrrd", file(&two, &[0; 24]))]),
            "bad_volume",
            Severity::Error,
            "2 components",
            "map.nrrd",
        ),
        (folder(&good, "S1", &[("map.nrrd", b"junk".to_vec())]), "bad_volume", Severity::Error, "NRRD", "map.nrrd"),
        (
            folder(&good, "S1", &[("brain_regions.nrrd", b"NRRD0004\n\n".to_vec())]),
            "bad_volume",
            Severity::Error,
            "lacks",
            "brain_regions.nrrd",
        ),
        (
            folder(&good, "S1", &[("hierarchy.json", b"{\n  1".to_vec())]),
            "bad_hierarchy",
            Severity::Error,
            "key",
            "hierarchy.json",
        ),
        (
            folder(&good, "S1", &[("MANIFEST.yaml", b"common: {region: X}".to_vec())]),
            "unknown_region",
            Severity::Warning,
            "\"X\"",
            "MANIFEST.yaml",
        ),
        (
            folder(&good, "S1", &[("MANIFEST.yaml", b"common: {mask: none}".to_vec())]),
            "missing_file",
            Severity::Warning,
            "\"none\"",
            "MANIFEST.yaml",
        ),
    ] {
        let found = told(&files, code);
        assert_eq!(found.severity, severity, "{found}");
        assert!(found.message.contains(words), "{found}");
        assert_eq!(found.at.as_ref().map(|at| at.file.as_str()), Some(place), "{found}");
    }
    let mut files = folder(&good, "S1", &[]);
    files.0.remove("brain_regions.nrrd");
    assert!(told(&files, "dataset_density").message.contains("lacks brain_regions.nrrd"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_bytes_make_a_volume_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Volume::parse("fuzz", &bytes);
        let _ = Volume::parse("fuzz", &file("NRRD0005\n", &bytes));
        let _ = RegionMap::parse("fuzz", &bytes);
        for encoding in ["raw", "gzip"] {
            let head = HEAD.replace("TYPE", "int16").replace("encoding: raw", &format!("encoding: {encoding}"));
            let _ = Volume::parse("fuzz", &file(&head, &bytes));
        }
    }

    #[test]
    fn no_header_makes_a_volume_panic(lines in prop::collection::vec(header_line(), 0..12), data in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = Volume::parse("fuzz", &file(&format!("NRRD0001\n{}\n", lines.concat()), &data));
    }

    #[test]
    fn no_query_panics(query in ".{0,24}") {
        let regions = RegionMap::parse("h", REGIONS.as_bytes()).unwrap();
        let _ = regions.find(&query);
        let _ = regions.find(&format!("@{query}"));
    }

    #[test]
    fn a_written_volume_reads_back(values in prop::collection::vec(any::<i32>(), 1..60), pack in any::<bool>()) {
        let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let head = HEAD.replace("TYPE", "int").replace("2 3 2", &format!("{} 1 1", values.len()));
        let bytes = if pack {
            file(&head.replace("encoding: raw", "encoding: gzip"), &gzip(&data))
        } else {
            file(&head, &data)
        };
        let volume = Volume::parse("v", &bytes).unwrap();
        prop_assert_eq!(volume.kind(), VoxelKind::I32);
        prop_assert_eq!(volume.values::<i32>(), Some(values.as_slice()));
    }
}

fn header_line() -> impl Strategy<Value = String> {
    prop_oneof![
        "(type|dimension|sizes|encoding|endian|kinds|spacings|space units|space origin|space directions): [-0-9.,() a-z\"]{0,30}\n",
        "sizes: [0-9]{1,20} [0-9]{1,20} [0-9]{1,3}\n",
        Just("type: uint8\ndimension: 3\nencoding: gzip\n".to_owned()),
        Just("space directions: (1,0,0) (0,1,0) (0,0,1)\n".to_owned()),
        ".{0,20}\n",
    ]
}
