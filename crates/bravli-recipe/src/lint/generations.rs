//! Parts of different generations in one recipe.

use crate::generations::{is_of_2015, is_since_2018, renamed};
use crate::names::{GSYN, TAU_REC};
use crate::problem::Notes;
use crate::select::Parsed;
use crate::{Location, Problem, Recipe};
use std::collections::BTreeMap;

/// How many names a message lists.
const LISTED: usize = 4;

/// Tells of m-type names of both generations side by side, and of spreads under two names.
pub(crate) fn generations(recipe: &Recipe, parsed: &Parsed, notes: &mut Notes) {
    names(recipe, notes);
    spellings(parsed, notes);
}

/// Literal m-types of rules and composition with the first place of each.
fn mtypes(recipe: &Recipe) -> BTreeMap<&str, &Location> {
    let synapse = recipe.synapse_rules.iter().flat_map(|r| [(&r.from.mtype, &r.at), (&r.to.mtype, &r.at)]);
    let connection = recipe.connection_rules.iter().flat_map(|r| [(&r.from.mtype, &r.at), (&r.to.mtype, &r.at)]);
    let composition = recipe.composition.iter().map(|group| (group.mtype.as_str(), &group.at));
    let patterns = synapse.chain(connection).filter_map(|(mtype, at)| Some((mtype.as_deref()?, at)));
    let mut first = BTreeMap::new();
    for (mtype, at) in patterns.chain(composition) {
        first.entry(mtype).or_insert(at);
    }
    first
}

fn names(recipe: &Recipe, notes: &mut Notes) {
    let named = mtypes(recipe);
    let of = |is: fn(&str) -> bool| -> Vec<(&str, &Location)> {
        named.iter().filter(|(mtype, _)| is(mtype)).map(|(mtype, at)| (*mtype, *at)).collect()
    };
    let (older, newer) = (of(is_of_2015), of(is_since_2018));
    let (Some((_, old_at)), Some((_, new_at))) = (older.first(), newer.first()) else { return };
    // fewer names of one kind are the intruders
    let (at, intruders) = if older.len() <= newer.len() { (*old_at, &older) } else { (*new_at, &newer) };
    let list = |names: &[(&str, &Location)]| -> String {
        let listed: Vec<&str> = names.iter().take(LISTED).map(|(name, _)| *name).collect();
        let more = names.len().saturating_sub(LISTED);
        if more > 0 { format!("{} and {more} more", listed.join(", ")) } else { listed.join(", ") }
    };
    let message = format!("m-types of two generations: {} (2015) and {} (since 2018)", list(&older), list(&newer));
    let translated: Vec<String> = intruders
        .iter()
        .take(LISTED)
        .filter_map(|(name, _)| renamed(name))
        .map(|r| format!("{} is now {}", r.older, r.newer.join(" or ")))
        .collect();
    let advice = "conductances were recalibrated between generations, so take all parts from one";
    let remedy = if translated.is_empty() { advice.to_owned() } else { format!("{}; {advice}", translated.join(", ")) };
    notes.add(Problem::warning("mixed_generations", message).at(at.clone()).remedy(remedy));
}

/// `gsynVar` beside `gsynSD`: both are standard deviations, and a reader of the file will not think so.
fn spellings(parsed: &Parsed, notes: &mut Notes) {
    let classes =
        || parsed.xml.iter().flat_map(|r| r.children("SynapsesClassification")).flat_map(|s| s.children("class"));
    let with = |ending: &str| {
        classes().find(|class| {
            [&GSYN, &TAU_REC].iter().any(|pair| class.named(&pair.sd).is_some_and(|a| a.name.ends_with(ending)))
        })
    };
    if let (Some(var), Some(_)) = (with("Var"), with("SD")) {
        let message = "some classes write Var and others SD; both are read as standard deviations";
        notes.add(Problem::warning("mixed_spellings", message).at(var.at()).remedy("write SD throughout"));
    }
}
