//! Nodes for every tool: ids and groups spelled out, names behind numbers, types beside the file.

use super::{CELL_TEMPLATE, FIBRE_TEMPLATE, POINT_CELL, VIRTUAL};
use crate::error::SonataError;
use crate::names::{DYNAMICS, GROUP, NODE, NODE_ID, NODES, ORIENTATION, SIGNS, sonata};
use crate::nodes::{check_lengths, write_places};
use crate::population::TypeTable;
use crate::store::{Place, write_file};
use bravli_circuit::{Column, FibrePopulation, NeuronColumns};
use std::collections::BTreeMap;
use std::path::Path;

/// Column of the cell population a cell belongs to; `population` means something else to SONATA.
pub(super) const CELL_POPULATION: &str = "cell_population";
/// Column of the class of a cell: `E`, `PV`, `SST` or `HTR3A`.
pub(super) const CELL_CLASS: &str = "cell_class";
/// What a column of names holds where there is nothing.
const NONE: &str = "none";
/// The turn of a cell that stands upright: none.
const UPRIGHT: [f32; 4] = [1.0, 0.0, 0.0, 0.0];
/// Columns of the tables of node types.
const TYPE_COLUMNS: [&str; 7] = ["pop_name", "ei", "location", "m_type", "e_type", "model_type", "model_template"];

/// The types of a column's cells: what population, layer, m-type and e-type they share.
pub(super) struct CellTypes {
    pub(super) of_cell: Vec<i32>,
    pub(super) table: TypeTable,
}

impl CellTypes {
    pub(super) fn of(column: &Column) -> Self {
        let (header, cells) = (&column.header, &column.cells);
        let mut ids: BTreeMap<[u16; 4], i32> = BTreeMap::new();
        let mut table = TypeTable { columns: TYPE_COLUMNS.map(str::to_owned).to_vec(), rows: Vec::new() };
        let mut of_cell = Vec::with_capacity(cells.len());
        for cell in 0..cells.len() {
            let key = [cells.population[cell], cells.layer[cell], cells.mtype[cell], cells.etype[cell]];
            let next = ids.len() as i32;
            let id = *ids.entry(key).or_insert(next);
            if id == next {
                let [population, layer, mtype, etype] = key.map(usize::from);
                let sign = if cells.is_excitatory[cell] { "e" } else { "i" };
                // a bare number would be read as one
                let location = format!("L{}", header.layers[layer].layer);
                let texts = [
                    header.populations[population].name.as_str(),
                    sign,
                    location.as_str(),
                    header.mtypes[mtype].as_str(),
                    header.etypes[etype].as_str(),
                    POINT_CELL,
                    CELL_TEMPLATE,
                ];
                table.rows.push((id.into(), texts.map(|text| Some(text.to_owned())).to_vec()));
            }
            of_cell.push(id);
        }
        Self { of_cell, table }
    }
}

/// The type of a population of fibres. It has a text in every column: some readers take the kind of a column from the
/// last table they read.
pub(super) fn fibre_types(id: i32, fibres: &FibrePopulation) -> TypeTable {
    let sign = match sign_of(fibres) {
        Some(sign) if sign == SIGNS[0] => "e",
        Some(_) => "i",
        None => NONE,
    };
    let texts = [&fibres.source, sign, NONE, &fibres.source, NONE, VIRTUAL, FIBRE_TEMPLATE];
    let columns = TYPE_COLUMNS.map(str::to_owned).to_vec();
    TypeTable { columns, rows: vec![(id.into(), texts.map(|text| Some(text.to_owned())).to_vec())] }
}

/// The sign of fibres whose connections have one.
fn sign_of(fibres: &FibrePopulation) -> Option<&'static str> {
    match (fibres.class_excites.contains(&true), fibres.class_excites.contains(&false)) {
        (true, false) => Some(SIGNS[0]),
        (false, true) => Some(SIGNS[1]),
        _ => None,
    }
}

/// Writes fibres: nodes that only send spikes. They have the columns that node sets ask cells for, since readers look them
/// up in every population.
pub(super) fn write_fibres(
    path: &Path,
    fibres: &FibrePopulation,
    type_id: i32,
    has_columns: bool,
) -> Result<(), SonataError> {
    let (name, n) = (fibres.source.as_str(), fibres.n_fibres as usize);
    let sign = sign_of(fibres).unwrap_or(NONE);
    write_file(path, |root| {
        let place = root.create(NODES)?.create(name)?;
        write_ids(&place, n)?;
        place.write_constant(&format!("{NODE}_type_id"), type_id, n)?;
        let group = place.create(GROUP)?;
        let columns = [
            ("model_type", VIRTUAL),
            ("model_template", FIBRE_TEMPLATE),
            (CELL_POPULATION, name),
            (CELL_CLASS, VIRTUAL),
            (sonata("mtype"), name),
            (sonata("layer"), NONE),
            (sonata("is_excitatory"), sign),
        ];
        let column = has_columns.then_some((sonata("column"), NONE));
        columns.into_iter().chain(column).try_for_each(|(column, text)| group.write_one_name(column, text, n))
    })
}

