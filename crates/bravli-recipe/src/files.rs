//! The bytes of a recipe folder, and their text.

use crate::problem::Notes;
use crate::{Location, Problem};
use std::collections::BTreeMap;

/// Largest file that is read: 64 MiB.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// File name relative to the recipe folder → its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecipeFiles(pub BTreeMap<String, Vec<u8>>);

impl RecipeFiles {
    /// The bytes of a file, unless it is absent or too large; the latter is told.
    pub(crate) fn bytes(&self, file: &str, notes: &mut Notes) -> Option<&[u8]> {
        let bytes = self.0.get(file)?;
        if bytes.len() > MAX_FILE_BYTES {
            let message = format!("{file} has {} bytes, the limit is {MAX_FILE_BYTES} (64 MiB)", bytes.len());
            notes.add(Problem::error("file_too_large", message).at(start_of(file)));
            return None;
        }
        Some(bytes)
    }

    /// The text of a UTF-8 file.
    pub(crate) fn utf8(&self, file: &str, notes: &mut Notes) -> Option<&str> {
        let bytes = self.bytes(file, notes)?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                notes.add(not_utf8(file, bytes, error.valid_up_to()));
                None
            }
        }
    }
}

/// Line 1, column 1 of a file.
pub(crate) fn start_of(file: &str) -> Location {
    Location { file: file.to_owned(), line: 1, column: 1 }
}

/// The complaint about a byte that is not UTF-8.
pub(crate) fn not_utf8(file: &str, bytes: &[u8], offset: usize) -> Problem {
    let valid = bytes.get(..offset).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
    let at = Lines::new(valid).locate(file, valid, offset);
    Problem::error("bad_encoding", format!("byte 0x{:02x} is not UTF-8", bytes.get(offset).copied().unwrap_or(0)))
        .at(at)
        .remedy("save the file as UTF-8, or declare encoding=\"iso-8859-1\" in an XML file")
}

/// Bytes between two counts of characters.
const STRIDE: usize = 256;

/// Turns byte offsets into lines and columns, in constant time even when a file is one long line.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<usize>,
    /// Characters before each multiple of [`STRIDE`].
    n_chars: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        let mut n_chars = vec![0];
        let mut total = 0;
        for chunk in text.as_bytes().chunks(STRIDE) {
            total += count_chars(chunk);
            n_chars.push(total);
        }
        Self { starts, n_chars }
    }

    /// Line and column (in characters) of a byte offset, both from 1.
    pub(crate) fn position(&self, text: &str, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = (self.chars_before(text, offset) + 1).saturating_sub(self.chars_before(text, start));
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The byte offset of a line and column in a text with the same lines; the other way round.
    pub(crate) fn offset(&self, text: &str, line: u32, column: u32) -> usize {
        let start = self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(text.len());
        let before = text.get(start..).unwrap_or_default().chars().take((column as usize).saturating_sub(1));
        start + before.map(char::len_utf8).sum::<usize>()
    }

    fn chars_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / STRIDE;
        let rest = text.as_bytes().get(block * STRIDE..offset.min(text.len())).unwrap_or_default();
        self.n_chars.get(block).copied().unwrap_or(0) + count_chars(rest)
    }

    pub(crate) fn locate(&self, file: &str, text: &str, offset: usize) -> Location {
        let (line, column) = self.position(text, offset);
        Location { file: file.to_owned(), line, column }
    }
}

/// Counts the bytes that begin a character.
fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()
}
