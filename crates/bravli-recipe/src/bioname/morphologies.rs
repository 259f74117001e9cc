//! `extNeuronDB.dat`: which morphologies there are for which kind of cell.

use super::layer_label;
use super::rows::rows;
use crate::problem::Notes;
use crate::{Location, RecipeFiles};
use serde::{Deserialize, Serialize};

/// One line of the morphology table: a morphology that may stand for a kind of cell.
///
/// # Source
/// The `extNeuronDB.dat` (five columns) and `neuronDB.dat` (four columns) files of the Blue Brain circuit build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MorphologyRow {
    /// Name of the morphology, without folder and extension.
    pub morphology: String,
    /// Layer of the soma, named as elsewhere in the recipe: `4` for both `4` and `L4`.
    pub layer: String,
    /// m-type.
    pub mtype: String,
    /// e-type.
    pub etype: String,
    /// Name of the pair of this morphology and its electrical model; absent in the four-column form.
    pub me_combo: Option<String>,
    /// Where it stands.
    pub at: Location,
}

/// First cells that give a header away.
const HEADERS: &[&str] = &["morph_name", "morphology", "name"];
const COLUMNS: &str = "morphology layer mtype etype and, in the longer form, me_combo";

pub(super) fn read(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Vec<MorphologyRow> {
    let Some(rows) = rows(file, files, notes) else { return Vec::new() };
    let n_head = usize::from(rows.first().is_some_and(|row| HEADERS.contains(&row.cell(0).to_lowercase().as_str())));
    let width = rows.get(n_head).map(|row| row.cells.len()).filter(|n| [4, 5].contains(n));
    let allowed = width.map_or_else(|| vec![4, 5], |n| vec![n]);
    let mut out = Vec::new();
    for row in rows.iter().skip(n_head) {
        if row.has_width(&allowed, COLUMNS, notes) {
            out.push(MorphologyRow {
                morphology: row.cell(0).to_owned(),
                layer: layer_label(row.cell(1)),
                mtype: row.cell(2).to_owned(),
                etype: row.cell(3).to_owned(),
                me_combo: (row.cells.len() > 4).then(|| row.cell(4).to_owned()),
                at: row.at(0),
            });
        }
    }
    out
}
