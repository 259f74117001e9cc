//! A network with every model, receptor, release, drive and learning rule.

use bravli_rng::{Draw, Stream};
use bravli_sim::network::{
    Adex, Cells, Connectivity, Distribution, Drive, DriveKind, Effect, Gif, Izhikevich, Kinetics, Lif, MgBlock,
    Network, NeuronModel, Pairing, Plasticity, Population, Profile, Projection, Receptor, Recording, Release, Row,
    Rule, Slow, Trace, Trains, Values, Variable, Waveform, WeightTrace,
};
use std::sync::Arc;

/// Block of NMDA at 1 mM magnesium after Jahr & Stevens 1990, doi:10.1523/JNEUROSCI.10-09-03178.1990.
const JAHR_STEVENS: MgBlock = MgBlock { mg_mm: 1.0, scale_mm: 3.57, slope_per_mv: 0.062 };

/// Cells of a population: no multiple of a tile, and several tiles.
const N: u32 = 150;

fn lif(current: f64) -> NeuronModel {
    NeuronModel::Lif(Lif {
        c_m_pf: 200.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        v_reset_mv: (-60.0).into(),
        t_ref_ms: 2.0.into(),
        i_e_pa: current.into(),
    })
}

fn adex() -> NeuronModel {
    // a capacitance for each cell, so that parameters are no tile's alone
    let c_m: Vec<f64> = (0..N).map(|cell| 100.0 + f64::from(cell % 7) * 10.0).collect();
    NeuronModel::Adex(Adex {
        c_m_pf: Values::Each(c_m),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        delta_t_mv: 2.0.into(),
        a_ns: 2.0.into(),
        tau_w_ms: 100.0.into(),
        b_pa: 30.0.into(),
        v_reset_mv: (-58.0).into(),
        v_peak_mv: 0.0.into(),
        t_ref_ms: 1.5.into(),
        i_e_pa: 250.0.into(),
    })
}

fn gif() -> NeuronModel {
    NeuronModel::Gif(Gif {
        c_m_pf: 80.0.into(),
        g_l_ns: 4.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-45.0).into(),
        delta_v_mv: 1.5.into(),
        lambda_0_per_ms: 1.0.into(),
        v_reset_mv: (-60.0).into(),
        t_ref_ms: 3.0.into(),
        q_stc_pa: [20.0.into(), (-5.0).into()],
        tau_stc_ms: [60.0.into(), 10.0.into()],
        q_sfa_mv: [3.0.into(), 1.0.into()],
        tau_sfa_ms: [80.0.into(), 20.0.into()],
        i_e_pa: 110.0.into(),
    })
}

fn izhikevich() -> NeuronModel {
    NeuronModel::Izhikevich(Izhikevich {
        c_m_pf: 100.0.into(),
        k_pa_per_mv2: 0.7.into(),
        v_r_mv: (-60.0).into(),
        v_t_mv: (-40.0).into(),
        v_peak_mv: 35.0.into(),
        a_per_ms: 0.03.into(),
        b_ns: (-2.0).into(),
        b3_pa_per_mv3: 0.0.into(),
        v_b_mv: (-55.0).into(),
        v_reset_mv: (-50.0).into(),
        d_pa: 100.0.into(),
        i_e_pa: 90.0.into(),
    })
}

fn receptor(name: &str, kinetics: Kinetics, effect: Effect) -> Receptor {
    Receptor { name: name.into(), kinetics, effect }
}

fn conductances() -> Vec<Receptor> {
    let biexponential = |rise_ms, decay_ms| Kinetics::Biexponential { rise_ms, decay_ms };
    vec![
        receptor("AMPA", biexponential(0.2, 1.7), Effect::Conductance { reversal_mv: 0.0 }),
        receptor("NMDA", biexponential(0.3, 43.0), Effect::Nmda { reversal_mv: 0.0, block: JAHR_STEVENS }),
        receptor("GABA", Kinetics::Exponential { tau_ms: 8.0 }, Effect::Conductance { reversal_mv: -80.0 }),
        receptor("learned", Kinetics::Exponential { tau_ms: 2.0 }, Effect::Conductance { reversal_mv: 0.0 }),
    ]
}

fn currents() -> Vec<Receptor> {
    vec![
        receptor("exc", Kinetics::Exponential { tau_ms: 2.0 }, Effect::Current),
        receptor("inh", Kinetics::Exponential { tau_ms: 5.0 }, Effect::Current),
    ]
}

