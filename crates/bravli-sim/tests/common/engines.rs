//! Engines that must agree with the same truths, and small networks to ask them about.

use bravli_sim::network::{
    Cells, Connectivity, Drive, DriveKind, Effect, Kept, Kinetics, Lif, MgBlock, Network, NeuronModel, PerConnection,
    Population, Projection, Receptor, Recording, Release, Row, Trace, Trains, Values, Variable,
};
use bravli_sim::{point, reference};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Block of NMDA at 1 mM magnesium after Jahr & Stevens 1990, doi:10.1523/JNEUROSCI.10-09-03178.1990.
pub(crate) const JAHR_STEVENS: MgBlock = MgBlock { mg_mm: 1.0, scale_mm: 3.57, slope_per_mv: 0.062 };

/// The refit to rat neocortex after Vargas-Caballero & Robinson 2003, as Chindemi et al. 2022 use it, at 1 mM.
pub(crate) const RAT_NEOCORTEX: MgBlock = MgBlock { mg_mm: 1.0, scale_mm: 2.552_24, slope_per_mv: 0.072_074_8 };

/// Runs a network for a number of steps.
pub(crate) type Engine = fn(&Network<'_>, u64) -> Kept;

/// Every engine, with its name.
pub(crate) const ENGINES: &[(&str, Engine)] = &[("reference", run_reference), ("point", run_point)];

fn run_point(network: &Network<'_>, n_steps: u64) -> Kept {
    let mut kept = Kept::default();
    let options = point::Options { threads: 1, simd: point::Simd::Best };
    let mut engine = point::Engine::new(network, options).unwrap();
    engine.run(n_steps, &mut kept, &mut |_| ControlFlow::Continue(())).unwrap();
    kept
}

fn run_reference(network: &Network<'_>, n_steps: u64) -> Kept {
    let mut kept = Kept::default();
    reference::run(network, n_steps, &mut kept).unwrap();
    kept
}

/// Asks every engine.
pub(crate) fn each(check: fn(Engine)) {
    for (name, engine) in ENGINES {
        // tells which engine failed
        eprintln!("{name}");
        check(*engine);
    }
}

/// A network of nothing yet.
pub(crate) fn empty(dt_ms: f64) -> Network<'static> {
    Network {
        dt_ms,
        seed: 11,
        populations: Vec::new(),
        projections: Vec::new(),
        drives: Vec::new(),
        recording: Recording::default(),
    }
}

/// An integrate-and-fire cell of 200 pF and 10 nS at −70 mV, threshold −50, reset −65, held for 2 ms.
pub(crate) fn lif() -> Lif {
    Lif {
        c_m_pf: 200.0.into(),
        g_l_ns: 10.0.into(),
        e_l_mv: (-70.0).into(),
        v_th_mv: (-50.0).into(),
        v_reset_mv: (-65.0).into(),
        t_ref_ms: 2.0.into(),
        i_e_pa: 0.0.into(),
    }
}

/// A cell at 0 mV whose potential is its current in nA within a step: 1 pF and 1000 nS relax within a microsecond.
pub(crate) fn ammeter() -> Lif {
    Lif {
        c_m_pf: 1.0.into(),
        g_l_ns: 1000.0.into(),
        e_l_mv: 0.0.into(),
        v_th_mv: 1e6.into(),
        v_reset_mv: 0.0.into(),
        t_ref_ms: 0.0.into(),
        i_e_pa: 0.0.into(),
    }
}

pub(crate) fn cells(name: &str, n_cells: u32, model: NeuronModel, receptors: Vec<Receptor>) -> Population {
    let v_init_mv = match &model {
        NeuronModel::Lif(model) => model.e_l_mv.clone(),
        NeuronModel::Adex(model) => model.e_l_mv.clone(),
        NeuronModel::Gif(model) => model.e_l_mv.clone(),
        NeuronModel::Izhikevich(model) => model.v_r_mv.clone(),
        NeuronModel::Source(_) => Values::Same(0.0),
    };
    Population { name: name.into(), n_cells, model, receptors, v_init_mv }
}

/// A source whose cells spike as listed.
pub(crate) fn given(name: &str, n_cells: u32, mut spikes: Vec<(u32, u32)>) -> Population {
    spikes.sort_unstable();
    cells(name, n_cells, NeuronModel::Source(Trains::Given(spikes)), Vec::new())
}

pub(crate) fn receptor(name: &str, kinetics: Kinetics, effect: Effect) -> Receptor {
    Receptor { name: name.into(), kinetics, effect }
}

pub(crate) fn exponential(tau_ms: f64, effect: Effect) -> Receptor {
    receptor("r", Kinetics::Exponential { tau_ms }, effect)
}

/// A row of (target, weight, delay).
pub(crate) fn row(connections: &[(u32, f32, u16)]) -> Row {
    Row {
        target: connections.iter().map(|c| c.0).collect(),
        weight: connections.iter().map(|c| c.1).collect(),
        delay: connections.iter().map(|c| c.2).collect(),
        own: PerConnection::default(),
    }
}

/// A static projection onto receptor 0.
pub(crate) fn projection(name: &str, source: usize, target: usize, rows: Vec<Row>) -> Projection<'static> {
    Projection {
        name: name.into(),
        source,
        target,
        receptor: 0,
        slow: None,
        connections: Connectivity::Listed(Arc::new(rows)),
        release: Release::Static,
        plasticity: None,
    }
}

pub(crate) fn drive(name: &str, population: usize, kind: DriveKind) -> Drive {
    Drive { name: name.into(), population, cells: Cells::All, kind }
}

pub(crate) fn trace(population: usize, variable: Variable) -> Trace {
    Trace { population, cells: Cells::All, variable, every: 1 }
}

/// Samples of one cell of a trace; entry i is of step i + 1.
pub(crate) fn series(kept: &Kept, trace: usize, cell: usize) -> Vec<f64> {
    kept.samples[trace].iter().map(|(_, values)| f64::from(values[cell])).collect()
}

/// What events opened at the start of each step, from the course of a receptor of one exponential.
pub(crate) fn jumps(open: &[f64], tau_ms: f64, dt_ms: f64) -> Vec<f64> {
    let grow = (dt_ms / tau_ms).exp();
    let before = std::iter::once(0.0).chain(open.iter().copied());
    open.iter().zip(before).map(|(after, before)| after * grow - before).collect()
}

/// Mean and standard deviation.
pub(crate) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Spike steps of one cell.
pub(crate) fn train(kept: &Kept, population: usize, cell: u32) -> Vec<u32> {
    kept.of(population).iter().filter(|spike| spike.cell == cell).map(|spike| spike.step).collect()
}
