//! A small recipe and a small library of our own, so that what is read meets something.

use bravli_circuit::{Column, PlaceRequest, place};
use bravli_facts::KnowledgeBase;
use bravli_recipe::{Recipe, RecipeFiles, read};
use std::sync::OnceLock;

const FILES: [(&str, &str); 15] = [
    ("boundary.yaml", include_str!("../tiny/boundary.yaml")),
    ("brain_regions.nrrd", include_str!("../tiny/brain_regions.nrrd")),
    ("builderRecipe.xml", include_str!("../tiny/builderRecipe.xml")),
    ("cell_composition.yaml", include_str!("../tiny/cell_composition.yaml")),
    ("cells.nrrd", include_str!("../tiny/cells.nrrd")),
    ("column.yaml", include_str!("../tiny/column.yaml")),
    ("extNeuronDB.dat", include_str!("../tiny/extNeuronDB.dat")),
    ("hierarchy.json", include_str!("../tiny/hierarchy.json")),
    ("mecombo_emodel.tsv", include_str!("../tiny/mecombo_emodel.tsv")),
    ("mini_frequencies.tsv", include_str!("../tiny/mini_frequencies.tsv")),
    ("mtype_taxonomy.tsv", include_str!("../tiny/mtype_taxonomy.tsv")),
    ("neurons.yaml", include_str!("../tiny/neurons.yaml")),
    ("pathways.yaml", include_str!("../tiny/pathways.yaml")),
    ("populations.yaml", include_str!("../tiny/populations.yaml")),
    ("sources.yaml", include_str!("../tiny/sources.yaml")),
];

/// The recipe's folder.
pub(crate) fn folder() -> RecipeFiles {
    RecipeFiles(FILES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
}

/// The recipe and a column of it.
pub(crate) fn column() -> &'static (Recipe, Column) {
    static COLUMN: OnceLock<(Recipe, Column)> = OnceLock::new();
    COLUMN.get_or_init(|| {
        let recipe = read("tiny", &folder()).expect("fuzz/tiny holds a recipe").recipe;
        let column = place(&recipe, &small(30.0)).expect("which can be placed");
        (recipe, column)
    })
}

/// A column that takes no time to place, whatever the recipe says.
pub(crate) fn small(radius_um: f64) -> PlaceRequest {
    PlaceRequest { radius_um: Some(radius_um), layers: Vec::new(), seed: 1, memory_bytes: 4 << 20 }
}

/// Papers, facts and terms.
pub(crate) const KNOWLEDGE: [(&str, &str); 3] = [
    ("papers.yaml", include_str!("../tiny/papers.yaml")),
    ("facts.yaml", include_str!("../tiny/facts.yaml")),
    ("terms.yaml", include_str!("../tiny/terms.yaml")),
];

/// The same as a base.
pub(crate) fn knowledge() -> KnowledgeBase {
    let (base, problems) = KnowledgeBase::from_texts(KNOWLEDGE).expect("small files");
    assert!(problems.is_empty() && base.check().is_empty(), "fuzz/tiny: {problems:?} {:?}", base.check());
    base
}
