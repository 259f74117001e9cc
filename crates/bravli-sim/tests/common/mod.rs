//! A small random circuit with every kind of synapse, drive and cell.

use bravli_circuit::{
    Connections, Contact, EdgeHeader, Edges, EdgesBuilder, Ends, FibrePopulation, FibreRate, Interval, NeuronColumns,
    Pathway, Schedule, Trial, TrialKind,
};
use bravli_recipe::ReceptorSpec;
use bravli_rng::{Draw, Stream};
use bravli_sim::lower::{BackgroundColumns, BackgroundSlot, ColumnInput, ReleaseModel};
use half::f16;

/// Owns what a [`ColumnInput`] borrows.
pub(crate) struct Model {
    pub(crate) neurons: NeuronColumns,
    pub(crate) backgrounds: BackgroundColumns,
    pub(crate) node_types: Vec<u16>,
    pub(crate) header: EdgeHeader,
    pub(crate) edges: Edges,
    pub(crate) fibres: Vec<FibrePopulation>,
    pub(crate) schedule: Schedule,
}

/// Standard kinetics, as the shipped recipe states them.
pub(crate) fn receptors() -> ReceptorSpec {
    ReceptorSpec {
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

/// Types of nodes, so that pairs of them differ in delay and kinetics.
const TYPES: u16 = 10;

fn is_inhibitory(node_type: u16) -> bool {
    node_type % 5 == 4
}

/// A header in which every pair of types has its own delay and ranges; the source's type gives the sign.
fn header(name: &str) -> EdgeHeader {
    let stream = Stream::new(5, name, Draw::Synapses);
    let pathways = (0..TYPES * TYPES).map(|pair| {
        let excites = !is_inhibitory(pair / TYPES);
        let (tau, spread) = if excites { (1.74, 0.18) } else { (8.3, 2.2) };
        Pathway {
            pre: String::new(),
            post: String::new(),
            pathway_rule: String::new(),
            synapse_rule: String::new(),
            count_rule: None,
            class: u16::from(!excites),
            u_syn: Interval { low: 0.3, high: 0.7 },
            tau_decay_ms: Interval { low: tau - spread, high: tau + spread },
            release_delay_ms: 0.2 + 2.0 * stream.uniform(u64::from(pair), 0),
            conduction_velocity_um_per_ms: None,
            conductance_ratio: if excites {
                0.7
            } else if pair.is_multiple_of(3) {
                0.75
            } else {
                0.0
            },
            u_hill_mm: 2.79,
            attenuation: 0.5,
        }
    });
    EdgeHeader {
        classes: vec!["E".into(), "I".into()],
        pathways: pathways.collect(),
        n_target_types: usize::from(TYPES),
        pathway_of: (0..TYPES * TYPES).collect(),
        ..EdgeHeader::default()
    }
}

fn contact(source: usize, target: usize, excites: bool, stream: Stream) -> Contact {
    let pair = (source as u64) << 32 | target as u64;
    let mut sampler = stream.sampler(pair, 1);
    Contact {
        n_synapses: 3 + (pair % 5) as u8,
        n_rrp: 1 + (pair % 3) as u8,
        gsyn_ns: f16::from_f64(sampler.gamma(if excites { 0.7 } else { 2.0 }, 0.4)),
        tau_rec_ms: f16::from_f64(sampler.gamma(300.0, 100.0)),
        tau_facil_ms: f16::from_f64(sampler.gamma(50.0, 40.0)),
        u_syn: sampler.below(256) as u8,
        tau_decay: sampler.below(256) as u8,
    }
}

/// `n` cells, a fifth of them inhibitory, driven by twenty fibres and a background, for `duration_ms`.
pub(crate) fn model(n: usize, probability: f64, duration_ms: f64) -> Model {
    let node_types: Vec<u16> = (0..n).map(|cell| (cell % usize::from(TYPES)) as u16).collect();
    let kind = |cell: usize| is_inhibitory(node_types[cell]);
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
    let mut edges = EdgesBuilder::new(n, 0);
    for source in 0..n {
        for target in 0..n {
            if source != target && stream.uniform(source as u64, target as u64) < probability {
                let drawn = contact(source, target, !kind(source), stream);
                edges.push(source as u32, target as u32, &drawn).expect("rows ascend");
            }
        }
    }
    let mut fibre_edges = EdgesBuilder::new(20, 0);
    for fibre in 0..20 {
        for target in 0..n {
            if stream.uniform(fibre as u64 + 1_000_000, target as u64) < 0.3 {
                fibre_edges
                    .push(fibre as u32, target as u32, &contact(fibre, target, true, stream))
                    .expect("rows ascend");
            }
        }
    }
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
        node_types: node_types.clone(),
        neurons,
        backgrounds: BackgroundColumns { slots: [slot(5.0, 0.0), slot(2.0, -75.0)] },
        header: header("cells"),
        edges: edges.finish(),
        fibres: vec![FibrePopulation::unconnected("vpm", 20, rate).with_edges(
            header("vpm"),
            fibre_edges.finish(),
            node_types.clone(),
            vec![true, false],
        )],
        schedule: Schedule { duration_ms, trials, contexts: vec![] },
    }
}

impl Model {
    pub(crate) fn input(&self, seed: u64) -> ColumnInput<'_> {
        let nodes = Ends { types: &self.node_types, cells: None };
        ColumnInput {
            population: "cells",
            neurons: &self.neurons,
            backgrounds: &self.backgrounds,
            connections: Connections { header: &self.header, edges: &self.edges, sources: nodes, targets: nodes },
            class_excites: &[true, false],
            fibres: &self.fibres,
            schedule: &self.schedule,
            receptors: receptors(),
            calcium_mm: 2.0,
            release: ReleaseModel::Stochastic,
            minis: None,
            learning: &[],
            dt_ms: 0.1,
            seed,
        }
    }
}
