//! What a run writes down.

use super::run::State;
use crate::network::{Cells, Network, Sink, SinkError, Variable};

/// Samples due at time `step`·dt, traces first.
pub(super) fn samples(network: &Network<'_>, state: &State, step: u64, sink: &mut dyn Sink) -> Result<(), SinkError> {
    let due = |every: u32| step.is_multiple_of(u64::from(every));
    for (index, trace) in network.recording.traces.iter().enumerate().filter(|(_, trace)| due(trace.every)) {
        let population = &network.populations[trace.population];
        let value = |cell: u32| {
            let cell = cell as usize;
            (match trace.variable {
                Variable::Receptor(receptor) => open(state, trace.population, cell, receptor),
                variable => state.membranes[trace.population].value(population, cell, variable),
            }) as f32
        };
        let values: Vec<f32> = match &trace.cells {
            Cells::All => (0..population.n_cells).map(value).collect(),
            Cells::Some(cells) => cells.iter().copied().map(value).collect(),
        };
        sink.sample(index, step as u32, &values)?;
    }
    for (index, trace) in network.recording.weights.iter().enumerate().filter(|(_, trace)| due(trace.every)) {
        let all = state.synapses.connections.iter().filter(|connection| connection.projection == trace.projection);
        let chosen = all.filter(|connection| {
            trace.connections.as_ref().is_none_or(|numbers| numbers.binary_search(&connection.number).is_ok())
        });
        let values: Vec<f32> = chosen.map(|connection| connection.weight as f32).collect();
        sink.weights(index, step as u32, &values)?;
    }
    Ok(())
}

/// What a receptor of a cell has open, by synapses and by Poisson events.
fn open(state: &State, population: usize, cell: usize, receptor: usize) -> f64 {
    let onto = state.synapses.onto[population][cell].iter().flat_map(|i| state.synapses.connections[*i].courses());
    let by_synapses: f64 = onto.filter(|(at, _)| *at == receptor).map(|(_, course)| course.now()).sum();
    by_synapses + state.drives.events[population][cell][receptor].now()
}
