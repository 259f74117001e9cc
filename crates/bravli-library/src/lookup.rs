//! One quantity of one preparation: ranked facts, what was generalised, and whether there is an answer at all.

use crate::age::Age;
use crate::ask::{Ask, Order};
use crate::cells::Cells;
use crate::entry::Entry;
use crate::error::LibraryError;
use crate::filter::{Filters, Sieve};
use crate::hit::{Hit, HitKind};
use crate::library::Library;
use crate::rank::Row;
use crate::thesaurus::TermId;
use crate::tokens::Cutter;
use bravli_facts::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// Least rows of facts, where there are as many: below the answers, the nearest others.
const LEAST_FACTS: usize = 5;

/// Rows of papers.
const PAPERS: usize = 6;

/// Least share of the words beside cells and preparation that an answer holds where the question names no quantity.
const LEAST_REST_UNNAMED: f32 = 0.5;

/// The same where a turn of phrase is all there is, with no cell, place or species.
const LEAST_REST_BARE: f32 = 0.34;

/// What is asked: plain words, or fields, or both. An empty field asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Plain words.
    pub query: String,
    /// Quantity, by its name or in words.
    pub quantity: String,
    /// Cells before the synapse, such as `L4 spiny stellate`.
    pub pre: String,
    /// Cells behind it.
    pub post: String,
    /// Cell, for quantities of one cell.
    pub cell: String,
    /// Layer.
    pub layer: String,
    /// Species.
    pub species: String,
    /// Brain region.
    pub region: String,
    /// Age, such as `P14` or `adult`.
    pub age: String,
    /// State, such as `awake` or `slice`.
    pub state: String,
    /// Method.
    pub method: String,
}

/// How a question was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understood {
    /// Quantities of the vocabulary.
    pub quantities: Vec<String>,
    /// Cells before the synapse.
    pub pre: String,
    /// Cells behind it.
    pub post: String,
    /// Cells without a side.
    pub cells: String,
    /// Species, regions and states.
    pub preparation: String,
    /// What the question leaves open: `species`, `region`, `state`, `age`.
    pub open: Vec<&'static str>,
    /// What was corrected or not understood.
    pub notes: Vec<String>,
}

/// One fact of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRow {
    /// The row.
    pub hit: Hit,
    /// What had to be generalised, such as `species: mouse for rat`; empty for the exact preparation.
    pub generalised: Vec<String>,
    /// Whether it answers the question, or is only near.
    pub is_answer: bool,
    /// Words of the question that neither the reading nor the record takes up, such as a temperature.
    pub missing: Vec<String>,
    /// What makes it an answer to another question: `quantity`, `cell`, `region`, `species`.
    pub against: Vec<&'static str>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whether any fact answers the question.
    pub is_answered: bool,
    /// Why not; empty where there is an answer.
    pub why_not: String,
    /// How the question was read.
    pub understood: Understood,
    /// Facts, best first; only answers where there are enough of them, none where there is no answer.
    pub facts: Vec<FactRow>,
    /// Where there is no answer: the nearest facts.
    pub nearest: Vec<FactRow>,
    /// Papers, best first.
    pub papers: Vec<Hit>,
    /// Facts that answer the question, in all.
    pub n_answers: usize,
    /// Keys of all answers on the quantity and the cells of the best one that take the same generalisations: its rivals,
    /// the best one first.
    pub rivals: Vec<String>,
    /// Keys of those that are of one stated preparation: species, region, state and age as well.
    pub replicates: Vec<String>,
}

