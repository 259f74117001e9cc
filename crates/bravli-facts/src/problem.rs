//! What can be wrong with records, always with file and line.

use std::fmt;

/// A place in a knowledge file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path as it was handed in.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A record, or a file, that does not keep the rules.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{at}: {key}: {kind}")]
pub struct RecordProblem {
    /// Where the record starts.
    pub at: Place,
    /// Key of the record; `-` when the file as a whole is at fault.
    pub key: String,
    /// What is wrong.
    #[source]
    pub kind: RecordProblemKind,
}

/// The rules of records.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordProblemKind {
    /// The file is no YAML of its schema; nothing of it is kept.
    #[error("file cannot be read: {0}")]
    Unreadable(String),
    /// The `schema:` line is unknown.
    #[error("unknown schema {0:?}; known are bravli-papers/1, bravli-facts/1 and bravli-terms/1")]
    UnknownSchema(String),
    /// A second record with the same key; the first is kept.
    #[error("key already used at {0}")]
    Duplicate(Place),
    /// A key without the form `paper:quantity:context`.
    #[error("key must read paper:quantity:context and agree with source {wanted_source:?} and quantity {quantity:?}")]
    KeyDisagrees {
        /// Source of the record.
        wanted_source: String,
        /// Quantity of the record.
        quantity: String,
    },
    /// A quantity outside the vocabulary.
    #[error("unknown quantity {name:?}; nearest: {nearest}")]
    UnknownQuantity {
        /// Quantity of the record.
        name: String,
        /// Names that are spelled nearly so.
        nearest: String,
    },
    /// A unit outside the table.
    #[error("unknown unit {unit:?}; {quantity} is written in {expected:?}")]
    UnknownUnit {
        /// Unit of the record.
        unit: String,
        /// Quantity of the record.
        quantity: String,
        /// A unit that fits.
        expected: &'static str,
    },
    /// A unit of another dimension than the quantity's.
    #[error("unit {unit:?} does not measure {quantity}, which is written in {expected:?}")]
    WrongUnit {
        /// Unit of the record.
        unit: String,
        /// Quantity of the record.
        quantity: String,
        /// A unit that fits.
        expected: &'static str,
    },
    /// A number that cannot be, such as a probability above one.
    #[error("value {value} is outside the plausible range {low} to {high}")]
    Implausible {
        /// The number.
        value: f64,
        /// Lowest plausible value.
        low: f64,
        /// Highest plausible value.
        high: f64,
    },
    /// Shares that do not add to one.
    #[error("shares add to {0}, not to 1 within 0.02")]
    SharesDoNotAdd(f64),
    /// A range with its ends swapped.
    #[error("range must rise, got {0} to {1}")]
    RangeFalls(f64, f64),
    /// The paper is missing.
    #[error("source {0:?} is no paper of this knowledge base")]
    DanglingSource(String),
    /// The term is missing.
    #[error("term {0:?} is no term of this knowledge base")]
    DanglingTerm(String),
    /// Nobody can find the number again.
    #[error("a value that was seen needs a locator or seen_in")]
    MissingLocus,
    /// A spread of unknown kind.
    #[error("spread needs a kind: sd, sem or ci95 with a value, or range with low and high")]
    UnlabelledSpread,
    /// A spread below zero.
    #[error("spread must not be negative, got {0}")]
    NegativeSpread(f64),
    /// A quantity of pairs without both ends, or of cells without a cell.
    #[error("{quantity} needs {needs}")]
    MissingContext {
        /// Quantity of the record.
        quantity: String,
        /// The fields that are missing.
        needs: &'static str,
    },
    /// A document that is said to quote the paper is missing.
    #[error("quoted_by {0:?} is no paper of this knowledge base")]
    DanglingQuotation(String),
    /// A fact that a derived value is computed from is missing.
    #[error("from: {0:?} is no fact of this knowledge base")]
    DanglingFact(String),
    /// A derived value that does not say how.
    #[error("a derived value needs from and formula")]
    MissingFormula,
    /// A derivation beside a value that is not derived.
    #[error("from and formula belong to evidence: derived")]
    StrayFormula,
    /// A derived value that is no number.
    #[error("a derived value must be one number")]
    DerivedNotNumber,
    /// A formula that cannot be computed.
    #[error("formula {formula:?} cannot be computed: {why}")]
    Formula {
        /// The formula.
        formula: String,
        /// What is wrong.
        why: String,
    },
    /// A derived value that its formula does not give.
    #[error("value {value} does not recompute: the formula gives {computed}")]
    DoesNotRecompute {
        /// Value of the record.
        value: f64,
        /// What the formula gives.
        computed: f64,
    },
    /// An assumption without a reason.
    #[error("an assumption needs a note that says why")]
    MissingReason,
    /// A number that is not finite.
    #[error("value {0} is not a finite number")]
    NotFinite(f64),
    /// Two records that say the same.
    #[error("says the same as {key} at {at}")]
    SameRecord {
        /// Key of the first.
        key: String,
        /// Where it stands.
        at: Place,
    },
    /// A quantity term that stands for a quantity outside the vocabulary.
    #[error("term stands for unknown quantity {0:?}")]
    UnknownTermQuantity(String),
    /// A paper's key that could not name a file.
    #[error("key {0:?} must have 1 to 80 letters, digits, -, _ and . of plain ASCII")]
    MalformedKey(String),
    /// A text beyond what a record may hold.
    #[error("{field} has more than {limit} bytes")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Most bytes.
        limit: usize,
    },
    /// A species that no term spells.
    #[error("unknown species {name:?}; nearest: {nearest}")]
    UnknownSpecies {
        /// Species of the record.
        name: String,
        /// Names that are spelled nearly so.
        nearest: String,
    },
    /// A sample that contradicts the value.
    #[error("{found} found of {tested} tested does not agree with the value")]
    CountsDisagree {
        /// Pairs found.
        found: u32,
        /// Pairs tested.
        tested: u32,
    },
    /// A DOI of impossible form.
    #[error("doi must look like 10.1234/abc, got {0:?}")]
    MalformedDoi(String),
}

impl RecordProblemKind {
    /// What to do about it, where that is not plain from the message.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Duplicate(_) => Some("append ~2 to the key for a second value in the same context"),
            Self::DanglingSource(_) => Some("add the paper to knowledge/papers/ first"),
            Self::DanglingTerm(_) => Some("add the term to knowledge/terms/, or drop it"),
            Self::MissingLocus => Some("say where it stands, for example \"Table 2\"; or set verification: memory"),
            Self::UnlabelledSpread => Some("look up in the paper what the number after ± is"),
            Self::Implausible { .. } => Some("check unit and sign; fractions are 0 to 1, never percent"),
            Self::MissingFormula => Some("name the facts under from and write a formula over those names"),
            Self::DoesNotRecompute { .. } => Some("correct the value, or the formula and the facts it names"),
            Self::SameRecord { .. } => Some("keep one of the two"),
            Self::UnknownUnit { .. } | Self::WrongUnit { .. } => {
                Some("fractions are written in 1, never in percent; the message names a unit that fits")
            }
            Self::MalformedDoi(_) => Some("leave doi empty when it is not certain"),
            _ => None,
        }
    }
}

/// Why texts cannot be taken at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KnowledgeError {
    /// A text above the cap.
    #[error("{path} has {bytes} bytes; a knowledge file may have {limit}")]
    TooLarge {
        /// Path as it was handed in.
        path: String,
        /// Its size.
        bytes: usize,
        /// The cap.
        limit: usize,
    },
}
