//! Rules that never decide anything, disagree, or leave pairs of cells undecided.

use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::{CellTypes, EndPattern, Location, Problem, Recipe, SynapseRule, shell_match};
use std::collections::{BTreeMap, BTreeSet};

/// Tells of them all.
pub(crate) fn rules(recipe: &Recipe, notes: &mut Notes) {
    regions(recipe, notes);
    let n_mtypes = recipe.taxonomy.len();
    let n_touches = recipe.touches.rules.len() + recipe.touches.repositions.len();
    if notes.affords("ends of touch rules", n_touches, n_mtypes) {
        dead_touches(recipe, notes);
    }
    if notes.affords("patterns of synapse rules", recipe.synapse_rules.len(), n_mtypes) {
        broad(recipe, notes);
    }
    let found = recipe.cell_types();
    let n_words = recipe.synapse_rules.len().div_ceil(64);
    let n_types = found.types.len();
    let is_small = notes.affords("pairs of cell types", n_types * n_types.max(recipe.synapse_rules.len()), n_words);
    if is_small && n_words > 0 && n_types > 0 {
        decided(recipe, &found, notes);
    }
}

/// Rules that match no pair of cell types or are always overridden; pairs that no rule matches.
fn decided(recipe: &Recipe, found: &CellTypes, notes: &mut Notes) {
    let types = &found.types;
    let table = recipe.synapse_table(types);
    let tallies = table.tally();
    for (rule, tally) in recipe.synapse_rules.iter().zip(&tallies) {
        let name = format!("synapse rule {}->{} {}", rule.from, rule.to, rule.class);
        // an end that no m-type fits at all is told as a dead rule
        let fits = |end: &EndPattern| types.iter().any(|cell| end.matches(&cell.class()));
        if tally.n_matched == 0 && rule.from.region.is_none() && rule.to.region.is_none() {
            for (side, end) in [("from", &rule.from), ("to", &rule.to)] {
                let without = EndPattern { etype: None, ..end.clone() };
                let Some(etype) = end.etype.as_deref().filter(|_| !fits(end) && fits(&without)) else { continue };
                let own = types.iter().filter(|cell| without.matches(&cell.class())).map(|cell| cell.etype.as_str());
                let own: Vec<&str> = own.collect::<BTreeSet<_>>().into_iter().collect();
                let message = format!(
                    "{name} can never match: no cell of its {side} end has the e-type {etype:?}, they have {}",
                    own.join(", ")
                );
                let remedy = "correct the e-type or remove the rule";
                notes.add(Problem::warning("dead_rule", message).at(rule.at.clone()).remedy(remedy));
                break;
            }
        } else if tally.n_matched > 0 && tally.n_decided == 0 {
            let by = tally.overridden_by.and_then(|rule| recipe.synapse_rules.get(rule));
            let by = by.map(|r| format!(", as by {}->{} at {}", r.from, r.to, r.at)).unwrap_or_default();
            let message =
                format!("{name} never decides: a later rule overrides it for all {} pairs{by}", tally.n_matched);
            let remedy = "the last match wins; move it behind the broader rule or remove it";
            notes.add(Problem::warning("overridden_rule", message).at(rule.at.clone()).remedy(remedy));
        }
    }
    for (rule, tally) in recipe.synapse_rules.iter().zip(&tallies) {
        let sign = if rule.class.starts_with('E') { "EXC" } else { "INH" };
        let against = types.iter().find(|cell| cell.synapse_class != sign && rule.from.matches(&cell.class()));
        if let Some(cell) = against.filter(|_| tally.n_decided > 0) {
            let message = format!(
                "synapse rule {}->{} gives the class {} to {}, which is {}",
                rule.from, rule.to, rule.class, cell.mtype, cell.synapse_class
            );
            let remedy = "the first letter of a class is its sign; correct the class or the from end";
            notes.add(Problem::warning("sign_mismatch", message).at(rule.at.clone()).remedy(remedy));
        }
    }
    let mut undecided = (0..types.len())
        .flat_map(|pre| (0..types.len()).map(move |post| (pre, post)))
        .filter(|(pre, post)| table.rule(*pre, *post).is_none());
    if let Some((pre, post)) = undecided.next() {
        let n = undecided.count() + 1;
        let (pre, post) = (&types[pre], &types[post]);
        let message = format!(
            "{n} of {} pairs of cell types match no synapse rule, as {} {} -> {} {}",
            types.len() * types.len(),
            pre.mtype,
            pre.etype,
            post.mtype,
            post.etype
        );
        let remedy = "there is no default class; start the rules with EXC/INH to EXC/INH";
        let at = recipe.synapse_rules.first().map(|rule| rule.at.clone()).unwrap_or_default();
        notes.add(Problem::warning("undecided_pairs", message).at(at).remedy(remedy));
    }
}

