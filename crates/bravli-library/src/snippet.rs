//! The stretch of a record that shows why it matched.

use crate::tokens::Cutter;

/// Longest snippet, in characters.
const MOST_CHARS: usize = 260;

/// The sentence that shares most words with `tokens`, the first of equals, cut to a row's length around its first match;
/// words that match stand between asterisks.
pub(crate) fn snippet(sentences: &[String], tokens: &[&str], cutter: &mut Cutter) -> String {
    let mut best: (usize, &str) = (0, sentences.first().map_or("", String::as_str));
    if sentences.len() > 1 {
        for sentence in sentences {
            let words = cutter.cut(sentence);
            let shared =
                tokens.iter().filter(|token| words.iter().any(|word| word.tokens.iter().any(|own| own == *token)));
            let n_shared = shared.count();
            if n_shared > best.0 {
                best = (n_shared, sentence);
            }
        }
    }
    let marked: Vec<(bool, &str)> =
        best.1.split_whitespace().map(|piece| (is_hit(piece, tokens, cutter), piece)).collect();
    cut_around(&marked)
}

fn is_hit(piece: &str, tokens: &[&str], cutter: &mut Cutter) -> bool {
    cutter.cut(piece).iter().any(|word| word.tokens.iter().any(|own| tokens.contains(&own.as_str())))
}

fn cut_around(pieces: &[(bool, &str)]) -> String {
    let length = |pieces: &[(bool, &str)]| pieces.iter().map(|(_, piece)| piece.chars().count() + 1).sum::<usize>();
    let first = pieces.iter().position(|(hit, _)| *hit).unwrap_or(0);
    let mut start = 0;
    if length(pieces) > MOST_CHARS {
        // a few words before the first match tell what it is about
        start = first.saturating_sub(8);
    }
    let mut text = String::new();
    let mut used = 0;
    if start > 0 {
        text.push_str("… ");
    }
    for (at, (hit, piece)) in pieces.iter().enumerate().skip(start) {
        used += piece.chars().count() + 1;
        if used > MOST_CHARS {
            text.push('…');
            break;
        }
        if at > start {
            text.push(' ');
        }
        if *hit {
            // signs around the word stay outside the asterisks
            let core = piece.trim_matches(|c: char| ",;.()".contains(c));
            match piece.split_once(core).filter(|_| !core.is_empty()) {
                Some((before, after)) => text.push_str(&format!("{before}*{core}*{after}")),
                None => text.push_str(piece),
            }
        } else {
            text.push_str(piece);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_long_sentences_are_cut_around_them() {
        let mut cutter = Cutter::new();
        let sentences = ["Nothing here.".to_owned(), "Half of the (L4_SS) cells, in rats.".to_owned()];
        assert_eq!(snippet(&sentences, &["l4", "rat"], &mut cutter), "Half of the (*L4_SS*) cells, in *rats*.");
        let long = format!("{}needle in it", "straw ".repeat(200));
        let cut = snippet(&[long], &["needl"], &mut cutter);
        assert!(cut.starts_with('…') && cut.contains("*needle*"), "{cut}");
        assert_eq!(snippet(&[], &["a"], &mut cutter), "");
    }
}
