//! Which connections learn, and by what.

mod notes;
mod numbers;
mod weights;

pub(super) use notes::{end_notes, notes, trace_notes};
pub(super) use numbers::{assumed, whole};
pub(super) use weights::{Weighed, rows, weigh};

use crate::error::ActError;
use crate::requests::{LearnRequest, LearnRule};
use bravli_circuit::Column;
use bravli_recipe::nearest;
use bravli_sim::lower::{Learning, LearningRule, LearningSource};
use numbers::{INPUT, W_MAX};

/// What learns; `sources` are the boundary's sources of fibres, in their order.
pub(super) fn learning(
    requests: &[LearnRequest],
    column: &Column,
    sources: &[&str],
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
                let known = sources.iter().chain(&populations).copied().collect();
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
