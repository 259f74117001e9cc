//! What rules ask for is what columns get: exact where a number is fixed, within sampling error where chance decides.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

mod common;

use bravli_circuit::{Circuit, Column, PlaceRequest, WireError, peak_probability, place, wire};
use bravli_recipe::{Amount, Falloff, Location, PathwaySpec, Recipe};
use common::shipped;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

fn rule(pre: &str, post: &str, amount: Amount, horizontal: Falloff) -> PathwaySpec {
    PathwaySpec {
        pre: pre.into(),
        post: post.into(),
        amount,
        horizontal,
        vertical: Falloff::Flat,
        reciprocity: None,
        common_neighbour_gain: None,
        attenuation: 0.5,
        mean_synapses: Some(4.0),
        at: Location { file: "pathways.yaml".into(), line: 1, column: 1 },
    }
}

fn nothing() -> PathwaySpec {
    rule("*", "*", Amount::Peak { probability: 0.0 }, Falloff::Flat)
}

fn column(recipe: &Recipe, radius_um: f64, seed: u64) -> Column {
    let layers = ["2", "3", "4"].map(str::to_owned).to_vec();
    place(recipe, &PlaceRequest { radius_um: Some(radius_um), layers, seed, ..request() }).unwrap()
}

fn request() -> PlaceRequest {
    PlaceRequest { radius_um: None, layers: Vec::new(), seed: 1, memory_bytes: u64::MAX }
}

fn try_wired(rules: Vec<PathwaySpec>, radius_um: f64, seed: u64) -> Result<Circuit, WireError> {
    let recipe = Recipe { pathways: std::iter::once(nothing()).chain(rules).collect(), ..shipped("rat-barrel") };
    let column = column(&recipe, radius_um, 3);
    wire(&recipe, column, seed, &|_| ControlFlow::Continue(()))
}

fn wired(rules: Vec<PathwaySpec>, radius_um: f64, seed: u64) -> Circuit {
    try_wired(rules, radius_um, seed).unwrap()
}

fn members(circuit: &Circuit, population: &str) -> Vec<u32> {
    let index = circuit.column.header.populations.iter().position(|p| p.name == population).unwrap() as u16;
    (0..circuit.column.cells.len() as u32)
        .filter(|cell| circuit.column.cells.population[*cell as usize] == index)
        .collect()
}

fn pairs(circuit: &Circuit) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    circuit.connections().for_each(|source, _, connection| pairs.push((source as u32, connection.target)));
    pairs
}

fn horizontal(circuit: &Circuit, a: u32, b: u32) -> f64 {
    let cells = &circuit.column.cells;
    let difference = |values: &[f32]| f64::from(values[a as usize]) - f64::from(values[b as usize]);
    difference(&cells.x_um).hypot(difference(&cells.y_um))
}

fn vertical(circuit: &Circuit, a: u32, b: u32) -> f64 {
    let depth = &circuit.column.cells.depth_um;
    (f64::from(depth[a as usize]) - f64::from(depth[b as usize])).abs()
}

/// By distance bin: pairs, connections, and the sums of probabilities and of their variances p(1 − p).
fn bins(
    circuit: &Circuit,
    pre: &str,
    post: &str,
    bin: impl Fn(u32, u32) -> u32,
    p: impl Fn(u32, u32) -> f64,
) -> BTreeMap<u32, (u64, f64, f64)> {
    let made: BTreeSet<(u32, u32)> = pairs(circuit).into_iter().collect();
    let mut bins: BTreeMap<u32, (u64, f64, f64)> = BTreeMap::new();
    for &source in &members(circuit, pre) {
        for &target in members(circuit, post).iter().filter(|target| **target != source) {
            let own = p(source, target);
            let entry = bins.entry(bin(source, target)).or_default();
            entry.0 += u64::from(made.contains(&(source, target)));
            entry.1 += own;
            entry.2 += own * (1.0 - own);
        }
    }
    bins
}

/// Every bin within five binomial standard deviations; a bin of few expected connections has a floor of five.
fn agree(bins: &BTreeMap<u32, (u64, f64, f64)>) {
    for (bin, (got, expected, variance)) in bins {
        let tolerance = 5.0 * variance.sqrt().max(1.0);
        assert!((*got as f64 - expected).abs() <= tolerance, "bin {bin}: {got} for {expected} +- {}", variance.sqrt());
    }
}

