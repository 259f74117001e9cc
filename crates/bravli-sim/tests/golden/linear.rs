//! Cells that are linear between spikes: integrate-and-fire, with and without escape noise.

use super::{ENGINES, Engine, assert_spikes, current, distance, driven, is_apart, spike_times};
use crate::data::Golden;
use bravli_sim::network::{
    Effect, Gif, Kinetics, Lif, Network, NeuronModel, Population, Receptor, Recording, Values, Variable,
};

const TWO_CURRENTS: [Effect; 2] = [Effect::Current, Effect::Current];

fn two_conductances(golden: &Golden) -> [Effect; 2] {
    ["E_ex", "E_in"].map(|name| Effect::Conductance { reversal_mv: golden.number(name) })
}

fn exponential(golden: &Golden, effects: [Effect; 2]) -> [Receptor; 2] {
    let receptor = |name: &str, tau: &str, effect| {
        let kinetics = Kinetics::Exponential { tau_ms: golden.number(tau) };
        Receptor { name: name.to_owned(), kinetics, effect }
    };
    [receptor("ex", "tau_syn_ex", effects[0]), receptor("in", "tau_syn_in", effects[1])]
}

fn lif(golden: &Golden, g_l_ns: f64) -> NeuronModel {
    NeuronModel::Lif(Lif {
        c_m_pf: golden.number("C_m").into(),
        g_l_ns: g_l_ns.into(),
        e_l_mv: golden.number("E_L").into(),
        v_th_mv: golden.number("V_th").into(),
        v_reset_mv: golden.number("V_reset").into(),
        t_ref_ms: golden.number("t_ref").into(),
        i_e_pa: 0.0.into(),
    })
}

fn gif(golden: &Golden, i_e_pa: Values) -> NeuronModel {
    let two = |name: &str| <[f64; 2]>::try_from(golden.list(name)).unwrap().map(Values::from);
    NeuronModel::Gif(Gif {
        c_m_pf: golden.number("C_m").into(),
        g_l_ns: golden.number("g_L").into(),
        e_l_mv: golden.number("E_L").into(),
        v_th_mv: golden.number("V_T_star").into(),
        delta_v_mv: golden.number("Delta_V").into(),
        // NEST counts it per second
        lambda_0_per_ms: (golden.number("lambda_0") * 1e-3).into(),
        v_reset_mv: golden.number("V_reset").into(),
        t_ref_ms: golden.number("t_ref").into(),
        q_stc_pa: two("q_stc"),
        tau_stc_ms: two("tau_stc"),
        q_sfa_mv: two("q_sfa"),
        tau_sfa_ms: two("tau_sfa"),
        i_e_pa,
    })
}

/// What a receptor has open just before the arrivals of each row's time: NEST's records have them in already.
fn before_arrivals(golden: &Golden, column: &str, input: &str) -> Vec<f64> {
    let list = golden.list(input);
    let at = |time: f64| list[2..].iter().filter(|spike| (**spike + list[1] - time).abs() < 1e-6).count();
    let times = golden.column("t");
    golden.column(column).iter().zip(times).map(|(open, time)| open - list[0] * at(time) as f64).collect()
}

#[test]
fn a_cell_with_currents_is_exact() {
    let golden = Golden::read("lif_psc_exp.csv");
    let model = lif(&golden, golden.number("C_m") / golden.number("tau_m"));
    let variables = [Variable::V, Variable::Receptor(0), Variable::Receptor(1)];
    let network = driven(&golden, 0.1, model, exponential(&golden, TWO_CURRENTS), &variables);
    for Engine { name, run, rounding, .. } in ENGINES {
        let kept = run(&network, network.steps(golden.number("stop")));
        assert_spikes(name, &spike_times(&network, &kept), &golden.list("spikes"), |_| 0.0);
        // both solve it exactly, and no error outlives a reset
        let (v_mv, _) = distance(&kept, 0, &golden.column("V_m"), |_| true);
        assert!(v_mv <= 1e-9 + 70.0 * rounding, "{name}: {v_mv} mV");
        for (trace, column, input) in [(1, "I_syn_ex", "ex"), (2, "I_syn_in", "in")] {
            let (off_pa, _) = distance(&kept, trace, &before_arrivals(&golden, column, input), |_| true);
            assert!(off_pa <= 1e-8 + 2_000.0 * rounding, "{name}: {column} off by {off_pa} pA");
        }
    }
}

#[test]
fn a_cell_with_conductances_follows_them() {
    let golden = Golden::read("lif_cond_exp.csv");
    let model = lif(&golden, golden.number("g_L"));
    let receptors = exponential(&golden, two_conductances(&golden));
    let variables = [Variable::V, Variable::Receptor(0), Variable::Receptor(1)];
    let network = driven(&golden, 0.1, model, receptors, &variables);
    for Engine { name, run, rounding, approximation } in ENGINES {
        let kept = run(&network, network.steps(golden.number("stop")));
        assert_spikes(name, &spike_times(&network, &kept), &golden.list("spikes"), |_| 0.0);
        let (v_mv, _) = distance(&kept, 0, &golden.column("V_m"), |_| true);
        assert!(v_mv <= approximation + 70.0 * rounding, "{name}: {v_mv} mV");
        for (trace, column, input) in [(1, "g_ex", "ex"), (2, "g_in", "in")] {
            let (off_ns, _) = distance(&kept, trace, &before_arrivals(&golden, column, input), |_| true);
            assert!(off_ns <= 1e-6 + 50.0 * rounding, "{name}: {column} off by {off_ns} nS");
        }
    }
}

