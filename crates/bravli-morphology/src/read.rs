//! Choosing a reader.

use crate::asc::read_asc;
use crate::morphology::Morphology;
use crate::problem::{MorphologyError, MorphologyErrorKind, Place, Warning};
use crate::swc::read_swc;

/// Most bytes that a reader takes: 256 MiB, some fifty times the largest reconstruction in use.
pub const MAX_BYTES: usize = 256 << 20;

/// A morphology and what is odd about its file.
#[derive(Debug, Clone, PartialEq)]
pub struct MorphologyRead {
    /// The morphology.
    pub morphology: Morphology,
    /// What is odd, in the order of lines.
    pub warnings: Vec<Warning>,
}

/// Reads a morphology by the ending of `file`: `.asc` or `.swc`, in either case. `file` is for messages alone.
///
/// # Errors
/// [`MorphologyError`] for another ending, more than [`MAX_BYTES`], or what the reader refuses.
pub fn read_morphology(file: &str, bytes: &[u8]) -> Result<MorphologyRead, MorphologyError> {
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("asc") => read_asc(file, bytes),
        Some("swc") => read_swc(file, bytes),
        other => {
            let kind = MorphologyErrorKind::UnknownFormat(other.unwrap_or_default().to_owned());
            Err(MorphologyError { at: Place { file: file.to_owned(), line: 0, column: 0 }, kind })
        }
    }
}

/// Refuses a file that is too large to be a morphology.
pub(crate) fn check_size(file: &str, bytes: &[u8]) -> Result<(), MorphologyError> {
    if bytes.len() <= MAX_BYTES {
        return Ok(());
    }
    let kind = MorphologyErrorKind::TooLarge { bytes: bytes.len() };
    Err(MorphologyError { at: Place { file: file.to_owned(), line: 0, column: 0 }, kind })
}
