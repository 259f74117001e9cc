//! German questions, read word by word as English ones.

use crate::fold::fold;
use bravli_facts::Term;
use std::collections::{HashMap, HashSet};

/// Words that only a German question holds.
const TELLTALE: [&str; 39] = [
    "auf", "aus", "bei", "bekommt", "das", "dem", "den", "der", "des", "ein", "eine", "einem", "einen", "einer",
    "eines", "für", "gibt", "ist", "mit", "nach", "oder", "sich", "sind", "über", "und", "unter", "vom", "von",
    "welche", "welchem", "welcher", "welches", "werden", "wie", "wieviel", "wird", "zu", "zum", "zwischen",
];

/// Letters that join the parts of a compound.
const JOINTS: [&str; 5] = ["", "s", "n", "en", "es"];

/// Shortest part of a compound.
const SHORTEST_PART: usize = 4;

/// A glossary from German words to English ones.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    words: HashMap<String, String>,
    telltale: HashSet<String>,
}

impl Glossary {
    /// Terms of kind `german`: the label is what its exact words are read as.
    pub(crate) fn build<'a>(terms: impl Iterator<Item = &'a Term>) -> Self {
        let mut words = HashMap::new();
        for term in terms {
            for word in &term.exact {
                words.insert(plain(word), term.label.clone());
            }
        }
        Self { words, telltale: TELLTALE.iter().map(|word| plain(word)).collect() }
    }

    /// The text with German words replaced, where it is German: two telltale words, or a word of the glossary that is a
    /// compound or holds an umlaut. Words that the glossary does not know stay.
    pub(crate) fn english(&self, text: &str) -> Option<String> {
        let pieces: Vec<&str> = text.split_whitespace().collect();
        let core = |piece: &str| piece.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let telling = pieces.iter().filter(|piece| self.telltale.contains(&plain(&core(piece)))).count();
        let is_known = |piece: &&&str| {
            let word = core(piece);
            // an umlaut, however it is written, or a compound
            self.read(&word).is_some()
                && (plain(&word) != word.to_lowercase() || !self.words.contains_key(&plain(&word)))
        };
        if telling < 2 && !pieces.iter().any(|piece| is_known(&piece)) {
            return None;
        }
        let read = |piece: &&str| {
            // `Martinotti- auf Pyramidenzellen`
            let piece = &piece.strip_suffix('-').unwrap_or(piece);
            // `Martinotti-Zellen`, `L4-Pyramidenzellen`
            let parts: Vec<String> = piece
                .split('-')
                .map(|part| {
                    let word = core(part);
                    match self.read(&word) {
                        Some(english) if !word.is_empty() => part.replace(&word, &english),
                        _ => part.to_owned(),
                    }
                })
                .collect();
            let is_changed = parts.iter().zip(piece.split('-')).any(|(new, old)| new != old);
            if is_changed { parts.join(" ") } else { (*piece).to_owned() }
        };
        Some(pieces.iter().map(read).collect::<Vec<_>>().join(" "))
    }

    /// A word or a compound of words.
    fn read(&self, word: &str) -> Option<String> {
        let word = plain(word);
        self.words.get(&word).cloned().or_else(|| self.compound(&word, 0))
    }

    /// Longest first part that leaves a readable rest.
    fn compound(&self, word: &str, depth: usize) -> Option<String> {
        if depth > 3 {
            return None;
        }
        (SHORTEST_PART..=word.len().saturating_sub(SHORTEST_PART)).rev().find_map(|cut| {
            let (first, rest) = word.split_at_checked(cut)?;
            let first = self.words.get(first)?;
            JOINTS.iter().find_map(|joint| {
                let rest = rest.strip_prefix(joint)?;
                let rest = self.words.get(rest).cloned().or_else(|| self.compound(rest, depth + 1))?;
                Some(format!("{first} {rest}"))
            })
        })
    }
}

/// Lower case without umlauts, however they are written.
fn plain(word: &str) -> String {
    let lower = word.to_lowercase();
    fold(&lower.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let text = "key: a\nkind: german\nlabel: LABEL\nexact: [WORDS]\n";
        let term = |label: &str, words: &str| -> Term {
            serde_saphyr::from_str(&text.replace("LABEL", label).replace("WORDS", words)).unwrap()
        };
        let terms = [
            term("conductance", "leitfähigkeit"),
            term("background", "hintergrund"),
            term("length", "länge"),
            term("cells", "zellen"),
            term("layer", "schicht"),
        ];
        Glossary::build(terms.iter())
    }

    #[test]
    fn words_and_compounds_are_read_and_english_stays() {
        let glossary = glossary();
        let read = |text: &str| glossary.english(text);
        assert_eq!(read("Hintergrundleitfähigkeit?").as_deref(), Some("background conductance?"));
        assert_eq!(
            read("die Leitfaehigkeit der PV-Zellen in Schicht 4").as_deref(),
            Some("die conductance der PV cells in layer 4")
        );
        assert_eq!(read("what is the conductance of PV cells"), None);
        assert_eq!(read("die cast"), None);
        assert_eq!(read(""), None);
    }
}
