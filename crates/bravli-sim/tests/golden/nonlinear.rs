//! Cells whose equations have no closed solution: AdEx and Izhikevich.

use super::{ENGINES, Engine, assert_spikes, current, distance, driven, is_apart, spike_times};
use crate::data::Golden;
use bravli_sim::network::{
    Adex, Cells, Effect, Izhikevich, Kept, Kinetics, Network, NeuronModel, Population, Receptor, Recording, Trace,
    Variable,
};

fn adex(golden: &Golden) -> Adex {
    Adex {
        c_m_pf: golden.number("C_m").into(),
        g_l_ns: golden.number("g_L").into(),
        e_l_mv: golden.number("E_L").into(),
        v_th_mv: golden.number("V_th").into(),
        delta_t_mv: golden.number("Delta_T").into(),
        a_ns: golden.number("a").into(),
        tau_w_ms: golden.number("tau_w").into(),
        b_pa: golden.number("b").into(),
        v_reset_mv: golden.number("V_reset").into(),
        v_peak_mv: golden.number("V_peak").into(),
        t_ref_ms: golden.number("t_ref").into(),
        i_e_pa: 0.0.into(),
    }
}

/// One cell under a current alone.
fn alone<'a>(dt_ms: f64, model: NeuronModel, v_init_mv: f64, pieces: Vec<(f64, f64)>) -> Network<'a> {
    Network {
        dt_ms,
        seed: 1,
        populations: vec![Population {
            name: "cell".to_owned(),
            n_cells: 1,
            model,
            receptors: Vec::new(),
            v_init_mv: v_init_mv.into(),
        }],
        projections: Vec::new(),
        drives: vec![current(pieces)],
        recording: Recording::default(),
    }
}

fn two_receptors(kinetics: [Kinetics; 2], reversals_mv: [f64; 2]) -> [Receptor; 2] {
    let receptor = |index: usize| Receptor {
        name: ["ex", "in"][index].to_owned(),
        kinetics: kinetics[index],
        effect: Effect::Conductance { reversal_mv: reversals_mv[index] },
    };
    [receptor(0), receptor(1)]
}

fn conductances(golden: &Golden) -> [Receptor; 2] {
    if golden.has("tau_rise") {
        let (rise, decay, reversal) = (golden.list("tau_rise"), golden.list("tau_decay"), golden.list("E_rev"));
        let kinetics = [0, 1].map(|i: usize| Kinetics::Biexponential { rise_ms: rise[i], decay_ms: decay[i] });
        two_receptors(kinetics, [reversal[0], reversal[1]])
    } else {
        let kinetics = ["tau_syn_ex", "tau_syn_in"].map(|name| Kinetics::Exponential { tau_ms: golden.number(name) });
        two_receptors(kinetics, ["E_ex", "E_in"].map(|name| golden.number(name)))
    }
}

/// A spike and its reset wait for the end of a step, so that spike n is late by up to n + 1 steps and one of NEST's, times
/// what a late reset grows to.
fn late(dt_ms: f64, growth: f64) -> impl Fn(usize) -> f64 {
    move |n| dt_ms * growth * (n + 2) as f64
}

#[test]
fn adex_follows_conductances_below_threshold() {
    for file in ["adex_cond_exp_quiet.csv", "adex_cond_beta_quiet.csv"] {
        let golden = Golden::read(file);
        for dt_ms in [0.1, 0.01] {
            let network = driven(
                &golden,
                dt_ms,
                NeuronModel::Adex(adex(&golden)),
                conductances(&golden),
                &[Variable::V, Variable::Adaptation],
            );
            for Engine { name, run, rounding, approximation } in ENGINES {
                let kept = run(&network, network.steps(golden.number("stop")));
                assert!(kept.of(0).is_empty(), "{name} of {file} fires");
                let (v_mv, _) = distance(&kept, 0, &golden.column("V_m"), |_| true);
                let (w_pa, _) = distance(&kept, 1, &golden.column("w"), |_| true);
                let who = format!("{name} of {file} at {dt_ms} ms");
                assert!(v_mv <= approximation + 70.0 * rounding, "{who}: {v_mv} mV");
                assert!(w_pa <= approximation + 200.0 * rounding, "{who}: w off by {w_pa} pA");
            }
        }
    }
}

