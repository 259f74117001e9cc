//! What an agent sees of the tools stays within its budget and changes only on purpose.

use bravli_mcp::tools;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Longest description of a tool, characters; clients cut at 2048.
const MAX_DESCRIPTION: usize = 700;

/// Longest instructions of the server, characters.
const MAX_INSTRUCTIONS: usize = 1_500;

/// Size of the whole list of names, descriptions and input schemas in characters: about 6,000 tokens of 4 characters.
const MAX_LIST: usize = 24_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools")
}

fn seen(tool: &bravli_mcp::ToolEntry) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "annotations": { "readOnlyHint": tool.hints.read_only, "openWorldHint": tool.hints.open_world },
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
    })
}

#[test]
fn schemas_match_their_snapshots() {
    let rewrite = std::env::var_os("BRAVLI_REWRITE_SNAPSHOTS").is_some();
    for tool in tools() {
        let path = folder().join(format!("{}.json", tool.name));
        let now = format!("{:#}\n", seen(tool));
        if rewrite {
            std::fs::write(&path, &now).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, now, "{} changed; run `cargo xtask snapshots` if that is meant", tool.name);
    }
}

#[test]
fn texts_stay_within_what_clients_keep() {
    let mut total = 0;
    for tool in tools() {
        let length = tool.description.chars().count();
        assert!(length <= MAX_DESCRIPTION, "{}: {length} characters", tool.name);
        total += tool.name.len() + length + Value::Object(tool.input_schema.clone()).to_string().len();
    }
    assert!(total <= MAX_LIST, "the list has {total} characters");
    let instructions = std::fs::read_to_string(folder().join("instructions.md")).unwrap();
    assert!(instructions.chars().count() <= MAX_INSTRUCTIONS, "{}", instructions.chars().count());
}

#[test]
fn schemas_use_only_what_every_client_accepts() {
    fn check(name: &str, value: &Value) {
        match value {
            Value::Object(object) => {
                assert!(!object.contains_key("$ref"), "{name} refers to a subschema");
                // as a text; a field of this name is an object
                let has_format = object.get("format").is_some_and(Value::is_string);
                assert!(!has_format, "{name} has a numeric format: {value}");
                if let Some(kinds) = object.get("type") {
                    assert!(kinds.is_string(), "{name} has a type of several kinds: {value}");
                }
                object.values().for_each(|inner| check(name, inner));
            }
            Value::Array(items) => items.iter().for_each(|inner| check(name, inner)),
            _ => {}
        }
    }
    for tool in tools() {
        check(tool.name, &Value::Object(tool.input_schema.clone()));
        check(tool.name, &Value::Object(tool.output_schema.clone()));
    }
}
