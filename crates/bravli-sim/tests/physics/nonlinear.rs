//! AdEx and Izhikevich cells against an integration a hundred times finer.

use crate::engines::*;
use bravli_sim::network::{Adex, DriveKind, Izhikevich, NeuronModel, Variable, Waveform};

/// A firing pattern of Naud et al. 2008, doi:10.1007/s00422-008-0264-7.
struct Pattern {
    c: f64,
    g: f64,
    e: f64,
    a: f64,
    tau_w: f64,
    b: f64,
    v_r: f64,
    current: f64,
}

const TONIC: Pattern = Pattern { c: 200.0, g: 10.0, e: -70.0, a: 2.0, tau_w: 30.0, b: 0.0, v_r: -58.0, current: 500.0 };
const ADAPTING: Pattern =
    Pattern { c: 200.0, g: 12.0, e: -70.0, a: 2.0, tau_w: 300.0, b: 60.0, v_r: -58.0, current: 500.0 };
const INITIAL_BURST: Pattern =
    Pattern { c: 130.0, g: 18.0, e: -58.0, a: 4.0, tau_w: 150.0, b: 120.0, v_r: -50.0, current: 400.0 };

impl Pattern {
    fn model(&self) -> Adex {
        Adex {
            c_m_pf: self.c.into(),
            g_l_ns: self.g.into(),
            e_l_mv: self.e.into(),
            v_th_mv: (-50.0).into(),
            delta_t_mv: 2.0.into(),
            a_ns: self.a.into(),
            tau_w_ms: self.tau_w.into(),
            b_pa: self.b.into(),
            v_reset_mv: self.v_r.into(),
            v_peak_mv: 0.0.into(),
            t_ref_ms: 0.0.into(),
            i_e_pa: self.current.into(),
        }
    }

    fn slope(&self, v: f64, w: f64) -> (f64, f64) {
        let upswing = self.g * 2.0 * ((v + 50.0) / 2.0).exp();
        let dv = (self.g * (self.e - v) + upswing - w + self.current) / self.c;
        (dv, (self.a * (v - self.e) - w) / self.tau_w)
    }
}

/// Spike times up to `until_ms` and the potential then, by Runge–Kutta steps of 1 µs.
fn truth(
    start: f64,
    peak: f64,
    reset: f64,
    jump: f64,
    until_ms: f64,
    slope: impl Fn(f64, f64) -> (f64, f64),
) -> (Vec<f64>, f64) {
    let h = 1e-3;
    let (mut v, mut w, mut spikes) = (start, 0.0, Vec::new());
    for i in 0..(until_ms / h).round() as u64 {
        let slope = |v: f64, w: f64| slope(v.min(peak), w);
        let k1 = slope(v, w);
        let k2 = slope(v + h / 2.0 * k1.0, w + h / 2.0 * k1.1);
        let k3 = slope(v + h / 2.0 * k2.0, w + h / 2.0 * k2.1);
        let k4 = slope(v + h * k3.0, w + h * k3.1);
        v += h / 6.0 * (k1.0 + 2.0 * k2.0 + 2.0 * k3.0 + k4.0);
        w += h / 6.0 * (k1.1 + 2.0 * k2.1 + 2.0 * k3.1 + k4.1);
        if v >= peak {
            (v, w) = (reset, w + jump);
            spikes.push((i + 1) as f64 * h);
        }
    }
    (spikes, v)
}

fn adex_network(pattern: &Pattern, dt_ms: f64) -> bravli_sim::network::Network<'static> {
    let mut network = empty(dt_ms);
    network.populations.push(cells("c", 1, NeuronModel::Adex(pattern.model()), Vec::new()));
    network.recording.traces = vec![trace(0, Variable::V), trace(0, Variable::Adaptation)];
    network
}

