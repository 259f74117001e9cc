//! What a run can be asked for, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_workbench::{
    ActError, Inspect, InspectDetail, LearnRequest, LearnRule, PlaceColumn, Progress, ProtocolKind, ProtocolRequest,
    RecordRequest, RecordVariable, ReleaseName, RunReply, SetBoundaryConditions, SilenceMeans, SilenceRequest, Silent,
    Simulate, Status, WirePathways, Workbench, read_study,
};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A lab with a small column under the recipe's boundary, and the request of a spontaneous run.
fn lab(duration_ms: f64) -> (TempDir, Workbench, Simulate) {
    let lab = tempfile::tempdir().unwrap();
    let bench = Workbench::new(lab.path());
    let place = PlaceColumn { recipe: "rat-barrel".into(), radius_um: Some(30.0), ..PlaceColumn::default() };
    let column = bench.place_column(&place).unwrap().artifact;
    let circuit = bench.wire_pathways(&WirePathways { column, seed: 1 }, &Silent).unwrap().artifact;
    let outside = SetBoundaryConditions { circuit: circuit.clone(), conditions: Vec::new(), calcium_mm: None, seed: 1 };
    let boundary = bench.set_boundary_conditions(&outside).unwrap().artifact;
    let protocol = ProtocolRequest {
        kind: ProtocolKind::Spontaneous,
        duration_ms: Some(duration_ms),
        ..ProtocolRequest::default()
    };
    let request = Simulate { protocol, threads: 2, ..Simulate::of(&circuit, &boundary) };
    (lab, bench, request)
}

fn rate(run: &RunReply, population: &str) -> f64 {
    run.rates.iter().find(|rate| rate.population == population).unwrap().mean_hz
}

fn of(population: &str) -> RecordRequest {
    RecordRequest { population: population.into(), every_ms: 0.5, ..RecordRequest::default() }
}

#[test]
fn traces_are_written_as_reports_and_the_study_asks_for_them_again() {
    let (lab, bench, plain) = lab(200.0);
    let conductance = RecordRequest { cells: vec![9, 2], variable: RecordVariable::GAmpa, every_ms: 10.0, ..of("") };
    let request = Simulate { record: vec![of("L4_PV"), conductance], ..plain.clone() };
    let run = bench.simulate(&request, &Silent).unwrap();
    assert_eq!(run.reports.len(), 2, "{:?}", run.reports);
    assert!(run.reports[0].ends_with("reports/0_L4_PV_v_m.h5") && run.reports[1].ends_with("1_cells_g_ampa.h5"));
    let read = |index: usize| {
        let mut problems = Vec::new();
        let report = bravli_sonata::read_reports(&lab.path().join(&run.reports[index]), &mut problems).unwrap();
        assert!(problems.is_empty());
        report.into_iter().next().unwrap()
    };
    let voltage = read(0);
    assert_eq!((voltage.n_steps, voltage.start, voltage.stop, voltage.units.as_str()), (400, 0.5, 200.5, "mV"));
    assert!(voltage.data.iter().all(|v| (-120.0..=30.0).contains(v)));
    let ampa = read(1);
    assert_eq!((ampa.node_ids, ampa.n_steps), (vec![2, 9], 20));
    // recording changes nothing else
    let without = bench.simulate(&plain, &Silent).unwrap();
    assert_ne!(without.artifact, run.artifact);
    assert_eq!(spikes(lab.path(), &without), spikes(lab.path(), &run));
    assert!(run.rates.iter().any(|rate| rate.cv_isi.is_some()) || run.n_spikes < 200, "{:?}", run.rates);

    let look = Inspect { artifact: run.artifact.clone(), detail: InspectDetail::Study, ..Inspect::default() };
    let study = read_study("study.yaml", &bench.inspect(&look).unwrap().study).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let again = Workbench::new(elsewhere.path()).run_study(&study, 1, &Silent).unwrap();
    assert_eq!(again.digests.get(&run.artifact), Some(&run.digest));
}

/// Bytes of a run's spikes.
fn spikes(lab: &Path, run: &RunReply) -> Vec<u8> {
    std::fs::read(lab.join("artifacts/run").join(&run.artifact).join("spikes.h5")).unwrap()
}

