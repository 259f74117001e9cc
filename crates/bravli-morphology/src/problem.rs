//! What can be wrong with a morphology file, and what is merely odd.

use crate::read::MAX_BYTES;
use crate::{MAX_DEPTH, SectionType, ShapeError};
use std::fmt;

/// Most warnings of one file; a last one counts those that are left out.
pub const MAX_WARNINGS: usize = 100;

/// A place in a file, lines and columns from one; zero where the whole file or the whole line is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name, as it was given.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Column, in bytes.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// Why a morphology is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct MorphologyError {
    /// Where.
    pub at: Place,
    /// What.
    pub kind: MorphologyErrorKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MorphologyErrorKind {
    /// The file's name ends in something else.
    #[error("unknown ending {0:?}, expected asc or swc")]
    UnknownFormat(String),
    /// The file is larger than any reconstruction.
    #[error("{bytes} bytes are too many for a morphology; at most {MAX_BYTES} are read")]
    TooLarge {
        /// Bytes of the file.
        bytes: usize,
    },
    /// The file holds neither soma nor neurite.
    #[error("no point of a soma or a neurite")]
    Empty,
    /// Something else than a number.
    #[error("expected {expected}, got {actual:?}")]
    Number {
        /// What was expected.
        expected: &'static str,
        /// What is there.
        actual: String,
    },
    /// Something out of its place.
    #[error("expected {expected}, got {actual:?}")]
    Unexpected {
        /// What was expected.
        expected: &'static str,
        /// What is there.
        actual: String,
    },
    /// The file ends inside a bracket that opened here.
    #[error("the file ends inside what opens here")]
    Unclosed,
    /// A quoted text does not end on its line.
    #[error("a quoted text does not end on its line")]
    UnclosedText,
    /// Brackets inside brackets inside brackets.
    #[error("more than {MAX_DEPTH} brackets inside each other")]
    TooDeep,
    /// A branch without a point.
    #[error("a branch without a point")]
    EmptyBranch,
    /// A point after a word that ends its branch.
    #[error("{word:?} ends a branch, but more of it follows")]
    AfterEnd {
        /// The word.
        word: String,
    },
    /// A point after the branches that should follow the last point.
    #[error("a point after the branches of its section")]
    PointAfterBranches,
    /// A type inside a neurite that has one.
    #[error("a type inside a neurite; the whole neurite has the type it starts with")]
    TypeInside,
    /// A second soma.
    #[error("a second soma; the first is in line {first}")]
    SecondSoma {
        /// Line of the first.
        first: u32,
    },
    /// Fewer columns than seven.
    #[error("{actual} columns, expected: id type x y z radius parent")]
    Columns {
        /// Columns there.
        actual: usize,
    },
    /// A type code that nothing has.
    #[error("unknown type {0}, expected 0 to 19")]
    UnknownType(i64),
    /// Two samples with one id.
    #[error("id {id} is taken by line {first}")]
    RepeatedId {
        /// The id.
        id: u64,
        /// Line of the first.
        first: u32,
    },
    /// A parent that is not in the file.
    #[error("parent {0} is not in the file")]
    MissingParent(i64),
    /// A sample that is its own parent.
    #[error("sample {0} is its own parent")]
    OwnParent(u64),
    /// Samples that lead to each other and to no root.
    #[error("sample {0} leads to no root: its ancestors form a cycle")]
    Cycle(u64),
    /// A soma sample that grows from a neurite.
    #[error("a soma sample grows from a neurite")]
    SomaOnNeurite,
    /// A soma that branches.
    #[error("the soma branches here; only a soma of three samples may")]
    SomaBranches,
    /// A type that changes between branchings.
    #[error("the type changes from {from} to {to} without a branching")]
    TypeChange {
        /// Before.
        from: SectionType,
        /// After.
        to: SectionType,
    },
    /// The parts do not make a morphology.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl MorphologyErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::UnknownFormat(_) => "give an .asc or .swc file; bravli-sonata reads .h5",
            Self::TooLarge { .. } => "check that the file is one cell; resample a dense reconstruction",
            Self::Empty => "check that the file is a morphology and was copied whole",
            Self::Number { .. } => {
                "write finite numbers in plain digits, apart by spaces; ids and types without a point"
            }
            Self::Unexpected { .. } | Self::EmptyBranch | Self::PointAfterBranches => {
                "open the cell in its editor and export it again, or correct the brackets here"
            }
            Self::Unclosed | Self::UnclosedText => "the file was cut short, or a bracket or quote is missing",
            Self::TooDeep => "check that the file is a morphology; merge sections that do not branch",
            Self::AfterEnd { .. } => "move the word to the end of its branch, or remove it",
            Self::TypeInside => "give the type once, before the first point of the neurite",
            Self::SecondSoma { .. } => "keep one soma per file; merge the outlines of several planes",
            Self::Columns { .. } => "write seven columns apart by spaces, and # before comments",
            Self::UnknownType(_) => "use 1 soma, 2 axon, 3 basal, 4 apical, 5 to 19 for your own",
            Self::RepeatedId { .. } => "number the samples afresh",
            Self::MissingParent(_) | Self::OwnParent(_) | Self::Cycle(_) => {
                "give the id of the sample it grows from, or -1 for a root"
            }
            Self::SomaOnNeurite => "let the soma be the root, or give this sample another type",
            Self::SomaBranches => "order the soma's samples in one chain, or keep one sample",
            Self::TypeChange { .. } => "change types at branchings only",
            Self::Shape(_) => "write the file again from its source",
        }
    }
}

