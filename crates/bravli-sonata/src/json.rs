//! JSON files, and what is where in them.

use crate::error::SonataError;
use serde_json::{Map, Value};
use std::path::Path;

/// Most bytes of a JSON file: 64 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// The bytes of a file that another one may have named: devices and pipes, which never end, are refused.
pub(crate) fn read_bytes(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, SonataError> {
    let failed = |reason: String| SonataError::Open { file: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !metadata.is_file() {
        return Err(failed("it is no file".to_owned()));
    }
    if metadata.len() > limit {
        return Err(failed(format!("{} bytes are too many for {what}; at most {limit} are read", metadata.len())));
    }
    std::fs::read(path).map_err(|error| failed(error.to_string()))
}

/// Reads a JSON file.
pub(crate) fn read_json(path: &Path) -> Result<Value, SonataError> {
    let text = read_bytes(path, MAX_BYTES, "a configuration")?;
    serde_json::from_slice(&text).map_err(|error| SonataError::Json {
        file: path.to_owned(),
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    })
}

/// A part of a JSON file that knows where it is.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) file: &'a Path,
    pub(crate) value: Option<&'a Value>,
    parent: Option<(&'a Part<'a>, Step<'a>)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Row(usize),
}

impl<'a> Part<'a> {
    pub(crate) fn new(file: &'a Path, value: &'a Value) -> Self {
        Self { file, value: Some(value), parent: None }
    }

    /// The part under a key; a part without value where there is none, or null.
    pub(crate) fn key(&'a self, key: &'a str) -> Part<'a> {
        let value = self.value.and_then(|value| value.get(key)).filter(|value| !value.is_null());
        Self { file: self.file, value, parent: Some((self, Step::Key(key))) }
    }

    /// Where it is, such as `networks.nodes[0]`.
    pub(crate) fn at(&self) -> String {
        match self.parent {
            None => String::new(),
            Some((parent, step)) => match (parent.at(), step) {
                (at, Step::Row(row)) => format!("{at}[{row}]"),
                (at, Step::Key(key)) if at.is_empty() => key.to_owned(),
                (at, Step::Key(key)) => format!("{at}.{key}"),
            },
        }
    }

    /// An error that something else was expected here.
    pub(crate) fn wrong(&self, expected: &str) -> SonataError {
        let actual = self.value.map_or_else(
            || "absent".to_owned(),
            |value| {
                let text = value.to_string();
                if text.chars().count() > 40 {
                    format!("{}…", text.chars().take(40).collect::<String>())
                } else {
                    text
                }
            },
        );
        SonataError::Config { file: self.file.to_owned(), at: self.at(), expected: expected.to_owned(), actual }
    }

    /// The object here; an empty one where there is nothing.
    pub(crate) fn object(&self) -> Result<Option<&'a Map<String, Value>>, SonataError> {
        self.value.map(|value| value.as_object().ok_or_else(|| self.wrong("an object"))).transpose()
    }

    /// What each entry of the list here gives; nothing where there is no list.
    pub(crate) fn each<T>(
        &'a self,
        mut read: impl FnMut(&Part<'_>) -> Result<T, SonataError>,
    ) -> Result<Vec<T>, SonataError> {
        let Some(value) = self.value else { return Ok(Vec::new()) };
        let rows = value.as_array().ok_or_else(|| self.wrong("a list"))?;
        let part = |(row, value)| Part { file: self.file, value: Some(value), parent: Some((self, Step::Row(row))) };
        rows.iter().enumerate().map(part).map(|part| read(&part)).collect()
    }

    /// The text here, where there is one that is not empty.
    pub(crate) fn text(&self) -> Result<Option<&'a str>, SonataError> {
        let Some(value) = self.value else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong("a text"))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The number here, where there is one.
    pub(crate) fn number(&self) -> Result<Option<f64>, SonataError> {
        self.value.map(|value| value.as_f64().ok_or_else(|| self.wrong("a number"))).transpose()
    }

    /// The whole number here, where there is one.
    pub(crate) fn whole(&self) -> Result<Option<u64>, SonataError> {
        self.value.map(|value| value.as_u64().ok_or_else(|| self.wrong("a whole number"))).transpose()
    }
}
