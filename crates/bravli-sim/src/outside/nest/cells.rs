//! Which of NEST's models stands for a population, and which port for each receptor.

use super::super::columns::Columns;
use super::super::script::{Script, constant, number, numbers, peak_factor, quoted};
use crate::network::{
    Adex, DriveKind, Effect, Gif, Kinetics, Lif, Network, NeuronModel, Plasticity, Population, Profile, Trains, Values,
};
use std::fmt::Write;

/// A port, and what a weight is multiplied with; port 0 is that of models that tell two receptors by the sign of the weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    pub(super) port: u32,
    pub(super) factor: f64,
}

/// How events reach the cells of a population.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// By receptor; none where it has no effect or the population was refused.
    pub(super) ways: Vec<Vec<Way>>,
    /// By drive of this population with an Ornstein–Uhlenbeck conductance: its number, port, and the integrals of the port's
    /// course and of its square, ms.
    pub(super) noise: Vec<(usize, Way, [f64; 2])>,
}

/// A course over time with what it acts through.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Port {
    /// Reversal potential of a conductance; none for a current.
    reversal_mv: Option<f64>,
    kinetics: Kinetics,
}

impl Port {
    fn exponential(&self) -> Option<f64> {
        match self.kinetics {
            Kinetics::Exponential { tau_ms } => Some(tau_ms),
            Kinetics::Biexponential { .. } => None,
        }
    }
}

/// What the ports of a population come to.
struct Ports {
    ports: Vec<Port>,
    /// Ports of each receptor.
    of_receptor: Vec<Vec<(usize, f64)>>,
    /// Drive and port of each noise.
    of_noise: Vec<(usize, usize)>,
}

