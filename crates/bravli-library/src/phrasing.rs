//! Quantities that a question asks for without naming them: *how likely*, *contacts*.

use crate::fold::fold;
use crate::tokens::Cutter;
use bravli_facts::{Quantity, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Words of a phrase that every question may hold.
const IGNORED: [&str; 14] =
    ["of", "to", "is", "are", "that", "the", "a", "from", "than", "two", "at", "in", "on", "for"];

/// A quantity counts beside the best one when its phrase tells at least this share as much.
const ALSO: f32 = 0.4;

/// One phrase: numbers of words in any order, each with its alternatives.
#[derive(Debug)]
struct Phrase {
    quantity: &'static Quantity,
    words: Vec<Vec<usize>>,
}

/// All phrases.
#[derive(Debug, Default)]
pub(crate) struct Phrasings {
    phrases: Vec<Phrase>,
    /// Number of each word.
    numbers: HashMap<String, usize>,
    /// How much a word tells, by number: the fewer quantities use it, the more.
    telling: Vec<f32>,
    /// All words, as written.
    spelled: BTreeSet<String>,
}

/// What a question asks for in other words.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Quantities with how much their phrases tell, most first.
    pub(crate) quantities: Vec<(&'static Quantity, f32)>,
    /// Words that phrases of the best quantity use.
    pub(crate) words: BTreeSet<String>,
}

impl Phrasings {
    pub(crate) fn build<'a>(terms: impl Iterator<Item = &'a Term>, cutter: &mut Cutter) -> Self {
        let mut all = Self::default();
        let mut users: Vec<BTreeSet<&str>> = Vec::new();
        for term in terms {
            for quantity in term.quantities.iter().filter_map(|name| Quantity::find(name)) {
                for text in &term.exact {
                    let text = fold(text).to_lowercase();
                    all.spelled.extend(text.split([' ', '|']).map(str::to_owned));
                    let mut words: Vec<Vec<usize>> = Vec::new();
                    for word in text.split_whitespace().filter(|word| !IGNORED.contains(word)) {
                        let mut alternatives = Vec::new();
                        for stem in word.split('|').map(|word| cutter.stem(word)) {
                            let fresh = all.numbers.len();
                            let number = *all.numbers.entry(stem).or_insert(fresh);
                            if number == fresh {
                                users.push(BTreeSet::new());
                            }
                            users[number].insert(quantity.name);
                            alternatives.push(number);
                        }
                        words.push(alternatives);
                    }
                    if !words.is_empty() {
                        all.phrases.push(Phrase { quantity, words });
                    }
                }
            }
        }
        let n: BTreeSet<&str> = all.phrases.iter().map(|phrase| phrase.quantity.name).collect();
        all.telling = users.iter().map(|users| (1.0 + n.len() as f32 / users.len() as f32).ln()).collect();
        all
    }

    /// All words of phrases, as written.
    pub(crate) fn spelled(&self) -> &BTreeSet<String> {
        &self.spelled
    }

    /// Quantities whose phrases a question holds. `fits` weighs a quantity by what else is asked.
    pub(crate) fn find(&self, words: &BTreeSet<String>, fits: impl Fn(&Quantity) -> f32) -> Told {
        let mut is_there = vec![false; self.numbers.len()];
        for number in words.iter().filter_map(|word| self.numbers.get(word)) {
            is_there[*number] = true;
        }
        let mut best: BTreeMap<&str, (&'static Quantity, f32)> = BTreeMap::new();
        for phrase in &self.phrases {
            let told = phrase.words.iter().try_fold(0.0, |told, alternatives| {
                let there = alternatives.iter().filter(|number| is_there[**number]);
                there.map(|number| self.telling[*number]).reduce(f32::max).map(|most| told + most)
            });
            if let Some(told) = told {
                let told = told * fits(phrase.quantity);
                let entry = best.entry(phrase.quantity.name).or_insert((phrase.quantity, 0.0));
                entry.1 = entry.1.max(told);
            }
        }
        let mut quantities: Vec<(&'static Quantity, f32)> = best.into_values().collect();
        quantities.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.name.cmp(b.0.name)));
        let least = quantities.first().map_or(0.0, |(_, most)| most * ALSO);
        quantities.retain(|(_, told)| *told >= least && *told > 0.0);
        let first = quantities.first().map(|(quantity, _)| *quantity);
        let is_held = |phrase: &&Phrase| phrase.words.iter().all(|word| word.iter().any(|number| is_there[*number]));
        let mut is_used = vec![false; self.numbers.len()];
        for phrase in self.phrases.iter().filter(|phrase| Some(phrase.quantity) == first).filter(is_held) {
            for number in phrase.words.iter().flatten() {
                is_used[*number] = is_there[*number];
            }
        }
        let used = words.iter().filter(|word| self.numbers.get(*word).is_some_and(|number| is_used[*number]));
        Told { words: used.cloned().collect(), quantities }
    }
}
