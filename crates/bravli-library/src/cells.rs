//! Cells as records and queries name them: layers and classes.

use crate::layers::{Layers, Overlap};
use crate::thesaurus::{Found, Kind, Relation, TermId, Thesaurus};
use crate::tokens::Word;

/// Cells that a text speaks of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cells {
    pub(crate) layers: Layers,
    /// Classes, and places outside the cortex that stand for their cells (`VPM`); the most specific ones.
    pub(crate) classes: Vec<TermId>,
}

/// How far the cells of a record fit those asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    /// 1 where they are the same.
    pub(crate) factor: f32,
    /// Generalisations that were made.
    pub(crate) notes: Vec<String>,
    /// Whether the record speaks of other cells.
    pub(crate) is_different: bool,
}

impl Cells {
    /// Cells of a field of a record.
    pub(crate) fn of_words(words: &[Word], thesaurus: &Thesaurus) -> Self {
        let mut cells = Self::default();
        for found in thesaurus.find(words) {
            cells.add_classes(&found, thesaurus);
            cells.layers = cells.layers.union(layer_terms(&found, thesaurus).unwrap_or_default());
        }
        for layers in words.iter().filter_map(layers_of) {
            cells.layers = cells.layers.union(layers);
        }
        cells
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty() && self.classes.is_empty()
    }

    /// Takes up the cells that a spelling names.
    pub(crate) fn add_classes(&mut self, found: &Found, thesaurus: &Thesaurus) {
        for id in found.terms.iter().filter(|id| is_class(**id, thesaurus)) {
            let mut id = id;
            // the excitatory cells of layer 4 are just that
            let exc = thesaurus.by_key("exc");
            if let (Some(exc), "l4exc") = (&exc, thesaurus.entry(*id).key.as_str()) {
                self.layers = self.layers.union(Layers::of_token("l4").unwrap_or_default());
                id = exc;
            }
            let wider = |other: &TermId| thesaurus.relation(*other, *id) == Relation::Narrower;
            // "excitatory pyramidal" is pyramidal
            self.classes.retain(|other| !wider(other));
            if !self.classes.iter().any(|other| other == id || thesaurus.relation(*id, *other) == Relation::Narrower) {
                self.classes.push(*id);
            }
        }
    }

    /// Whether a class may belong to the same cells: `PV basket`, `excitatory spiny stellate`.
    pub(crate) fn goes_with(&self, found: &Found, thesaurus: &Thesaurus) -> bool {
        self.classes
            .iter()
            .any(|held| found.terms.iter().any(|id| thesaurus.relation(*held, *id) != Relation::Different))
    }

    /// Whether a place and a class make one kind of cell: `CA1 pyramidal`.
    pub(crate) fn may_lie_in(&self, found: &Found, thesaurus: &Thesaurus) -> bool {
        let is_place = |id: &TermId| thesaurus.entry(*id).kind == Kind::Region;
        self.classes.iter().any(is_place) != found.terms.iter().any(is_place) && self.layers.is_empty()
    }

    /// Whether they are interneurons of a kind or cells outside the cortex, for which no number of all cells stands.
    pub(crate) fn is_apart(&self, thesaurus: &Thesaurus) -> bool {
        let gaba = thesaurus.by_key("gaba");
        let is_apart = |id: &TermId| {
            let is_kind = gaba.is_some_and(|gaba| *id != gaba && thesaurus.is_within(*id, gaba));
            thesaurus.entry(*id).kind == Kind::Region || is_kind
        };
        self.classes.iter().any(is_apart)
    }

