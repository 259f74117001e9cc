//! What a recipe holds once it is read: plain values, no derived numbers.

mod neurons;

pub use neurons::*;

use crate::PathwaySpec;
use crate::bioname::{EmodelRow, Manifest, MorphologyRow, PlacementRules, TargetQuery};
use bravli_units::{Micrometres, Milliseconds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A place in a recipe file; lines and columns count from one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// File name inside the recipe folder.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A circuit description, as written: the Blue Brain file family plus our sidecar files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Recipe {
    /// Name of the recipe (its folder).
    pub name: String,
    /// Shape and layers of the column, pia downwards; from `column.yaml`, else from the builder recipe's `column`.
    pub column: Option<ColumnSpec>,
    /// Groups of cells; from `cell_composition.yaml`, else from the builder recipe's `NeuronTypes`.
    pub composition: Vec<CompositionGroup>,
    /// m-type → morphological and synapse class.
    pub taxonomy: BTreeMap<String, Taxon>,
    /// Layer → spontaneous release rates.
    pub mini_frequencies: BTreeMap<String, MiniFrequency>,
    /// m-type → spine length.
    pub spine_lengths: BTreeMap<String, Micrometres>,
    /// Rules choosing a synapse class, in file order; the last match wins.
    pub synapse_rules: Vec<SynapseRule>,
    /// Synapse classes by name.
    pub synapse_classes: BTreeMap<String, SynapseClass>,
    /// Synapses per connection, already ordered so that the last match wins.
    pub connection_rules: Vec<ConnectionRule>,
    /// Which appositions of axon and cell may be synapses, and where they are put.
    pub touches: TouchSpec,
    /// Conductance of a gap junction, in nS.
    pub gap_junction_gsyn_ns: Option<f64>,
    /// Seed of the reference's own draws; bravli's come from the requests.
    pub synapse_seed: Option<f64>,
    /// m-type → e-types that any file of the folder gives it.
    pub etypes: BTreeMap<String, BTreeSet<String>>,
    /// Named groups of m-types, from `populations.yaml`.
    pub populations: Vec<PopulationSpec>,
    /// Connection probabilities between populations, from `pathways.yaml`; the last match wins.
    pub pathways: Vec<PathwaySpec>,
    /// Point-neuron parameters, from `neurons.yaml`.
    pub neurons: Option<NeuronSpec>,
    /// Which record stands behind each number, from `sources.yaml`.
    pub sources: Vec<SourceEntry>,
    /// What the numbers stand for, from `target` in `sources.yaml`.
    pub target: Option<TargetSpec>,
    /// Where an earlier draft and the literature disagree, from `notes.yaml`.
    #[serde(default)]
    pub draft_notes: Vec<DraftNote>,
    /// The text of `boundary.yaml`, read by the crate that knows boundaries.
    pub boundary_text: Option<String>,
    /// Where in the layers the parts of morphologies should lie, from `placement_rules.xml`.
    #[serde(default)]
    pub placement_rules: Option<PlacementRules>,
    /// Which morphologies there are, from `extNeuronDB.dat`.
    #[serde(default)]
    pub morphologies: Vec<MorphologyRow>,
    /// Electrical models and their currents, from `mecombo_emodel.tsv`.
    #[serde(default)]
    pub emodels: Vec<EmodelRow>,
    /// What the circuit build was told, from `MANIFEST.yaml`.
    #[serde(default)]
    pub manifest: Option<Manifest>,
    /// Named sets of cells, from `targets.yaml`.
    #[serde(default)]
    pub targets: Vec<TargetQuery>,
}

/// The cross-section of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A circle of the given radius.
    Cylinder,
    /// A regular hexagon whose corners lie at the given radius.
    Hexagon,
    /// A rectangle whose corners lie at the given radius.
    Slab {
        /// Width over length, above 0.
        aspect: f64,
    },
}

impl Shape {
    /// Area of the cross-section, in µm².
    #[must_use]
    pub fn area_um2(self, radius_um: f64) -> f64 {
        match self {
            Self::Cylinder => std::f64::consts::PI * radius_um * radius_um,
            Self::Hexagon => 1.5 * 3f64.sqrt() * radius_um * radius_um,
            Self::Slab { aspect } => {
                let (width, length) = slab_sizes(aspect, radius_um);
                width * length
            }
        }
    }

