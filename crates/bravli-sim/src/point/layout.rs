//! Which partition owns which cells.

use super::math::TILE;
use crate::SimError;
use crate::network::Network;

/// Cells of a partition at most: they are counted in sixteen bits.
pub(crate) const MAX_CELLS: usize = 1 << 16;

/// Owner of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Partition.
    pub(crate) partition: u32,
    /// Place of the tile's first cell in the partition; unused for sources.
    pub(crate) local: u32,
}

/// Cells of a population by owner.
#[derive(Debug)]
pub(crate) struct Placed {
    /// Number of its first cell among all cells and sources of the network.
    pub(crate) first_source: u32,
    /// Owner of each tile.
    pub(crate) owners: Vec<Owner>,
}

/// A share of a population: whole tiles, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) population: usize,
    pub(crate) first_tile: u32,
    pub(crate) n_tiles: u32,
    /// Place of its first cell in the partition; unused for sources.
    pub(crate) local: u32,
}

/// A network cut into partitions; every partition has a share of every population. It decides speed, never results.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) populations: Vec<Placed>,
    /// Shares of each partition, in the order of populations.
    pub(crate) shares: Vec<Vec<Share>>,
    /// Cells and sources in all.
    pub(crate) n_sources: u32,
}

impl Layout {
    /// As few partitions as `threads` can share evenly.
    pub(crate) fn n_partitions(network: &Network<'_>, threads: usize) -> usize {
        let cells: usize = network
            .populations
            .iter()
            .filter(|population| !population.model.is_source())
            .map(|population| (population.n_cells as usize).div_ceil(TILE) * TILE)
            .sum();
        // shares are rounded to tiles, population by population
        let slack = network.populations.len() * TILE;
        threads * cells.div_ceil(threads * (MAX_CELLS - slack.min(MAX_CELLS / 2))).max(1)
    }

    /// # Errors
    /// [`SimError::TooLarge`] where cells are more than can be counted.
    pub(crate) fn new(network: &Network<'_>, n_partitions: usize) -> Result<Self, SimError> {
        let mut shares = vec![Vec::new(); n_partitions];
        let mut sizes = vec![0_u32; n_partitions];
        let mut first_source = 0_u32;
        let mut turn = 0;
        let mut populations = Vec::new();
        for (index, population) in network.populations.iter().enumerate() {
            let is_source = population.model.is_source();
            let n_tiles = population.n_cells.div_ceil(TILE as u32);
            let mut owners = vec![Owner { partition: 0, local: 0 }; n_tiles as usize];
            for part in 0..n_partitions {
                // turns, so that small populations do not all fall to one partition
                let partition = (part + turn) % n_partitions;
                let cut = |part: usize| (n_tiles as usize * part / n_partitions) as u32;
                let (from, to) = (cut(part), cut(part + 1));
                if from == to {
                    continue;
                }
                let local = sizes[partition];
                if !is_source {
                    sizes[partition] += (to - from) * TILE as u32;
                }
                for tile in from..to {
                    owners[tile as usize] =
                        Owner { partition: partition as u32, local: local + (tile - from) * TILE as u32 };
                }
                shares[partition].push(Share { population: index, first_tile: from, n_tiles: to - from, local });
            }
            populations.push(Placed { first_source, owners });
            turn += usize::from(!is_source);
            let too_many = || SimError::TooLarge { what: "all cells and sources".into(), limit: u32::MAX.into() };
            first_source = first_source.checked_add(population.n_cells).ok_or_else(too_many)?;
        }
        if let Some(size) = sizes.iter().find(|size| **size as usize > MAX_CELLS) {
            let what = format!("{size} cells of {} populations in one part", populations.len());
            return Err(SimError::TooLarge { what, limit: MAX_CELLS as u64 });
        }
        Ok(Self { populations, shares, n_sources: first_source })
    }
}
