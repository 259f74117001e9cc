//! Plain text: white space, markup, accents, sentences.

use crate::entities::character;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;

/// Words with one blank between them, letters and accents as one character; control characters count as white space.
pub(crate) fn squeeze(text: &str) -> String {
    let text: Cow<'_, str> = if text.is_ascii() { text.into() } else { text.nfc().collect() };
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Text with HTML tags taken out and named characters put in: `Ca<sup>2+</sup>` gives `Ca2+`.
///
/// A `<` that begins no tag stays: `p < 0.05`.
pub(crate) fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (put, used) = if rest.starts_with('<') { tag(rest) } else { reference(rest) };
        // headings of structured abstracts run into their text
        if put == ": " && out.trim_end().ends_with([':', '.', '?', '!']) {
            out.push(' ');
        } else {
            out.push_str(&put);
        }
        rest = &rest[used..];
    }
    out.push_str(rest);
    squeeze(&out)
}

/// What a tag at the start of `text` stands for, and its length; a lone `<` stands for itself.
fn tag(text: &str) -> (String, usize) {
    let name = text[1..].trim_start_matches('/');
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-')).count();
    let (name, after) = name.split_at(length);
    // every index below is at an ASCII character
    let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && after.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    match text.bytes().take(if is_tag { 300 } else { 0 }).position(|byte| byte == b'>') {
        Some(end) => {
            let name = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
            let is_closing = text.starts_with("</");
            let put = match name.as_str() {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title" if is_closing => ": ",
                "p" | "div" | "br" | "li" | "sec" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title" => " ",
                _ => "",
            };
            (put.to_owned(), end + 1)
        }
        None => ("<".to_owned(), 1),
    }
}

/// The character that a reference at the start of `text` names, and its length; a lone `&` stands for itself.
fn reference(text: &str) -> (String, usize) {
    let name = text.bytes().skip(1).take(40).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    match character(&text[1..=name]).filter(|_| text[1 + name..].starts_with(';')) {
        Some(found) => (found.to_string(), name + 2),
        None => ("&".to_owned(), 1),
    }
}

/// At most `limit` characters, cut after a sentence where there is one, else after a word.
pub(crate) fn cut_at_sentence(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let head = &text[..end];
    let ends_word = |at: &usize| text[*at..].starts_with(' ');
    let sentence = head.rmatch_indices(['.', '?', '!']).map(|(at, _)| at + 1).find(ends_word);
    match sentence.or_else(|| head.rfind(' ')) {
        Some(cut) => head[..cut].trim_end().to_owned(),
        None => head.to_owned(),
    }
}

/// Letters and digits in lower-case ASCII, accents folded, everything else dropped.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            'ŋ' => out.push('n'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_comparisons_stay() {
        assert_eq!(html_text("<p>Ca<sup>2+</sup> in <i>vivo</i></p>"), "Ca2+ in vivo");
        assert_eq!(html_text("p < 0.05 & n<3 <"), "p < 0.05 & n<3 <");
        assert_eq!(html_text("<h4>Aim</h4>To ask. <h4>Result:</h4><p>Yes</p>"), "Aim: To ask. Result: Yes");
        assert_eq!(html_text("GABA&lt;sub&gt; &alpha;&#946;&#x3b3; AT&T; R&D"), "GABA<sub> αβγ AT&T; R&D");
        assert_eq!(html_text("<é <1 <a"), "<é <1 <a");
    }

    #[test]
    fn long_texts_end_with_a_sentence() {
        assert_eq!(cut_at_sentence("One. Two.", 9), "One. Two.");
        assert_eq!(cut_at_sentence("One at 0.5 mV. Two", 16), "One at 0.5 mV.");
        assert_eq!(cut_at_sentence("One two three", 9), "One two");
        assert_eq!(cut_at_sentence("αβγδ", 2), "αβ");
    }

    #[test]
    fn accents_fold() {
        assert_eq!(fold("Lübke Øst Škoda Nuñez-Łoś Weiß"), "lubkeostskodanunezlosweiss");
        assert_eq!(fold("山田"), "");
    }
}