    /// A rectangle of these sizes in µm, with the radius of its corners; `None` unless both are above 0 and below 1e6.
    ///
    /// ```
    /// let (slab, radius_um) = bravli_recipe::Shape::slab(400.0, 300.0).unwrap();
    /// assert_eq!((radius_um, slab.sizes_um(radius_um)), (250.0, Some((400.0, 300.0))));
    /// ```
    #[must_use]
    pub fn slab(width_um: f64, length_um: f64) -> Option<(Self, f64)> {
        let is_size = |um: f64| um > 0.0 && um < 1e6;
        let aspect = width_um / length_um;
        (is_size(width_um) && is_size(length_um) && aspect.is_finite() && aspect > 0.0)
            .then(|| (Self::Slab { aspect }, width_um.hypot(length_um) / 2.0))
    }

    /// Width and length of a slab, in µm to a millionth; `None` for other shapes.
    #[must_use]
    pub fn sizes_um(self, radius_um: f64) -> Option<(f64, f64)> {
        let Self::Slab { aspect } = self else { return None };
        let (width, length) = slab_sizes(aspect, radius_um);
        let short = |um: f64| (um * 1e6).round() / 1e6;
        Some((short(width), short(length)))
    }
}

/// Width and length of a rectangle with corners at the radius.
fn slab_sizes(aspect: f64, radius_um: f64) -> (f64, f64) {
    let length = 2.0 * radius_um / aspect.hypot(1.0);
    (aspect * length, length)
}

/// Shape and layers of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSpec {
    /// Cross-section.
    pub shape: Shape,
    /// Radius of the column that the layers' `n_cells` were counted in.
    pub reference_radius_um: Micrometres,
    /// Layers, pia downwards.
    pub layers: Vec<LayerSpec>,
}

/// One layer of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerSpec {
    /// Layer name, `"1"` to `"6"`.
    pub layer: String,
    /// Thickness.
    pub thickness_um: Micrometres,
    /// Census: cells of this layer in a column of the reference radius; absent when densities decide.
    pub n_cells: Option<f64>,
}

/// One group of `cell_composition.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompositionGroup {
    /// m-type.
    pub mtype: String,
    /// Layer name.
    pub layer: String,
    /// Where its cells lie: an acronym of the atlas, `@regex` over acronyms, or a `;` path of acronyms.
    #[serde(default)]
    pub region: Option<String>,
    /// Cells per mm³; `None` when the file names a volumetric dataset that is not here.
    pub density_per_mm3: Option<f64>,
    /// The dataset that the density comes from, where the file names one.
    #[serde(default)]
    pub dataset: Option<DatasetDensity>,
    /// e-type → share of the group; sums to one.
    pub etypes: BTreeMap<String, f64>,
    /// Where it stands.
    pub at: Location,
}

/// A density that a dataset of the atlas gives voxel by voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetDensity {
    /// Name of the dataset: its file without `.nrrd`.
    pub name: String,
    /// Factor on its values, in cells per mm³.
    pub factor: f64,
}

/// Classes of an m-type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxon {
    /// `PYR` or `INT`: shape.
    pub morph_class: String,
    /// `EXC` or `INH`: effect. Never inferred from the shape.
    pub synapse_class: String,
}

/// Spontaneous release onto cells of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MiniFrequency {
    /// Onto excitatory contacts, in Hz.
    pub exc_hz: f64,
    /// Onto inhibitory contacts, in Hz.
    pub inh_hz: f64,
}

/// What one end of a synapse rule asks for; `None` matches anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndPattern {
    /// `EXC` or `INH` (pattern).
    pub synapse_class: Option<String>,
    /// m-type pattern.
    pub mtype: Option<String>,
    /// e-type pattern.
    pub etype: Option<String>,
    /// Region pattern; a column without regions is in none of them.
    pub region: Option<String>,
}

/// Assigns a synapse class to pairs of cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SynapseRule {
    /// Presynaptic end.
    pub from: EndPattern,
    /// Postsynaptic end.
    pub to: EndPattern,
    /// Name of the synapse class.
    pub class: String,
    /// Release delay; the recipe's default where the rule has none.
    pub release_delay_ms: Milliseconds,
    /// Axonal conduction velocity, in µm/ms.
    pub conduction_velocity_um_per_ms: f64,
    /// The comment that precedes it in the file, carried as evidence.
    pub comment: Option<String>,
    /// Where it stands.
    pub at: Location,
}

