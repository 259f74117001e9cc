//! Which connections learn, and by what.

use super::choose::Traced;
use super::{DT_MS, choose};
use crate::assets;
use crate::error::ActError;
use crate::replies::{RateRow, WeightRow, round};
use crate::requests::{LearnRequest, LearnRule, RecordRequest, RecordVariable};
use bravli_circuit::Column;
use bravli_recipe::nearest;
use bravli_sim::lower::{Learned, Learning, LearningRule, LearningSource, Lowered};
use bravli_sim::network::{Cells, Network, Plasticity, Row, WeightTrace};
use bravli_sonata::{WeightPlan, WeightWriter};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Entries of a request.
const MAX_ENTRIES: usize = 64;

/// Samples of all weights over a run: enough for a curve.
const SAMPLES: u64 = 50;

/// Bytes that all weights of a run may take: 8 GiB, as much as is handy on a workstation.
const MAX_BYTES: f64 = 8.0 * 1_073_741_824.0;

/// Share of weights at a bound that is worth a note, %.
const MANY_PERCENT: f64 = 10.0;

/// Bound of a weight, which every rule has.
const W_MAX: &str = "w_max_ns";

/// Rate of a source, which a prediction needs.
const INPUT: &str = "input_hz";

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
pub(super) fn assumed(requests: &[LearnRequest]) -> Result<Vec<(u32, String)>, ActError> {
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
pub(super) fn whole(requests: &[LearnRequest], duration_ms: f64) -> Result<Vec<LearnRequest>, ActError> {
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

/// What learns; `sources` are the boundary's sources of fibres, in their order.
pub(super) fn learning(
    requests: &[LearnRequest],
    column: &Column,
    sources: &[String],
) -> Result<Vec<Learning>, ActError> {
    let populations: Vec<&str> = column.header.populations.iter().map(|population| population.name.as_str()).collect();
    let marked =
        |index: usize| column.cells.population.iter().map(|of| usize::from(*of) == index).collect::<Vec<bool>>();
    let one = |(index, request): (usize, &LearnRequest)| {
        let unknown = |field: &str, name: &str, known: Vec<&str>| {
            let near = nearest(name, known.iter().copied());
            let remedy =
                if near.is_empty() { "name one of them".into() } else { format!("nearest: {}", near.join(", ")) };
            let message = format!("there is no {name:?}; there are {}", known.join(", "));
            ActError::new("unknown_population", format!("learn[{index}].{field}"), message, remedy)
        };
        let at = |name: &str| populations.iter().position(|known| *known == name);
        let fibres = sources.iter().position(|known| *known == request.source);
        let from = match (fibres, at(&request.source)) {
            (Some(fibres), _) => LearningSource::Fibres(fibres),
            (None, Some(population)) => LearningSource::Cells(marked(population)),
            (None, None) => {
                let known = sources.iter().map(String::as_str).chain(populations.iter().copied()).collect();
                return Err(unknown("source", &request.source, known));
            }
        };
        if let (LearningSource::Cells(_), LearnRule::ErrorCorrecting, None) =
            (&from, request.rule, request.parameters.get(INPUT))
        {
            return Err(ActError::new(
                "no_input_rate",
                format!("learn[{index}].parameters.{INPUT}"),
                format!("a prediction from {} needs the rate that its cells are expected to fire at", request.source),
                "give it in Hz, for example the mean rate of a run without learning",
            ));
        }
        let onto = at(&request.onto).ok_or_else(|| unknown("onto", &request.onto, populations.clone()))?;
        Ok(Learning {
            source: request.source.clone(),
            from,
            onto: marked(onto),
            rule: rule(request),
            w_max_ns: request.parameters.get(W_MAX).copied(),
        })
    };
    requests.iter().enumerate().map(one).collect()
}

/// The rule of an entry that is whole.
fn rule(request: &LearnRequest) -> LearningRule {
    let given = |name: &str| request.parameters.get(name).copied();
    let number = |name: &str| given(name).unwrap_or_default();
    match request.rule {
        LearnRule::ErrorCorrecting => LearningRule::ErrorCorrecting {
            tau_ms: number("tau_ms"),
            exponent: number("exponent"),
            predicts_hz: number("predicts_hz"),
            learning_ms: number("learning_ms"),
            max_hz: number("max_hz"),
            interval_ms: number("interval_ms"),
            input_hz: given(INPUT),
        },
        LearnRule::Pair => LearningRule::Pair {
            tau_plus_ms: number("tau_plus_ms"),
            tau_minus_ms: number("tau_minus_ms"),
            a_plus: number("a_plus"),
            a_minus: number("a_minus"),
            mu: number("mu"),
        },
        LearnRule::Triplet => LearningRule::Triplet {
            tau_plus_ms: number("tau_plus_ms"),
            tau_x_ms: number("tau_x_ms"),
            tau_minus_ms: number("tau_minus_ms"),
            tau_y_ms: number("tau_y_ms"),
            a2_plus: number("a2_plus"),
            a3_plus: number("a3_plus"),
            a2_minus: number("a2_minus"),
            a3_minus: number("a3_minus"),
        },
        LearnRule::Inhibitory => {
            LearningRule::Inhibitory { tau_ms: number("tau_ms"), eta: number("eta"), target_hz: number("target_hz") }
        }
    }
}

/// Weights of an entry over time, with their place in the run's folder.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    pub(super) plan: WeightPlan,
    pub(super) file: String,
}

/// Has all weights that learn written down.
pub(super) fn weigh(requests: &[LearnRequest], lowered: &mut Lowered<'_>) -> Result<Vec<Weighed>, ActError> {
    // whole milliseconds
    let per_ms = (1.0 / DT_MS).round() as u64;
    let every = lowered.n_steps.div_ceil(SAMPLES).div_ceil(per_ms).max(1) * per_ms;
    let n: u64 = lowered.learned.iter().map(|learned| learned.n).sum();
    let bytes = 4.0 * n as f64 * (lowered.n_steps / every + 1) as f64;
    if bytes > MAX_BYTES {
        return Err(ActError::new(
            "too_much_to_record",
            "learn",
            format!(
                "the weights of {n} connections would take {:.1} GiB; at most 8 are allowed",
                bytes / 1_073_741_824.0
            ),
            "let fewer connections learn",
        ));
    }
    let mut weighed = Vec::with_capacity(requests.len());
    for (index, (request, learned)) in requests.iter().zip(&lowered.learned).enumerate() {
        let name = format!("{}_{}", request.source, request.onto);
        weighed.push(Weighed {
            file: format!("weights/{index}_{}.h5", choose::file_part(&name)),
            plan: plan(&lowered.network, learned.projection, choose::file_part(&name), every as f64 * DT_MS),
        });
        let projection = learned.projection;
        lowered.network.recording.weights.push(WeightTrace { projection, connections: None, every: every as u32 });
    }
    Ok(weighed)
}

fn plan(network: &Network<'_>, projection: usize, name: String, every_ms: f64) -> WeightPlan {
    let wiring = network.projections[projection].wiring(network);
    let mut plan = WeightPlan {
        name,
        source_ids: Vec::new(),
        target_ids: Vec::new(),
        start: Vec::new(),
        units: "nS".into(),
        every_ms: (every_ms * 1e6).round() / 1e6,
    };
    let mut row = Row::default();
    for source in 0..wiring.n_sources() {
        wiring.row(source, &mut row);
        plan.source_ids.extend(std::iter::repeat_n(u64::from(source), row.len()));
        plan.target_ids.extend(row.target.iter().map(|target| u64::from(*target)));
        plan.start.extend(&row.weight);
    }
    plan
}

/// What became of the weights.
pub(super) fn rows(
    requests: &[LearnRequest],
    learned: &[Learned],
    weighed: &[Weighed],
    writers: &[WeightWriter],
) -> Vec<WeightRow> {
    let row = |(((request, learned), weighed), writer): (((&LearnRequest, &Learned), &Weighed), &WeightWriter)| {
        let (start, end) = (moments(&weighed.plan.start), moments(writer.last()));
        WeightRow {
            source: request.source.clone(),
            onto: request.onto.clone(),
            rule: request.rule.name().into(),
            connections: learned.n,
            start_ns: round(start.0, 5),
            end_ns: round(end.0, 5),
            end_sd_ns: round(end.1, 5),
            changed_ns: round(change(&weighed.plan.start, writer.last()), 8),
            file: weighed.file.clone(),
        }
    };
    requests.iter().zip(learned).zip(weighed).zip(writers).map(row).collect()
}

/// The numbers that followed from where weights started.
pub(super) fn notes(requests: &[LearnRequest], learned: &[Learned]) -> Vec<String> {
    let note = |(request, learned): (&LearnRequest, &Learned)| {
        let by = match learned.rule {
            Plasticity::ErrorCorrecting { eta, gain, exponent, .. } => format!(
                "predict {gain:.4}·x^{exponent} spikes per ms, x the sum of weight (nS) times input (per ms), and learn by \
                 {eta:.4} nS·ms"
            ),
            _ => format!("learn by the rule {}", request.rule.name()),
        };
        let raised = request.parameters.get(W_MAX).is_some_and(|asked| *asked < learned.rule.w_max());
        let raised = if raised { ", the largest at the start, in place of the lower w_max_ns" } else { "" };
        let settles = learned.settles_at.map_or_else(String::new, |share| {
            format!(
                "; steady inputs make a prediction settle at {:.0} % of the rate, since their single spikes are noise to it",
                100.0 * share
            )
        });
        let bound = learned.rule.w_max();
        format!("{} onto {}: weights {by}, up to {bound:.3} nS{raised}{settles}", request.source, request.onto)
    };
    requests.iter().zip(learned).map(note).collect()
}

/// What traces leave out.
pub(super) fn trace_notes(learning: &[Learning], records: &[RecordRequest], traced: &[Traced]) -> Vec<String> {
    let leaves_out = |variable| matches!(variable, RecordVariable::GAmpa | RecordVariable::GGabaA);
    let reached = |traced: &Traced| {
        let Cells::Some(cells) = &traced.trace.cells else { return true };
        learning.iter().any(|learning| cells.iter().any(|cell| learning.onto[*cell as usize]))
    };
    let pairs = records.iter().zip(traced).filter(|(record, traced)| leaves_out(record.variable) && reached(traced));
    pairs
        .map(|(record, traced)| {
            format!("{} leaves out the {} of connections that learn", traced.file, record.variable.name())
        })
        .collect()
}

/// What a scientist should notice about weights at the end.
pub(super) fn end_notes(
    requests: &[LearnRequest],
    learned: &[Learned],
    writers: &[WeightWriter],
    rates: &[RateRow],
) -> Vec<String> {
    let mut notes = Vec::new();
    for ((request, learned), writer) in requests.iter().zip(learned).zip(writers) {
        let hz = rates.iter().find(|rate| rate.population == request.onto).map_or(0.0, |rate| rate.mean_hz);
        let number = |name: &str| request.parameters.get(name).copied().unwrap_or_default();
        let advice = format!(
            "{} fired at {hz} Hz, and weights were to predict {} Hz at the start; give predicts_hz near the rate",
            request.onto,
            number("predicts_hz")
        );
        let missed = format!("{} fired at {hz} Hz, target_hz is {}", request.onto, number("target_hz"));
        let [low, high] = match request.rule {
            LearnRule::ErrorCorrecting => [advice.clone(), advice],
            LearnRule::Inhibitory => [missed.clone(), format!("{missed}; raise w_max_ns")],
            LearnRule::Pair | LearnRule::Triplet => {
                ["this rule tends to do so".to_owned(), "this rule tends to do so".into()]
            }
        };
        for (bound, meaning) in [(0.0, low), (learned.rule.w_max(), high)] {
            // single precision may stop short of a bound by its last bit
            let is_near = |weight: f32| (f64::from(weight.abs()) - bound).abs() < 1e-4 * learned.rule.w_max();
            let near = writer.last().iter().filter(|weight| is_near(**weight)).count();
            let percent = 100.0 * near as f64 / writer.last().len().max(1) as f64;
            if percent > MANY_PERCENT {
                notes.push(format!(
                    "{percent:.0} % of the weights of {} onto {} ended at their bound of {bound:.3} nS: {meaning}",
                    request.source, request.onto
                ));
            }
        }
    }
    notes
}

/// Mean size of the change.
fn change(start: &[f32], end: &[f32]) -> f64 {
    let sizes = start.iter().zip(end).map(|(start, end)| f64::from((end - start).abs()));
    sizes.sum::<f64>() / start.len().max(1) as f64
}

/// Mean and standard deviation.
fn moments(values: &[f32]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / n;
    let variance = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
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
