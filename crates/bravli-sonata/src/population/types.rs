//! Tables of types: text beside the HDF5 file, a row per type id, columns separated by spaces.

use super::values::Value;
use crate::error::SonataError;
use crate::json::read_bytes;
use crate::names::NULL;
use std::path::Path;

/// Most bytes of a table of types: 64 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// Values that all nodes or edges of one type share; columns of the HDF5 file win over them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypeTable {
    /// Names of the columns, without the ids.
    pub columns: Vec<String>,
    /// Type id and values of each row, in the order of the file.
    pub rows: Vec<(i64, Vec<Option<String>>)>,
}

impl TypeTable {
    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text of a column for a type; none where there is no such type or column, or nothing in it.
    #[must_use]
    pub fn text(&self, type_id: i64, column: &str) -> Option<&str> {
        let column = self.columns.iter().position(|name| name == column)?;
        let (_, values) = self.rows.iter().find(|(id, _)| *id == type_id)?;
        values.get(column)?.as_deref()
    }

    /// As [`Self::text`], as a number where it reads as one.
    #[must_use]
    pub fn value(&self, type_id: i64, column: &str) -> Option<Value> {
        let text = self.text(type_id, column)?;
        let decimal = || text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Value::Decimal);
        Some(text.parse().ok().map(Value::Whole).or_else(decimal).unwrap_or_else(|| Value::Text(text.to_owned())))
    }
}

/// Reads a table of types. `kind` is `node` or `edge`: the column of ids is called `KIND_type_id`.
///
/// Columns are separated by spaces, lines end in any of the usual ways, quotes hold texts with spaces, `NULL` is nothing.
///
/// # Errors
/// [`SonataError::Open`] when the file is absent, too large or no text; [`SonataError::Table`] at its line otherwise.
pub fn read_type_table(path: &Path, kind: &str) -> Result<TypeTable, SonataError> {
    let failed = |reason: String| SonataError::Open { file: path.to_owned(), reason };
    let bytes = read_bytes(path, MAX_BYTES, "a table of types")?;
    let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    parse(&text, kind).map_err(|(line, reason)| SonataError::Table { file: path.to_owned(), line, reason })
}

fn parse(text: &str, kind: &str) -> Result<TypeTable, (usize, String)> {
    let mut lines =
        text.lines().enumerate().map(|(row, line)| (row + 1, line)).filter(|(_, line)| !line.trim().is_empty());
    let Some((first, header)) = lines.next() else { return Ok(TypeTable::default()) };
    let key = format!("{kind}_type_id");
    let names: Vec<String> = fields(header).map_err(|reason| (first, reason))?.into_iter().flatten().collect();
    let Some(key_at) = names.iter().position(|name| *name == key) else {
        let hint = if header.contains(',') { "; columns are separated by spaces, not commas" } else { "" };
        return Err((first, format!("no column {key:?}{hint}; there is: {}", names.join(", "))));
    };
    let mut table = TypeTable { columns: names.clone(), rows: Vec::new() };
    table.columns.remove(key_at);
    for (line, text) in lines {
        let mut values = fields(text).map_err(|reason| (line, reason))?;
        if values.len() != names.len() {
            return Err((line, format!("{} values, expected {}", values.len(), names.len())));
        }
        let id = values.remove(key_at).unwrap_or_else(|| NULL.to_owned());
        let id: i64 = id.parse().map_err(|_| (line, format!("{key} is {id:?}, expected a whole number")))?;
        if table.rows.iter().any(|row| row.0 == id) {
            return Err((line, format!("{key} {id} comes twice")));
        }
        table.rows.push((id, values));
    }
    Ok(table)
}

/// Fields of a line; nothing where it says `NULL` without quotes.
fn fields(line: &str) -> Result<Vec<Option<String>>, String> {
    let mut fields = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end;
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = quoted_text(quoted).ok_or("a quote that does not end on its line")?;
            fields.push(Some(text));
            end = rest.len() - after.len();
        } else {
            end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            fields.push((rest[..end] != *NULL).then(|| rest[..end].to_owned()));
        }
        rest = &rest[end..];
        if rest.starts_with(|c: char| !c.is_whitespace()) {
            return Err("a quote that ends inside a value".to_owned());
        }
        rest = rest.trim_start();
    }
    Ok(fields)
}

