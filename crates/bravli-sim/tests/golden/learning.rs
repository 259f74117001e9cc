//! Synapses whose weight depends on what came before.

use super::{ENGINES, Engine, current, input};
use crate::data::Golden;
use bravli_sim::network::{
    Cells, Connectivity, Effect, Kept, Kinetics, Lif, Network, NeuronModel, PerConnection, Plasticity, Population,
    Receptor, Recording, Release, Trace, Variable, WeightTrace,
};
use std::sync::Arc;

const DT_MS: f64 = 0.1;

/// A cell that fires in every step in which it is driven with [`PULSE_PA`], and in no other: its membrane takes 0.005 ms.
fn obedient<'a>(post_ms: &[f64], effect: Effect, tau_ms: f64) -> Network<'a> {
    let model = NeuronModel::Lif(Lif {
        c_m_pf: 1.0.into(),
        g_l_ns: 200.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        v_reset_mv: (-70.0).into(),
        t_ref_ms: 0.0.into(),
        i_e_pa: 0.0.into(),
    });
    // a spike of step k is that of the step before it
    let mut pieces = vec![(0.0, 0.0)];
    for time_ms in post_ms {
        if pieces.last().is_some_and(|(start, _)| (start - (time_ms - DT_MS)).abs() < 1e-6) {
            pieces.pop();
        }
        pieces.extend([(time_ms - DT_MS, PULSE_PA), (*time_ms, 0.0)]);
    }
    Network {
        dt_ms: DT_MS,
        seed: 1,
        populations: vec![Population {
            name: "cell".to_owned(),
            n_cells: 1,
            model,
            receptors: vec![Receptor {
                name: "synapse".to_owned(),
                kinetics: Kinetics::Exponential { tau_ms },
                effect,
            }],
            v_init_mv: (-70.0).into(),
        }],
        projections: Vec::new(),
        drives: vec![current(pieces)],
        recording: Recording::default(),
    }
}

const PULSE_PA: f64 = 20_000.0;

#[test]
fn short_term_plasticity_releases_the_same_shares() {
    let golden = Golden::read("tsodyks2.csv");
    let (pre_ms, weight) = (golden.list("pre"), golden.number("weight"));
    let (delay_ms, tau_ms) = (1.0, 0.5);
    for set in ["depressing", "facilitating", "mixed"] {
        let list = golden.list(set);
        let (u, tau_rec_ms, tau_facil_ms) = (list[0], list[1], list[2]);
        for per_connection in [false, true] {
            let mut network = obedient(&[], Effect::Silent, tau_ms);
            input(&mut network, "pre", 0, &pre_ms, weight, delay_ms);
            if per_connection {
                let own = PerConnection {
                    u: vec![u as f32],
                    tau_rec_ms: vec![tau_rec_ms as f32],
                    tau_facil_ms: vec![tau_facil_ms as f32],
                    ..PerConnection::default()
                };
                network.projections[0].release = Release::PerConnection;
                let Connectivity::Listed(rows) = &mut network.projections[0].connections else { unreachable!() };
                Arc::make_mut(rows).iter_mut().for_each(|row| row.own = own.clone());
            } else {
                network.projections[0].release = Release::Shared { u, tau_rec_ms, tau_facil_ms };
            }
            let variable = Variable::Receptor(0);
            network.recording.traces = vec![Trace { population: 0, cells: Cells::All, variable, every: 1 }];
            let arrivals: Vec<u32> = pre_ms.iter().map(|time| network.steps(time + delay_ms) as u32).collect();
            for Engine { name, run, rounding, .. } in ENGINES {
                let kept = run(&network, u64::from(arrivals[arrivals.len() - 1]) + 2);
                let open = |step: u32| f64::from(kept.samples[0][step as usize - 1].1[0]);
                for (n, (step, nest)) in arrivals.iter().zip(golden.of(set)).enumerate() {
                    // what stands open at the end of a step has decayed since the arrival at its start
                    let jump = open(step + 1) * (DT_MS / tau_ms).exp() - open(*step);
                    let who = format!("{name}, {set}, per connection {per_connection}");
                    // parameters per connection are f32, and so are samples
                    assert!(
                        (jump - nest).abs() <= weight * (4.0 * rounding + 2e-7),
                        "{who}: {n}: {jump} against {nest}"
                    );
                }
            }
        }
    }
}

