//! What a receptor has open over time.

use crate::network::Kinetics;

/// Runge–Kutta steps inside one step of the network.
pub(super) const SUBSTEPS: usize = 10;

/// Moments of a step at which Runge–Kutta asks for its inputs: start, middle and end of every substep.
pub(super) const MOMENTS: usize = 2 * SUBSTEPS + 1;

/// A sum of two exponentials: the slow one opens, the fast one holds it back at first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// What an event of weight one adds to either exponential.
    jump: f64,
    decay: Exponential,
    rise: Option<Exponential>,
}

/// An exponential, where it stands now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exponential {
    pub(super) amplitude: f64,
    pub(super) tau_ms: f64,
    /// Decay from one moment of a step to the next.
    keep: f64,
}

impl Exponential {
    fn new(tau_ms: f64, dt_ms: f64) -> Self {
        Self { amplitude: 0.0, tau_ms, keep: (-dt_ms / (MOMENTS - 1) as f64 / tau_ms).exp() }
    }

    fn advance(&mut self, dt_ms: f64) {
        self.amplitude *= (-dt_ms / self.tau_ms).exp();
        // far below anything that acts, and before numbers become slow to compute with
        if self.amplitude.abs() < 1e-100 {
            self.amplitude = 0.0;
        }
    }
}

impl Course {
    /// A closed receptor; `own_decay_ms` replaces the decay of the kinetics.
    pub(super) fn new(kinetics: Kinetics, own_decay_ms: Option<f64>, dt_ms: f64) -> Self {
        match kinetics {
            Kinetics::Exponential { tau_ms } => {
                Self { jump: 1.0, decay: Exponential::new(own_decay_ms.unwrap_or(tau_ms), dt_ms), rise: None }
            }
            Kinetics::Biexponential { rise_ms, decay_ms } => {
                let decay_ms = own_decay_ms.unwrap_or(decay_ms);
                let peak_ms = rise_ms * decay_ms / (decay_ms - rise_ms) * (decay_ms / rise_ms).ln();
                Self {
                    jump: 1.0 / ((-peak_ms / decay_ms).exp() - (-peak_ms / rise_ms).exp()),
                    decay: Exponential::new(decay_ms, dt_ms),
                    rise: Some(Exponential::new(rise_ms, dt_ms)),
                }
            }
        }
    }

    /// Adds an event.
    pub(super) fn open(&mut self, weight: f64) {
        self.decay.amplitude += weight * self.jump;
        if let Some(rise) = &mut self.rise {
            rise.amplitude -= weight * self.jump;
        }
    }

    /// What is open now.
    pub(super) fn now(&self) -> f64 {
        self.exponentials().map(|part| part.amplitude).sum()
    }

    /// The exponentials whose sum is open.
    pub(super) fn exponentials(&self) -> impl Iterator<Item = &Exponential> {
        std::iter::once(&self.decay).chain(&self.rise)
    }

    /// Adds what is open at each moment of the coming step, times `factor`.
    pub(super) fn add_to(&self, totals: &mut [f64; MOMENTS], factor: f64) {
        for part in self.exponentials().filter(|part| part.amplitude != 0.0) {
            let mut open = part.amplitude * factor;
            for total in totals.iter_mut() {
                *total += open;
                open *= part.keep;
            }
        }
    }

    /// Moves to the end of the step.
    pub(super) fn advance(&mut self, dt_ms: f64) {
        self.decay.advance(dt_ms);
        if let Some(rise) = &mut self.rise {
            rise.advance(dt_ms);
        }
    }
}
