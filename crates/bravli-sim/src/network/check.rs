//! What is wrong with a network, all at once and before anything is built.

use super::{
    Adex, Cells, Connectivity, Distribution, Drive, DriveKind, Effect, Gif, Izhikevich, Kinetics, Lif, Network,
    NeuronModel, Pairing, Plasticity, Population, Profile, Projection, Receptor, Release, Row, Rule, Trace, Trains,
    Values, Variable, Waveform,
};

/// Poisson events that a cell may receive in one step, on average.
pub const MAX_POISSON_MEAN: f64 = 60.0;

/// Something wrong with a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Flaw {
    /// The part at fault, such as `populations[1].model.tau_w_ms`.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Every flaw of a network; rows of connections are looked at where they are listed, else when an engine reads them.
#[must_use]
pub fn check(network: &Network<'_>) -> Vec<Flaw> {
    let mut check = Check { flaws: Vec::new() };
    check.above("dt_ms", network.dt_ms, 0.0, "give the step in ms, for example 0.1");
    check.names("populations", network.populations.iter().map(|population| &population.name));
    check.names("projections", network.projections.iter().map(|projection| &projection.name));
    check.names("drives", network.drives.iter().map(|drive| &drive.name));
    for (index, population) in network.populations.iter().enumerate() {
        check.population(&format!("populations[{index}]"), population, network.dt_ms);
    }
    for (index, projection) in network.projections.iter().enumerate() {
        check.projection(&format!("projections[{index}]"), projection, network);
    }
    for (index, drive) in network.drives.iter().enumerate() {
        check.drive(&format!("drives[{index}]"), drive, network);
    }
    check.recording(network);
    check.flaws
}

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

struct Check {
    flaws: Vec<Flaw>,
}

impl Check {
    fn flaw(&mut self, field: &str, message: impl Into<String>, remedy: &str) {
        self.flaws.push(Flaw { field: field.to_owned(), message: message.into(), remedy: remedy.to_owned() });
    }

    fn above(&mut self, field: &str, value: f64, low: f64, remedy: &str) {
        if !(value > low && value.is_finite()) {
            self.flaw(field, format!("must be a finite number above {low}, got {value}"), remedy);
        }
    }

    fn finite(&mut self, field: &str, value: f64) {
        if !value.is_finite() {
            self.flaw(field, format!("must be finite, got {value}"), "give a number");
        }
    }

