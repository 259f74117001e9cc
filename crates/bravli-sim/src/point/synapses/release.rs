//! Connections with release of their own.

use super::bundle::{Bundle, Onto};
use super::runs::{Due, Runs};
use crate::network::Release as Rule;
use crate::point::group::Plane;
use crate::point::math::{Lined, decay, to_unit};
use crate::point::memory::prefetch;
use bravli_rng::{BINOMIAL_LANES_MOST, Stream, binomial_from_uniform, binomial_lanes, philox4x32};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Connections that are computed side by side.
const LANES: usize = 16;

/// A connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Own {
    /// Cell in the partition.
    pub(crate) target: u16,
    /// Release sites.
    pub(crate) sites: u16,
    /// First rung of the receptor's decays.
    pub(crate) rung: u16,
    /// Share that goes to the next rung, in 1/65535.
    pub(crate) second: u16,
    /// Number of the connection: the entity of its draws.
    pub(crate) number: u32,
    /// Step of the last arrival, plus one; zero before the first.
    pub(crate) last: u32,
    /// Running utilisation.
    pub(crate) u: f32,
    /// Share of recovered resources, or filled sites.
    pub(crate) level: f32,
    /// Utilisation at rest.
    pub(crate) u_rest: f32,
    /// Step over recovery from depression.
    pub(crate) rec_rate: f32,
    /// Step over recovery from facilitation; infinite where there is none.
    pub(crate) facil_rate: f32,
    /// Weight of the first receptor, with its factor. [pA, nS]
    pub(crate) weight: f32,
    /// Weight of the slow receptor. [nS]
    pub(crate) slow: f32,
}

/// A bundle's connections onto one partition.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) runs: Runs,
    pub(crate) own: Vec<Own>,
    /// Rates of spontaneous release, in the order of `own`. [Hz]
    pub(crate) mini_hz: Vec<f32>,
    /// Arrivals of the step at hand: connection, and step of the spike; or, under shared short-term plasticity, its efficacy.
    pending: Vec<(u32, u32)>,
    minis: Option<Minis>,
    /// Whether no connection has more sites than [`binomial_lanes`] takes.
    few_sites: bool,
}

/// Spontaneous releases of all sources of a bundle, by source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mini {
    /// Number of the source's first connection.
    pub(crate) first: u32,
    /// Its connections in all partitions.
    pub(crate) n: u32,
    /// Largest rate among them. [Hz]
    pub(crate) max_hz: f32,
}

#[derive(Debug)]
struct Minis {
    stream: Stream,
    sources: Vec<Mini>,
    dt_ms: f64,
    /// Candidate events so far and the time of the next, by source. [ms]
    next: Vec<(u64, f64)>,
    due: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Release {
    pub(crate) fn new(runs: Runs, own: Vec<Own>, mini_hz: Vec<f32>) -> Self {
        let few_sites = own.iter().all(|own| u32::from(own.sites) <= BINOMIAL_LANES_MOST);
        Self { runs, own, mini_hz, pending: Vec::new(), minis: None, few_sites }
    }

    /// Lets connections release spontaneously; `sources` tells of all partitions' connections.
    pub(crate) fn start_minis(&mut self, stream: Stream, sources: Vec<Mini>, dt_ms: f64) {
        let next = vec![(0, 0.0); sources.len()];
        let mut minis = Minis { stream, sources, dt_ms, next, due: BinaryHeap::new() };
        for source in 0..minis.sources.len() as u32 {
            minis.schedule(source);
        }
        self.minis = Some(minis);
    }

    /// Counts and times of spontaneous releases, for a checkpoint.
    pub(crate) fn mini_state(&self) -> Vec<(u64, f64)> {
        self.minis.as_ref().map_or_else(Vec::new, |minis| minis.next.clone())
    }

    /// Goes on from a checkpoint; times that are none count as never.
    pub(crate) fn restore_minis(&mut self, mut next: Vec<(u64, f64)>) {
        next.iter_mut().filter(|(_, at)| at.is_nan() || *at < 0.0).for_each(|(_, at)| *at = f64::INFINITY);
        if let Some(minis) = &mut self.minis {
            minis.next = next;
            minis.due = (0..minis.sources.len() as u32).filter_map(|source| minis.entry(source)).collect();
        }
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, due: &Due) {
        prefetch(&self.own, due.position as usize, usize::from(due.length));
        self.runs.prefetch_next(due);
    }

    /// Notes a run that arrives; `tag` is the step of the spike, or its efficacy under shared short-term plasticity.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, due: &Due, tag: u32) {
        let run = due.position..due.position + u32::from(due.length);
        self.pending.extend(run.map(|position| (position, tag)));
    }

