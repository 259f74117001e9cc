//! Literature from outside: BibTeX, JATS, and the answers of two services.

use crate::text;
use bravli_facts::KnowledgeBase;
use bravli_import::{FetchError, ImportError, Imported, Recorded, Service, fetch};
use std::collections::BTreeSet;

/// Records asked for; fewer than a short answer may hold.
const LIMIT: usize = 3;

pub(crate) fn bibtex(input: &[u8]) {
    hold(text::of(input), bravli_import::bibtex);
}

pub(crate) fn jats(input: &[u8]) {
    hold(text::of(input), bravli_import::jats);
}

pub(crate) fn europe_pmc(input: &[u8]) {
    answer(text::of(input), Service::EuropePmc, bravli_import::europe_pmc);
}

pub(crate) fn openalex(input: &[u8]) {
    answer(text::of(input), Service::OpenAlex, bravli_import::openalex);
}

type Reader = fn(&str) -> Result<Imported, ImportError>;

/// The first line as a question, the rest as the answer that it gets.
fn answer(input: &str, service: Service, reader: Reader) {
    let (query, answer) = input.split_once('\n').unwrap_or(("", input));
    hold(answer, reader);
    let Ok(url) = service.address(query, LIMIT) else { return };
    match fetch(service, query, LIMIT, &Recorded::default().with(&url, answer)) {
        Ok(imported) => assert!(imported.papers.len() <= LIMIT),
        Err(ImportError::Fetch(FetchError::NotAllowed(url))) => panic!("our own address is refused: {url}"),
        Err(_) => assert!(reader(answer).is_err(), "refused only when it is fetched"),
    }
}

/// Reads a text twice; what it lets through are records, and what it skips is told with its place.
fn hold(text: &str, reader: Reader) {
    let read = reader(text);
    assert_eq!(read, reader(text), "the same text reads differently");
    let imported = match read {
        Ok(imported) => imported,
        Err(error) => {
            assert!(!error.to_string().is_empty() && error.remedy() != Some(""));
            if let ImportError::Xml { line, column, .. } | ImportError::UnknownEntity { line, column, .. } = error {
                assert!(text::holds(text.as_bytes(), line, column), "{line}:{column} lies outside the text");
            }
            return;
        }
    };
    for skipped in &imported.skipped {
        assert!(!skipped.to_string().is_empty() && !skipped.remedy.is_empty(), "{skipped:?}");
        assert!(skipped.at.line.is_none_or(|line| text::holds_line(text, line)), "{skipped:?} lies outside the text");
    }
    let keys: BTreeSet<&str> = imported.papers.iter().map(|paper| paper.id.as_str()).collect();
    assert_eq!(keys.len(), imported.papers.len(), "two papers share a key");

    // written to the form of records and read again; a list in JSON is one in YAML
    let papers = serde_json::to_string(&imported.papers).expect("papers are plain");
    let file = format!("schema: bravli-papers/1\npapers: {papers}\n");
    let (base, problems) = KnowledgeBase::from_texts([("imported.yaml", file.as_str())]).expect("a short text");
    assert!(problems.is_empty() && base.check().is_empty(), "{problems:?} {:?}\n{file}", base.check());
    for paper in &imported.papers {
        assert_eq!(base.paper(&paper.id), Some(paper), "written and read again it is another paper");
    }
}
