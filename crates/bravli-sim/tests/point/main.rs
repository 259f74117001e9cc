//! What changes speed changes no bit: threads, instruction sets, stops; and sums that cannot overflow.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod everything;

use bravli_sim::SimError;
use bravli_sim::network::{
    Connectivity, Distribution, DriveKind, Effect, Kept, Kinetics, Lif, Network, NeuronModel, Pairing, Population,
    Profile, Projection, Receptor, Recording, Release, Row, Rows, Rule, Trace, Trains, Variable, Waveform,
};
use bravli_sim::point::{Checkpoint, Engine, MAX_STEPS, Options, Simd, Stats, estimate};
use everything::everything;
use std::ops::ControlFlow;
use std::sync::Arc;

const STEPS: u64 = 1_500;

fn options(threads: usize) -> Options {
    Options { threads, simd: Simd::Best }
}

fn on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn run(network: &Network<'_>, options: Options) -> (Kept, Stats) {
    let mut kept = Kept::default();
    let mut engine = Engine::new(network, options).unwrap();
    engine.run(STEPS, &mut kept, &mut on).unwrap();
    (kept, engine.stats())
}

#[test]
fn every_part_of_it_fires_and_learns() {
    // a network in which something is silent would show nothing below
    let network = everything(1);
    let (kept, stats) = run(&network, options(2));
    for (index, population) in network.populations.iter().enumerate() {
        assert!(kept.of(index).len() > 20, "{} fired {} times", population.name, kept.of(index).len());
    }
    for (trace, weights) in kept.weights.iter().enumerate() {
        assert_ne!(weights[0].1, weights.last().unwrap().1, "weights {trace} stayed as they were");
    }
    assert!(stats.n_events > 10_000);
}

