//! The order of events.

use super::drives::{Drives, outside_spikes};
use super::membrane::{Input, Membranes, is_exact};
use super::record;
use super::synapses::Synapses;
use crate::SimError;
use crate::network::{Effect, Network, Plasticity, Sink, Spike, check};

/// Everything that changes as a run goes on.
#[derive(Debug)]
pub(super) struct State {
    pub(super) membranes: Vec<Membranes>,
    pub(super) synapses: Synapses,
    pub(super) drives: Drives,
    /// Spikes less those predicted since the last interval, by projection and target; of error-correcting rules alone.
    errors: Vec<Vec<f64>>,
}

/// Simulates `n_steps` steps.
///
/// # Errors
/// [`SimError`] when the network has flaws or the sink fails.
pub fn run(network: &Network<'_>, n_steps: u64, sink: &mut dyn Sink) -> Result<(), SimError> {
    let flaws = check(network);
    if !flaws.is_empty() {
        return Err(SimError::Flaws(flaws));
    }
    let limit = u64::from(u32::MAX) - 1;
    if n_steps > limit {
        return Err(SimError::TooLong { n_steps, limit });
    }
    let populations = 0..network.populations.len();
    let exact: Vec<bool> = populations.clone().map(|population| is_exact(network, population)).collect();
    let mut state = State {
        membranes: network.populations.iter().map(Membranes::new).collect(),
        synapses: Synapses::new(network, n_steps)?,
        drives: Drives::new(network),
        errors: network.projections.iter().map(|p| vec![0.0; network.populations[p.target].n_cells as usize]).collect(),
    };
    let mut spikes: Vec<Vec<usize>> =
        populations.clone().map(|population| outside_spikes(network, population, 0)).collect();
    send(&mut state, &spikes, 0, sink)?;
    for step in 0..n_steps {
        state.synapses.arrive(step, network.dt_ms);
        state.drives.arrive(network, step);
        // arrivals of a step do not see the spikes of the same step
        state.mark_spikes(&spikes);
        state.predict(network);
        for population in populations.clone() {
            spikes[population] = if network.populations[population].model.is_source() {
                outside_spikes(network, population, step + 1)
            } else {
                state.advance_cells(network, population, step, exact[population])?
            };
        }
        state.synapses.advance(network.dt_ms);
        state.drives.advance(network, step);
        state.learn(network, &spikes, step + 1);
        send(&mut state, &spikes, step + 1, sink)?;
        record::samples(network, &state, step + 1, sink)?;
    }
    Ok(())
}

/// Spikes of a step go on their way and into the sink.
fn send(state: &mut State, spikes: &[Vec<usize>], step: u64, sink: &mut dyn Sink) -> Result<(), SimError> {
    for (population, cells) in spikes.iter().enumerate().filter(|(_, cells)| !cells.is_empty()) {
        cells.iter().for_each(|cell| state.synapses.send(population, *cell, step));
        let spikes: Vec<Spike> = cells.iter().map(|cell| Spike { step: step as u32, cell: *cell as u32 }).collect();
        sink.spikes(population, &spikes)?;
    }
    Ok(())
}

impl State {
    /// Advances the cells of a population through `step`; those that spike at its end, ascending.
    fn advance_cells(
        &mut self,
        network: &Network<'_>,
        population: usize,
        step: u64,
        exact: bool,
    ) -> Result<Vec<usize>, SimError> {
        let described = &network.populations[population];
        let mut fired = Vec::new();
        for cell in 0..described.n_cells as usize {
            let held = self.drives.held(network, population, cell, step);
            let mut input = Input::new(held.current_pa, held.clamp_mv);
            for (open_ns, reversal_mv) in held.conductances {
                input.conductance_ns.iter_mut().for_each(|total| *total += open_ns);
                input.current_pa.iter_mut().for_each(|total| *total += open_ns * reversal_mv);
            }
            self.open_receptors(network, population, cell, &mut input);
            let membranes = &mut self.membranes[population];
            if membranes.advance(network, described, cell, step, &input, exact) {
                fired.push(cell);
            }
            if !membranes.v[cell].is_finite() {
                return Err(SimError::Diverged {
                    population: described.name.clone(),
                    cell: cell as u32,
                    time_ms: (step + 1) as f64 * network.dt_ms,
                });
            }
        }
        Ok(fired)
    }

