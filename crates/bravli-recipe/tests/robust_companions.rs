//! No companion file makes the reader panic, whatever it holds.

use bravli_recipe::{RecipeFiles, read};
use proptest::prelude::*;

const NAMES: &[&str] = &[
    "placement_rules.xml",
    "extNeuronDB.dat",
    "neuronDBv2.dat",
    "mecombo_emodel.tsv",
    "MANIFEST.yaml",
    "targets.yaml",
    "hierarchy.json",
    "brain_regions.nrrd",
    "map.nrrd",
    "other.bin",
];
const TAXONOMY: &str = "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\n";
const CELLS: &str =
    "version: v2.0\nneurons:\n- {density: '{map}', region: '@L4', traits: {layer: 4, mtype: L4_SSC, etype: a}}\n";

fn try_all(bytes: &[u8]) {
    let base = [("mtype_taxonomy.tsv", TAXONOMY), ("cell_composition.yaml", CELLS)];
    let base = || base.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    for name in NAMES {
        let files = RecipeFiles(base().chain([((*name).to_owned(), bytes.to_vec())]).collect());
        let _ = read("fuzz", &files).map_err(|rejected| rejected.to_string());
    }
    let all = RecipeFiles(base().chain(NAMES.iter().map(|name| ((*name).to_owned(), bytes.to_vec()))).collect());
    let _ = read("fuzz", &all);
    let cells = RecipeFiles([("cell_composition.yaml".to_owned(), bytes.to_vec())].into());
    let _ = read("fuzz", &cells);
}

fn xml_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "<(global_rule_set|mtype_rule_set|rule|global_rotation|mtype_rotation|rotation) ",
        "(id|type|mtype|y_layer|y_fraction|y_min_layer|y_max_fraction|axis|distr|sigma)=[\"'][-0-9.a-z_|\\[{ ]{0,8}[\"'] ",
        "type=\"(below|region_target|region_occupy|prefer_unscaled)\" ",
        "</?(global_rule_set|mtype_rule_set|rule|placement_rules)>",
        Just("/>".to_owned()),
        ".{0,6}",
    ]
}

fn yaml_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "(common|place_cells|seed|targets|query_based|atlas_based|sort_by|version|neurons|density|traits|layer|etype): ?",
        "[\\[\\]{}&*!|>,:\n -]{1,4}",
        "('[$]regex'|v1.0|v2.0|'[{]x[}]'|1e999|-1|.nan|true|~|'@[(*]')",
        "\n {0,6}- ?",
        ".{0,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        try_all(&bytes);
    }

    #[test]
    fn rules_like_text_never_panics(pieces in prop::collection::vec(xml_piece(), 0..20)) {
        try_all(format!("<placement_rules>{}</placement_rules>", pieces.concat()).as_bytes());
        try_all(pieces.concat().as_bytes());
    }

    #[test]
    fn settings_like_text_never_panics(pieces in prop::collection::vec(yaml_piece(), 0..25)) {
        try_all(pieces.concat().as_bytes());
    }

    #[test]
    fn table_like_text_never_panics(text in "[a-zL\t\n .0-9é-]{0,120}") {
        try_all(text.as_bytes());
        try_all(format!("morph_name layer fullmtype etype emodel combo_name threshold_current holding_current\n{text}").as_bytes());
    }
}
