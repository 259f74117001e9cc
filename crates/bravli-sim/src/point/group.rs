//! A partition's share of a population: parameters, state, and one step of it.

use super::drives::{Drives, Tiles};
use super::filters::{Filters, effect_over_step};
use super::layout::Share;
use super::math::{Lined, NO_WORDS, TILE, Tile, Words, ZERO, exp, fade, tile_words};
use super::membrane::{Acting, GIF_V_TH, HELD, IZHIKEVICH_PEAK, Kind, SFA, V, W, any, is_uniform, parameters};
use crate::network::{Effect, MgBlock, Network, Variable};
use bravli_rng::{Draw, Stream};

/// Accumulators of a partition, one per cell and input; events add whole numbers of a plane's unit.
pub(crate) type Plane = Box<Lined<[i32; super::layout::MAX_CELLS]>>;

/// An exponential of a receptor over one step.
#[derive(Debug)]
struct Channel {
    from: std::ops::Range<usize>,
    keep: f32,
    /// What a value of one does over the step: see [`effect_over_step`].
    gain: Tiles,
    sign: f32,
}

/// A receptor over one step.
#[derive(Debug)]
struct Open {
    effect: Effect,
    channels: std::ops::Range<usize>,
}

/// A share of a population.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) population: usize,
    pub(crate) first_tile: u32,
    pub(crate) n_cells: usize,
    /// Place of its first cell in the partition.
    pub(crate) local: usize,
    /// Number of its first cell among all cells and sources of the network.
    pub(crate) first_source: u32,
    kind: Kind,
    /// Rows of parameters; one tile's for all, or tile by tile.
    parameters: Vec<Tile>,
    is_uniform: bool,
    /// Factor from a plane's unit to the jump of an input.
    input_gain: Vec<f32>,
    channels: Vec<Channel>,
    receptors: Vec<Open>,
    drives: Drives,
    escape: [u32; 2],
    n_rows: usize,
    /// Rows of state, tile by tile: membrane, exponentials, Ornstein–Uhlenbeck drives.
    pub(crate) state: Vec<Tile>,
    inputs: Vec<Tile>,
}

impl Group {
    /// `units` holds the unit of each plane, in pA or nS.
    pub(crate) fn new(
        network: &Network<'_>,
        share: &Share,
        first_source: u32,
        kind: Kind,
        filters: &Filters,
        units: &[f64],
    ) -> Self {
        let population = &network.populations[share.population];
        let dt_ms = network.dt_ms;
        let first = share.first_tile as usize * TILE;
        let n_cells = (share.n_tiles as usize * TILE).min(population.n_cells as usize - first);
        let is_uniform = is_uniform(&population.model);
        let n_tiles = share.n_tiles as usize;
        let mut rows = Vec::new();
        for tile in 0..if is_uniform { 1 } else { n_tiles } {
            let mut tiles = vec![ZERO; kind.n_parameters()];
            for lane in 0..TILE {
                // lanes past the last cell repeat it, and their spikes are never read
                let cell = first + (tile * TILE + lane).min(n_cells - 1);
                for (row, value) in tiles.iter_mut().zip(parameters(&population.model, kind, dt_ms, cell)) {
                    row[lane] = value as f32;
                }
            }
            rows.extend(tiles);
        }
        let channels: Vec<Channel> = filters
            .exponentials
            .iter()
            .map(|exponential| Channel {
                from: exponential.from.clone(),
                keep: (-dt_ms / exponential.tau_ms).exp() as f32,
                gain: Tiles::new(is_uniform || kind != Kind::LifExact, first, n_cells, |cell| {
                    exponential.sign * effect_over_step(population, kind, exponential.tau_ms, dt_ms, cell)
                }),
                sign: exponential.sign as f32,
            })
            .collect();
        let receptors = filters
            .filters
            .iter()
            .map(|filter| Open { effect: filter.effect, channels: filter.exponentials.clone() })
            .collect();
        let drives = Drives::new(network, share.population, first, n_cells, |receptor| {
            let mix = filters.mix(receptor, population.receptors[receptor].kinetics, None);
            let input = filters.filters[receptor].inputs.start + mix.rung;
            let gain = |input: usize| filters.inputs[input].gain * mix.factor;
            let mut inputs = vec![(input, (1.0 - mix.second) * gain(input))];
            if mix.second > 0.0 {
                inputs.push((input + 1, mix.second * gain(input + 1)));
            }
            inputs
        });
        let n_rows = kind.n_rows() + channels.len() + drives.ou.len();
        let mut state = vec![ZERO; n_rows * n_tiles];
        for (tile, rows) in state.chunks_exact_mut(n_rows).enumerate() {
            for (lane, v) in rows[V].iter_mut().enumerate() {
                let cell = first + (tile * TILE + lane).min(n_cells - 1);
                *v = population.v_init_mv.at(cell) as f32;
            }
            for (row, ou) in rows[kind.n_rows() + channels.len()..].iter_mut().zip(&drives.ou) {
                *row = ou.start(tile);
            }
        }
        Self {
            population: share.population,
            first_tile: share.first_tile,
            n_cells,
            local: share.local as usize,
            first_source: first_source + first as u32,
            kind,
            parameters: rows,
            is_uniform,
            input_gain: filters.inputs.iter().map(|input| (input.gain * units[input.plane]) as f32).collect(),
            channels,
            receptors,
            drives,
            escape: Stream::new(network.seed, &population.name, Draw::Escape).key(),
            n_rows,
            state,
            inputs: vec![ZERO; filters.inputs.len()],
        }
    }

