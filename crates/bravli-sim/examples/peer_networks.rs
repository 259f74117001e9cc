//! Small networks, each run here and written for NEST and Brian2; `cargo xtask peers` compares them.
//!
//! `cargo run --release -p bravli-sim --example peer_networks -- FOLDER [SEEDS]`
//!
//! For each network: `about.json`, `nest/` and `brian2/` with a script each where the engine knows all of it (else the reasons in
//! `nest.refused`, `brian2.refused`), and `bravli/` with the spikes of several seeds of noise over the same wiring, and of one
//! run whose excitatory weights are 1.3 times too large, which a comparison must notice.

use bravli_sim::network::{
    Adex, Cells, Connectivity, Distribution, Drive, DriveKind, Effect, Gif, Izhikevich, Kept, Kinetics, Lif, MgBlock,
    Network, NeuronModel, Pairing, Plasticity, Population, Profile, Projection, Receptor, Recording, Release, Row,
    Rule, Slow, Trains, Values, Waveform,
};
use bravli_sim::outside::{self, Files, Untranslated};
use bravli_sim::point::{Engine, Options, Simd};
use bravli_sim::reference;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// Block of NMDA at 1 mM magnesium after Jahr & Stevens 1990, doi:10.1523/JNEUROSCI.10-09-03178.1990.
const JAHR_STEVENS: MgBlock = MgBlock { mg_mm: 1.0, scale_mm: 3.57, slope_per_mv: 0.062 };

const DT_MS: f64 = 0.1;
/// Runs here per network, from which the spread between seeds is known.
const SEEDS: u64 = 12;
/// Error of the damaged weights.
const DAMAGE: f32 = 1.3;

/// A network with what a comparison must know.
struct Case {
    name: &'static str,
    duration_ms: f64,
    /// Left out at the start.
    onset_ms: f64,
    /// Without noise: every spike is compared.
    deterministic: bool,
    /// Whether Brian2 is asked as well, which takes its time.
    brian2: bool,
    network: Network<'static>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: peer_networks FOLDER [SEEDS]")?;
    let seeds = arguments.next().map_or(Ok(SEEDS), |text| text.parse())?;
    let cases = cases();
    for case in &cases {
        let folder = Path::new(&folder).join(case.name);
        fs::create_dir_all(folder.join("bravli"))?;
        translated(&folder, "nest", outside::nest(&case.network, case.duration_ms))?;
        translated(&folder, "brian2", outside::brian2(&case.network, case.duration_ms))?;
        fs::write(folder.join("about.json"), about(case, seeds))?;
    }
    for case in cases {
        let folder = Path::new(&folder).join(case.name).join("bravli");
        let seeds = if case.deterministic { 1 } else { seeds };
        let mut network = case.network;
        for seed in 1..=seeds {
            network.seed = seed;
            fs::write(folder.join(format!("{seed}.csv")), spikes(&network, case.duration_ms)?)?;
        }
        if case.deterministic {
            let mut kept = Kept::default();
            reference::run(&network, network.steps(case.duration_ms), &mut kept)?;
            fs::write(folder.join("reference.csv"), listing(&network, &kept)?)?;
        }
        damage(&mut network);
        fs::write(folder.join("damaged.csv"), spikes(&network, case.duration_ms)?)?;
    }
    Ok(())
}

/// Writes a script with its arrays, or why there is none.
fn translated(folder: &Path, engine: &str, files: Result<Files, Vec<Untranslated>>) -> Result<(), Box<dyn Error>> {
    match files {
        Ok(files) => {
            for file in files.files {
                let path = folder.join(engine).join(file.name);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(path, file.bytes)?;
            }
        }
        Err(refused) => {
            let reasons: Vec<String> = refused.iter().map(|reason| format!("{reason}; {}\n", reason.remedy)).collect();
            fs::write(folder.join(format!("{engine}.refused")), reasons.concat())?;
        }
    }
    Ok(())
}