#[test]
fn adex_fires_under_conductances() {
    for file in ["adex_cond_exp.csv", "adex_cond_beta.csv"] {
        let golden = Golden::read(file);
        let (nest_ms, times) = (golden.list("spikes"), golden.column("t"));
        for dt_ms in [0.1, 0.01] {
            let variables = [Variable::V, Variable::Adaptation];
            let network = driven(&golden, dt_ms, NeuronModel::Adex(adex(&golden)), conductances(&golden), &variables);
            for Engine { name, run, .. } in ENGINES {
                let who = format!("{name} of {file} at {dt_ms} ms");
                let kept = run(&network, network.steps(golden.number("stop")));
                assert_spikes(&who, &spike_times(&network, &kept), &nest_ms, late(dt_ms, 1.0));
                // away from the upstroke, a spike late by some steps shifts slopes of 1 mV/ms and 4 pA/ms
                let apart = |sample: usize| is_apart(times[sample], &nest_ms, 3.0);
                let (_, v_mv) = distance(&kept, 0, &golden.column("V_m"), apart);
                let (_, w_pa) = distance(&kept, 1, &golden.column("w"), apart);
                assert!(v_mv <= 3.0 * dt_ms && w_pa <= 12.0 * dt_ms, "{who}: {v_mv} mV, w {w_pa} pA");
            }
        }
    }
}

/// Patterns with the number of their spikes that are compared, and what a late reset grows to:
/// bursts that start late amplify it, and irregular firing loses it within a few spikes.
const PATTERNS: [(&str, usize, f64); 8] = [
    ("tonic", 83, 1.0),
    ("adapting", 14, 1.0),
    ("initial_burst", 15, 1.0),
    ("regular_burst", 13, 1.0),
    ("delayed_accelerating", 66, 1.0),
    ("delayed_regular_burst", 43, 3.0),
    ("transient", 1, 1.0),
    ("irregular", 4, 1.0),
];

#[test]
fn adex_has_its_firing_patterns() {
    let golden = Golden::read("adex_patterns.csv");
    for (pattern, n_compared, growth) in PATTERNS {
        let values = golden.list(pattern);
        let nest_ms = golden.of(pattern);
        for dt_ms in [0.1, 0.01] {
            let model = Adex {
                c_m_pf: values[0].into(),
                g_l_ns: values[1].into(),
                e_l_mv: values[2].into(),
                v_th_mv: golden.number("V_th").into(),
                delta_t_mv: golden.number("Delta_T").into(),
                a_ns: values[3].into(),
                tau_w_ms: values[4].into(),
                b_pa: values[5].into(),
                v_reset_mv: values[6].into(),
                v_peak_mv: golden.number("V_peak").into(),
                t_ref_ms: golden.number("t_ref").into(),
                i_e_pa: values[7].into(),
            };
            let network = alone(dt_ms, NeuronModel::Adex(model), values[2], vec![(0.0, 0.0)]);
            for Engine { name, run, .. } in ENGINES {
                let who = format!("{name}, {pattern} at {dt_ms} ms");
                let ours_ms = spike_times(&network, &run(&network, network.steps(golden.number("stop"))));
                let off = ours_ms.len().abs_diff(nest_ms.len());
                assert!(off <= 1 + nest_ms.len() / 15, "{who}: {} spikes against {}", ours_ms.len(), nest_ms.len());
                let n = n_compared.min(ours_ms.len());
                assert!(n + 1 >= n_compared, "{who}: {} spikes", ours_ms.len());
                assert_spikes(&who, &ours_ms[..n], &nest_ms[..n], late(dt_ms, growth));
            }
        }
    }
}

