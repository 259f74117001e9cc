//! The slow, obvious engine: one state per connection, f64, Runge–Kutta, no partitions.
//!
//! It solves the same model with the same draws as `point`, and shares none of its code, so that the fast engine can be
//! compared with it spike by spike on small circuits.

use crate::old::calcium_factor;
use crate::lower::fibre_spikes;
use crate::old::input::PointInput;
use crate::old::receptors::biexponential_factor;
use bravli_circuit::{Connection as Row, Spikes};
use bravli_rng::{Draw, Stream, binomial_from_uniform, philox4x32};

/// Runge–Kutta steps inside one step of the model.
const SUBSTEPS: usize = 10;

/// Potential beyond which a spike is certain and the exponential meaningless.
const PEAK_MV: f64 = 30.0;

/// A pair of exponentials whose difference is a receptor's conductance, nS.
#[derive(Debug, Clone, Copy)]
struct Receptor {
    rise: f64,
    decay: f64,
    tau_rise: f64,
    tau_decay: f64,
}

impl Receptor {
    fn new(tau_rise: f64, tau_decay: f64) -> Self {
        Self { rise: 0.0, decay: 0.0, tau_rise, tau_decay }
    }

    fn open(&mut self, peak_ns: f64) {
        let jump = peak_ns * biexponential_factor(self.tau_rise, self.tau_decay);
        self.rise += jump;
        self.decay += jump;
    }

    /// Conductance a time after the start of the step.
    fn at(&self, time_ms: f64) -> f64 {
        self.decay * (-time_ms / self.tau_decay).exp() - self.rise * (-time_ms / self.tau_rise).exp()
    }

    fn advance(&mut self, dt_ms: f64) {
        self.rise *= (-dt_ms / self.tau_rise).exp();
        self.decay *= (-dt_ms / self.tau_decay).exp();
    }
}

/// One connection with its own receptors and release sites.
struct Connection {
    source: usize,
    target: usize,
    number: u32,
    excites: bool,
    delay: usize,
    peak_ns: f64,
    ratio: f64,
    u_rest: f64,
    tau_rec: f64,
    tau_facil: f64,
    n_sites: u32,
    filled: u32,
    u: f64,
    last: Option<usize>,
    fast: Receptor,
    slow: Receptor,
    arriving: Vec<(usize, f64)>,
}

impl Connection {
    /// Share of the connection's peak released by a spike at `step`.
    fn release(&mut self, step: usize, dt_ms: f64, key: [u32; 2]) -> u32 {
        let words = philox4x32([self.number, 0, step as u32, 0], key);
        let unit = |word: u32| ((word >> 8) as f32 + 0.5) / 16_777_216.0;
        if let Some(last) = self.last {
            let elapsed = (step - last) as f64 * dt_ms;
            self.u *= if self.tau_facil > 0.0 { (-elapsed / self.tau_facil).exp() } else { 0.0 };
            let refill = 1.0 - (-elapsed / self.tau_rec).exp();
            self.filled += binomial_from_uniform(self.n_sites - self.filled, refill as f32, unit(words[0]));
        }
        self.last = Some(step);
        self.u += self.u_rest * (1.0 - self.u);
        let released = binomial_from_uniform(self.filled, self.u as f32, unit(words[1]));
        self.filled -= released;
        released
    }
}

