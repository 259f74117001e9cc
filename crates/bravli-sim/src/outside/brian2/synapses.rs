//! Projections as synapses with code of their own.

use super::super::columns::Columns;
use super::super::minis::{Minis, NOTE};
use super::super::script::{Script, number, quoted};
use super::cells::{Group, Opens};
use crate::network::{Network, Plasticity, Projection, Release, Slow};

/// Release sites of a connection that code is written for.
const MAX_SITES: u16 = 64;

/// A synapse in the making.
#[derive(Default)]
struct Code {
    model: Vec<String>,
    on_pre: Vec<String>,
    /// What an arrival changes once it has opened the weight.
    after: Vec<String>,
    on_post: Vec<String>,
    values: Vec<(String, String)>,
}

impl Code {
    /// A variable of each connection.
    fn variable(&mut self, name: &str, value: impl Into<String>) {
        self.model.push(format!("{name} : 1"));
        self.values.push((name.to_owned(), value.into()));
    }

    fn pre(&mut self, lines: impl IntoIterator<Item = String>) {
        self.on_pre.extend(lines);
    }
}

pub(super) fn write(
    script: &mut Script,
    network: &Network<'_>,
    index: usize,
    projection: &Projection<'_>,
    columns: &Columns,
    group: &Group,
) {
    let at = format!("projections[{index}]");
    let (source, target) = (&network.populations[projection.source], &network.populations[projection.target]);
    let own = &columns.row.own;
    let none = Opens::default();
    let opens = |receptor: usize| group.opens.get(receptor).unwrap_or(&none);
    let first = opens(projection.receptor);
    let slow = projection.slow.map(|slow| (slow, &opens(slow.receptor).own));
    if first.own.is_empty() && slow.is_none_or(|(_, own)| own.is_empty()) {
        script.note(format!("{} ends on a receptor without effect on the membrane and is left out.", projection.name));
        return;
    }
    let name = format!("projection{index}");
    script.data(&format!("{name}_source"), &columns.source);
    script.data(&format!("{name}_target"), &columns.row.target);
    script.data(&format!("{name}_weight"), &columns.row.weight);
    script.data(&format!("{name}_delay"), &columns.row.delay);

    let mut code = Code::default();
    code.model.push("weight : 1".into());
    let opened = match projection.plasticity {
        Some(plasticity) => plastic(script, &at, &mut code, &name, plasticity),
        None => release(script, &at, &mut code, &name, projection, columns),
    };
    code.on_pre.push(format!("opened = {opened}"));
    if own.decay_ms.is_empty() {
        code.pre(adding(&first.own, "_post", "opened"));
    } else {
        let places: Vec<f64> = own.decay_ms.iter().map(|decay| first.place(*decay)).collect();
        let place = script.data(&format!("{name}_decay_place"), &places);
        code.variable("place", place);
        for (k, rung) in first.rungs.iter().enumerate() {
            code.pre(adding(&rung.adds, "_post", &format!("clip(1 - abs(place - {k}), 0, 1)*opened")));
        }
    }
    if let Some((slow, adds)) = slow {
        let ratio = if own.slow_ratio.is_empty() {
            number(slow.ratio)
        } else {
            let ratio = script.data(&format!("{name}_slow_ratio"), &own.slow_ratio);
            code.variable("ratio", ratio);
            "ratio".to_owned()
        };
        code.pre(adding(adds, "_post", &format!("{ratio}*opened")));
    }
    let after = std::mem::take(&mut code.after);
    code.pre(after);

    script.line(format!("# {}: {} connections", projection.name, columns.len()));
    script.line(format!("synapses({}, {}, {}, \"\"\"", quoted(&name), quoted(&source.name), quoted(&target.name)));
    code.model.iter().for_each(|line| script.line(line));
    script.line("\"\"\", \"\"\"");
    code.on_pre.iter().for_each(|line| script.line(line));
    if !code.on_post.is_empty() {
        script.line("\"\"\", \"\"\"");
        code.on_post.iter().for_each(|line| script.line(line));
    }
    let values: Vec<String> = code.values.iter().map(|(name, value)| format!(", {name}={value}")).collect();
    script.line(format!("\"\"\"{})", values.concat()));
    if let Some(minis) = Minis::of(projection, columns, target.n_cells) {
        if projection.plasticity.is_some() {
            script.refuse(
                format!("{at}.mini_hz"),
                "spontaneous releases that learn are not written",
                "leave one of them out",
            );
            return;
        }
        spontaneous(script, &name, &target.name, &minis, columns, first, slow);
    }
}

