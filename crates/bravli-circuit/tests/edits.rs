//! What edits change, and above all what they leave.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_circuit::{
    Circuit, Connection, Edit, EditError, EditGround, Edited, NodeExpression, NodeTest, NodeValue, Order, PlaceRequest,
    Remove, Rewire, Scale, Shuffle, apply, place, wire,
};
use bravli_recipe::{Recipe, RecipeFiles, read};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

const SEED: u64 = 3;

struct Case {
    recipe: Recipe,
    circuit: Circuit,
}

fn recipe() -> Recipe {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    });
    read("rat-barrel", &RecipeFiles(files.collect())).unwrap().recipe
}

static CASE: LazyLock<Case> = LazyLock::new(|| {
    let recipe = recipe();
    let layers = ["2", "3", "4"].map(str::to_owned).to_vec();
    let request = PlaceRequest { radius_um: Some(50.0), layers, seed: 1, memory_bytes: 1 << 30 };
    let column = place(&recipe, &request).unwrap();
    let circuit = wire(&recipe, column, SEED, &|_| ControlFlow::Continue(())).unwrap();
    assert!(circuit.edges.len() > 5_000, "{}", circuit.edges.len());
    Case { recipe, circuit }
});

fn edited(circuit: &Circuit, edit: Edit) -> Result<(Circuit, Edited), EditError> {
    let go_on = |_| ControlFlow::Continue(());
    let ground = EditGround { recipe: &CASE.recipe, wiring_seed: SEED, progress: &go_on };
    apply(circuit.clone(), &edit, &ground)
}

fn shuffle(pre: &str, post: &str, bin_um: Option<f64>, seed: u64) -> Edit {
    Edit::Shuffle(Shuffle { pre: pre.into(), post: post.into(), bin_um, swaps: 10.0, seed })
}

fn remove(pre: &str, post: &str) -> Edit {
    Edit::Remove(Remove { pre: pre.into(), post: post.into() })
}

fn rewire(pre: &str, post: &str, rule: &[(&str, f64)], seed: Option<u64>) -> Edit {
    let rule = rule.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Edit::Rewire(Rewire { pre: pre.into(), post: post.into(), rule, seed })
}

/// Every connection with its source, by whether it lies between the two populations.
fn rows(circuit: &Circuit, pre: &str, post: &str) -> [Vec<(usize, Connection)>; 2] {
    let names = &circuit.column.header.populations;
    let of = |cell: usize| names[usize::from(circuit.column.cells.population[cell])].name.as_str();
    let mut rows = [Vec::new(), Vec::new()];
    circuit.connections().for_each(|source, _, connection| {
        let is_between = of(source) == pre && of(connection.target as usize) == post;
        rows[usize::from(is_between)].push((source, *connection));
    });
    rows
}

#[test]
fn removing_leaves_all_other_rows_bit_equal() {
    let before = &CASE.circuit;
    let (after, done) = edited(before, remove("L4_E", "L23_PV")).unwrap();
    let ([others, gone], [others_now, left]) = (rows(before, "L4_E", "L23_PV"), rows(&after, "L4_E", "L23_PV"));
    assert!(left.is_empty() && !gone.is_empty());
    assert_eq!(others, others_now);
    assert_eq!(done.n_connections, gone.len() as u64);
    assert_eq!(after.header, before.header);
}

#[test]
fn rewiring_changes_its_pathway_alone_and_as_wiring_the_whole_would() {
    let before = &CASE.circuit;
    let (after, done) = edited(before, rewire("L4_E", "L23_E", &[("probability", 0.05)], None)).unwrap();
    let ([others, old], [others_now, new]) = (rows(before, "L4_E", "L23_E"), rows(&after, "L4_E", "L23_E"));
    assert_eq!(others, others_now);
    // thinner by the ratio of the probabilities; a pair that both rules connect keeps its values
    assert!(new.len() > 100 && new.len() * 2 < old.len(), "{} of {}", new.len(), old.len());
    let known: BTreeMap<(usize, u32), Connection> = old.iter().map(|(a, row)| ((*a, row.target), *row)).collect();
    let both: Vec<_> = new.iter().filter_map(|(a, row)| Some((row, known.get(&(*a, row.target))?))).collect();
    assert!(!both.is_empty());
    assert!(both.iter().all(|(now, then)| **now == Connection { pathway: now.pathway, ..**then }));
    assert!(done.what.contains(&format!("{} connections before, {} after", old.len(), new.len())), "{}", done.what);

    let mut recipe = CASE.recipe.clone();
    let changed = recipe.pathway("L4_E", "L23_E").unwrap();
    let changed = changed.changed("L4_E", "L23_E", &[("probability".into(), 0.05)]).unwrap();
    recipe.pathways.push(changed);
    let whole = wire(&recipe, before.column.clone(), SEED, &|_| ControlFlow::Continue(())).unwrap();
    let without_index = |rows: Vec<(usize, Connection)>| -> Vec<(usize, Connection)> {
        rows.into_iter().map(|(source, row)| (source, Connection { pathway: 0, class: 0, ..row })).collect()
    };
    assert_eq!(without_index(rows(&whole, "L4_E", "L23_E")[1].clone()), without_index(new));
    assert_eq!(whole.edges, after.edges);
}

