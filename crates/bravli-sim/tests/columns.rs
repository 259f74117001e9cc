//! Columns lowered to networks, and run by the fast engine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use bravli_sim::lower::{
    CELLS, ColumnInput, Learning, LearningRule, LearningSource, LowerError, MiniRates, ReleaseModel, lower,
};
use bravli_sim::network::{
    Connectivity, DriveKind, Kept, NeuronModel, Plasticity, Release, Row, Spike, Trains, WeightTrace, check,
};
use bravli_sim::point::{Engine, Options, Simd, Stats};
use bravli_sim::{SimError, network::Network, reference};
use std::ops::ControlFlow;

fn run(input: &ColumnInput<'_>, threads: usize) -> (Kept, Stats) {
    let lowered = lower(input).unwrap();
    assert_eq!(check(&lowered.network), []);
    let mut kept = Kept::default();
    let mut engine = Engine::new(&lowered.network, Options { threads, simd: Simd::Best }).unwrap();
    engine.run(lowered.n_steps, &mut kept, &mut |_| ControlFlow::Continue(())).unwrap();
    (kept, engine.stats())
}

/// All rows of a projection.
fn rows(network: &Network<'_>, projection: usize) -> Vec<Row> {
    let Connectivity::Given(rows) = &network.projections[projection].connections else { panic!("rows are given") };
    let n = network.populations[network.projections[projection].source].n_cells;
    let row = |source| {
        let mut row = Row::default();
        rows.row(source, &mut row);
        row
    };
    (0..n).map(row).collect()
}

#[test]
fn a_column_is_cells_fibres_and_their_synapses_by_sign() {
    let model = common::model(40, 0.2, 300.0);
    let input = model.input(1);
    let lowered = lower(&input).unwrap();
    let network = &lowered.network;
    let names: Vec<&str> = network.populations.iter().map(|population| population.name.as_str()).collect();
    assert_eq!((names, lowered.n_steps), (vec!["cells", "vpm"], 3_000));
    assert_eq!(
        network.projections.iter().map(|p| (p.source, p.receptor)).collect::<Vec<_>>(),
        [(0, 0), (0, 2), (1, 0)]
    );
    let n: usize = (0..3).map(|projection| rows(network, projection).iter().map(Row::len).sum::<usize>()).sum();
    assert_eq!(n, model.edges.len() + model.fibres[0].edges.len());
    // the weight of a connection is that of all its contacts, and its sites are theirs
    let first = input.connections.get(0, 0).unwrap();
    let row = &rows(network, 0)[0];
    assert_eq!(row.target[0], first.target);
    assert_eq!(row.weight[0], first.gsyn_ns * first.attenuation * f32::from(first.n_synapses));
    assert_eq!(row.own.sites[0], u16::from(first.n_synapses) * u16::from(first.n_rrp));
    assert_eq!(f64::from(row.delay[0]), ((f64::from(first.delay_ms) + 0.5) / 0.1).round());
    // at 2 mM the recipe's u holds; at 1.2 mM the Hill function takes 0.158 of it
    assert_eq!(row.own.u[0], first.u_syn);
    let low = lower(&ColumnInput { calcium_mm: 1.2, ..input }).unwrap();
    assert!((rows(&low.network, 0)[0].own.u[0] / first.u_syn - 0.158).abs() < 1e-3);
    // delays that steps do not divide are told
    assert!(lowered.notes[0].starts_with("delays are rounded to steps of 0.1 ms, by 0.0"), "{:?}", lowered.notes);
    let NeuronModel::Source(Trains::Given(spikes)) = &network.populations[1].model else { panic!("fibres are given") };
    assert!(spikes.is_sorted() && spikes.iter().all(|(step, _)| (1..=3_000).contains(step)));
    assert!(matches!(network.drives[0].kind, DriveKind::OuConductance { .. }) && network.drives.len() == 2);
}