/// Lines that add a weight to the variables of a receptor.
fn adding<'a>(adds: &'a [(String, f64)], suffix: &'a str, weight: &'a str) -> impl Iterator<Item = String> + 'a {
    adds.iter().map(move |(variable, factor)| format!("{variable}{suffix} += {}*{weight}", number(*factor)))
}

/// Spontaneous releases, as events of each target.
fn spontaneous(
    script: &mut Script,
    name: &str,
    target: &str,
    minis: &Minis<'_>,
    columns: &Columns,
    first: &Opens,
    slow: Option<(Slow, &Vec<(String, f64)>)>,
) {
    script.note(NOTE);
    let own = &columns.row.own;
    // what each event adds to: a variable and a factor on its weight
    type Adds = [(String, f64)];
    let mut weights: Vec<(Vec<f64>, &Adds)> = Vec::new();
    if own.decay_ms.is_empty() {
        weights.push((minis.mean(|_| 1.0), &first.own));
    } else {
        for (k, rung) in first.rungs.iter().enumerate() {
            let share = |connection: usize| (1.0 - (first.place(own.decay_ms[connection]) - k as f64).abs()).max(0.0);
            weights.push((minis.mean(share), &rung.adds));
        }
    }
    if let Some((slow, adds)) = slow {
        let ratio = |connection: usize| own.slow_ratio.get(connection).map_or(slow.ratio, |ratio| f64::from(*ratio));
        weights.push((minis.mean(ratio), adds));
    }
    let rate = script.data(&format!("{name}_mini_hz"), &minis.rate_hz);
    let (mut lines, mut values) = (Vec::new(), String::new());
    for (k, (weight, adds)) in weights.iter().enumerate() {
        lines.extend(adding(adds, "_post", &format!("weight{k}")));
        let weight = script.data(&format!("{name}_mini_weight{k}"), weight);
        values.push_str(&format!(", weight{k}={weight}"));
    }
    script.line(format!("spontaneous({}, {}, {rate}, \"\"\"", quoted(&format!("{name}_minis")), quoted(target)));
    lines.iter().for_each(|line| script.line(line));
    script.line(format!("\"\"\"{values})"));
}

/// What a spike releases; gives the expression of the weight that opens.
fn release(
    script: &mut Script,
    at: &str,
    code: &mut Code,
    name: &str,
    projection: &Projection<'_>,
    columns: &Columns,
) -> String {
    let own = &columns.row.own;
    let facil = |text: &str| format!("np.maximum({text}, 1e-9)");
    match projection.release {
        Release::Static => return "weight".into(),
        Release::Shared { u, tau_rec_ms, tau_facil_ms } => {
            code.variable("rest", number(u));
            code.variable("tau_rec", number(tau_rec_ms));
            code.variable("tau_facil", number(tau_facil_ms.max(1e-9)));
        }
        Release::PerConnection | Release::Stochastic => {
            let u = script.data(&format!("{name}_u"), &own.u);
            code.variable("rest", u);
            let rec = script.data(&format!("{name}_tau_rec_ms"), &own.tau_rec_ms);
            code.variable("tau_rec", rec);
            let value = script.data(&format!("{name}_tau_facil_ms"), &own.tau_facil_ms);
            code.variable("tau_facil", facil(&value));
        }
    }
    let start = code.values[0].1.clone();
    code.variable("used", start);
    code.variable("last", "-1e9");
    code.pre(["passed = t/ms - last".to_owned()]);
    if projection.release != Release::Stochastic {
        code.variable("left", "1.0");
        code.pre(["left = 1 + (left - left*used - 1)*exp(-passed/tau_rec)".to_owned()]);
    }
    code.pre(["used = rest + used*(1 - rest)*exp(-passed/tau_facil)".to_owned(), "last = t/ms".to_owned()]);
    if projection.release != Release::Stochastic {
        return "used*left*weight".into();
    }
    let most = own.sites.iter().copied().max().unwrap_or(1);
    if most > MAX_SITES {
        script.refuse(
            format!("{at}.sites"),
            format!("{most} release sites are more than the {MAX_SITES} that code is written for"),
            "use release per connection without chance where there are so many",
        );
        return "weight".into();
    }
    let sites: Vec<i64> = own.sites.iter().map(|sites| i64::from(*sites)).collect();
    let sites = script.data(&format!("{name}_sites"), &sites);
    code.variable("sites", sites.clone());
    code.variable("full", sites);
    code.pre(["refill = 1 - exp(-passed/tau_rec)".to_owned(), "empty = sites - full".to_owned()]);
    code.pre((0..most).map(|k| format!("full += int(rand() < refill)*int({k}.5 < empty)")));
    code.pre(["out = 0*sites".to_owned()]);
    code.pre((0..most).map(|k| format!("out += int(rand() < used)*int({k}.5 < full)")));
    code.pre(["full -= out".to_owned()]);
    "weight*out/sites".into()
}

