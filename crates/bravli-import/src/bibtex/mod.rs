//! BibTeX and BibLaTeX: entries one by one, so that a broken one costs no other.

mod entry;
mod latex;
mod record;
mod split;

use crate::draft::{Imported, Spot};
use crate::format::{Format, admit, check_count};
use crate::problem::{ImportError, ImportProblem};
use entry::{Entry, Strings, read};
use record::draft;
use split::{Piece, pieces};
use std::collections::{BTreeMap, BTreeSet};

/// Reads BibTeX.
///
/// Each entry stands alone: one that cannot be read is skipped with its line and reason, and reading goes on at the next
/// `@` that begins a line. LaTeX accents and commands become Unicode, `@string` words are put in, `crossref` fills in what
/// the entry leaves to its volume, and the abstract becomes the summary.
///
/// # Errors
/// [`ImportError`] when the text is empty, above [`crate::MAX_TEXT_BYTES`] or without any entry.
pub fn bibtex(text: &str) -> Result<Imported, ImportError> {
    let text = admit(text, Format::Bibtex)?;
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut strings = Strings::default();
    let mut first_lines: BTreeMap<String, u32> = BTreeMap::new();
    let mut found = Vec::new();
    let pieces = pieces(text);
    check_count(pieces.len())?;
    for Piece { start, key, content } in pieces {
        let line = lines.line_of(start);
        let entry = match content.and_then(|raw| read(&raw, &mut strings)) {
            Ok(None) => continue, // @string
            Ok(Some(entry)) => match first_lines.get(&entry.key.to_lowercase()) {
                Some(&first) => Err(ImportProblem::DuplicateKey { key: entry.key, first }),
                None => {
                    if !entry.key.is_empty() {
                        first_lines.insert(entry.key.to_lowercase(), line);
                    }
                    Ok(entry)
                }
            },
            Err(reason) => Err(reason),
        };
        found.push((Spot { line: Some(line), entry: key }, entry));
    }
    Ok(assemble(found))
}

fn assemble(found: Vec<(Spot, Result<Entry, ImportProblem>)>) -> Imported {
    let entries = || found.iter().filter_map(|(_, entry)| entry.as_ref().ok());
    let named: BTreeSet<String> = entries().filter_map(Entry::parent).collect();
    let parents: BTreeMap<String, Entry> = entries()
        .map(|entry| (entry.key.to_lowercase(), entry))
        .filter(|(key, _)| named.contains(key))
        .map(|(key, entry)| (key, entry.clone()))
        .collect();
    let mut imported = Imported::default();
    let mut taken = BTreeSet::new();
    for (at, entry) in found {
        let drafted = entry.map(|mut entry| {
            if let Some(parent) = entry.parent().and_then(|key| parents.get(&key)) {
                entry.inherit(parent);
            }
            draft(&entry)
        });
        imported.take(at, drafted, &mut taken);
    }
    imported
}

/// Counts lines as places come by, in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn line_of(&mut self, at: usize) -> u32 {
        let passed = self.text.as_bytes()[self.at..at].iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        self.at = at;
        self.line
    }
}
