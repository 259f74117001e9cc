//! One estimate from several measurements, where that is legitimate.

use crate::cited::{SampleSize, Spread};
use crate::records::{EvidenceKind, Fact, FactValue};
use std::collections::BTreeSet;

/// Largest share of the scatter that may lie between sources (I², Higgins & Thompson 2002, doi:10.1002/sim.1186). With two
/// sources it says little, so an estimate is widened by what scatter there is.
const MOST_BETWEEN: f64 = 0.5;

/// Temperatures further apart than this are other conditions: kinetics change by a quarter over 3 K at a Q10 of 2.
const MOST_KELVIN: f64 = 3.0;

/// Bath calcium further apart than this, mM, is another condition.
const MOST_CALCIUM: f64 = 0.3;

/// Width of a 95 % interval, in standard errors.
const Z: f64 = 1.96;

/// A pooled estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// The estimate, in the unit of the facts.
    pub value: f64,
    /// 95 % confidence interval.
    pub interval: (f64, f64),
    /// Keys of the facts in it.
    pub from: Vec<String>,
    /// Share of the scatter that lies between sources, 0 to 1 (I²).
    pub between: f64,
    /// How it was pooled.
    pub how: &'static str,
}

/// Why facts are not pooled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotPooled {
    /// Fewer than two.
    #[error("fewer than two independent measurements of one preparation")]
    TooFew,
    /// Numbers that nobody measured.
    #[error("{0} is no measurement")]
    NotMeasured(String),
    /// A bound, whose value nobody knows.
    #[error("{0} is a bound, not a value")]
    Bound(String),
    /// Conditions that change the value.
    #[error("the facts differ in {0}")]
    Conditions(&'static str),
    /// Different quantities or units.
    #[error("the facts are of different quantities or units")]
    Mixed,
    /// Two facts of one source.
    #[error("two values of {0} are not independent")]
    SameSource(String),
    /// A fact whose weight is unknown.
    #[error("{0} gives neither found and tested pairs nor a spread with a sample size")]
    NoWeight(String),
    /// Values that differ by more than their spreads explain.
    #[error("{:.0} % of the scatter lies between the sources: they disagree beyond sampling error", between * 100.0)]
    Heterogeneous {
        /// I², 0 to 1.
        between: f64,
    },
}

/// Pools measurements of one quantity in one preparation; the caller sees to it that the preparation is one.
///
/// Fractions with found and tested pairs are pooled as counts with a Wilson interval, means with their standard errors by
/// inverse variance. Values that disagree beyond sampling error are not pooled.
///
/// # Errors
/// [`NotPooled`] with the reason.
///
/// # Source
/// Wilson 1927, doi:10.1080/01621459.1927.10502953; Cochran 1954, doi:10.2307/3001666.
pub fn pool(facts: &[&Fact]) -> Result<Pooled, NotPooled> {
    let mut sources = BTreeSet::new();
    for fact in facts {
        if fact.evidence != EvidenceKind::Measured {
            return Err(NotPooled::NotMeasured(fact.id.clone()));
        }
        if fact.comparator.is_some() {
            return Err(NotPooled::Bound(fact.id.clone()));
        }
        if !sources.insert(&fact.source) {
            return Err(NotPooled::SameSource(fact.source.clone()));
        }
    }
    let [first, _, ..] = facts else { return Err(NotPooled::TooFew) };
    if facts.iter().any(|fact| fact.quantity != first.quantity || fact.unit != first.unit) {
        return Err(NotPooled::Mixed);
    }
    if let Some(what) = facts.iter().find_map(|fact| different(first, fact)) {
        return Err(NotPooled::Conditions(what));
    }
    let counts: Option<Vec<(f64, f64)>> = facts.iter().map(|fact| counted(fact)).collect();
    let (value, interval, scatter, how) = match counts {
        Some(counts) => of_counts(&counts),
        None => {
            let means: Result<Vec<(f64, f64)>, NotPooled> =
                facts.iter().map(|fact| mean(fact).ok_or_else(|| NotPooled::NoWeight(fact.id.clone()))).collect();
            of_means(&means?)
        }
    };
    let free = facts.len() as f64 - 1.0;
    let between = if scatter > free { (scatter - free) / scatter } else { 0.0 };
    if between > MOST_BETWEEN || !value.is_finite() {
        return Err(NotPooled::Heterogeneous { between });
    }
    // scatter beyond sampling error widens the interval by √(Q/df)
    let widen = (scatter / free).max(1.0).sqrt();
    let interval = (value - (value - interval.0) * widen, value + (interval.1 - value) * widen);
    Ok(Pooled { value, interval, from: facts.iter().map(|fact| fact.id.clone()).collect(), between, how })
}

/// A condition that two facts do not share; one that only one of them states counts.
fn different(a: &Fact, b: &Fact) -> Option<&'static str> {
    let apart = |a: Option<f64>, b: Option<f64>, most: f64| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() > most,
        (None, None) => false,
        _ => true,
    };
    if apart(a.temperature_c, b.temperature_c, MOST_KELVIN) {
        return Some("temperature");
    }
    if apart(a.ca_mm, b.ca_mm, MOST_CALCIUM) {
        return Some("bath calcium");
    }
    (a.distance_um != b.distance_um).then_some("distance of the pairs")
}

