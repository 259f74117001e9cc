//! Schemas that every client accepts: no references, no numeric formats, no nulls.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Read by us.
    Input,
    /// Written by us.
    Output,
}

/// The schema of a type, subschemas inlined.
pub(crate) fn of<T: JsonSchema>(side: Side) -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let settings = if side == Side::Output { settings.for_serialize() } else { settings };
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut value = schema.to_value();
    simplify(&mut value);
    if side == Side::Input {
        if let Value::Object(root) = &mut value {
            // the tool's own description says it better
            root.remove("description");
        }
        shorten(&mut value);
    }
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Names to choose from as a plain list; what each means, where the field does not say it, is added to its description.
fn list_names(object: &mut Map<String, Value>) {
    let Some(choices) = object.get("oneOf").and_then(Value::as_array) else { return };
    let names: Vec<Value> = choices.iter().filter_map(|choice| choice.get("const").cloned()).collect();
    if names.len() != choices.len() || !names.iter().all(Value::is_string) {
        return;
    }
    let mut text = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, choice) in names.iter().zip(choices) {
        let name = format!("`{}`", name.as_str().unwrap_or_default());
        if let Some(meaning) = choice["description"].as_str().filter(|_| !text.contains(&name)) {
            let space = if text.is_empty() { "" } else { " " };
            text += &format!("{space}{name}: {}.", meaning.trim_end_matches('.'));
        }
    }
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), names.into());
    if !text.is_empty() {
        object.insert("description".into(), text.into());
    }
}

/// Drops what an agent knows without: empty defaults of fields that may be left out, and what an entry of a described list is.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let is_empty = |value: &Value| match value {
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Bool(is_set) => !is_set,
                _ => false,
            };
            // a field may be called `default`, and is an object then
            if object.get("default").is_some_and(is_empty) {
                object.remove("default");
            }
            if object.get("description").is_some_and(Value::is_string)
                && let Some(Value::Object(items)) = object.get_mut("items")
                && items.get("description").is_some_and(Value::is_string)
            {
                items.remove("description");
            }
            object.values_mut().for_each(shorten);
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        _ => {}
    }
}

/// Drops what some clients refuse or need not read: numeric formats, titles of types, defaults of null and of objects, and a lower
/// bound of 0 for whole numbers.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("format").and_then(Value::as_str).is_some_and(|format| format != "uri") {
                object.remove("format");
            }
            if object.contains_key("type") || object.contains_key("properties") {
                object.remove("title");
            }
            // the defaults of an object stand at its fields
            if object.get("default").is_some_and(|default| default.is_null() || default.is_object()) {
                object.remove("default");
            }
            if object.get("minimum").and_then(Value::as_u64) == Some(0) && object.get("type") == Some(&"integer".into())
            {
                object.remove("minimum");
            }
            list_names(object);
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}
