//! A network laid out, with its state, and the loop over time.

use super::checkpoint::{Checkpoint, Tape};
use super::layout::Layout;
use super::math::TILE;
use super::partition::{Outbox, Partition, Sample, Watch, WeightWatch};
use super::plan::{Common, Plan};
use super::simd::{Kernels, Simd};
use super::synapses::Built;
use super::team::{Broken, Team};
use crate::SimError;
use crate::network::{Cells, Network, Sink, SinkError, Spike};
use bravli_rng::Fnv;
use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How a network is run; nothing here changes results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Threads, 1 to 256.
    pub threads: usize,
    /// Instruction set.
    pub simd: Simd,
}

/// Sizes and counts of a run; the same at any number of threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Cells with a membrane.
    pub n_neurons: u64,
    /// Connections.
    pub n_connections: u64,
    /// Steps taken.
    pub n_steps: u64,
    /// Spikes of neurons.
    pub n_spikes: u64,
    /// Synaptic events: arrivals of spikes at connections, and spontaneous releases.
    pub n_events: u64,
}

/// Steps that can be counted: spike steps and delays behind them stay within thirty-two bits.
pub const MAX_STEPS: u64 = u32::MAX as u64 - 2 * u16::MAX as u64;

/// Threads at most.
const MAX_THREADS: usize = 256;

/// Time between two calls of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(20);

/// A network laid out for the fast engine, with its state.
#[derive(Debug)]
pub struct Engine<'a> {
    network: &'a Network<'a>,
    kernels: Kernels,
    threads: usize,
    common: Arc<Common>,
    partitions: Vec<Partition>,
    step: u32,
    /// Whether spikes of step 0 are told.
    has_begun: bool,
    stats: Stats,
}

impl<'a> Engine<'a> {
    /// Checks and lays out a network; the run starts at step 0.
    ///
    /// # Errors
    /// [`SimError`] when the network has flaws, a row of connections is wrong, threads cannot be started, or the machine
    /// lacks an instruction set that was asked for.
    pub fn new(network: &'a Network<'a>, options: Options) -> Result<Self, SimError> {
        Self::new_unless(network, options, &|| false)
    }

