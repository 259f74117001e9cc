//! A case over several seeds, against the spread that another engine has over them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::options::Options;
use super::{number, ours, runs};
use crate::project::{Problem, Project, say};

/// Where the peer's figures are kept, below `target`: a full network takes it a quarter of an hour per seed.
const KEPT: &str = "bench-peers";

/// Most that a rate may differ, as a share of the published one, or of the peer's where none is published.
const RATE_TOLERANCE: f64 = 0.05;

/// Most that coefficients of variation and correlations may differ, in the peer's standard deviations over seeds.
///
/// By chance one in fifteen is beyond it with three seeds, one in a hundred with five.
const SPREADS: f64 = 3.0;

/// What is compared, by key and name.
const QUANTITIES: [(&str, &str); 3] =
    [("rates_hz", "rate, Hz"), ("cv_isi", "CV of intervals"), ("correlation", "correlation")];

/// Runs both engines with each seed and prints a table; a quantity that is off is a problem.
pub(super) fn over_seeds(project: &Project, binary: &Path, case: &str, options: &Options) -> Result<(), Problem> {
    let Some(peer) = &options.peer else { return Ok(()) };
    let (mut all_ours, mut all_theirs) = (Vec::new(), Vec::new());
    for seed in &options.seeds {
        let mut arguments = options.rest.clone();
        arguments.extend(["--seed".to_owned(), seed.to_string()]);
        let ours = ours(project, binary, case, &arguments)?;
        say(format!("bravli  {ours}"));
        let t_ms = options.peer_t_ms.unwrap_or_else(|| number(&ours, "t_ms"));
        let theirs = kept_or_run(project, peer, &ours, t_ms)?;
        say(format!("{peer:<7} {theirs}"));
        all_ours.push(ours);
        all_theirs.push(theirs);
    }
    let rows = compare(&all_ours, &all_theirs);
    say(table(peer, &rows));
    let off: Vec<String> = rows.iter().filter(|row| row.is_off()).map(Row::name).collect();
    if off.is_empty() {
        say(format!("all {} agree", rows.len()));
        return Ok(());
    }
    Err(Problem::new(format!("{} of {} are off: {}", off.len(), rows.len(), off.join(", ")))
        .remedy("take more seeds and a longer time; what stays off is a difference between the engines"))
}

/// The peer's figures, from an earlier call where there was one of the same case, size, time, seed and threads.
fn kept_or_run(project: &Project, peer: &str, ours: &Value, t_ms: f64) -> Result<Value, Problem> {
    let part = |key: &str| match &ours[key] {
        Value::Null => String::new(),
        value => format!("-{key}-{}", value.to_string().trim_matches('"')),
    };
    let parts: String = ["scale", "cells", "release", "presim_ms", "seed", "threads"].into_iter().map(part).collect();
    let case = ours["case"].as_str().unwrap_or_default();
    let folder = project.root.join("target").join(KEPT);
    let file = folder.join(format!("{case}-{peer}-t_ms-{t_ms}{parts}.json"));
    if let Some(kept) = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str(&text).ok()) {
        say(format!("{peer}: from {}", file.display()));
        return Ok(kept);
    }
    let theirs = runs::theirs(project, peer, ours, t_ms)?;
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, theirs.to_string()));
    written.map_err(|error| Problem::new(format!("cannot write {}: {error}", file.display())))?;
    Ok(theirs)
}

/// A quantity of a population over all seeds.
#[derive(Debug, PartialEq)]
struct Row {
    key: &'static str,
    population: String,
    published: Option<f64>,
    ours: Spread,
    theirs: Spread,
}

/// Mean and standard deviation over seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    mean: f64,
    sd: f64,
}

impl Spread {
    /// Of values of which two or more are numbers.
    fn of(values: &[f64]) -> Option<Self> {
        let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        (values.len() > 1).then_some(Self { mean, sd })
    }
}

impl Row {
    fn name(&self) -> String {
        format!("{} of {}", self.key, self.population)
    }

