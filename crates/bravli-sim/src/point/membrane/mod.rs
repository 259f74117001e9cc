//! One step of the membranes of a tile, by model.

mod adex;
mod gif;
mod izhikevich;
mod lif;

use super::math::{TILE, Tile, Words};
use crate::network::{NeuronModel, Values};

/// Row of the potential in a tile's state. [mV]
pub(crate) const V: usize = 0;

/// Row of the steps left to be held.
pub(crate) const HELD: usize = 1;

/// Row of the adaptation of [`Kind::Adex`] and [`Kind::Izhikevich`], and the first of [`Kind::Gif`]. [pA]
pub(crate) const W: usize = 2;

/// Rows of the moving thresholds of [`Kind::Gif`]. [mV]
pub(crate) const SFA: usize = 4;

/// Row of the resting threshold among the parameters of [`Kind::Gif`]. [mV]
pub(crate) const GIF_V_TH: usize = 3;

/// Row of the peak among the parameters of [`Kind::Izhikevich`]. [mV]
pub(crate) const IZHIKEVICH_PEAK: usize = 4;

/// What acts on the membranes of a tile during a step.
pub(crate) struct Acting<'a> {
    /// Conductance besides the leak. [nS]
    pub(crate) g: &'a Tile,
    /// Σ g E and synaptic currents [pA]; for [`Kind::LifExact`] what those currents add to V by the step's end [mV].
    pub(crate) drive: &'a Tile,
    /// Currents held over the step. [pA]
    pub(crate) held: &'a Tile,
}

/// Kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Leaky integrate-and-fire with currents alone: exact.
    LifExact,
    /// Leaky integrate-and-fire with conductances.
    Lif,
    /// Adaptive exponential.
    Adex,
    /// Escape noise.
    Gif,
    /// Quadratic.
    Izhikevich,
}

impl Kind {
    /// One step of a tile's membranes; `words` are the draws of [`Self::Gif`].
    #[inline(always)]
    pub(crate) fn step(
        self,
        parameters: &[Tile],
        membrane: &mut [Tile],
        acting: &Acting<'_>,
        words: &Words,
        fired: &mut Words,
    ) {
        match self {
            Self::LifExact => lif::exact_step(parameters, membrane, acting, fired),
            Self::Lif => lif::step(parameters, membrane, acting, fired),
            Self::Adex => adex::step(parameters, membrane, acting, fired),
            Self::Izhikevich => izhikevich::step(parameters, membrane, acting, fired),
            Self::Gif => gif::step(parameters, membrane, acting, words, fired),
        }
    }

    /// Rows of state that the membrane has.
    pub(crate) fn n_rows(self) -> usize {
        match self {
            Self::LifExact | Self::Lif => 2,
            Self::Adex | Self::Izhikevich => 3,
            Self::Gif => 6,
        }
    }

    /// Rows of parameters.
    pub(crate) fn n_parameters(self) -> usize {
        match self {
            Self::LifExact => lif::N_EXACT,
            Self::Lif => lif::N,
            Self::Adex => adex::N,
            Self::Gif => gif::N,
            Self::Izhikevich => izhikevich::N,
        }
    }
}

/// Parameters of cells as kernels want them: one row per parameter, derived in double precision.
pub(crate) fn parameters(model: &NeuronModel, kind: Kind, dt_ms: f64, cell: usize) -> Vec<f64> {
    match model {
        NeuronModel::Lif(lif) if kind == Kind::LifExact => lif::exact_parameters(lif, dt_ms, cell),
        NeuronModel::Lif(lif) => lif::parameters(lif, dt_ms, cell),
        NeuronModel::Adex(adex) => adex::parameters(adex, dt_ms, cell),
        NeuronModel::Gif(gif) => gif::parameters(gif, dt_ms, cell),
        NeuronModel::Izhikevich(izhikevich) => izhikevich::parameters(izhikevich, dt_ms, cell),
        NeuronModel::Source(_) => Vec::new(),
    }
}

/// Whether all cells of a population share their parameters.
pub(crate) fn is_uniform(model: &NeuronModel) -> bool {
    let all = |values: &[&Values]| values.iter().all(|values| values.is_same());
    match model {
        NeuronModel::Lif(m) => {
            all(&[&m.c_m_pf, &m.g_l_ns, &m.e_l_mv, &m.v_th_mv, &m.v_reset_mv, &m.t_ref_ms, &m.i_e_pa])
        }
        NeuronModel::Adex(m) => all(&[
            &m.c_m_pf,
            &m.g_l_ns,
            &m.e_l_mv,
            &m.v_th_mv,
            &m.delta_t_mv,
            &m.a_ns,
            &m.tau_w_ms,
            &m.b_pa,
            &m.v_reset_mv,
            &m.v_peak_mv,
            &m.t_ref_ms,
            &m.i_e_pa,
        ]),
        NeuronModel::Gif(m) => {
            all(&[
                &m.c_m_pf,
                &m.g_l_ns,
                &m.e_l_mv,
                &m.v_th_mv,
                &m.delta_v_mv,
                &m.lambda_0_per_ms,
                &m.v_reset_mv,
                &m.t_ref_ms,
                &m.i_e_pa,
            ]) && (0..2).all(|j| all(&[&m.q_stc_pa[j], &m.tau_stc_ms[j], &m.q_sfa_mv[j], &m.tau_sfa_ms[j]]))
        }
        NeuronModel::Izhikevich(m) => all(&[
            &m.c_m_pf,
            &m.k_pa_per_mv2,
            &m.v_r_mv,
            &m.v_t_mv,
            &m.v_peak_mv,
            &m.a_per_ms,
            &m.b_ns,
            &m.b3_pa_per_mv3,
            &m.v_b_mv,
            &m.v_reset_mv,
            &m.d_pa,
            &m.i_e_pa,
        ]),
        NeuronModel::Source(_) => true,
    }
}

/// Steps that a cell is held after a spike.
pub(crate) fn steps(time_ms: f64, dt_ms: f64) -> f64 {
    (time_ms / dt_ms).round()
}

/// The mean of e^{−t/τ} over a step.
pub(crate) fn step_mean(tau_ms: f64, dt_ms: f64) -> f64 {
    // 1 − e^{−x} without loss of digits
    -(tau_ms / dt_ms) * (-dt_ms / tau_ms).exp_m1()
}

/// `N` rows of parameters or state as an array.
#[inline(always)]
pub(crate) fn rows<const N: usize>(tiles: &[Tile]) -> &[Tile; N] {
    match tiles.first_chunk() {
        Some(rows) => rows,
        None => unreachable!("a tile has the rows of its kernel"),
    }
}

/// `N` rows of state as an array.
#[inline(always)]
pub(crate) fn rows_mut<const N: usize>(tiles: &mut [Tile]) -> &mut [Tile; N] {
    match tiles.first_chunk_mut() {
        Some(rows) => rows,
        None => unreachable!("a tile has the rows of its kernel"),
    }
}

/// Whether any cell fired.
#[inline(always)]
pub(crate) fn any(fired: &Words) -> bool {
    let mut some = 0;
    for lane in 0..TILE {
        some |= fired[lane];
    }
    some != 0
}
