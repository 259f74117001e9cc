//! Making, finding and checking artifacts.

use super::key::{RESULTS_VERSION, artifact_id, content_key, hex};
use super::record::{ArtifactRecord, Ledger, PayloadFile};
use crate::error::ActError;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Kinds of artifact.
pub(crate) const KINDS: [&str; 6] = ["recipe", "column", "circuit", "boundary", "run", "report"];

/// The artifacts of a lab.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    verified: Mutex<BTreeSet<String>>,
}

/// What a stage gives besides its files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    /// What it is, in numbers.
    pub(crate) summary: Value,
    /// What it rests on.
    pub(crate) ledger: Ledger,
    /// What was noticed.
    pub(crate) notes: Vec<String>,
}

/// An artifact, and whether it was there already.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Its card.
    pub(crate) record: ArtifactRecord,
    /// Whether it was found instead of made.
    pub(crate) found: bool,
}

impl Store {
    /// The store of the lab at `lab`. Nothing is written until the first artifact.
    #[must_use]
    pub fn new(lab: &Path) -> Self {
        Self { root: lab.join("artifacts"), verified: Mutex::new(BTreeSet::new()) }
    }

    /// Folder of an artifact.
    #[must_use]
    pub fn folder(&self, record: &ArtifactRecord) -> PathBuf {
        self.root.join(&record.kind).join(&record.id)
    }

