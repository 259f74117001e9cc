//! How a model is laid out in memory: partitions, blocks, and one record per connection.

use super::block::{AMPA, Background, Cells, Decay, GABA_A, LANES, Lane, Shared};
use super::kernel::{RAW_SD, SUBSTEPS};
use crate::old::calcium_factor;
use crate::old::input::{PointInput, SimError};
use crate::old::receptors::biexponential_factor;
use bravli_circuit::Connection as Row;
use rayon::prelude::*;

/// Cells per partition: its state and inputs stay in a core's second-level cache.
pub(crate) const PARTITION: usize = 512;

/// Ring slots; the longest delay plus a batch must fit.
pub(crate) const MAX_SLOTS: usize = 1_024;

/// Most steps between two exchanges of spikes.
const MAX_BATCH: usize = 16;

/// A connection as the engine keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// Cell within the partition.
    pub(crate) target: u16,
    /// Delay, steps.
    pub(crate) delay: u16,
    /// Ring index of the first of the two decay channels in use.
    pub(crate) channel: u8,
    /// Ring index of the slow receptor.
    pub(crate) slow_channel: u8,
    /// Release sites of all contacts.
    pub(crate) n_sites: u16,
    /// Sites that hold a vesicle.
    pub(crate) filled: u16,
    /// Step of the last spike, plus one; zero before the first.
    pub(crate) last: u32,
    /// Number of the edge: the entity of its draws.
    pub(crate) edge: u32,
    /// Running utilisation.
    pub(crate) u: f32,
    /// Utilisation at rest and at the bath's calcium.
    pub(crate) u_rest: f32,
    /// Step over recovery from depression.
    pub(crate) rec_rate: f32,
    /// Step over recovery from facilitation; infinite where there is none.
    pub(crate) facil_rate: f32,
    /// Conductance per vesicle into the first channel. [nS]
    pub(crate) w_first: f32,
    /// Conductance per vesicle into the second channel. [nS]
    pub(crate) w_second: f32,
    /// Conductance per vesicle of the slow receptor. [nS]
    pub(crate) w_slow: f32,
}

/// Cells of one partition and all connections onto them.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) first_cell: u32,
    pub(crate) n_cells: usize,
    pub(crate) cells: Vec<Cells>,
    /// Row of each source in `connections`; length sources + 1.
    pub(crate) rows: Vec<u32>,
    pub(crate) connections: Vec<Connection>,
}

/// A model laid out for the engine. It decides speed, never results.
#[derive(Debug)]
pub struct Plan {
    pub(crate) shared: Shared,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) slots: usize,
    /// Steps between two exchanges of spikes: the shortest delay.
    pub(crate) batch: usize,
    pub(crate) n_cells: usize,
    /// First source number of each fibre population.
    pub(crate) fibre_offsets: Vec<u32>,
    /// Cells and fibres.
    pub(crate) n_sources: usize,
}

/// Decay times that mix to any decay in use.
struct Ladder<const N: usize>([f64; N]);

impl<const N: usize> Ladder<N> {
    /// Rungs at equal ratios from the shortest to the longest decay in use.
    fn new(shortest: f64, longest: f64) -> Self {
        let (low, high) = if shortest.is_finite() { (shortest, longest.max(shortest)) } else { (1.0, 1.0) };
        // equal rungs would divide by zero when mixing
        let ratio = (high / low).max(1.01).powf(1.0 / (N as f64 - 1.0));
        Self(std::array::from_fn(|rung| low * ratio.powi(rung as i32)))
    }

    /// The rung below `tau` and the amplitudes on it and the next, so that peak and charge of the decay are kept.
    ///
    /// α + β = 1 and α τ₁ + β τ₂ = τ.
    fn mix(&self, tau: f64) -> (usize, f64, f64) {
        let rung = (1..N - 1).take_while(|&rung| self.0[rung] <= tau).count();
        let (low, high) = (self.0[rung], self.0[rung + 1]);
        let second = ((tau - low) / (high - low)).clamp(0.0, 1.0);
        (rung, 1.0 - second, second)
    }
}

