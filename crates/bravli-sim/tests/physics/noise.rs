//! Noise against its laws: Ornstein–Uhlenbeck, Poisson events, Poisson trains.

use crate::engines::*;
use bravli_sim::network::{DriveKind, Effect, NeuronModel, Population, Profile, Trains, Values, Variable};

#[test]
fn ornstein_uhlenbeck_currents_have_their_mean_spread_and_memory() {
    each(|engine| {
        let (dt, tau, n_cells, n_steps) = (0.5, 5.0, 64_u32, 20_000_u64);
        let mut network = empty(dt);
        network.populations.push(cells("c", n_cells, NeuronModel::Lif(ammeter()), Vec::new()));
        let kind = DriveKind::OuCurrent { mean_pa: 1_500.0.into(), sd_pa: 400.0.into(), tau_ms: tau.into() };
        network.drives.push(drive("ou", 0, kind));
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, n_steps);
        let all: Vec<Vec<f64>> = (0..n_cells as usize).map(|cell| series(&kept, 0, cell)).collect();
        // it starts at its mean; the draws of the first step act in the second
        assert!(all.iter().all(|values| (values[0] - 1.5).abs() < 1e-5 && (values[1] - 1.5).abs() > 1e-6));
        // samples are independent after 2τ: 64 cells over 10 s are 64,000 of them, less for the settling at the start
        let settled: Vec<f64> = all.iter().flat_map(|values| values[100..].to_vec()).collect();
        let (mean, sd) = moments(&settled);
        let independent: f64 = 64.0 * 10_000.0 / (2.0 * tau);
        // four standard errors; the variance of squares relaxes twice as fast
        assert!((mean - 1.5).abs() < 4.0 * 0.4 / independent.sqrt(), "{mean}");
        assert!((sd / 0.4 - 1.0).abs() < 4.0 / (2.0 * 2.0 * independent).sqrt(), "{sd}");
        let correlation = |lag: usize| {
            let product = |values: &Vec<f64>| {
                values[100..].iter().zip(&values[100 + lag..]).map(|(a, b)| (a - mean) * (b - mean)).collect::<Vec<_>>()
            };
            moments(&all.iter().flat_map(product).collect::<Vec<_>>()).0 / (sd * sd)
        };
        for lag in [1_usize, 5, 10, 20] {
            // the standard error of a correlation is at most √(2/independent)
            let expected = (-(lag as f64) * dt / tau).exp();
            let found = correlation(lag);
            assert!((found - expected).abs() < 4.0 * (2.0 / independent).sqrt(), "{found} for {expected}");
        }
        // cells are independent of one another
        let products: Vec<f64> =
            all[0][100..].iter().zip(&all[17][100..]).map(|(a, b)| (a - mean) * (b - mean) / (sd * sd)).collect();
        assert!(moments(&products).0.abs() < 4.0 / (10_000.0 / tau).sqrt());
    });
}

#[test]
fn ornstein_uhlenbeck_conductances_are_cut_at_zero() {
    each(|engine| {
        let mut network = empty(1.0);
        let mut model = lif();
        // 10 nS on 1 pF: a step forgets all but e^−10 of its start
        (model.c_m_pf, model.e_l_mv, model.v_th_mv) = (1.0.into(), (-10.0).into(), 50.0.into());
        model.v_reset_mv = (-20.0).into();
        network.populations.push(cells("c", 64, NeuronModel::Lif(model), Vec::new()));
        let kind = DriveKind::OuConductance {
            reversal_mv: 0.0.into(),
            mean_ns: 1.0.into(),
            sd_ns: 1.0.into(),
            tau_ms: 10.0.into(),
        };
        network.drives.push(drive("ou", 0, kind));
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, 10_000);
        let open: Vec<f64> =
            (0..64).flat_map(|cell| series(&kept, 0, cell)[100..].to_vec()).map(|v| 10.0 * (-10.0 - v) / v).collect();
        // e^−10 of a move of at most 3 mV in 10, in nS
        assert!(open.iter().all(|g| *g > -2e-3));
        let shut = open.iter().filter(|g| **g < 2e-3).count() as f64 / open.len() as f64;
        // a cut normal: Φ(−1) shut, mean Φ(1) + φ(1). 64 · 9900/20 = 31,680 independent samples give 0.002 and 0.005; the
        // draws, sums of bytes through a filter of ten steps, are normal to about 0.003 in their distribution
        assert!((shut - 0.158_66).abs() < 0.013, "{shut}");
        let (mean, _) = moments(&open);
        assert!((mean - (0.841_34 + 0.241_97)).abs() < 0.022, "{mean}");
    });
}

