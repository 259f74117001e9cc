//! Terms as things to find in a query, and as further words to look for.

use crate::tokens::{Cutter, Word};
use bravli_facts::Term;

/// Weight of a word that means the same.
pub(crate) const EXACT: f32 = 0.5;

/// Weight of a word that is near.
pub(crate) const RELATED: f32 = 0.25;

/// Kind of terms that name quantities.
const QUANTITY: &str = "quantity";

/// A synonym: tokens that must all be there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) text: String,
    pub(crate) tokens: Vec<String>,
    pub(crate) weight: f32,
}

/// A term's spellings.
pub(crate) struct Compiled {
    label: String,
    is_quantity: bool,
    /// Label and exact synonyms: what finds the term, and what it widens to.
    exact: Vec<Form>,
    related: Vec<Form>,
}

/// A term found in a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Words of the query it stands on: first, and one past the last.
    pub(crate) words: (usize, usize),
    pub(crate) is_quantity: bool,
    pub(crate) label: String,
    pub(crate) forms: Vec<Form>,
}

/// First tokens of words: what a query asks for.
pub(crate) fn first_tokens(words: &[Word]) -> Vec<String> {
    words.iter().filter_map(|word| word.tokens.first().cloned()).collect()
}

/// Whether a token is an abbreviation that other words share, such as `mc` or `ss`.
pub(crate) fn is_ambiguous(token: &str) -> bool {
    token.len() <= 2 && token.chars().all(|c| c.is_ascii_alphabetic())
}

/// Cuts the spellings of all terms.
pub(crate) fn compile<'a>(terms: impl Iterator<Item = &'a Term>, cutter: &mut Cutter) -> Vec<Compiled> {
    let mut forms = |texts: &mut dyn Iterator<Item = &String>, weight: f32| -> Vec<Form> {
        let mut forms: Vec<Form> = Vec::new();
        for text in texts {
            let tokens = first_tokens(&cutter.cut(text));
            if !tokens.is_empty() && forms.iter().all(|form| form.tokens != tokens) {
                forms.push(Form { text: text.clone(), tokens, weight });
            }
        }
        forms
    };
    terms
        .map(|term| Compiled {
            label: term.label.clone(),
            is_quantity: term.kind == QUANTITY,
            exact: forms(&mut std::iter::once(&term.label).chain(&term.exact), EXACT),
            related: forms(&mut term.related.iter(), RELATED),
        })
        .collect()
}

/// Terms that a query names, each at its longest spelling, in the order of the query.
pub(crate) fn find(words: &[Word], terms: &[Compiled]) -> Vec<Found> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        for term in terms {
            let spelled = |form: &&Form| {
                form.tokens.len() <= words.len() - start
                    && form.tokens.iter().zip(&words[start..]).all(|(token, word)| {
                        word.tokens.first() == Some(token)
                            // "in" is no interneuron, "IN" may be
                            && (!is_ambiguous(token) || word.raw.chars().all(|c| !c.is_lowercase()))
                    })
            };
            let Some(spelling) = term.exact.iter().filter(spelled).max_by_key(|form| form.tokens.len()) else {
                continue;
            };
            let forms = term.exact.iter().filter(|form| form.tokens != spelling.tokens).chain(&term.related);
            found.push(Found {
                words: (start, start + spelling.tokens.len()),
                is_quantity: term.is_quantity,
                label: term.label.clone(),
                forms: forms.cloned().collect(),
            });
        }
    }
    found
}
