//! How far a record agrees with what a query asks for, and which generalisations that takes.

use crate::ask::{Ask, Order};
use crate::cells::{Cells, Fit};
use crate::entry::{Aspects, Entry};
use crate::thesaurus::{Relation, TermId, Thesaurus};
use std::collections::{BTreeSet, HashSet};

/// Quantities beside those of kinetics that belong to a receptor.
const RECEPTOR_QUANTITIES: [&str; 3] = ["synapse.reversal_potential", "synapse.tau_decay", "synapse.gsyn"];

/// Least weight of a quantity that counts as asked for.
const HALF_ASKED: f32 = 0.58;

/// Weight of the size of a postsynaptic potential that stands for an IPSP's.
const UNSIGNED: f32 = 0.9;

/// Agreement of one record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Agreement {
    /// 1 where everything asked for is the same; higher only where the query names the source.
    pub(crate) factor: f32,
    /// Generalisations, such as `species: mouse for rat`.
    pub(crate) notes: Vec<String>,
    /// What makes the record an answer to another question: `quantity`, `cell`, `receptor`, `region`, `species`.
    pub(crate) against: Vec<&'static str>,
}

/// What agreement needs to know beside the record.
pub(crate) struct Judge<'a> {
    /// Whether to say in words what was generalised.
    pub(crate) explain: bool,
    pub(crate) thesaurus: &'a Thesaurus,
    /// Cells of any fact, with all that is wider.
    pub(crate) held: &'a BTreeSet<TermId>,
    /// Species that many facts speak of: what a record that names none may be of.
    pub(crate) usual: &'a BTreeSet<TermId>,
    /// Quantities whose facts mostly say of which cells they are.
    pub(crate) by_cell: &'a HashSet<String>,
}

