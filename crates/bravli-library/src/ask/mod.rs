//! A query, read: what quantity, of which cells, from which side to which, in what preparation.

mod groups;
mod quantities;
mod sides;
mod words;

pub(crate) use words::filler;

use self::quantities::unit;
use self::words::{Marked, cut, pieces, settle};
use crate::age::Age;
use crate::cells::{Cells, is_class};
use crate::thesaurus::{Found, Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Word};
use bravli_facts::Quantity;
use std::collections::BTreeSet;

/// Words that ask for a model's numbers rather than for measured ones.
const MODEL_WORDS: [&str; 9] = ["model", "recip", "simul", "bbp", "pd14", "microcircuit", "nmc", "netpyn", "portal"];

/// Words that ask for a paper.
const PAPER_WORDS: [&str; 11] =
    ["paper", "studi", "articl", "public", "preprint", "who", "Who", "review", "referenc", "citat", "arbeit"];

/// How sure the side of the synapse is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The query says `to`, `from` or draws an arrow.
    Stated,
    /// The cells merely stand one after the other.
    Guessed,
    /// `between` two kinds of cells.
    Either,
}

/// A query, read.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// Words that carry meaning, without marks.
    pub(crate) words: Vec<Word>,
    /// Terms they name.
    pub(crate) found: Vec<Found>,
    /// Whether each word is taken up by a quantity, cell, layer, species, region, state, author or year.
    pub(crate) taken: Vec<bool>,
    /// Whether each word asks and says nothing, such as `typical`.
    pub(crate) filler: Vec<bool>,
    /// Quantities that the query asks for, each with how surely: 1 where it is named.
    pub(crate) quantities: Vec<(&'static Quantity, f32)>,
    /// Unit that the query names.
    pub(crate) unit: &'static str,
    /// Name of the quantity in words.
    pub(crate) quantity_label: String,
    /// Words of quantities that are named, as typed.
    quantity_words: BTreeSet<String>,
    /// Words of cells and preparations, as typed.
    named: BTreeSet<String>,
    /// Whether it is a quantity that no record may have.
    pub(crate) is_foreign: bool,
    /// Cells before the synapse, any of them.
    pub(crate) pre: Vec<Cells>,
    /// Cells behind it.
    pub(crate) post: Vec<Cells>,
    /// Cells without a side.
    pub(crate) cells: Vec<Cells>,
    pub(crate) order: Order,
    /// `excitatory synapses`: class of the cells before the synapse, where nothing else says it.
    pub(crate) polarity: Option<TermId>,
    pub(crate) species: Vec<TermId>,
    pub(crate) regions: Vec<TermId>,
    pub(crate) states: Vec<TermId>,
    pub(crate) age: Option<Age>,
    /// Receptors that it names.
    pub(crate) receptors: Vec<&'static str>,
    pub(crate) years: Vec<i32>,
    /// Family names, as tokens.
    pub(crate) authors: Vec<String>,
    pub(crate) wants_model: bool,
    /// Whether it asks for a paper rather than for a number.
    pub(crate) wants_paper: bool,
    /// Corrections that were made: as typed, as read.
    pub(crate) corrections: Vec<(String, String)>,
}

/// What reading a query needs to know.
pub(crate) struct Known<'a> {
    pub(crate) thesaurus: &'a Thesaurus,
    /// A known token near an unknown one.
    pub(crate) correct: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a token is an author's family name and hardly anything else.
    pub(crate) is_author: &'a dyn Fn(&str) -> bool,
    /// Whether a word in lower case asks and says nothing.
    pub(crate) is_filler: &'a dyn Fn(&str) -> bool,
}

impl Ask {
    pub(crate) fn read(text: &str, known: &Known<'_>, cutter: &mut Cutter) -> Self {
        let english = known.thesaurus.glossary.english(text);
        let text = english.as_deref().unwrap_or(text);
        let Marked { words, marks, corrections } = cut(text, known, cutter);
        let thesaurus = known.thesaurus;
        let mut found = thesaurus.find(&words);
        settle(&mut found, thesaurus);
        let mut ask = Self {
            taken: vec![false; words.len()],
            filler: words.iter().map(|word| (known.is_filler)(&word.raw.to_lowercase())).collect(),
            quantities: Vec::new(),
            unit: unit(text),
            quantity_label: String::new(),
            quantity_words: BTreeSet::new(),
            named: BTreeSet::new(),
            is_foreign: false,
            pre: Vec::new(),
            post: Vec::new(),
            cells: Vec::new(),
            order: Order::Stated,
            polarity: None,
            species: Vec::new(),
            regions: Vec::new(),
            states: Vec::new(),
            age: Age::of_text(text),
            receptors: crate::entry::receptors(text),
            years: Vec::new(),
            authors: Vec::new(),
            wants_paper: words.iter().any(|word| {
                let is_paper = |token: &String| PAPER_WORDS.contains(&token.as_str());
                word.tokens.iter().any(is_paper) || is_paper(&word.raw)
            }),
            wants_model: words.iter().any(|word| {
                word.tokens.iter().any(|token| MODEL_WORDS.contains(&token.as_str())) || word.raw == "Blue"
            }),
            words,
            found,
            corrections,
        };
        ask.read_preparation(thesaurus);
        ask.read_quantities(thesaurus);
        ask.read_foreign(thesaurus);
        ask.read_sources(known);
        let groups = ask.groups(&marks, thesaurus);
        let n_groups = groups.len();
        if !ask.is_foreign {
            ask.read_phrasings(text, n_groups, thesaurus, cutter);
        }
        ask.take_sides(groups, &marks);
        ask
    }

    fn take(&mut self, words: (usize, usize)) {
        self.taken[words.0..words.1].fill(true);
    }

    /// Takes words that name cells or a preparation.
    fn take_name(&mut self, words: (usize, usize)) {
        self.take(words);
        let typed = self.words[words.0..words.1].iter().flat_map(|word| pieces(&word.raw));
        self.named.extend(typed.collect::<Vec<_>>());
    }

    fn read_preparation(&mut self, thesaurus: &Thesaurus) {
        for found in self.found.clone() {
            for id in &found.terms {
                // the whole brain is no narrower than anything, and Blue Brain is no place
                if thesaurus.entry(*id).key == "brain" {
                    continue;
                }
                let list = match thesaurus.entry(*id).kind {
                    Kind::Species => &mut self.species,
                    Kind::State => &mut self.states,
                    Kind::Region if !is_class(*id, thesaurus) => &mut self.regions,
                    _ => continue,
                };
                if !list.contains(id) {
                    list.push(*id);
                }
                self.take_name(found.words);
            }
        }
    }

    fn read_sources(&mut self, known: &Known<'_>) {
        for at in 0..self.words.len() {
            let word = &self.words[at];
            if let Ok(year) = word.raw.trim_matches(|c: char| !c.is_ascii_digit()).parse::<i32>()
                && (1900..=2040).contains(&year)
                && self.words.get(at + 1).is_none_or(|next| unit(&next.raw).is_empty())
            {
                self.years.push(year);
                self.taken[at] = true;
            } else if !unit(&word.raw).is_empty() {
                self.taken[at] = true;
            } else if !self.taken[at] && !self.filler[at] {
                let names = word.raw.to_lowercase();
                let names: Vec<String> =
                    names.split('-').filter(|name| (known.is_author)(name)).map(str::to_owned).collect();
                self.taken[at] = !names.is_empty();
                self.authors.extend(names);
            }
        }
    }
}
