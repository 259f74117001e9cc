//! Disk space of a file that is being written, asked for before HDF5 needs it.
//!
//! The library ends the program when a file cannot be closed, as on a disk that is full: so nothing is handed to it that
//! there is no room for. Where a system or its disk cannot promise room, nothing is asked for.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Room for what HDF5 writes of its own accord: for a file, and for each group, dataset and attribute, bytes.
const OF_FILE: u64 = 32 << 10;
pub(super) const OF_OBJECT: u64 = 8 << 10;

/// What HDF5 files start with.
const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// A promise of room, which grows as objects are added.
pub(super) struct Space {
    file: File,
    bytes: Cell<u64>,
}

impl Space {
    /// Asks for room for an empty file at `path`, which is made where it is not there.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        let space = Self { file, bytes: Cell::new(0) };
        space.grow(OF_FILE)?;
        Ok(space)
    }

    /// Asks for room for as many bytes more.
    pub(super) fn grow(&self, bytes: u64) -> io::Result<()> {
        let all = self.bytes.get().saturating_add(bytes);
        promise(&self.file, all)?;
        self.bytes.set(all);
        Ok(())
    }

    /// Gives back what the file, closed by now, did not need.
    pub(super) fn finish(self, path: &Path) -> io::Result<()> {
        // signature, version, widths, flags; where the file starts, where its extension does, and where it ends
        let mut head = [0; 36];
        File::open(path)?.read_exact(&mut head)?;
        let mut end = [0; 8];
        end.copy_from_slice(&head[28..]);
        let end = u64::from_le_bytes(end);
        let is_known = head.starts_with(SIGNATURE) && matches!(head[8], 2 | 3) && head[9] == 8;
        if is_known && end < self.file.metadata()?.len() { self.file.set_len(end) } else { Ok(()) }
    }
}

#[cfg(target_os = "linux")]
fn promise(file: &File, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        other => other.map_err(io::Error::from),
    }
}

#[cfg(not(target_os = "linux"))]
fn promise(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}
