//! The knowledge that ships with bravli keeps its own rules.

mod common;

use bravli_facts::{FactValue, KnowledgeBase, RecordProblem};
use common::{knowledge, shipped};

fn problems_as_text(problems: &[RecordProblem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn the_shipped_knowledge_loads_without_a_problem() {
    let texts = knowledge();
    let pairs = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let (base, problems) = KnowledgeBase::from_texts(pairs).unwrap();
    assert!(problems.is_empty(), "{}", problems_as_text(&problems));
    let problems = base.check();
    assert!(problems.is_empty(), "{}", problems_as_text(&problems));
    assert!(base.papers().count() >= 60 && base.facts().count() >= 100 && base.terms().count() >= 40);
}

#[test]
fn every_paper_has_a_summary_and_keys_are_walked_in_order() {
    let base = shipped();
    assert!(base.papers().all(|paper| !paper.summary.is_empty()));
    let keys: Vec<&str> = base.facts().map(|fact| fact.id.as_str()).collect();
    assert!(keys.is_sorted());
}

#[test]
fn a_census_number_can_be_defended() {
    let base = shipped();
    let cited = base.fact("meyer2010:anatomy.neuron_count:L4-all").unwrap().cited_number().unwrap();
    assert_eq!(cited.value, 4447.0);
    assert_eq!(cited.spread, bravli_facts::Spread::Sd(439.0));
    assert_eq!(cited.preparation.species.as_deref(), Some("rat"));
    assert!(base.paper(&cited.source.0).is_some_and(|paper| paper.year == 2010));
}

#[test]
fn rivals_stay_apart() {
    let base = shipped();
    let rivals: Vec<_> = base
        .facts_of("connectivity.probability")
        .filter(|fact| fact.layer.as_deref() == Some("L2/3") && matches!(fact.value, FactValue::Number(_)))
        .collect();
    assert!(rivals.len() > 5);
}
