//! Records: papers, facts and terms.

use crate::{text, tiny};
use bravli_facts::{KnowledgeBase, RecordProblem, pool};

/// A file of a lab beside the small library's own.
pub(crate) fn read(input: &[u8]) {
    let text = text::of(input);
    let files = || tiny::KNOWLEDGE.into_iter().chain([("lab.yaml", text)]);
    let (base, mut problems) = KnowledgeBase::from_texts(files()).expect("a short text");
    assert_eq!((&base, &problems), (&KnowledgeBase::from_texts(files()).expect("a short text").0, &problems));
    problems.extend(base.check());
    for problem in &problems {
        stands(text, problem);
    }
    for fact in base.facts() {
        assert!(base.place_of_fact(&fact.id).is_some(), "{} stands nowhere", fact.id);
        let _ = (fact.cited_number(), fact.preparation(), fact.evidence(), fact.labelled_spread(), fact.saying());
        let _ = base.recompute(fact);
        let rivals: Vec<_> = base.facts_of(&fact.quantity).collect();
        if let Ok(pooled) = pool(&rivals) {
            assert!(pooled.value.is_finite() && (0.0..=1.0).contains(&pooled.between), "{pooled:?}");
            assert!(pooled.interval.0 <= pooled.value && pooled.value <= pooled.interval.1, "{pooled:?}");
        }
    }
    let count = |base: &KnowledgeBase| (base.papers().count(), base.facts().count(), base.terms().count());
    let laid = base.clone().overlay(tiny::knowledge());
    assert_eq!(count(&laid), count(&base), "the small library is in both");
}

fn stands(text: &str, problem: &RecordProblem) {
    assert!(!problem.key.is_empty() || problem.at.file == "lab.yaml", "{problem}");
    assert!(!problem.to_string().is_empty() && problem.kind.remedy() != Some(""), "{problem:?}");
    let own = tiny::KNOWLEDGE.iter().find(|(name, _)| *name == problem.at.file).map_or(text, |(_, text)| text);
    assert!(text::holds_line(own, problem.at.line), "{problem} lies outside its file");
}
