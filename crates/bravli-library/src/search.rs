//! Free search over papers and facts.

use crate::ask::Ask;
use crate::error::LibraryError;
use crate::filter::Sieve;
use crate::hit::{Corpora, Hit, HitKind, SearchOptions, SearchResult};
use crate::library::Library;
use crate::rank::Row;
use crate::snippet::snippet;
use crate::tokens::Cutter;

/// Most rows of one page.
pub const MAX_LIMIT: usize = 200;

/// Rows of a page where the request says nothing.
const USUAL_LIMIT: usize = 10;

/// Least share of the query that a confident answer covers.
const COVERED: f32 = 0.5;

impl Library {
    /// Ranks records against free text; nothing in it is an operator.
    ///
    /// `A to B` and `A -> B` put A before and B behind the synapse.
    ///
    /// # Errors
    /// [`LibraryError`] when there is nothing to do, when a filter is unknown, or when a cursor is of another query.
    pub fn search(&self, query: &str, options: &SearchOptions) -> Result<SearchResult, LibraryError> {
        let limit = if options.limit == 0 { USUAL_LIMIT } else { options.limit };
        if limit > MAX_LIMIT {
            return Err(LibraryError::Limit { limit, most: MAX_LIMIT });
        }
        let mut cutter = self.cutter.clone();
        let ask = self.ask(query, &mut cutter)?;
        let sieve = Sieve::read(&options.filters, &self.thesaurus, &mut cutter)?;
        let stamp = stamp(query, options, self.entries.len());
        let start = start_of(&options.cursor, &stamp)?;
        let kinds: &[HitKind] = match options.corpora {
            Corpora::Papers => &[HitKind::Paper],
            Corpora::Facts => &[HitKind::Fact],
            Corpora::Both => &[HitKind::Fact, HitKind::Paper],
        };
        let mut rows: Vec<Row> = Vec::new();
        for kind in kinds {
            let mut of_kind = self.rows(&ask, *kind, &sieve, false)?;
            if *kind == HitKind::Paper {
                // the share of the words that the best paper holds makes papers comparable with facts; their own order is
                // that of BM25
                let mut worth = of_kind.first().map_or(1.0, |best| 0.2 + 0.8 * best.share);
                if !ask.quantities.is_empty() && !ask.wants_paper {
                    // who names a quantity wants its values first
                    worth *= 0.5;
                }
                for row in &mut of_kind {
                    row.score *= worth;
                }
            }
            rows.extend(of_kind);
        }
        // stable: equal scores keep facts first, then the order of keys
        rows.sort_by(|a, b| b.score.total_cmp(&a.score));
        let counted = self.facets.count(rows.iter().map(|row| row.at));
        let hits: Vec<Hit> = rows.iter().skip(start).take(limit).map(|row| self.hit(row, &ask, &mut cutter)).collect();
        let end = start + hits.len();
        let next_cursor = if end < rows.len() && !hits.is_empty() { format!("{end}-{stamp}") } else { String::new() };
        let note = self.note(&ask, &rows);
        Ok(SearchResult { total: rows.len(), hits, facets: counted, next_cursor, note })
    }

    /// A row as a caller reads it.
    pub(crate) fn hit(&self, row: &Row, ask: &Ask, cutter: &mut Cutter) -> Hit {
        let entry = &self.entries[row.at];
        let mut tokens: Vec<&str> = Vec::new();
        for (at, word) in ask.words.iter().enumerate().filter(|(at, _)| !ask.filler[*at]) {
            tokens.extend(word.tokens.iter().map(String::as_str));
            for found in ask.found.iter().filter(|found| found.words.0 == at) {
                for id in &found.terms {
                    let forms = self.thesaurus.entry(*id).exact.iter().filter(|form| form.tokens.len() == 1);
                    tokens.extend(forms.map(|form| form.tokens[0].as_str()));
                }
            }
        }
        Hit {
            score: row.score.min(1.0),
            matched: self.matched(ask, entry),
            snippet: snippet(&entry.sentences, &tokens, cutter),
            ..entry.hit.clone()
        }
    }

    fn note(&self, ask: &Ask, rows: &[Row]) -> Option<String> {
        let mut notes = ask.corrections_text();
        let Some(best) = rows.first() else {
            notes.push("no record shares a word with the query and passes the filters".to_owned());
            return Some(notes.join("; "));
        };
        let unknown: Vec<&str> = (0..ask.words.len())
            .filter(|at| !ask.filler[*at] && !ask.taken[*at])
            .filter(|at| !self.is_known(&ask.words[*at].tokens))
            .map(|at| ask.words[at].raw.as_str())
            .collect();
        if !unknown.is_empty() {
            notes.push(format!("no record holds {}", unknown.join(", ")));
        }
        let is_asked = |row: &&Row| !row.agreement.against.contains(&"quantity");
        let facts = rows.iter().filter(|row| self.entries[row.at].hit.kind == HitKind::Fact);
        if !ask.quantities.is_empty() && facts.take(20).filter(is_asked).count() == 0 {
            notes.push(format!("no row holds the quantity asked for, {}", ask.quantity_label));
        }
        if best.share < COVERED && best.rest < COVERED {
            notes.push(
                "the best row matches less than half of the query; treat these rows as nearest, not as answers"
                    .to_owned(),
            );
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// Whether any record holds one of the tokens.
    pub(crate) fn is_known(&self, tokens: &[String]) -> bool {
        tokens.iter().any(|token| {
            [self.fields.key, self.fields.body, self.fields.text]
                .into_iter()
                .any(|field| self.searcher.doc_freq(&tantivy::Term::from_field_text(field, token)).is_ok_and(|n| n > 0))
        })
    }
}

impl Ask {
    /// Corrections that were made, for the reader.
    pub(crate) fn corrections_text(&self) -> Vec<String> {
        self.corrections.iter().map(|(typed, meant)| format!("read {typed} as {meant}")).collect()
    }
}

/// What a cursor belongs to: query, filters and library.
fn stamp(query: &str, options: &SearchOptions, n_entries: usize) -> String {
    let text = format!("{query}\u{0}{:?}\u{0}{:?}\u{0}{n_entries}", options.corpora, options.filters);
    // FNV-1a: short, and the same on every machine
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

fn start_of(cursor: &str, stamp: &str) -> Result<usize, LibraryError> {
    if cursor.is_empty() {
        return Ok(0);
    }
    let start = cursor.split_once('-').filter(|(_, own)| *own == stamp).and_then(|(start, _)| start.parse().ok());
    start.ok_or_else(|| LibraryError::Cursor(cursor.chars().take(60).collect()))
}
