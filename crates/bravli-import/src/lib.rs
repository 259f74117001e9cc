//! BibTeX, JATS XML, Europe PMC and OpenAlex answers to literature records; the only crate that knows HTTP.
//!
//! Texts are handed in and no file is opened. What was read comes back as [`bravli_facts::Paper`]; what was not comes back
//! beside it, with its place, the reason and what to do, so one broken entry never costs the others. [`fetch()`] asks a
//! service through anything that implements [`Fetch`]; `Http` is the one that goes online, and [`Recorded`] answers
//! from texts.
//!
//! Invariant: every paper that comes back has a key, authors, a year, a title and, where it has a DOI or PubMed number, a
//! well-formed one; no field is made up, and any text, however malformed, gives an answer or an error.
//!
//! ```
//! let text = r#"
//! @article{avermann,
//!   author  = {Avermann, M. and Tomm, C. and Mateo, C. and Gerstner, W. and Petersen, C. C. H.},
//!   title   = {Microcircuits of excitatory and inhibitory neurons in layer 2/3 of mouse barrel cortex},
//!   journal = {Journal of Neurophysiology}, volume = 107, pages = {3116--3134}, year = 2012,
//! }
//! @article{broken, title = {No end"#;
//! let read = bravli_import::bibtex(text)?;
//! assert_eq!(read.papers[0].id, "avermann2012");
//! assert_eq!(read.papers[0].authors, "Avermann M, Tomm C, Mateo C, Gerstner W, Petersen CCH");
//! assert_eq!(read.papers[0].venue, "Journal of Neurophysiology 107:3116-3134");
//! assert_eq!(read.skipped[0].at.to_string(), "line 7, entry \"broken\"");
//! # Ok::<(), bravli_import::ImportError>(())
//! ```

mod bibtex;
mod draft;
mod entities;
mod europe_pmc;
mod fetch;
mod format;
#[cfg(feature = "online")]
mod http;
mod identifiers;
mod jats;
mod json;
mod key;
mod names;
mod openalex;
mod problem;
mod text;
mod url;

pub use bibtex::bibtex;
pub use draft::{Imported, Skipped, Spot};
pub use europe_pmc::europe_pmc;
pub use fetch::{Fetch, FetchError, MAX_LIMIT, MAX_QUERY_CHARS, Recorded, Service, fetch};
pub use format::{Format, MAX_RECORDS, MAX_TEXT_BYTES};
#[cfg(feature = "online")]
pub use http::Http;
pub use jats::jats;
pub use key::{key_for, same_work};
pub use openalex::openalex;
pub use problem::{ImportError, ImportProblem};
