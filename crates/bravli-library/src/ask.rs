//! A query, read: what quantity, of which cells, from which side to which, in what preparation.

use crate::age::Age;
use crate::cells::{Cells, is_class, layer_terms, layers_of};
use crate::phrasing::Told;
use crate::thesaurus::{Found, Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Mark, Word};
use bravli_facts::{Context, Quantity};
use std::collections::{BTreeSet, HashSet};

/// Words of questions that no record is about.
const FILLER: &str = "about according actually average averaged available best can case cell cells could data did does \
    done else estimate estimated ever evidence exact exactly experimental experimentally figure find found get give given \
    got had has have help her here his however i know known let like likely list literature look made make me mean nearby neighbouring neighboring \
    measured measurement measurements my near need neuron neurons number obtain often one ones our paper papers \
    people please published recorded reference report reported reports roughly say see set should show shown single \
    some source study studies such taken tell than there these they those true typical typically under us use used \
    using usual usually value values want was we were when where while who whose why will would you your \
    bei beim gibt gross groß über uber bekommt bekommen erhält erhalt haben hat hoch kann man nervenzelle nervenzellen neuronen oder pro sich sie viel viele war wert \
    werte werden wieviel wird zelle zellen et al etc vs versus via per";

/// Words after which an excitatory or inhibitory stands for the connection, not for a cell of its own.
const CONNECTION_WORDS: [&str; 20] = [
    "connect",
    "connection",
    "synaps",
    "input",
    "postsynapt",
    "transmiss",
    "current",
    "pathway",
    "project",
    "conduct",
    "drive",
    "afferent",
    "potenti",
    "respons",
    "weight",
    "background",
    "synapt",
    "psp",
    "effect",
    "nois",
];

/// Words after which cells are only compared with.
const COMPARING_WORDS: [&str; 9] = ["norm", "compar", "rel", "relat", "scale", "normal", "normalis", "than", "seen"];

/// Words of names of cells that questions use otherwise as well.
const FIRING_WORDS: [&str; 14] = [
    "adapting",
    "burst",
    "bursting",
    "fast",
    "intrinsically",
    "irregular",
    "late",
    "low",
    "non",
    "regular",
    "spiking",
    "threshold",
    "thick",
    "units",
];

/// Words that ask for a model's numbers rather than for measured ones.
const MODEL_WORDS: [&str; 9] = ["model", "recip", "simul", "bbp", "pd14", "microcircuit", "nmc", "netpyn", "portal"];

/// Weight of a quantity that a spelling only comes near to.
const NEAR: f32 = 0.6;

/// Weight of a quantity that is asked for in other words beside one that is named.
const BESIDE_NAME: f32 = 0.7;

/// Words that ask for a paper.
const PAPER_WORDS: [&str; 11] =
    ["paper", "studi", "articl", "public", "preprint", "who", "Who", "review", "referenc", "citat", "arbeit"];

/// Quantities that are named where something else of the response is asked.
const RESPONSES: [&str; 2] = ["synapse.uepsp_amplitude", "synapse.uipsp_amplitude"];