fn about(case: &Case, seeds: u64) -> String {
    let sizes = case.network.populations.iter().filter(|population| !population.model.is_source());
    let sizes: Vec<String> = sizes.map(|population| format!("{:?}: {}", population.name, population.n_cells)).collect();
    format!(
        "{{\"duration_ms\": {:?}, \"onset_ms\": {:?}, \"dt_ms\": {DT_MS:?}, \"deterministic\": {}, \"brian2\": {}, \"seeds\": {}, \"cells\": {{{}}}}}\n",
        case.duration_ms,
        case.onset_ms,
        case.deterministic,
        case.brian2,
        if case.deterministic { 1 } else { seeds },
        sizes.join(", ")
    )
}

/// Runs a network and lists its spikes.
fn spikes(network: &Network<'_>, duration_ms: f64) -> Result<String, Box<dyn Error>> {
    let mut kept = Kept::default();
    let mut engine = Engine::new(network, Options { threads: 1, simd: Simd::Best })?;
    engine.run(network.steps(duration_ms), &mut kept, &mut |_| ControlFlow::Continue(()))?;
    listing(network, &kept)
}

fn listing(network: &Network<'_>, kept: &Kept) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("population,cell,time_ms\n");
    for (index, population) in network.populations.iter().enumerate() {
        for spike in kept.of(index) {
            writeln!(text, "{},{},{:.4}", population.name, spike.cell, f64::from(spike.step) * network.dt_ms)?;
        }
    }
    Ok(text)
}

/// Makes the excitatory weights too large; population 1 is inhibitory, or sends nothing.
fn damage(network: &mut Network<'_>) {
    for projection in network.projections.iter_mut().filter(|projection| projection.source != 1) {
        if let Connectivity::Listed(rows) = &mut projection.connections {
            let rows = Arc::make_mut(rows);
            rows.iter_mut().flat_map(|row| &mut row.weight).for_each(|weight| *weight *= DAMAGE);
        }
    }
}

/// Replaces rules by the rows that they draw, so that another seed moves noise only.
fn listed(mut network: Network<'static>) -> Network<'static> {
    let rows: Vec<Vec<Row>> = network
        .projections
        .iter()
        .map(|projection| {
            let wiring = projection.wiring(&network);
            (0..wiring.n_sources())
                .map(|source| {
                    let mut row = Row::default();
                    wiring.row(source, &mut row);
                    row
                })
                .collect()
        })
        .collect();
    for (projection, rows) in network.projections.iter_mut().zip(rows) {
        projection.connections = Connectivity::Listed(Arc::new(rows));
    }
    network
}

/// A value per cell, evenly over [from, to] in a scattered order.
fn scattered(n: u32, from: f64, to: f64) -> Values {
    let place = |cell: u32| (f64::from(cell) * 0.618_033_988_749_895).fract();
    Values::Each((0..n).map(|cell| from + (to - from) * place(cell)).collect())
}

fn case(name: &'static str, duration_ms: f64, network: Network<'static>) -> Case {
    Case { name, duration_ms, onset_ms: 300.0, deterministic: false, brian2: false, network: listed(network) }
}

fn network(
    populations: Vec<Population>,
    projections: Vec<Projection<'static>>,
    drives: Vec<Drive>,
) -> Network<'static> {
    Network { dt_ms: DT_MS, seed: 1, populations, projections, drives, recording: Recording::default() }
}

fn population(
    name: &str,
    n_cells: u32,
    model: NeuronModel,
    receptors: &[Receptor],
    v_init_mv: (f64, f64),
) -> Population {
    let v_init_mv = scattered(n_cells, v_init_mv.0, v_init_mv.1);
    Population { name: name.into(), n_cells, model, receptors: receptors.to_vec(), v_init_mv }
}

fn receptor(name: &str, kinetics: Kinetics, effect: Effect) -> Receptor {
    Receptor { name: name.into(), kinetics, effect }
}

fn exponential(tau_ms: f64) -> Kinetics {
    Kinetics::Exponential { tau_ms }
}

fn biexponential(rise_ms: f64, decay_ms: f64) -> Kinetics {
    Kinetics::Biexponential { rise_ms, decay_ms }
}

fn conductance(reversal_mv: f64) -> Effect {
    Effect::Conductance { reversal_mv }
}

fn delays() -> Distribution {
    Distribution::Normal { mean: 1.5, sd: 0.5, min: 0.1, max: 4.0 }
}

