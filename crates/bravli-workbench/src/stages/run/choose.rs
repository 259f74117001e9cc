//! Which cells are recorded from and silenced.

use super::DT_MS;
use crate::error::ActError;
use crate::requests::{RecordRequest, RecordVariable, SilenceMeans, SilenceRequest, Simulate};
use bravli_circuit::Column;
use bravli_sim::lower::CELLS;
use bravli_sim::network::{Cells, Drive, DriveKind, Network, Trace, Variable, Waveform};
use bravli_sonata::ReportPlan;

/// Cells that one trace may be of.
const MAX_TRACED_CELLS: usize = 1_000;

/// Traces of a run, and times that cells are silenced.
const MAX_ENTRIES: usize = 64;

/// Bytes that all traces of a run may take, and all weights: 8 GiB, as much as is handy on a workstation.
pub(super) const MAX_TRACE_BYTES: f64 = 8.0 * 1_073_741_824.0;

/// Strongest means of silencing, nS or pA.
const MAX_AMPLITUDE: f64 = 1e5;

/// Checks what needs no circuit.
pub(super) fn check_choices(request: &Simulate, duration_ms: f64) -> Result<(), ActError> {
    for (name, n) in [("record", request.record.len()), ("silence", request.silence.len())] {
        if n > MAX_ENTRIES {
            let message = format!("must hold at most {MAX_ENTRIES} entries, got {n}");
            return Err(ActError::new("too_many_entries", name, message, "name a population in place of its parts"));
        }
    }
    for (index, entry) in request.record.iter().enumerate() {
        let steps = entry.every_ms / DT_MS;
        if !(steps >= 0.999 && entry.every_ms <= duration_ms && (steps - steps.round()).abs() < 1e-6) {
            return Err(ActError::new(
                "bad_interval",
                format!("record[{index}].every_ms"),
                format!("must be a multiple of {DT_MS} ms up to the run's {duration_ms} ms, got {}", entry.every_ms),
                "give for example 0.1, 0.5 or 1",
            ));
        }
    }
    request.silence.iter().enumerate().try_for_each(|(index, entry)| check_silence(index, entry, duration_ms))
}

fn check_silence(index: usize, entry: &SilenceRequest, duration_ms: f64) -> Result<(), ActError> {
    let whole = entry.whole(duration_ms);
    let (start, stop) = (entry.start_ms, whole.stop_ms.unwrap_or_default());
    if !(start >= 0.0 && start < stop && stop <= duration_ms + DT_MS) {
        return Err(ActError::new(
            "bad_window",
            format!("silence[{index}]"),
            format!("the window from {start} to {stop} ms must lie within the run, 0 to {duration_ms} ms"),
            "give start_ms before stop_ms; without stop_ms it lasts to the end",
        ));
    }
    let amplitude = whole.amplitude.unwrap_or_default();
    let (fits, range) = match entry.how {
        SilenceMeans::Conductance => ((0.0..=MAX_AMPLITUDE).contains(&amplitude), "0 to 100000 nS"),
        SilenceMeans::Current => {
            ((-MAX_AMPLITUDE..=0.0).contains(&amplitude), "-100000 to 0 pA, since a positive current excites")
        }
    };
    if fits {
        return Ok(());
    }
    Err(ActError::new(
        "bad_amplitude",
        format!("silence[{index}].amplitude"),
        format!("must lie in {range}, got {amplitude}"),
        "leave it out for 100 nS or -500 pA",
    ))
}

/// Cells by the name of their population, or by their ids, ascending.
fn cells_of(population: &str, ids: &[u32], column: &Column, place: &str) -> Result<Vec<u32>, ActError> {
    let populations = &column.header.populations;
    if population.is_empty() == ids.is_empty() {
        let name = if population.is_empty() { populations[0].name.as_str() } else { population };
        let index = populations.iter().position(|known| known.name == name);
        let own = column.cells.population.iter().enumerate().filter(|(_, of)| Some(usize::from(**of)) == index);
        let some: Vec<usize> = own.map(|(cell, _)| cell).take(5).collect();
        return Err(ActError::new(
            "bad_selection",
            place,
            "needs either a population or cells",
            format!("for example {{\"population\": {name:?}}}, or of its cells {{\"cells\": {some:?}}}"),
        ));
    }
    if population.is_empty() {
        let n = column.cells.len();
        if let Some(cell) = ids.iter().find(|cell| **cell as usize >= n) {
            return Err(ActError::new(
                "unknown_cell",
                format!("{place}.cells"),
                format!("cell {cell} is not there; node ids are 0..{n}"),
                "inspect the column for its cells",
            ));
        }
        let mut cells = ids.to_vec();
        cells.sort_unstable();
        cells.dedup();
        return Ok(cells);
    }
    let Some(index) = populations.iter().position(|known| known.name == population) else {
        let names: Vec<&str> = populations.iter().map(|known| known.name.as_str()).collect();
        return Err(ActError::new(
            "unknown_population",
            format!("{place}.population"),
            format!("no population {population:?}; there are {}", names.join(", ")),
            "name one of them, or give cells",
        ));
    };
    let of = column.cells.population.iter().enumerate().filter(|(_, of)| usize::from(**of) == index);
    Ok(of.map(|(cell, _)| cell as u32).collect())
}

