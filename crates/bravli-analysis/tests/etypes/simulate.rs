//! One cell under a step of current: in the engine as circuits run, and in steps ten times finer.

use bravli_recipe::AdexParameters;
use bravli_sim::network::{Adex, Cells, Drive, DriveKind, Kept, Network, NeuronModel, Population, Recording};
use bravli_sim::point::{Engine, Options, Simd};
use std::ops::ControlFlow;

/// Length of a step, ms.
pub(crate) const STEP_MS: f64 = 2_000.0;

/// Correlation time of the noise: that of the background of the shipped recipes, ms.
pub(crate) const NOISE_TAU_MS: f64 = 2.7;

/// Potential at which circuits count a spike, mV.
const V_PEAK_MV: f64 = 0.0;

/// An Ornstein–Uhlenbeck current of mean zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    pub(crate) sd_pa: f64,
    pub(crate) tau_ms: f64,
    pub(crate) seed: u64,
}

/// Spike times in the point engine at its usual step of 0.1 ms.
pub(crate) fn engine(set: &AdexParameters, current_pa: f64, noise: Option<Noise>) -> Vec<f64> {
    let adex = Adex {
        c_m_pf: set.c_m_pf.get().into(),
        g_l_ns: set.g_l_ns.get().into(),
        e_l_mv: set.e_l_mv.get().into(),
        v_th_mv: set.v_th_mv.get().into(),
        delta_t_mv: set.delta_t_mv.get().into(),
        a_ns: set.a_ns.get().into(),
        tau_w_ms: set.tau_w_ms.get().into(),
        b_pa: set.b_pa.get().into(),
        v_reset_mv: set.v_reset_mv.get().into(),
        v_peak_mv: V_PEAK_MV.into(),
        t_ref_ms: set.t_ref_ms.get().into(),
        i_e_pa: current_pa.into(),
    };
    let population = Population {
        name: "cell".into(),
        n_cells: 1,
        model: NeuronModel::Adex(adex),
        receptors: Vec::new(),
        v_init_mv: set.e_l_mv.get().into(),
    };
    let drive = noise.map(|noise| Drive {
        name: "noise".into(),
        population: 0,
        cells: Cells::All,
        kind: DriveKind::OuCurrent { mean_pa: 0.0.into(), sd_pa: noise.sd_pa.into(), tau_ms: noise.tau_ms.into() },
    });
    let network = Network {
        dt_ms: 0.1,
        seed: noise.map_or(1, |noise| noise.seed),
        populations: vec![population],
        projections: Vec::new(),
        drives: drive.into_iter().collect(),
        recording: Recording::default(),
    };
    let mut engine = Engine::new(&network, Options { threads: 1, simd: Simd::Best }).unwrap();
    let mut kept = Kept::default();
    engine.run(network.steps(STEP_MS), &mut kept, &mut |_| ControlFlow::Continue(())).unwrap();
    kept.spikes.iter().flatten().map(|spike| f64::from(spike.step) * network.dt_ms).collect()
}

/// Spike times by a Runge–Kutta scheme of fourth order in steps of 0.01 ms, written here from the equations alone.
pub(crate) fn fine(set: &AdexParameters, current_pa: f64) -> Vec<f64> {
    const DT_MS: f64 = 0.01;
    let (c_m, g_l, e_l) = (set.c_m_pf.get(), set.g_l_ns.get(), set.e_l_mv.get());
    let (v_th, delta_t, v_reset) = (set.v_th_mv.get(), set.delta_t_mv.get(), set.v_reset_mv.get());
    let (a, tau_w, b) = (set.a_ns.get(), set.tau_w_ms.get(), set.b_pa.get());
    let held_steps = (set.t_ref_ms.get() / DT_MS).round() as u32;
    // beyond the peak the equation has done its work, and its exponential would leave the range of numbers
    let slope = |v: f64, w: f64| {
        let v = v.min(V_PEAK_MV);
        let dv = (-g_l * (v - e_l) + g_l * delta_t * ((v - v_th) / delta_t).exp() - w + current_pa) / c_m;
        (dv, (a * (v - e_l) - w) / tau_w)
    };
    let (mut v, mut w, mut held) = (e_l, 0.0, 0);
    let mut spikes = Vec::new();
    for step in 1..=(STEP_MS / DT_MS).round() as u32 {
        if held > 0 {
            held -= 1;
            let rest = a * (v_reset - e_l);
            w = rest + (w - rest) * (-DT_MS / tau_w).exp();
            continue;
        }
        let (v1, w1) = slope(v, w);
        let (v2, w2) = slope(v + 0.5 * DT_MS * v1, w + 0.5 * DT_MS * w1);
        let (v3, w3) = slope(v + 0.5 * DT_MS * v2, w + 0.5 * DT_MS * w2);
        let (v4, w4) = slope(v + DT_MS * v3, w + DT_MS * w3);
        v += DT_MS / 6.0 * (v1 + 2.0 * v2 + 2.0 * v3 + v4);
        w += DT_MS / 6.0 * (w1 + 2.0 * w2 + 2.0 * w3 + w4);
        if v >= V_PEAK_MV {
            (v, held) = (v_reset, held_steps);
            w += b;
            spikes.push(f64::from(step) * DT_MS);
        }
    }
    spikes
}
