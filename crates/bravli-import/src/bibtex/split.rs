//! Where entries begin and end, before anything in them is understood.

use crate::format::is_entry_line;
use crate::problem::ImportProblem;
use biblatex::RawBibliography;

/// Longest entry, in bytes.
const MAX_ENTRY_BYTES: usize = 256 << 10;

/// Deepest braces in one entry. It also bounds the search for the end of an entry that has none.
const MAX_DEPTH: usize = 64;

/// One entry of a text.
pub(crate) struct Piece<'t> {
    /// Its first byte.
    pub(crate) start: usize,
    /// Its key, as far as one can be made out.
    pub(crate) key: Option<String>,
    /// What the parser made of it.
    pub(crate) content: Result<RawBibliography<'t>, ImportProblem>,
}

/// The entries of a text, in order; comments and preambles are none.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next_entry(text, from) {
        let (kind, key) = heading(&text[start..]);
        let end = end_of(text, start);
        let content = end.and_then(|end| parse(text, start, end).map(|raw| (raw, end)));
        from = content.as_ref().map_or(start + 1, |(_, end)| *end);
        if !matches!(kind.as_str(), "comment" | "preamble") {
            let key = key.filter(|_| kind != "string");
            found.push(Piece { start, key, content: content.map(|(raw, _)| raw) });
        }
    }
    found
}

fn parse(text: &str, start: usize, end: usize) -> Result<RawBibliography<'_>, ImportProblem> {
    match RawBibliography::parse(&text[start..end]) {
        Ok(_) if begins_with_field(&text[end..]) => Err(ImportProblem::ClosedEarly),
        Ok(raw) => Ok(raw),
        // a brace that closes nothing further on can close this one
        Err(_) if next_entry(text, start + 1).is_some_and(|next| next < end) => Err(ImportProblem::Unclosed),
        Err(error) => Err(ImportProblem::Malformed(error.kind.to_string())),
    }
}

/// Whether what follows an entry reads `, name = …`: a brace too many has closed the entry before.
fn begins_with_field(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix(',') else { return false };
    let rest = rest.trim_start();
    let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    name > 0 && rest[name..].trim_start().starts_with('=')
}

/// The next `@type{` at or after `from`: right there, or at the beginning of a later line.
fn next_entry(text: &str, from: usize) -> Option<usize> {
    let at_entry = |at: usize| {
        let blank = text[at..].len() - text[at..].trim_start().len();
        is_entry_line(&text[at + blank..]).then_some(at + blank)
    };
    let later = text[from..].match_indices('\n').map(|(newline, _)| from + newline + 1);
    std::iter::once(from).chain(later).find_map(at_entry)
}

/// Type in lower case, and key.
fn heading(entry: &str) -> (String, Option<String>) {
    let head = entry.trim_start_matches('@');
    let (kind, rest) = head.split_once(['{', '(']).unwrap_or((head, ""));
    let key = rest.split([',', '}', ')', '=', '\n']).next().unwrap_or_default().trim();
    let key: String = key.chars().filter(|c| !c.is_control()).take(80).collect();
    (kind.trim().to_ascii_lowercase(), (!key.is_empty()).then_some(key))
}

/// Where the braces of the entry at `start` close.
fn end_of(text: &str, start: usize) -> Result<usize, ImportProblem> {
    let mut depth = 0_usize;
    let mut bytes = text.as_bytes()[start..].iter().enumerate().take(MAX_ENTRY_BYTES + 1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'{' => depth += 1,
            b'}' if depth <= 1 => return Ok(start + at + 1),
            b'}' => depth -= 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            // many unclosed entries look like one deep one
            return Err(ImportProblem::Unclosed);
        }
        if at == MAX_ENTRY_BYTES {
            return Err(ImportProblem::TooMuch { what: "bytes of the entry", limit: MAX_ENTRY_BYTES });
        }
    }
    Err(ImportProblem::Unclosed)
}
