//! What can be wrong with a text as a whole, and with one record of it.

use crate::fetch::{FetchError, Service};
use crate::format::{Format, MAX_RECORDS, MAX_TEXT_BYTES};

/// Why nothing of a text can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Nothing, or white space alone.
    #[error("text is empty; {0} was expected")]
    Empty(Format),
    /// A text above the cap.
    #[error("text has {bytes} bytes; {MAX_TEXT_BYTES} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// More records than one text may hold.
    #[error("text has {records} records; {MAX_RECORDS} are allowed")]
    TooMany {
        /// How many there are.
        records: usize,
    },
    /// A text of another kind.
    #[error("text is no {expected}{}", .found.map(|found| format!("; it looks like {found}")).unwrap_or_default())]
    WrongFormat {
        /// What was asked for.
        expected: Format,
        /// What it looks like.
        found: Option<Format>,
    },
    /// XML that is not well formed.
    #[error("XML cannot be read at line {line}:{column}: {message}")]
    Xml {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What the parser said.
        message: String,
    },
    /// XML that declares entities of its own.
    #[error("line {line}: the document type declares entity {name:?}; entity declarations are refused")]
    EntityDeclared {
        /// Line, from 1.
        line: u32,
        /// Its name.
        name: String,
    },
    /// A named character that nobody declared.
    #[error("line {line}:{column}: unknown named character {name:?}")]
    UnknownEntity {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// As written, for example `&foo;`.
        name: String,
    },
    /// XML beyond the caps on nesting and attributes.
    #[error("line {line}: {what} exceed {limit}")]
    TooComplex {
        /// Line, from 1.
        line: u32,
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
    /// XML of another vocabulary.
    #[error("no <article> element; the text starts with <{root}>")]
    NoArticle {
        /// Name of the first element.
        root: String,
    },
    /// JSON that is not well formed.
    #[error("JSON cannot be read at line {line}:{column}: {message}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// The service answered with an error of its own.
    #[error("{service} answered with an error: {message:?}")]
    Service {
        /// Whose answer it is.
        service: Service,
        /// Its words.
        message: String,
    },
    /// A question that cannot be asked.
    #[error("query must have 1 to {limit} printable characters, got {got:?}")]
    Query {
        /// Its beginning.
        got: String,
        /// The cap.
        limit: usize,
    },
    /// The service could not be reached or did not answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl ImportError {
    /// What to do about it, where that is not plain from the message.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Empty(_) => Some("check that the export or download is complete"),
            Self::TooLarge { .. } | Self::TooMany { .. } => Some("split the text and import it in parts"),
            Self::WrongFormat { found: Some(found), .. } => Some(match found {
                Format::Bibtex => "import it as BibTeX",
                Format::Jats => "import it as JATS",
                Format::EuropePmc => "import it as a Europe PMC answer",
                Format::OpenAlex => "import it as an OpenAlex answer",
            }),
            Self::WrongFormat { found: None, .. } => {
                Some("known are BibTeX, JATS XML and the JSON answers of Europe PMC and OpenAlex")
            }
            Self::Xml { .. } => Some("check that the file is complete, and that & is written &amp; in it"),
            Self::EntityDeclared { .. } => {
                Some("remove the [ … ] part of <!DOCTYPE> and write the characters themselves")
            }
            Self::UnknownEntity { .. } => Some("write the character itself, or & as &amp;"),
            Self::TooComplex { .. } => Some("a JATS article needs far less; keep its <front> alone"),
            Self::NoArticle { .. } => Some("export the record as JATS, for example from PubMed Central, or as BibTeX"),
            Self::Json { .. } => Some("hand in the whole answer as the service sent it"),
            Self::Service { .. } => Some("check the query, or ask again later"),
            Self::Query { .. } => Some("ask with a few words, or with one DOI"),
            Self::Fetch(error) => error.remedy(),
        }
    }
}

/// Why one record was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportProblem {
    /// It has no such field, and a record needs one.
    #[error("no {0}")]
    Missing(&'static str),
    /// Its year is no year.
    #[error("year must be a number from 1000 to 2999, got {0:?}")]
    BadYear(String),
    /// A BibTeX entry that is not closed before the text, or the next entry, ends.
    #[error("entry is not closed")]
    Unclosed,
    /// A BibTeX entry that ends before its last field.
    #[error("entry is closed before its last field")]
    ClosedEarly,
    /// A BibTeX entry that does not keep the form `@type{key, name = {value}, …}`.
    #[error("entry cannot be read: {0}")]
    Malformed(String),
    /// A field whose LaTeX cannot be read.
    #[error("{field} cannot be read: {message}")]
    MalformedField {
        /// Its name.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// A bare word that no `@string` defines.
    #[error("{field} uses {name:?}, which no @string above defines")]
    UnknownAbbreviation {
        /// Name of the field.
        field: String,
        /// The word.
        name: String,
    },
    /// A second entry with the same key; the first is kept.
    #[error("key {key:?} already used in line {first}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Line of the first.
        first: u32,
    },
    /// Beyond a cap.
    #[error("{what} exceed {limit}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
    /// An element of a list that is no record.
    #[error("no record: a JSON object was expected")]
    NoRecord,
}

impl ImportProblem {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing(_) => "add the field, then import the record again",
            Self::BadYear(_) => "write the year with four digits",
            Self::Unclosed => "close every { with a }",
            Self::ClosedEarly => "remove the } that has no {",
            Self::Malformed(_) => "write it as @article{key, author = {…}, title = {…}, year = 2009}",
            Self::MalformedField { .. } => "check its braces, $ and \\commands, or write it as plain text",
            Self::UnknownAbbreviation { .. } => "add the @string line above the entry, or write the value in braces",
            Self::DuplicateKey { .. } => "give one of the two another key, or remove it",
            Self::TooMuch { .. } => "shorten the record to its bibliographic fields",
            Self::NoRecord => "hand in the whole answer as the service sent it",
        }
    }
}
