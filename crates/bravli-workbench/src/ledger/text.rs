//! Facts and papers as rows of a reply.

use crate::replies::{FactRow, PaperRow, RivalRow};
use bravli_facts::{Fact, FactValue, KnowledgeBase, Paper, Spread};
use serde::Serialize;

/// A fact with its paper.
pub(crate) fn fact_row(knowledge: &KnowledgeBase, fact: &Fact) -> FactRow {
    FactRow {
        key: fact.id.clone(),
        quantity: fact.quantity.clone(),
        about: about(fact),
        value: value(fact),
        preparation: preparation(fact),
        evidence: word(&fact.evidence),
        locator: fact.locator.clone().or_else(|| fact.seen_in.clone()).unwrap_or_default(),
        verification: word(&fact.verification),
        paper: knowledge.paper(&fact.source).map(paper_row).unwrap_or_default(),
    }
}

/// A fact as a rival.
pub(crate) fn rival_row(knowledge: &KnowledgeBase, fact: &Fact) -> RivalRow {
    let source = knowledge.paper(&fact.source).map_or_else(
        || fact.source.clone(),
        |paper| format!("{} {}", paper.authors.split([',', ';']).next().unwrap_or_default(), paper.year),
    );
    RivalRow {
        key: fact.id.clone(),
        about: about(fact),
        value: value(fact),
        preparation: preparation(fact),
        evidence: word(&fact.evidence),
        source,
    }
}

/// A paper, as it is cited.
pub(crate) fn paper_row(paper: &Paper) -> PaperRow {
    PaperRow {
        key: paper.id.clone(),
        authors: paper.authors.clone(),
        year: paper.year,
        title: paper.title.clone(),
        doi: paper.doi.clone(),
    }
}

/// A word of a closed list, as records write it.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What a fact speaks of: the ends of a connection, or a cell, with its layer.
pub(crate) fn about(fact: &Fact) -> String {
    let what = match (&fact.pre, &fact.post, &fact.cell) {
        (None, None, cell) => cell.clone().unwrap_or_default(),
        (pre, post, _) => {
            format!("{} → {}", pre.as_deref().unwrap_or("any"), post.as_deref().unwrap_or("any"))
        }
    };
    match (&fact.layer, what.is_empty()) {
        (Some(layer), true) => layer.clone(),
        (Some(layer), false) if !what.contains(layer.as_str()) => format!("{what} ({layer})"),
        _ => what,
    }
}

/// Value with spread, unit and n.
pub(crate) fn value(fact: &Fact) -> String {
    let number = match &fact.value {
        FactValue::Number(number) => number.to_string(),
        FactValue::Range([low, high]) => format!("{low} to {high}"),
        FactValue::Category(word) => word.clone(),
        FactValue::Shares(shares) => {
            shares.iter().map(|(name, share)| format!("{name} {share}")).collect::<Vec<_>>().join(", ")
        }
    };
    let spread = match fact.labelled_spread() {
        Spread::Sd(sd) => format!(" ± {sd} (SD)"),
        Spread::Sem(sem) => format!(" ± {sem} (SEM)"),
        Spread::Ci95(half) => format!(" ± {half} (95 % CI)"),
        // a range value has just been written
        Spread::Range(..) | Spread::NotReported => String::new(),
    };
    let side = fact.comparator.as_ref().map(word).unwrap_or_default();
    let unit = if matches!(fact.unit.as_str(), "1" | "category") { "" } else { &fact.unit };
    let n = fact.n.as_ref().map_or_else(String::new, |n| format!(", n = {n}"));
    format!("{side}{number}{spread} {unit}").trim().to_owned() + &n
}

/// What was recorded from, and how, as far as stated.
pub(crate) fn preparation(fact: &Fact) -> String {
    let named = [&fact.species, &fact.strain, &fact.region, &fact.age, &fact.state, &fact.method];
    let mut parts: Vec<String> = named.into_iter().flatten().cloned().collect();
    let has_temperature = fact.state.as_deref().is_some_and(|state| state.ends_with('C'));
    parts.extend(fact.temperature_c.filter(|_| !has_temperature).map(|celsius| format!("{celsius} °C")));
    parts.extend(fact.ca_mm.map(|calcium| format!("{calcium} mM Ca")));
    parts.join(", ")
}
