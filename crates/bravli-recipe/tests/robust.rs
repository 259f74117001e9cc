//! No input makes the reader panic.

use bravli_recipe::{RecipeFiles, numbers, read};
use proptest::prelude::*;

const NAMES: &[&str] = &[
    "builderRecipe.xml",
    "cell_composition.yaml",
    "mtype_taxonomy.tsv",
    "mini_frequencies.tsv",
    "column.yaml",
    "populations.yaml",
    "pathways.yaml",
    "neurons.yaml",
    "boundary.yaml",
    "sources.yaml",
];

fn try_all(bytes: &[u8]) {
    for name in NAMES {
        let files = RecipeFiles([((*name).to_owned(), bytes.to_vec())].into());
        let _ = read("fuzz", &files).map_err(|rejected| rejected.to_string());
        let _ = numbers(&files);
    }
    let all = RecipeFiles(NAMES.iter().map(|name| ((*name).to_owned(), bytes.to_vec())).collect());
    let _ = read("fuzz", &all);
}

/// Pieces that get a parser further than noise does.
fn xml_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<blueColumn>".to_owned()),
        Just("</blueColumn>".to_owned()),
        Just("<!DOCTYPE b [<!ENTITY c SYSTEM \"cell_composition.yaml\">".to_owned()),
        Just("]>".to_owned()),
        Just("&c;".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("<?xml version='1.0' encoding='iso-8859-1'?>".to_owned()),
        "<(column|layer|class|synapse|mTypeRule|NeuronTypes|Layer|StructuralType) ",
        "(id|gsyn|x|thickness|percentage|from|type|totalNeurons)=\"[-0-9.eE_*\\[]{0,6}\"",
        Just("/>".to_owned()),
        ".{0,6}",
    ]
}

fn yaml_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "(version|neurons|traits|layers|populations|pathways|etypes|sources|evidence|mtypes|density|layer): ?",
        "[\\[\\]{}&*!|>,:\n -]{1,4}",
        "(v2.0|v1.0|1e999|-0.0|.nan|0x1F|~|cited|hexagon)",
        "\n {0,4}- ",
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
    fn xml_like_text_never_panics(pieces in prop::collection::vec(xml_piece(), 0..20)) {
        try_all(format!("<blueColumn>{}</blueColumn>", pieces.concat()).as_bytes());
        try_all(pieces.concat().as_bytes());
    }

    #[test]
    fn yaml_like_text_never_panics(pieces in prop::collection::vec(yaml_piece(), 0..25)) {
        try_all(pieces.concat().as_bytes());
    }

    #[test]
    fn table_like_text_never_panics(text in "[a-z\t\n .0-9é-]{0,80}") {
        try_all(format!("mtype\tmClass\tsClass\n{text}").as_bytes());
        try_all(format!("layer\texc_mini_frequency\tinh_mini_frequency\n{text}").as_bytes());
    }
}