    /// How far ours are off, in units of what is allowed.
    fn share_of_allowed(&self) -> f64 {
        if self.key == "rates_hz" {
            let reference = self.published.unwrap_or(self.theirs.mean);
            (self.ours.mean / reference - 1.0).abs() / RATE_TOLERANCE
        } else {
            (self.ours.mean - self.theirs.mean).abs() / (SPREADS * self.theirs.sd)
        }
    }

    fn is_off(&self) -> bool {
        // NaN, which no silent population gives, is off as well
        !matches!(self.share_of_allowed().partial_cmp(&1.0), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal))
    }
}

fn compare(ours: &[Value], theirs: &[Value]) -> Vec<Row> {
    let names = ours.first().and_then(|figures| figures["rates_hz"].as_object());
    let names: Vec<String> = names.map(|rates| rates.keys().cloned().collect()).unwrap_or_default();
    let mut rows = Vec::new();
    for (key, _) in QUANTITIES {
        for name in &names {
            let over =
                |all: &[Value]| Spread::of(&all.iter().map(|figures| number(&figures[key], name)).collect::<Vec<_>>());
            // a population too silent to have the quantity in either engine is left out
            if let (Some(our_spread), Some(their_spread)) = (over(ours), over(theirs)) {
                let published = ours.first().and_then(|figures| figures["published_hz"][name].as_f64());
                rows.push(Row {
                    key,
                    population: name.clone(),
                    published: published.filter(|_| key == "rates_hz"),
                    ours: our_spread,
                    theirs: their_spread,
                });
            }
        }
    }
    rows
}

fn table(peer: &str, rows: &[Row]) -> String {
    let mut text = format!("{:<17} {:>9} {:>19} {:>19} {:>12}", "", "published", peer, "bravli", "of allowed");
    for (key, title) in QUANTITIES {
        text.push_str(&format!("\n{title}"));
        for row in rows.iter().filter(|row| row.key == key) {
            let published = row.published.map_or_else(String::new, |rate| format!("{rate:.3}"));
            let spread = |of: Spread| format!("{:.4} ± {:.4}", of.mean, of.sd);
            text.push_str(&format!(
                "\n  {:<15} {published:>9} {:>19} {:>19} {:>8.0} %{}",
                row.population,
                spread(row.theirs),
                spread(row.ours),
                100.0 * row.share_of_allowed(),
                if row.is_off() { "  off" } else { "" }
            ));
        }
    }
    text.push_str(&format!(
        "\nallowed: {:.0} % of the published rate, or of {peer}'s where none is published; else {SPREADS} standard \
         deviations of {peer} over seeds",
        100.0 * RATE_TOLERANCE
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figures(rate: f64, cv: f64) -> Value {
        json!({"rates_hz": {"E": rate}, "cv_isi": {"E": cv}, "correlation": {}, "published_hz": {"E": 4.0}})
    }

    #[test]
    fn rates_are_held_against_the_published_ones_and_the_rest_against_the_peers_spread() {
        let theirs = [figures(3.0, 0.80), figures(3.1, 0.81), figures(3.2, 0.82)];
        let rows = compare(&[figures(3.9, 0.83), figures(4.0, 0.835), figures(4.1, 0.84)], &theirs);
        assert_eq!(rows.len(), 2);
        assert!(rows[0].share_of_allowed() < 1e-9 && !rows[0].is_off(), "{:?}", rows[0]);
        // 0.025 off with a spread of 0.01
        assert!((rows[1].share_of_allowed() - 2.5 / 3.0).abs() < 1e-9 && !rows[1].is_off(), "{:?}", rows[1]);
        let rows = compare(&[figures(4.3, 0.85), figures(4.3, 0.85)], &theirs);
        assert!(rows.iter().all(Row::is_off), "{rows:?}");
        let text = table("nest", &rows);
        assert!(text.contains("4.000     3.1000 ± 0.1000") && text.contains("150 %  off"), "{text}");
    }

    #[test]
    fn without_published_rates_the_peers_are_taken() {
        let plain = |rate: f64| json!({"rates_hz": {"E": rate}});
        let rows = compare(&[plain(3.0), plain(3.2)], &[plain(3.0), plain(3.0)]);
        assert!((rows[0].share_of_allowed() - (3.1 / 3.0 - 1.0) / 0.05).abs() < 1e-9, "{rows:?}");
    }
}
