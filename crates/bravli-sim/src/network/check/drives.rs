//! Drives, and what is written down.

use super::{Check, MAX_POISSON_MEAN};
use crate::network::{Cells, Drive, DriveKind, Effect, Network, NeuronModel, Profile, Trace, Variable, Waveform};

impl Check {
    pub(super) fn cells(&mut self, at: &str, cells: &Cells, n_cells: u32) {
        let Cells::Some(list) = cells else { return };
        if !list.windows(2).all(|pair| pair[0] < pair[1]) {
            self.flaw(at, "cells do not ascend", "sort them and name each once");
        }
        if let Some(cell) = list.iter().find(|cell| **cell >= n_cells) {
            self.flaw(
                at,
                format!("cell {cell} does not exist; cells are 0..{n_cells}"),
                "number cells from 0 within the population",
            );
        }
    }

    pub(super) fn drive(&mut self, at: &str, drive: &Drive, network: &Network<'_>) {
        let Some(population) = network.populations.get(drive.population) else {
            self.flaw(
                at,
                format!("drives population {} of {}", drive.population, network.populations.len()),
                "number populations from 0",
            );
            return;
        };
        if population.model.is_source() {
            self.flaw(at, format!("{:?} has no membrane to drive", population.name), "drive neurons");
        }
        let n = population.n_cells;
        self.cells(&format!("{at}.cells"), &drive.cells, n);
        let noisy = matches!(
            drive.kind,
            DriveKind::Poisson { .. } | DriveKind::OuConductance { .. } | DriveKind::OuCurrent { .. }
        );
        if noisy && drive.cells != Cells::All {
            self.flaw(
                &format!("{at}.cells"),
                "noise reaches all cells of a population",
                "set it to nothing per cell instead",
            );
        }
        match &drive.kind {
            DriveKind::Poisson { receptor, rate_hz, weight } => {
                self.profile(&format!("{at}.rate_hz"), rate_hz);
                self.finite(&format!("{at}.weight"), *weight);
                let mean = rate_hz.max() * network.dt_ms * 1e-3;
                if mean > MAX_POISSON_MEAN {
                    let message = format!("{mean} events per step on average; at most {MAX_POISSON_MEAN}");
                    self.flaw(
                        &format!("{at}.rate_hz"),
                        message,
                        "split it into several drives, or use an Ornstein-Uhlenbeck drive",
                    );
                }
                match population.receptors.get(*receptor) {
                    None => self.flaw(
                        &format!("{at}.receptor"),
                        format!("{:?} has no receptor {receptor}", population.name),
                        "number receptors from 0",
                    ),
                    Some(receptor) if *weight < 0.0 && receptor.effect != Effect::Current => {
                        self.flaw(
                            &format!("{at}.weight"),
                            format!("conductances are 0 or more, got {weight}"),
                            "choose the receptor by its reversal",
                        );
                    }
                    Some(_) => {}
                }
            }
            DriveKind::OuConductance { reversal_mv, mean_ns, sd_ns, tau_ms } => {
                self.any(&format!("{at}.reversal_mv"), reversal_mv, n);
                self.any(&format!("{at}.mean_ns"), mean_ns, n);
                self.not_negative(&format!("{at}.sd_ns"), sd_ns, n);
                self.positive(&format!("{at}.tau_ms"), tau_ms, n);
            }
            DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => {
                self.any(&format!("{at}.mean_pa"), mean_pa, n);
                self.not_negative(&format!("{at}.sd_pa"), sd_pa, n);
                self.positive(&format!("{at}.tau_ms"), tau_ms, n);
            }
            DriveKind::Current(waveform) => self.waveform(at, waveform, false),
            DriveKind::Conductance { waveform, reversal_mv } => {
                self.waveform(at, waveform, true);
                self.finite(&format!("{at}.reversal_mv"), *reversal_mv);
            }
            DriveKind::Clamp { v_mv, start_ms, stop_ms } => {
                self.finite(&format!("{at}.v_mv"), *v_mv);
                self.above(&format!("{at}.stop_ms"), *stop_ms, *start_ms, "a clamp ends after it starts");
            }
        }
    }

    pub(super) fn waveform(&mut self, at: &str, waveform: &Waveform, conductance: bool) {
        let (values, times) = match waveform {
            Waveform::Step { start_ms, stop_ms, amplitude } => (vec![*amplitude], Some((*start_ms, *stop_ms))),
            Waveform::Ramp { start_ms, stop_ms, from, to } => (vec![*from, *to], Some((*start_ms, *stop_ms))),
            Waveform::Profile(profile) => {
                let (values, starts): (Vec<f64>, Vec<f64>) = match profile {
                    Profile::Constant(value) => (vec![*value], Vec::new()),
                    Profile::Pieces(pieces) => pieces.iter().map(|(start, value)| (*value, *start)).unzip(),
                };
                if !starts.windows(2).all(|pair| pair[0] < pair[1]) || starts.iter().any(|start| !start.is_finite()) {
                    self.flaw(at, "starts do not ascend", "sort the pieces by their start");
                }
                (values, None)
            }
        };
        if let Some((start, stop)) = times
            && !(start.is_finite() && stop > start)
        {
            self.flaw(at, format!("runs from {start} to {stop} ms"), "give a start and a later stop, in ms");
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite() || (conductance && **value < 0.0)) {
            self.flaw(at, format!("an amplitude of {value}"), "currents are finite, conductances 0 or more");
        }
    }

    pub(super) fn recording(&mut self, network: &Network<'_>) {
        for (index, trace) in network.recording.traces.iter().enumerate() {
            self.trace(&format!("recording.traces[{index}]"), trace, network);
        }
        for (index, trace) in network.recording.weights.iter().enumerate() {
            let at = format!("recording.weights[{index}]");
            if trace.every == 0 {
                self.flaw(&at, "samples every 0 steps", "give 1 or more");
            }
            match network.projections.get(trace.projection) {
                None => {
                    self.flaw(&at, format!("there is no projection {}", trace.projection), "number projections from 0")
                }
                Some(projection) if projection.plasticity.is_none() => {
                    self.flaw(
                        &at,
                        format!("weights of {:?} do not change", projection.name),
                        "record projections that learn",
                    );
                }
                Some(_) => {}
            }
            if trace.connections.as_ref().is_some_and(|list| !list.windows(2).all(|pair| pair[0] < pair[1])) {
                self.flaw(&at, "connections do not ascend", "sort them and name each once");
            }
        }
    }

    pub(super) fn trace(&mut self, at: &str, trace: &Trace, network: &Network<'_>) {
        if trace.every == 0 {
            self.flaw(at, "samples every 0 steps", "give 1 or more");
        }
        let Some(population) = network.populations.get(trace.population) else {
            self.flaw(at, format!("there is no population {}", trace.population), "number populations from 0");
            return;
        };
        self.cells(&format!("{at}.cells"), &trace.cells, population.n_cells);
        let fits = match trace.variable {
            Variable::V => !population.model.is_source(),
            Variable::Adaptation => {
                matches!(population.model, NeuronModel::Adex(_) | NeuronModel::Gif(_) | NeuronModel::Izhikevich(_))
            }
            Variable::Threshold => matches!(population.model, NeuronModel::Gif(_)),
            Variable::Receptor(receptor) => receptor < population.receptors.len(),
        };
        if !fits {
            let message = format!(
                "{:?} of {:?}, a {} population, does not exist",
                trace.variable,
                population.name,
                population.model.name()
            );
            self.flaw(at, message, "record a variable that the model has");
        }
    }
}
