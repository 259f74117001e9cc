//! The index over all records.

use crate::agree::Judge;
use crate::ask::{Ask, Known};
use crate::entry::{Entry, entries};
use crate::error::LibraryError;
use crate::hit::HitKind;
use crate::query::Fields;
use crate::spelling::Spelling;
use crate::thesaurus::{TermId, Thesaurus};
use crate::tokens::{Cutter, Word};
use bravli_facts::KnowledgeBase;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tantivy::directory::RamDirectory;
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument};

/// Longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 2_000;

/// Memory for building, in bytes: a segment of 50,000 records stays below it, and one segment keeps the order of records.
const BUILD_BYTES: usize = 256 << 20;

/// Papers and facts, indexed.
pub struct Library {
    pub(crate) entries: Vec<Entry>,
    pub(crate) thesaurus: Thesaurus,
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) cutter: Cutter,
    spelling: Spelling,
    /// Family names that are hardly anything else.
    authors: HashSet<String>,
    /// Facts by quantity.
    pub(crate) by_quantity: HashMap<String, Vec<usize>>,
    /// Quantities of the facts of each paper.
    pub(crate) measured_by: BTreeMap<String, BTreeSet<String>>,
    /// Entries by key.
    pub(crate) by_key: HashMap<String, usize>,
    /// Species and regions of any fact.
    held: BTreeSet<TermId>,
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
        let thesaurus = Thesaurus::build(base.terms(), &mut cutter);
        let entries = entries(base, &thesaurus, &mut cutter);
        let (schema, fields) = schema();
        let mut writer = Index::builder()
            .schema(schema)
            .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), BUILD_BYTES)?;
        for entry in &entries {
            let mut document = TantivyDocument::new();
            match entry.hit.kind {
                HitKind::Paper => document.add_pre_tokenized_text(fields.text, pre_tokenized(&entry.body)),
                HitKind::Fact => {
                    document.add_pre_tokenized_text(fields.key, pre_tokenized(&entry.key));
                    document.add_pre_tokenized_text(fields.body, pre_tokenized(&entry.body));
                }
            }
            writer.add_document(document)?;
        }
        let reader = writer.finalize()?.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let mut by_quantity: HashMap<String, Vec<usize>> = HashMap::new();
        let mut measured_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut held = BTreeSet::new();
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.hit.kind == HitKind::Fact) {
            by_quantity.entry(entry.hit.title.clone()).or_default().push(at);
            measured_by.entry(entry.aspects.source.clone()).or_default().insert(entry.hit.title.clone());
            held.extend(entry.aspects.species.iter().chain(&entry.aspects.regions));
        }
        let by_key = entries.iter().enumerate().map(|(at, entry)| (entry.hit.key.clone(), at)).collect();
        Ok(Self {
            spelling: spelling(&entries, &thesaurus),
            authors: authors(base, &entries, &thesaurus),
            entries,
            thesaurus,
            searcher: reader.searcher(),
            fields,
            cutter,
            by_quantity,
            measured_by,
            by_key,
            held,
        })
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads a query.
    ///
    /// # Errors
    /// [`LibraryError::LongQuery`] and [`LibraryError::EmptyQuery`].
    pub(crate) fn ask(&self, query: &str, cutter: &mut Cutter) -> Result<Ask, LibraryError> {
        let chars = query.chars().count();
        if chars > MAX_QUERY_CHARS {
            return Err(LibraryError::LongQuery { chars, limit: MAX_QUERY_CHARS });
        }
        let known = Known {
            thesaurus: &self.thesaurus,
            correct: &|token| self.spelling.correct(token).map(str::to_owned),
            is_author: &|name| self.authors.contains(name),
        };
        let ask = Ask::read(query, &known, cutter);
        if ask.words.is_empty() {
            let shown: String = query.chars().take(80).collect();
            return Err(LibraryError::EmptyQuery(shown));
        }
        Ok(ask)
    }

    pub(crate) fn judge(&self) -> Judge<'_> {
        Judge { thesaurus: &self.thesaurus, held: &self.held }
    }
}

/// Tokens of records and spellings, for finding what a misspelled word means.
fn spelling(entries: &[Entry], thesaurus: &Thesaurus) -> Spelling {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for token in entries.iter().flat_map(|entry| &entry.tokens) {
        *counts.entry(token).or_default() += 1;
    }
    for (_, term) in thesaurus.all() {
        for token in term.exact.iter().chain(&term.related).flat_map(|form| &form.tokens) {
            *counts.entry(token).or_default() += 1;
        }
    }
    Spelling::build(counts.into_iter().map(|(token, n)| (token.to_owned(), n)))
}

/// Family names that no term, title, topic, summary or fact uses as a word.
fn authors(base: &KnowledgeBase, entries: &[Entry], thesaurus: &Thesaurus) -> HashSet<String> {
    let mut names: HashSet<String> = entries.iter().flat_map(|entry| entry.aspects.authors.iter().cloned()).collect();
    let words = |text: &str| {
        let folded = crate::fold::fold(text).to_lowercase();
        folded.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
    };
    for paper in base.papers() {
        for word in words(&format!("{} {}", paper.title, paper.topics.join(" "))) {
            names.remove(&word);
        }
    }
    for fact in base.facts() {
        for text in [&fact.cell, &fact.pre, &fact.post, &fact.region, &fact.species].into_iter().flatten() {
            for word in words(text) {
                names.remove(&word);
            }
        }
    }
    for (_, term) in thesaurus.all() {
        for form in term.exact.iter().chain(&term.related) {
            for word in words(&form.text) {
                names.remove(&word);
            }
        }
    }
    names
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // words come cut; the tokenizer named here is never called
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut text = |name| builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing.clone()));
    let (key, body, text) = (text("key"), text("body"), text("text"));
    (builder.build(), Fields { key, body, text })
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
