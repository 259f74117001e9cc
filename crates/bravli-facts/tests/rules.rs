//! Records that break a rule are named with file and line; no text makes the reader panic.

use bravli_facts::{KnowledgeBase, RecordProblemKind};
use proptest::prelude::*;

const PAPERS: &str = "schema: bravli-papers/1\npapers:\n- id: doe2001\n  authors: Doe J\n  year: 2001\n  title: A cell\n  doi: \"10.1000/x\"\n";

fn fact(lines: &str) -> String {
    format!(
        "schema: bravli-facts/1\nfacts:\n- id: doe2001:membrane.time_constant:a\n  quantity: membrane.time_constant\n  evidence: measured\n  source: doe2001\n  cell: a\n{lines}"
    )
}

#[expect(clippy::unwrap_used, reason = "test code")]
fn kinds(facts: &str) -> Vec<RecordProblemKind> {
    let (base, problems) = KnowledgeBase::from_texts([("p.yaml", PAPERS), ("f.yaml", facts)]).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    base.check().into_iter().map(|problem| problem.kind).collect()
}

#[test]
fn a_good_record_passes() {
    assert!(kinds(&fact("  value: 20\n  unit: ms\n  verification: memory\n")).is_empty());
    assert!(kinds(&fact("  value: 0.02\n  unit: s\n  verification: memory\n")).is_empty());
}

#[test]
fn each_rule_has_its_problem() {
    use RecordProblemKind as K;
    let found = |lines: &str| kinds(&fact(lines)).pop().unwrap();
    assert!(matches!(found("  value: 20\n  unit: fortnight\n  verification: memory\n"), K::UnknownUnit(_)));
    assert!(matches!(found("  value: 20\n  unit: mV\n  verification: memory\n"), K::WrongUnit { expected: "ms", .. }));
    assert!(matches!(found("  value: 2000\n  unit: ms\n  verification: memory\n"), K::Implausible { .. }));
    assert!(matches!(found("  value: 20\n  unit: ms\n  verification: seen\n"), K::MissingLocus));
    assert!(matches!(found("  value: [20, 10]\n  unit: ms\n  verification: memory\n"), K::RangeFalls(..)));
    let unlabelled = "  value: 20\n  unit: ms\n  verification: memory\n  spread:\n    value: 2\n";
    assert!(matches!(found(unlabelled), K::UnlabelledSpread));
    assert!(matches!(
        found("  value: 20\n  unit: ms\n  verification: memory\n  terms: [nowhere]\n"),
        K::DanglingTerm(_)
    ));
    let orphan = fact("  value: 20\n  unit: ms\n  verification: memory\n").replace("doe2001", "roe2002");
    assert!(matches!(kinds(&orphan).pop(), Some(K::DanglingSource(_))));
    let wrong =
        fact("  value: 20\n  unit: ms\n  verification: memory\n").replace("  source: doe2001", "  source: doe2002");
    assert!(matches!(kinds(&wrong).first(), Some(K::KeyDisagrees { .. })));
}

#[test]
fn a_second_record_with_a_key_is_reported_with_both_places() {
    let text = fact("  value: 20\n  unit: ms\n  verification: memory\n");
    let (base, problems) = KnowledgeBase::from_texts([("a.yaml", text.as_str()), ("b.yaml", text.as_str())]).unwrap();
    assert_eq!(base.facts().count(), 1);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems.first().map(ToString::to_string).as_deref(),
        Some("b.yaml:3: doe2001:membrane.time_constant:a: key already used at a.yaml:3")
    );
}

#[test]
fn an_unknown_field_is_refused_with_its_line() {
    let text = fact("  value: 20\n  unit: ms\n  verification: memory\n  colour: red\n");
    let (base, problems) = KnowledgeBase::from_texts([("a.yaml", text.as_str())]).unwrap();
    assert_eq!(base.facts().count(), 0);
    assert!(problems.first().is_some_and(|problem| problem.at.line == 11), "{problems:?}");
}

#[test]
fn a_labs_record_lies_over_the_shipped_one() {
    let shipped = fact("  value: 20\n  unit: ms\n  verification: memory\n");
    let lab = fact("  value: 25\n  unit: ms\n  verification: memory\n");
    let read = |text: &str| KnowledgeBase::from_texts([("f.yaml", text)]).unwrap().0;
    let both = read(&shipped).overlay(read(&lab));
    let fact = both.fact("doe2001:membrane.time_constant:a").unwrap();
    assert_eq!(fact.cited_number().map(|cited| cited.value), Some(25.0));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}") {
        let (base, _) = KnowledgeBase::from_texts([("x.yaml", text.as_str())]).unwrap();
        let _ = base.check();
    }

    #[test]
    fn no_damaged_record_makes_the_reader_panic(value in "[-0-9.e\\[\\]{}:, a-z\"'&*!|>]{0,40}", cut in 0usize..400) {
        let text = fact(&format!("  value: {value}\n  unit: ms\n  verification: memory\n"));
        let text: String = text.chars().take(cut).collect();
        let (base, _) = KnowledgeBase::from_texts([("x.yaml", text.as_str())]).unwrap();
        let _ = base.check();
    }
}
