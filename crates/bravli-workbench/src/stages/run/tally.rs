//! Rates and regularity, counted while a run goes on.

use super::choose::Silenced;
use crate::replies::{RateRow, round};
use bravli_circuit::Column;
use bravli_sim::lower::CELLS;
use bravli_sim::network::{Sink, SinkError, Spike};
use bravli_sonata::RunWriter;

/// Intervals that a cell must have for its regularity to count.
const MIN_INTERVALS: u32 = 4;

/// Faster than any population of excitatory cortical cells is reported to fire on average.
const TOO_FAST_HZ: f64 = 50.0;

/// Time in which a network settles from where its cells start, ms: several membrane and adaptation time constants.
const SETTLING_MS: f64 = 500.0;

/// How much faster cells fire at the start than later for it to be told.
const SETTLING_RATIO: f64 = 1.25;

/// Counts of a run so far.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    cells: Vec<CellTally>,
    /// Last step of the start, and spikes of cells until then.
    settled: u32,
    n_settling: u64,
    /// Spikes of cells, and of all fibres.
    pub(super) n_spikes: u64,
    pub(super) n_fibre_spikes: u64,
    /// Silenced cells with their window in steps, and spikes within.
    silenced: Vec<(Window, u64)>,
}

#[derive(Debug, Clone)]
struct Window {
    is_silenced: Vec<bool>,
    start: u32,
    stop: u32,
}

/// Spikes of one cell: their number, the last, and mean and squared deviations of intervals after Welford.
#[derive(Debug, Clone, Copy, Default)]
struct CellTally {
    n: u32,
    last: u32,
    mean: f64,
    m2: f64,
}

impl CellTally {
    fn add(&mut self, step: u32) {
        if self.n > 0 {
            let interval = f64::from(step - self.last);
            let deviation = interval - self.mean;
            self.mean += deviation / f64::from(self.n);
            self.m2 += deviation * (interval - self.mean);
        }
        self.n += 1;
        self.last = step;
    }

    /// Standard deviation of intervals over their mean, where there are enough.
    fn cv(&self) -> Option<f64> {
        let intervals = self.n.saturating_sub(1);
        let enough = intervals >= MIN_INTERVALS && self.mean > 0.0;
        enough.then(|| (self.m2 / f64::from(intervals)).sqrt() / self.mean)
    }
}

impl Tally {
    pub(super) fn new(n_cells: usize, silenced: &[Silenced], dt_ms: f64) -> Self {
        let window = |silenced: &Silenced| {
            let mut is_silenced = vec![false; n_cells];
            silenced.cells.iter().for_each(|cell| is_silenced[*cell as usize] = true);
            let step = |ms: f64| (ms / dt_ms).round() as u32;
            (Window { is_silenced, start: step(silenced.start_ms), stop: step(silenced.stop_ms) }, 0)
        };
        Self {
            cells: vec![CellTally::default(); n_cells],
            settled: (SETTLING_MS / dt_ms).round() as u32,
            n_settling: 0,
            n_spikes: 0,
            n_fibre_spikes: 0,
            silenced: silenced.iter().map(window).collect(),
        }
    }

    pub(super) fn add(&mut self, population: usize, spikes: &[Spike]) {
        if population != CELLS {
            self.n_fibre_spikes += spikes.len() as u64;
            return;
        }
        self.n_spikes += spikes.len() as u64;
        for spike in spikes {
            self.n_settling += u64::from(spike.step <= self.settled);
            self.cells[spike.cell as usize].add(spike.step);
            for (window, n) in &mut self.silenced {
                // a spike of step s stands at the end of the step before
                let within = spike.step > window.start && spike.step <= window.stop;
                *n += u64::from(within && window.is_silenced[spike.cell as usize]);
            }
        }
    }

    /// Mean and median rate, regularity, and the share of silent cells, per population.
    pub(super) fn rates(&self, column: &Column, duration_ms: f64) -> Vec<RateRow> {
        let seconds = duration_ms / 1_000.0;
        let of_population = |(index, population): (usize, &bravli_circuit::PlacedPopulation)| {
            let members = self.cells.iter().zip(&column.cells.population);
            let own: Vec<&CellTally> =
                members.filter(|(_, of)| usize::from(**of) == index).map(|(cell, _)| cell).collect();
            let mut counts: Vec<u32> = own.iter().map(|cell| cell.n).collect();
            counts.sort_unstable();
            let n = counts.len().max(1) as f64;
            let cvs: Vec<f64> = own.iter().filter_map(|cell| cell.cv()).collect();
            let spikes: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            RateRow {
                population: population.name.clone(),
                mean_hz: round(spikes as f64 / n / seconds, 4),
                median_hz: round(median(&counts) / seconds, 4),
                silent: round(counts.iter().filter(|count| **count == 0).count() as f64 / n, 4),
                cv_isi: (!cvs.is_empty()).then(|| round(cvs.iter().sum::<f64>() / cvs.len() as f64, 3)),
            }
        };
        column.header.populations.iter().enumerate().map(of_population).collect()
    }

