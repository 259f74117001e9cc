//! Membranes of one population.

use super::course::{MOMENTS, SUBSTEPS};
use super::drives::unit24;
use crate::network::{
    Adex, DriveKind, Effect, Gif, Izhikevich, Lif, Network, NeuronModel, Population, Variable, cell_word,
};
use bravli_rng::{Draw, Stream};

/// State of the cells of a population; sources have none.
#[derive(Debug, Clone, Default)]
pub(super) struct Membranes {
    /// Potential, mV.
    pub(super) v: Vec<f64>,
    /// Adaptation w of AdEx, recovery u of Izhikevich, pA.
    w: Vec<f64>,
    /// Spike-triggered currents η, pA.
    eta: Vec<[f64; 2]>,
    /// Moves of the threshold γ, mV.
    gamma: Vec<[f64; 2]>,
    /// Steps that the reset still holds.
    refractory: Vec<u64>,
}

/// What reaches a cell in a step: a current less conductance times V.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Current at each moment of the step, pA; that of conductances is g·E.
    pub(super) current_pa: [f64; MOMENTS],
    /// Open conductance at each moment of the step, nS.
    pub(super) conductance_ns: [f64; MOMENTS],
    /// The same currents in closed form: the constant part, and (amplitude, decay in ms) of each exponential.
    pub(super) constant_pa: f64,
    /// Exponentials of the currents.
    pub(super) exponentials: Vec<(f64, f64)>,
    /// Potential of a clamp, mV.
    pub(super) clamp_mv: Option<f64>,
}

impl Input {
    pub(super) fn new(constant_pa: f64, clamp_mv: Option<f64>) -> Self {
        Self {
            current_pa: [constant_pa; MOMENTS],
            conductance_ns: [0.0; MOMENTS],
            constant_pa,
            exponentials: Vec::new(),
            clamp_mv,
        }
    }
}

/// Whether membranes of a population see currents alone, so that those of an integrate-and-fire cell have a closed form.
pub(super) fn is_exact(network: &Network<'_>, population: usize) -> bool {
    let described = &network.populations[population];
    let opens = described.receptors.iter().any(|r| !matches!(r.effect, Effect::Current | Effect::Silent));
    let driven = network.drives.iter().any(|drive| {
        drive.population == population
            && matches!(drive.kind, DriveKind::OuConductance { .. } | DriveKind::Conductance { .. })
    });
    matches!(described.model, NeuronModel::Lif(_)) && !opens && !driven
}

impl Membranes {
    pub(super) fn new(population: &Population) -> Self {
        let n = if population.model.is_source() { 0 } else { population.n_cells as usize };
        Self {
            v: (0..n).map(|cell| population.v_init_mv.at(cell)).collect(),
            w: vec![0.0; n],
            eta: vec![[0.0; 2]; n],
            gamma: vec![[0.0; 2]; n],
            refractory: vec![0; n],
        }
    }

    /// Advances a cell through `step` and says whether it spikes at its end. A clamp goes before the refractory time.
    pub(super) fn advance(
        &mut self,
        network: &Network<'_>,
        population: &Population,
        cell: usize,
        step: u64,
        input: &Input,
        exact: bool,
    ) -> bool {
        let dt_ms = network.dt_ms;
        let reset = v_reset(&population.model, cell);
        let held = input.clamp_mv.or((self.refractory[cell] > 0).then_some(reset));
        self.refractory[cell] = self.refractory[cell].saturating_sub(1);
        let fires = match &population.model {
            NeuronModel::Lif(lif) => self.lif(lif, cell, dt_ms, input, held, exact),
            NeuronModel::Adex(adex) => self.adex(adex, cell, dt_ms, input, held),
            NeuronModel::Izhikevich(model) => self.izhikevich(model, cell, dt_ms, input, held),
            NeuronModel::Gif(gif) => {
                let key = Stream::new(network.seed, &population.name, Draw::Escape).key();
                let unit = unit24(cell_word(key, cell as u32, step as u32));
                self.gif(gif, cell, dt_ms, input, held, unit)
            }
            NeuronModel::Source(_) => false,
        };
        // a potential that left the real numbers stands, to be told
        if !fires || !self.v[cell].is_finite() {
            return false;
        }
        self.v[cell] = reset;
        let t_ref_ms = match &population.model {
            NeuronModel::Lif(lif) => lif.t_ref_ms.at(cell),
            NeuronModel::Adex(adex) => {
                self.w[cell] += adex.b_pa.at(cell);
                adex.t_ref_ms.at(cell)
            }
            NeuronModel::Gif(gif) => {
                for j in 0..2 {
                    self.eta[cell][j] += gif.q_stc_pa[j].at(cell);
                    self.gamma[cell][j] += gif.q_sfa_mv[j].at(cell);
                }
                gif.t_ref_ms.at(cell)
            }
            NeuronModel::Izhikevich(model) => {
                self.w[cell] += model.d_pa.at(cell);
                0.0
            }
            NeuronModel::Source(_) => 0.0,
        };
        self.refractory[cell] = network.steps(t_ref_ms);
        true
    }