    /// Bytes of parameters and state.
    pub(crate) fn bytes(&self) -> usize {
        (self.parameters.len() + self.state.len()) * size_of::<Tile>()
    }

    /// Forgets what was prepared for a step.
    pub(crate) fn forget(&mut self) {
        self.drives.forget();
    }

    /// Advances all cells by one step and calls `spiked` with each one that fires, by its place in the share.
    #[inline(always)]
    pub(crate) fn step(&mut self, planes: &mut [Plane], step: u32, mut spiked: impl FnMut(usize)) {
        for poisson in &mut self.drives.poisson {
            poisson.prepare(u64::from(step));
        }
        if let Some(applied) = &mut self.drives.applied {
            applied.prepare(u64::from(step));
        }
        let (n_membrane, n_channels, n_parameters) =
            (self.kind.n_rows(), self.channels.len(), self.kind.n_parameters());
        let mut words = NO_WORDS;
        for (tile, rows) in self.state.chunks_exact_mut(self.n_rows).enumerate() {
            let at = self.local + tile * TILE;
            for ((input, gain), plane) in self.inputs.iter_mut().zip(&self.input_gain).zip(planes.iter_mut()) {
                take(&mut plane[at..], *gain, input);
            }
            for poisson in &self.drives.poisson {
                poisson.step(self.first_tile + tile as u32, step, &mut self.inputs);
            }
            let (membrane, others) = rows.split_at_mut(n_membrane);
            let (exponentials, noise) = others.split_at_mut(n_channels);
            let (mut g, mut drive, mut held) = (ZERO, ZERO, ZERO);
            for receptor in &self.receptors {
                let mut open = ZERO;
                for index in receptor.channels.clone() {
                    let channel = &self.channels[index];
                    advance(&mut exponentials[index], channel, &self.inputs, channel.gain.of(tile), &mut open);
                }
                feel(receptor.effect, &open, &membrane[V], &mut g, &mut drive);
            }
            for (ou, row) in self.drives.ou.iter().zip(noise) {
                ou.step(tile, self.first_tile, step, row, [&mut g, &mut drive, &mut held]);
            }
            if let Some(applied) = &self.drives.applied {
                applied.act(tile, &mut g, &mut drive, &mut held);
            }
            let own = if self.is_uniform { 0 } else { tile * n_parameters };
            let parameters = &self.parameters[own..own + n_parameters];
            let acting = Acting { g: &g, drive: &drive, held: &held };
            let mut fired = NO_WORDS;
            if self.kind == Kind::Gif {
                tile_words(self.escape, self.first_tile + tile as u32, step, &mut words);
            }
            let clamped = self.drives.applied.as_ref().and_then(|applied| applied.clamped(tile));
            match clamped {
                None => self.kind.step(parameters, membrane, &acting, &words, &mut fired),
                Some(clamped) => {
                    let mut own = parameters.to_vec();
                    let held = clamp(self.kind, &mut own, membrane, clamped);
                    self.kind.step(&own, membrane, &acting, &words, &mut fired);
                    release(membrane, clamped, &held, &mut fired);
                }
            }
            if any(&fired) {
                for (lane, fired) in fired.iter().enumerate() {
                    if *fired != 0 && tile * TILE + lane < self.n_cells {
                        spiked(tile * TILE + lane);
                    }
                }
            }
        }
    }

