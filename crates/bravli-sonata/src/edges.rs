//! Edges: a row per connection, with both indices, written and read in blocks.

use crate::edge_columns::{BLOCK, Block};
use crate::error::SonataError;
use crate::names::{
    EDGE_TYPE, EDGES, GROUP, INDICES, NODE_POPULATION, NODE_TO_RANGES, OLD_NODE_TO_RANGES, RANGE_TO_EDGE,
    SOURCE_TO_TARGET, SYNAPSE_TYPE, TARGET_TO_SOURCE, sonata,
};
use crate::store::{Column, Place, read_file, write_file};
use bravli_circuit::{Connections, Contact, EdgeHeader, Edges, EdgesBuilder, Ends};
use half::f16;
use std::path::Path;

/// Group and row within it of every edge.
const GROUP_ID: &str = "edge_group_id";
const GROUP_INDEX: &str = "edge_group_index";

/// Where a synapse on a point cell sits: at the soma, which is section 0, in its middle.
const SECTION_ID: &str = "afferent_section_id";
const SECTION_POSITION: &str = "afferent_section_pos";
const SOMA: u32 = 0;
const MIDDLE: f32 = 0.5;

/// `syn_type_id` of an inhibitory and of an excitatory synapse.
const SIGN_CODES: [u8; 2] = [0, 100];

/// Writes connections, with what each reader of edges wants spelled out and the indices by source and by target.
///
/// One row is one connection of `nsyns` synapses; `edge_type_id` is an index into the header's pathways, from `first_type`
/// on. Constant columns take no space. The indices end with the last node of their end.
///
/// # Errors
/// [`SonataError::Value`] when a row has no pathway; [`SonataError::Write`] when the file cannot be written.
///
/// # Repeatability
/// Equal edges give equal bytes.
pub fn write_edges(path: &Path, connections: &Connections<'_>, first_type: i32) -> Result<(), SonataError> {
    write_file(path, |root| {
        let population = root.create(EDGES)?.create(&connections.header.edge_population)?;
        write_rows(&population, connections, first_type, path)?;
        let indices = population.create(INDICES)?;
        by_source(&indices.create(SOURCE_TO_TARGET)?, connections)?;
        by_target(&indices.create(TARGET_TO_SOURCE)?, connections)
    })
}

fn write_rows(
    place: &Place<'_>,
    connections: &Connections<'_>,
    first_type: i32,
    path: &Path,
) -> Result<(), SonataError> {
    let (header, n) = (connections.header, connections.len());
    let source = ids(place, sonata("source"), n, &header.source_population)?;
    let target = ids(place, sonata("target"), n, &header.target_population)?;
    let edge_type = place.column::<i32>(EDGE_TYPE, n)?;
    // one group, whose rows are those of the population; some readers want that said for each row
    place.write_constant(GROUP_ID, 0_u8, n)?;
    let group_index = place.column::<u32>(GROUP_INDEX, n)?;
    let group = place.create(GROUP)?;
    group.write_constant(SECTION_ID, SOMA, n)?;
    group.write_constant(SECTION_POSITION, MIDDLE, n)?;
    let sign = group.column::<u8>(SYNAPSE_TYPE, n)?;
    let columns = Block::columns(&group, n)?;
    // the first letter of a class gives its sign
    let codes: Vec<u8> = header
        .pathways
        .iter()
        .map(|pathway| header.classes.get(usize::from(pathway.class)).is_some_and(|name| name.starts_with('E')))
        .map(|excites| SIGN_CODES[usize::from(excites)])
        .collect();
    let mut block = Block::default();
    for first in (0..n).step_by(BLOCK) {
        let end = n.min(first + BLOCK);
        block.fill(connections, first..end, path)?;
        let types: Vec<i32> = block.pathway.iter().map(|pathway| first_type + i32::from(*pathway)).collect();
        let signs: Vec<u8> = block.pathway.iter().map(|pathway| codes[usize::from(*pathway)]).collect();
        source.write(first, &block.source)?;
        target.write(first, &block.target)?;
        edge_type.write(first, &types)?;
        group_index.write(first, &(first as u32..end as u32).collect::<Vec<_>>())?;
        sign.write(first, &signs)?;
        block.write(&columns, first)?;
    }
    Ok(())
}

/// A column of node ids that says whose they are.
fn ids<'a>(place: &'a Place<'_>, name: &'a str, n: usize, population: &str) -> Result<Column<'a>, SonataError> {
    let column = place.column::<u32>(name, n)?;
    place.write_text(&column.dataset, name, NODE_POPULATION, population)?;
    Ok(column)
}

/// Rows of a source stand together: one range each.
fn by_source(place: &Place<'_>, connections: &Connections<'_>) -> Result<(), SonataError> {
    let n = connections.n_sources();
    let mut nodes = Vec::with_capacity(n);
    let mut ranges = Vec::with_capacity(n);
    for source in 0..n {
        let rows = connections.rows(source);
        let first = ranges.len() as u32;
        if !rows.is_empty() {
            ranges.push([rows.start as u32, rows.end as u32]);
        }
        nodes.push([first, ranges.len() as u32]);
    }
    write_nodes(place, &nodes)?;
    place.write_narrow_pairs(RANGE_TO_EDGE, &ranges)
}

