//! Nodes, in the BBP dialect.

use crate::error::SonataError;
use crate::names::{FLAT, GROUP, NODE_TYPE, NODES, ORIENTATION, SIGNS, sonata};
use crate::store::{Place, read_file, write_file};
use bravli_circuit::{Cells, Column, ColumnHeader, World};
use std::path::Path;

/// Writes the cells of a column.
///
/// SONATA points y upwards, so y = −depth and z is our second horizontal axis; a change of sign loses nothing.
/// Cells of an atlas keep its x, y and z, with their orientations, and our own positions beside them. Geometry that SONATA has
/// no place for stays with the header.
///
/// # Errors
/// [`SonataError::Length`] or [`SonataError::Value`] when the columns do not fit each other or the header;
/// [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal columns give equal bytes.
pub fn write_nodes(path: &Path, column: &Column) -> Result<(), SonataError> {
    let Column { header, cells } = column;
    check_lengths(path, cells)?;
    let names = Names::of(header);
    write_file(path, |root| {
        let population = root.create(NODES)?.create(&header.node_population)?;
        population.write_untyped(NODE_TYPE, cells.len())?;
        let group = population.create(GROUP)?;
        write_places(&group, cells)?;
        group.write_named(sonata("layer"), &cells.layer, &names.layers)?;
        group.write_named(sonata("mtype"), &cells.mtype, &names.mtypes)?;
        group.write_named(sonata("etype"), &cells.etype, &names.etypes)?;
        group.write_named(sonata("population"), &cells.population, &names.populations)?;
        let signs: Vec<u16> = cells.is_excitatory.iter().map(|is_excitatory| u16::from(!is_excitatory)).collect();
        group.write_named(sonata("is_excitatory"), &signs, &SIGNS)?;
        if names.columns.is_empty() {
            return Ok(());
        }
        group.write_named(sonata("column"), &cells.column, &names.columns)
    })
}

/// Writes where cells are, and how they stand in an atlas; cells of columns stand upright.
pub(crate) fn write_places(group: &Place<'_>, cells: &Cells) -> Result<(), SonataError> {
    let write = |(name, values): (&str, &Vec<f32>)| group.write(name, values).map(drop);
    let Some(world) = &cells.world else {
        group.write(sonata("depth_um"), &negated(&cells.depth_um))?;
        return [(sonata("x_um"), &cells.x_um), (sonata("y_um"), &cells.y_um)].into_iter().try_for_each(write);
    };
    ["x_um", "depth_um", "y_um"].map(sonata).into_iter().zip(&world.position_um).try_for_each(write)?;
    ORIENTATION.into_iter().zip(&world.orientation).try_for_each(write)?;
    FLAT.into_iter().zip([&cells.x_um, &cells.y_um, &cells.depth_um]).try_for_each(write)
}

/// Reads the cells of a column that was written with this header.
///
/// # Errors
/// [`SonataError`] when the file is absent, damaged, or does not fit the header.
pub fn read_nodes(path: &Path, header: &ColumnHeader) -> Result<Column, SonataError> {
    let n = header.populations.iter().map(|population| population.n_cells as usize).sum();
    let names = Names::of(header);
    let cells = read_file(path, |root| {
        let group = root.open(NODES)?.open(&header.node_population)?.open(GROUP)?;
        let signs = group.read_named(sonata("is_excitatory"), n, &SIGNS)?;
        let [x, y, z] = ["x_um", "depth_um", "y_um"].map(|ours| group.read_f32(sonata(ours), n));
        let (world, [x_um, y_um, depth_um]) = if header.ground.region.is_empty() {
            (None, [x?, z?, negated(&y?)])
        } else {
            let [w, i, j, k] = ORIENTATION.map(|name| group.read_f32(name, n));
            let world = World { position_um: [x?, y?, z?], orientation: [w?, i?, j?, k?] };
            let [x, y, depth] = FLAT.map(|name| group.read_f32(name, n));
            (Some(world), [x?, y?, depth?])
        };
        let column = if names.columns.is_empty() {
            vec![0; n]
        } else {
            group.read_named(sonata("column"), n, &names.columns)?
        };
        Ok(Cells {
            x_um,
            y_um,
            depth_um,
            layer: group.read_named(sonata("layer"), n, &names.layers)?,
            mtype: group.read_named(sonata("mtype"), n, &names.mtypes)?,
            etype: group.read_named(sonata("etype"), n, &names.etypes)?,
            population: group.read_named(sonata("population"), n, &names.populations)?,
            is_excitatory: signs.into_iter().map(|sign| sign == 0).collect(),
            column,
            world,
        })
    })?;
    Ok(Column { header: header.clone(), cells })
}

fn negated(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| -value).collect()
}

/// Whether every column has a value for each cell.
pub(crate) fn check_lengths(path: &Path, cells: &Cells) -> Result<(), SonataError> {
    let expected = cells.len();
    let mut lengths = vec![
        ("y_um", cells.y_um.len()),
        ("depth_um", cells.depth_um.len()),
        ("layer", cells.layer.len()),
        ("mtype", cells.mtype.len()),
        ("etype", cells.etype.len()),
        ("population", cells.population.len()),
        ("is_excitatory", cells.is_excitatory.len()),
        ("column", cells.column.len()),
    ];
    if let Some(World { position_um: [x, y, z], orientation }) = &cells.world {
        lengths.extend([("x_um", x.len()), ("depth_um", y.len()), ("y_um", z.len())]);
        lengths.extend(orientation.iter().map(|values| ("orientation", values.len())));
    }
    for (name, actual) in lengths {
        if actual != expected {
            return Err(SonataError::Length {
                file: path.to_owned(),
                dataset: sonata(name).to_owned(),
                expected,
                actual,
            });
        }
    }
    Ok(())
}

/// Names of a header, by column.
struct Names<'a> {
    layers: Vec<&'a str>,
    mtypes: Vec<&'a str>,
    etypes: Vec<&'a str>,
    populations: Vec<&'a str>,
    columns: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(header: &'a ColumnHeader) -> Self {
        Self {
            layers: header.layers.iter().map(|layer| layer.layer.as_str()).collect(),
            mtypes: header.mtypes.iter().map(String::as_str).collect(),
            etypes: header.etypes.iter().map(String::as_str).collect(),
            populations: header.populations.iter().map(|population| population.name.as_str()).collect(),
            columns: header.ground.columns.iter().map(|column| column.name.as_str()).collect(),
        }
    }
}
