//! Names of people as the records write them: family name, then initials without dots.

use crate::text::squeeze;

/// Most authors that a record names; the rest become `et al.`.
const MAX_AUTHORS: usize = 50;

/// One author.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// Family name with its particle, or the name of a group.
    pub(crate) family: String,
    /// Given names or initials, in any style; empty for a group.
    pub(crate) given: String,
    /// What follows, such as `Jr`.
    pub(crate) suffix: String,
}

impl Name {
    /// A group, or a name that cannot be taken apart.
    pub(crate) fn literal(name: &str) -> Self {
        Self { family: name.to_owned(), ..Self::default() }
    }

    /// Takes apart a name as it is printed: `Carl C. H. Petersen`, `Christiaan de Kock` or `Petersen, Carl`.
    pub(crate) fn from_display(name: &str) -> Self {
        let name = squeeze(name);
        if let Some((family, given)) = name.split_once(',') {
            return Self { family: family.trim().to_owned(), given: given.trim().to_owned(), suffix: String::new() };
        }
        let mut words: Vec<&str> = name.split(' ').collect();
        let is_suffix = |word: &&str| matches!(word.trim_end_matches('.'), "Jr" | "Sr" | "II" | "III" | "IV");
        let suffix = if words.len() > 2 { words.pop_if(|word| is_suffix(&&**word)).unwrap_or_default() } else { "" };
        let particle = words[..words.len() - 1].iter().rposition(|word| !word.starts_with(char::is_lowercase));
        let start = particle.map_or(0, |last_given| last_given + 1);
        Self { family: words[start..].join(" "), given: words[..start].join(" "), suffix: suffix.to_owned() }
    }

    /// For example `Petersen CCH`.
    fn written(&self) -> String {
        let (family, suffix) = (squeeze(&self.family), squeeze(&self.suffix));
        squeeze(&format!("{family} {} {}", initials(&self.given), suffix.trim_end_matches('.')))
    }
}

/// First letters of given names: `Carl C.H.` and `CCH` both give `CCH`, `Jean-Pierre` gives `JP`.
fn initials(given: &str) -> String {
    let mut letters = String::new();
    for word in given.split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '.' | '-' | '\u{2010}' | ','))
    {
        let mut chars = word.chars().filter(|c| c.is_alphabetic());
        let are_initials = word.chars().count() <= 3 && word.chars().all(char::is_uppercase);
        if are_initials {
            letters.push_str(word);
        } else if let Some(first) = chars.next() {
            letters.extend(first.to_uppercase());
        }
    }
    letters
}

/// All authors in one line: `Lefort S, Tomm C, Petersen CCH`; empty where there is none.
pub(crate) fn author_list(names: &[Name], has_more: bool) -> String {
    let written = names.iter().map(Name::written).filter(|name| !name.is_empty());
    let mut list: Vec<String> = written.take(MAX_AUTHORS + 1).collect();
    let has_more = has_more || list.len() > MAX_AUTHORS;
    list.truncate(MAX_AUTHORS);
    if has_more && !list.is_empty() {
        list.push("et al.".to_owned());
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_have_no_dots() {
        for (given, expected) in [
            ("Carl C. H.", "CCH"),
            ("C.C.H.", "CCH"),
            ("CCH", "CCH"),
            ("Jean-Sébastien", "JS"),
            ("Émilie", "É"),
            ("LING", "L"),
            ("", ""),
        ] {
            assert_eq!(initials(given), expected, "{given}");
        }
    }

    #[test]
    fn a_printed_name_is_taken_apart() {
        for (name, expected) in [
            ("Carl C. H. Petersen", "Petersen CCH"),
            ("Christiaan P. J. de Kock", "de Kock CPJ"),
            ("Petersen, Carl", "Petersen C"),
            ("John J. Hablitz Jr.", "Hablitz JJ Jr"),
            ("Plato", "Plato"),
            ("van der Loos", "van der Loos"),
            ("", ""),
        ] {
            assert_eq!(Name::from_display(name).written(), expected, "{name}");
        }
    }

    #[test]
    fn long_lists_end_in_et_al() {
        let names = vec![Name::literal("A"); MAX_AUTHORS];
        assert!(!author_list(&names, false).contains("et al."));
        assert!(author_list(&[names.clone(), names].concat(), false).ends_with("A, et al."));
        assert_eq!(author_list(&[Name::literal("A")], true), "A, et al.");
        assert_eq!(author_list(&[], true), "");
    }
}