/// Writes the cells as the store has them; where they stand upright, that is said of each.
pub(super) fn write_cells(
    path: &Path,
    column: &Column,
    types: &CellTypes,
    neurons: Option<&NeuronColumns>,
) -> Result<(), SonataError> {
    let (header, cells) = (&column.header, &column.cells);
    let n = cells.len();
    check_lengths(path, cells)?;
    write_file(path, |root| {
        let place = root.create(NODES)?.create(&header.node_population)?;
        write_ids(&place, n)?;
        place.write(&format!("{NODE}_type_id"), &types.of_cell)?;
        let group = place.create(GROUP)?;
        write_places(&group, cells)?;
        if cells.world.is_none() {
            for (component, name) in UPRIGHT.into_iter().zip(ORIENTATION) {
                group.write_constant(name, component, n)?;
            }
        }
        let names = |all: &'_ [String]| -> Vec<String> { all.to_vec() };
        let layers: Vec<String> = header.layers.iter().map(|layer| layer.layer.clone()).collect();
        let populations: Vec<String> = header.populations.iter().map(|population| population.name.clone()).collect();
        let mut classes: Vec<String> = header.populations.iter().map(|population| population.class.clone()).collect();
        classes.sort();
        classes.dedup();
        let class_of: Vec<u16> = header
            .populations
            .iter()
            .map(|population| classes.iter().position(|class| *class == population.class).unwrap_or_default() as u16)
            .collect();
        let cell_classes: Vec<u16> = cells.population.iter().map(|of| class_of[usize::from(*of)]).collect();
        let signs: Vec<u16> = cells.is_excitatory.iter().map(|excites| u16::from(!excites)).collect();
        let signs_named: Vec<String> = SIGNS.map(str::to_owned).to_vec();
        let named: [(&str, &[u16], Vec<String>); 6] = [
            (sonata("layer"), &cells.layer, layers),
            (sonata("mtype"), &cells.mtype, names(&header.mtypes)),
            (sonata("etype"), &cells.etype, names(&header.etypes)),
            (CELL_POPULATION, &cells.population, populations),
            (CELL_CLASS, &cell_classes, classes),
            (sonata("is_excitatory"), &signs, signs_named),
        ];
        for (name, codes, texts) in named {
            group.write_named(name, codes, &texts.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        if !header.ground.columns.is_empty() {
            let columns: Vec<&str> = header.ground.columns.iter().map(|column| column.name.as_str()).collect();
            group.write_named(sonata("column"), &cells.column, &columns)?;
        }
        group.write_one_name("morphology", NONE, n)?;
        group.write_one_name("model_type", POINT_CELL, n)?;
        group.write_one_name("model_template", CELL_TEMPLATE, n)?;
        neurons.map_or(Ok(()), |neurons| write_dynamics(&group.create(DYNAMICS)?, neurons))
    })
}

/// Ids and groups, which some readers want for every row: node `i` is row `i` of group 0.
fn write_ids(place: &Place<'_>, n: usize) -> Result<(), SonataError> {
    let ids: Vec<u64> = (0..n as u64).collect();
    place.write(NODE_ID, &ids)?;
    place.write_constant(&format!("{NODE}_group_id"), 0_u8, n)?;
    place.write(&format!("{NODE}_group_index"), &ids).map(drop)
}

/// Writes the neurons' parameters under NEST's names, and the three that SONATA asks for by its own.
///
/// The threshold current is the rheobase of the adaptive exponential model for a slow ramp, in nA. With τ_m = C/g_L it is
/// (g_L + a)(V_T − E_L − Δ_T + Δ_T ln(1 + a/g_L)) where a/g_L < τ_m/τ_w, else
/// (g_L + a)(V_T − E_L − Δ_T + Δ_T ln(1 + τ_m/τ_w)) + Δ_T g_L (a/g_L − τ_m/τ_w).
/// Without an exponential (Δ_T = 0) it is (g_L + a)(V_T − E_L).
///
/// # Source
/// Naud, Marcille, Clopath & Gerstner 2008, doi:10.1007/s00422-008-0264-7.
fn write_dynamics(place: &Place<'_>, neurons: &NeuronColumns) -> Result<(), SonataError> {
    let NeuronColumns { c_m_pf, g_l_ns, e_l_mv, v_th_mv, delta_t_mv, a_ns, tau_w_ms, b_pa, v_reset_mv, t_ref_ms } =
        neurons;
    let columns = [
        ("C_m", c_m_pf),
        ("g_L", g_l_ns),
        ("E_L", e_l_mv),
        ("V_th", v_th_mv),
        ("Delta_T", delta_t_mv),
        ("a", a_ns),
        ("tau_w", tau_w_ms),
        ("b", b_pa),
        ("V_reset", v_reset_mv),
        ("t_ref", t_ref_ms),
    ];
    for (name, values) in columns {
        place.write(name, values)?;
    }
    let threshold = |cell: usize| {
        let at = |column: &[f32]| f64::from(column[cell]);
        let (g_l, a, delta_t) = (at(g_l_ns), at(a_ns), at(delta_t_mv));
        let (ratio, times) = (a / g_l, at(c_m_pf) / g_l / at(tau_w_ms));
        let distance = at(v_th_mv) - at(e_l_mv);
        let pa = if ratio < times {
            (g_l + a) * (distance - delta_t + delta_t * ratio.ln_1p())
        } else {
            (g_l + a) * (distance - delta_t + delta_t * times.ln_1p()) + delta_t * g_l * (ratio - times)
        };
        (pa / 1_000.0) as f32
    };
    let n = g_l_ns.len();
    place.write("threshold_current", &(0..n).map(threshold).collect::<Vec<f32>>())?;
    place.write_constant("holding_current", 0.0_f32, n)?;
    // 1/nS is 1000 MΩ
    let resistance: Vec<f32> = g_l_ns.iter().map(|g_l| 1_000.0 / g_l).collect();
    place.write("input_resistance", &resistance).map(drop)
}
