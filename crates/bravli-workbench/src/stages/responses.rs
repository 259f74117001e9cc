//! Runs → responses per trial.

use super::{circuit, circuit::input, column, run};
use crate::error::ActError;
use crate::requests::WindowName;
use crate::store::{ArtifactRecord, Store};
use bravli_analysis::{ResponseClass, Responses, TrialResponse, Window, count_spikes};
use bravli_circuit::{Schedule, Trial};

/// Responses of all runs together, and the input class of the thalamus where there is one.
pub(crate) struct Gathered {
    pub(crate) responses: Responses,
    pub(crate) has_vpm: bool,
}

/// The counting window of a name; the late one ends at the next onset where that comes first.
pub(crate) fn window(name: WindowName, schedule: &Schedule) -> Window {
    let next = schedule.trials.windows(2).map(|pair| pair[1].onset_ms - pair[0].onset_ms).fold(f64::INFINITY, f64::min);
    let (name, start_ms, end_ms) = match name {
        WindowName::Early => ("early", 5.0, 50.0_f64),
        WindowName::Late => ("late", 50.0, 150.0_f64),
    };
    Window { start_ms, end_ms: end_ms.min(next), name: name.to_owned() }
}

/// Length of the window before onset that the read-out of a mean is taken from, ms.
const BASELINE_MS: f64 = 45.0;

/// Counts the spikes of every population in every trial of the runs.
pub(crate) fn gather(store: &Store, runs: &[ArtifactRecord], window_name: WindowName) -> Result<Gathered, ActError> {
    let mut responses = Responses::default();
    let mut has_vpm = false;
    for (index, record) in runs.iter().enumerate() {
        let schedule = run::schedule(store, record)?;
        if schedule.trials.is_empty() {
            return Err(ActError::new(
                "no_trials",
                "runs",
                format!("{} is a spontaneous run: it has no trials", record.id),
                "simulate with protocol.kind = gaussian_blocks",
            ));
        }
        let window = window(window_name, &schedule);
        let circuit_record = input(store, record, "circuit")?;
        let column = column::load(store, &circuit::input(store, &circuit_record, "column")?)?;
        let spikes = run::spikes(store, record)?;
        let onsets: Vec<f64> = schedule.trials.iter().map(|trial| trial.onset_ms).collect();
        let before: Vec<f64> = onsets.iter().map(|onset| onset - BASELINE_MS).collect();
        let baseline_window = Window { start_ms: 0.0, end_ms: BASELINE_MS, name: "baseline".into() };
        for (population_index, population) in column.header.populations.iter().enumerate() {
            let members: Vec<bool> =
                column.cells.population.iter().map(|of| usize::from(*of) == population_index).collect();
            let counts = count_spikes(&spikes[0], &members, &onsets, &window);
            let baseline = count_spikes(&spikes[0], &members, &before, &baseline_window);
            add(&mut responses, &population.name, population.n_cells, &window, counts, baseline);
        }
        if let Some(vpm) = spikes.iter().find(|spikes| spikes.population == "vpm") {
            has_vpm = true;
            let n_fibres = vpm.node.iter().max().map_or(1, |node| node + 1);
            let members = vec![true; n_fibres as usize];
            let counts = count_spikes(vpm, &members, &onsets, &window);
            let baseline = count_spikes(vpm, &members, &before, &baseline_window);
            add(&mut responses, "VPM", n_fibres, &window, counts, baseline);
        }
        let of_run = |trial: &Trial| TrialResponse { run: index as u32, trial: *trial };
        responses.trials.extend(schedule.trials.iter().map(of_run));
    }
    Ok(Gathered { responses, has_vpm })
}

fn add(responses: &mut Responses, name: &str, n_cells: u32, window: &Window, counts: Vec<u32>, baseline: Vec<u32>) {
    let index = responses.classes.iter().position(|class| class.name == name).unwrap_or_else(|| {
        responses.classes.push(ResponseClass {
            name: name.to_owned(),
            n_cells,
            window: window.clone(),
            counts: Vec::new(),
            baseline: Vec::new(),
        });
        responses.classes.len() - 1
    });
    let class = &mut responses.classes[index];
    class.counts.extend(counts.into_iter().map(f64::from));
    class.baseline.extend(baseline.into_iter().map(f64::from));
}
