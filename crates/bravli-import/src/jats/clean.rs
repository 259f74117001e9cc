//! From a text as publishers write it to one that the parser takes, line by line the same.

use crate::entities::character;
use crate::problem::ImportError;

/// Deepest nesting of elements.
const MAX_DEPTH: usize = 256;

/// Most attributes of one element, and most name spaces declared around one: the parser compares each with each.
const MAX_ATTRIBUTES: usize = 64;

/// An element around everything, which declares the usual prefixes for fragments that do not.
const WRAPPER: &str = "bravli-records";
const OPENING: &str = "<bravli-records xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
     xmlns:mml=\"http://www.w3.org/1998/Math/MathML\" xmlns:ali=\"http://www.niso.org/schemas/ali/1.0/\" \
     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xi=\"http://www.w3.org/2001/XInclude\">";

/// A text for the parser.
pub(crate) struct Cleaned<'t> {
    pub(crate) text: String,
    original: &'t str,
    /// Where a part that was copied begins: here, and in the original; both rise.
    copied: Vec<(usize, usize)>,
}

impl Cleaned<'_> {
    /// Line and column, from 1, in the original of what the parser complains about.
    pub(crate) fn place(&self, error: &roxmltree::Error) -> (u32, u32) {
        let at = match error {
            // the parser has no place for it
            roxmltree::Error::UnexpectedEndOfStream => self.text.len(),
            _ => offset(&self.text, error.pos()),
        };
        let part = self.copied.partition_point(|(here, _)| *here <= at);
        let (here, there) = part.checked_sub(1).and_then(|part| self.copied.get(part)).copied().unwrap_or_default();
        let end = self.copied.get(part).map_or(self.original.len(), |(_, next)| *next);
        place(self.original, (there + (at - here)).min(end))
    }

    /// What the parser complains about, without our wrapper.
    pub(crate) fn own_words(&self, error: &roxmltree::Error) -> String {
        match error {
            roxmltree::Error::UnexpectedCloseTag(open, close, _) if close == WRAPPER => {
                format!("<{open}> is not closed")
            }
            roxmltree::Error::UnexpectedCloseTag(open, close, _) if open == WRAPPER => {
                format!("</{close}> closes nothing")
            }
            other => {
                let words = other.to_string();
                words.rsplit_once(" at ").map_or(words.clone(), |(words, _)| words.to_owned())
            }
        }
    }
}

/// Takes out the XML declaration and the document type, puts in named characters, and checks the caps.
pub(crate) fn clean(text: &str) -> Result<Cleaned<'_>, ImportError> {
    let out = String::with_capacity(text.len() + 1024);
    let mut cleaner = Cleaner { text, at: 0, out, copied: Vec::new(), open: Vec::new() };
    cleaner.out.push_str(OPENING);
    cleaner.mark();
    cleaner.run()?;
    cleaner.out.push_str("</bravli-records>");
    Ok(Cleaned { text: cleaner.out, original: text, copied: cleaner.copied })
}

/// The byte at a place that the parser names.
fn offset(text: &str, at: roxmltree::TextPos) -> usize {
    let rows = text.split_inclusive('\n').take((at.row as usize).saturating_sub(1));
    let start: usize = rows.map(str::len).sum();
    let before = text[start..].chars().take((at.col as usize).saturating_sub(1));
    start + before.map(char::len_utf8).sum::<usize>()
}

/// Line and column, from 1, of a byte; inside a character, those of the character.
fn place(text: &str, mut at: usize) -> (u32, u32) {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    (count(before.matches('\n').count()), count(before[start..].chars().count()))
}

struct Cleaner<'t> {
    text: &'t str,
    at: usize,
    out: String,
    copied: Vec<(usize, usize)>,
    /// Name spaces declared at and around each open element.
    open: Vec<usize>,
}

