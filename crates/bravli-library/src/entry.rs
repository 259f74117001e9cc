//! Records as the index sees them.

use crate::age::Age;
use crate::cells::{Cells, is_class};
use crate::hit::{Hit, HitKind};
use crate::ids::Ids;
use crate::layers::Overlap;
use crate::thesaurus::{Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Word};
use bravli_facts::{Confidence, EvidenceKind, Fact, KnowledgeBase, Paper, Spread, Verification};
use std::collections::BTreeSet;

/// One record, with its words by field.
pub(crate) struct Entry {
    pub(crate) hit: Hit,
    /// What a fact is about: quantity, layer, cells, region, species; empty for a paper.
    pub(crate) key: Vec<Word>,
    /// Everything else.
    pub(crate) body: Vec<Word>,
    /// Numbers of all tokens, sorted, for telling which words a record holds.
    tokens: Vec<u32>,
    /// Sentences to choose a snippet from.
    pub(crate) sentences: Vec<String>,
    pub(crate) aspects: Aspects,
}

/// What filters and agreement look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aspects {
    pub(crate) ends: Option<(Cells, Cells)>,
    pub(crate) cell: Cells,
    pub(crate) species: Vec<TermId>,
    pub(crate) regions: Vec<TermId>,
    pub(crate) states: Vec<TermId>,
    pub(crate) age: Option<Age>,
    pub(crate) year: i32,
    /// Receptors that a fact is of: `ampa`, `nmda`, `gabaa`, `gabab`.
    pub(crate) receptors: Vec<&'static str>,
    /// Family names in lower case.
    pub(crate) authors: BTreeSet<String>,
    pub(crate) source: String,
    pub(crate) confidence: Option<Confidence>,
}

/// Entries of all papers, then all facts, each by key.
pub(crate) fn entries(base: &KnowledgeBase, thesaurus: &Thesaurus, cutter: &mut Cutter, ids: &mut Ids) -> Vec<Entry> {
    let mut reader = Reader { thesaurus, cutter, ids };
    let papers: Vec<Entry> = base.papers().map(|paper| reader.paper(paper)).collect();
    let facts = base.facts().map(|fact| reader.fact(fact, base.paper(&fact.source)));
    papers.into_iter().chain(facts).collect()
}

struct Reader<'a> {
    thesaurus: &'a Thesaurus,
    cutter: &'a mut Cutter,
    ids: &'a mut Ids,
}