/// Rules of a region, which a column without regions is in none of.
fn regions(recipe: &Recipe, notes: &mut Notes) {
    let asks = |rule: &&SynapseRule| [&rule.from.region, &rule.to.region].into_iter().flatten().any(|p| p != "*");
    let mut asking = recipe.synapse_rules.iter().filter(asks);
    if let Some(first) = asking.next() {
        let n = asking.count() + 1;
        let message = format!("{n} synapse rules ask for a region, as {}->{} {}", first.from, first.to, first.class);
        let remedy = "a column has no regions, so they apply to none of its cells; say it by m-type";
        notes.add(Problem::warning("region_rule", message).at(first.at.clone()).remedy(remedy));
    }
}

/// `*BC` is meant for basket cells and takes double bouquet cells along.
fn broad(recipe: &Recipe, notes: &mut Notes) {
    let ends = recipe.synapse_rules.iter().flat_map(|rule| [(&rule.from, rule), (&rule.to, rule)]);
    let mut said: BTreeMap<&str, (usize, &Location)> = BTreeMap::new();
    for (end, rule) in ends {
        let Some(pattern) = end.mtype.as_deref().filter(|p| p.ends_with("*BC")) else { continue };
        let fits = |ending: &str| recipe.taxonomy.keys().any(|m| m.ends_with(ending) && shell_match(pattern, m));
        if fits("_DBC") && fits("_LBC") {
            said.entry(pattern).or_insert((0, &rule.at)).0 += 1;
        }
    }
    for (pattern, (n, at)) in said {
        let message = format!(
            "{pattern:?} fits double bouquet cells (DBC) beside the basket cells, in {n} synapse rule{}",
            if n == 1 { "" } else { "s" }
        );
        let remedy = format!("if basket cells are meant, write {:?}", pattern.replace("*BC", "[LNS]BC"));
        notes.add(Problem::warning("broad_pattern", message).at(at.clone()).remedy(remedy));
    }
}

/// Rules of the same ends: the last decides, so the others are mistakes or leftovers.
pub(crate) fn repeated(recipe: &Recipe, notes: &mut Notes) {
    let mut seen: BTreeMap<String, &SynapseRule> = BTreeMap::new();
    for rule in &recipe.synapse_rules {
        let key = format!("{:?}", (rule.from.parts(), rule.to.parts()));
        if let Some(before) = seen.insert(key, rule) {
            let name = format!("synapse rule {}->{}", rule.from, rule.to);
            let same =
                SynapseRule { at: before.at.clone(), comment: before.comment.clone(), ..rule.clone() } == *before;
            let values = format!(
                "class {}, delay {} and velocity {}",
                before.class,
                before.release_delay_ms.get(),
                before.conduction_velocity_um_per_ms
            );
            told(&name, same, &values, &before.at, &rule.at, notes);
        }
    }
    let mut seen: BTreeMap<String, &crate::ConnectionRule> = BTreeMap::new();
    for rule in &recipe.connection_rules {
        let key = format!("{:?}", (rule.from.parts(), rule.to.parts()));
        if let Some(first) = seen.insert(key, rule) {
            let same = crate::ConnectionRule { at: first.at.clone(), ..rule.clone() } == *first;
            let name = format!("connection rule {}->{}", rule.from, rule.to);
            told(&name, same, "other parameters", &first.at, &rule.at, notes);
        }
    }
}

fn told(name: &str, same: bool, before: &str, first: &Location, at: &Location, notes: &mut Notes) {
    notes.add(if same {
        let message = format!("{name} stands twice, before at {first}");
        Problem::note("repeated_rule", message).at(at.clone()).remedy("remove one of them")
    } else {
        let message = format!("{name} stands at {first} with {before}; the later one decides");
        Problem::warning("disagreeing_rules", message).at(at.clone()).remedy("remove the one that is not meant")
    });
}

/// Touch rules and repositions whose m-type pattern fits nothing, once per pattern.
fn dead_touches(recipe: &Recipe, notes: &mut Notes) {
    let rules = recipe.touches.rules.iter().map(|r| ("touch rule", &r.from_mtype, &r.to_mtype, &r.at));
    let moves = recipe.touches.repositions.iter().map(|r| ("reposition", &r.from_mtype, &r.to_mtype, &r.at));
    let mut dead: BTreeMap<(&str, &str), (usize, &Location)> = BTreeMap::new();
    for (what, from, to, at) in rules.chain(moves) {
        for pattern in [from, to] {
            if !recipe.taxonomy.keys().any(|mtype| shell_match(pattern, mtype)) {
                dead.entry((what, pattern)).or_insert((0, at)).0 += 1;
            }
        }
    }
    for ((what, pattern), (n, at)) in dead {
        let lower = pattern.to_lowercase();
        let by_case = recipe.taxonomy.keys().find(|mtype| shell_match(&lower, &mtype.to_lowercase()));
        let near = match by_case {
            Some(mtype) => format!(", but would fit {mtype} if case did not matter"),
            None => did_you_mean(pattern, recipe.taxonomy.keys().map(String::as_str)),
        };
        let message =
            format!("{n} {what}{} {pattern:?}, which fits no m-type{near}", if n == 1 { " names" } else { "s name" });
        let remedy = "correct the pattern or remove the rule; names are matched with their case";
        notes.add(Problem::warning("dead_touch_rule", message).at(at.clone()).remedy(remedy));
    }
}
