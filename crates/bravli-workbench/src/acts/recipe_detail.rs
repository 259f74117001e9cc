//! What `parse_recipe` says on request: one pair of cells, or what changed from another recipe.

use crate::error::ActError;
use crate::replies::{
    ChangesReply, ClassChangeRow, LayerChangeRow, OverriddenRow, PairCase, PairReply, PathwayChangeRow, RenamedRow,
    ValueRow,
};
use crate::requests::PairRequest;
use bravli_recipe::{
    CellType, ConnectionRule, Diff, Explanation, MeanSd, PopulationChange, Recipe, SynapseRule, calcium_factor, diff,
    nearest, renamed,
};

/// Bath calcium that a request may ask for, in mM.
const CALCIUM_MM: std::ops::RangeInclusive<f64> = 0.1..=10.0;
/// Rows of a list that may be long.
const CLASSES: usize = 16;
const PATHWAYS: usize = 10;
const CASES: usize = 4;
/// Characters of a comment that are told.
const EVIDENCE: usize = 400;
const MTYPES: usize = 20;

/// Explains a pair of m-types, once per rule that decides it.
pub(super) fn pair(recipe: &Recipe, asked: &PairRequest) -> Result<PairReply, ActError> {
    if let Some(calcium) = asked.calcium_mm.filter(|calcium| !CALCIUM_MM.contains(calcium)) {
        return Err(ActError::new(
            "out_of_range",
            "pair.calcium_mm",
            format!("calcium_mm must lie in [0.1, 10], got {calcium}"),
            "give the bath calcium in mM, as 1.2 in vivo or 2.0 in the slice",
        ));
    }
    let types = recipe.cell_types().types;
    let pre = cells(&types, &asked.pre_mtype, &asked.pre_etype, "pre")?;
    let post = cells(&types, &asked.post_mtype, &asked.post_etype, "post")?;
    let mut cases: Vec<(usize, Option<&ConnectionRule>, PairCase)> = Vec::new();
    let mut undecided = Vec::new();
    for from in &pre {
        for to in &post {
            let etypes = format!("{} -> {}", from.etype, to.etype);
            match recipe.explain(&from.class(), &to.class()) {
                Ok(why) => {
                    let key = (why.synapse.rule_index, why.connection);
                    match cases.iter_mut().find(|(rule, connection, _)| (*rule, *connection) == key) {
                        Some((_, _, case)) => case.etypes.push(etypes),
                        None => cases.push((key.0, key.1, case(&why, etypes, asked.calcium_mm))),
                    }
                }
                Err(unmatched) => undecided.push(unmatched.to_string()),
            }
        }
    }
    let n_cases = cases.len();
    let mut cases: Vec<PairCase> = cases.into_iter().take(CASES).map(|(_, _, case)| case).collect();
    if let Some((first, others)) = cases.split_first_mut() {
        for case in others {
            case.values.retain(|value| !first.values.contains(value));
        }
    }
    let Some(first) = cases.first() else {
        return Err(ActError::new(
            "no_synapse_rule",
            "pair",
            undecided.into_iter().next().unwrap_or_else(|| "no synapse rule matches".to_owned()),
            "there is no default class; a recipe needs a rule for every pair that is connected",
        ));
    };
    let contacts = first.connection.as_ref().map(|rule| format!(", {}", rule.gives)).unwrap_or_default();
    let others = if n_cases > 1 { format!("; {} more cases by e-type", n_cases - 1) } else { String::new() };
    let finding = format!(
        "{} -> {}: class {} by rule {} at {}, overriding {}{contacts}{others}",
        asked.pre_mtype,
        asked.post_mtype,
        first.class,
        first.rule.rule,
        first.rule.place,
        first.overridden.len(),
    );
    Ok(PairReply { finding, cases })
}

/// The cell types of an m-type, or of one of its e-types.
fn cells<'a>(types: &'a [CellType], mtype: &str, etype: &str, side: &str) -> Result<Vec<&'a CellType>, ActError> {
    let of_mtype: Vec<&CellType> = types.iter().filter(|cell| cell.mtype == mtype).collect();
    let unknown = |field: String, what: &str, asked: &str, known: Vec<&str>| {
        let near = nearest(asked, known.iter().copied());
        let hint = if near.is_empty() { known } else { near.iter().map(|name| name as &str).collect() };
        let newer = renamed(asked).map(|r| r.newer.iter().filter(|name| types.iter().any(|c| c.mtype == **name)));
        let newer: Vec<&str> = newer.into_iter().flatten().copied().collect();
        let remedy = if hint.is_empty() {
            "the recipe names no m-type of which class and e-types are known".to_owned()
        } else if newer.is_empty() {
            format!("there is {}", hint.join(", "))
        } else {
            format!("it is called {} since 2018", newer.join(", "))
        };
        ActError::new("unknown_cell_type", field, format!("the recipe has no {what} {asked:?}"), remedy)
    };
    if of_mtype.is_empty() {
        let mut known: Vec<&str> = types.iter().map(|cell| cell.mtype.as_str()).collect();
        known.dedup();
        return Err(unknown(format!("pair.{side}_mtype"), "m-type", mtype, known));
    }
    let known: Vec<&str> = of_mtype.iter().map(|cell| cell.etype.as_str()).collect();
    let chosen: Vec<&CellType> = of_mtype.into_iter().filter(|cell| etype.is_empty() || cell.etype == etype).collect();
    if chosen.is_empty() {
        return Err(unknown(format!("pair.{side}_etype"), &format!("e-type of {mtype}"), etype, known));
    }
    Ok(chosen)
}

