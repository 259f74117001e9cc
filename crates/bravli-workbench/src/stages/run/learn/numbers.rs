//! Numbers of learning rules: their defaults, ranges, and what they rest on.

use crate::assets;
use crate::error::ActError;
use crate::requests::{LearnRequest, LearnRule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Entries of a request.
const MAX_ENTRIES: usize = 64;

/// Bound of a weight, which every rule has.
pub(super) const W_MAX: &str = "w_max_ns";

/// Rate of a source, which a prediction needs.
pub(super) const INPUT: &str = "input_hz";

/// Numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleNumbers {
    /// What the defaults rest on.
    because: String,
    numbers: BTreeMap<String, RuleNumber>,
}

/// A number of a rule: its value where a request gives none, and its range.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleNumber {
    #[serde(default)]
    default: Option<f64>,
    from: f64,
    to: f64,
}

/// Numbers of a rule, of the shipped `recipes/learning.yaml`.
fn numbers(rule: LearnRule) -> Result<&'static RuleNumbers, ActError> {
    static ALL: OnceLock<Result<BTreeMap<String, RuleNumbers>, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| serde_saphyr::from_str(assets::learning_text()).map_err(|error| error.to_string()));
    let broken = |message: String| {
        ActError::new("bad_program", "recipes/learning.yaml", message, "build bravli again from unchanged files")
    };
    let all = all.as_ref().map_err(|message| broken(message.clone()))?;
    all.get(rule.name()).ok_or_else(|| broken(format!("it holds no rule {}", rule.name())))
}

/// Numbers that learning adds to those of a run: how many, and what they rest on.
pub(crate) fn assumed(requests: &[LearnRequest]) -> Result<Vec<(u32, String)>, ActError> {
    let of = |(index, request): (usize, &LearnRequest)| {
        let because = &numbers(request.rule)?.because;
        let why = format!(
            "learn[{index}], {} onto {} by {}, defaults or as requested: {because}",
            request.source,
            request.onto,
            request.rule.name()
        );
        Ok((request.parameters.len() as u32, why))
    };
    requests.iter().enumerate().map(of).collect()
}

/// The same entries with every number that has a default; checks what needs no circuit.
pub(crate) fn whole(requests: &[LearnRequest], duration_ms: f64) -> Result<Vec<LearnRequest>, ActError> {
    if requests.len() > MAX_ENTRIES {
        let message = format!("must hold at most {MAX_ENTRIES} entries, got {}", requests.len());
        return Err(ActError::new("too_many_entries", "learn", message, "leave some away"));
    }
    let one = |(index, request): (usize, &LearnRequest)| {
        let same = |other: &LearnRequest| (&other.source, &other.onto) == (&request.source, &request.onto);
        if let Some(before) = requests[..index].iter().position(same) {
            let message =
                format!("learn[{before}] has the connections of {} onto {} already", request.source, request.onto);
            return Err(ActError::new("duplicate_entry", format!("learn[{index}]"), message, "name each pair once"));
        }
        let entry = whole_entry(index, request)?;
        check_times(index, &entry, duration_ms)?;
        Ok(entry)
    };
    requests.iter().enumerate().map(one).collect()
}

fn whole_entry(index: usize, request: &LearnRequest) -> Result<LearnRequest, ActError> {
    let known = &numbers(request.rule)?.numbers;
    let mut entry = request.clone();
    for (name, value) in &request.parameters {
        let place = format!("learn[{index}].parameters.{name}");
        let Some(RuleNumber { from, to, .. }) = known.get(name) else {
            let told = |(name, number): (&String, &RuleNumber)| {
                number.default.map_or_else(|| name.clone(), |value| format!("{name} ({value})"))
            };
            return Err(ActError::new(
                "unknown_parameter",
                place,
                format!("{} has no parameter {name:?}", request.rule.name()),
                format!("there are {}", known.iter().map(told).collect::<Vec<_>>().join(", ")),
            ));
        };
        if !(from..=to).contains(&value) {
            let message = format!("must lie in {from} to {to}, got {value}");
            return Err(ActError::new("bad_parameter", place, message, "leave it out for its default"));
        }
    }
    for (name, number) in known {
        if let Some(value) = number.default {
            entry.parameters.entry(name.clone()).or_insert(value);
        }
    }
    Ok(entry)
}

