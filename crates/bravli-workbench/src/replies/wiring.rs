//! A circuit against its recipe, in words.

use super::round;
use crate::ledger::Budget;
use bravli_circuit::{Check, Degrees, PathwayReport, Verdict, What, WiringReport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Lines shown as the worst.
const MAX_WORST: usize = 3;

/// Notes on lines that are off, and on rules that decide nothing.
const MAX_OFF: usize = 3;
const MAX_UNUSED: usize = 2;

/// A circuit against its recipe, in short; `inspect` with `pathway` has every line of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct WiringReply {
    /// How many pathways hold, and how many lines would not by chance.
    pub finding: String,
    /// Pathways that the recipe asks for, or that are there.
    pub n_pathways: u32,
    /// Pathways without a line that is off.
    pub n_within: u32,
    /// Lines compared: connections, probability in range and by distance, degrees, synapses, reciprocity.
    pub n_lines: u32,
    /// Lines more than three standard deviations away.
    pub n_beyond_3sd: u32,
    /// Lines expected there by chance.
    pub expected_beyond_3sd: f64,
    /// The lines farthest away.
    pub worst: Vec<String>,
    /// Synapses that a cell has inside the circuit, and the share that the boundary must stand for.
    pub missing_synapses: String,
}

impl WiringReply {
    pub(crate) fn new(report: &WiringReport, budget: &[Budget]) -> Self {
        let checked = &report.checked;
        let lines = report.pathways.iter().flat_map(|pathway| pathway.checks.iter().map(move |check| (pathway, check)));
        let mut worst: Vec<(&PathwayReport, &Check)> =
            lines.filter(|(_, check)| check.verdict != Verdict::Reported).collect();
        worst.sort_by(|a, b| away(b.1).total_cmp(&away(a.1)));
        let worst = worst.into_iter().take(MAX_WORST).map(|(pathway, check)| named(pathway, check)).collect();
        Self {
            finding: format!(
                "{} of {} pathways are as stated: {} of {} lines beyond 3 sd, {:.1} expected by chance, {} off",
                checked.n_within,
                checked.n_pathways,
                checked.n_beyond_3sd,
                checked.n_lines,
                checked.expected_beyond_3sd,
                checked.n_off
            ),
            n_pathways: checked.n_pathways,
            n_within: checked.n_within,
            n_lines: checked.n_lines,
            n_beyond_3sd: checked.n_beyond_3sd,
            expected_beyond_3sd: round(checked.expected_beyond_3sd, 2),
            worst,
            missing_synapses: short_budget(budget),
        }
    }
}

/// How far a line is away, for an order: one off without a z first.
fn away(check: &Check) -> f64 {
    match (check.z, check.verdict) {
        (Some(z), _) if check.what == What::DistanceProfile => z.max(0.0),
        (Some(z), _) => z.abs(),
        (None, Verdict::Off) => f64::INFINITY,
        (None, _) => 0.0,
    }
}

/// What to know of lines that are off, of too many that are odd, and of rules that decide nothing.
pub(crate) fn wiring_notes(report: &WiringReport) -> Vec<String> {
    let mut notes = Vec::new();
    let lines = report.pathways.iter().flat_map(|pathway| pathway.checks.iter().map(move |check| (pathway, check)));
    let off: Vec<_> = lines.filter(|(_, check)| check.verdict == Verdict::Off).collect();
    notes.extend(
        off.iter()
            .take(MAX_OFF)
            .map(|(pathway, check)| format!("not as {} states: {}", place(pathway), named(pathway, check))),
    );
    if off.len() > MAX_OFF {
        notes.push(format!("{} more lines are off; wiring.json has all", off.len() - MAX_OFF));
    }
    let checked = &report.checked;
    if off.is_empty() && checked.chance < 0.001 {
        notes.push(format!(
            "{} lines beyond 3 sd where chance gives {:.1}: together more than chance, though none alone",
            checked.n_beyond_3sd, checked.expected_beyond_3sd
        ));
    }
    let unused = &report.unused_rules;
    if !unused.is_empty() {
        let shown: Vec<String> = unused
            .iter()
            .take(MAX_UNUSED)
            .map(|rule| format!("{}->{} at {} ({})", rule.pre, rule.post, rule.at, rule.why))
            .collect();
        let more = if unused.len() > MAX_UNUSED { "; wiring.json has all" } else { "" };
        notes.push(format!("{} rules of pathways.yaml decide nothing here: {}{more}", unused.len(), shown.join(", ")));
    }
    notes
}