/// The first spikes lie within a number of steps that grows with their place, at every step length.
///
/// A spike stands at a step end, up to one step late; a solver of first order adds a share of a step to the upstroke. Both
/// shift the reset, so that lateness adds up: `steps_a_spike` of two, more where the time at the peak counts.
fn first_spikes_converge(found: &[u32], expected: &[f64], dt_ms: f64, steps_a_spike: f64) {
    assert!(found.len() >= expected.len(), "{} spikes", found.len());
    for (i, (step, time_ms)) in found.iter().zip(expected).enumerate() {
        let late = f64::from(*step) * dt_ms - time_ms;
        assert!(
            late.abs() < steps_a_spike * dt_ms * (i + 1) as f64,
            "spike {i} of {time_ms} ms is {late} ms late at {dt_ms}"
        );
    }
}

#[test]
fn adex_spikes_converge_with_the_step() {
    each(|engine| {
        for pattern in [TONIC, ADAPTING, INITIAL_BURST] {
            let (expected, _) = truth(pattern.e, 0.0, pattern.v_r, pattern.b, 60.0, |v, w| pattern.slope(v, w));
            assert!(expected.len() >= 3);
            for dt_ms in [0.1, 0.05, 0.025] {
                let kept = engine(&adex_network(&pattern, dt_ms), (80.0 / dt_ms).round() as u64);
                first_spikes_converge(&train(&kept, 0, 0), &expected[..3], dt_ms, 2.0);
            }
        }
    });
}

#[test]
fn adex_patterns_are_the_published_ones() {
    each(|engine| {
        // spikes in 800 ms and latency, measured at 5 µs
        for (pattern, n, latency_ms) in [(TONIC, 83.0, 14.2), (ADAPTING, 14.0, 14.9), (INITIAL_BURST, 15.0, 5.5)] {
            let steps = train(&engine(&adex_network(&pattern, 0.025), 32_000), 0, 0);
            // half a step lost per spike is 0.2 % of a tonic interval; one more for the end of the window
            assert!((steps.len() as f64 - n).abs() <= 1.5, "{} spikes for {n}", steps.len());
            // latency is given to 0.1 ms, spikes stand at step ends
            assert!((f64::from(steps[0]) * 0.025 - latency_ms).abs() < 0.13, "{} for {latency_ms}", steps[0]);
        }
    });
}

#[test]
fn adex_below_threshold_converges_at_least_with_order_one() {
    each(|engine| {
        let weak = Pattern { current: 150.0, ..ADAPTING };
        let (spikes, expected) = truth(weak.e, 0.0, weak.v_r, weak.b, 40.0, |v, w| weak.slope(v, w));
        assert!(spikes.is_empty());
        let error = |dt_ms: f64| {
            let kept = engine(&adex_network(&weak, dt_ms), (40.0 / dt_ms).round() as u64);
            (series(&kept, 0, 0).last().unwrap() - expected).abs()
        };
        let errors = [0.4, 0.2, 0.1].map(error);
        // single precision of 8e-6 mV a step leaves less than 1e-3 in 40 ms
        assert!(errors[0] < 0.05, "{errors:?}");
        assert!(errors.windows(2).all(|pair| pair[1] < pair[0] / 1.8 + 1e-3), "{errors:?}");
    });
}

#[test]
fn adaptation_goes_on_while_the_potential_is_held() {
    each(|engine| {
        let mut network = adex_network(&ADAPTING, 0.1);
        if let NeuronModel::Adex(model) = &mut network.populations[0].model {
            (model.t_ref_ms, model.tau_w_ms) = (8.0.into(), 20.0.into());
        }
        let kept = engine(&network, 400);
        let first = train(&kept, 0, 0)[0] as usize;
        let (v, w) = (series(&kept, 0, 0), series(&kept, 1, 0));
        for held in 0..=80 {
            assert_eq!(v[first - 1 + held], -58.0);
            // exact: w → a(V_r − E_L) = 24 pA with 20 ms; a first-order step is off by less than dt/2τ of the way of 50 pA
            let expected = 24.0 + (w[first - 1] - 24.0) * (-(held as f64) * 0.1 / 20.0).exp();
            assert!((w[first - 1 + held] - expected).abs() < 0.13, "{} for {expected}", w[first - 1 + held]);
        }
        assert!(v[first + 80] > -58.0, "the hold ends after 80 steps");
    });
}

