//! Spikes as files have them: in their order, with node ids of any size.

use crate::error::SonataError;
use crate::names::{MS, OLD_BY_ID, OLD_NODE_IDS, SORTING, SORTINGS, SPIKES, UNITS, sonata};
use crate::spikes::{SortedBy, UNNAMED_POPULATION};
use crate::store::{Place, read_file, write_file};
use std::path::Path;

/// The order that a file says its spikes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sorting {
    /// None, or the file does not say.
    #[default]
    None,
    /// By node id; also spelled `by_gid`.
    ById,
    /// By time.
    ByTime,
}

impl Sorting {
    fn of_text(text: &str) -> Option<Self> {
        let text = if text == OLD_BY_ID { SORTINGS[1] } else { text };
        Self::of_code(SORTINGS.iter().position(|name| *name == text)? as i64)
    }

    fn of_code(code: i64) -> Option<Self> {
        [Self::None, Self::ById, Self::ByTime].get(usize::try_from(code).ok()?).copied()
    }
}

/// Spikes of one population, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpikePopulation {
    /// Its name; [`UNNAMED_POPULATION`] from files of the older layout.
    pub name: String,
    /// The order, as the file says; what it says wrongly is told and becomes [`Sorting::None`].
    pub sorting: Sorting,
    /// Time of each spike, in ms.
    pub time_ms: Vec<f64>,
    /// Node of each spike.
    pub node: Vec<u64>,
}

impl SpikePopulation {
    fn first_out_of_order(&self) -> Option<usize> {
        let is_after = |row: &usize| match self.sorting {
            Sorting::None => false,
            Sorting::ById => self.node[row - 1] > self.node[*row],
            Sorting::ByTime => self.time_ms[row - 1] > self.time_ms[*row],
        };
        (1..self.node.len()).find(is_after)
    }
}

/// Reads the spikes of every population, by name. What the file says wrongly is told in `problems`.
///
/// Both layouts are read: `/spikes/POP/{timestamps,node_ids}`, and the older one without populations, with `gids`. The order
/// may be an enumeration, a number or a text.
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, or a time is not finite or not in ms.
pub fn read_spike_populations(
    path: &Path,
    problems: &mut Vec<SonataError>,
) -> Result<Vec<SpikePopulation>, SonataError> {
    read_file(path, |root| {
        let all = root.open(SPIKES)?;
        if all.has(sonata("time_ms")) {
            return Ok(vec![read_population(&all, UNNAMED_POPULATION.to_owned(), problems)?]);
        }
        all.groups()?.into_iter().map(|name| read_population(&all.open(&name)?, name, problems)).collect()
    })
}

fn read_population(
    place: &Place<'_>,
    name: String,
    problems: &mut Vec<SonataError>,
) -> Result<SpikePopulation, SonataError> {
    let (times, ids) = (sonata("time_ms"), if place.has(OLD_NODE_IDS) { OLD_NODE_IDS } else { sonata("node") });
    if let Some(unit) = place.dataset_text(times, UNITS)?.filter(|unit| unit != MS) {
        return Err(place.value(&format!("{times}@{UNITS}"), 0, MS.to_owned(), unit));
    }
    let time_ms = place.read_f64(times)?;
    let node = place.read_loose_whole(ids, Some(time_ms.len()))?;
    if let Some(row) = time_ms.iter().position(|time| !time.is_finite()) {
        return Err(place.value(times, row, "a finite time in ms".to_owned(), time_ms[row].to_string()));
    }
    let mut population = SpikePopulation { name, sorting: read_sorting(place, problems)?, time_ms, node };
    if let Some(row) = population.first_out_of_order() {
        let order = if population.sorting == Sorting::ById { "node id" } else { "time" };
        problems.push(SonataError::Unsorted { file: place.file().to_owned(), dataset: place.path(ids), row, order });
        population.sorting = Sorting::None;
    }
    Ok(population)
}

fn read_sorting(place: &Place<'_>, problems: &mut Vec<SonataError>) -> Result<Sorting, SonataError> {
    let wrong = |actual: String| place.value(&format!("@{SORTING}"), 0, SORTINGS.join(" or "), actual);
    let sorting = match place.own_code(SORTING)? {
        Some(code) => Sorting::of_code(code).ok_or_else(|| wrong(code.to_string())),
        None => match place.own_text(SORTING)? {
            Some(text) => Sorting::of_text(&text).ok_or_else(|| wrong(text)),
            None => Ok(Sorting::None),
        },
    };
    Ok(sorting.unwrap_or_else(|problem| {
        problems.push(problem);
        Sorting::None
    }))
}

/// Writes spikes in the current layout, in the order they are in.
///
/// # Errors
/// [`SonataError::Length`], [`SonataError::Value`] or [`SonataError::Unsorted`] when the columns do not fit each other or
/// what is said of their order; [`SonataError::Write`] when the file cannot be written or a population comes twice.
///
/// # Repeatability
/// Equal spikes give equal bytes.
pub fn write_spike_populations(path: &Path, populations: &[SpikePopulation]) -> Result<(), SonataError> {
    write_file(path, |root| {
        let all = root.create(SPIKES)?;
        for population in populations {
            let (times, ids) = (sonata("time_ms"), sonata("node"));
            let place = all.create(&population.name)?;
            if population.node.len() != population.time_ms.len() {
                return Err(place.length(ids, population.time_ms.len(), population.node.len()));
            }
            if let Some(row) = population.time_ms.iter().position(|time| !time.is_finite()) {
                let actual = population.time_ms[row].to_string();
                return Err(place.value(times, row, "a finite time in ms".to_owned(), actual));
            }
            if let Some(row) = population.first_out_of_order() {
                let order = if population.sorting == Sorting::ById { "node id" } else { "time" };
                return Err(SonataError::Unsorted { file: path.to_owned(), dataset: place.path(ids), row, order });
            }
            let sorting = match population.sorting {
                Sorting::None => SortedBy::none,
                Sorting::ById => SortedBy::by_id,
                Sorting::ByTime => SortedBy::by_time,
            };
            place.write_attribute(SORTING, &sorting)?;
            let dataset = place.write(times, &population.time_ms)?;
            place.write_text(&dataset, times, UNITS, MS)?;
            place.write(ids, &population.node)?;
        }
        Ok(())
    })
}
