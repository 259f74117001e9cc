//! Synapses.

use super::Check;
use crate::network::{
    Connectivity, Distribution, Effect, Network, Pairing, Plasticity, Projection, Release, Row, Rule,
};

impl Check {
    pub(super) fn projection(&mut self, at: &str, projection: &Projection<'_>, network: &Network<'_>) {
        let n = network.populations.len();
        if projection.source >= n || projection.target >= n {
            self.flaw(
                at,
                format!("joins populations {} and {} of {n}", projection.source, projection.target),
                "number populations from 0",
            );
            return;
        }
        let (source, target) = (&network.populations[projection.source], &network.populations[projection.target]);
        if target.model.is_source() {
            self.flaw(&format!("{at}.target"), format!("{:?} has no membrane", target.name), "project onto neurons");
            return;
        }
        let Some(receptor) = target.receptors.get(projection.receptor) else {
            let message = format!(
                "{:?} has {} receptors, not number {}",
                target.name,
                target.receptors.len(),
                projection.receptor
            );
            self.flaw(&format!("{at}.receptor"), message, "number receptors from 0");
            return;
        };
        if let Some(slow) = projection.slow {
            if slow.receptor >= target.receptors.len() || slow.receptor == projection.receptor {
                self.flaw(
                    &format!("{at}.slow.receptor"),
                    "must be another receptor of the target",
                    "number receptors from 0",
                );
            }
            if !(slow.ratio >= 0.0 && slow.ratio.is_finite()) {
                self.flaw(
                    &format!("{at}.slow.ratio"),
                    format!("must be 0 or more, got {}", slow.ratio),
                    "0.7 is usual for NMDA over AMPA",
                );
            }
        }
        if let Release::Shared { u, tau_rec_ms, tau_facil_ms } = projection.release {
            if !(0.0..=1.0).contains(&u) {
                self.flaw(
                    &format!("{at}.release.u"),
                    format!("must lie in [0, 1], got {u}"),
                    "u is a probability; divide a percentage by 100",
                );
            }
            self.above(&format!("{at}.release.tau_rec_ms"), tau_rec_ms, 0.0, "give the recovery in ms");
            if !(tau_facil_ms >= 0.0 && tau_facil_ms.is_finite()) {
                self.flaw(
                    &format!("{at}.release.tau_facil_ms"),
                    format!("must be 0 or more, got {tau_facil_ms}"),
                    "0 means no facilitation",
                );
            }
        }
        let conductance = !matches!(receptor.effect, Effect::Current | Effect::Silent);
        match &projection.connections {
            Connectivity::Listed(rows) => {
                if rows.len() != source.n_cells as usize {
                    self.flaw(
                        at,
                        format!("{} rows for {} sources", rows.len(), source.n_cells),
                        "give one row per source",
                    );
                }
                let flaw = |row: &Row| row.flaw(target.n_cells, conductance, projection.release);
                if let Some((index, message)) = rows.iter().enumerate().find_map(|(i, row)| flaw(row).map(|m| (i, m))) {
                    self.flaw(&format!("{at}.rows[{index}]"), message, "mend the row");
                }
            }
            Connectivity::Rule(rule) => {
                let own = matches!(projection.release, Release::PerConnection | Release::Stochastic);
                let mut drawn = vec![("weight", rule.weight), ("delay_ms", rule.delay_ms)];
                if own {
                    drawn.extend([("u", rule.u), ("tau_rec_ms", rule.tau_rec_ms), ("tau_facil_ms", rule.tau_facil_ms)]);
                }
                for (name, distribution) in drawn {
                    if let Some(message) = distribution.flaw() {
                        self.flaw(&format!("{at}.{name}"), message, "mend the distribution");
                    }
                }
                self.bounds(at, rule.weight, conductance, rule.delay_ms, network.dt_ms);
                if own {
                    self.release(at, rule);
                }
                if let Pairing::Bernoulli(p) = rule.pairing
                    && !(0.0..=1.0).contains(&p)
                {
                    self.flaw(
                        &format!("{at}.pairing"),
                        format!("a probability lies in [0, 1], got {p}"),
                        "divide a percentage by 100",
                    );
                }
            }
            Connectivity::Given(_) => {}
        }
        if let Some(plasticity) = &projection.plasticity {
            self.plasticity(&format!("{at}.plasticity"), plasticity);
            if projection.release != Release::Static {
                self.flaw(
                    &format!("{at}.release"),
                    "a learning projection releases all of its weight",
                    "use static release where weights learn",
                );
            }
        }
    }