/// Cells of Izhikevich 2007, chapter 8: regular spiking, and fast spiking with its cubic recovery.
fn izhikevich(fast: bool) -> Izhikevich {
    let pick = |regular: f64, other: f64| if fast { other } else { regular }.into();
    Izhikevich {
        c_m_pf: pick(100.0, 20.0),
        k_pa_per_mv2: pick(0.7, 1.0),
        v_r_mv: pick(-60.0, -55.0),
        v_t_mv: (-40.0).into(),
        v_peak_mv: pick(35.0, 25.0),
        a_per_ms: pick(0.03, 0.2),
        b_ns: pick(-2.0, 0.0),
        b3_pa_per_mv3: pick(0.0, 0.025),
        v_b_mv: (-55.0).into(),
        v_reset_mv: pick(-50.0, -45.0),
        d_pa: pick(100.0, 0.0),
        i_e_pa: pick(100.0, 200.0),
    }
}

#[test]
fn izhikevich_spikes_converge_with_the_step() {
    each(|engine| {
        for fast in [false, true] {
            let model = izhikevich(fast);
            let slope = |v: f64, u: f64| {
                let quadratic = model.k_pa_per_mv2.at(0) * (v - model.v_r_mv.at(0)) * (v + 40.0);
                let cubic = model.b3_pa_per_mv3.at(0) * (v + 55.0).max(0.0).powi(3);
                let recovery = model.b_ns.at(0) * (v - model.v_r_mv.at(0)) + cubic;
                ((quadratic - u + model.i_e_pa.at(0)) / model.c_m_pf.at(0), model.a_per_ms.at(0) * (recovery - u))
            };
            let (expected, _) = truth(
                model.v_r_mv.at(0),
                model.v_peak_mv.at(0),
                model.v_reset_mv.at(0),
                model.d_pa.at(0),
                300.0,
                slope,
            );
            assert!(expected.len() >= 3, "{expected:?}");
            // at its peak a fast cell recovers by 2.6 nA/ms, more than ten times its input: the part of a step spent there tells
            for dt_ms in [0.1, 0.05, 0.025] {
                let mut network = empty(dt_ms);
                network.populations.push(cells("c", 1, NeuronModel::Izhikevich(model.clone()), Vec::new()));
                let kept = engine(&network, (320.0 / dt_ms).round() as u64);
                first_spikes_converge(&train(&kept, 0, 0), &expected[..3], dt_ms, if fast { 5.0 } else { 2.0 });
            }
        }
    });
}

#[test]
fn izhikevich_below_threshold_converges_at_least_with_order_one() {
    each(|engine| {
        let error = |dt_ms: f64| {
            let mut network = empty(dt_ms);
            let mut model = izhikevich(false);
            model.i_e_pa = 0.0.into();
            network.populations.push(cells("c", 1, NeuronModel::Izhikevich(model), Vec::new()));
            let waveform = Waveform::Step { start_ms: 0.0, stop_ms: 1e9, amplitude: 30.0 };
            network.drives.push(drive("i", 0, DriveKind::Current(waveform)));
            network.recording.traces.push(trace(0, Variable::V));
            let slope =
                |v: f64, u: f64| ((0.7 * (v + 60.0) * (v + 40.0) - u + 30.0) / 100.0, 0.03 * (-2.0 * (v + 60.0) - u));
            let (_, expected) = truth(-60.0, 35.0, -50.0, 100.0, 30.0, slope);
            let kept = engine(&network, (30.0 / dt_ms).round() as u64);
            (series(&kept, 0, 0).last().unwrap() - expected).abs()
        };
        let errors = [0.4, 0.2, 0.1].map(error);
        assert!(errors[0] < 0.05, "{errors:?}");
        // single precision as above
        assert!(errors.windows(2).all(|pair| pair[1] < pair[0] / 1.8 + 1e-3), "{errors:?}");
    });
}