/// A call of `population`, without its parameters that are plain numbers.
struct Call {
    model: &'static str,
    arrays: Vec<(&'static str, Vec<f64>)>,
    parameters: Vec<(&'static str, String)>,
    each: Vec<(&'static str, [String; 2])>,
    ways: Ways,
}

/// How ports are addressed.
#[derive(Clone, Copy, PartialEq)]
enum Ways {
    /// By number, from 1.
    Numbered,
    /// The first by positive weights, the second by negative ones, which stand for positive conductances.
    Signed,
    /// One port, or two that the weights' own signs tell apart.
    AsWeights,
    /// By number; exponential courses rise within a step.
    Beta,
}

/// Writes all populations.
pub(super) fn write(script: &mut Script, network: &Network<'_>, columns: &[Columns]) -> Vec<Cells> {
    let all = network.populations.iter().enumerate();
    all.map(|(index, population)| one(script, network, columns, index, population)).collect()
}

fn one(
    script: &mut Script,
    network: &Network<'_>,
    columns: &[Columns],
    index: usize,
    population: &Population,
) -> Cells {
    if let NeuronModel::Source(trains) = &population.model {
        source(script, network, index, population, trains);
        return Cells::default();
    }
    let Some(ports) = ports(script, network, index, population) else { return Cells::default() };
    let n = population.n_cells;
    let at = format!("populations[{index}]");
    let call = match &population.model {
        NeuronModel::Lif(lif) => lif_call(script, &at, lif, &ports, network.dt_ms, n),
        NeuronModel::Adex(adex) => adex_call(script, &at, adex, &ports, (network, columns, index), n),
        NeuronModel::Gif(gif) => gif_call(script, &at, gif, &ports, network.dt_ms, n),
        NeuronModel::Izhikevich(_) => {
            script.refuse(
                format!("{at}.model"),
                "its izhikevich model takes spikes as jumps of the potential and has no receptors",
                "export to Brian2, or use an adex population",
            );
            None
        }
        NeuronModel::Source(_) => None,
    };
    let Some(mut call) = call else { return Cells::default() };
    call.parameters.push(("V_m", script.values(&format!("population{index}_v_init_mv"), &population.v_init_mv)));
    let traces = post_traces(script, network, index);
    call.parameters.extend(traces);
    script.line(format!("# {}, {}", population.model.name(), call.model));
    let mut text = format!("population({}, {}, {n}", quoted(&population.name), quoted(call.model));
    if !call.arrays.is_empty() {
        let arrays: Vec<String> =
            call.arrays.iter().map(|(name, values)| format!("{}: {}", quoted(name), numbers(values))).collect();
        let _ = write!(text, ", arrays={{{}}}", arrays.join(", "));
    }
    if !call.each.is_empty() {
        let each: Vec<String> =
            call.each.iter().map(|(name, [a, b])| format!("{}: ({a}, {b})", quoted(name))).collect();
        let _ = write!(text, ", each={{{}}}", each.join(", "));
    }
    for (name, value) in &call.parameters {
        let _ = write!(text, ", {name}={value}");
    }
    script.line(format!("{text})"));
    addressed(&ports, call.ways, network.dt_ms)
}

/// The ways through the ports of a model.
fn addressed(ports: &Ports, ways: Ways, dt_ms: f64) -> Cells {
    let way = |port: usize| match ways {
        Ways::Numbered => (Way { port: port as u32 + 1, factor: 1.0 }, ports.ports[port].kinetics),
        Ways::Signed => {
            (Way { port: 0, factor: if port == 0 { 1.0 } else { -1.0 } }, ports.ports[port].kinetics)
        }
        Ways::AsWeights => (Way { port: 0, factor: 1.0 }, ports.ports[port].kinetics),
        Ways::Beta => {
            let kinetics = beta(ports.ports[port], dt_ms);
            let factor = match (ports.ports[port].kinetics, kinetics) {
                // the same charge in spite of the rise
                (Kinetics::Exponential { tau_ms }, kinetics) => tau_ms / integrals(kinetics)[0],
                _ => 1.0,
            };
            (Way { port: port as u32 + 1, factor }, kinetics)
        }
    };
    let scaled = |(port, factor): (usize, f64)| {
        let (way, _) = way(port);
        Way { factor: way.factor * factor, ..way }
    };
    Cells {
        ways: ports.of_receptor.iter().map(|list| list.iter().copied().map(scaled).collect()).collect(),
        noise: ports
            .of_noise
            .iter()
            .map(|&(drive, port)| {
                let (way, kinetics) = way(port);
                // the noise's own numbers take the place of a factor for charge
                let way = if ways == Ways::Beta { Way { factor: 1.0, ..way } } else { way };
                (drive, way, integrals(kinetics))
            })
            .collect(),
    }
}

/// The course of a port of a beta model.
fn beta(port: Port, dt_ms: f64) -> Kinetics {
    match port.kinetics {
        Kinetics::Exponential { tau_ms } => {
            Kinetics::Biexponential { rise_ms: dt_ms.min(0.5 * tau_ms), decay_ms: tau_ms }
        }
        both => both,
    }
}

/// Integral of a course with a peak of one, and of its square, ms.
fn integrals(kinetics: Kinetics) -> [f64; 2] {
    match kinetics {
        Kinetics::Exponential { tau_ms } => [tau_ms, 0.5 * tau_ms],
        Kinetics::Biexponential { rise_ms: r, decay_ms: d } => {
            let a = peak_factor(r, d);
            [a * (d - r), a * a * (0.5 * (d + r) - 2.0 * d * r / (d + r))]
        }
    }
}

/// Every port that receptors and noise need, or none where some cannot be had.
fn ports(script: &mut Script, network: &Network<'_>, index: usize, population: &Population) -> Option<Ports> {
    let mut all = Ports { ports: Vec::new(), of_receptor: Vec::new(), of_noise: Vec::new() };
    let mut possible = true;
    for (number, receptor) in population.receptors.iter().enumerate() {
        let at = format!("populations[{index}].receptors[{number}]");
        let reversal_mv = match receptor.effect {
            Effect::Silent => {
                all.of_receptor.push(Vec::new());
                continue;
            }
            Effect::Current => None,
            Effect::Conductance { reversal_mv } => Some(reversal_mv),
            Effect::Nmda { .. } => {
                script.refuse(
                    at,
                    format!("{}: none of the models for this population has a voltage-dependent block", receptor.name),
                    "export to Brian2, which states its equations, or set the receptor's block aside",
                );
                possible = false;
                continue;
            }
        };
        // linear: a biexponential current is the difference of two exponential ones
        match (reversal_mv, receptor.kinetics) {
            (None, Kinetics::Biexponential { rise_ms, decay_ms }) => {
                let factor = peak_factor(rise_ms, decay_ms);
                let decay = all.port(Port { reversal_mv, kinetics: Kinetics::Exponential { tau_ms: decay_ms } });
                let rise = all.port(Port { reversal_mv, kinetics: Kinetics::Exponential { tau_ms: rise_ms } });
                all.of_receptor.push(vec![(decay, factor), (rise, -factor)]);
            }
            (_, kinetics) => {
                let port = all.port(Port { reversal_mv, kinetics });
                all.of_receptor.push(vec![(port, 1.0)]);
            }
        }
    }
    for (number, drive) in network.drives.iter().enumerate().filter(|(_, drive)| drive.population == index) {
        if let DriveKind::OuConductance { reversal_mv, tau_ms, .. } = &drive.kind {
            let (Values::Same(reversal_mv), Values::Same(tau_ms)) = (reversal_mv, tau_ms) else {
                script.refuse(
                    format!("drives[{number}]"),
                    "a port has one reversal potential and one time constant for all cells",
                    "give the drive one reversal_mv and one tau_ms",
                );
                possible = false;
                continue;
            };
            let kinetics = Kinetics::Exponential { tau_ms: *tau_ms };
            let port = all.port(Port { reversal_mv: Some(*reversal_mv), kinetics });
            all.of_noise.push((number, port));
        }
    }
    let currents = all.ports.iter().filter(|port| port.reversal_mv.is_none()).count();
    if currents != 0 && currents != all.ports.len() {
        script.refuse(
            format!("populations[{index}].receptors"),
            "no model has both current and conductance receptors",
            "make all receptors of the population of one kind",
        );
        possible = false;
    }
    possible.then_some(all)
}

impl Ports {
    /// The number of a port; equal ones are the same.
    fn port(&mut self, port: Port) -> usize {
        self.ports.iter().position(|there| *there == port).unwrap_or_else(|| {
            self.ports.push(port);
            self.ports.len() - 1
        })
    }

    fn is_current(&self) -> bool {
        self.ports.iter().all(|port| port.reversal_mv.is_none())
    }

    fn is_exponential(&self) -> bool {
        self.ports.iter().all(|port| port.exponential().is_some())
    }

    fn taus(&self) -> Vec<f64> {
        self.ports.iter().filter_map(Port::exponential).collect()
    }

    fn reversals(&self) -> Vec<f64> {
        self.ports.iter().filter_map(|port| port.reversal_mv).collect()
    }

    /// Parameters of the models with two exponential conductances.
    fn pair(&self) -> Vec<(&'static str, String)> {
        let names = [["E_ex", "tau_syn_ex"], ["E_in", "tau_syn_in"]];
        let each = self.ports.iter().zip(names);
        each.flat_map(|(port, [reversal, tau])| {
            [
                (reversal, number(port.reversal_mv.unwrap_or_default())),
                (tau, number(port.exponential().unwrap_or_default())),
            ]
        })
        .collect()
    }

    /// Arrays of a beta model.
    fn beta(&self, dt_ms: f64) -> Vec<(&'static str, Vec<f64>)> {
        let courses = self.ports.iter().map(|port| match beta(*port, dt_ms) {
            Kinetics::Biexponential { rise_ms, decay_ms } => (rise_ms, decay_ms),
            Kinetics::Exponential { tau_ms } => (0.5 * tau_ms, tau_ms),
        });
        let (rise, decay) = courses.unzip();
        vec![("E_rev", self.reversals()), ("tau_rise", rise), ("tau_decay", decay)]
    }
}

/// The refractory time in whole steps; the smallest over cells, in steps.
fn refractory(script: &mut Script, at: &str, t_ref_ms: &Values, dt_ms: f64, n: u32) -> (String, f64) {
    let steps = |cell: usize| (t_ref_ms.at(cell) / dt_ms).round();
    let text = script.derived(&format!("{}_t_ref_ms", file(at)), &[t_ref_ms], n, |cell| (steps(cell) * dt_ms * 1e6).round() / 1e6);
    (text, t_ref_ms.iter().map(|value| (value / dt_ms).round()).fold(f64::INFINITY, f64::min))
}

/// Name of a population's arrays.
fn file(at: &str) -> String {
    at.replace(['[', ']'], "")
}

fn lif_call(script: &mut Script, at: &str, lif: &Lif, ports: &Ports, dt_ms: f64, n: u32) -> Option<Call> {
    let (t_ref, held_steps) = refractory(script, at, &lif.t_ref_ms, dt_ms, n);
    let mut parameters = Vec::new();
    let mut give = |script: &mut Script, name, file_name: &str, values| {
        parameters.push((name, script.values(&format!("{}_{file_name}", file(at)), values)));
    };
    give(script, "C_m", "c_m_pf", &lif.c_m_pf);
    give(script, "E_L", "e_l_mv", &lif.e_l_mv);
    give(script, "V_reset", "v_reset_mv", &lif.v_reset_mv);
    give(script, "I_e", "i_e_pa", &lif.i_e_pa);
    parameters.push(("t_ref", t_ref));
    let threshold = script.values(&format!("{}_v_th_mv", file(at)), &lif.v_th_mv);
    if ports.is_current() {
        let tau = script.derived(&format!("{}_tau_m_ms", file(at)), &[&lif.c_m_pf, &lif.g_l_ns], n, |cell| {
            lif.c_m_pf.at(cell) / lif.g_l_ns.at(cell)
        });
        parameters.extend([("V_th", threshold), ("tau_m", tau)]);
        let taus = ports.taus();
        return Some(match taus[..] {
            [] => Call { model: "iaf_psc_exp", arrays: vec![], parameters, each: vec![], ways: Ways::AsWeights },
            [tau] => {
                parameters.extend([("tau_syn_ex", number(tau)), ("tau_syn_in", number(tau))]);
                Call { model: "iaf_psc_exp", arrays: vec![], parameters, each: vec![], ways: Ways::AsWeights }
            }
            _ => Call {
                model: "iaf_psc_exp_multisynapse",
                arrays: vec![("tau_syn", taus)],
                parameters,
                each: vec![],
                ways: Ways::Numbered,
            },
        });
    }
    parameters.push(("g_L", script.values(&format!("{}_g_l_ns", file(at)), &lif.g_l_ns)));
    if ports.is_exponential() && ports.ports.len() <= 2 {
        parameters.push(("V_th", threshold));
        parameters.extend(ports.pair());
        return Some(Call { model: "iaf_cond_exp", arrays: vec![], parameters, each: vec![], ways: Ways::Signed });
    }
    if ports.is_exponential() && held_steps >= 1.0 {
        script.note(
            "iaf_cond_exp has two receptors; a lif population with more of them is a gif_cond_exp_multisynapse that fires for \
             certain above its threshold and never below.",
        );
        parameters.extend([
            ("V_T_star", threshold),
            ("Delta_V", number(1e-9)),
            ("lambda_0", number(1e9)),
            ("gsl_error_tol", number(1e-6)),
        ]);
        let arrays = vec![("E_rev", ports.reversals()), ("tau_syn", ports.taus())];
        return Some(Call { model: "gif_cond_exp_multisynapse", arrays, parameters, each: vec![], ways: Ways::Numbered });
    }
    script.note(
        "A lif population with biexponential conductances is an aeif_cond_beta_multisynapse without exponential and adaptation; \
         its threshold is met within a step, and it is held from there.",
    );
    rising(script, ports);
    let peak = threshold.clone();
    parameters.extend([
        ("V_th", threshold),
        ("V_peak", peak),
        ("Delta_T", number(0.0)),
        ("a", number(0.0)),
        ("b", number(0.0)),
    ]);
    let arrays = ports.beta(dt_ms);
    Some(Call { model: "aeif_cond_beta_multisynapse", arrays, parameters, each: vec![], ways: Ways::Beta })
}

/// Says what exponential courses become in a beta model.
fn rising(script: &mut Script, ports: &Ports) {
    if ports.ports.iter().any(|port| port.exponential().is_some()) {
        script.note(
            "aeif_cond_beta_multisynapse knows biexponential courses only: exponential ones rise within one step, with the same \
             charge.",
        );
    }
}

fn adex_call(
    script: &mut Script,
    at: &str,
    adex: &Adex,
    ports: &Ports,
    (network, columns, index): (&Network<'_>, &[Columns], usize),
    n: u32,
) -> Option<Call> {
    let dt_ms = network.dt_ms;
    for cell in 0..n as usize {
        let (threshold, peak) = (adex.v_th_mv.at(cell), adex.v_peak_mv.at(cell));
        if peak < threshold {
            script.refuse(
                format!("{at}.model.v_peak_mv"),
                format!("aeif models want V_peak >= V_th, got {peak} and {threshold} mV for cell {cell}"),
                "raise v_peak_mv",
            );
            return None;
        }
    }
    let (t_ref, _) = refractory(script, at, &adex.t_ref_ms, dt_ms, n);
    let mut parameters = vec![("t_ref", t_ref)];
    let columns_of = [
        ("C_m", "c_m_pf", &adex.c_m_pf),
        ("g_L", "g_l_ns", &adex.g_l_ns),
        ("E_L", "e_l_mv", &adex.e_l_mv),
        ("V_th", "v_th_mv", &adex.v_th_mv),
        ("Delta_T", "delta_t_mv", &adex.delta_t_mv),
        ("a", "a_ns", &adex.a_ns),
        ("tau_w", "tau_w_ms", &adex.tau_w_ms),
        ("b", "b_pa", &adex.b_pa),
        ("V_reset", "v_reset_mv", &adex.v_reset_mv),
        ("V_peak", "v_peak_mv", &adex.v_peak_mv),
        ("I_e", "i_e_pa", &adex.i_e_pa),
    ];
    for (name, file_name, values) in columns_of {
        parameters.push((name, script.values(&format!("{}_{file_name}", file(at)), values)));
    }
    script.note("aeif models cross V_peak within a step, as their solver finds it, and are held from there.");
    if ports.is_current() {
        let taus = ports.taus();
        match taus[..] {
            [] => {}
            [tau] => parameters.extend([("tau_syn_ex", number(tau)), ("tau_syn_in", number(tau))]),
            [first, second] => {
                // positive weights open the one, negative the other
                let (a, b) = (signs(network, columns, index, 0), signs(network, columns, index, 1));
                let simple = ports.of_receptor.iter().all(|list| list.len() <= 1);
                let (ex, inh) = match (a, b) {
                    ((_, false), (false, _)) => (first, second),
                    ((false, _), (_, false)) => (second, first),
                    _ => (f64::NAN, f64::NAN),
                };
                if !simple || ex.is_nan() {
                    script.refuse(
                        format!("{at}.receptors"),
                        "aeif_psc_exp tells its two currents by the sign of the weight",
                        "give one receptor positive weights only and the other negative ones only",
                    );
                    return None;
                }
                parameters.extend([("tau_syn_ex", number(ex)), ("tau_syn_in", number(inh))]);
            }
            _ => {
                script.refuse(
                    format!("{at}.receptors"),
                    format!("aeif_psc_exp has two time constants, {} are needed", taus.len()),
                    "use conductances, or two receptors",
                );
                return None;
            }
        }
        return Some(Call { model: "aeif_psc_exp", arrays: vec![], parameters, each: vec![], ways: Ways::AsWeights });
    }
    if ports.is_exponential() && ports.ports.len() <= 2 {
        parameters.extend(ports.pair());
        return Some(Call { model: "aeif_cond_exp", arrays: vec![], parameters, each: vec![], ways: Ways::Signed });
    }
    rising(script, ports);
    let arrays = ports.beta(dt_ms);
    Some(Call { model: "aeif_cond_beta_multisynapse", arrays, parameters, each: vec![], ways: Ways::Beta })
}

/// Whether a receptor of a population receives positive and negative weights.
fn signs(network: &Network<'_>, columns: &[Columns], population: usize, receptor: usize) -> (bool, bool) {
    let mut found = (false, false);
    for (projection, columns) in network.projections.iter().zip(columns) {
        let reaches =
            projection.receptor == receptor || projection.slow.is_some_and(|slow| slow.receptor == receptor);
        if projection.target == population && reaches {
            let (low, high) = columns.weight_range();
            found = (found.0 || high > 0.0, found.1 || low < 0.0);
        }
    }
    for drive in network.drives.iter().filter(|drive| drive.population == population) {
        if let DriveKind::Poisson { receptor: onto, weight, .. } = drive.kind
            && onto == receptor
        {
            found = (found.0 || weight > 0.0, found.1 || weight < 0.0);
        }
    }
    found
}

fn gif_call(script: &mut Script, at: &str, gif: &Gif, ports: &Ports, dt_ms: f64, n: u32) -> Option<Call> {
    let (t_ref, held_steps) = refractory(script, at, &gif.t_ref_ms, dt_ms, n);
    if held_steps < 1.0 {
        script.refuse(
            format!("{at}.model.t_ref_ms"),
            "gif models reset in their refractory time only, so it takes one step at least",
            "give t_ref_ms a step or more",
        );
        return None;
    }
    if !ports.is_exponential() {
        script.refuse(
            format!("{at}.receptors"),
            "gif models have exponential conductances only",
            "use exponential receptors, or export to Brian2",
        );
        return None;
    }
    let mut parameters = vec![("t_ref", t_ref)];
    let columns = [
        ("C_m", "c_m_pf", &gif.c_m_pf),
        ("g_L", "g_l_ns", &gif.g_l_ns),
        ("E_L", "e_l_mv", &gif.e_l_mv),
        ("V_T_star", "v_th_mv", &gif.v_th_mv),
        ("Delta_V", "delta_v_mv", &gif.delta_v_mv),
        ("V_reset", "v_reset_mv", &gif.v_reset_mv),
        ("I_e", "i_e_pa", &gif.i_e_pa),
    ];
    for (name, file_name, values) in columns {
        parameters.push((name, script.values(&format!("{}_{file_name}", file(at)), values)));
    }
    let intensity = script.derived(&format!("{}_lambda_0_hz", file(at)), &[&gif.lambda_0_per_ms], n, |cell| {
        1e3 * gif.lambda_0_per_ms.at(cell)
    });
    parameters.push(("lambda_0", intensity));
    script.note("gif models take the spike-triggered currents and thresholds of a step's start, one step behind its end.");
    let mut arrays = Vec::new();
    let mut each = Vec::new();
    let pairs = [
        ("q_stc", &gif.q_stc_pa, "pa"),
        ("tau_stc", &gif.tau_stc_ms, "ms"),
        ("q_sfa", &gif.q_sfa_mv, "mv"),
        ("tau_sfa", &gif.tau_sfa_ms, "ms"),
    ];
    for (name, pair, unit) in pairs {
        arrays.push((name, vec![pair[0].at(0), pair[1].at(0)]));
        if !(pair[0].is_same() && pair[1].is_same()) {
            let column = |script: &mut Script, j: usize| {
                let values: Vec<f64> = (0..n as usize).map(|cell| pair[j].at(cell)).collect();
                script.data(&format!("{}_{name}{j}_{unit}", file(at)), &values)
            };
            each.push((name, [column(script, 0), column(script, 1)]));
        }
    }
    if ports.is_current() {
        let taus = if ports.ports.is_empty() { vec![2.0] } else { ports.taus() };
        arrays.push(("tau_syn", taus));
        return Some(Call { model: "gif_psc_exp_multisynapse", arrays, parameters, each, ways: Ways::Numbered });
    }
    arrays.extend([("E_rev", ports.reversals()), ("tau_syn", ports.taus())]);
    parameters.push(("gsl_error_tol", number(1e-6)));
    Some(Call { model: "gif_cond_exp_multisynapse", arrays, parameters, each, ways: Ways::Numbered })
}

/// Decay of postsynaptic traces, which NEST keeps with the target.
fn post_traces(script: &mut Script, network: &Network<'_>, index: usize) -> Vec<(&'static str, String)> {
    let mut traces: Vec<(&'static str, f64)> = Vec::new();
    for (number, projection) in network.projections.iter().enumerate().filter(|(_, p)| p.target == index) {
        let wanted: Vec<(&'static str, f64)> = match projection.plasticity {
            Some(Plasticity::Pair { tau_minus_ms, .. }) => vec![("tau_minus", tau_minus_ms)],
            Some(Plasticity::Triplet { tau_minus_ms, tau_y_ms, .. }) => {
                vec![("tau_minus", tau_minus_ms), ("tau_minus_triplet", tau_y_ms)]
            }
            Some(Plasticity::Inhibitory { tau_ms, .. }) => vec![("tau_minus", tau_ms)],
            Some(Plasticity::ErrorCorrecting { .. }) | None => vec![],
        };
        for (name, value) in wanted {
            match traces.iter().find(|(there, _)| *there == name) {
                Some((_, other)) if *other != value => script.refuse(
                    format!("projections[{number}].plasticity"),
                    format!("a cell has one {name} for all that it receives, not {other} and {value} ms"),
                    "give all plastic projections of the population the same decay of the postsynaptic trace",
                ),
                Some(_) => {}
                None => traces.push((name, value)),
            }
        }
    }
    traces.into_iter().map(|(name, value)| (name, number(value))).collect()
}

fn source(script: &mut Script, network: &Network<'_>, index: usize, population: &Population, trains: &Trains) {
    let name = quoted(&population.name);
    script.line("# spikes from outside, repeated by parrots");
    match trains {
        Trains::Poisson(profile) => {
            script.note("A Poisson source may send two spikes in a step, which a bravli source does not.");
            let rate = rate(network, profile);
            script.line(format!("poisson_source({name}, {}, {rate})", population.n_cells));
        }
        Trains::Given(spikes) => {
            let late = spikes.iter().filter(|(step, _)| *step < 2).count();
            if late > 0 {
                script.note(format!("{late} given spikes of {} before step 2 are sent at step 2.", population.name));
            }
            let cells: Vec<u32> = spikes.iter().map(|(_, cell)| *cell).collect();
            let steps: Vec<u32> = spikes.iter().map(|(step, _)| (*step).max(2)).collect();
            let cells = script.data(&format!("population{index}_spike_cell"), &cells);
            let steps = script.data(&format!("population{index}_spike_step"), &steps);
            script.line(format!("given_source({name}, {}, {cells}, {steps})", population.n_cells));
        }
    }
}

/// A rate as `events` takes it.
pub(super) fn rate(network: &Network<'_>, profile: &Profile) -> String {
    if let Some(rate) = constant(profile) {
        return number(rate);
    }
    let Profile::Pieces(pieces) = profile else { return number(0.0) };
    let dt_ms = network.dt_ms;
    let (mut times, mut values): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (start, value) in pieces {
        let time = ((start / dt_ms).round().max(1.0) * dt_ms * 1e6).round() / 1e6;
        // pieces that begin before the first step: the last one holds
        if times.last() == Some(&time) {
            values.pop();
            times.pop();
        }
        times.push(time);
        values.push(*value);
    }
    format!("({}, {})", numbers(&times), numbers(&values))
}
