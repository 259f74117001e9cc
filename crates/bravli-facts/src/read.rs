//! YAML texts to records. Texts come from the caller; this crate opens no file.

use crate::base::{KnowledgeBase, Recorded};
use crate::problem::{KnowledgeError, Place, RecordProblem, RecordProblemKind};
use crate::records::{Fact, Paper, Term};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// Largest knowledge file, in bytes.
pub const MAX_TEXT_BYTES: usize = 8 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFile {
    #[serde(rename = "schema")]
    _schema: String,
    papers: Vec<Spanned<Paper>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactFile {
    #[serde(rename = "schema")]
    _schema: String,
    facts: Vec<Spanned<Fact>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermFile {
    #[serde(rename = "schema")]
    _schema: String,
    terms: Vec<Spanned<Term>>,
}

impl KnowledgeBase {
    /// Reads knowledge files, given as (path, text).
    ///
    /// A file that cannot be read, and a second record with a key already used, are left out and reported; the rest is kept.
    ///
    /// # Errors
    /// [`KnowledgeError::TooLarge`] when a text exceeds [`MAX_TEXT_BYTES`].
    pub fn from_texts<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(Self, Vec<RecordProblem>), KnowledgeError> {
        let mut base = Self::default();
        let mut problems = Vec::new();
        for (path, text) in texts {
            if text.len() > MAX_TEXT_BYTES {
                return Err(KnowledgeError::TooLarge {
                    path: path.to_owned(),
                    bytes: text.len(),
                    limit: MAX_TEXT_BYTES,
                });
            }
            base.read(path, text, &mut problems);
        }
        Ok((base, problems))
    }

    fn read(&mut self, path: &str, text: &str, problems: &mut Vec<RecordProblem>) {
        match schema(text) {
            "bravli-papers/1" => {
                if let Some(file) = parse::<PaperFile>(path, text, problems) {
                    add(path, file.papers, |paper| &paper.id, &mut self.papers, problems);
                }
            }
            "bravli-facts/1" => {
                if let Some(file) = parse::<FactFile>(path, text, problems) {
                    add(path, file.facts, |fact| &fact.id, &mut self.facts, problems);
                }
            }
            "bravli-terms/1" => {
                if let Some(file) = parse::<TermFile>(path, text, problems) {
                    add(path, file.terms, |term| &term.key, &mut self.terms, problems);
                }
            }
            other => problems.push(RecordProblem {
                at: Place { file: path.to_owned(), line: 1 },
                key: "-".to_owned(),
                kind: RecordProblemKind::UnknownSchema(other.to_owned()),
            }),
        }
    }
}

/// What the first `schema:` line says; empty when there is none. Parsing a file twice to learn it would take twice as long.
fn schema(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("schema:"));
    line.map_or("", |name| name.trim().trim_matches(['"', '\'']))
}

fn parse<T: DeserializeOwned>(path: &str, text: &str, problems: &mut Vec<RecordProblem>) -> Option<T> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| {
            let line = error.location().map_or(1, |location| line(location.line()));
            problems.push(RecordProblem {
                at: Place { file: path.to_owned(), line },
                key: "-".to_owned(),
                kind: RecordProblemKind::Unreadable(error.to_string().replace('\n', " ")),
            });
        })
        .ok()
}

fn add<T>(
    path: &str,
    records: Vec<Spanned<T>>,
    key: fn(&T) -> &String,
    into: &mut BTreeMap<String, Recorded<T>>,
    problems: &mut Vec<RecordProblem>,
) {
    for record in records {
        let at = Place { file: path.to_owned(), line: line(record.referenced.line()) };
        let key = key(&record.value).clone();
        if let Some(first) = into.get(&key) {
            let kind = RecordProblemKind::Duplicate(first.at.clone());
            problems.push(RecordProblem { at, key, kind });
        } else {
            into.insert(key, Recorded { record: record.value, at });
        }
    }
}

/// Lines count from one.
fn line(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX).max(1)
}
