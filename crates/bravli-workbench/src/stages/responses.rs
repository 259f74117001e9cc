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
        if window.end_ms <= window.start_ms {
            return Err(ActError::new(
                "empty_window",
                "window",
                format!("the window from {} ms ends at the next onset, {} ms", window.start_ms, window.end_ms),
                "use the early window, or a protocol with a longer isi_ms",
            ));
        }
        let spikes = run::spikes(store, record)?;
        let of_cells =
            spikes.iter().find(|spikes| spikes.population == column.header.node_population).ok_or_else(|| {
                ActError::new(
                    "broken_artifact",
                    "spikes.h5",
                    format!("{} holds no spikes of its cells", record.id),
                    "make it again",
                )
            })?;
        let onsets: Vec<f64> = schedule.trials.iter().map(|trial| trial.onset_ms).collect();
        let before: Vec<f64> = onsets.iter().map(|onset| onset - BASELINE_MS).collect();
        let baseline_window = Window { start_ms: 0.0, end_ms: BASELINE_MS, name: "baseline".into() };
        for (population_index, population) in column.header.populations.iter().enumerate() {
            let members: Vec<bool> =
                column.cells.population.iter().map(|of| usize::from(*of) == population_index).collect();
            let counts = count_spikes(of_cells, &members, &onsets, &window);
            let baseline = count_spikes(of_cells, &members, &before, &baseline_window);
            add(&mut responses, &population.name, population.n_cells, &window, counts, baseline);
        }
        if let Some(vpm) = spikes.iter().find(|spikes| spikes.population.eq_ignore_ascii_case("vpm")) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::requests::{
        ConditionRequest, PlaceColumn, ProtocolRequest, SetBoundaryConditions, Simulate, WirePathways,
    };
    use crate::workbench::Workbench;

    /// A fibre source that sorts before the recipe's name must not be counted as cells.
    #[test]
    fn cells_are_told_from_fibres_by_name_not_by_order() {
        let lab = tempfile::tempdir().unwrap();
        let bench = Workbench::new(lab.path());
        let place = serde_json::from_str::<PlaceColumn>(r#"{"recipe": "rat-barrel", "radius_um": 30}"#).unwrap();
        let column = bench.place_column(&place).unwrap().artifact;
        let circuit = bench.wire_pathways(&WirePathways { column, seed: 1 }, &Silent).unwrap().artifact;
        let early = ConditionRequest {
            source: "aaa".into(),
            kind: "dirichlet".into(),
            n_fibres: Some(2_000.0),
            rate: serde_json::from_str(r#"{"base_hz": 50}"#).unwrap(),
            onto: serde_json::from_str(
                r#"[{"population": "L4_E", "probability": 0, "synapses": 1, "synapse_class": "E2", "attenuation": 0}]"#,
            )
            .unwrap(),
            ..ConditionRequest::default()
        };
        let without = |source: &str| {
            let source = source.into();
            ConditionRequest { source, remove: true, ..ConditionRequest::default() }
        };
        let conditions = vec![early, without("vpm"), without("top_down"), without("missing_synapses")];
        let quiet = SetBoundaryConditions { circuit: circuit.clone(), conditions, calcium_mm: None, seed: 1 };
        let boundary = bench.set_boundary_conditions(&quiet).unwrap().artifact;
        let protocol = ProtocolRequest {
            mu: vec![3.0],
            sigma: vec![0.5],
            natural_trials: 2,
            lead_in_trials: 0,
            probe_repeats: 1,
            ..ProtocolRequest::default()
        };
        let request = Simulate { protocol, threads: 1, ..Simulate::of(&circuit, &boundary) };
        let run = bench.simulate(&request, &Silent).unwrap().artifact;
        let record = bench.store().get(&run, Some("run"), "run").unwrap();
        let gathered = gather(bench.store(), &[record], WindowName::Early).unwrap();
        let silent = gathered.responses.classes.iter().all(|class| class.counts.iter().all(|count| *count == 0.0));
        assert!(silent, "cells without input fired: fibres were counted in their place");
        assert!(!gathered.has_vpm);
    }
}
