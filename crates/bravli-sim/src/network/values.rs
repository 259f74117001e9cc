//! One number for all cells, or one for each.

/// A parameter of a population.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// The same for all.
    Same(f64),
    /// One per cell, in cell order.
    Each(Vec<f64>),
}

impl Values {
    /// The value of a cell.
    #[must_use]
    pub fn at(&self, cell: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[cell],
        }
    }

    /// Whether all cells share one value.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Number of values held, or none where one serves all.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "none says that one serves all; a list is never asked to be empty")]
    pub fn len(&self) -> Option<usize> {
        match self {
            Self::Same(_) => None,
            Self::Each(values) => Some(values.len()),
        }
    }

    /// All values held.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        match self {
            Self::Same(value) => std::slice::from_ref(value).iter().copied(),
            Self::Each(values) => values.iter().copied(),
        }
    }
}

impl From<f64> for Values {
    fn from(value: f64) -> Self {
        Self::Same(value)
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::Each(values)
    }
}

impl From<&[f32]> for Values {
    fn from(values: &[f32]) -> Self {
        Self::Each(values.iter().map(|value| f64::from(*value)).collect())
    }
}
