//! Generalised integrate-and-fire cells: escape noise, spike-triggered currents and moving thresholds.

use crate::engines::*;
use bravli_sim::network::{Gif, NeuronModel, Variable};

/// A cell that stays at −60 mV; at its threshold of −55 mV it fires at 2 per ms, e-fold per 2 mV.
fn steady() -> Gif {
    Gif {
        c_m_pf: 100.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-60.0).into(),
        v_th_mv: (-55.0).into(),
        delta_v_mv: 2.0.into(),
        lambda_0_per_ms: 2.0.into(),
        v_reset_mv: (-60.0).into(),
        t_ref_ms: 0.0.into(),
        q_stc_pa: [0.0.into(), 0.0.into()],
        tau_stc_ms: [10.0.into(), 50.0.into()],
        q_sfa_mv: [0.0.into(), 0.0.into()],
        tau_sfa_ms: [10.0.into(), 100.0.into()],
        i_e_pa: 0.0.into(),
    }
}

#[test]
fn a_steady_potential_fires_at_the_rate_of_its_distance_from_threshold() {
    each(|engine| {
        for (v_mv, t_ref_ms) in [(-60.0, 0.0), (-57.0, 0.0), (-53.0, 0.0), (-57.0, 3.0)] {
            let mut network = empty(0.1);
            let mut model = steady();
            (model.e_l_mv, model.v_reset_mv, model.t_ref_ms) = (v_mv.into(), v_mv.into(), t_ref_ms.into());
            network.populations.push(cells("c", 100, NeuronModel::Gif(model), Vec::new()));
            let kept = engine(&network, 10_000);
            let p = 1.0 - (-2.0 * ((v_mv + 55.0) / 2.0_f64).exp() * 0.1).exp();
            let held = t_ref_ms / 0.1;
            // a step is open with 1/(1 + held·p); in all 10⁶ steps of cells
            let expected = 1e6 * p / (1.0 + held * p);
            let count = kept.of(0).len() as f64;
            // four standard errors of a renewal count, √N·CV with CV = √(1 − p)/(1 + held·p); the settling at the start, where
            // no cell is held, adds p·held/2 per cell at most
            let error = (expected * (1.0 - p)).sqrt() / (1.0 + held * p);
            assert!((count - expected).abs() < 4.0 * error + 50.0 * p * held, "{count} for {expected} at {v_mv} mV");
            // intervals: held, then geometric
            let intervals: Vec<f64> = (0..100)
                .flat_map(|cell| {
                    train(&kept, 0, cell).windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect::<Vec<_>>()
                })
                .collect();
            assert!(intervals.iter().all(|interval| *interval > held));
            let (mean, sd) = moments(&intervals);
            let n = intervals.len() as f64;
            // the spread of a geometric law is √(1 − p)/p; of the spread itself, √(2/n) as for an exponential. Intervals under
            // way at the end are lost, with a bias of an interval in 10,000 steps each
            let spread = (1.0 - p).sqrt() / p;
            let lost = 1.0 / p / 10_000.0;
            assert!((mean - held - 1.0 / p).abs() < (4.0 / n.sqrt() + 2.0 * lost) * spread + 1e-6, "{mean}");
            assert!((sd / spread - 1.0).abs() < 4.0 * (2.0 / n).sqrt() + 3.0 * lost + 1e-6, "{sd} for {spread}");
        }
    });
}

#[test]
fn currents_and_thresholds_jump_at_spikes_and_decay_exactly() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = steady();
        model.q_stc_pa = [40.0.into(), 5.0.into()];
        model.q_sfa_mv = [3.0.into(), 0.5.into()];
        model.t_ref_ms = 2.0.into();
        network.populations.push(cells("c", 3, NeuronModel::Gif(model), Vec::new()));
        network.recording.traces =
            vec![trace(0, Variable::Adaptation), trace(0, Variable::Threshold), trace(0, Variable::V)];
        let kept = engine(&network, 5_000);
        for cell in 0..3 {
            let spikes = train(&kept, 0, cell as u32);
            assert!(spikes.len() > 5, "{}", spikes.len());
            let (eta, threshold, v) = (series(&kept, 0, cell), series(&kept, 1, cell), series(&kept, 2, cell));
            let mut truth = -60.0;
            for i in 0..5_000 {
                let step = i as u32 + 1;
                let trace = |until: u32, tau: f64| -> f64 {
                    spikes
                        .iter()
                        .filter(|spike| **spike <= until)
                        .map(|spike| (-f64::from(until - spike) * 0.1 / tau).exp())
                        .sum()
                };
                let expected = 40.0 * trace(step, 10.0) + 5.0 * trace(step, 50.0);
                // single precision, a rounding a step kept for up to 500 steps
                assert!((eta[i] - expected).abs() < 2e-3, "{} for {expected}", eta[i]);
                let expected = -55.0 + 3.0 * trace(step, 10.0) + 0.5 * trace(step, 100.0);
                assert!((threshold[i] - expected).abs() < 1e-3, "{} for {expected}", threshold[i]);
                // at a spike and for the twenty steps after it the reset holds; else the membrane of 10 ms follows −η
                let held = spikes.iter().any(|spike| step >= *spike && step <= spike + 20);
                let start = (40.0 * trace(step - 1, 10.0), 5.0 * trace(step - 1, 50.0));
                truth = if held { -60.0 } else { after_step(truth, start) };
                // a first-order treatment of η over a step is off by dt/2τ of its move of 0.4 mV a step, kept for 100 steps
                assert!((v[i] - truth).abs() < 0.03, "{} for {truth}", v[i]);
            }
        }
    });
}

/// Potential a step of 0.1 ms later: 100 pF with 10 ms under currents of 10 and 50 ms.
fn after_step(v: f64, eta: (f64, f64)) -> f64 {
    let keep = (-0.01_f64).exp();
    // ∫ e^{−(0.1 − t)/10} e^{−t/τ} dt: 0.1·keep where both are 10 ms
    let slow = keep * ((0.08_f64 * 0.1).exp() - 1.0) / 0.08;
    -60.0 + (v + 60.0) * keep - (eta.0 * 0.1 * keep + eta.1 * slow) / 100.0
}