/// Checks numbers of a whole entry against each other.
fn check_times(index: usize, entry: &LearnRequest, duration_ms: f64) -> Result<(), ActError> {
    if entry.rule != LearnRule::ErrorCorrecting {
        return Ok(());
    }
    let number = |name: &str| entry.parameters.get(name).copied().unwrap_or_default();
    let refuse = |name: &str, message: String, remedy: &str| {
        Err(ActError::new("bad_parameter", format!("learn[{index}].parameters.{name}"), message, remedy))
    };
    let (predicts, ceiling) = (number("predicts_hz"), number("max_hz"));
    if predicts >= ceiling {
        let message =
            format!("a prediction of {predicts} Hz at the start is not below its ceiling max_hz of {ceiling}");
        return refuse("predicts_hz", message, "raise max_hz, or lower predicts_hz");
    }
    let (interval, learning) = (number("interval_ms"), number("learning_ms"));
    if interval > duration_ms {
        let message = format!("weights change every {interval} ms, and the run lasts {duration_ms} ms");
        return refuse("interval_ms", message, "give a shorter interval, such as 10");
    }
    if learning < 3.0 * interval {
        let message = format!("weights that change every {interval} ms cannot learn within {learning} ms");
        return refuse("learning_ms", message, "give at least three times interval_ms");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(rule: LearnRule, parameters: &[(&str, f64)]) -> LearnRequest {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        LearnRequest { source: "top_down".into(), onto: "L23_SST".into(), rule, parameters }
    }

    /// In a run of ten seconds.
    fn whole(entries: &[LearnRequest]) -> Result<Vec<LearnRequest>, ActError> {
        super::whole(entries, 10_000.0)
    }

    #[test]
    fn numbers_that_are_left_out_stand_at_their_defaults() {
        let entry = entry(LearnRule::ErrorCorrecting, &[("exponent", 2.0)]);
        let first = whole(std::slice::from_ref(&entry)).unwrap();
        assert_eq!(first[0].parameters["exponent"], 2.0);
        assert_eq!(first[0].parameters["learning_ms"], 5_000.0);
        assert!(!first[0].parameters.contains_key("w_max_ns"), "it follows from the weights");
        assert_eq!(whole(&first).unwrap(), first);
    }

    #[test]
    fn every_rule_has_its_numbers_and_says_what_they_rest_on() {
        for rule in [LearnRule::ErrorCorrecting, LearnRule::Pair, LearnRule::Triplet, LearnRule::Inhibitory] {
            let known = &numbers(rule).unwrap().numbers;
            assert!(known.contains_key(W_MAX) && known.values().all(|number| number.from < number.to));
            let entries = whole(&[entry(rule, &[])]).unwrap();
            assert_eq!(whole(&entries).unwrap(), entries, "a default of {} is out of its range", rule.name());
            let (n, why) = assumed(&entries).unwrap().remove(0);
            assert_eq!(n as usize, known.values().filter(|number| number.default.is_some()).count());
            assert!(why.contains("doi:"), "{why}");
        }
    }

    #[test]
    fn wrong_numbers_are_told_with_those_there_are() {
        let told = |parameters: &[(&str, f64)]| whole(&[entry(LearnRule::Inhibitory, parameters)]).unwrap_err();
        let error = told(&[("exponent", 2.0)]);
        assert_eq!((error.code.as_str(), error.place.as_str()), ("unknown_parameter", "learn[0].parameters.exponent"));
        assert!(error.remedy.contains("target_hz (5)") && error.remedy.contains("w_max_ns"), "{}", error.remedy);
        for (name, value) in [("tau_ms", 0.0), ("eta", f64::NAN), ("target_hz", -1.0), ("w_max_ns", f64::INFINITY)] {
            assert_eq!(told(&[(name, value)]).code, "bad_parameter", "{name}");
        }
    }

    #[test]
    fn numbers_that_contradict_each_other_are_refused() {
        for (name, parameters) in [
            ("predicts_hz", [("predicts_hz", 300.0), ("max_hz", 200.0)]),
            ("interval_ms", [("interval_ms", 9_500.0), ("learning_ms", 1e6)]),
            ("learning_ms", [("interval_ms", 10.0), ("learning_ms", 29.0)]),
        ] {
            let error = super::whole(&[entry(LearnRule::ErrorCorrecting, &parameters)], 9_000.0).unwrap_err();
            assert_eq!(error.place, format!("learn[0].parameters.{name}"), "{error}");
        }
    }
}
