//! The lab's own records: checked against everything, then written.

use super::{Records, write::write};
use crate::error::{ActError, ProblemReply};
use bravli_facts::{Fact, KnowledgeBase, Paper, Place};
use bravli_import::{key_for, same_work};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};

/// What is to be added.
#[derive(Debug, Default)]
pub(crate) struct Additions {
    pub(crate) papers: Vec<Paper>,
    pub(crate) facts: Vec<Fact>,
}

/// What was added.
#[derive(Debug, Default)]
pub(crate) struct Added {
    pub(crate) papers: Vec<String>,
    pub(crate) facts: Vec<String>,
    /// Papers that are there already: key as given, key as held.
    pub(crate) known: Vec<(String, String)>,
    /// Files written, relative to the lab.
    pub(crate) files: Vec<String>,
}

/// Adds records to the lab's own. A paper that is there already is not added again; its key is used instead.
///
/// # Errors
/// `bad_records` with every problem at once; nothing is written then. `lab_io`.
pub(crate) fn add(records: &Records, additions: Additions) -> Result<Added, ActError> {
    let folder = records.folder();
    let _lock = if folder.exists() { Some(lock(folder)?) } else { None };
    let loaded = records.load()?;
    let mut base: KnowledgeBase = (*loaded.base).clone();
    let mut added = Added::default();
    let mut papers = Vec::new();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for mut paper in additions.papers {
        if let Some(held) = base.papers().find(|held| same_work(held, &paper)) {
            keys.insert(paper.id.clone(), held.id.clone());
            added.known.push((paper.id, held.id.clone()));
            continue;
        }
        let wanted = paper.id.clone();
        if wanted.is_empty() || base.paper(&wanted).is_some() {
            paper.id = key_for(&paper, |key| base.paper(key).is_some());
        }
        keys.insert(wanted, paper.id.clone());
        base.add_paper(paper.clone(), place("papers", &paper.id));
        papers.push(paper);
    }
    let mut facts = Vec::new();
    let mut problems: Vec<ProblemReply> = Vec::new();
    for mut fact in additions.facts {
        if let Some(key) = keys.get(&fact.source) {
            fact.source.clone_from(key);
        }
        if fact.id.is_empty() {
            fact.id = fact_key(&fact, &base);
        } else if base.fact(&fact.id).is_some() {
            problems.push(ProblemReply {
                severity: "error".into(),
                code: "duplicate".into(),
                message: format!("{}: key already used", fact.id),
                place: "facts".into(),
                remedy: "leave id out to get a fresh key, or append ~2 for a second value in the same context".into(),
            });
            continue;
        }
        base.add_fact(fact.clone(), place("facts", &fact.id));
        facts.push(fact);
    }
    let fresh: BTreeSet<&str> = papers
        .iter()
        .map(|paper: &Paper| paper.id.as_str())
        .chain(facts.iter().map(|fact: &Fact| fact.id.as_str()))
        .collect();
    let broken = base.check().into_iter().filter(|problem| fresh.contains(problem.key.as_str()));
    problems
        .extend(broken.map(|problem| ProblemReply { place: problem.at.file.clone(), ..ProblemReply::from(&problem) }));
    if let Some(first) = problems.first() {
        let more =
            if problems.len() > 1 { format!(" and {} more problems", problems.len() - 1) } else { String::new() };
        let mut error = ActError::new(
            "bad_records",
            first.place.clone(),
            format!("{}{more}; nothing was added", first.message),
            if first.remedy.is_empty() { "correct the record".to_owned() } else { first.remedy.clone() },
        );
        error.problems = problems;
        return Err(error);
    }
    if !papers.is_empty() || !facts.is_empty() {
        fs::create_dir_all(folder).map_err(|error| ActError::io("make the lab's knowledge folder", folder, &error))?;
        let root = folder.parent().unwrap_or(folder);
        let files = write(folder, &papers, &facts)?;
        added.files = files.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect();
    }
    added.papers = papers.into_iter().map(|paper| paper.id).collect();
    added.facts = facts.into_iter().map(|fact| fact.id).collect();
    Ok(added)
}

/// Keeps other processes from writing the same file at the same time; freed when dropped.
fn lock(folder: &std::path::Path) -> Result<File, ActError> {
    let path = folder.join(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| ActError::io("open the lock of the lab's records", &path, &error))?;
    file.lock().map_err(|error| ActError::io("lock the lab's records", &path, &error))?;
    Ok(file)
}

fn place(list: &str, key: &str) -> Place {
    Place { file: format!("{list}[{key}]"), line: 1 }
}

/// `source:quantity:context`, with `~2` and so on where that is taken.
fn fact_key(fact: &Fact, base: &KnowledgeBase) -> String {
    let plain = |text: &Option<String>| {
        text.as_deref().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>()
    };
    let parts = [plain(&fact.layer), plain(&fact.cell), plain(&fact.pre), plain(&fact.post)];
    let context: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let context = if context.is_empty() { "x".to_owned() } else { context.join("-") };
    let key = format!("{}:{}:{context}", fact.source, fact.quantity);
    if base.fact(&key).is_none() {
        return key;
    }
    (2..).map(|n| format!("{key}~{n}")).find(|key| base.fact(key).is_none()).unwrap_or(key)
}
