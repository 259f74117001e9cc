//! Files of the repository, for tests.

#![expect(clippy::unwrap_used, reason = "a missing file fails the test")]

use bravli_facts::KnowledgeBase;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// (path, text) of every shipped knowledge file, sorted.
pub(crate) fn knowledge() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in ["papers", "facts", "terms"] {
        for entry in std::fs::read_dir(root().join("knowledge").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
                texts.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    texts.sort();
    texts
}

/// The shipped knowledge, read.
pub(crate) fn shipped() -> KnowledgeBase {
    let texts = knowledge();
    KnowledgeBase::from_texts(texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))).unwrap().0
}
