//! Telling one kind of text from another, so that a mix-up is named.

use crate::problem::ImportError;
use std::fmt;

/// Largest text, in bytes.
pub const MAX_TEXT_BYTES: usize = 8 << 20;

/// Most records of one text, read or skipped.
pub const MAX_RECORDS: usize = 10_000;

/// Kinds of text that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// BibTeX or BibLaTeX.
    Bibtex,
    /// JATS XML.
    Jats,
    /// JSON of Europe PMC's search.
    EuropePmc,
    /// JSON of OpenAlex's works.
    OpenAlex,
}

impl Format {
    /// What a text looks like, from its beginning.
    ///
    /// ```
    /// use bravli_import::Format;
    /// assert_eq!(Format::of("@article{a, year = 2009}"), Some(Format::Bibtex));
    /// assert_eq!(Format::of("Dear editor"), None);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let within = |word: &str| head(text).contains(word);
        match text.chars().next()? {
            '<' => Some(Self::Jats),
            '{' | '[' if within("\"resultList\"") || within("\"hitCount\"") || within("\"errCode\"") => {
                Some(Self::EuropePmc)
            }
            '{' | '[' if within("openalex.org") || within("\"results\"") || within("\"authorships\"") => {
                Some(Self::OpenAlex)
            }
            '{' | '[' => None,
            _ if text.lines().any(is_entry_line) => Some(Self::Bibtex),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bibtex => "BibTeX",
            Self::Jats => "JATS XML",
            Self::EuropePmc => "Europe PMC answer",
            Self::OpenAlex => "OpenAlex answer",
        })
    }
}

/// The first few thousand bytes, cut at a character.
fn head(text: &str) -> &str {
    let mut end = text.len().min(8192);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a line begins as BibTeX entries do.
pub(crate) fn is_entry_line(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix('@') else { return false };
    let word = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    word > 0 && rest[word..].trim_start().starts_with(['{', '('])
}

/// Refuses lists of records beyond the cap.
pub(crate) fn check_count(records: usize) -> Result<(), ImportError> {
    if records > MAX_RECORDS { Err(ImportError::TooMany { records }) } else { Ok(()) }
}

/// The text without a byte order mark, where it can be of the expected kind.
pub(crate) fn admit(text: &str, expected: Format) -> Result<&str, ImportError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(ImportError::TooLarge { bytes: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let first = text.trim_start().chars().next().ok_or(ImportError::Empty(expected))?;
    let may_be = match expected {
        Format::Bibtex => !matches!(first, '<' | '{' | '[') && text.lines().any(is_entry_line),
        Format::Jats => first == '<',
        Format::EuropePmc | Format::OpenAlex => matches!(first, '{' | '['),
    };
    if may_be {
        Ok(text)
    } else {
        Err(ImportError::WrongFormat { expected, found: Format::of(text).filter(|found| *found != expected) })
    }
}