#[test]
fn release_is_chosen_and_minis_follow_the_target() {
    let model = common::model(40, 0.2, 100.0);
    let minis = MiniRates { exc_hz: (0..40).map(|cell| cell as f32).collect(), inh_hz: vec![0.5; 40] };
    let with = ColumnInput { minis: Some(&minis), ..model.input(1) };
    let lowered = lower(&with).unwrap();
    let row = &rows(&lowered.network, 0)[0];
    assert!(row.own.mini_hz.iter().zip(&row.target).all(|(hz, target)| *hz == *target as f32));
    let deterministic = ColumnInput { release: ReleaseModel::Deterministic, ..model.input(1) };
    assert_eq!(lower(&deterministic).unwrap().network.projections[0].release, Release::PerConnection);
    let shared = lower(&ColumnInput { release: ReleaseModel::Shared, ..model.input(1) }).unwrap();
    let Release::Shared { u, tau_rec_ms, .. } = shared.network.projections[0].release else { panic!("one state") };
    // contacts draw u from [0.3, 0.7] and recovery with a mean of 300 ms
    assert!((u - 0.5).abs() < 0.05 && (tau_rec_ms - 300.0).abs() < 30.0, "{u} {tau_rec_ms}");
    for input in [with, deterministic, ColumnInput { release: ReleaseModel::Shared, ..model.input(1) }] {
        assert!(run(&input, 2).1.n_spikes > 0);
    }
}

#[test]
fn a_run_has_the_same_bits_at_any_number_of_threads_and_others_for_another_seed() {
    let model = common::model(1_300, 0.02, 300.0);
    let one = run(&model.input(1), 1);
    for threads in [2, 3, 7] {
        assert_eq!(one, run(&model.input(1), threads));
    }
    assert!(one.1.n_spikes > 100);
    let other = run(&model.input(2), 2);
    assert_ne!(one.0, other.0);
    assert_eq!(one.1.n_connections, other.1.n_connections);
}

#[test]
fn a_driven_cell_fires_at_the_closed_form_rate_and_one_at_rest_does_not() {
    // With Δ_T → 0 an adaptive exponential cell without adaptation is a leaky integrate-and-fire cell. A constant
    // background conductance g with reversal 0 gives V∞ = (g_L E_L)/(g_L + g) and τ = C/(g_L + g).
    let mut model = common::model(16, 0.0, 2_000.0);
    model.fibres.clear();
    model.schedule.trials.clear();
    let n = &mut model.neurons;
    for cell in 0..16 {
        (n.delta_t_mv[cell], n.a_ns[cell], n.b_pa[cell], n.t_ref_ms[cell]) = (0.002, 0.0, 0.0, 2.0);
        (n.c_m_pf[cell], n.g_l_ns[cell], n.e_l_mv[cell], n.v_th_mv[cell], n.v_reset_mv[cell]) =
            (200.0, 10.0, -70.0, -50.0, -60.0);
    }
    let slots = &mut model.backgrounds.slots;
    slots[1].mean_ns.fill(0.0);
    for cell in 0..16 {
        slots[0].mean_ns[cell] = if cell == 0 { 0.0 } else { 6.0 };
    }
    slots.iter_mut().for_each(|slot| slot.sd_ns.fill(0.0));
    let (kept, _) = run(&model.input(1), 1);
    let spikes = kept.of(CELLS);
    assert!(spikes.iter().all(|spike| spike.cell != 0), "a cell at rest fired");
    let (v_inf, tau) = (-700.0 / 16.0, 200.0 / 16.0);
    let interval: f64 = 2.0 + tau * ((v_inf + 60.0_f64) / (v_inf + 50.0)).ln();
    let count = spikes.iter().filter(|spike| spike.cell == 5).count() as f64;
    // refractoriness and threshold crossing are resolved to a step of 0.1 ms
    assert!((count / (2_000.0 / interval) - 1.0).abs() < 0.02, "{count} spikes; {} expected", 2_000.0 / interval);
}

#[test]
fn a_run_stops_when_progress_asks_it_to() {
    let model = common::model(40, 0.1, 20_000.0);
    let lowered = lower(&model.input(1)).unwrap();
    let mut engine = Engine::new(&lowered.network, Options { threads: 1, simd: Simd::Best }).unwrap();
    let stopped = engine.run(lowered.n_steps, &mut Kept::default(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(SimError::Cancelled)) && engine.step() < lowered.n_steps);
}

