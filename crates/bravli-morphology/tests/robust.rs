//! No input makes a reader panic, and what it gives keeps the promise of a morphology.

use bravli_morphology::{Morphology, MorphologyRead, read_asc, read_swc};
use proptest::prelude::*;

fn check(read: &MorphologyRead) {
    let cell = &read.morphology;
    assert!(!cell.is_empty());
    assert_eq!(Morphology::new(cell.soma().clone(), cell.sections().to_vec()).as_ref(), Ok(cell));
    assert!(cell.length_um().is_finite() && cell.length_um() >= 0.0);
    for section in cell.sections() {
        if let Some(parent) = section.parent {
            let last = cell.sections()[parent].points.last();
            assert!(last.is_some_and(|last| last.is_at(section.points[0])), "a child starts where its parent ends");
        }
    }
}

fn try_both(bytes: &[u8]) {
    for read in [read_asc("fuzz.asc", bytes), read_swc("fuzz.swc", bytes)] {
        match read {
            Ok(read) => check(&read),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Pieces that get a reader further than noise does.
fn asc_piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "(",
        ")",
        "((",
        "))",
        "|",
        "<",
        ">",
        ";",
        "\"",
        "\n",
        "(Axon)",
        "(Dendrite)",
        "(CellBody)",
        "((Axon)",
        "(0 0 0 1)",
        "(1 2 3 4)",
        "(1 2 3)",
        "High",
        "\"CellBody\"",
        "(Color Red)",
        "1e9",
        "-",
        "(0 0 1 2 S1)",
        ",",
        "nan",
    ])
}

fn swc_line() -> impl Strategy<Value = String> {
    (0_u8..12, 0_u8..6, -2_i8..12).prop_map(|(id, code, parent)| format!("{id} {code} {id} 0.5 -1 1 {parent}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        try_both(&bytes);
    }

    #[test]
    fn pieces_of_asc_never_panic(pieces in prop::collection::vec(asc_piece(), 0..40)) {
        try_both(pieces.join(" ").as_bytes());
        try_both(format!("((Axon) (9 9 9 9) {}", pieces.join(" ")).as_bytes());
    }

    #[test]
    fn lines_of_swc_never_panic(lines in prop::collection::vec(swc_line(), 0..10)) {
        try_both(lines.concat().as_bytes());
        try_both(format!("20 1 0 0 0 1 -1\n{}", lines.concat()).as_bytes());
    }

    #[test]
    fn any_tree_comes_back_from_swc(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..60)) {
        let mut text = "0 1 0 0 0 1 -1\n".to_owned();
        let mut length_um = 0.0_f64;
        for (row, parent) in parents.iter().enumerate() {
            let (id, parent) = (row + 1, parent.index(row + 1));
            text += &format!("{id} 3 {id} 0 0 1 {parent}\n");
            length_um += if parent == 0 { 0.0 } else { (id - parent) as f64 };
        }
        let cell = read_swc("tree.swc", text.as_bytes()).unwrap().morphology;
        prop_assert!((cell.length_um() - length_um).abs() < 1e-9);
        prop_assert_eq!(cell.n_points(), parents.len() + cell.n_sections() - cell.roots().count());
    }
}