/// Simulates for the length of the schedule and returns the cells' spikes.
///
/// Suited to some tens of cells and some seconds.
#[must_use]
pub fn run(input: &PointInput<'_>, population: &str) -> Spikes {
    let neurons = input.neurons;
    let n = neurons.c_m_pf.len();
    let dt = input.dt_ms;
    let n_steps = (input.schedule.duration_ms / dt).round() as usize;
    let release_key = Stream::new(input.seed, population, Draw::Release).key();
    let noise_key = Stream::new(input.seed, population, Draw::Background).key();
    let start = Stream::new(input.seed, population, Draw::InitialPotential);
    let mut connections = connections(input);
    let outside = outside_spikes(input, n, n_steps);

    let of = |column: &[f32], cell: usize| f64::from(column[cell]);
    let mut v: Vec<f64> = (0..n)
        .map(|cell| {
            let rest = of(&neurons.e_l_mv, cell);
            rest + 0.5 * start.uniform(cell as u64, 0) * (of(&neurons.v_th_mv, cell) - rest)
        })
        .collect();
    let mut w = vec![0.0; n];
    let mut refractory = vec![0_usize; n];
    let mut background: Vec<Vec<f64>> =
        input.backgrounds.slots.iter().map(|slot| slot.mean_ns.iter().map(|g| f64::from(*g)).collect()).collect();
    let mut spikes = Spikes { population: population.to_owned(), ..Spikes::default() };
    for step in 0..n_steps {
        for connection in &mut connections {
            let due: f64 = connection.arriving.iter().filter(|(at, _)| *at == step).map(|(_, peak)| peak).sum();
            connection.arriving.retain(|(at, _)| *at > step);
            connection.fast.open(due);
            connection.slow.open(due * connection.ratio);
        }
        let mut fired: Vec<usize> = Vec::new();
        for cell in 0..n {
            let inputs: Vec<&Connection> = connections.iter().filter(|connection| connection.target == cell).collect();
            let derivative = |time: f64, v: f64, w: f64| {
                // an intermediate stage may overshoot the peak by far; adaptation must not see that
                let v = v.min(PEAK_MV);
                let block = 1.0
                    / (1.0
                        + input.receptors.mg_mm / input.receptors.mg_scale_mm
                            * (-input.receptors.mg_slope_per_mv * v).exp());
                let mut current = of(&neurons.g_l_ns, cell) * (of(&neurons.e_l_mv, cell) - v);
                for connection in &inputs {
                    let (fast, slow) = (connection.fast.at(time), connection.slow.at(time));
                    current += if connection.excites {
                        (fast + slow * block) * (input.receptors.e_exc_mv - v)
                    } else {
                        fast * (input.receptors.e_gaba_a_mv - v) + slow * (input.receptors.e_gaba_b_mv - v)
                    };
                }
                for (slot, open) in input.backgrounds.slots.iter().zip(&background) {
                    current += open[cell].max(0.0) * (of(&slot.reversal_mv, cell) - v);
                }
                let delta = of(&neurons.delta_t_mv, cell);
                let upswing = ((v - of(&neurons.v_th_mv, cell)) / delta).min(20.0).exp();
                current += of(&neurons.g_l_ns, cell) * delta * upswing - w;
                let dw = (of(&neurons.a_ns, cell) * (v - of(&neurons.e_l_mv, cell)) - w) / of(&neurons.tau_w_ms, cell);
                (current / of(&neurons.c_m_pf, cell), dw)
            };
            let h = dt / SUBSTEPS as f64;
            let waiting = refractory[cell] > 0;
            for substep in 0..SUBSTEPS {
                let t = substep as f64 * h;
                let (x, y) = (v[cell], w[cell]);
                let k1 = derivative(t, x, y);
                let k2 = derivative(t + h / 2.0, x + h / 2.0 * k1.0, y + h / 2.0 * k1.1);
                let k3 = derivative(t + h / 2.0, x + h / 2.0 * k2.0, y + h / 2.0 * k2.1);
                let k4 = derivative(t + h, x + h * k3.0, y + h * k3.1);
                v[cell] = (x + h / 6.0 * (k1.0 + 2.0 * k2.0 + 2.0 * k3.0 + k4.0)).min(PEAK_MV);
                w[cell] = y + h / 6.0 * (k1.1 + 2.0 * k2.1 + 2.0 * k3.1 + k4.1);
            }
            if waiting {
                v[cell] = of(&neurons.v_reset_mv, cell);
                refractory[cell] -= 1;
            }
            if v[cell] >= 0.0 {
                v[cell] = of(&neurons.v_reset_mv, cell);
                w[cell] += of(&neurons.b_pa, cell);
                refractory[cell] = (of(&neurons.t_ref_ms, cell) / dt).round() as usize;
                fired.push(cell);
            }
        }
        advance_background(input, &mut background, step, noise_key);
        for connection in &mut connections {
            connection.fast.advance(dt);
            connection.slow.advance(dt);
        }
        for &cell in &fired {
            spikes.time_ms.push((step as f64 * dt * 1e6).round() / 1e6);
            spikes.node.push(cell as u32);
        }
        for source in fired.into_iter().chain(outside.iter().filter(|spike| spike.0 == step).map(|spike| spike.1)) {
            for connection in connections.iter_mut().filter(|connection| connection.source == source) {
                let released = connection.release(step, dt, release_key);
                if released > 0 {
                    connection.arriving.push((step + connection.delay, connection.peak_ns * f64::from(released)));
                }
            }
        }
    }
    spikes
}

