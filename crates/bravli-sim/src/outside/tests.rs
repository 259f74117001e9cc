//! What scripts must contain, and what must be refused.

use super::{Files, Untranslated, brian2, nest};
use crate::network::{
    Adex, Cells, Connectivity, Distribution, Drive, DriveKind, Effect, Kinetics, Lif, MgBlock, Network, NeuronModel,
    Pairing, Plasticity, Population, Profile, Projection, Receptor, Recording, Release, Row, Rule, Slow, Trains,
    Values, Waveform,
};
use std::sync::Arc;

/// Block of NMDA at 1 mM magnesium after Jahr & Stevens 1990, doi:10.1523/JNEUROSCI.10-09-03178.1990.
const JAHR_STEVENS: MgBlock = MgBlock { mg_mm: 1.0, scale_mm: 3.57, slope_per_mv: 0.062 };

fn lif(receptors: Vec<Receptor>) -> Population {
    Population {
        name: "L4 \"E\"".into(),
        n_cells: 6,
        model: NeuronModel::Lif(Lif {
            c_m_pf: 200.0.into(),
            g_l_ns: Values::Each(vec![10.0, 20.0, 10.0, 10.0, 10.0, 10.0]),
            e_l_mv: (-65.0).into(),
            v_th_mv: (-50.0).into(),
            v_reset_mv: (-65.0).into(),
            t_ref_ms: 2.0.into(),
            i_e_pa: 0.0.into(),
        }),
        receptors,
        v_init_mv: Values::Each(vec![-65.0; 6]),
    }
}

fn adex(receptors: Vec<Receptor>) -> Population {
    Population {
        name: "adex".into(),
        n_cells: 6,
        model: NeuronModel::Adex(Adex {
            c_m_pf: 200.0.into(),
            g_l_ns: 10.0.into(),
            e_l_mv: (-70.0).into(),
            v_th_mv: (-50.0).into(),
            delta_t_mv: 2.0.into(),
            a_ns: 2.0.into(),
            tau_w_ms: 100.0.into(),
            b_pa: 40.0.into(),
            v_reset_mv: (-58.0).into(),
            v_peak_mv: (-30.0).into(),
            t_ref_ms: 2.0.into(),
            i_e_pa: 0.0.into(),
        }),
        receptors,
        v_init_mv: (-70.0).into(),
    }
}

fn receptor(name: &str, kinetics: Kinetics, effect: Effect) -> Receptor {
    Receptor { name: name.into(), kinetics, effect }
}

const FAST: Kinetics = Kinetics::Exponential { tau_ms: 2.0 };
const SLOW: Kinetics = Kinetics::Biexponential { rise_ms: 1.0, decay_ms: 8.0 };
const EXCITES: Effect = Effect::Conductance { reversal_mv: 0.0 };
const INHIBITS: Effect = Effect::Conductance { reversal_mv: -80.0 };

fn recurrent(release: Release) -> Projection<'static> {
    let mut rule =
        Rule::new(Pairing::OutDegree(3), Distribution::Constant(1.0), Distribution::Uniform { min: 0.5, max: 1.5 });
    (rule.u, rule.tau_rec_ms, rule.sites) = (Distribution::Constant(0.5), Distribution::Constant(200.0), 4);
    Projection {
        name: "recurrent".into(),
        source: 0,
        target: 0,
        receptor: 0,
        slow: None,
        connections: Connectivity::Rule(rule),
        release,
        plasticity: None,
    }
}

fn network(population: Population, projections: Vec<Projection<'static>>, drives: Vec<Drive>) -> Network<'static> {
    Network { dt_ms: 0.1, seed: 1, populations: vec![population], projections, drives, recording: Recording::default() }
}

fn drive(kind: DriveKind) -> Drive {
    Drive { name: "drive".into(), population: 0, cells: Cells::All, kind }
}

fn array<const N: usize>(files: &Files, name: &str) -> Vec<[u8; N]> {
    let file = files.files.iter().find(|file| file.name == format!("data/{name}.npy")).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([file.bytes[8], file.bytes[9]]));
    file.bytes[start..].chunks_exact(N).map(|chunk| chunk.try_into().unwrap()).collect()
}

fn fields(refused: Result<Files, Vec<Untranslated>>) -> Vec<String> {
    refused.unwrap_err().into_iter().map(|refused| refused.field).collect()
}

