//! Point-neuron parameters of every cell.

use crate::column::Column;
use bravli_recipe::{AdexParameters, MembraneSpec, Recipe};

/// One entry per cell in every column; adaptive exponential integrate-and-fire.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NeuronColumns {
    /// Capacitance, pF.
    pub c_m_pf: Vec<f32>,
    /// Leak conductance, nS.
    pub g_l_ns: Vec<f32>,
    /// Leak potential, mV.
    pub e_l_mv: Vec<f32>,
    /// Threshold of the exponential, mV.
    pub v_th_mv: Vec<f32>,
    /// Sharpness of the exponential, mV.
    pub delta_t_mv: Vec<f32>,
    /// Subthreshold adaptation, nS.
    pub a_ns: Vec<f32>,
    /// Adaptation time constant, ms.
    pub tau_w_ms: Vec<f32>,
    /// Spike-triggered adaptation, pA.
    pub b_pa: Vec<f32>,
    /// Reset, mV.
    pub v_reset_mv: Vec<f32>,
    /// Refractory time, ms.
    pub t_ref_ms: Vec<f32>,
}

/// Why the cells of a column have no neuron model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NeuronError {
    /// The recipe has no neuron models.
    #[error("recipe {0:?} has no neurons.yaml, and the Blue Brain files hold no point-neuron parameters")]
    NoModels(String),
    /// An e-type has no parameter set.
    #[error("e-type {0:?} has no parameter set in neurons.yaml")]
    NoEtype(String),
}

impl NeuronError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoModels(_) => "add a neurons.yaml (see the shipped rat-barrel recipe), or build from rat-barrel",
            Self::NoEtype(_) => "add the e-type under etypes in neurons.yaml",
        }
    }
}

/// Parameters of every cell, in node order.
///
/// The e-type gives the dimensionless shape; the population's membrane gives C = τ_m/R_in and g_L = 1/R_in. Adaptation
/// `a` and `b` scale with g_L, so a pattern keeps its name on a cell of another size.
///
/// # Errors
/// [`NeuronError`] when the recipe has no models or lacks an e-type in use.
pub fn neuron_columns(recipe: &Recipe, column: &Column) -> Result<NeuronColumns, NeuronError> {
    let models = recipe.neurons.as_ref().ok_or_else(|| NeuronError::NoModels(recipe.name.clone()))?;
    let header = &column.header;
    let n_etypes = header.etypes.len();
    let mut table = Vec::with_capacity(header.populations.len() * n_etypes);
    for population in &header.populations {
        let membrane = recipe.membrane(&population.name);
        for etype in &header.etypes {
            let shape = models.etypes.get(etype).ok_or_else(|| NeuronError::NoEtype(etype.clone()))?;
            table.push(membrane.map_or(*shape, |membrane| scale(shape, membrane)));
        }
    }
    let mut columns = NeuronColumns::default();
    for cell in 0..column.cells.len() {
        let set = &table[usize::from(column.cells.population[cell]) * n_etypes + usize::from(column.cells.etype[cell])];
        columns.c_m_pf.push(set.c_m_pf.get() as f32);
        columns.g_l_ns.push(set.g_l_ns.get() as f32);
        columns.e_l_mv.push(set.e_l_mv.get() as f32);
        columns.v_th_mv.push(set.v_th_mv.get() as f32);
        columns.delta_t_mv.push(set.delta_t_mv.get() as f32);
        columns.a_ns.push(set.a_ns.get() as f32);
        columns.tau_w_ms.push(set.tau_w_ms.get() as f32);
        columns.b_pa.push(set.b_pa.get() as f32);
        columns.v_reset_mv.push(set.v_reset_mv.get() as f32);
        columns.t_ref_ms.push(set.t_ref_ms.get() as f32);
    }
    Ok(columns)
}

/// An e-type's shape on a membrane of given resistance and time constant.
#[must_use]
pub fn scale(shape: &AdexParameters, membrane: &MembraneSpec) -> AdexParameters {
    let g_l_ns = 1_000.0 / membrane.r_in_mohm; // 1/MΩ is 1000 nS
    let ratio = g_l_ns / shape.g_l_ns.get();
    let shift = membrane.e_l_mv - shape.e_l_mv;
    let v_th_mv = membrane.v_th_mv.unwrap_or(shape.v_th_mv + shift);
    AdexParameters {
        // both factors are positive and finite once the recipe has been read; a failed conversion keeps the e-type's own value
        c_m_pf: (membrane.tau_m_ms.get() * g_l_ns).try_into().unwrap_or(shape.c_m_pf),
        g_l_ns: g_l_ns.try_into().unwrap_or(shape.g_l_ns),
        e_l_mv: membrane.e_l_mv,
        v_th_mv,
        a_ns: shape.a_ns * ratio,
        b_pa: shape.b_pa * ratio,
        v_reset_mv: v_th_mv + (shape.v_reset_mv - shape.v_th_mv),
        ..*shape
    }
}