    /// Opens receptors for all arrivals of a step, then for spontaneous releases; returns the number of the latter.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, bundle: &Bundle, step: u32, planes: &mut [Plane], inverse_units: &[f32]) -> u64 {
        let pending = std::mem::take(&mut self.pending);
        let is_stochastic = bundle.release == Rule::Stochastic && self.few_sites;
        for group in pending.chunks(LANES) {
            if is_stochastic {
                self.open_stochastic(bundle, group, step, planes, inverse_units);
            } else {
                self.open_group(bundle, group, step, planes, inverse_units);
            }
        }
        self.pending = pending;
        self.pending.clear();
        if self.minis.is_some() { self.open_minis(bundle, step, planes, inverse_units) } else { 0 }
    }

    #[inline(always)]
    fn open_group(
        &mut self,
        bundle: &Bundle,
        group: &[(u32, u32)],
        step: u32,
        planes: &mut [Plane],
        inverse_units: &[f32],
    ) {
        let mut number = [0_u32; LANES];
        let mut spike = [0_u32; LANES];
        let mut facilitation = [0.0_f32; LANES];
        let mut recovery = [0.0_f32; LANES];
        for (lane, (position, spike_step)) in group.iter().enumerate() {
            let own = &self.own[*position as usize];
            let elapsed = (step + 1).wrapping_sub(own.last) as f32;
            number[lane] = own.number;
            spike[lane] = *spike_step;
            facilitation[lane] = elapsed * own.facil_rate;
            recovery[lane] = elapsed * own.rec_rate;
        }
        let mut draws = [[0.0_f32; LANES]; 2];
        let is_stochastic = bundle.release == Rule::Stochastic;
        let is_shared = matches!(bundle.release, Rule::Shared { .. });
        for lane in 0..LANES {
            facilitation[lane] = decay(facilitation[lane]);
            recovery[lane] = decay(recovery[lane]);
        }
        if is_stochastic {
            for lane in 0..LANES {
                let words = philox4x32([number[lane], 0, spike[lane], 0], bundle.release_key);
                draws[0][lane] = to_unit(words[0]);
                draws[1][lane] = to_unit(words[1]);
            }
        }
        for (lane, (position, _)) in group.iter().enumerate() {
            let own = &mut self.own[*position as usize];
            let opened =
                own.release(bundle.release, step, facilitation[lane], recovery[lane], [draws[0][lane], draws[1][lane]]);
            let opened = if is_shared { spike[lane] as f32 * (1.0 / 2_147_483_648.0) } else { opened };
            own.open(bundle, opened, planes, inverse_units);
        }
    }

    /// As [`Self::open_group`] for stochastic release, side by side from end to end.
    #[inline(always)]
    fn open_stochastic(
        &mut self,
        bundle: &Bundle,
        group: &[(u32, u32)],
        step: u32,
        planes: &mut [Plane],
        inverse_units: &[f32],
    ) {
        let mut number = Lined([0_u32; LANES]);
        let mut spike = Lined([0_u32; LANES]);
        let mut elapsed = Lined([0.0_f32; LANES]);
        let mut facil_rate = Lined([0.0_f32; LANES]);
        let mut rec_rate = Lined([0.0_f32; LANES]);
        let mut u = Lined([0.0_f32; LANES]);
        let mut u_rest = Lined([0.0_f32; LANES]);
        let mut filled = Lined([0_u32; LANES]);
        let mut empty = Lined([0_u32; LANES]);
        for (lane, (position, spike_step)) in group.iter().enumerate() {
            let own = &mut self.own[*position as usize];
            number[lane] = own.number;
            spike[lane] = *spike_step;
            elapsed[lane] = (step + 1).wrapping_sub(own.last) as i32 as f32;
            facil_rate[lane] = own.facil_rate;
            rec_rate[lane] = own.rec_rate;
            u[lane] = own.u;
            u_rest[lane] = own.u_rest;
            filled[lane] = own.level as i32 as u32;
            // before the first arrival all sites are filled, and nothing facilitates
            empty[lane] = u32::from(own.sites).saturating_sub(filled[lane]);
            own.last = step + 1;
        }
        let mut refill = Lined([0.0_f32; LANES]);
        let mut draws = [Lined([0.0_f32; LANES]); 2];
        for lane in 0..LANES {
            let words = philox4x32([number[lane], 0, spike[lane], 0], bundle.release_key);
            draws[0][lane] = to_unit(words[0]);
            draws[1][lane] = to_unit(words[1]);
            refill[lane] = 1.0 - decay(elapsed[lane] * rec_rate[lane]);
            let kept = u[lane] * decay(elapsed[lane] * facil_rate[lane]);
            u[lane] = kept + u_rest[lane] * (1.0 - kept);
        }
        let refilled = binomial_lanes(&empty, &refill, &draws[0]);
        for lane in 0..LANES {
            filled[lane] += refilled[lane];
        }
        let released = binomial_lanes(&filled, &u, &draws[1]);
        for (lane, (position, _)) in group.iter().enumerate() {
            let own = &mut self.own[*position as usize];
            own.u = u[lane];
            own.level = (filled[lane] - released[lane]) as i32 as f32;
            if released[lane] > 0 {
                own.open(bundle, released[lane] as i32 as f32 / f32::from(own.sites), planes, inverse_units);
            }
        }
    }

    #[cold]
    fn open_minis(&mut self, bundle: &Bundle, step: u32, planes: &mut [Plane], inverse_units: &[f32]) -> u64 {
        let Some(minis) = &mut self.minis else { return 0 };
        let mut opened = 0;
        while let Some(Reverse((_, source))) =
            minis.due.peek().copied().filter(|Reverse((at, _))| *at <= u64::from(step))
        {
            minis.due.pop();
            let mini = &minis.sources[source as usize];
            let n = minis.next[source as usize].0;
            let place = minis.stream.uniform(u64::from(source), 2 * n - 1) * f64::from(mini.n);
            let chosen = mini.first + (place as u32).min(mini.n - 1);
            let row = self.runs.rows[source as usize].position as usize;
            let end = self.runs.rows.get(source as usize + 1).map_or(self.own.len(), |row| row.position as usize);
            if let Some(index) = self.own[row..end].iter().position(|own| own.number == chosen)
                && place.fract() < f64::from(self.mini_hz[row + index]) / f64::from(mini.max_hz)
            {
                let own = &mut self.own[row + index];
                let elapsed = (step + 1).wrapping_sub(own.last) as f32;
                let words = philox4x32([own.number, 0, step, 0], bundle.release_key);
                let share = own.release(
                    bundle.release,
                    step,
                    decay(elapsed * own.facil_rate),
                    decay(elapsed * own.rec_rate),
                    [to_unit(words[2]), to_unit(words[3])],
                );
                own.open(bundle, share, planes, inverse_units);
                opened += 1;
            }
            minis.schedule(source);
        }
        opened
    }
}

