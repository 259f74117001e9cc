//! What the shipped recipes place by default stays the same, to the bit.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

mod common;

use bravli_circuit::{PlaceRequest, place};
use common::shipped;

/// FNV-1a over everything that a cell has.
fn digest(recipe: &str, radius_um: Option<f64>, layers: &[&str]) -> u64 {
    let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
    let request = PlaceRequest { radius_um, layers, seed: 1, memory_bytes: 1 << 40 };
    let cells = place(&shipped(recipe), &request).unwrap().cells;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |value: u32| hash = (hash ^ u64::from(value)).wrapping_mul(0x0000_0100_0000_01b3);
    for i in 0..cells.len() {
        [cells.x_um[i], cells.y_um[i], cells.depth_um[i]].iter().for_each(|value| add(value.to_bits()));
        [cells.layer[i], cells.mtype[i], cells.etype[i], cells.population[i]].iter().for_each(|id| add((*id).into()));
        add(cells.is_excitatory[i].into());
    }
    hash
}

#[test]
fn columns_of_the_shipped_recipes_keep_their_bits() {
    assert_eq!(digest("rat-barrel", None, &[]), 9_319_888_068_154_363_217, "hexagon");
    assert_eq!(digest("rat-barrel", Some(40.0), &["2", "3", "4", "5"]), 11_955_240_955_812_908_918, "small hexagon");
    assert_eq!(digest("mouse-c2", Some(130.0), &[]), 120_502_653_358_704_163, "cylinder");
}
