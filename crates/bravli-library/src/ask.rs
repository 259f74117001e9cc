//! A query, read: what quantity, of which cells, from which side to which, in what preparation.

use crate::age::Age;
use crate::cells::{Cells, is_class, layers_of};
use crate::thesaurus::{Found, Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Mark, Word};
use bravli_facts::{Context, Quantity};

/// Words of questions that no record is about.
const FILLER: &str = "about according actually average averaged available best can case cell cells could data did does \
    done else estimate estimated ever evidence exact exactly experimental experimentally figure find found get give given \
    got had has have help her here his however i know known let like likely list literature look made make me mean mean-value \
    measured measurement measurements my near need neuron neurons number obtain often one ones our paper papers \
    people please published recorded reference report reported reports roughly say see set should show shown single \
    some source study studies such taken tell than there these they those true typical typically under us use used \
    using usual usually value values want was we were when where while who whose why will would you your \
    bei beim gibt gross groß haben hat hoch kann man nervenzelle nervenzellen neuronen oder pro sich sie viel viele war wert \
    werte werden wieviel wird zelle zellen et al etc vs versus via per";

/// Words after which an excitatory or inhibitory stands for the connection, not for a cell of its own.
const CONNECTION_WORDS: [&str; 12] = [
    "connect", "connection", "synaps", "input", "postsynapt", "transmiss", "current", "pathway", "project", "conduct",
    "drive", "afferent",
];

/// Words that ask for a model's numbers rather than for measured ones.
const MODEL_WORDS: [&str; 9] = ["model", "recip", "simul", "bbp", "pd14", "microcircuit", "nmc", "netpyn", "portal"];

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
    /// Quantities that the query names.
    pub(crate) quantities: Vec<&'static Quantity>,
    /// Whether it names them by a spelling that is only near.
    pub(crate) is_near_quantity: bool,
    /// Name of the quantity in words.
    pub(crate) quantity_label: String,
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
    pub(crate) years: Vec<i32>,
    /// Family names, as tokens.
    pub(crate) authors: Vec<String>,
    pub(crate) wants_model: bool,
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
}

impl Ask {
    pub(crate) fn read(text: &str, known: &Known<'_>, cutter: &mut Cutter) -> Self {
        let (words, marks, corrections) = cut(text, known, cutter);
        let thesaurus = known.thesaurus;
        let found = thesaurus.find(&words);
        let mut ask = Self {
            taken: vec![false; words.len()],
            filler: words.iter().map(|word| is_filler(word, cutter)).collect(),
            quantities: Vec::new(),
            is_near_quantity: false,
            quantity_label: String::new(),
            pre: Vec::new(),
            post: Vec::new(),
            cells: Vec::new(),
            order: Order::Stated,
            polarity: None,
            species: Vec::new(),
            regions: Vec::new(),
            states: Vec::new(),
            age: Age::of_text(text),
            years: Vec::new(),
            authors: Vec::new(),
            wants_model: words.iter().any(|word| {
                word.tokens.iter().any(|token| MODEL_WORDS.contains(&token.as_str())) || word.raw == "Blue"
            }),
            words,
            found,
            corrections,
        };
        ask.read_preparation(thesaurus);
        ask.read_quantities(thesaurus);
        ask.read_sources(known);
        let groups = ask.groups(&marks, thesaurus);
        ask.take_sides(groups, &marks);
        ask
    }

    /// Whether the quantity asked for belongs to pairs of cells.
    fn asks_pairs(&self) -> bool {
        self.quantities.iter().any(|quantity| quantity.context == Context::Ends || quantity.name.starts_with("synapse."))
    }

    fn take(&mut self, words: (usize, usize)) {
        self.taken[words.0..words.1].fill(true);
    }

    fn read_preparation(&mut self, thesaurus: &Thesaurus) {
        for found in self.found.clone() {
            for id in &found.terms {
                let list = match thesaurus.entry(*id).kind {
                    Kind::Species => &mut self.species,
                    Kind::State => &mut self.states,
                    Kind::Region if !is_class(*id, thesaurus) => &mut self.regions,
                    _ => continue,
                };
                if !list.contains(id) {
                    list.push(*id);
                }
                self.take(found.words);
            }
        }
    }

