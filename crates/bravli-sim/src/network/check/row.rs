//! Rows of connections.

use crate::network::{Release, Row};

impl Row {
    /// What is wrong with a row onto `n_targets` cells.
    ///
    /// `conductance` says that weights must not be negative.
    #[must_use]
    pub fn flaw(&self, n_targets: u32, conductance: bool, release: Release) -> Option<String> {
        let n = self.len();
        if self.weight.len() != n || self.delay.len() != n {
            return Some(format!("{n} targets, {} weights, {} delays", self.weight.len(), self.delay.len()));
        }
        if let Some(target) = self.target.iter().find(|target| **target >= n_targets) {
            return Some(format!("target {target} does not exist; cells are 0..{n_targets}"));
        }
        if let Some(weight) = self.weight.iter().find(|weight| !weight.is_finite() || (conductance && **weight < 0.0)) {
            return Some(format!(
                "weight {weight}; {}",
                if conductance { "conductances are 0 or more" } else { "it must be finite" }
            ));
        }
        if self.delay.contains(&0) {
            return Some("a delay of 0 steps; the shortest is one step".to_owned());
        }
        let own = &self.own;
        let needs_tm = matches!(release, Release::PerConnection | Release::Stochastic);
        let columns = [
            ("u", own.u.len(), needs_tm),
            ("tau_rec_ms", own.tau_rec_ms.len(), needs_tm),
            ("tau_facil_ms", own.tau_facil_ms.len(), needs_tm),
            ("sites", own.sites.len(), matches!(release, Release::Stochastic)),
            ("decay_ms", own.decay_ms.len(), false),
            ("slow_ratio", own.slow_ratio.len(), false),
            ("mini_hz", own.mini_hz.len(), false),
        ];
        for (name, length, needed) in columns {
            if length != n && (needed || length != 0) {
                return Some(format!("{n} targets, {length} values of {name}"));
            }
        }
        let bad = |values: &[f32], name: &str, fits: &dyn Fn(f32) -> bool| {
            values.iter().find(|value| !fits(**value)).map(|value| format!("{name} of {value}"))
        };
        bad(&own.u, "u", &|v| (0.0..=1.0).contains(&v))
            .or_else(|| bad(&own.tau_rec_ms, "tau_rec_ms", &|v| v > 0.0 && v.is_finite()))
            .or_else(|| bad(&own.tau_facil_ms, "tau_facil_ms", &|v| v >= 0.0 && v.is_finite()))
            .or_else(|| bad(&own.decay_ms, "decay_ms", &|v| v > 0.0 && v.is_finite()))
            .or_else(|| bad(&own.slow_ratio, "slow_ratio", &|v| v >= 0.0 && v.is_finite()))
            .or_else(|| bad(&own.mini_hz, "mini_hz", &|v| (0.0..=1_000.0).contains(&v)))
            .or_else(|| own.sites.contains(&0).then(|| "a connection without release sites".to_owned()))
    }
}
