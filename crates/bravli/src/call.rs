//! `bravli call` and `bravli tools`.

use crate::output::{self, Bar};
use bravli_mcp::{find_tool, tools};
use bravli_workbench::Workbench;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Calls a tool and prints exactly its structured result.
pub(crate) fn call(name: &str, arguments: &str, bench: &Workbench) -> ExitCode {
    let Some(tool) = find_tool(name) else {
        let names: Vec<&str> = tools().iter().map(|tool| tool.name).collect();
        return output::fail(&format!("no tool {name:?}; there are {}", names.join(", ")));
    };
    let mut arguments: Value = match serde_json::from_str(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            return output::fail(&format!(
                "the arguments are no JSON: {error}\n  remedy: quote them, for example bravli call parse_recipe '{{\"recipe\": \"rat-barrel\"}}'"
            ));
        }
    };
    if arguments.as_object_mut().is_some_and(|fields| fields.remove("wait_s").is_some()) {
        output::say("note: wait_s is left out, because a run would end with this command; waiting to the end");
    }
    let bar = Bar::new();
    let outcome = tool.call(bench, arguments, &bar);
    bar.finish();
    match outcome {
        Ok(reply) => {
            output::result(&format!("{reply:#}"));
            ExitCode::SUCCESS
        }
        Err(error) => output::fail(&error.to_string()),
    }
}

/// Lists the tools, or prints all that a client sees of them.
pub(crate) fn list(as_json: bool) -> ExitCode {
    if as_json {
        let all: Vec<Value> = tools()
            .iter()
            .map(|tool| {
                json!({
                    "name": tool.name,
                    "title": tool.title,
                    "description": tool.description,
                    "read_only": tool.hints.read_only,
                    "input_schema": tool.input_schema,
                    "output_schema": tool.output_schema,
                })
            })
            .collect();
        output::result(&format!("{:#}", json!(all)));
        return ExitCode::SUCCESS;
    }
    for tool in tools() {
        let first = tool.description.split(". ").next().unwrap_or_default();
        let fields: Vec<String> = tool.input_schema["properties"]
            .as_object()
            .map(|fields| {
                let kind = |field: &Value| field["type"].as_str().unwrap_or("value").to_owned();
                fields.iter().map(|(name, field)| format!("{name}: {}", kind(field))).collect()
            })
            .unwrap_or_default();
        output::result(&format!("{}\n    {}.\n    {{{}}}", tool.name, first.trim_end_matches('.'), fields.join(", ")));
    }
    ExitCode::SUCCESS
}