    /// Folder of what unfinished runs go on from.
    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.root.join(".checkpoints")
    }

    /// The id that a request would have.
    #[must_use]
    pub fn id_of(kind: &str, request: &Value, inputs: &[&ArtifactRecord]) -> String {
        let keys: Vec<String> = inputs.iter().map(|input| input.key.clone()).collect();
        artifact_id(kind, &content_key(kind, request, &keys))
    }

    /// Finds an artifact by id. A damaged one is set aside and reported as absent.
    ///
    /// # Errors
    /// `unknown_artifact` naming near ids when it is not there; `wrong_kind` when `kind` is another.
    pub fn get(&self, id: &str, kind: Option<&str>, field: &str) -> Result<ArtifactRecord, ActError> {
        let found =
            id.rsplit_once('-').filter(|(kind, _)| KINDS.contains(kind)).and_then(|(kind, _)| self.load(kind, id));
        let Some(record) = found else {
            let near = bravli_recipe::nearest(id, self.ids().iter().map(String::as_str));
            let known = if near.is_empty() {
                "the lab holds none like it".into()
            } else {
                format!("nearest: {}", near.join(", "))
            };
            return Err(ActError::new(
                "unknown_artifact",
                field,
                format!("no artifact {id:?} in this lab; {known}"),
                "call inspect without an artifact to list what there is, or make it first",
            ));
        };
        if let Some(wanted) = kind.filter(|wanted| *wanted != record.kind) {
            return Err(ActError::new(
                "wrong_kind",
                field,
                format!("{id} is a {}, and a {wanted} is wanted here", record.kind),
                format!("give the id of a {wanted}; it starts with {wanted}-"),
            ));
        }
        Ok(record)
    }

    /// Ids of all artifacts, in order of kind and name.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for kind in KINDS {
            let Ok(entries) = fs::read_dir(self.root.join(kind)) else { continue };
            let mut of_kind: Vec<String> = entries
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .filter(|name| name.starts_with(kind) && !name.contains('.'))
                .collect();
            of_kind.sort();
            ids.extend(of_kind);
        }
        ids
    }

    /// Finds the artifact of a request, or makes it with `work`, which writes its files into the folder it is given.
    ///
    /// Files are written elsewhere, synced and moved into place in one step, so a crash leaves nothing or a whole
    /// artifact. A lock per artifact keeps several processes from making it twice.
    ///
    /// # Errors
    /// What `work` returns, or `lab_io`.
    pub(crate) fn make(
        &self,
        kind: &str,
        request: Value,
        inputs: &[&ArtifactRecord],
        work: impl FnOnce(&Path) -> Result<Draft, ActError>,
    ) -> Result<Made, ActError> {
        let keys: Vec<String> = inputs.iter().map(|input| input.key.clone()).collect();
        let key = content_key(kind, &request, &keys);
        let id = artifact_id(kind, &key);
        if let Some(record) = self.load(kind, &id) {
            return Ok(Made { record, found: true });
        }
        let _lock = self.lock(&id)?;
        if let Some(record) = self.load(kind, &id) {
            return Ok(Made { record, found: true });
        }
        let building = self.root.join(".building").join(&id);
        // what an earlier process left behind when it was killed; nobody else can be at it, for we hold the lock
        remove(&building)?;
        create(&building)?;
        let result = work(&building).and_then(|draft| {
            let payload = payload_of(&building)?;
            let record = ArtifactRecord {
                digest: digest_of(&payload),
                id: id.clone(),
                kind: kind.to_owned(),
                key,
                request,
                inputs: inputs.iter().map(|input| input.id.clone()).collect(),
                results_version: RESULTS_VERSION,
                program_version: env!("CARGO_PKG_VERSION").to_owned(),
                payload,
                summary: draft.summary,
                ledger: draft.ledger,
                notes: draft.notes,
            };
            let card = serde_json::to_string_pretty(&record).map_err(|error| {
                ActError::new("internal", "artifact.json", format!("cannot write the card: {error}"), "report this")
            })?;
            write_synced(&building.join("artifact.json"), card.as_bytes())?;
            sync_folder(&building);
            Ok(record)
        });
        let record = match result {
            Ok(record) => record,
            Err(error) => {
                remove(&building)?;
                return Err(error);
            }
        };
        let folder = self.folder(&record);
        create(folder.parent().unwrap_or(&self.root))?;
        fs::rename(&building, &folder).map_err(|error| ActError::io("move an artifact into place", &folder, &error))?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent);
        }
        self.remember(&record.id);
        Ok(Made { record, found: false })
    }

    /// The card of an artifact whose files are all there and unharmed.
    fn load(&self, kind: &str, id: &str) -> Option<ArtifactRecord> {
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return None;
        }
        let folder = self.root.join(kind).join(id);
        if !folder.is_dir() {
            return None;
        }
        let record = fs::read(folder.join("artifact.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<ArtifactRecord>(&bytes).ok())
            .filter(|record| record.id == id && record.kind == kind);
        let known = self.verified.lock().is_ok_and(|verified| verified.contains(id));
        let whole = record.as_ref().is_some_and(|record| {
            let sizes = record
                .payload
                .iter()
                .all(|file| fs::metadata(folder.join(&file.name)).is_ok_and(|metadata| metadata.len() == file.bytes));
            sizes && (known || record.payload.iter().all(|file| is_whole(&folder, file)))
        });
        if whole {
            self.remember(id);
            return record;
        }
        // set a damaged artifact aside, so that it is remade and can still be looked at
        tracing::warn!(artifact = id, "damaged; set aside and to be made again");
        let aside = self.root.join(".damaged").join(id);
        let _ = remove(&aside);
        let _ = create(aside.parent().unwrap_or(&self.root));
        let _ = fs::rename(&folder, &aside);
        None
    }

    fn remember(&self, id: &str) {
        if let Ok(mut verified) = self.verified.lock() {
            verified.insert(id.to_owned());
        }
    }

    /// Keeps others from the work of this name until the file is dropped.
    pub(crate) fn lock(&self, id: &str) -> Result<File, ActError> {
        let folder = self.root.join(".locks");
        create(&folder)?;
        let path = folder.join(id);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| ActError::io("open a lock", &path, &error))?;
        file.lock().map_err(|error| ActError::io("take a lock", &path, &error))?;
        Ok(file)
    }
}

/// Whether a file has the digest of its card. A file that cannot be read now (too many open files, say) is not damaged.
fn is_whole(folder: &Path, file: &PayloadFile) -> bool {
    match digest_file(&folder.join(&file.name)) {
        Ok((bytes, sha256)) => bytes == file.bytes && sha256 == file.sha256,
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

/// All files of a folder but its card, with sizes and digests, in order of name; each is synced.
pub(crate) fn payload_of(folder: &Path) -> Result<Vec<PayloadFile>, ActError> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        let entries = fs::read_dir(&path).map_err(|error| ActError::io("list an artifact", &path, &error))?;
        for entry in entries.flatten() {
            let name = inner.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(name);
            } else if name != Path::new("artifact.json") {
                files.push(name);
            }
        }
    }
    files.sort();
    files
        .into_iter()
        .map(|name| {
            let path = folder.join(&name);
            let (bytes, sha256) = digest_file(&path).map_err(|error| ActError::io("read a file", &path, &error))?;
            let name = name.to_string_lossy().replace('\\', "/");
            Ok(PayloadFile { name, bytes, sha256 })
        })
        .collect()
}

