//! Parameters in one byte.

use serde::{Deserialize, Serialize};

/// The range of a bounded parameter; a byte says where in it a value lies, to 1/256 of its width.
///
/// Truncated at one standard deviation, a width is two of them, and the rounding at most 1/256 of one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Smallest value.
    pub low: f32,
    /// Largest value.
    pub high: f32,
}

impl Interval {
    /// The byte of a value; values outside are moved to the nearest end.
    #[inline]
    #[must_use]
    pub fn encode(&self, value: f64) -> u8 {
        let width = f64::from(self.high) - f64::from(self.low);
        if width <= 0.0 {
            return 0;
        }
        // NaN becomes zero
        ((value - f64::from(self.low)) / width * 256.0).clamp(0.0, 255.0) as u8
    }

    /// The middle of the values that have this byte.
    #[inline]
    #[must_use]
    pub fn decode(&self, code: u8) -> f32 {
        if self.high <= self.low {
            return self.low;
        }
        let share = (f64::from(code) + 0.5) / 256.0;
        (f64::from(self.low) + (f64::from(self.high) - f64::from(self.low)) * share) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_comes_back_and_every_value_is_met_within_half_a_step(
            low in 0.0_f32..100.0, width in 1e-3_f32..100.0, code: u8, share in 0.0_f64..=1.0,
        ) {
            let interval = Interval { low, high: low + width };
            prop_assert_eq!(interval.encode(f64::from(interval.decode(code))), code);
            let value = f64::from(low) + share * (f64::from(interval.high) - f64::from(low));
            let half_step = (f64::from(interval.high) - f64::from(low)) / 512.0;
            let error = (f64::from(interval.decode(interval.encode(value))) - value).abs();
            prop_assert!(error <= half_step + 1e-5, "{} from {}", error, value);
        }
    }
}