fn spread(mean: f64) -> Distribution {
    let (a, b) = (0.5 * mean, 1.5 * mean);
    Distribution::Normal { mean, sd: 0.1 * mean.abs(), min: a.min(b), max: a.max(b) }
}

fn projection(ends: (usize, usize), receptor: usize, rule: Rule) -> Projection<'static> {
    Projection {
        name: format!("{}-{}", ends.0, ends.1),
        source: ends.0,
        target: ends.1,
        receptor,
        slow: None,
        connections: Connectivity::Rule(rule),
        release: Release::Static,
        plasticity: None,
    }
}

/// Cells 0 excitatory and 1 inhibitory, all four projections with one probability; receptor 0 excites, 1 inhibits.
fn recurrent(p: f64, excitatory: f64, inhibitory: f64) -> Vec<Projection<'static>> {
    [(0, 0), (0, 1), (1, 0), (1, 1)]
        .map(|ends| {
            let weight = if ends.0 == 0 { excitatory } else { inhibitory };
            projection(ends, ends.0, Rule::new(Pairing::Bernoulli(p), spread(weight), delays()))
        })
        .into()
}

fn drive(name: &str, population: usize, kind: DriveKind) -> Drive {
    Drive { name: name.into(), population, cells: Cells::All, kind }
}

fn poisson(name: &str, population: usize, receptor: usize, rate_hz: f64, weight: f64) -> Drive {
    drive(name, population, DriveKind::Poisson { receptor, rate_hz: Profile::Constant(rate_hz), weight })
}

fn lif(i_e_pa: Values) -> NeuronModel {
    NeuronModel::Lif(Lif {
        c_m_pf: 250.0.into(),
        g_l_ns: 16.7.into(),
        e_l_mv: (-65.0).into(),
        v_th_mv: (-50.0).into(),
        v_reset_mv: (-65.0).into(),
        t_ref_ms: 2.0.into(),
        i_e_pa,
    })
}

fn adex(a_ns: f64, b_pa: f64, tau_w_ms: f64) -> NeuronModel {
    NeuronModel::Adex(Adex {
        c_m_pf: 200.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        delta_t_mv: 2.0.into(),
        a_ns: a_ns.into(),
        tau_w_ms: tau_w_ms.into(),
        b_pa: b_pa.into(),
        v_reset_mv: (-58.0).into(),
        v_peak_mv: (-30.0).into(),
        t_ref_ms: 2.0.into(),
        i_e_pa: 0.0.into(),
    })
}

fn gif() -> NeuronModel {
    NeuronModel::Gif(Gif {
        c_m_pf: 100.0.into(),
        g_l_ns: 5.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-52.0).into(),
        delta_v_mv: 2.0.into(),
        lambda_0_per_ms: 0.05.into(),
        v_reset_mv: (-60.0).into(),
        t_ref_ms: 3.0.into(),
        q_stc_pa: [30.0.into(), 6.0.into()],
        tau_stc_ms: [20.0.into(), 150.0.into()],
        q_sfa_mv: [5.0.into(), 1.0.into()],
        tau_sfa_ms: [10.0.into(), 120.0.into()],
        i_e_pa: 0.0.into(),
    })
}