impl Plan {
    /// Lays out a model.
    ///
    /// # Errors
    /// [`SimError::DelayTooLong`] when a delay exceeds the ring.
    pub fn new(input: &PointInput<'_>) -> Result<Self, SimError> {
        let n_cells = input.neurons.c_m_pf.len();
        let receptors = &input.receptors;
        let mut fibre_offsets = Vec::new();
        let mut n_sources = n_cells as u32;
        for fibres in input.fibres {
            fibre_offsets.push(n_sources);
            n_sources += fibres.n_fibres;
        }
        let mut ampa = (f64::INFINITY, 0.0_f64);
        let mut gaba = (f64::INFINITY, 0.0_f64);
        let mut delays = (usize::MAX, 1_usize);
        for_each_connection(input, |row, excites| {
            let tau = f64::from(row.tau_decay_ms);
            let range = if excites { &mut ampa } else { &mut gaba };
            *range = (range.0.min(tau), range.1.max(tau));
            let delay = to_steps(delay_ms(input, row), input.dt_ms);
            delays = (delays.0.min(delay), delays.1.max(delay));
        });
        if delays.1 + MAX_BATCH > MAX_SLOTS {
            return Err(SimError::DelayTooLong {
                delay_ms: delays.1 as f64 * input.dt_ms,
                limit_ms: (MAX_SLOTS - MAX_BATCH) as f64 * input.dt_ms,
            });
        }
        let batch = delays.0.min(MAX_BATCH);
        let ladders = (Ladder::<AMPA>::new(ampa.0, ampa.1), Ladder::<GABA_A>::new(gaba.0, gaba.1));
        let decay = |tau_ms: f64| Decay::new(tau_ms, input.dt_ms);
        let shared = Shared {
            ampa: ladders.0.0.map(decay),
            ampa_rise: decay(receptors.ampa_rise_ms),
            nmda: decay(receptors.nmda_decay_ms),
            nmda_rise: decay(receptors.nmda_rise_ms),
            gaba_a: ladders.1.0.map(decay),
            gaba_a_rise: decay(receptors.gaba_a_rise_ms),
            gaba_b: decay(receptors.gaba_b_decay_ms),
            gaba_b_rise: decay(receptors.gaba_b_rise_ms),
            e_exc: receptors.e_exc_mv as f32,
            e_gaba_a: receptors.e_gaba_a_mv as f32,
            e_gaba_b: receptors.e_gaba_b_mv as f32,
            mg_over_scale: (receptors.mg_mm / receptors.mg_scale_mm) as f32,
            mg_slope: receptors.mg_slope_per_mv as f32,
        };
        let starts: Vec<usize> = (0..n_cells).step_by(PARTITION).collect();
        let partitions = starts
            .into_par_iter()
            .map(|first| partition(input, first, n_sources as usize, &fibre_offsets, &ladders))
            .collect();
        let slots = (delays.1 + batch + 1).next_power_of_two();
        Ok(Self { shared, partitions, slots, batch, n_cells, fibre_offsets, n_sources: n_sources as usize })
    }

    /// Bytes of connection records, state and rings.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.partitions
            .iter()
            .map(|part| {
                part.connections.len() * size_of::<Connection>()
                    + part.rows.len() * size_of::<u32>()
                    + part.cells.len()
                        * (size_of::<Cells>()
                            + size_of::<super::block::State>()
                            + self.slots * super::block::INPUTS * size_of::<Lane>())
            })
            .sum()
    }
}

/// A delay in steps, at least one.
fn to_steps(delay_ms: f64, dt_ms: f64) -> usize {
    ((delay_ms / dt_ms).round() as usize).max(1)
}

/// Calls `visit` with all connections, cells' first, then fibres', and whether each excites.
fn for_each_connection(input: &PointInput<'_>, mut visit: impl FnMut(&Row, bool)) {
    input.connections.for_each(|_, _, row| visit(row, input.class_excites[usize::from(row.class)]));
    for fibres in input.fibres {
        fibres.connections().for_each(|_, _, row| visit(row, fibres.class_excites[usize::from(row.class)]));
    }
}

/// From a spike to conductance at the soma, ms.
fn delay_ms(input: &PointInput<'_>, row: &Row) -> f64 {
    f64::from(row.delay_ms) + input.dendritic_delay_ms
}

fn partition(
    input: &PointInput<'_>,
    first: usize,
    n_sources: usize,
    fibre_offsets: &[u32],
    ladders: &(Ladder<AMPA>, Ladder<GABA_A>),
) -> Partition {
    let n_cells = PARTITION.min(input.neurons.c_m_pf.len() - first);
    let range = first..first + n_cells;
    let mut rows = vec![0_u32; n_sources + 1];
    let mut connections = Vec::new();
    let mut current = 0_usize;
    let mut add = |row: &Row, source: usize, excites: bool, number: usize| {
        while current < source {
            current += 1;
            rows[current] = connections.len() as u32;
        }
        let target = (row.target as usize - first) as u16;
        connections.push(connection(input, row, target, excites, number as u32, ladders));
    };
    // edges are numbered through all populations, in their order
    let mut numbered = 0;
    let fibres = input.fibres.iter().zip(fibre_offsets);
    let populations = std::iter::once((input.connections, input.class_excites, 0))
        .chain(fibres.map(|(fibres, offset)| (fibres.connections(), &fibres.class_excites[..], *offset as usize)));
    for (population, class_excites, offset) in populations {
        for source in 0..population.n_sources() {
            for row in population.rows_onto(source, &range) {
                if let Some(connection) = population.get(source, row) {
                    let excites = class_excites[usize::from(connection.class)];
                    add(&connection, offset + source, excites, numbered + row);
                }
            }
        }
        numbered += population.len();
    }
    for row in &mut rows[current + 1..] {
        *row = connections.len() as u32;
    }
    let cells =
        (0..n_cells.div_ceil(LANES)).map(|block| block_of(input, first + block * LANES, first + n_cells)).collect();
    Partition { first_cell: first as u32, n_cells, cells, rows, connections }
}