#[test]
fn pairs_connect_with_the_probability_of_their_distance_for_every_fall_off() {
    let falloffs = [
        Falloff::Flat,
        Falloff::Gaussian { sigma_um: 40.0 },
        Falloff::Exponential { lambda_um: 30.0 },
        Falloff::Box { reach_um: 70.0 },
    ];
    for (seed, falloff) in falloffs.into_iter().enumerate() {
        for (pre, post) in [("L4_E", "L23_E"), ("L23_PV", "L23_PV")] {
            let peak = 0.3;
            let circuit = wired(vec![rule(pre, post, Amount::Peak { probability: peak }, falloff)], 80.0, seed as u64);
            let in_bin = |a, b| (horizontal(&circuit, a, b) / 10.0) as u32;
            agree(&bins(&circuit, pre, post, in_bin, |a, b| peak * falloff.at(horizontal(&circuit, a, b))));
            assert!(pairs(&circuit).iter().all(|(a, b)| a != b), "a cell contacts itself");
        }
    }
}

#[test]
fn the_number_of_connections_varies_between_seeds_as_independent_pairs_do() {
    let recipe = Recipe {
        pathways: vec![
            nothing(),
            rule("L4_E", "L4_E", Amount::Peak { probability: 0.3 }, Falloff::Gaussian { sigma_um: 40.0 }),
        ],
        ..shipped("rat-barrel")
    };
    let column = column(&recipe, 35.0, 3);
    let n = 400;
    let circuit = |seed| wire(&recipe, column.clone(), seed, &|_| ControlFlow::Continue(())).unwrap();
    let one = circuit(0);
    let in_one_bin = bins(
        &one,
        "L4_E",
        "L4_E",
        |_, _| 0,
        |a, b| 0.3 * Falloff::Gaussian { sigma_um: 40.0 }.at(horizontal(&one, a, b)),
    );
    let (_, expected, variance) = in_one_bin[&0];
    let z: Vec<f64> = (0..n).map(|seed| (circuit(seed).edges.len() as f64 - expected) / variance.sqrt()).collect();
    let mean = z.iter().sum::<f64>() / n as f64;
    let spread = z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    // standard errors 1/sqrt(n) = 0.05 and sqrt(2/n) = 0.07; four of them
    assert!(mean.abs() < 0.2 && (spread - 1.0).abs() < 0.28, "mean {mean}, variance {spread} of z");
}

#[test]
fn probability_falls_with_depth_as_well_and_its_mean_is_kept() {
    let vertical_falloff = Falloff::Gaussian { sigma_um: 60.0 };
    let mut spec = rule("L23_E", "L23_E", Amount::Peak { probability: 0.5 }, Falloff::Gaussian { sigma_um: 50.0 });
    spec.vertical = vertical_falloff;
    let circuit = wired(vec![spec.clone()], 70.0, 4);
    let p = |a, b| 0.5 * spec.horizontal.at(horizontal(&circuit, a, b)) * vertical_falloff.at(vertical(&circuit, a, b));
    agree(&bins(&circuit, "L23_E", "L23_E", |a, b| (vertical(&circuit, a, b) / 20.0) as u32, p));
    // a mean stated over the whole population comes out as that mean, depth included
    spec.amount = Amount::Mean { probability: 0.05, within_um: 60.0 };
    spec.horizontal = Falloff::Flat;
    let circuit = wired(vec![spec], 60.0, 5);
    let n = members(&circuit, "L23_E").len() as f64;
    let got = circuit.edges.len() as f64 / (n * (n - 1.0));
    // binomial error, and a percent for the quadrature over 32 depths
    assert!((got - 0.05).abs() < 5.0 * (0.05_f64 / (n * n)).sqrt() + 0.0005, "{got}");
}