    fn names<'n>(&mut self, field: &str, names: impl Iterator<Item = &'n String>) {
        let mut sorted: Vec<&String> = names.collect();
        sorted.sort();
        if sorted.first().is_some_and(|name| name.is_empty()) {
            self.flaw(field, "an empty name", "name every entry; its draws are keyed by the name");
        }
        for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.flaw(field, format!("{:?} is named twice", pair[0]), "names must differ: draws are keyed by them");
        }
    }

    /// Every value fits, and there is one per cell or one for all.
    fn values(&mut self, field: &str, values: &Values, n_cells: u32, must: &str, fits: impl Fn(f64) -> bool) {
        if let Some(length) = values.len().filter(|length| *length != n_cells as usize) {
            self.flaw(field, format!("{length} values for {n_cells} cells"), "give one value per cell, or one for all");
        }
        if let Some((cell, value)) = values.iter().enumerate().find(|(_, value)| !fits(*value)) {
            let at = if values.is_same() { String::new() } else { format!(" for cell {cell}") };
            self.flaw(
                field,
                format!("must be {must}, got {value}{at}"),
                "give a number in the unit that the field's name ends in",
            );
        }
    }

    fn positive(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "a finite number above 0", |value| value > 0.0 && value.is_finite());
    }

    fn any(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "finite", f64::is_finite);
    }

    fn not_negative(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "a finite number of 0 or more", |value| value >= 0.0 && value.is_finite());
    }

    /// The reset lies below the threshold, or a cell would fire for ever.
    fn reset(&mut self, at: &str, reset: &Values, threshold: &Values, n_cells: u32) {
        let long_enough = |values: &Values| values.len().is_none_or(|length| length == n_cells as usize);
        if !(long_enough(reset) && long_enough(threshold)) {
            return;
        }
        if let Some(cell) = (0..n_cells as usize).find(|cell| reset.at(*cell) >= threshold.at(*cell)) {
            let (from, to) = (reset.at(cell), threshold.at(cell));
            self.flaw(
                &format!("{at}.v_reset_mv"),
                format!("must lie below the threshold, got {from} against {to} mV for cell {cell}"),
                "lower the reset or raise the threshold",
            );
        }
    }

    fn population(&mut self, at: &str, population: &Population, dt_ms: f64) {
        let n = population.n_cells;
        if n == 0 {
            self.flaw(&format!("{at}.n_cells"), "a population without cells", "leave it out, or give it cells");
        }
        self.any(&format!("{at}.v_init_mv"), &population.v_init_mv, n);
        let model = format!("{at}.model");
        match &population.model {
            NeuronModel::Lif(lif) => self.lif(&model, lif, n),
            NeuronModel::Adex(adex) => self.adex(&model, adex, n),
            NeuronModel::Gif(gif) => self.gif(&model, gif, n),
            NeuronModel::Izhikevich(izhikevich) => self.izhikevich(&model, izhikevich, n),
            NeuronModel::Source(trains) => self.trains(&model, trains, population, dt_ms),
        }
        self.names(&format!("{at}.receptors"), population.receptors.iter().map(|receptor| &receptor.name));
        for (index, receptor) in population.receptors.iter().enumerate() {
            self.receptor(&format!("{at}.receptors[{index}]"), receptor);
        }
    }

    fn lif(&mut self, at: &str, lif: &Lif, n: u32) {
        self.positive(&format!("{at}.c_m_pf"), &lif.c_m_pf, n);
        self.positive(&format!("{at}.g_l_ns"), &lif.g_l_ns, n);
        self.any(&format!("{at}.e_l_mv"), &lif.e_l_mv, n);
        self.any(&format!("{at}.v_th_mv"), &lif.v_th_mv, n);
        self.any(&format!("{at}.v_reset_mv"), &lif.v_reset_mv, n);
        self.not_negative(&format!("{at}.t_ref_ms"), &lif.t_ref_ms, n);
        self.any(&format!("{at}.i_e_pa"), &lif.i_e_pa, n);
        self.reset(at, &lif.v_reset_mv, &lif.v_th_mv, n);
    }

    fn adex(&mut self, at: &str, adex: &Adex, n: u32) {
        self.positive(&format!("{at}.c_m_pf"), &adex.c_m_pf, n);
        self.positive(&format!("{at}.g_l_ns"), &adex.g_l_ns, n);
        self.any(&format!("{at}.e_l_mv"), &adex.e_l_mv, n);
        self.any(&format!("{at}.v_th_mv"), &adex.v_th_mv, n);
        self.positive(&format!("{at}.delta_t_mv"), &adex.delta_t_mv, n);
        self.any(&format!("{at}.a_ns"), &adex.a_ns, n);
        self.positive(&format!("{at}.tau_w_ms"), &adex.tau_w_ms, n);
        self.any(&format!("{at}.b_pa"), &adex.b_pa, n);
        self.any(&format!("{at}.v_reset_mv"), &adex.v_reset_mv, n);
        self.any(&format!("{at}.v_peak_mv"), &adex.v_peak_mv, n);
        self.not_negative(&format!("{at}.t_ref_ms"), &adex.t_ref_ms, n);
        self.any(&format!("{at}.i_e_pa"), &adex.i_e_pa, n);
        self.reset(at, &adex.v_reset_mv, &adex.v_peak_mv, n);
    }

    fn gif(&mut self, at: &str, gif: &Gif, n: u32) {
        self.positive(&format!("{at}.c_m_pf"), &gif.c_m_pf, n);
        self.positive(&format!("{at}.g_l_ns"), &gif.g_l_ns, n);
        self.any(&format!("{at}.e_l_mv"), &gif.e_l_mv, n);
        self.any(&format!("{at}.v_th_mv"), &gif.v_th_mv, n);
        self.positive(&format!("{at}.delta_v_mv"), &gif.delta_v_mv, n);
        self.not_negative(&format!("{at}.lambda_0_per_ms"), &gif.lambda_0_per_ms, n);
        self.any(&format!("{at}.v_reset_mv"), &gif.v_reset_mv, n);
        self.not_negative(&format!("{at}.t_ref_ms"), &gif.t_ref_ms, n);
        for j in 0..2 {
            self.any(&format!("{at}.q_stc_pa[{j}]"), &gif.q_stc_pa[j], n);
            self.positive(&format!("{at}.tau_stc_ms[{j}]"), &gif.tau_stc_ms[j], n);
            self.any(&format!("{at}.q_sfa_mv[{j}]"), &gif.q_sfa_mv[j], n);
            self.positive(&format!("{at}.tau_sfa_ms[{j}]"), &gif.tau_sfa_ms[j], n);
        }
        self.any(&format!("{at}.i_e_pa"), &gif.i_e_pa, n);
    }

    fn izhikevich(&mut self, at: &str, model: &Izhikevich, n: u32) {
        self.positive(&format!("{at}.c_m_pf"), &model.c_m_pf, n);
        self.positive(&format!("{at}.k_pa_per_mv2"), &model.k_pa_per_mv2, n);
        self.any(&format!("{at}.v_r_mv"), &model.v_r_mv, n);
        self.any(&format!("{at}.v_t_mv"), &model.v_t_mv, n);
        self.any(&format!("{at}.v_peak_mv"), &model.v_peak_mv, n);
        self.positive(&format!("{at}.a_per_ms"), &model.a_per_ms, n);
        self.any(&format!("{at}.b_ns"), &model.b_ns, n);
        self.any(&format!("{at}.b3_pa_per_mv3"), &model.b3_pa_per_mv3, n);
        self.any(&format!("{at}.v_b_mv"), &model.v_b_mv, n);
        self.any(&format!("{at}.v_reset_mv"), &model.v_reset_mv, n);
        self.any(&format!("{at}.d_pa"), &model.d_pa, n);
        self.any(&format!("{at}.i_e_pa"), &model.i_e_pa, n);
        self.reset(at, &model.v_reset_mv, &model.v_peak_mv, n);
    }

    fn trains(&mut self, at: &str, trains: &Trains, population: &Population, dt_ms: f64) {
        if !population.receptors.is_empty() {
            self.flaw(at, "a source has no membrane to put receptors on", "leave its receptors out");
        }
        match trains {
            Trains::Poisson(profile) => {
                self.profile(&format!("{at}.rate_hz"), profile);
                if profile.max() * dt_ms * 1e-3 > 1.0 {
                    let message = format!("{} Hz is more than a spike per step of {dt_ms} ms", profile.max());
                    self.flaw(&format!("{at}.rate_hz"), message, "lower the rate, or use more fibres");
                }
            }
            Trains::Given(spikes) => {
                if let Some((_, cell)) = spikes.iter().find(|(_, cell)| *cell >= population.n_cells) {
                    let message = format!("cell {cell} does not exist; cells are 0..{}", population.n_cells);
                    self.flaw(at, message, "number cells from 0 within the population");
                }
                if !spikes.windows(2).all(|pair| pair[0] < pair[1]) {
                    self.flaw(at, "spikes are not sorted or named twice", "sort them by step, then cell");
                }
            }
        }
    }

    fn profile(&mut self, at: &str, profile: &Profile) {
        if let Profile::Pieces(pieces) = profile
            && !pieces.windows(2).all(|pair| pair[0].0 < pair[1].0)
        {
            self.flaw(at, "starts do not ascend", "sort the pieces by their start");
        }
        let values: Vec<f64> = match profile {
            Profile::Constant(value) => vec![*value],
            Profile::Pieces(pieces) => pieces.iter().flat_map(|(start, value)| [*start, *value]).collect(),
        };
        if let Some(value) = values.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
            self.flaw(
                at,
                format!("times and rates are finite and 0 or more, got {value}"),
                "give rates in Hz, times in ms",
            );
        }
    }

    fn receptor(&mut self, at: &str, receptor: &Receptor) {
        match receptor.kinetics {
            Kinetics::Exponential { tau_ms } => {
                self.above(&format!("{at}.tau_ms"), tau_ms, 0.0, "give a decay in ms");
            }
            Kinetics::Biexponential { rise_ms, decay_ms } => {
                self.above(&format!("{at}.rise_ms"), rise_ms, 0.0, "give a rise in ms");
                self.above(&format!("{at}.decay_ms"), decay_ms, rise_ms, "a decay is longer than the rise");
            }
        }
        match receptor.effect {
            Effect::Current | Effect::Silent => {}
            Effect::Conductance { reversal_mv } => self.finite(&format!("{at}.reversal_mv"), reversal_mv),
            Effect::Nmda { reversal_mv, block } => {
                self.finite(&format!("{at}.reversal_mv"), reversal_mv);
                self.above(&format!("{at}.block.scale_mm"), block.scale_mm, 0.0, "3.57 mM after Jahr & Stevens 1990");
                if !(block.mg_mm >= 0.0 && block.mg_mm.is_finite()) {
                    let message = format!("must be 0 or more, got {}", block.mg_mm);
                    self.flaw(&format!("{at}.block.mg_mm"), message, "1 mM is usual");
                }
                self.finite(&format!("{at}.block.slope_per_mv"), block.slope_per_mv);
            }
        }
    }

    fn projection(&mut self, at: &str, projection: &Projection<'_>, network: &Network<'_>) {
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
    fn release(&mut self, at: &str, rule: &Rule) {
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

    fn bounds(&mut self, at: &str, weight: Distribution, conductance: bool, delay_ms: Distribution, dt_ms: f64) {
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

    fn plasticity(&mut self, at: &str, plasticity: &Plasticity) {
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

    fn cells(&mut self, at: &str, cells: &Cells, n_cells: u32) {
        let Cells::Some(list) = cells else { return };
        if !list.windows(2).all(|pair| pair[0] < pair[1]) {
            self.flaw(at, "cells do not ascend", "sort them and name each once");
        }
        if let Some(cell) = list.iter().find(|cell| **cell >= n_cells) {
            self.flaw(
                at,
                format!("cell {cell} does not exist; cells are 0..{n_cells}"),
                "number cells from 0 within the population",
            );
        }
    }

    fn drive(&mut self, at: &str, drive: &Drive, network: &Network<'_>) {
        let Some(population) = network.populations.get(drive.population) else {
            self.flaw(
                at,
                format!("drives population {} of {}", drive.population, network.populations.len()),
                "number populations from 0",
            );
            return;
        };
        if population.model.is_source() {
            self.flaw(at, format!("{:?} has no membrane to drive", population.name), "drive neurons");
        }
        let n = population.n_cells;
        self.cells(&format!("{at}.cells"), &drive.cells, n);
        let noisy = matches!(
            drive.kind,
            DriveKind::Poisson { .. } | DriveKind::OuConductance { .. } | DriveKind::OuCurrent { .. }
        );
        if noisy && drive.cells != Cells::All {
            self.flaw(
                &format!("{at}.cells"),
                "noise reaches all cells of a population",
                "set it to nothing per cell instead",
            );
        }
        match &drive.kind {
            DriveKind::Poisson { receptor, rate_hz, weight } => {
                self.profile(&format!("{at}.rate_hz"), rate_hz);
                self.finite(&format!("{at}.weight"), *weight);
                let mean = rate_hz.max() * network.dt_ms * 1e-3;
                if mean > MAX_POISSON_MEAN {
                    let message = format!("{mean} events per step on average; at most {MAX_POISSON_MEAN}");
                    self.flaw(
                        &format!("{at}.rate_hz"),
                        message,
                        "split it into several drives, or use an Ornstein-Uhlenbeck drive",
                    );
                }
                match population.receptors.get(*receptor) {
                    None => self.flaw(
                        &format!("{at}.receptor"),
                        format!("{:?} has no receptor {receptor}", population.name),
                        "number receptors from 0",
                    ),
                    Some(receptor) if *weight < 0.0 && receptor.effect != Effect::Current => {
                        self.flaw(
                            &format!("{at}.weight"),
                            format!("conductances are 0 or more, got {weight}"),
                            "choose the receptor by its reversal",
                        );
                    }
                    Some(_) => {}
                }
            }
            DriveKind::OuConductance { reversal_mv, mean_ns, sd_ns, tau_ms } => {
                self.any(&format!("{at}.reversal_mv"), reversal_mv, n);
                self.any(&format!("{at}.mean_ns"), mean_ns, n);
                self.not_negative(&format!("{at}.sd_ns"), sd_ns, n);
                self.positive(&format!("{at}.tau_ms"), tau_ms, n);
            }
            DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => {
                self.any(&format!("{at}.mean_pa"), mean_pa, n);
                self.not_negative(&format!("{at}.sd_pa"), sd_pa, n);
                self.positive(&format!("{at}.tau_ms"), tau_ms, n);
            }
            DriveKind::Current(waveform) => self.waveform(at, waveform, false),
            DriveKind::Conductance { waveform, reversal_mv } => {
                self.waveform(at, waveform, true);
                self.finite(&format!("{at}.reversal_mv"), *reversal_mv);
            }
            DriveKind::Clamp { v_mv, start_ms, stop_ms } => {
                self.finite(&format!("{at}.v_mv"), *v_mv);
                self.above(&format!("{at}.stop_ms"), *stop_ms, *start_ms, "a clamp ends after it starts");
            }
        }
    }

    fn waveform(&mut self, at: &str, waveform: &Waveform, conductance: bool) {
        let (values, times) = match waveform {
            Waveform::Step { start_ms, stop_ms, amplitude } => (vec![*amplitude], Some((*start_ms, *stop_ms))),
            Waveform::Ramp { start_ms, stop_ms, from, to } => (vec![*from, *to], Some((*start_ms, *stop_ms))),
            Waveform::Profile(profile) => {
                let (values, starts): (Vec<f64>, Vec<f64>) = match profile {
                    Profile::Constant(value) => (vec![*value], Vec::new()),
                    Profile::Pieces(pieces) => pieces.iter().map(|(start, value)| (*value, *start)).unzip(),
                };
                if !starts.windows(2).all(|pair| pair[0] < pair[1]) || starts.iter().any(|start| !start.is_finite()) {
                    self.flaw(at, "starts do not ascend", "sort the pieces by their start");
                }
                (values, None)
            }
        };
        if let Some((start, stop)) = times
            && !(start.is_finite() && stop > start)
        {
            self.flaw(at, format!("runs from {start} to {stop} ms"), "give a start and a later stop, in ms");
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite() || (conductance && **value < 0.0)) {
            self.flaw(at, format!("an amplitude of {value}"), "currents are finite, conductances 0 or more");
        }
    }

    fn recording(&mut self, network: &Network<'_>) {
        for (index, trace) in network.recording.traces.iter().enumerate() {
            self.trace(&format!("recording.traces[{index}]"), trace, network);
        }
        for (index, trace) in network.recording.weights.iter().enumerate() {
            let at = format!("recording.weights[{index}]");
            if trace.every == 0 {
                self.flaw(&at, "samples every 0 steps", "give 1 or more");
            }
            match network.projections.get(trace.projection) {
                None => {
                    self.flaw(&at, format!("there is no projection {}", trace.projection), "number projections from 0")
                }
                Some(projection) if projection.plasticity.is_none() => {
                    self.flaw(
                        &at,
                        format!("weights of {:?} do not change", projection.name),
                        "record projections that learn",
                    );
                }
                Some(_) => {}
            }
            if trace.connections.as_ref().is_some_and(|list| !list.windows(2).all(|pair| pair[0] < pair[1])) {
                self.flaw(&at, "connections do not ascend", "sort them and name each once");
            }
        }
    }

    fn trace(&mut self, at: &str, trace: &Trace, network: &Network<'_>) {
        if trace.every == 0 {
            self.flaw(at, "samples every 0 steps", "give 1 or more");
        }
        let Some(population) = network.populations.get(trace.population) else {
            self.flaw(at, format!("there is no population {}", trace.population), "number populations from 0");
            return;
        };
        self.cells(&format!("{at}.cells"), &trace.cells, population.n_cells);
        let fits = match trace.variable {
            Variable::V => !population.model.is_source(),
            Variable::Adaptation => {
                matches!(population.model, NeuronModel::Adex(_) | NeuronModel::Gif(_) | NeuronModel::Izhikevich(_))
            }
            Variable::Threshold => matches!(population.model, NeuronModel::Gif(_)),
            Variable::Receptor(receptor) => receptor < population.receptors.len(),
        };
        if !fits {
            let message = format!(
                "{:?} of {:?}, a {} population, does not exist",
                trace.variable,
                population.name,
                population.model.name()
            );
            self.flaw(at, message, "record a variable that the model has");
        }
    }
}
