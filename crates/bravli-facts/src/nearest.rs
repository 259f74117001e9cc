//! Names that are spelled nearly as one that is unknown.

/// Candidates beyond this many are not looked at.
const MAX_CANDIDATES: usize = 10_000;

/// Up to three candidates closest to `name` by edit distance, nearest first; far ones are left out.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name: String = name.chars().take(64).collect();
    let limit = name.chars().count().div_ceil(2).max(2);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(d, _)| *d <= limit)
        .collect();
    scored.sort_unstable();
    scored.dedup();
    let best = scored.first().map_or(0, |(d, _)| *d);
    scored.into_iter().take_while(|(d, _)| *d <= best + 1).take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Levenshtein distance; a change of case costs nothing.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cb, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = usize::from(!ca.eq_ignore_ascii_case(cb));
            let best = (diagonal + cost).min(*cell + 1).min(left + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_offered_nearest_first() {
        assert_eq!(nearest("L4_SCC", ["L4_SSC", "L4_SBC", "L6_IPC"]), ["L4_SBC", "L4_SSC"]);
        assert_eq!(nearest("l23_mc", ["L23_MC"]), ["L23_MC"]);
        assert!(nearest("quite_else", ["L23_MC"]).is_empty());
    }
}