#[test]
fn both_engines_give_a_lowered_column_the_same_spikes_at_first_and_the_same_number_later() {
    let model = common::model(40, 0.2, 1_000.0);
    let learning = [predicting(40, 1_000.0)];
    let minis = MiniRates { exc_hz: vec![0.5; 40], inh_hz: vec![0.5; 40] };
    // single precision, and decays made of two, move a spike by a step now and then; where vesicles are drawn, a spike that
    // moved draws others, so that network goes its own way sooner
    for (release, minis, learning, early) in [
        (ReleaseModel::Stochastic, Some(&minis), &[][..], 450),
        (ReleaseModel::Deterministic, None, &learning[..], 1_500),
        (ReleaseModel::Shared, None, &[][..], 1_500),
    ] {
        let input = ColumnInput { release, minis, learning, ..model.input(1) };
        let lowered = lower(&input).unwrap();
        let mut slow = Kept::default();
        reference::run(&lowered.network, lowered.n_steps, &mut slow).unwrap();
        let (fast, _) = run(&input, 2);
        let has = |spike: &&Spike| {
            fast.of(CELLS).iter().any(|other| other.cell == spike.cell && other.step.abs_diff(spike.step) <= 1)
        };
        let first: Vec<&Spike> = slow.of(CELLS).iter().filter(|spike| spike.step < early).collect();
        let same = first.iter().filter(|spike| has(spike)).count();
        assert!(first.len() >= 15 && same * 10 >= first.len() * 9, "{release:?}: {same} of {} spikes", first.len());
        let (n_slow, n_fast) = (slow.of(CELLS).len() as f64, fast.of(CELLS).len() as f64);
        assert!((n_fast / n_slow - 1.0).abs() < 0.04, "{release:?}: {n_slow} and {n_fast} spikes");
    }
}

/// Fibres that learn to predict the rates of the inhibitory cells.
fn predicting(n_cells: usize, learning_ms: f64) -> Learning {
    Learning {
        source: "vpm".into(),
        from: LearningSource::Fibres(0),
        onto: (0..n_cells).map(|cell| cell % 5 == 4).collect(),
        rule: LearningRule::ErrorCorrecting {
            tau_ms: 20.0,
            exponent: 1.0,
            predicts_hz: 40.0,
            learning_ms,
            max_hz: 1_000.0,
            interval_ms: 10.0,
            input_hz: None,
        },
        w_max_ns: None,
    }
}

#[test]
fn what_learns_stands_apart_and_starts_at_the_mean_release() {
    let model = common::model(40, 0.2, 300.0);
    let learning = [predicting(40, 5_000.0)];
    let input = ColumnInput { learning: &learning, ..model.input(1) };
    let (plain, learns) = (lower(&model.input(1)).unwrap(), lower(&input).unwrap());
    let learned = learns.learned[0];
    let projection = &learns.network.projections[learned.projection];
    assert_eq!((projection.source, projection.receptor, projection.release), (1, 4, Release::Static));
    assert_eq!(check(&learns.network), []);
    let (before, after) = (rows(&plain.network, 2), rows(&learns.network, 2));
    let mut total = 0.0;
    for (fibre, row) in rows(&learns.network, learned.projection).iter().enumerate() {
        assert!(row.target.iter().all(|target| target % 5 == 4) && after[fibre].target.iter().all(|t| t % 5 != 4));
        let whole = &before[fibre];
        let was: Vec<usize> = (0..whole.len()).filter(|i| whole.target[*i] % 5 == 4).collect();
        let expected: Vec<f32> = was.iter().map(|i| whole.weight[*i] * whole.own.u[*i]).collect();
        assert_eq!((&row.weight, row.len() + after[fibre].len()), (&expected, whole.len()));
        assert_eq!(row.delay, was.iter().map(|i| whole.delay[*i]).collect::<Vec<u16>>());
        total += expected.iter().map(|weight| f64::from(*weight)).sum::<f64>();
    }
    assert!((learned.mean_ns - total / learned.n as f64).abs() < 1e-9);
    assert!(learns.notes.iter().any(|note| note.contains("do not depress")), "{:?}", learns.notes);
}

