//! Reading the derived tables.

/// The rows of a separated file, without its header.
pub(crate) fn rows(data: &std::path::Path, name: &str, separator: char) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(data.join(name)).unwrap();
    text.lines().skip(1).map(|line| line.split(separator).map(str::to_owned).collect()).collect()
}