/// Facilitating onto inhibitory cells, depressing elsewhere; one set for all connections, and one for each.
fn dynamic(projections: &mut [Projection<'static>]) {
    for projection in projections {
        let facilitates = projection.source == 0 && projection.target == 1;
        if projection.source == 1 {
            projection.release = Release::Shared { u: 0.3, tau_rec_ms: 300.0, tau_facil_ms: 0.0 };
            continue;
        }
        projection.release = Release::PerConnection;
        if let Connectivity::Rule(rule) = &mut projection.connections {
            rule.u = if facilitates { spread(0.1) } else { spread(0.5) };
            rule.tau_rec_ms = spread(if facilitates { 50.0 } else { 500.0 });
            rule.tau_facil_ms = spread(if facilitates { 500.0 } else { 20.0 });
        }
    }
}

fn cases() -> Vec<Case> {
    vec![
        ticking(),
        currents(),
        conductances(),
        adapting(),
        courses(false),
        courses(true),
        escaping(),
        vesicles(),
        balancing(),
        timing("pairs", PAIRS),
        timing("triplets", TRIPLETS),
        quadratic(),
    ]
}

/// No noise: constant currents, a step of current, given spikes, and no loop in which a late spike makes others late.
fn ticking() -> Case {
    let receptors = [
        receptor("fast", exponential(2.0), Effect::Current),
        receptor("slow", biexponential(1.0, 8.0), Effect::Current),
    ];
    let first = population("first", 60, lif(scattered(60, 290.0, 420.0)), &receptors, (-65.0, -52.0));
    let second = population("second", 60, lif(scattered(60, 300.0, 450.0)), &receptors, (-65.0, -52.0));
    let given: Vec<(u32, u32)> = (0..60).map(|k| (5 + 80 * k, k % 10)).collect();
    let fibres = Population {
        name: "fibres".into(),
        n_cells: 10,
        model: NeuronModel::Source(Trains::Given(given)),
        receptors: vec![],
        v_init_mv: 0.0.into(),
    };
    let rule = |p: f64, weight: f64| Rule::new(Pairing::Bernoulli(p), spread(weight), delays());
    let mut facilitating = projection((2, 0), 0, rule(0.2, 120.0));
    facilitating.release = Release::Shared { u: 0.4, tau_rec_ms: 100.0, tau_facil_ms: 200.0 };
    let projections =
        vec![facilitating, projection((0, 1), 1, rule(0.1, -8.0)), projection((2, 1), 0, rule(0.2, 60.0))];
    let step = Waveform::Step { start_ms: 200.0, stop_ms: 300.0, amplitude: 60.0 };
    let drives = vec![Drive {
        name: "step".into(),
        population: 0,
        cells: Cells::Some((0..60).step_by(3).collect()),
        kind: DriveKind::Current(step),
    }];
    let network = network(vec![first, second, fibres], projections, drives);
    Case {
        name: "ticking",
        duration_ms: 500.0,
        onset_ms: 0.0,
        deterministic: true,
        brian2: true,
        network: listed(network),
    }
}

/// Current-based LIF cells with Poisson input, after Brunel.
fn currents() -> Case {
    let receptors =
        [receptor("fast", exponential(1.0), Effect::Current), receptor("slow", exponential(4.0), Effect::Current)];
    let populations = vec![
        population("E", 400, lif(0.0.into()), &receptors, (-65.0, -50.0)),
        population("I", 100, lif(0.0.into()), &receptors, (-65.0, -50.0)),
    ];
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 8_000.0, 40.0)).collect();
    case("currents", 4_000.0, network(populations, recurrent(0.1, 60.0, -140.0), drives))
}

/// Conductance-based LIF cells, after Brette et al. 2007.
fn conductances() -> Case {
    let receptors =
        [receptor("AMPA", exponential(5.0), conductance(0.0)), receptor("GABA", exponential(10.0), conductance(-80.0))];
    let populations = vec![
        population("E", 320, lif(0.0.into()), &receptors, (-65.0, -50.0)),
        population("I", 80, lif(0.0.into()), &receptors, (-65.0, -50.0)),
    ];
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_500.0, 0.9)).collect();
    case("conductances", 4_000.0, network(populations, recurrent(0.1, 1.0, 6.0), drives))
}

/// Adaptive exponential cells with short-term plasticity and fluctuating conductances.
fn adapting() -> Case {
    let receptors =
        [receptor("AMPA", exponential(3.0), conductance(0.0)), receptor("GABA", exponential(10.0), conductance(-75.0))];
    let populations = vec![
        population("E", 160, adex(2.0, 40.0, 120.0), &receptors, (-70.0, -55.0)),
        population("I", 40, adex(0.0, 0.0, 30.0), &receptors, (-70.0, -55.0)),
    ];
    let mut projections = recurrent(0.2, 6.0, 10.0);
    dynamic(&mut projections);
    let noise = |reversal: f64, mean: f64, sd: f64, tau: f64| DriveKind::OuConductance {
        reversal_mv: reversal.into(),
        mean_ns: mean.into(),
        sd_ns: sd.into(),
        tau_ms: tau.into(),
    };
    let drives = (0..2)
        .flat_map(|p| {
            [
                drive(["E ex", "I ex"][p], p, noise(0.0, 12.0, 3.0, 3.0)),
                drive(["E inh", "I inh"][p], p, noise(-75.0, 15.0, 3.0, 10.0)),
            ]
        })
        .collect();
    Case { brian2: true, ..case("adapting", 2_000.0, network(populations, projections, drives)) }
}

