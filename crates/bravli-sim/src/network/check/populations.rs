//! Cells, sources and receptors.

use super::Check;
use crate::network::{
    Adex, Effect, Gif, Izhikevich, Kinetics, Lif, NeuronModel, Population, Profile, Receptor, Trains,
};

impl Check {
    pub(super) fn population(&mut self, at: &str, population: &Population, dt_ms: f64) {
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

    pub(super) fn lif(&mut self, at: &str, lif: &Lif, n: u32) {
        self.positive(&format!("{at}.c_m_pf"), &lif.c_m_pf, n);
        self.positive(&format!("{at}.g_l_ns"), &lif.g_l_ns, n);
        self.any(&format!("{at}.e_l_mv"), &lif.e_l_mv, n);
        self.any(&format!("{at}.v_th_mv"), &lif.v_th_mv, n);
        self.any(&format!("{at}.v_reset_mv"), &lif.v_reset_mv, n);
        self.not_negative(&format!("{at}.t_ref_ms"), &lif.t_ref_ms, n);
        self.any(&format!("{at}.i_e_pa"), &lif.i_e_pa, n);
        self.reset(at, &lif.v_reset_mv, &lif.v_th_mv, n);
    }

    pub(super) fn adex(&mut self, at: &str, adex: &Adex, n: u32) {
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

    pub(super) fn gif(&mut self, at: &str, gif: &Gif, n: u32) {
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

    pub(super) fn izhikevich(&mut self, at: &str, model: &Izhikevich, n: u32) {
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

    pub(super) fn trains(&mut self, at: &str, trains: &Trains, population: &Population, dt_ms: f64) {
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

    pub(super) fn profile(&mut self, at: &str, profile: &Profile) {
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

    pub(super) fn receptor(&mut self, at: &str, receptor: &Receptor) {
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
}