#[test]
fn another_seed_and_other_rules_draw_a_pathway_again() {
    let before = &CASE.circuit;
    for edit in [
        rewire("L4_E", "L4_PV", &[], Some(9)),
        rewire("L4_E", "L4_PV", &[("in_degree", 5.0)], None),
        rewire("L4_E", "L4_PV", &[("total", 300.0), ("lambda_um", 60.0)], None),
        rewire("L4_E", "L4_PV", &[("reciprocity", 1.5)], None),
    ] {
        let (after, _) = edited(before, edit.clone()).unwrap();
        let ([others, old], [others_now, new]) = (rows(before, "L4_E", "L4_PV"), rows(&after, "L4_E", "L4_PV"));
        assert_eq!(others, others_now);
        assert_ne!(old, new, "{edit:?}");
    }
    let (after, _) = edited(before, rewire("L4_E", "L4_PV", &[("total", 300.0)], None)).unwrap();
    assert_eq!(rows(&after, "L4_E", "L4_PV")[1].len(), 300);
}

#[test]
fn reciprocity_against_a_pathway_that_was_edited_is_refused() {
    let (after, _) = edited(&CASE.circuit, remove("L4_PV", "L4_E")).unwrap();
    let error = edited(&after, rewire("L4_E", "L4_PV", &[("reciprocity", 1.5)], None)).unwrap_err();
    assert!(matches!(error, EditError::Reciprocity { .. }), "{error}");
}

#[test]
fn scaling_is_exact_and_touches_its_class_alone() {
    let before = &CASE.circuit;
    let scale = |class: &str, conductance_factor, u_syn_factor| {
        Edit::Scale(Scale { pre: "*".into(), post: "*".into(), class: class.into(), conductance_factor, u_syn_factor })
    };
    let class = before.header.classes[0].clone();
    let (after, done) = edited(before, scale(&class, Some(0.5), Some(0.25))).unwrap();
    let mut n = 0;
    let mut now = Vec::new();
    after.connections().for_each(|source, _, row| now.push((source, *row)));
    let mut at = now.iter();
    before.connections().for_each(|source, _, row| {
        let (source_now, row_now) = at.next().unwrap();
        assert_eq!(source, *source_now);
        let mut expected = *row;
        if before.header.classes[usize::from(row.class)] == class {
            n += 1;
            expected.gsyn_ns *= 0.5;
            assert!((row_now.u_syn - 0.25 * row.u_syn).abs() < 1e-6);
            expected.u_syn = row_now.u_syn;
        }
        assert_eq!(expected, *row_now);
    });
    assert_eq!(done.n_connections, n);
    let error = edited(before, scale("*", None, Some(900.0))).unwrap_err();
    assert!(matches!(error, EditError::UsynAboveOne { .. }), "{error}");
    for nothing in [scale("*", None, None), scale("*", Some(1.0), None)] {
        assert!(matches!(edited(before, nothing).unwrap_err(), EditError::Nothing { .. }));
    }
    assert!(matches!(edited(before, scale("*", Some(f64::NAN), None)).unwrap_err(), EditError::Range { .. }));
}

/// Out- and in-degree of every cell, by pathway of the header.
fn degrees(circuit: &Circuit) -> BTreeMap<(u16, bool, u32), u32> {
    let mut degrees = BTreeMap::new();
    circuit.connections().for_each(|source, _, row| {
        *degrees.entry((row.pathway, true, source as u32)).or_default() += 1;
        *degrees.entry((row.pathway, false, row.target)).or_default() += 1;
    });
    degrees
}

/// Connections by pathway and bin of distance.
fn histogram(circuit: &Circuit, bin_um: f64) -> BTreeMap<(u16, u32), u32> {
    let connections = circuit.connections();
    let mut histogram = BTreeMap::new();
    connections.for_each(|source, _, row| {
        let distance = connections.distance_um(source, row.target as usize);
        *histogram.entry((row.pathway, (distance / bin_um) as u32)).or_default() += 1;
    });
    histogram
}

