//! A query: words, terms and direction, and the index query built from them.

use crate::synonyms::{Compiled, Form, Found, find, is_ambiguous};
use crate::tokens::{Cutter, Word};
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// Weight of the key field of facts against their text.
const KEY: f32 = 1.5;

/// Weight of a looser token of a word (a part, a single layer).
const PART: f32 = 0.4;

/// Weight of words that stand side by side as in the query.
const PAIR: f32 = 0.2;

/// Weight of a cell on the side of the synapse that the query puts it on.
const SIDE: f32 = 0.7;

/// Weight of a word one letter away, against its rarity.
pub(crate) const NEAR: f32 = 0.5;

/// Fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) kind: Field,
    pub(crate) key: Field,
    pub(crate) body: Field,
    pub(crate) pre: Field,
    pub(crate) post: Field,
}

/// How telling a word of the query is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rarity {
    /// Inverse document frequency.
    pub(crate) weight: f32,
    /// Whether it is a longer word that no record holds, so that a near spelling may be meant.
    pub(crate) is_unknown: bool,
}

/// A query, read.
pub(crate) struct Asked {
    /// Words without directions.
    pub(crate) words: Vec<Word>,
    /// Terms that the words name.
    pub(crate) found: Vec<Found>,
    /// Words before the last direction belong before the synapse.
    split: Option<usize>,
}

impl Asked {
    pub(crate) fn read(text: &str, terms: &[Compiled], cutter: &mut Cutter) -> Self {
        let mut words = Vec::new();
        let mut split = None;
        for word in cutter.cut(text) {
            if word.is_direction {
                split = Some(words.len());
            } else {
                words.push(word);
            }
        }
        let split = split.filter(|at| *at > 0 && *at < words.len());
        let found = find(&words, terms);
        Self { words, found, split }
    }

    /// Whether words `first..end` stand before the synapse, where the query gives a direction.
    pub(crate) fn side(&self, first: usize, end: usize) -> Option<bool> {
        self.split.filter(|split| end <= *split || first >= *split).map(|split| end <= split)
    }

    /// The index query; words that no record holds are looked for one letter away.
    pub(crate) fn query(&self, fields: Fields, rarity: &[Rarity]) -> BooleanQuery {
        let mut parts: Vec<Box<dyn Query>> = Vec::new();
        for (at, word) in self.words.iter().enumerate() {
            for (rank, token) in word.tokens.iter().enumerate() {
                let weight = if rank == 0 { 1.0 } else { PART };
                parts.push(anywhere(fields, token, weight));
                if let Some(is_pre) = self.side(at, at + 1) {
                    let side = if is_pre { fields.pre } else { fields.post };
                    parts.push(boosted(term(side, token), SIDE * weight));
                }
            }
            if rarity[at].is_unknown
                && let Some(token) = word.tokens.first()
            {
                for field in [fields.key, fields.body] {
                    let near = FuzzyTermQuery::new(Term::from_field_text(field, token), 1, true);
                    // a fuzzy match scores 1, whatever the word
                    parts.push(boosted(Box::new(near), NEAR * rarity[at].weight));
                }
            }
        }
        for found in &self.found {
            let mut forms: Vec<Box<dyn Query>> = found.forms.iter().map(|form| all_of(fields, form)).collect();
            if let Some(is_pre) = self.side(found.words.0, found.words.1) {
                let side = if is_pre { fields.pre } else { fields.post };
                let on_side = found.forms.iter().filter(|form| form.tokens.len() == 1);
                forms.extend(on_side.map(|form| boosted(term(side, &form.tokens[0]), SIDE + form.weight)));
            }
            // the best spelling counts, not their number
            parts.push(Box::new(DisjunctionMaxQuery::new(forms)));
        }
        for pair in self.words.windows(2) {
            if let (Some(a), Some(b)) = (pair[0].tokens.first(), pair[1].tokens.first())
                && a != b
            {
                for field in [fields.key, fields.body] {
                    let terms = [a, b].map(|token| Term::from_field_text(field, token));
                    let phrase = PhraseQuery::new_with_offset_and_slop(terms.into_iter().enumerate().collect(), 2);
                    parts.push(boosted(Box::new(phrase), PAIR));
                }
            }
        }
        BooleanQuery::union(parts)
    }
}

fn term(field: Field, token: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, token), IndexRecordOption::WithFreqs))
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}

/// A token in the key or in the text; an ambiguous abbreviation in the key alone.
fn anywhere(fields: Fields, token: &str, weight: f32) -> Box<dyn Query> {
    let in_key = boosted(term(fields.key, token), KEY * weight);
    if is_ambiguous(token) {
        return in_key;
    }
    Box::new(BooleanQuery::union(vec![in_key, boosted(term(fields.body, token), weight)]))
}

/// All tokens of a synonym.
fn all_of(fields: Fields, form: &Form) -> Box<dyn Query> {
    let weight = form.weight / form.tokens.len() as f32;
    let tokens = form.tokens.iter().map(|token| (Occur::Must, anywhere(fields, token, weight)));
    Box::new(BooleanQuery::new(tokens.collect()))
}
