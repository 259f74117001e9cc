//! What several tests need.

use bravli_facts::{KnowledgeBase, Paper};
use bravli_import::{Imported, Skipped};

/// The only paper, with nothing skipped.
#[track_caller]
pub(crate) fn only(imported: Imported) -> Paper {
    assert_eq!(imported.skipped, [], "nothing is to be skipped");
    assert_eq!(imported.papers.len(), 1, "{:?}", imported.papers);
    imported.papers.into_iter().next().expect("one paper")
}

/// The reasons, one line each.
pub(crate) fn reasons(skipped: &[Skipped]) -> Vec<String> {
    skipped.iter().map(ToString::to_string).collect()
}

/// Papers must pass as records of a knowledge base: they are written to its form, read back and checked.
#[track_caller]
pub(crate) fn assert_records(papers: &[Paper]) {
    // a JSON list is a YAML list
    let text =
        format!("schema: bravli-papers/1\npapers: {}\n", serde_json::to_string(papers).expect("papers are plain"));
    let (base, problems) = KnowledgeBase::from_texts([("papers/imported.yaml", text.as_str())]).expect("small text");
    assert_eq!(problems, [], "{text}");
    assert_eq!(base.check(), []);
    assert_eq!(base.papers().count(), papers.len());
    for paper in papers {
        assert_eq!(base.paper(&paper.id), Some(paper));
    }
}
