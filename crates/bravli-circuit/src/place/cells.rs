//! The cells of a column: kinds first, then places.

use super::counts::LayerCounts;
use super::demand::LayerDemand;
use crate::column::{Cells, ColumnHeader, PlacedPopulation, World};
use crate::geometry::{Geometry, Spot};
use bravli_recipe::{CompositionGroup, Recipe};
use bravli_rng::{Draw, Stream};
use std::collections::BTreeMap;

/// A cell that waits for its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    /// Part of the geometry.
    pub(super) part: usize,
    /// Draws of its position.
    pub(super) positions: Stream,
    /// Draws of its turn.
    pub(super) turns: Stream,
    /// Its number among the cells of its layer and m-type.
    pub(super) index: u64,
}

/// All cells without their places, in the order of layer, m-type and e-type, and a seat for each. Names go to the header.
pub(super) fn seat(
    recipe: &Recipe,
    seed: u64,
    geometry: &dyn Geometry,
    demands: &[LayerDemand<'_>],
    counted: &[LayerCounts],
    header: &mut ColumnHeader,
) -> (Cells, Vec<Seat>) {
    let mut cells = Cells::default();
    let mut seats = Vec::new();
    for (layer, (demand, counts)) in demands.iter().zip(counted).enumerate() {
        // groups of one m-type share a stream of positions, so each goes on where the one before it stopped
        let mut n_drawn: BTreeMap<&str, u64> = BTreeMap::new();
        let mut deal = Deal::default();
        for (of, etypes) in demand.groups.iter().zip(&counts.groups) {
            let n_cells: u32 = etypes.iter().sum();
            if n_cells == 0 {
                continue;
            }
            let population = population(recipe, of.group, of.is_excitatory, n_cells, header);
            let mtype = intern(&mut header.mtypes, &of.group.mtype);
            let name = format!("{}/{}", of.group.layer, of.group.mtype);
            let (positions, turns) = (Stream::new(seed, &name, Draw::Position), Stream::new(seed, &name, Draw::Order));
            let index = n_drawn.entry(&of.group.mtype).or_default();
            for (etype, count) in of.group.etypes.keys().zip(etypes).filter(|(_, count)| **count > 0) {
                let etype = intern(&mut header.etypes, etype);
                for _ in 0..*count {
                    let part = deal.next(&of.parts, geometry);
                    let column = geometry.parts()[part].column;
                    if let Some(column) = header.ground.columns.get_mut(usize::from(column)) {
                        column.n_cells += 1;
                    }
                    cells.layer.push(layer as u16);
                    cells.mtype.push(mtype);
                    cells.etype.push(etype);
                    cells.population.push(population);
                    cells.is_excitatory.push(of.is_excitatory);
                    cells.column.push(column);
                    seats.push(Seat { part, positions, turns, index: *index });
                    *index += 1;
                }
            }
        }
    }
    (cells, seats)
}

/// Gives the cells their places; those of an atlas also in space.
#[expect(clippy::cast_possible_truncation, reason = "places are kept in single precision")]
pub(super) fn settle(cells: &mut Cells, spots: &[Spot], in_space: bool) {
    cells.x_um = spots.iter().map(|spot| spot.x_um as f32).collect();
    cells.y_um = spots.iter().map(|spot| spot.y_um as f32).collect();
    cells.depth_um = spots.iter().map(|spot| spot.depth_um as f32).collect();
    if in_space {
        let axis = |i: usize| spots.iter().map(|spot| spot.world_um[i] as f32).collect();
        let component = |i: usize| spots.iter().map(|spot| spot.orientation[i] as f32).collect();
        cells.world =
            Some(World { position_um: std::array::from_fn(axis), orientation: std::array::from_fn(component) });
    }
}

/// Deals the cells of a layer to parts so that after every cell each part has its share to within one cell or so.
#[derive(Default)]
struct Deal {
    n_dealt: Vec<f64>,
    weights: Vec<f64>,
    n: f64,
}

impl Deal {
    /// The part whose turn it is; all groups of a layer have the same parts, or one.
    fn next(&mut self, parts: &[usize], geometry: &dyn Geometry) -> usize {
        if let [part] = parts {
            return *part;
        }
        if self.weights.is_empty() {
            let weight = |part: &usize| geometry.parts()[*part].volume_um3 * geometry.parts()[*part].share;
            let sum: f64 = parts.iter().map(weight).sum();
            self.weights = parts.iter().map(|part| weight(part) / sum).collect();
            self.n_dealt = vec![0.0; parts.len()];
        }
        self.n += 1.0;
        let lack = |i: usize| self.weights[i] * self.n - self.n_dealt[i];
        // ties go to the earlier part; a tolerance keeps rounding from deciding them
        let next = (1..parts.len()).fold(0, |best, i| if lack(i) > lack(best) + 1e-9 { i } else { best });
        self.n_dealt[next] += 1.0;
        parts[next]
    }
}

/// The population of a group, which is made known where it is new.
fn population(
    recipe: &Recipe,
    group: &CompositionGroup,
    is_excitatory: bool,
    n_cells: u32,
    header: &mut ColumnHeader,
) -> u16 {
    let (name, class, role) = recipe.population_of(&group.mtype).map_or_else(
        || {
            let class = if is_excitatory { "E" } else { "I" };
            (format!("L{}_{class}", group.layer), class.to_owned(), None)
        },
        |population| (population.name.clone(), population.class.clone(), population.role.clone()),
    );
    let known = header.populations.iter().position(|population| population.name == name);
    let at = known.unwrap_or_else(|| {
        header.populations.push(PlacedPopulation { name, class, n_cells: 0, role });
        header.populations.len() - 1
    });
    header.populations[at].n_cells += n_cells;
    at as u16
}

fn intern(names: &mut Vec<String>, name: &str) -> u16 {
    let index = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    index as u16
}