fn place(pathway: &PathwayReport) -> &str {
    if pathway.rule.is_empty() { "any rule" } else { &pathway.rule }
}

fn named(pathway: &PathwayReport, check: &Check) -> String {
    format!("{}->{} {}", pathway.pre, pathway.post, line(check))
}

/// A line, for example `connections: expected 412 ± 20, got 423, z +0.5: ok`.
fn line(check: &Check) -> String {
    let what = match check.what {
        What::Connections => "connections",
        What::ProbabilityWithin => "probability within the stated range",
        What::DistanceProfile => "fall-off with distance (chi2 per degree of freedom)",
        What::InDegree => "in-degree of every cell (mean)",
        What::Total => "connections in all",
        What::SynapsesMean => "synapses per connection, mean",
        What::SynapsesSd => "synapses per connection, sd",
        What::Reciprocity => "pairs both ways over chance",
    };
    let stated = match (check.stated, check.z) {
        (Some(stated), Some(_)) if stated == check.expected => String::new(),
        (Some(stated), _) => format!("stated {}, ", short(stated)),
        (None, _) => String::new(),
    };
    let expected = match check.z {
        Some(_) => format!("expected {} ± {}, ", short(check.expected), short(check.sd)),
        None => String::new(),
    };
    let z = check.z.map(|z| format!(", z {z:+.1}")).unwrap_or_default();
    let verdict = match check.verdict {
        Verdict::Ok => "ok",
        Verdict::Chance => "odd, yet possible among so many lines",
        Verdict::Off => "off",
        Verdict::Reported => "reported only",
    };
    format!("{what}: {stated}{expected}got {}{z}: {verdict}", short(check.got))
}

/// A number to four digits.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12);
    round(value, digits).to_string()
}

fn degrees(degrees: &Degrees) -> String {
    format!("{} ± {} (sd), {} to {}", short(degrees.mean), short(degrees.sd), degrees.min, degrees.max)
}

/// All lines of a pathway.
pub(crate) fn pathway_lines(pathway: &PathwayReport) -> Value {
    let bin = |bin: &bravli_circuit::DistanceBin| {
        let share = |n: f64| if bin.n_pairs > 0.0 { short(n / bin.n_pairs) } else { "-".to_owned() };
        format!(
            "{}-{} um: expected {}, got {} of {} pairs, z {:+.1}",
            short(bin.from_um),
            short(bin.to_um),
            share(bin.expected),
            share(bin.got as f64),
            bin.n_pairs.round(),
            bin.z
        )
    };
    let reciprocity = pathway.reciprocity.map_or_else(
        || "the other direction makes no connection".to_owned(),
        |found| {
            let uniform = found.ratio_uniform.map(|ratio| format!("; {} over a uniform chance", short(ratio)));
            format!(
                "{} pairs both ways, {} expected if directions were drawn apart: {} ± {}{}",
                found.n_both,
                short(found.expected),
                short(found.ratio),
                short(found.se),
                uniform.unwrap_or_default()
            )
        },
    );
    json!({
        "rule": pathway.rule,
        "lines": pathway.checks.iter().map(line).collect::<Vec<_>>(),
        "by_distance": pathway.by_distance.iter().map(bin).collect::<Vec<_>>(),
        "out_degree": degrees(&pathway.out_degree),
        "in_degree": degrees(&pathway.in_degree),
        "reciprocity": reciprocity,
    })
}

/// The budget in a sentence.
fn short_budget(budget: &[Budget]) -> String {
    let mut by_fact: BTreeMap<(&str, &str), Vec<&Budget>> = BTreeMap::new();
    let mut without: Vec<&str> = Vec::new();
    for row in budget {
        match &row.expected {
            Some(expected) => by_fact.entry((&expected.fact, &expected.of)).or_default().push(row),
            None => without.push(&row.inside.population),
        }
    }
    let mut parts: Vec<String> = Vec::new();
    for ((fact, of), rows) in by_fact {
        let ends = |values: Vec<f64>, digits: i32| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (low, high) = (round(low, digits), round(high, digits));
            if low == high { low.to_string() } else { format!("{low} to {high}") }
        };
        let synapses = rows.first().and_then(|row| row.expected.as_ref()).map_or(0.0, |expected| expected.synapses);
        let inside = ends(rows.iter().map(|row| row.inside()).collect(), 0);
        let outside = ends(rows.iter().filter_map(|row| row.outside()).map(|share| 100.0 * share).collect(), 1);
        let n = rows.len();
        parts.push(format!(
            "{n} populations: {inside} synapses of a cell inside, of {synapses} by {fact} ({of}); {outside} % are the boundary's"
        ));
    }
    if !without.is_empty() {
        parts.push(format!("no cited number for {}", without.join(", ")));
    }
    parts.join("; ")
}

