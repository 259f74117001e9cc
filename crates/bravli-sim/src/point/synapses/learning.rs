//! Connections whose weights learn.

use super::bundle::Bundle;
use super::release::rounded;
use super::runs::{Due, Runs};
use crate::network::Plasticity;
use crate::point::group::Plane;
use crate::point::math::decay;

/// A connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Own {
    /// Cell in the partition.
    pub(crate) target: u16,
    /// Whether the weight is below zero.
    pub(crate) is_negative: bool,
    /// Number of the connection in its projection.
    pub(crate) number: u32,
    /// Weight without its sign.
    pub(crate) weight: f32,
    /// Traces of arrivals, as of `last`.
    pub(crate) x: [f32; 2],
    /// Step of the last arrival, plus one; zero before the first.
    pub(crate) last: u32,
}

/// Traces of a cell's own spikes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Post {
    /// Traces just after the last spike.
    pub(crate) y: [f32; 2],
    /// Traces just before it.
    pub(crate) before: [f32; 2],
    /// Step of the last spike, plus one; zero before the first.
    pub(crate) last: u32,
    /// Spikes since the last update of [`Plasticity::ErrorCorrecting`].
    pub(crate) count: f32,
    /// Spikes predicted since then.
    pub(crate) predicted: f32,
    /// Dendritic sum Σ w a. [weight/ms]
    pub(crate) sum: f32,
}

/// A bundle's connections onto one partition.
#[derive(Debug)]
pub(crate) struct Learning {
    pub(crate) runs: Runs,
    pub(crate) own: Vec<Own>,
    rule: Plasticity,
    /// 1/τ in steps, of the two traces before and the two behind the synapse.
    rate_x: [f32; 2],
    rate_y: [f32; 2],
    dt_ms: f32,
    /// Steps between updates of [`Plasticity::ErrorCorrecting`].
    interval: u32,
    /// First cell of the target population in the partition.
    local: usize,
    /// Connections by target: those of cell i are `incoming[first[i]..first[i + 1]]`.
    first: Vec<u32>,
    incoming: Vec<u32>,
    pub(crate) post: Vec<Post>,
}

impl Learning {
    /// `local` and `n_cells` say where the target population lies in the partition.
    pub(crate) fn new(runs: Runs, own: Vec<Own>, rule: Plasticity, dt_ms: f64, local: usize, n_cells: usize) -> Self {
        let rate = |tau_ms: f64| (dt_ms / tau_ms) as f32;
        let (rate_x, rate_y) = match rule {
            Plasticity::Pair { tau_plus_ms, tau_minus_ms, .. } => ([rate(tau_plus_ms); 2], [rate(tau_minus_ms); 2]),
            Plasticity::Triplet { tau_plus_ms, tau_x_ms, tau_minus_ms, tau_y_ms, .. } => {
                ([rate(tau_plus_ms), rate(tau_x_ms)], [rate(tau_minus_ms), rate(tau_y_ms)])
            }
            Plasticity::Inhibitory { tau_ms, .. } | Plasticity::ErrorCorrecting { tau_ms, .. } => {
                ([rate(tau_ms); 2], [rate(tau_ms); 2])
            }
        };
        let interval = match rule {
            Plasticity::ErrorCorrecting { interval_ms, .. } => (interval_ms / dt_ms).round().max(1.0) as u32,
            _ => 0,
        };
        let mut first = vec![0_u32; n_cells + 1];
        for connection in &own {
            first[usize::from(connection.target) - local + 1] += 1;
        }
        for cell in 0..n_cells {
            first[cell + 1] += first[cell];
        }
        let mut next = first.clone();
        let mut incoming = vec![0; own.len()];
        for (index, connection) in own.iter().enumerate() {
            let slot = &mut next[usize::from(connection.target) - local];
            incoming[*slot as usize] = index as u32;
            *slot += 1;
        }
        Self {
            runs,
            own,
            rule,
            rate_x,
            rate_y,
            dt_ms: dt_ms as f32,
            interval,
            local,
            first,
            incoming,
            post: vec![Post::default(); n_cells],
        }
    }

    /// Bytes of records and lists.
    pub(crate) fn bytes(&self) -> usize {
        self.own.len() * (size_of::<Own>() + 4) + self.post.len() * (size_of::<Post>() + 4) + self.runs.bytes()
    }

    /// Opens the receptors of a run that arrives at a step, then learns.
    pub(crate) fn arrive(
        &mut self,
        bundle: &Bundle,
        due: &Due,
        step: u32,
        planes: &mut [Plane],
        inverse_units: &[f32],
    ) {
        let from = due.position as usize;
        for own in &mut self.own[from..from + usize::from(due.length)] {
            let target = usize::from(own.target);
            let weight = own.sign() * own.weight;
            for onto in std::iter::once(&bundle.onto).chain(&bundle.slow) {
                let amount = weight * onto.ratio as f32 * inverse_units[onto.plane];
                planes[onto.plane][target] += rounded(amount);
            }
            let post = &mut self.post[target - self.local];
            let y = |index: usize| post.trace(index, step, self.rate_y[index]);
            let x = [own.trace(0, step, self.rate_x[0]), own.trace(1, step, self.rate_x[1])];
            match self.rule {
                Plasticity::Pair { a_minus, mu, w_max, .. } => {
                    let w_max = w_max as f32;
                    own.move_by(-(w_max * a_minus as f32 * y(0) * power(own.weight / w_max, mu)), w_max);
                }
                Plasticity::Triplet { a2_minus, a3_minus, w_max, .. } => {
                    let change = y(0) * (a2_minus as f32 + a3_minus as f32 * x[1]);
                    own.move_by(-(w_max as f32 * change), w_max as f32);
                }
                Plasticity::Inhibitory { eta, target_hz, tau_ms, w_max } => {
                    let offset = (2.0 * target_hz * 1e-3 * tau_ms) as f32;
                    own.move_by(eta as f32 * (y(0) - offset), w_max as f32);
                }
                Plasticity::ErrorCorrecting { tau_ms, .. } => post.sum += own.sign() * own.weight / tau_ms as f32,
            }
            own.x = [x[0] + 1.0, x[1] + 1.0];
            own.last = step + 1;
        }
    }

