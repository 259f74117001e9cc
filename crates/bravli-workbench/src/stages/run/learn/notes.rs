//! What to know of a run that learns.

use super::numbers::W_MAX;
use crate::replies::RateRow;
use crate::requests::{LearnRequest, LearnRule, RecordRequest, RecordVariable};
use crate::stages::run::choose::Traced;
use bravli_sim::lower::{Learned, Learning};
use bravli_sim::network::{Cells, Plasticity};
use bravli_sonata::WeightWriter;

/// Share of weights at a bound that is worth a note, %.
const MANY_PERCENT: f64 = 10.0;

/// The numbers that followed from where weights started.
pub(crate) fn notes(requests: &[LearnRequest], learned: &[Learned]) -> Vec<String> {
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
pub(crate) fn trace_notes(learning: &[Learning], records: &[RecordRequest], traced: &[Traced]) -> Vec<String> {
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
pub(crate) fn end_notes(
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
