//! Records as the index sees them.

use crate::hit::{Hit, HitKind};
use crate::tokens::{Cutter, Word};
use bravli_facts::{Fact, KnowledgeBase, Paper, Spread, Verification};
use std::collections::BTreeSet;

/// Factor on the score of a fact nobody has seen in its source: enough to lose against an equal fact that was seen, too
/// little to lose against one about something else.
const REMEMBERED: f32 = 0.8;

/// Longest snippet, in characters.
const SNIPPET_CHARS: usize = 260;

/// One record, with its words by field.
pub(crate) struct Entry {
    pub(crate) hit: Hit,
    pub(crate) weight: f32,
    /// What the record is about: quantity, layer, cells, region, species.
    pub(crate) key: Vec<Word>,
    /// Everything else.
    pub(crate) body: Vec<Word>,
    pub(crate) pre: Vec<Word>,
    pub(crate) post: Vec<Word>,
    /// All tokens, for telling which words matched.
    pub(crate) tokens: BTreeSet<String>,
    /// Sentences to choose a snippet from.
    sentences: Vec<String>,
}

/// Entries of all papers, then all facts, each by key.
pub(crate) fn entries(base: &KnowledgeBase, cutter: &mut Cutter) -> Vec<Entry> {
    let papers: Vec<Entry> = base.papers().map(|paper| of_paper(paper, cutter)).collect();
    let facts = base.facts().map(|fact| of_fact(fact, base.paper(&fact.source), cutter));
    papers.into_iter().chain(facts).collect()
}

fn of_paper(paper: &Paper, cutter: &mut Cutter) -> Entry {
    // title and text in one field: a short field of its own would win by its length alone
    let body = [
        paper.title.as_str(),
        &paper.topics.join(", "),
        &paper.region.join(", "),
        &paper.species.join(", "),
        &paper.summary,
        &paper.authors,
        &paper.year.to_string(),
        &paper.id,
    ]
    .join(" . ");
    let sentences = paper.summary.split_inclusive(['.', ';']).map(|sentence| sentence.trim().to_owned()).collect();
    let hit = Hit {
        kind: HitKind::Paper,
        key: paper.id.clone(),
        title: paper.title.clone(),
        snippet: String::new(),
        score: 0.0,
        matched: Vec::new(),
        value: None,
        unit: None,
        spread: None,
        n: None,
        evidence: None,
        source: format!("{} ({})", paper.authors, paper.year),
        locator: None,
        verification: paper.verification,
    };
    Entry::new(hit, 1.0, Fields { body: &body, ..Fields::default() }, sentences, cutter)
}

fn of_fact(fact: &Fact, paper: Option<&Paper>, cutter: &mut Cutter) -> Entry {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let (pre, post) = (text(&fact.pre), text(&fact.post));
    let key = [
        fact.quantity.clone(),
        text(&fact.layer),
        text(&fact.cell),
        pre.clone(),
        post.clone(),
        text(&fact.region),
        text(&fact.species),
    ]
    .join(" , ");
    let from = paper.map_or_else(|| fact.source.clone(), |paper| format!("{} {}", paper.authors, paper.year));
    let body = [text(&fact.note), text(&fact.method), text(&fact.state), text(&fact.age), fact.source.clone(), from];
    let hit = Hit {
        kind: HitKind::Fact,
        key: fact.id.clone(),
        title: fact.quantity.clone(),
        snippet: String::new(),
        score: 0.0,
        matched: Vec::new(),
        value: Some(fact.value.clone()),
        unit: Some(fact.unit.clone()),
        spread: Some(fact.labelled_spread()).filter(|spread| *spread != Spread::NotReported),
        n: fact.n.clone(),
        evidence: Some(fact.evidence),
        source: paper.map_or_else(|| fact.source.clone(), |paper| format!("{} ({})", fact.source, paper.year)),
        locator: fact.locator.clone(),
        verification: fact.verification,
    };
    let weight = if fact.verification == Verification::Seen { 1.0 } else { REMEMBERED };
    let fields = Fields { key: &key, body: &body.join(" . "), pre: &pre, post: &post };
    Entry::new(hit, weight, fields, vec![place_of(fact)], cutter)
}

/// `L23 EXC → FS, mouse, barrel cortex, in vitro slice; note`.
fn place_of(fact: &Fact) -> String {
    let pathway = match (&fact.pre, &fact.post) {
        (Some(pre), Some(post)) => Some(format!("{pre} → {post}")),
        (pre, post) => pre.clone().or_else(|| post.clone()),
    };
    let parts = [&fact.layer, &fact.cell, &pathway, &fact.species, &fact.region, &fact.age, &fact.state, &fact.method];
    let mut place: Vec<&str> = Vec::new();
    for part in parts.into_iter().flatten() {
        if !place.contains(&part.as_str()) {
            place.push(part);
        }
    }
    let note = fact.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
    format!("{}{note}", place.join(", "))
}

#[derive(Default)]
struct Fields<'a> {
    key: &'a str,
    body: &'a str,
    pre: &'a str,
    post: &'a str,
}

impl Entry {
    fn new(hit: Hit, weight: f32, fields: Fields<'_>, sentences: Vec<String>, cutter: &mut Cutter) -> Self {
        let [key, body, pre, post] = [fields.key, fields.body, fields.pre, fields.post].map(|text| cutter.cut(text));
        let tokens = key.iter().chain(&body).flat_map(|word| word.tokens.iter().cloned()).collect();
        Self { hit, weight, key, body, pre, post, tokens, sentences }
    }

    /// The sentence that shares most words with `tokens`, the first of equals, cut to a row's length.
    pub(crate) fn snippet(&self, tokens: &[String], cutter: &mut Cutter) -> String {
        let mut best: (usize, &str) = (0, self.sentences.first().map_or("", String::as_str));
        if self.sentences.len() > 1 {
            for sentence in &self.sentences {
                let words = cutter.cut(sentence);
                let shared = |token: &&String| words.iter().any(|word| word.tokens.contains(token));
                let n_shared = tokens.iter().filter(shared).count();
                if n_shared > best.0 {
                    best = (n_shared, sentence);
                }
            }
        }
        if best.1.chars().count() <= SNIPPET_CHARS {
            return best.1.to_owned();
        }
        let cut: String = best.1.chars().take(SNIPPET_CHARS).collect();
        let end = cut.rfind(' ').unwrap_or(cut.len());
        format!("{}…", &cut[..end])
    }
}
