//! Reading JSON answers without trusting their shape.

use crate::format::{Format, admit};
use crate::problem::ImportError;
use serde_json::Value;

/// The answer of a service as a tree.
pub(crate) fn parse(text: &str, expected: Format) -> Result<Value, ImportError> {
    let text = admit(text, expected)?;
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        ImportError::Json { line: error.line(), column: error.column(), message }
    })
}

/// A text or number somewhere below, as text; empty where there is none.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The first of these places that says anything.
pub(crate) fn first(value: &Value, pointers: &[&str]) -> String {
    pointers.iter().map(|pointer| text(value, pointer)).find(|text| !text.trim().is_empty()).unwrap_or_default()
}

/// The list somewhere below; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What an object answers to, else its place in the list.
pub(crate) fn name(value: &Value, pointers: &[&str], index: usize) -> String {
    match first(value, pointers) {
        name if name.is_empty() => format!("record {}", index + 1),
        name => name.chars().filter(|c| !c.is_control()).take(120).collect(),
    }
}