fn pairs(circuit: &Circuit) -> BTreeSet<(usize, u32)> {
    let mut pairs = BTreeSet::new();
    circuit.connections().for_each(|source, _, row| {
        assert_ne!(source, row.target as usize, "a cell connects to itself");
        assert!(pairs.insert((source, row.target)), "{source} connects twice to {}", row.target);
    });
    pairs
}

/// Values of the connections onto each target, without what depends on the source.
fn values(circuit: &Circuit) -> Vec<(u32, u16, u8, u32, u32)> {
    let mut values = Vec::new();
    circuit.connections().for_each(|_, _, row| {
        values.push((row.target, row.pathway, row.n_synapses, row.gsyn_ns.to_bits(), row.u_syn.to_bits()));
    });
    values.sort_unstable();
    values
}

#[test]
fn shuffles_keep_degrees_rules_and_what_targets_receive_and_move_most_connections() {
    let before = &CASE.circuit;
    let before_pairs = pairs(before);
    for (bin_um, most_kept) in [(None, 0.45), (Some(40.0), 0.75)] {
        let (after, done) = edited(before, shuffle("*", "*", bin_um, 1)).unwrap();
        assert_eq!(degrees(before), degrees(&after));
        assert_eq!(values(before), values(&after));
        let now = pairs(&after);
        assert_eq!(now.len(), before_pairs.len());
        let kept = now.intersection(&before_pairs).count();
        assert_eq!(done.n_connections as usize, now.len() - kept);
        assert!((kept as f64) < most_kept * now.len() as f64, "{kept} of {} stay; {}", now.len(), done.what);
        if let Some(bin_um) = bin_um {
            assert_eq!(histogram(before, bin_um), histogram(&after, bin_um));
        } else {
            assert_ne!(histogram(before, 40.0), histogram(&after, 40.0));
        }
        let again = edited(before, shuffle("*", "*", bin_um, 2)).unwrap().0;
        assert_ne!(again.edges.digest(), after.edges.digest(), "another seed, other pairs");
    }
}

#[test]
fn a_shuffle_leaves_other_pathways_and_does_not_depend_on_threads() {
    let before = &CASE.circuit;
    let with = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| edited(before, shuffle("L4_E", "L4_E", Some(50.0), 7)).unwrap().0)
    };
    let (one, two) = (with(1), with(2));
    assert_eq!(one, two);
    let ([others, own], [others_now, own_now]) = (rows(before, "L4_E", "L4_E"), rows(&one, "L4_E", "L4_E"));
    assert_eq!(others, others_now);
    assert_ne!(own, own_now);
}