/// A trace to keep, with its place in the run's folder.
#[derive(Debug, Clone)]
pub(crate) struct Traced {
    pub(crate) trace: Trace,
    pub(crate) plan: ReportPlan,
    pub(crate) file: String,
}

/// Traces to keep.
pub(crate) fn traces(requests: &[RecordRequest], column: &Column, duration_ms: f64) -> Result<Vec<Traced>, ActError> {
    let mut traced = Vec::with_capacity(requests.len());
    let mut bytes = 0.0;
    for (index, request) in requests.iter().enumerate() {
        let place = format!("record[{index}]");
        let cells = cells_of(&request.population, &request.cells, column, &place)?;
        if cells.len() > MAX_TRACED_CELLS {
            return Err(ActError::new(
                "too_many_cells",
                place,
                format!("{} has {} cells; a trace takes at most {MAX_TRACED_CELLS}", request.population, cells.len()),
                format!("give cells, for example {:?}", &cells[..3]),
            ));
        }
        bytes += 4.0 * cells.len() as f64 * (duration_ms / request.every_ms);
        if bytes > MAX_TRACE_BYTES {
            return Err(ActError::new(
                "too_much_to_record",
                "record",
                format!("the traces would take {:.1} GiB or more; at most 8 are allowed", bytes / 1_073_741_824.0),
                "record fewer cells, or less often",
            ));
        }
        let variable = match request.variable {
            RecordVariable::VM => Variable::V,
            RecordVariable::W => Variable::Adaptation,
            RecordVariable::GAmpa => Variable::Receptor(0),
            RecordVariable::GNmda => Variable::Receptor(1),
            RecordVariable::GGabaA => Variable::Receptor(2),
            RecordVariable::GGabaB => Variable::Receptor(3),
        };
        let name = if request.population.is_empty() { "cells" } else { &request.population };
        traced.push(Traced {
            plan: ReportPlan {
                population: column.header.node_population.clone(),
                node_ids: cells.iter().map(|cell| u64::from(*cell)).collect(),
                units: request.variable.unit().to_owned(),
                every_ms: request.every_ms,
            },
            trace: Trace {
                population: CELLS,
                cells: Cells::Some(cells),
                variable,
                every: (request.every_ms / DT_MS).round() as u32,
            },
            file: format!("reports/{index}_{}_{}.h5", file_part(name), request.variable.name()),
        });
    }
    Ok(traced)
}

/// A name as part of a file's name.
pub(super) fn file_part(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect()
}

/// Cells held down, and when.
#[derive(Debug, Clone)]
pub(crate) struct Silenced {
    pub(crate) name: String,
    pub(crate) cells: Vec<u32>,
    pub(crate) start_ms: f64,
    pub(crate) stop_ms: f64,
    kind: DriveKind,
}

/// Cells to hold down; a shunt reverses at `reversal_mv`.
pub(crate) fn silences(
    requests: &[SilenceRequest],
    column: &Column,
    reversal_mv: f64,
) -> Result<Vec<Silenced>, ActError> {
    let one = |(index, request): (usize, &SilenceRequest)| {
        let cells = cells_of(&request.population, &request.cells, column, &format!("silence[{index}]"))?;
        let whole = request.whole(f64::INFINITY);
        let (start_ms, stop_ms) = (whole.start_ms, whole.stop_ms.unwrap_or_default());
        let waveform = Waveform::Step { start_ms, stop_ms, amplitude: whole.amplitude.unwrap_or_default() };
        let kind = match request.how {
            SilenceMeans::Conductance => DriveKind::Conductance { waveform, reversal_mv },
            SilenceMeans::Current => DriveKind::Current(waveform),
        };
        let name = if request.population.is_empty() { format!("silence[{index}]") } else { request.population.clone() };
        Ok(Silenced { name, cells, start_ms, stop_ms, kind })
    };
    requests.iter().enumerate().map(one).collect()
}

/// Adds what is chosen to a network.
pub(super) fn add(network: &mut Network<'_>, traced: &[Traced], silenced: &[Silenced]) {
    network.recording.traces.extend(traced.iter().map(|traced| traced.trace.clone()));
    network.drives.extend(silenced.iter().enumerate().map(|(index, silenced)| Drive {
        name: format!("silence {index}"),
        population: CELLS,
        cells: Cells::Some(silenced.cells.clone()),
        kind: silenced.kind.clone(),
    }));
}