/// Rows with release parameters, decays and spontaneous releases of their own.
fn own_rows(n_sources: u32) -> Connectivity<'static> {
    let stream = Stream::new(3, "rows", Draw::Synapses);
    let rows = (0..n_sources).map(|source| {
        let mut row = Row::default();
        for k in 0..12_u64 {
            let draw = |index: u64| stream.uniform(u64::from(source), 8 * k + index) as f32;
            row.target.push((draw(0) * N as f32) as u32);
            row.weight.push(2.0 * draw(1));
            row.delay.push(3 + (draw(2) * 40.0) as u16);
            row.own.u.push(0.2 + 0.6 * draw(3));
            row.own.tau_rec_ms.push(50.0 + 300.0 * draw(4));
            row.own.tau_facil_ms.push(if k % 3 == 0 { 0.0 } else { 80.0 * draw(5) });
            row.own.sites.push(1 + (draw(6) * 12.0) as u16);
            row.own.decay_ms.push(1.0 + 4.0 * draw(7));
            row.own.slow_ratio.push(0.7);
            row.own.mini_hz.push(if k % 2 == 0 { 3.0 } else { 1.0 });
        }
        row
    });
    Connectivity::Listed(Arc::new(rows.collect()))
}

fn rule(pairing: Pairing, weight: f64) -> Connectivity<'static> {
    let spread = |mean: f64, sd: f64, min: f64| Distribution::Normal { mean, sd, min, max: f64::INFINITY };
    let weight = if weight > 0.0 {
        spread(weight, 0.2 * weight, 0.0)
    } else {
        Distribution::Normal { mean: weight, sd: -0.2 * weight, min: f64::NEG_INFINITY, max: 0.0 }
    };
    let mut rule = Rule::new(pairing, weight, spread(1.5, 0.7, 0.3));
    rule.u = Distribution::Uniform { min: 0.2, max: 0.7 };
    rule.tau_rec_ms = Distribution::Lognormal { mean: 200.0, sd: 50.0 };
    rule.tau_facil_ms = Distribution::Constant(20.0);
    rule.sites = 4;
    Connectivity::Rule(rule)
}