impl Judge<'_> {
    /// Agreement of a fact.
    pub(crate) fn fact(&self, ask: &Ask, entry: &Entry) -> Agreement {
        let aspects = &entry.aspects;
        let mut agreement = Agreement { factor: 1.0, notes: Vec::new(), against: Vec::new() };
        let mut asked = ask.asks_for(&entry.hit.title);
        if asked < UNSIGNED
            && entry.hit.title == "synapse.uepsp_amplitude"
            && ask.asks_for("synapse.uipsp_amplitude") > 0.9
        {
            // some sources give the size of an IPSP without its sign
            let gaba = self.thesaurus.by_key("gaba");
            let is_inhibitory = |id: &TermId| gaba.is_some_and(|gaba| self.thesaurus.is_within(*id, gaba));
            if aspects.ends.as_ref().is_some_and(|(pre, _)| pre.classes.iter().any(is_inhibitory)) {
                asked = UNSIGNED;
            }
        }
        if asked == 0.0 {
            agreement.factor *= 0.15;
            agreement.against.push("quantity");
        } else {
            agreement.factor *= asked;
            if asked < HALF_ASKED {
                agreement.against.push("quantity");
            }
        }
        if ask.quantities.is_empty() && !ask.unit.is_empty() && entry.hit.unit.as_deref() != Some(ask.unit) {
            agreement.factor *= 0.6;
        }
        receptor(ask, entry, &mut agreement);
        let mut ends = self.cells(ask, entry);
        let groups = || ask.pre.iter().chain(&ask.post).chain(&ask.cells);
        let is_unknown = |id: &TermId| !self.held.contains(id);
        if let Some(unknown) = groups().flat_map(|cells| &cells.classes).find(|id| is_unknown(id)) {
            ends.is_different = true;
            if self.explain {
                let note = format!("cell: no record speaks of {}", self.thesaurus.entry(*unknown).label);
                ends.notes.insert(0, note);
            }
        }
        agreement.factor *= ends.factor;
        agreement.notes.extend(ends.notes);
        if ends.is_different {
            agreement.against.push("cell");
        }
        self.preparation(ask, aspects, &mut agreement);
        source(ask, aspects, &mut agreement);
        agreement.factor *= entry.trust(ask.wants_model);
        agreement
    }

    /// Agreement of a paper: only what titles and topics tell for sure.
    pub(crate) fn paper(&self, ask: &Ask, entry: &Entry) -> Agreement {
        let mut agreement = Agreement { factor: 1.0, notes: Vec::new(), against: Vec::new() };
        source(ask, &entry.aspects, &mut agreement);
        agreement
    }

    fn preparation(&self, ask: &Ask, aspects: &Aspects, agreement: &mut Agreement) {
        let say = |what: &str, words: &str, held: &[TermId], asked: &[TermId]| {
            text_if(self.explain, || format!("{what}: {}{words} {}", self.labels(held), self.labels(asked)))
        };
        if !ask.species.is_empty() {
            if aspects.species.is_empty() {
                agreement.general(0.8, say("species", "not stated, for", &[], &ask.species));
                if !ask.species.iter().any(|id| self.usual.contains(id)) {
                    agreement.against.push("species");
                }
            } else if !ask.species.iter().any(|id| aspects.species.contains(id)) {
                agreement.general(0.6, say("species", " for", &aspects.species, &ask.species));
                // a rat may stand for a mouse, not for a macaque
                let kin = |a: &TermId| aspects.species.iter().any(|b| self.thesaurus.share_parent(*a, *b));
                if !ask.species.iter().any(kin) {
                    agreement.against.push("species");
                }
            }
        }
        if !ask.regions.is_empty() {
            match best(&ask.regions, &aspects.regions, self.thesaurus) {
                None => agreement.general(0.8, say("region", "not stated, for", &[], &ask.regions)),
                Some(Relation::Same | Relation::Narrower) => {}
                Some(Relation::Wider | Relation::Related) => {
                    agreement.general(0.93, say("region", " for", &aspects.regions, &ask.regions));
                }
                Some(Relation::Different) => {
                    agreement.general(0.3, say("region", ", not", &aspects.regions, &ask.regions));
                    agreement.against.push("region");
                }
            }
        }
        if !ask.states.is_empty() {
            let factor = match best(&ask.states, &aspects.states, self.thesaurus) {
                None => {
                    agreement.general(0.75, say("state", "not stated, for", &[], &ask.states));
                    1.0
                }
                Some(Relation::Different) => 0.5,
                Some(Relation::Wider) => 0.85,
                Some(_) => 1.0,
            };
            if factor < 1.0 {
                agreement.general(factor, say("state", " for", &aspects.states, &ask.states));
            }
        }
        if let Some(asked) = ask.age {
            match aspects.age {
                None => agreement.general(0.9, "age: not stated".to_owned()),
                Some(held) if !asked.is_like(held) => agreement.general(0.75, "age: another than asked for".to_owned()),
                Some(_) => {}
            }
        }
    }

    fn labels(&self, ids: &[TermId]) -> String {
        let common = |id: &TermId| {
            let term = self.thesaurus.entry(*id);
            // species are called by their everyday name
            let everyday = term.exact.get(1).filter(|_| term.kind == crate::thesaurus::Kind::Species);
            everyday.map_or_else(|| term.label.clone(), |form| form.text.clone())
        };
        ids.iter().map(common).collect::<Vec<_>>().join(", ")
    }

    fn cells(&self, ask: &Ask, entry: &Entry) -> Fit {
        match &entry.aspects.ends {
            Some((pre, post)) if !ask.pre.is_empty() || !ask.post.is_empty() => self.pathway(ask, pre, post),
            Some((pre, post)) => self.either_side(ask, pre, post),
            None => self.cell(ask, &entry.aspects.cell, &entry.hit.title),
        }
    }

    /// A pathway asked for against the pathway of a record.
    fn pathway(&self, ask: &Ask, pre: &Cells, post: &Cells) -> Fit {
        let mut direct = both(self.side(&ask.pre, pre), self.side(&ask.post, post));
        if ask.pre.is_empty() {
            direct = both(direct, self.polarity(ask, pre));
        }
        let mut swapped = both(self.side(&ask.pre, post), self.side(&ask.post, pre));
        match ask.order {
            Order::Either => {}
            Order::Guessed => {
                swapped.factor *= 0.6;
                swapped.is_different = true;
                swapped.notes.insert(0, "direction: reversed".to_owned());
            }
            Order::Stated => {
                swapped.factor *= 0.2;
                swapped.is_different = true;
                swapped.notes.insert(0, "direction: reversed".to_owned());
            }
        }
        let mut fit = if swapped.factor > direct.factor { swapped } else { direct };
        // further cells that the query leaves without a side
        for cells in &ask.cells {
            fit.factor *= cells
                .fit(pre, self.thesaurus, self.explain)
                .factor
                .max(cells.fit(post, self.thesaurus, self.explain).factor)
                .max(0.5);
        }
        fit
    }

    /// Cells without a side against a pathway: both ends, or one of them.
    fn either_side(&self, ask: &Ask, pre: &Cells, post: &Cells) -> Fit {
        let mut whole = neutral();
        for cells in &ask.cells {
            let (at_pre, at_post) =
                (cells.fit(pre, self.thesaurus, self.explain), cells.fit(post, self.thesaurus, self.explain));
            let mut one = if at_pre.factor > at_post.factor { at_pre.clone() } else { at_post.clone() };
            let other = at_pre.factor.min(at_post.factor);
            one.factor *= 0.8 + 0.2 * other;
            whole = both(whole, one);
        }
        both(whole, self.polarity(ask, pre))
    }

    /// The cells asked for against the one cell of a record.
    fn cell(&self, ask: &Ask, cell: &Cells, quantity: &str) -> Fit {
        let groups: Vec<&Cells> = ask.pre.iter().chain(&ask.post).chain(&ask.cells).collect();
        if groups.is_empty() {
            // nobody asked for cells, so a record of all fits best
            let factor = if cell.is_empty() { 1.0 } else { 0.9 };
            return Fit { factor, notes: Vec::new(), is_different: false };
        }
        let asks_pathway = !ask.pre.is_empty() && !ask.post.is_empty();
        let names_class = groups.iter().any(|group| !group.classes.is_empty());
        if cell.is_empty() {
            return Fit {
                factor: if asks_pathway { 0.45 } else { 0.5 },
                notes: vec!["cell: not stated".to_owned()],
                // a number of all cells is no answer where cells differ
                is_different: names_class
                    && (self.by_cell.contains(quantity) || groups.iter().any(|group| group.is_apart(self.thesaurus))),
            };
        }
        let of_pairs = quantity.starts_with("connectivity.") || quantity.starts_with("synapse.");
        let mut best = groups
            .iter()
            .map(|group| group.fit(cell, self.thesaurus, self.explain))
            .fold(None::<Fit>, |best, fit| Some(best.filter(|best| best.factor >= fit.factor).unwrap_or(fit)));
        let mut fit = best.take().unwrap_or_else(neutral);
        if names_class && cell.classes.is_empty() && self.by_cell.contains(quantity) {
            fit.is_different = true;
        }
        if asks_pathway && of_pairs {
            // pairs of one kind of cell
            let worst = groups.iter().map(|group| group.fit(cell, self.thesaurus, self.explain));
            if let Some(worst) = worst.reduce(|a, b| if b.factor < a.factor { b } else { a }) {
                fit = worst;
            }
        } else if asks_pathway {
            fit.factor *= 0.4;
            fit.is_different = true;
            fit.notes.insert(0, "pathway: a cell, not a connection".to_owned());
        }
        fit
    }

    fn polarity(&self, ask: &Ask, pre: &Cells) -> Fit {
        match ask.polarity {
            Some(class) => Cells { classes: vec![class], ..Cells::default() }.fit(pre, self.thesaurus, self.explain),
            None => neutral(),
        }
    }

    /// The best of several cells asked for on one side.
    fn side(&self, asked: &[Cells], held: &Cells) -> Fit {
        asked
            .iter()
            .map(|cells| cells.fit(held, self.thesaurus, self.explain))
            .reduce(|a, b| if b.factor > a.factor { b } else { a })
            .unwrap_or_else(neutral)
    }
}

