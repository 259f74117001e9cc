//! Keeps some cells and the connections among them.

use super::expression::NodeExpression;
use super::{EditError, Edited};
use crate::column::{Cells, Column, ColumnHeader, PlacedColumn, PlacedGround, PlacedLayer, PlacedPopulation, World};
use crate::edges::{EdgeHeader, Edges, NO_PATHWAY};
use crate::wire::Circuit;
use serde::{Deserialize, Serialize};

/// Node id of a cell that is not kept.
const GONE: u32 = u32::MAX;

/// Synapses that the kept cells of a population lost with the cells around them: what a boundary has to stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutRow {
    /// Population.
    pub population: String,
    /// Its cells that are kept.
    pub n_cells: u32,
    /// Synapses onto them from kept cells.
    pub kept_in: u64,
    /// Synapses onto them from cells left out.
    pub cut_in: u64,
    /// Synapses from them onto cells left out.
    pub cut_out: u64,
}

/// The circuit of the cells that pass, numbered anew in their order.
///
/// Names that no kept cell has are left out of the column's header. Pathways keep their index.
pub(super) fn keep(circuit: Circuit, expression: &NodeExpression) -> Result<(Circuit, Edited), EditError> {
    let kept = expression.cells(&circuit.column)?;
    let n_before = circuit.column.cells.len();
    if kept.len() == n_before {
        let what = format!("all {n_before} cells pass these tests, so nothing would be left out");
        let remedy = "narrow the node set";
        return Err(EditError::Nothing { field: "nodes", what, remedy });
    }
    let mut new_id = vec![GONE; n_before];
    for (new, old) in kept.iter().enumerate() {
        new_id[*old as usize] = new as u32;
    }
    let column = part(&circuit.column, &kept);
    let edges = induced(&circuit, &kept, &new_id);
    let cut = cut(&circuit, &new_id);
    let n_lost = (circuit.edges.len() - edges.len()) as u64;
    let lost_in: u64 = cut.iter().map(|row| row.cut_in).sum();
    let part = Circuit::unwired(column, circuit.header.clone());
    let header = narrowed(&circuit, &kept, &part);
    let what = format!(
        "kept {} of {n_before} cells with {} connections; cut {n_lost} connections, {lost_in} synapses onto kept cells",
        kept.len(),
        edges.len()
    );
    let note = format!("{lost_in} synapses onto kept cells are gone; set_boundary_conditions has to stand for them");
    let done = Edited { what, n_connections: n_lost, cut, notes: vec![note], ..Edited::default() };
    let mut part = part.with_edges(edges);
    part.header = header;
    Ok((part, done))
}

/// The column of some of its cells.
fn part(column: &Column, kept: &[u32]) -> Column {
    let (header, cells) = (&column.header, &column.cells);
    let (layer, layers) = renumbered(&cells.layer, kept, header.layers.len());
    let (mtype, mtypes) = renumbered(&cells.mtype, kept, header.mtypes.len());
    let (etype, etypes) = renumbered(&cells.etype, kept, header.etypes.len());
    let (population, populations) = renumbered(&cells.population, kept, header.populations.len());
    let floats = |values: &[f32]| kept.iter().map(|cell| values[*cell as usize]).collect();
    let column_of: Vec<u16> = kept.iter().map(|cell| cells.column[*cell as usize]).collect();
    let names = |all: &[String], used: &[(usize, u32)]| used.iter().map(|(old, _)| all[*old].clone()).collect();
    Column {
        header: ColumnHeader {
            node_population: header.node_population.clone(),
            shape: header.shape,
            radius_um: header.radius_um,
            area_fraction: header.area_fraction,
            layers: layers.iter().map(|(old, n)| PlacedLayer { n_cells: *n, ..header.layers[*old].clone() }).collect(),
            mtypes: names(&header.mtypes, &mtypes),
            etypes: names(&header.etypes, &etypes),
            populations: populations
                .iter()
                .map(|(old, n)| PlacedPopulation { n_cells: *n, ..header.populations[*old].clone() })
                .collect(),
            ground: ground(&header.ground, &column_of),
        },
        cells: Cells {
            x_um: floats(&cells.x_um),
            y_um: floats(&cells.y_um),
            depth_um: floats(&cells.depth_um),
            layer,
            mtype,
            etype,
            population,
            is_excitatory: kept.iter().map(|cell| cells.is_excitatory[*cell as usize]).collect(),
            column: column_of,
            world: cells.world.as_ref().map(|world| World {
                position_um: world.position_um.each_ref().map(|values| floats(values)),
                orientation: world.orientation.each_ref().map(|values| floats(values)),
            }),
        },
    }
}

