//! What cannot be drawn.

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// There is nothing to draw.
    #[error("figure {title:?} has no finite value to draw")]
    Empty {
        /// Title of the figure.
        title: String,
    },
    /// An axis is not an interval of finite numbers.
    #[error("the {axis} axis of figure {title:?} would run from {low} to {high}")]
    Range {
        /// Title of the figure.
        title: String,
        /// The axis.
        axis: &'static str,
        /// Its start.
        low: String,
        /// Its end.
        high: String,
    },
    /// More series than can be told apart.
    #[error("figure {title:?} has {n} {what}, at most {most} can be told apart")]
    TooMany {
        /// Title of the figure.
        title: String,
        /// What there are too many of.
        what: &'static str,
        /// How many.
        n: usize,
        /// How many at most.
        most: usize,
    },
}

impl FigureError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Empty { .. } => {
                "check that the analysis gave numbers; a population without spikes has no rate to show"
            }
            Self::Range { .. } => "give an interval whose end lies after its start, of ordinary size",
            Self::TooMany { .. } => "draw fewer at once, or split the figure",
        }
    }
}
