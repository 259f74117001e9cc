//! Records in the order of their fit: words by BM25, meaning by agreement.

use crate::agree::Agreement;
use crate::ask::Ask;
use crate::entry::Entry;
use crate::error::LibraryError;
use crate::filter::Sieve;
use crate::hit::HitKind;
use crate::library::Library;
use crate::query::index_query;
use std::collections::BTreeMap;
use tantivy::collector::TopDocs;
use tantivy::{DocAddress, Score};

/// Rows of each kind whose agreement is judged, beside all facts of the quantity asked for.
const JUDGED: usize = 300;

/// Weight of a word that only a synonym of its term stands for.
const BY_SYNONYM: f32 = 0.9;

/// One record on its way to a row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) at: usize,
    /// Agreement with the query as a whole; the order of rows.
    pub(crate) score: f32,
    /// Share, by rarity, of the words that no quantity, cell or preparation takes up: how much of the rest is there.
    pub(crate) rest: f32,
    /// Share of all words, by rarity.
    pub(crate) share: f32,
    pub(crate) agreement: Agreement,
}

/// What stands for one word of a query.
struct Wanted<'a> {
    /// Its own tokens, any of them.
    own: Vec<u32>,
    /// Synonyms, each with all its tokens.
    forms: Vec<(&'a str, Vec<u32>)>,
}

impl<'a> Wanted<'a> {
    /// Whether a record holds the word: the synonym, if one stands for it, and how much that counts.
    fn held(&self, entry: &Entry) -> Option<(Option<&'a str>, f32)> {
        if self.own.iter().any(|id| entry.holds(*id)) {
            return Some((None, 1.0));
        }
        let form = self.forms.iter().find(|(_, tokens)| tokens.iter().all(|id| entry.holds(*id)))?;
        Some((Some(form.0), BY_SYNONYM))
    }
}

impl Library {
    /// Rows of one kind that pass the filters, best first, ties by key: all that share a word with the query, or with
    /// `judged_only` those alone whose agreement is judged.
    pub(crate) fn rows(
        &self,
        ask: &Ask,
        kind: HitKind,
        sieve: &Sieve,
        judged_only: bool,
    ) -> Result<Vec<Row>, LibraryError> {
        let is_facts = kind == HitKind::Fact;
        let query = index_query(ask, is_facts, self.fields, &self.thesaurus, &self.ids);
        let most = if judged_only { JUDGED } else { self.entries.len().max(1) };
        let found: Vec<(Score, DocAddress)> =
            self.searcher.search(&query, &TopDocs::with_limit(most).order_by_score())?;
        let best = found.first().map_or(1.0, |(score, _)| score.max(f32::MIN_POSITIVE));
        let measured = |paper: &str, quantities: &[&'static str]| {
            self.measured_by.get(paper).is_some_and(|held| quantities.iter().any(|name| held.contains(*name)))
        };
        let passes = |at: usize| sieve.passes(&self.entries[at], &self.thesaurus, &measured);
        let mut words: BTreeMap<usize, f32> = BTreeMap::new();
        let mut tail = Vec::new();
        for (score, address) in found {
            let at = address.doc_id as usize;
            if !passes(at) {
                continue;
            }
            if words.len() < JUDGED {
                words.insert(at, score / best);
            } else {
                tail.push((at, score / best));
            }
        }
        let mut more: BTreeMap<usize, f32> = BTreeMap::new();
        if is_facts {
            let tail: BTreeMap<usize, f32> = tail.iter().copied().collect();
            for at in ask.quantities.iter().filter_map(|(quantity, _)| self.by_quantity.get(quantity.name)).flatten() {
                if !words.contains_key(at) && passes(*at) {
                    more.insert(*at, tail.get(at).copied().unwrap_or(0.0));
                }
            }
        }
        tail.retain(|(at, _)| !more.contains_key(at));
        words.extend(more);
        let rarity = self.rarity(ask, kind)?;
        let wanted = self.wanted(ask);
        let mut rows: Vec<Row> = words.iter().map(|(at, bm25)| self.row(ask, *at, *bm25, &rarity, &wanted)).collect();
        rows.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
        let floor = rows.last().map_or(0.0, |row| row.score);
        rows.extend(tail.into_iter().map(|(at, bm25)| Row {
            at,
            score: floor * bm25,
            rest: 0.0,
            share: 0.0,
            agreement: Agreement { factor: 0.0, notes: Vec::new(), against: Vec::new() },
        }));
        Ok(rows)
    }

