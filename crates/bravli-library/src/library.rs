//! The index over all records.

use crate::agree::Judge;
use crate::ask::{Ask, Known, filler};
use crate::entry::{Entry, entries};
use crate::error::LibraryError;
use crate::facets::Facets;
use crate::hit::HitKind;
use crate::ids::Ids;
use crate::query::Fields;
use crate::spelling::{Spelling, TERM_WORD};
use crate::thesaurus::{TermId, Thesaurus};
use crate::tokens::{Cutter, Word};
use bravli_facts::{Context, KnowledgeBase, Quantity};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tantivy::directory::RamDirectory;
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument};

/// Longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 2_000;

/// Memory for building, in bytes: a segment of 50,000 records stays below it, and one segment keeps the order of records.
const BUILD_BYTES: usize = 256 << 20;

/// One in so many facts makes a species usual.
const USUAL: usize = 20;

/// Papers and facts, indexed.
pub struct Library {
    pub(crate) entries: Vec<Entry>,
    pub(crate) thesaurus: Thesaurus,
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) cutter: Cutter,
    pub(crate) ids: Ids,
    spelling: Spelling,
    /// Words that ask and say nothing.
    filler: HashSet<String>,
    pub(crate) facets: Facets,
    /// Family names that are hardly anything else.
    authors: HashSet<String>,
    /// Facts by quantity.
    pub(crate) by_quantity: HashMap<String, Vec<usize>>,
    /// Quantities of the facts of each paper.
    pub(crate) measured_by: BTreeMap<String, BTreeSet<String>>,
    /// Entries by key.
    pub(crate) by_key: HashMap<String, usize>,
    /// Cells of any fact, with all that is wider, and what is near them.
    held: BTreeSet<TermId>,
    /// Species of at least [`USUAL`] of the facts, with all that is wider.
    usual: BTreeSet<TermId>,
    /// Quantities whose facts mostly say of which cells they are.
    by_cell: HashSet<String>,
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
        let mut cutter = Cutter::remembering();
        let thesaurus = Thesaurus::build(base.terms(), &mut cutter);
        let mut ids = Ids::default();
        let entries = entries(base, &thesaurus, &mut cutter, &mut ids);
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
            let ends = entry.aspects.ends.iter().flat_map(|(pre, post)| pre.classes.iter().chain(&post.classes));
            for class in ends.chain(&entry.aspects.cell.classes) {
                held.extend(thesaurus.with_wider(*class));
            }
        }
        // what a record's cells are near to may be asked for by that name
        let near: Vec<TermId> = thesaurus
            .all()
            .filter(|(id, _)| thesaurus.near(*id).any(|near| held.contains(&near)))
            .map(|(id, _)| id)
            .collect();
        held.extend(near);
        let classed = |at: &usize| {
            let aspects = &entries[*at].aspects;
            aspects.ends.is_some() || !aspects.cell.classes.is_empty()
        };
        let is_of_cells = |name: &str| Quantity::find(name).is_some_and(|quantity| quantity.context != Context::Any);
        let mostly = |facts: &Vec<usize>| facts.iter().filter(|at| classed(at)).count() * 2 > facts.len();
        let by_cell = by_quantity
            .iter()
            .filter(|(name, facts)| is_of_cells(name) || mostly(facts))
            .map(|(name, _)| name.clone())
            .collect();
        let mut of_species: BTreeMap<TermId, usize> = BTreeMap::new();
        for id in
            entries.iter().filter(|entry| entry.hit.kind == HitKind::Fact).flat_map(|entry| &entry.aspects.species)
        {
            *of_species.entry(*id).or_default() += 1;
        }
        let n_facts: usize = by_quantity.values().map(Vec::len).sum();
        let often = of_species.into_iter().filter(|(_, n)| n * USUAL > n_facts).map(|(id, _)| id);
        let usual = often.flat_map(|id| thesaurus.with_wider(id).collect::<Vec<_>>()).collect();
        let by_key = entries.iter().enumerate().map(|(at, entry)| (entry.hit.key.clone(), at)).collect();
        Ok(Self {
            spelling: spelling(&entries, &thesaurus),
            filler: filler(&mut cutter),
            facets: Facets::build(&entries, &thesaurus),
            ids,
            authors: authors(base, &entries, &thesaurus),
            entries,
            thesaurus,
            searcher: reader.searcher(),
            fields,
            cutter: Cutter::new(),
            by_quantity,
            measured_by,
            by_key,
            held,
            usual,
            by_cell,
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
            correct: &|word| self.spelling.correct(word).map(str::to_owned),
            is_author: &|name| self.authors.contains(name),
            is_filler: &|word| self.filler.contains(word),
        };
        let ask = Ask::read(query, &known, cutter);
        if ask.words.is_empty() {
            let shown: String = query.chars().take(80).collect();
            return Err(LibraryError::EmptyQuery(shown));
        }
        Ok(ask)
    }

    /// The judge of agreement, who says why where `explain` asks for it.
    pub(crate) fn judge(&self, explain: bool) -> Judge<'_> {
        Judge { explain, thesaurus: &self.thesaurus, held: &self.held, usual: &self.usual, by_cell: &self.by_cell }
    }
}

/// Words of records and spellings, for finding what a misspelled word means.
fn spelling(entries: &[Entry], thesaurus: &Thesaurus) -> Spelling {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for word in entries.iter().flat_map(|entry| entry.key.iter().chain(&entry.body)) {
        *counts.entry(word.raw.to_lowercase()).or_default() += 1;
    }
    for (_, term) in thesaurus.all() {
        for form in term.exact.iter().chain(&term.related) {
            for word in
                crate::fold::fold(&form.text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
            {
                *counts.entry(word.to_lowercase()).or_default() += TERM_WORD;
            }
        }
    }
    for word in thesaurus.phrasings.spelled() {
        *counts.entry(word.clone()).or_default() += TERM_WORD;
    }
    Spelling::build(counts.into_iter())
}

/// Family names that are no word: no term is spelled so, and no record writes them in lower case.
fn authors(base: &KnowledgeBase, entries: &[Entry], thesaurus: &Thesaurus) -> HashSet<String> {
    let mut names: HashSet<String> = entries.iter().flat_map(|entry| entry.aspects.authors.iter().cloned()).collect();
    let mut remove = |text: &str, any_case: bool| {
        for word in crate::fold::fold(text).split(|c: char| !c.is_alphanumeric()) {
            if any_case || word.starts_with(char::is_lowercase) {
                names.remove(&word.to_lowercase());
            }
        }
    };
    for paper in base.papers() {
        for text in [&paper.title, &paper.summary, &paper.topics.join(" ")] {
            remove(text, false);
        }
    }
    for fact in base.facts() {
        for text in [&fact.cell, &fact.pre, &fact.post, &fact.region, &fact.method, &fact.note].into_iter().flatten() {
            remove(text, false);
        }
    }
    for (_, term) in thesaurus.all() {
        for form in term.exact.iter().chain(&term.related) {
            remove(&form.text, true);
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
