//! Every pair of cell types at once: which synapse rule decides, and which it overrides.

use crate::published::PUBLISHED;
use crate::{CellClass, EndPattern, Recipe, SynapseClass, SynapseRule, UnmatchedPair};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One kind of cell: m-type, e-type and sign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellType {
    /// m-type.
    pub mtype: String,
    /// e-type.
    pub etype: String,
    /// `EXC` or `INH`.
    pub synapse_class: String,
}

impl CellType {
    /// As synapse rules see it, outside any region.
    #[must_use]
    pub fn class(&self) -> CellClass<'_> {
        CellClass::new(&self.mtype, &self.etype, &self.synapse_class)
    }
}

/// Cell types of a recipe, and how many m-types no file gives an e-type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellTypes {
    /// Sorted by m-type, then e-type.
    pub types: Vec<CellType>,
    /// m-types whose e-types are those of the published list.
    pub published: Vec<String>,
    /// m-types with no class or no known e-type, left out.
    pub without: Vec<String>,
}

impl Recipe {
    /// Every m-type that the composition, the neuron types or the e-types of any file name.
    pub(crate) fn mtypes_named(&self) -> BTreeSet<&String> {
        let composition = self.composition.iter().map(|group| &group.mtype);
        composition.chain(self.spine_lengths.keys()).chain(self.etypes.keys()).collect()
    }

    /// The kinds of cell that this recipe is about: the m-types that it names, with the e-types that any of its files gives
    /// them, else the published ones. Where it names none, the m-types of the taxonomy.
    #[must_use]
    pub fn cell_types(&self) -> CellTypes {
        let named = self.mtypes_named();
        let mtypes = if named.is_empty() { self.taxonomy.keys().collect() } else { named };
        let mut found = CellTypes { types: Vec::new(), published: Vec::new(), without: Vec::new() };
        for mtype in mtypes {
            let Some(taxon) = self.taxonomy.get(mtype) else {
                found.without.push(mtype.clone());
                continue;
            };
            let own = self.etypes.get(mtype).filter(|etypes| !etypes.is_empty());
            let Some(etypes) = own.or_else(|| PUBLISHED.get(mtype).map(|p| &p.etypes)) else {
                found.without.push(mtype.clone());
                continue;
            };
            if own.is_none() {
                found.published.push(mtype.clone());
            }
            found.types.extend(etypes.iter().map(|etype| CellType {
                mtype: mtype.clone(),
                etype: etype.clone(),
                synapse_class: taxon.synapse_class.clone(),
            }));
        }
        found
    }

    /// Arranges the synapse rules for every pair of the given cell types.
    #[must_use]
    pub fn synapse_table<'a>(&'a self, types: &'a [CellType]) -> SynapseTable<'a> {
        let n_words = self.synapse_rules.len().div_ceil(64);
        let sets = |end: fn(&SynapseRule) -> &EndPattern| -> Vec<u64> {
            let mut bits = vec![0; types.len() * n_words];
            for (set, cell) in bits.chunks_mut(n_words.max(1)).zip(types) {
                let class = cell.class();
                for (i, rule) in self.synapse_rules.iter().enumerate() {
                    if end(rule).matches(&class) {
                        set[i / 64] |= 1 << (i % 64);
                    }
                }
            }
            bits
        };
        SynapseTable { recipe: self, types, n_words, from: sets(|r| &r.from), to: sets(|r| &r.to) }
    }
}

/// The synapse rules of a recipe against every pair of cell types.
#[derive(Debug)]
pub struct SynapseTable<'a> {
    recipe: &'a Recipe,
    types: &'a [CellType],
    n_words: usize,
    /// Per cell type, a bit for every rule whose `from` end it fits.
    from: Vec<u64>,
    /// The same for the `to` end.
    to: Vec<u64>,
}

impl<'a> SynapseTable<'a> {
    /// Indices of the rules that match a pair, the deciding one first.
    pub fn matching(&self, pre: usize, post: usize) -> impl Iterator<Item = usize> {
        let words = |bits: &'_ [u64], cell: usize| -> Vec<u64> {
            bits.get(cell * self.n_words..(cell + 1) * self.n_words).unwrap_or_default().to_vec()
        };
        let both: Vec<u64> = words(&self.from, pre).iter().zip(words(&self.to, post)).map(|(a, b)| a & b).collect();
        both.into_iter().enumerate().rev().flat_map(|(word, mut bits)| {
            std::iter::from_fn(move || {
                let high = 63u32.checked_sub(bits.leading_zeros())?;
                bits &= !(1 << high);
                Some(word * 64 + high as usize)
            })
        })
    }

    /// Index of the rule that decides a pair: the last that matches.
    #[must_use]
    pub fn rule(&self, pre: usize, post: usize) -> Option<usize> {
        (0..self.n_words).rev().find_map(|word| {
            let both = self.from.get(pre * self.n_words + word)? & self.to.get(post * self.n_words + word)?;
            let high = 63u32.checked_sub(both.leading_zeros())?;
            Some(word * 64 + high as usize)
        })
    }

    /// The class of a pair.
    ///
    /// # Errors
    /// [`UnmatchedPair`] when no rule matches, or its class is undefined.
    pub fn class(&self, pre: usize, post: usize) -> Result<(usize, &'a SynapseClass), UnmatchedPair> {
        let found = self.rule(pre, post).and_then(|i| {
            let class = self.recipe.synapse_rules.get(i).and_then(|r| self.recipe.synapse_classes.get(&r.class))?;
            Some((i, class))
        });
        match (found, self.types.get(pre), self.types.get(post)) {
            (Some(found), ..) => Ok(found),
            (None, Some(pre), Some(post)) => match self.recipe.resolve_synapse(&pre.class(), &post.class()) {
                Ok(resolved) => Ok((resolved.rule_index, resolved.class)),
                Err(unmatched) => Err(unmatched),
            },
            _ => {
                Err(UnmatchedPair { pre: pre.to_string(), post: post.to_string(), why: "no such cell type".to_owned() })
            }
        }
    }

    /// For every rule, how many pairs it matches and how many it decides.
    #[must_use]
    pub fn tally(&self) -> Vec<RuleTally> {
        let mut tally = vec![RuleTally::default(); self.recipe.synapse_rules.len()];
        for pre in 0..self.types.len() {
            for post in 0..self.types.len() {
                let mut winner = None;
                for rule in self.matching(pre, post) {
                    tally[rule].n_matched += 1;
                    match winner {
                        None => tally[rule].n_decided += 1,
                        Some(_) => tally[rule].overridden_by = tally[rule].overridden_by.or(winner),
                    }
                    winner = winner.or(Some(rule));
                }
            }
        }
        tally
    }
}

/// What a synapse rule does over all pairs of cell types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Pairs it matches.
    pub n_matched: usize,
    /// Pairs it decides, being the last that matches.
    pub n_decided: usize,
    /// The rule that decides the first pair it matches and does not decide.
    pub overridden_by: Option<usize>,
}
