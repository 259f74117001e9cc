//! The wiring report counts what is there, expects what the rules make of the cells as they lie, and finds what is wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_circuit::{
    Circuit, PathwayReport, PlaceRequest, Verdict, What, WiringReport, pair_odds, peak_probability, place, wire,
    wiring_report,
};
use bravli_recipe::{Amount, Falloff, PathwaySpec, Recipe, RecipeFiles, read};
use std::ops::ControlFlow;
use std::path::Path;

fn shipped() -> Recipe {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    });
    read("rat-barrel", &RecipeFiles(files.collect())).unwrap().recipe
}

fn rule(like: &PathwaySpec, pre: &str, post: &str, amount: Amount) -> PathwaySpec {
    PathwaySpec {
        pre: pre.into(),
        post: post.into(),
        amount,
        horizontal: Falloff::Gaussian { sigma_um: 70.0 },
        vertical: Falloff::Flat,
        reciprocity: None,
        common_neighbour_gain: None,
        ..like.clone()
    }
}

/// The shipped recipe with one rule of each kind among the populations of layer 4.
fn every_kind() -> Recipe {
    let mut recipe = shipped();
    let like = recipe.pathways[0].clone();
    let mean = |probability| Amount::Mean { probability, within_um: 60.0 };
    let mut rules = vec![
        rule(&like, "*", "*", mean(0.05)),
        rule(&like, "L4_E", "L4_E", mean(0.06)),
        rule(&like, "L4_PV", "L4_E", Amount::InDegree(4)),
        rule(&like, "L4_E", "L4_PV", Amount::Total(200)),
        rule(&like, "L4_E", "L4_SST", Amount::Peak { probability: 0.2 }),
        rule(&like, "L4_SST", "L4_E", mean(0.05)),
        rule(&like, "L4_SST", "L4_SST", mean(0.0)),
        rule(&like, "L4_HTR3A", "L4_E", mean(0.1)),
        rule(&like, "L23_E", "L4_*", mean(0.4)),
        rule(&like, "L4_HTR3A", "L4_[EP]*", mean(0.1)),
    ];
    rules[1].reciprocity = Some(3.0);
    rules[5].reciprocity = Some(2.0);
    rules[4].horizontal = Falloff::Exponential { lambda_um: 50.0 };
    rules[9].horizontal = Falloff::Box { reach_um: 80.0 };
    rules[9].vertical = Falloff::Gaussian { sigma_um: 150.0 };
    for (line, rule) in rules.iter_mut().enumerate() {
        rule.at.line = line as u32 + 1;
    }
    recipe.pathways = rules;
    recipe
}

fn circuit(recipe: &Recipe, radius_um: f64, layers: &[&str], seed: u64) -> Circuit {
    let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
    let request = PlaceRequest { radius_um: Some(radius_um), layers, seed: 1, memory_bytes: 1 << 32 };
    let column = place(recipe, &request).unwrap();
    wire(recipe, column, seed, &|_| ControlFlow::Continue(())).unwrap()
}

fn of<'a>(report: &'a WiringReport, pre: &str, post: &str) -> &'a PathwayReport {
    report.pathways.iter().find(|pathway| pathway.pre == pre && pathway.post == post).unwrap()
}

fn line(pathway: &PathwayReport, what: What) -> &bravli_circuit::Check {
    pathway.checks.iter().find(|check| check.what == what).unwrap()
}

