//! Truth controls: the rate circuit that computes uncertainty-modulated errors and the one that does not, shown the very
//! trials of the runs.

use bravli_analysis::{Control, ResponseClass, Responses, Window};
use bravli_sim::rate::{Emission, Weights, WilmesParameters};
use std::collections::BTreeMap;

/// Samples that a context is learned from: figure 3 of the model's paper trains as long.
const TRAINING_SAMPLES: u32 = 60_000;

/// Cells, gain and variability with which the estimator was validated: 60 cells, 5 Hz per unit, Fano factor 4.
const CELLS: u32 = 60;
const HZ_PER_UNIT: f64 = 5.0;
const FANO: f64 = 4.0;

/// Rate of the control's cells without a stimulus, Hz: above zero, so that the baseline is estimated, not known.
const BASELINE_HZ: f64 = 1.0;

/// Independent copies of each circuit that computes such errors, and of the one that does not: together ten and ten.
const UPE_COPIES: u64 = 5;
const UNMODULATED_COPIES: u64 = 10;

/// The controls, run through the trials of `responses`.
///
/// Two circuits compute such errors (k = 1 and k = 2), five copies each. The third, ten copies, has the mean of the learned spreads in every context, so its gain
/// cannot depend on σ, though its inhibition still divides by the current error.
pub(crate) fn truth_controls(responses: &Responses, response_class: &str, window: &Window, seed: u64) -> Vec<Control> {
    let circuits = [
        ("wilmes_k1", true, 1.0, UPE_COPIES),
        ("wilmes_k2", true, 2.0, UPE_COPIES),
        ("unmodulated", false, 2.0, UNMODULATED_COPIES),
    ];
    let mut contexts: BTreeMap<(u64, u64), Weights> = BTreeMap::new();
    for trial in responses.trials.iter().map(|response| &response.trial) {
        contexts
            .entry((trial.mu.to_bits(), trial.sigma.to_bits()))
            .or_insert_with(|| WilmesParameters::default().train(trial.mu, trial.sigma, TRAINING_SAMPLES, seed));
    }
    let mean_spread = contexts.values().map(|weights| weights.pv).sum::<f64>() / contexts.len().max(1) as f64;
    let control = |name: &str, computes_upe: bool, exponent: f64, copy: u64| {
        let name = format!("{name}_{copy}");
        let circuit = WilmesParameters { exponent, ..WilmesParameters::default() };
        let emission = Emission {
            n_cells: CELLS,
            hz_per_unit: HZ_PER_UNIT,
            baseline_hz: BASELINE_HZ,
            window_ms: window.end_ms - window.start_ms,
            fano: FANO,
        };
        let mut errors = Vec::with_capacity(responses.trials.len());
        let mut drive = Vec::with_capacity(responses.trials.len());
        let (mut sst, mut pv) = (Vec::new(), Vec::new());
        for (index, response) in responses.trials.iter().enumerate() {
            let trial = &response.trial;
            let learned = contexts[&(trial.mu.to_bits(), trial.sigma.to_bits())];
            let weights = if computes_upe { learned } else { Weights { pv: mean_spread, ..learned } };
            let rates = circuit.respond(weights, trial.x);
            let count = |class: &str, rate| emission.count(rate, seed, &format!("{name}/{class}"), index as u64);
            errors.push(count("E", rates.positive_error + rates.negative_error));
            drive.push(count("drive", trial.x));
            sst.push(count("SST", rates.sst));
            pv.push(count("PV", rates.pv));
        }
        let class = |name: &str, counts| ResponseClass {
            name: name.to_owned(),
            n_cells: CELLS,
            window: window.clone(),
            counts,
            baseline: Vec::new(),
        };
        let classes =
            vec![class(response_class, errors), class("L4_E", drive), class("L23_SST", sst), class("L23_PV", pv)];
        Control { name, computes_upe, responses: Responses { trials: responses.trials.clone(), classes } }
    };
    circuits
        .into_iter()
        .flat_map(|(name, truth, exponent, copies)| (1..=copies).map(move |copy| (name, truth, exponent, copy)))
        .map(|(name, truth, exponent, copy)| control(name, truth, exponent, copy))
        .collect()
}
