//! Which of NEST's models stands for a population, and which port for each receptor.

use super::super::columns::Columns;
use super::super::script::{Script, constant, number, numbers, quoted};
use super::ports::{Cells, Ports, Ways, addressed, ports};
use crate::network::{
    Adex, DriveKind, Gif, Lif, Network, NeuronModel, Plasticity, Population, Profile, Trains, Values,
};
use std::fmt::Write;

/// A call of `population`, without its parameters that are plain numbers.
struct Call {
    model: &'static str,
    arrays: Vec<(&'static str, Vec<f64>)>,
    parameters: Vec<(&'static str, String)>,
    each: Vec<(&'static str, [String; 2])>,
    ways: Ways,
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

/// The refractory time in whole steps; the smallest over cells, in steps.
fn refractory(script: &mut Script, at: &str, t_ref_ms: &Values, dt_ms: f64, n: u32) -> (String, f64) {
    let steps = |cell: usize| (t_ref_ms.at(cell) / dt_ms).round();
    let text = script
        .derived(&format!("{}_t_ref_ms", file(at)), &[t_ref_ms], n, |cell| (steps(cell) * dt_ms * 1e6).round() / 1e6);
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
        return Some(Call {
            model: "gif_cond_exp_multisynapse",
            arrays,
            parameters,
            each: vec![],
            ways: Ways::Numbered,
        });
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
        let reaches = projection.receptor == receptor || projection.slow.is_some_and(|slow| slow.receptor == receptor);
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
    script.note(
        "gif models take the spike-triggered currents and thresholds of a step's start, one step behind its end.",
    );
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
                script.note(format!(
                    "The given spikes of {} before step 2 ({late} of {}) are sent at step 2.",
                    population.name,
                    spikes.len()
                ));
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