/// Weight of such a quantity then.
const OF_RESPONSE: f32 = 0.5;

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
        let (words, marks, corrections) = cut(text, known, cutter);
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

    /// How surely a quantity is asked for: 0 where it is not; 1 where none is.
    pub(crate) fn asks_for(&self, quantity: &str) -> f32 {
        if self.is_foreign {
            return 0.0;
        }
        if self.quantities.is_empty() {
            return 1.0;
        }
        self.quantities.iter().find(|(asked, _)| asked.name == quantity).map_or(0.0, |(_, weight)| *weight)
    }

    /// Whether a turn of phrase is all that tells what is asked, beside words that `is_known` does not know.
    pub(crate) fn is_bare(&self, is_known: impl Fn(&Word) -> bool) -> bool {
        let rest = (0..self.words.len()).filter(|at| !self.taken[*at] && !self.filler[*at]).map(|at| &self.words[at]);
        let (known, unknown): (Vec<_>, Vec<_>) = rest.partition(|word| is_known(word));
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        let has_cells = !(self.pre.is_empty() && self.post.is_empty() && self.cells.is_empty());
        let is_placed = !(self.species.is_empty() && self.regions.is_empty() && self.authors.is_empty());
        !is_named && !has_cells && !is_placed && known.is_empty() && unknown.len() > 1
    }

    /// Whether the quantity asked for belongs to pairs of cells.
    fn asks_pairs(&self) -> bool {
        self.quantities.is_empty() || self.quantities.iter().any(|(quantity, _)| is_of_pairs(quantity))
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

    fn read_quantities(&mut self, thesaurus: &Thesaurus) {
        let hits: Vec<Found> = self.found.clone();
        let is_quantity = |id: &&TermId| !thesaurus.entry(**id).quantities.is_empty();
        let exact = hits.iter().any(|found| !found.is_related && found.terms.iter().any(|id| is_quantity(&id)));
        for found in hits.iter().filter(|found| !(exact && found.is_related)) {
            for id in found.terms.iter().filter(is_quantity) {
                let term = thesaurus.entry(*id);
                let weight = if found.is_related { NEAR } else { 1.0 };
                for quantity in term.quantities.iter().filter_map(|name| Quantity::find(name)) {
                    self.add_quantity(quantity, weight);
                }
                if self.quantity_label.is_empty() {
                    self.quantity_label.clone_from(&term.label);
                }
                for word in &self.words[found.words.0..found.words.1] {
                    self.quantity_words.extend(pieces(&word.raw));
                }
                self.take(found.words);
            }
        }
        // the paired-pulse ratio of EPSPs is no amplitude
        let is_response = |quantity: &Quantity| RESPONSES.contains(&quantity.name);
        if self.quantities.iter().any(|(quantity, weight)| *weight >= 1.0 && !is_response(quantity)) {
            for (_, weight) in self.quantities.iter_mut().filter(|(quantity, _)| is_response(quantity)) {
                *weight *= OF_RESPONSE;
            }
        }
        for at in 0..self.words.len() {
            if let Some(quantity) = Quantity::find(&self.words[at].raw) {
                self.add_quantity(quantity, 1.0);
                self.taken[at] = true;
            }
        }
    }

    /// A quantity that is named but that no record may have, such as an axon's diameter.
    fn read_foreign(&mut self, thesaurus: &Thesaurus) {
        if self.quantities.iter().any(|(_, weight)| *weight >= 1.0) {
            return;
        }
        for found in self.found.clone().iter().filter(|found| !found.is_related) {
            for id in &found.terms {
                let term = thesaurus.entry(*id);
                if term.kind == Kind::Quantity && term.quantities.is_empty() {
                    self.is_foreign = true;
                    self.quantities.clear();
                    self.quantity_label.clone_from(&term.label);
                    self.take(found.words);
                }
            }
        }
    }

    /// Whether a quantity is asked for by its name.
    fn names(&self, quantity: &Quantity) -> bool {
        self.quantities.iter().any(|(asked, weight)| *asked == quantity && *weight >= 1.0)
    }

    fn add_quantity(&mut self, quantity: &'static Quantity, weight: f32) {
        match self.quantities.iter_mut().find(|(held, _)| *held == quantity) {
            Some((_, held)) => *held = held.max(weight),
            None => self.quantities.push((quantity, weight)),
        }
    }

    /// Quantities asked for without their name; beside a name they count less.
    fn read_phrasings(&mut self, text: &str, n_groups: usize, thesaurus: &Thesaurus, cutter: &mut Cutter) {
        // words of a cell's name tell nothing of the quantity: `fast-spiking` asks for no spikes
        let is_name = |piece: &String| self.named.contains(piece) && FIRING_WORDS.contains(&piece.as_str());
        let mut words: BTreeSet<String> = BTreeSet::new();
        for piece in pieces(text).into_iter().filter(|piece| !is_name(piece)) {
            words.insert(cutter.stem(&piece));
        }
        for (_, meant) in &self.corrections {
            words.insert(cutter.stem(meant));
        }
        if self.words.iter().any(|word| layers_of(word).is_some()) {
            words.insert(cutter.stem("layer"));
        }
        let unit = self.unit;
        let fits = |quantity: &Quantity| {
            let by_unit = match unit {
                "" => 1.0,
                unit if unit == quantity.unit => 1.4,
                _ => 0.5,
            };
            let by_cells = match quantity.context {
                Context::Cell if n_groups >= 2 => 0.6,
                Context::Ends if n_groups >= 2 => 1.2,
                _ => 1.0,
            };
            by_unit * by_cells
        };
        let Told { quantities: found, words: used } = thesaurus.phrasings.find(&words, fits);
        for at in 0..self.words.len() {
            let is_used = pieces(&self.words[at].raw).iter().any(|piece| used.contains(&cutter.stem(piece)));
            let is_corrected = self.words[at].tokens.iter().any(|token| used.contains(token));
            self.taken[at] |= is_used || is_corrected || self.words[at].mark.is_some();
        }
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        // `how quickly does the EPSP fade` names the EPSP and asks for its decay
        let names: BTreeSet<String> = self.quantity_words.iter().map(|word| cutter.stem(word)).collect();
        let n_named = used.intersection(&names).count();
        let n_more = used.len() - n_named;
        let asks_more = is_named && (n_named == names.len() && n_more > 0 || n_named > 0 && n_more > 1);
        if asks_more && !found.iter().any(|(quantity, _)| self.names(quantity)) {
            for (_, weight) in &mut self.quantities {
                *weight *= BESIDE_NAME;
            }
        }
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        let Some(most) = found.first().map(|(_, told)| *told) else { return };
        if self.quantity_label.is_empty() {
            found[0].0.name.clone_into(&mut self.quantity_label);
        }
        for (quantity, told) in found {
            self.add_quantity(quantity, told / most * if is_named { BESIDE_NAME } else { 0.98 });
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
            let in_term =
                self.found.iter().find(|found| found.words.0 == at).and_then(|found| layer_terms(found, thesaurus));
            let layers = layers_of(&self.words[at]).or(in_term);
            let Some(class) = class.cloned() else {
                if let Some(layers) = layers {
                    // `PV L4 SS`: a layer right before another cell is that cell's
                    let next_is_class = self.found.iter().any(|found| {
                        found.words.0 == at + 1
                            && found.terms.iter().any(|id| is_class(*id, thesaurus))
                            && !groups.last().is_some_and(|(_, cells)| cells.goes_with(found, thesaurus))
                    });
                    match groups.last_mut() {
                        Some((_, cells)) if is_open && cells.layers.is_empty() && !next_is_class => {
                            cells.layers = layers
                        }
                        _ => groups.push((at, Cells { layers, classes: Vec::new() })),
                    }
                    (last_word, is_open) = (at, true);
                    self.taken[at] = true;
                }
                continue;
            };
            if layers.is_none() && !is_marked && self.is_polarity(&class, thesaurus) {
                self.polarity = class.terms.first().copied();
                self.take(class.words);
                continue;
            }
            let fits = groups.last().is_some_and(|(_, cells)| {
                is_open
                    && (cells.classes.is_empty()
                        || cells.goes_with(&class, thesaurus)
                        || (at == last_word + 1 && cells.may_lie_in(&class, thesaurus)))
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
            // `inhibitory` may speak of the cell and of its synapse
            let is_wide = class.terms.iter().any(|id| matches!(thesaurus.entry(*id).key.as_str(), "exc" | "gaba"));
            if is_wide { self.take(class.words) } else { self.take_name(class.words) }
        }
        if groups.len() > 1 {
            let references: Vec<bool> = groups.iter().map(|(at, _)| self.is_reference(*at)).collect();
            if references.iter().any(|is_reference| !is_reference) {
                let mut kept = references.iter().map(|is_reference| !is_reference);
                groups.retain(|_| kept.next().unwrap_or(true));
            }
        }
        groups
    }

    /// Whether cells starting here are only what others are compared with: `scaled to layer 4 cells`.
    fn is_reference(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at)
            .any(|before| self.words[before].tokens.iter().any(|token| COMPARING_WORDS.contains(&token.as_str())))
    }

    /// `excitatory synapses`, `inhibitory input`.
    fn is_polarity(&self, class: &Found, thesaurus: &Thesaurus) -> bool {
        let next = self.words.get(class.words.1).and_then(|word| word.tokens.first());
        let is_wide = class.terms.iter().any(|id| matches!(thesaurus.entry(*id).key.as_str(), "exc" | "gaba"));
        is_wide
            && class.words.1 == class.words.0 + 1
            && next.is_some_and(|token| CONNECTION_WORDS.contains(&token.as_str()))
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
        let n_froms = useful.iter().filter(|(_, mark)| *mark == Mark::From).count();
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
        // `evoked by A in B`, `from spike to EPSP, A to B`: two cells on one side stand on two
        if self.order == Order::Stated && self.pre.is_empty() && self.post.len() == 2 {
            self.pre.push(self.post.remove(0));
        } else if self.order == Order::Stated && self.post.is_empty() && self.pre.len() == 2 && n_froms < 2 {
            self.order = Order::Guessed;
            self.post.extend(self.pre.pop());
        }
        let says = |list: &[&str]| {
            self.words.iter().any(|word| word.tokens.iter().any(|token| list.contains(&token.as_str())))
        };
        let is_pairs =
            says(&["pair", "paar", "other", "another", "themselv", "einand", "untereinand", "mutual", "recurr"]);
        // `response of A to B`
        let is_answer_of = self.order == Order::Stated
            && self.words.iter().take(first).any(|word| word.tokens.iter().any(|token| token == "respons"));
        if is_answer_of
            && self.pre.len() == 1
            && self.post.len() == 1
            && useful.iter().all(|(_, mark)| *mark == Mark::To)
        {
            std::mem::swap(&mut self.pre, &mut self.post);
        }
        let same_layer = says(&["same", "derselben", "gleichen"]);
        // `onto each other`: the one kind of cell stands on both sides
        if is_pairs && n_groups == 1 && self.asks_pairs() {
            self.cells.append(&mut self.pre);
            self.cells.append(&mut self.post);
            self.order = Order::Either;
        }
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
        }
        if !self.quantities.is_empty() && !self.quantities.iter().any(|(quantity, _)| is_of_pairs(quantity)) {
            // no pair is asked for, so the sides mean nothing: `share of A among B`
            let mut cells = std::mem::take(&mut self.pre);
            cells.append(&mut self.post);
            cells.append(&mut self.cells);
            cells.dedup();
            self.cells = cells;
            self.order = Order::Stated;
        }
        if same_layer {
            let layers = self.pre.iter().chain(&self.post).map(|cells| cells.layers).find(|layers| !layers.is_empty());
            for cells in self.pre.iter_mut().chain(&mut self.post).filter(|cells| cells.layers.is_empty()) {
                cells.layers = layers.unwrap_or_default();
            }
        }
    }
}

