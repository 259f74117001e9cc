//! Bad input is refused by the name of the field, before anything runs.

use crate::engines::*;
use bravli_sim::SimError;
use bravli_sim::network::{
    Cells, Connectivity, Distribution, DriveKind, Effect, Gif, Izhikevich, Kept, Kinetics, MgBlock, Network,
    NeuronModel, Pairing, Plasticity, Profile, Release, Row, Rule, Slow, Trains, Variable, Waveform, WeightTrace,
    check,
};
use bravli_sim::reference;
use std::sync::Arc;

/// A network with something of everything, and no flaw.
fn sound() -> Network<'static> {
    let mut network = empty(0.1);
    let adex = bravli_sim::network::Adex {
        c_m_pf: 200.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        delta_t_mv: 2.0.into(),
        a_ns: 2.0.into(),
        tau_w_ms: 30.0.into(),
        b_pa: 60.0.into(),
        v_reset_mv: (-58.0).into(),
        v_peak_mv: 0.0.into(),
        t_ref_ms: 2.0.into(),
        i_e_pa: 0.0.into(),
    };
    let gif = Gif {
        c_m_pf: 100.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-60.0).into(),
        v_th_mv: (-55.0).into(),
        delta_v_mv: 2.0.into(),
        lambda_0_per_ms: 2.0.into(),
        v_reset_mv: (-60.0).into(),
        t_ref_ms: 0.0.into(),
        q_stc_pa: [1.0.into(), 0.0.into()],
        tau_stc_ms: [10.0.into(), 50.0.into()],
        q_sfa_mv: [1.0.into(), 0.0.into()],
        tau_sfa_ms: [10.0.into(), 100.0.into()],
        i_e_pa: 0.0.into(),
    };
    let izhikevich = Izhikevich {
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
        i_e_pa: 0.0.into(),
    };
    let ampa = receptor(
        "AMPA",
        Kinetics::Biexponential { rise_ms: 0.2, decay_ms: 1.7 },
        Effect::Conductance { reversal_mv: 0.0 },
    );
    let nmda = receptor(
        "NMDA",
        Kinetics::Exponential { tau_ms: 43.0 },
        Effect::Nmda { reversal_mv: 0.0, block: JAHR_STEVENS },
    );
    network.populations.push(cells("lif", 2, NeuronModel::Lif(lif()), vec![ampa, nmda]));
    network.populations.push(cells("adex", 2, NeuronModel::Adex(adex), Vec::new()));
    network.populations.push(cells("gif", 2, NeuronModel::Gif(gif), Vec::new()));
    network.populations.push(cells("izhikevich", 2, NeuronModel::Izhikevich(izhikevich), Vec::new()));
    network.populations.push(cells("s", 2, NeuronModel::Source(Trains::Poisson(Profile::Constant(5.0))), Vec::new()));
    let mut tm = projection("tm", 4, 0, vec![row(&[(0, 1.0, 1), (1, 1.0, 5)]), row(&[])]);
    tm.release = Release::Shared { u: 0.5, tau_rec_ms: 100.0, tau_facil_ms: 0.0 };
    tm.slow = Some(Slow { receptor: 1, ratio: 0.7 });
    let mut learns = projection("learns", 0, 0, vec![row(&[(0, 1.0, 1)]), row(&[])]);
    learns.plasticity = Some(pair(20.0, 0.01, 2.0));
    network.projections = vec![tm, learns];
    network.drives.push(drive(
        "p",
        0,
        DriveKind::Poisson { receptor: 0, rate_hz: Profile::Constant(10.0), weight: 1.0 },
    ));
    network.recording.traces.push(trace(0, Variable::V));
    network.recording.weights.push(WeightTrace { projection: 1, connections: None, every: 10 });
    network
}

fn pair(tau_plus_ms: f64, a_plus: f64, w_max: f64) -> Plasticity {
    Plasticity::Pair { tau_plus_ms, tau_minus_ms: 20.0, a_plus, a_minus: 0.01, mu: 0.0, w_max }
}