/// Found and tested, where the value is their ratio.
fn counted(fact: &Fact) -> Option<(f64, f64)> {
    let SampleSize::FoundOf { found, tested } = SampleSize::parse(fact.n.as_deref()?)? else { return None };
    let FactValue::Number(value) = fact.value else { return None };
    let (found, tested) = (f64::from(found), f64::from(tested));
    // the ratio may be rounded to two digits
    (tested > 0.0 && (found / tested - value).abs() < 0.01).then_some((found, tested))
}

/// Mean and standard error.
fn mean(fact: &Fact) -> Option<(f64, f64)> {
    let FactValue::Number(value) = fact.value else { return None };
    let n = || match SampleSize::parse(fact.n.as_deref()?)? {
        SampleSize::Cells(n) | SampleSize::Pairs(n) | SampleSize::Connections(n) | SampleSize::Unlabelled(n) => Some(n),
        SampleSize::Animals(n) => Some(n),
        SampleSize::FoundOf { .. } => None,
    };
    let error = match fact.labelled_spread() {
        Spread::Sem(error) => error,
        Spread::Sd(sd) => sd / f64::from(n().filter(|n| *n > 1)?).sqrt(),
        Spread::Ci95(half) => half / Z,
        Spread::Range(..) | Spread::NotReported => return None,
    };
    (error > 0.0).then_some((value, error))
}

type Estimate = (f64, (f64, f64), f64, &'static str);

fn of_counts(counts: &[(f64, f64)]) -> Estimate {
    let found: f64 = counts.iter().map(|(found, _)| found).sum();
    let tested: f64 = counts.iter().map(|(_, tested)| tested).sum();
    let p = found / tested;
    let variance = p * (1.0 - p);
    let scatter = if variance > 0.0 {
        counts.iter().map(|(found, tested)| tested * (found / tested - p).powi(2) / variance).sum()
    } else {
        0.0
    };
    let middle = (p + Z * Z / (2.0 * tested)) / (1.0 + Z * Z / tested);
    let half = Z / (1.0 + Z * Z / tested) * (variance / tested + Z * Z / (4.0 * tested * tested)).sqrt();
    (p, ((middle - half).max(0.0), (middle + half).min(1.0)), scatter, "pairs found over pairs tested, summed")
}

fn of_means(means: &[(f64, f64)]) -> Estimate {
    let weight: f64 = means.iter().map(|(_, error)| error.powi(-2)).sum();
    let value = means.iter().map(|(mean, error)| mean * error.powi(-2)).sum::<f64>() / weight;
    let scatter = means.iter().map(|(mean, error)| ((mean - value) / error).powi(2)).sum();
    let half = Z / weight.sqrt();
    (value, (value - half, value + half), scatter, "means weighted by inverse variance")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(source: &str, lines: &str) -> Fact {
        let text = format!(
            "id: {source}:connectivity.probability:a\nquantity: connectivity.probability\nunit: '1'\npre: a\npost: b\nevidence: measured\nsource: {source}\nverification: memory\n{lines}"
        );
        serde_saphyr::from_str(&text).unwrap()
    }

    #[test]
    fn counts_are_summed_and_disagreement_is_refused() {
        let (a, b) = (fact("a", "value: 0.1\nn: 10/100\n"), fact("b", "value: 0.12\nn: 24/200\n"));
        let pooled = pool(&[&a, &b]).unwrap();
        assert!((pooled.value - 34.0 / 300.0).abs() < 1e-12 && pooled.between == 0.0);
        // Wilson interval of 34 in 300, computed by hand from the formula
        assert!((pooled.interval.0 - 0.0823).abs() < 5e-4 && (pooled.interval.1 - 0.1542).abs() < 5e-4, "{pooled:?}");
        let far = fact("c", "value: 0.5\nn: 50/100\n");
        assert!(matches!(pool(&[&a, &far]), Err(NotPooled::Heterogeneous { between }) if between > 0.9));
    }

    #[test]
    fn means_are_weighted_by_their_errors() {
        let a = fact("a", "value: 0.2\nspread: {kind: sd, value: 0.1}\nn: 25 cells\n");
        let b = fact("b", "value: 0.24\nspread: {kind: sem, value: 0.04}\n");
        let pooled = pool(&[&a, &b]).unwrap();
        // weights 2500 and 625
        assert!((pooled.value - 0.208).abs() < 1e-12, "{pooled:?}");
    }

    #[test]
    fn what_is_not_independent_or_not_measured_is_not_pooled() {
        let a = fact("a", "value: 0.1\nn: 10/100\n");
        assert_eq!(pool(&[&a]), Err(NotPooled::TooFew));
        assert_eq!(pool(&[]), Err(NotPooled::TooFew));
        assert_eq!(pool(&[&a, &a]), Err(NotPooled::SameSource("a".into())));
        let model = Fact { evidence: EvidenceKind::Model, ..fact("b", "value: 0.1\n") };
        assert!(matches!(pool(&[&a, &model]), Err(NotPooled::NotMeasured(_))));
        assert!(matches!(pool(&[&a, &fact("b", "value: 0.1\n")]), Err(NotPooled::NoWeight(_))));
    }
}
