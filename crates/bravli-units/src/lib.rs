//! Quantities with their unit in the type.
//!
//! Invariant: a quantity holds a finite number in the unit that the field writes, so −70 mV reads back as exactly −70.
//! The point-neuron system (mV, ms, nS, pA, pF) closes without factors.
//!
//! ```
//! use bravli_units::{Millivolts, Nanosiemens};
//! let drive = Nanosiemens::new(10.0)? * (Millivolts::new(0.0)? - Millivolts::new(-70.0)?);
//! assert_eq!(drive.get(), 700.0); // pA
//! # Ok::<(), bravli_units::NotFinite>(())
//! ```
//!
//! ```compile_fail
//! use bravli_units::{Millivolts, Nanosiemens};
//! let wrong = Nanosiemens::new(10.0).unwrap() + Millivolts::new(1.0).unwrap();
//! ```

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Div, Mul, Sub};

mod table;
pub use table::{Dimension, Unit, UnknownUnit};

/// A value that is NaN or infinite where a finite number is required.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("value must be a finite number, got {0}")]
pub struct NotFinite(pub f64);

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $symbol:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(f64);

        impl $name {
            /// The symbol of the unit.
            pub const SYMBOL: &'static str = $symbol;

            /// Wraps a number given in this unit.
            ///
            /// # Errors
            /// [`NotFinite`] when `value` is NaN or infinite.
            pub fn new(value: f64) -> Result<Self, NotFinite> {
                if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite(value)) }
            }

            /// The bare number, for use inside a kernel.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = NotFinite;
            fn try_from(value: f64) -> Result<Self, NotFinite> {
                Self::new(value)
            }
        }

        impl From<$name> for f64 {
            fn from(quantity: $name) -> f64 {
                quantity.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.0, $symbol)
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }
    };
}

quantity!(
    /// A membrane potential or a difference of potentials, in mV.
    Millivolts, "mV"
);
quantity!(
    /// A conductance, in nS.
    Nanosiemens, "nS"
);
quantity!(
    /// A capacitance, in pF.
    Picofarads, "pF"
);
quantity!(
    /// A current, in pA.
    Picoamps, "pA"
);
quantity!(
    /// A time, in ms.
    Milliseconds, "ms"
);
quantity!(
    /// A rate, in Hz.
    Hertz, "Hz"
);
quantity!(
    /// A length, in µm.
    Micrometres, "um"
);
quantity!(
    /// A concentration, in mM.
    Millimolar, "mM"
);

impl Mul<Millivolts> for Nanosiemens {
    type Output = Picoamps;
    fn mul(self, potential: Millivolts) -> Picoamps {
        Picoamps(self.0 * potential.0)
    }
}

impl Div<Nanosiemens> for Picofarads {
    type Output = Milliseconds;
    fn div(self, conductance: Nanosiemens) -> Milliseconds {
        Milliseconds(self.0 / conductance.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_constant_is_a_capacitance_over_a_conductance() {
        let tau = Picofarads::new(200.0).unwrap() / Nanosiemens::new(10.0).unwrap();
        assert_eq!(tau.to_string(), "20 ms");
    }

    #[test]
    fn files_pass_through_the_same_check_as_code() {
        assert_eq!(serde_json::from_str::<Millivolts>("-70").unwrap().get(), -70.0);
        assert!(Millivolts::new(f64::NAN).is_err());
    }
}
