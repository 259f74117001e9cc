//! Point-neuron parameters of every cell.

use crate::column::Column;
use bravli_recipe::{AdexParameters, MembraneSpec, Recipe};
use bravli_rng::{Draw, Stream, normal_cdf, normal_quantile};

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
/// `a` and `b` scale with g_L, so a pattern keeps its name on a cell of another size. Where the membrane states spreads,
/// each cell draws its own ([`MembraneSpec::spread`]).
///
/// # Errors
/// [`NeuronError`] when the recipe has no models or lacks an e-type in use.
///
/// # Repeatability
/// A cell's draws depend on (`seed`, layer, m-type, number within these) alone, as its place does: with the seed of the
/// column, a cell stays the same under any wiring and in every run, and a population more leaves the others as they are.
pub fn neuron_columns(recipe: &Recipe, column: &Column, seed: u64) -> Result<NeuronColumns, NeuronError> {
    let models = recipe.neurons.as_ref().ok_or_else(|| NeuronError::NoModels(recipe.name.clone()))?;
    let header = &column.header;
    let n_etypes = header.etypes.len();
    let mut table = Vec::with_capacity(header.populations.len() * n_etypes);
    let mut varied = Vec::with_capacity(header.populations.len());
    for population in &header.populations {
        let membrane = recipe.membrane(&population.name);
        varied.push(membrane.filter(|membrane| !membrane.spread.is_none()));
        for etype in &header.etypes {
            let shape = models.etypes.get(etype).ok_or_else(|| NeuronError::NoEtype(etype.clone()))?;
            table.push((shape, membrane.map_or(*shape, |membrane| scale(shape, membrane))));
        }
    }
    let mut kinds = Kinds::new(column, seed);
    let mut columns = NeuronColumns::default();
    for cell in 0..column.cells.len() {
        let (stream, number) = kinds.next(cell);
        let population = usize::from(column.cells.population[cell]);
        let (shape, shared) = &table[population * n_etypes + usize::from(column.cells.etype[cell])];
        let own = varied[population].map(|membrane| scale(shape, &vary(membrane, shape, stream, number)));
        let set = own.as_ref().unwrap_or(shared);
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

/// Streams and numbers of cells, by layer and m-type.
struct Kinds<'a> {
    column: &'a Column,
    streams: Vec<Stream>,
    counts: Vec<u64>,
}

impl<'a> Kinds<'a> {
    fn new(column: &'a Column, seed: u64) -> Self {
        let header = &column.header;
        let names = header.layers.iter().flat_map(|layer| header.mtypes.iter().map(move |mtype| (layer, mtype)));
        let streams: Vec<Stream> = names
            .map(|(layer, mtype)| Stream::new(seed, &format!("{}/{mtype}", layer.layer), Draw::CellVariation))
            .collect();
        Self { column, counts: vec![0; streams.len()], streams }
    }

    /// The stream of a cell and its number within its layer and m-type; to be asked for every cell in order.
    fn next(&mut self, cell: usize) -> (Stream, u64) {
        let cells = &self.column.cells;
        let kind = usize::from(cells.layer[cell]) * self.column.header.mtypes.len() + usize::from(cells.mtype[cell]);
        self.counts[kind] += 1;
        (self.streams[kind], self.counts[kind] - 1)
    }
}

/// Half the width of what is drawn, in standard deviations: cells farther out are as likely errors of measurement.
const CUT_SD: f64 = 2.0;

/// The most that a resistance or a time falls below its mean, as a share of it: what is left is above zero.
const MAX_FALL: f64 = 0.9;

/// Attempts at a rest and a threshold that agree; the mean where none does.
const ATTEMPTS: u64 = 64;

/// A cell's own membrane: each of R_in, τ_m, E_L and V_T is normal, cut at two standard deviations from its mean.
///
/// R_in and τ_m stay above zero. E_L and V_T are drawn together until the cell is silent without input, as recorded ones
/// are: its rheobase g_L(V_T − Δ_T − E_L) is above zero.
fn vary(membrane: &MembraneSpec, shape: &AdexParameters, stream: Stream, number: u64) -> MembraneSpec {
    let deviation = |index: u64, sd: Option<f64>, most: f64| {
        let Some(sd) = sd.filter(|sd| *sd > 0.0) else { return 0.0 };
        let below = normal_cdf(-CUT_SD.min(most / sd));
        sd * normal_quantile(below + stream.uniform(number, index) * (1.0 - 2.0 * below))
    };
    let spread = &membrane.spread;
    let mut own = membrane.clone();
    own.r_in_mohm += deviation(0, spread.r_in_sd_mohm, MAX_FALL * membrane.r_in_mohm);
    let tau_m = membrane.tau_m_ms.get();
    let tau_m = tau_m + deviation(1, spread.tau_m_sd_ms, MAX_FALL * tau_m);
    own.tau_m_ms = tau_m.try_into().unwrap_or(membrane.tau_m_ms);
    for attempt in 0..ATTEMPTS {
        let e_l = membrane.e_l_mv.get() + deviation(2 + 2 * attempt, spread.e_l_sd_mv, f64::INFINITY);
        own.e_l_mv = e_l.try_into().unwrap_or(membrane.e_l_mv);
        let by = deviation(3 + 2 * attempt, spread.v_th_sd_mv, f64::INFINITY);
        own.v_th_mv = membrane.v_th_mv.map(|v_th| (v_th.get() + by).try_into().unwrap_or(v_th));
        let set = scale(shape, &own);
        if set.v_th_mv.get() - set.e_l_mv.get() > set.delta_t_mv.get() {
            return own;
        }
    }
    MembraneSpec { e_l_mv: membrane.e_l_mv, v_th_mv: membrane.v_th_mv, ..own }
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
