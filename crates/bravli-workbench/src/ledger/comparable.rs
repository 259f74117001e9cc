//! Which facts speak of a pathway like the one at hand.

use super::preparation::difference;
use super::sourced::{Sourced, is_adopted};
use bravli_facts::{Fact, KnowledgeBase, Term};
use bravli_recipe::{Recipe, shell_match};
use std::collections::BTreeSet;

/// One end of a pathway, or a cell: its layers and its class; empty where not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    layers: BTreeSet<char>,
    class: Class,
}

/// Classes that facts and populations can share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Class {
    Excitatory,
    Pv,
    Sst,
    Htr3a,
    /// An interneuron of any class.
    Inhibitory,
    #[default]
    Unknown,
}

/// A population of the recipe as an end.
pub(crate) fn population_end(recipe: &Recipe, name: &str) -> End {
    let population = recipe.populations.iter().find(|population| population.name == name);
    let members = recipe.composition.iter().filter(|group| {
        population.is_some_and(|population| population.mtypes.iter().any(|p| shell_match(p, &group.mtype)))
    });
    let layers = members.flat_map(|group| group.layer.chars()).filter(char::is_ascii_digit).collect();
    let class = match population.map(|population| population.class.as_str()) {
        Some("E") => Class::Excitatory,
        Some("PV") => Class::Pv,
        Some("SST") => Class::Sst,
        Some("HTR3A" | "VIP") => Class::Htr3a,
        Some("I") => Class::Inhibitory,
        _ => Class::Unknown,
    };
    End { layers, class }
}

/// Facts of some quantities that are comparable with `ends` (two for a pathway, one for a cell) and are not `used`, most
/// comparable first: classes, then layers, then preparation, then measurements before models, then by key.
pub(crate) fn rivals<'a>(
    knowledge: &'a KnowledgeBase,
    recipe: &Recipe,
    quantities: &BTreeSet<String>,
    ends: &[End],
    used: &BTreeSet<&str>,
) -> Vec<&'a Fact> {
    let mut scored: Vec<(u32, &Fact)> = knowledge
        .facts()
        .filter(|fact| quantities.contains(&fact.quantity) && !used.contains(fact.id.as_str()))
        .filter_map(|fact| Some((score(knowledge, recipe, fact, ends)?, fact)))
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    scored.into_iter().map(|(_, fact)| fact).collect()
}

/// How comparable a fact is; `None` where neither the classes nor the layers of all ends agree. A fact that names no cell
/// and no layer speaks of all of them, and comes last.
fn score(knowledge: &KnowledgeBase, recipe: &Recipe, fact: &Fact, ends: &[End]) -> Option<u32> {
    if fact.pre.is_none() && fact.post.is_none() && fact.cell.is_none() && fact.layer.is_none() {
        return Some(0);
    }
    let texts = match ends {
        [_, _] => vec![fact.pre.as_deref(), fact.post.as_deref()],
        _ => vec![fact.cell.as_deref()],
    };
    let (mut classes, mut layers) = (0, 0);
    let (mut classes_agree, mut layers_agree) = (true, true);
    for (end, text) in ends.iter().zip(texts) {
        let known = end_of(knowledge, recipe, text.unwrap_or_default(), fact.layer.as_deref());
        match class_score(end.class, known.class) {
            Some(points) => classes += points,
            None => classes_agree = false,
        }
        if known.layers.is_empty() || end.layers.is_empty() {
            // nothing said of the layer: no agreement, and no objection
        } else if known.layers.is_disjoint(&end.layers) {
            layers_agree = false;
        } else {
            layers += if known.layers == end.layers { 3 } else { 2 };
        }
    }
    layers_agree &= layers > 0;
    if !classes_agree && !layers_agree {
        return None;
    }
    let agreement = u32::from(classes_agree) * 40 + u32::from(layers_agree) * 20;
    let at_home = recipe.target.as_ref().is_some_and(|target| difference(knowledge, target, fact).is_none());
    Some(agreement + 2 * (classes + layers) + u32::from(!is_adopted(fact)) * 2 + u32::from(at_home))
}

/// A fact that speaks of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    /// The higher, the closer.
    pub(crate) score: u32,
    /// In what it speaks of something wider or else.
    pub(crate) differs: Vec<String>,
}

