//! Learning by pairs and triplets of spikes, and the inhibitory rule.

use crate::engines::*;
use bravli_sim::network::{
    Effect, Kinetics, Lif, Network, NeuronModel, Plasticity, Population, Profile, Row, Trains, Variable, WeightTrace,
};

/// Cells that spike when told to, with a silent receptor 0 for what learns and receptor 1 for the teacher.
///
/// A teacher's spike of step k makes the cell spike at k + 2: it enters at k + 1 and fires the cell within the step. Its
/// current of 0.05 ms is gone when the refractory time ends.
pub(crate) fn pupils(n_cells: u32) -> Population {
    let model = Lif { c_m_pf: 10.0.into(), v_reset_mv: (-70.0).into(), t_ref_ms: 1.0.into(), ..lif() };
    let teacher = receptor("teacher", Kinetics::Exponential { tau_ms: 0.05 }, Effect::Current);
    cells("pupil", n_cells, NeuronModel::Lif(model), vec![exponential(2.0, Effect::Silent), teacher])
}

/// Sources that spike as listed, pupils that spike as listed, and `rows` that learn between them; weights at every step.
pub(crate) fn class(
    dt_ms: f64,
    arrivals: Vec<(u32, u32)>,
    spikes: &[(u32, u32)],
    n_pupils: u32,
    rows: Vec<Row>,
    rule: Plasticity,
) -> Network<'static> {
    let mut network = empty(dt_ms);
    network.populations.push(given("s", rows.len() as u32, arrivals));
    network.populations.push(given("t", n_pupils, spikes.iter().map(|(step, cell)| (step - 2, *cell)).collect()));
    network.populations.push(pupils(n_pupils));
    let mut learns = projection("learns", 0, 2, rows);
    learns.plasticity = Some(rule);
    let mut teaches = projection("teaches", 1, 2, (0..n_pupils).map(|cell| row(&[(cell, 1e5, 1)])).collect());
    teaches.receptor = 1;
    network.projections = vec![learns, teaches];
    network.recording.traces.push(trace(2, Variable::Receptor(0)));
    network.recording.weights.push(WeightTrace { projection: 0, connections: None, every: 1 });
    network
}

/// Weights at the end, after making sure that pupils spiked as told.
fn weights_after(engine: Engine, network: &Network<'_>, n_steps: u64, spikes: &[(u32, u32)]) -> Vec<f64> {
    let kept = engine(network, n_steps);
    let mut told = spikes.to_vec();
    told.sort_unstable();
    let found: Vec<(u32, u32)> = kept.of(2).iter().map(|spike| (spike.step, spike.cell)).collect();
    assert_eq!(found, told);
    kept.weights[0].last().unwrap().1.iter().map(|w| f64::from(*w)).collect()
}

#[test]
fn pairs_change_weights_by_the_window() {
    each(|engine| {
        // one source and one pupil for each lag between arrival and spike, in steps of 0.1 ms
        let lags: Vec<i32> = (-10..=10).map(|k| 50 * k).chain([-1, 1, 7]).collect();
        let n = lags.len() as u32;
        let arrivals = lags.iter().zip(0..).map(|(lag, cell)| ((990 - lag) as u32, cell)).collect();
        let spikes: Vec<(u32, u32)> = (0..n).map(|cell| (1_000, cell)).collect();
        for (mu, sign) in [(0.0, 1.0), (1.0, 1.0), (0.4, 1.0), (1.0, -1.0)] {
            let rule = Plasticity::Pair {
                tau_plus_ms: 15.0,
                tau_minus_ms: 30.0,
                a_plus: 0.01,
                a_minus: 0.006,
                mu,
                w_max: 4.0,
            };
            let rows = (0..n).map(|cell| row(&[(cell, sign as f32, 10)])).collect();
            let network = class(0.1, Vec::clone(&arrivals), &spikes, n, rows, rule);
            let weights = weights_after(engine, &network, 2_000, &spikes);
            for (lag, weight) in lags.iter().zip(weights) {
                let t = f64::from(*lag) * 0.1;
                let change = match lag.signum() {
                    1 => 4.0 * 0.01 * 0.75_f64.powf(mu) * (-t / 15.0).exp(),
                    -1 => -4.0 * 0.006 * 0.25_f64.powf(mu) * (t / 30.0).exp(),
                    _ => 0.0,
                };
                // single precision of a weight of one and of traces over 500 steps
                assert!((weight - sign * (1.0 + change)).abs() < 2e-6, "{weight} for {change} at {t} ms");
            }
        }
    });
}