    fn row(&self, ask: &Ask, at: usize, bm25: f32, rarity: &[f32], wanted: &[Wanted<'_>]) -> Row {
        let entry = &self.entries[at];
        let held: Vec<f32> = wanted.iter().map(|word| word.held(entry).map_or(0.0, |(_, weight)| weight)).collect();
        let sum = |pick: &dyn Fn(usize) -> f32| {
            let (mut whole, mut there) = (0.0, 0.0);
            for word in 0..ask.words.len() {
                let weight = rarity[word] * pick(word);
                whole += weight;
                there += weight * held[word];
            }
            if whole > 0.0 { there / whole } else { 1.0 }
        };
        let share = sum(&|word| f32::from(u8::from(!ask.filler[word])));
        let rest = sum(&|word| f32::from(u8::from(!ask.filler[word] && !ask.taken[word])));
        let (agreement, score) = match entry.hit.kind {
            HitKind::Fact => {
                let agreement = self.judge(false).fact(ask, entry);
                let score = agreement.factor * (0.3 + 0.7 * rest) * (0.75 + 0.25 * bm25);
                (agreement, score)
            }
            HitKind::Paper => {
                let agreement = self.judge(false).paper(ask, entry);
                let score = agreement.factor * bm25;
                (agreement, score)
            }
        };
        Row { at, score, rest, share, agreement }
    }

    /// Words of the query that a record holds; `word ~ synonym` where a synonym stands for it.
    pub(crate) fn matched(&self, ask: &Ask, entry: &Entry) -> Vec<String> {
        let wanted = self.wanted(ask);
        let told = ask.words.iter().zip(&wanted).filter_map(|(word, wanted)| {
            let (form, _) = wanted.held(entry)?;
            Some(form.map_or_else(|| word.raw.clone(), |form| format!("{} ~ {form}", word.raw)))
        });
        told.collect()
    }

    /// What stands for each word of the query, in numbers of tokens.
    fn wanted<'a>(&'a self, ask: &Ask) -> Vec<Wanted<'a>> {
        let number = |tokens: &[String]| tokens.iter().map(|token| self.ids.get(token)).collect::<Option<Vec<u32>>>();
        (0..ask.words.len())
            .map(|at| {
                let own = ask.words[at].tokens.iter().filter_map(|token| self.ids.get(token)).collect();
                let terms = ask.found.iter().filter(|found| (found.words.0..found.words.1).contains(&at));
                let forms = terms.flat_map(|found| &found.terms).flat_map(|id| {
                    let term = self.thesaurus.entry(*id);
                    term.exact.iter().chain(&term.related)
                });
                // a form that holds a token of no record stands for nothing
                let forms = forms.filter_map(|form| Some((form.text.as_str(), number(&form.tokens)?))).collect();
                Wanted { own, forms }
            })
            .collect()
    }

    /// Inverse document frequency of each word among records of one kind.
    fn rarity(&self, ask: &Ask, kind: HitKind) -> Result<Vec<f32>, LibraryError> {
        let n = self.entries.iter().filter(|entry| entry.hit.kind == kind).count() as f32;
        let fields = match kind {
            HitKind::Fact => vec![self.fields.key, self.fields.body],
            HitKind::Paper => vec![self.fields.text],
        };
        ask.words
            .iter()
            .map(|word| {
                let mut most = 0;
                for token in word.tokens.iter().take(1) {
                    for field in &fields {
                        most = most.max(self.searcher.doc_freq(&tantivy::Term::from_field_text(*field, token))?);
                    }
                }
                Ok((1.0 + (n - most as f32 + 0.5).max(0.0) / (most as f32 + 0.5)).ln())
            })
            .collect()
    }
}