/// The network; cells of populations are driven to fire by themselves.
pub(crate) fn everything(seed: u64) -> Network<'static> {
    let population = |name: &str, model, receptors| Population {
        name: name.into(),
        n_cells: N,
        model,
        receptors,
        v_init_mv: Values::Each((0..N).map(|cell| -70.0 + 0.1 * f64::from(cell)).collect()),
    };
    let given = (1..1_500).filter(|step| step % 9 == 0).map(|step| (step, step % N)).collect();
    let populations = vec![
        population("exact", lif(215.0), currents()),
        population("lif", lif(230.0), conductances()),
        population("adex", adex(), conductances()),
        population("gif", gif(), currents()),
        population("izhikevich", izhikevich(), conductances()),
        population("poisson", NeuronModel::Source(Trains::Poisson(Profile::Constant(30.0))), vec![]),
        population("given", NeuronModel::Source(Trains::Given(given)), vec![]),
    ];
    let mut projections = Vec::new();
    let mut project = |name: &str, ends: (usize, usize), receptor: usize, connections, release, plasticity| {
        projections.push(Projection {
            name: name.into(),
            source: ends.0,
            target: ends.1,
            receptor,
            slow: None,
            connections,
            release,
            plasticity,
        });
    };
    let shared = Release::Shared { u: 0.5, tau_rec_ms: 300.0, tau_facil_ms: 20.0 };
    let bernoulli = Pairing::Bernoulli(0.1);
    project("exact-exact", (0, 0), 0, rule(Pairing::TotalNumber(3_000), 20.0), Release::Static, None);
    project("exact-gif", (0, 3), 0, rule(bernoulli, 20.0), Release::Static, None);
    project("gif-exact", (3, 0), 1, rule(bernoulli, -30.0), shared, None);
    project("exact-lif", (0, 1), 0, rule(Pairing::OutDegree(20), 1.0), shared, None);
    project("lif-adex", (1, 2), 0, own_rows(N), Release::Stochastic, None);
    project("adex-lif", (2, 1), 2, rule(bernoulli, 2.0), Release::PerConnection, None);
    project("adex-izhikevich", (2, 4), 0, rule(bernoulli, 1.0), Release::Stochastic, None);
    project("izhikevich-adex", (4, 2), 2, rule(bernoulli, 1.0), Release::Static, None);
    project("poisson-exact", (5, 0), 0, rule(Pairing::OneToOne, 50.0), Release::Static, None);
    let pair =
        Plasticity::Pair { tau_plus_ms: 20.0, tau_minus_ms: 20.0, a_plus: 0.01, a_minus: 0.012, mu: 0.4, w_max: 3.0 };
    let triplet = Plasticity::Triplet {
        tau_plus_ms: 17.0,
        tau_x_ms: 100.0,
        tau_minus_ms: 34.0,
        tau_y_ms: 115.0,
        a2_plus: 0.005,
        a3_plus: 0.006,
        a2_minus: 0.007,
        a3_minus: 0.0002,
        w_max: 3.0,
    };
    let inhibitory = Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.01, target_hz: 5.0, w_max: 3.0 };
    let correcting = Plasticity::ErrorCorrecting {
        tau_ms: 20.0,
        eta: 0.5,
        gain: 0.01,
        exponent: 2.0,
        max_hz: 200.0,
        interval_ms: 1.0,
        w_max: 3.0,
    };
    project("poisson-adex", (5, 2), 3, rule(bernoulli, 1.0), Release::Static, Some(pair));
    project("poisson-izhikevich", (5, 4), 3, rule(bernoulli, 1.0), Release::Static, Some(triplet));
    project("izhikevich-lif", (4, 1), 2, rule(bernoulli, 1.0), Release::Static, Some(inhibitory));
    project("given-adex", (6, 2), 3, rule(bernoulli, 1.0), Release::Static, Some(correcting));
    // many sources that fire together: sums that are no whole numbers must not depend on who tells of them first
    project("exact-adex", (0, 2), 3, rule(Pairing::Bernoulli(0.5), 0.2), Release::Static, Some(correcting));
    let slow = projections.iter_mut().filter(|projection| ["lif-adex", "adex-izhikevich"].contains(&&*projection.name));
    slow.for_each(|projection| projection.slow = Some(Slow { receptor: 1, ratio: 0.7 }));
    let weights = (0..projections.len()).filter(|index| projections[*index].plasticity.is_some());
    let weights = weights.map(|projection| WeightTrace { projection, connections: None, every: 250 }).collect();
    let drive = |name: &str, population, cells, kind| Drive { name: name.into(), population, cells, kind };
    let some = || Cells::Some(vec![3, 64, 149]);
    let drives = vec![
        drive(
            "poisson to exact",
            0,
            Cells::All,
            DriveKind::Poisson {
                receptor: 0,
                rate_hz: Profile::Pieces(vec![(0.0, 800.0), (70.0, 1_600.0)]),
                weight: 20.0,
            },
        ),
        drive(
            "poisson to adex",
            2,
            Cells::All,
            DriveKind::Poisson { receptor: 0, rate_hz: Profile::Constant(300.0), weight: 0.5 },
        ),
        drive(
            "background of lif",
            1,
            Cells::All,
            DriveKind::OuConductance {
                reversal_mv: 0.0.into(),
                mean_ns: 1.0.into(),
                sd_ns: 0.5.into(),
                tau_ms: 2.7.into(),
            },
        ),
        drive(
            "noise of gif",
            3,
            Cells::All,
            DriveKind::OuCurrent { mean_pa: 10.0.into(), sd_pa: 20.0.into(), tau_ms: 5.0.into() },
        ),
        drive(
            "step",
            4,
            some(),
            DriveKind::Current(Waveform::Step { start_ms: 20.0, stop_ms: 60.0, amplitude: 150.0 }),
        ),
        drive(
            "ramp",
            0,
            some(),
            DriveKind::Current(Waveform::Ramp { start_ms: 30.0, stop_ms: 90.0, from: -50.0, to: 150.0 }),
        ),
        drive(
            "shunt",
            2,
            some(),
            DriveKind::Conductance {
                waveform: Waveform::Step { start_ms: 50.0, stop_ms: 80.0, amplitude: 100.0 },
                reversal_mv: -80.0,
            },
        ),
        drive("clamp", 1, some(), DriveKind::Clamp { v_mv: -40.0, start_ms: 40.0, stop_ms: 55.0 }),
    ];
    let trace = |population, cells, variable, every| Trace { population, cells, variable, every };
    let recording = Recording {
        traces: vec![
            trace(0, some(), Variable::V, 1),
            trace(2, Cells::All, Variable::Adaptation, 50),
            trace(2, some(), Variable::Receptor(1), 10),
            trace(3, some(), Variable::Threshold, 7),
            trace(3, some(), Variable::Adaptation, 7),
            trace(4, some(), Variable::V, 3),
        ],
        weights,
    };
    Network { dt_ms: 0.1, seed, populations, projections, drives, recording }
}
