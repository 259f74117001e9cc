//! Words as neuroscientists write them: one function cuts records and queries alike.

use crate::fold::fold;
use std::collections::HashMap;
use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer};

/// Words too common to search for, in the languages that labs ask in.
const STOP_WORDS: [&str; 53] = [
    "a", "an", "and", "are", "as", "at", "be", "das", "dem", "den", "der", "des", "die", "do", "does", "ein", "eine",
    "einem", "einen", "einer", "eines", "es", "for", "für", "fur", "how", "im", "in", "is", "ist", "it", "its", "many",
    "much", "of", "or", "sind", "that", "the", "their", "this", "und", "vom", "was", "welche", "welcher", "welches",
    "what", "which", "wie", "with", "within", "zum",
];

/// Words that say which side of a synapse their neighbours stand on.
const MARKS: [(&str, Mark); 68] = [
    (">", Mark::To),
    ("to", Mark::To),
    ("onto", Mark::To),
    ("into", Mark::To),
    ("zu", Mark::To),
    ("auf", Mark::To),
    ("nach", Mark::To),
    ("on", Mark::Verb),
    ("upon", Mark::Verb),
    ("contact", Mark::Verb),
    ("contacts", Mark::Verb),
    ("contacting", Mark::Verb),
    ("innervate", Mark::Verb),
    ("innervates", Mark::Verb),
    ("innervating", Mark::Verb),
    ("target", Mark::Verb),
    ("targets", Mark::Verb),
    ("targeting", Mark::Verb),
    ("inhibit", Mark::Verb),
    ("inhibits", Mark::Verb),
    ("inhibiting", Mark::Verb),
    ("driving", Mark::Verb),
    ("exciting", Mark::Verb),
    ("excite", Mark::Verb),
    ("excites", Mark::Verb),
    ("drive", Mark::Verb),
    ("drives", Mark::Verb),
    ("make", Mark::Verb),
    ("makes", Mark::Verb),
    ("making", Mark::Verb),
    ("place", Mark::Verb),
    ("places", Mark::Verb),
    ("forming", Mark::Verb),
    ("evoking", Mark::Verb),
    ("innerviert", Mark::Verb),
    ("kontaktiert", Mark::Verb),
    ("hemmt", Mark::Verb),
    ("erregt", Mark::Verb),
    ("evoke", Mark::Verb),
    ("evokes", Mark::Verb),
    ("elicit", Mark::Verb),
    ("elicits", Mark::Verb),
    ("produce", Mark::Verb),
    ("produces", Mark::Verb),
    ("form", Mark::Verb),
    ("forms", Mark::Verb),
    ("put", Mark::Verb),
    ("puts", Mark::Verb),
    ("feed", Mark::Verb),
    ("feeds", Mark::Verb),
    ("send", Mark::Verb),
    ("sends", Mark::Verb),
    ("from", Mark::From),
    ("von", Mark::From),
    ("aus", Mark::From),
    ("by", Mark::From),
    ("durch", Mark::From),
    ("receive", Mark::From),
    ("receives", Mark::From),
    ("receiving", Mark::From),
    ("between", Mark::Between),
    ("among", Mark::Between),
    ("amongst", Mark::Between),
    ("zwischen", Mark::Between),
    ("untereinander", Mark::Between),
    ("cause", Mark::Verb),
    ("causes", Mark::Verb),
    ("causing", Mark::Verb),
];

/// What a word says of the side its neighbours stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// What follows lies behind the synapse.
    To,
    /// A verb such as *contacts*: what follows lies behind the synapse, if cells stand on both sides of it.
    Verb,
    /// What follows lies before the synapse.
    From,
    /// What follows lies on both sides.
    Between,
    /// A dash or slash between two cells.
    Dash,
}

/// What one word means to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word as written.
    pub(crate) raw: String,
    /// The word's own token, then looser ones (parts, single layers); none where the word is only a mark.
    pub(crate) tokens: Vec<String>,
    /// What it says of its neighbours.
    pub(crate) mark: Option<Mark>,
}

/// Cuts texts into words. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Cutter {
    stemmer: TextAnalyzer,
    /// Tokens of words already cut, where many texts are cut in a row.
    memo: Option<HashMap<String, Vec<String>>>,
}