    /// A target cell fires at the end of a step, which is spike step `step`.
    pub(crate) fn fire(&mut self, cell: usize, step: u32) {
        let own_cell = cell - self.local;
        let post = &mut self.post[own_cell];
        let before = [post.now(0, step, self.rate_y[0]), post.now(1, step, self.rate_y[1])];
        post.before = before;
        post.y = [before[0] + 1.0, before[1] + 1.0];
        post.last = step + 1;
        post.count += 1.0;
        if matches!(self.rule, Plasticity::ErrorCorrecting { .. }) {
            return;
        }
        for index in &self.incoming[self.first[own_cell] as usize..self.first[own_cell + 1] as usize] {
            let own = &mut self.own[*index as usize];
            let x = own.trace(0, step, self.rate_x[0]);
            match self.rule {
                Plasticity::Pair { a_plus, mu, w_max, .. } => {
                    let w_max = w_max as f32;
                    own.move_by(w_max * a_plus as f32 * x * power(1.0 - own.weight / w_max, mu), w_max);
                }
                Plasticity::Triplet { a2_plus, a3_plus, w_max, .. } => {
                    own.move_by(w_max as f32 * x * (a2_plus as f32 + a3_plus as f32 * before[1]), w_max as f32);
                }
                Plasticity::Inhibitory { eta, w_max, .. } => own.move_by(eta as f32 * x, w_max as f32),
                Plasticity::ErrorCorrecting { .. } => {}
            }
        }
    }

    /// What happens at the end of a step, which is step `step`, after its spikes and before anything arrives.
    pub(crate) fn end(&mut self, step: u32) {
        let Plasticity::ErrorCorrecting { gain, exponent, max_hz, .. } = self.rule else { return };
        let (gain, ceiling) = (gain as f32, (max_hz * 1e-3) as f32);
        let keep = decay(self.rate_x[0]);
        for post in &mut self.post {
            let rate = (gain * power(post.sum.max(0.0), exponent)).min(ceiling);
            post.predicted += rate * self.dt_ms;
            post.sum *= keep;
        }
        if step.is_multiple_of(self.interval) {
            self.correct(step);
        }
    }

    /// Moves weights by the error of the interval that ends at a step.
    fn correct(&mut self, step: u32) {
        let Plasticity::ErrorCorrecting { eta, w_max, tau_ms, .. } = self.rule else { return };
        for cell in 0..self.post.len() {
            let error = self.post[cell].count - self.post[cell].predicted;
            let mut sum = 0.0;
            for index in &self.incoming[self.first[cell] as usize..self.first[cell + 1] as usize] {
                let own = &mut self.own[*index as usize];
                let rate = own.trace(0, step, self.rate_x[0]) / tau_ms as f32;
                own.move_by(own.sign() * eta as f32 * error * rate, w_max as f32);
                sum += own.sign() * own.weight * rate;
            }
            let post = &mut self.post[cell];
            (post.count, post.predicted, post.sum) = (0.0, 0.0, sum);
        }
    }

    /// Whether the target population's share holds a cell of the partition.
    pub(crate) fn owns(&self, cell: usize) -> bool {
        cell >= self.local && cell - self.local < self.post.len()
    }
}

/// x^exponent for x ≥ 0.
fn power(x: f32, exponent: f64) -> f32 {
    match exponent {
        0.0 => 1.0,
        1.0 => x,
        2.0 => x * x,
        _ => x.max(0.0).powf(exponent as f32),
    }
}

impl Own {
    /// A trace of arrivals at a step, before what arrives then.
    fn trace(&self, index: usize, step: u32, rate: f32) -> f32 {
        if self.last == 0 { 0.0 } else { self.x[index] * decay((step + 1 - self.last) as f32 * rate) }
    }

    /// Sign of the weight.
    pub(crate) fn sign(&self) -> f32 {
        if self.is_negative { -1.0 } else { 1.0 }
    }

    fn move_by(&mut self, change: f32, w_max: f32) {
        self.weight = (self.weight + change).clamp(0.0, w_max);
    }
}

impl Post {
    /// A trace of spikes as an arrival at a step sees it: without a spike of the same step.
    fn trace(&self, index: usize, step: u32, rate: f32) -> f32 {
        if self.last == step + 1 { self.before[index] } else { self.now(index, step, rate) }
    }

    fn now(&self, index: usize, step: u32, rate: f32) -> f32 {
        if self.last == 0 { 0.0 } else { self.y[index] * decay((step + 1 - self.last) as f32 * rate) }
    }
}
