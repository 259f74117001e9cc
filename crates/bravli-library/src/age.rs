//! Ages as records and queries write them.

/// Days after birth, lowest and highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Age {
    low: f64,
    high: f64,
}

/// Ages further apart than this factor are different preparations.
const ALIKE: f64 = 1.6;

impl Age {
    /// `P14`, `P18-21`, `P~17`, `3 weeks`, `juvenile`, `adult`.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let lower = text.to_lowercase().replace('~', "").replace('–', "-");
        let words: Vec<&str> = lower.split(|c: char| c.is_whitespace() || "(),;".contains(c)).collect();
        for (at, word) in words.iter().enumerate() {
            if let Some(days) = word.strip_prefix('p').and_then(range) {
                return Some(days);
            }
            let unit = words.get(at + 1).copied().unwrap_or_default();
            let scale = match unit.trim_end_matches('s') {
                "day" => 1.0,
                "week" => 7.0,
                "month" => 30.0,
                _ => continue,
            };
            if let Some(days) = range(word) {
                return Some(Self { low: days.low * scale, high: days.high * scale });
            }
        }
        // a young adult is an adult
        let named = [
            (["adult", "mature", "adults"], Self { low: 45.0, high: 1_000.0 }),
            (["neonatal", "newborn", "neonate"], Self { low: 0.0, high: 7.0 }),
            (["juvenile", "young", "immature"], Self { low: 10.0, high: 30.0 }),
        ];
        named.into_iter().find(|(names, _)| words.iter().any(|word| names.contains(word))).map(|(_, age)| age)
    }

    /// Whether two ages are of one preparation.
    pub(crate) fn is_like(self, other: Self) -> bool {
        self.low <= other.high * ALIKE && other.low <= self.high * ALIKE
    }
}

fn range(text: &str) -> Option<Age> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let high = high.trim_start_matches('p');
    let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
    (low.is_finite() && high.is_finite()).then_some(Age { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_and_compared() {
        let age = |text| Age::of_text(text).unwrap();
        assert_eq!(age("P18-21"), Age { low: 18.0, high: 21.0 });
        assert_eq!(age("juvenile (P~18-21)"), age("P18-21"));
        assert_eq!(age("P18–21"), age("P18-21"));
        assert_eq!(age("young adult"), age("adult"));
        assert_eq!(age("2-3 weeks"), Age { low: 14.0, high: 21.0 });
        assert!(age("P14").is_like(age("juvenile")) && age("P14").is_like(age("P17-23")));
        assert!(!age("P14").is_like(age("adult")) && !age("P9").is_like(age("P42-92")));
        for none in ["", "PV", "people", "postnatal"] {
            assert_eq!(Age::of_text(none), None, "{none}");
        }
    }
}
