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
    assert!(matches!(
        found("  value: 20\n  unit: fortnight\n  verification: memory\n"),
        K::UnknownUnit { expected: "ms", .. }
    ));
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

fn derived(formula: &str, value: &str) -> String {
    let measured = fact("  value: 20\n  unit: ms\n  verification: memory\n");
    format!(
        "{measured}- id: doe2001:membrane.time_constant:b\n  quantity: membrane.time_constant\n  value: {value}\n  unit: ms\n  evidence: derived\n  from:\n    tau: doe2001:membrane.time_constant:a\n  formula: \"{formula}\"\n  source: doe2001\n  cell: a\n  verification: memory\n"
    )
}

#[test]
fn a_derived_value_recomputes_or_is_reported_with_both_numbers() {
    use RecordProblemKind as K;
    assert!(kinds(&derived("2 * tau + 1", "41")).is_empty());
    assert!(kinds(&derived("sqrt(tau)", "4.47")).is_empty());
    assert!(matches!(kinds(&derived("2 * tau", "41"))[..], [K::DoesNotRecompute { value: 41.0, computed: 40.0 }]));
    assert!(matches!(kinds(&derived("2 * x", "40"))[..], [K::Formula { .. }]));
    assert!(matches!(kinds(&derived("tau *", "40"))[..], [K::Formula { .. }]));
    assert!(matches!(kinds(&derived("tau / 0", "40"))[..], [K::DoesNotRecompute { .. }]));
    let orphan = derived("tau", "20").replace("tau: doe2001:membrane.time_constant:a", "tau: doe2001:nowhere:a");
    assert!(matches!(&kinds(&orphan)[..], [K::DanglingFact(key)] if key == "doe2001:nowhere:a"));
    let bare = derived("tau", "20").replace("  formula: \"tau\"\n", "");
    assert!(matches!(kinds(&bare)[..], [K::MissingFormula]));
    assert!(matches!(kinds(&derived("tau", "20").replace("derived", "measured"))[..], [K::StrayFormula]));
}

#[test]
fn an_assumption_says_why_and_a_record_is_there_once() {
    let lines = "  value: 20\n  unit: ms\n  verification: memory\n";
    let bare = fact(lines).replace("evidence: measured", "evidence: assumption");
    assert!(matches!(kinds(&bare)[..], [RecordProblemKind::MissingReason]));
    let twin = fact(lines).replace("schema: bravli-facts/1\nfacts:\n", "").replace("constant:a", "constant:a~2");
    let found = kinds(&(fact(lines) + &twin));
    assert!(
        matches!(&found[..], [RecordProblemKind::SameRecord { key, .. }] if key == "doe2001:membrane.time_constant:a")
    );
}

#[test]
fn a_range_is_a_spread_of_its_own() {
    let range = |low: f64, high: f64| {
        format!(
            "  value: 20\n  unit: ms\n  verification: memory\n  spread:\n    kind: range\n    low: {low}\n    high: {high}\n"
        )
    };
    assert!(kinds(&fact(&range(10.0, 30.0))).is_empty());
    assert!(matches!(kinds(&fact(&range(30.0, 10.0)))[..], [RecordProblemKind::RangeFalls(..)]));
    let half = range(10.0, 30.0).replace("    high: 30\n", "");
    assert!(matches!(kinds(&fact(&half))[..], [RecordProblemKind::UnlabelledSpread]));
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
    fn no_formula_makes_the_check_panic(formula in "[-+*/^()a-z0-9. ,%&|<>=!]{0,60}", deep in 0_usize..400) {
        let _ = kinds(&derived(&formula, "20"));
        let _ = kinds(&derived(&"(".repeat(deep), "20"));
        let _ = kinds(&derived(&"sqrt ".repeat(deep), "20"));
    }

    #[test]
    fn no_damaged_record_makes_the_reader_panic(value in "[-0-9.e\\[\\]{}:, a-z\"'&*!|>]{0,40}", cut in 0usize..400) {
        let text = fact(&format!("  value: {value}\n  unit: ms\n  verification: memory\n"));
        let text: String = text.chars().take(cut).collect();
        let (base, _) = KnowledgeBase::from_texts([("x.yaml", text.as_str())]).unwrap();
        let _ = base.check();
    }
}
