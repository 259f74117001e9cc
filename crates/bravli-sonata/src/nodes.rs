//! Nodes, in the BBP dialect.

use crate::error::SonataError;
use crate::names::{GROUP, NODE_TYPE, NODES, SIGNS, sonata};
use crate::store::{read_file, write_file};
use bravli_circuit::{Cells, Column, ColumnHeader};
use std::path::Path;

/// Writes the cells of a column.
///
/// SONATA points y upwards, so y = −depth and z is our second horizontal axis; a change of sign loses nothing.
/// Geometry that SONATA has no place for stays with the header.
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
        group.write(sonata("x_um"), &cells.x_um)?;
        group.write(sonata("depth_um"), &negated(&cells.depth_um))?;
        group.write(sonata("y_um"), &cells.y_um)?;
        group.write_named(sonata("layer"), &cells.layer, &names.layers)?;
        group.write_named(sonata("mtype"), &cells.mtype, &names.mtypes)?;
        group.write_named(sonata("etype"), &cells.etype, &names.etypes)?;
        group.write_named(sonata("population"), &cells.population, &names.populations)?;
        let signs: Vec<u16> = cells.is_excitatory.iter().map(|is_excitatory| u16::from(!is_excitatory)).collect();
        group.write_named(sonata("is_excitatory"), &signs, &SIGNS)
    })
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
        Ok(Cells {
            x_um: group.read_f32(sonata("x_um"), n)?,
            y_um: group.read_f32(sonata("y_um"), n)?,
            depth_um: negated(&group.read_f32(sonata("depth_um"), n)?),
            layer: group.read_named(sonata("layer"), n, &names.layers)?,
            mtype: group.read_named(sonata("mtype"), n, &names.mtypes)?,
            etype: group.read_named(sonata("etype"), n, &names.etypes)?,
            population: group.read_named(sonata("population"), n, &names.populations)?,
            is_excitatory: signs.into_iter().map(|sign| sign == 0).collect(),
        })
    })?;
    Ok(Column { header: header.clone(), cells })
}

fn negated(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| -value).collect()
}

fn check_lengths(path: &Path, cells: &Cells) -> Result<(), SonataError> {
    let expected = cells.len();
    let lengths = [
        ("y_um", cells.y_um.len()),
        ("depth_um", cells.depth_um.len()),
        ("layer", cells.layer.len()),
        ("mtype", cells.mtype.len()),
        ("etype", cells.etype.len()),
        ("population", cells.population.len()),
        ("is_excitatory", cells.is_excitatory.len()),
    ];
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
}

impl<'a> Names<'a> {
    fn of(header: &'a ColumnHeader) -> Self {
        Self {
            layers: header.layers.iter().map(|layer| layer.layer.as_str()).collect(),
            mtypes: header.mtypes.iter().map(String::as_str).collect(),
            etypes: header.etypes.iter().map(String::as_str).collect(),
            populations: header.populations.iter().map(|population| population.name.as_str()).collect(),
        }
    }
}