impl Cutter {
    pub(crate) fn new() -> Self {
        let stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build();
        Self { stemmer, memo: None }
    }

    /// One that remembers the words it has cut: for a whole library of texts.
    pub(crate) fn remembering() -> Self {
        Self { memo: Some(HashMap::new()), ..Self::new() }
    }

    /// Words of a text, without stop words.
    pub(crate) fn cut(&mut self, text: &str) -> Vec<Word> {
        let folded = fold(text);
        let raw: Vec<&str> = folded
            .split(|c: char| c.is_whitespace() || ",;!?\"'`[]{}<=|*^~".contains(c))
            .map(trim)
            .filter(|word| *word == ">" || word.contains(char::is_alphanumeric))
            .collect();
        let mut words = Vec::new();
        let mut at = 0;
        while at < raw.len() {
            at += self.layers(&raw[at..], &mut words).unwrap_or_else(|| {
                self.word(raw[at], &mut words);
                1
            });
        }
        words
    }

    /// `layer 2/3`, `layers II and III`, `layer Va`: how many words it took.
    fn layers(&mut self, raw: &[&str], words: &mut Vec<Word>) -> Option<usize> {
        if !matches!(raw[0].to_ascii_lowercase().as_str(), "layer" | "layers" | "lamina" | "schicht" | "schichten") {
            return None;
        }
        let layer = |at: usize| raw.get(at).and_then(|word| layer_tokens(word, true));
        let joined = match (raw.get(2), raw.get(1), raw.get(3)) {
            (Some(and), Some(a), Some(b)) if matches!(*and, "and" | "or" | "und" | "/" | "-") => {
                layer_tokens(&format!("{a}/{b}"), true).map(|tokens| (tokens, 4))
            }
            _ => None,
        };
        let (tokens, used) = joined.or_else(|| layer(1).map(|tokens| (tokens, 2)))?;
        words.push(Word { raw: raw[..used].join(" "), tokens, mark: None });
        Some(used)
    }

    fn word(&mut self, raw: &str, words: &mut Vec<Word>) {
        let lower = raw.to_lowercase();
        let mark = MARKS.iter().find(|(word, _)| *word == lower).map(|(_, mark)| *mark);
        // IN and IT are cells, "in" and "it" are not
        let is_stop = STOP_WORDS.contains(&lower.as_str()) && !(raw.len() == 2 && raw == raw.to_uppercase());
        if is_stop || lower == "on" || mark.is_some_and(|mark| mark != Mark::Verb) {
            if mark.is_some() {
                words.push(Word { raw: raw.to_owned(), tokens: Vec::new(), mark });
            }
            return;
        }
        let seen = match self.memo.as_ref().and_then(|memo| memo.get(raw)) {
            Some(known) => known.clone(),
            None => {
                let fresh = self.fresh_tokens(raw);
                if let Some(memo) = &mut self.memo {
                    memo.insert(raw.to_owned(), fresh.clone());
                }
                fresh
            }
        };
        if !seen.is_empty() {
            words.push(Word { raw: raw.to_owned(), tokens: seen, mark });
        }
    }

    /// Tokens of a word, each once.
    fn fresh_tokens(&mut self, raw: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        self.tokens(raw, &mut tokens);
        let mut seen: Vec<String> = Vec::new();
        for token in tokens {
            if !token.is_empty() && !seen.contains(&token) {
                seen.push(token);
            }
        }
        seen
    }

    fn tokens(&mut self, raw: &str, tokens: &mut Vec<String>) {
        if let Some(single) = singular(raw) {
            return self.tokens(single, tokens);
        }
        let lower = raw.to_lowercase();
        let bare: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
        if let Some(layer) = layer_tokens(raw, false) {
            tokens.extend(layer);
        } else if matches!(bare.as_str(), "gabaa" | "gabab") {
            tokens.extend([bare, "gaba".to_owned()]);
        } else if let Some(marker) = lower.strip_suffix('+') {
            // an ion drops its charge (Ca2+), a marker its sign (PV+)
            self.tokens(marker.trim_end_matches(|c: char| c.is_ascii_digit() || c == '+'), tokens);
        } else if let Some(marker) = lower.strip_suffix('-') {
            tokens.push(format!("{}-neg", marker.trim_end_matches('-')));
        } else if let Some((layer, cell)) = layered_cell(&lower) {
            tokens.push(lower.clone());
            tokens.extend(layer);
            tokens.push(self.stem(cell));
        } else if raw.chars().all(char::is_alphanumeric) || is_number(raw) {
            tokens.push(self.stem(&lower));
        } else {
            self.compound(raw, &lower, bare, tokens);
        }
    }