fn connections(input: &PointInput<'_>) -> Vec<Connection> {
    let mut all = Vec::new();
    let mut add = |row: &Row, source: usize, excites: bool| {
        let receptors = &input.receptors;
        let (rise, slow_rise, slow_decay) = if excites {
            (receptors.ampa_rise_ms, receptors.nmda_rise_ms, receptors.nmda_decay_ms)
        } else {
            (receptors.gaba_a_rise_ms, receptors.gaba_b_rise_ms, receptors.gaba_b_decay_ms)
        };
        let n_rrp = row.n_rrp.max(1);
        let n_sites = u32::from(row.n_synapses) * u32::from(n_rrp);
        let delay = (f64::from(row.delay_ms) + input.dendritic_delay_ms) / input.dt_ms;
        all.push(Connection {
            source,
            target: row.target as usize,
            number: all.len() as u32,
            excites,
            delay: (delay.round() as usize).max(1),
            peak_ns: f64::from(row.gsyn_ns) * f64::from(row.attenuation) / f64::from(n_rrp),
            ratio: f64::from(row.conductance_ratio),
            u_rest: f64::from(row.u_syn) * calcium_factor(f64::from(row.u_hill_mm), input.calcium_mm),
            tau_rec: f64::from(row.tau_rec_ms),
            tau_facil: f64::from(row.tau_facil_ms),
            n_sites,
            filled: n_sites,
            u: 0.0,
            last: None,
            fast: Receptor::new(rise, f64::from(row.tau_decay_ms)),
            slow: Receptor::new(slow_rise, slow_decay),
            arriving: Vec::new(),
        });
    };
    input.connections.for_each(|source, _, row| add(row, source, input.class_excites[usize::from(row.class)]));
    let mut offset = input.neurons.c_m_pf.len();
    for fibres in input.fibres {
        let excites = |row: &Row| fibres.class_excites[usize::from(row.class)];
        fibres.connections().for_each(|fibre, _, row| add(row, offset + fibre, excites(row)));
        offset += fibres.n_fibres as usize;
    }
    all
}

/// Spikes (step, source) of all fibres.
fn outside_spikes(input: &PointInput<'_>, n_cells: usize, n_steps: usize) -> Vec<(usize, usize)> {
    let mut offset = n_cells;
    let mut spikes = Vec::new();
    for fibres in input.fibres {
        let trains = fibre_spikes(fibres, input.schedule, input.dt_ms, n_steps, input.seed);
        spikes.extend(trains.into_iter().map(|(step, fibre)| (step as usize, offset + fibre as usize)));
        offset += fibres.n_fibres as usize;
    }
    spikes
}

fn advance_background(input: &PointInput<'_>, background: &mut [Vec<f64>], step: usize, key: [u32; 2]) {
    // four bytes, each of variance (256² − 1)/12
    let spread = ((256.0_f64.powi(2) - 1.0) / 3.0).sqrt();
    for (index, (slot, open)) in input.backgrounds.slots.iter().zip(background).enumerate() {
        for (cell, g) in open.iter_mut().enumerate() {
            let words = philox4x32([cell as u32, (step / 2) as u32, 0, 0], key);
            let raw: f64 =
                words[2 * (step % 2) + index].to_le_bytes().iter().map(|byte| f64::from(*byte)).sum::<f64>() - 510.0;
            let (mean, sd, tau) =
                (f64::from(slot.mean_ns[cell]), f64::from(slot.sd_ns[cell]), f64::from(slot.tau_ms[cell]));
            let keep = (-input.dt_ms / tau).exp();
            *g = mean + (*g - mean) * keep + sd * (1.0 - keep * keep).sqrt() * raw / spread;
        }
    }
}
