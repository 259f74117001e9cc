//! Cells that one thread advances, with all connections onto them.

use super::group::{Group, Plane};
use super::plan::Common;
use super::source::SourceGroup;
use super::synapses::{Built, Due, Runs, Shared};
use std::sync::Arc;

/// A bundle's connections onto a partition, with what a spike needs.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) shared: Option<Shared>,
    pub(crate) built: Built,
}

/// A value to be written down: (place in the list of wishes, step, place in the trace, value).
pub(crate) type Sample = (u32, u32, u32, f32);

/// A variable that this partition notes for a trace.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    /// Trace.
    pub(crate) trace: u32,
    pub(crate) every: u32,
    pub(crate) variable: crate::network::Variable,
    /// Group, cell in the group, place in the trace.
    pub(crate) cells: Vec<(usize, usize, u32)>,
}

/// Weights that this partition notes.
#[derive(Debug, Clone)]
pub(crate) struct WeightWatch {
    pub(crate) trace: u32,
    pub(crate) every: u32,
    pub(crate) bundle: usize,
    /// Connection in the store, place in the trace.
    pub(crate) connections: Vec<(u32, u32)>,
}

/// What a partition tells after a batch.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// (step, number among all cells and sources), ascending in step.
    pub(crate) spikes: Vec<(u32, u32)>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) weights: Vec<Sample>,
    /// Arrivals at connections.
    pub(crate) events: u64,
    /// Spikes of neurons.
    pub(crate) n_spikes: u64,
    /// Population and cell whose potential left the real numbers, and the step by which it had.
    pub(crate) diverged: Option<(usize, u32, u32)>,
}

impl Outbox {
    pub(crate) fn clear(&mut self) {
        self.spikes.clear();
        self.samples.clear();
        self.weights.clear();
        (self.events, self.n_spikes, self.diverged) = (0, 0, None);
    }
}

/// Cells of one thread.
#[derive(Debug)]
pub(crate) struct Partition {
    common: Arc<Common>,
    pub(crate) groups: Vec<Group>,
    sources: Vec<SourceGroup>,
    planes: Vec<Plane>,
    pub(crate) stored: Vec<Stored>,
    /// Runs by the step at which they are due, around a ring.
    pub(crate) calendar: Vec<Vec<Due>>,
    pub(crate) watches: Vec<Watch>,
    pub(crate) weight_watches: Vec<WeightWatch>,
}

