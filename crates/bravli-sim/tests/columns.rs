//! Columns lowered to networks, and run by the fast engine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use bravli_sim::lower::{CELLS, ColumnInput, LowerError, MiniRates, ReleaseModel, lower};
use bravli_sim::network::{Connectivity, DriveKind, Kept, NeuronModel, Release, Row, Trains, check};
use bravli_sim::point::{Engine, Options, Simd, Stats};
use bravli_sim::{SimError, network::Network};
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
fn what_is_beyond_bounds_is_refused() {
    let mut model = common::model(16, 0.2, 100.0);
    model.header.pathways.iter_mut().for_each(|pathway| pathway.release_delay_ms = 7_000.0);
    let error = lower(&model.input(1)).unwrap_err();
    assert!(matches!(error, LowerError::DelayTooLong { .. }) && error.remedy().contains("Velocity"), "{error}");
    let mut model = common::model(16, 0.0, 100.0);
    model.fibres[0].rate.base_hz = 1e9;
    assert!(matches!(lower(&model.input(1)).unwrap_err(), LowerError::TooManySpikes { .. }));
}
