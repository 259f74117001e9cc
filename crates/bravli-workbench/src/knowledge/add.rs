//! The lab's own records: checked against everything, then written.

use super::{Records, write::write};
use crate::error::{ActError, ProblemReply};
use bravli_facts::{Fact, KnowledgeBase, Paper, Place};
use bravli_import::{key_for, same_work};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

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
    /// Papers and facts that are there already: key or quantity as given, key as held.
    pub(crate) known: Vec<(String, String)>,
    /// Files written, relative to the lab.
    pub(crate) files: Vec<String>,
}

/// What was found fit to be written.
struct Prepared {
    papers: Vec<Paper>,
    facts: Vec<Fact>,
    added: Added,
}

/// Adds records to the lab's own. A paper or fact that is there already is not added again.
///
/// # Errors
/// `bad_records` with every problem at once; nothing is written then. `too_large`; `lab_io`.
pub(crate) fn add(records: &Records, additions: &Additions) -> Result<Added, ActError> {
    // bad records leave no trace, not even a folder
    prepare(records, additions)?;
    let folder = records.folder();
    refuse_links(folder)?;
    fs::create_dir_all(folder).map_err(|error| ActError::io("make the lab's knowledge folder", folder, &error))?;
    let _lock = lock(folder)?;
    // somebody may have added the same meanwhile
    let Prepared { papers, facts, mut added } = prepare(records, additions)?;
    if !papers.is_empty() || !facts.is_empty() {
        records.has_room(papers.len() + facts.len())?;
        let root = folder.parent().unwrap_or(folder);
        let files = write(folder, &papers, &facts)?;
        added.files = files.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect();
    }
    Ok(added)
}

fn prepare(records: &Records, additions: &Additions) -> Result<Prepared, ActError> {
    let loaded = records.load()?;
    let mut base: KnowledgeBase = (*loaded.base).clone();
    let mut added = Added::default();
    let mut problems: Vec<ProblemReply> = Vec::new();
    let mut papers = Vec::new();
    // what a key in the request may mean: the keys that papers of that name have now
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for paper in &additions.papers {
        let mut paper = paper.clone();
        let wanted = paper.id.clone();
        if let Some(held) = base.papers().find(|held| same_work(held, &paper)) {
            keys.entry(wanted.clone()).or_default().insert(held.id.clone());
            added.known.push((wanted, held.id.clone()));
            continue;
        }
        if base.paper(&wanted).is_some() {
            // another work has that key
            keys.entry(wanted.clone()).or_default().insert(wanted.clone());
        }
        if wanted.is_empty() || base.paper(&wanted).is_some() {
            paper.id = key_for(&paper, |key| base.paper(key).is_some());
        }
        keys.entry(wanted).or_default().insert(paper.id.clone());
        base.add_paper(paper.clone(), place("papers", &paper.id));
        papers.push(paper);
    }
    let mut facts = Vec::new();
    for fact in &additions.facts {
        let mut fact = fact.clone();
        match keys.get(&fact.source).map(|keys| keys.iter().collect::<Vec<_>>()).as_deref() {
            None => {}
            Some([only]) => fact.source.clone_from(only),
            Some(several) => {
                let names: Vec<&str> = several.iter().map(|key| key.as_str()).collect();
                problems.push(problem(
                    "ambiguous_source",
                    &format!("source {:?} may be any of {}", fact.source, names.join(", ")),
                    "add the papers first, then the facts by the keys that they were given",
                ));
                continue;
            }
        }
        if let Some(held) = base.facts().find(|held| held.source == fact.source && held.saying() == fact.saying()) {
            added.known.push((fact.quantity.clone(), held.id.clone()));
            continue;
        }
        if fact.id.is_empty() {
            fact.id = fact_key(&fact, &base);
        } else if base.fact(&fact.id).is_some() {
            problems.push(problem(
                "duplicate",
                &format!("{}: key already used", fact.id),
                "leave id out to get a fresh key, or append ~2 for a second value in the same context",
            ));
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
    if problems.is_empty() {
        added.papers = papers.iter().map(|paper| paper.id.clone()).collect();
        added.facts = facts.iter().map(|fact| fact.id.clone()).collect();
        return Ok(Prepared { papers, facts, added });
    }
    let first = &problems[0];
    let more = if problems.len() > 1 { format!(" and {} more problems", problems.len() - 1) } else { String::new() };
    let remedy = if first.remedy.is_empty() { "correct the record".to_owned() } else { first.remedy.clone() };
    let mut error = ActError::new(
        "bad_records",
        first.place.clone(),
        format!("{}{more}; nothing was added", first.message),
        remedy,
    );
    error.problems = problems;
    Err(error)
}

fn problem(code: &str, message: &str, remedy: &str) -> ProblemReply {
    ProblemReply {
        severity: "error".into(),
        code: code.into(),
        message: message.into(),
        place: "facts".into(),
        remedy: remedy.into(),
    }
}

/// Records are written into the lab itself, not through a link to somewhere else.
fn refuse_links(folder: &Path) -> Result<(), ActError> {
    for path in [folder.to_path_buf(), folder.join("papers"), folder.join("facts")] {
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.file_type().is_symlink()) {
            return Err(ActError::new(
                "path_outside_lab",
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                "the folder is a link; records are written into the lab alone",
                "make it a plain folder",
            ));
        }
    }
    Ok(())
}

/// Keeps other processes from writing the same file at the same time; freed when dropped.
fn lock(folder: &Path) -> Result<File, ActError> {
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
