//! Parameters of cells: those of a population without spreads are alike, those of one with spreads have its moments.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

mod common;

use bravli_circuit::{Column, NeuronColumns, PlaceRequest, neuron_columns, place};
use bravli_recipe::{MembraneSpec, MembraneSpread, Recipe};
use common::shipped;

fn column(recipe: &Recipe, layers: &[&str]) -> Column {
    let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
    place(recipe, &PlaceRequest { radius_um: Some(210.0), layers, seed: 1, memory_bytes: 1 << 34 }).unwrap()
}

/// Cells of a population, with resistance, time constant, rest and threshold.
fn membranes(column: &Column, neurons: &NeuronColumns, population: &str) -> Vec<[f64; 4]> {
    let index = column.header.populations.iter().position(|known| known.name == population).unwrap();
    let cells = (0..column.cells.len()).filter(|cell| usize::from(column.cells.population[*cell]) == index);
    cells
        .map(|cell| {
            let (c_m, g_l) = (f64::from(neurons.c_m_pf[cell]), f64::from(neurons.g_l_ns[cell]));
            [1_000.0 / g_l, c_m / g_l, f64::from(neurons.e_l_mv[cell]), f64::from(neurons.v_th_mv[cell])]
        })
        .collect()
}

fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

fn of<'a>(recipe: &'a mut Recipe, population: &str) -> &'a mut MembraneSpec {
    let membranes = &mut recipe.neurons.as_mut().unwrap().membranes;
    membranes.iter_mut().find(|membrane| membrane.population == population).unwrap()
}

#[test]
fn drawn_cells_have_the_moments_that_the_recipe_states() {
    let mut recipe = shipped("rat-barrel");
    // the population with the most cells, and rest far from threshold so that no pair of them is drawn again
    let membrane = of(&mut recipe, "L4_E");
    membrane.spread = MembraneSpread {
        r_in_sd_mohm: Some(30.0),
        tau_m_sd_ms: Some(4.0),
        e_l_sd_mv: Some(3.0),
        v_th_sd_mv: Some(2.0),
    };
    let means = [membrane.r_in_mohm, membrane.tau_m_ms.get(), membrane.e_l_mv.get(), membrane.v_th_mv.unwrap().get()];
    let column = column(&recipe, &["4"]);
    let cells = membranes(&column, &neuron_columns(&recipe, &column, 1).unwrap(), "L4_E");
    let n = cells.len() as f64;
    assert!(n > 2_000.0, "{n}");
    for ((i, mean), sd) in means.into_iter().enumerate().zip([30.0, 4.0, 3.0, 2.0]) {
        let (drawn_mean, drawn_sd) = moments(cells.iter().map(|cell| cell[i]));
        // a normal cut at two standard deviations keeps 0.8796 of its own: √(1 − 4φ(2)/(2Φ(2) − 1))
        let expected = 0.8796 * sd;
        assert!((drawn_mean - mean).abs() < 4.0 * expected / n.sqrt(), "{i}: mean {drawn_mean} for {mean}");
        assert!((drawn_sd - expected).abs() < 4.0 * expected / (2.0 * n).sqrt(), "{i}: sd {drawn_sd} for {expected}");
        assert!(cells.iter().all(|cell| (cell[i] - mean).abs() < 2.0 * sd + 1e-3), "{i}");
    }
    // the four are drawn apart
    let (r_in, tau_m) = (moments(cells.iter().map(|c| c[0])), moments(cells.iter().map(|c| c[1])));
    let product = cells.iter().map(|c| (c[0] - r_in.0) * (c[1] - tau_m.0)).sum::<f64>() / n;
    assert!((product / r_in.1 / tau_m.1).abs() < 4.0 / n.sqrt(), "{product}");
}

#[test]
fn shipped_cells_differ_where_a_spread_is_measured_and_nowhere_else() {
    for (name, layers) in [("rat-barrel", ["2", "3", "4", "5"]), ("mouse-c2", ["2", "3", "4", "5A"])] {
        let recipe = shipped(name);
        let column = column(&recipe, &layers);
        let neurons = neuron_columns(&recipe, &column, 1).unwrap();
        for population in &column.header.populations {
            let membrane = recipe.membrane(&population.name).unwrap();
            let cells = membranes(&column, &neurons, &population.name);
            let first = cells[0];
            assert_eq!(cells.iter().all(|cell| *cell == first), membrane.spread.is_none(), "{}", population.name);
        }
        for cell in 0..column.cells.len() {
            let silent = neurons.v_th_mv[cell] - neurons.e_l_mv[cell] > neurons.delta_t_mv[cell];
            assert!(silent && neurons.g_l_ns[cell] > 0.0 && neurons.c_m_pf[cell] > 0.0, "{name}: cell {cell}");
        }
    }
}

#[test]
fn a_spread_that_reaches_zero_is_cut_above_it() {
    let mut recipe = shipped("rat-barrel");
    of(&mut recipe, "L4_E").spread =
        MembraneSpread { r_in_sd_mohm: Some(500.0), tau_m_sd_ms: Some(100.0), ..MembraneSpread::default() };
    let column = column(&recipe, &["4"]);
    let cells = membranes(&column, &neuron_columns(&recipe, &column, 1).unwrap(), "L4_E");
    let membrane = of(&mut recipe, "L4_E");
    for (i, mean) in [membrane.r_in_mohm, membrane.tau_m_ms.get()].into_iter().enumerate() {
        assert!(cells.iter().all(|cell| cell[i] > 0.0999 * mean && cell[i] < 1.9001 * mean), "{i}");
        let (drawn, sd) = moments(cells.iter().map(|cell| cell[i]));
        assert!(
            (drawn - mean).abs() < 4.0 * sd / (cells.len() as f64).sqrt(),
            "the cut leaves the mean: {drawn}, {mean}"
        );
    }
}

#[test]
fn draws_are_the_cells_own() {
    let recipe = shipped("rat-barrel");
    let alone = column(&recipe, &["4"]);
    let whole = column(&recipe, &["2", "3", "4", "5"]);
    let of_layer_4 =
        |column: &Column, seed: u64| membranes(column, &neuron_columns(&recipe, column, seed).unwrap(), "L4_HTR3A");
    let cells = of_layer_4(&alone, 1);
    assert!(cells.len() > 10, "{}", cells.len());
    assert_eq!(cells, of_layer_4(&alone, 1), "the same seed, the same bits");
    assert_eq!(cells, of_layer_4(&whole, 1), "more populations leave the others as they are");
    assert_ne!(cells, of_layer_4(&alone, 2), "another seed, other cells");
}