impl<'t> Cleaner<'t> {
    fn run(&mut self) -> Result<(), ImportError> {
        while let Some(length) = self.rest().find('<') {
            self.put_text(length)?;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.copy(rest.find("-->").map(|end| end + 3));
            } else if rest.starts_with("<![CDATA[") {
                self.copy(rest.find("]]>").map(|end| end + 3));
            } else if rest.starts_with("<?") {
                let end = rest.find("?>").map_or(rest.len(), |end| end + 2);
                let is_declaration =
                    rest.strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(char::is_whitespace));
                if is_declaration { self.blank(end) } else { self.copy(Some(end)) }
            } else if rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!DOCTYPE")) {
                let end = self.document_type()?;
                self.blank(end);
            } else {
                self.tag()?;
            }
        }
        self.put_text(self.rest().len())
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn line(&self, at: usize) -> u32 {
        place(self.text, at).0
    }

    /// Notes that what comes out next is a copy of what stands here.
    fn mark(&mut self) {
        self.copied.push((self.out.len(), self.at));
    }

    /// Copies up to `end`, or everything where there is no end.
    fn copy(&mut self, end: Option<usize>) {
        let rest = self.rest();
        let end = end.unwrap_or(rest.len());
        self.out.push_str(&rest[..end]);
        self.at += end;
    }

    /// Passes over a part and keeps its lines.
    fn blank(&mut self, end: usize) {
        self.out.extend(self.rest()[..end].chars().filter(|c| *c == '\n'));
        self.at += end;
        self.mark();
    }

    /// Length of the document type at this place.
    fn document_type(&self) -> Result<usize, ImportError> {
        let rest = self.rest();
        let mut quote = None;
        let mut is_subset = false;
        let mut skip_to = 0;
        for (at, byte) in rest.bytes().enumerate() {
            if at < skip_to {
                continue;
            }
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => is_subset = true,
                (None, b']') => is_subset = false,
                (None, b'<') if rest[at..].starts_with("<!--") => {
                    skip_to = rest[at..].find("-->").map_or(rest.len(), |end| at + end + 3);
                }
                (None, b'<') if rest[at..].starts_with("<!ENTITY") => {
                    let words = rest[at + 8..].split_whitespace();
                    let name = words.filter(|word| *word != "%").map(|word| word.chars().take(60).collect()).next();
                    return Err(ImportError::EntityDeclared {
                        line: self.line(self.at + at),
                        name: name.unwrap_or_default(),
                    });
                }
                (None, b'>') if !is_subset => return Ok(at + 1),
                _ => {}
            }
        }
        Ok(rest.len())
    }

    /// One start or end tag.
    fn tag(&mut self) -> Result<(), ImportError> {
        let rest = self.rest();
        let mut quote = None;
        let mut attributes = 0;
        let mut end = rest.len();
        for (at, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    end = at + 1;
                    break;
                }
                (None, b'<') if at > 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let tag = &rest[..end];
        if attributes > MAX_ATTRIBUTES {
            return self.too_complex("attributes of an element", MAX_ATTRIBUTES);
        }
        if tag.starts_with("</") {
            self.open.pop();
        } else if !tag.ends_with("/>") {
            let declared = self.open.last().copied().unwrap_or(0) + tag.matches("xmlns").count();
            self.open.push(declared);
            if declared > MAX_ATTRIBUTES {
                return self.too_complex("name spaces declared around an element", MAX_ATTRIBUTES);
            }
            if self.open.len() > MAX_DEPTH {
                return self.too_complex("nested elements", MAX_DEPTH);
            }
        }
        self.put_text(end)
    }

    fn too_complex(&self, what: &'static str, limit: usize) -> Result<(), ImportError> {
        Err(ImportError::TooComplex { line: self.line(self.at), what, limit })
    }

    /// Copies text and puts in the characters that it names, but for the five that XML knows.
    fn put_text(&mut self, length: usize) -> Result<(), ImportError> {
        let mut rest = &self.rest()[..length];
        while let Some(at) = rest.find('&') {
            self.out.push_str(&rest[..at]);
            self.at += at;
            rest = &rest[at..];
            let name: &str = &rest[1..];
            let end = name.bytes().take(40).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'.');
            let name = &name[..end.unwrap_or(0)];
            let is_reference = !name.is_empty() && rest[1 + name.len()..].starts_with(';');
            let mut used = 1;
            match character(name) {
                _ if !is_reference || matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") => self.out.push('&'),
                Some(found) => {
                    self.out.push(found);
                    used = name.len() + 2;
                }
                None => {
                    let (line, column) = place(self.text, self.at);
                    return Err(ImportError::UnknownEntity { line, column, name: format!("&{name};") });
                }
            }
            self.at += used;
            rest = &rest[used..];
            if used > 1 {
                self.mark();
            }
        }
        self.out.push_str(rest);
        self.at += rest.len();
        Ok(())
    }
}