#[test]
fn silenced_cells_are_silent_and_it_is_told_when_they_are_not() {
    let (_lab, bench, plain) = lab(500.0);
    let free = bench.simulate(&plain, &Silent).unwrap();
    assert!(rate(&free, "L5_E") > 1.0, "{:?}", free.rates);
    let silence = |how, amplitude| {
        let entry = SilenceRequest { population: "L5_E".into(), how, amplitude, ..SilenceRequest::default() };
        bench.simulate(&Simulate { silence: vec![entry], ..plain.clone() }, &Silent).unwrap()
    };
    for how in [SilenceMeans::Conductance, SilenceMeans::Current] {
        let held = silence(how, None);
        assert!(rate(&held, "L5_E") < 0.1 * rate(&free, "L5_E"), "{how:?}: {:?}", held.rates);
    }
    let weak = silence(SilenceMeans::Conductance, Some(0.01));
    let note = weak.notes.iter().find(|note| note.contains("although silenced")).unwrap();
    assert!(note.starts_with("L5_E fired") && note.contains("between 0 and 500 ms"), "{note}");
    // what stands at its default is the same request
    let spelled = SilenceRequest {
        population: "L5_E".into(),
        stop_ms: Some(500.0),
        amplitude: Some(100.0),
        ..SilenceRequest::default()
    };
    let same = bench.simulate(&Simulate { silence: vec![spelled], ..plain.clone() }, &Silent).unwrap();
    assert_eq!(same.status, Status::Found);
}

#[test]
fn release_and_minis_make_other_runs() {
    let (lab, bench, plain) = lab(200.0);
    let release = |release| bench.simulate(&Simulate { release, ..plain.clone() }, &Silent).unwrap();
    let runs = [ReleaseName::Stochastic, ReleaseName::Deterministic, ReleaseName::Shared].map(release);
    let minis = bench.simulate(&Simulate { minis: true, ..plain.clone() }, &Silent).unwrap();
    let mut bytes: Vec<Vec<u8>> = runs.iter().chain([&minis]).map(|run| spikes(lab.path(), run)).collect();
    bytes.sort();
    bytes.dedup();
    assert_eq!(bytes.len(), 4, "two of four kinds of release gave the same spikes");
    assert!(minis.notes.iter().any(|note| note.starts_with("spontaneous release")), "{:?}", minis.notes);
    assert!(minis.ledger.total() > runs[0].ledger.total());
}

/// Contexts that learn to predict a population.
fn context_onto(population: &str) -> LearnRequest {
    LearnRequest { source: "top_down".into(), onto: population.into(), ..LearnRequest::default() }
}

#[test]
fn contexts_learn_onto_a_population_and_the_study_learns_again() {
    let (lab, bench, plain) = lab(1_000.0);
    let mut context = context_onto("L23_PV");
    context.parameters.insert("learning_ms".into(), 500.0);
    let balance =
        LearnRequest { source: "L5_PV".into(), onto: "L5_E".into(), rule: LearnRule::Inhibitory, ..context_onto("") };
    let request = Simulate { learn: vec![context, balance], ..plain.clone() };
    let run = bench.simulate(&request, &Silent).unwrap();
    let [context, balance] = &run.weights[..] else { panic!("two entries learn: {:?}", run.weights) };
    assert_eq!(
        (context.source.as_str(), context.onto.as_str(), context.rule.as_str()),
        ("top_down", "L23_PV", "error_correcting")
    );
    assert!(context.connections > 0 && context.start_ns > 0.0 && context.start_ns != context.end_ns, "{context:?}");
    assert!(balance.connections > 0 && balance.start_ns != balance.end_ns, "{balance:?}");
    assert!(context.file.ends_with("weights/0_top_down_L23_PV.h5") && lab.path().join(&context.file).is_file());
    assert!(run.notes.iter().any(|note| note.starts_with("top_down onto L23_PV: weights predict")), "{:?}", run.notes);
    assert_ne!(spikes(lab.path(), &bench.simulate(&plain, &Silent).unwrap()), spikes(lab.path(), &run));
    assert!(run.notes.iter().any(|note| note.contains("settle at")), "{:?}", run.notes);
    assert!(context.changed_ns > 0.0);
    // every number of a rule is assumed, and counted
    let without = bench.simulate(&plain, &Silent).unwrap();
    assert_eq!(run.ledger.assumed, without.ledger.assumed + 6 + 3);
    let why = |artifact: &str| {
        let look = Inspect { artifact: artifact.into(), detail: InspectDetail::Ledger, ..Inspect::default() };
        bench.inspect(&look).unwrap().ledger.assumed
    };
    assert_eq!(why(&run.artifact), run.ledger.assumed);
    // traces of a receptor tell what they leave out
    let mut traced = request.clone();
    traced.record = vec![RecordRequest { variable: RecordVariable::GAmpa, ..of("L23_PV") }, of("L23_PV")];
    let traced = bench.simulate(&traced, &Silent).unwrap();
    let told: Vec<&String> = traced.notes.iter().filter(|note| note.contains("leaves out")).collect();
    assert_eq!(told, ["reports/0_L23_PV_g_ampa.h5 leaves out the g_ampa of connections that learn"]);
    // a number at its default is the same request
    let mut spelled = request.clone();
    spelled.learn[0].parameters.insert("exponent".into(), 1.0);
    assert_eq!(bench.simulate(&spelled, &Silent).unwrap().status, Status::Found);

    let look = Inspect { artifact: run.artifact.clone(), detail: InspectDetail::Study, ..Inspect::default() };
    let study = read_study("study.yaml", &bench.inspect(&look).unwrap().study).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let again = Workbench::new(elsewhere.path()).run_study(&study, 1, &Silent).unwrap();
    assert_eq!(again.digests.get(&run.artifact), Some(&run.digest));
}