    /// The value of a variable of a cell that is not a receptor.
    pub(super) fn value(&self, population: &Population, cell: usize, variable: Variable) -> f64 {
        match (variable, &population.model) {
            (Variable::V, _) => self.v[cell],
            (Variable::Adaptation, NeuronModel::Gif(_)) => self.eta[cell].iter().sum(),
            (Variable::Adaptation, _) => self.w[cell],
            (Variable::Threshold, NeuronModel::Gif(gif)) => gif.v_th_mv.at(cell) + self.gamma[cell].iter().sum::<f64>(),
            (Variable::Threshold | Variable::Receptor(_), _) => 0.0,
        }
    }

    fn lif(&mut self, lif: &Lif, cell: usize, dt_ms: f64, input: &Input, held: Option<f64>, exact: bool) -> bool {
        let (c, g, e, i_e) = (lif.c_m_pf.at(cell), lif.g_l_ns.at(cell), lif.e_l_mv.at(cell), lif.i_e_pa.at(cell));
        if let Some(v) = held {
            self.v[cell] = v;
            return false;
        }
        self.v[cell] = if exact {
            exact_lif(self.v[cell], c, g, e, i_e + input.constant_pa, &input.exponentials, dt_ms)
        } else {
            let slope = |moment: usize, v: f64, _: f64| {
                let current = g * (e - v) + i_e + input.current_pa[moment] - input.conductance_ns[moment] * v;
                (current / c, 0.0)
            };
            runge_kutta((self.v[cell], 0.0), f64::INFINITY, dt_ms, slope).0
        };
        self.v[cell] >= lif.v_th_mv.at(cell)
    }

    fn adex(&mut self, adex: &Adex, cell: usize, dt_ms: f64, input: &Input, held: Option<f64>) -> bool {
        let (c, g, e, i_e) = (adex.c_m_pf.at(cell), adex.g_l_ns.at(cell), adex.e_l_mv.at(cell), adex.i_e_pa.at(cell));
        let (v_t, delta, peak) = (adex.v_th_mv.at(cell), adex.delta_t_mv.at(cell), adex.v_peak_mv.at(cell));
        let (a, tau_w) = (adex.a_ns.at(cell), adex.tau_w_ms.at(cell));
        let slope = |moment: usize, v: f64, w: f64| {
            let current = g * (e - v) + g * delta * ((v - v_t) / delta).exp() - w + i_e + input.current_pa[moment]
                - input.conductance_ns[moment] * v;
            (if held.is_some() { 0.0 } else { current / c }, (a * (v - e) - w) / tau_w)
        };
        self.two_variables(cell, peak, dt_ms, held, slope)
    }

    fn izhikevich(&mut self, model: &Izhikevich, cell: usize, dt_ms: f64, input: &Input, held: Option<f64>) -> bool {
        let (c, k, i_e) = (model.c_m_pf.at(cell), model.k_pa_per_mv2.at(cell), model.i_e_pa.at(cell));
        let (v_r, v_t, peak) = (model.v_r_mv.at(cell), model.v_t_mv.at(cell), model.v_peak_mv.at(cell));
        let (a, b, b3, v_b) =
            (model.a_per_ms.at(cell), model.b_ns.at(cell), model.b3_pa_per_mv3.at(cell), model.v_b_mv.at(cell));
        let slope = |moment: usize, v: f64, u: f64| {
            let current =
                k * (v - v_r) * (v - v_t) - u + i_e + input.current_pa[moment] - input.conductance_ns[moment] * v;
            let recovery = b * (v - v_r) + b3 * (v - v_b).max(0.0).powi(3);
            (if held.is_some() { 0.0 } else { current / c }, a * (recovery - u))
        };
        self.two_variables(cell, peak, dt_ms, held, slope)
    }

    fn two_variables(
        &mut self,
        cell: usize,
        peak: f64,
        dt_ms: f64,
        held: Option<f64>,
        slope: impl Fn(usize, f64, f64) -> (f64, f64),
    ) -> bool {
        let start = (held.unwrap_or(self.v[cell]), self.w[cell]);
        // a clamp may hold a cell beyond its peak
        let ceiling = if held.is_some() { f64::INFINITY } else { peak };
        (self.v[cell], self.w[cell]) = runge_kutta(start, ceiling, dt_ms, slope);
        held.is_none() && self.v[cell] >= peak
    }

