//! From numbers to places on the page, and round numbers for ticks.

/// A linear axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// Page coordinates of `low` and `high`.
    from: f64,
    to: f64,
}

impl Scale {
    /// An axis over `low..=high`; `None` when that is no interval of finite numbers.
    pub(crate) fn new(low: f64, high: f64, from: f64, to: f64) -> Option<Self> {
        ((high - low).is_finite() && high > low).then_some(Self { low, high, from, to })
    }

    /// An axis that holds all values with some air, so that a single value stands in the middle.
    pub(crate) fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let width = high - low;
        let air = if width > low.abs().max(high.abs()) * 1e-12 {
            0.05 * width
        } else if low == 0.0 {
            1.0
        } else {
            0.1 * low.abs()
        };
        // an axis does not pass zero for the sake of air: rates and counts are not negative
        let start = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
        Self::new(start, high + air, from, to)
    }

    /// Page coordinate of a value.
    pub(crate) fn place(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values inside the axis with their text.
    pub(crate) fn ticks(&self, about: usize) -> Vec<(f64, String)> {
        let raw = (self.high - self.low) / about as f64;
        let power = raw.log10().floor();
        let unit = 10f64.powf(power);
        let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * unit >= raw * 0.999).unwrap_or(10.0);
        let step = factor * unit;
        let first = (self.low / step).ceil();
        let mut ticks = Vec::new();
        for count in 0..=3 * about {
            let value = (first + count as f64) * step;
            if !value.is_finite() || value > self.high + step * 1e-9 {
                break;
            }
            ticks.push((value, text(value, step)));
        }
        ticks
    }
}

/// A tick's number with the decimals its step needs, and a true minus sign.
fn text(value: f64, step: f64) -> String {
    let size = value.abs().max(step);
    let text = if value.abs() < step * 1e-6 {
        "0".to_owned()
    } else if size >= 1e6 || step < 1e-4 {
        // rounded to the step, so that 3·0.1 does not show its last bits
        let digits = (size / step).log10().ceil().clamp(0.0, 15.0) as usize;
        let text = format!("{value:.digits$e}");
        match text.split_once('e') {
            Some((number, power)) if number.contains('.') => {
                format!("{}e{power}", number.trim_end_matches('0').trim_end_matches('.'))
            }
            _ => text,
        }
    } else {
        let decimals = (-(step * 1.000_001).log10().floor()).clamp(0.0, 8.0) as usize;
        format!("{value:.decimals$}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        Scale::new(low, high, 0.0, 1.0).unwrap().ticks(5).into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            texts(0.0, 1.0),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(|t| if t == "0.0" { "0" } else { t })
        );
        assert_eq!(texts(-70.0, -50.0), ["−70", "−65", "−60", "−55", "−50"]);
        assert_eq!(texts(3.0, 1_003.0), ["200", "400", "600", "800", "1000"]);
        assert_eq!(texts(0.0, 4e7), ["0", "1e7", "2e7", "3e7", "4e7"]);
        assert_eq!(texts(0.0, 3e-6), ["0", "1e−6", "2e−6", "3e−6"]);
    }

    #[test]
    fn a_single_value_has_an_axis_and_an_endless_range_has_none() {
        let scale = Scale::around([4.0, 4.0].into_iter(), 0.0, 100.0).unwrap();
        assert!((scale.place(4.0) - 50.0).abs() < 1e-9);
        assert!(Scale::around([0.0].into_iter(), 0.0, 1.0).is_some());
        assert_eq!(Scale::around(std::iter::empty(), 0.0, 1.0), None);
        assert_eq!(Scale::around([-f64::MAX, f64::MAX].into_iter(), 0.0, 1.0), None);
    }
}