#[test]
fn a_mean_over_a_range_is_the_mean_over_that_range() {
    // ten per cent measured within 100 um: no tenfold cut by the fall-off
    for falloff in [Falloff::Gaussian { sigma_um: 60.0 }, Falloff::Exponential { lambda_um: 60.0 }] {
        let amount = Amount::Mean { probability: 0.1, within_um: 100.0 };
        let (mut got, mut all) = (0_u32, 0_u32);
        for seed in 0..3 {
            let circuit = wired(vec![rule("L4_E", "L23_E", amount, falloff)], 180.0, seed);
            let made: BTreeSet<(u32, u32)> = pairs(&circuit).into_iter().collect();
            // sources whose whole range lies inside the column, so that the disc is full
            let cells = &circuit.column.cells;
            let central = |cell: &&u32| cells.x_um[**cell as usize].hypot(cells.y_um[**cell as usize]) < 50.0;
            for &source in members(&circuit, "L4_E").iter().filter(central) {
                for &target in &members(&circuit, "L23_E") {
                    if horizontal(&circuit, source, target) <= 100.0 {
                        all += 1;
                        got += u32::from(made.contains(&(source, target)));
                    }
                }
            }
        }
        let mean = f64::from(got) / f64::from(all);
        // targets are spread evenly but for their own number: three standard errors of that add to the binomial ones
        assert!((mean - 0.1).abs() < 0.004, "{mean} of {all} pairs for {falloff:?}");
    }
    let disc = |falloff: Falloff| {
        // by rings
        let n = 20_000;
        (0..n).map(|i| ((f64::from(i) + 0.5) / f64::from(n)).sqrt()).map(|r| falloff.at(100.0 * r)).sum::<f64>()
            / f64::from(n)
    };
    for falloff in [
        Falloff::Gaussian { sigma_um: 60.0 },
        Falloff::Exponential { lambda_um: 45.0 },
        Falloff::Box { reach_um: 70.0 },
        Falloff::Box { reach_um: 170.0 },
    ] {
        let peak = peak_probability(0.1, 100.0, &falloff);
        assert!((peak * disc(falloff) - 0.1).abs() < 1e-4, "{falloff:?}: {peak}");
    }
}

#[test]
fn fixed_numbers_are_exact() {
    let near = Falloff::Gaussian { sigma_um: 40.0 };
    for seed in 0..3 {
        let rules = vec![
            rule("L4_E", "L23_E", Amount::InDegree(17), near),
            rule("L23_PV", "L23_PV", Amount::InDegree(9), Falloff::Flat),
            rule("L23_E", "L23_PV", Amount::Total(2_345), near),
        ];
        let circuit = wired(rules, 90.0, seed);
        let mut in_degree: BTreeMap<(u16, u32), u32> = BTreeMap::new();
        let mut total = 0;
        let made = pairs(&circuit);
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len(), "a pair connects twice");
        let population = |cell: u32| circuit.column.cells.population[cell as usize];
        let index = |name: &str| circuit.column.header.populations.iter().position(|p| p.name == name).unwrap() as u16;
        for (source, target) in made {
            assert_ne!(source, target);
            *in_degree.entry((population(source), target)).or_default() += 1;
            total += u32::from(population(source) == index("L23_E") && population(target) == index("L23_PV"));
        }
        assert_eq!(total, 2_345);
        for target in members(&circuit, "L23_E") {
            assert_eq!(in_degree[&(index("L4_E"), target)], 17);
        }
        for target in members(&circuit, "L23_PV") {
            assert_eq!(in_degree[&(index("L23_PV"), target)], 9);
        }
    }
}

#[test]
fn a_fixed_in_degree_takes_near_sources_first() {
    let sigma = 30.0;
    let falloff = Falloff::Gaussian { sigma_um: sigma };
    let circuit = wired(vec![rule("L4_E", "L23_E", Amount::InDegree(5), falloff)], 150.0, 8);
    // of sources spread evenly around a target far from the rim, r² is exponential with mean 2σ²: five of many hardly
    // deplete those near by
    let cells = &circuit.column.cells;
    let central = |cell: u32| cells.x_um[cell as usize].hypot(cells.y_um[cell as usize]) < 50.0;
    let squares: Vec<f64> = pairs(&circuit)
        .into_iter()
        .filter(|(_, target)| central(*target))
        .map(|(source, target)| horizontal(&circuit, source, target).powi(2))
        .collect();
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    let error = 2.0 * sigma * sigma / (squares.len() as f64).sqrt();
    assert!((mean - 2.0 * sigma * sigma).abs() < 5.0 * error + 0.03 * mean, "{mean} of {}", squares.len());
}