    /// The same, given up where `stop`, which is asked now and then, says so.
    ///
    /// # Errors
    /// [`SimError::Cancelled`] when `stop` said so; else as [`Self::new`].
    pub fn new_unless(
        network: &'a Network<'a>,
        options: Options,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, SimError> {
        let threads = options.threads.clamp(1, MAX_THREADS);
        Self::with_partitions(network, options, Layout::n_partitions(network, threads), stop)
    }

    /// A network at a checkpoint of it, laid out once.
    ///
    /// # Errors
    /// [`SimError::Checkpoint`] when it belongs to another network or is damaged; [`SimError::Cancelled`] when `stop` said so;
    /// else as [`Self::new`].
    pub fn resume(
        network: &'a Network<'a>,
        options: Options,
        checkpoint: &Checkpoint,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, SimError> {
        let refuse = |what: &str| SimError::Checkpoint(what.to_owned());
        let n_partitions = checkpoint.n_partitions as usize;
        let possible = Layout::n_partitions(network, 1)..=Layout::n_partitions(network, MAX_THREADS).max(MAX_THREADS);
        if checkpoint.step > MAX_STEPS || !possible.contains(&n_partitions) {
            return Err(refuse("it is damaged"));
        }
        let mut engine = Self::with_partitions(network, options, n_partitions, stop)?;
        if checkpoint.fingerprint != engine.fingerprint() {
            return Err(refuse("it is of another network"));
        }
        let mut tape = Tape::read(&checkpoint.bytes);
        let mut stats = [0_u64; 2];
        tape.words(&mut stats);
        for partition in &mut engine.partitions {
            partition.load(&mut tape);
        }
        if !tape.ended_well() {
            return Err(refuse("it is damaged"));
        }
        engine.step = checkpoint.step as u32;
        engine.has_begun = checkpoint.step > 0;
        (engine.stats.n_spikes, engine.stats.n_events) = (stats[0], stats[1]);
        for partition in &mut engine.partitions {
            partition.seek(engine.step);
        }
        Ok(engine)
    }

    fn with_partitions(
        network: &'a Network<'a>,
        options: Options,
        n_partitions: usize,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, SimError> {
        let threads = options.threads.clamp(1, MAX_THREADS);
        let kernels = Kernels::of(options.simd)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| SimError::Threads { threads, message: error.to_string() })?;
        let plan = Plan::new(network, n_partitions, &pool, stop)?;
        let stats = Stats { n_neurons: network.n_neurons(), n_connections: plan.n_connections, ..Stats::default() };
        let mut engine = Self {
            network,
            kernels,
            threads,
            common: plan.common,
            partitions: plan.partitions,
            step: 0,
            has_begun: false,
            stats,
        };
        engine.watch();
        let spikes = engine.first_spikes();
        for partition in &mut engine.partitions {
            (kernels.ingest)(partition, &spikes);
        }
        Ok(engine)
    }

    /// Spikes of sources at step 0.
    fn first_spikes(&mut self) -> Vec<(u32, u32)> {
        let mut spikes = Vec::new();
        for partition in &mut self.partitions {
            partition.seek_start();
            partition.source_spikes(0, &mut spikes);
        }
        spikes.sort_unstable();
        spikes
    }

    /// Tells every partition what to note.
    fn watch(&mut self) {
        for (index, trace) in self.network.recording.traces.iter().enumerate() {
            let n_cells = self.network.populations[trace.population].n_cells;
            let cells: Vec<u32> = match &trace.cells {
                Cells::All => (0..n_cells).collect(),
                Cells::Some(cells) => cells.clone(),
            };
            let owners = &self.common.layout.populations[trace.population].owners;
            for (partition, own) in self.partitions.iter_mut().enumerate() {
                let Some(group) = own.groups.iter().position(|group| group.population == trace.population) else {
                    continue;
                };
                let first = own.groups[group].first_tile as usize * TILE;
                let places = cells
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| owners[**cell as usize / TILE].partition as usize == partition);
                let watched = places.map(|(place, cell)| (group, *cell as usize - first, place as u32)).collect();
                own.watches.push(Watch {
                    trace: index as u32,
                    every: trace.every,
                    variable: trace.variable,
                    cells: watched,
                });
            }
        }
        for (index, trace) in self.network.recording.weights.iter().enumerate() {
            let bundle = self.common.bundles.iter().position(|bundle| bundle.targets[0].projection == trace.projection);
            let Some(bundle) = bundle else { continue };
            for own in &mut self.partitions {
                let Built::Learning(store) = &own.stored[bundle].built else { continue };
                let place = |number: u32| match &trace.connections {
                    None => Some(number),
                    Some(list) => list.binary_search(&u64::from(number)).ok().map(|place| place as u32),
                };
                let connections = store.own.iter().enumerate();
                let watched = connections.filter_map(|(at, own)| Some((at as u32, place(own.number)?))).collect();
                own.weight_watches.push(WeightWatch {
                    trace: index as u32,
                    every: trace.every,
                    bundle,
                    connections: watched,
                });
            }
        }
    }

    /// The next step.
    #[must_use]
    pub fn step(&self) -> u64 {
        u64::from(self.step)
    }

    /// Sizes and counts so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats { n_steps: u64::from(self.step), ..self.stats }
    }

