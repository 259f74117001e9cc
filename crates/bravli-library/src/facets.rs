//! How many rows are of what.

use crate::entry::Entry;
use crate::filter::sides;
use crate::hit::HitKind;
use crate::thesaurus::{TermId, Thesaurus};
use std::collections::BTreeMap;

/// Most values of one facet.
const MOST_VALUES: usize = 8;

/// Names of the facets.
const NAMES: [&str; 8] = ["kind", "quantity", "species", "region", "layer", "state", "evidence", "verification"];

/// Values of every record, by number.
#[derive(Debug, Default)]
pub(crate) struct Facets {
    /// Facet and text of every value.
    values: Vec<(usize, String)>,
    /// Numbers of the values of each record.
    of: Vec<Vec<u32>>,
}

impl Facets {
    pub(crate) fn build(entries: &[Entry], thesaurus: &Thesaurus) -> Self {
        let mut numbers: BTreeMap<(usize, String), u32> = BTreeMap::new();
        let mut all = Self::default();
        for entry in entries {
            let mut of = Vec::new();
            for (facet, values) in values(entry, thesaurus).into_iter().enumerate() {
                for value in values {
                    let fresh = numbers.len() as u32;
                    let number = *numbers.entry((facet, value.clone())).or_insert(fresh);
                    if number == fresh {
                        all.values.push((facet, value));
                    }
                    of.push(number);
                }
            }
            all.of.push(of);
        }
        all
    }

    /// Counts over records: facet, then value and count, most first.
    pub(crate) fn count(&self, records: impl Iterator<Item = usize>) -> Vec<(&'static str, Vec<(String, usize)>)> {
        let mut counts = vec![0_usize; self.values.len()];
        for at in records {
            for number in &self.of[at] {
                counts[*number as usize] += 1;
            }
        }
        let mut facets: Vec<(&'static str, Vec<(String, usize)>)> = NAMES.map(|name| (name, Vec::new())).into();
        for ((facet, value), count) in self.values.iter().zip(counts).filter(|(_, count)| *count > 0) {
            facets[*facet].1.push((value.clone(), count));
        }
        for (_, values) in &mut facets {
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            values.truncate(MOST_VALUES);
        }
        facets.retain(|(_, values)| !values.is_empty());
        facets
    }
}

/// Values of one record, by facet.
fn values(entry: &Entry, thesaurus: &Thesaurus) -> [Vec<String>; 8] {
    let aspects = &entry.aspects;
    let keys = |ids: &[TermId]| ids.iter().map(|id| thesaurus.entry(*id).key.clone()).collect::<Vec<_>>();
    let mut layers: Vec<String> =
        sides(aspects).map(|cells| cells.layers.text()).filter(|text| !text.is_empty()).collect();
    layers.sort_unstable();
    layers.dedup();
    let word = |value: &dyn std::fmt::Debug| vec![format!("{value:?}").to_lowercase()];
    [
        word(&entry.hit.kind),
        if entry.hit.kind == HitKind::Fact { vec![entry.hit.title.clone()] } else { Vec::new() },
        keys(&aspects.species),
        keys(&aspects.regions),
        layers,
        keys(&aspects.states),
        entry.hit.evidence.map(|evidence| word(&evidence)).unwrap_or_default(),
        word(&entry.hit.verification),
    ]
}
