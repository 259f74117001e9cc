//! Fuzz targets for every reader of text that others write.
//!
//! Each target is a function of bytes that feeds one reader and holds it to what it promises: an answer for any text,
//! problems that point into the text, the same answer twice. `cargo xtask fuzz` lets a fuzzer call them; an ordinary test
//! of the workspace calls them with every file of `corpus/`.
//!
//! Invariant: a body panics when the reader breaks a promise, and for no other reason.
//!
//! ```
//! let pattern = bravli_fuzz::target("pattern").expect("one of TARGETS");
//! (pattern.body)(b"L6_[LNS]BC\nL6_LBC"); // a first line as the pattern, the rest as the name
//! ```

mod atlas;
mod boundary;
mod convert;
mod import;
mod knowledge;
mod morphology;
mod pattern;
mod question;
mod recipe;
mod sonata;
mod study;
mod text;
mod tiny;
mod units;

use std::sync::OnceLock;

/// The variable that names the target when the fuzzer runs.
pub const VARIABLE: &str = "BRAVLI_FUZZ_TARGET";

/// One reader and what it is held to.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name, which is also that of its folder in `corpus/`. Its first word names the dictionary in `dict/`.
    pub name: &'static str,
    /// Feeds the reader; panics where it breaks a promise.
    pub body: fn(&[u8]),
}

/// Every target, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "asc_morphology", body: morphology::asc },
    Target { name: "bibtex", body: import::bibtex },
    Target { name: "dat_morphologies", body: |text| recipe::file("extNeuronDB.dat", text) },
    Target { name: "folder_recipe", body: recipe::folder },
    Target { name: "h5_sonata", body: sonata::h5 },
    Target { name: "json_europe_pmc", body: import::europe_pmc },
    Target { name: "json_hierarchy", body: atlas::hierarchy },
    Target { name: "json_node_sets", body: sonata::node_sets },
    Target { name: "json_openalex", body: import::openalex },
    Target { name: "json_recipe", body: |text| recipe::file("recipe.json", text) },
    Target { name: "json_sonata_config", body: sonata::config },
    Target { name: "nrrd_volume", body: atlas::volume },
    Target { name: "pattern", body: pattern::agrees },
    Target { name: "question", body: question::ask },
    Target { name: "swc_morphology", body: morphology::swc },
    Target { name: "tsv_emodels", body: |text| recipe::file("mecombo_emodel.tsv", text) },
    Target { name: "tsv_mini_frequencies", body: |text| recipe::file("mini_frequencies.tsv", text) },
    Target { name: "tsv_mtype_taxonomy", body: |text| recipe::file("mtype_taxonomy.tsv", text) },
    Target { name: "unit", body: units::parse },
    Target { name: "xml_jats", body: import::jats },
    Target { name: "xml_placement", body: |text| recipe::file("placement_rules.xml", text) },
    Target { name: "xml_recipe", body: recipe::builder },
    Target { name: "yaml_boundary", body: boundary::file },
    Target { name: "yaml_cell_composition", body: |text| recipe::file("cell_composition.yaml", text) },
    Target { name: "yaml_column", body: |text| recipe::file("column.yaml", text) },
    Target { name: "yaml_knowledge", body: knowledge::read },
    Target { name: "yaml_manifest", body: |text| recipe::file("MANIFEST.yaml", text) },
    Target { name: "yaml_neurons", body: |text| recipe::file("neurons.yaml", text) },
    Target { name: "yaml_notes", body: |text| recipe::file("notes.yaml", text) },
    Target { name: "yaml_pathways", body: |text| recipe::file("pathways.yaml", text) },
    Target { name: "yaml_populations", body: |text| recipe::file("populations.yaml", text) },
    Target { name: "yaml_sources", body: |text| recipe::file("sources.yaml", text) },
    Target { name: "yaml_study", body: study::read },
    Target { name: "yaml_targets", body: |text| recipe::file("targets.yaml", text) },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The target that the environment names, for the fuzzer.
///
/// # Panics
/// When [`VARIABLE`] names none.
pub fn chosen() -> &'static Target {
    static CHOSEN: OnceLock<&'static Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var(VARIABLE).unwrap_or_default();
        target(&name).unwrap_or_else(|| panic!("{VARIABLE}={name:?} is no target; `cargo xtask fuzz` sets it"))
    })
}