    /// Release parameters that a rule draws.
    pub(super) fn release(&mut self, at: &str, rule: &Rule) {
        let ends = |distribution: Distribution| {
            let is_sound = distribution.flaw().is_none();
            is_sound.then(|| (distribution.quantile(1e-9), distribution.quantile(1.0 - 1e-9)))
        };
        if ends(rule.u).is_some_and(|(low, high)| low < 0.0 || high > 1.0) {
            self.flaw(
                &format!("{at}.u"),
                "some utilisations would lie outside [0, 1]",
                "u is a probability; cut the distribution at 0 and 1",
            );
        }
        if ends(rule.tau_rec_ms).is_some_and(|(low, _)| low <= 0.0) {
            self.flaw(
                &format!("{at}.tau_rec_ms"),
                "some recoveries would be 0 ms or less",
                "cut the distribution above 0",
            );
        }
        if ends(rule.tau_facil_ms).is_some_and(|(low, _)| low < 0.0) {
            self.flaw(
                &format!("{at}.tau_facil_ms"),
                "some time constants would be negative",
                "cut the distribution at 0",
            );
        }
        if rule.sites == 0 {
            self.flaw(&format!("{at}.sites"), "a connection without release sites", "give 1 or more");
        }
    }

    pub(super) fn bounds(
        &mut self,
        at: &str,
        weight: Distribution,
        conductance: bool,
        delay_ms: Distribution,
        dt_ms: f64,
    ) {
        if weight.flaw().is_none() && conductance && weight.quantile(1e-6) < 0.0 {
            self.flaw(&format!("{at}.weight"), "some conductances would be negative", "cut the distribution at 0");
        }
        let longest_ms = f64::from(u16::MAX) * dt_ms;
        if delay_ms.flaw().is_none() && delay_ms.quantile(1.0 - 1e-9) > longest_ms {
            self.flaw(
                &format!("{at}.delay_ms"),
                format!("delays beyond {longest_ms} ms"),
                "delays are counted in up to 65535 steps",
            );
        }
        if delay_ms.flaw().is_none() && delay_ms.quantile(1e-9) < 0.0 {
            self.flaw(&format!("{at}.delay_ms"), "some delays would be negative", "cut the distribution at 0");
        }
    }

    pub(super) fn plasticity(&mut self, at: &str, plasticity: &Plasticity) {
        let (times, numbers): (Vec<f64>, Vec<f64>) = match *plasticity {
            Plasticity::Pair { tau_plus_ms, tau_minus_ms, a_plus, a_minus, mu, w_max } => {
                (vec![tau_plus_ms, tau_minus_ms, w_max], vec![a_plus, a_minus, mu])
            }
            Plasticity::Triplet {
                tau_plus_ms,
                tau_x_ms,
                tau_minus_ms,
                tau_y_ms,
                a2_plus,
                a3_plus,
                a2_minus,
                a3_minus,
                w_max,
            } => {
                (vec![tau_plus_ms, tau_x_ms, tau_minus_ms, tau_y_ms, w_max], vec![a2_plus, a3_plus, a2_minus, a3_minus])
            }
            Plasticity::Inhibitory { tau_ms, eta, target_hz, w_max } => (vec![tau_ms, w_max], vec![eta, target_hz]),
            Plasticity::ErrorCorrecting { tau_ms, eta, gain, exponent, max_hz, interval_ms, w_max } => {
                (vec![tau_ms, gain, exponent, max_hz, interval_ms, w_max], vec![eta])
            }
        };
        if let Some(value) = times.iter().find(|value| !(**value > 0.0 && value.is_finite())) {
            self.flaw(at, format!("time constants, bounds and gains are above 0, got {value}"), "give times in ms");
        }
        if let Some(value) = numbers.iter().find(|value| !(**value >= 0.0 && value.is_finite())) {
            self.flaw(at, format!("amplitudes are 0 or more, got {value}"), "the rule itself gives the sign");
        }
    }
}
