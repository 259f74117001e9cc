//! What a placement kept of the recipe: asked against got.

use super::counts::LayerCounts;
use super::demand::LayerDemand;
use crate::column::ColumnHeader;
use crate::geometry::Geometry;
use serde::{Deserialize, Serialize};

/// Cells asked for and got, by layer, sign, m-type and e-type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlacementReport {
    /// Cells asked for, before rounding.
    pub asked: f64,
    /// Cells placed.
    pub got: u32,
    /// Share of excitatory cells asked for, 0 to 1.
    pub excitatory_asked: f64,
    /// Share of excitatory cells placed.
    pub excitatory_got: f64,
    /// The row that is farthest off, for layers, excitatory cells, m-types, e-types and columns.
    pub largest: Vec<Deviation>,
    /// Per layer.
    pub layers: Vec<PlacementRow>,
    /// Excitatory cells per layer.
    pub excitatory: Vec<PlacementRow>,
    /// Per layer and m-type.
    pub mtypes: Vec<PlacementRow>,
    /// Per layer and e-type.
    pub etypes: Vec<PlacementRow>,
    /// Per column, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<PlacementRow>,
}

/// Cells of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacementRow {
    /// Layer; empty for columns.
    pub layer: String,
    /// m-type, e-type or column; the layer itself otherwise.
    pub name: String,
    /// Cells asked for, before rounding.
    pub asked: f64,
    /// Cells placed.
    pub got: u32,
}

/// The row of a kind that is farthest off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    /// `layer`, `excitatory`, `m-type`, `e-type` or `column`.
    pub of: String,
    /// The row.
    pub row: PlacementRow,
    /// Cells got less cells asked.
    pub cells: f64,
}

impl PlacementReport {
    pub(super) fn new(
        demands: &[LayerDemand<'_>],
        counted: &[LayerCounts],
        header: &ColumnHeader,
        geometry: &dyn Geometry,
    ) -> Self {
        let mut report = Self::default();
        let (mut excitatory_asked, mut excitatory_got) = (0.0, 0);
        for (demand, counts) in demands.iter().zip(counted) {
            let layer = demand.layer.as_str();
            add(&mut report.layers, layer, layer, demand.expected, counts.n_cells());
            for (group, etypes) in demand.groups.iter().zip(&counts.groups) {
                let (asked, got) = (demand.asked(group), etypes.iter().sum());
                add(&mut report.mtypes, layer, &group.group.mtype, asked, got);
                let (e_asked, e_got) = if group.is_excitatory { (asked, got) } else { (0.0, 0) };
                add(&mut report.excitatory, layer, layer, e_asked, e_got);
                (excitatory_asked, excitatory_got) = (excitatory_asked + e_asked, excitatory_got + e_got);
                let sum: f64 = group.group.etypes.values().sum();
                for ((etype, share), got) in group.group.etypes.iter().zip(etypes) {
                    add(&mut report.etypes, layer, etype, asked * share / sum, *got);
                }
            }
        }
        report.asked = report.layers.iter().map(|row| row.asked).sum();
        report.got = report.layers.iter().map(|row| row.got).sum();
        report.excitatory_asked = excitatory_asked / report.asked;
        report.excitatory_got = f64::from(excitatory_got) / f64::from(report.got.max(1));
        let weight = |column: usize, layer: usize| -> f64 {
            let of = geometry.parts().iter().filter(|part| part.layer == layer);
            let weight = |part: &crate::geometry::Part| part.volume_um3 * part.share;
            let all: f64 = of.clone().map(weight).sum();
            of.filter(|part| usize::from(part.column) == column).map(weight).sum::<f64>() / all
        };
        for (i, column) in header.ground.columns.iter().enumerate() {
            let asked = demands.iter().enumerate().map(|(layer, demand)| demand.expected * weight(i, layer)).sum();
            add(&mut report.columns, "", &column.name, asked, column.n_cells);
        }
        let kinds = [
            ("layer", &report.layers),
            ("excitatory", &report.excitatory),
            ("m-type", &report.mtypes),
            ("e-type", &report.etypes),
            ("column", &report.columns),
        ];
        report.largest = kinds.iter().filter_map(|(of, rows)| largest(of, rows)).collect();
        report
    }

    /// The row of a kind that is farthest off.
    #[must_use]
    pub fn largest_of(&self, kind: &str) -> Option<&Deviation> {
        self.largest.iter().find(|deviation| deviation.of == kind)
    }
}

/// Adds to the row of that name; rows stand in the order they come up.
fn add(rows: &mut Vec<PlacementRow>, layer: &str, name: &str, asked: f64, got: u32) {
    match rows.iter_mut().find(|row| row.layer == layer && row.name == name) {
        Some(row) => (row.asked, row.got) = (row.asked + asked, row.got + got),
        None => rows.push(PlacementRow { layer: layer.to_owned(), name: name.to_owned(), asked, got }),
    }
}

fn largest(of: &str, rows: &[PlacementRow]) -> Option<Deviation> {
    let off = |row: &PlacementRow| f64::from(row.got) - row.asked;
    let row = rows.iter().reduce(|a, b| if off(b).abs() > off(a).abs() { b } else { a })?;
    Some(Deviation { of: of.to_owned(), row: row.clone(), cells: off(row) })
}
