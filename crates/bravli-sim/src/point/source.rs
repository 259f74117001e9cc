//! A partition's share of a population without membranes.

use super::layout::Share;
use super::math::{NO_WORDS, TILE, tile_words};
use crate::network::{Network, NeuronModel, Profile, Trains};
use bravli_rng::{Draw, Stream};

/// Spikes that come from outside.
#[derive(Debug)]
pub(crate) struct SourceGroup {
    /// Number of its first cell among all cells and sources of the network.
    first_source: u32,
    first_tile: u32,
    n_cells: usize,
    trains: Own,
}

#[derive(Debug)]
enum Own {
    Poisson {
        key: [u32; 2],
        rate_hz: Profile,
        dt_ms: f64,
    },
    /// Spikes of the share: (step, place in the share), and the next to come.
    Given {
        spikes: Vec<(u32, u32)>,
        next: usize,
    },
}

impl SourceGroup {
    pub(crate) fn new(network: &Network<'_>, share: &Share, first_source: u32) -> Self {
        let population = &network.populations[share.population];
        let first = share.first_tile as usize * TILE;
        let n_cells = (share.n_tiles as usize * TILE).min(population.n_cells as usize - first);
        let range = first as u32..(first + n_cells) as u32;
        let trains = match &population.model {
            NeuronModel::Source(Trains::Given(spikes)) => {
                let own = spikes.iter().filter(|(_, cell)| range.contains(cell));
                Own::Given { spikes: own.map(|(step, cell)| (*step, cell - range.start)).collect(), next: 0 }
            }
            NeuronModel::Source(Trains::Poisson(rate_hz)) => Own::Poisson {
                key: Stream::new(network.seed, &population.name, Draw::Fibre).key(),
                rate_hz: rate_hz.clone(),
                dt_ms: network.dt_ms,
            },
            _ => Own::Given { spikes: Vec::new(), next: 0 },
        };
        Self { first_source: first_source + first as u32, first_tile: share.first_tile, n_cells, trains }
    }

    /// Goes to a step: spikes before it are not told again.
    pub(crate) fn seek(&mut self, step: u32) {
        if let Own::Given { spikes, next } = &mut self.trains {
            *next = spikes.partition_point(|(at, _)| *at < step);
        }
    }

    /// Adds the spikes of a step, as (step, number among all sources). Poisson trains have none at step 0.
    pub(crate) fn spikes(&mut self, step: u32, out: &mut Vec<(u32, u32)>) {
        match &mut self.trains {
            Own::Given { spikes, next } => {
                while let Some((_, cell)) = spikes.get(*next).filter(|(at, _)| *at == step) {
                    out.push((step, self.first_source + cell));
                    *next += 1;
                }
            }
            Own::Poisson { .. } if step == 0 => {}
            Own::Poisson { key, rate_hz, dt_ms } => {
                let rate = rate_hz.at(f64::from(step) * *dt_ms);
                let p = -(-rate * *dt_ms * 1e-3).exp_m1();
                // (w >> 8) + 0.5 < p·2²⁴
                let below = (p * 16_777_216.0 - 0.5).ceil().max(0.0) as u32;
                if below == 0 {
                    return;
                }
                let mut words = NO_WORDS;
                for tile in 0..self.n_cells.div_ceil(TILE) {
                    tile_words(*key, self.first_tile + tile as u32, step, &mut words);
                    for (lane, word) in words.iter().enumerate() {
                        let cell = tile * TILE + lane;
                        if word >> 8 < below && cell < self.n_cells {
                            out.push((step, self.first_source + cell as u32));
                        }
                    }
                }
            }
        }
    }
}