    /// What the start does to the rates of a run of `duration_ms`, where that is much.
    pub(super) fn settling_note(&self, duration_ms: f64) -> Option<String> {
        let hz = |spikes: u64, ms: f64| spikes as f64 / self.cells.len().max(1) as f64 / (ms * 1e-3);
        let early = hz(self.n_settling, SETTLING_MS);
        let late = hz(self.n_spikes - self.n_settling, duration_ms - SETTLING_MS);
        (duration_ms > 2.0 * SETTLING_MS && early > SETTLING_RATIO * late).then(|| {
            format!(
                "cells fire at {early:.2} Hz in the first {SETTLING_MS} ms, in which the network settles, and at {late:.2} Hz \
                 after; rates are of the whole run"
            )
        })
    }

    /// Silenced cells that fired all the same.
    pub(super) fn silence_notes(&self, silenced: &[Silenced]) -> Vec<String> {
        let entries = silenced.iter().zip(&self.silenced).filter(|(_, (_, n))| *n > 0);
        let note = |(entry, (_, n)): (&Silenced, &(Window, u64))| {
            format!(
                "{} fired {n} spikes between {} and {} ms although silenced; raise the amplitude",
                entry.name, entry.start_ms, entry.stop_ms
            )
        };
        entries.map(note).collect()
    }
}

/// Median of sorted counts: the middle one, or the mean of the two in the middle.
fn median(sorted: &[u32]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |i: usize| sorted.get(i).map_or(0.0, |count| f64::from(*count));
    if sorted.len() % 2 == 1 || sorted.is_empty() { at(middle) } else { f64::midpoint(at(middle - 1), at(middle)) }
}

/// What a scientist should notice about rates.
pub(super) fn rate_notes(rates: &[RateRow]) -> Vec<String> {
    let mut notes = Vec::new();
    for rate in rates {
        if rate.mean_hz > TOO_FAST_HZ {
            notes.push(format!(
                "{} fires at {} Hz on average; check boundary and conductances",
                rate.population, rate.mean_hz
            ));
        } else if rate.median_hz == 0.0 && rate.mean_hz > 1.0 {
            notes.push(format!(
                "{} fires at {} Hz on average, but {:.0} % of its cells never do",
                rate.population,
                rate.mean_hz,
                rate.silent * 100.0
            ));
        } else if rate.mean_hz == 0.0 {
            notes.push(format!("{} never fires", rate.population));
        }
    }
    notes
}

/// Writes what a run gives, and counts it.
#[derive(Debug)]
pub(super) struct Observer {
    pub(super) writer: RunWriter,
    pub(super) tally: Tally,
}

impl Sink for Observer {
    fn spikes(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SinkError> {
        self.tally.add(population, spikes);
        self.writer.spikes(population, spikes)
    }

    fn sample(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError> {
        self.writer.sample(trace, step, values)
    }

    fn weights(&mut self, trace: usize, step: u32, values: &[f32]) -> Result<(), SinkError> {
        self.writer.weights(trace, step, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regularity_is_that_of_the_intervals() {
        let mut cell = CellTally::default();
        // intervals 100, 300, 100, 300: mean 200, standard deviation 100
        for step in [50, 150, 450, 550, 850] {
            assert_eq!(cell.cv(), None, "too few intervals");
            cell.add(step);
        }
        assert!((cell.cv().unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_start_that_raises_the_rates_is_told() {
        let mut tally = Tally::new(10, &[], 0.1);
        let spikes = |steps: std::ops::Range<u32>, every: usize| -> Vec<Spike> {
            steps.step_by(every).map(|step| Spike { step, cell: step % 10 }).collect()
        };
        // 100 spikes in half a second of ten cells are 20 Hz, 150 in a second and a half 10 Hz
        tally.add(CELLS, &spikes(1..5_001, 50));
        tally.add(CELLS, &spikes(5_001..20_001, 100));
        let note = tally.settling_note(2_000.0).unwrap();
        assert!(note.contains("20.00 Hz in the first 500 ms") && note.contains("10.00 Hz after"), "{note}");
        assert_eq!(tally.settling_note(900.0), None, "too short to tell");
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert_eq!([median(&[]), median(&[3]), median(&[1, 2]), median(&[0, 1, 5])], [0.0, 3.0, 1.5, 1.0]);
    }
}
