//! Projections as NEST's synapse models.

use super::super::columns::Columns;
use super::super::minis::{Minis, NOTE};
use super::super::script::{Script, number, quoted};
use super::ports::{Cells, Way};
use crate::network::{Effect, Network, Plasticity, Projection, Release};

pub(super) fn write(
    script: &mut Script,
    network: &Network<'_>,
    index: usize,
    projection: &Projection<'_>,
    columns: &Columns,
    cells: &Cells,
) {
    let at = format!("projections[{index}]");
    let (source, target) = (&network.populations[projection.source], &network.populations[projection.target]);
    let receptor = &target.receptors[projection.receptor];
    refusals(script, &at, network, projection, columns);
    if receptor.effect == Effect::Silent && projection.slow.is_none() {
        script.note(format!("{} ends on a receptor without effect on the membrane and is left out.", projection.name));
        return;
    }
    let name = format!("projection{index}");
    script.line(format!("# {}: {} connections onto {}", projection.name, columns.len(), receptor.name));
    script.data(&format!("{name}_source"), &columns.source);
    script.data(&format!("{name}_target"), &columns.row.target);
    script.data(&format!("{name}_weight"), &columns.row.weight);
    script.data(&format!("{name}_delay"), &columns.row.delay);
    let ends = format!("{}, {}, {}", quoted(&name), quoted(&source.name), quoted(&target.name));
    let none = Vec::new();
    let ways = |receptor: usize| cells.ways.get(receptor).unwrap_or(&none);
    if let Some(plasticity) = projection.plasticity {
        for way in ways(projection.receptor) {
            plastic(script, &ends, plasticity, *way);
        }
        return;
    }
    let release = release(script, &name, projection, columns);
    let weight = match projection.release {
        Release::Stochastic => format!(", weight=load(\"{name}_weight\") / load(\"{name}_sites\")"),
        _ => String::new(),
    };
    for way in ways(projection.receptor) {
        let factor = number(way.factor);
        script.line(format!("projection({ends}, port={}, factor={factor}{weight}{release})", way.port));
    }
    let minis = Minis::of(projection, columns, target.n_cells);
    if let Some(minis) = &minis {
        script.note(NOTE);
        let rate = script.data(&format!("{name}_mini_hz"), &minis.rate_hz);
        let weight = script.data(&format!("{name}_mini_weight"), &minis.mean(|_| 1.0));
        for way in ways(projection.receptor) {
            let (target, factor) = (quoted(&target.name), number(way.factor));
            script.line(format!("shot_noise({target}, {rate}, {factor} * {weight}, {})", way.port));
        }
    }
    let Some(slow) = projection.slow else { return };
    if minis.is_some() {
        script.refuse(
            format!("{at}.slow"),
            "spontaneous releases would open the second receptor at other times",
            "leave one of them out",
        );
    }
    let (factor, weight) = if columns.row.own.slow_ratio.is_empty() {
        (slow.ratio, String::new())
    } else {
        let ratio = script.data(&format!("{name}_slow_ratio"), &columns.row.own.slow_ratio);
        (1.0, format!(", weight={ratio} * load(\"{name}_weight\")"))
    };
    for way in ways(slow.receptor) {
        let factor = number(factor * way.factor);
        script.line(format!("projection({ends}, port={}, factor={factor}{weight}{release})", way.port));
    }
}

/// What no synapse model expresses.
fn refusals(script: &mut Script, at: &str, network: &Network<'_>, projection: &Projection<'_>, columns: &Columns) {
    let own = &columns.row.own;
    let kinetics = network.populations[projection.target].receptors[projection.receptor].kinetics;
    if own.decay_ms.iter().any(|decay| !same_decay(kinetics, *decay)) {
        script.refuse(
            format!("{at}.decay_ms"),
            "a decay belongs to the port of a cell, not to a connection",
            "leave decays to the receptors",
        );
    }
    if own.mini_hz.iter().any(|rate| *rate > 0.0) && projection.plasticity.is_some() {
        script.refuse(
            format!("{at}.mini_hz"),
            "spontaneous releases that learn are not written",
            "leave one of them out",
        );
    }
    if projection.release == Release::Stochastic && projection.slow.is_some() {
        script.refuse(
            format!("{at}.slow"),
            "a second receptor would draw releases of its own",
            "use release per connection without chance, or export to Brian2",
        );
    }
    match projection.plasticity {
        Some(Plasticity::ErrorCorrecting { .. }) => script.refuse(
            format!("{at}.plasticity"),
            "no synapse model learns from a prediction of the projection's own sum",
            "run it here",
        ),
        Some(Plasticity::Pair { a_plus, a_minus, .. }) if a_plus == 0.0 && a_minus != 0.0 => script.refuse(
            format!("{at}.plasticity"),
            "stdp_synapse states depression as a multiple of potentiation, which is zero",
            "give a_plus a small value",
        ),
        Some(_) if projection.slow.is_some() => {
            script.refuse(format!("{at}.slow"), "a plastic synapse opens one receptor", "make two projections");
        }
        _ => {}
    }
}