#[test]
fn poisson_events_have_mean_and_variance_of_their_rate_and_follow_its_profile() {
    each(|engine| {
        let mut network = empty(0.1);
        network.populations.push(cells("c", 128, NeuronModel::Lif(lif()), vec![exponential(0.2, Effect::Silent)]));
        // 0.3, 0, 7 and 40 events a step
        let profile = Profile::Pieces(vec![(0.0, 3_000.0), (20.0, 0.0), (40.0, 70_000.0), (60.0, 400_000.0)]);
        network.drives.push(drive("p", 0, DriveKind::Poisson { receptor: 0, rate_hz: profile, weight: 2.0 }));
        network.recording.traces.push(trace(0, Variable::Receptor(0)));
        let kept = engine(&network, 800);
        for (piece, mean) in [0.3, 0.0, 7.0, 40.0].into_iter().enumerate() {
            let mut counts = Vec::new();
            for cell in 0..128 {
                let opened = jumps(&series(&kept, 0, cell), 0.2, 0.1);
                counts.extend(opened[200 * piece..200 * (piece + 1)].iter().map(|opened| opened / 2.0));
            }
            // events come whole; single precision of up to 300, grown by e^½
            assert!(counts.iter().all(|count| (count - count.round()).abs() < 2e-3));
            let n = counts.len() as f64;
            let (found, sd) = moments(&counts);
            // four standard errors: √(λ/n) of the mean, √((λ + 2λ²)/n) of the variance
            assert!((found - mean).abs() <= 4.0 * (mean / n).sqrt() + 1e-4, "{found} for {mean}");
            let error = ((mean + 2.0 * mean * mean) / n).sqrt();
            assert!((sd * sd - mean).abs() <= 4.0 * error + 1e-3, "{} for {mean}", sd * sd);
        }
    });
}

#[test]
fn poisson_trains_are_independent_steps_of_their_rate() {
    each(|engine| {
        let mut network = empty(0.1);
        let profile = Profile::Pieces(vec![(0.0, 50.0), (500.0, 400.0), (1_000.0, 0.0)]);
        let model = NeuronModel::Source(Trains::Poisson(profile));
        network.populations.push(cells("s", 200, model, Vec::new()));
        let kept = engine(&network, 12_000);
        let spikes = kept.of(0);
        assert!(spikes.is_sorted(), "spikes come in order of time and cell");
        for (from, to, rate_hz) in [(0, 5_000, 50.0), (5_000, 10_000, 400.0), (10_000, 12_001, 0.0_f64)] {
            // step k has the rate of k·dt; step 0 has none
            let steps = f64::from(to - from.max(1));
            let p = 1.0 - (-rate_hz * 1e-4).exp();
            let count = spikes.iter().filter(|spike| (from..to).contains(&spike.step)).count() as f64;
            let expected = 200.0 * steps * p;
            // four standard errors of a binomial
            assert!((count - expected).abs() <= 4.0 * (expected * (1.0 - p)).sqrt(), "{count} for {expected}");
        }
        // intervals within the second piece are geometric: spread √(1 − p) of the mean, cut a little by its end
        let p = 1.0 - (-0.04_f64).exp();
        let mut intervals = Vec::new();
        for cell in 0..200 {
            let steps: Vec<u32> = train(&kept, 0, cell).into_iter().filter(|s| (5_000..10_000).contains(s)).collect();
            intervals.extend(steps.windows(2).map(|pair| f64::from(pair[1] - pair[0])));
        }
        let (mean, sd) = moments(&intervals);
        // the piece's end cuts off the interval under way, long ones more often: one mean in 200, so 1 % of both
        assert!((mean * p - 1.0).abs() < 0.03, "{mean}");
        assert!((sd / mean - (1.0 - p).sqrt()).abs() < 0.04, "{}", sd / mean);
    });
}

#[test]
fn noise_is_a_function_of_seed_and_name() {
    each(|engine| {
        let run = |seed: u64, name: &str| {
            let mut network = empty(0.1);
            network.seed = seed;
            let mut model = lif();
            model.i_e_pa = Values::Same(210.0);
            network
                .populations
                .push(Population { v_init_mv: (-60.0).into(), ..cells("c", 20, NeuronModel::Lif(model), Vec::new()) });
            let kind = DriveKind::OuCurrent { mean_pa: 0.0.into(), sd_pa: 60.0.into(), tau_ms: 3.0.into() };
            network.drives.push(drive(name, 0, kind));
            engine(&network, 2_000)
        };
        assert_eq!(run(1, "a"), run(1, "a"));
        assert_ne!(run(1, "a"), run(2, "a"));
        assert_ne!(run(1, "a"), run(1, "b"));
    });
}