/// An abbreviation that names a cell and a region (BC) is the region where another cell is named or a species precedes.
fn settle(found: &mut [Found], thesaurus: &Thesaurus) {
    let kind = |id: &TermId| thesaurus.entry(*id).kind;
    let is_mixed = |hit: &Found| {
        hit.terms.iter().any(|id| kind(id) == Kind::Cell) && hit.terms.iter().any(|id| kind(id) == Kind::Region)
    };
    let names_cell = found.iter().any(|hit| !is_mixed(hit) && hit.terms.iter().any(|id| is_class(*id, thesaurus)));
    for at in 0..found.len() {
        let after_species = at > 0 && found[at - 1].terms.iter().any(|id| kind(id) == Kind::Species);
        if is_mixed(&found[at]) {
            let wanted = if names_cell || after_species { Kind::Region } else { Kind::Cell };
            found[at].terms.retain(|id| kind(id) == wanted);
        }
    }
}

/// Words and marks of a query, with misspellings corrected.
fn cut(text: &str, known: &Known<'_>, cutter: &mut Cutter) -> (Vec<Word>, Vec<(usize, Mark)>, Vec<(String, String)>) {
    let mut words: Vec<Word> = Vec::new();
    let mut marks = Vec::new();
    let mut corrections = Vec::new();
    for word in cutter.cut(text) {
        if let Some((left, right, is_pair)) = two_cells(&word, known.thesaurus, cutter) {
            words.extend(left);
            if is_pair {
                marks.push((words.len(), Mark::Dash));
            }
            words.extend(right);
            continue;
        }
        marks.extend(word.mark.map(|mark| (words.len(), mark)));
        if word.tokens.is_empty() {
            continue;
        }
        let mut word = word;
        if matches!(word.raw.as_str(), "5A" | "5B" | "6A" | "6B") {
            let layer = cutter.cut(&format!("L{}", word.raw));
            word.tokens = layer.into_iter().flat_map(|word| word.tokens).collect();
        }
        let is_author = (known.is_author)(&word.raw.to_lowercase());
        let lower = word.raw.to_lowercase();
        if word.tokens.len() == 1
            && !is_author
            && !(known.is_filler)(&lower)
            && word.mark.is_none()
            && let Some(meant) = (known.correct)(&lower)
        {
            corrections.push((word.raw.clone(), meant.clone()));
            let mark = word.mark;
            word = cutter.cut(&meant).into_iter().next().unwrap_or(word);
            word.mark = mark;
        }
        words.push(word);
    }
    (words, marks, corrections)
}