/// Rows of a target lie apart: one range each, in the order of the rows.
fn by_target(place: &Place<'_>, connections: &Connections<'_>) -> Result<(), SonataError> {
    let (targets, n) = (connections.edges.targets(), connections.targets.types.len());
    let mut next = vec![0_u32; n + 1];
    for target in targets {
        next[*target as usize + 1] += 1;
    }
    for node in 0..n {
        next[node + 1] += next[node];
    }
    write_nodes(place, &next.windows(2).map(|bounds| [bounds[0], bounds[1]]).collect::<Vec<_>>())?;
    let mut rows = vec![0_u32; targets.len()];
    for (row, target) in targets.iter().enumerate() {
        let at = &mut next[*target as usize];
        rows[*at as usize] = row as u32;
        *at += 1;
    }
    let column = place.pairs(RANGE_TO_EDGE, rows.len())?;
    let mut pairs = Vec::with_capacity(BLOCK);
    for (block, rows) in rows.chunks(BLOCK).enumerate() {
        pairs.clear();
        pairs.extend(rows.iter().map(|row| [*row, row + 1]));
        column.write_pairs(block * BLOCK, &pairs)?;
    }
    Ok(())
}

/// Ranges of every node, under both names in use.
fn write_nodes(place: &Place<'_>, nodes: &[[u32; 2]]) -> Result<(), SonataError> {
    place.write_narrow_pairs(NODE_TO_RANGES, nodes)?;
    place.link(NODE_TO_RANGES, OLD_NODE_TO_RANGES)
}

/// Reads connections that were written with this header, between nodes of these types.
///
/// # Errors
/// [`SonataError`] when the file is absent, damaged, or does not fit the header.
pub fn read_edges(
    path: &Path,
    header: &EdgeHeader,
    sources: Ends<'_>,
    targets: Ends<'_>,
) -> Result<Edges, SonataError> {
    read_file(path, |root| {
        let population = root.open(EDGES)?.open(&header.edge_population)?;
        population.expect_text(sonata("source"), NODE_POPULATION, &header.source_population)?;
        population.expect_text(sonata("target"), NODE_POPULATION, &header.target_population)?;
        let (source_name, target_name) = (sonata("source"), sonata("target"));
        let source = population.whole_column(source_name, None)?;
        let n = source.n;
        let target = population.whole_column(target_name, Some(n))?;
        let group = population.open(GROUP)?;
        let whole = |name| group.whole_column(sonata(name), Some(n));
        let decimal = |name| group.decimal_column(sonata(name), Some(n));
        let (n_synapses, n_rrp) = (whole("n_synapses")?, whole("n_rrp")?);
        let (gsyn, u_syn, decay) = (decimal("gsyn_ns")?, decimal("u_syn")?, decimal("tau_decay_ms")?);
        let (rec, facil) = (decimal("tau_rec_ms")?, decimal("tau_facil_ms")?);
        let mut builder = EdgesBuilder::new(sources.types.len(), n);
        for first in (0..n).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(n);
            let (from, to): (Vec<u32>, Vec<u32>) = (source.read(rows.clone())?, target.read(rows.clone())?);
            let (synapses, vesicles): (Vec<u8>, Vec<u8>) = (n_synapses.read(rows.clone())?, n_rrp.read(rows.clone())?);
            let gsyn: Vec<f32> = gsyn.read_decimals(rows.clone())?;
            let u_syn = u_syn.read_decimals(rows.clone())?;
            let decay = decay.read_decimals(rows.clone())?;
            let rec = rec.read_decimals(rows.clone())?;
            let facil = facil.read_decimals(rows.clone())?;
            for i in 0..from.len() {
                let type_of = |ends: &Ends<'_>, id: u32| ends.types.get(id as usize).copied();
                let ends = type_of(&sources, from[i]).zip(type_of(&targets, to[i]));
                let pathway = ends.and_then(|(from, to)| header.pathway(from, to)).ok_or_else(|| {
                    let expected = "two nodes that a pathway of the circuit connects".to_owned();
                    population.value(source_name, first + i, expected, format!("{} -> {}", from[i], to[i]))
                })?;
                let contact = Contact {
                    n_synapses: synapses[i],
                    n_rrp: vesicles[i],
                    gsyn_ns: f16::from_f32(gsyn[i]),
                    tau_rec_ms: f16::from_f32(rec[i]),
                    tau_facil_ms: f16::from_f32(facil[i]),
                    u_syn: pathway.u_syn.encode(f64::from(u_syn[i])),
                    tau_decay: pathway.tau_decay_ms.encode(f64::from(decay[i])),
                };
                builder.push(from[i], to[i], &contact).map_err(|_| SonataError::Unsorted {
                    file: path.to_owned(),
                    dataset: population.path(source_name),
                    row: first + i,
                    order: "source, then target",
                })?;
            }
        }
        Ok(builder.finish())
    })
}
