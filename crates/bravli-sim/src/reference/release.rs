//! What share of its weight a connection opens at an event.

use crate::network::{Release, Row};
use bravli_rng::{binomial_from_uniform, philox4x32};

/// What arrives at a synapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A spike of this step.
    Spike(u64),
    /// A spontaneous release that enters at this step.
    Miniature(u64),
}

/// Utilisation U and the recoveries D and F.
#[derive(Debug, Clone, Copy)]
struct Tm {
    u: f64,
    tau_rec_ms: f64,
    tau_facil_ms: f64,
}

impl Tm {
    /// Utilisation at an event `elapsed_ms` after one at which it was `before`.
    fn utilisation(&self, before: f64, elapsed_ms: f64) -> f64 {
        let kept = if self.tau_facil_ms > 0.0 { before * (-elapsed_ms / self.tau_facil_ms).exp() } else { 0.0 };
        kept + self.u * (1.0 - kept)
    }
}

/// Release of one connection, with its state.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// All of the weight.
    Whole,
    /// Deterministic short-term plasticity.
    Mean(Mean),
    /// Sites that release or do not.
    Sites(Sites),
}

/// A connection of deterministic short-term plasticity.
#[derive(Debug, Clone)]
pub(super) struct Mean {
    tm: Tm,
    /// Whether spontaneous releases run through this state; where it stands for all connections of a source they do not.
    is_own: bool,
    u: f64,
    x: f64,
    last: Option<u64>,
}

/// A connection of stochastic release.
#[derive(Debug, Clone)]
pub(super) struct Sites {
    tm: Tm,
    n_sites: u32,
    filled: u32,
    u: f64,
    last: Option<u64>,
    key: [u32; 2],
}

impl State {
    /// A rested connection, the `k`-th of its row; `key` is that of the projection's release.
    pub(super) fn new(release: Release, row: &Row, k: usize, key: [u32; 2]) -> Self {
        let own = || Tm {
            u: f64::from(row.own.u[k]),
            tau_rec_ms: f64::from(row.own.tau_rec_ms[k]),
            tau_facil_ms: f64::from(row.own.tau_facil_ms[k]),
        };
        let mean = |tm: Tm, is_own: bool| Self::Mean(Mean { tm, is_own, u: tm.u, x: 1.0, last: None });
        match release {
            Release::Static => Self::Whole,
            Release::Shared { u, tau_rec_ms, tau_facil_ms } => mean(Tm { u, tau_rec_ms, tau_facil_ms }, false),
            Release::PerConnection => mean(own(), true),
            Release::Stochastic => {
                let n_sites = u32::from(row.own.sites[k]);
                Self::Sites(Sites { tm: own(), n_sites, filled: n_sites, u: 0.0, last: None, key })
            }
        }
    }

    /// The share that an event opens which enters connection `number` at `step`.
    pub(super) fn share(&mut self, event: Event, step: u64, number: u64, dt_ms: f64) -> f64 {
        match self {
            Self::Whole => 1.0,
            Self::Mean(state) => state.share(event, step, dt_ms),
            Self::Sites(state) => state.share(event, step, number, dt_ms),
        }
    }
}

impl Mean {
    fn share(&mut self, event: Event, step: u64, dt_ms: f64) -> f64 {
        if matches!(event, Event::Miniature(_)) && !self.is_own {
            return self.tm.u;
        }
        if let Some(last) = self.last {
            let elapsed_ms = (step - last) as f64 * dt_ms;
            self.x = 1.0 + (self.x - self.x * self.u - 1.0) * (-elapsed_ms / self.tm.tau_rec_ms).exp();
            self.u = self.tm.utilisation(self.u, elapsed_ms);
        }
        self.last = Some(step);
        self.u * self.x
    }
}

impl Sites {
    fn share(&mut self, event: Event, step: u64, number: u64, dt_ms: f64) -> f64 {
        let (drawn_at, refill_word, release_word) = match event {
            Event::Spike(spike_step) => (spike_step, 0, 1),
            Event::Miniature(step) => (step, 2, 3),
        };
        let words = philox4x32([number as u32, (number >> 32) as u32, drawn_at as u32, 0], self.key);
        let unit = |word: u32| ((word >> 8) as f32 + 0.5) / 16_777_216.0;
        let elapsed_ms = self.last.map_or(0.0, |last| (step - last) as f64 * dt_ms);
        let refill = 1.0 - (-elapsed_ms / self.tm.tau_rec_ms).exp();
        self.filled += binomial_from_uniform(self.n_sites - self.filled, refill as f32, unit(words[refill_word]));
        self.u = self.tm.utilisation(self.u, elapsed_ms);
        self.last = Some(step);
        let released = binomial_from_uniform(self.filled, self.u as f32, unit(words[release_word]));
        self.filled -= released;
        f64::from(released) / f64::from(self.n_sites)
    }
}
