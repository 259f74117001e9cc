//! Tables whose columns are separated by any white space.

use crate::files::start_of;
use crate::problem::Notes;
use crate::{Location, Problem, RecipeFiles};

/// Most rows of a table that are read; a table of every morphology clone of a whole cortex stays below it.
pub const MAX_ROWS: usize = 200_000;
/// Most cells of a row that are looked at.
const MAX_CELLS: usize = 32;

/// One row of a table.
pub(super) struct Row<'t> {
    file: &'t str,
    line: u32,
    /// Text and column (from 1, in characters) of every cell.
    pub(super) cells: Vec<(&'t str, u32)>,
}

impl<'t> Row<'t> {
    pub(super) fn at(&self, column: usize) -> Location {
        let column = self.cells.get(column).map_or(1, |(_, column)| *column);
        Location { file: self.file.to_owned(), line: self.line, column }
    }

    pub(super) fn cell(&self, column: usize) -> &'t str {
        self.cells.get(column).map_or("", |(text, _)| text)
    }

    /// Whether the row has one of `allowed` numbers of cells; told when it has not.
    pub(super) fn has_width(&self, allowed: &[usize], columns: &str, notes: &mut Notes) -> bool {
        let n = self.cells.len();
        if allowed.contains(&n) {
            return true;
        }
        let many = if n >= MAX_CELLS { "or more " } else { "" };
        let allowed: Vec<String> = allowed.iter().map(usize::to_string).collect();
        let message = format!("row has {n} {many}columns, expected {}", allowed.join(" or "));
        let remedy = format!("the columns are {columns}, separated by white space");
        notes.add(Problem::error("malformed_table", message).at(self.at(0)).remedy(remedy));
        false
    }

    /// A finite number; told otherwise.
    pub(super) fn number(&self, column: usize, name: &str, notes: &mut Notes) -> Option<f64> {
        let text = self.cell(column);
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            _ => {
                let message = format!("{name} of {} must be a finite number, got {text:?}", self.cell(0));
                let problem = Problem::error("not_a_number", message).at(self.at(column));
                notes.add(problem.remedy("write a plain decimal number, or leave the row out"));
                None
            }
        }
    }
}

/// The rows of a table of the folder, blank lines left out; `None` when it cannot be read or is too long.
pub(super) fn rows<'t>(file: &'t str, files: &'t RecipeFiles, notes: &mut Notes) -> Option<Vec<Row<'t>>> {
    let text = files.utf8(file, notes)?;
    let n_rows = text.lines().filter(|line| !line.trim().is_empty()).take(MAX_ROWS + 1).count();
    if n_rows > MAX_ROWS {
        let message = format!("{file} has more than {MAX_ROWS} rows, which is the limit");
        let remedy = "keep the rows of the m-types that the recipe builds";
        notes.add(Problem::error("too_many_rows", message).at(start_of(file)).remedy(remedy));
        return None;
    }
    let lines = (1u32..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    Some(lines.map(|(line, text)| Row { file, line, cells: cells(text) }).collect())
}

fn cells(line: &str) -> Vec<(&str, u32)> {
    let mut out = Vec::new();
    let mut column = 1_usize;
    for part in line.split(char::is_whitespace) {
        if !part.is_empty() {
            out.push((part, u32::try_from(column).unwrap_or(u32::MAX)));
            if out.len() == MAX_CELLS {
                break;
            }
        }
        column += part.chars().count() + 1;
    }
    out
}