impl Minis {
    /// Draws the time of the next candidate of a source.
    fn schedule(&mut self, source: u32) {
        let mini = &self.sources[source as usize];
        let per_ms = f64::from(mini.max_hz) * f64::from(mini.n) * 1e-3;
        if per_ms > 0.0 {
            let (n, at) = self.next[source as usize];
            let gap = -self.stream.uniform(u64::from(source), 2 * n).ln() / per_ms;
            self.next[source as usize] = (n + 1, at + gap);
            self.due.extend(self.entry(source));
        }
    }

    fn entry(&self, source: u32) -> Option<Reverse<(u64, u32)>> {
        let (n, at) = self.next[source as usize];
        (n > 0).then(|| Reverse(((at / self.dt_ms).ceil() as u64, source)))
    }
}

impl Own {
    /// Share of the weight that opens; moves the connection's state to `step`.
    #[inline(always)]
    fn release(&mut self, rule: Rule, step: u32, facilitation: f32, recovery: f32, draws: [f32; 2]) -> f32 {
        let is_first = self.last == 0;
        self.last = step + 1;
        match rule {
            // a spontaneous release has U; a spike has what its source has
            Rule::Static | Rule::Shared { .. } => self.u_rest,
            Rule::PerConnection => {
                if is_first {
                    (self.u, self.level) = (self.u_rest, 1.0);
                } else {
                    self.level = 1.0 + (self.level - self.level * self.u - 1.0) * recovery;
                    self.u = self.u_rest + self.u * (1.0 - self.u_rest) * facilitation;
                }
                self.u * self.level
            }
            Rule::Stochastic => {
                let mut filled = self.level as i32 as u32;
                if !is_first {
                    self.u *= facilitation;
                    filled +=
                        binomial_from_uniform(u32::from(self.sites).saturating_sub(filled), 1.0 - recovery, draws[0]);
                }
                self.u += self.u_rest * (1.0 - self.u);
                let released = binomial_from_uniform(filled, self.u, draws[1]);
                self.level = (filled - released) as i32 as f32;
                released as i32 as f32 / f32::from(self.sites)
            }
        }
    }

    /// Adds a share of the weight to the planes.
    #[inline(always)]
    fn open(&self, bundle: &Bundle, share: f32, planes: &mut [Plane], inverse_units: &[f32]) {
        if share == 0.0 {
            return;
        }
        let target = usize::from(self.target);
        let mut add = |onto: &Onto, rung: usize, amount: f32| {
            let plane = onto.plane + rung;
            // the unit leaves room for all weights at once; only spontaneous releases may come on top
            let waiting = &mut planes[plane][target];
            *waiting = waiting.saturating_add(rounded(amount * inverse_units[plane]));
        };
        let weight = self.weight * share;
        if self.second == 0 {
            add(&bundle.onto, usize::from(self.rung), weight);
        } else {
            let second = f32::from(self.second) * (1.0 / 65_535.0);
            add(&bundle.onto, usize::from(self.rung), weight * (1.0 - second));
            add(&bundle.onto, usize::from(self.rung) + 1, weight * second);
        }
        if let Some(slow) = &bundle.slow
            && self.slow > 0.0
        {
            add(slow, 0, self.slow * share);
        }
    }
}

/// The nearest whole number.
#[inline(always)]
pub(crate) fn rounded(x: f32) -> i32 {
    (x + if x < 0.0 { -0.5 } else { 0.5 }) as i32
}
