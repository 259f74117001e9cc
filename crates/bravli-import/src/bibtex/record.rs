//! An entry's fields to the parts of a record.

use super::entry::Entry;
use crate::draft::Draft;
use crate::names::Name;
use crate::text::html_text;

pub(crate) fn draft(entry: &Entry) -> Draft {
    let (authors, has_more_authors) = authors(entry);
    let (title, subtitle) = (html_text(&entry.text("title")), html_text(&entry.text("subtitle")));
    Draft {
        authors,
        has_more_authors,
        year: entry.first(&["year", "date"]),
        title: if subtitle.is_empty() { title } else { format!("{title}: {subtitle}") },
        container: container(entry),
        volume: entry.text("volume"),
        pages: entry.first(&["pages", "eid", "article-number", "articleno"]),
        doi: doi(entry),
        pmid: pmid(entry),
        keywords: keywords(&entry.first(&["keywords", "keyword"])),
        index_terms: Vec::new(),
        summary: html_text(&entry.text("abstract")),
    }
}

/// The authors, else the editors, else the body that stands for them.
fn authors(entry: &Entry) -> (Vec<Name>, bool) {
    for field in ["author", "editor"] {
        let (people, has_more) = entry.people(field);
        if !people.is_empty() {
            return (people, has_more);
        }
    }
    let body = entry.first(&["collaboration", "organization", "institution"]);
    (if body.is_empty() { Vec::new() } else { vec![Name::literal(&body)] }, false)
}

/// What the work appeared in, or who published it.
fn container(entry: &Entry) -> String {
    let container = match entry.kind.as_str() {
        "book" | "collection" | "proceedings" | "manual" => entry.first(&["publisher", "organization", "series"]),
        "thesis" | "phdthesis" | "mastersthesis" | "techreport" | "report" => entry.first(&["school", "institution"]),
        _ => String::new(),
    };
    if !container.is_empty() {
        return container;
    }
    let names = ["journaltitle", "journal", "shortjournal", "booktitle", "maintitle", "howpublished", "publisher"];
    let container = html_text(&entry.first(&names));
    let archive = entry.first(&["eprinttype", "archiveprefix"]);
    let is_preprint = container.is_empty() && !archive.is_empty() && !archive.eq_ignore_ascii_case("pubmed");
    if is_preprint { format!("{archive}:{}", entry.text("eprint")) } else { container }
}

fn doi(entry: &Entry) -> String {
    let doi = entry.text("doi");
    let url = entry.text("url");
    if doi.is_empty() && url.contains("doi.org/") { url } else { doi }
}

fn pmid(entry: &Entry) -> String {
    let pmid = entry.text("pmid");
    let is_pubmed = entry.first(&["eprinttype", "archiveprefix"]).eq_ignore_ascii_case("pubmed");
    if pmid.is_empty() && is_pubmed { entry.text("eprint") } else { pmid }
}

/// Words between semicolons, or between commas where there is no semicolon.
fn keywords(text: &str) -> Vec<String> {
    let separator = if text.contains(';') { ';' } else { ',' };
    text.split(separator).map(html_text).collect()
}
