//! Stretches of a query that each name one kind of cell.

use super::Ask;
use crate::cells::{Cells, is_class, layer_terms, layers_of};
use crate::thesaurus::{Found, Thesaurus};
use crate::tokens::Mark;

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

impl Ask {
    /// Stretches of the query that each name one kind of cell, with their first word.
    pub(super) fn groups(&mut self, marks: &[(usize, Mark)], thesaurus: &Thesaurus) -> Vec<(usize, Cells)> {
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
    pub(super) fn is_reference(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at)
            .any(|before| self.words[before].tokens.iter().any(|token| COMPARING_WORDS.contains(&token.as_str())))
    }

    /// `excitatory synapses`, `inhibitory input`.
    pub(super) fn is_polarity(&self, class: &Found, thesaurus: &Thesaurus) -> bool {
        let next = self.words.get(class.words.1).and_then(|word| word.tokens.first());
        let is_wide = class.terms.iter().any(|id| matches!(thesaurus.entry(*id).key.as_str(), "exc" | "gaba"));
        is_wide
            && class.words.1 == class.words.0 + 1
            && next.is_some_and(|token| CONNECTION_WORDS.contains(&token.as_str()))
    }
}
