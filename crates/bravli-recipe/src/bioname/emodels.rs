//! `mecombo_emodel.tsv`: the electrical model and the currents of each pair of morphology and model.

use super::layer_label;
use super::rows::{Row, rows};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::{Location, Problem, RecipeFiles};
use serde::{Deserialize, Serialize};

/// One line of the table of electrical models.
///
/// # Source
/// The `mecombo_emodel.tsv` file of a Blue Brain e-model release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmodelRow {
    /// Name of the morphology.
    pub morphology: String,
    /// Layer of the soma, named as elsewhere in the recipe.
    pub layer: String,
    /// m-type.
    pub mtype: String,
    /// e-type.
    pub etype: String,
    /// Name of the electrical model: a cell template.
    pub emodel: String,
    /// Name of the pair of morphology and model, which the morphology table asks for.
    pub combo: String,
    /// Current that just makes the cell fire, in nA, on top of the holding current.
    pub threshold_current_na: f64,
    /// Current that holds the cell at its resting potential, in nA.
    pub holding_current_na: f64,
    /// Further columns, as written.
    pub extra: Vec<String>,
    /// Where it stands.
    pub at: Location,
}

/// Columns in the order of the form without header.
const COLUMNS: [&str; 8] =
    ["morph_name", "layer", "fullmtype", "etype", "emodel", "combo_name", "threshold_current", "holding_current"];
/// A neuron's threshold current is a fraction of a nA; a larger one was written in pA.
const LARGEST_CURRENT_NA: f64 = 20.0;

pub(super) fn read(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Vec<EmodelRow> {
    let Some(rows) = rows(file, files, notes) else { return Vec::new() };
    let header = rows.first().filter(|row| row.cells.iter().any(|(text, _)| COLUMNS.contains(text)));
    let Some(order) = header.map_or(Some(std::array::from_fn(|i| i)), |row| order(row, notes)) else {
        return Vec::new();
    };
    let width = header.map(|row| row.cells.len());
    let mut out = Vec::new();
    let mut n_large = 0_usize;
    let mut first_large = None;
    for row in rows.iter().skip(usize::from(header.is_some())) {
        let allowed = width.map_or_else(|| (8..=12).collect(), |n| vec![n]);
        if !row.has_width(&allowed, &COLUMNS.join(" "), notes) {
            continue;
        }
        let [threshold, holding] = [order[6], order[7]];
        let threshold_current_na = row.number(threshold, COLUMNS[6], notes);
        let holding_current_na = row.number(holding, COLUMNS[7], notes);
        let (Some(threshold_current_na), Some(holding_current_na)) = (threshold_current_na, holding_current_na) else {
            continue;
        };
        if threshold_current_na.abs().max(holding_current_na.abs()) > LARGEST_CURRENT_NA {
            n_large += 1;
            first_large = first_large.or_else(|| Some(row.at(threshold)));
        }
        let cell = |i: usize| row.cell(order[i]).to_owned();
        let is_extra = |column: &usize| !order.contains(column);
        out.push(EmodelRow {
            morphology: cell(0),
            layer: layer_label(&cell(1)),
            mtype: cell(2),
            etype: cell(3),
            emodel: cell(4),
            combo: cell(5),
            threshold_current_na,
            holding_current_na,
            extra: (0..row.cells.len()).filter(is_extra).map(|column| row.cell(column).to_owned()).collect(),
            at: row.at(0),
        });
    }
    if let Some(at) = first_large {
        let message = format!("{n_large} rows have a current beyond {LARGEST_CURRENT_NA} nA");
        let remedy = "currents are in nA; divide values in pA by 1000";
        notes.add(Problem::warning("suspicious_current", message).at(at).remedy(remedy));
    }
    out
}

/// Where each column stands in a table with a header; `None` when one is missing, which is told.
fn order(header: &Row<'_>, notes: &mut Notes) -> Option<[usize; 8]> {
    let mut out = [0; 8];
    let mut is_whole = true;
    for (name, place) in COLUMNS.iter().zip(&mut out) {
        if let Some(found) = header.cells.iter().position(|(text, _)| text == name) {
            *place = found;
        } else {
            let near = did_you_mean(name, header.cells.iter().map(|(text, _)| *text));
            let message = format!("the header lacks the column {name}{near}");
            let remedy = format!("the columns are {}", COLUMNS.join(" "));
            notes.add(Problem::error("missing_column", message).at(header.at(0)).remedy(remedy));
            is_whole = false;
        }
    }
    is_whole.then_some(out)
}