#[test]
fn spikes_traces_and_weights_have_the_same_bits_at_any_number_of_threads() {
    let network = everything(1);
    let one = run(&network, options(1));
    for threads in [2, 3, 4, 7] {
        assert!(run(&network, options(threads)) == one, "{threads} threads differ from one");
    }
    assert!(run(&everything(2), options(2)).0.spikes != one.0.spikes, "another seed gives other spikes");
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let network = everything(1);
    let best = run(&network, options(2));
    for simd in [Simd::Avx512, Simd::Avx2, Simd::Baseline] {
        match Engine::new(&network, Options { threads: 2, simd }) {
            Ok(_) => assert!(run(&network, Options { threads: 2, simd }) == best, "{simd:?}"),
            Err(SimError::NoSimd(name)) => eprintln!("skipped: this machine has no {name}"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What a run kept until a stop, and after it.
fn joined(mut first: Kept, second: Kept) -> Kept {
    fn extend<T>(all: &mut Vec<Vec<T>>, more: Vec<Vec<T>>) {
        all.resize_with(all.len().max(more.len()), Vec::new);
        for (own, more) in all.iter_mut().zip(more) {
            own.extend(more);
        }
    }
    extend(&mut first.spikes, second.spikes);
    extend(&mut first.samples, second.samples);
    extend(&mut first.weights, second.weights);
    first
}

#[test]
fn a_run_that_goes_on_from_a_checkpoint_is_the_run_that_was_never_stopped() {
    let network = everything(1);
    let (whole, stats) = run(&network, options(2));
    // at the very start, in the middle of delays, and late
    for at in [0, 1, 7, 613, 1_499] {
        let mut first = Kept::default();
        let mut engine = Engine::new(&network, options(3)).unwrap();
        engine.run(at, &mut first, &mut on).unwrap();
        let checkpoint = Checkpoint::from_bytes(&engine.checkpoint().to_bytes()).unwrap();
        let mut second = Kept::default();
        let mut later = Engine::new(&network, options(1)).unwrap();
        later.restore(&checkpoint).unwrap();
        assert_eq!(later.step(), at);
        if at == 0 {
            first = Kept::default();
        }
        later.run(STEPS, &mut second, &mut on).unwrap();
        assert!(joined(first, second) == whole, "stopped at {at}");
        assert_eq!(later.stats(), stats, "stopped at {at}");
    }
}

#[test]
fn a_run_that_is_stopped_can_go_on_and_a_checkpoint_of_it_is_whole() {
    let network = everything(1);
    let (whole, _) = run(&network, options(2));
    let mut kept = Kept::default();
    let mut engine = Engine::new(&network, options(2)).unwrap();
    let mut stops = 0;
    loop {
        // stops whenever it is asked
        match engine.run(STEPS, &mut kept, &mut |_| ControlFlow::Break(())) {
            Ok(()) => break,
            Err(SimError::Cancelled) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 10_000);
    }
    assert!(kept == whole, "after {stops} stops");
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused_and_change_nothing() {
    let network = everything(1);
    let mut engine = Engine::new(&network, options(2)).unwrap();
    let mut kept = Kept::default();
    engine.run(300, &mut kept, &mut on).unwrap();
    let good = engine.checkpoint();
    let mut short = good.clone();
    short.bytes.truncate(short.bytes.len() / 2);
    let mut long = good.clone();
    long.bytes.push(0);
    let mut none = good.clone();
    none.n_partitions = 0;
    let mut many = good.clone();
    many.n_partitions = 60_000;
    let other = everything(2);
    let foreign = Engine::new(&other, options(2)).unwrap().checkpoint();
    for (name, bad) in [("short", short), ("long", long), ("none", none), ("many", many), ("foreign", foreign)] {
        assert!(matches!(engine.restore(&bad), Err(SimError::Checkpoint(_))), "{name}");
        assert!(engine.checkpoint() == good, "{name}");
    }
    assert!(Checkpoint::from_bytes(b"no checkpoint").is_none());
}

#[test]
fn checkpoints_with_bytes_changed_bring_nothing_down() {
    let network = everything(1);
    let mut engine = Engine::new(&network, options(2)).unwrap();
    engine.run(200, &mut Kept::default(), &mut on).unwrap();
    let good = engine.checkpoint();
    let stream = bravli_rng::Stream::new(1, "damage", bravli_rng::Draw::Shuffle);
    for round in 0..60 {
        let mut bad = good.clone();
        for change in 0..8 {
            let place = (stream.uniform(round, 2 * change) * bad.bytes.len() as f64) as usize;
            bad.bytes[place] = (stream.uniform(round, 2 * change + 1) * 256.0) as u8;
        }
        // refused, or run to wherever it leads
        if engine.restore(&bad).is_ok() {
            let _ = engine.run(260, &mut Kept::default(), &mut on);
        }
    }
}

/// `n` sources that fire together onto one cell.
fn volley(n: u32, weight: f64) -> Network<'static> {
    let lif = Lif {
        c_m_pf: 200.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: 1e9.into(),
        v_reset_mv: (-70.0).into(),
        t_ref_ms: 2.0.into(),
        i_e_pa: 0.0.into(),
    };
    let receptor =
        Receptor { name: "g".into(), kinetics: Kinetics::Exponential { tau_ms: 5.0 }, effect: Effect::Silent };
    let population = |name: &str, n_cells, model, receptors| Population {
        name: name.into(),
        n_cells,
        model,
        receptors,
        v_init_mv: (-70.0).into(),
    };
    let all = Trains::Given((0..n).map(|cell| (3, cell)).collect());
    let rule = Rule::new(Pairing::AllToAll, Distribution::Constant(weight), Distribution::Constant(0.1));
    Network {
        dt_ms: 0.1,
        seed: 1,
        populations: vec![
            population("in", n, NeuronModel::Source(all), vec![]),
            population("cell", 1, NeuronModel::Lif(lif), vec![receptor]),
        ],
        projections: vec![Projection {
            name: "p".into(),
            source: 0,
            target: 1,
            receptor: 0,
            slow: None,
            connections: Connectivity::Rule(rule),
            release: Release::Static,
            plasticity: None,
        }],
        drives: vec![],
        recording: Recording {
            traces: vec![Trace {
                population: 1,
                cells: bravli_sim::network::Cells::All,
                variable: Variable::Receptor(0),
                every: 1,
            }],
            weights: vec![],
        },
    }
}

#[test]
fn sums_of_weights_cannot_overflow_whatever_fires_together() {
    // 70,000 of the largest sixteen-bit weights are more than thirty-one bits hold: the unit has to give way
    for (n, weight) in [(70_000, 1.0), (70_000, 3e4), (200_000, 1e-3), (1, 1e30)] {
        let network = volley(n, weight);
        let mut kept = Kept::default();
        let mut engine = Engine::new(&network, options(2)).unwrap();
        engine.run(6, &mut kept, &mut on).unwrap();
        let open = f64::from(kept.samples[0][4].1[0]) / (-0.1_f64 / 5.0).exp();
        let sum = f64::from(n) * weight;
        // weights are rounded to sixteen bits, sums to the unit
        assert!((open / sum - 1.0).abs() < 1e-4, "{open} for {n} of {weight}");
    }
}

#[test]
fn weights_of_like_size_keep_four_digits_beside_larger_ones() {
    let mut network = volley(2, 1.0);
    let row = |weight: f32| Row { target: vec![0], weight: vec![weight], delay: vec![1], ..Row::default() };
    network.projections[0].connections = Connectivity::Listed(Arc::new(vec![row(351.3), row(87.8)]));
    let (kept, _) = run(&network, options(1));
    let open = f64::from(kept.samples[0][4].1[0]) / (-0.1_f64 / 5.0).exp();
    assert!((open / 439.1 - 1.0).abs() < 1e-4, "{open}");
}

#[test]
fn a_potential_that_leaves_the_real_numbers_is_told_by_the_end_of_the_run() {
    let mut network = everything(1);
    let drive = network.drives.iter_mut().find(|drive| drive.name == "ramp").unwrap();
    drive.kind = DriveKind::Current(Waveform::Profile(Profile::Constant(f64::MIN)));
    let mut engine = Engine::new(&network, options(2)).unwrap();
    let error = engine.run(10, &mut Kept::default(), &mut on).unwrap_err();
    assert!(matches!(&error, SimError::Diverged { population, cell: 3, .. } if population == "exact"), "{error}");
}

#[test]
fn release_parameters_out_of_range_are_refused_of_rules_and_of_rows() {
    let mut network = everything(1);
    let index = network.projections.iter().position(|projection| projection.name == "adex-izhikevich").unwrap();
    let Connectivity::Rule(rule) = &mut network.projections[index].connections else { panic!("a rule") };
    rule.u = Distribution::Constant(50.0);
    rule.sites = 0;
    let SimError::Flaws(flaws) = Engine::new(&network, options(1)).unwrap_err() else { panic!("flaws") };
    let told: Vec<String> = flaws.iter().map(ToString::to_string).collect();
    assert!(told.len() == 2 && told[0].contains(".u:") && told[1].contains(".sites:"), "{told:?}");

    struct Bad;
    impl Rows for Bad {
        fn row(&self, _: u32, row: &mut Row) {
            row.target.push(0);
            row.weight.push(1.0);
            row.delay.push(1);
            row.own.decay_ms.push(0.0);
        }
    }
    let mut network = everything(1);
    let index = network.projections.iter().position(|projection| projection.name == "exact-gif").unwrap();
    network.projections[index].connections = Connectivity::Given(Arc::new(Bad));
    let error = Engine::new(&network, options(1)).unwrap_err();
    assert!(matches!(error, SimError::Row { source_cell: 0, .. }), "{error}");
}

#[test]
fn learning_synapses_do_not_share_a_receptor_with_own_decays() {
    let mut network = everything(1);
    let learns = network.projections.iter_mut().find(|projection| projection.name == "poisson-adex").unwrap();
    learns.receptor = 0;
    let error = Engine::new(&network, options(1)).unwrap_err();
    assert!(error.to_string().contains("learn") && error.remedy().contains("receptor"), "{error}");
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_is_built() {
    let mut network = everything(1);
    network.dt_ms = f64::NAN;
    let error = Engine::new(&network, options(1)).unwrap_err();
    assert!(error.to_string().contains("dt_ms") && error.to_string().contains("NaN"), "{error}");
    let network = everything(1);
    let mut engine = Engine::new(&network, options(1)).unwrap();
    let before = engine.checkpoint();
    let error = engine.run(MAX_STEPS + 1, &mut Kept::default(), &mut on).unwrap_err();
    assert!(error.to_string().contains("steps"), "{error}");
    assert!(engine.checkpoint() == before);
}

#[test]
fn estimates_come_near_what_is_built() {
    let network = everything(1);
    let engine = Engine::new(&network, options(1)).unwrap();
    let told = estimate(&network, 5.0);
    assert!((told.n_connections / engine.stats().n_connections as f64 - 1.0).abs() < 0.05, "{told:?}");
    let ratio = (told.bytes - 8e6) / engine.bytes() as f64;
    // records of all kinds stand in it at their size; lists of runs, which depend on how delays spread, at a tenth of that
    assert!((0.8..1.3).contains(&ratio), "{ratio}");
}
