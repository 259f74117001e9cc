//! Terms as things to find in texts, with what is wider, narrower and near.

use crate::german::Glossary;
use crate::layers::Layers;
use crate::phrasing::Phrasings;
use crate::tokens::{Cutter, Word};
use bravli_facts::Term;
use std::collections::{BTreeMap, HashMap};

/// Weight of a word that means the same.
pub(crate) const EXACT: f32 = 0.5;

/// Weight of a word that is near.
pub(crate) const RELATED: f32 = 0.25;

/// Deepest chain of wider terms.
const MAX_DEPTH: usize = 16;

/// Abbreviations that are words as well: they count as terms only in upper case as typed.
const SHORT_WORDS: [&str; 17] =
    ["in", "it", "si", "po", "et", "pe", "pt", "no", "as", "ca", "id", "std", "use", "so", "is", "do", "acc"];

/// What a term names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Cell,
    Layer,
    Region,
    Species,
    State,
    Quantity,
    /// Ways to ask for a quantity without naming it; never found as a spelling.
    Phrasing,
    /// German words; read before anything else.
    Glossary,
    Concept,
}

/// Index of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermId(u32);

/// How a term of a record stands to the term asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    Different,
    /// Near, never the same: PV and fast-spiking.
    Related,
    /// The record speaks of the wider term.
    Wider,
    /// The record speaks of a part.
    Narrower,
    Same,
}

/// A spelling: tokens that must all be there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) text: String,
    pub(crate) tokens: Vec<String>,
    pub(crate) weight: f32,
}

/// A term, cut into words.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) quantities: Vec<String>,
    /// Label and exact synonyms: what finds the term, and what it widens to.
    pub(crate) exact: Vec<Form>,
    pub(crate) related: Vec<Form>,
    wider: Vec<TermId>,
    near: Vec<TermId>,
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Words it stands on: first, and one past the last.
    pub(crate) words: (usize, usize),
    /// Terms of that spelling.
    pub(crate) terms: Vec<TermId>,
    /// Whether the spelling is only near the terms'.
    pub(crate) is_related: bool,
}

/// All terms.
#[derive(Debug, Default)]
pub(crate) struct Thesaurus {
    terms: Vec<Entry>,
    keys: BTreeMap<String, TermId>,
    /// Terms by the first token of a spelling: term, whether the spelling is exact, and its place in the list.
    starts: HashMap<String, Vec<(TermId, bool, usize)>>,
    pub(crate) phrasings: Phrasings,
    pub(crate) glossary: Glossary,
}

