//! Edges: a row per connection, with both indices.

use crate::error::SonataError;
use crate::index::index_of;
use crate::names::{
    EDGE_TYPE, EDGES, GROUP, INDICES, NODE_POPULATION, NODE_TO_RANGES, RANGE_TO_EDGE, SOURCE_TO_TARGET,
    TARGET_TO_SOURCE, sonata,
};
use crate::store::{Place, read_file, write_file};
use bravli_circuit::{EdgeHeader, Edges, MAX_CELLS};
use std::path::Path;

/// Calls `$what!(field, method)` for every column of decimal numbers.
macro_rules! for_decimals {
    ($what:ident) => {
        $what!(
            gsyn_ns,
            u_syn,
            tau_rec_ms,
            tau_facil_ms,
            tau_decay_ms,
            delay_ms,
            conductance_ratio,
            u_hill_mm,
            attenuation
        )
    };
}

/// Writes connections, with the indices by source and by target.
///
/// One row is one connection of `nsyns` synapses; `synapse_class` refers to names in `@library`. The indices end with
/// the last node that has an edge.
///
/// # Errors
/// [`SonataError::Length`], [`SonataError::Value`] or [`SonataError::Unsorted`] when the columns do not fit each other or
/// the header; [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal edges give equal bytes.
pub fn write_edges(path: &Path, header: &EdgeHeader, edges: &Edges) -> Result<(), SonataError> {
    check(path, edges)?;
    let classes: Vec<&str> = header.classes.iter().map(String::as_str).collect();
    write_file(path, |root| {
        let population = root.create(EDGES)?.create(&header.edge_population)?;
        population.write_untyped(EDGE_TYPE, edges.len())?;
        write_ids(&population, sonata("source"), &edges.source, &header.source_population)?;
        write_ids(&population, sonata("target"), &edges.target, &header.target_population)?;
        let group = population.create(GROUP)?;
        group.write_named(sonata("class"), &edges.class, &classes)?;
        group.write(sonata("n_synapses"), &edges.n_synapses)?;
        group.write(sonata("n_rrp"), &edges.n_rrp)?;
        macro_rules! write {
            ($($column:ident),*) => { $(group.write(sonata(stringify!($column)), &edges.$column)?;)* };
        }
        for_decimals!(write);
        let indices = population.create(INDICES)?;
        for (name, nodes) in [(SOURCE_TO_TARGET, &edges.source), (TARGET_TO_SOURCE, &edges.target)] {
            let index = index_of(nodes);
            let place = indices.create(name)?;
            place.write_pairs(NODE_TO_RANGES, &index.node_to_ranges)?;
            place.write_pairs(RANGE_TO_EDGE, &index.range_to_edges)?;
        }
        Ok(())
    })
}

/// Reads connections that were written with this header.
///
/// # Errors
/// [`SonataError`] when the file is absent, damaged, or does not fit the header.
pub fn read_edges(path: &Path, header: &EdgeHeader) -> Result<Edges, SonataError> {
    let classes: Vec<&str> = header.classes.iter().map(String::as_str).collect();
    let edges = read_file(path, |root| {
        let population = root.open(EDGES)?.open(&header.edge_population)?;
        population.expect_text(sonata("source"), NODE_POPULATION, &header.source_population)?;
        population.expect_text(sonata("target"), NODE_POPULATION, &header.target_population)?;
        let source: Vec<u32> = population.read_whole(sonata("source"), None)?;
        let n = source.len();
        let group = population.open(GROUP)?;
        let mut edges = Edges {
            source,
            target: population.read_whole(sonata("target"), Some(n))?,
            class: group.read_named(sonata("class"), n, &classes)?,
            n_synapses: group.read_whole(sonata("n_synapses"), Some(n))?,
            n_rrp: group.read_whole(sonata("n_rrp"), Some(n))?,
            ..Edges::default()
        };
        macro_rules! read {
            ($($column:ident),*) => { $(edges.$column = group.read_f32(sonata(stringify!($column)), n)?;)* };
        }
        for_decimals!(read);
        Ok(edges)
    })?;
    check(path, &edges)?;
    Ok(edges)
}

fn write_ids(place: &Place<'_>, name: &str, ids: &[u32], population: &str) -> Result<(), SonataError> {
    let wide: Vec<u64> = ids.iter().map(|id| u64::from(*id)).collect();
    let dataset = place.write(name, &wide)?;
    place.write_text(&dataset, name, NODE_POPULATION, population)
}

/// Checks lengths, order and ids; the promise of [`Edges`] holds on either side of a file.
fn check(path: &Path, edges: &Edges) -> Result<(), SonataError> {
    let expected = edges.len();
    let length = |name: &'static str, actual: usize| {
        let wrong =
            || SonataError::Length { file: path.to_owned(), dataset: sonata(name).to_owned(), expected, actual };
        if actual == expected { Ok(()) } else { Err(wrong()) }
    };
    length("target", edges.target.len())?;
    length("class", edges.class.len())?;
    length("n_synapses", edges.n_synapses.len())?;
    length("n_rrp", edges.n_rrp.len())?;
    macro_rules! lengths {
        ($($column:ident),*) => { $(length(stringify!($column), edges.$column.len())?;)* };
    }
    for_decimals!(lengths);
    let pair = |row: usize| (edges.source[row], edges.target[row]);
    if let Some(row) = (1..expected).find(|row| pair(row - 1) > pair(*row)) {
        let dataset = sonata("source").to_owned();
        return Err(SonataError::Unsorted { file: path.to_owned(), dataset, row, order: "source, then target" });
    }
    for (name, ids) in [("source", &edges.source), ("target", &edges.target)] {
        if let Some(row) = ids.iter().position(|id| f64::from(*id) >= MAX_CELLS) {
            return Err(SonataError::Value {
                file: path.to_owned(),
                dataset: sonata(name).to_owned(),
                row,
                expected: format!("a node id below {MAX_CELLS}"),
                actual: ids[row].to_string(),
            });
        }
    }
    Ok(())
}