    /// Memory of synapses and state, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.partitions.iter().map(Partition::bytes).sum()
    }

    /// The instruction set in use.
    #[must_use]
    pub fn simd(&self) -> Simd {
        self.kernels.simd
    }

    /// Runs up to (not including) step `until`; spikes of steps up to `until` are told.
    ///
    /// `progress` is called about every 20 ms with the next step, and may stop the run; the engine then stands at a step
    /// from which it can go on.
    ///
    /// # Errors
    /// [`SimError::Cancelled`] when `progress` asked to stop; [`SimError::TooLong`] beyond [`MAX_STEPS`];
    /// [`SimError::Diverged`] or [`SimError::Sink`] when something went wrong: the run cannot go on then.
    ///
    /// # Repeatability
    /// Bit-equal for any number of threads and any instruction set.
    pub fn run(
        &mut self,
        until: u64,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), SimError> {
        if until > MAX_STEPS {
            return Err(SimError::TooLong { n_steps: until, limit: MAX_STEPS });
        }
        let until = until as u32;
        if !self.has_begun {
            self.has_begun = true;
            let spikes = self.first_spikes();
            Teller::new(self.network, &self.common).spikes(&spikes, sink)?;
        }
        if until <= self.step {
            return Ok(());
        }
        let boxes: Vec<[RwLock<Outbox>; 2]> = self.partitions.iter().map(|_| Default::default()).collect();
        let per_member = self.partitions.len().div_ceil(self.threads).max(1);
        let mut shares: Vec<&mut [Partition]> = self.partitions.chunks_mut(per_member).collect();
        let team = Team::new(shares.len());
        let (first, batch, kernels) = (self.step, self.common.batch, self.kernels);
        let mine = shares.remove(0);
        let mut teller = Teller::new(self.network, &self.common);
        let mut began = Instant::now();
        let mut outcome = Ok(());
        let (stats, reached) = (&mut self.stats, &mut self.step);
        std::thread::scope(|scope| {
            // before any other starts: where one cannot, the rest must not wait for it
            let member = team.member();
            for (index, share) in shares.into_iter().enumerate() {
                let (team, boxes) = (&team, &boxes);
                let started = std::thread::Builder::new().spawn_scoped(scope, move || {
                    let member = team.member();
                    let own = (index + 1) * per_member;
                    // a broken team is told by the member that broke it
                    let _ = rounds(share, own, boxes, team, kernels, first, until, batch, &mut |_, _| {});
                    member.done();
                });
                if let Err(error) = started {
                    outcome = Err(SimError::Threads { threads: self.threads, message: error.to_string() });
                    return;
                }
            }
            let ended = rounds(mine, 0, &boxes, &team, kernels, first, until, batch, &mut |round, steps| {
                *reached = steps.end;
                if outcome.is_ok() {
                    outcome = teller.tell(&boxes, round, sink, stats);
                    if outcome.is_ok() && began.elapsed() >= PROGRESS_EVERY {
                        began = Instant::now();
                        if progress(u64::from(steps.end)).is_break() {
                            outcome = Err(SimError::Cancelled);
                        }
                    }
                    if outcome.is_err() {
                        team.end_after(round + 1);
                    }
                } else {
                    // the round after a stop still counts, and what goes wrong in it goes before the wish to stop
                    if let Err(error) = teller.tell(&boxes, round, sink, stats)
                        && outcome == Err(SimError::Cancelled)
                    {
                        outcome = Err(error);
                    }
                }
            });
            if ended.is_ok() {
                member.done();
            }
        });
        // what the last round told enters the lists, so that the state is whole
        let last = self.step;
        let rounds_done = (last - first).div_ceil(batch);
        if rounds_done > 0 {
            let parity = ((rounds_done - 1) % 2) as usize;
            for told in &boxes {
                let told = told[parity].read().unwrap_or_else(PoisonError::into_inner);
                for partition in &mut self.partitions {
                    (self.kernels.ingest)(partition, &told.spikes);
                }
            }
        }
        match self.partitions.iter().find_map(Partition::diverged) {
            Some((population, cell)) if outcome.is_ok() => Err(SimError::Diverged {
                population: self.network.populations[population].name.clone(),
                cell,
                time_ms: f64::from(last) * self.network.dt_ms,
            }),
            _ => outcome,
        }
    }

    /// The state, to go on from later.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let mut tape = Tape::write();
        let mut stats = [self.stats.n_spikes, self.stats.n_events];
        tape.words(&mut stats);
        for partition in &self.partitions {
            partition.save(&mut tape);
        }
        Checkpoint {
            step: u64::from(self.step),
            n_partitions: self.partitions.len() as u32,
            fingerprint: self.fingerprint(),
            bytes: tape.bytes(),
        }
    }

    /// Goes back, or on, to a checkpoint of the same network.
    ///
    /// # Errors
    /// [`SimError::Checkpoint`] when it belongs to another network or is damaged; the engine is then unchanged.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), SimError> {
        let options = Options { threads: self.threads, simd: self.kernels.simd };
        // a fresh layout, so that a damaged checkpoint leaves this engine as it is
        *self = Self::resume(self.network, options, checkpoint, &|| false)?;
        Ok(())
    }

    /// Tells networks apart by all but the rows of lists and of other stores, of which it counts the connections.
    fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        let network = self.network;
        let (parts, noise) = ((&network.populations, &network.projections), &network.drives);
        let told = write!(hash, "{} {} {} {parts:?} {noise:?}", network.seed, network.dt_ms, self.stats.n_connections);
        // writing to a number cannot fail
        told.map_or(0, |()| hash.get())
    }
}