#[test]
fn kept_cells_have_the_induced_subgraph_and_the_rest_is_counted() {
    let before = &CASE.circuit;
    let texts = |names: &[&str]| NodeTest::AnyOf(names.iter().map(|name| NodeValue::Text((*name).into())).collect());
    let expression = NodeExpression(vec![
        ("layer".into(), texts(&["3", "4"])),
        ("population".into(), NodeTest::Matches("_(E|PV)$".into())),
        ("radius_um".into(), NodeTest::Compares(Order::AtMost, 40.0)),
    ]);
    let (after, done) = edited(before, Edit::Keep(expression)).unwrap();
    let (old, cells) = (&before.column, &before.column.cells);
    let kept: Vec<usize> = (0..cells.len())
        .filter(|i| {
            let population = &old.header.populations[usize::from(cells.population[*i])].name;
            let layer = &old.header.layers[usize::from(cells.layer[*i])].layer;
            let radius = f64::from(cells.x_um[*i]).hypot(f64::from(cells.y_um[*i]));
            (layer == "3" || layer == "4")
                && (population.ends_with("_E") || population.ends_with("_PV"))
                && radius <= 40.0
        })
        .collect();
    assert!(kept.len() > 50 && after.column.cells.len() == kept.len());
    let new_id: BTreeMap<usize, u32> = kept.iter().enumerate().map(|(new, old)| (*old, new as u32)).collect();
    let mut expected = Vec::new();
    let (mut cut_in, mut cut_out) = (0, 0);
    before.connections().for_each(|source, _, row| {
        let n = u64::from(row.n_synapses);
        match (new_id.get(&source), new_id.get(&(row.target as usize))) {
            (Some(source), Some(target)) => expected.push((*source as usize, Connection { target: *target, ..*row })),
            (None, Some(_)) => cut_in += n,
            (Some(_), None) => cut_out += n,
            (None, None) => {}
        }
    });
    let mut now = Vec::new();
    after.connections().for_each(|source, _, row| now.push((source, *row)));
    assert_eq!(now, expected);
    assert_eq!(done.cut.iter().map(|row| row.cut_in).sum::<u64>(), cut_in);
    assert_eq!(done.cut.iter().map(|row| row.cut_out).sum::<u64>(), cut_out);
    assert_eq!(done.cut.iter().map(|row| row.kept_in).sum::<u64>(), after.edges.n_synapses());
    let n: u32 = after.column.header.populations.iter().map(|known| known.n_cells).sum();
    assert_eq!(n as usize, kept.len());
    assert!(after.column.header.layers.iter().all(|layer| layer.n_cells > 0));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let before = &CASE.circuit;
    let told = |edit: Edit| {
        let error = edited(before, edit).unwrap_err();
        (error.field(), format!("{error}; {}", error.remedy()))
    };
    let (field, text) = told(remove("L4E", "L23_E"));
    assert!(field == "pre" && text.contains("nearest") && text.contains("L4_E"), "{text}");
    let (_, text) = told(remove("L4_SST", "L4_SST"));
    assert!(text.contains("no connection L4_SST -> L4_SST") && text.contains("L4_SST->"), "{text}");
    let (field, text) = told(rewire("L4_E", "L4_E", &[("probabilty", 0.2)], None));
    assert!(field == "rule" && text.contains("probability"), "{text}");
    let (field, text) = told(rewire("L4_E", "L4_E", &[], None));
    assert!(field == "rule" && text.contains("another seed"), "{text}");
    let (_, text) = told(rewire("L4_E", "L4_E", &[("in_degree", 100_000.0)], None));
    assert!(text.contains("within reach"), "{text}");
    let (field, text) = told(Edit::Scale(Scale {
        pre: "*".into(),
        post: "*".into(),
        class: "E9".into(),
        conductance_factor: Some(2.0),
        u_syn_factor: None,
    }));
    assert!(field == "class" && text.contains("nearest"), "{text}");
    let keep = |property: &str, test: NodeTest| Edit::Keep(NodeExpression(vec![(property.into(), test)]));
    let (_, text) = told(keep("layr", NodeTest::Matches("4".into())));
    assert!(text.contains("they have layer"), "{text}");
    let (_, text) = told(keep("layer", NodeTest::AnyOf(vec![NodeValue::Text("7".into())])));
    assert!(text.contains("no cell has the layer"), "{text}");
    let (_, text) = told(keep("node_id", NodeTest::AnyOf(vec![NodeValue::Number(1e12)])));
    assert!(text.contains("there is 0 to"), "{text}");
    let (_, text) = told(keep("depth_um", NodeTest::Compares(Order::Less, f64::NAN)));
    assert!(text.contains("no cell"), "{text}");
    let (_, text) = told(keep("depth_um", NodeTest::Compares(Order::AtLeast, 0.0)));
    assert!(text.contains("all"), "{text}");
    let (_, text) = told(keep("mtype", NodeTest::Matches("(".into())));
    assert!(text.contains("no regular expression"), "{text}");
    let (field, text) =
        told(Edit::Shuffle(Shuffle { pre: "*".into(), post: "*".into(), bin_um: None, swaps: 1e9, seed: 1 }));
    assert!(field == "swaps" && text.contains("1000"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_cells_keep_their_connections_among_themselves(
        ids in prop::collection::btree_set(0_u32..400, 2..120), swaps in 0.1_f64..4.0, seed: u64,
    ) {
        let before = &CASE.circuit;
        let wanted = ids.iter().map(|id| NodeValue::Number(f64::from(*id))).collect();
        let keep = Edit::Keep(NodeExpression(vec![("node_id".into(), NodeTest::AnyOf(wanted))]));
        let (part, _) = edited(before, keep).unwrap();
        let list: Vec<u32> = ids.into_iter().collect();
        let mut expected = BTreeSet::new();
        before.connections().for_each(|source, _, row| {
            let at = |cell: u32| list.binary_search(&cell).ok();
            if let (Some(source), Some(target)) = (at(source as u32), at(row.target)) {
                expected.insert((source, target as u32));
            }
        });
        prop_assert_eq!(pairs(&part), expected);
        // few connections may allow no swap at all
        let shuffle = Shuffle { pre: "*".into(), post: "*".into(), bin_um: None, swaps, seed };
        if let Ok((shuffled, _)) = edited(&part, Edit::Shuffle(shuffle)) {
            prop_assert_eq!(degrees(&part), degrees(&shuffled));
            prop_assert_eq!(pairs(&part).len(), pairs(&shuffled).len());
        }
    }
}
