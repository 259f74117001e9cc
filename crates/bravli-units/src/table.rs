//! The closed table of units that records and files may use.

use serde::{Deserialize, Serialize};

/// What a unit measures; two units of one dimension convert by a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant names a dimension and nothing more")]
pub enum Dimension {
    Time,
    Potential,
    Resistance,
    Conductance,
    Current,
    Capacitance,
    Rate,
    Length,
    Area,
    Volume,
    Density,
    Velocity,
    Concentration,
    PerPotential,
    SpecificCapacitance,
    AxialResistivity,
    Temperature,
    Number,
    Count,
    Category,
}

/// A unit of the closed table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// How records write it, for example `nS`.
    pub symbol: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// Multiplies a value to give the first unit of its dimension in the table.
    pub factor: f64,
}

/// A unit symbol outside the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown unit {0:?}; the table has ms, s, mV, MOhm, nS, pA, pF, Hz, um, mm3, 1/mm3, um/ms, mM, 1 and counts such as cells"
)]
pub struct UnknownUnit(pub String);

const UNITS: &[(&str, Dimension, f64)] = &[
    ("ms", Dimension::Time, 1.0),
    ("s", Dimension::Time, 1e3),
    ("us", Dimension::Time, 1e-3),
    ("mV", Dimension::Potential, 1.0),
    ("MOhm", Dimension::Resistance, 1.0),
    ("nS", Dimension::Conductance, 1.0),
    ("pS", Dimension::Conductance, 1e-3),
    ("pA", Dimension::Current, 1.0),
    ("nA", Dimension::Current, 1e3),
    ("pF", Dimension::Capacitance, 1.0),
    ("Hz", Dimension::Rate, 1.0),
    ("um", Dimension::Length, 1.0),
    ("mm", Dimension::Length, 1e3),
    ("um2", Dimension::Area, 1.0),
    ("mm3", Dimension::Volume, 1.0),
    ("1/mm3", Dimension::Density, 1.0),
    ("um/ms", Dimension::Velocity, 1.0),
    ("mM", Dimension::Concentration, 1.0),
    ("1/mV", Dimension::PerPotential, 1.0),
    ("uF/cm2", Dimension::SpecificCapacitance, 1.0),
    ("ohm*cm", Dimension::AxialResistivity, 1.0),
    ("degC", Dimension::Temperature, 1.0),
    ("1", Dimension::Number, 1.0),
    ("synapses", Dimension::Count, 1.0),
    ("neurons", Dimension::Count, 1.0),
    ("cells", Dimension::Count, 1.0),
    ("vesicles", Dimension::Count, 1.0),
    ("fibres", Dimension::Count, 1.0),
    ("connections", Dimension::Count, 1.0),
    ("spikes", Dimension::Count, 1.0),
    ("types", Dimension::Count, 1.0),
    ("regions", Dimension::Count, 1.0),
    ("category", Dimension::Category, 1.0),
];

impl Unit {
    /// Finds a unit by its symbol.
    ///
    /// # Errors
    /// [`UnknownUnit`] when the symbol is not in the table.
    pub fn parse(symbol: &str) -> Result<Self, UnknownUnit> {
        UNITS
            .iter()
            .find(|(known, ..)| *known == symbol)
            .map(|&(symbol, dimension, factor)| Self { symbol, dimension, factor })
            .ok_or_else(|| UnknownUnit(symbol.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_dimension_share_a_base() {
        let seconds = Unit::parse("s").unwrap();
        assert_eq!(seconds.dimension, Unit::parse("ms").unwrap().dimension);
        assert_eq!(seconds.factor * 0.5, 500.0);
        assert!(Unit::parse("furlong").is_err());
    }
}
