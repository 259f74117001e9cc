//! Drives of a share of a population.

use super::math::{Lined, NO_WORDS, TILE, Tile, ZERO, tile_words};
use crate::network::{Cells, DriveKind, Network, Profile, RAW_SD, Values, Waveform, centred_bytes};
use bravli_rng::{Draw, Stream};

/// A parameter as tiles: one for all, or one per tile.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    tiles: Vec<Tile>,
}

impl Tiles {
    /// `value` of each cell of a share; `same` where all are alike. Lanes past the last cell repeat it.
    pub(crate) fn new(same: bool, first: usize, n_cells: usize, value: impl Fn(usize) -> f64) -> Self {
        let n_tiles = if same { 1 } else { n_cells.div_ceil(TILE) };
        let at = |index: usize| value(first + index.min(n_cells - 1)) as f32;
        Self { tiles: (0..n_tiles).map(|tile| Lined(std::array::from_fn(|lane| at(tile * TILE + lane)))).collect() }
    }

    #[inline(always)]
    pub(crate) fn of(&self, tile: usize) -> &Tile {
        // one serves all, or there is one per tile
        &self.tiles[if self.tiles.len() == 1 { 0 } else { tile }]
    }
}

/// An Ornstein–Uhlenbeck drive; its value is a row of state.
#[derive(Debug)]
pub(crate) struct Ou {
    key: [u32; 2],
    mean: Tiles,
    keep: Tiles,
    innovation: Tiles,
    /// Of a conductance; none for a current.
    reversal: Option<Tiles>,
}

impl Ou {
    #[expect(clippy::too_many_arguments, reason = "the fields of two kinds of drive")]
    fn new(
        key: [u32; 2],
        mean: &Values,
        sd: &Values,
        tau_ms: &Values,
        reversal: Option<&Values>,
        dt_ms: f64,
        first: usize,
        n: usize,
    ) -> Self {
        let same = mean.is_same() && sd.is_same() && tau_ms.is_same() && reversal.is_none_or(Values::is_same);
        let tiles = |value: &dyn Fn(usize) -> f64| Tiles::new(same, first, n, value);
        Self {
            key,
            mean: tiles(&|cell| mean.at(cell)),
            keep: tiles(&|cell| (-dt_ms / tau_ms.at(cell)).exp()),
            innovation: tiles(&|cell| sd.at(cell) * (-(-2.0 * dt_ms / tau_ms.at(cell)).exp_m1()).sqrt() / RAW_SD),
            reversal: reversal.map(|reversal| tiles(&|cell| reversal.at(cell))),
        }
    }

    /// The value at the start.
    pub(crate) fn start(&self, tile: usize) -> Tile {
        *self.mean.of(tile)
    }

    /// Acts with its value of the step's start, then draws the next.
    #[inline(always)]
    pub(crate) fn step(
        &self,
        tile: usize,
        first_tile: u32,
        step: u32,
        row: &mut Tile,
        [g, drive, held]: [&mut Tile; 3],
    ) {
        let mut words = NO_WORDS;
        tile_words(self.key, first_tile + tile as u32, step, &mut words);
        let (mean, keep, innovation) = (self.mean.of(tile), self.keep.of(tile), self.innovation.of(tile));
        if let Some(reversal) = &self.reversal {
            let reversal = reversal.of(tile);
            for i in 0..TILE {
                let open = if row[i] > 0.0 { row[i] } else { 0.0 };
                g[i] += open;
                drive[i] += open * reversal[i];
            }
        } else {
            for i in 0..TILE {
                held[i] += row[i];
            }
        }
        for i in 0..TILE {
            row[i] = mean[i] + (row[i] - mean[i]) * keep[i] + innovation[i] * centred_bytes(words[i]);
        }
    }
}

/// A Poisson drive: counts by inversion against a table of the distribution.
#[derive(Debug)]
pub(crate) struct PoissonDrive {
    key: [u32; 2],
    /// Inputs of the population that an event enters, with its weight there.
    inputs: Vec<(usize, f32)>,
    rate_hz: Profile,
    dt_ms: f64,
    thresholds: Vec<u32>,
    /// Step from which `thresholds` hold no longer.
    until: u64,
}

impl PoissonDrive {
    /// Brings the table up to date with the rate of a step.
    #[inline]
    pub(crate) fn prepare(&mut self, step: u64) {
        if step >= self.until {
            self.renew(step);
        }
    }

    #[cold]
    fn renew(&mut self, step: u64) {
        let time_ms = step as f64 * self.dt_ms;
        self.thresholds = thresholds(self.rate_hz.at(time_ms) * self.dt_ms * 1e-3);
        let next = self.rate_hz.next_change(time_ms);
        // the first step whose start lies at the change or behind it
        self.until =
            next.map_or(u64::MAX, |change| ((change - 1e-6) / self.dt_ms).ceil().max(step as f64 + 1.0) as u64);
    }