#[test]
fn reciprocity_is_what_a_rule_states_and_leaves_the_probability_alone() {
    let falloff = Falloff::Gaussian { sigma_um: 60.0 };
    for ratio in [0.0, 1.0, 3.0] {
        let (mut both, mut expected, mut made_n, mut mean_n) = (0_u32, 0.0, 0_usize, 0.0);
        for seed in 0..4 {
            let mut spec = rule("L23_E", "L23_E", Amount::Peak { probability: 0.15 }, falloff);
            spec.reciprocity = Some(ratio);
            let circuit = wired(vec![spec], 70.0, seed);
            let made: BTreeSet<(u32, u32)> = pairs(&circuit).into_iter().collect();
            let cells = members(&circuit, "L23_E");
            for (i, &a) in cells.iter().enumerate() {
                for &b in &cells[..i] {
                    let p = 0.15 * falloff.at(horizontal(&circuit, a, b));
                    expected += ratio * p * p;
                    mean_n += 2.0 * p;
                    both += u32::from(made.contains(&(a, b)) && made.contains(&(b, a)));
                }
            }
            made_n += made.len();
        }
        let error = expected.max(1.0).sqrt();
        assert!((f64::from(both) - expected).abs() <= 5.0 * error, "{both} mutual pairs for {expected} at {ratio}");
        // mutual pairs count twice at most: the variance is at most doubled
        assert!((made_n as f64 - mean_n).abs() < 5.0 * (2.0 * mean_n).sqrt(), "{made_n} for {mean_n} at {ratio}");
    }
}

#[test]
fn reciprocity_between_two_populations() {
    let flat = Falloff::Flat;
    let mut back = rule("L23_PV", "L23_E", Amount::Peak { probability: 0.3 }, flat);
    back.reciprocity = Some(2.0);
    let circuit = wired(vec![rule("L23_E", "L23_PV", Amount::Peak { probability: 0.2 }, flat), back], 90.0, 2);
    let made: BTreeSet<(u32, u32)> = pairs(&circuit).into_iter().collect();
    let (e, pv) = (members(&circuit, "L23_E"), members(&circuit, "L23_PV"));
    let n = (e.len() * pv.len()) as f64;
    let count = |holds: &dyn Fn(u32, u32) -> bool| {
        e.iter().map(|a| pv.iter().filter(|b| holds(*a, **b)).count()).sum::<usize>() as f64 / n
    };
    for (got, p) in [
        (count(&|a, b| made.contains(&(a, b))), 0.2),
        (count(&|a, b| made.contains(&(b, a))), 0.3),
        (count(&|a, b| made.contains(&(a, b)) && made.contains(&(b, a))), 0.12),
    ] {
        assert!((got - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(), "{got} for {p} of {n}");
    }
}

#[test]
fn cells_with_common_neighbours_connect_more_often_at_the_same_mean() {
    let amount = Amount::Peak { probability: 0.08 };
    let plain = rule("L4_E", "L4_E", amount, Falloff::Flat);
    let clustered = PathwaySpec { common_neighbour_gain: Some(0.3), ..plain.clone() };
    // share of connected pairs among those with more common neighbours than the median, over the rest
    let slope = |circuit: &Circuit| {
        let cells = members(circuit, "L4_E");
        let mut neighbours: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (a, b) in pairs(circuit) {
            neighbours.entry(a).or_default().insert(b);
            neighbours.entry(b).or_default().insert(a);
        }
        let empty = BTreeSet::new();
        let of = |cell: &u32| neighbours.get(cell).unwrap_or(&empty);
        let mut counts: Vec<(usize, bool)> = Vec::new();
        for (i, a) in cells.iter().enumerate() {
            for b in &cells[..i] {
                counts.push((of(a).intersection(of(b)).count(), of(a).contains(b)));
            }
        }
        let mut sorted: Vec<usize> = counts.iter().map(|(n, _)| *n).collect();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2];
        let share = |many: bool| {
            let part: Vec<bool> = counts.iter().filter(|(n, _)| (*n > median) == many).map(|(_, c)| *c).collect();
            part.iter().filter(|c| **c).count() as f64 / part.len() as f64
        };
        share(true) / share(false)
    };
    let (without, with) = (wired(vec![plain], 45.0, 6), wired(vec![clustered], 45.0, 6));
    let (a, b) = (without.edges.len() as f64, with.edges.len() as f64);
    assert!((a - b).abs() < 0.06 * a, "{b} connections instead of {a}");
    assert!(slope(&without) < 1.2 && slope(&with) > 1.4, "{} and {}", slope(&without), slope(&with));
}