/// Runs batch after batch until the end, or until the team ends; `after` is called after every meeting.
#[expect(clippy::too_many_arguments, reason = "what a thread is given when it starts")]
fn rounds(
    share: &mut [Partition],
    first_own: usize,
    boxes: &[[RwLock<Outbox>; 2]],
    team: &Team,
    kernels: Kernels,
    first: u32,
    until: u32,
    batch: u32,
    after: &mut dyn FnMut(u64, Range<u32>),
) -> Result<(), Broken> {
    let mut from = first;
    for round in 0_u64.. {
        let steps = from..from.saturating_add(batch).min(until);
        let parity = (round % 2) as usize;
        if round > 0 {
            for told in boxes {
                let told = told[1 - parity].read().unwrap_or_else(PoisonError::into_inner);
                for partition in share.iter_mut() {
                    (kernels.ingest)(partition, &told.spikes);
                }
            }
        }
        for (partition, told) in share.iter_mut().zip(&boxes[first_own..]) {
            let mut told = told[parity].write().unwrap_or_else(PoisonError::into_inner);
            told.clear();
            (kernels.advance)(partition, steps.clone(), &mut told);
        }
        team.meet()?;
        from = steps.end;
        after(round, steps);
        if from >= until || team.ends_with(round) {
            break;
        }
    }
    Ok(())
}

/// Puts together what partitions tell, and writes it down.
struct Teller<'a> {
    network: &'a Network<'a>,
    first_source: Vec<u32>,
    spikes: Vec<(u32, u32)>,
    samples: Vec<Sample>,
    out: Vec<Spike>,
    values: Vec<f32>,
}

impl<'a> Teller<'a> {
    fn new(network: &'a Network<'a>, common: &Common) -> Self {
        Self {
            network,
            first_source: common.first_source.clone(),
            spikes: Vec::new(),
            samples: Vec::new(),
            out: Vec::new(),
            values: Vec::new(),
        }
    }

    fn tell(
        &mut self,
        boxes: &[[RwLock<Outbox>; 2]],
        round: u64,
        sink: &mut dyn Sink,
        stats: &mut Stats,
    ) -> Result<(), SimError> {
        let mut spikes = std::mem::take(&mut self.spikes);
        let mut samples = std::mem::take(&mut self.samples);
        let mut weights = Vec::new();
        spikes.clear();
        samples.clear();
        let mut diverged = None;
        for told in boxes {
            let told = told[(round % 2) as usize].read().unwrap_or_else(PoisonError::into_inner);
            spikes.extend_from_slice(&told.spikes);
            samples.extend_from_slice(&told.samples);
            weights.extend_from_slice(&told.weights);
            stats.n_events += told.events;
            stats.n_spikes += told.n_spikes;
            diverged = diverged.or(told.diverged);
        }
        spikes.sort_unstable();
        self.spikes(&spikes, sink)?;
        self.spikes = spikes;
        self.values(&mut samples, |trace, step, values| sink.sample(trace, step, values))?;
        self.values(&mut weights, |trace, step, values| sink.weights(trace, step, values))?;
        self.samples = samples;
        if let Some((population, cell, step)) = diverged {
            let population = self.network.populations[population].name.clone();
            return Err(SimError::Diverged { population, cell, time_ms: f64::from(step) * self.network.dt_ms });
        }
        Ok(())
    }

    /// Tells spikes sorted by step, then number, population by population.
    fn spikes(&mut self, spikes: &[(u32, u32)], sink: &mut dyn Sink) -> Result<(), SinkError> {
        if spikes.is_empty() {
            return Ok(());
        }
        for (population, bounds) in self.first_source.windows(2).enumerate() {
            self.out.clear();
            let own = spikes.iter().filter(|(_, source)| (bounds[0]..bounds[1]).contains(source));
            self.out.extend(own.map(|(step, source)| Spike { step: *step, cell: source - bounds[0] }));
            if !self.out.is_empty() {
                sink.spikes(population, &self.out)?;
            }
        }
        Ok(())
    }

    fn values(
        &mut self,
        samples: &mut [Sample],
        mut tell: impl FnMut(usize, u32, &[f32]) -> Result<(), SinkError>,
    ) -> Result<(), SinkError> {
        samples.sort_unstable_by_key(|(trace, step, place, _)| (*step, *trace, *place));
        for own in samples.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            self.values.clear();
            self.values.extend(own.iter().map(|sample| sample.3));
            tell(own[0].0 as usize, own[0].1, &self.values)?;
        }
        Ok(())
    }
}