/// What `mend` makes of a sound network is refused at `field`, by the check and by the reference.
fn refused(field: &str, mend: impl FnOnce(&mut Network<'static>)) {
    let mut network = sound();
    mend(&mut network);
    let flaws = check(&network);
    let told: Vec<&str> = flaws.iter().map(|flaw| flaw.field.as_str()).collect();
    assert!(told.contains(&field), "{field} is not among {told:?}");
    assert!(flaws.iter().all(|flaw| !flaw.message.is_empty() && !flaw.remedy.is_empty()));
    assert_eq!(reference::run(&network, 1, &mut Kept::default()), Err(SimError::Flaws(flaws)));
}

/// The rows of the first projection, mended.
fn first_row(network: &mut Network<'static>, release: Release, mend: impl FnOnce(&mut Row)) {
    let mut mended = row(&[(0, 1.0, 1), (1, 1.0, 5)]);
    mended.own.u = vec![0.5; 2];
    mended.own.tau_rec_ms = vec![100.0; 2];
    mended.own.tau_facil_ms = vec![0.0; 2];
    mended.own.sites = vec![1; 2];
    mend(&mut mended);
    network.projections[0].release = release;
    network.projections[0].connections = Connectivity::Listed(Arc::new(vec![mended, row(&[])]));
}

macro_rules! model {
    ($network:expr, $index:expr, $kind:ident) => {
        match &mut $network.populations[$index].model {
            NeuronModel::$kind(model) => model,
            _ => unreachable!(),
        }
    };
}

const NAN: f64 = f64::NAN;

#[test]
fn a_sound_network_has_no_flaw() {
    assert_eq!(check(&sound()), Vec::new());
    assert_eq!(reference::run(&sound(), 20, &mut Kept::default()), Ok(()));
}

#[test]
fn steps_names_and_sizes() {
    for dt in [0.0, -0.1, NAN, f64::INFINITY] {
        refused("dt_ms", |n| n.dt_ms = dt);
    }
    refused("populations", |n| n.populations[1].name = "lif".into());
    refused("populations", |n| n.populations[1].name = String::new());
    refused("projections", |n| n.projections[1].name = "tm".into());
    refused("populations[1].n_cells", |n| n.populations[1].n_cells = 0);
    refused("populations[0].v_init_mv", |n| n.populations[0].v_init_mv = vec![-70.0, NAN].into());
    refused("populations[0].v_init_mv", |n| n.populations[0].v_init_mv = vec![-70.0].into());
}

#[test]
fn parameters_of_neurons() {
    for bad in [0.0, -1.0, NAN, f64::INFINITY] {
        refused("populations[0].model.c_m_pf", |n| model!(n, 0, Lif).c_m_pf = bad.into());
        refused("populations[0].model.g_l_ns", |n| model!(n, 0, Lif).g_l_ns = bad.into());
        refused("populations[1].model.tau_w_ms", |n| model!(n, 1, Adex).tau_w_ms = bad.into());
        refused("populations[1].model.delta_t_mv", |n| model!(n, 1, Adex).delta_t_mv = bad.into());
        refused("populations[2].model.delta_v_mv", |n| model!(n, 2, Gif).delta_v_mv = bad.into());
        refused("populations[2].model.tau_stc_ms[1]", |n| model!(n, 2, Gif).tau_stc_ms[1] = bad.into());
        refused("populations[2].model.tau_sfa_ms[0]", |n| model!(n, 2, Gif).tau_sfa_ms[0] = bad.into());
        refused("populations[3].model.k_pa_per_mv2", |n| model!(n, 3, Izhikevich).k_pa_per_mv2 = bad.into());
        refused("populations[3].model.a_per_ms", |n| model!(n, 3, Izhikevich).a_per_ms = bad.into());
    }
    refused("populations[0].model.t_ref_ms", |n| model!(n, 0, Lif).t_ref_ms = (-1.0).into());
    refused("populations[2].model.lambda_0_per_ms", |n| model!(n, 2, Gif).lambda_0_per_ms = (-1.0).into());
    refused("populations[0].model.i_e_pa", |n| model!(n, 0, Lif).i_e_pa = NAN.into());
    refused("populations[0].model.v_reset_mv", |n| model!(n, 0, Lif).v_reset_mv = (-50.0).into());
    refused("populations[1].model.v_reset_mv", |n| model!(n, 1, Adex).v_reset_mv = vec![-58.0, 5.0].into());
    refused("populations[3].model.v_reset_mv", |n| model!(n, 3, Izhikevich).v_reset_mv = 40.0.into());
}

#[test]
fn sources_and_receptors() {
    let given = |spikes: Vec<(u32, u32)>| NeuronModel::Source(Trains::Given(spikes));
    refused("populations[4].model", |n| n.populations[4].model = given(vec![(3, 2)]));
    refused("populations[4].model", |n| n.populations[4].model = given(vec![(3, 0), (2, 0)]));
    refused("populations[4].model", |n| n.populations[4].model = given(vec![(3, 0), (3, 0)]));
    let poisson = |profile: Profile| NeuronModel::Source(Trains::Poisson(profile));
    for rate in [-1.0, NAN, 20_000.0] {
        refused("populations[4].model.rate_hz", |n| n.populations[4].model = poisson(Profile::Constant(rate)));
    }
    let unsorted = Profile::Pieces(vec![(5.0, 1.0), (2.0, 1.0)]);
    refused("populations[4].model.rate_hz", |n| n.populations[4].model = poisson(unsorted));
    refused("populations[4].model", |n| n.populations[4].receptors = vec![exponential(1.0, Effect::Silent)]);
    refused("populations[0].receptors", |n| n.populations[0].receptors[1].name = "AMPA".into());
    let kinetics = |n: &mut Network<'static>, kinetics| n.populations[0].receptors[0].kinetics = kinetics;
    for bad in [0.0, -1.0, NAN] {
        refused("populations[0].receptors[0].tau_ms", |n| kinetics(n, Kinetics::Exponential { tau_ms: bad }));
        refused("populations[0].receptors[0].rise_ms", |n| {
            kinetics(n, Kinetics::Biexponential { rise_ms: bad, decay_ms: 2.0 });
        });
    }
    refused("populations[0].receptors[0].decay_ms", |n| {
        kinetics(n, Kinetics::Biexponential { rise_ms: 2.0, decay_ms: 2.0 });
    });
    refused("populations[0].receptors[0].reversal_mv", |n| {
        n.populations[0].receptors[0].effect = Effect::Conductance { reversal_mv: NAN };
    });
    refused("populations[0].receptors[1].block.mg_mm", |n| {
        let block = MgBlock { mg_mm: -1.0, ..JAHR_STEVENS };
        n.populations[0].receptors[1].effect = Effect::Nmda { reversal_mv: 0.0, block };
    });
}

#[test]
fn projections_and_rows() {
    refused("projections[0]", |n| n.projections[0].source = 9);
    refused("projections[0].target", |n| n.projections[0].target = 4);
    refused("projections[0].receptor", |n| n.projections[0].receptor = 2);
    refused("projections[0].slow.receptor", |n| n.projections[0].slow = Some(Slow { receptor: 0, ratio: 0.7 }));
    refused("projections[0].slow.ratio", |n| n.projections[0].slow = Some(Slow { receptor: 1, ratio: NAN }));
    let shared = |u: f64, tau_rec_ms: f64, tau_facil_ms: f64| Release::Shared { u, tau_rec_ms, tau_facil_ms };
    refused("projections[0].release.u", |n| n.projections[0].release = shared(1.5, 100.0, 0.0));
    refused("projections[0].release.tau_rec_ms", |n| n.projections[0].release = shared(0.5, 0.0, 0.0));
    refused("projections[0].release.tau_facil_ms", |n| n.projections[0].release = shared(0.5, 100.0, -1.0));
    refused("projections[0]", |n| n.projections[0].connections = Connectivity::Listed(Arc::new(vec![row(&[])])));
    let rows: [fn(&mut Row); 12] = [
        |row| row.delay[1] = 0,
        |row| row.weight[0] = f32::NAN,
        |row| row.weight[0] = -1.0,
        |row| row.target[1] = 2,
        |row| row.delay.truncate(1),
        |row| row.own.u[0] = 1.5,
        |row| row.own.u.clear(),
        |row| row.own.tau_rec_ms[0] = 0.0,
        |row| row.own.tau_facil_ms[0] = -1.0,
        |row| row.own.sites[0] = 0,
        |row| row.own.decay_ms = vec![0.0; 2],
        |row| row.own.mini_hz = vec![f32::NAN; 2],
    ];
    for mend in rows {
        refused("projections[0].rows[0]", |n| first_row(n, Release::Stochastic, mend));
    }
    // a decay no longer than the rise is told when the row is read
    let mut network = sound();
    first_row(&mut network, Release::Stochastic, |row| row.own.decay_ms = vec![1.7, 0.2]);
    let told = reference::run(&network, 1, &mut Kept::default());
    assert!(matches!(told, Err(SimError::Row { source_cell: 0, .. })), "{told:?}");
}

#[test]
fn rules_and_learning() {
    let rule = |pairing, weight, delay_ms| Connectivity::Rule(Rule::new(pairing, weight, delay_ms));
    let constant = Distribution::Constant;
    let wide = Distribution::Normal { mean: 1.0, sd: 1.0, min: f64::NEG_INFINITY, max: f64::INFINITY };
    let all = Pairing::AllToAll;
    refused("projections[0].weight", |n| n.projections[0].connections = rule(all, constant(NAN), constant(1.0)));
    refused("projections[0].weight", |n| n.projections[0].connections = rule(all, wide, constant(1.0)));
    refused("projections[0].delay_ms", |n| n.projections[0].connections = rule(all, constant(1.0), wide));
    refused("projections[0].delay_ms", |n| n.projections[0].connections = rule(all, constant(1.0), constant(1e5)));
    refused("projections[0].pairing", |n| {
        n.projections[0].connections = rule(Pairing::Bernoulli(1.2), constant(1.0), constant(1.0));
    });
    let learns = |plasticity| move |n: &mut Network<'static>| n.projections[1].plasticity = Some(plasticity);
    for bad in [0.0, -1.0, NAN] {
        refused("projections[1].plasticity", learns(pair(bad, 0.01, 2.0)));
        refused("projections[1].plasticity", learns(pair(20.0, 0.01, bad)));
        let rule = Plasticity::Inhibitory { tau_ms: bad, eta: 0.1, target_hz: 5.0, w_max: 1.0 };
        refused("projections[1].plasticity", learns(rule));
        let (eta, gain, exponent, max_hz) = (0.1, 1.0, 1.0, 100.0);
        let rule =
            Plasticity::ErrorCorrecting { tau_ms: 20.0, eta, gain, exponent, max_hz, interval_ms: bad, w_max: 1.0 };
        refused("projections[1].plasticity", learns(rule));
    }
    refused("projections[1].plasticity", learns(pair(20.0, -0.01, 2.0)));
    refused("projections[1].release", |n| {
        n.projections[1].release = Release::Shared { u: 0.5, tau_rec_ms: 100.0, tau_facil_ms: 0.0 };
    });
}

#[test]
fn drives_and_recording() {
    let kind = |kind| move |n: &mut Network<'static>| n.drives[0].kind = kind;
    let poisson =
        |receptor, rate, weight| kind(DriveKind::Poisson { receptor, rate_hz: Profile::Constant(rate), weight });
    refused("drives[0]", |n| n.drives[0].population = 9);
    refused("drives[0]", |n| n.drives[0].population = 4);
    refused("drives[0].receptor", poisson(2, 10.0, 1.0));
    refused("drives[0].rate_hz", poisson(0, NAN, 1.0));
    refused("drives[0].rate_hz", poisson(0, 1e6, 1.0));
    refused("drives[0].weight", poisson(0, 10.0, -1.0));
    refused("drives[0].cells", |n| n.drives[0].cells = Cells::Some(vec![0]));
    for bad in [0.0, -1.0, NAN] {
        let ou = DriveKind::OuCurrent { mean_pa: 0.0.into(), sd_pa: 1.0.into(), tau_ms: bad.into() };
        refused("drives[0].tau_ms", kind(ou));
    }
    let ou = DriveKind::OuConductance {
        reversal_mv: 0.0.into(),
        mean_ns: 1.0.into(),
        sd_ns: (-1.0).into(),
        tau_ms: 3.0.into(),
    };
    refused("drives[0].sd_ns", kind(ou));
    let step = |amplitude, stop_ms| Waveform::Step { start_ms: 5.0, stop_ms, amplitude };
    refused("drives[0]", kind(DriveKind::Current(step(NAN, 10.0))));
    refused("drives[0]", kind(DriveKind::Current(step(1.0, 5.0))));
    refused("drives[0]", kind(DriveKind::Conductance { waveform: step(-1.0, 10.0), reversal_mv: 0.0 }));
    refused("drives[0].v_mv", kind(DriveKind::Clamp { v_mv: NAN, start_ms: 0.0, stop_ms: 1.0 }));
    refused("drives[0].stop_ms", kind(DriveKind::Clamp { v_mv: 0.0, start_ms: 2.0, stop_ms: 1.0 }));
    refused("recording.traces[0]", |n| n.recording.traces[0].every = 0);
    refused("recording.traces[0]", |n| n.recording.traces[0].variable = Variable::Adaptation);
    refused("recording.traces[0].cells", |n| n.recording.traces[0].cells = Cells::Some(vec![1, 0]));
    refused("recording.traces[0].cells", |n| n.recording.traces[0].cells = Cells::Some(vec![2]));
    refused("recording.weights[0]", |n| n.recording.weights[0].projection = 0);
    refused("recording.weights[0]", |n| n.recording.weights[0].connections = Some(vec![2, 1]));
}

#[test]
fn divergence_and_length_are_told() {
    let mut network = sound();
    network.drives.push(drive("i", 0, DriveKind::Current(Waveform::Profile(Profile::Constant(f64::MIN)))));
    network.drives.push(drive("j", 0, DriveKind::Current(Waveform::Profile(Profile::Constant(f64::MIN)))));
    let told = reference::run(&network, 10, &mut Kept::default());
    assert!(matches!(&told, Err(SimError::Diverged { population, cell: 0, .. }) if population == "lif"), "{told:?}");
    let told = reference::run(&sound(), 1 << 32, &mut Kept::default());
    assert!(matches!(told, Err(SimError::TooLong { .. })), "{told:?}");
}
