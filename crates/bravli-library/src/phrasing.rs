//! Quantities that a question asks for without naming them: *how likely*, *contacts*.

use crate::fold::fold;
use crate::tokens::Cutter;
use bravli_facts::{Quantity, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Words of a phrase that every question may hold.
const IGNORED: [&str; 14] =
    ["of", "to", "is", "are", "that", "the", "a", "from", "than", "two", "at", "in", "on", "for"];

/// A quantity counts beside the best one when its phrase tells at least this share as much.
const ALSO: f32 = 0.4;

/// One phrase: words in any order, each with its alternatives.
#[derive(Debug)]
struct Phrase {
    quantity: &'static Quantity,
    words: Vec<Vec<String>>,
}

impl Phrase {
    fn is_in(&self, words: &BTreeSet<String>) -> bool {
        self.words.iter().all(|alternatives| alternatives.iter().any(|word| words.contains(word)))
    }
}

/// All phrases.
#[derive(Debug, Default)]
pub(crate) struct Phrasings {
    phrases: Vec<Phrase>,
    /// How much a word tells: the fewer quantities use it, the more.
    telling: BTreeMap<String, f32>,
    spelled: BTreeSet<String>,
}

impl Phrasings {
    pub(crate) fn build<'a>(terms: impl Iterator<Item = &'a Term>, cutter: &mut Cutter) -> Self {
        let mut phrases = Vec::new();
        let mut spelled = BTreeSet::new();
        for term in terms {
            for quantity in term.quantities.iter().filter_map(|name| Quantity::find(name)) {
                for text in &term.exact {
                    spelled.extend(fold(text).to_lowercase().split([' ', '|']).map(str::to_owned));
                    let words: Vec<Vec<String>> = text
                        .split_whitespace()
                        .filter(|word| !IGNORED.contains(word))
                        .map(|word| word.split('|').map(|word| cutter.stem(&fold(word).to_lowercase())).collect())
                        .collect();
                    if !words.is_empty() {
                        phrases.push(Phrase { quantity, words });
                    }
                }
            }
        }
        let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for phrase in &phrases {
            for word in phrase.words.iter().flatten() {
                users.entry(word.clone()).or_default().insert(phrase.quantity.name);
            }
        }
        let all: BTreeSet<&str> = phrases.iter().map(|phrase| phrase.quantity.name).collect();
        let telling = |n: usize| (1.0 + all.len() as f32 / n as f32).ln();
        Self {
            telling: users.into_iter().map(|(word, users)| (word, telling(users.len()))).collect(),
            phrases,
            spelled,
        }
    }

    /// All words of phrases, as written.
    pub(crate) fn spelled(&self) -> &BTreeSet<String> {
        &self.spelled
    }

    /// Quantities whose phrases a question holds, with how much they tell, most first. `fits` weighs a quantity by what
    /// else is asked. The second part holds the words that phrases of the best quantity use.
    pub(crate) fn find(
        &self,
        words: &BTreeSet<String>,
        fits: impl Fn(&Quantity) -> f32,
    ) -> (Vec<(&'static Quantity, f32)>, BTreeSet<String>) {
        let mut best: BTreeMap<&str, (&'static Quantity, f32)> = BTreeMap::new();
        for phrase in &self.phrases {
            let mut told = 0.0;
            let holds = phrase.words.iter().all(|alternatives| {
                let there = alternatives.iter().filter(|word| words.contains(*word));
                let most = there.filter_map(|word| self.telling.get(word)).copied().reduce(f32::max);
                told += most.unwrap_or(0.0);
                most.is_some()
            });
            if holds {
                let told = told * fits(phrase.quantity);
                let entry = best.entry(phrase.quantity.name).or_insert((phrase.quantity, 0.0));
                entry.1 = entry.1.max(told);
            }
        }
        let mut found: Vec<(&'static Quantity, f32)> = best.into_values().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.name.cmp(b.0.name)));
        let least = found.first().map_or(0.0, |(_, most)| most * ALSO);
        found.retain(|(_, told)| *told >= least && *told > 0.0);
        let best = found.first().map(|(quantity, _)| *quantity);
        let held = self.phrases.iter().filter(|phrase| Some(phrase.quantity) == best && phrase.is_in(words));
        let used = held.flat_map(|phrase| phrase.words.iter().flatten()).filter(|word| words.contains(*word)).cloned();
        (found, used.collect())
    }
}
