//! Questions to a library.

use crate::{text, tiny};
use bravli_library::{Library, LibraryError, Question, SearchOptions};
use std::sync::OnceLock;

/// Rows asked for.
const LIMIT: usize = 5;

/// The first line as a question in plain words; each further line fills a field.
pub(crate) fn ask(input: &[u8]) {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Library::build(&tiny::knowledge()).expect("a small library"));
    let mut lines = text::of(input).split('\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let query = next();
    search(library, &query);
    lookup(library, &Question { query: query.clone(), ..Question::default() });
    let (pre, post, cell, layer, quantity) = (next(), next(), next(), next(), next());
    let (species, region, age, state, method) = (next(), next(), next(), next(), next());
    lookup(library, &Question { query, quantity, pre, post, cell, layer, species, region, age, state, method });
}

fn search(library: &Library, query: &str) {
    let options = SearchOptions { limit: LIMIT, ..SearchOptions::default() };
    let found = library.search(query, &options);
    assert_eq!(found, library.search(query, &options), "the same words find other rows");
    match found {
        Ok(found) => {
            assert!(found.hits.len() <= LIMIT && found.hits.len() <= found.total, "{found:?}");
            assert!(found.hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{found:?}");
            assert!(found.hits.is_sorted_by(|a, b| a.score >= b.score), "best first: {found:?}");
            if !found.next_cursor.is_empty() {
                let next = library.search(query, &SearchOptions { cursor: found.next_cursor, ..options });
                assert!(next.is_ok_and(|next| next.total == found.total), "the next page is another answer's");
            }
        }
        Err(error) => refused(&error),
    }
}

fn lookup(library: &Library, question: &Question) {
    let answer = library.lookup(question, LIMIT);
    assert_eq!(answer, library.lookup(question, LIMIT), "the same question has another answer");
    match answer {
        Ok(answer) => {
            assert_eq!(answer.is_answered, answer.facts.iter().any(|row| row.is_answer), "{answer:?}");
            assert_eq!(answer.is_answered, answer.why_not.is_empty(), "{answer:?}");
            for row in &answer.facts {
                assert!(!row.is_answer || row.against.is_empty(), "an answer to another question: {row:?}");
            }
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &LibraryError) {
    assert!(!matches!(error, LibraryError::Index(_)), "our own mistake: {error}");
    assert!(!error.to_string().is_empty());
}