/// Biexponential receptors; or, as in a reconstructed column, a blocked slow one beside AMPA, release by chance, and decays,
/// ratios and spontaneous releases of each connection.
fn courses(nmda: bool) -> Case {
    let mut receptors = vec![
        receptor("AMPA", biexponential(0.2, 1.7), conductance(0.0)),
        receptor("GABA", biexponential(0.5, 8.0), conductance(-80.0)),
    ];
    if nmda {
        let block = JAHR_STEVENS;
        let effect = Effect::Nmda { reversal_mv: 0.0, block };
        receptors.push(receptor("NMDA", biexponential(2.0, 43.0), effect));
    }
    let populations = vec![
        population("E", 120, adex(1.0, 30.0, 100.0), &receptors, (-70.0, -55.0)),
        population("I", 40, adex(0.0, 0.0, 30.0), &receptors, (-70.0, -55.0)),
    ];
    let mut projections = recurrent(0.15, if nmda { 1.2 } else { 2.0 }, 4.0);
    if nmda {
        for projection in projections.iter_mut().filter(|projection| projection.source == 0) {
            projection.slow = Some(Slow { receptor: 2, ratio: 0.7 });
            projection.release = Release::Stochastic;
            if let Connectivity::Rule(rule) = &mut projection.connections {
                (rule.u, rule.tau_rec_ms, rule.tau_facil_ms) = (spread(0.5), spread(300.0), spread(20.0));
                rule.sites = 6;
            }
        }
    }
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_500.0, 1.8)).collect();
    let name = if nmda { "contacts" } else { "courses" };
    let mut case = Case { brian2: nmda, ..case(name, 2_000.0, network(populations, projections, drives)) };
    if nmda {
        case.network.projections.iter_mut().for_each(contacts);
    }
    case
}

/// Gives each connection a decay, and excitatory ones a ratio of the slow receptor and spontaneous releases.
fn contacts(projection: &mut Projection<'static>) {
    let excites = projection.source == 0;
    let Connectivity::Listed(rows) = &mut projection.connections else { return };
    let rows = Arc::make_mut(rows).iter_mut();
    for (source, row) in rows.enumerate() {
        let (n, own) = (row.target.len(), &mut row.own);
        let places: Vec<f32> = (0..n).map(|k| ((source * 31 + k) as f32 * 0.618_034).fract()).collect();
        own.decay_ms = places.iter().map(|place| if excites { 1.2 + 1.4 * place } else { 6.0 + 6.0 * place }).collect();
        if excites {
            own.slow_ratio = places.iter().map(|place| 0.9 - 0.4 * place).collect();
            own.mini_hz = places.iter().map(|place| 0.2 + 0.6 * place).collect();
        }
    }
}

/// Cells with escape noise, under a fluctuating current of their own.
fn escaping() -> Case {
    let receptors =
        [receptor("AMPA", exponential(2.0), conductance(0.0)), receptor("GABA", exponential(8.0), conductance(-80.0))];
    let populations = vec![
        population("E", 240, gif(), &receptors, (-70.0, -58.0)),
        population("I", 60, gif(), &receptors, (-70.0, -58.0)),
    ];
    let noise = |mean: f64| DriveKind::OuCurrent { mean_pa: mean.into(), sd_pa: 30.0.into(), tau_ms: 5.0.into() };
    let drives = vec![drive("to E", 0, noise(95.0)), drive("to I", 1, noise(105.0))];
    case("escaping", 4_000.0, network(populations, recurrent(0.1, 1.5, 4.0), drives))
}

/// Stochastic release from a few sites per connection.
fn vesicles() -> Case {
    let receptors =
        [receptor("AMPA", exponential(3.0), conductance(0.0)), receptor("GABA", exponential(8.0), conductance(-80.0))];
    let populations = vec![
        population("E", 240, lif(0.0.into()), &receptors, (-65.0, -52.0)),
        population("I", 60, lif(0.0.into()), &receptors, (-65.0, -52.0)),
    ];
    let mut projections = recurrent(0.1, 3.0, 10.0);
    for projection in &mut projections {
        projection.release = Release::Stochastic;
        if let Connectivity::Rule(rule) = &mut projection.connections {
            rule.u = spread(0.45);
            rule.tau_rec_ms = spread(200.0);
            rule.tau_facil_ms = spread(30.0);
            rule.sites = if projection.source == 0 { 3 } else { 5 };
        }
    }
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_000.0, 1.3)).collect();
    Case { brian2: true, ..case("vesicles", 2_000.0, network(populations, projections, drives)) }
}

