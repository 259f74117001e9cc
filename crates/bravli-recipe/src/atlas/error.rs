//! What can be wrong with an atlas.

use super::header::MAX_VOLUME_BYTES;
use crate::{Location, Problem};

/// A volume that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("volume {file}: {kind}")]
pub struct VolumeError {
    /// The file.
    pub file: String,
    /// Line of the header, from 1; the last one where the data are at fault.
    pub line: u32,
    /// What is wrong.
    pub kind: VolumeErrorKind,
}

/// What is wrong with a volume.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VolumeErrorKind {
    /// It is something else.
    #[error("does not start with NRRD0001 to NRRD0005")]
    NotNrrd,
    /// No blank line ends the header.
    #[error("its header does not end within {limit} bytes")]
    EndlessHeader {
        /// The limit.
        limit: usize,
    },
    /// A field that must be there.
    #[error("its header lacks {0:?}")]
    MissingField(&'static str),
    /// A field is given twice.
    #[error("its header gives {0:?} twice")]
    RepeatedField(String),
    /// A field that is not understood.
    #[error("{field} must be {expected}, got {value:?}")]
    BadField {
        /// The field.
        field: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// The start of what was written.
        value: String,
    },
    /// The data lie in another file.
    #[error("its data lie in another file, and only attached data are read")]
    Detached,
    /// Components are not the first axis.
    #[error("components must be the first of four axes")]
    ComponentAxis,
    /// More data than are read.
    #[error("its sizes make {bytes} bytes, the limit is {MAX_VOLUME_BYTES} (512 MiB)")]
    TooLarge {
        /// Bytes that the header asks for.
        bytes: u128,
    },
    /// Fewer data than the header says.
    #[error("its data end before the {expected} bytes that the header says")]
    TooShort {
        /// Bytes that the header asks for.
        expected: usize,
    },
    /// More data than the header says.
    #[error("its data go on after the {expected} bytes that the header says")]
    TooLong {
        /// Bytes that the header asks for.
        expected: usize,
    },
    /// The compressed stream is broken.
    #[error("its compressed data are damaged: {0}")]
    Damaged(String),
}

impl VolumeErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotNrrd => "save the volume as NRRD",
            Self::EndlessHeader { .. } => "end the header with a blank line before the data",
            Self::MissingField("endian") => "add `endian: little` or `endian: big`",
            Self::MissingField(_) | Self::RepeatedField(_) | Self::BadField { .. } => {
                "write the file again with a current tool"
            }
            Self::Detached => "write header and data into one file",
            Self::ComponentAxis => "move the component axis to the front",
            Self::TooLarge { .. } => "cut the volume to the region, or take larger voxels",
            Self::TooShort { .. } | Self::TooLong { .. } | Self::Damaged(_) => "copy the file again, it may be cut",
        }
    }
}

/// A question that an atlas cannot answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AtlasError {
    /// A volume cannot be read.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The hierarchy cannot be read.
    #[error("regions {file}: {message}")]
    Hierarchy {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What is wrong.
        message: String,
    },
    /// No region fits.
    #[error("no region of the atlas fits {query:?}{near}")]
    UnknownRegion {
        /// What was asked for.
        query: String,
        /// Near-miss names.
        near: String,
    },
    /// A regular expression is not understood.
    #[error("region {query:?} is no regular expression: {message}")]
    BadExpression {
        /// What was asked for.
        query: String,
        /// What is wrong with it.
        message: String,
    },
    /// A region holds no voxel, by itself or within the mask.
    #[error("region {query:?} holds no voxel{}", if *masked { " inside the mask of the manifest" } else { "" })]
    EmptyRegion {
        /// What was asked for.
        query: String,
        /// Whether a mask cuts it.
        masked: bool,
    },
    /// A dataset is not in the folder.
    #[error("dataset {0:?} is not in the folder")]
    MissingDataset(String),
    /// Two volumes of one atlas differ in size.
    #[error("{file} has {found:?} voxels, brain_regions.nrrd {expected:?}")]
    ShapeMismatch {
        /// The file.
        file: String,
        /// Its voxels.
        found: [usize; 3],
        /// Those of the regions.
        expected: [usize; 3],
    },
    /// A volume of vectors where numbers are needed.
    #[error("{file} has {components} components per voxel, one is needed")]
    Components {
        /// The file.
        file: String,
        /// What it has.
        components: usize,
    },
    /// Densities that are none.
    #[error("{n_voxels} voxels of {dataset:?} in {query:?} are {what}")]
    BadDensity {
        /// The dataset.
        dataset: String,
        /// The region.
        query: String,
        /// Voxels at fault.
        n_voxels: u64,
        /// `not a number` or `negative`.
        what: &'static str,
    },
    /// A composition that would take hours.
    #[error("the composition asks for {visits} voxels in all, the limit is {limit}")]
    TooMuchWork {
        /// Voxels times pairs of dataset and region.
        visits: u128,
        /// The limit.
        limit: u128,
    },
}

impl AtlasError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Volume(error) => error.kind.remedy(),
            Self::Hierarchy { .. } => "each region needs an id, an acronym and its children, as in the Allen ontology",
            Self::UnknownRegion { .. } => "name an acronym of hierarchy.json, @expression, or acronyms joined by ;",
            Self::BadExpression { .. } => "correct the expression after @; look-around is not supported",
            Self::EmptyRegion { .. } => "correct the region, or the region and mask of the manifest",
            Self::MissingDataset(_) => "put NAME.nrrd into the folder",
            Self::ShapeMismatch { .. } => "take all volumes from one atlas",
            Self::Components { .. } => "take a scalar dataset",
            Self::BadDensity { .. } => "a density must be given in every voxel of the region",
            Self::TooMuchWork { .. } => "cut the atlas to the region, or merge groups",
        }
    }

    /// It as a problem of the recipe; `at` where it has no place of its own.
    pub(crate) fn problem(&self, at: Location) -> Problem {
        let place = |file: &str, line: u32, column: u32| Location { file: file.to_owned(), line, column };
        let (code, at) = match self {
            Self::Volume(error) => ("bad_volume", place(&error.file, error.line, 1)),
            Self::Hierarchy { file, line, column, .. } => ("bad_hierarchy", place(file, *line, *column)),
            Self::UnknownRegion { .. } | Self::EmptyRegion { .. } => ("unknown_region", at),
            Self::BadExpression { .. } => ("bad_expression", at),
            Self::MissingDataset(_) => ("missing_file", at),
            Self::ShapeMismatch { file, .. } | Self::Components { file, .. } => ("bad_volume", place(file, 1, 1)),
            Self::BadDensity { .. } => ("bad_density", at),
            Self::TooMuchWork { .. } => ("too_much_work", at),
        };
        // what is missing leaves a density open; what is broken is refused
        let is_mild = matches!(self, Self::UnknownRegion { .. } | Self::EmptyRegion { .. } | Self::MissingDataset(_));
        let problem = if is_mild { Problem::warning } else { Problem::error };
        problem(code, self.to_string()).at(at).remedy(self.remedy())
    }
}
