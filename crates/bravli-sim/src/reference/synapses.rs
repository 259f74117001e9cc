//! Connections, each with receptors of its own.

use super::course::Course;
use super::learning::Learner;
use super::release::{Event, State};
use crate::SimError;
use crate::network::{Effect, Kinetics, Network, Row};
use bravli_rng::{Draw, Stream};
use std::collections::BTreeMap;

/// One connection.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) projection: usize,
    /// Its number in the projection.
    pub(super) number: u64,
    pub(super) target: usize,
    pub(super) weight: f64,
    delay: u64,
    pub(super) receptor: usize,
    pub(super) course: Course,
    pub(super) slow: Option<SlowCourse>,
    release: State,
    pub(super) learner: Option<Learner>,
}

/// The slow receptor of a connection.
#[derive(Debug, Clone)]
pub(super) struct SlowCourse {
    pub(super) receptor: usize,
    pub(super) course: Course,
    ratio: f64,
}

impl Connection {
    /// Receptors that the connection opens.
    pub(super) fn courses(&self) -> impl Iterator<Item = (usize, &Course)> {
        std::iter::once((self.receptor, &self.course))
            .chain(self.slow.as_ref().map(|slow| (slow.receptor, &slow.course)))
    }

    /// An event enters: it opens the weight as it is, then the weight learns.
    fn enter(&mut self, event: Event, step: u64, dt_ms: f64) {
        let opened = self.weight * self.release.share(event, step, self.number, dt_ms);
        self.course.open(opened);
        if let Some(slow) = &mut self.slow {
            slow.course.open(opened * slow.ratio);
        }
        if let Some(learner) = &mut self.learner {
            self.weight = learner.at_arrival(self.weight);
        }
    }

    fn advance(&mut self, dt_ms: f64) {
        self.course.advance(dt_ms);
        if let Some(slow) = &mut self.slow {
            slow.course.advance(dt_ms);
        }
        if let Some(learner) = &mut self.learner {
            learner.advance(dt_ms);
        }
    }
}

/// All connections, and the events on their way.
#[derive(Debug)]
pub(super) struct Synapses {
    pub(super) connections: Vec<Connection>,
    /// Connections of each cell as a source, by population.
    from: Vec<Vec<Vec<usize>>>,
    /// Connections of each cell as a target, by population.
    pub(super) onto: Vec<Vec<Vec<usize>>>,
    /// Spikes that enter at a step: (connection, step of the spike).
    spikes: BTreeMap<u64, Vec<(usize, u64)>>,
    /// Spontaneous releases that enter at a step.
    miniatures: BTreeMap<u64, Vec<usize>>,
}

impl Synapses {
    /// Reads all rows; draws spontaneous releases for a run of `n_steps`.
    pub(super) fn new(network: &Network<'_>, n_steps: u64) -> Result<Self, SimError> {
        let cells = || network.populations.iter().map(|population| vec![Vec::new(); population.n_cells as usize]);
        let mut synapses = Self {
            connections: Vec::new(),
            from: cells().collect(),
            onto: cells().collect(),
            spikes: BTreeMap::new(),
            miniatures: BTreeMap::new(),
        };
        for index in 0..network.projections.len() {
            synapses.read(network, index, n_steps)?;
        }
        Ok(synapses)
    }

