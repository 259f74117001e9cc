//! What the literature measured, searched and looked up.

use crate::error::ActError;
use crate::knowledge::Loaded;
use crate::ledger::{paper_row, preparation, value, word};
use crate::replies::{LookupFactRow, LookupReply, PooledReply, SearchReply, SearchResultRow, UnderstoodReply};
use crate::requests::{LookupParameter, RecordKind, SearchLiterature};
use crate::workbench::Workbench;
use bravli_facts::{EvidenceKind, Fact, FactValue, KnowledgeBase, Verification, pool};
use bravli_library::{Answer, Corpora, FactRow, Filters, Hit, HitKind, LibraryError, Question, SearchOptions};
use std::collections::BTreeSet;

/// Longest text that a row quotes.
const MOST_CHARS: usize = 200;

/// Papers of a look-up.
const PAPERS: usize = 5;

impl Workbench {
    /// Searches papers and facts.
    ///
    /// # Errors
    /// An empty or too long query, a limit out of range, an unknown filter value with the nearest ones, or the cursor of
    /// another query.
    pub fn search_literature(&self, request: &SearchLiterature) -> Result<SearchReply, ActError> {
        let limit = in_range(request.limit, 50)?;
        let loaded = self.loaded()?;
        let options = SearchOptions {
            limit,
            corpora: match request.kind {
                RecordKind::Both => Corpora::Both,
                RecordKind::Papers => Corpora::Papers,
                RecordKind::Facts => Corpora::Facts,
            },
            filters: Filters {
                species: request.species.clone(),
                region: request.region.clone(),
                layer: request.layer.clone(),
                cell: request.cell.clone(),
                state: request.state.clone(),
                quantity: request.quantity.clone(),
                year_from: request.year_from,
                year_to: request.year_to,
            },
            cursor: request.cursor.clone(),
        };
        let found = loaded.library()?.search(&request.query, &options).map_err(refused)?;
        let results: Vec<SearchResultRow> = found.hits.iter().map(|hit| search_row(hit, &loaded.base)).collect();
        let finding = match results.first() {
            None => format!("nothing in the library matches {:?} under these filters", request.query),
            Some(first) if !request.cursor.is_empty() => {
                format!("{} records match; this page starts with {}", found.total, first.key)
            }
            Some(best) if best.value.is_empty() => {
                format!("{} records match; best: {} ({})", found.total, best.title, best.source)
            }
            Some(best) => {
                format!("{} records match; best: {} = {} ({})", found.total, best.title, best.value, best.source)
            }
        };
        let facets = found
            .facets
            .into_iter()
            .map(|(name, values)| (name.to_owned(), values.into_iter().map(|(value, n)| (value, n as u64)).collect()));
        Ok(SearchReply {
            finding,
            total: found.total as u64,
            results,
            facets: facets.collect(),
            note: joined([found.note.unwrap_or_default(), loaded.warning()]),
            next_cursor: found.next_cursor,
            next: vec![format!(
                "lookup_parameter {{\"query\": {:?}}} for one quantity, with rivals and what to use",
                short(&request.query)
            )],
        })
    }

    /// Looks up one quantity: ranked facts with what was generalised, rivals, a pooled estimate where that is legitimate,
    /// and what to use; or says that nothing was measured, with the nearest.
    ///
    /// # Errors
    /// Nothing asked, a question too long, a limit out of range, or a field whose value is unknown, with the nearest ones.
    pub fn lookup_parameter(&self, request: &LookupParameter) -> Result<LookupReply, ActError> {
        let limit = in_range(request.limit, 30)?;
        let loaded = self.loaded()?;
        let question = Question {
            query: request.query.clone(),
            quantity: request.quantity.clone(),
            pre: request.pre.clone(),
            post: request.post.clone(),
            cell: request.cell.clone(),
            layer: request.layer.clone(),
            species: request.species.clone(),
            region: request.region.clone(),
            age: request.age.clone(),
            state: request.state.clone(),
            method: request.method.clone(),
        };
        let answer = loaded.library()?.lookup(&question, limit).map_err(refused)?;
        Ok(lookup_reply(&answer, &loaded))
    }
}

