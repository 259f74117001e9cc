//! The index and its search.

use crate::coverage::coverage;
use crate::entry::{Entry, entries};
use crate::error::LibraryError;
use crate::hit::{Corpora, Hit, HitKind, SearchOptions, SearchResult};
use crate::query::{Asked, Fields, Rarity};
use crate::synonyms::{Compiled, compile, first_tokens};
use crate::tokens::{Cutter, Word};
use bravli_facts::KnowledgeBase;
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, TermQuery};
use tantivy::schema::{IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{DocAddress, Index, ReloadPolicy, Score, Searcher, TantivyDocument, Term};

/// Most rows of one search.
pub const MAX_LIMIT: usize = 200;

/// Longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 1_000;

/// Memory for building, in bytes: a segment of 50,000 records stays below it, and one segment keeps the order of records.
const BUILD_BYTES: usize = 256 << 20;

/// Rows of each kind that are ranked again.
const RERANKED: usize = 200;

/// Factor for facts of the quantity that the query names.
const QUANTITY: f32 = 1.3;

/// Least share of the query that a confident answer covers.
const COVERED: f32 = 0.5;

/// Papers and facts, indexed.
pub struct Library {
    entries: Vec<Entry>,
    terms: Vec<Compiled>,
    searcher: Searcher,
    fields: Fields,
    cutter: Cutter,
}

impl Library {
    /// Indexes all papers and facts.
    ///
    /// # Errors
    /// [`LibraryError::Index`] when the index cannot be built, which is a mistake of ours.
    ///
    /// # Repeatability
    /// Equal records give equal answers.
    pub fn build(base: &KnowledgeBase) -> Result<Self, LibraryError> {
        let mut cutter = Cutter::new();
        let entries = entries(base, &mut cutter);
        let terms = compile(base.terms(), &mut cutter);
        let (schema, fields) = schema();
        let mut writer = Index::builder()
            .schema(schema)
            .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), BUILD_BYTES)?;
        for entry in &entries {
            let mut document = TantivyDocument::new();
            document.add_text(fields.kind, kind_text(entry.hit.kind));
            for (field, words) in [
                (fields.key, &entry.key),
                (fields.body, &entry.body),
                (fields.pre, &entry.pre),
                (fields.post, &entry.post),
            ] {
                document.add_pre_tokenized_text(field, pre_tokenized(words));
            }
            writer.add_document(document)?;
        }
        let reader = writer.finalize()?.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { entries, terms, searcher: reader.searcher(), fields, cutter })
    }

    /// Ranks records against free text; nothing in it is an operator.
    ///
    /// `A to B` and `A -> B` put A before and B after the synapse.
    ///
    /// # Errors
    /// [`LibraryError::EmptyQuery`], [`LibraryError::LongQuery`] or [`LibraryError::Limit`] when there is nothing to do.
    pub fn search(&self, query: &str, options: SearchOptions) -> Result<SearchResult, LibraryError> {
        if options.limit == 0 || options.limit > MAX_LIMIT {
            return Err(LibraryError::Limit { limit: options.limit, most: MAX_LIMIT });
        }
        let chars = query.chars().count();
        if chars > MAX_QUERY_CHARS {
            return Err(LibraryError::LongQuery { chars, limit: MAX_QUERY_CHARS });
        }
        let mut cutter = self.cutter.clone();
        let asked = Asked::read(query, &self.terms, &mut cutter);
        if asked.words.is_empty() {
            return Err(LibraryError::EmptyQuery(query.to_owned()));
        }
        let rarity: Vec<Rarity> = asked.words.iter().map(|word| self.rarity(word)).collect::<Result<_, _>>()?;
        let kinds: &[HitKind] = match options.corpora {
            Corpora::Papers => &[HitKind::Paper],
            Corpora::Facts => &[HitKind::Fact],
            Corpora::Both => &[HitKind::Fact, HitKind::Paper],
        };
        let mut found = SearchResult { total: 0, hits: Vec::new(), note: None };
        let mut covered = 0.0_f32;
        let query = asked.query(self.fields, &rarity);
        for kind in kinds {
            let (total, rows) = self.ranked(&query, *kind, &asked, &rarity, options.limit)?;
            found.total += total;
            let Some(best) = rows.first().map(|row| (row.score, row.share)) else { continue };
            covered = covered.max(best.1);
            found.hits.extend(rows.into_iter().map(|row| self.hit(row, best, &asked, &mut cutter)));
        }
        // stable: equal scores keep facts first, then the order of keys
        found.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.hits.truncate(options.limit);
        found.note = self.note(&asked, &rarity, &found, covered);
        Ok(found)
    }

    /// Rows of one kind, best first: ranked by BM25, the best of them again by the share of the query that they cover,
    /// since a row with every word beats one with two rare ones.
    fn ranked(
        &self,
        query: &BooleanQuery,
        kind: HitKind,
        asked: &Asked,
        rarity: &[Rarity],
        limit: usize,
    ) -> Result<(usize, Vec<Row>), LibraryError> {
        let of_kind =
            TermQuery::new(Term::from_field_text(self.fields.kind, kind_text(kind)), IndexRecordOption::Basic);
        let filtered = BooleanQuery::new(vec![
            (Occur::Must, Box::new(query.clone())),
            (Occur::Must, Box::new(ConstScoreQuery::new(Box::new(of_kind), 0.0))),
        ]);
        let top = TopDocs::with_limit(RERANKED.max(limit)).order_by_score();
        let (total, best) = self.searcher.search(&filtered, &(Count, top))?;
        let row = |(score, address): (Score, DocAddress)| {
            let at = address.doc_id as usize;
            let entry = &self.entries[at];
            let (matched, share) = coverage(asked, entry, rarity);
            let is_quantity =
                asked.found.iter().any(|found| found.is_quantity && holds(entry, &asked.words, found.words));
            let quantity = if is_quantity { QUANTITY } else { 1.0 };
            Row { at, score: score * entry.weight * share * quantity, share, matched }
        };
        let mut rows: Vec<Row> = best.into_iter().map(row).collect();
        rows.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
        rows.truncate(limit);
        Ok((total, rows))
    }

    fn hit(&self, row: Row, best: (f32, f32), asked: &Asked, cutter: &mut Cutter) -> Hit {
        let entry = &self.entries[row.at];
        let snippet = entry.snippet(&first_tokens(&asked.words), cutter);
        let score = best.1 * row.score / best.0.max(f32::MIN_POSITIVE);
        Hit { score, matched: row.matched, snippet, ..entry.hit.clone() }
    }

    fn note(&self, asked: &Asked, rarity: &[Rarity], found: &SearchResult, covered: f32) -> Option<String> {
        if found.hits.is_empty() {
            return Some("no record shares a word with the query; try other words for it".to_owned());
        }
        let mut notes = Vec::new();
        let missing: Vec<&str> = asked
            .words
            .iter()
            .zip(rarity)
            .filter(|(_, rarity)| rarity.is_unknown)
            .map(|(word, _)| word.raw.as_str())
            .collect();
        if !missing.is_empty() {
            notes.push(format!("no record holds {}; words one letter away count half", missing.join(", ")));
        }
        if let Some(quantity) = asked.found.iter().find(|found| found.is_quantity) {
            let is_named = |hit: &Hit| hit.kind == HitKind::Paper || names(asked, quantity.words, hit);
            if !found.hits.iter().any(is_named) {
                notes.push(format!("no row holds the quantity asked for, {}", quantity.label));
            }
        }
        if covered < COVERED {
            notes.push(
                "the best row matches less than half of the query; treat these rows as nearest, not as answers"
                    .to_owned(),
            );
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    fn rarity(&self, word: &Word) -> Result<Rarity, LibraryError> {
        let n = self.entries.len() as f32;
        let Some(token) = word.tokens.first() else { return Ok(Rarity { weight: 0.0, is_unknown: false }) };
        let frequency = self.frequency(token)?;
        let weight = (1.0 + (n - frequency as f32 + 0.5).max(0.0) / (frequency as f32 + 0.5)).ln();
        // short words have too many neighbours, and L4 is no misspelling of L5
        let is_unknown = frequency == 0 && token.len() >= 5 && token.chars().all(char::is_alphabetic);
        Ok(Rarity { weight, is_unknown })
    }

    fn frequency(&self, token: &str) -> Result<u64, LibraryError> {
        let count = |field| self.searcher.doc_freq(&Term::from_field_text(field, token));
        Ok(count(self.fields.key)?.max(count(self.fields.body)?))
    }
}

/// One row on its way to a hit.
struct Row {
    at: usize,
    score: f32,
    share: f32,
    matched: Vec<String>,
}

/// Whether the key of a fact holds all words of a stretch of the query.
fn holds(entry: &Entry, words: &[Word], stretch: (usize, usize)) -> bool {
    let held =
        |word: &Word| word.tokens.first().is_some_and(|token| entry.key.iter().any(|key| key.tokens.contains(token)));
    entry.hit.kind == HitKind::Fact && words[stretch.0..stretch.1].iter().all(held)
}

fn names(asked: &Asked, words: (usize, usize), hit: &Hit) -> bool {
    let raw: Vec<&str> = asked.words[words.0..words.1].iter().map(|word| word.raw.as_str()).collect();
    raw.iter().any(|raw| hit.matched.iter().any(|matched| matched.split(" ~ ").next() == Some(raw)))
}

fn kind_text(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Paper => "paper",
        HitKind::Fact => "fact",
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // words come cut; the tokenizer named here is never called
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut text = |name| builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing.clone()));
    let (key, body, pre, post) = (text("key"), text("body"), text("pre"), text("post"));
    let kind = builder.add_text_field("kind", STRING);
    (builder.build(), Fields { kind, key, body, pre, post })
}

/// Tokens of one word share its position.
fn pre_tokenized(words: &[Word]) -> PreTokenizedString {
    let mut tokens = Vec::new();
    for (position, word) in words.iter().enumerate() {
        for text in &word.tokens {
            tokens.push(Token { offset_from: 0, offset_to: 0, position, text: text.clone(), position_length: 1 });
        }
    }
    PreTokenizedString { text: String::new(), tokens }
}