/// The form of 2003, v' = 0.04 v² + 5 v + 140 − u + I and u' = a(b v − u), in that of 2007: C = 1, k = 0.04, v_r and v_t the
/// roots of the polynomial, and u less b v_r, which leaves a constant current of −b v_r.
fn izhikevich(golden: &Golden, pattern: &str) -> (Izhikevich, f64) {
    let values = golden.list(pattern);
    let (a, b, c, d, i) = (values[0], values[1], values[2], values[3], values[4]);
    let v_r_mv = (-5.0 - 2.6_f64.sqrt()) / 0.08;
    let model = Izhikevich {
        c_m_pf: 1.0.into(),
        k_pa_per_mv2: 0.04.into(),
        v_r_mv: v_r_mv.into(),
        v_t_mv: ((-5.0 + 2.6_f64.sqrt()) / 0.08).into(),
        v_peak_mv: golden.number("V_th").into(),
        a_per_ms: a.into(),
        b_ns: b.into(),
        b3_pa_per_mv3: 0.0.into(),
        v_b_mv: 0.0.into(),
        v_reset_mv: c.into(),
        d_pa: d.into(),
        i_e_pa: (-b * v_r_mv).into(),
    };
    (model, i)
}

fn run_izhikevich(golden: &Golden, pattern: &str, dt_ms: f64, run: super::Run, every_ms: f64) -> (Kept, Vec<f64>) {
    let (model, i) = izhikevich(golden, pattern);
    let v_r_mv = model.v_r_mv.at(0);
    let mut network = alone(dt_ms, NeuronModel::Izhikevich(model), v_r_mv, vec![(20.0, i)]);
    let every = network.steps(every_ms) as u32;
    network.recording.traces = [Variable::V, Variable::Adaptation]
        .map(|variable| Trace { population: 0, cells: Cells::All, variable, every })
        .to_vec();
    let kept = run(&network, network.steps(golden.number("stop")));
    let times = spike_times(&network, &kept);
    (kept, times)
}

#[test]
fn izhikevich_fires_as_its_form_of_2003_does() {
    let golden = Golden::read("izhikevich_spikes.csv");
    for pattern in ["regular", "bursting", "chattering", "fast", "low_threshold"] {
        for dt_ms in [0.1, 0.01] {
            for Engine { name, run, .. } in ENGINES {
                let (_, ours_ms) = run_izhikevich(&golden, pattern, dt_ms, *run, 0.2);
                assert_spikes(
                    &format!("{name}, {pattern} at {dt_ms} ms"),
                    &ours_ms,
                    &golden.of(pattern),
                    // V runs past its peak until the step ends, and u with it
                    late(dt_ms, 3.0),
                );
            }
        }
    }
}

#[test]
fn izhikevich_has_the_same_course() {
    let golden = Golden::read("izhikevich_trace.csv");
    let nest_ms = Golden::read("izhikevich_spikes.csv").of("regular");
    let times = golden.column("t");
    let values = golden.list("regular");
    let shift = values[1] * izhikevich(&golden, "regular").0.v_r_mv.at(0);
    let u: Vec<f64> = golden.column("U_m").iter().map(|u| u - shift).collect();
    // spikes that are some steps late shift slopes of 1 mV/ms and 0.3 pA/ms between them
    for (dt_ms, v_bound_mv, u_bound_pa) in [(0.1, 0.3, 0.1), (0.01, 0.03, 0.01)] {
        for Engine { name, run, .. } in ENGINES {
            let (mut kept, _) = run_izhikevich(&golden, "regular", dt_ms, *run, golden.interval_ms());
            kept.samples.iter_mut().for_each(|samples| samples.truncate(times.len()));
            let apart = |sample: usize| is_apart(times[sample], &nest_ms, 2.0);
            let (_, v_mv) = distance(&kept, 0, &golden.column("V_m"), apart);
            let (_, u_pa) = distance(&kept, 1, &u, apart);
            assert!(v_mv <= v_bound_mv && u_pa <= u_bound_pa, "{name} at {dt_ms} ms: {v_mv} mV, u {u_pa} pA");
        }
    }
}
