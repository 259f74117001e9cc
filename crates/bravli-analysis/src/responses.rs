//! Trial-wise population responses: the estimator's input.

use bravli_circuit::{Spikes, Trial};
use serde::{Deserialize, Serialize};

/// Responses of all runs of one system (a circuit or a control), trial by trial.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Responses {
    /// Trials of all runs, in any order.
    pub trials: Vec<TrialResponse>,
    /// Counts of each class; every column follows the order of `trials`.
    pub classes: Vec<ResponseClass>,
}

/// A trial and the run it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrialResponse {
    /// Run: one circuit seed with one stimulus seed.
    pub run: u32,
    /// What was shown.
    pub trial: Trial,
}

/// A counting window relative to stimulus onset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Start, ms after onset.
    pub start_ms: f64,
    /// End, ms after onset (excluded).
    pub end_ms: f64,
    /// Name, such as `early` (5–50 ms) or `late` (50–150 ms).
    pub name: String,
}

/// Population-summed spike counts of one class of cells in one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseClass {
    /// Name, such as `L23_E`.
    pub name: String,
    /// Cells summed over.
    pub n_cells: u32,
    /// Counting window.
    pub window: Window,
    /// Spikes per trial, shape `(n_trials,)`; a rate circuit may give non-integers.
    pub counts: Vec<f64>,
    /// Spikes per trial just before onset, shape `(n_trials,)`, or empty; read by the SST calibration.
    #[serde(default)]
    pub baseline: Vec<f64>,
}

/// Counts the spikes of the member cells in `[onset + start, onset + end)` of every onset.
///
/// `members` holds one flag per node id; ids beyond its end are not members. `spikes.time_ms` must ascend,
/// as [`Spikes`] promises. Result: shape `(n_onsets,)`, in the order of `onsets_ms`. Windows may overlap.
#[must_use]
pub fn count_spikes(spikes: &Spikes, members: &[bool], onsets_ms: &[f64], window: &Window) -> Vec<u32> {
    let n = spikes.time_ms.len().min(spikes.node.len());
    let time = &spikes.time_ms[..n];
    onsets_ms
        .iter()
        .map(|onset| {
            let from = time.partition_point(|t| *t < onset + window.start_ms);
            let len = time[from..].partition_point(|t| *t < onset + window.end_ms);
            let inside = spikes.node[from..from + len].iter();
            inside.filter(|id| members.get(**id as usize).copied().unwrap_or(false)).count() as u32
        })
        .collect()
}

impl ResponseClass {
    /// Counts a class from spikes of one run; `baseline_window` lies before onset (negative times).
    ///
    /// `onsets_ms` are the onsets of the run's trials, in the order the trials will have in [`Responses`].
    #[must_use]
    pub fn from_spikes(
        name: &str,
        spikes: &Spikes,
        members: &[bool],
        onsets_ms: &[f64],
        window: &Window,
        baseline_window: Option<&Window>,
    ) -> Self {
        let counts = |w: &Window| count_spikes(spikes, members, onsets_ms, w).into_iter().map(f64::from).collect();
        Self {
            name: name.to_owned(),
            n_cells: members.iter().filter(|m| **m).count() as u32,
            window: window.clone(),
            counts: counts(window),
            baseline: baseline_window.map(counts).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_members_inside_half_open_windows() {
        let spikes = Spikes {
            population: "p".into(),
            time_ms: vec![1.0, 5.0, 10.0, 12.0, 15.0, 20.0],
            node: vec![0, 1, 0, 2, 9, 0],
        };
        let window = Window { start_ms: 0.0, end_ms: 10.0, name: "early".into() };
        let got = count_spikes(&spikes, &[true, true, false], &[0.0, 1.0, 10.0, 500.0], &window);
        assert_eq!(got, vec![2, 3, 1, 0]);
        assert!(count_spikes(&Spikes::default(), &[], &[], &window).is_empty());
    }

    #[test]
    fn a_reversed_window_counts_nothing() {
        let spikes = Spikes { population: "p".into(), time_ms: vec![1.0, 2.0], node: vec![0, 0] };
        let window = Window { start_ms: 10.0, end_ms: 0.0, name: "odd".into() };
        assert_eq!(count_spikes(&spikes, &[true], &[0.0], &window), vec![0]);
    }
}