impl Partition {
    pub(crate) fn new(
        common: Arc<Common>,
        groups: Vec<Group>,
        sources: Vec<SourceGroup>,
        planes: Vec<Plane>,
        stored: Vec<Stored>,
    ) -> Self {
        // a run may be due `max_delay` steps after a spike that is told a batch after it happened
        let slots = (common.max_delay + common.batch + 2).next_power_of_two() as usize;
        Self {
            common,
            groups,
            sources,
            planes,
            stored,
            calendar: vec![Vec::new(); slots],
            watches: Vec::new(),
            weight_watches: Vec::new(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.groups.iter().map(Group::bytes).sum::<usize>()
            + self.stored.iter().map(|stored| stored.built.bytes()).sum::<usize>()
            + self.stored.iter().filter_map(|stored| stored.shared.as_ref()).map(|s| s.u.len() * 12).sum::<usize>()
    }

    /// Tells the sources' spikes of a step.
    pub(crate) fn source_spikes(&mut self, step: u32, out: &mut Vec<(u32, u32)>) {
        for source in &mut self.sources {
            source.spikes(step, out);
        }
    }

    /// Goes to the very start, before the sources' first spikes are told.
    pub(crate) fn seek_start(&mut self) {
        self.sources.iter_mut().for_each(|source| source.seek(0));
    }

    /// Forgets what was prepared for other steps.
    pub(crate) fn seek(&mut self, step: u32) {
        self.groups.iter_mut().for_each(Group::forget);
        self.sources.iter_mut().for_each(|source| source.seek(step + 1));
    }

    /// Enters spikes into the calendar.
    #[inline(always)]
    pub(crate) fn ingest(&mut self, spikes: &[(u32, u32)]) {
        let common = Arc::clone(&self.common);
        let mask = self.calendar.len() as u32 - 1;
        /// Spikes whose rows are fetched ahead; their lists at half the distance.
        const AHEAD: usize = 12;
        let mut population = 0;
        for (index, (step, source)) in spikes.iter().enumerate() {
            if let Some((_, later)) = spikes.get(index + AHEAD) {
                self.prefetch_source(&common, *later, Runs::prefetch_row);
            }
            if let Some((_, later)) = spikes.get(index + AHEAD / 2) {
                self.prefetch_source(&common, *later, Runs::prefetch_list);
            }
            // neighbours are mostly of one population
            if *source < common.first_source[population] {
                population = 0;
            }
            while *source >= common.first_source[population + 1] {
                population += 1;
            }
            for bundle in &common.bundles_of[population] {
                let stored = &mut self.stored[usize::from(*bundle)];
                let own = (source - common.first_source[population]) as usize;
                let efficacy = stored.shared.as_mut().map_or(0, |shared| shared.spike(own, *step));
                if let Some(due) = stored.built.runs().first(own, efficacy, *bundle) {
                    self.calendar[((step + u32::from(due.delay)) & mask) as usize].push(due);
                }
            }
        }
    }

    #[inline(always)]
    fn prefetch_source(&self, common: &Common, source: u32, fetch: impl Fn(&Runs, usize)) {
        let population = common.first_source.partition_point(|first| *first <= source) - 1;
        for bundle in &common.bundles_of[population] {
            let own = (source - common.first_source[population]) as usize;
            fetch(self.stored[usize::from(*bundle)].built.runs(), own);
        }
    }

    /// Delivers what is due at a step, and moves each list on to its next run.
    #[inline(always)]
    fn deliver(&mut self, step: u32, out: &mut Outbox) {
        let common = Arc::clone(&self.common);
        let mask = self.calendar.len() as u32 - 1;
        let mut due = std::mem::take(&mut self.calendar[(step & mask) as usize]);
        /// Runs that are fetched ahead.
        const AHEAD: usize = 10;
        for later in due.iter().take(AHEAD) {
            self.prefetch_run(later);
        }
        for index in 0..due.len() {
            if let Some(later) = due.get(index + AHEAD) {
                self.prefetch_run(later);
            }
            let mut entry = due[index];
            let bundle = &common.bundles[usize::from(entry.bundle)];
            let stored = &mut self.stored[usize::from(entry.bundle)];
            loop {
                match &mut stored.built {
                    Built::Compact(store) => store.deliver(bundle, &entry, &mut self.planes),
                    Built::Release(store) if stored.shared.is_some() => store.arrive(&entry, entry.efficacy),
                    Built::Release(store) => store.arrive(&entry, step - u32::from(entry.delay)),
                    Built::Learning(store) => {
                        store.arrive(bundle, &entry, step, &mut self.planes, &common.inverse_units);
                    }
                }
                out.events += u64::from(entry.length);
                let Some(next) = stored.built.runs().after(&entry) else { break };
                let later = u32::from(next.delay - entry.delay);
                entry = next;
                // a run of more connections than sixteen bits count goes on at once
                if later > 0 {
                    self.calendar[((step + later) & mask) as usize].push(entry);
                    break;
                }
            }
        }
        due.clear();
        self.calendar[(step & mask) as usize] = due;
        for (bundle, stored) in common.bundles.iter().zip(&mut self.stored) {
            if let Built::Release(store) = &mut stored.built {
                out.events += store.deliver(bundle, step, &mut self.planes, &common.inverse_units);
            }
        }
    }

    #[inline(always)]
    fn prefetch_run(&self, due: &Due) {
        match &self.stored[usize::from(due.bundle)].built {
            Built::Compact(store) => store.prefetch(due),
            Built::Release(store) => store.prefetch(due),
            Built::Learning(_) => {}
        }
    }

    /// Advances by the steps of a batch.
    #[inline(always)]
    pub(crate) fn advance(&mut self, steps: std::ops::Range<u32>, out: &mut Outbox) {
        for step in steps {
            self.deliver(step, out);
            let first = out.spikes.len();
            for group in &mut self.groups {
                let before = out.spikes.len();
                let (from, spikes) = (group.first_source, &mut out.spikes);
                group.step(&mut self.planes, step, |cell| spikes.push((step + 1, from + cell as u32)));
                out.n_spikes += (out.spikes.len() - before) as u64;
            }
            self.learn(step, first, out);
            self.source_spikes(step + 1, &mut out.spikes);
            if !self.watches.is_empty() || !self.weight_watches.is_empty() {
                self.note(step + 1, out);
            }
            // a number that is none never becomes one again
            if step % 64 == 63 && out.diverged.is_none() {
                out.diverged = self.groups.iter().find_map(|group| {
                    let cell = group.diverged()? as u32;
                    Some((group.population, group.first_tile * super::math::TILE as u32 + cell, step + 1))
                });
            }
        }
    }

    /// Lets weights see the spikes of a step.
    #[inline(always)]
    fn learn(&mut self, step: u32, first: usize, out: &Outbox) {
        for stored in &mut self.stored {
            let Built::Learning(store) = &mut stored.built else { continue };
            for (_, source) in &out.spikes[first..] {
                let group = self
                    .groups
                    .iter()
                    .find(|group| *source >= group.first_source && source - group.first_source < group.n_cells as u32);
                let cell = group.map(|group| group.local + (source - group.first_source) as usize);
                if let Some(cell) = cell.filter(|cell| store.owns(*cell)) {
                    store.fire(cell, step + 1);
                }
            }
            store.end(step + 1);
        }
    }

    #[cold]
    fn note(&mut self, step: u32, out: &mut Outbox) {
        for watch in self.watches.iter().filter(|watch| step.is_multiple_of(watch.every)) {
            for (group, cell, place) in &watch.cells {
                out.samples.push((watch.trace, step, *place, self.groups[*group].value(*cell, watch.variable)));
            }
        }
        for watch in self.weight_watches.iter().filter(|watch| step.is_multiple_of(watch.every)) {
            if let Built::Learning(store) = &self.stored[watch.bundle].built {
                for (connection, place) in &watch.connections {
                    let own = &store.own[*connection as usize];
                    out.weights.push((watch.trace, step, *place, own.sign() * own.weight));
                }
            }
        }
    }
}