#[test]
fn runs_are_read_together_only_where_they_differ_in_their_seed() {
    let (_lab, bench, plain) = lab(100.0);
    let run = |change: &dyn Fn(&mut Simulate)| {
        let mut request = plain.clone();
        change(&mut request);
        bench.simulate(&request, &Silent).unwrap().artifact
    };
    let first = run(&|_| ());
    let second = |change: &dyn Fn(&mut Simulate)| {
        let other = run(&|request| {
            request.seed = 2;
            change(request);
        });
        let asked = serde_json::from_value(serde_json::json!({ "runs": [first, other] })).unwrap();
        bench.compute_upe(&asked, &Silent).unwrap_err().code
    };
    // a spontaneous run has nothing to assess: what two runs may share is checked before
    let same = second(&|_| ());
    assert_ne!(same, "runs_differ");
    assert_eq!(second(&|request| request.record = vec![of("L4_PV")]), same);
    assert_eq!(second(&|request| request.release = ReleaseName::Shared), "runs_differ");
    assert_eq!(second(&|request| request.minis = true), "runs_differ");
    assert_eq!(second(&|request| request.learn = vec![context_onto("L23_PV")]), "runs_differ");
    let silence = SilenceRequest { population: "L4_E".into(), ..SilenceRequest::default() };
    assert_eq!(second(&|request| request.silence = vec![silence.clone()]), "runs_differ");
}

#[test]
fn what_cannot_be_run_is_refused_with_what_is_allowed() {
    let (_lab, bench, plain) = lab(100.0);
    let refused = |change: &dyn Fn(&mut Simulate)| {
        let mut request = plain.clone();
        change(&mut request);
        bench.simulate(&request, &Silent).unwrap_err()
    };
    let record = |entry: RecordRequest| refused(&|request| request.record = vec![entry.clone()]);
    let silence = |entry: SilenceRequest| refused(&|request| request.silence = vec![entry.clone()]);
    let learn = |entry: LearnRequest| refused(&|request| request.learn = vec![entry.clone()]);
    let cases: [(ActError, &str, &str, &str); 14] = [
        (
            learn(LearnRequest { rule: LearnRule::Inhibitory, ..context_onto("L23_PV") }),
            "cannot_simulate",
            "learn[0]",
            "excites those cells",
        ),
        (
            learn(LearnRequest { source: "L4_E".into(), ..context_onto("L4_PV") }),
            "no_input_rate",
            "learn[0].parameters.input_hz",
            "L4_E",
        ),
        (learn(context_onto("L23_SOM")), "unknown_population", "learn[0].onto", "L23_SST"),
        (
            learn(LearnRequest { source: "topdown".into(), ..context_onto("L23_PV") }),
            "unknown_population",
            "learn[0].source",
            "top_down",
        ),
        (
            learn(LearnRequest { parameters: [("tau".to_owned(), 1.0)].into(), ..context_onto("L23_PV") }),
            "unknown_parameter",
            "learn[0].parameters.tau",
            "error_correcting",
        ),
        (record(of("L9")), "unknown_population", "record[0].population", "L4_PV"),
        (record(of("")), "bad_selection", "record[0]", "population or cells"),
        (record(RecordRequest { cells: vec![1], ..of("L4_PV") }), "bad_selection", "record[0]", "either"),
        (record(RecordRequest { cells: vec![1 << 30], ..of("") }), "unknown_cell", "record[0].cells", "0.."),
        (record(RecordRequest { every_ms: 0.25, ..of("L4_PV") }), "bad_interval", "record[0].every_ms", "0.1"),
        (record(RecordRequest { every_ms: f64::NAN, ..of("L4_PV") }), "bad_interval", "record[0].every_ms", "0.1"),
        (refused(&|request| request.record = vec![of("L4_PV"); 65]), "too_many_entries", "record", "at most 64"),
        (
            silence(SilenceRequest {
                population: "L4_E".into(),
                start_ms: 50.0,
                stop_ms: Some(20.0),
                ..SilenceRequest::default()
            }),
            "bad_window",
            "silence[0]",
            "0 to 100 ms",
        ),
        (
            silence(SilenceRequest { population: "L4_E".into(), amplitude: Some(-1.0), ..SilenceRequest::default() }),
            "bad_amplitude",
            "silence[0].amplitude",
            "100000 nS",
        ),
    ];
    for (error, code, place, said) in cases {
        assert_eq!((error.code.as_str(), error.place.as_str()), (code, place), "{error}");
        assert!(error.message.contains(said) && !error.remedy.is_empty(), "{error}");
    }
}

