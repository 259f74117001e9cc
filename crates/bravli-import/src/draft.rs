//! What every format is read into, and the rules by which it becomes a record.

use crate::identifiers::{clean_doi, clean_pmid};
use crate::key::key_for;
use crate::names::{Name, author_list};
use crate::problem::ImportProblem;
use crate::text::{cut_at_sentence, squeeze};
use bravli_facts::{Paper, Verification};
use std::collections::BTreeSet;
use std::fmt;

/// Longest summary, in characters.
const MAX_SUMMARY_CHARS: usize = 2000;

/// Most topics, and the longest of them in characters: longer lists are cut, longer words are left out.
const MAX_TOPICS: usize = 30;
const MAX_TOPIC_CHARS: usize = 100;

/// What was read, and what was not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The papers, in the order of the text, each with a key that is unique among them.
    pub papers: Vec<Paper>,
    /// What was left out, in the order of the text.
    pub skipped: Vec<Skipped>,
}

/// One record that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it stands.
    pub at: Spot,
    /// Why it was left out.
    pub reason: ImportProblem,
    /// What to do about it.
    pub remedy: &'static str,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

/// A place in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// Line, from 1, where the format has lines.
    pub line: Option<u32>,
    /// Name of the record, such as a BibTeX key or an identifier, where it has one.
    pub entry: Option<String>,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.entry) {
            (Some(line), Some(entry)) => write!(f, "line {line}, entry {entry:?}"),
            (Some(line), None) => write!(f, "line {line}"),
            (None, Some(entry)) => write!(f, "entry {entry:?}"),
            (None, None) => f.write_str("text"),
        }
    }
}

impl Imported {
    /// Takes a draft as a paper with a key of its own, or notes why not.
    pub(crate) fn take(&mut self, at: Spot, draft: Result<Draft, ImportProblem>, taken: &mut BTreeSet<String>) {
        match draft.and_then(Draft::into_paper) {
            Ok(mut paper) => {
                paper.id = key_for(&paper, |key| taken.contains(key));
                taken.insert(paper.id.clone());
                self.papers.push(paper);
            }
            Err(reason) => self.skip(at, reason),
        }
    }

    /// Notes a record that is left out.
    pub(crate) fn skip(&mut self, at: Spot, reason: ImportProblem) {
        let remedy = reason.remedy();
        self.skipped.push(Skipped { at, reason, remedy });
    }
}

/// A record on its way: plain text in every field, empty where the source has none.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) authors: Vec<Name>,
    /// Whether the source says that there are more authors than it names.
    pub(crate) has_more_authors: bool,
    pub(crate) year: String,
    pub(crate) title: String,
    pub(crate) container: String,
    pub(crate) volume: String,
    pub(crate) pages: String,
    pub(crate) doi: String,
    pub(crate) pmid: String,
    pub(crate) keywords: Vec<String>,
    /// Index terms: they tell the species and are no topics.
    pub(crate) index_terms: Vec<String>,
    pub(crate) summary: String,
}

impl Draft {
    fn into_paper(self) -> Result<Paper, ImportProblem> {
        let title = squeeze(&self.title);
        let title = title.strip_suffix('.').filter(|title| !title.ends_with("..")).unwrap_or(&title).to_owned();
        let authors = author_list(&self.authors, self.has_more_authors);
        Ok(Paper {
            id: String::new(),
            title: bounded("characters of the title", required("title", title)?, 2000)?,
            authors: bounded("characters of the authors", required("author", authors)?, 10_000)?,
            year: year(&self.year)?,
            aliases: Vec::new(),
            venue: bounded("characters of the venue", self.venue(), 1000)?,
            doi: clean_doi(&self.doi).unwrap_or_default(),
            pmid: clean_pmid(&self.pmid),
            species: self.species(),
            region: Vec::new(),
            topics: self.topics(),
            verification: Verification::Seen,
            summary: cut_at_sentence(&squeeze(&self.summary), MAX_SUMMARY_CHARS),
        })
    }