/// A mean and its standard deviation, in the unit that the field's name gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanSd {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// Parameters shared by the connections of a class; each connection draws its own values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SynapseClass {
    /// Name; its first letter (`E` or `I`) gives the sign.
    pub name: String,
    /// Peak conductance of one contact, in nS (gamma).
    pub gsyn_ns: MeanSd,
    /// Utilisation of synaptic efficacy at 2 mM calcium (normal truncated to mean ± sd, not negative).
    pub u_syn: MeanSd,
    /// Recovery from depression, in ms (gamma).
    pub tau_rec_ms: MeanSd,
    /// Recovery from facilitation, in ms (gamma).
    pub tau_facil_ms: MeanSd,
    /// Decay of the fast receptor, in ms (normal truncated to mean ± sd, not negative).
    pub tau_decay_ms: MeanSd,
    /// Mean of the number of readily releasable vesicles (1 + Poisson(mean − 1)).
    pub n_rrp: f64,
    /// Slow over fast receptor conductance (NMDA/AMPA or GABA_B/GABA_A); `None` in generations that lack it.
    pub conductance_ratio: Option<f64>,
    /// Calcium at half activation, in mM (exponent 4); `None` in generations that lack it.
    pub u_hill_mm: Option<f64>,
    /// The comment that precedes it in the file, carried as evidence.
    pub comment: Option<String>,
    /// Where it stands.
    pub at: Location,
}

impl SynapseClass {
    /// Whether the class excites: its name starts with `E`.
    #[must_use]
    pub fn is_excitatory(&self) -> bool {
        self.name.starts_with('E')
    }
}

/// Synapses per connection, and how appositions are pruned; the reference wants exactly one of five parameter sets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRule {
    /// Presynaptic end; XML knows m-types only.
    pub from: EndPattern,
    /// Postsynaptic end.
    pub to: EndPattern,
    /// Mean number of synapses per connection.
    pub mean_synapses: Option<f64>,
    /// Standard deviation of that number.
    pub sd_synapses: Option<f64>,
    /// Coefficient of variation of that number.
    pub cv_synapses: Option<f64>,
    /// Share of appositions that keep a bouton.
    pub bouton_reduction_factor: Option<f64>,
    /// Active fraction, where given.
    pub active_fraction: Option<f64>,
    /// Survival of a single apposition (deprecated).
    pub probability: Option<f64>,
    /// Survival of a single apposition, of the reduce-and-cut scheme (`p_A`).
    pub p_a: Option<f64>,
    /// Midpoint of the survival of a connection, in appositions (`pMu_A`).
    pub p_mu_a: Option<f64>,
    /// Where it stands.
    pub at: Location,
}

impl ConnectionRule {
    /// Coefficient of variation of the number of synapses: given, or the standard deviation over the mean.
    #[must_use]
    pub fn cv(&self) -> Option<f64> {
        let from_sd = || self.sd_synapses.zip(self.mean_synapses).filter(|(_, mean)| *mean > 0.0).map(|(sd, m)| sd / m);
        self.cv_synapses.or_else(from_sd)
    }
}

/// Part of a cell that a touch lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Any of them, written `*`.
    Any,
    /// Soma.
    Soma,
    /// Axon.
    Axon,
    /// Basal or apical dendrite.
    Dendrite,
    /// Basal dendrite.
    Basal,
    /// Apical dendrite.
    Apical,
}

impl Section {
    /// All, with the names that files use.
    pub const ALL: [(&'static str, Self); 6] = [
        ("*", Self::Any),
        ("soma", Self::Soma),
        ("axon", Self::Axon),
        ("dendrite", Self::Dendrite),
        ("basal", Self::Basal),
        ("apical", Self::Apical),
    ];

    /// The name that files use.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, section)| *section == self).map_or("*", |(name, _)| name)
    }
}