impl Reader<'_> {
    fn paper(&mut self, paper: &Paper) -> Entry {
        // title and text in one field: a short field of its own would win by its length alone
        let body = [
            paper.title.as_str(),
            &paper.topics.join(", "),
            &paper.region.join(", "),
            &paper.species.join(", "),
            &paper.summary,
            &paper.authors,
            &year_text(paper.year),
            &paper.id,
            &paper.aliases.join(", "),
        ]
        .join(" . ");
        let hit = Hit {
            kind: HitKind::Paper,
            key: paper.id.clone(),
            title: paper.title.clone(),
            source: format!("{} ({})", paper.authors, paper.year),
            verification: paper.verification,
            ..Hit::default()
        };
        let species = self.terms(&paper.species.join(" , "), Kind::Species);
        let regions = self.terms(&paper.region.join(" , "), Kind::Region);
        let topics = self.cutter.cut(&format!("{} . {}", paper.title, paper.topics.join(" . ")));
        let aspects = Aspects {
            cell: Cells::of_words(&topics, self.thesaurus),
            species,
            regions,
            year: paper.year,
            authors: family_names(paper),
            source: paper.id.clone(),
            ..Aspects::default()
        };
        let sentences = paper.summary.split_inclusive(['.', ';']).map(|sentence| sentence.trim().to_owned()).collect();
        self.entry(hit, "", &body, sentences, aspects)
    }

    fn fact(&mut self, fact: &Fact, paper: Option<&Paper>) -> Entry {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let key = [
            fact.quantity.clone(),
            text(&fact.layer),
            text(&fact.cell),
            text(&fact.pre),
            text(&fact.post),
            text(&fact.region),
            text(&fact.species),
        ]
        .join(" , ");
        let from = paper.map_or_else(|| fact.source.clone(), |paper| format!("{} {}", paper.authors, paper.year));
        let body = [
            text(&fact.note),
            text(&fact.method),
            text(&fact.state),
            text(&fact.age),
            text(&fact.strain),
            fact.source.clone(),
            fact.id.rsplit(':').next().unwrap_or_default().to_owned(),
            from,
        ]
        .join(" . ");
        let hit = Hit {
            kind: HitKind::Fact,
            key: fact.id.clone(),
            title: fact.quantity.clone(),
            value: Some(fact.value.clone()),
            unit: Some(fact.unit.clone()),
            spread: Some(fact.labelled_spread()).filter(|spread| *spread != Spread::NotReported),
            n: fact.n.clone(),
            evidence: Some(fact.evidence),
            source: paper.map_or_else(|| fact.source.clone(), |paper| format!("{} ({})", fact.source, paper.year)),
            locator: fact.locator.clone(),
            verification: fact.verification,
            ..Hit::default()
        };
        let aspects = self.aspects(fact, paper);
        self.entry(hit, &key, &body, vec![place_of(fact)], aspects)
    }

    fn aspects(&mut self, fact: &Fact, paper: Option<&Paper>) -> Aspects {
        let mut cells =
            |field: &Option<String>| field.as_ref().map(|text| Cells::of_words(&self.cutter.cut(text), self.thesaurus));
        let layer = cells(&fact.layer).unwrap_or_default().layers;
        let mut cell = cells(&fact.cell).unwrap_or_default();
        let mut ends = match (cells(&fact.pre), cells(&fact.post)) {
            (None, None) => None,
            (pre, post) => Some((pre.unwrap_or_default(), post.unwrap_or_default())),
        };
        match &mut ends {
            // the layer of a pair is that of both cells, unless one of them names its own
            Some((pre, post)) if pre.layers.is_empty() && post.layers.is_empty() => {
                (pre.layers, post.layers) = (layer, layer);
            }
            // or of the cell that names none, where the other one's agrees
            Some((pre, post)) => {
                let agrees =
                    |cells: &Cells| !matches!(layer.overlap(cells.layers), Overlap::Different | Overlap::Unstated);
                if pre.layers.is_empty() && agrees(post) {
                    pre.layers = layer;
                } else if post.layers.is_empty() && agrees(pre) {
                    post.layers = layer;
                }
            }
            None if cell.layers.is_empty() => cell.layers = layer,
            None => {}
        }
        let regions = self.terms(fact.region.as_deref().unwrap_or_default(), Kind::Region);
        if ends.is_none() {
            // cells of a place outside the cortex are named by it
            cell.classes.extend(regions.iter().filter(|id| is_class(**id, self.thesaurus)));
            cell.classes.dedup();
        }
        Aspects {
            ends,
            cell,
            species: self.terms(fact.species.as_deref().unwrap_or_default(), Kind::Species),
            regions,
            states: self.terms(fact.state.as_deref().unwrap_or_default(), Kind::State),
            receptors: receptors(&format!(
                "{} {}",
                fact.cell.as_deref().unwrap_or_default(),
                fact.id.rsplit(':').next().unwrap_or_default()
            )),
            age: fact.age.as_deref().and_then(Age::of_text),
            year: paper.map_or(0, |paper| paper.year),
            authors: paper.map(family_names).unwrap_or_default(),
            source: fact.source.clone(),
            confidence: fact.confidence,
        }
    }

    fn terms(&mut self, text: &str, kind: Kind) -> Vec<TermId> {
        let words = self.cutter.cut(text);
        let found = self.thesaurus.find(&words).into_iter().flat_map(|found| found.terms);
        let mut terms: Vec<TermId> = found.filter(|id| self.thesaurus.entry(*id).kind == kind).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    fn entry(&mut self, hit: Hit, key: &str, body: &str, sentences: Vec<String>, aspects: Aspects) -> Entry {
        let (key, body) = (self.cutter.cut(key), self.cutter.cut(body));
        let mut tokens: Vec<u32> =
            key.iter().chain(&body).flat_map(|word| &word.tokens).map(|token| self.ids.take(token)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        Entry { hit, key, body, tokens, sentences, aspects }
    }
}

impl Entry {
    /// Whether it holds the token of this number.
    pub(crate) fn holds(&self, id: u32) -> bool {
        self.tokens.binary_search(&id).is_ok()
    }

    /// What makes a fact better or worse evidence, whatever is asked: 1 for a measured number that was seen.
    pub(crate) fn trust(&self, wants_model: bool) -> f32 {
        let evidence = match self.hit.evidence {
            Some(EvidenceKind::Measured) if wants_model => 0.85,
            Some(EvidenceKind::Model | EvidenceKind::Recipe) if wants_model => 1.1,
            None | Some(EvidenceKind::Measured) => 1.0,
            Some(EvidenceKind::Fit | EvidenceKind::Derived) => 0.96,
            Some(EvidenceKind::Review | EvidenceKind::Secondary) => 0.92,
            Some(EvidenceKind::Quoted) => 0.86,
            Some(EvidenceKind::Model | EvidenceKind::Recipe) => 0.84,
            Some(EvidenceKind::Assumption) => 0.7,
        };
        let seen =
            if self.hit.kind == HitKind::Paper || self.hit.verification == Verification::Seen { 1.0 } else { 0.85 };
        let confidence = match self.aspects.confidence {
            Some(Confidence::Low) => 0.95,
            Some(Confidence::High) => 1.02,
            _ => 1.0,
        };
        evidence * seen * confidence
    }
}

/// Receptors that a text names, however it is written.
pub(crate) fn receptors(text: &str) -> Vec<&'static str> {
    let plain: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut found: Vec<&'static str> =
        ["ampa", "nmda", "gabaa", "gabab"].into_iter().filter(|name| plain.contains(name)).collect();
    if found.iter().all(|name| !name.starts_with("gaba")) && text.contains("GABA") && !plain.contains("gabaerg") {
        found.extend(["gabaa", "gabab"]);
    }
    found
}

/// The year as a word; 0 stands for none.
fn year_text(year: i32) -> String {
    if year == 0 { String::new() } else { year.to_string() }
}

/// Family names: the first words of each author, without initials.
fn family_names(paper: &Paper) -> BTreeSet<String> {
    let folded = crate::fold::fold(&paper.authors);
    let mut names = BTreeSet::new();
    for author in folded.split([',', ';']).flat_map(|part| part.split(" and ")) {
        let words: Vec<&str> = author.split_whitespace().collect();
        // initials follow a person's name; an institution has none
        let is_initials = |word: &&str| word.len() <= 5 && word.chars().all(|c| c.is_uppercase() || ".-".contains(c));
        let Some((_, family)) = words.split_last().filter(|(last, _)| is_initials(last)) else { continue };
        names.extend(family.iter().map(|word| word.trim_matches('.').to_lowercase()).filter(|word| word.len() > 2));
    }
    names.extend(paper.aliases.iter().map(|alias| alias.to_lowercase()));
    names
}

/// `L23 EXC → FS, mouse, barrel cortex, in vitro slice; note`.
pub(crate) fn place_of(fact: &Fact) -> String {
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