    /// For example `Neuron 61:301-316`.
    fn venue(&self) -> String {
        let (container, volume) = (squeeze(&self.container), squeeze(&self.volume));
        let pages = squeeze(&self.pages.replace(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'], "-"));
        let pages = pages.replace("--", "-").replace(" - ", "-");
        let place = match (volume.is_empty(), pages.is_empty()) {
            (false, false) => format!("{volume}:{pages}"),
            _ => volume + &pages,
        };
        squeeze(&format!("{container} {place}"))
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        let words = self.keywords.iter().map(|word| squeeze(word));
        for word in words.filter(|word| !word.is_empty() && word.chars().count() <= MAX_TOPIC_CHARS) {
            if topics.len() == MAX_TOPICS {
                break;
            }
            if !topics.iter().any(|held| held.to_lowercase() == word.to_lowercase()) {
                topics.push(word);
            }
        }
        topics
    }

    fn species(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for name in self.keywords.iter().chain(&self.index_terms).filter_map(|word| species_of(word)) {
            if !found.iter().any(|held| held == name) {
                found.push(name.to_owned());
            }
        }
        found
    }
}

fn required(field: &'static str, text: String) -> Result<String, ImportProblem> {
    if text.is_empty() { Err(ImportProblem::Missing(field)) } else { Ok(text) }
}

fn bounded(what: &'static str, text: String, limit: usize) -> Result<String, ImportProblem> {
    if text.chars().count() > limit { Err(ImportProblem::TooMuch { what, limit }) } else { Ok(text) }
}

/// The species that a keyword or index term plainly names, for example `Rats, Wistar`.
fn species_of(word: &str) -> Option<&'static str> {
    let word = word.split(',').next()?.trim().to_lowercase();
    match word.as_str() {
        "rat" | "rats" | "rattus norvegicus" => Some("rat"),
        "mouse" | "mice" | "mus musculus" => Some("mouse"),
        "human" | "humans" | "homo sapiens" => Some("human"),
        _ => None,
    }
}

/// The first four digits that stand alone, as in `2009`, `2009-01-29` or `Jan. 2009`.
fn year(text: &str) -> Result<i32, ImportProblem> {
    let text = squeeze(text);
    if text.is_empty() {
        return Err(ImportProblem::Missing("year"));
    }
    let runs = text.split(|c: char| !c.is_alphanumeric());
    let year = runs.filter(|run| run.len() == 4).find_map(|run| run.parse::<i32>().ok());
    year.filter(|year| (1000..=2999).contains(year))
        .ok_or_else(|| ImportProblem::BadYear(text.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_four_digits_that_stand_alone() {
        assert_eq!(year(" 2009-01-29 "), Ok(2009));
        assert_eq!(year("January 2009"), Ok(2009));
        assert_eq!(year(""), Err(ImportProblem::Missing("year")));
        for wrong in ["in press", "20095", "09", "0099", "3000"] {
            assert_eq!(year(wrong), Err(ImportProblem::BadYear(wrong.to_owned())));
        }
    }

    #[test]
    fn a_venue_joins_what_there_is() {
        let venue = |container: &str, volume: &str, pages: &str| {
            let (container, volume, pages) = (container.to_owned(), volume.to_owned(), pages.to_owned());
            Draft { container, volume, pages, ..Draft::default() }.venue()
        };
        assert_eq!(venue("Neuron", "61", "301–316"), "Neuron 61:301-316");
        assert_eq!(venue("Neuron", "61", ""), "Neuron 61");
        assert_eq!(venue("Cortex", "", "12 -- 15"), "Cortex 12-15");
        assert_eq!(venue("bioRxiv", "", ""), "bioRxiv");
    }

    #[test]
    fn species_come_from_plain_words_only() {
        assert_eq!(species_of("Mice, Inbred C57BL"), Some("mouse"));
        assert_eq!(species_of("Rattus norvegicus"), Some("rat"));
        assert_eq!(species_of("mouse barrel cortex"), None);
    }
}