    fn gif(&mut self, gif: &Gif, cell: usize, dt_ms: f64, input: &Input, held: Option<f64>, unit: f64) -> bool {
        let (c, g, e, i_e) = (gif.c_m_pf.at(cell), gif.g_l_ns.at(cell), gif.e_l_mv.at(cell), gif.i_e_pa.at(cell));
        let eta = self.eta[cell];
        let tau = [gif.tau_stc_ms[0].at(cell), gif.tau_stc_ms[1].at(cell)];
        if let Some(v) = held {
            self.v[cell] = v;
        } else {
            let slope = |moment: usize, v: f64, _: f64| {
                let time_ms = moment as f64 / (MOMENTS - 1) as f64 * dt_ms;
                let adapting = eta[0] * (-time_ms / tau[0]).exp() + eta[1] * (-time_ms / tau[1]).exp();
                let current =
                    g * (e - v) - adapting + i_e + input.current_pa[moment] - input.conductance_ns[moment] * v;
                (current / c, 0.0)
            };
            self.v[cell] = runge_kutta((self.v[cell], 0.0), f64::INFINITY, dt_ms, slope).0;
        }
        for (eta, tau_ms) in self.eta[cell].iter_mut().zip(tau) {
            *eta *= (-dt_ms / tau_ms).exp();
        }
        for (gamma, tau_ms) in self.gamma[cell].iter_mut().zip(&gif.tau_sfa_ms) {
            *gamma *= (-dt_ms / tau_ms.at(cell)).exp();
        }
        let v_t = gif.v_th_mv.at(cell) + self.gamma[cell].iter().sum::<f64>();
        let lambda = gif.lambda_0_per_ms.at(cell) * ((self.v[cell] - v_t) / gif.delta_v_mv.at(cell)).exp();
        held.is_none() && unit < -(-lambda * dt_ms).exp_m1()
    }
}

fn v_reset(model: &NeuronModel, cell: usize) -> f64 {
    match model {
        NeuronModel::Lif(lif) => lif.v_reset_mv.at(cell),
        NeuronModel::Adex(adex) => adex.v_reset_mv.at(cell),
        NeuronModel::Gif(gif) => gif.v_reset_mv.at(cell),
        NeuronModel::Izhikevich(model) => model.v_reset_mv.at(cell),
        NeuronModel::Source(_) => 0.0,
    }
}

/// Potential after a step of C V̇ = g(E − V) + I + Σ A e^{−t/τ}.
fn exact_lif(v: f64, c: f64, g: f64, e: f64, current_pa: f64, exponentials: &[(f64, f64)], dt_ms: f64) -> f64 {
    let leak = g / c;
    let keep = (-dt_ms * leak).exp();
    let mut end = e + (v - e) * keep - current_pa / g * (-dt_ms * leak).exp_m1();
    for (amplitude, tau_ms) in exponentials {
        // ∫ e^{−(dt − t) leak} e^{−t/τ} dt over the step
        let rate = leak - 1.0 / tau_ms;
        let area = if (rate * dt_ms).abs() < 1e-12 { dt_ms } else { (rate * dt_ms).exp_m1() / rate };
        end += amplitude / c * keep * area;
    }
    end
}

/// Two variables after a step of ten Runge–Kutta steps of fourth order; `slope` takes the moment within the step.
///
/// The first variable stays at `ceiling` once it is there, and slopes never see it beyond.
fn runge_kutta(
    start: (f64, f64),
    ceiling: f64,
    dt_ms: f64,
    slope: impl Fn(usize, f64, f64) -> (f64, f64),
) -> (f64, f64) {
    let h = dt_ms / SUBSTEPS as f64;
    // not `min`, which would make a number of what is none
    let cut = |x: f64| if x > ceiling { ceiling } else { x };
    let slope = |moment: usize, x: f64, y: f64| slope(moment, cut(x), y);
    let (mut x, mut y) = start;
    for substep in 0..SUBSTEPS {
        let moment = 2 * substep;
        let k1 = slope(moment, x, y);
        let k2 = slope(moment + 1, x + h / 2.0 * k1.0, y + h / 2.0 * k1.1);
        let k3 = slope(moment + 1, x + h / 2.0 * k2.0, y + h / 2.0 * k2.1);
        let k4 = slope(moment + 2, x + h * k3.0, y + h * k3.1);
        x = cut(x + h / 6.0 * (k1.0 + 2.0 * k2.0 + 2.0 * k3.0 + k4.0));
        y += h / 6.0 * (k1.1 + 2.0 * k2.1 + 2.0 * k3.1 + k4.1);
    }
    (x, y)
}