#[test]
fn an_arrival_opens_the_weight_before_its_own_change_and_after_the_spike_of_its_step() {
    each(|engine| {
        let rule =
            Plasticity::Pair { tau_plus_ms: 20.0, tau_minus_ms: 20.0, a_plus: 0.1, a_minus: 0.2, mu: 0.0, w_max: 2.0 };
        let spikes = [(600, 0)];
        let network =
            class(0.1, vec![(498, 0), (598, 0), (698, 0), (798, 0)], &spikes, 1, vec![row(&[(0, 1.0, 2)])], rule);
        let kept = engine(&network, 900);
        assert_eq!(train(&kept, 2, 0), [600]);
        let opened = jumps(&series(&kept, 0, 0), 2.0, 0.1);
        let e = |ms: f64| (-ms / 20.0).exp();
        let potentiated = 1.0 + 0.2 * e(10.0);
        // the arrival at 600 does not see the spike at 600
        for (step, weight) in [(500, 1.0), (600, potentiated), (700, potentiated), (800, potentiated - 0.4 * e(10.0))] {
            // single precision of openings near one on top of what is left of those before
            assert!((opened[step] - weight).abs() < 3e-6, "{} for {weight} at {step}", opened[step]);
        }
        // weights at s are those after the spikes of s and before its arrivals: entry i is of step i + 1
        let weight = |step: usize| f64::from(kept.weights[0][step - 1].1[0]);
        assert!((weight(599) - 1.0).abs() < 1e-6 && (weight(600) - potentiated).abs() < 1e-6);
        assert!((weight(700) - potentiated).abs() < 1e-6 && (weight(701) - opened[800]).abs() < 4e-6);
    });
}

#[test]
fn weights_stay_within_their_bounds() {
    each(|engine| {
        // twenty pairs each way, each of 0.3 of the range
        let pairs = |lag: i32| (1..=20).map(move |k: i32| ((100 * k - lag) as u32, 100 * k as u32));
        let rule =
            Plasticity::Pair { tau_plus_ms: 5.0, tau_minus_ms: 5.0, a_plus: 0.3, a_minus: 0.3, mu: 0.0, w_max: 0.5 };
        for (lag, sign, bound) in [(3, 1.0, 0.5), (-3, 1.0, 0.0), (3, -1.0, -0.5), (-3, -1.0, 0.0)] {
            let arrivals = pairs(lag).map(|(arrival, _)| (arrival - 1, 0)).collect();
            let spikes: Vec<(u32, u32)> = pairs(lag).map(|(_, spike)| (spike, 0)).collect();
            let network = class(0.5, arrivals, &spikes, 1, vec![row(&[(0, sign * 0.25, 1)])], rule);
            assert_eq!(weights_after(engine, &network, 2_100, &spikes), [bound]);
        }
    });
}

/// The triplet rule of visual cortex: Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006, all to all.
const VISUAL: Plasticity = Plasticity::Triplet {
    tau_plus_ms: 16.8,
    tau_x_ms: 101.0,
    tau_minus_ms: 33.7,
    tau_y_ms: 125.0,
    a2_plus: 5e-10,
    a3_plus: 6.2e-3,
    a2_minus: 7e-3,
    a3_minus: 2.3e-4,
    w_max: 1.0,
};

#[test]
fn triplets_follow_the_sums_over_all_spikes_and_turn_with_frequency() {
    each(|engine| {
        let change = |rate_hz: f64, lag_ms: f64| {
            let interval = (1_000.0 / rate_hz / 0.5) as i32;
            let arrivals: Vec<i32> = (1..=15).map(|k| 100 + interval * k).collect();
            let spikes: Vec<i32> = arrivals.iter().map(|step| step + (lag_ms / 0.5) as i32).collect();
            let expected = triplet_sums(&arrivals, &spikes);
            let told: Vec<(u32, u32)> = spikes.iter().map(|step| (*step as u32, 0)).collect();
            let sent = arrivals.iter().map(|step| (*step as u32 - 3, 0)).collect();
            let mut network = class(0.5, sent, &told, 1, vec![row(&[(0, 0.5, 3)])], VISUAL);
            let n_steps = (200 + interval * 15) as u64;
            network.recording.weights[0].every = n_steps as u32;
            let found = weights_after(engine, &network, n_steps, &told)[0] - 0.5;
            // single precision of a weight near a half, thirty changes
            assert!((found - expected).abs() < 5e-6, "{found} for {expected} at {rate_hz} Hz, {lag_ms} ms");
            found
        };
        let [slow_pre_post, fast_pre_post] = [1.0, 50.0].map(|rate| change(rate, 10.0));
        let [slow_post_pre, fast_post_pre] = [1.0, 50.0].map(|rate| change(rate, -10.0));
        // Sjöström et al. 2001 as the rule was fitted: nothing or depression when slow, potentiation in either order when fast
        assert!(slow_pre_post.abs() < 0.01, "{slow_pre_post}");
        assert!(slow_post_pre < -0.05, "{slow_post_pre}");
        assert!(fast_pre_post > 0.05 && fast_post_pre > 0.02, "{fast_pre_post} {fast_post_pre}");
        assert!(change(20.0, 10.0) > slow_pre_post + 0.02);
    });
}