/// Keeps the touches of a pair of m-types on one kind of section; what no rule keeps is discarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchRule {
    /// Presynaptic m-type pattern.
    pub from_mtype: String,
    /// Postsynaptic m-type pattern.
    pub to_mtype: String,
    /// Where on the presynaptic cell; anywhere when absent.
    pub efferent: Option<Section>,
    /// Where on the postsynaptic cell; anywhere when absent.
    pub afferent: Option<Section>,
    /// Where it stands.
    pub at: Location,
}

/// Moves the synapses of a pair of m-types, as chandelier cells' to the axon initial segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reposition {
    /// Presynaptic m-type pattern.
    pub from_mtype: String,
    /// Postsynaptic m-type pattern.
    pub to_mtype: String,
    /// Where to; the reference knows `AIS`.
    pub class: String,
    /// Where it stands.
    pub at: Location,
}

/// Spacing of boutons along an axon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoutonInterval {
    /// Shortest distance between two boutons.
    pub min_um: Micrometres,
    /// Longest distance within a touch region.
    pub max_um: Micrometres,
    /// Shortest distance between two touch regions.
    pub region_gap_um: Micrometres,
}

/// Shortest distance of a synapse from the soma.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoutonDistances {
    /// Of synapses onto inhibitory cells.
    pub inhibitory_um: Micrometres,
    /// Of synapses onto excitatory cells.
    pub excitatory_um: Micrometres,
}

/// What a build with morphologies does with appositions. bravli's point cells have none: it carries these along.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TouchSpec {
    /// What is kept: the union of all rules.
    pub rules: Vec<TouchRule>,
    /// What is moved.
    pub repositions: Vec<Reposition>,
    /// Spacing of boutons.
    pub bouton_interval: Option<BoutonInterval>,
    /// Distance from the soma.
    pub bouton_distances: Option<BoutonDistances>,
    /// Share of touches that a first random reduction keeps.
    pub survival_rate: Option<f64>,
}

/// A named group of m-types, such as `L23_SST`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationSpec {
    /// Name, unique.
    pub name: String,
    /// m-type patterns.
    pub mtypes: Vec<String>,
    /// Class used by analyses: `E`, `PV`, `SST` or `HTR3A`.
    pub class: String,
    /// Its part in predictive processing: one of [`ROLES`]; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Parts that populations may play in a circuit of predictive processing.
///
/// # Source
/// Names after Wilmes et al. 2025: an excitatory relay of what comes in, cells that tell the error, interneurons that carry the
/// prediction and its precision, and cells that send the prediction on.
pub const ROLES: [&str; 5] =
    ["sensory_relay", "prediction_error", "SST_prediction", "PV_precision", "prediction_output"];

/// The preparation that a recipe describes: a fact measured in another one is generalised when it is used here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSpec {
    /// Species, such as `rat`.
    pub species: String,
    /// Regions that count as the same, such as `barrel cortex` and `S1`, and the thalamic nucleus of its fibres.
    pub regions: Vec<String>,
    /// Age, in words; for readers.
    pub age: Option<String>,
}

/// The record behind a number, or the reason for an assumption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// File in the recipe folder.
    pub file: String,
    /// Pattern over number paths, as [`crate::NumberRef::path`] writes them; the last matching entry wins.
    pub path: String,
    /// Keys of facts in `knowledge/`.
    pub facts: Vec<String>,
    /// How the number follows from the facts.
    pub evidence: SourceEvidence,
    /// Why a cited fact stands in for something it was not measured on: another layer, another cell class.
    pub generalised: Option<String>,
    /// Where it stands.
    pub at: Location,
}

/// A number of an earlier draft that the recipe does not follow, or follows for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftNote {
    /// File in the recipe folder.
    pub file: String,
    /// Pattern over number paths, as in [`SourceEntry::path`].
    pub path: String,
    /// What the draft says.
    pub draft: String,
    /// What the recipe uses.
    pub used: String,
    /// Why.
    pub why: String,
    /// Keys of facts that speak for what is used.
    pub facts: Vec<String>,
    /// Where it stands.
    pub at: Location,
}

/// How a recipe's number follows from its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SourceEvidence {
    /// The number is the fact's value.
    Cited,
    /// The number is computed from the facts.
    Derived {
        /// How.
        formula: String,
    },
    /// Nothing measured says it.
    Assumed {
        /// Why this value.
        because: String,
    },
}
