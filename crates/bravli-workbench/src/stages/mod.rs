//! One file per stage: request and inputs in, artifact out.

pub(crate) mod boundary;
pub(crate) mod circuit;
pub(crate) mod column;
pub(crate) mod controls;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod recipe;
pub(crate) mod report;
pub(crate) mod responses;
pub(crate) mod run;

use crate::error::ActError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a JSON payload.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ActError> {
    let bytes = std::fs::read(path).map_err(|error| ActError::io("read a payload", path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))
}

/// Writes a JSON payload.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), ActError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| damaged(path, &error.to_string()))?;
    write_text(path, &text)
}

/// Writes a text payload.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), ActError> {
    std::fs::write(path, text).map_err(|error| ActError::io("write a payload", path, &error))
}

fn damaged(path: &Path, message: &str) -> ActError {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ActError::new("payload", name, message, "remove the artifact's folder; it is made again on demand")
}

impl From<bravli_sonata::SonataError> for ActError {
    fn from(error: bravli_sonata::SonataError) -> Self {
        let place = error.file().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::new("sonata", place, error.to_string(), error.remedy())
    }
}