/// The budget of every population.
pub(crate) fn budget_lines(budget: &[Budget]) -> Value {
    let row = |row: &Budget| {
        let inside = format!(
            "{}: {} inside ({} E, {} I)",
            row.inside.population,
            short(row.inside()),
            short(row.inside.excitatory),
            short(row.inside.inhibitory)
        );
        match (&row.expected, row.missing(), row.outside()) {
            (Some(expected), Some(missing), Some(outside)) if missing >= 0.0 => {
                format!(
                    "{inside} of {}: {} missing, {:.1} % outside",
                    expected.synapses,
                    short(missing),
                    100.0 * outside
                )
            }
            (Some(expected), _, _) => format!("{inside}, more than the {} cited", expected.synapses),
            (None, _, _) => format!("{inside}; no cited number"),
        }
    };
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    for expected in budget.iter().filter_map(|row| row.expected.as_ref()) {
        of.insert(&expected.fact, &expected.of);
    }
    let mut others: Vec<&str> = budget.iter().flat_map(|row| &row.others).map(String::as_str).collect();
    others.sort_unstable();
    others.dedup();
    json!({
        "synapses_of_a_cell": budget.iter().map(row).collect::<Vec<_>>(),
        "cited": of,
        "others_say": others,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bravli_circuit::{Afferent, Checked, UnusedRule};

    fn check(what: What, stated: Option<f64>, got: f64, z: Option<f64>, verdict: Verdict) -> Check {
        Check { what, stated, expected: 9.0, got, sd: if z.is_some() { 0.5 } else { 0.0 }, z, verdict }
    }

    #[test]
    fn what_is_off_comes_first_and_is_told_with_its_rule() {
        let pathway = PathwayReport {
            pre: "L4_PV".into(),
            post: "L4_E".into(),
            rule: "pathways.yaml:12:5".into(),
            n_pairs: 100.0,
            n_connections: 9,
            n_synapses: 20,
            checks: vec![
                check(What::SynapsesMean, Some(9.0), 10.0, Some(2.0), Verdict::Ok),
                check(What::Connections, None, 6.5, Some(-5.0), Verdict::Off),
                check(What::InDegree, Some(9.0), 8.0, None, Verdict::Off),
                check(What::SynapsesSd, Some(9.0), 20.0, Some(22.0), Verdict::Reported),
            ],
            by_distance: Vec::new(),
            out_degree: Degrees::default(),
            in_degree: Degrees::default(),
            reciprocity: None,
        };
        let rule =
            UnusedRule { pre: "a".into(), post: "b".into(), at: "pathways.yaml:3:5".into(), why: "never".into() };
        let afferent = Afferent { population: "L4_E".into(), n_cells: 10, excitatory: 2.0, inhibitory: 1.0 };
        let report = WiringReport {
            checked: Checked {
                n_pathways: 1,
                n_lines: 3,
                n_off: 2,
                n_beyond_3sd: 1,
                chance: 0.5,
                ..Checked::default()
            },
            pathways: vec![pathway],
            unused_rules: vec![rule],
            afferent: vec![afferent.clone()],
        };
        let budget = [Budget { inside: afferent, expected: None, others: Vec::new() }];
        let reply = WiringReply::new(&report, &budget);
        assert_eq!(reply.worst[0], "L4_PV->L4_E in-degree of every cell (mean): stated 9, got 8: off");
        assert_eq!(reply.worst[1], "L4_PV->L4_E connections: expected 9 ± 0.5, got 6.5, z -5.0: off");
        assert_eq!(reply.worst.len(), 3);
        assert_eq!(reply.missing_synapses, "no cited number for L4_E");
        let notes = wiring_notes(&report);
        assert_eq!(notes.len(), 3);
        assert!(notes[0].starts_with("not as pathways.yaml:12:5 states: L4_PV->L4_E connections"), "{notes:?}");
        assert_eq!(notes[2], "1 rules of pathways.yaml decide nothing here: a->b at pathways.yaml:3:5 (never)");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 412.34, 1234567.0, 0.012_342].map(short), ["0", "412.3", "1234567", "0.01234"]);
    }
}