#[test]
fn the_wiring_is_written_as_it_is_drawn() {
    let network = network(lif(vec![receptor("AMPA", FAST, Effect::Current)]), vec![recurrent(Release::Static)], vec![]);
    for files in [nest(&network, 100.0).unwrap(), brian2(&network, 100.0).unwrap()] {
        let targets = array::<4>(&files, "projection0_target").into_iter().map(u32::from_le_bytes).collect::<Vec<_>>();
        let delays = array::<2>(&files, "projection0_delay").into_iter().map(u16::from_le_bytes).collect::<Vec<_>>();
        let sources = array::<4>(&files, "projection0_source").into_iter().map(u32::from_le_bytes).collect::<Vec<_>>();
        let wiring = network.projections[0].wiring(&network);
        let (mut row, mut at) = (Row::default(), 0);
        for source in 0..6 {
            wiring.row(source, &mut row);
            for k in 0..row.len() {
                assert_eq!((sources[at], targets[at], delays[at]), (source, row.target[k], row.delay[k]));
                at += 1;
            }
        }
        assert_eq!(at, targets.len());
        assert!(files.script().contains("STEPS = 1000"));
        // names are text, not code
        assert!(files.script().contains(r#""L4 \"E\"""#));
    }
}

#[test]
fn names_stay_names() {
    let mut recurrent = recurrent(Release::Static);
    recurrent.name = "a\nimport os\r\"\"\"".into();
    let mut population = lif(vec![receptor("AMPA\nimport os", FAST, Effect::Current)]);
    population.name = "b\nimport os\"\"\"".into();
    let mut drive = drive(DriveKind::Poisson { receptor: 0, rate_hz: Profile::Constant(10.0), weight: 1.0 });
    drive.name = "c\nimport os".into();
    let network = network(population, vec![recurrent], vec![drive]);
    for files in [nest(&network, 100.0).unwrap(), brian2(&network, 100.0).unwrap()] {
        assert!(!files.script().lines().any(|line| line.starts_with("import os")), "{}", files.script());
    }
}

#[test]
fn decays_and_spontaneous_releases_reach_brian2() {
    let nmda = Effect::Nmda { reversal_mv: 0.0, block: JAHR_STEVENS };
    let mut rows = vec![Row::default(); 6];
    for (source, row) in rows.iter_mut().enumerate() {
        (row.target, row.weight, row.delay) = (vec![0, 5], vec![1.0, 2.0], vec![5, 9]);
        row.own.decay_ms = vec![4.0 + source as f32, 9.0 - 0.3 * source as f32];
        row.own.mini_hz = vec![0.5, 0.0];
        row.own.slow_ratio = vec![0.5, 0.7];
    }
    let projection = Projection {
        connections: Connectivity::Listed(Arc::new(rows)),
        slow: Some(Slow { receptor: 1, ratio: 0.0 }),
        ..recurrent(Release::Static)
    };
    let receptors = vec![receptor("AMPA", SLOW, EXCITES), receptor("NMDA", SLOW, nmda)];
    let files = brian2(&network(adex(receptors), vec![projection], vec![]), 100.0).unwrap();
    let places: Vec<f64> = array::<8>(&files, "projection0_decay_place").into_iter().map(f64::from_le_bytes).collect();
    // the shortest and the longest decay are the ends of the ladder
    assert_eq!((places[0], places[1]), (0.0, 7.0));
    assert!(places.iter().all(|place| (0.0..=7.0).contains(place)));
    // each of the six connections onto cell 0 adds half a release per second
    let rates: Vec<f64> = array::<8>(&files, "projection0_mini_hz").into_iter().map(f64::from_le_bytes).collect();
    assert_eq!(rates, [3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    // shares over the ladder add up to the weight; the slow receptor has its ratio of it
    let means = |k: usize| -> f64 { f64::from_le_bytes(array::<8>(&files, &format!("projection0_mini_weight{k}"))[0]) };
    assert!(((0..8).map(means).sum::<f64>() - 1.0).abs() < 1e-9);
    assert!((means(8) - 0.5).abs() < 1e-9);
    assert!(files.notes.iter().any(|note| note.contains("nearest of 8 decays")));
}

#[test]
fn nest_models_fit_the_receptors() {
    let model = |population: Population| {
        let files = nest(&network(population, vec![recurrent(Release::Static)], vec![]), 100.0).unwrap();
        let script = files.script().to_owned();
        let line = script.lines().find(|line| line.starts_with("population(")).unwrap().to_owned();
        (line, files.notes.join(" "))
    };
    let (line, _) = model(lif(vec![receptor("a", FAST, Effect::Current)]));
    assert!(line.contains("\"iaf_psc_exp\"") && line.contains("tau_m=load("), "{line}");
    // a biexponential current is two exponential ones
    let (line, _) = model(lif(vec![receptor("a", FAST, Effect::Current), receptor("b", SLOW, Effect::Current)]));
    assert!(line.contains("\"iaf_psc_exp_multisynapse\"") && line.contains("\"tau_syn\": [2.0, 8.0, 1.0]"), "{line}");
    let (line, _) = model(lif(vec![receptor("a", FAST, EXCITES), receptor("b", FAST, INHIBITS)]));
    assert!(line.contains("\"iaf_cond_exp\"") && line.contains("E_in=-80.0"), "{line}");
    let third = Effect::Conductance { reversal_mv: -95.0 };
    let (line, notes) =
        model(lif(vec![receptor("a", FAST, EXCITES), receptor("b", FAST, INHIBITS), receptor("c", FAST, third)]));
    assert!(line.contains("\"gif_cond_exp_multisynapse\"") && notes.contains("fires for certain"), "{line} {notes}");
    let (line, _) = model(adex(vec![receptor("a", FAST, EXCITES), receptor("b", FAST, INHIBITS)]));
    assert!(line.contains("\"aeif_cond_exp\""), "{line}");
    let (line, notes) = model(adex(vec![receptor("a", SLOW, EXCITES), receptor("b", FAST, INHIBITS)]));
    assert!(line.contains("\"tau_rise\": [1.0, 0.1]") && notes.contains("rise within one step"), "{line} {notes}");
}

#[test]
fn release_and_learning_become_synapse_models() {
    let receptors = || vec![receptor("a", FAST, EXCITES), receptor("b", FAST, INHIBITS)];
    let script = |projection: Projection<'static>| {
        nest(&network(adex(receptors()), vec![projection], vec![]), 100.0).unwrap().script().to_owned()
    };
    let shared = Release::Shared { u: 0.4, tau_rec_ms: 100.0, tau_facil_ms: 0.0 };
    assert!(script(recurrent(shared)).contains("model=\"tsodyks2_synapse\", U=0.4, u=0.4, x=1.0"));
    let stochastic = script(recurrent(Release::Stochastic));
    assert!(
        stochastic.contains("model=\"quantal_stp_synapse\"") && stochastic.contains("/ load(\"projection0_sites\")")
    );
    // the second receptor of aeif_cond_exp is reached by negative weights
    let inhibits = Projection { receptor: 1, ..recurrent(Release::Static) };
    assert!(script(inhibits).contains("port=0, factor=-1.0"));
    let rule = Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.1, target_hz: 5.0, w_max: 10.0 };
    let learns = script(Projection { plasticity: Some(rule), ..recurrent(Release::Static) });
    assert!(
        learns.contains("vogels_sprekeler_synapse")
            && learns.contains("alpha=0.2")
            && learns.contains("tau_minus=20.0")
    );
}

#[test]
fn noise_keeps_mean_and_variance() {
    let kind = DriveKind::OuConductance {
        reversal_mv: 0.0.into(),
        mean_ns: 12.0.into(),
        sd_ns: 3.0.into(),
        tau_ms: 2.0.into(),
    };
    let receptors = vec![receptor("a", FAST, EXCITES), receptor("b", FAST, INHIBITS)];
    let files = nest(&network(adex(receptors), vec![], vec![drive(kind)]), 100.0).unwrap();
    // weight 2·9/12 = 1.5 nS; rate 12/(1.5 nS · 2 ms) = 4 per ms
    assert!(files.script().contains("shot_noise(\"adex\", 4000.0, 1.5, 0)"), "{}", files.script());
    assert!(files.notes.iter().any(|note| note.contains("Poisson events")));
    assert!(files.script().contains("- An Ornstein-Uhlenbeck conductance"));
}

#[test]
fn what_nest_has_not_is_refused_all_at_once() {
    let nmda = Effect::Nmda { reversal_mv: 0.0, block: JAHR_STEVENS };
    let population = adex(vec![receptor("AMPA", FAST, EXCITES), receptor("NMDA", SLOW, nmda)]);
    let slow = Projection { slow: Some(Slow { receptor: 1, ratio: 0.7 }), ..recurrent(Release::Stochastic) };
    let clamp = drive(DriveKind::Clamp { v_mv: -60.0, start_ms: 1.0, stop_ms: 2.0 });
    let network = network(population, vec![slow], vec![clamp]);
    assert_eq!(fields(nest(&network, 100.0)), ["populations[0].receptors[1]", "projections[0].slow", "drives[0]"]);
    let script = brian2(&network, 100.0).unwrap();
    let script = script.script();
    assert!(script.contains("/(1 + 0.2801120448179272*exp(-0.062*v))*(0.0 - v)"), "{script}");
    assert!(script.contains("full += int(rand() < refill)*int(3.5 < empty)") && !script.contains("int(4.5 <"));
    assert!(script.contains("(1 - held)*"));
}

#[test]
fn rules_without_a_peer_are_refused_by_both() {
    let rule = Plasticity::ErrorCorrecting {
        tau_ms: 20.0,
        eta: 0.1,
        gain: 1.0,
        exponent: 1.0,
        max_hz: 100.0,
        interval_ms: 10.0,
        w_max: 5.0,
    };
    let learns = Projection { plasticity: Some(rule), ..recurrent(Release::Static) };
    let network = network(lif(vec![receptor("a", FAST, EXCITES)]), vec![learns], vec![]);
    assert_eq!(fields(nest(&network, 100.0)), ["projections[0].plasticity"]);
    assert_eq!(fields(brian2(&network, 100.0)), ["projections[0].plasticity"]);
}

#[test]
fn a_flawed_network_is_refused() {
    let mut network = network(lif(vec![receptor("a", FAST, EXCITES)]), vec![], vec![]);
    network.populations[0].n_cells = 0;
    assert!(fields(nest(&network, 100.0)).contains(&"populations[0].n_cells".to_owned()));
    let row = Row { target: vec![9], weight: vec![1.0], delay: vec![1], ..Row::default() };
    let mut rows = vec![Row::default(); 6];
    rows[2] = row;
    let listed = Projection { connections: Connectivity::Listed(Arc::new(rows)), ..recurrent(Release::Static) };
    network.populations[0].n_cells = 6;
    network.projections.push(listed);
    assert!(fields(brian2(&network, 100.0))[0].starts_with("projections[0]"));
}

#[test]
fn given_spikes_and_currents_keep_their_steps() {
    let mut network = network(lif(vec![receptor("a", FAST, EXCITES)]), vec![], vec![]);
    network.populations.push(Population {
        name: "fibres".into(),
        n_cells: 2,
        model: NeuronModel::Source(Trains::Given(vec![(0, 1), (30, 0)])),
        receptors: vec![],
        v_init_mv: 0.0.into(),
    });
    network.drives.push(drive(DriveKind::Current(Waveform::Step { start_ms: 1.0, stop_ms: 2.0, amplitude: 50.0 })));
    let rates = Profile::Pieces(vec![(0.0, 100.0), (5.0, 200.0)]);
    let poisson = DriveKind::Poisson { receptor: 0, rate_hz: rates, weight: 0.5 };
    network.drives.push(Drive { name: "events".into(), ..drive(poisson) });
    let files = nest(&network, 10.0).unwrap();
    let steps = array::<4>(&files, "population1_spike_step").into_iter().map(u32::from_le_bytes).collect::<Vec<_>>();
    assert_eq!(steps, [2, 30]);
    assert!(files.notes.iter().any(|note| note.contains("given spikes of fibres before step 2 (1 of 2)")));
    // a current from step 10 on is set a step before
    let times = array::<8>(&files, "drive0_time_ms").into_iter().map(f64::from_le_bytes).collect::<Vec<_>>();
    assert_eq!(times, [0.1, 0.9, 1.9]);
    assert!(files.script().contains("poisson_drive(\"L4 \\\"E\\\"\", ([0.1, 5.0], [100.0, 200.0]), [(0, 0.5)])"));
    let files = brian2(&network, 10.0).unwrap();
    let steps = array::<8>(&files, "drive0_course_step").into_iter().map(i64::from_le_bytes).collect::<Vec<_>>();
    assert_eq!(steps, [0, 10, 20]);
}