#[test]
fn inputs_learn_to_predict_the_rate_of_their_cell() {
    const SECONDS: f64 = 12.0;
    let mut model = common::model(40, 0.2, 1e3 * SECONDS);
    // steady and fast, so that the noise of single spikes, which shrinks a prediction, is small
    model.schedule.trials.clear();
    model.fibres[0].rate.base_hz = 100.0;
    let learning = [predicting(40, 1_000.0)];
    // at this calcium they are weak, so that what they learn hardly moves what they predict
    let input = ColumnInput { learning: &learning, calcium_mm: 1.2, ..model.input(1) };
    let mut lowered = lower(&input).unwrap();
    let learned = lowered.learned[0];
    let Plasticity::ErrorCorrecting { gain, .. } = learned.rule else { panic!("the rule that was asked for") };
    lowered.network.recording.weights.push(WeightTrace {
        projection: learned.projection,
        connections: None,
        every: 10_000,
    });
    let run = |threads: usize| {
        let mut kept = Kept::default();
        let mut engine = Engine::new(&lowered.network, Options { threads, simd: Simd::Best }).unwrap();
        engine.run(lowered.n_steps, &mut kept, &mut |_| ControlFlow::Continue(())).unwrap();
        kept
    };
    let kept = run(1);
    assert_eq!(kept, run(3));
    // what the weights predict of each cell at the fibres' mean rate, and what it fired in the second half
    let connections = rows(&lowered.network, learned.projection);
    let targets: Vec<u32> = connections.iter().flat_map(|row| row.target.clone()).collect();
    let fibre_hz = kept.of(1).len() as f64 / f64::from(lowered.network.populations[1].n_cells) / SECONDS;
    let predicted = |weights: &[f32], cell: u32| {
        let own = weights.iter().zip(&targets).filter(|(_, target)| **target == cell);
        1e3 * gain * own.map(|(weight, _)| f64::from(*weight)).sum::<f64>() * 1e-3 * fibre_hz
    };
    let half = (0.5 * SECONDS * 1e4) as u32;
    let fired = |cell: u32| {
        let own = kept.of(CELLS).iter().filter(|spike| spike.cell == cell && spike.step > half);
        own.count() as f64 / (0.5 * SECONDS)
    };
    let start: Vec<f32> = connections.iter().flat_map(|row| row.weight.clone()).collect();
    let end = &kept.weights[0].last().unwrap().1;
    let mut cells = targets.clone();
    cells.sort_unstable();
    cells.dedup();
    let error = |weights: &[f32]| {
        cells.iter().map(|cell| (predicted(weights, *cell) - fired(*cell)).abs()).sum::<f64>() / cells.len() as f64
    };
    let (before, after) = (error(&start), error(end));
    // five inputs of 100 Hz, filtered by 20 ms: a prediction is n·a/(n·a + 1/2τ) = 0.95 of the rate
    assert!(after < 0.15 * before, "off by {before:.2} Hz before, {after:.2} Hz after");
}

#[test]
fn learning_that_cannot_be_is_refused() {
    let model = common::model(40, 0.2, 100.0);
    let told = |learning: Learning| lower(&ColumnInput { learning: &[learning], ..model.input(1) }).unwrap_err();
    let whole = predicting(40, 5_000.0);
    let nobody = told(Learning { onto: vec![false; 40], ..whole.clone() });
    assert!(matches!(nobody, LowerError::NothingLearns { .. }), "{nobody}");
    let absent = told(Learning { from: LearningSource::Fibres(7), ..whole.clone() });
    assert!(matches!(absent, LowerError::NothingLearns { entry: 0, .. }), "{absent}");
    let everyone = LearningSource::Cells(vec![true; 40]);
    let mixed = told(Learning { from: everyone, ..whole.clone() });
    assert!(matches!(mixed, LowerError::MixedSigns { .. }) && mixed.to_string().contains("vpm"), "{mixed}");
    let inhibitory = LearningSource::Cells((0..40).map(|cell| cell % 5 == 4).collect());
    let no_rate = told(Learning { from: inhibitory, ..whole });
    assert!(matches!(no_rate, LowerError::NoInputRate { .. }) && no_rate.remedy().contains("input_hz"), "{no_rate}");
}

#[test]
fn what_is_beyond_bounds_is_refused() {
    let mut model = common::model(16, 0.2, 100.0);
    model.header.pathways.iter_mut().for_each(|pathway| pathway.release_delay_ms = 7_000.0);
    let error = lower(&model.input(1)).unwrap_err();
    assert!(matches!(error, LowerError::DelayTooLong { .. }) && error.remedy().contains("Velocity"), "{error}");
    let mut model = common::model(16, 0.0, 100.0);
    model.fibres[0].rate.base_hz = 1e9;
    assert!(matches!(lower(&model.input(1)).unwrap_err(), LowerError::TooManySpikes { .. }));
}
