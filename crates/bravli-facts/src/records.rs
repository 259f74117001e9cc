//! Papers, facts and terms, as their files write them.

use crate::cited::{Cited, Evidence, Preparation, SampleSize, SourceKey, Spread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether somebody saw the text or only remembers it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Seen in a stored source.
    Seen,
    /// From memory: to be checked before anything rests on it.
    #[default]
    Memory,
}

/// The curator's trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Doubtful.
    Low,
    /// Plausible.
    Medium,
    /// Solid.
    High,
}

/// A publication, data set or piece of software that facts come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Key, for example `lefort2009`.
    pub id: String,
    /// Authors.
    pub authors: String,
    /// Year.
    pub year: i32,
    /// Title.
    pub title: String,
    /// Journal with volume and pages, or where else it is found.
    #[serde(default)]
    pub venue: String,
    /// Names by which people speak of it, such as `PD14`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// DOI; empty when it is not certain.
    #[serde(default)]
    pub doi: String,
    /// PubMed number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pmid: Option<String>,
    /// Species studied.
    #[serde(default)]
    pub species: Vec<String>,
    /// Brain regions studied.
    #[serde(default)]
    pub region: Vec<String>,
    /// Topics.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Whether title or abstract were seen.
    #[serde(default = "memory")]
    pub verification: Verification,
    /// What it found, in the curator's words.
    #[serde(default)]
    pub summary: String,
}

fn memory() -> Verification {
    Verification::Memory
}

/// Value of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// One number.
    Number(f64),
    /// Lowest and highest.
    Range([f64; 2]),
    /// Shares by name.
    Shares(BTreeMap<String, f64>),
    /// A word.
    Category(String),
}

impl FactValue {
    /// The numbers it holds, in order.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Number(value) => vec![*value],
            Self::Range(ends) => ends.to_vec(),
            Self::Shares(shares) => shares.values().copied().collect(),
            Self::Category(_) => Vec::new(),
        }
    }
}

/// Side of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparator {
    /// The true value is below.
    #[serde(rename = "<")]
    Below,
    /// The true value is above.
    #[serde(rename = ">")]
    Above,
}

/// Kind of a spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpreadKind {
    /// Standard deviation.
    Sd,
    /// Standard error of the mean.
    Sem,
    /// Half width of the 95 % confidence interval.
    Ci95,
    /// Lowest and highest value.
    Range,
}

/// A spread as files write it, in the unit of the fact: `value` for one size, `low` and `high` for a range.
///
/// What is missing is reported by [`crate::KnowledgeBase::check`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpreadRecord {
    /// Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SpreadKind>,
    /// Its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lowest value of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Highest value of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl SpreadRecord {
    /// The spread, where kind and numbers fit.
    #[must_use]
    pub fn labelled(&self) -> Option<Spread<f64>> {
        match (self.kind?, self.value, self.low, self.high) {
            (SpreadKind::Sd, Some(value), None, None) => Some(Spread::Sd(value)),
            (SpreadKind::Sem, Some(value), None, None) => Some(Spread::Sem(value)),
            (SpreadKind::Ci95, Some(value), None, None) => Some(Spread::Ci95(value)),
            (SpreadKind::Range, None, Some(low), Some(high)) => Some(Spread::Range(low, high)),
            _ => None,
        }
    }

    /// The numbers it holds.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        [self.value, self.low, self.high].into_iter().flatten()
    }
}

/// How the number of a fact came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Measured by the source.
    Measured,
    /// Fitted to measurements.
    Fit,
    /// Result or setting of a model.
    Model,
    /// Parameter of a recipe.
    Recipe,
    /// Quoted by another document.
    Quoted,
    /// From a review.
    Review,
    /// From a secondary source.
    Secondary,
    /// Assumed by the source.
    Assumption,
    /// Computed from other facts by a formula, which [`crate::KnowledgeBase::check`] computes again.
    Derived,
}