/// `PV-PC`, `L4-L2/3`, `E/I`: two cells joined by a sign.
fn two_cells(word: &Word, thesaurus: &Thesaurus, cutter: &mut Cutter) -> Option<(Vec<Word>, Vec<Word>, bool)> {
    let (left, right) = word.raw.split_once('-')?;
    if word.tokens.first().is_some_and(|token| crate::layers::Layers::of_token(token).is_some())
        || thesaurus.find(std::slice::from_ref(word)).iter().any(|found| {
            found.terms.iter().any(|id| is_class(*id, thesaurus)) && {
                // the whole is a spelling of its own, as in `fast-spiking`
                let whole = word.tokens.first();
                found.terms.iter().any(|id| {
                    thesaurus.entry(*id).exact.iter().any(|form| form.tokens.len() == 1 && form.tokens.first() == whole)
                })
            }
        })
    {
        return None;
    }
    let mut side = |text: &str| {
        let words: Vec<Word> = cutter.cut(text).into_iter().filter(|word| !word.tokens.is_empty()).collect();
        (!Cells::of_words(&words, thesaurus).is_empty()).then_some(words)
    };
    let (left, right) = (side(left)?, side(right)?);
    let (before, after) = (Cells::of_words(&left, thesaurus), Cells::of_words(&right, thesaurus));
    // `L4-Pyramidenzelle` is one cell
    let is_one = before.classes.is_empty() && after.layers.is_empty() && !after.classes.is_empty();
    Some((left, right, !is_one))
}

