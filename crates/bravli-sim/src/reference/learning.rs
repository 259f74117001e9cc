//! How the weight of one connection learns.

use crate::network::Plasticity;

/// Traces of one connection and the bounds of its weight.
#[derive(Debug, Clone)]
pub(super) struct Learner {
    rule: Plasticity,
    /// −1 where the weight started negative, else 1.
    sign: f64,
    /// Traces of arrivals, fast and slow; the first serves as `a` of the error-correcting rule.
    x: [f64; 2],
    /// Traces of spikes of the target, fast and slow.
    y: [f64; 2],
}

impl Learner {
    pub(super) fn new(rule: Plasticity, weight: f64) -> Self {
        Self { rule, sign: if weight < 0.0 { -1.0 } else { 1.0 }, x: [0.0; 2], y: [0.0; 2] }
    }

    /// Arrivals per ms, filtered, as the error-correcting rule sees them.
    pub(super) fn arrivals_per_ms(&self) -> f64 {
        self.x[0]
    }

    /// A spike of the target: what its weight becomes. The target's traces jump later, by [`Self::spiked`].
    pub(super) fn at_spike(&self, weight: f64) -> f64 {
        match self.rule {
            Plasticity::Pair { a_plus, mu, w_max, .. } => {
                let room = 1.0 - self.share(weight, w_max);
                self.moved(weight, w_max * a_plus * self.x[0] * room.powf(mu), w_max)
            }
            Plasticity::Triplet { a2_plus, a3_plus, w_max, .. } => {
                self.moved(weight, w_max * self.x[0] * (a2_plus + a3_plus * self.y[1]), w_max)
            }
            Plasticity::Inhibitory { eta, w_max, .. } => self.moved(weight, eta * self.x[0], w_max),
            Plasticity::ErrorCorrecting { .. } => weight,
        }
    }

    /// An arrival: what the weight becomes. The traces of arrivals jump at once.
    pub(super) fn at_arrival(&mut self, weight: f64) -> f64 {
        let new = match self.rule {
            Plasticity::Pair { a_minus, mu, w_max, .. } => {
                self.moved(weight, -w_max * a_minus * self.y[0] * self.share(weight, w_max).powf(mu), w_max)
            }
            Plasticity::Triplet { a2_minus, a3_minus, w_max, .. } => {
                self.moved(weight, -w_max * self.y[0] * (a2_minus + a3_minus * self.x[1]), w_max)
            }
            Plasticity::Inhibitory { eta, target_hz, tau_ms, w_max } => {
                self.moved(weight, eta * (self.y[0] - 2.0 * target_hz * 1e-3 * tau_ms), w_max)
            }
            Plasticity::ErrorCorrecting { .. } => weight,
        };
        let jump = if let Plasticity::ErrorCorrecting { tau_ms, .. } = self.rule { 1.0 / tau_ms } else { 1.0 };
        self.x[0] += jump;
        self.x[1] += jump;
        new
    }

    /// The target's traces take the spike that [`Self::at_spike`] has answered.
    pub(super) fn spiked(&mut self) {
        self.y[0] += 1.0;
        self.y[1] += 1.0;
    }

    /// End of an interval of the error-correcting rule: `error` is the target's spikes less those predicted.
    pub(super) fn at_interval(&self, weight: f64, error: f64) -> f64 {
        let Plasticity::ErrorCorrecting { eta, w_max, .. } = self.rule else { return weight };
        let new = weight + eta * error * self.x[0];
        if self.sign < 0.0 { new.clamp(-w_max, 0.0) } else { new.clamp(0.0, w_max) }
    }

    /// Traces decay over a step.
    pub(super) fn advance(&mut self, dt_ms: f64) {
        let ([x1, x2], [y1, y2]) = match self.rule {
            Plasticity::Pair { tau_plus_ms, tau_minus_ms, .. } => ([tau_plus_ms; 2], [tau_minus_ms; 2]),
            Plasticity::Triplet { tau_plus_ms, tau_x_ms, tau_minus_ms, tau_y_ms, .. } => {
                ([tau_plus_ms, tau_x_ms], [tau_minus_ms, tau_y_ms])
            }
            Plasticity::Inhibitory { tau_ms, .. } | Plasticity::ErrorCorrecting { tau_ms, .. } => {
                ([tau_ms; 2], [tau_ms; 2])
            }
        };
        for (trace, tau_ms) in self.x.iter_mut().chain(&mut self.y).zip([x1, x2, y1, y2]) {
            *trace *= (-dt_ms / tau_ms).exp();
            if *trace < 1e-100 {
                *trace = 0.0;
            }
        }
    }

    /// Size of a weight over its bound.
    fn share(&self, weight: f64, w_max: f64) -> f64 {
        (self.sign * weight / w_max).clamp(0.0, 1.0)
    }

    /// The weight whose size changes by `change`, within its bounds.
    fn moved(&self, weight: f64, change: f64, w_max: f64) -> f64 {
        self.sign * (self.sign * weight + change).clamp(0.0, w_max)
    }
}
