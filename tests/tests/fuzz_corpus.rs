//! Every text of `fuzz/corpus` through the reader it is for, without a fuzzer: what broke a reader once breaks no more.

use bravli_fuzz::{TARGETS, target};
use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Largest text, and all of them together, in bytes: the fuzzer grows its own copy, this one is read by people.
const MAX_BYTES: usize = 4096;
const MAX_TOTAL: usize = 300_000;

fn folder(name: &str) -> PathBuf {
    bravli_tests::project().join("fuzz").join(name)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .expect("a folder of the repository");
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Target → its texts by name.
fn corpus() -> BTreeMap<String, BTreeMap<String, Vec<u8>>> {
    let text = |path: &PathBuf| (name(path), fs::read(path).expect("a file of the repository"));
    let texts = |folder: &PathBuf| entries(folder).iter().map(text).collect();
    entries(&folder("corpus")).iter().map(|folder| (name(folder), texts(folder))).collect()
}

#[test]
fn every_target_has_texts_and_every_text_a_target() {
    let corpus = corpus();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(corpus.keys().map(String::as_str).collect::<Vec<_>>(), names, "fuzz/src/lib.rs lists them by name");
    assert!(corpus.values().all(|texts| !texts.is_empty()));
    for dictionary in entries(&folder("dict")) {
        let format = name(&dictionary);
        assert!(names.iter().any(|name| name.split('_').next() == Some(&format)), "no target reads {format}");
    }
}

#[test]
fn the_corpus_stays_small() {
    let corpus = corpus();
    let sizes = corpus.values().flat_map(BTreeMap::iter).map(|(name, text)| (name, text.len()));
    let large: Vec<_> = sizes.clone().filter(|(_, size)| *size > MAX_BYTES).collect();
    assert!(large.is_empty(), "more than {MAX_BYTES} bytes: {large:?}");
    assert!(sizes.map(|(_, size)| size).sum::<usize>() <= MAX_TOTAL);
}

#[test]
fn every_text_is_answered_as_promised() {
    let mut broken = Vec::new();
    for (name, texts) in corpus() {
        let Some(target) = target(&name) else { continue };
        for (text, bytes) in texts {
            if catch_unwind(|| (target.body)(&bytes)).is_err() {
                broken.push(format!("fuzz/corpus/{name}/{text}"));
            }
        }
    }
    assert!(broken.is_empty(), "the panics above are those of {broken:?}");
}
