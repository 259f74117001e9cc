//! Cited values, spreads, preparations and ontology terms.
//!
//! Reads the records of `knowledge/`: papers, facts (one number from one place in one source) and terms. Competing values
//! stay separate facts; nothing here averages them.
//!
//! Invariant: every record that a [`KnowledgeBase`] holds remembers the file and line it came from, and records are walked
//! in the order of their keys.
//!
//! ```
//! use bravli_facts::{KnowledgeBase, Spread};
//! let papers = "schema: bravli-papers/1\npapers:\n- id: doe2001\n  authors: Doe J\n  year: 2001\n  title: A cell\n";
//! let facts = "schema: bravli-facts/1\nfacts:\n- id: doe2001:membrane.resting_potential:L4\n  quantity: membrane.resting_potential\n  value: -68\n  unit: mV\n  spread:\n    kind: sd\n    value: 3\n  cell: L4 exc\n  evidence: measured\n  source: doe2001\n  locator: Table 1\n  verification: seen\n";
//! let (base, problems) = KnowledgeBase::from_texts([("papers/a.yaml", papers), ("facts/doe.yaml", facts)])?;
//! assert!(problems.is_empty() && base.check().is_empty());
//! let rest = base.fact("doe2001:membrane.resting_potential:L4").and_then(|fact| fact.cited_number());
//! assert_eq!(rest.map(|cited| (cited.value, cited.spread)), Some((-68.0, Spread::Sd(3.0))));
//! # Ok::<(), bravli_facts::KnowledgeError>(())
//! ```

mod base;
mod check;
mod cited;
mod formula;
mod nearest;
mod pool;
mod problem;
mod quantity;
mod read;
mod records;

pub use base::{KnowledgeBase, Recorded};
pub use check::is_doi;
pub use cited::{Cited, Evidence, Preparation, SampleSize, SourceKey, Spread};
pub use nearest::nearest;
pub use pool::{NotPooled, Pooled, pool};
pub use problem::{KnowledgeError, Place, RecordProblem, RecordProblemKind};
pub use quantity::{Context, QUANTITIES, Quantity};
pub use read::MAX_TEXT_BYTES;
pub use records::{
    Comparator, Confidence, EvidenceKind, Fact, FactValue, Paper, SpreadKind, SpreadRecord, Term, Verification, XRef,
};