impl Thesaurus {
    pub(crate) fn build<'a>(terms: impl Iterator<Item = &'a Term>, cutter: &mut Cutter) -> Self {
        let records: Vec<&Term> = terms.collect();
        let mut all = Self::default();
        for (at, term) in records.iter().enumerate() {
            all.keys.insert(term.key.clone(), TermId(at as u32));
            let mut forms = |texts: &mut dyn Iterator<Item = &String>, weight: f32| {
                let mut forms: Vec<Form> = Vec::new();
                for text in texts {
                    let tokens = first_tokens(&cutter.cut(text));
                    if !tokens.is_empty() && forms.iter().all(|form| form.tokens != tokens) {
                        forms.push(Form { text: text.clone(), tokens, weight });
                    }
                }
                forms
            };
            let kind = kind(&term.kind);
            let is_spelled = !matches!(kind, Kind::Phrasing | Kind::Glossary);
            all.terms.push(Entry {
                key: term.key.clone(),
                kind,
                label: term.label.clone(),
                quantities: term.quantities.clone(),
                exact: forms(&mut std::iter::once(&term.label).chain(&term.exact).filter(|_| is_spelled), EXACT),
                related: forms(&mut term.related.iter().filter(|_| is_spelled), RELATED),
                wider: Vec::new(),
                near: Vec::new(),
            });
        }
        all.phrasings = Phrasings::build(records.iter().copied().filter(|term| term.kind == "phrasing"), cutter);
        all.glossary = Glossary::build(records.iter().copied().filter(|term| term.kind == "german"));
        all.link(&records);
        for (at, term) in all.terms.iter().enumerate() {
            for (is_exact, forms) in [(true, &term.exact), (false, &term.related)] {
                for (nth, form) in forms.iter().enumerate() {
                    let start = all.starts.entry(form.tokens[0].clone()).or_default();
                    start.push((TermId(at as u32), is_exact, nth));
                }
            }
        }
        all
    }

    /// Chains of wider terms, and terms whose spelling another names as near.
    fn link(&mut self, records: &[&Term]) {
        let parent: Vec<Option<TermId>> =
            records.iter().map(|term| term.broader.as_ref().and_then(|key| self.keys.get(key).copied())).collect();
        let mut spelled: HashMap<Vec<String>, Vec<TermId>> = HashMap::new();
        for (id, term) in self.all() {
            for form in &term.exact {
                spelled.entry(form.tokens.clone()).or_default().push(id);
            }
        }
        for at in 0..self.terms.len() {
            let mut wider = Vec::new();
            let mut next = parent[at];
            // a chain that bites its own tail ends
            while let Some(up) = next.filter(|up| wider.len() < MAX_DEPTH && up.0 as usize != at && !wider.contains(up))
            {
                wider.push(up);
                next = parent[up.0 as usize];
            }
            let kind = self.terms[at].kind;
            let named = |form: &Form| {
                let by_kind = spelled.get(&form.tokens)?;
                by_kind.iter().find(|id| self.terms[id.0 as usize].kind == kind).copied()
            };
            let near = self.terms[at].related.iter().filter_map(named).collect();
            self.terms[at].wider = wider;
            self.terms[at].near = near;
        }
    }

    pub(crate) fn entry(&self, id: TermId) -> &Entry {
        &self.terms[id.0 as usize]
    }

    pub(crate) fn by_key(&self, key: &str) -> Option<TermId> {
        self.keys.get(key).copied()
    }

    /// All terms, with their index.
    pub(crate) fn all(&self) -> impl Iterator<Item = (TermId, &Entry)> {
        self.terms.iter().enumerate().map(|(at, term)| (TermId(at as u32), term))
    }

    /// How `held` stands to `asked`.
    pub(crate) fn relation(&self, asked: TermId, held: TermId) -> Relation {
        let (a, b) = (self.entry(asked), self.entry(held));
        if asked == held {
            Relation::Same
        } else if b.wider.contains(&asked) {
            Relation::Narrower
        } else if a.wider.contains(&held) {
            Relation::Wider
        } else if a.near.contains(&held) || b.wider.iter().any(|wider| a.near.contains(wider)) {
            Relation::Related
        } else {
            Relation::Different
        }
    }

    /// Whether `id` is `top` or lies under it.
    pub(crate) fn is_within(&self, id: TermId, top: TermId) -> bool {
        id == top || self.entry(id).wider.contains(&top)
    }

    /// Whether both lie right under one wider term.
    pub(crate) fn share_parent(&self, a: TermId, b: TermId) -> bool {
        let parent = |id| self.entry(id).wider.first();
        parent(a).is_some() && parent(a) == parent(b)
    }

    /// A term and all that is wider.
    pub(crate) fn with_wider(&self, id: TermId) -> impl Iterator<Item = TermId> {
        std::iter::once(id).chain(self.entry(id).wider.iter().copied())
    }

    /// Terms near another.
    pub(crate) fn near(&self, id: TermId) -> impl Iterator<Item = TermId> {
        self.entry(id).near.iter().copied()
    }

    /// Terms that a text names, each at its longest spelling, without overlaps, in the order of the text.
    ///
    /// Spellings that are only near a quantity count where no exact one does.
    pub(crate) fn find(&self, words: &[Word]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            // `LBC/NBC` are two, `L2/3` is one
            let is_list = words[at].raw.contains('/') && words[at].raw.split('/').all(|part| part.len() > 1);
            let parts = if is_list { self.parts(words, at) } else { None };
            match parts.or_else(|| self.longest(words, at, true)).or_else(|| self.longest(words, at, false)) {
                Some(hit) => {
                    at = hit.words.1;
                    found.push(hit);
                }
                None => {
                    found.extend(self.parts(words, at));
                    at += 1;
                }
            }
        }
        found
    }

    fn longest(&self, words: &[Word], start: usize, exact: bool) -> Option<Found> {
        let first = words[start].tokens.first()?;
        let mut best: Option<Found> = None;
        for (id, is_exact, nth) in self.starts.get(first)? {
            let term = self.entry(*id);
            let form = if *is_exact { &term.exact[*nth] } else { &term.related[*nth] };
            if *is_exact != exact || !(exact || term.kind == Kind::Quantity) || !spelled(form, &words[start..]) {
                continue;
            }
            let end = start + form.tokens.len();
            match &mut best {
                Some(hit) if hit.words.1 > end => {}
                Some(hit) if hit.words.1 == end => {
                    if !hit.terms.contains(id) {
                        hit.terms.push(*id);
                    }
                }
                _ => best = Some(Found { words: (start, end), terms: vec![*id], is_related: !exact }),
            }
        }
        best
    }

    /// Cells inside a compound such as `L23_PC`, whose whole is no term.
    fn parts(&self, words: &[Word], at: usize) -> Option<Found> {
        let word = &words[at];
        // what is non-pyramidal is not pyramidal
        if word.raw.to_lowercase().starts_with("non") {
            return None;
        }
        let is_layered = word.tokens.iter().any(|token| Layers::of_token(token).is_some());
        if !word.raw.contains(['_', ':', '/', '-']) && !is_layered {
            return None;
        }
        let mut terms = Vec::new();
        // PD14 writes L4E and L4I
        let is_part = |token: &&String| token.len() > 1 || (is_layered && matches!(token.as_str(), "e" | "i"));
        for token in word.tokens.iter().skip(1).filter(is_part) {
            for (id, is_exact, nth) in self.starts.get(token).into_iter().flatten() {
                let term = self.entry(*id);
                let is_cell = term.kind == Kind::Cell && *is_exact && term.exact[*nth].tokens.len() == 1;
                if is_cell && !terms.contains(id) {
                    terms.push(*id);
                }
            }
        }
        (!terms.is_empty()).then_some(Found { words: (at, at + 1), terms, is_related: false })
    }
}

fn spelled(form: &Form, words: &[Word]) -> bool {
    form.tokens.len() <= words.len()
        && form.tokens.iter().zip(words).all(|(token, word)| {
            word.tokens.first() == Some(token)
                // "in" is no interneuron, "IN" may be; a single letter is meant as it is written
                && (!(SHORT_WORDS.contains(&token.as_str()) || token.len() == 1)
                    || form.tokens.len() > 1
                    || (word.raw.chars().all(|c| !c.is_lowercase()) && word.raw != "I"))
        })
}

fn kind(text: &str) -> Kind {
    match text {
        "celltype" => Kind::Cell,
        "layer" => Kind::Layer,
        "region" => Kind::Region,
        "species" => Kind::Species,
        "state" => Kind::State,
        "quantity" => Kind::Quantity,
        "phrasing" => Kind::Phrasing,
        "german" => Kind::Glossary,
        _ => Kind::Concept,
    }
}

/// First tokens of words: what a text asks for.
pub(crate) fn first_tokens(words: &[Word]) -> Vec<String> {
    words.iter().filter_map(|word| word.tokens.first().cloned()).collect()
}