    fn read_quantities(&mut self, thesaurus: &Thesaurus) {
        let hits: Vec<Found> = self.found.clone();
        let is_quantity = |id: &&TermId| !thesaurus.entry(**id).quantities.is_empty();
        let exact = hits.iter().any(|found| !found.is_related && found.terms.iter().any(|id| is_quantity(&id)));
        for found in hits.iter().filter(|found| !(exact && found.is_related)) {
            for id in found.terms.iter().filter(is_quantity) {
                let term = thesaurus.entry(*id);
                for quantity in term.quantities.iter().filter_map(|name| Quantity::find(name)) {
                    if !self.quantities.contains(&quantity) {
                        self.quantities.push(quantity);
                    }
                }
                if self.quantity_label.is_empty() {
                    self.quantity_label.clone_from(&term.label);
                }
                self.take(found.words);
            }
        }
        self.is_near_quantity = !exact && !self.quantities.is_empty();
        for at in 0..self.words.len() {
            if let Some(quantity) = Quantity::find(&self.words[at].raw) {
                self.quantities.push(quantity);
                self.taken[at] = true;
            }
        }
    }

    fn read_sources(&mut self, known: &Known<'_>) {
        for at in 0..self.words.len() {
            let word = &self.words[at];
            if let Ok(year) = word.raw.trim_matches(|c: char| !c.is_ascii_digit()).parse::<i32>()
                && (1900..=2100).contains(&year)
            {
                self.years.push(year);
                self.taken[at] = true;
            } else if let Some(token) = word.tokens.first()
                && !self.taken[at]
                && (known.is_author)(&word.raw.to_lowercase())
            {
                self.authors.push(word.raw.to_lowercase());
                self.authors.push(token.clone());
                self.taken[at] = true;
            }
        }
    }

    /// Stretches of the query that each name one kind of cell, with their first word.
    fn groups(&mut self, marks: &[(usize, Mark)], thesaurus: &Thesaurus) -> Vec<(usize, Cells)> {
        let mut groups: Vec<(usize, Cells)> = Vec::new();
        let mut last_word = 0;
        let mut is_open = false;
        for at in 0..self.words.len() {
            let is_marked = marks.iter().any(|(place, _)| *place == at);
            is_open &= !is_marked && at < last_word + 4;
            let class = self.found.iter().find(|found| {
                found.words.0 == at && !found.is_related && found.terms.iter().any(|id| is_class(*id, thesaurus))
            });
            let layers = layers_of(&self.words[at]);
            let Some(class) = class.cloned() else {
                if let Some(layers) = layers {
                    // `PV L4 SS`: a layer right before a cell is that cell's
                    let next_is_class = self.found.iter().any(|found| {
                        found.words.0 == at + 1 && found.terms.iter().any(|id| is_class(*id, thesaurus))
                    });
                    match groups.last_mut() {
                        Some((_, cells)) if is_open && cells.layers.is_empty() && !next_is_class => cells.layers = layers,
                        _ => groups.push((at, Cells { layers, classes: Vec::new() })),
                    }
                    (last_word, is_open) = (at, true);
                    self.taken[at] = true;
                }
                continue;
            };
            if layers.is_none() && self.is_polarity(&class, thesaurus) {
                self.polarity = class.terms.first().copied();
                self.take(class.words);
                continue;
            }
            let fits = groups.last().is_some_and(|(_, cells)| {
                is_open
                    && (cells.classes.is_empty() || cells.goes_with(&class, thesaurus))
                    && (layers.is_none() || cells.layers.is_empty())
            });
            if !fits {
                groups.push((at, Cells::default()));
            }
            if let Some((_, cells)) = groups.last_mut() {
                cells.add_classes(&class, thesaurus);
                if let Some(layers) = layers {
                    cells.layers = layers;
                }
            }
            (last_word, is_open) = (class.words.1 - 1, true);
            self.take(class.words);
        }
        groups
    }

    /// `excitatory synapses`, `inhibitory input`.
    fn is_polarity(&self, class: &Found, thesaurus: &Thesaurus) -> bool {
        let next = self.words.get(class.words.1).and_then(|word| word.tokens.first());
        let is_wide = class.terms.iter().any(|id| matches!(thesaurus.entry(*id).key.as_str(), "exc" | "gaba"));
        is_wide && next.is_some_and(|token| CONNECTION_WORDS.contains(&token.as_str()))
    }

