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

/// Drops what some clients refuse or need not read: numeric formats, titles of types, defaults of null and of objects, a lower
/// bound of 0 for whole numbers, and what an entry is where its list says so.
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
            if object.contains_key("description")
                && let Some(Value::Object(entry)) = object.get_mut("items")
            {
                entry.remove("description");
            }
            list_names(object);
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}
