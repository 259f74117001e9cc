//! Which connections learn, and by what.

use super::{DT_MS, choose};
use crate::error::ActError;
use crate::replies::{WeightRow, round};
use crate::requests::{LearnRequest, LearnRule};
use bravli_circuit::Column;
use bravli_recipe::nearest;
use bravli_sim::lower::{Learned, Learning, LearningRule, LearningSource, Lowered};
use bravli_sim::network::{Network, Plasticity, Row, WeightTrace};
use bravli_sonata::{WeightPlan, WeightWriter};

/// Entries of a request.
const MAX_ENTRIES: usize = 64;

/// Samples of all weights over a run: enough for a curve.
const SAMPLES: u64 = 50;

/// Bytes that all weights of a run may take: 8 GiB, as much as is handy on a workstation.
const MAX_BYTES: f64 = 8.0 * 1_073_741_824.0;

/// Share of weights at a bound that is worth a note, %.
const MANY_PERCENT: f64 = 10.0;

/// A number of a rule: its name, its value where a request gives none, and its range.
type Parameter = (&'static str, Option<f64>, f64, f64);

const W_MAX: Parameter = ("w_max_ns", None, 1e-6, 1e4);

/// Numbers of the rule after Wilmes et al. 2025 (doi:10.7554/eLife.95127): the rates that it is told in are ours, and so
/// is how long learning takes, which the theory leaves open.
const ERROR_CORRECTING: [Parameter; 8] = [
    ("tau_ms", Some(20.0), 0.1, 1e4),
    ("exponent", Some(1.0), 0.1, 10.0),
    ("predicts_hz", Some(5.0), 1e-3, 1e3),
    ("learning_ms", Some(5_000.0), 1.0, 1e9),
    ("max_hz", Some(200.0), 1e-3, 1e4),
    ("interval_ms", Some(10.0), DT_MS, 1e4),
    ("input_hz", None, 1e-6, 1e4),
    W_MAX,
];

/// Gütig et al. 2003 (doi:10.1523/JNEUROSCI.23-09-03697.2003): lambda 0.005, alpha 1.05, mu 0.02, tau 20 ms.
const PAIR: [Parameter; 6] = [
    ("tau_plus_ms", Some(20.0), 0.1, 1e4),
    ("tau_minus_ms", Some(20.0), 0.1, 1e4),
    ("a_plus", Some(0.005), 0.0, 1.0),
    ("a_minus", Some(0.00525), 0.0, 1.0),
    ("mu", Some(0.02), 0.0, 10.0),
    W_MAX,
];

/// Pfister & Gerstner 2006 (doi:10.1523/JNEUROSCI.1425-06.2006), table 4: visual cortex, all to all, full model.
const TRIPLET: [Parameter; 9] = [
    ("tau_plus_ms", Some(16.8), 0.1, 1e4),
    ("tau_x_ms", Some(101.0), 0.1, 1e5),
    ("tau_minus_ms", Some(33.7), 0.1, 1e4),
    ("tau_y_ms", Some(125.0), 0.1, 1e5),
    ("a2_plus", Some(5e-10), 0.0, 1.0),
    ("a3_plus", Some(6.2e-3), 0.0, 1.0),
    ("a2_minus", Some(7e-3), 0.0, 1.0),
    ("a3_minus", Some(2.3e-4), 0.0, 1.0),
    W_MAX,
];

/// Vogels et al. 2011 (doi:10.1126/science.1211095): tau 20 ms; the step per pair is a thousandth of the bound.
const INHIBITORY: [Parameter; 4] =
    [("tau_ms", Some(20.0), 0.1, 1e4), ("eta", Some(1e-3), 0.0, 1.0), ("target_hz", Some(5.0), 0.0, 1e3), W_MAX];

fn parameters(rule: LearnRule) -> &'static [Parameter] {
    match rule {
        LearnRule::ErrorCorrecting => &ERROR_CORRECTING,
        LearnRule::Pair => &PAIR,
        LearnRule::Triplet => &TRIPLET,
        LearnRule::Inhibitory => &INHIBITORY,
    }
}

/// The same entries with every number that has a default; checks what needs no circuit.
pub(super) fn whole(requests: &[LearnRequest]) -> Result<Vec<LearnRequest>, ActError> {
    if requests.len() > MAX_ENTRIES {
        let message = format!("must hold at most {MAX_ENTRIES} entries, got {}", requests.len());
        return Err(ActError::new("too_many_entries", "learn", message, "leave some away"));
    }
    requests.iter().enumerate().map(|(index, request)| whole_entry(index, request)).collect()
}

