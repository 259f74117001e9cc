//! Ranges that a number must lie in, and how a breach is told.

use crate::{Location, Problem};

/// The values that a number may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    Any,
    Positive,
    NotNegative,
    Unit,
    Percent,
    /// A calcium concentration, in mM.
    Calcium,
}

impl Range {
    fn words(self) -> &'static str {
        match self {
            Self::Any => "be a finite number",
            Self::Positive => "be > 0",
            Self::NotNegative => "be >= 0",
            Self::Unit => "lie in [0, 1]",
            Self::Percent => "lie in [0, 100]",
            Self::Calcium => "lie in [0, 100] mM",
        }
    }

    fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Any => true,
                Self::Positive => value > 0.0,
                Self::NotNegative => value >= 0.0,
                Self::Unit => (0.0..=1.0).contains(&value),
                Self::Percent | Self::Calcium => (0.0..=100.0).contains(&value),
            }
    }

    fn remedy(self, value: f64) -> &'static str {
        match self {
            Self::Unit if value > 1.0 && value <= 100.0 => "divide a percentage by 100",
            Self::Any => "write a plain decimal number",
            _ if value < 0.0 => "remove the minus sign or correct the value",
            Self::Positive => "a distribution or size of zero cannot be used; leave the entry out or give a value",
            _ => "correct the value",
        }
    }

    /// What to say when `value` is outside; `name` is the field with its owner, as in `class E2: gsyn`.
    pub(crate) fn breach(self, name: &str, value: f64, at: Location) -> Option<Problem> {
        if self.holds(value) {
            return None;
        }
        let code = if value < 0.0 && self != Self::Any { "negative_value" } else { "out_of_range" };
        let message = format!("{name} must {}, got {value}", self.words());
        Some(Problem::error(code, message).at(at).remedy(self.remedy(value)))
    }
}
