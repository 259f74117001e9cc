//! `notes.yaml`: where an earlier draft of a recipe and the literature disagree, and which of them the recipe follows.

use crate::problem::Notes;
use crate::yaml::{Fields, Node};
use crate::{DraftNote, Problem};

const FIELDS: &[&str] = &["file", "path", "draft", "used", "why", "facts"];

/// Reads the notes and tells each as one.
pub(crate) fn read(node: &Node, notes: &mut Notes) -> Vec<DraftNote> {
    let mut top = Fields::new(node, "notes.yaml", &["notes"], notes);
    let mut found = Vec::new();
    for item in top.list("notes") {
        let mut fields = Fields::new(item, "note", FIELDS, top.notes);
        let (file, path) = (fields.name("file"), fields.name("path"));
        let (draft, used, why) = (fields.name("draft"), fields.name("used"), fields.name("why"));
        let facts = if fields.get("facts").is_some() { fields.names("facts") } else { Vec::new() };
        let (Some(file), Some(path), Some(draft)) = (file, path, draft) else { continue };
        let (Some(used), Some(why)) = (used, why) else { continue };
        let message = format!("{file} {path}: an earlier draft has {draft}; used is {used}");
        top.notes.add(Problem::note("draft_disagrees", message).at(item.at()).remedy(why.clone()));
        found.push(DraftNote { file, path, draft, used, why, facts, at: item.at() });
    }
    found
}
