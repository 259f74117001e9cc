//! What can be wrong with a file.

use bravli_morphology::MorphologyError;
use std::path::{Path, PathBuf};

/// Why a SONATA file could not be written or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SonataError {
    /// The file cannot be opened as HDF5.
    #[error("cannot open {}: {reason}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the library or the operating system said.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot write {dataset:?} to {}: {reason}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Group, dataset or attribute being written.
        dataset: String,
        /// What the library or the operating system said.
        reason: String,
    },
    /// A group, dataset or attribute is there but cannot be read.
    #[error("cannot read {dataset:?} of {}: {reason}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Group, dataset or attribute.
        dataset: String,
        /// What the library said.
        reason: String,
    },
    /// A group or dataset is absent.
    #[error("{} has no {dataset:?}; there is: {found}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// What was looked for.
        dataset: String,
        /// What its parent holds.
        found: String,
    },
    /// A column has another length than its neighbours or the header.
    #[error("{dataset:?} of {} has {actual} entries, expected {expected}", file.display())]
    Length {
        /// The file.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// Entries expected.
        expected: usize,
        /// Entries there.
        actual: usize,
    },
    /// A dataset holds another kind of value.
    #[error("{dataset:?} of {} holds {actual}, expected {expected}", file.display())]
    Type {
        /// The file.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// Kind expected.
        expected: &'static str,
        /// Kind there.
        actual: String,
    },
    /// A value lies outside its range.
    #[error("{dataset:?} of {} holds {actual} in row {row}, expected {expected}", file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// Row, from zero.
        row: usize,
        /// Range expected.
        expected: String,
        /// The value.
        actual: String,
    },
    /// A name in the file is not in the header it is read with.
    #[error("{dataset:?} of {} names {name:?}; the header has: {known}", file.display())]
    UnknownName {
        /// The file.
        file: PathBuf,
        /// Dataset or attribute.
        dataset: String,
        /// The name.
        name: String,
        /// Names of the header.
        known: String,
    },
    /// Something is there that our structures cannot hold; the rest is read.
    #[error("{dataset:?} of {} is left out: {reason}", file.display())]
    LeftOut {
        /// The file.
        file: PathBuf,
        /// Group, dataset or attribute.
        dataset: String,
        /// Why.
        reason: &'static str,
    },
    /// An index of edges does not lead to the edges of its nodes.
    #[error("index {dataset:?} of {} is wrong at node {node}: {reason}", file.display())]
    Index {
        /// The file.
        file: PathBuf,
        /// The index.
        dataset: String,
        /// The node.
        node: u64,
        /// What is wrong.
        reason: String,
    },
    /// A line of a text table is wrong.
    #[error("{}:{line}: {reason}", file.display())]
    Table {
        /// The file.
        file: PathBuf,
        /// Line, from one.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A file is no JSON.
    #[error("{}:{line}:{column}: {reason}", file.display())]
    Json {
        /// The file.
        file: PathBuf,
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A part of a configuration is absent or of another kind.
    #[error("{at:?} of {} is {actual}, expected {expected}", file.display())]
    Config {
        /// The file.
        file: PathBuf,
        /// The part, such as `networks.nodes[0].nodes_file`.
        at: String,
        /// What was expected.
        expected: String,
        /// What is there.
        actual: String,
    },
    /// A file that a configuration names is not there.
    #[error("{} is named by {at:?} of {} and is not there", file.display(), by.display())]
    Unreachable {
        /// The file.
        file: PathBuf,
        /// The configuration.
        by: PathBuf,
        /// The part of it.
        at: String,
    },
    /// Edges end at nodes that are not there.
    #[error("edges {population:?} of {}: {reason}", file.display())]
    LooseEnds {
        /// The configuration.
        file: PathBuf,
        /// The population of edges.
        population: String,
        /// What is wrong.
        reason: String,
    },
    /// A morphology in text is refused.
    #[error("cannot read the morphology {error}")]
    Morphology {
        /// The file.
        file: PathBuf,
        /// Where and why.
        error: MorphologyError,
    },
    /// Rows are not in their order.
    #[error("{dataset:?} for {} is not sorted by {order}: row {row} belongs before its predecessor", file.display())]
    Unsorted {
        /// The file.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// The first row out of order, from zero.
        row: usize,
        /// The order.
        order: &'static str,
    },
}

impl SonataError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Open { .. } => {
                "check the path; a damaged or truncated file has to be written again from its recipe and seed"
            }
            Self::Write { .. } => "check that the folder exists, is writable and has space left",
            Self::Read { .. } | Self::Type { .. } => {
                "the file is damaged or of another dialect; write it again or convert it"
            }
            Self::Missing { .. } => "check the population's name, or read the file with the header it was written with",
            Self::Length { .. } => {
                "give every column one entry per row, and read a file with the header it was written with"
            }
            Self::Value { .. } => "correct the value, or write the file again if it is damaged",
            Self::UnknownName { .. } => "read the file with the header it was written with",
            Self::LeftOut { .. } => {
                "nothing, unless it is needed: then write it as a column of the group, one value per row"
            }
            Self::Index { .. } => "write the edges again: their index is made afresh",
            Self::Table { .. } => {
                "separate columns by spaces, quote texts with spaces, write NULL for nothing, and one row per type id"
            }
            Self::Json { .. } | Self::Config { .. } => "correct the configuration there",
            Self::Unreachable { .. } => "put the file there, or correct the path or its manifest variable",
            Self::LooseEnds { .. } => {
                "name the file of these nodes in the configuration, or write the edges with their nodes"
            }
            Self::Morphology { error, .. } => error.kind.remedy(),
            Self::Unsorted { .. } => "sort the rows before writing",
        }
    }

    /// The file at fault.
    #[must_use]
    pub fn file(&self) -> &Path {
        match self {
            Self::Open { file, .. }
            | Self::Write { file, .. }
            | Self::Read { file, .. }
            | Self::Missing { file, .. }
            | Self::Length { file, .. }
            | Self::Type { file, .. }
            | Self::Value { file, .. }
            | Self::UnknownName { file, .. }
            | Self::LeftOut { file, .. }
            | Self::Index { file, .. }
            | Self::Table { file, .. }
            | Self::Json { file, .. }
            | Self::Config { file, .. }
            | Self::Unreachable { file, .. }
            | Self::LooseEnds { file, .. }
            | Self::Morphology { file, .. }
            | Self::Unsorted { file, .. } => file,
        }
    }
}
