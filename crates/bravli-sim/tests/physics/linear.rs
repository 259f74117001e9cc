//! Integrate-and-fire cells in closed form.

use crate::engines::*;
use bravli_sim::network::{DriveKind, Effect, Kinetics, NeuronModel, Variable, Waveform};

#[test]
fn intervals_under_a_constant_current_are_those_of_the_closed_form() {
    each(|engine| {
        for (current_pa, dt_ms) in [(300.0, 0.1), (250.0, 0.1), (1_000.0, 0.05)] {
            let mut network = empty(dt_ms);
            let mut model = lif();
            model.i_e_pa = current_pa.into();
            network.populations.push(cells("c", 1, NeuronModel::Lif(model), Vec::new()));
            let kept = engine(&network, 5_000);
            let steps = train(&kept, 0, 0);
            // exact solution: the first step end at or after the crossing, then the refractory steps. All three crossings lie
            // a fifth of a step or more from a step end, where rounding of V by 1e-5 mV cannot carry them over
            let v_end = -70.0 + current_pa / 10.0;
            let crossing_ms = |from: f64| 20.0 * ((v_end - from) / (v_end + 50.0_f64)).ln();
            let whole = |time_ms: f64| {
                let steps = time_ms / dt_ms;
                assert!((steps - steps.round()).abs() > 0.02, "{steps} is too near a step end to tell");
                steps.ceil() as u32
            };
            assert_eq!(steps[0], whole(crossing_ms(-70.0)));
            let interval = whole(crossing_ms(-65.0)) + (2.0 / dt_ms).round() as u32;
            assert!(steps.len() > 4);
            assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == interval), "{interval}: {steps:?}");
        }
    });
}

#[test]
fn the_potential_after_a_current_event_is_that_of_the_closed_form_at_any_step() {
    each(|engine| {
        let kinetics = [
            Kinetics::Exponential { tau_ms: 2.0 },
            Kinetics::Biexponential { rise_ms: 0.5, decay_ms: 5.0 },
            // the receptor's decay is that of the membrane
            Kinetics::Biexponential { rise_ms: 3.0, decay_ms: 20.0 },
        ];
        for (kinetics, dt_ms) in kinetics.into_iter().flat_map(|k| [(k, 0.1), (k, 1.0)]) {
            let mut network = empty(dt_ms);
            let mut model = lif();
            (model.e_l_mv, model.v_th_mv, model.v_reset_mv) = (0.0.into(), 100.0.into(), (-1.0).into());
            network.populations.push(given("s", 1, vec![(1, 0)]));
            network.populations.push(cells(
                "c",
                1,
                NeuronModel::Lif(model),
                vec![receptor("r", kinetics, Effect::Current)],
            ));
            network.projections.push(projection("p", 0, 1, vec![row(&[(0, 100.0, 2)])]));
            network.recording.traces = vec![trace(1, Variable::V), trace(1, Variable::Receptor(0))];
            let kept = engine(&network, 100);
            let (v, open) = (series(&kept, 0, 0), series(&kept, 1, 0));
            for i in 0..100 {
                // sample i is of time (i + 1)·dt; the event enters at 3·dt
                let t = (i as f64 - 2.0) * dt_ms;
                let (expected_pa, expected_mv) = if t <= 0.0 { (0.0, 0.0) } else { response(kinetics, t) };
                // 1e-5 of the peak: single precision of numbers that never leave the scale of the response
                assert!((open[i] - 100.0 * expected_pa).abs() < 1e-3, "{} at {t}", open[i]);
                assert!((v[i] - 100.0 * expected_mv).abs() < 1e-5, "{} for {} at {t}", v[i], 100.0 * expected_mv);
            }
        }
    });
}

/// Current in pA, and potential in mV of 200 pF with 20 ms, a time after an event of 1 pA.
fn response(kinetics: Kinetics, t: f64) -> (f64, f64) {
    let area = |tau: f64| {
        let rate: f64 = 1.0 / 20.0 - 1.0 / tau;
        // ∫ e^{−(t − s)/20} e^{−s/τ} ds
        (-t / 20.0_f64).exp() * if rate.abs() < 1e-9 { t } else { ((rate * t).exp() - 1.0) / rate } / 200.0
    };
    match kinetics {
        Kinetics::Exponential { tau_ms } => ((-t / tau_ms).exp(), area(tau_ms)),
        Kinetics::Biexponential { rise_ms, decay_ms } => {
            let peak_ms = rise_ms * decay_ms / (decay_ms - rise_ms) * (decay_ms / rise_ms).ln();
            let at = |t: f64| (-t / decay_ms).exp() - (-t / rise_ms).exp();
            (at(t) / at(peak_ms), (area(decay_ms) - area(rise_ms)) / at(peak_ms))
        }
    }
}

