//! Searches over the shipped knowledge, as a scientist types them.

use bravli_facts::{KnowledgeBase, Verification};
use bravli_library::{
    Corpora, HitKind, Library, LibraryError, MAX_LIMIT, MAX_QUERY_CHARS, SearchOptions, SearchResult,
};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Instant;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| build(&knowledge()));

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn knowledge() -> KnowledgeBase {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge"), &mut files);
    files.sort();
    let texts: Vec<(String, String)> =
        files.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect();
    KnowledgeBase::from_texts(texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))).unwrap().0
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn build(base: &KnowledgeBase) -> Library {
    Library::build(base).unwrap()
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn search(query: &str, corpora: Corpora) -> SearchResult {
    let found = LIBRARY.search(query, &SearchOptions { limit: 10, corpora, ..SearchOptions::default() }).unwrap();
    eprintln!("\n{query} ({} in all; {:?})", found.total, found.note);
    for hit in &found.hits {
        eprintln!("  {:.3} {} {:?} | {} | {:?}", hit.score, hit.key, hit.matched, hit.snippet, hit.value);
    }
    found
}

/// A snippet without the asterisks around what matched.
fn plain(snippet: &str) -> String {
    snippet.replace('*', "")
}

#[test]
fn a_pathway_is_found_in_its_direction() {
    let found = search("connection probability L4 spiny stellate to L2/3 pyramid", Corpora::Facts);
    let first = &found.hits[0];
    assert_eq!(first.title, "connectivity.probability");
    assert!(first.matched.len() >= 7 && plain(&first.snippet).starts_with("L4_SS"), "{first:?}");
    assert!(plain(&first.snippet).contains("→ L23_PC"), "{first:?}");
    for (query, key) in [
        ("Lefort connection probability L4 to L2", "lefort2009:connectivity.probability:L4exc-L2exc"),
        ("Lefort connection probability L2 to L4", "lefort2009:connectivity.probability:L2exc-L4exc"),
    ] {
        assert_eq!(search(query, Corpora::Facts).hits[0].key, key);
    }
    // nobody counted the way back, so the way there ranks first, and lower
    let there = search("synapses per connection L4 to L2/3", Corpora::Facts);
    let back = search("synapses per connection L2/3 to L4", Corpora::Facts);
    assert!(plain(&there.hits[0].snippet).starts_with("L4_SS"), "{:?}", there.hits[0]);
    assert!(back.hits[0].score < there.hits[0].score, "{:?}", back.hits[0]);
}

#[test]
fn cells_and_their_synapses_are_found_by_any_name() {
    let found = search("SST Martinotti facilitating", Corpora::Both);
    assert!(found.hits.iter().any(|hit| hit.kind == HitKind::Paper));
    assert!(found.hits[0].matched.len() >= 2, "{:?}", found.hits[0].matched);
    let by_synonym = search("somatostatin interneuron input resistance", Corpora::Facts);
    assert!(by_synonym.hits.iter().take(3).all(|hit| hit.title == "membrane.input_resistance"));
    assert!(by_synonym.hits.iter().any(|hit| hit.matched.iter().any(|word| word.contains('~'))));
}

#[test]
fn a_layer_alone_finds_that_layer() {
    let keys = |query| {
        let found = search(query, Corpora::Facts);
        assert_eq!(found.note, None);
        found.hits.into_iter().map(|hit| hit.key).collect::<Vec<String>>()
    };
    assert_eq!(keys("L2/3").len(), 10);
    assert_eq!(keys("L2/3"), keys("layer 2/3"));
    assert_eq!(keys("L2/3"), keys("L23"));
}

#[test]
fn authors_typos_and_odd_signs_are_words() {
    assert!(search("Lefort 2009 connection probability", Corpora::Facts).hits[0].key.starts_with("lefort2009"));
    let typo = search("thalamocortcal synapses", Corpora::Both);
    assert!(typo.hits[0].matched.iter().any(|word| word.starts_with("thalamocortical")), "{:?}", typo.hits[0]);
    assert_eq!(typo.note.as_deref(), Some("read thalamocortcal as thalamocortical"));
    for query in ["+(L4) AND [", "\"PV+\" -> *", "a:b^2 ~ Ca²⁺ \\", "τ_rec 🧠"] {
        search(query, Corpora::Both);
    }
}

#[test]
fn nothing_to_search_for_is_an_error_and_nothing_found_a_note() {
    let options = SearchOptions::default();
    for empty in ["", "  ", "of the", "()+-", "→"] {
        let error = LIBRARY.search(empty, &options).unwrap_err();
        assert_eq!(error, LibraryError::EmptyQuery(empty.to_owned()));
        assert!(!error.remedy().is_empty());
    }
    let too_many = SearchOptions { limit: MAX_LIMIT + 1, ..SearchOptions::default() };
    assert!(matches!(LIBRARY.search("L4", &too_many), Err(LibraryError::Limit { .. })));
    assert_eq!(LIBRARY.search("L4", &options).unwrap().hits.len(), 10, "a limit of 0 takes the usual");
    assert!(matches!(LIBRARY.search(&"x ".repeat(MAX_QUERY_CHARS), &options), Err(LibraryError::LongQuery { .. })));
    let nothing = search("zzzzqqq", Corpora::Both);
    assert!(nothing.hits.is_empty() && nothing.note.is_some());
    let off_topic = search("price of bitcoin futures in Tokyo", Corpora::Both);
    assert!(off_topic.note.is_some());
    let empty = build(&KnowledgeBase::default());
    assert_eq!(empty.search("L4", &options).unwrap().total, 0);
}

#[test]
fn a_remembered_fact_ranks_below_the_same_fact_seen() {
    let fact = |key: &str, verification: &str| {
        format!(
            "- id: {key}:membrane.time_constant:L4\n  quantity: membrane.time_constant\n  value: 9\n  unit: ms\n  cell: L4 exc\n  evidence: measured\n  source: {key}\n  verification: {verification}\n"
        )
    };
    let text = format!("schema: bravli-facts/1\nfacts:\n{}{}", fact("a2001", "memory"), fact("b2001", "seen"));
    let (base, problems) = KnowledgeBase::from_texts([("facts/a.yaml", text.as_str())]).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let found = build(&base).search("L4 time constant", &SearchOptions::default()).unwrap();
    let order: Vec<_> = found.hits.iter().map(|hit| hit.verification).collect();
    assert_eq!(order, [Verification::Seen, Verification::Memory]);
}

#[test]
fn equal_libraries_give_equal_rows() {
    let start = Instant::now();
    let other = build(&knowledge());
    let built = start.elapsed();
    let start = Instant::now();
    for query in ["L2/3 SST", "connection probability", "thalamic input to layer 4", "NMDA decay"] {
        let options = SearchOptions { limit: 50, ..SearchOptions::default() };
        assert_eq!(other.search(query, &options).unwrap(), LIBRARY.search(query, &options).unwrap());
    }
    eprintln!("read and built in {built:?}, 8 searches in {:?}", start.elapsed());
}