fn cut(comment: &str) -> String {
    match comment.char_indices().nth(EVIDENCE) {
        Some((end, _)) => format!("{}…", &comment[..end]),
        None => comment.to_owned(),
    }
}

fn synapse_rule(rule: &SynapseRule) -> OverriddenRow {
    OverriddenRow { rule: format!("{}->{}", rule.from, rule.to), gives: rule.class.clone(), place: rule.at.to_string() }
}

fn connection_rule(rule: &ConnectionRule) -> OverriddenRow {
    let parts: Vec<String> = [
        ("contacts per connection", rule.mean_synapses),
        ("cv", rule.cv()),
        ("bouton reduction", rule.bouton_reduction_factor),
        ("active fraction", rule.active_fraction),
        ("probability", rule.probability),
        ("p_A", rule.p_a),
        ("pMu_A", rule.p_mu_a),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{} {name}", value?)))
    .collect();
    OverriddenRow { rule: format!("{}->{}", rule.from, rule.to), gives: parts.join(", "), place: rule.at.to_string() }
}

fn case(why: &Explanation<'_>, etypes: String, calcium_mm: Option<f64>) -> PairCase {
    let (rule, class) = (why.synapse.rule, why.synapse.class);
    let drawn = |name: &str, MeanSd { mean, sd }: MeanSd, unit: &str, how: &str| ValueRow {
        name: name.to_owned(),
        value: mean,
        sd: Some(sd),
        unit: unit.to_owned(),
        how: how.to_owned(),
    };
    let fixed = |name: &str, value: f64, unit: &str, how: &str| ValueRow {
        name: name.to_owned(),
        value,
        sd: None,
        unit: unit.to_owned(),
        how: how.to_owned(),
    };
    let gamma = "gamma";
    let truncated = "normal, within one sd, not negative";
    let slow = if class.is_excitatory() { "NMDA over AMPA conductance" } else { "GABA_B over GABA_A conductance" };
    let mut values = vec![
        drawn("gsyn", class.gsyn_ns, "nS", &format!("{gamma}, of one contact")),
        drawn("u_syn", class.u_syn, "1", &format!("{truncated}; at 2 mM calcium")),
        drawn("tau_rec", class.tau_rec_ms, "ms", gamma),
        drawn("tau_facil", class.tau_facil_ms, "ms", gamma),
        drawn("tau_decay", class.tau_decay_ms, "ms", truncated),
        fixed("n_rrp", class.n_rrp, "count", "1 + Poisson(mean - 1)"),
    ];
    values.extend(class.conductance_ratio.map(|ratio| fixed("conductance_ratio", ratio, "1", slow)));
    values.extend(class.u_hill_mm.map(|half| fixed("u_hill", half, "mM", "calcium at half activation, exponent 4")));
    if let Some(calcium) = calcium_mm {
        values.push(match class.u_hill_mm {
            Some(half) => {
                let factor = calcium_factor(half, calcium);
                let how = format!("u_syn x {factor:.4} at {calcium} mM calcium");
                fixed("u_syn at calcium", class.u_syn.mean * factor, "1", &how)
            }
            None => fixed(
                "u_syn at calcium",
                class.u_syn.mean,
                "1",
                "not scaled: this generation has no calcium dependence",
            ),
        });
    }
    values.push(fixed("release_delay", rule.release_delay_ms.get(), "ms", "plus path length over conduction velocity"));
    values.push(fixed("conduction_velocity", rule.conduction_velocity_um_per_ms, "um/ms", "of the axon"));
    values.extend(why.spine_length.map(|length| fixed("spine_length", length.get(), "um", "of the postsynaptic cell")));
    PairCase {
        etypes: vec![etypes],
        class: class.name.clone(),
        rule: synapse_rule(rule),
        overridden: why.overridden.iter().map(|(_, rule)| synapse_rule(rule)).collect(),
        evidence: [&rule.comment, &class.comment].into_iter().flatten().map(|comment| cut(comment)).collect(),
        class_at: class.at.to_string(),
        values,
        connection: why.connection.map(connection_rule),
        overridden_connections: why.overridden_connections.iter().map(|rule| connection_rule(rule)).collect(),
        touches: why.touches.as_ref().map(|sections| sections.iter().map(|s| s.name().to_owned()).collect()),
        moved_to: why.moved_to.map(str::to_owned),
    }
}

/// What changed from the other recipe to this one.
pub(super) fn changes(other: &Recipe, recipe: &Recipe) -> ChangesReply {
    let found = diff(other, recipe);
    let pathways = &found.pathways;
    let n_changed = pathways.n_compared - pathways.n_unchanged;
    let short = |names: &[String]| names.iter().take(MTYPES).cloned().collect::<Vec<_>>();
    ChangesReply {
        finding: sentence(&found, &other.name, &recipe.name),
        against: other.name.clone(),
        renamed: found
            .renamed
            .iter()
            .map(|r| RenamedRow { from: r.from.clone(), to: r.to.clone(), inferred: r.inferred })
            .collect(),
        removed_mtypes: short(&found.removed_mtypes),
        added_mtypes: short(&found.added_mtypes),
        layers: found
            .layers
            .iter()
            .filter(|l| [l.density_per_mm3, l.excitatory, l.thickness_um].iter().any(|[a, b]| a != b))
            .map(|l| LayerChangeRow {
                layer: l.layer.clone(),
                density_per_mm3: there_and_here(l.density_per_mm3.map(|v| v.map(|v| round(v, 1.0)))),
                excitatory: there_and_here(l.excitatory.map(|v| v.map(|v| round(v, 1e4)))),
                thickness_um: there_and_here(l.thickness_um.map(|v| v.map(|v| round(v, 100.0)))),
            })
            .collect(),
        removed_classes: short(&found.removed_classes),
        added_classes: short(&found.added_classes),
        changed_classes: found
            .changed_classes
            .iter()
            .take(CLASSES)
            .map(|c| ClassChangeRow {
                class: c.class.clone(),
                field: c.field.clone(),
                change: there_and_here([c.from, c.to]),
            })
            .collect(),
        n_changed_classes: found.changed_classes.len() as u32,
        n_removed_rules: found.removed_rules.len() as u32,
        n_added_rules: found.added_rules.len() as u32,
        n_population_pathways: found.populations.n_compared as u32,
        n_changed_population_pathways: found.populations.changed.len() as u32,
        population_pathways: found.populations.changed.iter().take(PATHWAYS).map(population_pathway).collect(),
        n_pathways: pathways.n_compared as u32,
        n_changed_pathways: n_changed as u32,
        n_not_compared: (pathways.n_undecided + pathways.n_without_etype) as u32,
        other: found.other.clone(),
        parameters: pathways
            .parameters
            .iter()
            .map(|p| {
                let ratio = p.median_ratio.map(|ratio| format!(", median x{ratio:.3}")).unwrap_or_default();
                format!("{}: {} pathways{ratio}", p.field, p.n_changed)
            })
            .collect(),
        most_changed: pathways
            .most_changed
            .iter()
            .take(PATHWAYS)
            .map(|p| PathwayChangeRow {
                from: p.from.clone(),
                to: if p.inferred { format!("{} (inferred)", p.to) } else { p.to.clone() },
                classes: p.classes.join(" -> "),
                gsyn_ns: there_and_here(p.gsyn_ns.map(Some)),
                mean_synapses: there_and_here(p.mean_synapses),
                u_syn: there_and_here(p.u_syn.map(Some)),
            })
            .collect(),
    }
}

fn population_pathway(change: &PopulationChange) -> String {
    let fields: Vec<String> =
        change.fields.iter().map(|(field, values)| format!("{field} {}", there_and_here(*values))).collect();
    format!("{}: {}", change.pathway, fields.join(", "))
}

/// Two values as `0.792 -> 0.68`.
fn there_and_here(values: [Option<f64>; 2]) -> String {
    values.map(|value| value.map_or_else(|| "none".to_owned(), |value| value.to_string())).join(" -> ")
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

fn sentence(found: &Diff, from: &str, to: &str) -> String {
    let pathways = &found.pathways;
    let between = match found.populations.n_compared {
        0 => String::new(),
        n => format!("{} of {n} pathways between populations and ", found.populations.changed.len()),
    };
    format!(
        "from {from} to {to}, {between}{} of {} between m-types change; {} m-types are renamed ({} of them inferred), {} go, {} come; \
         {} synapse classes go, {} come, {} values of the others change; {} synapse rules go, {} come",
        pathways.n_compared - pathways.n_unchanged,
        pathways.n_compared,
        found.renamed.len(),
        found.renamed.iter().filter(|r| r.inferred).count(),
        found.removed_mtypes.len(),
        found.added_mtypes.len(),
        found.removed_classes.len(),
        found.added_classes.len(),
        found.changed_classes.len(),
        found.removed_rules.len(),
        found.added_rules.len(),
    )
}
