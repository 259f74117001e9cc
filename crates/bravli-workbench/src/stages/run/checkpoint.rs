//! What a run leaves beside the artifacts while it goes on, so that it need not start over.

use crate::error::ActError;
use crate::store::hex;
use bravli_sim::point::Checkpoint;
use bravli_sonata::Mark;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The state, beside what was written so far.
const STATE: &str = "state";

/// Age at which a run is no longer expected to be gone on with.
const FORGOTTEN: Duration = Duration::from_hours(14 * 24);

/// The first line of a state.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Version of the program, since the layout of a state is its own.
    program: String,
    run: String,
    /// Words and checksum of every stream.
    marks: Vec<[u64; 2]>,
    sha256: String,
}

/// The folder of one run's checkpoint; its lock is that of the artifact.
#[derive(Debug)]
pub(super) struct Checkpoints {
    folder: PathBuf,
    run: String,
}

impl Checkpoints {
    /// The folder of a run, made where it is not there; those of runs long forgotten are removed.
    pub(super) fn open(root: &Path, run: &str) -> Result<Self, ActError> {
        let own = root.join(run);
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let age = fs::metadata(entry.path().join(STATE)).and_then(|state| state.modified());
            let age = age.ok().and_then(|modified| modified.elapsed().ok());
            if entry.path() != own && age.is_some_and(|age| age > FORGOTTEN) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        fs::create_dir_all(&own).map_err(|error| ActError::io("make a folder", &own, &error))?;
        Ok(Self { folder: own, run: run.to_owned() })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a state under another name and moves it into place.
    pub(super) fn save(&self, checkpoint: &Checkpoint, marks: &[Mark]) -> Result<(), ActError> {
        let state = checkpoint.to_bytes();
        let head = Head {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            run: self.run.clone(),
            marks: marks.iter().map(|mark| [mark.words, mark.checksum]).collect(),
            sha256: hex(&Sha256::digest(&state)),
        };
        let part = self.folder.join("state.part");
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&part)?;
            serde_json::to_writer(&mut file, &head)?;
            file.write_all(b"\n")?;
            file.write_all(&state)?;
            drop(file);
            fs::rename(&part, self.folder.join(STATE))
        };
        write().map_err(|error| ActError::io("write a checkpoint", &part, &error))
    }

    /// The state, or why what is there is none; nothing where nothing is there.
    pub(super) fn load(&self) -> Option<Result<(Checkpoint, Vec<Mark>), &'static str>> {
        let bytes = fs::read(self.folder.join(STATE)).ok()?;
        Some(self.read(&bytes))
    }

    fn read(&self, bytes: &[u8]) -> Result<(Checkpoint, Vec<Mark>), &'static str> {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("is damaged")?;
        let head: Head = serde_json::from_slice(&bytes[..end]).map_err(|_| "is damaged")?;
        let state = &bytes[end + 1..];
        if head.run != self.run || head.program != env!("CARGO_PKG_VERSION") {
            return Err("is of another run or program");
        }
        if head.sha256 != hex(&Sha256::digest(state)) {
            return Err("is damaged");
        }
        let marks = head.marks.iter().map(|[words, checksum]| Mark { words: *words, checksum: *checksum });
        Ok((Checkpoint::from_bytes(state).ok_or("is damaged")?, marks.collect()))
    }

    /// Removes the folder: the run is complete, or cannot be.
    pub(super) fn remove(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_back_and_a_damaged_or_foreign_one_is_not() {
        let root = tempfile::tempdir().unwrap();
        let own = Checkpoints::open(root.path(), "run-a").unwrap();
        assert!(own.load().is_none());
        let checkpoint = Checkpoint { step: 7, n_partitions: 1, fingerprint: 9, bytes: vec![1, b'\n', 3] };
        let marks = [Mark { words: 5, checksum: u64::MAX }];
        own.save(&checkpoint, &marks).unwrap();
        assert_eq!(own.load().unwrap().unwrap(), (checkpoint, marks.to_vec()));
        let file = root.path().join("run-a").join(STATE);
        let bytes = fs::read(&file).unwrap();
        let other = Checkpoints::open(root.path(), "run-b").unwrap();
        fs::copy(&file, other.folder().join(STATE)).unwrap();
        assert_eq!(other.load().unwrap().unwrap_err(), "is of another run or program");
        for cut in [0, 10, bytes.len() - 1] {
            fs::write(&file, &bytes[..cut]).unwrap();
            assert_eq!(own.load().unwrap().unwrap_err(), "is damaged", "cut at {cut}");
        }
        own.remove();
        assert!(own.load().is_none() && !root.path().join("run-a").exists());
    }
}
