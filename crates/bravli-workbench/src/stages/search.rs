//! Search hits as rows of a reply.

use crate::replies::{SearchResultRow, round};
use bravli_facts::{FactValue, Spread, Verification};
use bravli_library::{Hit, HitKind};

impl From<&Hit> for SearchResultRow {
    fn from(hit: &Hit) -> Self {
        Self {
            kind: match hit.kind {
                HitKind::Paper => "paper",
                HitKind::Fact => "fact",
            }
            .to_owned(),
            key: hit.key.clone(),
            title: hit.title.clone(),
            value: value(hit),
            source: hit.locator.as_ref().map_or_else(|| hit.source.clone(), |place| format!("{}, {place}", hit.source)),
            snippet: hit.snippet.clone(),
            verification: match hit.verification {
                Verification::Seen => "seen",
                Verification::Memory => "memory",
            }
            .to_owned(),
            score: round(f64::from(hit.score), 4),
        }
    }
}

/// A fact's value with unit, spread and sample.
fn value(hit: &Hit) -> String {
    let Some(value) = &hit.value else { return String::new() };
    let number = match value {
        FactValue::Number(number) => number.to_string(),
        FactValue::Range([low, high]) => format!("{low} to {high}"),
        FactValue::Category(word) => word.clone(),
        FactValue::Shares(shares) => {
            shares.iter().map(|(name, share)| format!("{name} {share}")).collect::<Vec<_>>().join(", ")
        }
    };
    let spread = match &hit.spread {
        Some(Spread::Sd(sd)) => format!(" ± {sd} (SD)"),
        Some(Spread::Sem(sem)) => format!(" ± {sem} (SEM)"),
        Some(Spread::Ci95(half)) => format!(" ± {half} (95 % CI)"),
        Some(Spread::Range(low, high)) => format!(" ({low} to {high})"),
        Some(Spread::NotReported) | None => String::new(),
    };
    let unit = hit.unit.as_deref().filter(|unit| !matches!(*unit, "1" | "category")).unwrap_or_default();
    let n = hit.n.as_ref().map_or_else(String::new, |n| format!(", n = {n}"));
    format!("{number}{spread} {unit}").trim_end().to_owned() + &n
}
