//! Populations as equations.

use super::super::columns::Columns;
use super::super::script::{Script, charge, constant, identifier, number, peak_factor, quoted};
use crate::network::{Cells, DriveKind, Effect, Kinetics, Network, NeuronModel, Population, Trains, Values};
use std::fmt::Write;

/// How a population is addressed.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Name of the Python variable.
    pub(super) variable: String,
    /// By receptor.
    pub(super) opens: Vec<Opens>,
}

/// How events open a receptor.
#[derive(Debug, Default)]
pub(super) struct Opens {
    /// What an event of weight one adds to, and how much; nothing where the receptor has no effect.
    pub(super) own: Vec<(String, f64)>,
    /// The same for connections with decays of their own, by decay.
    pub(super) rungs: Vec<Rung>,
    rise_ms: Option<f64>,
}

/// A decay that connections share, ms, with what an event of weight one adds to.
#[derive(Debug)]
pub(super) struct Rung {
    pub(super) decay_ms: f64,
    pub(super) adds: Vec<(String, f64)>,
}

/// Decays of one receptor that connections have for themselves; more of them lie between these.
const MOST_RUNGS: usize = 8;

impl Opens {
    /// Place of a decay on the ladder: the rung below it, plus the share of the rung above that keeps the charge.
    pub(super) fn place(&self, decay_ms: f32) -> f64 {
        let charge = |decay_ms: f64| charge(self.rise_ms, decay_ms);
        let decay_ms = f64::from(decay_ms);
        let above = self.rungs.partition_point(|rung| rung.decay_ms < decay_ms);
        if above == 0 || above == self.rungs.len() {
            return above.saturating_sub(usize::from(above > 0)) as f64;
        }
        let (low, high) = (charge(self.rungs[above - 1].decay_ms), charge(self.rungs[above].decay_ms));
        (above - 1) as f64 + ((charge(decay_ms) - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// The ladder of decays for a receptor; empty where no connection has a decay of its own.
fn ladder(network: &Network<'_>, columns: &[Columns], population: usize, receptor: usize) -> Vec<f64> {
    let onto = network.projections.iter().zip(columns);
    let onto = onto.filter(|(projection, _)| (projection.target, projection.receptor) == (population, receptor));
    let mut decays: Vec<f64> =
        onto.flat_map(|(_, columns)| columns.row.own.decay_ms.iter().copied().map(f64::from)).collect();
    decays.sort_by(f64::total_cmp);
    decays.dedup();
    let (Some(low), Some(high)) = (decays.first(), decays.last()) else { return decays };
    if decays.len() <= MOST_RUNGS {
        return decays;
    }
    let step = (high / low).ln() / (MOST_RUNGS - 1) as f64;
    (0..MOST_RUNGS).map(|k| if k + 1 == MOST_RUNGS { *high } else { low * (step * k as f64).exp() }).collect()
}

/// Equations in the making.
#[derive(Default)]
struct Equations {
    lines: Vec<String>,
    /// Sum of currents, pA.
    currents: Vec<String>,
    /// Variables that are 1 while a clamp holds a cell.
    clamps: Vec<String>,
    values: Vec<(String, String)>,
}

impl Equations {
    /// A value of each cell.
    fn value(&mut self, name: &str, value: String) {
        self.lines.push(format!("{name} : 1 (constant)"));
        self.values.push((name.to_owned(), value));
    }

    /// A value that changes.
    fn variable(&mut self, name: &str, value: Option<String>) {
        self.lines.push(format!("{name} : 1"));
        self.values.extend(value.map(|value| (name.to_owned(), value)));
    }
}

/// Writes one population.
pub(super) fn write(script: &mut Script, network: &Network<'_>, columns: &[Columns], index: usize) -> Group {
    let population = &network.populations[index];
    let variable = format!("population{index}");
    if let NeuronModel::Source(trains) = &population.model {
        source(script, network, index, population, trains);
        return Group { variable, opens: Vec::new() };
    }
    let mut equations = Equations::default();
    let opens = receptors(script, &mut equations, network, columns, index);
    drives(script, &mut equations, network, index);
    let (threshold, reset, hold) = membrane(script, &mut equations, population, index);
    let clamped = !equations.clamps.is_empty();
    let threshold = if clamped {
        let sum = equations.clamps.join(" + ");
        equations.lines.push(format!("held = clip({sum}, 0, 1) : 1"));
        format!("{threshold} and held < 0.5")
    } else {
        threshold
    };
    equations.lines.push("hold : second (constant)".into());
    let v_init = script.values(&format!("{variable}_v_init_mv"), &population.v_init_mv);
    equations.values.push(("v".into(), v_init));

    script.line(format!(
        "# {}: {} cells, {}",
        identifier(&population.name),
        population.n_cells,
        population.model.name()
    ));
    script.line(format!("{variable} = NeuronGroup({}, \"\"\"", population.n_cells));
    let currents = if equations.currents.is_empty() { "0".to_owned() } else { equations.currents.join(" + ") };
    script.line(format!("i_in = {currents} : 1"));
    for line in &equations.lines {
        let line = if clamped && line.starts_with("dv/dt") {
            line.replacen("dv/dt = ", "dv/dt = (1 - held)*", 1)
        } else {
            line.clone()
        };
        script.line(line);
    }
    script.line(format!(
        "\"\"\", threshold={}, reset={}, refractory=\"hold\", method=\"rk4\", name=\"{variable}\")",
        quoted(&threshold),
        quoted(&reset)
    ));
    script.line(format!("kept({}, {variable})", quoted(&population.name)));
    let mut values = String::new();
    for (name, value) in &equations.values {
        let _ = write!(values, ", {name}={value}");
    }
    script.line(format!("filled({variable}{values})"));
    // Brian2 counts the step of the spike as held
    script.line(format!("{variable}.hold = ({hold} + 1) * DT * ms"));
    Group { variable, opens }
}

/// What receptors add: their equations, and how events open them.
fn receptors(
    script: &mut Script,
    equations: &mut Equations,
    network: &Network<'_>,
    columns: &[Columns],
    index: usize,
) -> Vec<Opens> {
    let mut all = Vec::new();
    for (number_of, receptor) in network.populations[index].receptors.iter().enumerate() {
        if receptor.effect == Effect::Silent {
            all.push(Opens::default());
            continue;
        }
        let name = format!("g{number_of}_{}", identifier(&receptor.name));
        let (rise_ms, decay_ms) = match receptor.kinetics {
            Kinetics::Exponential { tau_ms } => (None, tau_ms),
            Kinetics::Biexponential { rise_ms, decay_ms } => (Some(rise_ms), decay_ms),
        };
        let rise = format!("{name}_rise");
        let mut decay = |variable: String, decay_ms: f64| {
            equations.lines.push(format!("d{variable}/dt = -{variable}/({}*ms) : 1", number(decay_ms)));
            let factor = rise_ms.map_or(1.0, |rise_ms| peak_factor(rise_ms, decay_ms));
            let rising = rise_ms.map(|_| (rise.clone(), factor));
            std::iter::once((variable, factor)).chain(rising).collect::<Vec<_>>()
        };
        let own = decay(if rise_ms.is_some() { format!("{name}_decay") } else { name.clone() }, decay_ms);
        let decays = ladder(network, columns, index, number_of);
        if decays.len() == MOST_RUNGS {
            script.note(format!(
                "Connections with decays of their own open the two nearest of {MOST_RUNGS} decays between their shortest and their \
                 longest, in the shares that keep the charge."
            ));
        }
        let rungs: Vec<Rung> = decays
            .into_iter()
            .enumerate()
            .map(|(k, decay_ms)| Rung { decay_ms, adds: decay(format!("{name}_decay{k}"), decay_ms) })
            .collect();
        let falling: Vec<&str> =
            std::iter::once(&own).chain(rungs.iter().map(|rung| &rung.adds)).map(|adds| adds[0].0.as_str()).collect();
        let mut open = falling.join(" + ");
        if let Some(rise_ms) = rise_ms {
            equations.lines.push(format!("d{rise}/dt = -{rise}/({}*ms) : 1", number(rise_ms)));
            open = format!("{open} - {rise}");
        }
        if falling.len() > 1 || rise_ms.is_some() {
            open = format!("({open})");
        }
        equations.currents.push(match receptor.effect {
            Effect::Conductance { reversal_mv } => format!("{open}*({} - v)", number(reversal_mv)),
            Effect::Nmda { reversal_mv, block } => {
                let (ratio, slope) = (number(block.mg_mm / block.scale_mm), number(-block.slope_per_mv));
                format!("{open}/(1 + {ratio}*exp({slope}*v))*({} - v)", number(reversal_mv))
            }
            Effect::Current | Effect::Silent => open,
        });
        all.push(Opens { own, rungs, rise_ms });
    }
    all
}

/// What drives add to the equations; [`super::drives`] moves their variables.
fn drives(script: &mut Script, equations: &mut Equations, network: &Network<'_>, index: usize) {
    for (number_of, drive) in network.drives.iter().enumerate().filter(|(_, drive)| drive.population == index) {
        let name = format!("drive{number_of}");
        let column =
            |script: &mut Script, what: &str, values: &Values| script.values(&format!("{name}_{what}"), values);
        match &drive.kind {
            DriveKind::OuConductance { reversal_mv, mean_ns, sd_ns, tau_ms } => {
                let reversal = column(script, "reversal_mv", reversal_mv);
                equations.value(&format!("{name}_reversal"), reversal);
                noise(script, equations, &name, "ns", [mean_ns, sd_ns, tau_ms]);
                equations.currents.push(format!("clip({name}, 0, inf)*({name}_reversal - v)"));
            }
            DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => {
                noise(script, equations, &name, "pa", [mean_pa, sd_pa, tau_ms]);
                equations.currents.push(name.clone());
            }
            DriveKind::Current(_) => {
                equations.variable(&name, Some("0.0".into()));
                equations.currents.push(name.clone());
            }
            DriveKind::Conductance { reversal_mv, .. } => {
                equations.variable(&name, Some("0.0".into()));
                equations.currents.push(format!("{name}*({} - v)", number(*reversal_mv)));
            }
            DriveKind::Clamp { .. } => {
                equations.variable(&name, Some("0.0".into()));
                equations.clamps.push(name.clone());
            }
            DriveKind::Poisson { .. } => {}
        }
        if let Cells::Some(list) = &drive.cells {
            let mut chosen = vec![0.0_f32; network.populations[index].n_cells as usize];
            list.iter().for_each(|cell| chosen[*cell as usize] = 1.0);
            let chosen = script.data(&format!("{name}_chosen"), &chosen);
            equations.value(&format!("{name}_chosen"), chosen);
        }
    }
}

fn noise(script: &mut Script, equations: &mut Equations, name: &str, unit: &str, values: [&Values; 3]) {
    let [mean, sd, tau] = values;
    let texts = [("mean", unit, mean), ("sd", unit, sd), ("tau", "ms", tau)];
    for (what, unit, values) in texts {
        let value = script.values(&format!("{name}_{what}_{unit}"), values);
        equations.value(&format!("{name}_{what}"), value.clone());
        if what == "mean" {
            equations.variable(name, Some(value));
        }
    }
}

/// The membrane's equations; gives threshold, reset and the refractory time in steps.
fn membrane(
    script: &mut Script,
    equations: &mut Equations,
    population: &Population,
    index: usize,
) -> (String, String, String) {
    let mut put = |script: &mut Script, name: &str, file: &str, values: &Values| {
        let text = script.values(&format!("population{index}_{file}"), values);
        equations.value(name, text);
    };
    let steps = |script: &mut Script, values: &Values| {
        format!("np.round({} / DT)", script.values(&format!("population{index}_t_ref_ms"), values))
    };
    match &population.model {
        NeuronModel::Lif(lif) => {
            put(script, "c_m", "c_m_pf", &lif.c_m_pf);
            put(script, "g_l", "g_l_ns", &lif.g_l_ns);
            put(script, "e_l", "e_l_mv", &lif.e_l_mv);
            put(script, "v_th", "v_th_mv", &lif.v_th_mv);
            put(script, "v_reset", "v_reset_mv", &lif.v_reset_mv);
            put(script, "i_e", "i_e_pa", &lif.i_e_pa);
            equations.lines.push("dv/dt = (g_l*(e_l - v) + i_e + i_in)/c_m/ms : 1 (unless refractory)".into());
            ("v >= v_th".into(), "v = v_reset".into(), steps(script, &lif.t_ref_ms))
        }
        NeuronModel::Adex(adex) => {
            put(script, "c_m", "c_m_pf", &adex.c_m_pf);
            put(script, "g_l", "g_l_ns", &adex.g_l_ns);
            put(script, "e_l", "e_l_mv", &adex.e_l_mv);
            put(script, "v_th", "v_th_mv", &adex.v_th_mv);
            put(script, "delta_t", "delta_t_mv", &adex.delta_t_mv);
            put(script, "a", "a_ns", &adex.a_ns);
            put(script, "tau_w", "tau_w_ms", &adex.tau_w_ms);
            put(script, "b", "b_pa", &adex.b_pa);
            put(script, "v_reset", "v_reset_mv", &adex.v_reset_mv);
            put(script, "v_peak", "v_peak_mv", &adex.v_peak_mv);
            put(script, "i_e", "i_e_pa", &adex.i_e_pa);
            script.note("The exponential of an adex cell is that of v_peak_mv beyond it, so that no step overflows.");
            equations.lines.extend([
                "spiking = g_l*delta_t*exp((clip(v, -inf, v_peak) - v_th)/delta_t) : 1".to_owned(),
                "dv/dt = (g_l*(e_l - v) + spiking - w + i_e + i_in)/c_m/ms : 1 (unless refractory)".to_owned(),
                "dw/dt = (a*(clip(v, -inf, v_peak) - e_l) - w)/tau_w/ms : 1".to_owned(),
            ]);
            ("v >= v_peak".into(), "v = v_reset; w += b".into(), steps(script, &adex.t_ref_ms))
        }
        NeuronModel::Gif(gif) => {
            put(script, "c_m", "c_m_pf", &gif.c_m_pf);
            put(script, "g_l", "g_l_ns", &gif.g_l_ns);
            put(script, "e_l", "e_l_mv", &gif.e_l_mv);
            put(script, "v_th", "v_th_mv", &gif.v_th_mv);
            put(script, "delta_v", "delta_v_mv", &gif.delta_v_mv);
            put(script, "lambda_0", "lambda_0_per_ms", &gif.lambda_0_per_ms);
            put(script, "v_reset", "v_reset_mv", &gif.v_reset_mv);
            put(script, "i_e", "i_e_pa", &gif.i_e_pa);
            for j in 0..2 {
                put(script, &format!("q_stc{j}"), &format!("q_stc{j}_pa"), &gif.q_stc_pa[j]);
                put(script, &format!("tau_stc{j}"), &format!("tau_stc{j}_ms"), &gif.tau_stc_ms[j]);
                put(script, &format!("q_sfa{j}"), &format!("q_sfa{j}_mv"), &gif.q_sfa_mv[j]);
                put(script, &format!("tau_sfa{j}"), &format!("tau_sfa{j}_ms"), &gif.tau_sfa_ms[j]);
            }
            let stated = [
                "dv/dt = (g_l*(e_l - v) - eta0 - eta1 + i_e + i_in)/c_m/ms : 1 (unless refractory)",
                "deta0/dt = -eta0/tau_stc0/ms : 1",
                "deta1/dt = -eta1/tau_stc1/ms : 1",
                "dgam0/dt = -gam0/tau_sfa0/ms : 1",
                "dgam1/dt = -gam1/tau_sfa1/ms : 1",
                "intensity = lambda_0*exp(clip((v - v_th - gam0 - gam1)/delta_v, -inf, 50)) : 1",
            ];
            equations.lines.extend(stated.map(str::to_owned));
            (
                "rand() < 1 - exp(-intensity*dt/ms)".into(),
                "v = v_reset; eta0 += q_stc0; eta1 += q_stc1; gam0 += q_sfa0; gam1 += q_sfa1".into(),
                steps(script, &gif.t_ref_ms),
            )
        }
        NeuronModel::Izhikevich(model) => {
            put(script, "c_m", "c_m_pf", &model.c_m_pf);
            put(script, "k", "k_pa_per_mv2", &model.k_pa_per_mv2);
            put(script, "v_r", "v_r_mv", &model.v_r_mv);
            put(script, "v_t", "v_t_mv", &model.v_t_mv);
            put(script, "v_peak", "v_peak_mv", &model.v_peak_mv);
            put(script, "a", "a_per_ms", &model.a_per_ms);
            put(script, "b", "b_ns", &model.b_ns);
            put(script, "b3", "b3_pa_per_mv3", &model.b3_pa_per_mv3);
            put(script, "v_b", "v_b_mv", &model.v_b_mv);
            put(script, "v_reset", "v_reset_mv", &model.v_reset_mv);
            put(script, "d", "d_pa", &model.d_pa);
            put(script, "i_e", "i_e_pa", &model.i_e_pa);
            script.note("The square and the cube of an izhikevich cell are those of v_peak_mv beyond it, so that no step overflows.");
            equations.lines.extend([
                "vc = clip(v, -inf, v_peak) : 1".to_owned(),
                "dv/dt = (k*(vc - v_r)*(vc - v_t) - u + i_e + i_in)/c_m/ms : 1".to_owned(),
                "du/dt = a*(b*(vc - v_r) + b3*clip(vc - v_b, 0, inf)**3 - u)/ms : 1".to_owned(),
            ]);
            ("v >= v_peak".into(), "v = v_reset; u += d".into(), "0".into())
        }
        NeuronModel::Source(_) => (String::new(), String::new(), "0".into()),
    }
}

fn source(script: &mut Script, network: &Network<'_>, index: usize, population: &Population, trains: &Trains) {
    let (name, n) = (quoted(&population.name), population.n_cells);
    script.line(format!("# {}: {n} sources", identifier(&population.name)));
    match trains {
        Trains::Poisson(profile) => {
            let variable = format!("population{index}");
            let chance = match constant(profile) {
                Some(rate) => number(-(-rate * network.dt_ms * 1e-3).exp_m1()),
                None => {
                    let rate = format!("{variable}_rate");
                    let over_time = over_time(script, &rate, |time| profile.at(time));
                    script.line(format!("{rate} = {over_time}"));
                    format!("1 - exp(-{rate}(t)*{})", number(network.dt_ms * 1e-3))
                }
            };
            script.line(format!(
                "{variable} = NeuronGroup({n}, \"\", threshold={}, name=\"{variable}\")",
                quoted(&format!("rand() < {chance}"))
            ));
            script.line(format!("kept({name}, {variable})"));
        }
        Trains::Given(spikes) => {
            let first: Vec<(u32, u32)> = spikes.iter().map(|(step, cell)| ((*step).max(1), *cell)).collect();
            let mut sorted = first.clone();
            sorted.sort_unstable();
            if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                script.refuse(
                    format!("populations[{index}].model"),
                    format!("cell {} spikes twice in step {}", pair[0].1, pair[0].0),
                    "a source of Brian2 spikes once in a step; keep one of the two",
                );
            }
            let late = spikes.iter().filter(|(step, _)| *step < 1).count();
            if late > 0 {
                script.note(format!(
                    "The given spikes of {} at step 0 ({late} of {}) are sent at step 1.",
                    population.name,
                    spikes.len()
                ));
            }
            let cells: Vec<u32> = first.iter().map(|(_, cell)| *cell).collect();
            let steps: Vec<u32> = first.iter().map(|(step, _)| *step).collect();
            let cells = script.data(&format!("population{index}_spike_cell"), &cells);
            let steps = script.data(&format!("population{index}_spike_step"), &steps);
            script.line(format!("given_source({name}, {n}, {cells}, {steps})"));
        }
    }
}

/// A number per step, as a timed array.
pub(super) fn over_time(script: &mut Script, name: &str, at: impl Fn(f64) -> f64) -> String {
    let (steps, values): (Vec<i64>, Vec<f64>) =
        script.changes(at).into_iter().map(|(step, value)| (step as i64, value)).unzip();
    let steps = script.data(&format!("{name}_step"), &steps);
    let values = script.data(&format!("{name}_value"), &values);
    format!("stepped({steps}, {values})")
}