/// Whether a connection's decay is that of its receptor.
fn same_decay(kinetics: crate::network::Kinetics, decay_ms: f32) -> bool {
    use crate::network::Kinetics;
    let (Kinetics::Exponential { tau_ms: of } | Kinetics::Biexponential { decay_ms: of, .. }) = kinetics;
    (f64::from(decay_ms) / of - 1.0).abs() < 1e-6
}

/// Model and columns of what a spike releases.
fn release(script: &mut Script, name: &str, projection: &Projection<'_>, columns: &Columns) -> String {
    let own = &columns.row.own;
    match projection.release {
        Release::Static => String::new(),
        Release::Shared { u, tau_rec_ms, tau_facil_ms } => {
            let (u, rec, facil) = (number(u), number(tau_rec_ms), number(tau_facil_ms));
            format!(", model=\"tsodyks2_synapse\", U={u}, u={u}, x=1.0, tau_rec={rec}, tau_fac={facil}")
        }
        Release::PerConnection => {
            let u = script.data(&format!("{name}_u"), &own.u);
            let rec = script.data(&format!("{name}_tau_rec_ms"), &own.tau_rec_ms);
            let facil = script.data(&format!("{name}_tau_facil_ms"), &own.tau_facil_ms);
            format!(", model=\"tsodyks2_synapse\", U={u}, u={u}, x=1.0, tau_rec={rec}, tau_fac={facil}")
        }
        Release::Stochastic => {
            let u = script.data(&format!("{name}_u"), &own.u);
            let rec = script.data(&format!("{name}_tau_rec_ms"), &own.tau_rec_ms);
            let facil = script.data(&format!("{name}_tau_facil_ms"), &own.tau_facil_ms);
            let sites: Vec<i64> = own.sites.iter().map(|sites| i64::from(*sites)).collect();
            let n = script.data(&format!("{name}_sites"), &sites);
            format!(", model=\"quantal_stp_synapse\", U={u}, u={u}, tau_rec={rec}, tau_fac={facil}, n={n}, a={n}")
        }
    }
}

fn plastic(script: &mut Script, ends: &str, plasticity: Plasticity, way: Way) {
    script.note(
        "Synapses that learn: NEST counts a delay as dendritic, so all but its last step lies in a relay before the synapse; a \
         postsynaptic spike is then seen two steps later, relative to arrivals, than in bravli. An arrival opens the weight \
         after it has changed it, in bravli before.",
    );
    let scale = way.factor.abs();
    let text = match plasticity {
        Plasticity::Pair { tau_plus_ms, a_plus, a_minus, mu, w_max, .. } => {
            let alpha = if a_plus > 0.0 { a_minus / a_plus } else { 0.0 };
            let (tau, lambda, mu) = (number(tau_plus_ms), number(a_plus), number(mu));
            format!(
                "{}, model=\"stdp_synapse\", tau_plus={tau}, alpha={}, mu_plus={mu}, mu_minus={mu}, **{{\"lambda\": {lambda}}}",
                number(w_max),
                number(alpha)
            )
        }
        Plasticity::Triplet { tau_plus_ms, tau_x_ms, a2_plus, a3_plus, a2_minus, a3_minus, w_max, .. } => {
            let amplitude = |a: f64| number(a * w_max * scale);
            format!(
                "{}, model=\"stdp_triplet_synapse\", tau_plus={}, tau_plus_triplet={}, Aplus={}, Aplus_triplet={}, Aminus={}, \
                 Aminus_triplet={}",
                number(w_max),
                number(tau_plus_ms),
                number(tau_x_ms),
                amplitude(a2_plus),
                amplitude(a3_plus),
                amplitude(a2_minus),
                amplitude(a3_minus)
            )
        }
        Plasticity::Inhibitory { tau_ms, eta, target_hz, w_max } => format!(
            "{}, model=\"vogels_sprekeler_synapse\", tau={}, eta={}, alpha={}",
            number(w_max),
            number(tau_ms),
            number(eta * scale),
            number(2.0 * target_hz * 1e-3 * tau_ms)
        ),
        Plasticity::ErrorCorrecting { .. } => return,
    };
    let (w_max, rest) = text.split_once(", ").unwrap_or((&text, ""));
    script.line(format!("plastic({ends}, {w_max}, port={}, factor={}, {rest})", way.port, number(way.factor)));
}
