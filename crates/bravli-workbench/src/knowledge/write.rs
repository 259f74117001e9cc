//! Records to files of the lab.

use crate::error::ActError;
use bravli_facts::{Fact, KnowledgeBase, Paper};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
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

/// Writes papers, one file each, and facts, added to the file of their source. All files are written beside their places
/// first, then moved there, so a failure leaves the records as they were.
///
/// # Errors
/// `lab_io`.
pub(super) fn write(folder: &Path, papers: &[Paper], facts: &[Fact]) -> Result<Vec<PathBuf>, ActError> {
    let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
    for paper in papers {
        let path = folder.join("papers").join(format!("{}.yaml", file_name(&paper.id)));
        texts.insert(path.clone(), yaml(&PaperFile { schema: "bravli-papers/1", papers: vec![paper] }, &path)?);
    }
    let mut by_source: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        by_source.entry(&fact.source).or_default().push(fact);
    }
    for (source, facts) in by_source {
        let mut path = folder.join("facts").join(format!("{}.yaml", file_name(source)));
        let fresh = yaml(&FactFile { schema: "bravli-facts/1", facts: facts.clone() }, &path)?;
        let mut text = fresh.clone();
        if let Ok(old) = fs::read_to_string(&path) {
            // what a person wrote stays as it is; new records follow
            text = appended(&old, &fresh);
            let n_facts =
                |text: &str| KnowledgeBase::from_texts([("facts", text)]).map_or(0, |(base, _)| base.facts().count());
            if n_facts(&text) < n_facts(&old) + facts.len() {
                let taken = |n: &usize| folder.join("facts").join(format!("{}-{n}.yaml", file_name(source))).exists();
                let n = (2..).find(|n| !taken(n)).unwrap_or(2);
                path = folder.join("facts").join(format!("{}-{n}.yaml", file_name(source)));
                text = fresh;
            }
        }
        texts.insert(path, text);
    }
    let mut moves = Vec::new();
    for (path, text) in &texts {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| ActError::io("make a folder", parent, &error))?;
        let draft = path.with_extension("yaml.new");
        write_synced(&draft, text).map_err(|error| {
            let _ = fs::remove_file(&draft);
            ActError::io("write a record", path, &error)
        })?;
        moves.push((draft, path.clone()));
    }
    for (draft, path) in &moves {
        fs::rename(draft, path).map_err(|error| ActError::io("put a record in its place", path, &error))?;
    }
    Ok(moves.into_iter().map(|(_, path)| path).collect())
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

/// Keys hold letters and digits; anything else becomes `_`.
fn file_name(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(80).collect()
}

fn write_synced(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
