//! Asking the two services, through whatever fetches.

use crate::draft::Imported;
use crate::europe_pmc::europe_pmc;
use crate::identifiers::clean_doi;
use crate::openalex::openalex;
use crate::problem::ImportError;
use crate::url::{EUROPE_PMC, OPENALEX, climbs, encode, is_allowed};
use std::collections::BTreeMap;
use std::fmt;

/// Most records of one question.
pub const MAX_LIMIT: usize = 100;

/// Longest question, in characters.
pub const MAX_QUERY_CHARS: usize = 500;

/// Anything that answers an address with a text.
pub trait Fetch {
    /// The text at `url`.
    ///
    /// # Errors
    /// [`FetchError`] says why there is none.
    fn get(&self, url: &str) -> Result<String, FetchError>;
}

/// Why an address gave no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// An address other than those of the two services.
    #[error("address {0:?} is not allowed; only {EUROPE_PMC} and {OPENALEX} may be asked")]
    NotAllowed(String),
    /// An answer that is none.
    #[error("{host} answered {code}")]
    Status {
        /// Who answered.
        host: String,
        /// HTTP status.
        code: u16,
    },
    /// An answer that points elsewhere.
    #[error("{host} redirects to another address; redirects are not followed")]
    Redirected {
        /// Who answered.
        host: String,
    },
    /// No answer in time.
    #[error("{host} did not answer within {seconds} s")]
    Timeout {
        /// Who was asked.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// An answer above the cap.
    #[error("answer of {host} exceeds {limit} bytes")]
    TooLarge {
        /// Who answered.
        host: String,
        /// The cap.
        limit: usize,
    },
    /// No connection.
    #[error("cannot reach {host}: {message}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// What went wrong.
        message: String,
    },
    /// An address for which no answer is recorded.
    #[error("no answer is recorded for {0:?}")]
    NotRecorded(String),
}

impl FetchError {
    /// What to do about it, where that is not plain from the message.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Status { code: 404, .. } => Some("check the DOI"),
            Self::Status { code: 403 | 429, .. } => {
                Some("the service limits how often it is asked: wait, ask with one DOI, or ask the other service")
            }
            Self::Status { code: 500..=599, .. } | Self::Timeout { .. } => Some("ask again later"),
            Self::TooLarge { .. } => Some("ask for fewer records"),
            Self::Unreachable { .. } | Self::Redirected { .. } => {
                Some("check the network, or download the answer with a browser and import the file")
            }
            Self::NotRecorded(_) => Some("record the answer, or go online"),
            _ => None,
        }
    }
}

/// A service that knows literature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Europe PMC: life science, with abstracts and index terms.
    EuropePmc,
    /// OpenAlex: all fields.
    OpenAlex,
}

impl Service {
    /// Where the service answers a question: words of its search language, or one DOI.
    ///
    /// # Errors
    /// [`ImportError::Query`] when the question is empty, above [`MAX_QUERY_CHARS`] or holds control characters.
    pub fn address(self, query: &str, limit: usize) -> Result<String, ImportError> {
        let query = query.trim();
        if query.is_empty() || query.chars().count() > MAX_QUERY_CHARS || query.chars().any(char::is_control) {
            let got = query.chars().take(60).collect();
            return Err(ImportError::Query { got, limit: MAX_QUERY_CHARS });
        }
        let limit = limit.clamp(1, MAX_LIMIT);
        // one with a step out of its folder names no work; it is searched for as words
        let doi = clean_doi(query).filter(|doi| !climbs(doi));
        Ok(match (self, doi) {
            (Self::EuropePmc, doi) => {
                let query = doi.map_or(query.to_owned(), |doi| format!("DOI:\"{doi}\""));
                let query = encode(&query, "");
                format!("{EUROPE_PMC}search?query={query}&resultType=core&format=json&pageSize={limit}")
            }
            (Self::OpenAlex, Some(doi)) => format!("{OPENALEX}works/doi:{}", encode(&doi, "/:;()")),
            (Self::OpenAlex, None) => format!("{OPENALEX}works?search={}&per-page={limit}", encode(query, "")),
        })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EuropePmc => "Europe PMC",
            Self::OpenAlex => "OpenAlex",
        })
    }
}

/// Asks a service and reads its answer: at most `limit` papers, itself at most [`MAX_LIMIT`].
///
/// # Errors
/// [`ImportError`] when the question cannot be asked, is not answered, or its answer cannot be read.
pub fn fetch(service: Service, query: &str, limit: usize, fetch: &dyn Fetch) -> Result<Imported, ImportError> {
    let url = service.address(query, limit)?;
    if !is_allowed(&url) {
        return Err(FetchError::NotAllowed(url).into());
    }
    let answer = fetch.get(&url)?;
    let mut imported = match service {
        Service::EuropePmc => europe_pmc(&answer),
        Service::OpenAlex => openalex(&answer),
    }?;
    imported.papers.truncate(limit.clamp(1, MAX_LIMIT));
    Ok(imported)
}

/// Answers from texts, without any network.
///
/// ```
/// use bravli_import::{Fetch as _, FetchError, Recorded};
/// let recorded = Recorded::default().with("https://api.openalex.org/works?search=barrel&per-page=5", "{\"results\": []}");
/// assert!(recorded.get("https://api.openalex.org/works?search=barrel&per-page=5").is_ok());
/// assert!(matches!(recorded.get("https://api.openalex.org/works"), Err(FetchError::NotRecorded(_))));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recorded(BTreeMap<String, String>);

impl Recorded {
    /// These answers and one more.
    #[must_use]
    pub fn with(mut self, url: &str, answer: &str) -> Self {
        self.0.insert(url.to_owned(), answer.to_owned());
        self
    }
}

impl Fetch for Recorded {
    fn get(&self, url: &str) -> Result<String, FetchError> {
        self.0.get(url).cloned().ok_or_else(|| FetchError::NotRecorded(url.to_owned()))
    }
}