impl Library {
    /// Looks up one quantity.
    ///
    /// # Errors
    /// [`LibraryError`]: nothing asked, a query too long, or a field whose value is unknown.
    pub fn lookup(&self, question: &Question, limit: usize) -> Result<Answer, LibraryError> {
        let limit = if limit == 0 { 10 } else { limit };
        if limit > crate::MAX_LIMIT {
            return Err(LibraryError::Limit { limit, most: crate::MAX_LIMIT });
        }
        let mut cutter = self.cutter.clone();
        let ask = self.read_question(question, &mut cutter)?;
        let sieve = Sieve::default_open();
        let rows = self.rows(&ask, HitKind::Fact, &sieve, true)?;
        let papers = self.rows(&ask, HitKind::Paper, &sieve, true)?;
        let least = match () {
            () if ask.quantities.is_empty() => LEAST_REST_UNNAMED,
            // a turn of phrase alone may mean anything
            () if ask.is_bare(|word| self.is_known(&word.tokens)) => LEAST_REST_BARE,
            () => 0.0,
        };
        let is_answer =
            |row: &Row| row.agreement.against.is_empty() && row.rest >= least && row.agreement.factor > 0.03;
        let all: Vec<&Row> = rows.iter().filter(|row| is_answer(row)).collect();
        let answers: Vec<&Row> = all.iter().take(limit).copied().collect();
        let others: Vec<&Row> = rows.iter().filter(|row| !is_answer(row)).take(LEAST_FACTS).collect();
        let (rivals, replicates) = self.alike(&ask, &all);
        let is_answered = !answers.is_empty();
        let mut row = |row: &Row, is_answer: bool| FactRow {
            hit: self.hit(row, &ask, &mut cutter),
            generalised: self.judge(true).fact(&ask, &self.entries[row.at]).notes,
            is_answer,
            missing: self.missing(&ask, row.at),
            against: row.agreement.against.clone(),
        };
        let mut facts: Vec<FactRow> = answers.iter().map(|found| row(found, true)).collect();
        let mut nearest = Vec::new();
        if is_answered {
            let missing = LEAST_FACTS.min(limit).saturating_sub(facts.len());
            facts.extend(others.iter().take(missing).map(|found| row(found, false)));
        } else {
            nearest.extend(others.iter().take(LEAST_FACTS).map(|found| row(found, false)));
        }
        let why_not = if is_answered { String::new() } else { self.why_not(&ask, &rows) };
        let papers = self.papers(&ask, &answers, papers, &mut cutter);
        Ok(Answer {
            is_answered,
            why_not,
            understood: self.understood(&ask),
            facts,
            nearest,
            papers,
            n_answers: all.len(),
            rivals,
            replicates,
        })
    }

    /// Papers by their own words and by the facts that answer.
    fn papers(&self, ask: &Ask, answers: &[&Row], rows: Vec<Row>, cutter: &mut Cutter) -> Vec<Hit> {
        let mut from_facts: BTreeMap<&str, f32> = BTreeMap::new();
        let worth_of_fact = if ask.wants_paper { 0.12 } else { 0.45 };
        let best = answers.first().map_or(1.0, |row| row.score.max(f32::MIN_POSITIVE));
        for row in answers {
            let worth = from_facts.entry(self.entries[row.at].aspects.source.as_str()).or_default();
            *worth = worth.max(row.score / best);
        }
        let mut rows = rows;
        for row in &mut rows {
            let key = self.entries[row.at].hit.key.as_str();
            let by_fact = from_facts.remove(key).unwrap_or(0.0);
            row.score += worth_of_fact * by_fact;
        }
        // papers that share no word with the question but hold an answer
        for (key, worth) in from_facts {
            if let Some(at) = self.by_key.get(key) {
                let agreement = self.judge(false).paper(ask, &self.entries[*at]);
                let row = Row { at: *at, score: worth_of_fact * worth, rest: 0.0, share: 0.0, agreement };
                rows.push(row);
            }
        }
        rows.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
        rows.truncate(PAPERS);
        rows.iter().map(|row| self.hit(row, ask, cutter)).collect()
    }

    fn why_not(&self, ask: &Ask, rows: &[Row]) -> String {
        let unknown: Vec<&str> = (0..ask.words.len())
            .filter(|at| !ask.filler[*at] && !ask.taken[*at] && !self.is_known(&ask.words[*at].tokens))
            .map(|at| ask.words[at].raw.as_str())
            .collect();
        let has_quantity = |row: &&Row| !row.agreement.against.contains(&"quantity");
        let Some(best) = rows.iter().find(has_quantity) else {
            return match ask.quantity_label.as_str() {
                "" => "no record shares a word with the question".to_owned(),
                label => format!("no record holds {label} for it"),
            };
        };
        let mut reasons = Vec::new();
        if !ask.quantity_label.is_empty() {
            reasons.push(format!("no fact on {} {}", ask.quantity_label, self.subject(ask)).trim_end().to_owned());
        }
        if !unknown.is_empty() {
            reasons.push(format!("no record holds {}", unknown.join(", ")));
        }
        if ask.quantities.is_empty() {
            reasons.push("no quantity of the vocabulary is named, and no record holds enough of the words".to_owned());
        } else if !best.agreement.against.is_empty() {
            let notes = self.judge(true).fact(ask, &self.entries[best.at]).notes;
            reasons.push(format!("the nearest differs in {}", notes.join("; ")));
        }
        if reasons.is_empty() {
            reasons.push("no record holds enough of the words".to_owned());
        }
        reasons.join("; ")
    }