impl Agreement {
    fn general(&mut self, factor: f32, note: String) {
        self.factor *= factor;
        self.notes.push(note);
    }
}

/// Receptors that the query names, against those that the record is of.
fn receptor(ask: &Ask, entry: &Entry, agreement: &mut Agreement) {
    let is_of_receptors =
        entry.hit.title.starts_with("kinetics.") || RECEPTOR_QUANTITIES.contains(&entry.hit.title.as_str());
    if ask.receptors.is_empty() || !is_of_receptors {
        return;
    }
    let held = &entry.aspects.receptors;
    if held.is_empty() {
        agreement.factor *= 0.6;
        agreement.notes.push("receptor: not stated".to_owned());
    } else if !ask.receptors.iter().any(|receptor| held.contains(receptor)) {
        agreement.factor *= 0.15;
        agreement.notes.push(format!("receptor: {}, not {}", held.join(", "), ask.receptors.join(", ")));
        agreement.against.push("receptor");
    }
}

/// Authors and years that the query names.
fn source(ask: &Ask, aspects: &Aspects, agreement: &mut Agreement) {
    if !ask.authors.is_empty() {
        let is_named = ask.authors.iter().any(|name| aspects.authors.contains(name));
        agreement.factor *= if is_named { 1.6 } else { 0.4 };
        if !is_named {
            agreement.notes.push("source: another author".to_owned());
        }
    }
    if !ask.years.is_empty() {
        agreement.factor *= if ask.years.contains(&aspects.year) { 1.2 } else { 0.7 };
    }
}

/// A text, where one is wanted.
fn text_if(wanted: bool, text: impl FnOnce() -> String) -> String {
    if wanted { text() } else { String::new() }
}

fn neutral() -> Fit {
    Fit { factor: 1.0, notes: Vec::new(), is_different: false }
}

fn both(a: Fit, b: Fit) -> Fit {
    let mut notes = a.notes;
    notes.extend(b.notes.into_iter().filter(|note| !note.is_empty()));
    Fit { factor: a.factor * b.factor, notes, is_different: a.is_different || b.is_different }
}

fn best(asked: &[TermId], held: &[TermId], thesaurus: &Thesaurus) -> Option<Relation> {
    asked.iter().flat_map(|asked| held.iter().map(|held| thesaurus.relation(*asked, *held))).max()
}