/// Columns keep their numbers, so that a cell out of the third is still told as one; counts are those of kept cells.
fn ground(whole: &PlacedGround, column_of: &[u16]) -> PlacedGround {
    let n_in = |index: usize| column_of.iter().filter(|column| usize::from(**column) == index).count() as u32;
    let columns = whole.columns.iter().enumerate();
    let columns = columns.map(|(index, column)| PlacedColumn { n_cells: n_in(index), ..column.clone() }).collect();
    PlacedGround { columns, ..whole.clone() }
}

/// Indices of the kept cells into the names that they use, and those names' old indices with their counts.
fn renumbered(of_cell: &[u16], kept: &[u32], n: usize) -> (Vec<u16>, Vec<(usize, u32)>) {
    let mut counts = vec![0_u32; n];
    for cell in kept {
        counts[usize::from(of_cell[*cell as usize])] += 1;
    }
    let used: Vec<(usize, u32)> = counts.into_iter().enumerate().filter(|(_, n)| *n > 0).collect();
    let mut new = vec![0_u16; n];
    for (index, (old, _)) in used.iter().enumerate() {
        new[*old] = index as u16;
    }
    (kept.iter().map(|cell| new[usize::from(of_cell[*cell as usize])]).collect(), used)
}

/// Connections among the kept cells.
fn induced(circuit: &Circuit, kept: &[u32], new_id: &[u32]) -> Edges {
    let old = &circuit.edges;
    let mut edges = Edges::start(kept.len(), 0);
    for source in kept {
        for row in old.rows(*source as usize) {
            let target = new_id[old.targets()[row] as usize];
            if target != GONE {
                edges.push(target, &old.contact(row));
            }
        }
        edges.end_source();
    }
    edges
}

fn cut(circuit: &Circuit, new_id: &[u32]) -> Vec<CutRow> {
    let (header, cells) = (&circuit.column.header, &circuit.column.cells);
    let mut rows: Vec<CutRow> = header
        .populations
        .iter()
        .map(|known| CutRow { population: known.name.clone(), n_cells: 0, kept_in: 0, cut_in: 0, cut_out: 0 })
        .collect();
    let of = |cell: usize| usize::from(cells.population[cell]);
    for (cell, id) in new_id.iter().enumerate() {
        rows[of(cell)].n_cells += u32::from(*id != GONE);
    }
    let edges = &circuit.edges;
    for source in 0..edges.n_sources() {
        for row in edges.rows(source) {
            let (target, n) = (edges.targets()[row] as usize, u64::from(edges.synapse_counts()[row]));
            match (new_id[source] != GONE, new_id[target] != GONE) {
                (true, true) => rows[of(target)].kept_in += n,
                (false, true) => rows[of(target)].cut_in += n,
                (true, false) => rows[of(source)].cut_out += n,
                (false, false) => {}
            }
        }
    }
    rows.retain(|row| row.n_cells > 0);
    rows
}

/// The header with the types of the kept cells, in the order in which these have them.
fn narrowed(circuit: &Circuit, kept: &[u32], part: &Circuit) -> EdgeHeader {
    let (old, new) = (circuit.connections().sources.types, part.connections().sources.types);
    let n = new.iter().map(|kind| usize::from(*kind) + 1).max().unwrap_or(0);
    let mut was = vec![0_u16; n];
    for (kind, cell) in new.iter().zip(kept) {
        was[usize::from(*kind)] = old[*cell as usize];
    }
    let index =
        |from: &u16, to: &u16| circuit.header.pathway_index(*from, *to).map_or(NO_PATHWAY, |index| index as u16);
    EdgeHeader {
        n_target_types: n,
        pathway_of: was.iter().flat_map(|from| was.iter().map(move |to| index(from, to))).collect(),
        ..circuit.header.clone()
    }
}