fn lookup_reply(answer: &Answer, loaded: &Loaded) -> LookupReply {
    let base = &*loaded.base;
    let rows = |rows: &[FactRow]| {
        rows.iter().filter_map(|row| fact_row(row, base, &answer.understood.open)).collect::<Vec<_>>()
    };
    let (facts, nearest) = (rows(&answer.facts), rows(&answer.nearest));
    let finding = match (answer.is_answered, facts.first(), nearest.first()) {
        (true, Some(best), _) => format!(
            "{} fact{} answer{}; best: {} {} for {} ({}, {})",
            answer.n_answers,
            if answer.n_answers == 1 { "" } else { "s" },
            if answer.n_answers == 1 { "s" } else { "" },
            best.quantity,
            best.value,
            best.about,
            best.source,
            best.fit,
        ),
        (_, _, Some(near)) => format!(
            "nothing measured: {}; nearest is {} {} for {} ({})",
            answer.why_not, near.quantity, near.value, near.about, near.source
        ),
        _ => format!("nothing measured: {}", answer.why_not),
    };
    let papers = answer.papers.iter().filter_map(|hit| base.paper(&hit.key)).take(PAPERS).map(paper_row).collect();
    let mut notes = answer.understood.notes.clone();
    notes.extend(Some(loaded.warning()).filter(|warning| !warning.is_empty()));
    let next = match facts.first() {
        Some(best) => vec![
            format!("bravli://fact/{} is the whole record of the best fact", best.key),
            "parse_recipe {\"recipe\": \"rat-barrel\"} to see what a circuit uses".to_owned(),
        ],
        None => vec![
            "search_literature with other words, or add_literature with a fact of your own".to_owned(),
            "an assumption with its reason is honest too: add_literature with evidence: assumption".to_owned(),
        ],
    };
    LookupReply {
        finding,
        answered: answer.is_answered,
        understood: UnderstoodReply {
            quantities: answer.understood.quantities.clone(),
            pre: answer.understood.pre.clone(),
            post: answer.understood.post.clone(),
            cells: answer.understood.cells.clone(),
            preparation: answer.understood.preparation.clone(),
            notes,
        },
        n_answers: answer.n_answers as u64,
        recommendation: recommendation(answer, base),
        rivals: rivals(answer, base),
        pooled: if answer.is_answered { pooled(answer, base) } else { PooledReply::default() },
        facts,
        nearest,
        papers,
        next,
    }
}

fn fact_row(row: &FactRow, base: &KnowledgeBase, open: &[&str]) -> Option<LookupFactRow> {
    let fact = base.fact(&row.hit.key)?;
    let place = fact.locator.as_ref().or(fact.seen_in.as_ref());
    let mut fit = match (row.is_answer, row.generalised.is_empty()) {
        (true, true) if open.is_empty() => "exact preparation".to_owned(),
        (true, true) => format!("exact in what was asked; {} left open", open.join(", ")),
        (true, false) => format!("generalised: {}", unique(&row.generalised)),
        (false, _) => {
            let quantity = row.against.contains(&"quantity").then(|| "another quantity".to_owned());
            let notes = Some(unique(&row.generalised)).filter(|notes| !notes.is_empty());
            let why: Vec<String> = quantity.into_iter().chain(notes).collect();
            if why.is_empty() {
                "near: too few words of the question".to_owned()
            } else {
                format!("near: {}", why.join("; "))
            }
        }
    };
    if row.is_answer && !row.missing.is_empty() {
        fit.push_str(&format!("; it says nothing of {}", short(&row.missing.join(", "))));
    }
    Some(LookupFactRow {
        key: fact.id.clone(),
        quantity: fact.quantity.clone(),
        value: value(fact),
        about: crate::ledger::about(fact),
        preparation: short(&preparation(fact)),
        fit,
        evidence: word(&fact.evidence),
        verification: word(&fact.verification),
        source: place.map_or_else(|| fact.source.clone(), |place| format!("{}, {}", fact.source, short(place))),
    })
}

/// How far the values that fit equally well lie apart, measurements and others told apart; bounds are no values.
fn rivals(answer: &Answer, base: &KnowledgeBase) -> String {
    let facts: Vec<&Fact> = answer.rivals.iter().filter_map(|key| base.fact(key)).collect();
    let unit = facts.first().map_or("1", |fact| fact.unit.as_str());
    let number = |fact: &Fact| match fact.value {
        FactValue::Number(value) if fact.comparator.is_none() && fact.unit == unit => Some(value),
        _ => None,
    };
    let is_measured = |fact: &&&Fact| fact.evidence == EvidenceKind::Measured;
    let span = |facts: &[&Fact], what: &str| {
        let numbers: Vec<f64> = facts.iter().filter_map(|fact| number(fact)).collect();
        let low = numbers.iter().copied().reduce(f64::min)?;
        let high = numbers.iter().copied().reduce(f64::max)?;
        let unit = if unit == "1" { String::new() } else { format!(" {unit}") };
        Some(match numbers.len() {
            1 => format!("1 {what} {low}{unit}"),
            n if low == high => format!("{n} {what} agree on {low}{unit}"),
            n if low > 0.0 => format!("{n} {what} span {low} to {high}{unit}, {:.2}-fold", high / low),
            n => format!("{n} {what} span {low} to {high}{unit}"),
        })
    };
    let measured: Vec<&Fact> = facts.iter().filter(is_measured).copied().collect();
    let others: Vec<&Fact> = facts.iter().filter(|fact| !is_measured(fact)).copied().collect();
    if facts.iter().filter(|fact| number(fact).is_some()).count() < 2 {
        return String::new();
    }
    let sources: BTreeSet<&str> = facts.iter().map(|fact| fact.source.as_str()).collect();
    let parts = [span(&measured, "measured"), span(&others, "of models, recipes or quoted")];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    format!("fitting equally well, from {} sources: {}", sources.len(), said.join("; "))
}