/// Runs a rule on the trains of a golden file, and compares the weight after every arrival.
fn compare(file: &str, case: &str, rule: impl Fn(&Golden, &[f64]) -> Plasticity) {
    let golden = Golden::read(file);
    let list = golden.list(case);
    let (pre_ms, post_ms) = (golden.list("pre"), golden.list("post"));
    let mut network = obedient(&post_ms, Effect::Silent, 1.0);
    // arrivals, not spikes of the source, are what NEST was given
    let sent_ms: Vec<f64> = pre_ms.iter().map(|time| time - DT_MS).collect();
    input(&mut network, "pre", 0, &sent_ms, list[0], DT_MS);
    network.projections[0].plasticity = Some(rule(&golden, &list[1..]));
    network.recording.weights = vec![WeightTrace { projection: 0, connections: Some(vec![0]), every: 1 }];
    let n_steps = network.steps(pre_ms[pre_ms.len() - 1].max(post_ms[post_ms.len() - 1])) + 2;
    for Engine { name, run, rounding, .. } in ENGINES {
        let kept = run(&network, n_steps);
        let fired: Vec<u64> = kept.of(0).iter().map(|spike| u64::from(spike.step)).collect();
        assert_eq!(fired, post_ms.iter().map(|time| network.steps(*time)).collect::<Vec<_>>(), "{name}: forced spikes");
        for (n, (arrival_ms, nest)) in pre_ms.iter().zip(golden.of(case)).enumerate() {
            let weight = weight_at(&kept, network.steps(arrival_ms + DT_MS) as u32);
            let bound = 1e-9 + 100.0 * rounding;
            assert!((weight - nest).abs() <= bound, "{name}, {file}, {case}: arrival {n}: {weight} against {nest}");
        }
    }
}

fn weight_at(kept: &Kept, step: u32) -> f64 {
    let (_, values) = kept.weights[0].iter().find(|(at, _)| *at == step).unwrap();
    f64::from(values[0])
}

#[test]
fn pairs_change_weights_alike() {
    for case in ["additive", "multiplicative", "to_zero", "to_bound"] {
        compare("stdp_pair.csv", case, |golden, p| Plasticity::Pair {
            tau_plus_ms: p[0],
            tau_minus_ms: golden.number("tau_minus"),
            a_plus: p[1],
            a_minus: p[1] * p[2],
            mu: p[3],
            w_max: p[5],
        });
    }
}

#[test]
fn triplets_change_weights_alike() {
    for case in ["all", "visual_cortex", "to_bound"] {
        // NEST's amplitudes are in the weight's unit
        compare("stdp_triplet.csv", case, |golden, p| Plasticity::Triplet {
            tau_plus_ms: p[0],
            tau_x_ms: p[1],
            tau_minus_ms: golden.number("tau_minus"),
            tau_y_ms: golden.number("tau_minus_triplet"),
            a2_plus: p[2] / p[6],
            a3_plus: p[3] / p[6],
            a2_minus: p[4] / p[6],
            a3_minus: p[5] / p[6],
            w_max: p[6],
        });
    }
}

#[test]
fn inhibitory_weights_change_alike() {
    for case in ["slow", "to_zero"] {
        // NEST's alpha is 2 rho_0 tau
        compare("stdp_inhibitory.csv", case, |_, p| Plasticity::Inhibitory {
            tau_ms: p[0],
            eta: p[1],
            target_hz: p[2] / (2.0 * p[0]) * 1e3,
            w_max: p[3],
        });
    }
}