fn connection(
    input: &PointInput<'_>,
    row: &Row,
    target: u16,
    excites: bool,
    number: u32,
    ladders: &(Ladder<AMPA>, Ladder<GABA_A>),
) -> Connection {
    use super::block::{IN_GABA_A, IN_GABA_B, IN_NMDA};
    let receptors = &input.receptors;
    let tau = f64::from(row.tau_decay_ms);
    let per_vesicle = f64::from(row.gsyn_ns) * f64::from(row.attenuation) / f64::from(row.n_rrp.max(1));
    let (rise, slow_rise, slow_decay) = if excites {
        (receptors.ampa_rise_ms, receptors.nmda_rise_ms, receptors.nmda_decay_ms)
    } else {
        (receptors.gaba_a_rise_ms, receptors.gaba_b_rise_ms, receptors.gaba_b_decay_ms)
    };
    let (rung, first, second) = if excites { ladders.0.mix(tau) } else { ladders.1.mix(tau) };
    let fast = per_vesicle * biexponential_factor(rise, tau);
    let slow = per_vesicle * f64::from(row.conductance_ratio) * biexponential_factor(slow_rise, slow_decay);
    let n_sites = u32::from(row.n_synapses) * u32::from(row.n_rrp.max(1));
    let u_rest = f64::from(row.u_syn) * calcium_factor(f64::from(row.u_hill_mm), input.calcium_mm);
    Connection {
        target,
        delay: to_steps(delay_ms(input, row), input.dt_ms) as u16,
        channel: (if excites { rung } else { IN_GABA_A + rung }) as u8,
        slow_channel: (if excites { IN_NMDA } else { IN_GABA_B }) as u8,
        n_sites: n_sites.min(u32::from(u16::MAX)) as u16,
        filled: n_sites.min(u32::from(u16::MAX)) as u16,
        last: 0,
        edge: number,
        u: 0.0,
        u_rest: u_rest.min(1.0) as f32,
        rec_rate: (input.dt_ms / f64::from(row.tau_rec_ms)) as f32,
        facil_rate: (input.dt_ms / f64::from(row.tau_facil_ms)) as f32,
        w_first: (fast * first) as f32,
        w_second: (fast * second) as f32,
        w_slow: slow as f32,
    }
}

/// Parameters of the sixteen cells from `first`; lanes past `end` repeat the last cell and are never read.
fn block_of(input: &PointInput<'_>, first: usize, end: usize) -> Cells {
    let neurons = input.neurons;
    let dt = input.dt_ms;
    let lane =
        |value: &dyn Fn(usize) -> f64| -> Lane { std::array::from_fn(|i| value((first + i).min(end - 1)) as f32) };
    let of = |column: &'_ Vec<f32>, cell: usize| f64::from(column[cell]);
    let substep = dt / SUBSTEPS as f64;
    let background = |slot: usize| {
        let slot = &input.backgrounds.slots[slot];
        Background {
            mean: lane(&|cell| of(&slot.mean_ns, cell)),
            keep: lane(&|cell| (-dt / of(&slot.tau_ms, cell)).exp()),
            innovation: lane(&|cell| {
                of(&slot.sd_ns, cell) * (1.0 - (-2.0 * dt / of(&slot.tau_ms, cell)).exp()).sqrt() / RAW_SD
            }),
            reversal: lane(&|cell| of(&slot.reversal_mv, cell)),
        }
    };
    Cells {
        step_over_c: lane(&|cell| substep / of(&neurons.c_m_pf, cell)),
        g_l: lane(&|cell| of(&neurons.g_l_ns, cell)),
        e_l: lane(&|cell| of(&neurons.e_l_mv, cell)),
        v_th: lane(&|cell| of(&neurons.v_th_mv, cell)),
        inv_delta_t: lane(&|cell| 1.0 / of(&neurons.delta_t_mv, cell)),
        g_l_delta_t: lane(&|cell| of(&neurons.g_l_ns, cell) * of(&neurons.delta_t_mv, cell)),
        a: lane(&|cell| of(&neurons.a_ns, cell)),
        step_over_tau_w: lane(&|cell| substep / of(&neurons.tau_w_ms, cell)),
        b: lane(&|cell| of(&neurons.b_pa, cell)),
        v_reset: lane(&|cell| of(&neurons.v_reset_mv, cell)),
        refractory_steps: lane(&|cell| (of(&neurons.t_ref_ms, cell) / dt).round()),
        background: [background(0), background(1)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixtures_keep_peak_and_charge_of_every_decay() {
        let ladder = Ladder::<GABA_A>::new(4.2, 37.8);
        for tau in [4.2, 6.4, 8.3, 10.4, 20.0, 36.5, 37.8] {
            let (rung, first, second) = ladder.mix(tau);
            let (low, high) = (ladder.0[rung], ladder.0[rung + 1]);
            assert!((first + second - 1.0).abs() < 1e-9);
            assert!((first * low + second * high - tau).abs() < 1e-9);
            assert!(first >= 0.0 && second >= 0.0, "{tau}: {first} {second}");
        }
    }
}