    /// How `held` fits these, which were asked for; in words where `explain` asks for them.
    pub(crate) fn fit(&self, held: &Self, thesaurus: &Thesaurus, explain: bool) -> Fit {
        let mut fit = Fit { factor: 1.0, notes: Vec::new(), is_different: false };
        let layers = |words: &str| format!("layer: {} {words} {}", held.layers.text(), self.layers.text());
        fit.factor *= match self.layers.overlap(held.layers) {
            Overlap::Free | Overlap::Same => 1.0,
            Overlap::Narrower => fit.note(explain, 0.88, || layers("for")),
            Overlap::Wider => fit.note(explain, 0.8, || layers("for")),
            Overlap::Some => fit.note(explain, 0.7, || layers("for")),
            Overlap::Unstated => fit.note(explain, 0.6, || format!("layer: not stated, for {}", self.layers.text())),
            Overlap::Different => {
                fit.is_different = true;
                fit.note(explain, 0.12, || layers("and not"))
            }
        };
        let is_elsewhere = |id: &TermId| thesaurus.entry(*id).kind == Kind::Region;
        if self.classes.is_empty() && !self.layers.is_empty() && held.classes.iter().any(is_elsewhere) {
            // a cortical layer was asked for, and this is a nucleus
            fit.is_different = true;
        }
        if self.classes.is_empty() {
            // nobody asked for a class, so a record of all cells fits best
            fit.factor *= if held.classes.is_empty() { 1.0 } else { 0.93 };
        } else if held.classes.is_empty() {
            fit.factor *= fit.note(explain, 0.4, || format!("cell: all, for {}", labels(&self.classes, thesaurus)));
            // all cells of a layer may stand for its excitatory ones, which most are
            fit.is_different |= self.is_apart(thesaurus);
        } else {
            let mut factor = 0.0;
            let mut worst = Relation::Same;
            let kind = |id: &TermId| thesaurus.entry(*id).kind;
            for asked in &self.classes {
                let best = held.classes.iter().map(|class| thesaurus.relation(*asked, *class)).max();
                let mut best = best.unwrap_or(Relation::Different);
                let comparable = held.classes.iter().any(|class| kind(class) == kind(asked));
                if best == Relation::Different && !comparable && self.classes.len() > 1 {
                    // `VPM relay cells` are those of VPM
                    best = Relation::Wider;
                }
                let is_wider = |class: &&TermId| thesaurus.relation(*asked, **class) == Relation::Wider;
                let is_vague = best == Relation::Wider
                    && held.classes.iter().any(|class| is_wider(&class))
                    && held.classes.iter().filter(is_wider).all(|class| thesaurus.entry(*class).key == "gaba");
                if is_vague {
                    // the kinds of interneurons differ too much for all of them to stand for one
                    fit.is_different = true;
                }
                worst = worst.min(best);
                factor += match best {
                    Relation::Same => 1.0,
                    Relation::Narrower => 0.85,
                    Relation::Wider if is_vague => 0.35,
                    Relation::Wider => 0.75,
                    Relation::Related => 0.6,
                    Relation::Different => 0.1,
                };
            }
            fit.factor *= factor / self.classes.len() as f32;
            let cells = |words: &str| {
                format!("cell: {}{words} {}", labels(&held.classes, thesaurus), labels(&self.classes, thesaurus))
            };
            match worst {
                Relation::Same => {}
                Relation::Narrower => fit.say(explain, || cells(", a part of")),
                Relation::Wider => fit.say(explain, || cells(", wider than")),
                Relation::Related => fit.say(explain, || cells(", not the same but near")),
                Relation::Different => {
                    fit.is_different = true;
                    fit.say(explain, || cells(", not"));
                }
            }
        }
        fit
    }
}

impl Fit {
    fn note(&mut self, explain: bool, factor: f32, text: impl FnOnce() -> String) -> f32 {
        self.say(explain, text);
        factor
    }

    /// Words cost more than the fit itself, and most records are never shown.
    fn say(&mut self, explain: bool, text: impl FnOnce() -> String) {
        if explain {
            self.notes.push(text());
        }
    }
}

fn labels(classes: &[TermId], thesaurus: &Thesaurus) -> String {
    classes.iter().map(|id| thesaurus.entry(*id).label.as_str()).collect::<Vec<_>>().join(", ")
}

/// A cell type, or a place outside the neocortex that stands for its cells.
pub(crate) fn is_class(id: TermId, thesaurus: &Thesaurus) -> bool {
    let term = thesaurus.entry(id);
    match term.kind {
        // every cell of every record is a neuron
        Kind::Cell => term.key != "neuron",
        Kind::Region => {
            let is_cortical = thesaurus.by_key("cortex").is_some_and(|cortex| thesaurus.is_within(id, cortex));
            !is_cortical && term.key != "brain"
        }
        _ => false,
    }
}

/// Layers that a word names by itself or inside a compound.
pub(crate) fn layers_of(word: &Word) -> Option<Layers> {
    word.tokens.iter().find_map(|token| Layers::of_token(token))
}

/// Layers that a term names: *supragranular*.
pub(crate) fn layer_terms(found: &Found, thesaurus: &Thesaurus) -> Option<Layers> {
    let terms = found.terms.iter().map(|id| thesaurus.entry(*id)).filter(|term| term.kind == Kind::Layer);
    terms.filter_map(|term| Layers::of_token(&term.key)).reduce(Layers::union)
}