/// Something odd that does not keep a morphology from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: Place,
    /// What.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.kind)
    }
}

/// What is odd.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WarningKind {
    /// The file has no soma.
    #[error("no soma in the file")]
    NoSoma,
    /// A neurite whose first sample has no parent although it is not the soma.
    #[error("a neurite that is connected to nothing")]
    DisconnectedNeurite,
    /// A single sample that is connected to nothing, and is left out.
    #[error("a single sample that is connected to nothing is left out")]
    LoneSample,
    /// Points whose diameter is zero or less; the first of them is here.
    #[error("{n} points with a diameter of zero or less, the first here")]
    ZeroDiameter {
        /// How many.
        n: usize,
    },
    /// A neurite that grows from the second or third sample of a soma of three.
    #[error("a neurite grows from another than the first sample of a soma of three")]
    WrongRoot,
    /// Three soma samples that are not the usual cylinder.
    #[error("a soma of three samples whose second and third are not one radius from the first, either way")]
    OddThreePoints,
    /// A neurite of several types.
    #[error("a section of type {actual} in a neurite that starts as {root}")]
    HeterogeneousNeurite {
        /// Type of the neurite's first section.
        root: SectionType,
        /// Type of this section.
        actual: SectionType,
    },
    /// Lines with more than seven columns; the first of them is here.
    #[error("{n} lines with more than seven columns, the first here; the rest is ignored")]
    ExtraColumns {
        /// How many.
        n: usize,
    },
    /// Sections with a single child, which could be one section; the first of them is here.
    #[error("{n} sections with a single child, the first here; both are kept")]
    SingleChild {
        /// How many.
        n: usize,
    },
    /// A branch that only repeats the last point of its parent, and is left out.
    #[error("a branch that only repeats the last point of its parent is left out")]
    RepeatedPoint,
    /// A block with points and no known type, which is skipped.
    #[error("a block of points without a known type is skipped")]
    UnknownBlock,
    /// A neurite with two types; the last is taken.
    #[error("a neurite with two types; the last, {0}, is taken")]
    TwoTypes(SectionType),
    /// A closing bracket that closes nothing.
    #[error("a closing bracket that closes nothing")]
    ExtraBracket,
    /// Warnings beyond [`MAX_WARNINGS`].
    #[error("{n} more warnings are left out")]
    Further {
        /// How many.
        n: usize,
    },
}

/// Collects warnings of one file.
pub(crate) struct Warnings<'a> {
    file: &'a str,
    list: Vec<Warning>,
    n_further: usize,
}

impl<'a> Warnings<'a> {
    pub(crate) fn new(file: &'a str) -> Self {
        Self { file, list: Vec::new(), n_further: 0 }
    }

    /// Notes a warning at a line and column.
    pub(crate) fn push(&mut self, (line, column): (u32, u32), kind: WarningKind) {
        if self.list.len() < MAX_WARNINGS {
            self.list.push(Warning { at: Place { file: self.file.to_owned(), line, column }, kind });
        } else {
            self.n_further += 1;
        }
    }

    /// All warnings by line.
    pub(crate) fn finish(mut self) -> Vec<Warning> {
        self.list.sort_by_key(|warning| (warning.at.line, warning.at.column));
        if self.n_further > 0 {
            let at = Place { file: self.file.to_owned(), line: 0, column: 0 };
            self.list.push(Warning { at, kind: WarningKind::Further { n: self.n_further } });
        }
        self.list
    }
}
