//! Records to files of the lab.

use crate::error::ActError;
use bravli_facts::{Fact, KnowledgeBase, MAX_TEXT_BYTES, Paper};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct PaperFile<'a> {
    schema: &'static str,
    papers: Vec<&'a Paper>,
}

#[derive(Serialize)]
struct FactFile<'a> {
    schema: &'static str,
    facts: Vec<&'a Fact>,
}

/// A file to be put in place.
struct Change {
    path: PathBuf,
    text: String,
    /// What stood there; `None` for a fresh file.
    old: Option<String>,
}

/// Writes papers, one fresh file each, and facts, added to the file of their source. No file of a person's is replaced by
/// anything that lacks its text. Drafts are written and synced first, then moved into place, papers before facts; where a
/// move fails, those before it are taken back.
///
/// # Errors
/// `too_large` for a file above the cap; `lab_io`.
pub(super) fn write(folder: &Path, papers: &[Paper], facts: &[Fact]) -> Result<Vec<PathBuf>, ActError> {
    let changes = changes(folder, papers, facts)?;
    if let Some(change) = changes.iter().find(|change| change.text.len() > MAX_TEXT_BYTES) {
        return Err(ActError::new(
            "too_large",
            change.path.display().to_string(),
            format!("the file would have {} bytes; a record file may have {MAX_TEXT_BYTES}", change.text.len()),
            "add fewer records at a time, or move some of them to another file; nothing was added",
        ));
    }
    let mut drafts = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        match draft(change, at) {
            Ok(path) => drafts.push(path),
            Err(error) => {
                remove(&drafts);
                return Err(error);
            }
        }
    }
    for (at, (draft, change)) in drafts.iter().zip(&changes).enumerate() {
        if let Err(error) = fs::rename(draft, &change.path) {
            remove(&drafts[at..]);
            take_back(&changes[..at]);
            return Err(ActError::io("put a record in its place", &change.path, &error));
        }
    }
    let folders: BTreeSet<&Path> = changes.iter().filter_map(|change| change.path.parent()).collect();
    for folder in folders {
        // the names are durable once the folder is
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
    Ok(changes.into_iter().map(|change| change.path).collect())
}

/// Every file with its text, papers first.
fn changes(folder: &Path, papers: &[Paper], facts: &[Fact]) -> Result<Vec<Change>, ActError> {
    let mut taken: BTreeSet<PathBuf> = BTreeSet::new();
    let mut changes = Vec::new();
    for paper in papers {
        let path = free_path(&folder.join("papers"), &paper.id, &mut taken);
        let text = yaml(&PaperFile { schema: "bravli-papers/1", papers: vec![paper] }, &path)?;
        changes.push(Change { path, text, old: None });
    }
    let mut by_source: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        by_source.entry(&fact.source).or_default().push(fact);
    }
    for (source, facts) in by_source {
        let usual = folder.join("facts").join(format!("{}.yaml", file_name(source)));
        let fresh = yaml(&FactFile { schema: "bravli-facts/1", facts: facts.clone() }, &usual)?;
        let count = |text: &str| {
            KnowledgeBase::from_texts([("facts", text)])
                .map_or((0, 1), |(base, problems)| (base.facts().count(), problems.len()))
        };
        // what a person wrote stays as it is; new records follow, where the file can be read
        if let Ok(old) = fs::read_to_string(&usual)
            && !taken.contains(&usual)
        {
            let text = appended(&old, &fresh);
            if count(&old).1 == 0 && count(&text) == (count(&old).0 + facts.len(), 0) {
                taken.insert(usual.clone());
                changes.push(Change { path: usual, text, old: Some(old) });
                continue;
            }
        }
        let path = free_path(&folder.join("facts"), source, &mut taken);
        changes.push(Change { path, text: fresh, old: None });
    }
    Ok(changes)
}

/// A path that nothing stands at: `key.yaml`, `key-2.yaml` and so on.
fn free_path(folder: &Path, key: &str, taken: &mut BTreeSet<PathBuf>) -> PathBuf {
    let name = file_name(key);
    let usual = folder.join(format!("{name}.yaml"));
    let others = (2_u64..).map(|n| folder.join(format!("{name}-{n}.yaml")));
    let is_free = |path: &PathBuf| {
        let is_absent = fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        is_absent && !taken.contains(path)
    };
    let path = std::iter::once(usual.clone()).chain(others).find(is_free).unwrap_or(usual);
    taken.insert(path.clone());
    path
}

/// Writes a draft beside its place and syncs it; a draft of that name is never overwritten.
fn draft(change: &Change, at: usize) -> Result<PathBuf, ActError> {
    let parent = change.path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| ActError::io("make a folder", parent, &error))?;
    let draft = parent.join(format!(".draft-{}-{at}.new", std::process::id()));
    // one that a killed process left is nobody's
    let _ = fs::remove_file(&draft);
    let written = File::options().write(true).create_new(true).open(&draft).and_then(|mut file| {
        file.write_all(change.text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&draft);
        ActError::io("write a record", &change.path, &error)
    })?;
    Ok(draft)
}

fn remove(drafts: &[PathBuf]) {
    for draft in drafts {
        let _ = fs::remove_file(draft);
    }
}

/// Puts back what stood before.
fn take_back(changes: &[Change]) {
    for change in changes {
        let _ = match &change.old {
            Some(old) => fs::write(&change.path, old),
            None => fs::remove_file(&change.path),
        };
    }
}

fn yaml(file: &impl Serialize, path: &Path) -> Result<String, ActError> {
    serde_saphyr::to_string(file).map_err(|error| {
        ActError::new(
            "internal",
            path.display().to_string(),
            format!("cannot write the record: {error}"),
            "report this",
        )
    })
}

/// Records of `fresh` behind those of `old`, at the indent of the old list.
fn appended(old: &str, fresh: &str) -> String {
    let indent = |text: &str| {
        let item = text.lines().find(|line| line.trim_start().starts_with("- "));
        item.map_or(0, |line| line.len() - line.trim_start().len())
    };
    let (wanted, held) = (indent(old), indent(fresh));
    let mut text = old.trim_end().to_owned();
    for line in fresh.lines().skip_while(|line| !line.trim_start().starts_with("- ")) {
        let spaces = (line.len() - line.trim_start().len() + wanted).saturating_sub(held);
        text.push_str(&format!("\n{}{}", " ".repeat(spaces), line.trim_start()));
    }
    text.push('\n');
    text
}

/// Keys of papers are plain already; anything else becomes `_`.
fn file_name(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' };
    key.chars().map(plain).take(80).collect()
}