    /// The first cell whose potential is no real number, by its place in the share.
    pub(crate) fn diverged(&self) -> Option<usize> {
        let tiles = self.state.chunks_exact(self.n_rows);
        tiles.enumerate().find_map(|(tile, rows)| {
            let lane = rows[V].iter().position(|v| !v.is_finite() || v.abs() > 1e6)?;
            (tile * TILE + lane < self.n_cells).then_some(tile * TILE + lane)
        })
    }

    /// A variable of a cell, by its place in the share.
    pub(crate) fn value(&self, cell: usize, variable: Variable) -> f32 {
        let (tile, lane) = (cell / TILE, cell % TILE);
        let rows = &self.state[tile * self.n_rows..(tile + 1) * self.n_rows];
        match variable {
            Variable::V => rows[V][lane],
            Variable::Adaptation if self.kind == Kind::Gif => rows[W][lane] + rows[W + 1][lane],
            Variable::Adaptation => rows[W][lane],
            Variable::Threshold => {
                let own = if self.is_uniform { 0 } else { tile * self.kind.n_parameters() };
                self.parameters[own + GIF_V_TH][lane] + rows[SFA][lane] + rows[SFA + 1][lane]
            }
            Variable::Receptor(receptor) => {
                let exponentials = &rows[self.kind.n_rows()..];
                let channels = self.receptors[receptor].channels.clone();
                channels.map(|index| self.channels[index].sign * exponentials[index][lane]).sum()
            }
        }
    }
}

/// Puts clamped cells where they are held, so that the step moves their adaptation alone; returns the steps that cells were to
/// be held before.
fn clamp(kind: Kind, parameters: &mut [Tile], membrane: &mut [Tile], clamped: &Tile) -> Tile {
    let held = membrane[HELD];
    for (lane, potential) in clamped.iter().enumerate().filter(|(_, potential)| !potential.is_nan()) {
        membrane[V][lane] = *potential;
        membrane[HELD][lane] = 1.0;
        if kind == Kind::Izhikevich {
            // this model knows no time of rest: it is kept from its peak instead
            parameters[IZHIKEVICH_PEAK][lane] = f32::MAX;
        }
    }
    held
}

/// Leaves clamped cells where they are held, without a spike; refractory times run on.
fn release(membrane: &mut [Tile], clamped: &Tile, held: &Tile, fired: &mut Words) {
    for (lane, potential) in clamped.iter().enumerate().filter(|(_, potential)| !potential.is_nan()) {
        membrane[V][lane] = *potential;
        membrane[HELD][lane] = (held[lane] - 1.0).max(0.0);
        fired[lane] = 0;
    }
}

/// Takes what waits in a plane and leaves nothing.
#[inline(always)]
fn take(plane: &mut [i32], gain: f32, input: &mut Tile) {
    let Some(waiting) = plane.first_chunk_mut::<TILE>() else { return };
    for i in 0..TILE {
        input[i] = gain * waiting[i] as f32;
        waiting[i] = 0;
    }
}

/// Lets an exponential jump, act, and decay.
#[inline(always)]
fn advance(row: &mut Tile, channel: &Channel, inputs: &[Tile], gain: &Tile, open: &mut Tile) {
    for input in &inputs[channel.from.clone()] {
        for i in 0..TILE {
            row[i] += input[i];
        }
    }
    for i in 0..TILE {
        open[i] += gain[i] * row[i];
        row[i] = fade(row[i] * channel.keep);
    }
}

/// What open receptors do to the membrane.
#[inline(always)]
fn feel(effect: Effect, open: &Tile, v: &Tile, g: &mut Tile, drive: &mut Tile) {
    match effect {
        Effect::Current => {
            for i in 0..TILE {
                drive[i] += open[i];
            }
        }
        Effect::Conductance { reversal_mv } => {
            let reversal = reversal_mv as f32;
            for i in 0..TILE {
                g[i] += open[i];
                drive[i] += open[i] * reversal;
            }
        }
        Effect::Nmda { reversal_mv, block: MgBlock { mg_mm, scale_mm, slope_per_mv } } => {
            let (reversal, over_scale, slope) = (reversal_mv as f32, (mg_mm / scale_mm) as f32, slope_per_mv as f32);
            for i in 0..TILE {
                let x = -slope * v[i];
                let x = if x > 60.0 { 60.0 } else { x };
                let x = if x < -80.0 { -80.0 } else { x };
                let conducting = open[i] / (1.0 + over_scale * exp(x));
                g[i] += conducting;
                drive[i] += conducting * reversal;
            }
        }
        Effect::Silent => {}
    }
}