    /// A word with signs in it: the whole, then its parts.
    fn compound(&mut self, raw: &str, lower: &str, bare: String, tokens: &mut Vec<String>) {
        if lower.contains(['_', ':']) {
            tokens.push(lower.replace(|c: char| !c.is_alphanumeric(), "_").trim_matches('_').to_owned());
        } else if lower.contains('-') {
            tokens.push(self.stem(&bare));
        } else if lower.contains('/') && !is_number(raw) {
            tokens.push(lower.to_owned());
        }
        // a slash inside L2/3-... belongs to the layer, so layers are looked for before slashes are cut
        for part in raw.split(['_', ':', '-', '(', ')', '+', '\\', '#', '@', '&']).filter(|part| !part.is_empty()) {
            if let Some(layer) = layer_tokens(part, false) {
                tokens.extend(layer);
                continue;
            }
            for piece in part.split(['/', '.']).map(trim).filter(|piece| !piece.is_empty()) {
                if is_number(part) {
                    tokens.push(part.to_lowercase());
                    break;
                }
                tokens.push(self.stem(&piece.to_lowercase()));
            }
        }
    }

    /// Stems alphabetic words; what holds a digit stays.
    pub(crate) fn stem(&mut self, word: &str) -> String {
        if !word.chars().all(char::is_alphabetic) || word.len() < 4 {
            return word.to_owned();
        }
        let mut stream = self.stemmer.token_stream(word);
        stream.next().map_or_else(|| word.to_owned(), |token| token.text.clone())
    }
}

/// Takes signs off the ends, but a bracket only without its partner: `GABA(A)` keeps both.
fn trim(word: &str) -> &str {
    let mut word = word;
    loop {
        let before = word.len();
        word = word.trim_start_matches(['.', ':', '-', '/', '+', '_', ')', '%', '(']);
        word = word.trim_end_matches(['.', ':', '/', '_', '%', '(']);
        if !word.contains('(') {
            word = word.trim_end_matches(')');
        }
        if word.len() == before {
            return word;
        }
    }
}

/// `PCs`, `SSCs` without the plural; `NMDAR`, `AMPARs` without the receptor.
fn singular(raw: &str) -> Option<&str> {
    let is_upper = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if let Some(single) = raw.strip_suffix('s').filter(|single| is_upper(single)) {
        return Some(single);
    }
    ["NMDA", "AMPA", "GABA"].into_iter().find(|receptor| raw.strip_suffix('R') == Some(receptor))
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '/')
}

/// `L2/3`, `L23`, `L2-3`, `L5a`: the layer as written, then the single layers it holds. After the word *layer* the letter
/// is absent and Roman numerals are read.
pub(crate) fn layer_tokens(word: &str, after_layer: bool) -> Option<Vec<String>> {
    let lower = word.to_ascii_lowercase();
    let rest = if after_layer { lower.strip_prefix('l').unwrap_or(&lower) } else { lower.strip_prefix('l')? };
    let rest = match rest.split_once(['/', '-']) {
        Some((a, b)) => {
            [one_layer(a, after_layer)?, one_layer(b.strip_prefix('l').unwrap_or(b), after_layer)?].concat()
        }
        None => one_layer(rest, after_layer)?,
    };
    let digits: Vec<char> = rest.chars().filter(char::is_ascii_digit).collect();
    let sublayer = rest.chars().filter(char::is_ascii_alphabetic).count();
    match (digits[..].len(), sublayer) {
        (1, 0) => Some(vec![format!("l{rest}")]),
        (1, 1) => Some(vec![format!("l{rest}"), format!("l{}", digits[0])]),
        (2, 0) if digits[0] < digits[1] => {
            Some(vec![format!("l{rest}"), format!("l{}", digits[0]), format!("l{}", digits[1])])
        }
        _ => None,
    }
}

