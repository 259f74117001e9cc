//! The index query built from what a query asks.

use crate::ask::Ask;
use crate::ids::Ids;
use crate::thesaurus::{Form, Thesaurus};
use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

/// Weight of the key field of facts against their text.
const KEY: f32 = 1.5;

/// Weight of a looser token of a word (a part, a single layer).
const PART: f32 = 0.4;

/// Weight of words that stand side by side as in the query.
const PAIR: f32 = 0.2;

/// Fields of the index: facts have a key and a body, papers a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) key: Field,
    pub(crate) body: Field,
    pub(crate) text: Field,
}

impl Fields {
    /// Fields of one kind of record, each with its weight.
    fn of(self, facts: bool) -> Vec<(Field, f32)> {
        if facts { vec![(self.key, KEY), (self.body, 1.0)] } else { vec![(self.text, 1.0)] }
    }
}

/// Records of one kind that share words or synonyms with the query, by BM25.
pub(crate) fn index_query(ask: &Ask, facts: bool, fields: Fields, thesaurus: &Thesaurus, ids: &Ids) -> BooleanQuery {
    let fields = fields.of(facts);
    let mut parts: Vec<Box<dyn Query>> = Vec::new();
    // what only asks is in no fact, but may be in a paper
    let asks: Vec<usize> = (0..ask.words.len()).filter(|at| !facts || !ask.filler[*at]).collect();
    for at in &asks {
        for (rank, token) in ask.words[*at].tokens.iter().enumerate() {
            parts.push(anywhere(&fields, token, if rank == 0 { 1.0 } else { PART }));
        }
    }
    for found in &ask.found {
        let mut forms: Vec<Box<dyn Query>> = Vec::new();
        for id in &found.terms {
            let term = thesaurus.entry(*id);
            let typed = &ask.words[found.words.0..found.words.1];
            let is_typed = |form: &Form| {
                form.tokens.len() == typed.len()
                    && form.tokens.iter().zip(typed).all(|(token, word)| word.tokens.first() == Some(token))
            };
            // a form that holds a token of no record finds nothing
            let is_held = |form: &&Form| form.tokens.iter().all(|token| ids.get(token).is_some());
            let others = term.exact.iter().chain(&term.related).filter(is_held).filter(|form| !is_typed(form));
            forms.extend(others.map(|form| all_of(&fields, form)));
        }
        // the best spelling counts, not their number
        parts.push(Box::new(DisjunctionMaxQuery::new(forms)));
    }
    for pair in asks.windows(2) {
        if let (Some(a), Some(b)) = (ask.words[pair[0]].tokens.first(), ask.words[pair[1]].tokens.first())
            && a != b
        {
            for (field, _) in &fields {
                let terms = [a, b].map(|token| Term::from_field_text(*field, token));
                let phrase = PhraseQuery::new_with_offset_and_slop(terms.into_iter().enumerate().collect(), 2);
                parts.push(boosted(Box::new(phrase), PAIR));
            }
        }
    }
    BooleanQuery::union(parts)
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}

/// A token in any of the fields; in a fact, an abbreviation of two letters counts in the key alone.
fn anywhere(fields: &[(Field, f32)], token: &str, weight: f32) -> Box<dyn Query> {
    let is_short = fields.len() > 1 && token.len() <= 2 && token.chars().all(|c| c.is_ascii_alphabetic());
    let fields = if is_short { &fields[..1] } else { fields };
    let terms = fields.iter().map(|(field, own)| {
        let term = TermQuery::new(Term::from_field_text(*field, token), IndexRecordOption::WithFreqs);
        boosted(Box::new(term), own * weight)
    });
    Box::new(BooleanQuery::union(terms.collect()))
}

/// All tokens of a synonym.
fn all_of(fields: &[(Field, f32)], form: &Form) -> Box<dyn Query> {
    let weight = form.weight / form.tokens.len() as f32;
    let tokens = form.tokens.iter().map(|token| (Occur::Must, anywhere(fields, token, weight)));
    Box::new(BooleanQuery::new(tokens.collect()))
}
