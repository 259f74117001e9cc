//! A small random circuit with every kind of synapse, drive and cell.

use bravli_circuit::{Edges, FibrePopulation, FibreRate, NeuronColumns, Schedule, Trial, TrialKind};
use bravli_rng::{Draw, Stream};
use bravli_sim::{BackgroundColumns, BackgroundSlot, PointInput, Receptors};

/// Owns what a [`PointInput`] borrows.
pub(crate) struct Model {
    pub(crate) neurons: NeuronColumns,
    pub(crate) backgrounds: BackgroundColumns,
    pub(crate) edges: Edges,
    pub(crate) fibres: Vec<FibrePopulation>,
    pub(crate) schedule: Schedule,
}

/// Standard kinetics, as the shipped recipe states them.
pub(crate) fn receptors() -> Receptors {
    Receptors {
        ampa_rise_ms: 0.2,
        nmda_rise_ms: 0.29,
        nmda_decay_ms: 43.0,
        gaba_a_rise_ms: 0.2,
        gaba_b_rise_ms: 3.5,
        gaba_b_decay_ms: 260.9,
        e_exc_mv: 0.0,
        e_gaba_a_mv: -80.0,
        e_gaba_b_mv: -97.0,
        mg_mm: 1.0,
        mg_scale_mm: 3.57,
        mg_slope_per_mv: 0.062,
        dendritic_delay_ms: 0.5,
    }
}

fn push(edges: &mut Edges, source: usize, target: usize, excites: bool, stream: Stream) {
    let pair = (source as u64) << 32 | target as u64;
    let mut sampler = stream.sampler(pair, 1);
    edges.source.push(source as u32);
    edges.target.push(target as u32);
    edges.class.push(u16::from(!excites));
    edges.n_synapses.push(3 + (pair % 5) as u16);
    edges.gsyn_ns.push(sampler.gamma(if excites { 0.7 } else { 2.0 }, 0.4) as f32);
    edges.u_syn.push(sampler.normal_within_one_sd(0.5, 0.2) as f32);
    edges.tau_rec_ms.push(sampler.gamma(300.0, 100.0) as f32);
    edges.tau_facil_ms.push(sampler.gamma(50.0, 40.0) as f32);
    edges
        .tau_decay_ms
        .push(sampler.normal_within_one_sd(if excites { 1.74 } else { 8.3 }, if excites { 0.18 } else { 2.2 }) as f32);
    edges.n_rrp.push(1 + (pair % 3) as u16);
    edges.delay_ms.push(0.2 + 2.0 * sampler.uniform() as f32);
    edges.conductance_ratio.push(if excites {
        0.7
    } else if pair.is_multiple_of(7) {
        0.75
    } else {
        0.0
    });
    edges.u_hill_mm.push(2.79);
    edges.attenuation.push(0.5);
}

/// `n` cells, a fifth of them inhibitory, driven by twenty fibres and a background, for `duration_ms`.
pub(crate) fn model(n: usize, probability: f64, duration_ms: f64) -> Model {
    let kind = |cell: usize| cell % 5 == 4;
    let column = |excitatory: f32, inhibitory: f32| -> Vec<f32> {
        (0..n).map(|cell| if kind(cell) { inhibitory } else { excitatory }).collect()
    };
    let neurons = NeuronColumns {
        c_m_pf: column(200.0, 80.0),
        g_l_ns: column(10.0, 8.0),
        e_l_mv: column(-70.0, -66.0),
        v_th_mv: column(-50.0, -48.0),
        delta_t_mv: column(2.0, 1.5),
        a_ns: column(2.0, 0.0),
        tau_w_ms: column(150.0, 30.0),
        b_pa: column(40.0, 5.0),
        v_reset_mv: column(-58.0, -60.0),
        t_ref_ms: column(2.0, 1.0),
    };
    let slot = |mean: f32, reversal: f32| BackgroundSlot {
        mean_ns: vec![mean; n],
        sd_ns: vec![mean * 0.4; n],
        tau_ms: vec![2.7; n],
        reversal_mv: vec![reversal; n],
    };
    let stream = Stream::new(5, "model", Draw::Connection);
    let mut edges = Edges::default();
    for source in 0..n {
        for target in 0..n {
            if source != target && stream.uniform(source as u64, target as u64) < probability {
                push(&mut edges, source, target, !kind(source), stream);
            }
        }
    }
    let mut fibre_edges = Edges::default();
    for fibre in 0..20 {
        for target in 0..n {
            if stream.uniform(fibre as u64 + 1_000_000, target as u64) < 0.3 {
                push(&mut fibre_edges, fibre, target, true, stream);
            }
        }
    }
    let n_fibre_edges = fibre_edges.len();
    let rate = FibreRate {
        base_hz: 5.0,
        spikes_per_unit: 0.5,
        rise_ms: 2.0,
        decay_ms: 10.0,
        latency_ms: 5.0,
        hz_per_mu: 0.0,
        hz_per_sigma: 0.0,
    };
    let trials = (0..(duration_ms / 100.0) as u32)
        .map(|i| Trial {
            block: 0,
            context: 0,
            mu: 3.0,
            sigma: 1.0,
            x: 2.0 + f64::from(i % 3),
            kind: TrialKind::Natural,
            onset_ms: f64::from(i) * 100.0 + 20.0,
        })
        .collect();
    Model {
        neurons,
        backgrounds: BackgroundColumns { slots: [slot(5.0, 0.0), slot(2.0, -75.0)] },
        edges,
        fibres: vec![FibrePopulation {
            source: "vpm".into(),
            n_fibres: 20,
            rate,
            is_excitatory: vec![true; n_fibre_edges],
            edges: fibre_edges,
        }],
        schedule: Schedule { duration_ms, trials, contexts: vec![] },
    }
}

impl Model {
    pub(crate) fn input(&self, seed: u64) -> PointInput<'_> {
        PointInput {
            neurons: &self.neurons,
            backgrounds: &self.backgrounds,
            edges: &self.edges,
            class_excites: &[true, false],
            fibres: &self.fibres,
            schedule: &self.schedule,
            receptors: receptors(),
            calcium_mm: 2.0,
            dendritic_delay_ms: 0.5,
            dt_ms: 0.1,
            seed,
        }
    }
}