/// One number (or range, shares, word) from one place in one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Key `paper:quantity:context`, never reused; `~2` marks a second value in the same context.
    pub id: String,
    /// Quantity, from the vocabulary [`crate::QUANTITIES`].
    pub quantity: String,
    /// Value.
    pub value: FactValue,
    /// Unit, from the table of `bravli-units`; `1` is dimensionless.
    pub unit: String,
    /// Set when the value is a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparator: Option<Comparator>,
    /// Spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<SpreadRecord>,
    /// Sample, for example `23/40 found/tested`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Species.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub species: Option<String>,
    /// Strain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strain: Option<String>,
    /// Age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// Brain region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Cell type, for quantities of one cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Presynaptic cell type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre: Option<String>,
    /// Postsynaptic cell type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// How it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Slice, anaesthetised, awake or model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Temperature, °C.
    #[serde(default, rename = "temperature_C", skip_serializing_if = "Option::is_none")]
    pub temperature_c: Option<f64>,
    /// Calcium in the bath, mM.
    #[serde(default, rename = "ca_mM", skip_serializing_if = "Option::is_none")]
    pub ca_mm: Option<f64>,
    /// Magnesium in the bath, mM.
    #[serde(default, rename = "mg_mM", skip_serializing_if = "Option::is_none")]
    pub mg_mm: Option<f64>,
    /// Distance between the cells of a pair, µm: largest, or lowest and highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_um: Option<FactValue>,
    /// How the number came about.
    pub evidence: EvidenceKind,
    /// Facts that a derived value is computed from: name in the formula, key of the fact.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub from: BTreeMap<String, String>,
    /// How a derived value is computed, for example `tau_m / r_in * 1000`, with every fact in its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// Key of the paper.
    pub source: String,
    /// Key of the document that quotes the paper, when the number was read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted_by: Option<String>,
    /// Where in the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// The copy that was read, when it was not the paper itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<String>,
    /// Whether it was seen.
    pub verification: Verification,
    /// The curator's trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Keys of terms.
    #[serde(default)]
    pub terms: Vec<String>,
    /// What a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Fact {
    /// The value with all that defends it, when the fact holds one number.
    #[must_use]
    pub fn cited_number(&self) -> Option<Cited<f64>> {
        match self.value {
            FactValue::Number(value) => Some(Cited {
                value,
                spread: self.labelled_spread(),
                n: self.n.as_deref().and_then(SampleSize::parse),
                source: SourceKey(self.source.clone()),
                locus: self.locator.clone().unwrap_or_default(),
                evidence: self.evidence(),
                preparation: self.preparation(),
            }),
            _ => None,
        }
    }

    /// What it says, without its key, terms and how far it is trusted: two facts that say the same are one.
    #[must_use]
    pub fn saying(&self) -> String {
        let plain = Self {
            id: String::new(),
            terms: Vec::new(),
            verification: Verification::Seen,
            confidence: None,
            ..self.clone()
        };
        format!("{plain:?}")
    }

    /// The spread; an unlabelled one counts as not reported, a range value as its own.
    #[must_use]
    pub fn labelled_spread(&self) -> Spread<f64> {
        match (&self.value, self.spread) {
            (FactValue::Range([low, high]), None) => Spread::Range(*low, *high),
            (_, spread) => spread.and_then(|spread| spread.labelled()).unwrap_or(Spread::NotReported),
        }
    }

    /// How the number came about.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let method = || self.method.clone().unwrap_or_default();
        match self.evidence {
            EvidenceKind::Measured => Evidence::Measured,
            EvidenceKind::Fit | EvidenceKind::Model | EvidenceKind::Recipe => Evidence::Fitted { method: method() },
            EvidenceKind::Quoted => Evidence::Reported { through: "quotation".to_owned() },
            EvidenceKind::Review => Evidence::Reported { through: "review".to_owned() },
            EvidenceKind::Secondary => Evidence::Reported { through: "secondary source".to_owned() },
            EvidenceKind::Derived => Evidence::Derived {
                from: self.from.values().cloned().collect(),
                formula: self.formula.clone().unwrap_or_default(),
            },
            EvidenceKind::Assumption => Evidence::Assumed { because: self.note.clone().unwrap_or_else(method) },
        }
    }

    /// On what it was measured.
    #[must_use]
    pub fn preparation(&self) -> Preparation {
        Preparation {
            species: self.species.clone(),
            strain: self.strain.clone(),
            age: self.age.clone(),
            region: self.region.clone(),
            state: self.state.clone(),
            temperature_c: self.temperature_c,
            bath_calcium_mm: self.ca_mm,
        }
    }
}

/// A cross reference to an ontology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XRef {
    /// Identifier, for example `UBERON:0010415`.
    pub id: String,
    /// Whether identifier and label were seen together.
    pub verified: bool,
}

/// A controlled word with its synonyms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Key, for example `barrel_cortex`.
    pub key: String,
    /// What it names: `region`, `layer`, `celltype`, `species`, `state`, `quantity` or `concept`.
    pub kind: String,
    /// The word itself.
    pub label: String,
    /// Words that mean the same.
    #[serde(default)]
    pub exact: Vec<String>,
    /// Words that are near, never the same.
    #[serde(default)]
    pub related: Vec<String>,
    /// Quantities of the vocabulary that a `quantity` term stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<String>,
    /// Key of the wider term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broader: Option<String>,
    /// Cross references.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub xref: Vec<XRef>,
}
