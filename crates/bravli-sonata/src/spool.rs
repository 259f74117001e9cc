//! Numbers on their way to a file: appended as they come, in a plain file beside it.
//!
//! An HDF5 file that is open when a program is killed is lost; a plain file is whole up to any length. So long runs append
//! here, remember how far, and write the HDF5 file at the end, in parts.

use crate::error::SonataError;
use bravli_rng::Fnv;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Numbers read or written at a time.
pub(crate) const PART: usize = 1 << 16;

/// How far a stream has been written, and a checksum of all before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Numbers of four bytes.
    pub words: u64,
    /// Checksum of them.
    pub checksum: u64,
}

impl Mark {
    /// Of nothing.
    fn start() -> Self {
        Self { words: 0, checksum: Fnv::default().get() }
    }

    fn add(&mut self, word: u32) {
        self.words += 1;
        let mut hash = Fnv::from_state(self.checksum);
        hash.word(u64::from(word));
        self.checksum = hash.get();
    }
}

/// A plain file of 32-bit words.
#[derive(Debug)]
pub(crate) struct Spool {
    path: PathBuf,
    file: BufWriter<File>,
    mark: Mark,
}

fn failed(path: &Path, error: &std::io::Error) -> SonataError {
    SonataError::Write { file: path.to_owned(), dataset: String::new(), reason: error.to_string() }
}

impl Spool {
    /// An empty spool; one that was there is emptied.
    pub(crate) fn create(path: &Path) -> Result<Self, SonataError> {
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::with_capacity(1 << 18, file), mark: Mark::start() })
    }

    /// Goes on after a mark; nothing where the file does not hold what the mark was made of. `visit` gets what is before it.
    pub(crate) fn resume(path: &Path, mark: Mark, visit: &mut dyn FnMut(&[u32])) -> Result<Option<Self>, SonataError> {
        let Ok(metadata) = std::fs::metadata(path) else { return Ok(None) };
        let Some(bytes) = mark.words.checked_mul(4).filter(|bytes| metadata.len() >= *bytes) else { return Ok(None) };
        let mut found = Mark::start();
        read_parts(path, mark.words, &mut |words| {
            words.iter().for_each(|word| found.add(*word));
            visit(words);
            Ok(())
        })?;
        if found != mark {
            return Ok(None);
        }
        let open = || -> std::io::Result<File> {
            let file = OpenOptions::new().append(true).open(path)?;
            file.set_len(bytes)?;
            Ok(file)
        };
        let file = open().map_err(|error| failed(path, &error))?;
        Ok(Some(Self { path: path.to_owned(), file: BufWriter::with_capacity(1 << 18, file), mark }))
    }

    /// Appends.
    pub(crate) fn push(&mut self, words: impl Iterator<Item = u32>) -> Result<(), SonataError> {
        for word in words {
            self.mark.add(word);
            self.file.write_all(&word.to_le_bytes()).map_err(|error| failed(&self.path, &error))?;
        }
        Ok(())
    }

    /// Hands everything to the system, and says how far that is.
    pub(crate) fn mark(&mut self) -> Result<Mark, SonataError> {
        self.file.flush().map_err(|error| failed(&self.path, &error))?;
        Ok(self.mark)
    }

    /// Words so far.
    pub(crate) fn len(&self) -> u64 {
        self.mark.words
    }

    /// Reads everything again, in parts of [`PART`] words, or of fewer at the end.
    pub(crate) fn read(&mut self, part: &mut dyn FnMut(&[u32]) -> Result<(), SonataError>) -> Result<(), SonataError> {
        self.mark()?;
        read_parts(&self.path, self.mark.words, part)
    }
}

fn read_parts(
    path: &Path,
    n_words: u64,
    part: &mut dyn FnMut(&[u32]) -> Result<(), SonataError>,
) -> Result<(), SonataError> {
    let failed = |error: std::io::Error| SonataError::Open { file: path.to_owned(), reason: error.to_string() };
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = vec![0_u8; 4 * PART];
    let mut words = Vec::with_capacity(PART);
    let mut left = n_words;
    while left > 0 {
        let n = left.min(PART as u64) as usize;
        file.read_exact(&mut bytes[..4 * n]).map_err(failed)?;
        words.clear();
        words.extend(bytes[..4 * n].as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)));
        part(&words)?;
        left -= n as u64;
    }
    Ok(())
}