    fn read(&mut self, network: &Network<'_>, index: usize, n_steps: u64) -> Result<(), SimError> {
        let projection = &network.projections[index];
        let target = &network.populations[projection.target];
        let receptor = &target.receptors[projection.receptor];
        let is_conductance = !matches!(receptor.effect, Effect::Current | Effect::Silent);
        let key = Stream::new(network.seed, &projection.name, Draw::Release).key();
        let wiring = projection.wiring(network);
        let mut row = Row::default();
        let mut number = 0;
        for source in 0..wiring.n_sources() {
            wiring.row(source, &mut row);
            let flaw = row.flaw(target.n_cells, is_conductance, projection.release);
            if let Some(message) = flaw.or_else(|| decay_flaw(&row, receptor.kinetics)) {
                return Err(SimError::Row { projection: projection.name.clone(), source_cell: source, message });
            }
            let first = self.connections.len();
            for k in 0..row.len() {
                let weight = f64::from(row.weight[k]);
                let own = |column: &[f32]| column.get(k).map(|value| f64::from(*value));
                let slow = projection.slow.map(|slow| SlowCourse {
                    receptor: slow.receptor,
                    course: Course::new(target.receptors[slow.receptor].kinetics, None, network.dt_ms),
                    ratio: own(&row.own.slow_ratio).unwrap_or(slow.ratio),
                });
                self.from[projection.source][source as usize].push(self.connections.len());
                self.onto[projection.target][row.target[k] as usize].push(self.connections.len());
                self.connections.push(Connection {
                    projection: index,
                    number,
                    target: row.target[k] as usize,
                    weight,
                    delay: u64::from(row.delay[k]),
                    receptor: projection.receptor,
                    course: Course::new(receptor.kinetics, own(&row.own.decay_ms), network.dt_ms),
                    slow,
                    release: State::new(projection.release, &row, k, key),
                    learner: projection.plasticity.map(|rule| Learner::new(rule, weight)),
                });
                number += 1;
            }
            let stream = Stream::new(network.seed, &projection.name, Draw::Miniature);
            for (step, k) in miniatures(&row.own.mini_hz, stream, u64::from(source), network.dt_ms, n_steps) {
                self.miniatures.entry(step).or_default().push(first + k);
            }
        }
        Ok(())
    }

    /// Everything due at `step` enters; at one connection the spike goes before the spontaneous release.
    pub(super) fn arrive(&mut self, step: u64, dt_ms: f64) {
        for (connection, spike_step) in self.spikes.remove(&step).unwrap_or_default() {
            self.connections[connection].enter(Event::Spike(spike_step), step, dt_ms);
        }
        for connection in self.miniatures.remove(&step).unwrap_or_default() {
            self.connections[connection].enter(Event::Miniature(step), step, dt_ms);
        }
    }

    /// Sends the spike of a cell on its way.
    pub(super) fn send(&mut self, population: usize, cell: usize, spike_step: u64) {
        for &index in &self.from[population][cell] {
            let due = spike_step + self.connections[index].delay;
            self.spikes.entry(due).or_default().push((index, spike_step));
        }
    }

    /// Receptors and traces move to the end of the step.
    pub(super) fn advance(&mut self, dt_ms: f64) {
        self.connections.iter_mut().for_each(|connection| connection.advance(dt_ms));
    }
}

/// A decay of its own that no peak can be scaled to.
fn decay_flaw(row: &Row, kinetics: Kinetics) -> Option<String> {
    let Kinetics::Biexponential { rise_ms, .. } = kinetics else { return None };
    let short = row.own.decay_ms.iter().find(|decay_ms| **decay_ms <= rise_ms as f32)?;
    Some(format!("decay_ms of {short}; it must be longer than the rise of {rise_ms} ms"))
}

/// Spontaneous releases of one source: (step at which they enter, place in the row).
///
/// Candidates come at the row's largest rate times its length; one is kept with the rate of its connection over the largest.
fn miniatures(rates_hz: &[f32], stream: Stream, source: u64, dt_ms: f64, n_steps: u64) -> Vec<(u64, usize)> {
    let largest_hz = f64::from(rates_hz.iter().copied().fold(0.0, f32::max));
    if largest_hz <= 0.0 {
        return Vec::new();
    }
    let per_ms = largest_hz * rates_hz.len() as f64 * 1e-3;
    let mut kept = Vec::new();
    let mut time_ms = 0.0;
    for n in 0_u64.. {
        time_ms += -stream.uniform(source, 2 * n).ln() / per_ms;
        let step = (time_ms / dt_ms).ceil() as u64;
        if step >= n_steps {
            break;
        }
        let place = stream.uniform(source, 2 * n + 1) * rates_hz.len() as f64;
        let k = (place as usize).min(rates_hz.len() - 1);
        if place - (k as f64) < f64::from(rates_hz[k]) / largest_hz {
            kept.push((step, k));
        }
    }
    kept
}