#[test]
fn a_constant_conductance_sets_rest_and_time_constant() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = lif();
        model.v_th_mv = 50.0.into();
        network.populations.push(cells("c", 1, NeuronModel::Lif(model), Vec::new()));
        let waveform = Waveform::Step { start_ms: 0.0, stop_ms: 1e9, amplitude: 5.0 };
        network.drives.push(drive("g", 0, DriveKind::Conductance { waveform, reversal_mv: 0.0 }));
        let steady = |mean_ns: f64, reversal_mv: f64| DriveKind::OuConductance {
            reversal_mv: reversal_mv.into(),
            mean_ns: mean_ns.into(),
            sd_ns: 0.0.into(),
            tau_ms: 3.0.into(),
        };
        network.drives.push(drive("ou", 0, steady(15.0, -80.0)));
        // negative conductances are cut
        network.drives.push(drive("none", 0, steady(-4.0, 0.0)));
        network.recording.traces.push(trace(0, Variable::V));
        let v = series(&engine(&network, 3_000), 0, 0);
        // (10·(−70) + 5·0 + 15·(−80)) / 30 mV with 200 pF / 30 nS
        let rest = -1_900.0 / 30.0;
        for (i, v) in v.iter().enumerate() {
            let t = (i + 1) as f64 * 0.1;
            let expected = rest + (-70.0 - rest) * (-t * 30.0 / 200.0).exp();
            // the step is solved exactly, so only single precision is left: 8e-6 mV at −70 mV, kept for about 67 steps
            assert!((v - expected).abs() < 6e-4, "{v} for {expected} at {t}");
        }
    });
}

#[test]
fn a_conductance_event_converges_with_order_two_or_better() {
    each(|engine| {
        let error = |dt_ms: f64| {
            let mut network = empty(dt_ms);
            let kinetics = Kinetics::Biexponential { rise_ms: 0.5, decay_ms: 4.0 };
            let ampa = receptor("AMPA", kinetics, Effect::Conductance { reversal_mv: 0.0 });
            network.populations.push(given("s", 1, vec![((2.0 / dt_ms) as u32, 0)]));
            network.populations.push(cells("c", 1, NeuronModel::Lif(lif()), vec![ampa]));
            let delay = (2.0 / dt_ms) as u16;
            network.projections.push(projection("p", 0, 1, vec![row(&[(0, 6.0, delay)])]));
            network.recording.traces.push(trace(1, Variable::V));
            let v = series(&engine(&network, (12.0 / dt_ms).round() as u64), 0, 0);
            // Runge–Kutta with 1 µs steps from the event at 4 ms to 12 ms
            let at = |t: f64| (-t / 4.0_f64).exp() - (-t / 0.5_f64).exp();
            let peak = at(0.5 * 4.0 / 3.5 * (8.0_f64).ln());
            let slope = |t: f64, v: f64| (10.0 * (-70.0 - v) - 6.0 * at(t) / peak * v) / 200.0;
            let (mut truth, h) = (-70.0, 1e-3);
            for i in 0..8_000 {
                let t = f64::from(i) * h;
                let k1 = slope(t, truth);
                let k2 = slope(t + h / 2.0, truth + h / 2.0 * k1);
                let k3 = slope(t + h / 2.0, truth + h / 2.0 * k2);
                let k4 = slope(t + h, truth + h * k3);
                truth += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
            }
            (v.last().unwrap() - truth).abs()
        };
        let (coarse, middle, fine) = (error(0.4), error(0.2), error(0.1));
        // halving the step takes a quarter of the error, less where single precision (8e-6 mV a step) is all that is left
        assert!(coarse < 0.1, "{coarse}");
        assert!(middle < coarse / 3.3 + 5e-4 && fine < middle / 3.3 + 5e-4, "{coarse} {middle} {fine}");
    });
}

#[test]
fn each_cell_has_its_own_parameters() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = lif();
        model.i_e_pa = vec![50.0, 100.0, 150.0].into();
        model.g_l_ns = vec![10.0, 20.0, 40.0].into();
        network.populations.push(cells("c", 3, NeuronModel::Lif(model), Vec::new()));
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, 10_000);
        for (cell, rise) in [5.0, 5.0, 3.75].into_iter().enumerate() {
            // after a second, 50 time constants; single precision at −65 mV kept for 200 steps
            assert!((series(&kept, 0, cell).last().unwrap() - (-70.0 + rise)).abs() < 1e-3);
        }
    });
}
