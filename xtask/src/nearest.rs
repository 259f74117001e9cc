//! The nearest known word to a misspelt one.

/// The candidate nearest to `word` by edits, when it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = word.chars().count().max(3) / 2 + 1;
    candidates
        .iter()
        .map(|candidate| (edits(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements between two words.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_single_letters() {
        assert_eq!(edits("layers", "layers"), 0);
        assert_eq!(edits("layer", "layers"), 1);
        assert_eq!(edits("", "demo"), 4);
    }

    #[test]
    fn a_far_word_has_no_neighbour() {
        assert_eq!(nearest("demos", &["demo", "test"]), Some("demo"));
        assert_eq!(nearest("benchmarks", &["demo", "test"]), None);
    }
}