#[test]
fn another_pathways_rule_and_one_cell_more_elsewhere_move_nothing() {
    let falloff = Falloff::Gaussian { sigma_um: 50.0 };
    let kept = rule("L23_E", "L23_PV", Amount::Peak { probability: 0.3 }, falloff);
    let other = |probability| rule("L4_E", "L4_E", Amount::Peak { probability }, falloff);
    let of_kept = |circuit: &Circuit| {
        // places and values, not ids, which cells elsewhere shift
        let mut rows = Vec::new();
        let name = |cell: usize| {
            let population = circuit.column.cells.population[cell];
            circuit.column.header.populations[usize::from(population)].name.clone()
        };
        let at = |cell: usize| {
            let cells = &circuit.column.cells;
            (cells.x_um[cell].to_bits(), cells.y_um[cell].to_bits(), cells.depth_um[cell].to_bits())
        };
        circuit.connections().for_each(|source, _, c| {
            if name(source) == "L23_E" && name(c.target as usize) == "L23_PV" {
                let values = (c.n_synapses, c.gsyn_ns.to_bits(), c.u_syn.to_bits(), c.delay_ms.to_bits());
                rows.push((at(source), at(c.target as usize), values));
            }
        });
        rows.sort_unstable();
        rows
    };
    let first = wired(vec![kept.clone(), other(0.1)], 70.0, 9);
    assert!(of_kept(&first).len() > 500);
    assert!(
        of_kept(&first) == of_kept(&wired(vec![kept.clone(), other(0.2)], 70.0, 9)),
        "a rule moved another pathway"
    );
    let mut recipe = Recipe { pathways: vec![nothing(), kept, other(0.1)], ..shipped("rat-barrel") };
    let layer_4 = recipe.column.as_mut().unwrap().layers.iter_mut().find(|layer| layer.layer == "4").unwrap();
    // one cell at this radius
    layer_4.n_cells = layer_4.n_cells.map(|n| n + (230.9_f64 / 70.0).powi(2) * 1.3);
    let grown = wire(&recipe, column(&recipe, 70.0, 3), 9, &|_| ControlFlow::Continue(())).unwrap();
    let more = grown.column.cells.len() - first.column.cells.len();
    assert!((1..=2).contains(&more), "{more} cells more");
    assert!(of_kept(&first) == of_kept(&grown), "a cell in layer 4 moved a pathway of layer 2/3");
}

#[test]
fn any_number_of_threads_gives_the_same_circuit() {
    let recipe = shipped("rat-barrel");
    let digest = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let column = column(&recipe, 80.0, 1);
        pool.install(|| wire(&recipe, column, 1, &|_| ControlFlow::Continue(()))).unwrap().digest()
    };
    assert_eq!(digest(1), digest(2));
    assert_eq!(digest(1), digest(5));
}

#[test]
fn what_cannot_be_is_refused_with_figures_and_a_place() {
    let near = Falloff::Gaussian { sigma_um: 10.0 };
    let refused = |spec: PathwaySpec| {
        let error = try_wired(vec![spec], 60.0, 1).unwrap_err();
        assert!(!error.remedy().is_empty());
        error.to_string()
    };
    let mean = Amount::Mean { probability: 0.2, within_um: 100.0 };
    let told = refused(rule("L4_E", "L23_E", mean, near));
    // 0.2 over (1 - e^-50)/50
    assert!(told.contains("L4_E -> L23_E would be 10.000") && told.contains("pathways.yaml:1"), "{told}");
    let told = refused(rule("L23_PV", "L23_PV", Amount::InDegree(5_000), Falloff::Flat));
    assert!(told.contains("asks for 5000 sources"), "{told}");
    let told = refused(rule("L4_E", "L23_PV", Amount::Total(100_000_000), Falloff::Flat));
    assert!(told.contains("asks for 100000000 connections"), "{told}");
    let mut spec = rule("L4_E", "L23_E", Amount::Peak { probability: 0.1 }, Falloff::Flat);
    spec.mean_synapses = Some(400.0);
    assert!(refused(spec.clone()).contains("has a mean of 400"));
    spec.mean_synapses = Some(4.0);
    spec.common_neighbour_gain = Some(0.2);
    assert!(refused(spec.clone()).contains("within a population"));
    let mut spec = rule("L4_E", "L4_E", Amount::Peak { probability: 0.6 }, Falloff::Flat);
    spec.reciprocity = Some(3.0);
    let told = refused(spec);
    assert!(told.contains("1.800 with its reciprocity"), "{told}");
}
