//! Literature records: the shipped ones with the lab's own laid over them.

mod add;
mod write;

pub(crate) use add::{Additions, add};

use crate::assets;
use crate::error::{ActError, ProblemReply};
use bravli_facts::{KnowledgeBase, MAX_TEXT_BYTES, Place, RecordProblem, RecordProblemKind};
use bravli_library::Library;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::SystemTime;

/// Files read from a lab's `knowledge/`.
const MAX_FILES: usize = 20_000;

/// Deepest folder below it.
const MAX_DEPTH: usize = 4;

/// Records, what is wrong with the lab's own, and the library over them.
pub(crate) struct Loaded {
    pub(crate) base: Arc<KnowledgeBase>,
    /// Problems of the lab's files; records with problems are left out.
    pub(crate) problems: Vec<RecordProblem>,
    /// Keys of shipped records that a record of the lab stands in for.
    pub(crate) replaced: Vec<String>,
    state: FileState,
    library: OnceLock<Result<Arc<Library>, ActError>>,
}

/// Records of a lab over the shipped ones.
pub(crate) struct Overlay {
    pub(crate) base: KnowledgeBase,
    pub(crate) problems: Vec<RecordProblem>,
    pub(crate) replaced: Vec<String>,
}

/// Texts of a folder, by path, and what could not be read.
struct Texts {
    texts: Vec<(String, String)>,
    problems: Vec<RecordProblem>,
}

/// Name, size and time of every file.
type FileState = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// The records of a lab, read again when its files change.
pub(crate) struct Records {
    folder: PathBuf,
    loaded: RwLock<Option<Arc<Loaded>>>,
    /// Held while files are read, so that two callers do not read them twice.
    reading: Mutex<()>,
}

impl Records {
    pub(crate) fn new(lab: &Path) -> Self {
        Self { folder: lab.join("knowledge"), loaded: RwLock::new(None), reading: Mutex::new(()) }
    }

    /// The lab's own folder of records.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether so many more files may be written.
    ///
    /// # Errors
    /// `too_large` where the lab would hold more than are read.
    pub(crate) fn has_room(&self, n_files: usize) -> Result<(), ActError> {
        too_many(file_state(&self.folder)?.len() + n_files)
    }

    /// The records as the files are now.
    ///
    /// # Errors
    /// When the lab's files cannot be read.
    pub(crate) fn load(&self) -> Result<Arc<Loaded>, ActError> {
        let _reading = self.reading.lock();
        let state = file_state(&self.folder)?;
        let held = self.loaded.read().ok().and_then(|loaded| loaded.clone());
        if let Some(loaded) = held.filter(|loaded| loaded.state == state) {
            return Ok(loaded);
        }
        let Texts { texts, mut problems } = lab_texts(&self.folder, &state)?;
        let over = laid_over(&texts)?;
        problems.extend(over.problems);
        let (base, replaced) = (over.base, over.replaced);
        let loaded = Arc::new(Loaded { replaced, base: Arc::new(base), problems, state, library: OnceLock::new() });
        if let Ok(mut place) = self.loaded.write() {
            *place = Some(Arc::clone(&loaded));
        }
        Ok(loaded)
    }
}

impl Loaded {
    /// The library, made when it is first asked for.
    pub(crate) fn library(&self) -> Result<Arc<Library>, ActError> {
        self.library.get_or_init(|| Library::build(&self.base).map(Arc::new).map_err(|error| broken(&error))).clone()
    }

    /// What a reader of a reply must know of the lab's files; empty where all is well.
    pub(crate) fn warning(&self) -> String {
        let more = |n: usize| if n > 1 { format!(" and {} more", n - 1) } else { String::new() };
        let mut notes = Vec::new();
        if let Some(first) = self.problems.first() {
            let more = more(self.problems.len());
            notes.push(format!("left out of the lab's records: {first}{more}; `bravli knowledge check` lists them"));
        }
        if let Some(first) = self.replaced.first() {
            notes.push(format!("the lab's own record stands in for the shipped {first}{}", more(self.replaced.len())));
        }
        notes.join("; ")
    }
}

/// The shipped records with these laid over them; records of the lab that break a rule are left out and told.
pub(crate) fn laid_over(lab: &[(String, String)]) -> Result<Overlay, ActError> {
    let shipped = shipped()?;
    if lab.is_empty() {
        return Ok(Overlay { base: shipped, problems: Vec::new(), replaced: Vec::new() });
    }
    let texts = lab.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let (mut own, mut problems) = KnowledgeBase::from_texts(texts).map_err(|error| too_large(&error))?;
    let files: BTreeSet<&str> = lab.iter().map(|(path, _)| path.as_str()).collect();
    // a record that is left out may leave others without their paper, and those yet others
    loop {
        let both = shipped.clone().overlay(own.clone());
        let broken: Vec<RecordProblem> =
            both.check().into_iter().filter(|problem| files.contains(problem.at.file.as_str())).collect();
        let n_left = broken.iter().filter(|problem| own.remove(&problem.key)).count();
        problems.extend(broken);
        if n_left == 0 {
            let papers = own.papers().map(|paper| &paper.id).filter(|key| shipped.paper(key).is_some());
            let facts = own.facts().map(|fact| &fact.id).filter(|key| shipped.fact(key).is_some());
            let replaced = papers.chain(facts).cloned().collect();
            return Ok(Overlay { base: both, problems, replaced });
        }
    }
}