/// The text up to the closing quote, two quotes being one, and what follows.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        value += before;
        match after.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

/// Writes a table of types.
///
/// # Errors
/// [`SonataError::Write`] when the file cannot be written; [`SonataError::Table`] for names and values that the format
/// cannot hold, and for rows of other lengths than the header.
///
/// # Repeatability
/// Equal tables give equal bytes.
pub fn write_type_table(path: &Path, kind: &str, table: &TypeTable) -> Result<(), SonataError> {
    let wrong = |line: usize, reason: String| SonataError::Table { file: path.to_owned(), line, reason };
    let mut text = format!("{kind}_type_id");
    for name in &table.columns {
        text = format!("{text} {}", quoted(Some(name)).ok_or_else(|| wrong(1, format!("{name:?} has a line end")))?);
    }
    text.push('\n');
    for (row, (id, values)) in table.rows.iter().enumerate() {
        if values.len() != table.columns.len() {
            return Err(wrong(row + 2, format!("{} values, expected {}", values.len(), table.columns.len())));
        }
        text += &id.to_string();
        for value in values {
            let value = quoted(value.as_deref()).ok_or_else(|| wrong(row + 2, format!("{value:?} has a line end")))?;
            text.push(' ');
            text += &value;
        }
        text.push('\n');
    }
    crate::store::write_text_file(path, &text)
}

fn quoted(value: Option<&str>) -> Option<String> {
    match value {
        None => Some(NULL.to_owned()),
        Some(text) if text.contains(['\n', '\r']) => None,
        Some(text) if text.is_empty() || text == NULL || text.contains('"') || text.contains(char::is_whitespace) => {
            Some(format!("\"{}\"", text.replace('"', "\"\"")))
        }
        Some(text) => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_is_written_by_others() {
        let text =
            "node_type_id ei  model_type dynamics\r\n104 i NULL NONE\r\n\r\n100 e \"a \"\"b\"\" c\" \"NULL\" \r\n";
        let table = parse(text, "node").unwrap();
        assert_eq!(table.columns, ["ei", "model_type", "dynamics"]);
        assert_eq!(table.text(104, "model_type"), None);
        assert_eq!(table.text(104, "dynamics"), Some("NONE"));
        assert_eq!(table.text(100, "model_type"), Some("a \"b\" c"));
        assert_eq!(table.text(100, "dynamics"), Some("NULL"));
        assert_eq!(table.text(7, "ei"), None);
        assert!(parse("", "node").unwrap().is_empty());
    }

    #[test]
    fn values_read_as_numbers_where_they_are() {
        let table = parse("edge_type_id a b c d\n1 2 2.5 nan x\n", "edge").unwrap();
        assert_eq!(table.value(1, "a"), Some(Value::Whole(2)));
        assert_eq!(table.value(1, "b"), Some(Value::Decimal(2.5)));
        assert_eq!(table.value(1, "c"), Some(Value::Text("nan".into())));
        assert_eq!(table.value(1, "d"), Some(Value::Text("x".into())));
    }

    #[test]
    fn faults_are_named_at_their_line() {
        let fault = |text: &str| parse(text, "node").unwrap_err();
        let (line, reason) = fault("node_type_id,ei\n1,e\n");
        assert!(line == 1 && reason.contains("not commas"), "{reason}");
        assert_eq!(fault("node_type_id a\n1\n"), (2, "1 values, expected 2".to_owned()));
        assert_eq!(fault("node_type_id a\n1 b\n1 c\n"), (3, "node_type_id 1 comes twice".to_owned()));
        assert_eq!(fault("node_type_id a\nx b\n"), (2, "node_type_id is \"x\", expected a whole number".to_owned()));
        assert_eq!(fault("node_type_id a\n1 \"b\n").1, "a quote that does not end on its line");
        assert_eq!(fault("node_type_id a\n1 \"b\"c\n").1, "a quote that ends inside a value");
    }
}