/// All pairs of cells of two populations: source, target, horizontal distance in µm, whether connected.
fn pairs(circuit: &Circuit, pre: &str, post: &str) -> Vec<(usize, usize, f64, bool)> {
    let (header, cells) = (&circuit.column.header, &circuit.column.cells);
    let named = |cell: usize, name: &str| header.populations[usize::from(cells.population[cell])].name == name;
    let mut pairs = Vec::new();
    for source in (0..cells.len()).filter(|cell| named(*cell, pre)) {
        let targets = &circuit.edges.targets()[circuit.connections().rows(source)];
        for target in (0..cells.len()).filter(|cell| named(*cell, post) && *cell != source) {
            let apart = |axis: &[f32]| f64::from(axis[source]) - f64::from(axis[target]);
            let (dx, dy) = (apart(&cells.x_um), apart(&cells.y_um));
            pairs.push((source, target, (dx * dx + dy * dy).sqrt(), targets.contains(&(target as u32))));
        }
    }
    pairs
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn counts_and_expectations_are_those_of_all_pairs_one_by_one() {
    let recipe = every_kind();
    let circuit = circuit(&recipe, 55.0, &["4"], 3);
    let report = wiring_report(&recipe, &circuit);
    for (pre, post) in [("L4_E", "L4_E"), ("L4_E", "L4_SST"), ("L4_SST", "L4_E"), ("L4_PV", "L4_PV")] {
        let pathway = of(&report, pre, post);
        let all = pairs(&circuit, pre, post);
        let spec = recipe.pathway(pre, post).unwrap();
        let (peak, within) = match spec.amount {
            Amount::Mean { probability, within_um } => {
                (peak_probability(probability, within_um, &spec.horizontal), within_um)
            }
            Amount::Peak { probability } => (probability, -1.0),
            _ => unreachable!(),
        };
        let p = |distance: f64| peak * spec.horizontal.at(distance);
        assert!(close(pathway.n_pairs, all.len() as f64));
        let check = line(pathway, What::Connections);
        assert!(close(check.expected, all.iter().map(|pair| p(pair.2)).sum()), "{pre}->{post}");
        let got = all.iter().filter(|pair| pair.3).count();
        assert_eq!(pathway.n_connections, got as u64);
        assert!(close(check.got, got as f64));
        let excess = if pre == post { spec.reciprocity.unwrap_or(1.0) - 1.0 } else { 0.0 };
        let variance = all.iter().map(|pair| p(pair.2) * (1.0 - p(pair.2)) + excess * p(pair.2).powi(2)).sum::<f64>();
        assert!(close(check.sd, variance.sqrt()), "{pre}->{post}: {} {}", check.sd, variance.sqrt());
        if within > 0.0 {
            let near: Vec<_> = all.iter().filter(|pair| pair.2 <= within).collect();
            let check = line(pathway, What::ProbabilityWithin);
            let got = near.iter().filter(|pair| pair.3).count() as f64 / near.len() as f64;
            assert!(close(check.got, got));
            assert!(close(check.expected, near.iter().map(|pair| p(pair.2)).sum::<f64>() / near.len() as f64));
        }
        for (i, bin) in pathway.by_distance.iter().enumerate() {
            let is_last = i + 1 == pathway.by_distance.len();
            let inside = |d: f64| d >= bin.from_um && (is_last || d < bin.to_um);
            let here: Vec<_> = all.iter().filter(|pair| inside(pair.2)).collect();
            assert_eq!(bin.got, here.iter().filter(|pair| pair.3).count() as u64, "{pre}->{post} {bin:?}");
            assert!(close(bin.n_pairs, here.len() as f64));
        }
        let degree = |by_source: bool| {
            let mut degrees = std::collections::BTreeMap::new();
            for pair in &all {
                *degrees.entry(if by_source { pair.0 } else { pair.1 }).or_insert(0_u32) += u32::from(pair.3);
            }
            (*degrees.values().min().unwrap(), *degrees.values().max().unwrap())
        };
        assert_eq!((pathway.out_degree.min, pathway.out_degree.max), degree(true));
        assert_eq!((pathway.in_degree.min, pathway.in_degree.max), degree(false));
        let back: std::collections::BTreeSet<_> =
            pairs(&circuit, post, pre).iter().filter(|pair| pair.3).map(|pair| (pair.1, pair.0)).collect();
        let both = all.iter().filter(|pair| pair.3 && back.contains(&(pair.0, pair.1))).count();
        let found = pathway.reciprocity.unwrap();
        assert_eq!(found.n_both, if pre == post { both / 2 } else { both } as u64);
    }
    let fixed = of(&report, "L4_PV", "L4_E");
    assert_eq!((fixed.in_degree.min, fixed.in_degree.max), (4, 4));
    assert_eq!(line(fixed, What::InDegree).verdict, Verdict::Ok);
    assert_eq!(line(of(&report, "L4_E", "L4_PV"), What::Total).got, 200.0);
    assert!(!report.pathways.iter().any(|pathway| pathway.pre == "L4_SST" && pathway.post == "L4_SST"));
    let synapses: u64 = report.pathways.iter().map(|pathway| pathway.n_synapses).sum();
    let received = report.afferent.iter().map(|row| f64::from(row.n_cells) * (row.excitatory + row.inhibitory));
    assert!(close(received.sum(), synapses as f64));
    assert_eq!(synapses, circuit.edges.n_synapses());
}

/// Lines of circuits that are as stated deviate as normal numbers do. Over 40 seeds and some 40 lines, not independent
/// within a circuit, the variance of z lies within 0.6 to 1.3 (the tolerances are cautious: the sd of synapses carries 5 %
/// for rounding, and fixed numbers vary less than independent pairs), no line is off, and few are beyond 3.
#[test]
fn circuits_that_are_as_stated_are_not_called_off() {
    let recipe = every_kind();
    let (mut z, mut beyond, mut lines) = (Vec::new(), 0, 0);
    for seed in 0..40 {
        let report = wiring_report(&recipe, &circuit(&recipe, 55.0, &["4"], seed));
        assert_eq!(report.checked.n_off, 0, "seed {seed}: {:#?}", report.pathways);
        assert_eq!(report.checked.n_within, report.checked.n_pathways);
        beyond += report.checked.n_beyond_3sd;
        lines += report.checked.n_lines;
        let checks = report.pathways.iter().flat_map(|pathway| &pathway.checks);
        z.extend(
            checks.filter(|check| matches!(check.what, What::Connections | What::Reciprocity)).filter_map(|c| c.z),
        );
    }
    let mean = z.iter().sum::<f64>() / z.len() as f64;
    let variance = z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / z.len() as f64;
    assert!(mean.abs() < 5.0 / (z.len() as f64).sqrt(), "mean z {mean} of {}", z.len());
    assert!((0.6..1.3).contains(&variance), "variance of z {variance} of {}", z.len());
    // 0.27 % of about 2,300 is 6; sixteen or more have a probability of 0.1 %
    assert!(beyond < 16, "{beyond} of {lines} lines beyond 3");
}

/// A stated reciprocity is met over seeds within five standard errors of the mean.
#[test]
fn reciprocity_is_measured_without_bias() {
    let recipe = every_kind();
    for (pre, post, stated) in [("L4_E", "L4_E", 3.0), ("L4_SST", "L4_E", 2.0)] {
        let (mut sum, mut squared_error, n) = (0.0, 0.0, 8);
        for seed in 20..20 + n {
            let report = wiring_report(&recipe, &circuit(&recipe, 55.0, &["4"], seed));
            let found = of(&report, pre, post).reciprocity.unwrap();
            sum += found.ratio;
            squared_error += found.se * found.se;
        }
        let (mean, error) = (sum / n as f64, squared_error.sqrt() / n as f64);
        assert!((mean - stated).abs() < 5.0 * error, "{pre}->{post}: {mean} ± {error} for {stated}");
        assert!(error < 0.2 * stated, "{pre}->{post}: an error of {error} tells little");
    }
}

/// Where pairs are too many, a part of them is looked at; its error is far below that of the draws.
#[test]
fn a_part_of_the_pairs_tells_what_all_would() {
    let recipe = every_kind();
    let circuit = circuit(&recipe, 130.0, &["4"], 1);
    let report = wiring_report(&recipe, &circuit);
    let pathway = of(&report, "L4_E", "L4_E");
    assert!(pathway.n_pairs > 1e6, "{} pairs are all looked at", pathway.n_pairs);
    let all = pairs(&circuit, "L4_E", "L4_E");
    assert!(close(pathway.n_pairs, all.len() as f64));
    let spec = recipe.pathway("L4_E", "L4_E").unwrap();
    let peak = peak_probability(0.06, 60.0, &spec.horizontal);
    let expected: f64 = all.iter().map(|pair| peak * spec.horizontal.at(pair.2)).sum();
    let check = line(pathway, What::Connections);
    assert!((check.expected - expected).abs() < 0.5 * check.sd, "{} for {expected}, sd {}", check.expected, check.sd);
    assert!(
        check.sd < 1.3 * expected.sqrt(),
        "the part of the pairs costs precision: {} {}",
        check.sd,
        expected.sqrt()
    );
    for bin in &pathway.by_distance[..3] {
        let here = all.iter().filter(|pair| pair.2 >= bin.from_um && pair.2 < bin.to_um);
        let expected: f64 = here.map(|pair| peak * spec.horizontal.at(pair.2)).sum();
        assert!((bin.expected - expected).abs() < 2.0 * expected.sqrt(), "{bin:?}: {expected}");
    }
    assert_eq!(report.checked.n_off, 0, "{:#?}", report.pathways);
}

#[test]
fn a_circuit_wired_by_another_recipe_is_off_where_it_differs() {
    let stated = every_kind();
    let wired = |change: &dyn Fn(&mut Recipe)| {
        let mut other = every_kind();
        change(&mut other);
        wiring_report(&stated, &circuit(&other, 55.0, &["4"], 5))
    };
    let off = |report: &WiringReport, pre: &str, post: &str, what: What| {
        let check = line(of(report, pre, post), what).clone();
        assert_eq!(check.verdict, Verdict::Off, "{pre}->{post} {check:?}");
        assert!(report.checked.n_within < report.checked.n_pathways);
        // elsewhere nothing changed
        assert_eq!(line(of(report, "L4_SST", "L4_PV"), What::Connections).verdict, Verdict::Ok);
    };
    let more = wired(&|recipe| recipe.pathways[1].amount = Amount::Mean { probability: 0.08, within_um: 60.0 });
    off(&more, "L4_E", "L4_E", What::Connections);
    off(&more, "L4_E", "L4_E", What::ProbabilityWithin);
    let alone = wired(&|recipe| recipe.pathways[1].reciprocity = None);
    off(&alone, "L4_E", "L4_E", What::Reciprocity);
    let narrow = wired(&|recipe| recipe.pathways[1].horizontal = Falloff::Gaussian { sigma_um: 35.0 });
    off(&narrow, "L4_E", "L4_E", What::DistanceProfile);
    let fewer = wired(&|recipe| recipe.pathways[2].amount = Amount::InDegree(3));
    off(&fewer, "L4_PV", "L4_E", What::InDegree);
    let none = wired(&|recipe| recipe.pathways[6].amount = Amount::Mean { probability: 0.1, within_um: 60.0 });
    off(&none, "L4_SST", "L4_SST", What::Connections);
    let contacts = wired(&|recipe| recipe.pathways[1].mean_synapses = Some(6.0));
    off(&contacts, "L4_E", "L4_E", What::SynapsesMean);
}

#[test]
fn rules_that_decide_nothing_are_told_with_the_reason() {
    let recipe = every_kind();
    let report = wiring_report(&recipe, &circuit(&recipe, 40.0, &["4"], 1));
    let why: Vec<(&str, &str)> =
        report.unused_rules.iter().map(|rule| (rule.pre.as_str(), rule.why.as_str())).collect();
    assert_eq!(why.len(), 2, "{why:?}");
    assert!(why[0].0 == "L4_HTR3A" && why[0].1.starts_with("always overridden, by pathways.yaml:10:"), "{why:?}");
    assert_eq!(why[1], ("L23_E", "the column has no population \"L23_E\""));
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let recipe = every_kind();
    let circuit = circuit(&recipe, 90.0, &["4", "5"], 1);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| wiring_report(&recipe, &circuit))
    };
    assert_eq!(with(1), with(3));
}

