//! Single cells and single synapses beside NEST, whose data `tests/golden/point` holds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod data;
mod learning;
mod linear;
mod nonlinear;

use bravli_sim::network::{
    Cells, Connectivity, Drive, DriveKind, Kept, Network, NeuronModel, PerConnection, Plasticity, Population, Profile,
    Projection, Receptor, Recording, Release, Row, Trace, Trains, Variable, Waveform,
};
use bravli_sim::point;
use data::Golden;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A way to simulate a number of steps.
type Run = fn(&Network<'_>, u64) -> Kept;

/// An engine, and what it is allowed.
struct Engine {
    name: &'static str,
    run: Run,
    /// Rounding of states, weights and samples, relative to their size.
    rounding: f64,
    /// What solving membranes approximately costs at steps of 0.1 ms, mV (pA for adaptation), beside a spikeless NEST.
    approximation: f64,
}

const ENGINES: &[Engine] = &[
    // samples are handed over as f32, whose half unit is 6e-8 of a value; membranes take small Runge-Kutta steps
    Engine { name: "reference", run: by_reference, rounding: 6e-8, approximation: 1e-6 },
    // states are f32: each step rounds a potential of 65 mV by up to 4e-6 mV, and a membrane remembers a hundred of them;
    // conductances act by their mean over a step
    Engine { name: "point", run: by_point, rounding: 6e-6, approximation: 2e-3 },
];

fn by_point(network: &Network<'_>, n_steps: u64) -> Kept {
    let mut kept = Kept::default();
    let options = point::Options { threads: 1, simd: point::Simd::Best };
    let mut engine = point::Engine::new(network, options).unwrap();
    engine.run(n_steps, &mut kept, &mut |_| ControlFlow::Continue(())).unwrap();
    kept
}

fn by_reference(network: &Network<'_>, n_steps: u64) -> Kept {
    let mut kept = Kept::default();
    bravli_sim::reference::run(network, n_steps, &mut kept).unwrap();
    kept
}

/// The cell is population 0, its excitatory input 1, its inhibitory input 2; each input ends at a receptor of its own.
fn driven<'a>(
    golden: &Golden,
    dt_ms: f64,
    model: NeuronModel,
    receptors: [Receptor; 2],
    traces: &[Variable],
) -> Network<'a> {
    let mut network = Network {
        dt_ms,
        seed: 1,
        populations: vec![Population {
            name: "cell".to_owned(),
            n_cells: 1,
            model,
            receptors: receptors.to_vec(),
            v_init_mv: golden.number("V_m").into(),
        }],
        projections: Vec::new(),
        drives: vec![current(golden.pairs("current"))],
        recording: Recording::default(),
    };
    for (receptor, name) in ["ex", "in"].into_iter().enumerate() {
        let list = golden.list(name);
        let (weight, delay_ms, times) = (list[0], list[1], &list[2..]);
        input(&mut network, name, receptor, times, weight, delay_ms);
    }
    for variable in traces {
        let every = network.steps(golden.interval_ms()) as u32;
        network.recording.traces.push(Trace { population: 0, cells: Cells::All, variable: *variable, every });
    }
    network
}

/// A current over time, by (start, value).
fn current(pieces: Vec<(f64, f64)>) -> Drive {
    let kind = DriveKind::Current(Waveform::Profile(Profile::Pieces(pieces)));
    Drive { name: "current".to_owned(), population: 0, cells: Cells::All, kind }
}

/// Given spikes onto a receptor of population 0. The second of two spikes at one time comes from a second source.
fn input(network: &mut Network<'_>, name: &str, receptor: usize, times_ms: &[f64], weight: f64, delay_ms: f64) {
    let steps: Vec<u32> = times_ms.iter().map(|time| network.steps(*time) as u32).collect();
    let again = |index: usize| u32::from(index > 0 && steps[index - 1] == steps[index]);
    let spikes = steps.iter().enumerate().map(|(index, step)| (*step, again(index))).collect();
    let delay = network.steps(delay_ms) as u16;
    let row = Row { target: vec![0], weight: vec![weight as f32], delay: vec![delay], own: PerConnection::default() };
    network.populations.push(Population {
        name: name.to_owned(),
        n_cells: 2,
        model: NeuronModel::Source(Trains::Given(spikes)),
        receptors: Vec::new(),
        v_init_mv: 0.0.into(),
    });
    network.projections.push(Projection {
        name: name.to_owned(),
        source: network.populations.len() - 1,
        target: 0,
        receptor,
        slow: None,
        connections: Connectivity::Listed(Arc::new(vec![row.clone(), row])),
        release: Release::Static,
        plasticity: None::<Plasticity>,
    });
}

/// Spike times of population 0, ms.
fn spike_times(network: &Network<'_>, kept: &Kept) -> Vec<f64> {
    kept.of(0).iter().map(|spike| f64::from(spike.step) * network.dt_ms).collect()
}

/// Spikes stand where NEST has them, each at most `late_ms` of its number (from 0) away.
fn assert_spikes(who: &str, ours_ms: &[f64], nest_ms: &[f64], late_ms: impl Fn(usize) -> f64) {
    assert_eq!(ours_ms.len(), nest_ms.len(), "{who}: spikes at {ours_ms:?} against {nest_ms:?}");
    for (n, (ours, nest)) in ours_ms.iter().zip(nest_ms).enumerate() {
        assert!((ours - nest).abs() <= late_ms(n) + 1e-6, "{who}: spike {n} at {ours} against {nest} ms");
    }
}

/// Largest and root-mean-square distance of a trace from a column, where a sample is compared at all.
fn distance(kept: &Kept, trace: usize, expected: &[f64], compared: impl Fn(usize) -> bool) -> (f64, f64) {
    let samples = &kept.samples[trace];
    assert_eq!(samples.len(), expected.len(), "samples of trace {trace}");
    let (mut largest, mut sum, mut n) = (0.0_f64, 0.0, 0_u32);
    for (index, ((_, values), nest)) in samples.iter().zip(expected).enumerate() {
        if compared(index) {
            let off = (f64::from(values[0]) - nest).abs();
            assert!(!off.is_nan(), "sample {index} of trace {trace} is {}", values[0]);
            (largest, sum, n) = (largest.max(off), sum + off * off, n + 1);
        }
    }
    (largest, (sum / f64::from(n)).sqrt())
}

/// Whether a time lies farther than `apart_ms` from every spike.
fn is_apart(time_ms: f64, spikes_ms: &[f64], apart_ms: f64) -> bool {
    spikes_ms.iter().all(|spike| (time_ms - spike).abs() > apart_ms)
}
