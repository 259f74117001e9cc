//! Reads a golden file: `# name = value ...`, a line of column names, rows.

use std::collections::BTreeMap;
use std::path::Path;

/// A golden file.
pub(crate) struct Golden {
    head: BTreeMap<String, String>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Golden {
    pub(crate) fn read(file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/point").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let (head, table): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        let entry = |line: &str| {
            let (name, value) = line.trim_start_matches('#').split_once('=').unwrap();
            (name.trim().to_owned(), value.trim().to_owned())
        };
        let mut table = table.into_iter().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        Self { head: head.into_iter().map(entry).collect(), columns: table.next().unwrap(), rows: table.collect() }
    }

    /// Whether the head names it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.head.contains_key(name)
    }

    /// Numbers of the head.
    pub(crate) fn list(&self, name: &str) -> Vec<f64> {
        self.head[name].split_whitespace().map(|word| word.parse().unwrap()).collect()
    }

    /// A number of the head.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.list(name)[0]
    }

    /// Numbers of the head, two by two.
    pub(crate) fn pairs(&self, name: &str) -> Vec<(f64, f64)> {
        self.list(name).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// A column of numbers.
    pub(crate) fn column(&self, name: &str) -> Vec<f64> {
        let column = self.columns.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(|row| row[column].parse().unwrap()).collect()
    }

    /// The last column of the rows that start with a word.
    pub(crate) fn of(&self, label: &str) -> Vec<f64> {
        let rows = self.rows.iter().filter(|row| row[0] == label);
        rows.map(|row| row.last().unwrap().parse().unwrap()).collect()
    }

    /// Time between rows, ms.
    pub(crate) fn interval_ms(&self) -> f64 {
        self.column("t")[0]
    }
}