fn whole_entry(index: usize, request: &LearnRequest) -> Result<LearnRequest, ActError> {
    let known = parameters(request.rule);
    let mut entry = request.clone();
    for (name, value) in &request.parameters {
        let place = format!("learn[{index}].parameters.{name}");
        let Some((_, _, low, high)) = known.iter().find(|(known, ..)| known == name) else {
            let all: Vec<String> = known
                .iter()
                .map(|(name, default, ..)| {
                    default.map_or_else(|| (*name).to_owned(), |value| format!("{name} ({value})"))
                })
                .collect();
            return Err(ActError::new(
                "unknown_parameter",
                place,
                format!("{} has no parameter {name:?}", request.rule.name()),
                format!("there are {}", all.join(", ")),
            ));
        };
        if !(low..=high).contains(&value) {
            return Err(ActError::new(
                "bad_parameter",
                place,
                format!("must lie in {low} to {high}, got {value}"),
                "leave it out for its default",
            ));
        }
    }
    for (name, default, ..) in known {
        if let Some(value) = default {
            entry.parameters.entry((*name).to_owned()).or_insert(*value);
        }
    }
    Ok(entry)
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
        let onto = at(&request.onto).ok_or_else(|| unknown("onto", &request.onto, populations.clone()))?;
        Ok(Learning {
            source: request.source.clone(),
            from,
            onto: marked(onto),
            rule: rule(request),
            w_max_ns: request.parameters.get(W_MAX.0).copied(),
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
            input_hz: given("input_hz"),
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
            file: weighed.file.clone(),
        }
    };
    requests.iter().zip(learned).zip(weighed).zip(writers).map(row).collect()
}

/// What a scientist should notice about weights at the end.
pub(super) fn end_notes(requests: &[LearnRequest], learned: &[Learned], writers: &[WeightWriter]) -> Vec<String> {
    let mut notes = Vec::new();
    for ((request, learned), writer) in requests.iter().zip(learned).zip(writers) {
        let at = |bound: f64| {
            // single precision may stop short of a bound by its last bit
            let near =
                writer.last().iter().filter(|weight| (f64::from(weight.abs()) - bound).abs() < 1e-4 * w_max(learned));
            100.0 * near.count() as f64 / writer.last().len().max(1) as f64
        };
        for (bound, remedy) in [
            (w_max(learned), "raise w_max_ns, or predicts_hz where a rate is learned"),
            (0.0, "what they learn is below what these inputs can tell; lower the learning rate or the target"),
        ] {
            let share = at(bound);
            if share > MANY_PERCENT {
                notes.push(format!(
                    "{share:.0} % of the weights of {} onto {} ended at their bound of {bound:.3} nS; {remedy}",
                    request.source, request.onto
                ));
            }
        }
    }
    notes
}

/// Bound of a weight, nS.
fn w_max(learned: &Learned) -> f64 {
    match learned.rule {
        Plasticity::Pair { w_max, .. }
        | Plasticity::Triplet { w_max, .. }
        | Plasticity::Inhibitory { w_max, .. }
        | Plasticity::ErrorCorrecting { w_max, .. } => w_max,
    }
}

/// Mean and standard deviation.
fn moments(values: &[f32]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / n;
    let variance = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
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
        format!("{} onto {}: weights {by}, up to {:.3} nS", request.source, request.onto, w_max(learned))
    };
    requests.iter().zip(learned).map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(rule: LearnRule, parameters: &[(&str, f64)]) -> LearnRequest {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        LearnRequest { source: "top_down".into(), onto: "L23_SST".into(), rule, parameters }
    }

    #[test]
    fn numbers_that_are_left_out_stand_at_their_defaults() {
        let entry = entry(LearnRule::ErrorCorrecting, &[("exponent", 2.0)]);
        let whole = whole(std::slice::from_ref(&entry)).unwrap();
        assert_eq!(whole[0].parameters["exponent"], 2.0);
        assert_eq!(whole[0].parameters["learning_ms"], 5_000.0);
        assert!(!whole[0].parameters.contains_key("w_max_ns"), "it follows from the weights");
        assert_eq!(super::whole(&whole).unwrap(), whole);
    }

    #[test]
    fn every_default_is_within_its_range() {
        for rule in [LearnRule::ErrorCorrecting, LearnRule::Pair, LearnRule::Triplet, LearnRule::Inhibitory] {
            assert!(whole(&whole(&[entry(rule, &[])]).unwrap()).is_ok(), "{}", rule.name());
        }
    }

    #[test]
    fn wrong_numbers_are_told_with_those_there_are() {
        let told = |parameters: &[(&str, f64)]| whole(&[entry(LearnRule::Inhibitory, parameters)]).unwrap_err();
        let error = told(&[("exponent", 2.0)]);
        assert_eq!((error.code.as_ref(), error.place.as_str()), ("unknown_parameter", "learn[0].parameters.exponent"));
        assert!(error.remedy.contains("target_hz (5)") && error.remedy.contains("w_max_ns"), "{}", error.remedy);
        for (name, value) in [("tau_ms", 0.0), ("eta", f64::NAN), ("target_hz", -1.0), ("w_max_ns", f64::INFINITY)] {
            assert_eq!(told(&[(name, value)]).code, "bad_parameter", "{name}");
        }
    }
}