    /// Forgets the table: the step may have gone back.
    pub(crate) fn forget(&mut self) {
        self.until = 0;
    }

    #[inline(always)]
    pub(crate) fn step(&self, tile: u32, step: u32, inputs: &mut [Tile]) {
        if self.thresholds.first() == Some(&u32::MAX) {
            return;
        }
        let mut words = NO_WORDS;
        tile_words(self.key, tile, step, &mut words);
        let mut counts = NO_WORDS;
        for threshold in &self.thresholds {
            for i in 0..TILE {
                counts[i] += u32::from(words[i] >= *threshold);
            }
        }
        for (input, weight) in &self.inputs {
            let input = &mut inputs[*input];
            for i in 0..TILE {
                input[i] += weight * counts[i] as i32 as f32;
            }
        }
    }
}

/// Words from which a Poisson count of `mean` is more than k, for k = 0, 1, …
pub(crate) fn thresholds(mean: f64) -> Vec<u32> {
    const MOST: usize = 256;
    let mut table = Vec::new();
    let (mut term, mut sum) = ((-mean).exp(), 0.0);
    for k in 0..MOST {
        sum += term;
        term *= mean / (k as f64 + 1.0);
        let threshold = (sum * 4_294_967_296.0).floor();
        if threshold >= f64::from(u32::MAX) {
            break;
        }
        table.push(threshold as u32);
    }
    table
}

/// Currents, conductances and clamps that somebody applies to some cells.
#[derive(Debug)]
pub(crate) struct Applied {
    waves: Vec<Wave>,
    clamps: Vec<Clamp>,
    dt_ms: f64,
    current: Vec<Tile>,
    conductance: Vec<Tile>,
    reversal: Vec<Tile>,
    /// Potential that cells are clamped to; NaN where they are free.
    clamped: Vec<Tile>,
    any_clamped: bool,
    /// Step from which the tiles hold no longer.
    until: u64,
}

#[derive(Debug)]
struct Wave {
    waveform: Waveform,
    /// Reversal of a conductance; none for a current.
    reversal_mv: Option<f64>,
    cells: Vec<u32>,
}

#[derive(Debug)]
struct Clamp {
    v_mv: f64,
    start_ms: f64,
    stop_ms: f64,
    cells: Vec<u32>,
}

impl Applied {
    #[inline]
    pub(crate) fn prepare(&mut self, step: u64) {
        if step >= self.until {
            self.renew(step);
        }
    }

    #[cold]
    fn renew(&mut self, step: u64) {
        let time_ms = step as f64 * self.dt_ms;
        for tiles in [&mut self.current, &mut self.conductance, &mut self.reversal] {
            tiles.fill(ZERO);
        }
        self.clamped.fill(Lined([f32::NAN; TILE]));
        self.any_clamped = false;
        let mut next = f64::INFINITY;
        let mut changes_at = |time: f64| {
            if time > time_ms + 1e-6 {
                next = next.min(time);
            }
        };
        let mut is_ramp = false;
        for wave in &self.waves {
            let value = wave.waveform.at(time_ms);
            match &wave.waveform {
                Waveform::Step { start_ms, stop_ms, .. } => [*start_ms, *stop_ms].into_iter().for_each(&mut changes_at),
                Waveform::Ramp { start_ms, stop_ms, .. } => {
                    [*start_ms, *stop_ms].into_iter().for_each(&mut changes_at);
                    is_ramp |= time_ms + 1e-6 >= *start_ms && time_ms < *stop_ms;
                }
                Waveform::Profile(profile) => profile.next_change(time_ms).into_iter().for_each(&mut changes_at),
            }
            if value == 0.0 {
                continue;
            }
            for cell in &wave.cells {
                let (tile, lane) = (*cell as usize / TILE, *cell as usize % TILE);
                if let Some(reversal) = wave.reversal_mv {
                    self.conductance[tile][lane] += value as f32;
                    self.reversal[tile][lane] += (value * reversal) as f32;
                } else {
                    self.current[tile][lane] += value as f32;
                }
            }
        }
        for clamp in &self.clamps {
            [clamp.start_ms, clamp.stop_ms].into_iter().for_each(&mut changes_at);
            if time_ms + 1e-6 >= clamp.start_ms && time_ms + 1e-6 < clamp.stop_ms {
                for cell in &clamp.cells {
                    self.clamped[*cell as usize / TILE][*cell as usize % TILE] = clamp.v_mv as f32;
                    self.any_clamped = true;
                }
            }
        }
        let at_change = if next.is_finite() { ((next - 1e-6) / self.dt_ms).ceil() as u64 } else { u64::MAX };
        self.until = if is_ramp { step + 1 } else { at_change.max(step + 1) };
    }