/// Runs of letters and digits, in lower case.
fn pieces(text: &str) -> Vec<String> {
    let folded = crate::fold::fold(text).to_lowercase();
    let runs = folded.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|run| !run.is_empty());
    runs.flat_map(|run| std::iter::once(run).chain(run.split('_').filter(move |part| *part != run)))
        .map(str::to_owned)
        .collect()
}

/// Whether a quantity belongs to pairs of cells.
fn is_of_pairs(quantity: &Quantity) -> bool {
    quantity.context == Context::Ends
        || quantity.name.starts_with("synapse.")
        || quantity.name.starts_with("connectivity.")
}

/// The unit that a text names, as the vocabulary writes it; empty for none.
fn unit(text: &str) -> &'static str {
    let folded = crate::fold::fold(text);
    for word in folded.split(|c: char| c.is_whitespace() || ",;?()[]".contains(c)) {
        let unit = match word.trim_end_matches('.') {
            "mV" | "mv" | "millivolt" | "millivolts" | "Millivolt" => "mV",
            "ms" | "msec" | "millisecond" | "milliseconds" | "Millisekunden" => "ms",
            "nS" | "nanosiemens" => "nS",
            "pA" | "picoamp" | "picoamps" | "picoampere" => "pA",
            "pF" | "picofarad" | "picofarads" => "pF",
            "MOhm" | "Mohm" | "MOhms" | "megaohm" | "megaohms" | "megohm" | "megohms" | "MΩ" | "MOmega" | "Momega" => {
                "MOhm"
            }
            "Hz" | "hz" | "hertz" | "Hertz" => "Hz",
            "um" | "micron" | "microns" | "micrometre" | "micrometres" | "micrometer" | "micrometers" => "um",
            "mM" | "millimolar" => "mM",
            "um/ms" => "um/ms",
            _ => continue,
        };
        return unit;
    }
    ""
}

/// Words of questions that no record is about, as typed and stemmed.
pub(crate) fn filler(cutter: &mut Cutter) -> HashSet<String> {
    FILLER.split_whitespace().flat_map(|word| [word.to_owned(), cutter.stem(word)]).collect()
}