    /// Adds what receptors of a cell do during a step.
    fn open_receptors(&self, network: &Network<'_>, population: usize, cell: usize, input: &mut Input) {
        let receptors = &network.populations[population].receptors;
        let by_synapses =
            self.synapses.onto[population][cell].iter().flat_map(|i| self.synapses.connections[*i].courses());
        let by_events = self.drives.events[population][cell].iter().enumerate();
        for (receptor, course) in by_synapses.chain(by_events) {
            match receptors[receptor].effect {
                Effect::Silent => {}
                Effect::Current => {
                    course.add_to(&mut input.current_pa, 1.0);
                    let parts = course.exponentials().filter(|part| part.amplitude != 0.0);
                    input.exponentials.extend(parts.map(|part| (part.amplitude, part.tau_ms)));
                }
                Effect::Conductance { reversal_mv } => {
                    course.add_to(&mut input.conductance_ns, 1.0);
                    course.add_to(&mut input.current_pa, reversal_mv);
                }
                Effect::Nmda { reversal_mv, block } => {
                    let conducting = block.at(self.membranes[population].v[cell]);
                    course.add_to(&mut input.conductance_ns, conducting);
                    course.add_to(&mut input.current_pa, conducting * reversal_mv);
                }
            }
        }
    }

    /// Traces of target spikes jump at the connections that learn.
    fn mark_spikes(&mut self, spikes: &[Vec<usize>]) {
        for (population, cells) in spikes.iter().enumerate() {
            for index in cells.iter().flat_map(|cell| &self.synapses.onto[population][*cell]) {
                if let Some(learner) = &mut self.synapses.connections[*index].learner {
                    learner.spiked();
                }
            }
        }
    }

    /// Error-correcting rules take off what they predict for a step, from the arrivals as they stand at its start.
    fn predict(&mut self, network: &Network<'_>) {
        for (index, projection) in network.projections.iter().enumerate() {
            let Some(Plasticity::ErrorCorrecting { gain, exponent, max_hz, .. }) = projection.plasticity else {
                continue;
            };
            let mut sums = vec![0.0; self.errors[index].len()];
            for connection in self.synapses.connections.iter().filter(|connection| connection.projection == index) {
                let arrivals = connection.learner.as_ref().map_or(0.0, |learner| learner.arrivals_per_ms());
                sums[connection.target] += connection.weight * arrivals;
            }
            for (error, sum) in self.errors[index].iter_mut().zip(sums) {
                *error -= (gain * sum.max(0.0).powf(exponent)).min(max_hz * 1e-3) * network.dt_ms;
            }
        }
    }

    /// Weights see the spikes of time `step`·dt, and the end of an interval if one ends then.
    fn learn(&mut self, network: &Network<'_>, spikes: &[Vec<usize>], step: u64) {
        for (population, cells) in spikes.iter().enumerate() {
            for index in cells.iter().flat_map(|cell| &self.synapses.onto[population][*cell]) {
                let connection = &mut self.synapses.connections[*index];
                if let Some(learner) = &connection.learner {
                    connection.weight = learner.at_spike(connection.weight);
                }
            }
        }
        for (index, projection) in network.projections.iter().enumerate() {
            let Some(Plasticity::ErrorCorrecting { interval_ms, .. }) = projection.plasticity else { continue };
            for cell in &spikes[projection.target] {
                self.errors[index][*cell] += 1.0;
            }
            if !step.is_multiple_of(network.steps(interval_ms).max(1)) {
                continue;
            }
            for connection in self.synapses.connections.iter_mut().filter(|c| c.projection == index) {
                if let Some(learner) = &connection.learner {
                    connection.weight = learner.at_interval(connection.weight, self.errors[index][connection.target]);
                }
            }
            self.errors[index].fill(0.0);
        }
    }
}
