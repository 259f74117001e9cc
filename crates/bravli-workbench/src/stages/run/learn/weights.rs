//! Weights that learn, written down.

use crate::error::ActError;
use crate::replies::{WeightRow, round};
use crate::requests::LearnRequest;
use crate::stages::run::{DT_MS, choose};
use bravli_sim::lower::{Learned, Lowered};
use bravli_sim::network::{Network, Row, WeightTrace};
use bravli_sonata::{WeightPlan, WeightWriter};

/// Samples of all weights over a run: enough for a curve.
const SAMPLES: u64 = 50;

/// Weights of an entry over time, with their place in the run's folder.
#[derive(Debug, Clone)]
pub(crate) struct Weighed {
    pub(crate) plan: WeightPlan,
    pub(crate) file: String,
}

/// Has all weights that learn written down.
pub(crate) fn weigh(requests: &[LearnRequest], lowered: &mut Lowered<'_>) -> Result<Vec<Weighed>, ActError> {
    // whole milliseconds
    let per_ms = (1.0 / DT_MS).round() as u64;
    let every = lowered.n_steps.div_ceil(SAMPLES).div_ceil(per_ms).max(1) * per_ms;
    let n: u64 = lowered.learned.iter().map(|learned| learned.n).sum();
    let bytes = 4.0 * n as f64 * (lowered.n_steps / every + 1) as f64;
    if bytes > choose::MAX_TRACE_BYTES {
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
pub(crate) fn rows(
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