/// How weights learn; gives the expression of the weight that opens.
fn plastic(script: &mut Script, at: &str, code: &mut Code, name: &str, plasticity: Plasticity) -> String {
    let weight = format!("load(\"{name}_weight\")");
    code.variable("size", format!("abs({weight})"));
    code.variable("way", format!("np.where({weight} < 0, -1.0, 1.0)"));
    let mut traces: Vec<(&str, f64, bool)> = Vec::new();
    let (at_pre, at_post) = match plasticity {
        Plasticity::Pair { tau_plus_ms, tau_minus_ms, a_plus, a_minus, mu, w_max } => {
            traces.push(("x", tau_plus_ms, true));
            traces.push(("y", tau_minus_ms, false));
            let (mu, w_max) = (number(mu), number(w_max));
            (
                format!("size = clip(size - {w_max}*{}*(y - now)*(size/{w_max})**{mu}, 0, {w_max})", number(a_minus)),
                format!("size = clip(size + {w_max}*{}*x*(1 - size/{w_max})**{mu}, 0, {w_max})", number(a_plus)),
            )
        }
        Plasticity::Triplet {
            tau_plus_ms,
            tau_x_ms,
            tau_minus_ms,
            tau_y_ms,
            a2_plus,
            a3_plus,
            a2_minus,
            a3_minus,
            w_max,
        } => {
            traces.push(("x", tau_plus_ms, true));
            traces.push(("x_slow", tau_x_ms, true));
            traces.push(("y", tau_minus_ms, false));
            traces.push(("y_slow", tau_y_ms, false));
            let w_max = number(w_max);
            (
                format!(
                    "size = clip(size - {w_max}*(y - now)*({} + {}*x_slow), 0, {w_max})",
                    number(a2_minus),
                    number(a3_minus)
                ),
                format!("size = clip(size + {w_max}*x*({} + {}*y_slow), 0, {w_max})", number(a2_plus), number(a3_plus)),
            )
        }
        Plasticity::Inhibitory { tau_ms, eta, target_hz, w_max } => {
            traces.push(("x", tau_ms, true));
            traces.push(("y", tau_ms, false));
            let (eta, w_max) = (number(eta), number(w_max));
            let due = number(2.0 * target_hz * 1e-3 * tau_ms);
            (
                format!("size = clip(size + {eta}*(y - now - {due}), 0, {w_max})"),
                format!("size = clip(size + {eta}*x, 0, {w_max})"),
            )
        }
        Plasticity::ErrorCorrecting { .. } => {
            script.refuse(
                format!("{at}.plasticity"),
                "learning from a prediction of the projection's own sum is not written",
                "run it here",
            );
            return "weight".into();
        }
    };
    code.variable("seen", "0.0");
    code.variable("spiked", "-1e9");
    let decays =
        traces.iter().map(|(name, tau_ms, _)| format!("{name} = {name}*exp(-(t/ms - seen)/{})", number(*tau_ms)));
    let decays: Vec<String> = decays.chain(["seen = t/ms".to_owned()]).collect();
    let raised = |of_arrivals: bool| {
        let raised = traces.iter().filter(move |(_, _, before)| *before == of_arrivals);
        raised.map(|(name, _, _)| format!("{name} += 1"))
    };
    code.pre(decays.clone());
    // a spike of the same step comes first, and an arrival does not see it
    code.after.extend(["now = int(abs(spiked - t/ms) < 1e-6)".to_owned(), at_pre]);
    code.after.extend(raised(true));
    code.on_post.extend(decays);
    code.on_post.extend(["spiked = t/ms".to_owned(), at_post]);
    code.on_post.extend(raised(false));
    "way*size".into()
}
