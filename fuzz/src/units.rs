//! Symbols of units, and quantities out of files.

use crate::text;
use bravli_units::{Millivolts, Unit};

pub(crate) fn parse(input: &[u8]) {
    let symbol = text::of(input);
    match Unit::parse(symbol) {
        Ok(unit) => assert!(unit.symbol == symbol && unit.factor.is_finite() && unit.factor > 0.0, "{unit:?}"),
        Err(unknown) => assert!(unknown.to_string().contains(&format!("{symbol:?}"))),
    }
    if let Ok(potential) = serde_json::from_str::<Millivolts>(symbol) {
        assert!(potential.get().is_finite());
        let written = serde_json::to_string(&potential).expect("a number");
        assert_eq!(serde_json::from_str::<Millivolts>(&written).ok(), Some(potential));
    }
}