/// Whether a fact of a quantity per cell holds for `end`: it names the cell's class and no other layer, or neither.
pub(crate) fn covers(sourced: &Sourced, fact: &Fact, end: &End) -> Option<Cover> {
    let (knowledge, recipe) = (sourced.knowledge(), &sourced.recipe);
    let text = fact.cell.as_deref().or(fact.post.as_deref()).unwrap_or_default();
    let known = end_of(knowledge, recipe, text, fact.layer.as_deref());
    let mut cover = Cover { score: 0, differs: Vec::new() };
    if text.is_empty() && known.layers.is_empty() {
        cover.differs.push("names no cell class or layer".to_owned());
    }
    if !text.is_empty() {
        let points = class_score(end.class, known.class)?;
        cover.score += 8 * points;
        if points < 3 {
            cover.differs.push("of all interneurons".to_owned());
        }
    }
    if !known.layers.is_empty() && !end.layers.is_empty() {
        if known.layers.is_disjoint(&end.layers) {
            return None;
        }
        cover.score += if known.layers == end.layers { 6 } else { 4 };
        if known.layers != end.layers {
            let layers: Vec<String> = known.layers.iter().map(char::to_string).collect();
            cover.differs.push(format!("of layer {}", layers.join("/")));
        }
    }
    match recipe.target.as_ref().map(|target| difference(knowledge, target, fact)) {
        Some(Some(differs)) => cover.differs.push(differs),
        Some(None) => cover.score += 2,
        None => {}
    }
    cover.score += u32::from(!is_adopted(fact));
    Some(cover)
}

/// Points for two classes; `None` where they exclude each other or one is not known.
fn class_score(wanted: Class, found: Class) -> Option<u32> {
    use Class::{Excitatory, Inhibitory, Unknown};
    match (wanted, found) {
        (Unknown, _) | (_, Unknown) => None,
        (a, b) if a == b => Some(3),
        (Excitatory, _) | (_, Excitatory) => None,
        (Inhibitory, _) | (_, Inhibitory) => Some(1),
        _ => None,
    }
}

/// An end as a fact's words name it, for example `L4_SSC`, `L23 PC` or `FS`.
fn end_of(knowledge: &KnowledgeBase, recipe: &Recipe, text: &str, layer: Option<&str>) -> End {
    if let Some(population) = recipe.taxonomy.get(text).and_then(|_| recipe.population_of(text)) {
        let mut end = population_end(recipe, &population.name);
        // an m-type of one layer of its population
        let own = layers_in(text);
        if !own.is_empty() {
            end.layers = own;
        }
        return end;
    }
    let mut layers = layers_in(text);
    if layers.is_empty() {
        layers = layer.map(layers_in).unwrap_or_default();
    }
    End { layers, class: class_in(knowledge, text) }
}

/// Layers named in a text: `L2/3`, `L23_PC`, `layer 4`, `L5A`.
fn layers_in(text: &str) -> BTreeSet<char> {
    let mut layers = BTreeSet::new();
    let lower = text.to_lowercase();
    let chars: Vec<char> = lower.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let starts = i == 0 || !chars[i - 1].is_alphanumeric();
        let rest: String = chars[i..].iter().take(6).collect();
        let skip = if !starts {
            0
        } else if rest.starts_with("layer ") {
            6
        } else if rest.starts_with('l') {
            1
        } else {
            0
        };
        if skip == 0 {
            i += 1;
            continue;
        }
        i += skip;
        while let Some(c) = chars.get(i).filter(|c| c.is_ascii_digit() || matches!(c, '/' | '-')) {
            if ('1'..='6').contains(c) {
                layers.insert(*c);
            }
            i += 1;
        }
    }
    layers
}

