//! Answers of OpenAlex about works.

use crate::draft::{Draft, Imported, Spot};
use crate::fetch::Service;
use crate::format::{Format, check_count};
use crate::json::{first, list, name, parse, text};
use crate::names::Name;
use crate::problem::{ImportError, ImportProblem};
use crate::text::html_text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Concepts below this score are too remote to be topics (they come with works from before 2024).
const LEAST_SCORE: f64 = 0.4;

/// Places in an abstract beyond this one are not read.
const MAX_ABSTRACT_WORDS: u64 = 20_000;

/// Reads what `https://api.openalex.org/works` gives: a list of works, or one work.
///
/// The abstract is put together from its inverted index. A work that lacks authors, year or title is skipped under its
/// identifier.
///
/// # Errors
/// [`ImportError`] when the text is no such answer, or when the service answered with an error of its own.
pub fn openalex(json: &str) -> Result<Imported, ImportError> {
    let answer = parse(json, Format::OpenAlex)?;
    let error = text(&answer, "/error");
    if !error.is_empty() {
        let message = format!("{error} {}", text(&answer, "/message")).trim().to_owned();
        return Err(ImportError::Service { service: Service::OpenAlex, message });
    }
    let is_work = answer.get("authorships").is_some() || text(&answer, "/id").contains("openalex.org/W");
    let works = match (answer.get("results"), &answer) {
        (Some(Value::Array(works)), _) | (None, Value::Array(works)) => works.as_slice(),
        _ if is_work => std::slice::from_ref(&answer),
        _ => {
            let found = Format::of(json).filter(|found| *found != Format::OpenAlex);
            return Err(ImportError::WrongFormat { expected: Format::OpenAlex, found });
        }
    };
    check_count(works.len())?;
    let mut imported = Imported::default();
    let mut taken = BTreeSet::new();
    for (index, work) in works.iter().enumerate() {
        let at = Spot { line: None, entry: Some(name(work, &["/doi", "/id", "/display_name"], index)) };
        let draft = if work.is_object() { Ok(draft(work)) } else { Err(ImportProblem::NoRecord) };
        imported.take(at, draft, &mut taken);
    }
    Ok(imported)
}

fn draft(work: &Value) -> Draft {
    let authors = list(work, "/authorships").iter().map(|authorship| {
        Name::from_display(&html_text(&first(authorship, &["/author/display_name", "/raw_author_name"])))
    });
    Draft {
        authors: authors.collect(),
        has_more_authors: work.get("is_authors_truncated").and_then(Value::as_bool).unwrap_or(false),
        year: first(work, &["/publication_year", "/publication_date"]),
        title: html_text(&first(work, &["/title", "/display_name"])),
        container: html_text(&first(work, &["/primary_location/source/display_name", "/host_venue/display_name"])),
        volume: text(work, "/biblio/volume"),
        pages: pages(work),
        doi: first(work, &["/doi", "/ids/doi"]),
        pmid: text(work, "/ids/pmid"),
        keywords: keywords(work),
        index_terms: list(work, "/mesh").iter().map(|heading| text(heading, "/descriptor_name")).collect(),
        summary: html_text(&inverted(work.get("abstract_inverted_index"))),
    }
}

fn pages(work: &Value) -> String {
    let (from, to) = (text(work, "/biblio/first_page"), text(work, "/biblio/last_page"));
    if to.is_empty() || to == from { from } else { format!("{from}-{to}") }
}

/// Keywords, else topics, else the concepts of older answers.
fn keywords(work: &Value) -> Vec<String> {
    let names = |pointer: &str| -> Vec<String> {
        let near = list(work, pointer).iter().filter(|item| {
            let score = item.get("score").and_then(Value::as_f64);
            pointer != "/concepts" || score.is_none_or(|score| score >= LEAST_SCORE)
        });
        near.map(|item| first(item, &["/display_name", "/keyword"])).filter(|name| !name.is_empty()).collect()
    };
    ["/keywords", "/topics", "/concepts"].into_iter().map(names).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Words back in the order of their places.
fn inverted(index: Option<&Value>) -> String {
    let Some(index) = index.and_then(Value::as_object) else { return String::new() };
    let mut words: BTreeMap<u64, &str> = BTreeMap::new();
    for (word, places) in index {
        for place in places.as_array().into_iter().flatten().filter_map(Value::as_u64) {
            if place < MAX_ABSTRACT_WORDS {
                words.insert(place, word);
            }
        }
    }
    words.into_values().collect::<Vec<_>>().join(" ")
}