    fn take_sides(&mut self, groups: Vec<(usize, Cells)>, marks: &[(usize, Mark)]) {
        let starts: Vec<usize> = groups.iter().map(|(at, _)| *at).collect();
        let (first, last) = (starts.first().copied().unwrap_or(0), starts.last().copied().unwrap_or(0));
        let useful: Vec<(usize, Mark)> = marks
            .iter()
            .copied()
            .filter(|(at, mark)| match mark {
                Mark::Verb | Mark::Dash => first < *at && *at <= last,
                _ => *at <= last,
            })
            .collect();
        let n_groups = groups.len();
        let mut sided = false;
        for (at, cells) in groups {
            let before = useful.iter().rev().find(|(place, _)| *place <= at).map(|(_, mark)| *mark);
            let after = useful.iter().find(|(place, _)| *place > at).map(|(_, mark)| *mark);
            match (before, after) {
                (Some(Mark::Between), _) => {
                    self.order = Order::Either;
                    self.cells.push(cells);
                }
                (Some(Mark::To | Mark::Verb), _) | (None, Some(Mark::From)) => {
                    sided = true;
                    self.post.push(cells);
                }
                (Some(Mark::Dash), _) => {
                    sided = true;
                    self.order = Order::Guessed;
                    self.post.push(cells);
                }
                (Some(Mark::From), _) | (None, Some(Mark::To | Mark::Verb | Mark::Dash)) => {
                    sided = true;
                    self.pre.push(cells);
                }
                _ => self.cells.push(cells),
            }
        }
        let is_pairs = self.words.iter().any(|word| word.tokens.iter().any(|token| token == "pair" || token == "paar"));
        if self.order == Order::Either {
            let mut cells = std::mem::take(&mut self.cells).into_iter();
            if let Some(one) = cells.next() {
                let other = cells.next().unwrap_or_else(|| one.clone());
                self.pre.push(one);
                self.post.push(other);
            }
            self.cells.extend(cells);
        } else if !sided && n_groups >= 2 && self.asks_pairs() {
            self.order = Order::Guessed;
            let mut cells = std::mem::take(&mut self.cells).into_iter();
            self.pre.extend(cells.next());
            self.post.extend(cells.next());
            self.cells.extend(cells);
        } else if !sided && n_groups == 1 && is_pairs && self.asks_pairs() {
            self.order = Order::Either;
            self.pre.clone_from(&self.cells);
            self.post = std::mem::take(&mut self.cells);
        }
    }
}

/// Words and marks of a query, with misspellings corrected.
fn cut(text: &str, known: &Known<'_>, cutter: &mut Cutter) -> (Vec<Word>, Vec<(usize, Mark)>, Vec<(String, String)>) {
    let mut words: Vec<Word> = Vec::new();
    let mut marks = Vec::new();
    let mut corrections = Vec::new();
    for word in cutter.cut(text) {
        if let Some((left, right)) = two_cells(&word, known.thesaurus, cutter) {
            words.extend(left);
            marks.push((words.len(), Mark::Dash));
            words.extend(right);
            continue;
        }
        marks.extend(word.mark.map(|mark| (words.len(), mark)));
        if word.tokens.is_empty() {
            continue;
        }
        let mut word = word;
        let is_author = (known.is_author)(&word.raw.to_lowercase());
        if let Some(first) = word.tokens.first()
            && word.tokens.len() == 1
            && !is_author
            && !is_filler(&word, cutter)
            && let Some(meant) = (known.correct)(first)
        {
            corrections.push((word.raw.clone(), meant.clone()));
            word.tokens = vec![meant];
        }
        words.push(word);
    }
    (words, marks, corrections)
}

/// `PV-PC`, `L4-L2/3`, `E/I`: two cells joined by a sign.
fn two_cells(word: &Word, thesaurus: &Thesaurus, cutter: &mut Cutter) -> Option<(Vec<Word>, Vec<Word>)> {
    let (left, right) = word.raw.split_once('-')?;
    if word.tokens.first().is_some_and(|token| crate::layers::Layers::of_token(token).is_some())
        || thesaurus.find(std::slice::from_ref(word)).iter().any(|found| found.terms.iter().any(|id| is_class(*id, thesaurus)) && {
            // the whole is a spelling of its own, as in `fast-spiking`
            let whole = word.tokens.first();
            found.terms.iter().any(|id| thesaurus.entry(*id).exact.iter().any(|form| form.tokens.len() == 1 && form.tokens.first() == whole))
        })
    {
        return None;
    }
    let mut side = |text: &str| {
        let words: Vec<Word> = cutter.cut(text).into_iter().filter(|word| !word.tokens.is_empty()).collect();
        (!Cells::of_words(&words, thesaurus).is_empty()).then_some(words)
    };
    Some((side(left)?, side(right)?))
}

fn is_filler(word: &Word, cutter: &mut Cutter) -> bool {
    let lower = word.raw.to_lowercase();
    FILLER.split_whitespace().any(|filler| filler == lower || cutter.stem(filler) == lower)
}
