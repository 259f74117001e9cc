//! Conductances that stand for inputs from outside.

use super::CELLS;
use crate::network::{Cells, Drive, DriveKind, Values};
use bravli_circuit::{Boundary, Column, Condition, MAX_BACKGROUNDS, NeuronColumns};

/// Ornstein–Uhlenbeck conductances, up to [`MAX_BACKGROUNDS`] per cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackgroundColumns {
    /// Slots; each holds one entry per cell in every column.
    pub slots: [BackgroundSlot; MAX_BACKGROUNDS],
}

/// One background conductance of every cell; zero where a cell has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackgroundSlot {
    /// Mean, nS.
    pub mean_ns: Vec<f32>,
    /// Stationary standard deviation, nS.
    pub sd_ns: Vec<f32>,
    /// Correlation time, ms.
    pub tau_ms: Vec<f32>,
    /// Reversal potential, mV.
    pub reversal_mv: Vec<f32>,
}

/// Spreads the Neumann conditions of a boundary over the cells of a column.
///
/// Percentages are of each cell's leak conductance.
#[must_use]
pub fn backgrounds(boundary: &Boundary, column: &Column, neurons: &NeuronColumns) -> BackgroundColumns {
    let n = column.cells.len();
    let empty =
        BackgroundSlot { mean_ns: vec![0.0; n], sd_ns: vec![0.0; n], tau_ms: vec![1.0; n], reversal_mv: vec![0.0; n] };
    let mut columns = BackgroundColumns { slots: std::array::from_fn(|_| empty.clone()) };
    let mut used = vec![0_usize; n];
    for condition in &boundary.conditions {
        let Condition::Neumann { onto, .. } = condition else { continue };
        for background in onto {
            for (cell, used) in used.iter_mut().enumerate() {
                let population = usize::from(column.cells.population[cell]);
                if column.header.populations[population].name != background.population || *used >= MAX_BACKGROUNDS {
                    continue;
                }
                let slot = &mut columns.slots[*used];
                let leak = f64::from(neurons.g_l_ns[cell]) / 100.0;
                slot.mean_ns[cell] = (background.mean_percent * leak) as f32;
                slot.sd_ns[cell] = (background.sd_percent * leak) as f32;
                slot.tau_ms[cell] = background.tau_ms as f32;
                slot.reversal_mv[cell] = background.reversal_mv as f32;
                *used += 1;
            }
        }
    }
    columns
}

/// A drive for each slot that any cell has something in.
pub(super) fn drives(backgrounds: &BackgroundColumns) -> Vec<Drive> {
    let is_used = |slot: &BackgroundSlot| slot.mean_ns.iter().chain(&slot.sd_ns).any(|value| *value != 0.0);
    let each = |column: &Vec<f32>| Values::from(column.as_slice());
    let drive = |(index, slot): (usize, &BackgroundSlot)| Drive {
        name: format!("background {index}"),
        population: CELLS,
        cells: Cells::All,
        kind: DriveKind::OuConductance {
            reversal_mv: each(&slot.reversal_mv),
            mean_ns: each(&slot.mean_ns),
            sd_ns: each(&slot.sd_ns),
            tau_ms: each(&slot.tau_ms),
        },
    };
    backgrounds.slots.iter().enumerate().filter(|(_, slot)| is_used(slot)).map(drive).collect()
}