#[test]
fn a_gif_that_never_fires_follows_its_membrane() {
    for file in ["gif_psc_exp_quiet.csv", "gif_cond_exp_quiet.csv"] {
        let golden = Golden::read(file);
        let effects = if file.contains("psc") { TWO_CURRENTS } else { two_conductances(&golden) };
        let network = driven(&golden, 0.1, gif(&golden, 0.0.into()), exponential(&golden, effects), &[Variable::V]);
        for Engine { name, run, rounding, approximation } in ENGINES {
            let tolerance_mv = if file.contains("psc") { 1e-9 } else { *approximation };
            let kept = run(&network, network.steps(golden.number("stop")));
            assert!(kept.of(0).is_empty(), "{name} of {file} fires at no intensity");
            let (v_mv, _) = distance(&kept, 0, &golden.column("V_m"), |_| true);
            assert!(v_mv <= tolerance_mv + 70.0 * rounding, "{name} of {file}: {v_mv} mV");
        }
    }
}

/// With an intensity this steep the cell fires as it crosses its moving threshold, so that all of its state can be compared.
#[test]
fn a_gif_without_noise_fires_and_adapts_at_the_same_times() {
    for file in ["gif_psc_exp.csv", "gif_cond_exp.csv"] {
        let golden = Golden::read(file);
        let effects = if file.contains("psc") { TWO_CURRENTS } else { two_conductances(&golden) };
        let nest_ms = golden.list("spikes");
        let times = golden.column("t");
        for dt_ms in [0.01, 0.1] {
            let variables = [Variable::V, Variable::Threshold, Variable::Adaptation];
            let receptors = exponential(&golden, effects);
            let network = driven(&golden, dt_ms, gif(&golden, 0.0.into()), receptors, &variables);
            for Engine { name, run, .. } in ENGINES {
                let who = format!("{name} of {file} at {dt_ms} ms");
                let kept = run(&network, network.steps(golden.number("stop")));
                let ours_ms = spike_times(&network, &kept);
                // each crossing is seen up to a step late, and a late spike delays the next by as much
                assert_spikes(&who, &ours_ms, &nest_ms, |n| dt_ms * (n + 2) as f64);
                // a spike that is dt late shifts slopes of 1.5 mV/ms, and a threshold and a current that decay by 0.5 mV/ms and
                // 3 pA/ms, by as many dt as it counts
                let late = dt_ms * (nest_ms.len() + 2) as f64;
                for (trace, column, slope) in [(0, "V_m", 1.5), (1, "E_sfa", 0.7), (2, "I_stc", 3.0)] {
                    let apart =
                        |sample: usize| is_apart(times[sample], &nest_ms, late + 0.1 + 4.0 * f64::from(trace == 0));
                    let (_, rms) = distance(&kept, trace, &golden.column(column), apart);
                    assert!(rms <= 0.5 * late * slope + 1e-3, "{who}: {column} off by {rms}");
                }
            }
        }
    }
}

#[test]
fn a_noisy_gif_fires_as_often_and_as_regularly() {
    let golden = Golden::read("gif_statistics.csv");
    // a tenth of NEST's cells: the reference takes seconds for them
    let n_cells = (golden.number("n_cells") / 10.0) as u32;
    let (warm_ms, stop_ms) = (golden.number("warm"), golden.number("stop"));
    let columns = ["resolution", "I_e", "rate_hz", "rate_se_hz", "cv", "cv_se"].map(|name| golden.column(name));
    let of = |resolution: f64, i_e: f64| {
        let row = (0..columns[0].len()).find(|row| columns[0][*row] == resolution && columns[1][*row] == i_e).unwrap();
        [2, 3, 4, 5].map(|column: usize| columns[column][row])
    };
    for i_e in [120.0, 200.0] {
        let network = Network {
            dt_ms: 0.1,
            seed: 1,
            populations: vec![Population {
                name: "cells".to_owned(),
                n_cells,
                model: gif(&golden, 0.0.into()),
                receptors: Vec::new(),
                v_init_mv: golden.number("V_m").into(),
            }],
            projections: Vec::new(),
            drives: vec![current(vec![(0.0, i_e)])],
            recording: Recording::default(),
        };
        for Engine { name, run, .. } in ENGINES {
            let kept = run(&network, network.steps(stop_ms));
            let mut trains = vec![Vec::new(); n_cells as usize];
            for spike in kept.of(0) {
                let time_ms = f64::from(spike.step) * network.dt_ms;
                if time_ms > warm_ms {
                    trains[spike.cell as usize].push(time_ms);
                }
            }
            let rates: Vec<f64> = trains.iter().map(|train| train.len() as f64 * 1e3 / (stop_ms - warm_ms)).collect();
            let cvs: Vec<f64> = trains.iter().map(|train| cv(train)).collect();
            // our threshold is that of a step's end, NEST's that of its start; the truth of small steps lies about there as
            // well, so what the two resolutions of NEST differ by is allowed beside 4 standard errors
            let (coarse, fine) = (of(0.1, i_e), of(0.02, i_e));
            for (what, values, at) in [("rate", &rates, 0), ("cv", &cvs, 2)] {
                let (ours, se) = mean_and_error(values);
                let (low, high) = (coarse[at].min(fine[at]), coarse[at].max(fine[at]));
                let spare = 4.0 * se.hypot(coarse[at + 1]) + (high - low);
                assert!(ours >= low - spare && ours <= high + spare, "{name}: {what} {ours} against {low}..{high}");
            }
        }
    }
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

fn cv(train: &[f64]) -> f64 {
    let gaps: Vec<f64> = train.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (mean, error) = mean_and_error(&gaps);
    error * (gaps.len() as f64).sqrt() / mean
}
