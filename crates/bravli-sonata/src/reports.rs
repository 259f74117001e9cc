//! Reports: a value per element and time step, such as the membrane potential of somata or compartments.

use crate::error::SonataError;
use crate::names::{DATA, ELEMENT_IDS, INDEX_POINTERS, MAPPING, REPORT, SORTED, TIME, UNITS, sonata};
use crate::store::{Place, read_file, write_file};
use std::ops::Range;
use std::path::Path;

/// What was recorded from one population.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The population.
    pub population: String,
    /// Unit of the values, as the file says.
    pub units: String,
    /// Number of steps.
    pub n_steps: usize,
    /// Values, shape `(n_steps, n_elements)`, steps outside.
    pub data: Vec<f32>,
    /// The nodes.
    pub node_ids: Vec<u64>,
    /// First element of each node, and one past the last of the last: one entry more than nodes.
    pub index_pointers: Vec<u64>,
    /// Id of each element in its node: section or compartment, 0 for a soma.
    pub element_ids: Vec<u64>,
    /// Time of the first step, in [`Self::time_units`].
    pub start: f64,
    /// Time at which the report ends.
    pub stop: f64,
    /// Time between steps.
    pub step: f64,
    /// Unit of times, as the file says; `ms` in every file in use.
    pub time_units: String,
}

impl Report {
    /// Number of elements.
    #[must_use]
    pub fn n_elements(&self) -> usize {
        self.element_ids.len()
    }

    /// Elements of the node in a row of [`Self::node_ids`].
    #[must_use]
    pub fn elements(&self, node_row: usize) -> Option<Range<usize>> {
        let bound = |row: usize| usize::try_from(*self.index_pointers.get(row)?).ok();
        Some(bound(node_row)?..bound(node_row + 1)?)
    }

    /// Values of all elements at a step.
    #[must_use]
    pub fn at(&self, step: usize) -> Option<&[f32]> {
        let n = self.n_elements();
        self.data.get(step.checked_mul(n)?..step.checked_add(1)?.checked_mul(n)?)
    }
}

/// Reads the reports of every population, by name. What cannot be kept, or is not as specified, is told in `problems`.
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged, or its mapping does not fit its data.
pub fn read_reports(path: &Path, problems: &mut Vec<SonataError>) -> Result<Vec<Report>, SonataError> {
    read_file(path, |root| {
        let all = root.open(REPORT)?;
        let mut reports = Vec::new();
        for name in all.groups()? {
            let place = all.open(&name)?;
            if place.has(DATA) {
                reports.push(read_report(&place, name, problems)?);
            } else {
                problems.push(place.left_out("", "it has no data"));
            }
        }
        Ok(reports)
    })
}

fn read_report(place: &Place<'_>, population: String, problems: &mut Vec<SonataError>) -> Result<Report, SonataError> {
    let mapping = place.open(MAPPING)?;
    let element_ids: Vec<u64> = mapping.read_loose_whole(ELEMENT_IDS, None)?;
    let (n_steps, is_wider, data) = place.read_matrix_f32(DATA, element_ids.len())?;
    if is_wider {
        problems.push(place.value(DATA, 0, "numbers in single precision".to_owned(), "wider ones, rounded".to_owned()));
    }
    let node_ids: Vec<u64> = mapping.read_loose_whole(sonata("node"), None)?;
    let mut index_pointers: Vec<u64> = mapping.read_loose_whole(INDEX_POINTERS, None)?;
    if index_pointers.len() == node_ids.len() && !node_ids.is_empty() {
        // in use although the specification asks for one more
        problems.push(mapping.length(INDEX_POINTERS, node_ids.len() + 1, index_pointers.len()));
        index_pointers.push(element_ids.len() as u64);
    }
    let time = mapping.read_f64(TIME)?;
    let [start, stop, step] = time[..] else { return Err(mapping.length(TIME, 3, time.len())) };
    let units = |place: &Place<'_>, of: &str| Ok(place.dataset_text(of, UNITS)?.unwrap_or_default());
    let report = Report {
        population,
        units: units(place, DATA)?,
        n_steps,
        data,
        node_ids,
        index_pointers,
        element_ids,
        start,
        stop,
        step,
        time_units: units(&mapping, TIME)?,
    };
    check(place, &report)?;
    Ok(report)
}

fn check(place: &Place<'_>, report: &Report) -> Result<(), SonataError> {
    let pointers = &report.index_pointers;
    let name = |name: &str| format!("{MAPPING}/{name}");
    if pointers.len() != report.node_ids.len() + 1 {
        return Err(place.length(&name(INDEX_POINTERS), report.node_ids.len() + 1, pointers.len()));
    }
    let n = report.n_elements() as u64;
    let is_wrong = |row: &usize| pointers[*row] > n || (*row > 0 && pointers[*row - 1] > pointers[*row]);
    if let Some(row) = (0..pointers.len()).find(is_wrong) {
        let expected = format!("at most {n} and no less than before");
        return Err(place.value(&name(INDEX_POINTERS), row, expected, pointers[row].to_string()));
    }
    if report.n_steps.checked_mul(report.n_elements()) != Some(report.data.len()) {
        return Err(place.length(DATA, report.n_steps.saturating_mul(report.n_elements()), report.data.len()));
    }
    let times = [report.start, report.stop, report.step];
    match times.iter().position(|time| !time.is_finite()) {
        Some(row) => Err(place.value(&name(TIME), row, "a finite time".to_owned(), times[row].to_string())),
        None => Ok(()),
    }
}

/// Writes reports.
///
/// # Errors
/// [`SonataError::Length`] or [`SonataError::Value`] when a mapping does not fit its data; [`SonataError::Write`] when the
/// file cannot be written.
///
/// # Repeatability
/// Equal reports give equal bytes.
pub fn write_reports(path: &Path, reports: &[Report]) -> Result<(), SonataError> {
    write_file(path, |root| {
        let all = root.create(REPORT)?;
        for report in reports {
            let place = all.create(&report.population)?;
            check(&place, report)?;
            let data = place.write_matrix(DATA, report.n_steps, report.n_elements(), &report.data)?;
            place.write_text(&data, DATA, UNITS, &report.units)?;
            let mapping = place.create(MAPPING)?;
            let nodes = mapping.write(sonata("node"), &report.node_ids)?;
            mapping.write_code(&nodes, SORTED, u8::from(report.node_ids.is_sorted()))?;
            mapping.write(INDEX_POINTERS, &report.index_pointers)?;
            mapping.write(ELEMENT_IDS, &report.element_ids)?;
            let time = mapping.write(TIME, &[report.start, report.stop, report.step])?;
            mapping.write_text(&time, TIME, UNITS, &report.time_units)?;
        }
        Ok(())
    })
}