    /// `for L4 > L2/3 pyramidal neuron, mouse`.
    fn subject(&self, ask: &Ask) -> String {
        let read = self.understood(ask);
        let pathway = match (read.pre.is_empty(), read.post.is_empty()) {
            (true, true) => read.cells,
            (false, true) => format!("from {}", read.pre),
            (true, false) => format!("onto {}", read.post),
            (false, false) => format!("{} > {}", read.pre, read.post),
        };
        let parts: Vec<String> = [pathway, read.preparation].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { String::new() } else { format!("for {}", parts.join(", ")) }
    }

    fn understood(&self, ask: &Ask) -> Understood {
        let cells = |list: &[Cells]| list.iter().map(|cells| self.cells_text(cells)).collect::<Vec<_>>().join(" or ");
        let prepared = ask.species.iter().chain(&ask.regions).chain(&ask.states);
        let mut notes = ask.corrections_text();
        if ask.order == Order::Guessed && !ask.pre.is_empty() {
            notes.push("direction taken from the order of the words".to_owned());
        }
        let is_open = [
            ("species", ask.species.is_empty()),
            ("region", ask.regions.is_empty()),
            ("state", ask.states.is_empty()),
            ("age", ask.age.is_none()),
        ];
        Understood {
            open: is_open.into_iter().filter(|(_, is_open)| *is_open).map(|(name, _)| name).collect(),
            quantities: ask.quantities.iter().map(|(quantity, _)| quantity.name.to_owned()).collect(),
            pre: cells(&ask.pre),
            post: cells(&ask.post),
            cells: cells(&ask.cells),
            preparation: prepared.map(|id| self.thesaurus.entry(*id).label.clone()).collect::<Vec<_>>().join(", "),
            notes,
        }
    }

    /// Words that say something, that nothing took up, and that the record does not hold.
    fn missing(&self, ask: &Ask, at: usize) -> Vec<String> {
        let held = self.matched(ask, &self.entries[at]);
        let is_held = |raw: &str| held.iter().any(|word| word.split(" ~ ").next() == Some(raw));
        let rest = (0..ask.words.len()).filter(|at| !ask.filler[*at] && !ask.taken[*at]).map(|at| &ask.words[at].raw);
        rest.filter(|raw| !is_held(raw)).cloned().collect()
    }

    /// Rivals and replicates of the best answer.
    fn alike(&self, ask: &Ask, answers: &[&Row]) -> (Vec<String>, Vec<String>) {
        let Some(best) = answers.first() else { return (Vec::new(), Vec::new()) };
        let (judge, first) = (self.judge(true), &self.entries[best.at]);
        let notes = judge.fact(ask, first).notes;
        let what = |entry: &Entry| (entry.hit.title.clone(), entry.aspects.ends.clone(), entry.aspects.cell.clone());
        let wanted = what(first);
        let rivals: Vec<&Entry> = answers
            .iter()
            .map(|row| &self.entries[row.at])
            .filter(|entry| what(entry) == wanted && judge.fact(ask, entry).notes == notes)
            .collect();
        let replicates = rivals.iter().filter(|entry| self.is_replicate(first, entry));
        let keys = |entry: &&Entry| entry.hit.key.clone();
        (rivals.iter().map(keys).collect(), replicates.map(keys).collect())
    }

    /// Whether two facts of the same cells are of one preparation, with nothing left unsaid. A part of the primary
    /// somatosensory cortex counts as the whole.
    fn is_replicate(&self, a: &Entry, b: &Entry) -> bool {
        let s1 = self.thesaurus.by_key("s1");
        let regions = |entry: &Entry| {
            let place = |id: &TermId| s1.filter(|s1| self.thesaurus.is_within(*id, *s1)).unwrap_or(*id);
            entry.aspects.regions.iter().map(place).collect::<BTreeSet<TermId>>()
        };
        let (x, y) = (&a.aspects, &b.aspects);
        let is_said = |entry: &Entry| {
            let aspects = &entry.aspects;
            let cells = aspects.ends.as_ref().map_or(!aspects.cell.classes.is_empty(), |(pre, post)| {
                !pre.classes.is_empty() && !post.classes.is_empty()
            });
            cells && !aspects.species.is_empty() && !aspects.regions.is_empty() && !aspects.states.is_empty()
        };
        let ages = x.age.zip(y.age).is_some_and(|(x, y)| x.is_like(y));
        is_said(a) && is_said(b) && x.species == y.species && x.states == y.states && ages && regions(a) == regions(b)
    }

