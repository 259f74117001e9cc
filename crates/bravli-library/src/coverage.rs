//! Which words of a query a record holds, and how much of the query that is.

use crate::entry::Entry;
use crate::query::{Asked, NEAR, Rarity};
use crate::tokens::Word;

/// Weight of a cell that a record has on the other side of the synapse than the query.
const OTHER_SIDE: f32 = 0.5;

/// Words of the query that a record holds, and their share of the query by rarity, 0 to 1.
///
/// A word counts in full by itself or by a synonym of its term, and half by a word one letter away or when it names the
/// cell on the other side of the synapse.
pub(crate) fn coverage(asked: &Asked, entry: &Entry, rarity: &[Rarity]) -> (Vec<String>, f32) {
    let mut rows = Vec::new();
    let mut covered = 0.0;
    for (at, word) in asked.words.iter().enumerate() {
        let Some((row, held, share)) = held(asked, at, entry, rarity[at]) else { continue };
        let is_turned = asked.side(at, at + 1).is_some_and(|is_pre| {
            let (right, wrong) = if is_pre { (&entry.pre, &entry.post) } else { (&entry.post, &entry.pre) };
            let in_cell = |cell: &[Word]| cell.iter().any(|word| held.iter().any(|token| word.tokens.contains(token)));
            in_cell(wrong) && !in_cell(right)
        });
        rows.push(if is_turned { format!("{} (other side)", word.raw) } else { row });
        covered += rarity[at].weight * if is_turned { OTHER_SIDE } else { share };
    }
    let whole: f32 = rarity.iter().map(|rarity| rarity.weight).sum();
    (rows, covered / whole.max(f32::MIN_POSITIVE))
}

/// How a record holds a word: text for the row, the tokens it holds, and how much of the word that is.
fn held<'a>(asked: &'a Asked, at: usize, entry: &'a Entry, rarity: Rarity) -> Option<(String, Vec<&'a String>, f32)> {
    let word = &asked.words[at];
    let tokens: Vec<&String> = word.tokens.iter().filter(|token| entry.tokens.contains(*token)).collect();
    if !tokens.is_empty() {
        return Some((word.raw.clone(), tokens, 1.0));
    }
    let mut forms =
        asked.found.iter().filter(|found| (found.words.0..found.words.1).contains(&at)).flat_map(|found| &found.forms);
    if let Some(form) = forms.find(|form| form.tokens.iter().all(|token| entry.tokens.contains(token))) {
        return Some((format!("{} ~ {}", word.raw, form.text), form.tokens.iter().collect(), 1.0));
    }
    let asked_for = word.tokens.first().filter(|_| rarity.is_unknown)?;
    let near = entry.tokens.iter().find(|token| is_near(asked_for, token))?;
    Some((format!("{} ~ {near}", word.raw), vec![near], NEAR))
}

/// Whether one letter added, left out, changed or swapped with its neighbour makes the words equal.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Less => *a == b[1..],
        std::cmp::Ordering::Greater => a[1..] == *b,
        std::cmp::Ordering::Equal => {
            let is_changed = a.is_empty() || a[1..] == b[1..];
            is_changed || (a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn one_letter_away_is_near() {
        for (a, b) in [("cortex", "cortx"), ("cortx", "cortex"), ("cortez", "cortex"), ("cortex", "cortxe"), ("a", "a")]
        {
            assert!(is_near(a, b), "{a} {b}");
        }
        assert!(!is_near("cortex", "corxet") && !is_near("barrel", "cortex") && !is_near("cortex", "cort"));
    }
}
