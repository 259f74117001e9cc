//! Names by content.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Version of everything that decides a number; raised when the same request would give other results.
pub const RESULTS_VERSION: u32 = 5;

/// The digest that names an artifact: of its kind, its request, the keys of its inputs and the results version.
///
/// Objects are written with sorted keys, so the order in which fields were given does not matter.
#[must_use]
pub fn content_key(kind: &str, request: &Value, input_keys: &[String]) -> String {
    let value = serde_json::json!({
        "inputs": input_keys,
        "kind": kind,
        "request": request,
        "results_version": RESULTS_VERSION,
    });
    hex(&Sha256::digest(sorted(value).to_string().as_bytes()))
}

/// The same value with the keys of every object in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<(String, Value)> =
                object.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Length of the digest in an artifact's id.
pub(crate) const ID_HEX: usize = 12;

/// The id of an artifact: kind and the first twelve digits of its key.
pub(crate) fn artifact_id(kind: &str, key: &str) -> String {
    format!("{kind}-{}", &key[..ID_HEX.min(key.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_key_depends_on_meaning_not_on_field_order() {
        let one = content_key("column", &json!({"a": 1, "b": [1, 2]}), &[]);
        assert_eq!(one, content_key("column", &json!({"b": [1, 2], "a": 1}), &[]));
        assert_ne!(one, content_key("column", &json!({"a": 1, "b": [2, 1]}), &[]));
        assert_ne!(one, content_key("column", &json!({"a": 1, "b": [1, 2]}), &["x".into()]));
    }
}
