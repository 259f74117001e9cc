//! The m-types of the 2018 and 2020 recipes with their classes and e-types, for folders that leave them out.
//!
//! The builder recipe of 2020 names m-types without saying which excite, and no file of it says which e-types they have.

use crate::problem::Notes;
use crate::table::rows_of;
use crate::{Problem, Recipe, Taxon};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Names only; columns `mtype mClass sClass etypes`.
const TABLE: &str = include_str!("../data/published_me_types.tsv");

/// What is published of an m-type.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) taxon: Taxon,
    pub(crate) etypes: BTreeSet<String>,
}

/// m-type → what is published of it.
pub(crate) static PUBLISHED: LazyLock<BTreeMap<String, Published>> = LazyLock::new(|| {
    rows_of(TABLE)
        .filter_map(|row| {
            let [mtype, morph, synapse, etypes] = row.as_slice() else { return None };
            let taxon = Taxon { morph_class: (*morph).to_owned(), synapse_class: (*synapse).to_owned() };
            let etypes = etypes.split(' ').map(str::to_owned).collect();
            Some(((*mtype).to_owned(), Published { taxon, etypes }))
        })
        .collect()
});

/// Gives the m-types that the recipe names without a class the published one, and says so.
pub(crate) fn fill_classes(recipe: &mut Recipe, notes: &mut Notes) {
    let named: BTreeSet<&String> = recipe.mtypes_named();
    let missing: Vec<String> = named
        .into_iter()
        .filter(|m| !recipe.taxonomy.contains_key(*m) && PUBLISHED.contains_key(*m))
        .cloned()
        .collect();
    if missing.is_empty() {
        return;
    }
    let remedy = "add mtype_taxonomy.tsv with the columns mtype, mClass, sClass";
    notes.add(if recipe.taxonomy.is_empty() {
        let message = format!(
            "no file says which m-types excite; {} of them take the classes of the published list (2018 and 2020 recipes)",
            missing.len()
        );
        Problem::note("published_classes", message).remedy(remedy)
    } else {
        let message = format!("the taxonomy lacks {}, which take the classes of the published list", missing.join(", "));
        Problem::warning("published_classes", message).remedy("add them to mtype_taxonomy.tsv")
    });
    for mtype in missing {
        if let Some(published) = PUBLISHED.get(&mtype) {
            recipe.taxonomy.insert(mtype, published.taxon.clone());
        }
    }
}
