//! Answers of Europe PMC's search, with `resultType=core`.

use crate::draft::{Draft, Imported, Spot};
use crate::fetch::Service;
use crate::format::{Format, check_count};
use crate::json::{first, list, name, parse, text};
use crate::names::Name;
use crate::problem::{ImportError, ImportProblem};
use crate::text::html_text;
use serde_json::Value;
use std::collections::BTreeSet;

/// Reads the JSON that `https://www.ebi.ac.uk/europepmc/webservices/rest/search?…&resultType=core&format=json` gives.
///
/// A record that lacks authors, year or title is skipped under its identifier; MeSH headings tell the species.
///
/// # Errors
/// [`ImportError`] when the text is no such answer, or when the service answered with an error of its own.
pub fn europe_pmc(json: &str) -> Result<Imported, ImportError> {
    let answer = parse(json, Format::EuropePmc)?;
    let message = first(&answer, &["/errMsg", "/errorMessage"]);
    if !message.is_empty() {
        return Err(ImportError::Service { service: Service::EuropePmc, message });
    }
    let Some(results) = answer.pointer("/resultList/result").and_then(Value::as_array) else {
        let found = Format::of(json).filter(|found| *found != Format::EuropePmc);
        return Err(ImportError::WrongFormat { expected: Format::EuropePmc, found });
    };
    check_count(results.len())?;
    let mut imported = Imported::default();
    let mut taken = BTreeSet::new();
    for (index, record) in results.iter().enumerate() {
        let at = Spot { line: None, entry: Some(name(record, &["/doi", "/pmid", "/pmcid", "/id", "/title"], index)) };
        let draft = if record.is_object() { Ok(draft(record)) } else { Err(ImportProblem::NoRecord) };
        imported.take(at, draft, &mut taken);
    }
    Ok(imported)
}

fn draft(record: &Value) -> Draft {
    let (authors, has_more_authors) = authors(record);
    let headings = list(record, "/meshHeadingList/meshHeading").iter();
    let major = headings.clone().filter(|heading| text(heading, "/majorTopic_YN") == "Y");
    let own = list(record, "/keywordList/keyword").iter().filter_map(Value::as_str).map(html_text);
    Draft {
        authors,
        has_more_authors,
        year: first(record, &["/pubYear", "/journalInfo/yearOfPublication", "/firstPublicationDate"]),
        title: html_text(&text(record, "/title")),
        container: container(record),
        volume: first(record, &["/journalInfo/volume", "/journalVolume"]),
        pages: text(record, "/pageInfo"),
        doi: text(record, "/doi"),
        pmid: pmid(record),
        keywords: own.chain(major.map(|heading| text(heading, "/descriptorName"))).collect(),
        index_terms: headings.map(|heading| text(heading, "/descriptorName")).collect(),
        summary: html_text(&text(record, "/abstractText")),
    }
}

/// The listed authors; the printed line only where there is no list.
fn authors(record: &Value) -> (Vec<Name>, bool) {
    let listed: Vec<Name> = list(record, "/authorList/author").iter().filter_map(author).collect();
    if !listed.is_empty() {
        return (listed, false);
    }
    let printed = text(record, "/authorString");
    let printed = printed.trim().trim_end_matches('.');
    let names = printed.split(',').map(str::trim).filter(|name| !name.is_empty());
    let (others, names): (Vec<_>, Vec<_>) = names.partition(|name| matches!(*name, "et al" | "et al."));
    // already written the way records write names
    (names.into_iter().map(Name::literal).collect(), !others.is_empty())
}

fn author(author: &Value) -> Option<Name> {
    let family = text(author, "/lastName");
    if !family.is_empty() {
        let given = first(author, &["/initials", "/firstName"]);
        return Some(Name { family, given, suffix: text(author, "/suffix") });
    }
    let group = first(author, &["/collectiveName", "/fullName"]);
    (!group.is_empty()).then(|| Name::literal(&group))
}

/// The journal, without the place that index services add to its name: `Cerebral cortex (New York, N.Y. : 1991)`.
fn container(record: &Value) -> String {
    let full =
        first(record, &["/journalInfo/journal/title", "/journalTitle", "/bookOrReportDetails/publisher", "/publisher"]);
    let full = html_text(&full);
    let place = full.find(" (").filter(|_| full.ends_with(')') && full.contains(" : "));
    place.map_or(full.as_str(), |place| &full[..place]).trim_end_matches('.').to_owned()
}

/// The PubMed number; records from MEDLINE have it as their own number.
fn pmid(record: &Value) -> String {
    let own = if text(record, "/source") == "MED" { text(record, "/id") } else { String::new() };
    Some(text(record, "/pmid")).filter(|pmid| !pmid.is_empty()).unwrap_or(own)
}
