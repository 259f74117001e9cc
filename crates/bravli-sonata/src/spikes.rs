//! Spikes, by population.

use crate::error::SonataError;
use crate::names::{OLD_NODE_IDS, SORTING, SPIKES, UNITS, sonata};
use crate::store::{Place, read_file, write_file};
use bravli_circuit::Spikes;
use hdf5_metno::H5Type;
use std::cmp::Ordering;
use std::path::Path;

/// Population of spikes from files that name none (`/spikes/{timestamps,gids}`).
pub const UNNAMED_POPULATION: &str = "default";

/// Order of spikes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, H5Type)]
#[repr(u8)]
#[expect(non_camel_case_types, reason = "the names of the members are written to the file")]
pub(crate) enum SortedBy {
    none = 0,
    by_id = 1,
    by_time = 2,
}

/// Writes spikes, a group per population.
///
/// # Errors
/// [`SonataError::Length`], [`SonataError::Value`] or [`SonataError::Unsorted`] when a population's columns do not fit
/// each other; [`SonataError::Write`] when the file cannot be written or a population comes twice.
///
/// # Repeatability
/// Equal spikes give equal bytes.
pub fn write_spikes(path: &Path, spikes: &[Spikes]) -> Result<(), SonataError> {
    write_file(path, |root| {
        let all = root.create(SPIKES)?;
        for spikes in spikes {
            let place = all.create(&spikes.population)?;
            check(&place, spikes)?;
            if let Some(row) = (1..spikes.node.len()).find(|row| order(spikes, row - 1, *row) == Ordering::Greater) {
                let dataset = place.path(sonata("time_ms"));
                return Err(SonataError::Unsorted { file: path.to_owned(), dataset, row, order: "time, then node" });
            }
            place.write_attribute(SORTING, &SortedBy::by_time)?;
            let times = place.write(sonata("time_ms"), &spikes.time_ms)?;
            place.write_text(&times, sonata("time_ms"), UNITS, "ms")?;
            let ids: Vec<u64> = spikes.node.iter().map(|node| u64::from(*node)).collect();
            place.write(sonata("node"), &ids)?;
        }
        Ok(())
    })
}

/// Reads the spikes of every population, populations by name, spikes by time, then node, whatever the file's order.
///
/// Both layouts are read: `/spikes/POP/{timestamps,node_ids}`, and the older one without populations.
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, or a time is not finite.
pub fn read_spikes(path: &Path) -> Result<Vec<Spikes>, SonataError> {
    read_file(path, |root| {
        let all = root.open(SPIKES)?;
        if all.has(sonata("time_ms")) {
            return Ok(vec![read_population(&all, UNNAMED_POPULATION)?]);
        }
        all.groups()?.iter().map(|name| read_population(&all.open(name)?, name)).collect()
    })
}

fn read_population(place: &Place<'_>, population: &str) -> Result<Spikes, SonataError> {
    let ids = if place.has(OLD_NODE_IDS) { OLD_NODE_IDS } else { sonata("node") };
    let time_ms = place.read_f64(sonata("time_ms"))?;
    let node = place.read_whole(ids, Some(time_ms.len()))?;
    let spikes = Spikes { population: population.to_owned(), time_ms, node };
    check(place, &spikes)?;
    let mut rows: Vec<usize> = (0..spikes.node.len()).collect();
    if rows.is_sorted_by(|a, b| order(&spikes, *a, *b) != Ordering::Greater) {
        return Ok(spikes);
    }
    rows.sort_by(|a, b| order(&spikes, *a, *b));
    Ok(Spikes {
        time_ms: rows.iter().map(|row| spikes.time_ms[*row]).collect(),
        node: rows.iter().map(|row| spikes.node[*row]).collect(),
        ..spikes
    })
}

fn order(spikes: &Spikes, a: usize, b: usize) -> Ordering {
    spikes.time_ms[a].total_cmp(&spikes.time_ms[b]).then(spikes.node[a].cmp(&spikes.node[b]))
}

fn check(place: &Place<'_>, spikes: &Spikes) -> Result<(), SonataError> {
    let (expected, actual) = (spikes.time_ms.len(), spikes.node.len());
    if actual != expected {
        let dataset = place.path(sonata("node"));
        return Err(SonataError::Length { file: place.file().to_owned(), dataset, expected, actual });
    }
    match spikes.time_ms.iter().position(|time| !time.is_finite()) {
        Some(row) => {
            Err(place.value(sonata("time_ms"), row, "a finite time in ms".to_owned(), spikes.time_ms[row].to_string()))
        }
        None => Ok(()),
    }
}