/// The first digits of a digest, enough to tell names apart.
pub(crate) fn hex_digits(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)).chars().take(12).collect()
}

/// Makes a file durable.
pub(crate) fn sync(path: &Path) -> Result<(), ActError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| ActError::io("sync a file", path, &error))
}

/// Size and SHA-256 of a file, which is durable then.
pub(crate) fn digest_file(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
    file.sync_all()?;
    Ok((bytes, hex(&hasher.finalize())))
}

fn digest_of(payload: &[PayloadFile]) -> String {
    let mut hasher = Sha256::new();
    for file in payload {
        hasher.update(file.name.as_bytes());
        hasher.update([0]);
        hasher.update(file.sha256.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), ActError> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| ActError::io("write a file", path, &error))
}

fn create(folder: &Path) -> Result<(), ActError> {
    fs::create_dir_all(folder).map_err(|error| ActError::io("make a folder", folder, &error))
}

fn remove(folder: &Path) -> Result<(), ActError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ActError::io("remove an unfinished artifact", folder, &error))
        }
        _ => Ok(()),
    }
}

/// Makes a rename durable; a system that cannot sync a folder loses at most the newest artifact.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = File::open(folder) {
        let _ = handle.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn write(folder: &Path, text: &str) -> Result<Draft, ActError> {
        write_synced(&folder.join("data.txt"), text.as_bytes())?;
        Ok(Draft::default())
    }

    #[test]
    fn an_artifact_is_made_once_and_then_found() {
        let lab = tempfile::tempdir().unwrap();
        let store = Store::new(lab.path());
        let first = store.make("column", json!({"seed": 1}), &[], |folder| write(folder, "a")).unwrap();
        let again = store.make("column", json!({"seed": 1}), &[], |_| panic!("made twice")).unwrap();
        assert!(!first.found && again.found);
        assert_eq!(first.record, again.record);
        let fresh = Store::new(lab.path()).get(&first.record.id, Some("column"), "column").unwrap();
        assert_eq!(fresh, first.record);
    }

    #[test]
    fn a_damaged_artifact_is_set_aside_and_made_again() {
        let lab = tempfile::tempdir().unwrap();
        let made = Store::new(lab.path()).make("column", json!({}), &[], |folder| write(folder, "abc")).unwrap();
        let folder = Store::new(lab.path()).folder(&made.record);
        fs::write(folder.join("data.txt"), "abd").unwrap();
        let store = Store::new(lab.path());
        let again = store.make("column", json!({}), &[], |folder| write(folder, "abc")).unwrap();
        assert!(!again.found);
        assert_eq!(again.record.digest, made.record.digest);
        assert!(lab.path().join("artifacts/.damaged").join(&made.record.id).is_dir());
    }

    #[test]
    fn failed_work_leaves_no_artifact_and_a_killed_maker_no_obstacle() {
        let lab = tempfile::tempdir().unwrap();
        let store = Store::new(lab.path());
        let failed = store.make("run", json!({}), &[], |folder| {
            write(folder, "half")?;
            Err(ActError::cancelled())
        });
        assert_eq!(failed.unwrap_err().code, "cancelled");
        assert!(store.ids().is_empty());
        // what a process killed in the middle leaves behind
        let id = Store::id_of("run", &json!({}), &[]);
        let stale = lab.path().join("artifacts/.building").join(&id);
        fs::create_dir_all(&stale).unwrap();
        fs::write(stale.join("half.h5"), "x").unwrap();
        let made = store.make("run", json!({}), &[], |folder| write(folder, "whole")).unwrap();
        assert_eq!(made.record.payload.len(), 1);
    }

    #[test]
    fn an_unknown_id_names_its_neighbours_and_paths_are_no_ids() {
        let lab = tempfile::tempdir().unwrap();
        let store = Store::new(lab.path());
        let made = store.make("column", json!({}), &[], |folder| write(folder, "a")).unwrap();
        let near = format!("{}x", &made.record.id[..made.record.id.len() - 1]);
        assert!(store.get(&near, None, "artifact").unwrap_err().message.contains(&made.record.id));
        assert_eq!(store.get("column-../../etc", None, "artifact").unwrap_err().code, "unknown_artifact");
        assert_eq!(store.get(&made.record.id, Some("run"), "run").unwrap_err().code, "wrong_kind");
    }
}
