//! Misspelled words of a query.

use std::collections::{BTreeMap, BTreeSet};

/// Shortest token that may be misspelled: shorter ones have too many neighbours, and L4 is no misspelling of L5.
const SHORTEST: usize = 4;

/// Shortest token that may have a wrong letter; in shorter ones a letter is missing, doubled or swapped, since most words
/// that differ by one letter are words of their own.
const REPLACED: usize = 8;

/// Shortest token that may have two letters wrong.
const LONG: usize = 9;

/// What a word of a term counts: more than any record's word.
pub(crate) const TERM_WORD: u32 = 1 << 20;

/// Shortest word that may have a wrong letter where a word of a term is meant.
const REPLACED_IN_TERM: usize = 7;

/// Known tokens, by length, with how often each occurs.
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    by_length: BTreeMap<usize, Vec<(String, u32)>>,
    known: BTreeSet<String>,
}

impl Spelling {
    /// Remembers tokens; those with digits or signs have no misspellings.
    pub(crate) fn build(tokens: impl Iterator<Item = (String, u32)>) -> Self {
        let mut spelling = Self::default();
        for (token, n) in tokens {
            if token.len() >= SHORTEST && token.chars().all(|c| c.is_ascii_lowercase()) {
                spelling.by_length.entry(token.len()).or_default().push((token.clone(), n));
            }
            spelling.known.insert(token);
        }
        for list in spelling.by_length.values_mut() {
            list.sort_unstable();
        }
        spelling
    }

    /// The known token nearest to an unknown one: fewest letters wrong, then the most frequent, then by name. The first
    /// letter, or the second after a swap, must be right.
    pub(crate) fn correct(&self, token: &str) -> Option<&str> {
        if token.len() < SHORTEST || !token.chars().all(|c| c.is_ascii_lowercase()) || self.known.contains(token) {
            return None;
        }
        let most = if token.len() >= LONG { 2 } else { 1 };
        let mut best: Option<(usize, u32, &str)> = None;
        for length in token.len().saturating_sub(most)..=token.len() + most {
            for (known, n) in self.by_length.get(&length).into_iter().flatten() {
                let Some(wrong) = letters_wrong(token.as_bytes(), known.as_bytes(), most) else { continue };
                let is_swap = || {
                    let (mut a, mut b) = (token.as_bytes().to_vec(), known.as_bytes().to_vec());
                    a.sort_unstable();
                    b.sort_unstable();
                    a == b
                };
                let replaced = if *n >= TERM_WORD { REPLACED_IN_TERM } else { REPLACED };
                if token.len() < replaced
                    && (known.len() < SHORTEST + usize::from(*n < TERM_WORD)
                        || (known.len() == token.len() && !is_swap()))
                {
                    continue;
                }
                let better =
                    best.is_none_or(|(fewest, most_often, _)| (wrong, u32::MAX - n) < (fewest, u32::MAX - most_often));
                if better {
                    best = Some((wrong, *n, known));
                }
            }
        }
        best.map(|(.., known)| known)
    }
}

/// Letters added, left out, changed or swapped with their neighbour, if at most `most` (optimal string alignment).
fn letters_wrong(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most || !(a.first() == b.first() || (a.first() == b.get(1) && a.get(1) == b.first()))
    {
        return None;
    }
    let width = b.len() + 1;
    let (mut before, mut above, mut row) = (vec![0; width], (0..width).collect::<Vec<usize>>(), vec![0; width]);
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..width {
            let change = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = change.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
        }
        if row.iter().all(|cost| *cost > most) {
            return None;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    above.last().copied().filter(|wrong| *wrong <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_words_find_the_nearest_known_one() {
        let words =
            [("connect", 30), ("contact", 5), ("somatostatin", 9), ("probabl", 40), ("cortex", 50), ("rate", 9)];
        let spelling = Spelling::build(words.into_iter().map(|(word, n)| (word.to_owned(), n)));
        for (typed, meant) in [
            ("conect", "connect"),
            ("somatostatn", "somatostatin"),
            ("somatsotatin", "somatostatin"),
            ("cortxe", "cortex"),
            ("ocrtex", "cortex"),
        ] {
            assert_eq!(spelling.correct(typed), Some(meant), "{typed}");
        }
        for far in ["cortex", "corxtt", "l4", "rat", "xate", "zzzzzzzz", ""] {
            assert_eq!(spelling.correct(far), None, "{far}");
        }
    }
}