/// The shipped records, read on a few threads: reading YAML is most of a start.
fn shipped() -> Result<KnowledgeBase, ActError> {
    let mut texts = assets::knowledge_texts();
    // each thread takes every n-th file, the large ones first
    texts.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    let n = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 4);
    let read = |first: usize| {
        let own = texts.iter().skip(first).step_by(n).map(|(path, text)| (path.as_str(), *text));
        KnowledgeBase::from_texts(own).map(|(base, _)| base).map_err(|error| broken(&error))
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..n).map(|first| scope.spawn(move || read(first))).collect();
        parts.into_iter().try_fold(KnowledgeBase::default(), |all, part| {
            let part = part.join().map_err(|_| broken(&"a thread ended unexpectedly"))??;
            // keys are unique, which a test sees to, so the order does not matter
            Ok(all.overlay(part))
        })
    })
}

/// All files of a folder of records, with size and time.
fn file_state(folder: &Path) -> Result<FileState, ActError> {
    let mut state = FileState::new();
    if fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.file_type().is_symlink()) {
        return Ok(state);
    }
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            // links are not followed: nothing outside the lab is read
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            let is_hidden = entry.file_name().to_str().is_none_or(|name| name.starts_with('.'));
            if kind.is_dir() && depth < MAX_DEPTH && !is_hidden {
                folders.push((path, depth + 1));
            } else if kind.is_file() && !is_hidden && path.extension().is_some_and(|extension| extension == "yaml") {
                let metadata =
                    entry.metadata().map_err(|error| ActError::io("look at a record file", &path, &error))?;
                state.insert(path, (metadata.len(), metadata.modified().ok()));
            }
        }
    }
    too_many(state.len())?;
    Ok(state)
}

fn too_many(n_files: usize) -> Result<(), ActError> {
    if n_files <= MAX_FILES {
        return Ok(());
    }
    Err(ActError::new(
        "too_large",
        "knowledge",
        format!("the lab's knowledge folder would hold {n_files} files; at most {MAX_FILES} are read"),
        "put several records into one file",
    ))
}

/// Paths relative to the folder's parent, with their texts; a file above the cap is left out and told.
fn lab_texts(folder: &Path, state: &FileState) -> Result<Texts, ActError> {
    let root = folder.parent().unwrap_or(folder);
    let mut texts = Vec::new();
    let mut problems = Vec::new();
    for (path, (bytes, _)) in state {
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        if *bytes > MAX_TEXT_BYTES as u64 {
            problems.push(RecordProblem {
                at: Place { file: name, line: 1 },
                key: "-".to_owned(),
                kind: RecordProblemKind::TooLong { field: "the file", limit: MAX_TEXT_BYTES },
            });
            continue;
        }
        let bytes = fs::read(path).map_err(|error| ActError::io("read a record file", path, &error))?;
        // what is no UTF-8 is told as a record problem, not as a failure of the lab
        texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(Texts { texts, problems })
}

/// Problems of record files under any folder: of a lab's own files, or of a whole knowledge folder by itself.
///
/// # Errors
/// When the folder cannot be read or holds no record.
pub(crate) fn check_folder(folder: &Path) -> Result<(KnowledgeBase, Vec<RecordProblem>), ActError> {
    let state = file_state(folder)?;
    if state.is_empty() {
        return Err(ActError::new(
            "no_records",
            folder.display().to_string(),
            "no .yaml file in the folder or below it",
            "name a folder with papers/, facts/ or terms/",
        ));
    }
    let Texts { texts, problems: told } = lab_texts(folder, &state)?;
    let has_papers = texts.iter().any(|(_, text)| text.contains("bravli-papers/1"));
    let has_terms = texts.iter().any(|(_, text)| text.contains("bravli-terms/1"));
    if has_papers && has_terms {
        // a knowledge base of its own, such as the one that is shipped
        let texts = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let (base, mut problems) = KnowledgeBase::from_texts(texts).map_err(|error| too_large(&error))?;
        problems.extend(told);
        problems.extend(base.check());
        return Ok((base, problems));
    }
    let over = laid_over(&texts)?;
    Ok((over.base, told.into_iter().chain(over.problems).collect()))
}

fn broken(error: &dyn std::fmt::Display) -> ActError {
    ActError::new("knowledge", "knowledge", error.to_string(), "report this: shipped records must load")
}

fn too_large(error: &dyn std::fmt::Display) -> ActError {
    ActError::new("too_large", "knowledge", error.to_string(), "split the file")
}

impl From<&RecordProblem> for ProblemReply {
    fn from(problem: &RecordProblem) -> Self {
        Self {
            severity: "error".into(),
            code: "record".into(),
            message: format!("{}: {}", problem.key, problem.kind),
            place: problem.at.to_string(),
            remedy: problem.kind.remedy().unwrap_or_default().to_owned(),
        }
    }
}