/// `L4SSC`, `L23PC`: a layer and a cell without a sign between them.
fn layered_cell(lower: &str) -> Option<(Vec<String>, &str)> {
    let digits = lower.strip_prefix('l')?.chars().take_while(char::is_ascii_digit).count();
    let (layer, cell) = lower.split_at_checked(1 + digits)?;
    // PD14 writes L4E and L4I
    let is_cell = (cell.len() > 1 || matches!(cell, "e" | "i")) && cell.chars().all(|c| c.is_ascii_alphabetic());
    is_cell.then(|| layer_tokens(layer, false)).flatten().map(|layer| (layer, cell))
}

fn one_layer(text: &str, roman: bool) -> Option<String> {
    if roman {
        let (numeral, sublayer) = match text.strip_suffix(['a', 'b']) {
            Some(numeral) => (numeral, &text[numeral.len()..]),
            None => (text, ""),
        };
        let number = ["i", "ii", "iii", "iv", "v", "vi"].iter().position(|known| *known == numeral);
        if let Some(number) = number {
            return Some(format!("{}{sublayer}", number + 1));
        }
    }
    let digits = text.trim_end_matches(['a', 'b', 'c']);
    let in_range = !digits.is_empty() && digits.len() <= 2 && digits.chars().all(|c| ('1'..='6').contains(&c));
    (in_range && text.len() - digits.len() <= 1).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Vec<String>> {
        Cutter::new().cut(text).into_iter().map(|word| word.tokens).collect()
    }

    fn one(text: &str) -> Vec<String> {
        let words = tokens(text);
        assert_eq!(words.len(), 1, "{text}: {words:?}");
        words.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn layers_are_one_word_however_they_are_written() {
        for text in ["L2/3", "L23", "L2-3", "l2/3", "layer 2/3", "layers II/III", "Layers 2 and 3", "(layer 2/3)"] {
            assert_eq!(one(text), ["l23", "l2", "l3"], "{text}");
        }
        for text in ["L5A", "layer Va", "layer 5a", "Schicht 5a"] {
            assert_eq!(one(text), ["l5a", "l5"], "{text}");
        }
        assert_eq!(one("layer IV"), ["l4"]);
        assert_eq!(tokens("iv and lux"), [["iv"], ["lux"]]);
        assert_eq!(tokens("layer-specific")[0], ["layerspecif", "layer", "specif"]);
    }

    #[test]
    fn types_markers_ions_and_receptors_survive() {
        assert_eq!(one("L23_MC"), ["l23_mc", "l23", "l2", "l3", "mc"]);
        assert_eq!(one("L5_TPC:A"), ["l5_tpc_a", "l5", "tpc", "a"]);
        assert_eq!(one("L4SSC"), ["l4ssc", "l4", "ssc"]);
        assert_eq!(one("PV+"), ["pv"]);
        assert_eq!(one("PV-"), ["pv-neg"]);
        for text in ["Ca2+", "Ca²⁺"] {
            assert_eq!(one(text), ["ca"], "{text}");
        }
        for text in ["GABA-A", "GABA(A)", "GABAA", "GABA_A"] {
            assert_eq!(one(text), ["gabaa", "gaba"], "{text}");
        }
        assert_eq!(one("τ"), ["tau"]);
        assert_eq!(one("5-HT3aR")[0], "5ht3ar");
        assert_eq!(one("fast-spiking"), ["fastspik", "fast", "spike"]);
        assert_eq!(one("0.575"), ["0.575"]);
        assert_eq!(one("connectivity.probability"), ["connect", "probabl"]);
    }

    #[test]
    fn arrows_and_to_are_directions_and_stop_words_go() {
        for text in ["L4->L2/3", "L4 → L2/3", "L4 to the L2/3"] {
            let words = Cutter::new().cut(text);
            let marks: Vec<_> = words.iter().map(|word| word.mark).collect();
            assert_eq!(marks, [None, Some(Mark::To), None], "{text}");
        }
        assert!(tokens("the of and").is_empty());
        assert_eq!(one("IN"), ["in"]);
        assert!(tokens(" ., - () + % ()+- 🧠 ''").is_empty());
        assert_eq!(tokens("+(L4) AND [pv]"), [["l4"], ["pv"]]);
    }
}