/// The class that the words of a text name, by the terms of the library.
fn class_in(knowledge: &KnowledgeBase, text: &str) -> Class {
    // `L4_exc`, `L23PC`: the layer stands before the class
    let bare = |word: &str| {
        let tail = word.trim_start_matches(['L', 'l']).trim_start_matches(|c: char| c.is_ascii_digit() || c == '/');
        if tail.len() < word.len() && word[..word.len() - tail.len()].len() > 1 {
            tail.trim_start_matches(['A', 'B', '_']).to_owned()
        } else {
            word.to_owned()
        }
    };
    let mut found = Class::Unknown;
    for word in std::iter::once(text.to_owned()).chain(text.split([' ', '_', ',', '/', '(', ')']).map(bare)) {
        let class = class_of_word(knowledge, word.trim_end_matches(['1', '2']));
        if class != Class::Unknown && (found == Class::Unknown || found == Class::Inhibitory) {
            found = class;
        }
    }
    found
}

/// The class of a word: a name of a cell type, or E or I.
fn class_of_word(knowledge: &KnowledgeBase, word: &str) -> Class {
    match word {
        "E" | "spiny" => return Class::Excitatory,
        "I" => return Class::Inhibitory,
        "" => return Class::Unknown,
        _ => {}
    }
    let goes_by = |name: &str| name.eq_ignore_ascii_case(word);
    let named = |term: &&Term| {
        term.kind == "celltype"
            && (goes_by(&term.key) || goes_by(&term.label) || term.exact.iter().any(|exact| goes_by(exact)))
    };
    let mut at = knowledge.terms().find(named);
    let mut generic = Class::Unknown;
    for _ in 0..16 {
        let Some(term) = at else { break };
        let near = |word: &str| term.related.iter().any(|related| related.eq_ignore_ascii_case(word));
        match term.key.as_str() {
            "exc" => return Class::Excitatory,
            "pv" | "fs" => return Class::Pv,
            "sst" => return Class::Sst,
            "ht3a" | "vip" => return Class::Htr3a,
            "gaba" => generic = Class::Inhibitory,
            _ if near("PV") => return Class::Pv,
            _ if near("5HT3aR") || near("NDNF") => return Class::Htr3a,
            _ => {}
        }
        at = term.broader.as_deref().and_then(|key| knowledge.term(key));
    }
    generic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_read_from_the_ways_records_write_them() {
        let layers = |text: &str| layers_in(text).into_iter().collect::<String>();
        assert_eq!(layers("L23_PC"), "23");
        assert_eq!(layers("L2/3 PV"), "23");
        assert_eq!(layers("L5A exc"), "5");
        assert_eq!(layers("somatosensory cortex layer 2/3 fast spiking cell"), "23");
        assert_eq!(layers("VPM"), "");
        assert_eq!(layers("LBC, NBC"), "");
    }

    #[test]
    fn classes_are_read_from_the_words_of_records() {
        let terms = "schema: bravli-terms/1\nterms:\n- {key: gaba, kind: celltype, label: GABAergic neuron, exact: [interneuron]}\n\
                     - {key: exc, kind: celltype, label: excitatory neuron, exact: [EXC]}\n\
                     - {key: pc, kind: celltype, label: pyramidal neuron, exact: [PC], broader: exc}\n\
                     - {key: ttpc, kind: celltype, label: thick-tufted, exact: [TTPC], broader: pc}\n\
                     - {key: lbc, kind: celltype, label: large basket cell, exact: [LBC], related: [PV], broader: gaba}\n\
                     - {key: sst, kind: celltype, label: SST cell, exact: [SST], broader: gaba}\n\
                     - {key: mc, kind: celltype, label: Martinotti cell, exact: [MC], broader: sst}\n";
        let (base, _) = KnowledgeBase::from_texts([("terms/a.yaml", terms)]).unwrap_or_default();
        let class = |text: &str| class_in(&base, text);
        for text in ["L23PC", "L5_TTPC1", "L4exc", "E", "L4 exc", "pyramidal neuron"] {
            assert_eq!(class(text), Class::Excitatory, "{text}");
        }
        assert_eq!(class("L23_LBC"), Class::Pv);
        assert_eq!(class("MC"), Class::Sst);
        assert_eq!(class("L4 interneuron"), Class::Inhibitory);
        assert_eq!(class("NFS"), Class::Unknown);
        assert_eq!(class_score(Class::Pv, Class::Inhibitory), Some(1));
        assert_eq!((class_score(Class::Pv, Class::Sst), class_score(Class::Pv, Class::Unknown)), (None, None));
    }
}