/// One estimate, or why there is none.
fn pooled(answer: &Answer, base: &KnowledgeBase) -> PooledReply {
    let replicates = answer.replicates.iter().filter_map(|key| base.fact(key));
    let measured: Vec<&Fact> = replicates.filter(|fact| fact.evidence == EvidenceKind::Measured).collect();
    match pool(&measured) {
        Ok(pooled) => {
            let unit = measured.first().map_or("", |fact| if fact.unit == "1" { "" } else { fact.unit.as_str() });
            let (low, high) = pooled.interval;
            PooledReply {
                estimate: format!("{} [{}, {}] {unit}", digits(pooled.value), digits(low), digits(high))
                    .trim_end()
                    .to_owned(),
                why: format!(
                    "{} of {} sources of one preparation; {:.0} % of the scatter lies between them{}",
                    pooled.how,
                    pooled.from.len(),
                    pooled.between * 100.0,
                    if measured.iter().any(|fact| fact.verification == Verification::Memory) {
                        "; some are remembered, not checked"
                    } else {
                        ""
                    }
                ),
                from: pooled.from,
            }
        }
        Err(why) => PooledReply { estimate: String::new(), why: format!("not pooled: {why}"), from: Vec::new() },
    }
}

/// The best answer, with the reasons for and against it.
fn recommendation(answer: &Answer, base: &KnowledgeBase) -> String {
    let Some((row, fact)) = answer
        .facts
        .first()
        .filter(|row| row.is_answer)
        .and_then(|row| base.fact(&row.hit.key).map(|fact| (row, fact)))
    else {
        return String::new();
    };
    let mut because = vec![if row.generalised.is_empty() {
        match answer.understood.open.as_slice() {
            [] => "it is of the very preparation asked for".to_owned(),
            open => format!("it agrees in all that was asked ({} left open)", open.join(", ")),
        }
    } else {
        format!("it is the nearest there is ({})", unique(&row.generalised))
    }];
    if !row.missing.is_empty() {
        because.push(format!("though it says nothing of {}", short(&row.missing.join(", "))));
    }
    because.push(match word(&fact.evidence).as_str() {
        "measured" => match &fact.n {
            Some(n) => format!("measured, n = {n}"),
            None => "measured".to_owned(),
        },
        other => format!("evidence: {other}, not a measurement"),
    });
    if fact.verification == Verification::Memory {
        because.push("remembered, not yet checked against the source".to_owned());
    }
    let others =
        answer.facts.iter().skip(1).filter(|other| other.is_answer).filter_map(|other| base.fact(&other.hit.key));
    let measured = others.into_iter().find(|other| word(&other.evidence) == "measured");
    if let Some(measured) = measured.filter(|_| word(&fact.evidence) != "measured") {
        because.push(format!("the best measured value is {} ({})", value(measured), measured.id));
    }
    format!("use {} = {} because {}", fact.id, value(fact), because.join("; "))
}

fn search_row(hit: &Hit, base: &KnowledgeBase) -> SearchResultRow {
    let fact = base.fact(&hit.key).filter(|_| hit.kind == HitKind::Fact);
    SearchResultRow {
        kind: word(&hit.kind),
        key: hit.key.clone(),
        title: hit.title.clone(),
        value: fact.map(value).unwrap_or_default(),
        source: hit
            .locator
            .as_ref()
            .map_or_else(|| short(&hit.source), |place| format!("{}, {}", hit.source, short(place))),
        snippet: hit.snippet.clone(),
        verification: word(&hit.verification),
        score: crate::replies::round(f64::from(hit.score), 4),
    }
}

fn in_range(limit: u32, most: u32) -> Result<usize, ActError> {
    match limit {
        0 => Ok(10),
        limit if limit <= most => Ok(limit as usize),
        limit => Err(ActError::new(
            "bad_limit",
            "limit",
            format!("must lie in 1..={most}, got {limit}"),
            "10 are usual; narrow the question, or go on with next_cursor",
        )),
    }
}

fn refused(error: LibraryError) -> ActError {
    let code = match error {
        LibraryError::UnknownFilter { .. } => "unknown_value",
        LibraryError::Cursor(_) => "bad_cursor",
        _ => "bad_query",
    };
    ActError::new(code, error.field(), error.to_string(), error.remedy())
}

/// Notes without repetition: both ends of a pair may need the same one.
fn unique(notes: &[String]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for note in notes {
        if !said.contains(&note.as_str()) {
            said.push(note);
        }
    }
    said.join("; ")
}

/// Four significant digits.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let places = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    format!("{value:.places$}")
}

fn joined(notes: [String; 2]) -> String {
    notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ")
}

fn short(text: &str) -> String {
    if text.chars().count() <= MOST_CHARS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST_CHARS).collect();
    format!("{cut}…")
}
