//! A value with everything that is needed to defend it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Key of a paper in `knowledge/papers/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceKey(pub String);

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far values scatter, in the unit of the value; never an unlabelled ±.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread<T> {
    /// Standard deviation.
    Sd(T),
    /// Standard error of the mean.
    Sem(T),
    /// Half width of the 95 % confidence interval.
    Ci95(T),
    /// Lowest and highest value.
    Range(T, T),
    /// The source gives none.
    NotReported,
}

/// What was counted, and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSize {
    /// Recorded cells.
    Cells(u32),
    /// Tested pairs of cells.
    Pairs(u32),
    /// Connections that were found.
    Connections(u32),
    /// Animals.
    Animals(u32),
    /// Found out of tested.
    FoundOf {
        /// Connections found.
        found: u32,
        /// Pairs tested.
        tested: u32,
    },
    /// A count whose object the source leaves open.
    Unlabelled(u32),
}

impl SampleSize {
    /// Reads what records write, for example `23/40 found/tested`, `12 cells` or `4`.
    ///
    /// ```
    /// use bravli_facts::SampleSize;
    /// assert_eq!(SampleSize::parse("23/40 found/tested"), Some(SampleSize::FoundOf { found: 23, tested: 40 }));
    /// assert_eq!(SampleSize::parse("several"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let count = words.next()?;
        if let Some((found, tested)) = count.split_once('/') {
            return Some(Self::FoundOf { found: found.parse().ok()?, tested: tested.parse().ok()? });
        }
        let count = count.parse().ok()?;
        Some(match words.next() {
            Some("cells" | "cell" | "neurons") => Self::Cells(count),
            Some("pairs" | "pair") => Self::Pairs(count),
            Some("connections" | "connection") => Self::Connections(count),
            Some("animals" | "rats" | "mice") => Self::Animals(count),
            _ => Self::Unlabelled(count),
        })
    }
}

/// How a value came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Measured by the source.
    Measured,
    /// Fitted to measurements, or set in a model.
    Fitted {
        /// How.
        method: String,
    },
    /// Reported by a source that did not measure it.
    Reported {
        /// What kind of source that is.
        through: String,
    },
    /// Computed from other facts.
    Derived {
        /// Keys of the facts it is computed from.
        from: Vec<String>,
        /// How.
        formula: String,
    },
    /// Nobody measured it.
    Assumed {
        /// Why this value.
        because: String,
    },
}

/// What was recorded from, and under which conditions; `None` where the source does not say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Species, such as `rat`.
    pub species: Option<String>,
    /// Strain.
    pub strain: Option<String>,
    /// Age, as the source writes it.
    pub age: Option<String>,
    /// Brain region.
    pub region: Option<String>,
    /// Slice, anaesthetised, awake or model.
    pub state: Option<String>,
    /// Temperature, °C.
    pub temperature_c: Option<f64>,
    /// Calcium in the bath, mM.
    pub bath_calcium_mm: Option<f64>,
}

/// A value with its spread, sample, source, place in the source, evidence and preparation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cited<T> {
    /// The value, in the unit of the fact.
    pub value: T,
    /// Its spread.
    pub spread: Spread<T>,
    /// Its sample.
    pub n: Option<SampleSize>,
    /// The paper.
    pub source: SourceKey,
    /// Where in the paper, for example `Table 2, row 3`; empty when that is still to be looked up.
    pub locus: String,
    /// How it came about.
    pub evidence: Evidence,
    /// On what it was measured.
    pub preparation: Preparation,
}