/// Stops once so much is done, and keeps what it was told.
struct Stopper {
    at: f64,
    told: Mutex<Vec<String>>,
    asked: Mutex<Option<Instant>>,
}

impl Stopper {
    fn at(share: f64) -> Self {
        Self { at: share, told: Mutex::default(), asked: Mutex::default() }
    }
}

impl Progress for Stopper {
    fn report(&self, done: f64, message: &str) -> ControlFlow<()> {
        self.told.lock().unwrap().push(message.to_owned());
        if done >= self.at && message.starts_with("simulating") {
            self.asked.lock().unwrap().get_or_insert_with(Instant::now);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn a_stopped_run_goes_on_to_the_bits_of_an_unstopped_one() {
    let (lab, bench, mut request) = lab(5_000.0);
    request.record = vec![of("L4_PV")];
    request.learn = vec![context_onto("L23_PV")];
    let checkpoints = || {
        let folder = std::fs::read_dir(lab.path().join("artifacts/.checkpoints"));
        folder.into_iter().flatten().flatten().count()
    };
    let mut stops = 0;
    for share in [0.05, 0.4, 0.7] {
        let stopper = Stopper::at(share);
        // a machine may be so fast that it is done before it is asked to stop
        let Err(error) = bench.simulate(&request, &stopper) else { break };
        let asked = stopper.asked.lock().unwrap().unwrap();
        assert!(asked.elapsed() < Duration::from_millis(400), "stopping took {:?}", asked.elapsed());
        assert_eq!(error.code, "cancelled");
        let told = stopper.told.lock().unwrap();
        assert!(
            told.iter().any(|message| message.starts_with("simulating, ") && message.ends_with(" left")),
            "{told:?}"
        );
        stops += 1;
        assert_eq!(checkpoints(), 1, "{error}");
    }
    assert!(stops > 0, "the run was never stopped");
    let run = bench.simulate(&Simulate { threads: 1, ..request.clone() }, &Silent).unwrap();
    assert!(run.notes.iter().any(|note| note.starts_with("gone on from a checkpoint at ")), "{:?}", run.notes);
    assert_eq!(checkpoints(), 0, "a complete run left its checkpoint");

    let (_other, elsewhere, mut whole) = self::lab(5_000.0);
    whole.record = vec![of("L4_PV")];
    whole.learn = vec![context_onto("L23_PV")];
    let whole = elsewhere.simulate(&whole, &Silent).unwrap();
    assert_eq!(
        (run.artifact, run.digest, run.rates, run.weights),
        (whole.artifact, whole.digest, whole.rates, whole.weights)
    );
}

#[test]
fn a_damaged_checkpoint_is_told_and_the_run_starts_anew() {
    let (lab, bench, request) = lab(5_000.0);
    let stopped = bench.simulate(&request, &Stopper::at(0.02)).unwrap_err();
    assert_eq!(stopped.code, "cancelled");
    let folder = lab.path().join("artifacts/.checkpoints");
    let own = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let state = own.join("state");
    // the work may end a moment after its caller was answered
    let deadline = Instant::now() + Duration::from_secs(10);
    while !state.is_file() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut bytes = std::fs::read(&state).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&state, bytes).unwrap();
    let run = bench.simulate(&request, &Silent).unwrap();
    assert!(run.notes.contains(&"started anew: the checkpoint is damaged".to_owned()), "{:?}", run.notes);
    let (_other, elsewhere, whole) = self::lab(5_000.0);
    assert_eq!(elsewhere.simulate(&whole, &Silent).unwrap().digest, run.digest);
}