/// The probability told of single pairs adds up to the connections there are, for every kind of rule.
#[test]
fn odds_of_single_pairs_are_those_of_the_rules() {
    let recipe = every_kind();
    let circuit = circuit(&recipe, 40.0, &["4"], 2);
    for (pre, post) in [("L4_E", "L4_SST"), ("L4_PV", "L4_E"), ("L4_E", "L4_PV"), ("L4_SST", "L4_E")] {
        // every so many pairs, so that all distances come up
        let all = pairs(&circuit, pre, post);
        let stride = (all.len() / 400).max(1);
        let (mut expected, mut variance, mut given) = (0.0, 0.0, 0.0);
        for pair in all.iter().step_by(stride) {
            let odds = pair_odds(&recipe, &circuit, pair.0 as u32, pair.1 as u32).unwrap();
            assert!((odds.horizontal_um - pair.2).abs() < 1e-9);
            let p = odds.probability.unwrap();
            expected += p;
            variance += p * (1.0 - p);
            given += odds.given_opposite.unwrap_or(p);
        }
        let got = all.iter().step_by(stride).filter(|pair| pair.3).count() as f64;
        assert!((got - expected).abs() < 5.0 * variance.sqrt(), "{pre}->{post}: {got} for {expected}");
        assert!((got - given).abs() < 5.0 * variance.sqrt(), "{pre}->{post}: {got} for {given}, opposite known");
    }
    assert!(pair_odds(&recipe, &circuit, 3, 3).is_none());
    assert!(pair_odds(&recipe, &circuit, 0, u32::MAX).is_none());
}
