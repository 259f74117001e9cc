//! Which m-types correspond, and how many cells the layers hold.

use crate::{RENAMED, Recipe};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An m-type of the first recipe and what the second calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameChange {
    /// In the first.
    pub from: String,
    /// In the second; several where one type was split.
    pub to: Vec<String>,
    /// Whether the match is inferred rather than stated anywhere.
    pub inferred: bool,
}

/// Correspondence of m-types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MtypeMap {
    /// m-type of the first → m-types of the second.
    pub pairs: BTreeMap<String, Vec<String>>,
    /// Those under another name.
    pub renamed: Vec<NameChange>,
    /// Of the first, without a counterpart.
    pub removed: Vec<String>,
    /// Of the second, without a counterpart.
    pub added: Vec<String>,
}

impl MtypeMap {
    /// Matches m-types by name, else by the names that changed between generations, either way.
    #[must_use]
    pub fn new(first: &Recipe, second: &Recipe) -> Self {
        let mtypes = |recipe: &Recipe| -> BTreeSet<String> {
            let named = recipe.mtypes_named();
            if named.is_empty() {
                recipe.taxonomy.keys().cloned().collect()
            } else {
                named.into_iter().cloned().collect()
            }
        };
        let (a, b) = (mtypes(first), mtypes(second));
        let mut map = Self { pairs: BTreeMap::new(), renamed: Vec::new(), removed: Vec::new(), added: Vec::new() };
        let mut met: BTreeSet<&String> = BTreeSet::new();
        for mtype in &a {
            if let Some(same) = b.get(mtype) {
                met.insert(same);
                map.pairs.insert(mtype.clone(), vec![same.clone()]);
                continue;
            }
            let forward =
                RENAMED.iter().filter(|r| r.older == mtype).flat_map(|r| r.newer.iter().map(move |n| (*n, r)));
            let back = RENAMED.iter().filter(|r| r.newer.contains(&mtype.as_str())).map(|r| (r.older, r));
            let found: Vec<_> =
                forward.chain(back).filter_map(|(name, r)| b.get(name).map(|own| (own, r.inferred))).collect();
            if found.is_empty() {
                map.removed.push(mtype.clone());
                continue;
            }
            let to: Vec<String> = found.iter().map(|(own, _)| (*own).clone()).collect();
            met.extend(found.iter().map(|(own, _)| *own));
            let inferred = found.iter().any(|(_, inferred)| *inferred);
            map.pairs.insert(mtype.clone(), to.clone());
            map.renamed.push(NameChange { from: mtype.clone(), to, inferred });
        }
        map.added = b.iter().filter(|mtype| !met.contains(mtype)).cloned().collect();
        map
    }
}

/// Cells of one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerChange {
    /// Layer.
    pub layer: String,
    /// Cells per mm³ in the first and the second; absent where a recipe gives none.
    pub density_per_mm3: [Option<f64>; 2],
    /// Share of excitatory cells, 0 to 1.
    pub excitatory: [Option<f64>; 2],
    /// Thickness in µm.
    pub thickness_um: [Option<f64>; 2],
}

/// Every layer of either recipe.
pub(super) fn layers(first: &Recipe, second: &Recipe) -> Vec<LayerChange> {
    let names = |recipe: &Recipe| -> BTreeSet<String> {
        let column = recipe.column.iter().flat_map(|column| &column.layers).map(|layer| layer.layer.clone());
        column.chain(recipe.composition.iter().map(|group| group.layer.clone())).collect()
    };
    let all: BTreeSet<String> = names(first).union(&names(second)).cloned().collect();
    all.into_iter()
        .map(|layer| {
            let of = |value: fn(&Recipe, &str) -> Option<f64>| [value(first, &layer), value(second, &layer)];
            LayerChange {
                density_per_mm3: of(density),
                excitatory: of(excitatory),
                thickness_um: of(|recipe, layer| {
                    let column = recipe.column.as_ref()?;
                    Some(column.layers.iter().find(|l| l.layer == layer)?.thickness_um.get())
                }),
                layer,
            }
        })
        .collect()
}

fn density(recipe: &Recipe, layer: &str) -> Option<f64> {
    let groups = recipe.composition.iter().filter(|group| group.layer == layer);
    let densities: Vec<f64> = groups.filter_map(|group| group.density_per_mm3).collect();
    (!densities.is_empty()).then(|| densities.iter().sum())
}

fn excitatory(recipe: &Recipe, layer: &str) -> Option<f64> {
    let groups = recipe.composition.iter().filter(|group| group.layer == layer);
    let excites = |mtype: &str| recipe.taxonomy.get(mtype).is_some_and(|taxon| taxon.synapse_class == "EXC");
    let share: f64 = groups.filter(|group| excites(&group.mtype)).filter_map(|group| group.density_per_mm3).sum();
    // an empty sum is minus zero
    density(recipe, layer).filter(|all| *all > 0.0).map(|all| (share / all).max(0.0))
}