/// Change of a weight away from its bounds, as explicit sums over the spikes before each; steps of 0.5 ms.
fn triplet_sums(arrivals: &[i32], spikes: &[i32]) -> f64 {
    let before = |list: &[i32], step: i32, tau: f64| -> f64 {
        list.iter().filter(|at| **at < step).map(|at| (-f64::from(step - at) * 0.5 / tau).exp()).sum()
    };
    let up = |step: &i32| before(arrivals, *step, 16.8) * (5e-10 + 6.2e-3 * before(spikes, *step, 125.0));
    let down = |step: &i32| before(spikes, *step, 33.7) * (7e-3 + 2.3e-4 * before(arrivals, *step, 101.0));
    spikes.iter().map(up).sum::<f64>() - arrivals.iter().map(down).sum::<f64>()
}

#[test]
fn the_inhibitory_rule_follows_its_sums() {
    each(|engine| {
        let rule = Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.01, target_hz: 5.0, w_max: 3.0 };
        let spikes = [(100, 0), (130, 0), (200, 0)];
        let network = class(0.5, vec![(79, 0), (99, 0), (139, 0)], &spikes, 1, vec![row(&[(0, 1.0, 1)])], rule);
        let weight = weights_after(engine, &network, 300, &spikes)[0];
        let e = |steps: i32| (-f64::from(steps) * 0.5 / 20.0).exp();
        // arrivals at 80, 100 and 140: the second coincides with a spike, and they do not see each other
        let at_spikes = e(20) + (e(50) + e(30)) + (e(120) + e(100) + e(60));
        let at_arrivals = e(40) + e(10) - 3.0 * 2.0 * 5e-3 * 20.0;
        assert!((weight - (1.0 + 0.01 * (at_spikes + at_arrivals))).abs() < 1e-6, "{weight}");
    });
}

#[test]
fn the_inhibitory_rule_brings_cells_to_their_target_rate() {
    each(|engine| {
        for target_hz in [5.0, 15.0] {
            let mut network = empty(0.5);
            let mut model = lif();
            model.i_e_pa = vec![450.0, 600.0].into();
            let inhibition = exponential(10.0, Effect::Conductance { reversal_mv: -80.0 });
            let trains = NeuronModel::Source(Trains::Poisson(Profile::Constant(20.0)));
            network.populations.push(cells("s", 100, trains, Vec::new()));
            network.populations.push(cells("c", 2, NeuronModel::Lif(model), vec![inhibition]));
            let mut learns = projection("p", 0, 1, vec![row(&[(0, 0.0, 2), (1, 0.0, 2)]); 100]);
            learns.plasticity = Some(Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.004, target_hz, w_max: 50.0 });
            network.projections.push(learns);
            let kept = engine(&network, 80_000);
            for cell in 0..2 {
                let steps = train(&kept, 1, cell);
                let early = steps.iter().filter(|step| **step < 1_000).count() as f64 / 0.5;
                let late = steps.iter().filter(|step| **step >= 20_000).count() as f64 / 30.0;
                assert!(early > 2.0 * target_hz, "{early}");
                // The rule evens counts out better than chance, whose error for 150 spikes is 8 %. Arrivals hold off spikes for
                // some ms, which lowers the product that the rule balances and raises the rate; with a hundred weak inputs by
                // some percent (with twenty it is a third).
                assert!((late / target_hz - 1.0).abs() < 0.12, "{late} for {target_hz}");
            }
        }
    });
}
