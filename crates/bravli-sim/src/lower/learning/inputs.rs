//! How strong a prediction is, and how fast it learns.

/// Inputs of an average cell, filtered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs {
    /// Rate of each, 1/ms.
    pub(super) per_ms: f64,
    /// Their number.
    pub(super) n: f64,
    /// Filter of arrivals, ms.
    pub(super) tau_ms: f64,
}

impl Inputs {
    /// Variance over squared mean of their sum: that of filtered Poisson trains.
    pub(super) fn noise(&self) -> f64 {
        1.0 / (2.0 * self.tau_ms * self.n * self.per_ms)
    }

    /// Gain of a prediction that starts at `predicted` spikes per ms, and the learning rate under which the mean prediction
    /// approaches the somatic rate with the time constant `learning_ms`, for equal weights of `weight_ns`. Nothing where
    /// the inputs are silent.
    ///
    /// The sum x of weight times input has the mean m = n·w·λ and the relative variance ν = 1/(2τnλ), so E\[x^p\] =
    /// m^p (1 + p(p − 1)ν/2) to second order, exactly for p = 1 and 2. The mean of Δw = η(r − φ)a, summed over the inputs,
    /// has d(Σw)/dt = η(nλr − φ'·(nλ² + λ/2τ)·Σw), which relaxes at η φ' (nλ² + λ/2τ).
    pub(super) fn scale(&self, weight_ns: f64, exponent: f64, predicted: f64, learning_ms: f64) -> Option<(f64, f64)> {
        let mean = self.n * weight_ns * self.per_ms;
        // below an exponent of 1 it is negative where inputs are so few that second order says nothing; then it is left out
        let spread = Some(1.0 + 0.5 * exponent * (exponent - 1.0) * self.noise()).filter(|spread| *spread > 0.0);
        let gain = predicted / (mean.powf(exponent) * spread.unwrap_or(1.0));
        let slope = exponent * predicted / mean;
        let squares = self.n * self.per_ms * self.per_ms * (1.0 + self.noise());
        let eta = 1.0 / (learning_ms * slope * squares);
        // the engine has them in single precision
        let is_sound = |value: f64| (value as f32).is_normal();
        (self.per_ms > 0.0 && is_sound(gain) && is_sound(eta)).then_some((gain, eta))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bravli_rng::{Draw, Stream};

    /// Means over repeats of Poisson inputs that learn a linear prediction of `target` per ms: at the start, at `learning_ms`,
    /// and in the end.
    fn learn(inputs: Inputs, predicted: f64, target: f64, learning_ms: f64) -> [f64; 3] {
        const REPEATS: u64 = 40;
        let n = inputs.n as usize;
        let (gain, eta) = inputs.scale(1.0, 1.0, predicted, learning_ms).expect("inputs fire");
        let decay = (-1.0 / inputs.tau_ms).exp();
        let steps = (6.0 * learning_ms) as usize;
        let mut at = [0.0; 3];
        for repeat in 0..REPEATS {
            let stream = Stream::new(repeat, "inputs", Draw::Fibre);
            let (mut weights, mut a) = (vec![1.0; n], vec![inputs.per_ms; n]);
            let mut windows = [(0.0, 0.0); 3];
            for step in 0..steps {
                for (input, a) in a.iter_mut().enumerate() {
                    let fires = stream.uniform(input as u64, step as u64) < inputs.per_ms;
                    *a = *a * decay + if fires { 1.0 - decay } else { 0.0 };
                }
                let x: f64 = weights.iter().zip(&a).map(|(w, a)| w * a).sum();
                let error = target - gain * x.max(0.0);
                weights.iter_mut().zip(&a).for_each(|(w, a)| *w += eta * error * a);
                // what these weights predict at the mean, which fluctuates less than the prediction
                let mean = gain * weights.iter().sum::<f64>() * inputs.per_ms;
                let near = |ms: f64| (step as f64 - ms).abs() < 0.05 * learning_ms;
                for (window, ms) in windows.iter_mut().zip([0.0, learning_ms, 5.5 * learning_ms]) {
                    if near(ms) {
                        *window = (window.0 + mean, window.1 + 1.0);
                    }
                }
            }
            at.iter_mut().zip(windows).for_each(|(at, (sum, n))| *at += sum / n / REPEATS as f64);
        }
        at
    }

    #[test]
    fn a_prediction_starts_where_it_is_asked_to_and_approaches_the_rate_in_the_time_it_is_given() {
        let inputs = Inputs { per_ms: 0.005, n: 30.0, tau_ms: 20.0 };
        let (target, learning_ms) = (0.008, 4_000.0);
        let [start, middle, end] = learn(inputs, 0.005, target, learning_ms);
        let settles = target / (1.0 + inputs.noise());
        // 40 repeats; 2 % of the weights' own fluctuation is left, and the window at the start is 5 % of a time constant long
        assert!((start / 0.005 - 1.0).abs() < 0.03, "{start}");
        assert!((end / settles - 1.0).abs() < 0.03, "{end} in place of {settles}");
        let share = (middle - 0.005) / (settles - 0.005);
        assert!((share - (1.0 - (-1.0_f64).exp())).abs() < 0.08, "{share} of the way after one time constant");
    }

    #[test]
    fn a_square_starts_at_the_same_prediction() {
        let inputs = Inputs { per_ms: 0.005, n: 10.0, tau_ms: 20.0 };
        let (gain, _) = inputs.scale(0.7, 2.0, 0.005, 5_000.0).expect("inputs fire");
        let stream = Stream::new(3, "inputs", Draw::Fibre);
        let (decay, mut x, mut sum) = ((-1.0_f64 / 20.0).exp(), 0.0, 0.0);
        let steps = 400_000;
        for step in 0..steps {
            let spikes = (0..10).filter(|input| stream.uniform(*input, step) < 0.005).count() as f64;
            x = x * decay + 0.7 * spikes * (1.0 - decay);
            sum += gain * x * x / steps as f64;
        }
        // 10,000 independent times; the square of a sum with a relative variance of one half
        assert!((sum / 0.005 - 1.0).abs() < 0.04, "{sum}");
    }

    #[test]
    fn silent_inputs_and_numbers_beyond_single_precision_have_no_scale() {
        let inputs = Inputs { per_ms: 0.0, n: 10.0, tau_ms: 20.0 };
        assert_eq!(inputs.scale(1.0, 1.0, 0.005, 5_000.0), None);
        let slow = Inputs { per_ms: 1e-9, ..inputs };
        assert_eq!(slow.scale(1e-5, 4.0, 0.005, 5_000.0), None);
    }
}