/// Inhibition that learns to hold the excitatory cells at a rate.
fn balancing() -> Case {
    let receptors =
        [receptor("AMPA", exponential(5.0), conductance(0.0)), receptor("GABA", exponential(10.0), conductance(-80.0))];
    let populations = vec![
        population("E", 160, lif(0.0.into()), &receptors, (-65.0, -52.0)),
        population("I", 40, lif(0.0.into()), &receptors, (-65.0, -52.0)),
    ];
    let mut projections = recurrent(0.15, 1.0, 2.0);
    for projection in projections.iter_mut().filter(|projection| (projection.source, projection.target) == (1, 0)) {
        projection.plasticity = Some(Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.03, target_hz: 6.0, w_max: 30.0 });
    }
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_500.0, 1.1)).collect();
    case("balancing", 4_000.0, network(populations, projections, drives))
}

/// Depression outweighs potentiation, and both depend on the weight.
const PAIRS: Plasticity =
    Plasticity::Pair { tau_plus_ms: 20.0, tau_minus_ms: 20.0, a_plus: 0.02, a_minus: 0.02, mu: 0.5, w_max: 1.5 };

/// The triplet model with potentiation by triplets and depression by pairs, in the times of Pfister & Gerstner 2006,
/// doi:10.1523/JNEUROSCI.1425-06.2006.
const TRIPLETS: Plasticity = Plasticity::Triplet {
    tau_plus_ms: 16.8,
    tau_x_ms: 101.0,
    tau_minus_ms: 33.7,
    tau_y_ms: 125.0,
    a2_plus: 0.0,
    a3_plus: 0.006,
    a2_minus: 0.004,
    a3_minus: 0.0,
    w_max: 2.0,
};

/// Poisson fibres whose weights follow the times of spikes: cells fire at 54 and 97 Hz, and would at 47 without learning.
fn timing(name: &'static str, rule: Plasticity) -> Case {
    let receptors =
        [receptor("AMPA", exponential(5.0), conductance(0.0)), receptor("GABA", exponential(10.0), conductance(-80.0))];
    let fibres = Population {
        name: "fibres".into(),
        n_cells: 100,
        model: NeuronModel::Source(Trains::Poisson(Profile::Constant(15.0))),
        receptors: vec![],
        v_init_mv: 0.0.into(),
    };
    let populations = vec![
        population("E", 160, lif(0.0.into()), &receptors, (-65.0, -52.0)),
        population("I", 40, lif(0.0.into()), &receptors, (-65.0, -52.0)),
        fibres,
    ];
    let mut projections = recurrent(0.1, 0.5, 3.0);
    let learns = Rule::new(Pairing::Bernoulli(0.4), spread(0.6), delays());
    projections.push(Projection { plasticity: Some(rule), ..projection((2, 0), 0, learns) });
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_200.0, 0.75)).collect();
    case(name, 4_000.0, network(populations, projections, drives))
}

/// Quadratic cells, which NEST has without receptors only.
fn quadratic() -> Case {
    let receptors =
        [receptor("AMPA", exponential(3.0), conductance(0.0)), receptor("GABA", exponential(8.0), conductance(-80.0))];
    let model = NeuronModel::Izhikevich(Izhikevich {
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
        i_e_pa: 40.0.into(),
    });
    let populations = vec![
        population("E", 240, model.clone(), &receptors, (-65.0, -55.0)),
        population("I", 60, model, &receptors, (-65.0, -55.0)),
    ];
    let drives = (0..2).map(|p| poisson(["to E", "to I"][p], p, 0, 1_000.0, 0.9)).collect();
    Case { brian2: true, ..case("quadratic", 2_000.0, network(populations, recurrent(0.15, 2.0, 6.0), drives)) }
}
