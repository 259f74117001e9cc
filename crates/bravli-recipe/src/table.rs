//! Tab-separated tables with a header: `mtype_taxonomy.tsv`, `mini_frequencies.tsv`.

use crate::files::{RecipeFiles, start_of};
use crate::problem::Notes;
use crate::range::Range;
use crate::{Location, MAX_ROWS, MiniFrequency, Problem, Taxon};
use std::collections::BTreeMap;

/// More cells of a line than this are not looked at.
const MAX_COLUMNS: usize = 64;

/// A table with the place of every cell.
#[derive(Debug)]
pub(crate) struct Table {
    file: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// One row; as many cells as the header has.
#[derive(Debug)]
pub(crate) struct Row {
    line: u32,
    pub(crate) cells: Vec<(String, u32)>,
}

impl Table {
    pub(crate) fn at(&self, row: &Row, column: usize) -> Location {
        let column = row.cells.get(column).map_or(1, |(_, c)| *c);
        Location { file: self.file.clone(), line: row.line, column }
    }

    /// The index of a column that must be there.
    fn column(&self, name: &str, notes: &mut Notes) -> Option<usize> {
        let found = self.header.iter().position(|h| h == name);
        if found.is_none() {
            let message = format!("{} lacks the column {name}, its header is {}", self.file, self.header.join(" "));
            let at = Location { file: self.file.clone(), line: 1, column: 1 };
            notes.add(Problem::error("missing_column", message).at(at));
        }
        found
    }
}

/// Splits a table of the folder into cells; `None` when it is absent or broken.
pub(crate) fn parse(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Option<Table> {
    let text = files.utf8(file, notes)?;
    if text.lines().take(MAX_ROWS + 2).count() > MAX_ROWS + 1 {
        let message = format!("{file} has more than {MAX_ROWS} rows, which is the limit");
        notes.add(Problem::error("too_many_rows", message).at(start_of(file)));
        return None;
    }
    let by_tab = text.lines().next().is_some_and(|line| line.contains('\t'));
    let mut lines = (1u32..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let header: Vec<String> =
        lines.next().map(|(_, l)| cells(l, by_tab)).unwrap_or_default().into_iter().map(|c| c.0).collect();
    let mut rows = Vec::new();
    for (line, content) in lines {
        let cells = cells(content, by_tab);
        if cells.len() == header.len() {
            rows.push(Row { line, cells });
        } else {
            let message = format!("row has {} cells, the header {}", cells.len(), header.len());
            let at = Location { file: file.to_owned(), line, column: 1 };
            notes.add(Problem::error("malformed_table", message).at(at).remedy("separate cells by one tab each"));
        }
    }
    Some(Table { file: file.to_owned(), header, rows })
}

/// The cells of every row of a table of our own, without its header.
pub(crate) fn rows_of(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split('\t').collect())
}

/// The trimmed cells of a line with their columns.
fn cells(line: &str, by_tab: bool) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    let mut column = 1u32;
    for part in line.split(|c: char| if by_tab { c == '\t' } else { c.is_whitespace() }) {
        if by_tab || !part.is_empty() {
            out.push((part.trim().to_owned(), column));
        }
        if out.len() > MAX_COLUMNS {
            break;
        }
        column = column.saturating_add(u32::try_from(part.chars().count()).unwrap_or(u32::MAX)).saturating_add(1);
    }
    out
}

/// The classes of an m-type must be among those that rules speak of; `at` is where each of them stands.
pub(crate) fn known_classes(mtype: &str, taxon: &Taxon, at: [Location; 2], notes: &mut Notes) {
    let classes = [(&taxon.morph_class, ["PYR", "INT"]), (&taxon.synapse_class, ["EXC", "INH"])];
    for ((value, allowed), at) in classes.into_iter().zip(at) {
        if !allowed.contains(&value.as_str()) {
            let message = format!("class of {mtype} must be {} or {}, got {value:?}", allowed[0], allowed[1]);
            let remedy = format!("write {} or {}", allowed[0], allowed[1]);
            notes.add(Problem::error("unknown_class", message).at(at).remedy(remedy));
        }
    }
}

/// Reads `mtype mClass sClass`.
pub(crate) fn taxonomy(table: &Table, notes: &mut Notes) -> BTreeMap<String, Taxon> {
    let columns = ["mtype", "mClass", "sClass"].map(|name| table.column(name, notes));
    let [Some(mtype), Some(morph), Some(synapse)] = columns else { return BTreeMap::new() };
    let mut taxonomy: BTreeMap<String, Taxon> = BTreeMap::new();
    for row in &table.rows {
        let cell = |i: usize| row.cells.get(i).map(|(text, _)| text.clone()).unwrap_or_default();
        let taxon = Taxon { morph_class: cell(morph), synapse_class: cell(synapse) };
        let name = cell(mtype);
        known_classes(&name, &taxon, [table.at(row, morph), table.at(row, synapse)], notes);
        if taxonomy.get(&name).is_some_and(|first| *first != taxon) {
            let message = format!("{name} is listed twice with different classes");
            notes.add(Problem::error("conflicting_class", message).at(table.at(row, mtype)));
        }
        taxonomy.insert(name, taxon);
    }
    taxonomy
}

/// Reads `layer exc_mini_frequency inh_mini_frequency`, in Hz.
pub(crate) fn mini_frequencies(table: &Table, notes: &mut Notes) -> BTreeMap<String, MiniFrequency> {
    let columns = ["layer", "exc_mini_frequency", "inh_mini_frequency"].map(|name| table.column(name, notes));
    let [Some(layer), Some(exc), Some(inh)] = columns else { return BTreeMap::new() };
    let mut out = BTreeMap::new();
    for row in &table.rows {
        let name = row.cells.get(layer).map(|(text, _)| text.clone()).unwrap_or_default();
        let mut number = |column: usize| {
            let text = row.cells.get(column).map_or("", |(text, _)| text);
            let field = table.header.get(column).map_or("", String::as_str);
            let what = format!("layer {name}: {field}");
            let Ok(value) = text.parse::<f64>() else {
                let message = format!("{what} must be a number, got {text:?}");
                notes.add(Problem::error("not_a_number", message).at(table.at(row, column)));
                return None;
            };
            match Range::NotNegative.breach(&what, value, table.at(row, column)) {
                Some(problem) => {
                    notes.add(problem);
                    None
                }
                None => Some(value),
            }
        };
        let (exc_hz, inh_hz) = (number(exc), number(inh));
        if let (Some(exc_hz), Some(inh_hz)) = (exc_hz, inh_hz) {
            out.insert(name, MiniFrequency { exc_hz, inh_hz });
        }
    }
    out
}
