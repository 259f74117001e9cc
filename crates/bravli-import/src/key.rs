//! Keys of papers, and whether two records are of one work.

use crate::text::fold;
use bravli_facts::Paper;

/// Keys that are tried before the plain one is given back after all.
const MAX_ATTEMPTS: usize = 100_000;

/// Longest name in a key. With a year and letters behind it a key stays below the 80 characters that records allow; bodies
/// that sign papers have longer names.
const MAX_NAME_CHARS: usize = 60;

/// The key of a paper: family name of its first author and year in lower-case ASCII, such as `lefort2009`, with `a`, `b`, …
/// behind it while `taken` says that another paper has it.
///
/// Accents are folded (`Lübke` gives `lubke`) and particles kept (`de Kock` gives `dekock`); a name without a single Latin
/// letter gives `paper`, and a very long one is cut. The key that the paper has already plays no part.
///
/// ```
/// # let text = "@misc{x, author = {de Kock, Christiaan}, title = {Spikes}, year = 2007}";
/// # let paper = bravli_import::bibtex(text)?.papers.remove(0);
/// assert_eq!(bravli_import::key_for(&paper, |_| false), "dekock2007");
/// assert_eq!(bravli_import::key_for(&paper, |key| key == "dekock2007"), "dekock2007a");
/// # Ok::<(), bravli_import::ImportError>(())
/// ```
#[must_use]
pub fn key_for(paper: &Paper, taken: impl Fn(&str) -> bool) -> String {
    let first = paper.authors.split(',').next().unwrap_or_default().trim();
    let stem = match fold(family(first)) {
        name if name.is_empty() => format!("paper{}", paper.year),
        name => format!("{}{}", name.chars().take(MAX_NAME_CHARS).collect::<String>(), paper.year),
    };
    if !taken(&stem) {
        return stem;
    }
    (0..MAX_ATTEMPTS).map(|n| format!("{stem}{}", letters(n))).find(|key| !taken(key)).unwrap_or(stem)
}

/// The family name of `Petersen CCH` or `Hablitz JJ Jr`; a name without initials is taken whole.
fn family(author: &str) -> &str {
    let is_suffix = |word: &str| matches!(word, "Jr" | "Sr" | "II" | "III" | "IV");
    let author = author.rsplit_once(' ').filter(|(_, last)| is_suffix(last)).map_or(author, |(name, _)| name);
    let is_initials = |word: &str| word.chars().all(char::is_uppercase);
    author.rsplit_once(' ').filter(|(_, last)| is_initials(last)).map_or(author, |(name, _)| name)
}

/// `a` to `z`, then `aa`, `ab`, ….
fn letters(mut n: usize) -> String {
    let mut found = Vec::new();
    loop {
        found.push(char::from(b'a' + u8::try_from(n % 26).unwrap_or_default()));
        if n < 26 {
            return found.into_iter().rev().collect();
        }
        n = n / 26 - 1;
    }
}

/// Whether two records are of one work: the same DOI (in any case), the same PubMed number, or the same title and year.
///
/// Titles are compared by their letters and digits alone.
#[must_use]
pub fn same_work(a: &Paper, b: &Paper) -> bool {
    let same = |a: &str, b: &str| !a.trim().is_empty() && a.trim().eq_ignore_ascii_case(b.trim());
    let pmid = |paper: &Paper| paper.pmid.clone().unwrap_or_default();
    same(&a.doi, &b.doi) || same(&pmid(a), &pmid(b)) || (a.year == b.year && same_title(&a.title, &b.title))
}

fn same_title(a: &str, b: &str) -> bool {
    let words =
        |title: &str| title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_on_after_z() {
        assert_eq!([0, 25, 26, 27, 701, 702].map(letters), ["a", "z", "aa", "ab", "zz", "aaa"]);
    }

    #[test]
    fn family_names_lose_initials_and_suffixes() {
        assert_eq!(family("Petersen CCH"), "Petersen");
        assert_eq!(family("de Kock CPJ"), "de Kock");
        assert_eq!(family("Hablitz JJ Jr"), "Hablitz");
        assert_eq!(family("Blue Brain Project"), "Blue Brain Project");
        assert_eq!(family("NIH"), "NIH");
    }
}