    fn cells_text(&self, cells: &Cells) -> String {
        let labels = cells.classes.iter().map(|id| self.thesaurus.entry(*id).label.clone());
        std::iter::once(cells.layers.text()).chain(labels).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The question as one text, with the fields that were given put in their place.
    fn read_question(&self, question: &Question, cutter: &mut Cutter) -> Result<Ask, LibraryError> {
        let fields = [
            ("quantity", &question.quantity),
            ("pre", &question.pre),
            ("post", &question.post),
            ("cell", &question.cell),
            ("layer", &question.layer),
            ("species", &question.species),
            ("region", &question.region),
            ("age", &question.age),
            ("state", &question.state),
            ("method", &question.method),
        ];
        for (field, text) in fields {
            crate::filter::is_short(field, text)?;
        }
        let filters = Filters {
            species: question.species.clone(),
            region: question.region.clone(),
            layer: question.layer.clone(),
            state: question.state.clone(),
            quantity: question.quantity.clone(),
            ..Filters::default()
        };
        // a value that is unknown is told before anything is looked for
        Sieve::read(&filters, &self.thesaurus, cutter)?;
        let quantity = question.quantity.replace(['.', '_'], " ");
        let mut parts: Vec<String> = vec![question.query.clone(), quantity];
        for (mark, text) in [("from", &question.pre), ("to", &question.post)] {
            if !text.trim().is_empty() {
                parts.push(format!("{mark} {text}"));
            }
        }
        let rest = [&question.cell, &question.layer, &question.region, &question.species, &question.state];
        parts.extend(rest.into_iter().chain([&question.age, &question.method]).cloned());
        parts.retain(|part| !part.trim().is_empty());
        let mut ask = self.ask(&parts.join(" , "), cutter)?;
        if let Some(quantity) = bravli_facts::Quantity::find(question.quantity.trim()) {
            ask.quantities = vec![(quantity, 1.0)];
            ask.is_foreign = false;
            quantity.name.clone_into(&mut ask.quantity_label);
        }
        let layers = Cells::of_words(&cutter.cut(&question.layer), &self.thesaurus).layers;
        let mut of_field = |field: &'static str, text: &str| -> Result<Option<Cells>, LibraryError> {
            if text.trim().is_empty() {
                return Ok(None);
            }
            let words: Vec<_> = cutter.cut(text).into_iter().filter(|word| !word.tokens.is_empty()).collect();
            let cells = Cells::of_words(&words, &self.thesaurus);
            let is_known = words.iter().any(|word| self.is_known(&word.tokens));
            if cells.is_empty() && !is_known {
                let names = self.thesaurus.all().flat_map(|(_, term)| term.exact.iter().map(|form| form.text.as_str()));
                let near = nearest(text, names).join(", ");
                return Err(LibraryError::UnknownFilter { field, value: text.to_owned(), nearest: near });
            }
            Ok(Some(cells))
        };
        let (pre, post, cell) =
            (of_field("pre", &question.pre)?, of_field("post", &question.post)?, of_field("cell", &question.cell)?);
        let has_fields = pre.is_some() || post.is_some() || cell.is_some();
        if has_fields {
            (ask.pre, ask.post, ask.cells) = (Vec::new(), Vec::new(), Vec::new());
            ask.order = Order::Stated;
            ask.pre.extend(pre);
            ask.post.extend(post);
            ask.cells.extend(cell.map(|mut cell| {
                if cell.layers.is_empty() {
                    cell.layers = layers;
                }
                cell
            }));
            if ask.cells.is_empty() && !layers.is_empty() {
                for side in ask.pre.iter_mut().chain(&mut ask.post).filter(|side| side.layers.is_empty()) {
                    side.layers = layers;
                }
            }
        }
        if !question.age.trim().is_empty() {
            ask.age = Age::of_text(&question.age);
        }
        Ok(ask)
    }
}
