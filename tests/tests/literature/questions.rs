//! Sets of questions with known answers: per set and kind, the share that is answered as it should be.

use super::keys;
use bravli_tests::project;
use bravli_workbench::{LookupParameter, Workbench};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct QuestionFile {
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: String,
    kind: Kind,
    ask: String,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    papers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// One of the facts stands among the first five.
    Fact,
    /// All of the facts stand among the first ten.
    Conflict,
    /// One of the papers stands among the first five.
    Paper,
    /// Nobody measured it, and the reply says so.
    Unanswerable,
}

/// Least share of questions that are answered as they should be.
struct Floor {
    fact: f64,
    conflict: f64,
    paper: f64,
    unanswerable: f64,
}

impl Floor {
    fn of(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Fact => self.fact,
            Kind::Conflict => self.conflict,
            Kind::Paper => self.paper,
            Kind::Unanswerable => self.unanswerable,
        }
    }
}

/// What somebody who types such questions may count on.
const PROMISED: Floor = Floor { fact: 0.90, conflict: 0.95, paper: 0.90, unanswerable: 0.85 };
/// The hardest set, whose paraphrases avoid every word of the field.
const HARD: Floor = Floor { fact: 0.90, conflict: 0.90, paper: 0.85, unanswerable: 0.85 };

const SCIENTISTS: Floor = PROMISED;
const HELD_OUT: Floor = PROMISED;
const FRESH: Floor = PROMISED;
const BLIND: Floor = HARD;

fn is_right(question: &Question, bench: &Workbench) -> bool {
    let request = LookupParameter { query: question.ask.clone(), limit: 10, ..LookupParameter::default() };
    let reply = bench.lookup_parameter(&request).unwrap();
    let found = keys(&reply);
    let is_wanted = |key: &&str| question.facts.iter().any(|wanted| wanted == key);
    match question.kind {
        Kind::Fact => found.iter().take(5).any(is_wanted),
        Kind::Conflict => {
            !question.facts.is_empty()
                && question.facts.iter().all(|wanted| found.iter().take(10).any(|key| key == wanted))
        }
        Kind::Paper => reply.papers.iter().take(5).any(|paper| question.papers.contains(&paper.key)),
        Kind::Unanswerable => !reply.answered && reply.facts.is_empty(),
    }
}

/// Asks every question of a file in plain words, and tells the figures.
#[expect(clippy::print_stdout, reason = "a test's figures, shown with --nocapture")]
fn score(name: &str, floor: &Floor) {
    let path = project().join("tests/questions").join(name);
    let file: QuestionFile = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bench = super::shipped();
    let mut tally: BTreeMap<Kind, (usize, Vec<&str>)> = BTreeMap::new();
    for question in &file.questions {
        let (n_right, wrong) = tally.entry(question.kind).or_default();
        if is_right(question, bench) {
            *n_right += 1;
        } else {
            wrong.push(&question.id);
        }
    }
    let mut table = format!("{name}: {} questions\n", file.questions.len());
    let mut is_kept = true;
    for (kind, (n_right, wrong)) in &tally {
        let n = n_right + wrong.len();
        let share = *n_right as f64 / n as f64;
        is_kept &= share >= floor.of(*kind);
        let least = floor.of(*kind);
        let kind = format!("{kind:?}").to_lowercase();
        table.push_str(&format!(
            "  {kind:<12} {n_right:>3} of {n:>3}  {share:.3}  at least {least:.2}  wrong: {wrong:?}\n"
        ));
    }
    println!("{table}");
    assert_eq!(tally.len(), 4, "a set has questions of every kind\n{table}");
    assert!(is_kept, "a share is below its floor\n{table}");
}

#[test]
fn what_scientists_ask() {
    score("scientists.yaml", &SCIENTISTS);
}

#[test]
fn what_was_held_out() {
    score("held-out.yaml", &HELD_OUT);
}

#[test]
fn what_was_asked_later() {
    score("fresh.yaml", &FRESH);
}

#[test]
fn what_nobody_tuned_for() {
    score("unseen.yaml", &PROMISED);
}

#[test]
fn what_was_asked_blind() {
    score("blind.yaml", &BLIND);
}