    /// Forgets the tiles: the step may have gone back.
    pub(crate) fn forget(&mut self) {
        self.until = 0;
    }

    #[inline(always)]
    pub(crate) fn act(&self, tile: usize, g: &mut Tile, drive: &mut Tile, held: &mut Tile) {
        let (current, conductance, reversal) = (&self.current[tile], &self.conductance[tile], &self.reversal[tile]);
        for i in 0..TILE {
            g[i] += conductance[i];
            drive[i] += reversal[i];
            held[i] += current[i];
        }
    }

    /// Potentials that cells of a tile are clamped to, NaN where they are free; none where all are.
    #[inline(always)]
    pub(crate) fn clamped(&self, tile: usize) -> Option<&Tile> {
        self.any_clamped.then(|| &self.clamped[tile])
    }
}

/// All drives of a share of a population.
#[derive(Debug, Default)]
pub(crate) struct Drives {
    pub(crate) ou: Vec<Ou>,
    pub(crate) poisson: Vec<PoissonDrive>,
    pub(crate) applied: Option<Applied>,
}

impl Drives {
    /// `inputs_of` gives, by receptor, the inputs that a drive's events enter and the factors on their weight.
    pub(crate) fn new(
        network: &Network<'_>,
        population: usize,
        first: usize,
        n_cells: usize,
        inputs_of: impl Fn(usize) -> Vec<(usize, f64)>,
    ) -> Self {
        let mut drives = Self::default();
        let dt_ms = network.dt_ms;
        let (mut waves, mut clamps) = (Vec::new(), Vec::new());
        for drive in network.drives.iter().filter(|drive| drive.population == population) {
            let own = || -> Vec<u32> {
                let range = first as u32..(first + n_cells) as u32;
                match &drive.cells {
                    Cells::All => (0..n_cells as u32).collect(),
                    Cells::Some(cells) => {
                        cells.iter().filter(|cell| range.contains(cell)).map(|cell| cell - range.start).collect()
                    }
                }
            };
            let key = |draw| Stream::new(network.seed, &drive.name, draw).key();
            match &drive.kind {
                DriveKind::Poisson { receptor, rate_hz, weight } => {
                    let weighted = |(input, factor): (usize, f64)| (input, (weight * factor) as f32);
                    drives.poisson.push(PoissonDrive {
                        key: key(Draw::Poisson),
                        inputs: inputs_of(*receptor).into_iter().map(weighted).collect(),
                        rate_hz: rate_hz.clone(),
                        dt_ms,
                        thresholds: Vec::new(),
                        until: 0,
                    });
                }
                DriveKind::OuConductance { reversal_mv, mean_ns, sd_ns, tau_ms } => drives.ou.push(Ou::new(
                    key(Draw::Background),
                    mean_ns,
                    sd_ns,
                    tau_ms,
                    Some(reversal_mv),
                    dt_ms,
                    first,
                    n_cells,
                )),
                DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => {
                    drives.ou.push(Ou::new(key(Draw::Background), mean_pa, sd_pa, tau_ms, None, dt_ms, first, n_cells))
                }
                DriveKind::Current(waveform) => {
                    waves.push(Wave { waveform: waveform.clone(), reversal_mv: None, cells: own() });
                }
                DriveKind::Conductance { waveform, reversal_mv } => {
                    waves.push(Wave { waveform: waveform.clone(), reversal_mv: Some(*reversal_mv), cells: own() });
                }
                DriveKind::Clamp { v_mv, start_ms, stop_ms } => {
                    clamps.push(Clamp { v_mv: *v_mv, start_ms: *start_ms, stop_ms: *stop_ms, cells: own() });
                }
            }
        }
        if !waves.is_empty() || !clamps.is_empty() {
            let tiles = || vec![ZERO; n_cells.div_ceil(TILE)];
            drives.applied = Some(Applied {
                waves,
                clamps,
                dt_ms,
                current: tiles(),
                conductance: tiles(),
                reversal: tiles(),
                clamped: tiles(),
                any_clamped: false,
                until: 0,
            });
        }
        drives
    }

    /// Forgets what was prepared for a step.
    pub(crate) fn forget(&mut self) {
        self.poisson.iter_mut().for_each(PoissonDrive::forget);
        if let Some(applied) = &mut self.applied {
            applied.forget();
        }
    }
}

/// Whether a drive opens a conductance.
pub(crate) fn has_conductance(network: &Network<'_>, population: usize) -> bool {
    network.drives.iter().any(|drive| {
        drive.population == population
            && matches!(drive.kind, DriveKind::OuConductance { .. } | DriveKind::Conductance { .. })
    })
}
