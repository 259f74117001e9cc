//! Places in texts.

/// Whether line and column, both from 1, stand in these bytes or directly behind their end.
///
/// A lone carriage return ends a line in YAML and not in XML, so either count of lines will do. A character has at least
/// one byte, so no column lies beyond the bytes of the longest line.
pub(crate) fn holds(bytes: &[u8], line: u32, column: u32) -> bool {
    let breaks = |bytes: &[u8]| bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or(0);
    let (line, column) = (line as usize, column as usize);
    (1..=breaks(bytes) + 1).contains(&line) && (1..=longest + 1).contains(&column)
}

/// Whether a line, from 1, stands in the text.
pub(crate) fn holds_line(text: &str, line: u32) -> bool {
    holds(text.as_bytes(), line, 1)
}

/// The text, as far as it is one: readers of `&str` never see other bytes.
pub(crate) fn of(input: &[u8]) -> &str {
    match std::str::from_utf8(input) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&input[..error.valid_up_to()]).unwrap_or_default(),
    }
}
