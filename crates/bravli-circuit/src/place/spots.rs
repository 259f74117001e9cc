//! Positions, with or without a distance between somata.

use super::PlaceError;
use super::cells::Seat;
use crate::geometry::{Draws, Geometry, Spot};

/// Share of a volume that spheres placed at random one after the other fill when no further one fits.
///
/// # Source
/// Zhang & Torquato 2013, doi:10.1103/PhysRevE.88.053312: 0.38413 for spheres in three dimensions.
const SATURATION: f64 = 0.3841;

/// Share of the saturation radius that is told to fit: 0.32 of the volume. Beyond 0.35 a cell rarely finds a place within
/// [`MAX_CANDIDATES`].
const FITTING: f64 = 0.94;

/// Positions that are tried for a cell before its layer counts as full.
const MAX_CANDIDATES: u32 = 20_000;

/// The place of every seat, in order.
pub(super) fn find(geometry: &dyn Geometry, seats: &[Seat], exclusion_um: f64) -> Result<Vec<Spot>, PlaceError> {
    let candidate = |seat: &Seat, n: u32| geometry.draw(seat.part, Draws::new(seat.positions, seat.index, n));
    if exclusion_um == 0.0 {
        return Ok(seats.iter().map(|seat| candidate(seat, 0)).collect());
    }
    let mut spots: Vec<Option<Spot>> = vec![None; seats.len()];
    let mut grid = Grid::new(2.0 * exclusion_um, seats.len());
    let layer = |seat: &Seat| geometry.parts()[seat.part].layer;
    let mut first = 0;
    for members in seats.chunk_by(|a, b| layer(a) == layer(b)) {
        // in random order, so that no kind of cell has the leftover gaps
        let mut turns: Vec<(f64, usize)> =
            members.iter().enumerate().map(|(i, seat)| (seat.turns.uniform(seat.index, 0), first + i)).collect();
        turns.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (n_placed, (_, i)) in turns.iter().enumerate() {
            let free = (0..MAX_CANDIDATES).map(|n| candidate(&seats[*i], n)).find(|spot| grid.is_free(spot.world_um));
            let Some(spot) = free else {
                return Err(crowded(geometry, seats, exclusion_um, layer(&members[0]), n_placed, members.len()));
            };
            grid.add(spot.world_um);
            spots[*i] = Some(spot);
        }
        first += members.len();
    }
    Ok(spots.into_iter().flatten().collect())
}

/// Says how many fit, and what would.
fn crowded(
    geometry: &dyn Geometry,
    seats: &[Seat],
    exclusion_um: f64,
    layer: usize,
    n_placed: usize,
    n_cells: usize,
) -> PlaceError {
    let mut n_seats = vec![0_u32; geometry.parts().len()];
    seats.iter().for_each(|seat| n_seats[seat.part] += 1);
    // parts of one layer and column may share their voxels, so that their cells add up
    let parts = geometry.parts();
    let place = |i: usize| (parts[i].layer, parts[i].column);
    let radius = |i: usize| {
        let same = (0..parts.len()).filter(|j| place(*j) == place(i));
        let n: f64 = same.map(|j| f64::from(n_seats[j])).sum();
        (SATURATION * parts[i].volume_um3 / (n * 4.0 / 3.0 * std::f64::consts::PI)).cbrt()
    };
    let densest = (0..parts.len()).filter(|i| n_seats[*i] > 0).min_by(|a, b| radius(*a).total_cmp(&radius(*b)));
    let (name, densest_um) =
        densest.map_or_else(Default::default, |i| (geometry.layers()[parts[i].layer].layer.clone(), radius(i)));
    PlaceError::Crowded {
        layer: geometry.layers()[layer].layer.clone(),
        n_placed,
        n_cells,
        exclusion_um,
        densest: name,
        densest_um,
        fitting_um: (FITTING * densest_um.min(exclusion_um) * 100.0).floor() / 100.0,
    }
}

/// Points by the cell of a lattice that they lie in, so that near ones are found in constant time.
struct Grid {
    distance_um: f64,
    edge_um: f64,
    /// Last point of each bucket; cells of the lattice may share one, which costs a comparison and nothing else.
    last: Vec<u32>,
    /// The point before it in its bucket.
    before: Vec<u32>,
    points: Vec<[f32; 3]>,
}

/// End of a bucket.
const NONE: u32 = u32::MAX;

/// Finest lattice, in µm.
const FINEST_UM: f64 = 1.0;

impl Grid {
    fn new(distance_um: f64, n: usize) -> Self {
        let buckets = (2 * n).next_power_of_two();
        Self {
            distance_um,
            edge_um: distance_um.max(FINEST_UM),
            last: vec![NONE; buckets],
            before: Vec::with_capacity(n),
            points: Vec::with_capacity(n),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and far cells may share a bucket")]
    fn cell(&self, point: [f32; 3]) -> [i64; 3] {
        point.map(|x| (f64::from(x) / self.edge_um).floor() as i64)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "mixed bits")]
    fn bucket(&self, cell: [i64; 3]) -> usize {
        let mixed = cell.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |hash, x| {
            (hash ^ *x as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31)
        });
        (mixed ^ mixed >> 32) as usize & (self.last.len() - 1)
    }

    /// Whether no point is nearer than the distance, as both are kept: in single precision.
    fn is_free(&self, world_um: [f64; 3]) -> bool {
        let point = short(world_um);
        let [x, y, z] = self.cell(point);
        let near = |other: [f32; 3]| {
            let squares = point.iter().zip(other).map(|(a, b)| (f64::from(*a) - f64::from(b)).powi(2)).sum::<f64>();
            squares < self.distance_um * self.distance_um
        };
        (-1..=1).all(|dx| {
            (-1..=1).all(|dy| {
                (-1..=1).all(|dz| {
                    let cell = [x.saturating_add(dx), y.saturating_add(dy), z.saturating_add(dz)];
                    let mut at = self.last[self.bucket(cell)];
                    while at != NONE {
                        if near(self.points[at as usize]) {
                            return false;
                        }
                        at = self.before[at as usize];
                    }
                    true
                })
            })
        })
    }

    fn add(&mut self, world_um: [f64; 3]) {
        let point = short(world_um);
        let bucket = self.bucket(self.cell(point));
        let index = self.points.len() as u32;
        self.points.push(point);
        self.before.push(std::mem::replace(&mut self.last[bucket], index));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places are kept in single precision")]
fn short(world_um: [f64; 3]) -> [f32; 3] {
    world_um.map(|x| x as f32)
}
