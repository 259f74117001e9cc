//! Records: papers, facts and terms.

use crate::{text, tiny};
use bravli_facts::{KnowledgeBase, RecordProblem, pool};
use std::sync::OnceLock;

/// A file of a lab, by itself and laid over the small library.
pub(crate) fn read(input: &[u8]) {
    static SHIPPED: OnceLock<KnowledgeBase> = OnceLock::new();
    let text = text::of(input);
    let read = || KnowledgeBase::from_texts([("lab.yaml", text)]).expect("a short text");
    let (lab, mut problems) = read();
    let again = read();
    assert_eq!((&lab, &problems), (&again.0, &again.1), "the same text reads differently");
    let base = SHIPPED.get_or_init(tiny::knowledge).clone().overlay(lab);
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
}

fn stands(text: &str, problem: &RecordProblem) {
    assert!(!problem.key.is_empty() || problem.at.file == "lab.yaml", "{problem}");
    assert!(!problem.to_string().is_empty() && problem.kind.remedy() != Some(""), "{problem:?}");
    let own = tiny::KNOWLEDGE.iter().find(|(name, _)| *name == problem.at.file).map_or(text, |(_, text)| text);
    assert!(text::holds_line(own, problem.at.line), "{problem} lies outside its file");
}
