//! Search over papers and facts.
//!
//! Builds an index in memory from a [`bravli_facts::KnowledgeBase`] and ranks its records by BM25 over words cut as
//! neuroscientists write them: `L2/3`, `PV+`, `Ca2+`, `GABA-A`, `L23_MC`. Synonyms widen the query, never the records.
//!
//! Invariant: the same records and query give the same rows in the same order, and no query text can fail to parse.
//!
//! ```
//! use bravli_facts::KnowledgeBase;
//! use bravli_library::{Library, SearchOptions};
//! let facts = "schema: bravli-facts/1\nfacts:\n- id: doe2001:connectivity.probability:L4\n  quantity: connectivity.probability\n  value: 0.1\n  unit: '1'\n  pre: L4_SS\n  post: L23_PC\n  evidence: measured\n  source: doe2001\n  verification: seen\n";
//! let (base, _) = KnowledgeBase::from_texts([("facts/doe.yaml", facts)])?;
//! let library = Library::build(&base)?;
//! let found = library.search("connection probability L4 to L2/3", &SearchOptions::default())?;
//! assert_eq!(found.hits[0].key, "doe2001:connectivity.probability:L4");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod age;
mod agree;
mod ask;
mod cells;
mod entry;
mod error;
mod facets;
mod filter;
mod fold;
mod german;
mod hit;
mod ids;
mod layers;
mod library;
mod lookup;
mod phrasing;
mod query;
mod rank;
mod search;
mod snippet;
mod spelling;
mod thesaurus;
mod tokens;

pub use error::LibraryError;
pub use filter::Filters;
pub use hit::{Corpora, Hit, HitKind, SearchOptions, SearchResult};
pub use library::{Library, MAX_QUERY_CHARS};
pub use lookup::{Answer, FactRow, Question, Understood};
pub use search::MAX_LIMIT;
